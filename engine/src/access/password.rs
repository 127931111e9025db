//! Passwords: what is asked of one, and what is kept of it. Pure: salts are arguments.
//!
//! Kept is argon2id with its parameters and salt, in the usual form `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most bytes: more is nobody's password but somebody's attempt to keep the server busy.
pub const LONGEST: usize = 512;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const LENGTH: usize = 32;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It is too short.
    #[error("must have at least {SHORTEST} characters")]
    Short,
    /// It is too long.
    #[error("must have at most {LONGEST} bytes")]
    Long,
    /// Everybody tries it first.
    #[error("is one of those that are tried first; take another")]
    Common,
}

/// Beginnings of passwords that are tried first, in lower case and without anything but letters and digits.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "qwerty",
    "qwertz",
    "azerty",
    "123456",
    "1234567",
    "letmein",
    "iloveyou",
    "welcome",
    "administrator",
    "admin",
    "changeme",
    "trustno1",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "abc123",
    "111111",
    "000000",
    "remit",
];

/// Whether a password will do for somebody with this address.
///
/// # Errors
/// [`Weak`] says why not.
pub fn check(password: &str, email: &str) -> Result<(), Weak> {
    if password.len() > LONGEST {
        return Err(Weak::Long);
    }
    if password.chars().count() < SHORTEST {
        return Err(Weak::Short);
    }
    let plain: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let letters: std::collections::BTreeSet<char> = plain.chars().collect();
    let name = email.split('@').next().unwrap_or(email).to_lowercase();
    // A word that is tried first, with little behind it; or hardly any letters; or the address itself.
    let is_padded = |word: &str| plain.strip_prefix(word).is_some_and(|rest| rest.chars().count() < 5);
    let repeats = |word: &str| !word.is_empty() && plain.replace(word, "").is_empty();
    let is_common = COMMON.iter().any(|word| is_padded(word) || repeats(word)) || letters.len() < 4;
    if is_common || plain == name || password.to_lowercase() == email.to_lowercase() {
        return Err(Weak::Common);
    }
    Ok(())
}

/// What is kept of a password under a fresh salt. Takes a while and 19 MiB, on purpose: not for threads that serve.
/// Empty when the machine could not do it, which matches no password.
#[must_use]
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let Some(hash) = derive(password, &salt, MEMORY_KIB, PASSES, LANES) else { return String::new() };
    let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
}

/// Whether the password is the one that was kept. Takes as long as [`hash`], also where nothing was kept.
#[must_use]
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    let Some(Kept { memory, passes, lanes, salt, hash }) = kept.and_then(Kept::read) else {
        // Who has no password takes as long as who has one: nobody learns from the clock which it was.
        std::hint::black_box(derive(password, &[0; 16], MEMORY_KIB, PASSES, LANES));
        return false;
    };
    let Some(derived) = derive(password, &salt, memory, passes, lanes) else { return false };
    // Every byte is looked at, whatever the first ones were.
    derived.len() == hash.len() && derived.iter().zip(&hash).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Whether what was kept was made with other parameters than are in use now.
#[must_use]
pub fn is_outdated(kept: &str) -> bool {
    Kept::read(kept).is_none_or(|kept| (kept.memory, kept.passes, kept.lanes) != (MEMORY_KIB, PASSES, LANES))
}

struct Kept {
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Kept {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (parameters, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut numbers = ["m=", "t=", "p="].into_iter().zip(parameters.split(','));
        let mut number = || -> Option<u32> {
            let (name, text) = numbers.next()?;
            text.strip_prefix(name)?.parse().ok()
        };
        let (memory, passes, lanes) = (number()?, number()?, number()?);
        let (salt, hash) = (BASE64_NOPAD.decode(salt.as_bytes()).ok()?, BASE64_NOPAD.decode(hash.as_bytes()).ok()?);
        (hash.len() == LENGTH).then_some(Self { memory, passes, lanes, salt, hash })
    }
}

fn derive(password: &str, salt: &[u8], memory: u32, passes: u32, lanes: u32) -> Option<[u8; LENGTH]> {
    let params = Params::new(memory, passes, lanes, Some(LENGTH)).ok()?;
    let mut hash = [0; LENGTH];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_matches_the_password_and_no_other() {
        let kept = hash("correct horse battery", [7; 16]);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !kept.contains("correct"));
        assert!(matches("correct horse battery", Some(&kept)));
        for wrong in ["correct horse batterz", "", "correct horse battery "] {
            assert!(!matches(wrong, Some(&kept)), "{wrong:?}");
        }
        assert_ne!(kept, hash("correct horse battery", [8; 16]));
        for broken in ["", "$argon2id$v=19$m=1,t=1,p=1$x$y", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", &kept[1..]] {
            assert!(!matches("correct horse battery", Some(broken)), "{broken}");
        }
        assert!(!matches("", None));
        assert!(!is_outdated(&kept) && is_outdated(&kept.replace("t=2", "t=1")));
    }

    #[test]
    fn the_reference_vector_of_the_standard_parameters_holds() {
        // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
        let hash = derive("password", b"somesalt", 65_536, 2, 1).unwrap();
        let hex = data_encoding::HEXLOWER.encode(&hash);
        assert_eq!(hex, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn what_everybody_tries_first_is_not_taken() {
        for (password, weak) in [
            ("short", Weak::Short),
            ("elevenchars", Weak::Short),
            ("Password1234", Weak::Common),
            ("passwordpassword", Weak::Common),
            ("aaaaaaaaaaaaaaaa", Weak::Common),
            ("anna@acme.example", Weak::Common),
            ("qwertyqwerty", Weak::Common),
        ] {
            assert_eq!(check(password, "anna@acme.example"), Err(weak), "{password}");
        }
        assert_eq!(check(&"x1y2".repeat(200), "a@b"), Err(Weak::Long));
        for good in ["correct horse battery", "пароль из слов", "Tr0ub4dor&3 and more", "password-for-my-cat-Mitzi"]
        {
            assert_eq!(check(good, "anna@acme.example"), Ok(()), "{good}");
        }
    }
}
