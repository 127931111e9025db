//! Text to tree. Only this folder knows the grammar's `Rule`.
//!
//! One bad item never hides the next: the grammar swallows it up to the next line that starts with an item word, and
//! [`recover`] parses it again with the rule that its first word names, which gives the precise place.

mod advice;
mod claims_and_tests;
mod condition;
mod document;
mod faults;
mod items;
mod recover;
mod walk;

use pest::Parser as _;

use crate::ast::{At, Item, Tree};
use crate::source::Finding;
pub(crate) use document::{Token, document, reads_as};
pub(crate) use faults::{Fault, Sort, faults, is_given};
use walk::Walk;
pub(crate) use walk::{LONGEST_DURATION_MS, unescaped};

/// Largest file of a policy, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;
/// Deepest nesting of brackets in a condition.
pub(crate) const DEEPEST_NESTING: usize = 32;
/// The only version of the language so far.
pub(crate) const VERSION: &str = "1";

/// So many findings are explained with the time that it takes: nobody reads more at once.
const THOROUGHLY_EXPLAINED: usize = 30;

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "src/grammar.pest"]
    pub(super) struct Grammar;
}
use grammar::{Grammar, Rule};

/// Reads one file. Findings are appended; the tree holds every item that could be read.
pub(crate) fn parse(file: u32, text: &str, found: &mut Vec<Finding>) -> Tree {
    let first = found.len();
    let tree = read(file, text, found);
    // What else is wrong on such a line only follows from its end not being read.
    let glued: Vec<(usize, usize)> = glued_comments(text).map(|at| (at, end_of_line(text, at))).collect();
    if !glued.is_empty() && text.len() <= LARGEST_FILE {
        let follows = |at: At| {
            let place = at.start as usize;
            let before = glued.partition_point(|(start, _)| *start <= place).checked_sub(1);
            before.and_then(|before| glued.get(before)).is_some_and(|(_, end)| place <= *end)
        };
        let mut own = found.split_off(first);
        own.retain(|finding| !follows(finding.at));
        found.append(&mut own);
        for (start, _) in glued {
            let at = At { file, start: start as u32, end: start as u32 + 1 };
            let message = "a comment begins directly behind a word, so the rest of the line is not read";
            let finding = Finding::new("R0001", at, message).hint("put a space before `#` if it is meant as a comment");
            found.push(finding.offer("make it a comment", At { end: at.start, ..at }, "  "));
        }
    }
    tree
}

fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end)
}

fn read(file: u32, text: &str, found: &mut Vec<Finding>) -> Tree {
    if text.len() > LARGEST_FILE {
        // Who reads the file need not read all of it to have this said.
        let message = format!("the file has more than {LARGEST_FILE} bytes, the most that is allowed");
        found.push(Finding::new("R0003", At { file, start: 0, end: 0 }, message).hint("split it with `import`"));
        return Tree::default();
    }
    if let Some(start) = too_deep(text) {
        let at = At { file, start: start as u32, end: start as u32 + 1 };
        let message = format!("brackets are nested more than {DEEPEST_NESTING} deep, or never closed");
        found.push(Finding::new("R0005", at, message).hint("give the inner part a name: a detector or another guard"));
        return Tree::default();
    }
    let pairs = match Grammar::parse(Rule::file, text) {
        Ok(pairs) => pairs,
        Err(error) => {
            found.push(recover::syntax_error(file, text, 0, text, Rule::file, &error, false));
            return Tree::default();
        }
    };
    let mut tree = Tree::default();
    let mut has_header = false;
    let mut last: Option<(At, &'static str)> = None;
    let mut pending: Option<At> = None;
    for pair in pairs.flat_map(pest::iterators::Pair::into_inner) {
        let at = walk::at(file, &pair);
        match pair.as_rule() {
            Rule::header => {
                has_header = true;
                let mut walk = Walk::new(file, pair, found);
                walk.header(&mut tree);
            }
            Rule::item => {
                pending = None;
                let mut walk = Walk::new(file, pair, found);
                if let Some((notes, kind)) = walk.item() {
                    last = Some((at, recover::item_word(text, at)));
                    tree.items.push(Item { notes, kind, at });
                }
            }
            Rule::broken => {
                if let Some(notes) = pending.take() {
                    last = Some((notes, "note"));
                }
                if recover::only_notes(pair.as_str()) {
                    pending = Some(at);
                } else {
                    has_header |= recover::looks_like_header(pair.as_str());
                    let mut reported = false;
                    for piece in recover::pieces(text, at) {
                        if recover::belongs_to_the_item_before(text, piece) {
                            if std::mem::replace(&mut reported, true) {
                                continue; // more of the same
                            }
                            // What is only the beginning of a rule says nothing that can be trusted.
                            tree.items.pop_if(|item| last.is_some_and(|(before, _)| before == item.at));
                        }
                        let thorough = found.len() < THOROUGHLY_EXPLAINED;
                        found.push(recover::explain(file, text, piece, last, thorough));
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(at) = pending {
        found.push(Finding::new("R0006", at, "this annotation belongs to no rule").hint("put it before a rule"));
    }
    if !has_header {
        let at = At { file, start: 0, end: 0 };
        found.push(
            Finding::new("R0002", at, "the file does not say which version of the language it is written in")
                .hint(format!("start it with `remit {VERSION}`"))
                .edit("add the first line", at, format!("remit {VERSION}\n")),
        );
    }
    tree
}

/// A byte that means something: neither in a text nor in a comment. Line by line, for a text ends where its line does.
fn meaning(text: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let (mut in_text, mut in_comment, mut escaped) = (false, false, false);
    text.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            b'\n' => (in_text, in_comment, escaped) = (false, false, false),
            _ if in_comment => return false,
            _ if escaped => {
                escaped = false;
                return false;
            }
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => return false,
            b'#' => in_comment = true,
            _ => {}
        }
        true
    })
}

/// Where round brackets first go deeper than allowed. Parsing deeper text would need a stack without bound.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in meaning(text) {
        match byte {
            b'(' => {
                depth += 1;
                if depth > DEEPEST_NESTING {
                    return Some(at);
                }
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Where `#` stands directly behind a name or a number: `from 0#60, else approval` would say `from 0` and no more.
fn glued_comments(text: &str) -> impl Iterator<Item = usize> + '_ {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'%' | b'.');
    let before = move |at: usize| at.checked_sub(1).and_then(|before| text.as_bytes().get(before)).copied();
    meaning(text).filter(move |(at, byte)| *byte == b'#' && before(*at).is_some_and(is_word)).map(|(at, _)| at)
}
