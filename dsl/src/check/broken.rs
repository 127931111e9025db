//! What lines that cannot be read would have declared: where such a name is used nothing is reported a second time.

use std::collections::BTreeSet;

use super::Sort;
use crate::ast::At;
use crate::load::File;
use crate::source::{Finding, Sources, nearest};

/// Item words that declare the name behind them.
const DECLARING: [(&str, Sort); 16] = [
    ("segment", Sort::Segment),
    ("team", Sort::Team),
    ("agent", Sort::Agent),
    ("fact", Sort::Fact),
    ("calendar", Sort::Calendar),
    ("hours", Sort::Hours),
    ("detector", Sort::Detector),
    ("script", Sort::Script),
    ("intent", Sort::Intent),
    ("switch", Sort::Switch),
    ("limit", Sort::Limit),
    ("certificate", Sort::Certificate),
    ("pause", Sort::Pause),
    ("guard", Sort::Guard),
    ("mode", Sort::Mode),
    ("sweep", Sort::Sweep),
];

/// Names that text which cannot be read would have declared.
#[derive(Debug, Default)]
pub(super) struct Broken {
    names: BTreeSet<(Sort, String)>,
    /// Sorts of which any name may be declared in text that cannot be read: by a table, or by a missing file.
    whole: BTreeSet<Sort>,
    pub(super) route: bool,
}

impl Broken {
    /// Looks at every line that no item covers, in files that have findings.
    pub(super) fn of(files: &[File], sources: &Sources, found: &[Finding]) -> Self {
        let mut broken = Self::default();
        if found.iter().any(|finding| matches!(finding.code, "R0003" | "R0005" | "R0120" | "R0121")) {
            // A whole file is missing, and nobody knows what stands in it.
            broken.whole.extend(DECLARING.iter().map(|(_, sort)| *sort));
            broken.whole.insert(Sort::Action);
        }
        for file in files.iter().filter(|file| found.iter().any(|finding| finding.at.file == file.number)) {
            let Some(source) = sources.files.get(file.number as usize) else { continue };
            let mut start = 0;
            for line in source.text.split_inclusive('\n') {
                let indent = line.len() - line.trim_start().len();
                let at = At { file: file.number, start: (start + indent) as u32, end: (start + line.len()) as u32 };
                start += line.len();
                let behind = file.tree.items.partition_point(|item| item.at.start <= at.start);
                let before = behind.checked_sub(1).and_then(|number| file.tree.items.get(number));
                if before.is_none_or(|item| item.at.end <= at.start) {
                    broken.line(line.trim());
                }
            }
        }
        broken
    }

    /// Several declarations may stand on one line, so every word is looked at.
    fn line(&mut self, line: &str) {
        let letter = |letter: char| !(letter.is_ascii_alphanumeric() || "_.".contains(letter));
        let words: Vec<&str> = line.split('#').next().unwrap_or("").split(letter).filter(|w| !w.is_empty()).collect();
        for (number, word) in words.iter().enumerate() {
            match *word {
                "tiers" => self.whole.extend([Sort::Tier, Sort::Mode]),
                "actions" => self.whole.extend([Sort::Action]),
                "route" => self.route = true,
                word => {
                    let declaring = DECLARING.iter().find(|(item, _)| *item == word);
                    if let (Some((_, sort)), Some(name)) = (declaring, words.get(number + 1)) {
                        self.names.insert((*sort, (*name).to_owned()));
                    }
                }
            }
        }
    }

    /// Whether an unknown name should not be reported: a line that cannot be read declares it, or a file that is
    /// missing may, and it does not look like a mistyped one of the `known` names.
    pub(super) fn excuses(&self, sort: Sort, name: &str, known: &[&str]) -> bool {
        self.names.contains(&(sort, name.to_owned()))
            || (self.whole.contains(&sort) && nearest(name, known.iter().copied()).is_none())
    }

    /// Text that cannot be read may declare any name of this sort.
    pub(super) fn may_hide(&self, sort: Sort) -> bool {
        self.whole.contains(&sort) || self.names.iter().any(|(other, _)| *other == sort)
    }
}
