//! What a draft meets outside of itself: what we have said to the contact before, and what belongs to other contacts.
//!
//! Neither stands in the draft. Whoever asks the gate looks up what [`to_look_up`] names, and hands it in as [`Around`].

use std::collections::{BTreeSet, HashSet};

use super::links::{MAIL, PHONE, is_date, is_phone};
use super::names::COMMON;
use super::text::{Trusted, fold_into, words};
use super::{Check, Found, Reviewed};

/// Things in one draft that are looked up. A draft with more is not looked up at all: then nobody knows.
const MOST: usize = 24;
/// Digits that a number needs to be somebody's: those of an order, a customer, a contract.
const LEAST_DIGITS: usize = 5;
/// Words in a row that are compared.
const SHINGLE: usize = 2;
/// Share of two texts' pairs of words that both have, from which on they say nearly the same.
const ALIKE: f64 = 0.6;

/// What was looked up about a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// What we last wrote to the contact, by whoever; `None` where nobody knows.
    pub said: Option<Vec<String>>,
    /// What in the draft belongs to other contacts; `None` where nobody knows.
    pub others: Option<Vec<Belonging>>,
    /// To how many other contacts a model has written nearly the same lately; `None` where nobody knows.
    pub alike: Option<u32>,
}

impl Around {
    /// Nothing was said, there is nobody else.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { said: Some(Vec::new()), others: Some(Vec::new()), alike: Some(0) }
    }
}

/// Words of a draft that belong to another contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// As they stand in the draft.
    pub words: String,
    /// What they are.
    pub kind: Kind,
}

/// What words of a draft may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A mail address.
    Mail,
    /// A phone number.
    Phone,
    /// Two or three words with capitals.
    Name,
    /// The number of an order, a contract, a customer.
    Number,
}

impl Kind {
    const fn says(self) -> &'static str {
        match self {
            Self::Mail => "the mail address of another contact",
            Self::Phone => "the phone number of another contact",
            Self::Name => "the name of another contact",
            Self::Number => "a number that another contact has written of",
        }
    }
}

/// What of a draft has to be looked up, each once: it may belong to another contact, and is not of this thread. `None`
/// where that is too much.
#[must_use]
pub fn to_look_up(reviewed: &Reviewed<'_>) -> Option<Vec<Belonging>> {
    let whole = super::whole(reviewed.subject, reviewed.body);
    let trusted = Trusted::new(reviewed);
    let own = own_words(reviewed);
    let folded = |text: &str| {
        let mut folded = String::new();
        fold_into(&mut folded, text);
        folded
    };
    let thread = folded(reviewed.thread);
    let heard = |words: &str| trusted.heard(words) || thread.contains(&folded(words));
    let mut found: BTreeSet<(Kind, &str)> = BTreeSet::new();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (pattern, kind) in [(&MAIL, Kind::Mail), (&PHONE, Kind::Phone)] {
        let pattern = pattern.as_ref()?;
        for hit in pattern.find_iter(&whole) {
            // Nothing but digits is a number of another kind.
            if kind == Kind::Phone && !is_phone(hit.as_str().trim()) {
                continue;
            }
            taken.push((hit.start(), hit.end()));
            if !ours(reviewed, hit.as_str()) && !heard(hit.as_str()) {
                found.insert((kind, hit.as_str().trim()));
            }
        }
    }
    let free = |start: usize, end: usize| taken.iter().all(|(from, to)| end <= *from || start >= *to);
    for (start, number) in numbers(&whole) {
        let is_known = heard(number) || trusted.says(number);
        if free(start, start + number.len()) && !is_known {
            found.insert((Kind::Number, number));
        }
    }
    for (start, name) in names(&whole, &own) {
        if free(start, start + name.len()) && !heard(name) && !trusted.in_template(name) {
            found.insert((Kind::Name, name));
        }
    }
    let found = found.into_iter().map(|(kind, words)| Belonging { words: words.to_owned(), kind });
    let found: Vec<Belonging> = found.collect();
    (found.len() <= MOST).then_some(found)
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The contact's own address, or one of ours.
fn ours(reviewed: &Reviewed<'_>, address: &str) -> bool {
    let plain = |text: &str| -> String {
        if text.contains('@') {
            text.trim().to_lowercase()
        } else {
            text.chars().filter(char::is_ascii_digit).collect()
        }
    };
    let address = plain(address);
    address == plain(reviewed.contact_address) || reviewed.ours.iter().any(|ours| plain(ours) == address)
}

/// Words of the contact's own name and of ours, in lower case.
fn own_words(reviewed: &Reviewed<'_>) -> HashSet<String> {
    let names = reviewed.ours.iter().copied().chain([reviewed.contact_name.unwrap_or_default()]);
    names.flat_map(|name| words(name).map(str::to_lowercase).collect::<Vec<_>>()).collect()
}

/// Words of letters, digits and hyphens that have many digits, with their places.
fn numbers(text: &str) -> Vec<(usize, &str)> {
    let part = |one: char| one.is_alphanumeric() || matches!(one, '-' | '/');
    let pieces = text.split(|one: char| !part(one));
    let placed = pieces.map(|piece| {
        let bare = piece.trim_matches(|one: char| !one.is_alphanumeric());
        (bare.as_ptr() as usize - text.as_ptr() as usize, bare)
    });
    placed.filter(|(_, piece)| digits(piece) >= LEAST_DIGITS && !is_date(piece)).collect()
}

/// Two and three words in a row that begin with a capital and are neither common nor our own, with their places.
fn names<'t>(text: &'t str, own: &HashSet<String>) -> Vec<(usize, &'t str)> {
    let mut runs: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    let mut last = 0;
    for word in words(text) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let gap = text.get(last..start).unwrap_or_default();
        last = start + word.len();
        let lower = word.to_lowercase();
        let capital = word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 1;
        let is_name = capital && !COMMON.contains(&lower.as_str()) && !own.contains(&lower);
        if !is_name || !matches!(gap, " " | "-" | "'" | "’" | ". ") {
            runs.push(Vec::new());
        }
        if let Some(run) = runs.last_mut().filter(|_| is_name) {
            run.push((start, last));
        }
    }
    let mut names = Vec::new();
    for run in &runs {
        for many in [2, 3] {
            for window in run.windows(many) {
                if let (Some((start, _)), Some((_, end))) = (window.first(), window.last()) {
                    names.extend(text.get(*start..*end).map(|name| (*start, name)));
                }
            }
        }
    }
    names
}

pub(super) fn look(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let Some(around) = reviewed.around else { return };
    let text = found.text.all;
    for one in around.others.iter().flatten() {
        for (start, hit) in text.match_indices(one.words.as_str()) {
            found.add(Check::OtherContact, start, start + hit.len(), one.kind.says());
        }
    }
    let draft = Shingles::of(reviewed.body);
    if around.said.iter().flatten().any(|said| draft.are_nearly(&Shingles::of(said))) {
        found.add(Check::Repeated, 0, text.len(), "we have said nearly the same to the contact before");
    }
}

/// A text as its pairs of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shingles(BTreeSet<Vec<String>>);

impl Shingles {
    /// Of a text; what is quoted in it from a mail before does not count.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let own: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
        let words: Vec<String> = words(&own.join("\n")).map(str::to_lowercase).collect();
        if words.len() < SHINGLE {
            return Self(if words.is_empty() { BTreeSet::new() } else { BTreeSet::from([words]) });
        }
        Self(words.windows(SHINGLE).map(<[String]>::to_vec).collect())
    }

    /// Whether three fifths of all pairs are in both. Of a text without words nobody can tell: it is like none.
    #[must_use]
    pub fn are_nearly(&self, other: &Self) -> bool {
        let both = self.0.intersection(&other.0).count() as f64;
        both > 0.0 && both >= ALIKE * (self.0.len() + other.0.len()) as f64 - ALIKE * both
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::reviewed;
    use super::*;

    fn asked(body: &str) -> Vec<(Kind, String)> {
        let found = to_look_up(&reviewed(body, &[])).unwrap();
        found.into_iter().map(|one| (one.kind, one.words)).collect()
    }

    #[test]
    fn what_may_be_somebody_elses_is_looked_up_and_what_is_of_the_thread_is_not() {
        let body = "Hello Lena,\n\nyour order 4711882 is with Anna Meyer (anna@other.example, +49 171 2345678), as is AX-20391-7. \
                    Dear Lena Vogt, write to support@acme.example by 2026-03-03.\n\nBest regards\nAda, Acme";
        let wanted = [
            (Kind::Mail, "anna@other.example"),
            (Kind::Phone, "+49 171 2345678"),
            (Kind::Name, "Anna Meyer"),
            (Kind::Number, "AX-20391-7"),
        ];
        assert_eq!(asked(body), wanted.map(|(kind, words)| (kind, words.to_owned())));
        assert_eq!(asked("Thanks, we look into order 4711882."), []);
        let many: String = (10_000..10_100).map(|number| format!("{number}, ")).collect();
        assert_eq!(to_look_up(&reviewed(&many, &[])), None);
    }

    #[test]
    fn what_belongs_to_another_is_found_wherever_it_stands() {
        let around = Around {
            others: Some(vec![Belonging { words: "Anna Meyer".to_owned(), kind: Kind::Name }]),
            ..Around::nothing()
        };
        let body = "Anna Meyer asked that too. Greet Anna Meyer.";
        let found = super::super::review(&Reviewed { around: Some(&around), ..reviewed(body, &[]) });
        let found: Vec<(usize, &str)> = found
            .iter()
            .filter(|one| one.check == Check::OtherContact)
            .map(|one| (one.start, one.words.as_str()))
            .collect();
        assert_eq!(found, [(0, "Anna Meyer"), (33, "Anna Meyer")]);
    }

    #[test]
    fn nearly_the_same_is_so_in_spite_of_a_word_and_not_of_a_sentence() {
        let said =
            "Hello Lena, backups are kept for 30 days and you can restore any of them in the settings under Backups.";
        let again = said.replace("Hello", "Hi");
        let other = "Hello Lena, the Pro plan costs 12 EUR for each user. Backups are kept for 30 days.";
        let alike = |one: &str, other: &str| Shingles::of(one).are_nearly(&Shingles::of(other));
        assert!(alike(said, said) && alike(said, &again) && alike("Thank you!", "thank you"));
        assert!(alike(said, &format!("{said}\n> What do you say?")));
        assert!(!alike(said, other) && !alike("", "") && !alike("Thanks", "Yes"));
    }
}
