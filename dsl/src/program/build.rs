//! A model to a program: which condition has which bits.

use super::bits::{Bits, Span};
use super::calendar::{Clock, Week};
use super::frame::Keys;
use super::normal::{Formula, Term, terms};
use super::read::{Axes, Found, Readers, Rows};
use super::{Computed, Ladder, Program, Rung, When};
use crate::condition::Expr;
use crate::model::{Demand, Model, Scoped};
use crate::verdict::{Outcome, RuleKind};

/// Gives out bits, one for each term.
#[derive(Default)]
struct Layout<'m> {
    terms: Vec<Term<'m>>,
    /// Bits whose conditions have too many terms.
    computed: Vec<(usize, &'m Expr)>,
}

impl<'m> Layout<'m> {
    fn place(&mut self, expr: &'m Expr) -> Span {
        let start = self.terms.len();
        match terms(expr) {
            Some(terms) => self.terms.extend(terms),
            None => {
                self.computed.push((start, expr));
                self.terms.push(Vec::new());
            }
        }
        Span { start, end: self.terms.len() }
    }

    /// Places conditions one after the other, and says of each bit to which of them it belongs.
    fn place_all(&mut self, exprs: impl Iterator<Item = (usize, &'m Expr)>) -> (Span, Vec<u32>) {
        let start = self.terms.len();
        let mut of = Vec::new();
        for (number, expr) in exprs {
            let span = self.place(expr);
            of.extend((span.start..span.end).map(|_| number as u32));
        }
        (Span { start, end: self.terms.len() }, of)
    }

    fn ladder<T>(&mut self, settings: &'m [Scoped<T>]) -> Ladder {
        let mut rung = |setting: &'m Scoped<T>| {
            let always =
                terms(&setting.when).is_some_and(|terms| matches!(terms.as_slice(), [term] if term.is_empty()));
            let when = if always { When::Always } else { When::Bits(self.place(&setting.when)) };
            Rung { rank: setting.rank, when }
        };
        Ladder(settings.iter().map(&mut rung).collect())
    }

    /// The literals of conditions with too many terms get bits of their own.
    fn formulas(&mut self) -> Vec<Computed> {
        let mut formulas = Vec::new();
        for (bit, expr) in std::mem::take(&mut self.computed) {
            let first = self.terms.len();
            let formula = Formula::new(expr, true, &mut |literal| {
                let own = self.terms.get(first..).unwrap_or_default();
                let known = own.iter().position(|term| term.as_slice() == [literal]);
                known.map_or_else(
                    || {
                        self.terms.push(vec![literal]);
                        self.terms.len() - 1
                    },
                    |known| first + known,
                )
            });
            formulas.push(Computed { bit, formula });
        }
        formulas
    }
}

/// The numbers of things when they are sorted by this key.
fn order<K: Ord>(count: usize, key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    numbers.sort_by_key(|number| key(*number));
    numbers
}

/// The place of each name among the sorted names.
fn ranks(names: &[String]) -> Vec<u32> {
    let mut ranks = vec![0; names.len()];
    for (rank, number) in order(names.len(), |number| names.get(number)).into_iter().enumerate() {
        ranks.get_mut(number).into_iter().for_each(|place| *place = rank as u32);
    }
    ranks
}

pub(crate) fn build(model: &Model) -> Program {
    let mut layout = Layout::default();
    let expr_of_risk = |number: usize| model.risk.get(number).map(|(_, when, _)| (number, when));
    // The highest tier first, and its first line: that is the one which is shown.
    let risk = order(model.risk.len(), |number| model.risk.get(number).map(|(tier, _, at)| (usize::MAX - tier, at)));
    let (risk, risk_of) = layout.place_all(risk.into_iter().filter_map(expr_of_risk));

    let mut rules = [Span::default(); 5];
    let mut rule_of = Vec::new();
    let rules_start = layout.terms.len();
    for outcome in Outcome::ALL.into_iter().rev() {
        let wanted = model.rules.iter().enumerate().filter(|(_, rule)| rule.demand.outcome == outcome);
        let (span, of) = layout.place_all(wanted.map(|(number, rule)| (number, &rule.when)));
        rules.get_mut(outcome as usize).into_iter().for_each(|place| *place = span);
        rule_of.extend(of);
    }
    let all_rules = Span { start: rules_start, end: layout.terms.len() };

    let (routes, route_of) = layout.place_all(model.routes.iter().map(|(when, _)| when).enumerate());
    let length =
        |number: usize| model.pauses.get(number).map(|pause| std::cmp::Reverse(pause.for_ms.unwrap_or(i64::MAX)));
    let pauses =
        order(model.pauses.len(), |number| (length(number), model.pauses.get(number).map(|pause| &pause.name)));
    let when_of = |number: usize| model.pauses.get(number).map(|pause| (number, &pause.when));
    let (pauses, pause_of) = layout.place_all(pauses.into_iter().filter_map(when_of));
    let (two_people, two_people_of) = layout.place_all(model.approvals.two_people.iter().enumerate());

    let autonomy = layout.ladder(&model.autonomy);
    let caps = layout.ladder(&model.caps);
    let undo = layout.ladder(&model.undo);
    let demands = |settings: &[Scoped<Demand>]| settings.iter().map(|setting| setting.value.clone()).collect();
    let actions = model.actions.values().map(|settings| (layout.ladder(settings), demands(settings))).collect();
    let replies: Vec<Ladder> = model.replies.iter().map(|replies| layout.ladder(replies)).collect();
    let computed = layout.formulas();
    let (computed_risk, computed) = computed.into_iter().partition(|computed| computed.bit < risk.end);

    let blocks = layout.terms.len().div_ceil(256).max(1);
    let axes = Axes::new(model, &layout.terms);
    let mut rows = Rows::new(model, blocks);
    let (mut readers, mut draft_readers, mut no_draft_rows) = (Readers::default(), Readers::default(), Vec::new());
    for (number, (slot, literals)) in model.slots.iter().zip(&axes.slots).enumerate() {
        if literals.is_empty() || number == model.core.intent || number == model.core.action {
            continue;
        }
        if slot.needs_draft {
            rows.add_reader(number, literals, &mut draft_readers);
            no_draft_rows.push(rows.no_draft(number, literals));
        } else {
            rows.add_reader(number, literals, &mut readers);
        }
    }
    readers.group(&mut rows);
    draft_readers.group(&mut rows);
    let no_literals = Vec::new();
    let mut name_reader = |number: usize| {
        let slot = model.slots.get(number)?;
        Some(rows.name_reader(number, slot, axes.slots.get(number).unwrap_or(&no_literals)))
    };
    let (intent, action) = (name_reader(model.core.intent), name_reader(model.core.action));
    let confidence = model.core.confidence;
    let confidence = model.slots.get(confidence).and_then(|slot| rows.number_reader(confidence, slot, &no_literals));
    let during = axes.hours.iter().enumerate().filter(|(_, literals)| !literals.is_empty());
    let during = during.map(|(hours, literals)| (hours, rows.during(hours, literals))).collect();
    let tier_rows = rows.tiers(&axes.tier);
    let (words, row_count) = rows.finish();

    let names_of = |number: usize| match model.slots.get(number).map(|slot| &slot.kind) {
        Some(crate::condition::Kind::OneOf(names)) => names.as_slice(),
        _ => &[],
    };
    let intent_number = |name: &String| model.intents.iter().position(|intent| intent.name == *name);
    let action_number = |name: &String| model.actions.keys().position(|action| action == name);
    let mode_names: Vec<String> = model
        .modes
        .iter()
        .flat_map(|mode| model.tiers.iter().map(move |tier| format!("{}.{tier}", mode.name)))
        .collect();
    let intent_names: Vec<String> = model.intents.iter().map(|intent| intent.name.clone()).collect();
    let limit_of = |rule: &crate::model::Rule| match rule.kind {
        RuleKind::Limit => model.limits.iter().position(|limit| limit.name == rule.name),
        _ => None,
    };
    Program {
        keys: Keys::new(&model.slots, model.limits.iter().map(|limit| limit.name.clone()).collect()),
        clock: (!model.hours.is_empty()).then(|| Clock::new(&model.zone)),
        weeks: model.hours.iter().map(Week::new).collect(),
        blocks,
        words,
        row_count,
        readers,
        draft_readers,
        no_draft_rows,
        intent,
        intent_numbers: names_of(model.core.intent).iter().map(intent_number).collect(),
        action,
        action_numbers: names_of(model.core.action).iter().map(action_number).collect(),
        confidence,
        during,
        tier_rows,
        computed_risk,
        computed,
        risk,
        risk_of,
        rules,
        all_rules,
        rule_of,
        routes,
        route_of,
        pauses,
        pause_of,
        two_people,
        two_people_of,
        autonomy,
        caps,
        undo,
        actions,
        replies,
        mode_ranks: ranks(&mode_names),
        intent_ranks: ranks(&intent_names),
        cares: model.modes.iter().map(crate::model::Mode::care).collect(),
        limits: model.rules.iter().map(limit_of).collect(),
        slot_count: model.slots.len(),
    }
}

impl super::Scratch {
    pub(crate) fn new(program: &Program) -> Self {
        let zeros = || Bits::zeros(program.blocks);
        // A row for each slot and for each `hours` block at most, and one more for four slots of which one failed; a failure
        // for each slot.
        let most = program.slot_count * 2 + program.weeks.len() + 2;
        let found = Found { rows: Vec::with_capacity(most), failed: Vec::with_capacity(most) };
        Self { possible: zeros(), certain: zeros(), found, core: super::Core::default() }
    }
}
