//! Rules for what must not be missed: opt-out, request for a person, legal threat, self-harm.
//!
//! They have high recall and can only make an outcome stricter, so a false alarm costs a person's glance and no more.
//! Phrases are looked for in some twenty languages at once, whatever the language of the text seems to be. They are
//! compared in folded form (no accents, no apostrophes) on word boundaries; a closing `*` lets the last word go on.
//! Chinese, Japanese, Korean and Arabic phrases match anywhere.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::folding::fold;

/// An opt-out phrase counts in a text of at most this many words; in a longer one it is a doubt.
const SHORT_TEXT: usize = 60;
/// A mere hint counts as an opt-out in a text of at most this many words.
const VERY_SHORT_TEXT: usize = 3;
/// Words of politeness that leave a one-word request what it is.
const POLITE: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "you",
    "thx",
    "ok",
    "just",
    "now",
    "bitte",
    "danke",
    "sofort",
    "merci",
    "svp",
    "sil",
    "vous",
    "plait",
    "por",
    "favor",
    "gracias",
    "per",
    "favore",
    "grazie",
    "obrigado",
    "obrigada",
    "aub",
    "alsjeblieft",
    "alstublieft",
    "bedankt",
    "a",
    "u",
    "b",
    "prosze",
    "dziekuje",
    "tack",
    "tak",
    "takk",
    "lutfen",
    "tesekkurler",
    "prosim",
    "dekuji",
    "diky",
    "пожалуйста",
    "спасибо",
];

/// What the rules saw in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSignals {
    /// The writer asks to be written to no more.
    pub opt_out: bool,
    /// The text speaks of opting out, but perhaps of another's, or in passing in a long text.
    pub opt_out_doubtful: bool,
    /// The writer asks for a person.
    pub human_request: bool,
    /// The writer threatens or takes legal steps.
    pub legal_threat: bool,
    /// The writer speaks of ending or harming their own life.
    pub self_harm: bool,
    /// The phrases found, each with what it speaks for; for people.
    pub evidence: Vec<String>,
}

impl RuleSignals {
    /// Whether any rule saw anything.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.opt_out || self.opt_out_doubtful || self.human_request || self.legal_threat || self.self_harm
    }

    /// The signals of two parts of one message together.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.opt_out |= other.opt_out;
        self.opt_out_doubtful |= other.opt_out_doubtful;
        self.human_request |= other.human_request;
        self.legal_threat |= other.legal_threat;
        self.self_harm |= other.self_harm;
        self.evidence.extend(other.evidence);
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Alone,
    OptOut,
    Hint,
    Trap,
    Human,
    Legal,
    SelfHarm,
}

impl Kind {
    /// The list of phrases, as its file has it.
    const fn list(self) -> &'static str {
        match self {
            Self::Alone => include_str!("opt_out_alone.txt"),
            Self::OptOut => include_str!("opt_out.txt"),
            Self::Hint => include_str!("opt_out_hint.txt"),
            Self::Trap => include_str!("opt_out_trap.txt"),
            Self::Human => include_str!("human_request.txt"),
            Self::Legal => include_str!("legal_threat.txt"),
            Self::SelfHarm => include_str!("self_harm.txt"),
        }
    }

    /// The phrases: each line of a list is `language: phrase | phrase`, `#` starts a comment.
    fn phrases(self) -> impl Iterator<Item = &'static str> {
        let lines = self.list().lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(": ")).flat_map(|(_, phrases)| phrases.split(" | "))
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Alone | Self::OptOut => "opt-out",
            Self::Hint | Self::Trap => "possible opt-out",
            Self::Human => "asks for a person",
            Self::Legal => "legal threat",
            Self::SelfHarm => "self-harm",
        }
    }
}

/// The phrases and the automaton that finds them; entry `i` is pattern `i`.
struct Phrases {
    automaton: AhoCorasick,
    entries: Vec<(Kind, &'static str)>,
}

/// All phrases in one automaton; empty only if it could not be built, which a test rules out.
static PHRASES: LazyLock<Option<Phrases>> = LazyLock::new(|| {
    let kinds = [Kind::OptOut, Kind::Hint, Kind::Trap, Kind::Human, Kind::Legal, Kind::SelfHarm];
    let entries: Vec<(Kind, &'static str)> =
        kinds.iter().flat_map(|kind| kind.phrases().map(|phrase| (*kind, phrase))).collect();
    let patterns = entries.iter().map(|(_, phrase)| pattern(phrase));
    AhoCorasick::new(patterns).ok().map(|automaton| Phrases { automaton, entries })
});

/// The folded phrases of a request that stands alone.
static ALONE: LazyLock<HashSet<String>> =
    LazyLock::new(|| Kind::Alone.phrases().map(|phrase| fold(phrase).trim().to_owned()).collect());

/// Words of the longest of them.
static LONGEST_ALONE: LazyLock<usize> =
    LazyLock::new(|| ALONE.iter().map(|phrase| phrase.split_whitespace().count()).max().unwrap_or(0));

/// The folded form of a phrase with the word boundaries it asks for.
fn pattern(phrase: &str) -> String {
    let (bare, open) = phrase.strip_suffix('*').map_or((phrase, false), |bare| (bare, true));
    let folded = fold(bare);
    if bare.chars().any(is_unspaced) {
        folded.trim().to_owned()
    } else if open {
        folded.trim_end().to_owned()
    } else {
        folded
    }
}

/// Letters of scripts whose words are not, or not always, set apart by spaces.
const fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{0600}'..='\u{06ff}')
}

/// Looks for the phrases in a text that the writer wrote this time (quoted text removed).
#[must_use]
pub fn signals(text: &str) -> RuleSignals {
    let folded = fold(text);
    let words = folded.split_whitespace().filter(|word| *word != ".").count();
    let mut found = RuleSignals::default();
    let (mut opt_out, mut hint, mut trap) = (false, false, false);
    if let Some(Phrases { automaton, entries }) = PHRASES.as_ref() {
        for hit in automaton.find_overlapping_iter(&folded) {
            let Some((kind, phrase)) = entries.get(hit.pattern().as_usize()) else { continue };
            match kind {
                Kind::Alone => {}
                Kind::OptOut => opt_out = true,
                Kind::Hint => hint = true,
                Kind::Trap => trap = true,
                Kind::Human => found.human_request = true,
                Kind::Legal => found.legal_threat = true,
                Kind::SelfHarm => found.self_harm = true,
            }
            let line = format!("{}: \"{}\"", kind.label(), phrase.trim_end_matches('*'));
            if !found.evidence.contains(&line) {
                found.evidence.push(line);
            }
        }
    }
    // A single line has been folded as the whole already.
    let line_alone = || text.contains('\n') && text.lines().any(|line| stands_alone(&fold(line)));
    let alone = stands_alone(&folded) || (words <= SHORT_TEXT && line_alone());
    found.opt_out = !trap && (alone || (opt_out && words <= SHORT_TEXT) || (hint && words <= VERY_SHORT_TEXT));
    found.opt_out_doubtful = !found.opt_out && (opt_out || alone || hint);
    if alone && found.evidence.is_empty() {
        found.evidence.push(format!("opt-out: \"{}\"", text.trim()));
    }
    found
}

/// Whether a folded line is nothing but a request to stop, politeness aside.
fn stands_alone(folded: &str) -> bool {
    let mut line = String::new();
    let (mut last, mut count) = ("", 0);
    for word in folded.split_ascii_whitespace().filter(|word| *word != "." && !POLITE.contains(word)) {
        if word == last {
            continue;
        }
        count += 1;
        if count > *LONGEST_ALONE {
            return false;
        }
        if count > 1 {
            line.push(' ');
        }
        line.push_str(word);
        last = word;
    }
    ALONE.contains(&line)
}

#[cfg(test)]
mod tests {
    use super::PHRASES;

    #[test]
    fn every_phrase_is_in_the_automaton() {
        let phrases = PHRASES.as_ref().map(|phrases| (phrases.automaton.patterns_len(), phrases.entries.len()));
        assert!(phrases.is_some_and(|(patterns, entries)| patterns == entries && entries > 500), "{phrases:?}");
    }
}
