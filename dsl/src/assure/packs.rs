//! Packs: lists of messages whose fate is written down and looked at again whenever it changes.
//!
//! A pack is a text with one message a line, in the words of a case row without `|` and `->`; `#` begins a comment. What
//! becomes of the messages is a table in the snapshot format of the crate `insta`, so that `cargo insta review` reads it
//! as well as `remit test --review`. The table holds outcome, route and deciding rules and nothing that changes by
//! itself: no time, no id, no score.

use serde::Serialize;

use crate::verdict::Outcome;
use crate::{Diagnostic, Read};

/// What becomes of one message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PackRow {
    /// The message as written, on one line.
    pub message: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The route row.
    pub route: String,
    /// The names of the rules that decide, sorted.
    pub deciding: Vec<String>,
}

/// Decides every message of a pack under a policy. The rows come sorted by message.
///
/// # Errors
/// The errors of the policy, or those of the pack, whose places are in `pack` then.
pub fn run(root: &str, read: &Read<'_>, pack: &str, text: &str) -> Result<Vec<PackRow>, Vec<Diagnostic>> {
    let lines: Vec<(usize, String)> = messages(text);
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let before = read(root).unwrap_or_default();
    // One block, one row a line: a place past the policy's end is a place in the pack. A line that is no message is
    // refused below.
    let rows: String = lines.iter().map(|(_, line)| format!("| {line} -> send\n")).collect();
    let with_rows = |path: &str| {
        let policy = read(path)?;
        Ok(if path == root { format!("{policy}\ncases \"{TITLE}\" {{\n{rows}}}\n") } else { policy })
    };
    let first = before.matches('\n').count() as u32 + 3;
    let placed = |mut errors: Vec<Diagnostic>| {
        for error in errors.iter_mut().filter(|error| error.at.file == root && error.at.line >= first) {
            let number = lines.get((error.at.line - first) as usize).or(lines.last()).map_or(1, |(number, _)| *number);
            error.at.file = pack.to_owned();
            (error.at.line, error.at.end_line) = (number as u32, number as u32);
            // In front of the message stood two characters of the table.
            error.at.column = error.at.column.saturating_sub(2).max(1);
            error.fixes.clear();
            error.labels.clear();
        }
        errors
    };
    let model = crate::check::model(root, &with_rows).map_err(placed)?;
    // What could be read all the same, but is more or less than one row, would change the policy.
    if let Some((number, _)) = lines.iter().find(|(_, line)| !crate::parse::is_given(line)) {
        return Err(vec![not_a_message(pack, *number as u32)]);
    }
    let named = format!("{TITLE}, row ");
    let cases: Vec<_> = model.cases.iter().filter(|case| case.name.starts_with(&named)).collect();
    let mut found: Vec<PackRow> = lines
        .into_iter()
        .zip(cases)
        .map(|((_, message), case)| {
            let verdict = crate::eval::decide(&model, &crate::testing::facts_of(&model, &case.given));
            let mut deciding: Vec<String> = verdict.deciding.into_iter().map(|reason| reason.name).collect();
            deciding.sort();
            deciding.dedup();
            PackRow { message, outcome: verdict.outcome, route: verdict.route.row, deciding }
        })
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// A title that no policy uses by chance.
const TITLE: &str = "remit pack";

/// The messages of a pack with their line numbers.
fn messages(text: &str) -> Vec<(usize, String)> {
    let line = |(number, line): (usize, &str)| {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        (!words.is_empty() && !words.starts_with('#')).then(|| (number + 1, words))
    };
    text.lines().enumerate().filter_map(line).collect()
}

fn not_a_message(pack: &str, line: u32) -> Diagnostic {
    let at = crate::Span { file: pack.to_owned(), start: 0, end: 0, line, column: 1, end_line: line, end_column: 1 };
    Diagnostic {
        code: "R0001",
        severity: crate::Severity::Error,
        message: "this is not one message".to_owned(),
        at,
        labels: Vec::new(),
        hint: Some(
            "write what a case row has between `|` and `->`, such as `channel chat, intent thanks 0.90`".to_owned(),
        ),
        notes: Vec::new(),
        fixes: Vec::new(),
        rule: None,
        related: Vec::new(),
        allowed: None,
    }
}

/// The rows as the text of a snapshot: one line a message, so that a change shows only in the lines that changed.
pub fn table(rows: &[PackRow]) -> String {
    let line = |row: &PackRow| {
        format!("{}\n  -> {}, route {}, because {}\n", row.message, row.outcome, row.route, row.deciding.join(", "))
    };
    rows.iter().map(line).collect()
}

/// A snapshot file in the format of `insta`. `source` is the path of the pack, `policy` that of the policy.
pub fn snapshot(source: &str, policy: &str, table: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let (source, expression) = (quoted(source), quoted(&format!("remit test {policy}")));
    format!("---\nsource: {source}\nexpression: {expression}\n---\n{}\n", table.trim_end())
}

/// What a snapshot file holds below its header; the whole text where it has none.
pub fn contents(snapshot: &str) -> &str {
    let text = snapshot.trim_start_matches('\u{feff}');
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else { return text };
    rest.split_once("\n---\n").or_else(|| rest.split_once("\n---\r\n")).map_or(rest, |(_, contents)| contents)
}

/// Two tables are the same, whatever their line ends and the space after them.
pub fn same(left: &str, right: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(str::trim_end).map(str::to_owned).collect::<Vec<_>>();
    lines(left) == lines(right)
}
