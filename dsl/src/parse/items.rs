//! Items: settings, vocabulary, restrictions, routing, claims and tests.

use super::Rule;
use super::walk::{Walk, at};
use crate::ast::*;
use crate::verdict::Outcome;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Walk<'_, '_> {
    /// The annotations and the rule of an `item` pair.
    pub(super) fn item(&mut self) -> Option<(Vec<Note>, ItemKind)> {
        let mut notes = Vec::new();
        while let Some(pair) = self.next(Rule::note) {
            notes.push(self.enter(pair).note()?);
        }
        let pair = self.any()?;
        let rule = pair.as_rule();
        let mut walk = self.enter(pair);
        if !matches!(rule, Rule::claim) {
            walk.any(); // the item word itself
        }
        let kind = match rule {
            Rule::import => ItemKind::Import(walk.text()?),
            Rule::autonomy => {
                ItemKind::Autonomy { cap: walk.eat(Rule::at_most), mode: walk.name()?, scope: walk.scope() }
            }
            Rule::undo => ItemKind::Undo { ms: walk.duration()?, scope: walk.scope() },
            Rule::timezone => ItemKind::Timezone(walk.text()?),
            Rule::mode => walk.mode()?,
            Rule::tiers => ItemKind::Tiers(walk.names()),
            Rule::actions => walk.actions()?,
            Rule::segment => ItemKind::Segment { name: walk.name()?, title: walk.text() },
            Rule::team => {
                let (name, title) = (walk.name()?, walk.text());
                walk.eat(Rule::kw_during);
                ItemKind::Team { name, title, during: walk.name() }
            }
            Rule::agent => {
                let (name, title) = (walk.name()?, walk.text());
                walk.eat(Rule::kw_on);
                ItemKind::Agent { name, title, channels: walk.names_in(Rule::name_list)? }
            }
            Rule::certificate => {
                let (name, title) = (walk.name()?, walk.text());
                walk.eat(Rule::kw_on);
                let intents = walk.names_in(Rule::name_list)?;
                let from = if walk.eat(Rule::kw_from) { Some(walk.number(Rule::number)?) } else { None };
                ItemKind::Certificate { name, title, intents, from }
            }
            Rule::fact => ItemKind::Fact { path: walk.word(Rule::path)?, type_: walk.fact_type()?, title: walk.text() },
            Rule::calendar => walk.calendar()?,
            Rule::hours => walk.hours()?,
            Rule::detector => walk.detector()?,
            Rule::script => walk.script()?,
            Rule::intent => walk.intent()?,
            Rule::risk => {
                let mut rows = Vec::new();
                while let Some(pair) = walk.next(Rule::risk_row) {
                    let mut row = walk.enter(pair);
                    let tier = row.name()?;
                    row.eat(Rule::kw_when);
                    let place = row.at;
                    rows.push((tier, row.cond()?, place));
                }
                ItemKind::Risk(rows)
            }
            Rule::switch => {
                let (name, title) = (walk.name()?, walk.text());
                ItemKind::Switch { name, title, outcome: walk.outcome()?, scope: walk.scope() }
            }
            Rule::limit => walk.limit()?,
            Rule::pause => {
                let name = walk.name()?;
                walk.eat(Rule::kw_contact);
                walk.eat(Rule::kw_for);
                walk.eat(Rule::kw_until);
                let for_ms = walk.duration();
                walk.eat(Rule::kw_resumed);
                walk.eat(Rule::kw_when);
                ItemKind::Pause { name, for_ms, when: walk.cond()? }
            }
            Rule::guard => {
                let (name, outcome) = (walk.name()?, walk.outcome()?);
                walk.eat(Rule::kw_when);
                let when = walk.cond()?;
                let because = walk.next(Rule::because).and_then(|pair| {
                    let mut because = walk.enter(pair);
                    because.eat(Rule::kw_because);
                    because.text()
                });
                ItemKind::Guard { name, outcome, when, because }
            }
            Rule::route => walk.route()?,
            Rule::approvals => walk.approvals()?,
            Rule::sweep => {
                let (name, job) = (walk.name()?, walk.name()?);
                walk.eat(Rule::kw_cron);
                ItemKind::Sweep { name, job, cron: walk.text()? }
            }
            Rule::claim => walk.claim()?,
            Rule::test => {
                let (title, given) = (walk.text()?, walk.givens()?);
                let mut expect = Vec::new();
                while let Some(pair) = walk.next(Rule::expect) {
                    expect.push(walk.enter(pair).expectation()?);
                }
                ItemKind::Test { title, given, expect }
            }
            Rule::cases => {
                let (title, given) = (walk.text()?, walk.givens()?);
                let mut rows = Vec::new();
                while let Some(pair) = walk.next(Rule::case_row) {
                    let mut row = walk.enter(pair);
                    let place = row.at;
                    rows.push((row.givens()?, row.outcome()?, place));
                }
                ItemKind::Cases { title, given, rows }
            }
            _ => return None,
        };
        Some((notes, kind))
    }

    fn note(&mut self) -> Option<Note> {
        let place = self.at;
        let tag = self.word(Rule::tag)?;
        let argument = match self.next(Rule::note_value) {
            Some(pair) => self.enter(pair).note_value(),
            None => None,
        };
        Some(Note { tag, argument, reason: self.text(), at: place })
    }

    fn note_value(&mut self) -> Option<NoteValue> {
        Some(match self.peek()? {
            Rule::text => NoteValue::Text(self.text()?),
            Rule::date => NoteValue::Date(self.word(Rule::date)?),
            Rule::code => NoteValue::Code(self.word(Rule::code)?),
            _ => NoteValue::Name(self.name()?),
        })
    }

    pub(super) fn names(&mut self) -> Vec<Word> {
        std::iter::from_fn(|| self.name()).collect()
    }

    pub(super) fn outcome(&mut self) -> Option<OutcomeWord> {
        let pair = self.next(Rule::outcome)?;
        let place = at(self.file, &pair);
        let mut walk = self.enter(pair);
        let (outcome, hold) = match walk.any()? {
            word if word.as_rule() == Rule::hold => {
                let mut hold = walk.enter(word);
                hold.eat(Rule::kw_hold);
                hold.eat(Rule::kw_until);
                let release = hold.name().map(HoldWord::Until).or_else(|| hold.duration().map(HoldWord::For));
                (Outcome::Hold, release)
            }
            word => (word.as_str().parse().ok()?, None),
        };
        Some(OutcomeWord { outcome, hold, at: place })
    }

    pub(super) fn scope(&mut self) -> Scope {
        let mut items = Vec::new();
        if let Some(pair) = self.next(Rule::scope) {
            let mut scope = self.enter(pair);
            scope.eat(Rule::kw_for);
            while let Some(pair) = scope.next(Rule::scope_item) {
                let mut item = scope.enter(pair);
                let kind = match item.any().map(|word| word.as_rule()) {
                    Some(Rule::kw_agent) => ScopeKind::Agent,
                    Some(Rule::kw_segment) => ScopeKind::Segment,
                    Some(Rule::kw_intent) => ScopeKind::Intent,
                    _ => ScopeKind::Channel,
                };
                items.extend(item.name().map(|name| (kind, name)));
            }
        }
        Scope { items }
    }

    fn mode(&mut self) -> Option<ItemKind> {
        let name = self.name()?;
        let mut rows = Vec::new();
        while let Some(pair) = self.next(Rule::mode_row) {
            let mut row = self.enter(pair);
            rows.push((row.names_in(Rule::name_list)?, row.outcome()?));
        }
        Some(ItemKind::Mode { name, rows })
    }

    fn actions(&mut self) -> Option<ItemKind> {
        let mut rows = Vec::new();
        while let Some(pair) = self.next(Rule::action_row) {
            let mut row = self.enter(pair);
            rows.push((row.name()?, row.outcome()?, row.scope()));
        }
        Some(ItemKind::Actions(rows))
    }

    fn range(&mut self) -> Option<(Num, Num)> {
        let pair = self.next(Rule::range)?;
        let mut range = self.enter(pair);
        Some((range.number(Rule::number)?, range.number(Rule::number)?))
    }

    fn fact_type(&mut self) -> Option<TypeWord> {
        let pair = self.next(Rule::fact_type)?;
        let mut walk = self.enter(pair);
        Some(match walk.any()?.as_rule() {
            Rule::kw_yes => TypeWord::YesNo,
            Rule::kw_one => {
                walk.eat(Rule::kw_of);
                TypeWord::OneOf(walk.names_in(Rule::list)?)
            }
            Rule::kw_number => walk.range().map(|(low, high)| TypeWord::Number(low, high))?,
            _ => {
                let currency = walk.word(Rule::currency)?;
                walk.range().map(|(low, high)| TypeWord::Money(currency, low, high))?
            }
        })
    }

    fn calendar(&mut self) -> Option<ItemKind> {
        let name = self.name()?;
        let mut days = Vec::new();
        while let Some(pair) = self.next(Rule::calendar_day) {
            let mut day = self.enter(pair);
            days.push(if day.eat(Rule::kw_yearly) {
                CalendarDay::Yearly(day.word(Rule::month_day)?)
            } else {
                CalendarDay::Date(day.word(Rule::date)?)
            });
        }
        Some(ItemKind::Calendar { name, days })
    }

    fn hours(&mut self) -> Option<ItemKind> {
        let name = self.name()?;
        let mut openings = Vec::new();
        while let Some(pair) = self.next(Rule::opening) {
            let mut opening = self.enter(pair);
            let days = opening.days()?;
            openings.push(Opening { days, from: opening.word(Rule::clock)?, to: opening.word(Rule::clock)? });
        }
        let mut except = Vec::new();
        while let Some(pair) = self.next(Rule::exception) {
            let mut exception = self.enter(pair);
            exception.eat(Rule::kw_except);
            except.push(exception.name()?);
        }
        Some(ItemKind::Hours { name, openings, except })
    }

    fn days(&mut self) -> Option<Vec<u8>> {
        let pair = self.next(Rule::days)?;
        let mut walk = self.enter(pair);
        if walk.eat(Rule::kw_daily) {
            return Some((0..7).collect());
        }
        let mut days = Vec::new();
        while let Some(pair) = walk.next(Rule::day_range) {
            let mut range = walk.enter(pair);
            let number = |word: Word| DAYS.iter().position(|day| *day == word.text).map(|day| day as u8);
            let first = range.word(Rule::day).and_then(number)?;
            let last = range.word(Rule::day).and_then(number).unwrap_or(first);
            let length = (last + 7 - first) % 7;
            days.extend((0..=length).map(|step| (first + step) % 7));
        }
        Some(days)
    }

    fn detector(&mut self) -> Option<ItemKind> {
        let name = self.name()?;
        self.eat(Rule::kw_on);
        let (subject, title) = (self.subject()?, self.text());
        let mut signals = Vec::new();
        while let Some(pair) = self.next(Rule::signal) {
            let mut walk = self.enter(pair);
            signals.push(match walk.any()?.as_rule() {
                Rule::kw_words => Signal::Words(std::iter::from_fn(|| walk.text()).collect()),
                Rule::kw_pattern => Signal::Pattern(walk.text()?),
                Rule::kw_amount => {
                    Signal::Amount(walk.comparison()?, walk.number(Rule::number)?, walk.word(Rule::currency)?)
                }
                Rule::kw_model => Signal::Model(walk.text()?, walk.comparison()?, walk.number(Rule::number)?),
                _ => Signal::File(walk.text()?),
            });
        }
        Some(ItemKind::Detector { name, subject, title, signals })
    }

    fn script(&mut self) -> Option<ItemKind> {
        let name = self.name()?;
        let inputs = std::iter::from_fn(|| self.word(Rule::path)).collect();
        let pair = self.next(Rule::result_type)?;
        let range = self.enter(pair).result_range();
        self.eat(Rule::kw_file);
        let file = self.text()?;
        self.eat(Rule::kw_budget);
        let budget = self.number(Rule::integer)?;
        Some(ItemKind::Script { name, inputs, range, file, budget })
    }

    fn result_range(&mut self) -> Option<(Num, Num)> {
        self.eat(Rule::kw_number);
        self.range()
    }

    fn intent(&mut self) -> Option<ItemKind> {
        let (name, title) = (self.name()?, self.text());
        let (mut examples, mut replies, mut drafts, mut also) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while let Some(pair) = self.any() {
            let rule = pair.as_rule();
            let mut part = self.enter(pair);
            part.any(); // the part's own word
            match rule {
                Rule::examples => examples.extend(std::iter::from_fn(|| part.text())),
                Rule::reply => replies.push(part.reply()?),
                Rule::draft => drafts.push(part.draft()?),
                _ => also.push(part.name()?),
            }
        }
        Some(ItemKind::Intent { name, title, examples, replies, drafts, also })
    }

    fn reply(&mut self) -> Option<Reply> {
        let place = self.at;
        // The item word was already taken, so the first band is still there.
        let mut bands = Vec::new();
        while let Some(pair) = self.next(Rule::band) {
            let mut band = self.enter(pair);
            let outcome = band.outcome()?;
            band.eat(Rule::kw_from);
            bands.push((outcome, band.number(Rule::number)));
        }
        let otherwise = if self.eat(Rule::kw_else) { Some(self.outcome()?) } else { None };
        Some(Reply { bands, otherwise, scope: self.scope(), at: place })
    }

    fn draft(&mut self) -> Option<Draft> {
        let place = self.at;
        let template = if self.eat(Rule::kw_template) { Some(self.name()?) } else { None };
        let model = if self.eat(Rule::kw_model) { Some(self.name()?) } else { None };
        let tone = self.part(Rule::tone);
        let max_words = match self.next(Rule::max_words) {
            Some(pair) => {
                let mut walk = self.enter(pair);
                walk.eat(Rule::kw_max);
                walk.number(Rule::integer).map(|number| u32::try_from(number.thousandths / 1000).unwrap_or(u32::MAX))
            }
            None => None,
        };
        let sources = self.part(Rule::sources);
        let parts = match self.next(Rule::parts) {
            Some(pair) => {
                let mut walk = self.enter(pair);
                walk.eat(Rule::kw_with);
                walk.names_in(Rule::name_list)?
            }
            None => Vec::new(),
        };
        Some(Draft { template, model, tone, max_words, sources, parts, at: place })
    }

    /// An optional `WORD NAME` part: its name.
    fn part(&mut self, rule: Rule) -> Option<Word> {
        let pair = self.next(rule)?;
        let mut walk = self.enter(pair);
        walk.any();
        walk.name()
    }

    fn limit(&mut self) -> Option<ItemKind> {
        let (name, count, what) = (self.name()?, self.number(Rule::integer)?, self.name()?);
        self.eat(Rule::kw_per);
        let per = self.word(Rule::name_or_contact)?;
        self.eat(Rule::kw_per);
        let window = match self.duration() {
            Some(ms) => Per::Millis(ms),
            None => Per::Named(self.name()?),
        };
        self.eat(Rule::kw_else);
        Some(ItemKind::Limit { name, count, what, per, window, outcome: self.outcome()?, scope: self.scope() })
    }

    pub(super) fn addressee(&mut self) -> Option<(bool, Word)> {
        let pair = self.next(Rule::addressee)?;
        let mut walk = self.enter(pair);
        walk.eat(Rule::kw_to);
        let to_team = walk.eat(Rule::kw_team);
        walk.eat(Rule::kw_person);
        Some((to_team, walk.name()?))
    }

    fn target(&mut self) -> Option<Target> {
        let pair = self.next(Rule::target)?;
        let mut walk = self.enter(pair);
        let (to_team, to) = walk.addressee()?;
        let (skill, pick, priority) = (walk.part(Rule::skill), walk.part(Rule::pick), walk.part(Rule::priority));
        let sla_ms = walk.next(Rule::sla).and_then(|pair| {
            let mut sla = walk.enter(pair);
            sla.any();
            sla.duration()
        });
        Some(Target { to_team, to, skill, pick, priority, sla_ms })
    }

    fn route(&mut self) -> Option<ItemKind> {
        let mut rows = Vec::new();
        while let Some(pair) = self.next(Rule::row) {
            let mut row = self.enter(pair);
            let (name, target) = (row.name()?, row.target()?);
            row.eat(Rule::kw_when);
            rows.push((name, target, row.cond()?));
        }
        let pair = self.next(Rule::otherwise)?;
        let mut last = self.enter(pair);
        let place = last.at;
        last.eat(Rule::kw_otherwise);
        Some(ItemKind::Route { rows, otherwise: (last.target()?, place) })
    }

    fn approvals(&mut self) -> Option<ItemKind> {
        let mut parts = Vec::new();
        while let Some(pair) = self.any() {
            let rule = pair.as_rule();
            let mut walk = self.enter(pair);
            let place = walk.at;
            walk.any();
            parts.push(match rule {
                Rule::expire => {
                    walk.eat(Rule::kw_after);
                    let after_ms = walk.duration()?;
                    walk.eat(Rule::kw_then);
                    let then = if walk.eat(Rule::kw_off) { Outcome::Off } else { Outcome::Escalate };
                    ApprovalPart::Expire { after_ms, then, at: place }
                }
                Rule::remind => {
                    walk.eat(Rule::kw_after);
                    ApprovalPart::Remind { after_ms: walk.duration()?, at: place }
                }
                Rule::approvers => {
                    walk.eat(Rule::kw_team);
                    ApprovalPart::Approvers(walk.name()?)
                }
                _ => {
                    walk.eat(Rule::kw_people);
                    walk.eat(Rule::kw_when);
                    ApprovalPart::TwoPeople(walk.cond()?)
                }
            });
        }
        Some(ItemKind::Approvals(parts))
    }
}
