//! Claims and tests.

use pest::iterators::Pair;

use super::Rule;
use super::walk::Walk;
use crate::ast::{Claim, Expect, Given, ItemKind};

impl<'i> Walk<'i, '_> {
    pub(super) fn claim(&mut self) -> Option<ItemKind> {
        let pair = self.any()?;
        let rule = pair.as_rule();
        let mut walk = self.enter(pair);
        walk.any();
        Some(ItemKind::Claim(match rule {
            Rule::never_send => {
                walk.eat(Rule::kw_send);
                let now = walk.eat(Rule::kw_now);
                walk.eat(Rule::kw_when);
                Claim::NeverSend { now, when: walk.cond()? }
            }
            Rule::always_route => {
                walk.eat(Rule::kw_route);
                let (to_team, to) = walk.addressee()?;
                walk.eat(Rule::kw_when);
                Claim::AlwaysRoute { to_team, to, when: walk.cond()? }
            }
            _ => {
                let at_least = walk.eat(Rule::at_least);
                let outcome = walk.outcome()?;
                walk.eat(Rule::kw_when);
                Claim::Always { at_least, outcome, when: walk.cond()? }
            }
        }))
    }

    pub(super) fn givens(&mut self) -> Option<Vec<Given>> {
        let mut givens = Vec::new();
        while let Some(pair) = self.next(Rule::given) {
            let pair = pair.into_inner().next()?;
            givens.push(self.given(pair)?);
        }
        Some(givens)
    }

    fn given(&mut self, pair: Pair<'i, Rule>) -> Option<Given> {
        let rule = pair.as_rule();
        let mut walk = self.enter(pair);
        Some(match rule {
            Rule::detects => {
                let (subject, names) = walk.detects()?;
                Given::Detects { subject, names }
            }
            Rule::member => Given::Member(walk.member()?),
            Rule::during => {
                let (hours, outside) = walk.during()?;
                Given::During { hours, outside }
            }
            Rule::truth => Given::Truth(walk.word(Rule::path)?),
            Rule::certified => {
                let (name, most) = walk.certified()?;
                Given::Certified { name, most }
            }
            Rule::equal => {
                let path = walk.word(Rule::path)?;
                walk.eat(Rule::kw_is);
                match walk.name() {
                    Some(name) => Given::IsName { path, name },
                    None => Given::IsNumber {
                        path,
                        number: walk.number(Rule::number)?,
                        currency: walk.word(Rule::currency),
                    },
                }
            }
            _ => {
                walk.any();
                match rule {
                    Rule::at_time => Given::Time { date: walk.word(Rule::date)?, clock: walk.word(Rule::clock)? },
                    Rule::classified => Given::Intent { name: walk.name()?, confidence: walk.number(Rule::number)? },
                    Rule::said => Given::Message(walk.text()?),
                    Rule::drafted => Given::Draft(walk.text()?),
                    Rule::on_channel => Given::Channel(walk.name()?),
                    Rule::by_agent => Given::Agent(walk.name()?),
                    Rule::doing => Given::Action(walk.name()?),
                    Rule::over => Given::Over(walk.name()?),
                    _ => Given::Switch(walk.name()?),
                }
            }
        })
    }

    pub(super) fn expectation(&mut self) -> Option<Expect> {
        self.eat(Rule::kw_expect);
        if let Some(pair) = self.next(Rule::expect_route) {
            let mut walk = self.enter(pair);
            walk.eat(Rule::kw_route);
            let row = walk.name().or_else(|| walk.word(Rule::kw_otherwise))?;
            return Some(Expect::Route(row));
        }
        let outcome = self.outcome()?;
        let mut because = Vec::new();
        if let Some(pair) = self.next(Rule::expect_because) {
            let mut walk = self.enter(pair);
            walk.eat(Rule::kw_because);
            because = walk.names();
        }
        Some(Expect::Outcome { outcome, because })
    }
}
