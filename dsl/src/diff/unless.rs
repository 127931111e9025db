//! The rules that prevent a change where they apply.

use crate::condition::Expr;
use crate::diff::{Both, Joint};
use crate::prove::aim::Aim;
use crate::prove::circuit::{Formula, Point};
use crate::prove::encode::{Part, step};
use crate::prove::sat::Answer;
use crate::verdict::{Outcome, RuleKind};

/// A change, and where it is looked at.
pub(super) struct Change {
    pub(super) from: Outcome,
    pub(super) to: Outcome,
    /// The old version comes to `from` and the new one to `to`.
    pub(super) changes: Formula,
    /// All of these hold in the messages that are looked at.
    pub(super) inside: Vec<Formula>,
    /// A message of the change.
    pub(super) example: Point,
}

/// A rule of both versions.
struct Candidate<'m> {
    kind: RuleKind,
    name: &'m str,
    /// It applies in both.
    applies: Formula,
    when: &'m Expr,
    /// Where it applies, an outcome beyond `from` or `to` is demanded: nothing has to be asked.
    is_beyond: bool,
    /// A message inside in which it applies is known.
    is_met: bool,
    /// A message of the change in which it applies is known: it prevents nothing.
    is_harmless: bool,
}

impl Change {
    /// The names of the rules, and how many of the standard guards are among them.
    pub(super) fn unless(&self, both: &Both<'_>, joint: &mut Joint<'_>) -> Vec<String> {
        let mut candidates = self.candidates(both, joint);
        self.try_examples(both, joint, &mut candidates);
        let mut names: Vec<String> = Vec::new();
        let mut standard = 0;
        for one in candidates {
            if one.is_harmless || !self.prevents(joint, one.applies, one.is_beyond, one.is_met) {
                continue;
            }
            match one.kind {
                RuleKind::Standard => standard += 1,
                _ => names.push(one.name.to_owned()),
            }
        }
        names.extend(self.tier(both, joint));
        if standard > 0 {
            names.push(format!("{standard} standard guard{}", if standard == 1 { "" } else { "s" }));
        }
        names
    }

    /// Where it applies, the change never happens, and it does apply somewhere.
    fn prevents(&self, joint: &mut Joint<'_>, applies: Formula, is_beyond: bool, is_met: bool) -> bool {
        let with: Vec<Formula> = self.inside.iter().copied().chain([applies]).collect();
        let changed = with.iter().copied().chain([self.changes]);
        (is_beyond || joint.questions.possible(&changed.collect::<Vec<_>>()) == Answer::Impossible)
            && (is_met || joint.questions.possible(&with) == Answer::Possible)
    }

    /// Rules that are in both versions, so that they are no part of the change itself.
    fn candidates<'m>(&self, both: &Both<'m>, joint: &mut Joint<'_>) -> Vec<Candidate<'m>> {
        let Joint { questions, old, new, unapproved, .. } = joint;
        let mut candidates = Vec::new();
        let parts = new.parts.iter().skip(new.rules_from(both.new));
        for (rule, part) in both.new.rules.iter().zip(parts) {
            let before = old.parts.iter().find(|one| (one.kind, &one.name) == (part.kind, &part.name));
            let Some(before) = before else { continue };
            // The first degree beyond an outcome is that of the next one. Nobody has approved anything here.
            let mut beyond = |outcome: Outcome, part: &Part| {
                let demands = part.at_least.get(step(outcome).map_or(0, |step| step + 1)).copied();
                let open = questions.circuit.and(part.applies, *unapproved);
                demands.is_some_and(|demands| demands == part.applies || demands == open)
            };
            let is_beyond = beyond(self.to, part) || beyond(self.from, before);
            candidates.push(Candidate {
                kind: part.kind,
                name: &rule.name,
                applies: questions.circuit.and(part.applies, before.applies),
                when: &rule.when,
                is_beyond,
                is_met: false,
                is_harmless: false,
            });
        }
        candidates
    }

    /// Most rules show by a message that is made for them whether they apply here, and whether they are harmless.
    fn try_examples(&self, both: &Both<'_>, joint: &Joint<'_>, candidates: &mut [Candidate<'_>]) {
        let aim = Aim::new(both.new, &both.domain);
        for from in (0..candidates.len()).step_by(63) {
            let aimed = candidates.iter().skip(from).take(63).map(|one| aim.at(&self.example, one.when));
            let points: Vec<Point> = aimed.chain([self.example.clone()]).collect();
            let lanes = joint.questions.circuit.simulate(&points);
            let inside = self.inside.iter().fold(u64::MAX, |bits, formula| bits & lanes.of(*formula));
            let changes = inside & lanes.of(self.changes);
            for one in candidates.iter_mut() {
                let applies = lanes.of(one.applies);
                one.is_met |= applies & inside != 0;
                one.is_harmless |= applies & changes != 0;
            }
        }
    }

    /// The lowest tier that prevents the change.
    fn tier(&self, both: &Both<'_>, joint: &mut Joint<'_>) -> Option<String> {
        if both.old.tiers != both.new.tiers {
            return None;
        }
        (1..both.new.tiers.len()).find_map(|tier| {
            let (old, new) = (*joint.old.tiers.get(tier)?, *joint.new.tiers.get(tier)?);
            let applies = joint.questions.circuit.and(old, new);
            let name = both.new.tiers.get(tier)?;
            let more = if tier + 1 < both.new.tiers.len() { " or higher" } else { "" };
            self.prevents(joint, applies, false, false).then(|| format!("risk {name}{more}"))
        })
    }
}
