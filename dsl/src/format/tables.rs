//! Items on one line, and neighbours of one kind in columns.

use super::WIDTH;
use super::conditions::names;
use super::lines::{Printer, column, padded, width};
use super::rows::*;
use crate::tree::document::*;
use crate::tree::items::*;

/// Longest block with braces that is printed on one line.
const LONGEST_BLOCK_LINE: usize = 90;
/// Widest cell that the cells behind it are aligned to.
const WIDEST_CELL: usize = 56;

/// An item on one line: cells with the space between each and the next.
struct OneLine {
    cells: Vec<(String, &'static str)>,
}

impl OneLine {
    fn of(cells: Vec<(String, &'static str)>) -> Option<Self> {
        Some(Self { cells })
    }
}

impl Printer {
    pub(super) fn items(&mut self, items: &[Item]) {
        let mut rest = items;
        while let Some(first) = rest.first() {
            let run = if one_line(first).is_some() && first.notes.is_empty() {
                let like = |item: &&Item| {
                    item.above.is_empty()
                        && item.notes.is_empty()
                        && same_table(&first.kind, &item.kind)
                        && one_line(item).is_some()
                };
                1 + rest.iter().skip(1).take_while(like).count()
            } else {
                1
            };
            let (table, others) = rest.split_at(run);
            self.table(table);
            rest = others;
        }
    }

    fn table(&mut self, items: &[Item]) {
        let lines: Vec<Option<OneLine>> = items.iter().map(one_line).collect();
        let columns = lines.iter().flatten().map(|line| line.cells.len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                let followed = lines.iter().flatten().filter(|line| line.cells.len() > at + 1);
                column(followed.filter_map(|line| line.cells.get(at)).map(|(cell, _)| cell.as_str()), WIDEST_CELL)
            })
            .collect();
        for (item, line) in items.iter().zip(lines) {
            self.above(&item.above);
            if !item.notes.is_empty() {
                let notes: Vec<String> = item.notes.iter().map(note).collect();
                self.fill(&notes, " ", 0, None);
            }
            match line {
                None => self.item(item),
                Some(OneLine { cells }) => {
                    let last = cells.len().saturating_sub(1);
                    let mut text = String::new();
                    for (at, (cell, space)) in cells.iter().enumerate() {
                        if at == last {
                            text.push_str(cell);
                        } else {
                            text.push_str(&padded(cell, widths.get(at).copied().unwrap_or(0)));
                            text.push_str(space);
                        }
                    }
                    self.line(text, item.beside.as_ref());
                }
            }
        }
    }
}

/// Caps stand apart from settings: their longer wording would push the scopes of all others to the right.
fn same_table(first: &ItemKind, second: &ItemKind) -> bool {
    match (first, second) {
        (ItemKind::Autonomy(first), ItemKind::Autonomy(second)) => first.at_most == second.at_most,
        _ => std::mem::discriminant(first) == std::mem::discriminant(second),
    }
}

/// The item on one line, if it is one that has a single line.
fn one_line(item: &Item) -> Option<OneLine> {
    let cell = |text: String| OneLine::of(vec![(text, "")]);
    let two = |first: String, second: Option<String>| {
        OneLine::of(std::iter::once((first, " ")).chain(second.map(|second| (second, ""))).collect())
    };
    // With a list that may be broken.
    let short = |first: String, second: String| {
        if width(&first) + 1 + width(&second) > WIDTH { None } else { two(first, Some(second)) }
    };
    match &item.kind {
        ItemKind::Import(import) => cell(format!("import {}", import.file.quoted())),
        ItemKind::Autonomy(it) => {
            let at_most = if it.at_most { "at most " } else { "" };
            two(format!("autonomy {at_most}{}", it.mode), scope(&it.scope))
        }
        ItemKind::Undo(it) => two(format!("undo {}", it.time), scope(&it.scope)),
        ItemKind::Timezone(it) => cell(format!("timezone {}", it.zone.quoted())),
        ItemKind::Tiers(tiers) => {
            let names: Vec<String> = tiers.names.iter().map(ToString::to_string).collect();
            cell(format!("tiers {}", names.join(" < ")))
        }
        ItemKind::Segment(it) => two(format!("segment {}", it.name), title(it.title.as_ref())),
        ItemKind::Team(it) => {
            let during = it.during.as_ref().map(|hours| format!("during {hours}"));
            let tail = words([title(it.title.as_ref()), during]);
            two(format!("team {}", it.name), Some(tail).filter(|tail| !tail.is_empty()))
        }
        ItemKind::Certificate(it) => {
            let on = Some(format!("on {}", names(&it.intents)));
            let from = it.from.as_ref().map(|number| format!("from {number}"));
            two(format!("certificate {}", it.name), Some(words([title(it.title.as_ref()), on, from])))
        }
        ItemKind::Agent(it) => {
            let on = Some(format!("on {}", names(&it.channels)));
            short(format!("agent {}", it.name), words([title(it.title.as_ref()), on]))
        }
        ItemKind::Fact(it) => {
            let tail = words([Some(fact_type(&it.kind)), title(it.title.as_ref())]);
            short(format!("fact {}:", it.path), tail)
        }
        ItemKind::Switch(it) => {
            let name = words([Some(format!("switch {}", it.name)), title(it.title.as_ref())]);
            cell(words([Some(format!("{name}:")), Some(outcome(&it.outcome)), scope(&it.scope)]))
        }
        ItemKind::Limit(it) => {
            let window = match &it.window {
                Window::Time(time) => time.as_ref(),
                Window::Bucket(name) => name.as_ref(),
            };
            let head = format!("limit {}: {} {} per {} per {window}", it.name, it.count, it.of, it.per);
            cell(words([Some(head), Some(format!("else {}", outcome(&it.otherwise))), scope(&it.scope)]))
        }
        ItemKind::Sweep(it) => cell(format!("sweep {}: {} cron {}", it.name, it.job, it.cron.quoted())),
        ItemKind::Calendar(it) => {
            let days = plain(&it.days, calendar_day);
            block(format!("calendar {}", it.name), days, &it.braces)
        }
        ItemKind::Hours(it) => {
            let mut rows = plain(&it.open, opening)?;
            rows.extend(plain(&it.except, |except| format!("except {}", except.calendar))?);
            block(format!("hours {}", it.name), Some(rows), &it.braces)
        }
        ItemKind::Mode(it) => {
            let rows = plain(&it.rows, mode_row)?;
            let whole = block(format!("mode {}", it.name), Some(rows.clone()), &it.braces)?;
            // The last row, mostly the highest tier, is a column of its own.
            match (rows.split_last(), whole.cells.into_iter().next()) {
                (Some((last, others)), Some(head)) if !others.is_empty() => {
                    let others = (format!("{{ {}", others.join("  ")), "  ");
                    OneLine::of(vec![head, others, (format!("{last} }}"), "")])
                }
                (_, head) => OneLine::of(head.into_iter().chain([(format!("{{ {} }}", rows.concat()), "")]).collect()),
            }
        }
        ItemKind::Approvals(it) => {
            let rows = plain(&it.parts, |part| approval_part(part).unwrap_or_default())?;
            let simple = it.parts.iter().all(|part| approval_part(&part.what).is_some());
            if simple { joined_block("approvals".to_owned(), Some(rows), &it.braces) } else { None }
        }
        ItemKind::Intent(it) => intent(it),
        _ => None,
    }
}

/// An intent with a single part and no examples.
fn intent(it: &Intent) -> Option<OneLine> {
    let mut rows = plain(&it.replies, |row| reply(row).join(", "))?;
    rows.extend(plain(&it.drafts, draft)?);
    rows.extend(plain(&it.also, |also| format!("also {}", also.action))?);
    if it.examples.is_some() || rows.len() > 1 {
        return None;
    }
    let head = words([Some(format!("intent {}", it.name)), title(it.title.as_ref())]);
    joined_block(head, Some(rows), &it.braces)
}

/// A part of the approvals without a condition.
pub(super) fn approval_part(part: &ApprovalPart) -> Option<String> {
    Some(match part {
        ApprovalPart::Expire(it) => {
            let then = match it.then {
                AfterExpiry::Escalate => "escalate",
                AfterExpiry::Off => "off",
            };
            format!("expire after {} then {then}", it.after)
        }
        ApprovalPart::Remind(time) => format!("remind after {time}"),
        ApprovalPart::Approvers(team) => format!("approvers team {team}"),
        ApprovalPart::TwoPeople(_) => return None,
    })
}

/// Rows as text, if none of them has a comment.
fn plain<T>(rows: &[Row<T>], text: impl Fn(&T) -> String) -> Option<Vec<String>> {
    rows.iter().map(|row| (row.above.is_empty() && row.beside.is_none()).then(|| text(&row.what))).collect()
}

fn inside_braces(head: &str, rows: Option<Vec<String>>, braces: &Braces) -> Option<String> {
    let rows = rows?;
    if braces.beside_opening.is_some() || !braces.above_closing.is_empty() {
        return None;
    }
    let inside = if rows.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", rows.join("  ")) };
    (width(head) + 1 + width(&inside) <= LONGEST_BLOCK_LINE).then_some(inside)
}

/// A block whose braces are aligned with those of its neighbours.
fn block(head: String, rows: Option<Vec<String>>, braces: &Braces) -> Option<OneLine> {
    let inside = inside_braces(&head, rows, braces)?;
    OneLine::of(vec![(head, " "), (inside, "")])
}

fn joined_block(head: String, rows: Option<Vec<String>>, braces: &Braces) -> Option<OneLine> {
    let inside = inside_braces(&head, rows, braces)?;
    OneLine::of(vec![(format!("{head} {inside}"), "")])
}
