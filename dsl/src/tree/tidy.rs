//! One form for every tree: comments stand only where reading the printed text would find them, and empty lines only
//! where they separate something. What is moved keeps its order; no comment is dropped.

use super::document::*;
use super::items::*;
use super::words::Comment;

/// Whether an empty line between the rows of a block means something to people.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Kept,
    Dropped,
}

impl Document {
    pub(crate) fn tidy(&mut self) {
        let header = &mut self.header;
        collapse(&mut header.above);
        without_first_empty(&mut header.above);
        drop_empty(&mut header.beside);
        if let Some(policy) = &mut header.policy {
            collapse(&mut policy.above);
            drop_empty(&mut policy.beside);
        }
        for item in &mut self.items {
            drop_empty(&mut item.beside);
            let moved = kind(&mut item.kind, &mut item.beside);
            collapse(&mut item.above);
            item.above.extend(moved);
        }
        collapse(&mut self.below);
        without_last_empty(&mut self.below);
    }
}

fn collapse(lines: &mut Vec<Comment>) {
    lines.dedup_by(|next, before| next.is_empty_line() && before.is_empty_line());
}

fn without_first_empty(lines: &mut Vec<Comment>) {
    if lines.first().is_some_and(Comment::is_empty_line) {
        lines.remove(0);
    }
}

fn without_last_empty(lines: &mut Vec<Comment>) {
    if lines.last().is_some_and(Comment::is_empty_line) {
        lines.pop();
    }
}

fn without_empty(lines: &mut Vec<Comment>) {
    lines.retain(|line| !line.is_empty_line());
}

fn drop_empty(beside: &mut Option<Comment>) {
    if beside.as_ref().is_some_and(Comment::is_empty_line) {
        *beside = None;
    }
}

/// Tidies the rows of one block in order. Clones carry over whether a row has been seen.
struct Block {
    empty: Empty,
    first: bool,
}

impl Block {
    const fn new(empty: Empty) -> Self {
        Self { empty, first: true }
    }

    /// `inside` gives the comments that move above the row.
    fn row<T>(&mut self, row: &mut Row<T>, inside: impl FnOnce(&mut T, &mut Option<Comment>) -> Vec<Comment>) {
        drop_empty(&mut row.beside);
        let moved = inside(&mut row.what, &mut row.beside);
        row.above.extend(moved);
        self.lines(&mut row.above);
    }

    fn lines(&mut self, above: &mut Vec<Comment>) {
        collapse(above);
        if self.empty == Empty::Dropped {
            without_empty(above);
        }
        if self.first {
            without_first_empty(above);
        }
        self.first = false;
    }

    fn plain<T>(&mut self, rows: &mut [Row<T>]) {
        for row in rows {
            self.row(row, |_, _| Vec::new());
        }
    }

    fn braces(&mut self, braces: &mut Braces) {
        drop_empty(&mut braces.beside_opening);
        self.lines(&mut braces.above_closing);
        without_last_empty(&mut braces.above_closing);
    }
}

/// Gives the comments that move above the item.
fn kind(kind: &mut ItemKind, beside: &mut Option<Comment>) -> Vec<Comment> {
    let (mut kept, mut dropped) = (Block::new(Empty::Kept), Block::new(Empty::Dropped));
    match kind {
        ItemKind::Mode(mode) => {
            dropped.plain(&mut mode.rows);
            dropped.braces(&mut mode.braces);
        }
        ItemKind::Actions(actions) => {
            kept.plain(&mut actions.rows);
            kept.braces(&mut actions.braces);
        }
        ItemKind::Calendar(calendar) => {
            dropped.plain(&mut calendar.days);
            dropped.braces(&mut calendar.braces);
        }
        ItemKind::Hours(hours) => {
            dropped.plain(&mut hours.open);
            dropped.plain(&mut hours.except);
            dropped.braces(&mut hours.braces);
        }
        ItemKind::Detector(detector) => {
            for row in detector.signals.iter_mut() {
                kept.row(row, signal);
            }
            kept.braces(&mut detector.braces);
        }
        ItemKind::Script(script) => {
            dropped.first = false;
            dropped.braces(&mut script.braces);
        }
        ItemKind::Intent(intent) => {
            if let Some(row) = &mut intent.examples {
                kept.row(row, |examples, _| {
                    let mut block = Block::new(Empty::Kept);
                    for entry in examples.texts.iter_mut() {
                        block.row(&mut entry.0, |_, _| Vec::new());
                    }
                    block.braces(&mut examples.braces);
                    Vec::new()
                });
            }
            kept.plain(&mut intent.replies);
            kept.plain(&mut intent.drafts);
            kept.plain(&mut intent.also);
            kept.braces(&mut intent.braces);
        }
        ItemKind::Risk(risk) => {
            for row in risk.rows.iter_mut() {
                kept.row(row, |row, _| condition(&mut row.when));
            }
            kept.braces(&mut risk.braces);
        }
        ItemKind::RouteTable(route) => {
            for row in &mut route.rows {
                kept.row(row, |row, _| condition(&mut row.when));
            }
            kept.row(&mut route.otherwise, |_, _| Vec::new());
            kept.braces(&mut route.braces);
        }
        ItemKind::Approvals(approvals) => {
            for row in approvals.parts.iter_mut() {
                dropped.row(row, |part, _| match part {
                    ApprovalPart::TwoPeople(when) => condition(when),
                    _ => Vec::new(),
                });
            }
            dropped.braces(&mut approvals.braces);
        }
        ItemKind::Test(test) => {
            dropped.plain(&mut test.given);
            dropped.plain(&mut test.expect);
            dropped.braces(&mut test.braces);
        }
        ItemKind::Cases(cases) => {
            for row in &mut cases.given {
                kept.row(row, |_, _| Vec::new());
                without_empty(&mut row.above);
            }
            kept.plain(&mut cases.rows);
            kept.braces(&mut cases.braces);
        }
        ItemKind::Pause(Pause { when, .. })
        | ItemKind::NeverSend(NeverSend { when, .. })
        | ItemKind::Always(Always { when, .. })
        | ItemKind::AlwaysRoute(AlwaysRoute { when, .. }) => return condition(when),
        ItemKind::Guard(guard) => {
            let mut moved = condition(&mut guard.when);
            drop_empty(&mut guard.beside_when);
            if guard.because.is_none() && guard.beside_when.is_some() {
                if beside.is_none() {
                    *beside = guard.beside_when.take();
                } else {
                    moved.extend(guard.beside_when.take());
                }
            }
            return moved;
        }
        ItemKind::Import(_)
        | ItemKind::Autonomy(_)
        | ItemKind::Undo(_)
        | ItemKind::Timezone(_)
        | ItemKind::Tiers(_)
        | ItemKind::Segment(_)
        | ItemKind::Team(_)
        | ItemKind::Certificate(_)
        | ItemKind::Agent(_)
        | ItemKind::Fact(_)
        | ItemKind::Switch(_)
        | ItemKind::Limit(_)
        | ItemKind::Sweep(_) => {}
    }
    Vec::new()
}

/// What is above the first word moves above the signal, what is beside the last one beside it.
fn signal(signal: &mut Signal, beside: &mut Option<Comment>) -> Vec<Comment> {
    let Signal::Words(words) = signal else { return Vec::new() };
    for Entry(row) in words.iter_mut() {
        drop_empty(&mut row.beside);
        without_empty(&mut row.above);
    }
    if let Some(Entry(last)) = words.last_mut()
        && let Some(comment) = last.beside.take()
    {
        if beside.is_none() {
            *beside = Some(comment);
        } else {
            last.above.push(comment);
        }
    }
    words.first_mut().map_or_else(Vec::new, |Entry(first)| std::mem::take(&mut first.above))
}

/// Gives the comments that move above what the condition belongs to.
fn condition(condition: &mut Condition) -> Vec<Comment> {
    match condition {
        Condition::All(terms) | Condition::Any(terms) => {
            let last = terms.len().saturating_sub(1);
            let mut moved = Vec::new();
            for (at, row) in terms.iter_mut().enumerate() {
                let inner = self::condition(&mut row.what);
                row.above.extend(inner);
                drop_empty(&mut row.beside);
                if at == last {
                    row.above.extend(row.beside.take());
                }
                without_empty(&mut row.above);
                if at == 0 {
                    moved = std::mem::take(&mut row.above);
                }
            }
            moved
        }
        Condition::Not(inner) => self::condition(inner),
        _ => Vec::new(),
    }
}
