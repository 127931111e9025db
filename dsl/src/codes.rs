//! Every diagnostic code and its page. The pages in `codes/` are the one source of what a code means: the table in
//! `REFERENCE.md`, `remit explain-code` and the help texts of SARIF are made from them, and a test compiles their
//! examples.
//!
//! A page is Markdown of a fixed shape: a heading `# CODE: what it means`, a paragraph, then the sections
//! `## Why it matters`, `## Wrong`, `## Right` and `## What to do`. An example is a fenced block `remit`; further files
//! are fences `remit NAME` and `rhai NAME`. `today=DATE` behind `remit` gives the day on which the example is checked.

use crate::diagnostic::Severity;
use crate::source::nearest;

/// One code. Codes are stable: a code is never given another meaning, and the number of one that is gone stays unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, such as `R0101`.
    pub code: &'static str,
    /// How much a finding with this code matters.
    pub severity: Severity,
    page: &'static str,
}

/// A file of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Its name; `None` for the root file.
    pub name: Option<&'static str>,
    /// Its text.
    pub text: &'static str,
    /// The day, as `YYYY-MM-DD`, on which the example is checked, if that matters.
    pub today: Option<&'static str>,
}

macro_rules! code {
    ($code:literal, $severity:ident) => {
        Code { code: $code, severity: Severity::$severity, page: include_str!(concat!("../codes/", $code, ".md")) }
    };
}

const SILENCE: &str = "How to silence it";

/// The table, sorted by code.
pub const CODES: &[Code] = &[
    // R00xx: what the text must look like.
    code!("R0001", Error),
    code!("R0002", Error),
    code!("R0003", Error),
    code!("R0004", Error),
    code!("R0005", Error),
    code!("R0006", Error),
    code!("R0007", Error),
    // R01xx: names, types and files.
    code!("R0101", Error),
    code!("R0102", Error),
    code!("R0103", Error),
    code!("R0104", Error),
    code!("R0105", Error),
    code!("R0106", Error),
    code!("R0107", Error),
    code!("R0108", Error),
    code!("R0109", Error),
    code!("R0110", Error),
    code!("R0111", Error),
    code!("R0112", Error),
    code!("R0113", Error),
    code!("R0114", Error),
    code!("R0120", Error),
    code!("R0121", Error),
    code!("R0122", Error),
    code!("R0123", Error),
    code!("R0124", Error),
    code!("R0125", Error),
    code!("R0126", Error),
    code!("R0130", Note),
    code!("R0131", Note),
    code!("R0140", Error),
    code!("R0141", Error),
    code!("R0142", Error),
    code!("R0143", Warning),
    // R02xx: what can never matter.
    code!("R0201", Warning),
    code!("R0203", Warning),
    code!("R0205", Warning),
    code!("R0207", Warning),
    code!("R0209", Warning),
    code!("R0211", Warning),
    code!("R0213", Warning),
    // R03xx: what is freer than it looks. R0309 (no switch) is not used: `std_kill_switch` is always in force.
    code!("R0301", Note),
    code!("R0303", Note),
    code!("R0305", Warning),
    code!("R0307", Warning),
    code!("R0311", Warning),
    code!("R0313", Warning),
    // R04xx: claims. R0403 (not proved yet) is gone.
    code!("R0401", Error),
    code!("R0402", Note),
    code!("R0404", Error),
    code!("R0405", Warning),
    // R05xx: tests.
    code!("R0501", Warning),
    code!("R0503", Warning),
    // R06xx: keeping a policy in order.
    code!("R0601", Note),
    code!("R0603", Warning),
    code!("R0604", Note),
    code!("R0605", Warning),
];

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code == code)
}

/// The page of a code as Markdown, offline: what it means, why it matters, a wrong and a right example, what to do and
/// how to silence it. `None` for a code that does not exist; [`did_you_mean`] may know which one was meant.
pub fn page(code: &str) -> Option<String> {
    find(code).map(Code::markdown)
}

/// The code that was probably meant: `101`, `r0101` and `R101` all mean `R0101`.
pub fn did_you_mean(code: &str) -> Option<&'static str> {
    let digits = code.trim().trim_start_matches(['R', 'r']);
    let number: Option<u32> = digits.parse().ok();
    let padded = number.map(|number| format!("R{number:04}"));
    let wanted = padded.unwrap_or_else(|| code.trim().to_ascii_uppercase());
    if let Some(entry) = find(&wanted) {
        return Some(entry.code);
    }
    let best = nearest(&wanted, CODES.iter().map(|entry| entry.code))?;
    find(&best).map(|entry| entry.code)
}

pub(crate) fn severity(code: &str) -> Severity {
    find(code).map_or(Severity::Error, |entry| entry.severity)
}

impl Code {
    /// What it means, in one sentence without a full stop.
    pub fn meaning(&self) -> &'static str {
        let line = self.page.lines().next().unwrap_or_default();
        line.split_once(": ").map_or(line, |(_, meaning)| meaning)
    }

    /// The whole page, with its severity and how to silence it.
    pub fn markdown(&self) -> String {
        let word = match self.severity {
            Severity::Error => "an error: the policy cannot be used until it is gone",
            Severity::Warning => "a warning: the policy can be used, and probably does not do what was meant",
            Severity::Note => "a note: nothing is wrong, but somebody should see it",
        };
        let code = self.code;
        let silence = match self.severity {
            Severity::Error => "An error cannot be silenced.".to_owned(),
            _ => format!(
                "If it is meant, write the reason in front of the rule: `@allow({code}, \"the reason\")`. \
                 Without a reason it does not count, and one that silences nothing is reported (R0605)."
            ),
        };
        let (title, rest) = self.page.split_once('\n').unwrap_or((self.page, ""));
        let rest = rest.trim();
        let silence = match self.section(SILENCE) {
            "" => format!("\n\n## {SILENCE}\n\n{silence}"),
            _ => String::new(), // the page says so itself
        };
        format!("{title}\n\nThis is {word}.\n\n{rest}{silence}\n")
    }

    /// What to do, as on the page.
    pub fn cure(&self) -> &'static str {
        self.section("What to do")
    }

    /// The files that cause it, the root file first. Empty where a page cannot show it.
    pub fn wrong(&self) -> Vec<ExampleFile> {
        files(self.section("Wrong"))
    }

    /// The same files put right.
    pub fn right(&self) -> Vec<ExampleFile> {
        files(self.section("Right"))
    }

    fn section(&self, title: &str) -> &'static str {
        let sections = self.page.split("\n## ").skip(1);
        let found = sections.filter_map(|section| section.split_once('\n')).find(|(heading, _)| *heading == title);
        found.map_or("", |(_, text)| text.trim())
    }
}

fn files(section: &'static str) -> Vec<ExampleFile> {
    let mut files = Vec::new();
    for block in section.split("```").skip(1).step_by(2) {
        let Some((info, text)) = block.split_once('\n') else { continue };
        let mut words = info.split(' ');
        if !matches!(words.next(), Some("remit" | "rhai" | "jinja")) {
            continue;
        }
        let (mut name, mut today) = (None, None);
        for word in words {
            match word.strip_prefix("today=") {
                Some(day) => today = Some(day),
                None => name = Some(word),
            }
        }
        files.push(ExampleFile { name, text, today });
    }
    files
}
