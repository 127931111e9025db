//! What belongs to a person or to us, and to nobody else: numbers that identify, keys, and our own inner texts.

use std::sync::LazyLock;

use regex::Regex;

use super::inner::SHARED;
use super::text::{Trusted, fold_into};
use super::{Check, Found, Reviewed};

static IBAN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,4}){3,8}\b").ok());
static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d(?:[\s-]?\d){12,18}\b").ok());
static IDENTITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b\d{3}-\d{2}-\d{4}\b|\b756\.\d{4}\.\d{4}\.\d{2}\b|\b[a-ce]?[abceghj-prstw-z][abceghj-nprstw-z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[a-d]\b
        |\b(?:date\sof\sbirth|dob|born\son|geboren\sam|geburtsdatum|né[e]?\sle|nacid[oa]\sel|fecha\sde\snacimiento|passport\s(?:number|no)|social\ssecurity\s(?:number|no))\b",
    )
    .ok()
});
// Keys are ASCII, and the letters of all languages, twenty times in a row, are more than the quick engine takes.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\b(?:sk|pk|rk)[-_](?:live|test|ant|proj)?[-_]?[A-Za-z0-9_-]{12,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bgh[opsur]_[A-Za-z0-9]{16,}|\bgithub_pat_[0-9A-Za-z_]{16,}|\bglpat-[0-9A-Za-z_-]{16,}
        |\bxox[abeprs]-[0-9A-Za-z_-]{8,}|\bAIza[0-9A-Za-z_-]{20,}|\bya29\.[0-9A-Za-z_-]{10,}|\bSG\.[0-9A-Za-z_-]{10,}\.|\bkey-[0-9a-f]{24,}|-----BEGIN\s[A-Z\s]+-----|\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*)?
        |(?i:\b(?:password|passwort|passwd|kennwort|mot\sde\spasse|contraseña|api[\s_-]?key|secret\skey|access\stoken)\s?(?:is|ist|lautet|:|=|est|es)\s?\S{4,})
        |\brmt-canary-[0-9A-Za-z_]+",
    )
    .ok()
});
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_=-]{20,}").ok());

/// Bytes of a word that can be a secret.
const SHORTEST_SECRET: usize = 8;

pub(super) fn look(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    if let Some(pattern) = SECRET.as_ref() {
        for hit in pattern.find_iter(text).filter(|hit| !trusted.in_template(hit.as_str())) {
            found.add(Check::Secret, hit.start(), hit.end(), "this looks like a key or a password");
        }
    }
    if let Some(pattern) = TOKEN.as_ref() {
        for hit in pattern.find_iter(text) {
            if is_random(hit.as_str()) && !is_uuid(hit.as_str()) && !trusted.says(hit.as_str()) {
                found.add(Check::Secret, hit.start(), hit.end(), "this looks like a token");
            }
        }
    }
    if reviewed.inner.has_secrets() {
        own_secrets(reviewed, found);
    }
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        numbers(trusted, found);
    }
    if let Some(pattern) = IDENTITY.as_ref() {
        for hit in pattern.find_iter(text).filter(|hit| !trusted.in_template(hit.as_str())) {
            found.add(Check::PersonalData, hit.start(), hit.end(), "this identifies a person");
        }
    }
    if reviewed.by_model {
        leaks(reviewed, trusted, found);
    }
}

/// Words that are secrets of this process, whatever they look like.
fn own_secrets(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    for word in text.split(|one: char| one.is_whitespace() || matches!(one, '"' | '\'' | '`' | '<' | '>' | '(' | ')')) {
        let bare = word.trim_matches(|one: char| matches!(one, '.' | ',' | ';' | ':' | '!' | '?'));
        if bare.len() >= SHORTEST_SECRET && reviewed.inner.is_secret(bare) {
            let start = bare.as_ptr() as usize - text.as_ptr() as usize;
            found.add(Check::Secret, start, start + bare.len(), "this is a secret of this server");
        }
    }
}

fn numbers(trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    if let Some(pattern) = IBAN.as_ref() {
        for hit in pattern.find_iter(text).filter(|hit| is_iban(hit.as_str()) && !trusted.says(hit.as_str())) {
            found.add(Check::PersonalData, hit.start(), hit.end(), "a bank account");
        }
    }
    if let Some(pattern) = CARD.as_ref() {
        for hit in pattern.find_iter(text).filter(|hit| is_card(hit.as_str())) {
            found.add(Check::PersonalData, hit.start(), hit.end(), "a card number");
        }
    }
}

/// RFC 9562: it names an order or a meeting far more often than it opens anything.
fn is_uuid(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// ISO 13616: moved to the front, letters as numbers, the rest of a division by 97 is 1.
fn is_iban(written: &str) -> bool {
    let plain: Vec<char> = written.chars().filter(|one| !one.is_whitespace()).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let rest = plain.iter().skip(4).chain(plain.iter().take(4)).try_fold(0_u32, |rest, one| {
        let digit = one.to_digit(36)?;
        Some(if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
    });
    rest == Some(1)
}

/// ISO 7812: the check digit of Luhn.
fn is_card(written: &str) -> bool {
    let digits: Vec<u32> = written.chars().filter_map(|one| one.to_digit(10)).collect();
    if !(13..=19).contains(&digits.len()) || digits.iter().all(|digit| Some(digit) == digits.first()) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// Letters and digits mixed, and few of them again: no word, no number and no file name is so.
fn is_random(token: &str) -> bool {
    let kinds = [
        token.chars().any(|one| one.is_ascii_lowercase()),
        token.chars().any(|one| one.is_ascii_uppercase()),
        token.chars().filter(char::is_ascii_digit).count() >= 2,
    ];
    let mut counts = [0_u32; 128];
    for byte in token.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = token.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    kinds.iter().filter(|has| **has).count() >= 2 && kinds[2] && entropy >= 3.5
}

/// Forty characters in a row of a text of ours that no customer should read.
fn leaks(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    if reviewed.inner.is_empty() {
        return;
    }
    let text = found.text.all;
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut at = 0;
    let mut window = String::new();
    while let (Some(start), Some(end)) = (places.get(at).copied(), places.get(at + SHARED).copied()) {
        window.clear();
        fold_into(&mut window, text.get(start..end).unwrap_or_default());
        let blank = text.get(start..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        // What white space takes away makes a window shorter, never one that says more.
        if !blank && reviewed.inner.says(&window) && !trusted.says(&window) && !trusted.heard(&window) {
            found.add(Check::Leak, start, end, "words of our own prompts or of the policy");
            at += SHARED;
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_pattern() {
        for list in [&IBAN, &CARD, &IDENTITY, &SECRET, &TOKEN] {
            assert!(list.is_some());
        }
    }

    #[test]
    fn check_digits_are_checked() {
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE88 3704 0044 0532 0130 00"));
        assert!(is_card("4111 1111 1111 1111") && !is_card("4111 1111 1111 1112") && !is_card("0000 0000 0000 0000"));
    }

    #[test]
    fn random_is_neither_a_word_nor_a_number() {
        assert!(is_random("a8Fk29dLq0ZpX71mVb3Tn5"));
        for plain in
            ["internationalisations", "12345678901234567890", "aaaaaaaaaaaaaaaaaaaaaaaa1", "--------------------"]
        {
            assert!(!is_random(plain), "{plain}");
        }
    }
}
