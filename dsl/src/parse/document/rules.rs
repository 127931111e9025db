//! Items without braces, and the way to those with them.

use pest::iterators::Pair;

use super::super::Rule;
use super::conditions::*;
use super::{Builder, Parts};
use crate::tree::document::Range;
use crate::tree::items::*;
use crate::tree::words::*;

impl Builder<'_> {
    pub(super) fn kind(&mut self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = Parts::of(pair);
        if pair.as_rule() == Rule::claim {
            return self.claim(&parts.any()?);
        }
        parts.any(); // the item word itself
        let parts = &mut parts;
        Some(match pair.as_rule() {
            Rule::import => ItemKind::Import(Import { file: parts.text()? }),
            Rule::autonomy => ItemKind::Autonomy(Autonomy {
                at_most: parts.eat(Rule::at_most),
                mode: parts.name()?,
                scope: scope(parts)?,
            }),
            Rule::undo => ItemKind::Undo(Undo { time: length(parts)?, scope: scope(parts)? }),
            Rule::timezone => ItemKind::Timezone(Timezone { zone: parts.text()? }),
            Rule::tiers => ItemKind::Tiers(Tiers { names: crate::tree::shape::Many(parts.names()) }),
            Rule::segment => ItemKind::Segment(Segment { name: parts.name()?, title: parts.text() }),
            Rule::team => {
                let (name, title) = (parts.name()?, parts.text());
                parts.eat(Rule::kw_during);
                ItemKind::Team(Team { name, title, during: parts.name() })
            }
            Rule::agent => {
                let (name, title) = (parts.name()?, parts.text());
                parts.eat(Rule::kw_on);
                ItemKind::Agent(Agent { name, title, channels: parts.names_in(Rule::name_list)? })
            }
            Rule::certificate => {
                let (name, title) = (parts.name()?, parts.text());
                parts.eat(Rule::kw_on);
                let intents = parts.names_in(Rule::name_list)?;
                let from = if parts.eat(Rule::kw_from) { Some(number(parts)?) } else { None };
                ItemKind::Certificate(Certificate { name, title, intents, from })
            }
            Rule::fact => ItemKind::Fact(Fact { path: path(parts)?, kind: fact_type(parts)?, title: parts.text() }),
            Rule::switch => ItemKind::Switch(Switch {
                name: parts.name()?,
                title: parts.text(),
                outcome: outcome(parts)?,
                scope: scope(parts)?,
            }),
            Rule::limit => limit(parts)?,
            Rule::pause => self.pause(parts)?,
            Rule::guard => self.guard(parts)?,
            Rule::sweep => {
                let (name, job) = (parts.name()?, parts.name()?);
                parts.eat(Rule::kw_cron);
                ItemKind::Sweep(Sweep { name, job, cron: parts.text()? })
            }
            _ => return self.block(pair),
        })
    }

    fn pause(&mut self, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let name = parts.name()?;
        parts.eat(Rule::kw_contact);
        parts.eat(Rule::kw_for);
        parts.eat(Rule::kw_until);
        let lasts = length(parts).map_or(Lasts::UntilResumed, Lasts::For);
        parts.eat(Rule::kw_resumed);
        Some(ItemKind::Pause(Pause { name, lasts, when: self.condition(parts)? }))
    }

    fn guard(&mut self, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let (name, outcome) = (parts.name()?, outcome(parts)?);
        parts.eat(Rule::kw_when);
        let when_end = parts.pairs.peek().map(|pair| self.span(pair).1)?;
        let when = self.condition(parts)?;
        let (mut beside_when, mut because) = (None, None);
        if let Some(pair) = parts.next(Rule::because) {
            beside_when = self.comments.beside(when_end);
            let mut inner = Parts::of(&pair);
            inner.eat(Rule::kw_because);
            because = inner.text();
        }
        Some(ItemKind::Guard(Guard { name, outcome, when, beside_when, because }))
    }

    fn claim(&mut self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = Parts::of(pair);
        let parts = &mut parts;
        parts.any();
        Some(match pair.as_rule() {
            Rule::never_send => {
                parts.eat(Rule::kw_send);
                ItemKind::NeverSend(NeverSend { now: parts.eat(Rule::kw_now), when: self.condition(parts)? })
            }
            Rule::always_route => {
                parts.eat(Rule::kw_route);
                ItemKind::AlwaysRoute(AlwaysRoute { to: addressee(parts)?, when: self.condition(parts)? })
            }
            _ => ItemKind::Always(Always {
                at_least: parts.eat(Rule::at_least),
                outcome: outcome(parts)?,
                when: self.condition(parts)?,
            }),
        })
    }
}

fn range(parts: &mut Parts<'_>) -> Option<Range> {
    let pair = parts.next(Rule::range)?;
    let mut inner = Parts::of(&pair);
    Some(Range { from: number(&mut inner)?, to: number(&mut inner)? })
}

fn fact_type(parts: &mut Parts<'_>) -> Option<FactType> {
    let pair = parts.next(Rule::fact_type)?;
    let mut inner = Parts::of(&pair);
    Some(match inner.any()?.as_rule() {
        Rule::kw_yes => FactType::YesNo,
        Rule::kw_one => {
            inner.eat(Rule::kw_of);
            FactType::OneOf(inner.names_in(Rule::list)?)
        }
        Rule::kw_number => FactType::Number(range(&mut inner)?),
        _ => {
            let currency = currency(&mut inner)?;
            let Range { from, to } = range(&mut inner)?;
            FactType::Money(Money { currency, from, to })
        }
    })
}

pub(super) fn result_type(parts: &mut Parts<'_>) -> Option<ResultType> {
    let pair = parts.next(Rule::result_type)?;
    let mut inner = Parts::of(&pair);
    if inner.eat(Rule::kw_number) { range(&mut inner).map(ResultType::Number) } else { Some(ResultType::YesNo) }
}

fn limit(parts: &mut Parts<'_>) -> Option<ItemKind> {
    let (name, count, of) = (parts.name()?, integer(parts)?, parts.name()?);
    parts.eat(Rule::kw_per);
    let per = parts.word(Rule::name_or_contact, Counted::read_by_grammar)?;
    parts.eat(Rule::kw_per);
    let window = match length(parts) {
        Some(time) => Window::Time(time),
        None => Window::Bucket(parts.name()?),
    };
    parts.eat(Rule::kw_else);
    let (otherwise, scope) = (outcome(parts)?, scope(parts)?);
    Some(ItemKind::Limit(Limit { name, count, of, per, window, otherwise, scope }))
}
