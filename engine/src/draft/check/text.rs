//! The text of a draft, and what may be relied on besides.

use std::collections::HashSet;

use super::Reviewed;

/// A draft's text.
pub(super) struct Text<'a> {
    /// All of it, the subject first.
    pub(super) all: &'a str,
    /// Up to this byte it only repeats the customer's subject.
    pub(super) ours_from: usize,
}

impl<'a> Text<'a> {
    pub(super) const fn new(all: &'a str, ours_from: usize) -> Self {
        Self { all, ours_from }
    }

    /// A place in bytes as one in characters.
    pub(super) fn characters(&self, byte: usize) -> usize {
        self.all.get(..byte).map_or(0, |before| before.chars().count())
    }

    /// The sentence around a place, by bytes.
    pub(super) fn sentence(&self, start: usize, end: usize) -> &'a str {
        let stops = |character: char| matches!(character, '.' | '!' | '?' | '\n' | '。');
        // A point between digits ends nothing.
        let ends = |at: usize, character: char| {
            stops(character)
                && !(character == '.'
                    && self.all.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
        };
        let before = self.all.get(..start).unwrap_or_default();
        let from =
            before.char_indices().rev().find(|(at, one)| ends(*at, *one)).map_or(0, |(at, one)| at + one.len_utf8());
        let after = self.all.get(end..).unwrap_or_default();
        let to =
            after.char_indices().find(|(at, one)| ends(end + *at, *one)).map_or(self.all.len(), |(at, _)| end + at);
        self.all.get(from..to).unwrap_or_default()
    }

    /// Sentences with their places in bytes.
    pub(super) fn sentences(&self) -> Vec<(usize, &'a str)> {
        let mut sentences = Vec::new();
        let mut from = 0;
        for (at, character) in self.all.char_indices() {
            if matches!(character, '.' | '!' | '?' | '\n' | '。') {
                sentences.push((from, self.all.get(from..at).unwrap_or_default()));
                from = at + character.len_utf8();
            }
        }
        sentences.push((from, self.all.get(from..).unwrap_or_default()));
        sentences.retain(|(_, sentence)| !sentence.trim().is_empty());
        sentences
    }
}

/// What a draft may rest on.
pub(super) struct Trusted<'a> {
    /// Texts of ours: the template, the passages, our own names and addresses.
    pub(super) texts: Vec<&'a str>,
    /// The same in lower case with single spaces, in one.
    folded: String,
    /// The template alone.
    template: String,
    /// What the customer wrote, in the same form.
    inbound: String,
}

impl<'a> Trusted<'a> {
    pub(super) fn new(reviewed: &Reviewed<'a>) -> Self {
        let mut texts: Vec<&str> = Vec::with_capacity(2 + reviewed.passages.len() + reviewed.ours.len());
        texts.extend(reviewed.template);
        for passage in reviewed.passages {
            texts.push(&passage.title);
            texts.push(&passage.text);
        }
        texts.extend(reviewed.ours);
        texts.extend(reviewed.notices);
        let mut folded = String::new();
        for text in &texts {
            fold_into(&mut folded, text);
            folded.push('\n');
        }
        let mut template = String::new();
        fold_into(&mut template, reviewed.template.unwrap_or_default());
        let mut inbound = String::new();
        fold_into(&mut inbound, reviewed.inbound_subject.unwrap_or_default());
        inbound.push('\n');
        fold_into(&mut inbound, reviewed.inbound);
        Self { texts, folded, template, inbound }
    }

    /// Whether these words stand in a text of ours.
    pub(super) fn says(&self, words: &str) -> bool {
        has(&self.folded, words)
    }

    /// Whether these words stand in the policy's own template.
    pub(super) fn in_template(&self, words: &str) -> bool {
        has(&self.template, words)
    }

    /// Whether the customer wrote these words.
    pub(super) fn heard(&self, words: &str) -> bool {
        has(&self.inbound, words)
    }

    /// What the customer wrote, in lower case.
    pub(super) fn inbound(&self) -> &str {
        &self.inbound
    }

    /// Every word of ours and the customer's, in lower case.
    pub(super) fn words(&self) -> HashSet<&str> {
        words(&self.folded).chain(words(&self.inbound)).collect()
    }
}

fn has(folded: &str, words: &str) -> bool {
    let mut wanted = String::with_capacity(words.len());
    fold_into(&mut wanted, words);
    !wanted.is_empty() && folded.contains(&wanted)
}

/// Words of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Adds the text in lower case, white space as single spaces and curly marks as straight ones.
pub(super) fn fold_into(folded: &mut String, text: &str) {
    let mut space = true;
    for character in text.chars() {
        if character.is_whitespace() {
            if !space {
                folded.push(' ');
            }
            space = true;
            continue;
        }
        space = false;
        match character {
            '\u{2019}' | '\u{2018}' | '\u{b4}' => folded.push('\''),
            '\u{201c}' | '\u{201d}' => folded.push('"'),
            other => folded.extend(other.to_lowercase()),
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
}
