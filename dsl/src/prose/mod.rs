//! The policy as plain prose, for auditors: what the AI may do where, what it may never do, who is called.
//!
//! Every sentence stands for one line of the policy and names it. Only what is in force is told: settings of imported
//! files and built-in tables that the policy replaces are left out.

mod conditions;
mod rules;
mod settings;
mod vocabulary;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::ast::{At, Item, ItemKind, NoteValue};
use crate::load::{File, Loader, Role, STANDARD};
use crate::policy::Policy;
use crate::source::Sources;
use crate::verdict::Location;

/// A policy in prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Name of the policy.
    pub policy: String,
    /// One sentence about it.
    pub title: Option<String>,
    /// Digest of the policy that was read.
    pub digest: String,
    /// The policy files it is made of, the root file first.
    pub files: Vec<String>,
    /// The sections, in reading order; none is empty.
    pub sections: Vec<Section>,
}

/// A part of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What the sentences have in common.
    pub introduction: Option<String>,
    /// Whether the order of the sentences matters.
    pub ordered: bool,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

/// What one line of the policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Markdown.
    pub text: String,
    /// The line.
    pub at: Location,
}

/// The policy in prose.
pub fn document(policy: &Policy) -> Document {
    let files = policy.files().clone();
    let read = |path: &str| files.get(path).cloned().ok_or_else(|| "it was not kept with the policy".to_owned());
    let mut loader = Loader::new(&read, &STANDARD);
    // The same files made this policy, so they can be read.
    let _ = loader.load(policy.root());
    let writer = Writer { policy, files: &loader.files, sources: &loader.sources };
    let sections = [writer.intents(), writer.settings(), writer.restrictions(), writer.people(), writer.vocabulary()];
    let mut names: Vec<String> = loader
        .files
        .iter()
        .rev()
        .filter_map(|file| loader.sources.files.get(file.number as usize))
        .map(|file| file.name.clone())
        .collect();
    names.dedup();
    Document {
        policy: policy.name().to_owned(),
        title: policy.title().map(str::to_owned),
        digest: policy.digest().to_owned(),
        files: names,
        sections: sections.into_iter().flatten().filter(|section| !section.sentences.is_empty()).collect(),
    }
}

impl Document {
    /// The document as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("# What the policy `{}` says\n\n", self.policy);
        if let Some(title) = &self.title {
            let _ = writeln!(text, "{}.\n", title.trim_end_matches('.'));
        }
        let files: Vec<String> = self.files.iter().map(|file| format!("`{file}`")).collect();
        let _ = writeln!(
            text,
            "This is the policy in plain words, sentence by sentence; behind each stands the line that says it. It was made \
             from\n{}, digest\n`{}`.\n",
            words::list(&files, "and"),
            self.digest
        );
        text.push_str(
            "Of everything that applies to a message the most careful wins. From free to careful: the reply leaves; it waits for\n\
             some time; a person must approve it; the AI does not answer; the AI does not answer and a person is called. What\n\
             cannot be determined counts as if the rule applied.\n",
        );
        for section in &self.sections {
            let _ = write!(text, "\n## {}\n\n", section.title);
            if let Some(introduction) = &section.introduction {
                let _ = write!(text, "{introduction}\n\n");
            }
            for (number, sentence) in section.sentences.iter().enumerate() {
                let mark = if section.ordered { format!("{}.", number + 1) } else { "-".to_owned() };
                let _ = writeln!(text, "{mark} {} ({}:{})", sentence.text, sentence.at.file, sentence.at.line);
            }
        }
        text
    }
}

struct Writer<'p> {
    policy: &'p Policy,
    files: &'p [File],
    sources: &'p Sources,
}

impl Writer<'_> {
    /// Every item with the role of its file, `std/base` first and the root file last.
    fn items(&self) -> impl Iterator<Item = (Role, &Item)> {
        self.files.iter().flat_map(|file| file.tree.items.iter().map(move |item| (file.role, item)))
    }

    /// Settings count in the root file only.
    fn own(&self) -> impl Iterator<Item = &Item> {
        self.items().filter(|(role, _)| *role == Role::Root).map(|(_, item)| item)
    }

    fn sentence(&self, at: At, text: impl Into<String>) -> Sentence {
        Sentence { text: text.into(), at: self.sources.location(at) }
    }

    fn header(&self, text: impl Into<String>) -> Sentence {
        Sentence { text: text.into(), at: self.policy.model.header.clone() }
    }
}

fn section(title: &str, introduction: Option<&str>, sentences: Vec<Sentence>) -> Section {
    Section { title: title.to_owned(), introduction: introduction.map(str::to_owned), ordered: false, sentences }
}

/// What annotations say about a rule, as further sentences.
fn notes(item: &Item) -> String {
    let mut by_tag: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in &item.notes {
        let argument = match &note.argument {
            Some(NoteValue::Text(word) | NoteValue::Date(word) | NoteValue::Code(word) | NoteValue::Name(word)) => {
                &word.text
            }
            None => "",
        };
        by_tag.entry(&note.tag.text).or_default().push(argument);
    }
    let said = |tag: &str| by_tag.get(tag).and_then(|arguments| arguments.first()).copied();
    let mut text = String::new();
    match (said("owner"), said("ticket")) {
        (Some(owner), Some(ticket)) => {
            let _ = write!(text, " It belongs to {owner} (ticket {ticket}).");
        }
        (Some(owner), None) => {
            let _ = write!(text, " It belongs to {owner}.");
        }
        (None, Some(ticket)) => {
            let _ = write!(text, " Its ticket is {ticket}.");
        }
        (None, None) => {}
    }
    if let Some(until) = said("until") {
        let _ = write!(text, " It is meant to be looked at again by {}.", words::date(until));
    }
    if said("backstop").is_some() {
        text.push_str(" It is a backstop: other rules are meant to ask for as much already.");
    }
    text
}

/// Titles of what a policy declares, as ` (“Support desk”)`.
fn titled(title: Option<&crate::ast::Word>) -> String {
    title.map_or_else(String::new, |title| format!(" (“{}”)", title.text))
}

/// Whether the root file has such an item; it then replaces that of `std/base`.
fn replaces(writer: &Writer<'_>, is: impl Fn(&ItemKind) -> bool) -> bool {
    writer.own().any(|item| is(&item.kind))
}
