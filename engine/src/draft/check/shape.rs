//! The shape of a draft: how long, in which language, what cannot be seen, how loud, how much of it is not its own.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::text::words;
use super::{Check, Found, MOST_CHARACTERS, Reviewed};
use crate::classify::mood;
use crate::domain::ChannelKind;
use crate::language;

/// Letters a text needs before its language is compared.
const DRAFT_LETTERS: usize = 20;
const INBOUND_LETTERS: usize = 40;
/// Words a draft needs before it can be a copy, and words in a row that are compared.
const COPIED_WORDS: usize = 6;
const SHINGLE: usize = 4;
/// Letters that a draft needs before it can be a copy as a whole.
const COPIED_LETTERS: usize = 12;
/// Three strong words of anger and none that is kind.
const LOWEST_MOOD: f64 = -0.85;

static TAG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)</?[a-z][a-z0-9]{0,15}(?:\s[^<>\n]{0,300})?/?>|<!--|&#x?[0-9a-f]{2,6};").ok());

/// Longest text that a channel takes well, in characters.
const fn longest(channel: ChannelKind) -> usize {
    match channel {
        ChannelKind::Sms => 480,
        ChannelKind::Chat => 2_000,
        ChannelKind::Voice => 1_000,
        ChannelKind::Whatsapp => 4_096,
        ChannelKind::Email => 8_000,
    }
}

pub(super) fn look(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    length(reviewed, found);
    hidden(found);
    languages(reviewed, found);
    loud(reviewed, found);
    copied(reviewed, found);
}

fn length(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let all = found.text.all.len();
    if reviewed.body.chars().filter(|one| one.is_alphanumeric()).count() < 2 {
        found.add(Check::Length, 0, all, "it says nothing");
    }
    let characters = reviewed.body.chars().count();
    let most = longest(reviewed.channel);
    if characters > most || characters > MOST_CHARACTERS {
        found.add(Check::Length, 0, all, format!("{characters} characters, more than {most}"));
    }
    let count = reviewed.body.split_whitespace().count();
    if let Some(most) = reviewed.max_words.filter(|most| count > *most as usize) {
        found.add(Check::Length, 0, all, format!("{count} words, more than the {most} that the policy allows"));
    }
}

fn hidden(found: &mut Found<'_, '_>) {
    let text = found.text.all;
    let mut before = ' ';
    for (at, one) in text.char_indices() {
        let joins = matches!(one, '\u{200d}' | '\u{fe0f}' | '\u{fe0e}') && before >= '\u{2190}';
        // Persian and the scripts of India write with these two.
        let writes = matches!(one, '\u{200c}' | '\u{200d}') && ('\u{600}'..='\u{dff}').contains(&before);
        let unseen = matches!(
            one,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
        ) || (one.is_control() && !matches!(one, '\n' | '\r' | '\t'));
        if unseen && !joins && !writes {
            found.add(
                Check::Hidden,
                at,
                at + one.len_utf8(),
                format!("a character that cannot be seen (U+{:04X})", u32::from(one)),
            );
        }
        before = one;
    }
    if let Some(pattern) = TAG.as_ref().filter(|_| text.contains(['<', '&'])) {
        for hit in pattern.find_iter(text) {
            found.add(Check::Hidden, hit.start(), hit.end(), "markup in a text");
        }
    }
}

fn languages(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let letters = |text: &str| text.chars().filter(|one| one.is_alphabetic()).count();
    if letters(reviewed.body) < DRAFT_LETTERS || letters(reviewed.inbound) < INBOUND_LETTERS {
        return;
    }
    let theirs = reviewed.language.or_else(|| language::detect(reviewed.inbound));
    if let (Some(ours), Some(theirs)) = (language::detect(reviewed.body), theirs)
        && ours != theirs
    {
        found.add(Check::Language, 0, found.text.all.len(), format!("it is in `{ours}`, the message in `{theirs}`"));
    }
}

fn loud(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    // What the policy's author wrote has the mood that it is meant to have.
    if reviewed.by_model
        && let Some(mood) = mood(reviewed.body, language::detect(reviewed.body)).filter(|mood| *mood <= LOWEST_MOOD)
    {
        found.add(Check::Tone, 0, text.len(), format!("its mood is very low ({mood:.2})"));
    }
    let marks: Vec<usize> = text.match_indices('!').map(|(at, _)| at).collect();
    if let (true, Some(first), Some(last)) = (marks.len() > 2, marks.first(), marks.last()) {
        found.add(Check::Tone, *first, last + 1, format!("{} exclamation marks", marks.len()));
    }
    let shouts = |word: &str| {
        let letters = word.chars().filter(|one| one.is_alphabetic());
        letters.clone().count() >= 3 && letters.clone().all(char::is_uppercase)
    };
    let mut run = 0;
    for word in reviewed.body.split_whitespace() {
        run = if shouts(word) { run + 1 } else { 0 };
        if run == 3 {
            let end = text.find(word).map_or(text.len(), |at| at + word.len());
            found.add(Check::Tone, end - word.len(), end, "three words in a row in capitals");
        }
    }
}

/// Most of the draft is the message again: an injection that is passed on, or a call that failed.
fn copied(reviewed: &Reviewed<'_>, found: &mut Found<'_, '_>) {
    let draft = reviewed.body.to_lowercase();
    let inbound = reviewed.inbound.to_lowercase();
    // Also where nothing parts words, as in Japanese.
    let letters = draft.chars().filter(|one| one.is_alphanumeric()).count();
    if letters >= COPIED_LETTERS && inbound.contains(draft.trim()) {
        found.add(Check::Copied, 0, found.text.all.len(), "all of it are the customer's own words");
        return;
    }
    let draft: Vec<&str> = words(&draft).collect();
    if draft.len() < COPIED_WORDS {
        return;
    }
    let inbound: Vec<&str> = words(&inbound).collect();
    let heard: HashSet<&[&str]> = inbound.windows(SHINGLE).collect();
    let mut covered = vec![false; draft.len()];
    for (at, window) in draft.windows(SHINGLE).enumerate() {
        if heard.contains(window) {
            covered.iter_mut().skip(at).take(SHINGLE).for_each(|one| *one = true);
        }
    }
    let count = covered.iter().filter(|one| **one).count();
    if count * 10 >= draft.len() * 6 {
        let share = count * 100 / draft.len();
        found.add(Check::Copied, 0, found.text.all.len(), format!("{share} % of it are the customer's own words"));
    }
}
