//! Draft checks: what is looked at in every draft before the gate, word by word and without any model.
//!
//! Each check finds places in the text as it would be sent. What is found can only make an outcome stricter: the facts
//! `draft.doubtful` and `draft.unsafe`, and one of its own for each [`Check`], are read by rules, of which the two that
//! every policy has ask a person, or leave the message to one. A check that cannot be made leaves its fact out, and an
//! absent fact counts as matched.
//!
//! What a draft rests on decides what it may say. The policy's own template and the passages of its knowledge are
//! trusted: numbers, links and promises that stand there may be said. What the customer wrote is not: it may be
//! repeated where that binds nobody (an order number), and never where it does (a discount).

mod around;
mod inner;
mod links;
mod names;
mod numbers;
mod personal;
mod phrases;
mod shape;
mod text;

use serde::{Deserialize, Serialize};

use crate::domain::ChannelKind;
pub use around::{Around, Belonging, Kind, Shingles, to_look_up};
pub use inner::Inner;
use text::{Text, Trusted};

/// Findings that are kept of one check.
const MOST_PER_CHECK: usize = 5;
/// Characters of a finding's words that are kept.
const LONGEST: usize = 80;
/// Characters of a draft that are looked at; a longer one is too long, which is a finding.
const MOST_CHARACTERS: usize = 40_000;

/// What every canary begins with: a word in our prompts that no draft ever has a reason to repeat.
pub const CANARY: &str = "rmt-canary-";

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A place of a template that was never filled.
    Unfilled,
    /// Nothing in it, or more than the channel or the policy takes.
    Length,
    /// Another language than the message's.
    Language,
    /// A number, price, date or percentage that nothing supports.
    Ungrounded,
    /// A value that only the customer named, where it binds us.
    Echo,
    /// A promise or commitment that the policy's own text does not make.
    Promise,
    /// A link that nothing trusted has, or one that is not what it looks like.
    Link,
    /// A mail address or phone number that is not on file.
    Address,
    /// A card, an account, a national number, a date of birth.
    PersonalData,
    /// A key, a token, a password, the canary of our prompts.
    Secret,
    /// Words of our prompts or of the policy itself.
    Leak,
    /// A model that talks about itself or about its task.
    ModelTalk,
    /// Mostly the customer's own words.
    Copied,
    /// Characters that cannot be seen, or markup that does something.
    Hidden,
    /// Insults, shouting, too many exclamation marks.
    Tone,
    /// Greets somebody else.
    Greeting,
    /// Speaks of an attachment that is not there.
    Attachment,
    /// Names of people, products or companies that nothing supports.
    Names,
    /// Sentences that have little to do with what the draft rests on.
    Unsupported,
    /// Without something that the policy asks for.
    Missing,
    /// Nearly what we last wrote to the contact.
    Repeated,
    /// A name, an address or a number of another contact.
    OtherContact,
}

impl Check {
    /// Every check, in the order in which findings are told.
    pub const ALL: [Self; 22] = [
        Self::Secret,
        Self::Hidden,
        Self::Leak,
        Self::OtherContact,
        Self::PersonalData,
        Self::Missing,
        Self::Unfilled,
        Self::Promise,
        Self::Echo,
        Self::Ungrounded,
        Self::Link,
        Self::Address,
        Self::Names,
        Self::Unsupported,
        Self::Greeting,
        Self::Attachment,
        Self::ModelTalk,
        Self::Copied,
        Self::Repeated,
        Self::Language,
        Self::Tone,
        Self::Length,
    ];

    /// The path of its fact.
    #[must_use]
    pub const fn fact(self) -> &'static str {
        match self {
            Self::Unfilled => "draft.unfilled",
            Self::Length => "draft.length",
            Self::Language => "draft.language",
            Self::Ungrounded => "draft.ungrounded",
            Self::Echo => "draft.echo",
            Self::Promise => "draft.promise",
            Self::Link => "draft.link",
            Self::Address => "draft.address",
            Self::PersonalData => "draft.personal_data",
            Self::Secret => "draft.secret",
            Self::Leak => "draft.leak",
            Self::ModelTalk => "draft.model_talk",
            Self::Copied => "draft.copied",
            Self::Hidden => "draft.hidden",
            Self::Tone => "draft.tone",
            Self::Greeting => "draft.greeting",
            Self::Attachment => "draft.attachment",
            Self::Names => "draft.names",
            Self::Unsupported => "draft.unsupported",
            Self::Missing => "draft.missing",
            Self::Repeated => "draft.repeated",
            Self::OtherContact => "draft.other_contact",
        }
    }

    /// True where not even a person's yes lets this very text go: somebody must write it anew.
    #[must_use]
    pub const fn is_unsafe(self) -> bool {
        matches!(self, Self::Secret | Self::Hidden | Self::Leak)
    }
}

/// A place in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check that found it.
    pub check: Check,
    /// Where it begins in the draft, in characters; a subject comes first and an empty line after it.
    pub start: usize,
    /// Where it ends, in characters.
    pub end: usize,
    /// The words, at most 80 characters of them. Of a secret only the beginning.
    pub words: String,
    /// What is wrong with it, for people.
    pub says: String,
}

/// A passage that a draft rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Name of the document, and the part of it.
    pub title: String,
    /// Its text.
    pub text: String,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Reviewed<'a> {
    /// Channel the draft would go out by.
    pub channel: ChannelKind,
    /// Its subject, where it has one.
    pub subject: Option<&'a str>,
    /// Its text.
    pub body: &'a str,
    /// True when a language model wrote it: then names and sentences must be supported as well.
    pub by_model: bool,
    /// The text of the template it was made from, where it was.
    pub template: Option<&'a str>,
    /// Passages of the policy's knowledge that it was made from.
    pub passages: &'a [Passage],
    /// Texts of ours that no draft may repeat: prompts and the policy.
    pub inner: &'a Inner,
    /// Subject of the message it answers.
    pub inbound_subject: Option<&'a str>,
    /// Text of the message it answers.
    pub inbound: &'a str,
    /// The same with what it quotes.
    pub thread: &'a str,
    /// Language of that message, where it could be told.
    pub language: Option<&'a str>,
    /// The contact's name, where known.
    pub contact_name: Option<&'a str>,
    /// The address it would go to.
    pub contact_address: &'a str,
    /// Addresses and names of ours: the channel's address, the workspace's and the AI agent's name.
    pub ours: [&'a str; 3],
    /// Most words that the policy allows.
    pub max_words: Option<u32>,
    /// Words that the policy asks for in it: they are its own.
    pub notices: &'a [&'a str],
    /// What the policy asks for and was not found in it, by name.
    pub missing: &'a [&'a str],
    /// What was looked up about it; `None` where nothing was.
    pub around: Option<&'a Around>,
}

/// Looks at a draft. The findings are in the order of [`Check::ALL`], then by place.
#[must_use]
pub fn review(reviewed: &Reviewed<'_>) -> Vec<Finding> {
    let whole = whole(reviewed.subject, reviewed.body);
    let cut: String = whole.chars().take(MOST_CHARACTERS).collect();
    // Our own `Re: ..` of the customer's subject says nothing that is ours.
    let ours_from = match reviewed.subject {
        Some(subject) if repeats_subject(subject, reviewed.inbound_subject) => subject.len() + 2,
        _ => 0,
    };
    let text = Text::new(&cut, ours_from.min(cut.len()));
    let trusted = Trusted::new(reviewed);
    let mut found = Found { text: &text, findings: Vec::new() };
    shape::look(reviewed, &mut found);
    phrases::look(&trusted, &mut found);
    links::look(reviewed, &trusted, &mut found);
    numbers::look(reviewed, &trusted, &mut found);
    personal::look(reviewed, &trusted, &mut found);
    names::look(reviewed, &trusted, &mut found);
    around::look(reviewed, &mut found);
    for part in reviewed.missing {
        found.add(Check::Missing, 0, cut.len(), format!("the policy asks for `{part}`"));
    }
    let place = |check: Check| Check::ALL.iter().position(|one| *one == check);
    let mut findings = found.findings;
    findings.sort_by_key(|finding| (place(finding.check), finding.start, finding.end));
    findings
}

/// The text that is looked at: a promise in the subject is a promise.
#[must_use]
pub fn whole(subject: Option<&str>, body: &str) -> String {
    subject.map_or_else(|| body.to_owned(), |subject| format!("{subject}\n\n{body}"))
}

fn repeats_subject(subject: &str, inbound: Option<&str>) -> bool {
    let bare = |text: &str| {
        let text = text.trim();
        let text = text.strip_prefix("Re:").or_else(|| text.strip_prefix("RE:")).unwrap_or(text);
        text.trim().to_lowercase()
    };
    let ours = bare(subject);
    ours.is_empty() || inbound.is_some_and(|inbound| bare(inbound) == ours)
}

/// Where findings are gathered.
struct Found<'t, 's> {
    text: &'t Text<'s>,
    findings: Vec<Finding>,
}

impl Found<'_, '_> {
    /// Notes bytes `start..end` of the text.
    fn add(&mut self, check: Check, start: usize, end: usize, says: impl Into<String>) {
        let full = self.findings.iter().filter(|finding| finding.check == check).count() >= MOST_PER_CHECK;
        if full || (end <= self.text.ours_from && check != Check::Hidden) {
            return;
        }
        let written = self.text.all.get(start..end).unwrap_or_default();
        let words: String = if check == Check::Secret {
            written.chars().take(6).chain("…".chars()).collect()
        } else {
            written.chars().take(LONGEST).collect()
        };
        let (start, end) = (self.text.characters(start), self.text.characters(end));
        self.findings.push(Finding { check, start, end, words, says: says.into() });
    }
}

#[cfg(test)]
mod tests;
