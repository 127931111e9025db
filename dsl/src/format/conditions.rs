//! Conditions: on one line if they fit, else one line for each term.

use super::lines::Printer;
use crate::tree::document::*;
use crate::tree::words::{Comment, Name};

impl Printer {
    /// `HEAD when CONDITION`, broken where it is too long.
    pub(super) fn when(&mut self, head: &str, condition: &Condition, beside: Option<&Comment>) {
        let flat = flat(condition);
        if let Some(flat) = &flat {
            let whole = format!("{head} when {flat}");
            if self.fits(&whole) {
                return self.line(whole, beside);
            }
        }
        self.line(head.trim_end(), None);
        self.deeper(|printer| match flat.map(|flat| format!("when {flat}")) {
            Some(line) if printer.fits(&line) => printer.line(line, beside),
            _ => match condition {
                Condition::All(terms) => printer.terms("when ", terms, "and ", beside),
                Condition::Any(terms) => printer.terms("when ", terms, "or ", beside),
                _ => printer.term("when ", condition, beside),
            },
        });
    }

    fn fits(&self, line: &str) -> bool {
        super::lines::width(line) <= self.room()
    }

    /// One line for each term; those behind the first are indented.
    fn terms(&mut self, lead: &str, terms: &[Row<Condition>], join: &str, beside: Option<&Comment>) {
        let last = terms.len().saturating_sub(1);
        for (at, row) in terms.iter().enumerate() {
            let beside = if at == last { beside } else { row.beside.as_ref() };
            if at == 0 {
                self.term(lead, &row.what, beside);
            } else {
                let hang = if lead.is_empty() { 0 } else { 2 };
                self.deeper_by(hang, |printer| {
                    printer.above(&row.above);
                    printer.term(join, &row.what, beside);
                });
            }
        }
    }

    /// One term behind `lead`, with brackets if it has several parts.
    fn term(&mut self, lead: &str, condition: &Condition, beside: Option<&Comment>) {
        if let Some(flat) = operand(condition) {
            let line = format!("{lead}{flat}");
            let splits = matches!(condition, Condition::All(_) | Condition::Any(_) | Condition::Not(_));
            if self.fits(&line) || !splits && names_of(condition).is_none() {
                return self.line(line, beside);
            }
        }
        match condition {
            Condition::All(terms) => self.brackets(lead, |printer| printer.terms("", terms, "and ", None), beside),
            Condition::Any(terms) => self.brackets(lead, |printer| printer.terms("", terms, "or ", None), beside),
            Condition::Not(inner) if matches!(**inner, Condition::Not(_)) => {
                self.brackets(&format!("{lead}not "), |printer| printer.term("", inner, None), beside);
            }
            Condition::Not(inner) => self.term(&format!("{lead}not "), inner, beside),
            _ => {
                let (head, names) = names_of(condition).unwrap_or_default();
                self.line(format!("{lead}{head} ["), None);
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                self.deeper(|printer| printer.fill(&names, ", ", 0, None));
                self.line("]", beside);
            }
        }
    }

    fn brackets(&mut self, lead: &str, inside: impl FnOnce(&mut Self), beside: Option<&Comment>) {
        self.line(format!("{lead}("), None);
        self.deeper(inside);
        self.line(")", beside);
    }
}

/// A condition on one line; none if it has comments.
fn flat(condition: &Condition) -> Option<String> {
    Some(match condition {
        Condition::All(terms) => joined(terms, " and ")?,
        Condition::Any(terms) => joined(terms, " or ")?,
        Condition::Not(inner) if matches!(**inner, Condition::Not(_)) => format!("not ({})", flat(inner)?),
        Condition::Not(inner) => format!("not {}", operand(inner)?),
        Condition::Detects(it) => detects(it),
        Condition::ContactIn(names) => contact_in(names),
        Condition::During(hours) => format!("during {hours}"),
        Condition::Outside(hours) => format!("outside {hours}"),
        Condition::Over(limit) => format!("over {limit}"),
        Condition::Switch(name) => format!("switch {name}"),
        Condition::Script(Scripted { name, limit: None }) => format!("script {name}"),
        Condition::Script(Scripted { name, limit: Some(limit) }) => {
            format!("script {name} {} {}", limit.compare, limit.number)
        }
        Condition::Certified(it) => format!("certified {} at {}", it.name, it.at),
        Condition::Is(it) => format!("{} is {}", it.fact, it.name),
        Condition::IsNot(it) => format!("{} is not {}", it.fact, it.name),
        Condition::In(it) => format!("{} in [{}]", it.fact, names(&it.names)),
        Condition::Number(it) => {
            let currency = it.currency.as_ref().map_or_else(String::new, |currency| format!(" {currency}"));
            format!("{} {} {}{currency}", it.fact, it.compare, it.number)
        }
        Condition::Name(it) => format!("{} {} {}", it.fact, it.compare, it.name),
        Condition::Fact(path) => path.to_string(),
    })
}

fn joined(terms: &[Row<Condition>], join: &str) -> Option<String> {
    let mut flat = String::new();
    for (at, row) in terms.iter().enumerate() {
        if !row.above.is_empty() || row.beside.is_some() {
            return None;
        }
        flat.push_str(if at == 0 { "" } else { join });
        flat.push_str(&operand(&row.what)?);
    }
    Some(flat)
}

/// A condition as a term of another one.
fn operand(condition: &Condition) -> Option<String> {
    let flat = flat(condition)?;
    let several = matches!(condition, Condition::All(_) | Condition::Any(_));
    Some(if several { format!("({flat})") } else { flat })
}

/// A condition that ends in a list of names: what stands before the bracket, and the names.
fn names_of(condition: &Condition) -> Option<(String, &[Name])> {
    match condition {
        Condition::Detects(it) if it.any.len() > 1 => Some((format!("{} detects any", it.subject), &it.any)),
        Condition::ContactIn(names) if names.len() > 1 => Some(("contact in any".to_owned(), names)),
        Condition::In(it) => Some((format!("{} in", it.fact), &it.names)),
        _ => None,
    }
}

pub(super) fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}

fn one_or_any(several: &[Name]) -> String {
    match several {
        [only] => only.to_string(),
        _ => format!("any [{}]", names(several)),
    }
}

pub(super) fn detects(it: &Detects) -> String {
    format!("{} detects {}", it.subject, one_or_any(&it.any))
}

pub(super) fn contact_in(names: &[Name]) -> String {
    format!("contact in {}", one_or_any(names))
}
