//! Signs our own mail (DKIM, RFC 6376 and 8463), so that its receivers can believe that it is ours.
//!
//! Only mail that was composed here is signed, never mail of others, and both canonicalisations are `relaxed`. A library
//! that verifies as well would bring a resolver and a second set of cryptography along; `ring` signs already.
//! Another implementation checks the signatures in `tests/it/servers`.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

use super::Account;

/// Headers that are signed where they are there, in this order.
const SIGNED: [&str; 13] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// Longest line of base64 in the header.
const LINE: usize = 72;

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Signs for one domain.
#[derive(Clone)]
pub struct Signer {
    domain: String,
    selector: String,
    key: Arc<Key>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("domain", &self.domain).field("selector", &self.selector).finish_non_exhaustive()
    }
}

fn name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

/// A key as people have it: PKCS#8, as PEM or as base64 of the DER form.
fn key(text: &str) -> Result<Key, String> {
    let bare: String = text
        .split("-----")
        .filter(|part| !part.contains("BEGIN") && !part.contains("END"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    let der = BASE64.decode(bare.as_bytes()).map_err(|error| format!("is no base64 of a key: {error}"))?;
    if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
        return Ok(Key::Ed25519(key));
    }
    let rsa = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
    rsa.map(|key| Key::Rsa(Box::new(key))).map_err(|error| {
        format!("is no private key that can sign ({error}); make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`")
    })
}

impl Signer {
    /// The signer of a mail channel; `None` where it has no key. The domain is the address's, unless another is set.
    ///
    /// # Errors
    /// The name of the setting or secret that cannot be used, and why.
    pub fn of(account: &Account) -> Result<Option<Self>, (&'static str, String)> {
        let Some(text) = account.secrets.get("dkim_key").filter(|key| !key.is_empty()) else { return Ok(None) };
        let own = account.address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let domain = account.setting("dkim_domain").unwrap_or(own).to_ascii_lowercase();
        let selector = account.setting("dkim_selector").unwrap_or("remit").to_ascii_lowercase();
        if !name(&domain) {
            return Err(("dkim_domain", format!("`{domain}` is no domain")));
        }
        if !name(&selector) {
            return Err(("dkim_selector", format!("`{selector}` is no selector")));
        }
        let key = key(text).map_err(|why| ("dkim_key", why))?;
        Ok(Some(Self { domain, selector, key: Arc::new(key) }))
    }

    /// What stands in the DNS at `SELECTOR._domainkey.DOMAIN`, name and value, where the key's public half is known.
    #[must_use]
    pub fn record(&self) -> (String, String) {
        use ring::signature::KeyPair;
        let place = format!("{}._domainkey.{}", self.selector, self.domain);
        let value = match &*self.key {
            Key::Ed25519(key) => format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(key.public_key().as_ref())),
            Key::Rsa(key) => format!("v=DKIM1; k=rsa; p={}", BASE64.encode(&spki(key.public_key().as_ref()))),
        };
        (place, value)
    }

    /// The same mail with its signature before it. `at_ms` is the time that it names, UTC milliseconds: the same mail at the
    /// same time gives the same bytes.
    ///
    /// # Errors
    /// Why it cannot be signed.
    pub fn sign(&self, mail: &[u8], at_ms: i64) -> Result<Vec<u8>, String> {
        let split = mail.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the mail has no end of its head")?;
        let head = std::str::from_utf8(mail.get(..split + 2).unwrap_or_default()).map_err(|error| error.to_string())?;
        let body = mail.get(split + 4..).unwrap_or_default();
        let fields = fields(head);
        let mut names = Vec::new();
        let mut signed = String::new();
        for wanted in SIGNED {
            // The lowest first, as verifiers count them.
            for (_, canonical) in fields.iter().rev().filter(|(own, _)| own == wanted) {
                names.push(wanted);
                signed.push_str(canonical);
                signed.push_str("\r\n");
            }
        }
        // Once more, so that nobody can add another author.
        names.push("from");
        let algorithm = match &*self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let body_hash = BASE64.encode(&Sha256::digest(relaxed_body(body)));
        let header = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n s={}; t={}; bh={body_hash};\r\n h={};\r\n b=",
            self.domain,
            self.selector,
            at_ms.div_euclid(1000),
            names.join(":"),
        );
        signed.push_str(&relaxed(&header).1);
        let signature = match &*self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
                    .map_err(|error| error.to_string())?;
                signature
            }
            // RFC 8463 signs the hash, not the text.
            Key::Ed25519(key) => key.sign(&Sha256::digest(signed.as_bytes())).as_ref().to_vec(),
        };
        let mut out = header.into_bytes();
        for (place, part) in BASE64.encode(&signature).as_bytes().chunks(LINE).enumerate() {
            if place > 0 {
                out.extend_from_slice(b"\r\n  ");
            }
            out.extend_from_slice(part);
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(mail);
        Ok(out)
    }
}

/// A PKCS#1 public key as SubjectPublicKeyInfo, as the DNS has it.
fn spki(pkcs1: &[u8]) -> Vec<u8> {
    const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = tagged(0x03, &[&[0], pkcs1].concat());
    tagged(0x30, &[RSA.as_slice(), &bits].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if length < 128 {
        out.push(u8::try_from(length).unwrap_or_default());
    } else {
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
        out.extend(significant);
    }
    out.extend_from_slice(content);
    out
}

/// The fields of a head, unfolded by `relaxed`: name, and the whole field.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut whole: Vec<String> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        match whole.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(last) => last.push_str(line),
            None => whole.push(line.to_owned()),
        }
    }
    whole.iter().map(|field| relaxed(field)).collect()
}

/// RFC 6376 §3.4.2: the name in lower case, no blanks around the colon, every run of blanks one.
fn relaxed(field: &str) -> (String, String) {
    let field = field.replace("\r\n", "");
    let (name, value) = field.split_once(':').unwrap_or((&field, ""));
    let name = name.trim_matches([' ', '\t']).to_ascii_lowercase();
    let words: Vec<&str> = value.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    let whole = format!("{name}:{}", words.join(" "));
    (name, whole)
}

/// RFC 6376 §3.4.4: runs of blanks are one, none at the end of a line, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut blank = false;
        for &byte in line {
            if byte == b' ' || byte == b'\t' {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(byte);
        }
        out.extend_from_slice(b"\r\n");
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    if out == b"\r\n" { Vec::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_bodies_are_as_the_standard_shows_them() {
        // RFC 6376 §3.4.5.
        assert_eq!(
            fields("A: X\r\nB : Y\t\r\n\tZ  \r\n").into_iter().map(|one| one.1).collect::<Vec<_>>(),
            ["a:X", "b:Y Z"]
        );
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        // RFC 6376 §3.4.4: the hash of an empty body.
        assert_eq!(
            BASE64.encode(&Sha256::digest(relaxed_body(b"\r\n"))),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn a_key_that_cannot_sign_is_named() {
        let mut account = Account { address: "support@acme.example".to_owned(), ..Account::default() };
        assert!(Signer::of(&account).unwrap().is_none());
        account.secrets.insert("dkim_key".to_owned(), "AAAA".to_owned());
        assert_eq!(Signer::of(&account).unwrap_err().0, "dkim_key");
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64.encode(pair.as_ref()));
        account.secrets.insert("dkim_key".to_owned(), pem);
        let signer = Signer::of(&account).unwrap().unwrap();
        assert!(format!("{signer:?}").contains("acme.example"));
        assert!(signer.record().1.starts_with("v=DKIM1; k=ed25519; p="));
        let mail = b"From: a@b\r\nSubject: x\r\n\r\nhi\r\n";
        let signed = signer.sign(mail, 1_000).unwrap();
        assert_eq!(signed, signer.sign(mail, 1_000).unwrap(), "every attempt sends the same bytes");
        assert!(signed.ends_with(mail) && signed.starts_with(b"DKIM-Signature: v=1; a=ed25519-sha256;"));
        account.settings.insert("dkim_selector".to_owned(), "a b".to_owned());
        assert_eq!(Signer::of(&account).unwrap_err().0, "dkim_selector");
    }
}
