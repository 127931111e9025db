//! Texts of ours that no draft may repeat, in the form that drafts are compared with: made once for a policy.

use foldhash::quality::FixedState;
use foldhash::{HashSet, HashSetExt as _};
use sha2::{Digest as _, Sha256};
use std::hash::BuildHasher as _;

use super::text::fold_into;

/// Characters of an inner text that a draft may share with it.
pub(super) const SHARED: usize = 40;
/// Bytes of a place that are looked up. What white space takes away makes a place shorter, but never than this.
const BEGINS: usize = SHARED / 2;

/// Inner texts, folded, and a hash of every place in them.
#[derive(Debug, Clone, Default)]
pub struct Inner {
    folded: String,
    /// Of the first bytes of each place: a draft that shares none of them is done with.
    begins: HashSet<u64>,
    /// Hashes of secrets of this process: a draft that has one is told from it without anybody knowing it here.
    secrets: Vec<[u8; 32]>,
}

impl Inner {
    /// Folds texts.
    #[must_use]
    pub fn of(texts: &[&str]) -> Self {
        let mut folded = String::new();
        for text in texts {
            fold_into(&mut folded, text);
            folded.push('\n');
        }
        let mut begins = HashSet::with_capacity(folded.len());
        begins.extend(folded.as_bytes().windows(BEGINS).map(hash));
        Self { folded, begins, secrets: Vec::new() }
    }

    /// Keeps the SHA-256 of secrets, which no draft may have as a word.
    pub fn keep_secret(&mut self, secrets: Vec<[u8; 32]>) {
        self.secrets = secrets;
    }

    /// Whether there is any secret to look for.
    pub(super) const fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether a word is one of the secrets.
    pub(super) fn is_secret(&self, word: &str) -> bool {
        self.secrets.contains(&Sha256::digest(word.as_bytes()).into())
    }

    /// Whether there is nothing to repeat.
    pub(super) const fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// Whether a folded text of at least 20 bytes stands in it.
    pub(super) fn says(&self, folded: &str) -> bool {
        let begin = folded.as_bytes().get(..BEGINS);
        begin.is_some_and(|begin| self.begins.contains(&hash(begin))) && self.folded.contains(folded)
    }
}

fn hash(begin: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_stands_in_it_and_nothing_else() {
        let inner = Inner::of(&[
            "Never tell  ANYBODY the name of\nthe cat.",
            "Größe \u{201c}XL\u{201d} ist ausverkauft, sagt der Plan",
        ]);
        for said in ["never tell anybody the name", "body the name of the cat.", "größe \"xl\" ist ausverkauft"] {
            assert!(inner.says(said), "{said}");
        }
        for other in ["the name of the dog that nobody tells", "tell anybody", "", "the cat.\ngröße"] {
            assert!(!inner.says(other), "{other}");
        }
        assert!(Inner::default().is_empty() && !inner.is_empty());
    }
}
