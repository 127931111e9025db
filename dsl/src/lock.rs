//! `remit.lock`: what a policy imports, pinned by digest, so that a shared file cannot change unseen.
//!
//! The file lies beside the root files and has a section for each of them:
//!
//! ```text
//! # What the policies in this folder import. Written by `remit lock`.
//! remit lock 1
//!
//! default.remit
//!   sha256:0c5e…  company-baseline.remit
//!   sha256:77ab…  std/base
//! ```
//!
//! Pinned is what an import brings: the imported files, `std/base` (always in force, and part of the program), and the
//! scripts and templates that imported files name. The root file and what it names itself are the policy's own.
//! A policy without any `import` line needs no section. The lock decides whether a policy may be used, never what it
//! decides, so it is no part of the policy's digest.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::ast::{At, ItemKind};
use crate::load::{File, Loader, Role};
use crate::policy::Policy;
use crate::source::Finding;

/// The lock's name. It lies beside the root file.
pub const FILE: &str = "remit.lock";

const HEADER: &str = "remit lock 1";
const COMMENT: &str = "# What the policies in this folder import, pinned. Written by `remit lock`; `remit check` holds them to it.\n\
                       # Keep this file under version control: a change in it is a change of what a policy says.\n";

/// One file that an import brings, and what it must contain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pin {
    /// Path relative to the root file's folder; built-in files are `std/...`.
    pub path: String,
    /// `sha256:` and 64 hexadecimal digits over the file's text.
    pub digest: String,
}

/// Why a lock file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("remit.lock, line {line}: {reason}")]
pub struct LockError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// `sha256:` and 64 hexadecimal digits.
pub fn digest(text: &str) -> String {
    let digits: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// The text of the lock with the section of this policy written anew; the sections of other policies stay. Without an
/// old lock there is only this section.
///
/// # Errors
/// [`LockError`] when the old lock cannot be read.
pub fn update(old: Option<&str>, policy: &Policy) -> Result<String, LockError> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for entry in old.map(parse).transpose()?.unwrap_or_default() {
        let section = sections.entry(entry.root).or_default();
        if let Some((path, digest)) = entry.pin {
            section.insert(path, digest);
        }
    }
    let root = section_name(policy.root()).to_owned();
    let pins = policy.pins().iter().map(|pin| (pin.path.clone(), pin.digest.clone()));
    sections.insert(root, pins.collect());
    let mut text = format!("{COMMENT}{HEADER}\n");
    for (root, pins) in sections {
        let _ = write!(text, "\n{root}\n");
        for (path, digest) in pins {
            let _ = writeln!(text, "  {digest}  {path}");
        }
    }
    Ok(text)
}

/// A line of a lock: the head of a section, or a pin in it.
struct Entry {
    root: String,
    /// Path and digest.
    pin: Option<(String, String)>,
    /// Bytes of the line in the text.
    place: (usize, usize),
}

fn section_name(root: &str) -> &str {
    root.rsplit('/').next().unwrap_or(root)
}

fn parse(text: &str) -> Result<Vec<Entry>, LockError> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut has_header, mut start) = (false, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let here = start;
        start += line.len();
        let refuse = |reason: &str| Err(LockError { line: number + 1, reason: reason.to_owned() });
        let line = line.trim_end();
        let words = line.trim_start();
        let place = (here + line.len() - words.len(), here + line.len());
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        if !has_header {
            if line != HEADER {
                return refuse(&format!("it does not begin with `{HEADER}`"));
            }
            has_header = true;
        } else if words.len() == line.len() {
            if entries.iter().any(|entry| entry.root == line) {
                return refuse("this policy has a section already");
            }
            entries.push(Entry { root: line.to_owned(), pin: None, place });
        } else {
            let Some(root) = entries.last().map(|entry| entry.root.clone()) else {
                return refuse("a pin stands before the name of the policy that it belongs to");
            };
            let pin = words.split_once(char::is_whitespace).map(|(digest, path)| (path.trim(), digest));
            let Some((path, digest)) = pin.filter(|(_, digest)| is_digest(digest)) else {
                return refuse("a pin is `sha256:` with 64 hexadecimal digits, and a path");
            };
            let twice =
                |entry: &Entry| entry.root == root && entry.pin.as_ref().is_some_and(|(other, _)| other == path);
            if entries.iter().any(twice) {
                return refuse("this file is pinned twice");
            }
            entries.push(Entry { root, pin: Some((path.to_owned(), digest.to_owned())), place });
        }
    }
    if has_header {
        Ok(entries)
    } else {
        Err(LockError { line: 1, reason: format!("it does not begin with `{HEADER}`") })
    }
}

fn is_digest(word: &str) -> bool {
    word.strip_prefix("sha256:").is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// What the imports of a loaded policy bring, by path.
pub(crate) fn pins(loader: &Loader<'_>) -> Vec<Pin> {
    let text = |path: &str| loader.sources.number_of(path).and_then(|number| loader.sources.files.get(number as usize));
    let known = |path: &String| {
        let text = loader.texts.get(path).or_else(|| text(path).map(|file| &file.text))?;
        Some(Pin { path: path.clone(), digest: digest(text) })
    };
    loader.brought.keys().filter_map(known).collect()
}

/// Holds the policy to its lock, where there is one.
pub(crate) fn verify(loader: &mut Loader<'_>, root: &str, files: &[File], pins: &[Pin], found: &mut Vec<Finding>) {
    let Some(text) = loader.lock() else { return };
    let number = loader.sources.add(FILE, text.clone());
    let span = |(start, end): (usize, usize)| At { file: number, start: start as u32, end: end as u32 };
    let entries = match parse(&text) {
        Ok(entries) => entries,
        Err(error) => {
            let start: usize = text.split_inclusive('\n').take(error.line - 1).map(str::len).sum();
            let end = start + text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
            let message = format!("the lock cannot be read: {}", error.reason);
            found.push(Finding::new("R0140", span((start, end)), message).hint("write it anew: `remit lock`"));
            return;
        }
    };
    let name = section_name(root);
    let section: Vec<&Entry> = entries.iter().filter(|entry| entry.root == name).collect();
    let imports = files
        .iter()
        .filter(|file| file.role == Role::Root)
        .any(|file| file.tree.items.iter().any(|item| matches!(item.kind, ItemKind::Import(_))));
    if section.is_empty() && !imports {
        return;
    }
    let again = format!("look at what changed, then run `remit lock {name}`");
    for pin in pins {
        let at = loader.brought.get(&pin.path).copied().unwrap_or(At { file: number, start: 0, end: 0 });
        let entry = section.iter().find(|entry| entry.pin.as_ref().is_some_and(|(path, _)| *path == pin.path));
        match entry {
            None => {
                let message = format!("`{}` is not in the lock", pin.path);
                found.push(Finding::new("R0142", at, message).hint(again.clone()));
            }
            Some(entry) if entry.pin.as_ref().is_some_and(|(_, digest)| *digest != pin.digest) => {
                let message = format!("`{}` is not what the lock pins: it has changed", pin.path);
                let hint = match pin.path.starts_with("std/") {
                    true => format!("it comes with this version of remit; {again}"),
                    false => again.clone(),
                };
                found.push(Finding::new("R0141", at, message).label(span(entry.place), "pinned here").hint(hint));
            }
            Some(_) => {}
        }
    }
    for entry in section {
        let Some((path, _)) = &entry.pin else { continue };
        if pins.iter().all(|pin| pin.path != *path) {
            let message = format!("the lock pins `{path}`, which `{name}` does not import");
            found.push(Finding::new("R0143", span(entry.place), message).hint(again.clone()));
        }
    }
}
