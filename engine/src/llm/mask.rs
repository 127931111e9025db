//! Masks what identifies people before a text goes to a model, and puts it back into what comes out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

static MAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}").ok());
static IBAN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,4}){3,8}\b").ok());
static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d(?:[\s-]?\d){12,18}\b").ok());
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:\+|\b00)\d(?:[\s()./-]{0,2}\d){6,14}\b").ok());

/// What was masked, by its mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask(BTreeMap<String, String>);

impl Mask {
    /// Masks mail addresses, accounts, cards, phone numbers and these names. The same words get the same mark.
    pub fn cover(&mut self, text: &str, names: &[&str]) -> String {
        let mut covered = text.to_owned();
        for (kind, pattern) in [("MAIL", &MAIL), ("ACCOUNT", &IBAN), ("CARD", &CARD), ("PHONE", &PHONE)] {
            let Some(pattern) = pattern.as_ref() else { continue };
            let found: Vec<String> = pattern.find_iter(&covered).map(|hit| hit.as_str().to_owned()).collect();
            for words in found {
                let mark = self.mark(kind, &words);
                covered = covered.replace(&words, &mark);
            }
        }
        for name in names.iter().filter(|name| name.chars().count() > 2) {
            if covered.contains(name) {
                let mark = self.mark("PERSON", name);
                covered = covered.replace(name, &mark);
            }
        }
        covered
    }

    /// Puts what was masked back.
    #[must_use]
    pub fn lift(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (mark, words)| text.replace(mark, words))
    }

    fn mark(&mut self, kind: &str, words: &str) -> String {
        if let Some((mark, _)) = self.0.iter().find(|(_, known)| *known == words) {
            return mark.clone();
        }
        let mark = format!("<<{kind}-{}>>", self.0.len() + 1);
        self.0.insert(mark.clone(), words.to_owned());
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_people_is_masked_and_comes_back() {
        let text = "I am Lena Vogt, lena@x.example, +49 170 1234567, DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111. lena@x.example!";
        let mut mask = Mask::default();
        let covered = mask.cover(text, &["Lena Vogt", "Lena"]);
        for secret in ["lena", "170", "3704", "4111", "Vogt"] {
            assert!(!covered.contains(secret), "{covered}");
        }
        assert_eq!(covered.matches("<<MAIL-1>>").count(), 2);
        assert_eq!(mask.lift(&covered), text);
    }
}
