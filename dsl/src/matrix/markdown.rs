//! The matrix as Markdown, for a wiki.

use std::fmt::Write as _;

use super::{ActionRow, Cell, Matrix, ReplyRow, SettingsRow};
use crate::prose::words;

impl Matrix {
    /// All tables.
    pub fn markdown(&self) -> String {
        let mut text = format!("# What `{}` does\n\n", self.policy);
        if let Some(title) = &self.title {
            let _ = writeln!(text, "{title}.\n");
        }
        let _ = writeln!(
            text,
            "Each cell is what the policy answers when nothing else is special: a known contact in no segment, nothing \
             detected,\nno limit used up, no switch pressed, a Tuesday at ten. Whatever else matches can only make it \
             more careful\n(`send < hold < approval < off < escalate`). Confidence is that of the classifier, from 0 to 1.\n"
        );
        text.push_str("## Which mode is in force\n\n");
        text.push_str(&self.settings_table());
        if !self.replies.is_empty() {
            let _ = writeln!(text, "\n## What becomes of a reply (on {})", self.channel);
            text.push_str(&self.reply_tables());
        }
        text.push_str("\n## What becomes of an action\n\n");
        text.push_str("For an intent that restricts nothing. Actions that fare alike share a row.\n\n");
        text.push_str(&self.action_table());
        text
    }

    /// Every mode, intent and tier, one table for each mode.
    pub fn reply_tables(&self) -> String {
        let mut text = String::new();
        for mode in self.modes() {
            let unused = if self.settings.iter().any(|row| row.mode == mode) { "" } else { ", in force nowhere" };
            let _ = writeln!(text, "\n### In the mode `{mode}`{unused}\n");
            let rows: Vec<&ReplyRow> = self.replies.iter().filter(|row| row.mode == mode).collect();
            text.push_str(&self.reply_table(&rows));
        }
        text
    }

    /// Every mode, action and tier, one row for the actions of a mode that fare alike.
    pub fn action_table(&self) -> String {
        let mut text = self.head(&["mode", "action"]);
        for mode in self.action_modes() {
            let mut groups: Vec<(Vec<String>, &ActionRow)> = Vec::new();
            for row in self.actions.iter().filter(|row| row.mode == mode) {
                let name = match &row.segment {
                    Some(segment) => format!("`{}` for contacts in `{segment}`", row.action),
                    None => format!("`{}`", row.action),
                };
                match groups.iter_mut().find(|(_, first)| same(&first.cells, &row.cells)) {
                    Some((names, _)) => names.push(name),
                    None => groups.push((vec![name], row)),
                }
            }
            for (names, row) in groups {
                let _ = writeln!(text, "| {mode} | {} | {} |", names.join(", "), cells(&row.cells));
            }
        }
        text
    }

    /// Which mode is in force on which channel, for whom.
    pub fn settings_table(&self) -> String {
        let mut text = String::from(
            "| channel | AI agent | who or what | mode | can be taken back for | set by |\n|---|---|---|---|---|---|\n",
        );
        for row in &self.settings {
            let what = match (&row.segment, &row.intent) {
                (Some(segment), _) => format!("contacts in `{segment}`"),
                (None, Some(intent)) => format!("intent `{intent}`"),
                (None, None) => "everything else".to_owned(),
            };
            let undo = if row.undo_ms == 0 { "not at all".to_owned() } else { words::duration(row.undo_ms) };
            let SettingsRow { channel, agent, mode, .. } = row;
            let _ = writeln!(text, "| {channel} | {agent} | {what} | {mode} | {undo} | {} |", set_by(row));
        }
        text
    }

    fn reply_table(&self, rows: &[&ReplyRow]) -> String {
        let mut text = self.head(&["intent"]);
        for row in rows {
            let _ = writeln!(text, "| {} | {} |", row.intent, cells(&row.cells));
        }
        text
    }

    fn head(&self, before: &[&str]) -> String {
        let columns: Vec<&str> = before.iter().copied().chain(self.tiers.iter().map(String::as_str)).collect();
        format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()))
    }

    fn modes(&self) -> Vec<&str> {
        let mut modes: Vec<&str> = Vec::new();
        for row in &self.replies {
            if !modes.contains(&row.mode.as_str()) {
                modes.push(&row.mode);
            }
        }
        modes
    }

    fn action_modes(&self) -> Vec<&str> {
        let mut modes: Vec<&str> = self.actions.iter().map(|row| row.mode.as_str()).collect();
        modes.dedup();
        modes
    }
}

fn same(left: &[Cell], right: &[Cell]) -> bool {
    left.iter().map(Cell::words).eq(right.iter().map(Cell::words))
}

fn cells(cells: &[Cell]) -> String {
    cells.iter().map(Cell::words).collect::<Vec<_>>().join(" | ")
}

fn set_by(row: &SettingsRow) -> String {
    let set =
        row.at.as_ref().map_or_else(|| "nothing: the default".to_owned(), |at| format!("{}:{}", at.file, at.line));
    match &row.capped_by {
        Some(cap) => format!("{set}, capped by {}:{}", cap.file, cap.line),
        None => set,
    }
}
