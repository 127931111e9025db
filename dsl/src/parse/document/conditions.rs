//! Conditions, outcomes and scopes of the lossless tree.

use pest::iterators::Pair;

use super::super::Rule;
use super::{Builder, Parts};
use crate::tree::document::*;
use crate::tree::shape::Many;
use crate::tree::words::*;

impl Builder<'_> {
    /// The condition that comes next. Comments before it move up.
    pub(super) fn condition(&mut self, parts: &mut Parts<'_>) -> Option<Condition> {
        parts.eat(Rule::kw_when);
        let pair = parts.next(Rule::cond)?;
        self.joined(&pair)
    }

    fn joined(&mut self, pair: &Pair<'_, Rule>) -> Option<Condition> {
        let (start, end) = self.span(pair);
        self.comments.move_up(start);
        let terms: Vec<_> = pair.clone().into_inner().collect();
        if let [only] = terms.as_slice() {
            return self.term(Parts::of(only));
        }
        let any = terms.iter().any(|pair| pair.as_rule() == Rule::kw_or);
        self.comments.enter(end);
        let rows: Option<Vec<_>> = terms
            .iter()
            .filter(|pair| pair.as_rule() == Rule::term)
            .map(|term| self.row(term, |builder, parts| builder.term(parts)))
            .collect();
        self.comments.leave();
        let rows = Many(rows?);
        Some(if any { Condition::Any(rows) } else { Condition::All(rows) })
    }

    fn term(&mut self, mut parts: Parts<'_>) -> Option<Condition> {
        let mut negative = false;
        while parts.eat(Rule::kw_not) {
            negative = !negative;
        }
        let pair = parts.any()?;
        let condition = match pair.as_rule() {
            Rule::cond => self.joined(&pair)?,
            _ => atom(&pair)?,
        };
        Some(if negative { Condition::Not(Box::new(condition)) } else { condition })
    }
}

fn atom(pair: &Pair<'_, Rule>) -> Option<Condition> {
    let mut parts = Parts::of(pair);
    Some(match pair.as_rule() {
        Rule::detects => Condition::Detects(detects(&mut parts)?),
        Rule::member => Condition::ContactIn(member(&mut parts)?),
        Rule::during => match during(&mut parts)? {
            (hours, true) => Condition::Outside(hours),
            (hours, false) => Condition::During(hours),
        },
        Rule::over => {
            parts.any();
            Condition::Over(parts.name()?)
        }
        Rule::onswitch => {
            parts.any();
            Condition::Switch(parts.name()?)
        }
        Rule::scripted => {
            parts.any();
            let name = parts.name()?;
            let limit = match comparison(&mut parts) {
                Some(compare) => Some(ScriptLimit { compare, number: number(&mut parts)? }),
                None => None,
            };
            Condition::Script(Scripted { name, limit })
        }
        Rule::certified => Condition::Certified(certified(&mut parts)?),
        Rule::compare => compare(&mut parts)?,
        Rule::truth => Condition::Fact(path(&mut parts)?),
        _ => return None,
    })
}

fn compare(parts: &mut Parts<'_>) -> Option<Condition> {
    let fact = path(parts)?;
    if parts.eat(Rule::kw_is) {
        let not = parts.eat(Rule::kw_not);
        let is = IsName { fact, name: parts.name()? };
        return Some(if not { Condition::IsNot(is) } else { Condition::Is(is) });
    }
    if parts.eat(Rule::kw_in) {
        return Some(Condition::In(InNames { fact, names: parts.names_in(Rule::list)? }));
    }
    let compare = comparison(parts)?;
    if let Some(name) = parts.name() {
        return Some(Condition::Name(CompareName { fact, compare, name }));
    }
    let number = number(parts)?;
    Some(Condition::Number(CompareNumber { fact, compare, number, currency: currency(parts) }))
}

pub(super) fn number(parts: &mut Parts<'_>) -> Option<Number> {
    parts.word(Rule::number, Number::read_by_grammar)
}

pub(super) fn integer(parts: &mut Parts<'_>) -> Option<Integer> {
    parts.word(Rule::integer, Integer::read_by_grammar)
}

pub(super) fn length(parts: &mut Parts<'_>) -> Option<Length> {
    parts.word(Rule::duration, Length::read_by_grammar)
}

pub(super) fn path(parts: &mut Parts<'_>) -> Option<Path> {
    parts.word(Rule::path, Path::read_by_grammar)
}

pub(super) fn currency(parts: &mut Parts<'_>) -> Option<Currency> {
    parts.word(Rule::currency, Currency::read_by_grammar)
}

pub(super) fn comparison(parts: &mut Parts<'_>) -> Option<Compare> {
    parts.word(Rule::cmp, Compare::read_by_grammar)
}

pub(super) fn subject(parts: &mut Parts<'_>) -> Option<Subject> {
    parts.word(Rule::subject, Subject::read_by_grammar)
}

pub(super) fn detects(parts: &mut Parts<'_>) -> Option<Detects> {
    let subject = subject(parts)?;
    parts.eat(Rule::kw_detects);
    Some(Detects { subject, any: one_or_any(parts)? })
}

pub(super) fn certified(parts: &mut Parts<'_>) -> Option<Certified> {
    parts.eat(Rule::kw_certified);
    let name = parts.name()?;
    parts.eat(Rule::kw_at);
    Some(Certified { name, at: number(parts)? })
}

pub(super) fn member(parts: &mut Parts<'_>) -> Option<Many<Name, 1>> {
    parts.eat(Rule::kw_contact);
    parts.eat(Rule::kw_in);
    one_or_any(parts)
}

/// The hours, and whether the time is outside of them.
pub(super) fn during(parts: &mut Parts<'_>) -> Option<(Name, bool)> {
    let outside = parts.eat(Rule::kw_outside);
    parts.eat(Rule::kw_during);
    Some((parts.name()?, outside))
}

fn one_or_any(parts: &mut Parts<'_>) -> Option<Many<Name, 1>> {
    if parts.eat(Rule::kw_any) { parts.names_in(Rule::list) } else { parts.name().map(|name| Many(vec![name])) }
}

pub(super) fn outcome(parts: &mut Parts<'_>) -> Option<Outcome> {
    let pair = parts.next(Rule::outcome)?;
    let word = Parts::of(&pair).any()?;
    Some(match word.as_rule() {
        Rule::kw_send => Outcome::Send,
        Rule::kw_approval => Outcome::Approval,
        Rule::kw_off => Outcome::Off,
        Rule::kw_escalate => Outcome::Escalate,
        _ => {
            let mut hold = Parts::of(&word);
            hold.eat(Rule::kw_hold);
            if hold.eat(Rule::kw_until) {
                Outcome::HoldUntil(hold.name()?)
            } else {
                length(&mut hold).map_or(Outcome::Hold, Outcome::HoldFor)
            }
        }
    })
}

pub(super) fn scope(parts: &mut Parts<'_>) -> Option<Vec<Scope>> {
    let Some(pair) = parts.next(Rule::scope) else { return Some(Vec::new()) };
    let item = |pair: Pair<'_, Rule>| {
        let mut parts = Parts::of(&pair);
        let word = parts.any()?.as_rule();
        let name = parts.name()?;
        Some(match word {
            Rule::kw_agent => Scope::Agent(name),
            Rule::kw_segment => Scope::Segment(name),
            Rule::kw_intent => Scope::Intent(name),
            _ => Scope::Channel(name),
        })
    };
    pair.into_inner().filter(|pair| pair.as_rule() == Rule::scope_item).map(item).collect()
}

pub(super) fn addressee(parts: &mut Parts<'_>) -> Option<Addressee> {
    let pair = parts.next(Rule::addressee)?;
    let mut parts = Parts::of(&pair);
    parts.eat(Rule::kw_to);
    let team = parts.eat(Rule::kw_team);
    parts.eat(Rule::kw_person);
    let name = parts.name()?;
    Some(if team { Addressee::Team(name) } else { Addressee::Person(name) })
}

/// An optional `WORD NAME` part: its name.
pub(super) fn named(parts: &mut Parts<'_>, rule: Rule) -> Option<Name> {
    let pair = parts.next(rule)?;
    let mut parts = Parts::of(&pair);
    parts.any();
    parts.name()
}
