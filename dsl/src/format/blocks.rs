//! Items on several lines.

use super::lines::{Printer, column, padded, width};
use super::rows::*;
use super::tables::approval_part;
use crate::tree::document::*;
use crate::tree::items::*;
use crate::tree::words::Comment;

/// Widest name of a row that what follows is aligned to.
const WIDEST_NAME: usize = 32;
/// Widest case row that the arrows are aligned to.
const WIDEST_CASE: usize = 84;

impl Printer {
    /// An item that does not fit one line.
    pub(super) fn item(&mut self, item: &Item) {
        let beside = item.beside.as_ref();
        match &item.kind {
            ItemKind::Mode(it) => {
                self.block(&format!("mode {}", it.name), &it.braces, beside, |printer| {
                    printer.rows(&it.rows, mode_row);
                });
            }
            ItemKind::Actions(it) => self.block("actions", &it.braces, beside, |printer| {
                // One more space than elsewhere: two words with nothing between them are hard to tell apart.
                let names = column(it.rows.iter().map(|row| row.what.action.as_ref()), WIDEST_NAME) + 1;
                printer.rows(&it.rows, |row| {
                    let name = padded(row.action.as_ref(), names);
                    words([Some(name), Some(outcome(&row.outcome)), scope(&row.scope)])
                });
            }),
            ItemKind::Calendar(it) => {
                self.block(&format!("calendar {}", it.name), &it.braces, beside, |printer| {
                    printer.rows(&it.days, calendar_day);
                });
            }
            ItemKind::Hours(it) => self.block(&format!("hours {}", it.name), &it.braces, beside, |printer| {
                printer.rows(&it.open, opening);
                printer.rows(&it.except, |except| format!("except {}", except.calendar));
            }),
            ItemKind::Detector(it) => {
                let head = words([Some(format!("detector {} on {}", it.name, it.subject)), title(it.title.as_ref())]);
                self.block(&head, &it.braces, beside, |printer| {
                    for row in it.signals.iter() {
                        printer.above(&row.above);
                        printer.signal(&row.what, row.beside.as_ref());
                    }
                });
            }
            ItemKind::Script(it) => {
                let inputs: Vec<String> = it.inputs.iter().map(ToString::to_string).collect();
                let head = format!("script {}({}) -> {}", it.name, inputs.join(", "), result_type(&it.result));
                self.block(&head, &it.braces, beside, |printer| {
                    printer.line(format!("file {} budget {} operations", it.file.quoted(), it.budget), None);
                });
            }
            ItemKind::Intent(it) => self.intent(it, beside),
            ItemKind::Risk(it) => self.block("risk", &it.braces, beside, |printer| {
                let tiers = column(it.rows.iter().map(|row| row.what.tier.as_ref()), WIDEST_NAME);
                for row in it.rows.iter() {
                    printer.above(&row.above);
                    printer.when(&padded(row.what.tier.as_ref(), tiers), &row.what.when, row.beside.as_ref());
                }
            }),
            ItemKind::RouteTable(it) => self.route(it, beside),
            ItemKind::Approvals(it) => self.block("approvals", &it.braces, beside, |printer| {
                for row in it.parts.iter() {
                    printer.above(&row.above);
                    match &row.what {
                        ApprovalPart::TwoPeople(when) => printer.when("two people", when, row.beside.as_ref()),
                        part => printer.line(approval_part(part).unwrap_or_default(), row.beside.as_ref()),
                    }
                }
            }),
            ItemKind::Pause(it) => {
                let lasts = match &it.lasts {
                    Lasts::For(time) => format!("for {time}"),
                    Lasts::UntilResumed => "until resumed".to_owned(),
                };
                self.when(&format!("pause {}: contact {lasts}", it.name), &it.when, beside);
            }
            ItemKind::Guard(it) => self.guard(it, beside),
            ItemKind::NeverSend(it) => {
                self.when(if it.now { "never send now" } else { "never send" }, &it.when, beside);
            }
            ItemKind::Always(it) => {
                let at_least = if it.at_least { "at least " } else { "" };
                self.when(&format!("always {at_least}{}", outcome(&it.outcome)), &it.when, beside);
            }
            ItemKind::AlwaysRoute(it) => {
                self.when(&format!("always route {}", addressee(&it.to)), &it.when, beside);
            }
            ItemKind::Test(it) => {
                self.block(&format!("test {}", it.title.quoted()), &it.braces, beside, |printer| {
                    printer.givens(&it.given);
                    printer.rows(&it.expect, expect);
                });
            }
            ItemKind::Cases(it) => {
                self.block(&format!("cases {}", it.title.quoted()), &it.braces, beside, |printer| {
                    printer.givens(&it.given);
                    printer.cases(&it.rows);
                });
            }
            ItemKind::Agent(it) => {
                self.line(words([Some(format!("agent {}", it.name)), title(it.title.as_ref())]), None);
                let mut channels: Vec<String> = it.channels.iter().map(ToString::to_string).collect();
                if let Some(first) = channels.first_mut() {
                    first.insert_str(0, "on ");
                }
                self.deeper(|printer| printer.fill(&channels, ", ", "on ".len(), beside));
            }
            ItemKind::Fact(it) => self.long_fact(it, beside),
            // These have one line whatever their length.
            ItemKind::Import(_)
            | ItemKind::Autonomy(_)
            | ItemKind::Undo(_)
            | ItemKind::Timezone(_)
            | ItemKind::Tiers(_)
            | ItemKind::Segment(_)
            | ItemKind::Team(_)
            | ItemKind::Certificate(_)
            | ItemKind::Switch(_)
            | ItemKind::Limit(_)
            | ItemKind::Sweep(_) => {}
        }
    }

    fn long_fact(&mut self, it: &Fact, beside: Option<&Comment>) {
        match &it.kind {
            FactType::OneOf(values) => {
                self.line(format!("fact {}: one of [", it.path), None);
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                self.deeper(|printer| printer.fill(&values, ", ", 0, None));
                self.line(words([Some("]".to_owned()), title(it.title.as_ref())]), beside);
            }
            kind => {
                let head = format!("fact {}: {}", it.path, fact_type(kind));
                match title(it.title.as_ref()) {
                    None => self.line(head, beside),
                    Some(title) => {
                        self.line(head, None);
                        self.deeper(|printer| printer.line(title, beside));
                    }
                }
            }
        }
    }

    fn block(&mut self, head: &str, braces: &Braces, beside: Option<&Comment>, inside: impl FnOnce(&mut Self)) {
        self.line(format!("{head} {{"), braces.beside_opening.as_ref());
        self.deeper(|printer| {
            inside(printer);
            printer.above(&braces.above_closing);
        });
        self.line("}", beside);
    }

    fn rows<T>(&mut self, rows: &[Row<T>], text: impl Fn(&T) -> String) {
        for row in rows {
            self.above(&row.above);
            self.line(text(&row.what), row.beside.as_ref());
        }
    }

    fn signal(&mut self, signal: &Signal, beside: Option<&Comment>) {
        let line = match signal {
            Signal::Words(words) => return self.detector_words(words, beside),
            Signal::Pattern(pattern) => format!("pattern {}", pattern.quoted()),
            Signal::Amount(it) => format!("amount {} {} {}", it.compare, it.number, it.currency),
            Signal::Model(it) => format!("model {} {} {}", it.name.quoted(), it.compare, it.number),
            Signal::File(kind) => format!("file {}", kind.quoted()),
        };
        self.line(line, beside);
    }

    fn detector_words(&mut self, words: &[Entry], beside: Option<&Comment>) {
        const LEAD: &str = "words ";
        let mut texts: Vec<String> = words.iter().map(|Entry(row)| row.what.text.quoted()).collect();
        if let Some(first) = texts.first_mut() {
            first.insert_str(0, LEAD);
        }
        if words.iter().all(|Entry(row)| row.above.is_empty() && row.beside.is_none()) {
            return self.fill(&texts, ", ", LEAD.len(), beside);
        }
        let last = words.len().saturating_sub(1);
        for (at, (Entry(row), mut text)) in words.iter().zip(texts).enumerate() {
            if at < last {
                text.push(',');
            }
            self.deeper_by(if at == 0 { 0 } else { LEAD.len() }, |printer| {
                printer.above(&row.above);
                printer.line(text, if at == last { beside } else { row.beside.as_ref() });
            });
        }
    }

    fn intent(&mut self, it: &Intent, beside: Option<&Comment>) {
        let head = words([Some(format!("intent {}", it.name)), title(it.title.as_ref())]);
        self.block(&head, &it.braces, beside, |printer| {
            if let Some(row) = &it.examples {
                printer.above(&row.above);
                printer.block("examples", &row.what.braces, row.beside.as_ref(), |printer| {
                    for Entry(entry) in row.what.texts.iter() {
                        printer.above(&entry.above);
                        printer.line(entry.what.text.quoted(), entry.beside.as_ref());
                    }
                });
            }
            for row in &it.replies {
                printer.above(&row.above);
                printer.fill(&reply(&row.what), ", ", "reply ".len(), row.beside.as_ref());
            }
            printer.rows(&it.drafts, draft);
            printer.rows(&it.also, |also| format!("also {}", also.action));
        });
    }

    fn guard(&mut self, it: &Guard, beside: Option<&Comment>) {
        let head = format!("guard {}: {}", it.name, outcome(&it.outcome));
        match &it.because {
            None => self.when(&head, &it.when, beside),
            Some(because) => {
                self.when(&head, &it.when, it.beside_when.as_ref());
                self.deeper(|printer| printer.line(format!("because {}", because.quoted()), beside));
            }
        }
    }

    fn route(&mut self, it: &RouteTable, beside: Option<&Comment>) {
        const OTHERWISE: &str = "otherwise";
        let names = it.rows.iter().map(|row| row.what.name.as_ref()).chain([OTHERWISE]);
        let names = column(names, WIDEST_NAME) + 1;
        self.block("route", &it.braces, beside, |printer| {
            for row in &it.rows {
                printer.above(&row.above);
                let name = padded(&format!("{}:", row.what.name), names);
                let head = format!("{name} {}", target(&row.what.target));
                printer.when(&head, &row.what.when, row.beside.as_ref());
            }
            printer.above(&it.otherwise.above);
            let name = padded(&format!("{OTHERWISE}:"), names);
            printer.line(format!("{name} {}", target(&it.otherwise.what)), it.otherwise.beside.as_ref());
        });
    }

    /// What is given, several to a line. Texts have lines of their own.
    fn givens(&mut self, givens: &[Row<Given>]) {
        let mut line: Vec<String> = Vec::new();
        for row in givens {
            let alone = matches!(row.what, Given::Message(_) | Given::Draft(_));
            if (alone || !row.above.is_empty()) && !line.is_empty() {
                self.fill(&std::mem::take(&mut line), "  ", 0, None);
            }
            self.above(&row.above);
            line.push(given(&row.what));
            if alone || row.beside.is_some() {
                self.fill(&std::mem::take(&mut line), "  ", 0, row.beside.as_ref());
            }
        }
        if !line.is_empty() {
            self.fill(&line, "  ", 0, None);
        }
    }

    fn cases(&mut self, rows: &[Row<CaseRow>]) {
        let texts: Vec<Vec<String>> = rows.iter().map(|row| row.what.given.iter().map(given).collect()).collect();
        let flat: Vec<String> = texts.iter().map(|givens| format!("| {}", givens.join(", "))).collect();
        let arrows = column(flat.iter().map(String::as_str), WIDEST_CASE);
        for ((row, pieces), flat) in rows.iter().zip(texts).zip(flat) {
            self.above(&row.above);
            let arrow = format!("-> {}", outcome(&row.what.outcome));
            if width(&flat) + 1 + width(&arrow) <= self.room() {
                self.line(format!("{} {arrow}", padded(&flat, arrows)), row.beside.as_ref());
                continue;
            }
            let mut pieces = pieces;
            if let Some(first) = pieces.first_mut() {
                first.insert_str(0, "| ");
            }
            if let Some(last) = pieces.last_mut() {
                last.push(' ');
                last.push_str(&arrow);
            }
            self.fill(&pieces, ", ", 2, row.beside.as_ref());
        }
    }
}
