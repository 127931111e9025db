//! The texts of a policy's files, and places in them.

use std::cell::Cell;

use crate::ast::At;
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit, Fix, Label, Span};
use crate::verdict::Location;

/// Letters of a message, and a quarter of that at its end.
const LONGEST_MESSAGE: usize = 800;
/// Words longer than this, in bytes, are like no other: comparing takes the product of their lengths.
const LONGEST_COMPARED: usize = 64;

#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) name: String,
    pub(crate) text: String,
    line_starts: Vec<usize>,
    /// The last place asked for: its byte and the letters before it in its line. Places mostly come in order, and a line
    /// can be as long as the file.
    last: Cell<(usize, usize)>,
}

impl SourceFile {
    fn line_and_column(&self, byte: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let (last, letters) = self.last.get();
        let (from, before) = if (start..=byte).contains(&last) { (last, letters) } else { (start, 0) };
        let column = before + self.text.get(from..byte).map_or(0, |between| between.chars().count());
        self.last.set((byte, column));
        (line as u32 + 1, column as u32 + 1)
    }
}

/// All files read so far; an [`At`] points into it by number.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
}

impl Sources {
    pub(crate) fn add(&mut self, name: &str, text: String) -> u32 {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.files.push(SourceFile { name: name.to_owned(), text, line_starts, last: Cell::new((0, 0)) });
        self.files.len() as u32 - 1
    }

    pub(crate) fn number_of(&self, name: &str) -> Option<u32> {
        self.files.iter().position(|file| file.name == name).map(|number| number as u32)
    }

    pub(crate) fn span(&self, at: At) -> Span {
        let Some(file) = self.files.get(at.file as usize) else {
            return Span { file: String::new(), start: 0, end: 0, line: 1, column: 1, end_line: 1, end_column: 1 };
        };
        let (line, column) = file.line_and_column(at.start as usize);
        let (end_line, end_column) = file.line_and_column(at.end as usize);
        let (start, end) = (at.start as usize, at.end as usize);
        Span { file: file.name.clone(), start, end, line, column, end_line, end_column }
    }

    /// The marked text on one line, without comments.
    pub(crate) fn words(&self, at: At) -> String {
        let text = self.files.get(at.file as usize).and_then(|file| file.text.get(at.start as usize..at.end as usize));
        let lines = text.unwrap_or("").lines().map(|line| line.split_once('#').map_or(line, |(before, _)| before));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn location(&self, at: At) -> Location {
        self.span(at).location()
    }

    /// The text at a place, on one line, without comments and annotations.
    pub(crate) fn written(&self, at: At) -> String {
        let file = self.files.get(at.file as usize);
        let text = file.and_then(|file| file.text.get(at.start as usize..at.end as usize)).unwrap_or("");
        let (mut written, mut in_text, mut escaped, mut in_comment) = (String::new(), false, false, false);
        for letter in text.chars() {
            match letter {
                '\n' => (in_text, escaped, in_comment) = (false, false, false),
                _ if in_comment => continue,
                _ if escaped => escaped = false,
                '\\' if in_text => escaped = true,
                '"' => in_text = !in_text,
                '#' if !in_text => {
                    in_comment = true;
                    continue;
                }
                _ => {}
            }
            if in_text || !letter.is_whitespace() {
                written.push(letter);
            } else if !written.ends_with(' ') {
                written.push(' ');
            }
        }
        let mut rest = written.trim();
        while let Some(note) = rest.strip_prefix('@') {
            rest = after_note(note);
        }
        rest.to_owned()
    }
}

/// What stands behind an annotation that starts the text (its `@` is gone already).
fn after_note(note: &str) -> &str {
    let name = note.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(note.len());
    let rest = note.get(name..).unwrap_or("").trim_start();
    if !rest.starts_with('(') {
        return rest;
    }
    let (mut in_text, mut escaped) = (false, false);
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            ')' if !in_text => return rest.get(at + 1..).unwrap_or("").trim_start(),
            _ => {}
        }
    }
    ""
}

/// A cure that still points by file number.
#[derive(Clone, Debug)]
pub(crate) struct Cure {
    title: String,
    edits: Vec<(At, String)>,
    certain: bool,
}

/// A diagnostic that still points by file number.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    message: String,
    pub(crate) at: At,
    pub(crate) labels: Vec<(At, String)>,
    hint: Option<String>,
    notes: Vec<String>,
    cures: Vec<Cure>,
    /// The item it stands in, and the items of its labels. Filled in when all is known.
    pub(crate) rule: Option<String>,
    pub(crate) related: Vec<String>,
    pub(crate) allowed: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: &'static str, at: At, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at,
            labels: Vec::new(),
            hint: None,
            notes: Vec::new(),
            cures: Vec::new(),
            rule: None,
            related: Vec::new(),
            allowed: None,
        }
    }

    pub(crate) fn label(mut self, at: At, text: impl Into<String>) -> Self {
        self.labels.push((at, text.into()));
        self
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// A hint for a finding that has none.
    pub(crate) fn or_hint(mut self, text: Option<String>) -> Self {
        self.hint = self.hint.or(text);
        self
    }

    /// Something else that is good to know.
    pub(crate) fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The only sensible cure: replaces the marked text.
    pub(crate) fn fix(self, replacement: impl Into<String>) -> Self {
        let (at, replacement) = (self.at, replacement.into());
        let title = if replacement.is_empty() { "remove it".to_owned() } else { format!("write `{replacement}`") };
        self.edit(title, at, replacement)
    }

    /// The only sensible cure: replaces the text at a place.
    pub(crate) fn edit(mut self, title: impl Into<String>, at: At, replacement: impl Into<String>) -> Self {
        self.cures.push(Cure { title: title.into(), edits: vec![(at, replacement.into())], certain: true });
        self
    }

    /// One possible cure of several: a person has to choose.
    pub(crate) fn offer(mut self, title: impl Into<String>, at: At, replacement: impl Into<String>) -> Self {
        self.cures.push(Cure { title: title.into(), edits: vec![(at, replacement.into())], certain: false });
        self
    }

    /// Says "did you mean" when one of the words is close enough. A single letter off is certain enough to be
    /// corrected by a program, when no other word is as close.
    pub(crate) fn did_you_mean<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let (best, certain) = match ranked(word, known).as_slice() {
            [] => return self,
            [(distance, best)] => (best.clone(), *distance == 1),
            [(distance, best), (next, _), ..] => (best.clone(), *distance == 1 && next > distance),
        };
        let (at, title) = (self.at, format!("write `{best}`"));
        let finding = self.hint(format!("did you mean `{best}`?"));
        if certain { finding.edit(title, at, best) } else { finding.offer(title, at, best) }
    }

    /// The same with a list of everything allowed, when no word is close.
    pub(crate) fn did_you_mean_or_list(self, word: &str, known: &[&str], list: impl Into<String>) -> Self {
        if nearest(word, known.iter().copied()).is_some() {
            self.did_you_mean(word, known.iter().copied())
        } else {
            self.hint(list)
        }
    }

    pub(crate) fn order(&self) -> (At, &'static str) {
        (self.at, self.code)
    }

    pub(crate) fn into_diagnostic(self, sources: &Sources) -> Diagnostic {
        let labels = self.labels.into_iter().map(|(at, text)| Label { at: sources.span(at), text }).collect::<Vec<_>>();
        let fixes = self.cures.into_iter().map(|cure| Fix {
            title: cure.title,
            edits: cure.edits.into_iter().map(|(at, replacement)| Edit { at: sources.span(at), replacement }).collect(),
            certain: cure.certain,
        });
        Diagnostic {
            code: self.code,
            severity: codes::severity(self.code),
            message: shortened(self.message),
            at: sources.span(self.at),
            labels,
            hint: self.hint.map(shortened),
            notes: self.notes.into_iter().map(shortened).collect(),
            fixes: fixes.collect(),
            rule: self.rule,
            related: self.related,
            allowed: self.allowed,
        }
    }
}

/// A message for people. What it quotes may be as long as the file.
fn shortened(text: String) -> String {
    let (Some((start, _)), Some((end, _))) =
        (text.char_indices().nth(LONGEST_MESSAGE), text.char_indices().rev().nth(LONGEST_MESSAGE / 4))
    else {
        return text;
    };
    if end <= start + LONGEST_MESSAGE / 4 {
        return text;
    }
    format!("{} … {}", text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""))
}

/// The known words that are like `word`, with their distances, the nearest first.
fn ranked<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<(usize, String)> {
    if word.len() > LONGEST_COMPARED {
        return Vec::new();
    }
    let mut words: Vec<(usize, String)> = known
        .into_iter()
        .filter(|candidate| *candidate != word && candidate.len() <= LONGEST_COMPARED)
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(word, candidate);
            let allowed = (word.chars().count().max(candidate.chars().count()) / 3).max(1);
            (distance <= allowed).then(|| (distance, candidate.to_owned()))
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The known word that is most like `word`, if any is like it at all.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    ranked(word, known).into_iter().next().map(|(_, name)| name)
}
