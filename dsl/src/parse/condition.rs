//! Conditions.

use pest::iterators::Pair;

use super::Rule;
use super::walk::{Walk, at};
use crate::ast::{At, Cond, Num, Subject, Word};
use crate::source::Finding;

impl<'i> Walk<'i, '_> {
    pub(super) fn cond(&mut self) -> Option<Cond> {
        let pair = self.next(Rule::cond)?;
        let place = at(self.file, &pair);
        let mut inner = self.enter(pair);
        let mut parts: Vec<(Cond, String)> = Vec::new();
        let mut joins: Vec<(bool, At)> = Vec::new();
        while let Some(pair) = inner.any() {
            match pair.as_rule() {
                Rule::kw_and => joins.push((true, at(inner.file, &pair))),
                Rule::kw_or => joins.push((false, at(inner.file, &pair))),
                Rule::term => {
                    let written = pair.as_str().trim().to_owned();
                    let term = inner.enter(pair).term()?;
                    parts.push((term, written));
                }
                _ => return None,
            }
        }
        let all = joins.iter().all(|(and, _)| *and);
        let any = joins.iter().all(|(and, _)| !*and);
        if !all && !any {
            let finding = mixed(place, &parts, &joins);
            inner.found.push(finding);
        }
        let mut terms: Vec<Cond> = parts.into_iter().map(|(term, _)| term).collect();
        if terms.len() == 1 {
            return terms.pop();
        }
        Some(if all { Cond::All(terms) } else { Cond::Any(terms) })
    }

    fn term(&mut self) -> Option<Cond> {
        let mut negative = false;
        while self.eat(Rule::kw_not) {
            negative = !negative;
        }
        let cond = if self.peek() == Some(Rule::cond) {
            self.cond()?
        } else {
            let pair = self.any()?;
            self.atom(pair)?
        };
        Some(if negative { Cond::Not(Box::new(cond)) } else { cond })
    }

    fn atom(&mut self, pair: Pair<'i, Rule>) -> Option<Cond> {
        let rule = pair.as_rule();
        let mut walk = self.enter(pair);
        Some(match rule {
            Rule::detects => {
                let (subject, names) = walk.detects()?;
                Cond::Detects { subject, names }
            }
            Rule::member => Cond::Member(walk.member()?),
            Rule::during => {
                let (hours, outside) = walk.during()?;
                Cond::During { hours, outside }
            }
            Rule::over => {
                walk.eat(Rule::kw_over);
                Cond::Over(walk.name()?)
            }
            Rule::onswitch => {
                walk.eat(Rule::kw_switch);
                Cond::Switch(walk.name()?)
            }
            Rule::scripted => {
                walk.eat(Rule::kw_script);
                let name = walk.name()?;
                let compare = match walk.comparison() {
                    Some(comparison) => Some((comparison, walk.number(Rule::number)?)),
                    None => None,
                };
                Cond::Script { name, compare }
            }
            Rule::certified => {
                let (name, most) = walk.certified()?;
                Cond::Certified { name, most }
            }
            Rule::compare => walk.compare()?,
            Rule::truth => Cond::Truth(walk.word(Rule::path)?),
            _ => return None,
        })
    }

    fn compare(&mut self) -> Option<Cond> {
        let path = self.word(Rule::path)?;
        if self.eat(Rule::kw_is) {
            let not = self.eat(Rule::kw_not);
            return Some(Cond::Is { path, not, name: self.name()? });
        }
        if self.eat(Rule::kw_in) {
            return Some(Cond::In { path, names: self.names_in(Rule::list)? });
        }
        let comparison = self.comparison()?;
        if let Some(name) = self.name() {
            return Some(Cond::CompareName { path, comparison, name });
        }
        let number = self.number(Rule::number)?;
        Some(Cond::CompareNumber { path, comparison, number, currency: self.word(Rule::currency) })
    }

    pub(super) fn subject(&mut self) -> Option<Subject> {
        let pair = self.next(Rule::subject)?;
        Some(match pair.as_str() {
            "draft" => Subject::Draft,
            "thread" => Subject::Thread,
            _ => Subject::Message,
        })
    }

    pub(super) fn detects(&mut self) -> Option<(Subject, Vec<Word>)> {
        let subject = self.subject()?;
        self.eat(Rule::kw_detects);
        Some((subject, self.name_or_any()?))
    }

    pub(super) fn certified(&mut self) -> Option<(Word, Num)> {
        self.eat(Rule::kw_certified);
        let name = self.name()?;
        self.eat(Rule::kw_at);
        Some((name, self.number(Rule::number)?))
    }

    pub(super) fn member(&mut self) -> Option<Vec<Word>> {
        self.eat(Rule::kw_contact);
        self.eat(Rule::kw_in);
        self.name_or_any()
    }

    pub(super) fn during(&mut self) -> Option<(Word, bool)> {
        let outside = self.eat(Rule::kw_outside);
        self.eat(Rule::kw_during);
        Some((self.name()?, outside))
    }

    fn name_or_any(&mut self) -> Option<Vec<Word>> {
        if self.eat(Rule::kw_any) { self.names_in(Rule::list) } else { self.name().map(|name| vec![name]) }
    }
}

/// `a and b or c` can be read in two ways, so it is refused, and both are shown.
fn mixed(place: At, parts: &[(Cond, String)], joins: &[(bool, At)]) -> Finding {
    let written: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
    let first = group(&written, joins, true);
    let second = group(&written, joins, false);
    let mut finding = Finding::new("R0004", place, "`and` and `or` are mixed without brackets")
        .hint(format!("write `{first}` or `{second}`"))
        .offer(format!("write `{first}`"), place, first)
        .offer(format!("write `{second}`"), place, second);
    if let Some((_, at)) = joins.iter().find(|(and, _)| *and != joins.first().is_some_and(|(first, _)| *first)) {
        finding = finding.label(*at, "the other word joins here");
    }
    finding
}

/// Brackets around every run joined by `and` (or, if `tight_and` is false, by `or`).
fn group(parts: &[&str], joins: &[(bool, At)], tight_and: bool) -> String {
    let mut runs: Vec<Vec<&str>> = vec![parts.first().copied().into_iter().collect()];
    for ((and, _), part) in joins.iter().zip(parts.iter().skip(1)) {
        match runs.last_mut() {
            Some(run) if *and == tight_and => run.push(part),
            _ => runs.push(vec![part]),
        }
    }
    let (inner, outer) = if tight_and { (" and ", " or ") } else { (" or ", " and ") };
    let runs: Vec<String> = runs
        .into_iter()
        .map(|run| if run.len() > 1 { format!("({})", run.join(inner)) } else { run.concat() })
        .collect();
    runs.join(outer)
}
