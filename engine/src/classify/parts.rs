//! A message in the parts that may each be about something of their own.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Parts that are looked at.
const MOST: usize = 12;
/// A part of fewer words says too little by itself.
const FEWEST_WORDS: usize = 2;
/// Words after which something else may come, as they stand between blanks.
const TURNS: [&str; 16] = [
    " but ",
    " however ",
    " also ",
    " besides ",
    " aber ",
    " jedoch ",
    " ausserdem ",
    " außerdem ",
    " mais ",
    " aussi ",
    " pero ",
    " también ",
    " mas ",
    " também ",
    " però ",
    " maar ",
];

/// Finds the first of them; nothing only if it could not be built, which a test rules out.
static TURN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(TURNS).ok());

/// The sentences of a text, and what stands before and after a word such as `but`. Nothing where there is one part only.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for sentence in text.split(['.', '!', '?', ';', '\n', '。', '！', '？']) {
        let mut rest = sentence;
        while let Some(turn) = TURN.as_ref().and_then(|turns| turns.find(rest)) {
            parts.extend(rest.get(..turn.start()));
            rest = rest.get(turn.end()..).unwrap_or_default();
        }
        parts.push(rest);
    }
    parts.retain(|part| part.split_whitespace().count() >= FEWEST_WORDS);
    parts.truncate(MOST);
    if parts.len() < 2 { Vec::new() } else { parts }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_message_falls_into_sentences_and_turns() {
        assert_eq!(
            parts("Sounds great, send it over! But I am away until May 3. ok\nWho pays, however that works?"),
            ["Sounds great, send it over", " But I am away until May 3", "Who pays,", "that works"]
        );
        assert_eq!(parts("we like it but we have no money"), ["we like it", "we have no money"]);
        assert!(parts("One single thing.").is_empty() && parts("").is_empty() && parts("ok. yes. no.").is_empty());
        assert_eq!(parts(&"all of it. ".repeat(100)).len(), 12);
    }
}
