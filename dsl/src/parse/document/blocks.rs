//! Items with braces.

use pest::iterators::Pair;

use super::super::Rule;
use super::conditions::*;
use super::rules::result_type;
use super::{Builder, Parts, text_of};
use crate::tree::document::*;
use crate::tree::items::*;
use crate::tree::shape::Many;
use crate::tree::words::*;

impl Builder<'_> {
    pub(super) fn block(&mut self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = Parts::of(pair);
        let parts = &mut parts;
        parts.any(); // the item word itself
        Some(match pair.as_rule() {
            Rule::mode => {
                let name = parts.name()?;
                let (rows, braces) =
                    self.braces(pair, |builder| builder.rows(parts, Rule::mode_row, |_, row| mode_row(row)))?;
                ItemKind::Mode(Mode { name, rows: Many(rows), braces })
            }
            Rule::actions => {
                let (rows, braces) =
                    self.braces(pair, |builder| builder.rows(parts, Rule::action_row, |_, row| action_row(row)))?;
                ItemKind::Actions(Actions { rows: Many(rows), braces })
            }
            Rule::calendar => {
                let name = parts.name()?;
                let (days, braces) =
                    self.braces(pair, |builder| builder.rows(parts, Rule::calendar_day, |_, day| calendar_day(day)))?;
                ItemKind::Calendar(Calendar { name, days: Many(days), braces })
            }
            Rule::hours => self.hours(pair, parts)?,
            Rule::detector => self.detector(pair, parts)?,
            Rule::script => self.script(pair, parts)?,
            Rule::intent => self.intent(pair, parts)?,
            Rule::risk => {
                let row = |builder: &mut Self, mut row: Parts<'_>| {
                    Some(RiskRow { tier: row.name()?, when: builder.condition(&mut row)? })
                };
                let (rows, braces) = self.braces(pair, |builder| builder.rows(parts, Rule::risk_row, row))?;
                ItemKind::Risk(Risk { rows: Many(rows), braces })
            }
            Rule::route => self.route(pair, parts)?,
            Rule::approvals => self.approvals(pair, parts)?,
            Rule::test => {
                let title = parts.text()?;
                let ((given, expect), braces) = self.braces(pair, |builder| {
                    let given = builder.rows(parts, Rule::given, |_, row| given(row))?;
                    Some((given, builder.rows(parts, Rule::expect, |_, row| expectation(row))?))
                })?;
                ItemKind::Test(Test { title, given, expect: Many(expect), braces })
            }
            Rule::cases => {
                let title = parts.text()?;
                let ((given, rows), braces) = self.braces(pair, |builder| {
                    let given = builder.rows(parts, Rule::given, |_, row| given(row))?;
                    Some((given, builder.rows(parts, Rule::case_row, |_, row| case_row(row))?))
                })?;
                ItemKind::Cases(Cases { title, given, rows: Many(rows), braces })
            }
            _ => return None,
        })
    }

    fn hours(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let name = parts.name()?;
        let ((open, except), braces) = self.braces(pair, |builder| {
            let open = builder.rows(parts, Rule::opening, |_, row| opening(row))?;
            let except = builder.rows(parts, Rule::exception, |_, mut row| {
                row.eat(Rule::kw_except);
                Some(Exception { calendar: row.name()? })
            })?;
            Some((open, except))
        })?;
        Some(ItemKind::Hours(Hours { name, open: Many(open), except, braces }))
    }

    fn detector(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let name = parts.name()?;
        parts.eat(Rule::kw_on);
        let (subject, title) = (subject(parts)?, parts.text());
        let (signals, braces) = self.braces(pair, |builder| builder.rows(parts, Rule::signal, Self::signal))?;
        Some(ItemKind::Detector(Detector { name, subject, title, signals: Many(signals), braces }))
    }

    fn signal(&mut self, mut parts: Parts<'_>) -> Option<Signal> {
        Some(match parts.any()?.as_rule() {
            Rule::kw_words => Signal::Words(self.entries(&mut parts)?),
            Rule::kw_pattern => Signal::Pattern(parts.text()?),
            Rule::kw_amount => Signal::Amount(Amount {
                compare: comparison(&mut parts)?,
                number: number(&mut parts)?,
                currency: currency(&mut parts)?,
            }),
            Rule::kw_model => Signal::Model(Score {
                name: parts.text()?,
                compare: comparison(&mut parts)?,
                number: number(&mut parts)?,
            }),
            _ => Signal::File(parts.text()?),
        })
    }

    fn entries(&mut self, parts: &mut Parts<'_>) -> Option<Many<Entry, 1>> {
        let mut entries = Vec::new();
        while let Some(pair) = parts.next(Rule::text) {
            entries.push(Entry(self.row(&pair, |_, _| Some(TextOnly { text: text_of(&pair) }))?));
        }
        Some(Many(entries))
    }

    fn script(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let name = parts.name()?;
        let inputs = std::iter::from_fn(|| path(parts)).collect();
        let result = result_type(parts)?;
        let ((file, budget), braces) = self.braces(pair, |builder| {
            parts.eat(Rule::kw_file);
            let file = parts.text()?;
            parts.eat(Rule::kw_budget);
            let budget = parts.next(Rule::integer)?;
            builder.comments.move_up(budget.as_span().end());
            Some((file, Integer::read_by_grammar(budget.as_str())))
        })?;
        Some(ItemKind::Script(Script { name, inputs: Many(inputs), result, file, budget, braces }))
    }

    /// The parts of an intent in canonical order; several lists of examples become one.
    fn intent(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let (name, title) = (parts.name()?, parts.text());
        let mut examples: Option<Row<Examples>> = None;
        let (mut replies, mut drafts, mut also) = (Vec::new(), Vec::new(), Vec::new());
        let ((), braces) = self.braces(pair, |builder| {
            while let Some(part) = parts.any() {
                match part.as_rule() {
                    Rule::examples => {
                        let row = builder.row(&part, |builder, parts| builder.examples(&part, parts))?;
                        match &mut examples {
                            Some(first) => merge(first, row),
                            None => examples = Some(row),
                        }
                    }
                    Rule::reply => replies.push(builder.row(&part, |_, parts| reply(parts))?),
                    Rule::draft => drafts.push(builder.row(&part, |_, parts| draft(parts))?),
                    _ => also.push(builder.row(&part, |_, mut parts| {
                        parts.any();
                        Some(Also { action: parts.name()? })
                    })?),
                }
            }
            Some(())
        })?;
        Some(ItemKind::Intent(Intent { name, title, examples, replies, drafts, also, braces }))
    }

    fn examples(&mut self, pair: &Pair<'_, Rule>, mut parts: Parts<'_>) -> Option<Examples> {
        parts.any();
        let (texts, braces) = self.braces(pair, |builder| builder.entries(&mut parts))?;
        Some(Examples { texts, braces })
    }

    fn route(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let ((rows, otherwise), braces) = self.braces(pair, |builder| {
            let rows = builder.rows(parts, Rule::row, |builder, mut row| {
                let (name, target) = (row.name()?, target(&mut row)?);
                Some(RouteRow { name, target, when: builder.condition(&mut row)? })
            })?;
            let last = parts.next(Rule::otherwise)?;
            let otherwise = builder.row(&last, |_, mut row| {
                row.any();
                target(&mut row)
            })?;
            Some((rows, otherwise))
        })?;
        Some(ItemKind::RouteTable(RouteTable { rows, otherwise, braces }))
    }

    fn approvals(&mut self, pair: &Pair<'_, Rule>, parts: &mut Parts<'_>) -> Option<ItemKind> {
        let (rows, braces) = self.braces(pair, |builder| {
            let mut rows = Vec::new();
            while let Some(part) = parts.any() {
                rows.push(builder.row(&part, |builder, inner| builder.approval_part(part.as_rule(), inner))?);
            }
            Some(rows)
        })?;
        Some(ItemKind::Approvals(Approvals { parts: Many(rows), braces }))
    }

    fn approval_part(&mut self, rule: Rule, mut parts: Parts<'_>) -> Option<ApprovalPart> {
        parts.any();
        Some(match rule {
            Rule::expire => {
                parts.eat(Rule::kw_after);
                let after = length(&mut parts)?;
                parts.eat(Rule::kw_then);
                let then = if parts.eat(Rule::kw_off) { AfterExpiry::Off } else { AfterExpiry::Escalate };
                ApprovalPart::Expire(Expire { after, then })
            }
            Rule::remind => {
                parts.eat(Rule::kw_after);
                ApprovalPart::Remind(length(&mut parts)?)
            }
            Rule::approvers => {
                parts.eat(Rule::kw_team);
                ApprovalPart::Approvers(parts.name()?)
            }
            _ => {
                parts.eat(Rule::kw_people);
                ApprovalPart::TwoPeople(self.condition(&mut parts)?)
            }
        })
    }
}

/// Appends a further list of examples, with all its comments.
fn merge(first: &mut Row<Examples>, more: Row<Examples>) {
    let Row { above, what: Examples { texts: Many(mut texts), braces }, beside } = more;
    let mut lead = std::mem::take(&mut first.what.braces.above_closing);
    lead.extend(first.beside.take());
    lead.extend(above);
    lead.extend(braces.beside_opening);
    if let Some(entry) = texts.first_mut() {
        lead.append(&mut entry.0.above);
        entry.0.above = lead;
    }
    first.what.texts.append(&mut texts);
    first.what.braces.above_closing = braces.above_closing;
    first.beside = beside;
}

fn mode_row(mut parts: Parts<'_>) -> Option<ModeRow> {
    Some(ModeRow { tiers: parts.names_in(Rule::name_list)?, outcome: outcome(&mut parts)? })
}

fn action_row(mut parts: Parts<'_>) -> Option<ActionRow> {
    Some(ActionRow { action: parts.name()?, outcome: outcome(&mut parts)?, scope: scope(&mut parts)? })
}

fn calendar_day(mut parts: Parts<'_>) -> Option<CalendarDay> {
    Some(if parts.eat(Rule::kw_yearly) {
        CalendarDay::Yearly(parts.word(Rule::month_day, MonthDay::read_by_grammar)?)
    } else {
        CalendarDay::Date(parts.word(Rule::date, Date::read_by_grammar)?)
    })
}

fn opening(mut parts: Parts<'_>) -> Option<Opening> {
    let pair = parts.next(Rule::days)?;
    let mut days = Parts::of(&pair);
    let days = if days.eat(Rule::kw_daily) {
        Days::Daily
    } else {
        let mut ranges = Vec::new();
        while let Some(range) = days.next(Rule::day_range) {
            let ends: Vec<&str> = range.into_inner().map(|day| day.as_str()).collect();
            ranges.push(DayRange::read_by_grammar(&ends.join("-")));
        }
        Days::On(Many(ranges))
    };
    let mut clock = || parts.word(Rule::clock, Clock::read_by_grammar);
    Some(Opening { days, from: clock()?, to: clock()? })
}

fn reply(mut parts: Parts<'_>) -> Option<Reply> {
    parts.eat(Rule::kw_reply);
    let mut bands = Vec::new();
    while let Some(pair) = parts.next(Rule::band) {
        let mut band = Parts::of(&pair);
        let outcome = outcome(&mut band)?;
        band.eat(Rule::kw_from);
        bands.push(Band { outcome, from: number(&mut band) });
    }
    let otherwise = if parts.eat(Rule::kw_else) { Some(outcome(&mut parts)?) } else { None };
    Some(Reply { bands: Many(bands), otherwise, scope: scope(&mut parts)? })
}

fn draft(mut parts: Parts<'_>) -> Option<Draft> {
    parts.eat(Rule::kw_draft);
    let by = if parts.eat(Rule::kw_template) {
        DraftBy::Template(parts.name()?)
    } else {
        parts.eat(Rule::kw_model);
        DraftBy::Model(parts.name()?)
    };
    let tone = named(&mut parts, Rule::tone);
    let max_words = parts.next(Rule::max_words).and_then(|pair| {
        let mut inner = Parts::of(&pair);
        inner.any();
        integer(&mut inner)
    });
    let sources = named(&mut parts, Rule::sources);
    let with = match parts.next(Rule::parts) {
        Some(pair) => {
            let mut inner = Parts::of(&pair);
            inner.eat(Rule::kw_with);
            inner.names_in::<1>(Rule::name_list)?.0
        }
        None => Vec::new(),
    };
    Some(Draft { by, tone, max_words, sources, parts: with })
}

fn target(parts: &mut Parts<'_>) -> Option<Target> {
    let pair = parts.next(Rule::target)?;
    let mut inner = Parts::of(&pair);
    let to = addressee(&mut inner)?;
    let (skill, pick) = (named(&mut inner, Rule::skill), named(&mut inner, Rule::pick));
    let priority = named(&mut inner, Rule::priority);
    let sla = inner.next(Rule::sla).and_then(|pair| {
        let mut sla = Parts::of(&pair);
        sla.any();
        length(&mut sla)
    });
    Some(Target { to, skill, pick, priority, sla })
}

fn case_row(mut parts: Parts<'_>) -> Option<CaseRow> {
    let mut all = Vec::new();
    while let Some(pair) = parts.next(Rule::given) {
        all.push(given(Parts::of(&pair))?);
    }
    Some(CaseRow { given: Many(all), outcome: outcome(&mut parts)? })
}

fn given(mut parts: Parts<'_>) -> Option<Given> {
    let pair = parts.any()?;
    let mut inner = Parts::of(&pair);
    let parts = &mut inner;
    Some(match pair.as_rule() {
        Rule::detects => Given::Detects(detects(parts)?),
        Rule::member => Given::ContactIn(member(parts)?),
        Rule::during => match during(parts)? {
            (hours, true) => Given::Outside(hours),
            (hours, false) => Given::During(hours),
        },
        Rule::truth => Given::Fact(path(parts)?),
        Rule::certified => Given::Certified(certified(parts)?),
        Rule::equal => {
            let fact = path(parts)?;
            parts.eat(Rule::kw_is);
            match parts.name() {
                Some(name) => Given::Is(IsName { fact, name }),
                None => Given::Number(IsNumber { fact, number: number(parts)?, currency: currency(parts) }),
            }
        }
        rule => {
            parts.any();
            match rule {
                Rule::at_time => Given::At(Moment {
                    date: parts.word(Rule::date, Date::read_by_grammar)?,
                    clock: parts.word(Rule::clock, Clock::read_by_grammar)?,
                }),
                Rule::classified => Given::Intent(Classified { name: parts.name()?, confidence: number(parts)? }),
                Rule::said => Given::Message(parts.text()?),
                Rule::drafted => Given::Draft(parts.text()?),
                Rule::on_channel => Given::Channel(parts.name()?),
                Rule::by_agent => Given::Agent(parts.name()?),
                Rule::doing => Given::Action(parts.name()?),
                Rule::over => Given::Over(parts.name()?),
                _ => Given::Switch(parts.name()?),
            }
        }
    })
}

fn expectation(mut parts: Parts<'_>) -> Option<Expect> {
    parts.eat(Rule::kw_expect);
    if let Some(pair) = parts.next(Rule::expect_route) {
        let row = pair.into_inner().nth(1)?;
        return Some(Expect::Route(RowName::read_by_grammar(row.as_str())));
    }
    let outcome = outcome(&mut parts)?;
    let because = match parts.next(Rule::expect_because) {
        None => Vec::new(),
        Some(pair) => {
            let mut inner = Parts::of(&pair);
            inner.eat(Rule::kw_because);
            inner.names()
        }
    };
    Some(Expect::Outcome(Expected { outcome, because }))
}
