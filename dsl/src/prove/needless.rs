//! Rules that never decide (R0203), and rules marked `@backstop` that do (R0211).
//!
//! A rule decides a message when it demands something there and nothing else demands as much. Most rules show that by a
//! cheap example. The solver is asked about the rest, and each example that it finds may speak for others too.

use crate::model::Model;
use crate::prove::aim::Aim;
use crate::prove::circuit::{Formula, Lanes, Point};
use crate::prove::claims::{Subject, shrink_order};
use crate::prove::encode::Part;
use crate::prove::lints::{Lints, Rule, called, joined};
use crate::prove::sat::{Answer, MOST_CONFLICTS};
use crate::source::Finding;
use crate::verdict::RuleKind;

/// Pairs of a rule and another one that the solver is asked about. In a file of more than a thousand rules that no cheap
/// example shows to be of use, the rest is not looked at: checking must stay quick.
const MOST_PAIRS: usize = 1_000_000;

/// How often an example is changed to keep other rules out of it, where few rules are left to show.
const MOST_ROUNDS: usize = 4;
/// So few.
const MOST_TRIED: usize = 256;

/// A message on which a rule of the root file is tried.
struct Aimed<'r> {
    /// The rule's place among those that are tried.
    place: usize,
    rule: &'r Rule<'r>,
    point: Point,
}

/// The rules of the root file, and which of them decide something.
struct Trial<'r> {
    rules: &'r [Rule<'r>],
    decides: Vec<bool>,
}

impl Trial<'_> {
    fn is_open(&self, place: usize) -> bool {
        self.decides.get(place) == Some(&false)
    }
}

impl Lints<'_> {
    /// R0203 and R0211.
    pub(super) fn never_decides(&mut self, rules: &[Rule<'_>]) {
        let mut trial = Trial { rules, decides: vec![false; rules.len()] };
        self.try_examples(&mut trial);
        let mut failing: Option<Subject<'_>> = None;
        let mut left = MOST_PAIRS;
        for (place, rule) in rules.iter().enumerate() {
            if !trial.is_open(place) {
                if rule.backstop {
                    self.not_redundant(rule);
                }
                continue;
            }
            left = left.saturating_sub(self.subject.gate.parts.len());
            if left == 0 {
                return;
            }
            let Some(core) = overruled(self.model, &mut self.subject, rule.part) else {
                if let Some(example) = self.subject.questions.last_example() {
                    let lanes = self.subject.questions.circuit.simulate(&[example]);
                    self.note(&lanes, &mut trial);
                }
                if rule.backstop {
                    self.not_redundant(rule);
                }
                continue;
            };
            if rule.backstop || core.is_empty() || self.is_said("R0203", rule.at) {
                continue;
            }
            // A rule that decides only when facts fail is of use all the same.
            let failing = failing.get_or_insert_with(|| Subject::new(self.model, self.domain, true, MOST_CONFLICTS));
            // Mostly the same rules are to blame then too, and asking about a few costs little.
            if overruled_by(self.model, failing, rule.part, |part| core.contains(&part)).is_some()
                || overruled(self.model, failing, rule.part).is_some()
            {
                self.report_never_decides(rule, &core);
            }
        }
    }

    /// Ordinary messages, each changed so that one of the rules holds, and then so that those beside it do not.
    fn try_examples(&mut self, trial: &mut Trial<'_>) {
        let mut bases = vec![self.domain.quiet_point()];
        if let Some(hold) = self.subject.gate.at_least.first().copied()
            && self.subject.questions.possible(&[!hold]) == Answer::Possible
        {
            bases.push(self.subject.questions.example());
        }
        for rounds in [1, MOST_ROUNDS] {
            for (base, just) in bases.iter().flat_map(|base| [(base, false), (base, true)]) {
                let rules = trial.rules.iter().enumerate().filter(|(place, _)| trial.is_open(*place));
                let open: Vec<(usize, &Rule<'_>)> = rules.collect();
                if rounds > 1 && open.len() > MOST_TRIED {
                    return;
                }
                for rules in open.chunks(64) {
                    let aimed = rules.iter().map(|(place, rule)| {
                        let aim = if just { Aim::just_at } else { Aim::at };
                        Aimed { place: *place, rule, point: aim(self.aim, base, rule.when) }
                    });
                    self.try_aimed(aimed.collect(), rounds, trial);
                }
            }
        }
    }

    fn try_aimed(&self, mut aimed: Vec<Aimed<'_>>, rounds: usize, trial: &mut Trial<'_>) {
        for round in 1..=rounds {
            let points: Vec<Point> = aimed.iter().map(|one| one.point.clone()).collect();
            let lanes = self.subject.questions.circuit.simulate(&points);
            self.note(&lanes, trial);
            if round == rounds {
                return;
            }
            for (lane, one) in aimed.iter_mut().enumerate().filter(|(_, one)| trial.is_open(one.place)) {
                self.clear(&lanes, (lane, round - 1), one);
            }
        }
    }

    /// Changes a message so that fewer rules demand as much as its own.
    fn clear(&self, lanes: &Lanes, (lane, turn): (usize, usize), Aimed { rule, point, .. }: &mut Aimed<'_>) {
        let gate = &self.subject.gate;
        let Some((_, others)) = gate.parts.get(rule.part).and_then(degrees) else { return };
        let parts = gate.parts.iter().enumerate().skip(gate.rules_from(self.model));
        for (other, (number, part)) in self.model.rules.iter().zip(parts) {
            let demands = part.at_least.get(others).map_or(0, |demands| lanes.of(*demands));
            if number != rule.part && demands >> lane & 1 == 1 {
                self.aim.avoid(point, rule.when, &other.when, turn);
            }
        }
        *point = self.aim.at(point, rule.when);
    }

    /// Notes the rules that decide one of some messages.
    fn note(&self, lanes: &Lanes, trial: &mut Trial<'_>) {
        let parts = &self.subject.gate.parts;
        // For each degree: the lanes in which one part demands it, and those in which two do.
        let mut once = [0_u64; 4];
        let mut twice = [0_u64; 4];
        for part in parts.iter().filter(|part| counts(self.model, part)) {
            for ((once, twice), demands) in once.iter_mut().zip(&mut twice).zip(&part.at_least) {
                let bits = lanes.of(*demands);
                *twice |= *once & bits;
                *once |= bits;
            }
        }
        for (rule, decides) in trial.rules.iter().zip(&mut trial.decides).filter(|(_, decides)| !**decides) {
            let Some(part) = parts.get(rule.part) else { continue };
            let Some((own, others)) = degrees(part) else { continue };
            let demands = part.at_least.get(own).map_or(0, |demands| lanes.of(*demands));
            let beside = if own == others { twice.get(own) } else { once.get(others) };
            *decides = demands & !beside.copied().unwrap_or(u64::MAX) != 0;
        }
    }

    fn report_never_decides(&mut self, rule: &Rule<'_>, core: &[usize]) {
        let names: Vec<String> =
            core.iter().filter_map(|part| self.subject.gate.parts.get(*part)).map(called).collect();
        let message = format!("`{}` never decides", rule.name);
        let always = format!("whenever it applies, as much is demanded by {}", joined(names));
        let hint = format!("{always}: remove it, or mark it `@backstop` if it is meant to be double");
        self.found.push(Finding::new("R0203", rule.at, message).hint(hint));
    }

    fn not_redundant(&mut self, rule: &Rule<'_>) {
        let Some((own, others)) = self.subject.gate.parts.get(rule.part).and_then(degrees) else { return };
        let mut fixed = Vec::new();
        for (place, part) in self.subject.gate.parts.iter().enumerate() {
            let at_least = |step: usize| part.at_least.get(step).copied().unwrap_or(Formula::FALSE);
            fixed.push(if place == rule.part { at_least(own) } else { !at_least(others) });
        }
        let Some(point) = self.subject.questions.quietest(&fixed, &shrink_order(self.domain)) else { return };
        let example = self.domain.message(&point).join(", ");
        let message = format!("`{}` is marked `@backstop`, but only this rule decides here", rule.name);
        self.found
            .push(Finding::new("R0211", rule.at, message).hint(format!("for example: {example}; remove `@backstop`")));
    }
}

/// A file without any autonomy setting says nothing about how free the AI is. That everything waits for a person then
/// is no reason to call a rule needless: it will matter as soon as there is a setting.
pub(super) fn counts(model: &Model, part: &Part) -> bool {
    let unset = model.autonomy.is_empty() && model.caps.is_empty() && part.kind == RuleKind::Mode;
    !unset && part.name != "nothing"
}

/// The degree that a part demands, and the degree at which others make it needless. Of two holds the longer one
/// counts, so a hold is needless only beside more than a hold.
fn degrees(part: &Part) -> Option<(usize, usize)> {
    let own = part.at_least.iter().rposition(|demands| *demands != Formula::FALSE)?;
    // A hold that turns into an approval counts as a hold.
    let holds = part.at_least.first() != part.at_least.get(1);
    Some(if holds { (0, 1) } else { (own, own) })
}

/// The parts because of which another one never decides; `None` when it does, or when that is too hard to say.
fn overruled(model: &Model, subject: &mut Subject<'_>, number: usize) -> Option<Vec<usize>> {
    overruled_by(model, subject, number, |_| true)
}

/// The same, if these parts alone are enough for it.
fn overruled_by(
    model: &Model,
    subject: &mut Subject<'_>,
    number: usize,
    among: impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let Some((own, others)) = subject.gate.parts.get(number).and_then(degrees) else { return Some(Vec::new()) };
    let this = subject.gate.parts.get(number).and_then(|part| part.at_least.get(own)).copied()?;
    let rest: Vec<(usize, Formula)> = subject
        .gate
        .parts
        .iter()
        .enumerate()
        .filter(|(place, part)| *place != number && among(*place) && counts(model, part))
        .filter_map(|(place, part)| Some((place, *part.at_least.get(others)?)))
        .filter(|(_, demands)| *demands != Formula::FALSE)
        .collect();
    let silent: Vec<Formula> = rest.iter().map(|(_, demands)| !*demands).collect();
    let core = subject.questions.why_not(&[this], &silent)?;
    Some(core.into_iter().filter_map(|place| rest.get(place)).map(|(number, _)| *number).collect())
}
