//! Names and sentences of a model's draft: what nothing that it rests on says.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::text::{Trusted, words};
use super::{Check, Found, Reviewed};
use crate::language;

/// Whom a text greets.
static GREETING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^\s*(?i:hi|hello|hey|dear|good\s(?:morning|afternoon|evening)|hallo|liebe[r]?|guten\s(?:tag|morgen|abend)|sehr\sgeehrte[r]?|bonjour|cher|chère|hola|buenos\sdías|estimad[oa]|ciao|gentile|olá|caro|cara|beste|hej)\s+(?P<name>(?:(?i:mr|mrs|ms|dr|herr|frau|monsieur|madame|señora?|signora?)\.?\s+)?\p{Lu}[\p{L}'’-]+(?:\s\p{Lu}[\p{L}'’-]+){0,2})\s*[,!:.]?\s*$",
    )
    .ok()
});

/// Words with a capital that name nobody.
pub(super) const COMMON: [&str; 66] = [
    "i",
    "we",
    "you",
    "the",
    "best",
    "kind",
    "warm",
    "regards",
    "dear",
    "hello",
    "hi",
    "thank",
    "thanks",
    "many",
    "sincerely",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "re",
    "fw",
    "mr",
    "mrs",
    "ms",
    "dr",
    "team",
    "support",
    "customer",
    "service",
    "sales",
    "help",
    "center",
    "centre",
    "all",
    "there",
    "everyone",
    "sir",
    "madam",
    "english",
    "german",
    "french",
    "spanish",
    "italian",
    "portuguese",
    "dutch",
    "herr",
    "frau",
    "your",
    "our",
    "my",
    "yours",
];

/// Share of a sentence's words that something must support.
const SUPPORT: f64 = 0.34;
/// Words of weight that a sentence needs before it is judged by them.
const LEAST_WORDS: usize = 5;

pub(super) fn look(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    greeting(reviewed, trusted, found);
    if !reviewed.by_model {
        return;
    }
    let known = known(reviewed, trusted);
    names(&known, found);
    if !reviewed.passages.is_empty() {
        support(&known, found);
    }
}

/// Every word that something supports, in lower case.
fn known(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>) -> HashSet<String> {
    let mut known: HashSet<String> = trusted.words().into_iter().map(str::to_owned).collect();
    for text in [reviewed.contact_name.unwrap_or_default(), reviewed.contact_address] {
        known.extend(words(&text.to_lowercase()).map(str::to_owned));
    }
    known
}

fn greeting(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let Some(hit) = GREETING.as_ref().and_then(|pattern| pattern.captures(found.text.all)) else { return };
    let Some(name) = hit.name("name") else { return };
    let contact = reviewed.contact_name.unwrap_or_default().to_lowercase();
    let contact: HashSet<&str> = words(&contact).collect();
    // Where the contact is nameless, the name may be the one under the message.
    let signed = |word: &str| contact.is_empty() && words(trusted.inbound()).any(|heard| heard == word);
    let folded = name.as_str().to_lowercase();
    let is_known = |word: &str| {
        contact.contains(word) || COMMON.contains(&word) || signed(word) || trusted.in_template(name.as_str())
    };
    if !words(&folded).all(is_known) {
        found.add(Check::Greeting, name.start(), name.end(), "this is not the contact's name");
    }
}

/// Two words in a row with capitals, neither of which anything supports.
fn names(known: &HashSet<String>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    // Every noun of German has a capital: there only a title gives a name away.
    let german = language::detect(text) == Some("de");
    let mut run: Vec<(usize, usize)> = Vec::new();
    let mut titled = false;
    let mut places: Vec<(usize, &str)> = Vec::new();
    for (at, _) in text.char_indices() {
        let begins =
            text.get(..at).is_none_or(|before| !before.ends_with(|one: char| one.is_alphanumeric() || one == '\''));
        if begins
            && let Some(word) = text
                .get(at..)
                .and_then(|rest| words(rest).next())
                .filter(|word| text.get(at..).is_some_and(|rest| rest.starts_with(word)))
        {
            places.push((at, word));
        }
    }
    let mut last_end = 0;
    let mut hits: Vec<(usize, usize)> = Vec::new();
    for (at, word) in places {
        let lower = word.to_lowercase();
        let gap = text.get(last_end..at).unwrap_or_default();
        let joined = gap == " " || gap == "-";
        let capital = word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 1;
        let unknown = capital && !known.contains(&lower) && !COMMON.contains(&lower.as_str());
        if !joined {
            close(&mut run, &mut titled, german, &mut hits);
        }
        if unknown {
            run.push((at, at + word.len()));
        } else {
            close(&mut run, &mut titled, german, &mut hits);
            titled = matches!(lower.as_str(), "herr" | "frau" | "mr" | "mrs" | "ms" | "dr");
        }
        last_end = at + word.len();
        if unknown && text.get(last_end..).is_some_and(|rest| rest.starts_with(". ") && titled) {
            last_end += 1;
        }
    }
    close(&mut run, &mut titled, german, &mut hits);
    for (start, end) in hits {
        found.add(Check::Names, start, end, "nothing that the draft rests on has this name");
    }
}

fn close(run: &mut Vec<(usize, usize)>, titled: &mut bool, german: bool, hits: &mut Vec<(usize, usize)>) {
    let enough = if *titled { 1 } else { 2 };
    if run.len() >= enough
        && (*titled || !german)
        && let (Some(first), Some(last)) = (run.first(), run.last())
    {
        hits.push((first.0, last.1));
    }
    run.clear();
    *titled = false;
}

/// Sentences whose words of weight stand in nothing that the draft rests on. A measure of overlap, not of truth.
fn support(known: &HashSet<String>, found: &mut Found<'_, '_>) {
    // The beginnings of words, so that `invoices` supports `invoice`.
    let stems: HashSet<String> = known.iter().map(|word| word.chars().take(5).collect()).collect();
    for (start, sentence) in found.text.sentences() {
        let weighty: Vec<String> = words(sentence)
            .filter(|word| word.chars().count() >= 5)
            .map(|word| word.to_lowercase().chars().take(5).collect())
            .collect();
        if weighty.len() < LEAST_WORDS {
            continue;
        }
        let supported = weighty.iter().filter(|stem| stems.contains(*stem)).count();
        if (supported as f64) < SUPPORT * weighty.len() as f64 {
            let says = format!("{supported} of {} words of weight stand in what the draft rests on", weighty.len());
            let skipped = sentence.len() - sentence.trim_start().len();
            found.add(Check::Unsupported, start + skipped, start + sentence.len(), says);
        }
    }
}
