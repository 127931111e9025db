//! Bits to an outcome: settings by the ladder, the strictest demand, holds that are over.
//!
//! Says the same as `eval.rs`, down to which of two equal settings is named.

use std::cmp::Reverse;

use super::bits::Bits;
use super::calendar::Reading;
use super::run::Core;
use super::{Ladder, Program, Scratch, When};
use crate::eval::LONGEST_HOLD_MS;
use crate::model::{Demand, Model, Release};
use crate::program::Frame;
use crate::verdict::Outcome;

/// Where the demand of a mode, band or action stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// The policy says nothing about it.
    Nothing,
    /// A mode and a tier.
    Mode(usize, usize),
    /// An intent, its reply line, and the band; the last band is the rest.
    Band(usize, usize, usize),
    /// An action among those with settings, and its setting.
    Action(usize, usize),
}

impl Source {
    /// A number for the rule: the bands of an intent, and the settings of an action, are one.
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Nothing => 1 << 48,
            Self::Mode(mode, tier) => (mode as u64) << 24 | tier as u64,
            Self::Band(intent, ..) => intent as u64,
            Self::Action(action, _) => action as u64,
        }
    }
}

/// The strictest of several demands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick {
    pub(crate) outcome: Outcome,
    pub(crate) release_ms: Option<i64>,
    pub(crate) uncertain: bool,
    pub(crate) source: Source,
}

/// The mode in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) mode: usize,
    /// The setting that chose the mode, and the cap that raised it.
    pub(crate) setting: Option<usize>,
    pub(crate) cap: Option<usize>,
}

/// Everything that was decided, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    pub(crate) outcome: Outcome,
    pub(crate) hold_until_ms: Option<i64>,
    pub(crate) undo_ms: i64,
    pub(crate) chosen: Chosen,
    pub(crate) picks: [Pick; 3],
    /// The row of the route table; `None` for the last one.
    pub(crate) route: Option<usize>,
    pub(crate) two_people: bool,
    pub(crate) reading: Option<Reading>,
}

/// What a decision looks at once the bits are there.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'s> {
    pub(crate) model: &'s Model,
    pub(crate) program: &'s Program,
    pub(crate) frame: &'s Frame<'s>,
    pub(crate) possible: &'s Bits,
    pub(crate) certain: &'s Bits,
    pub(crate) core: &'s Core,
    pub(crate) reading: Option<Reading>,
}

/// Picks the strictest of the demands that it is offered.
struct Strictest<'s> {
    sight: &'s Sight<'s>,
    best: Option<(Pick, u32)>,
}

impl Strictest<'_> {
    /// `rank` orders the names of equally careful demands: the first one is named.
    #[inline]
    fn offer(&mut self, demand: &Demand, rank: u32, uncertain: bool, source: Source) {
        let (outcome, release_ms) = self.sight.settle(demand, self.sight.frame.now_ms);
        let key = |pick: &Pick, rank: u32| (pick.outcome, pick.release_ms, !pick.uncertain, Reverse(rank));
        let pick = Pick { outcome, release_ms, uncertain, source };
        if self.best.as_ref().is_none_or(|(best, other)| key(&pick, rank) >= key(best, *other)) {
            self.best = Some((pick, rank));
        }
    }

    fn pick(self) -> Pick {
        let outcome = if self.sight.core.approved { Outcome::Send } else { Outcome::Approval };
        let nothing = Pick { outcome, release_ms: None, uncertain: false, source: Source::Nothing };
        self.best.map_or(nothing, |(pick, _)| pick)
    }
}

impl Program {
    /// Decides. The bits stay in `scratch` for whoever asks for reasons.
    pub(crate) fn decide(&self, model: &Model, frame: &Frame<'_>, scratch: &mut Scratch) -> Settled {
        let reading = self.clock.as_ref().and_then(|clock| clock.read(frame.now_ms));
        self.run(model, frame, scratch, reading);
        scratch.sight(model, self, frame, reading).decide()
    }
}

impl Scratch {
    /// Looks at what was worked out.
    pub(crate) const fn sight<'s>(
        &'s self,
        model: &'s Model,
        program: &'s Program,
        frame: &'s Frame<'s>,
        reading: Option<Reading>,
    ) -> Sight<'s> {
        let Self { possible, certain, core, .. } = self;
        Sight { model, program, frame, possible, certain, core, reading }
    }
}

impl<'s> Sight<'s> {
    fn decide(&self) -> Settled {
        let (chosen, mode) = self.mode();
        let picks = [mode, self.band(), self.action()];
        let (outcome, hold_until_ms) = self.outcome(&picks);
        let route = self.certain.first(self.program.routes);
        let row = |bit: usize| self.program.route_of.get(bit - self.program.routes.start).map(|row| *row as usize);
        Settled {
            outcome,
            hold_until_ms,
            undo_ms: self.undo(),
            chosen,
            picks,
            route: route.and_then(row),
            two_people: self.possible.any(self.program.two_people),
            reading: self.reading,
        }
    }

    const fn strictest(&self) -> Strictest<'_> {
        Strictest { sight: self, best: None }
    }

    fn holds(&self, when: When) -> Option<bool> {
        match when {
            When::Always => Some(true),
            When::Bits(span) if self.certain.any(span) => Some(true),
            When::Bits(span) if self.possible.any(span) => None,
            When::Bits(_) => Some(false),
        }
    }

    /// The settings that may be in force: the closest certain ones, and undecided ones that would be as close. The
    /// flag says undecided.
    pub(super) fn closest<'l>(&'l self, ladder: &'l Ladder) -> impl Iterator<Item = (usize, bool)> + use<'l, 's> {
        let certain = ladder.0.iter().filter(|rung| self.holds(rung.when) == Some(true));
        let best = certain.map(|rung| rung.rank).max();
        ladder.0.iter().enumerate().filter_map(move |(number, rung)| match best {
            Some(best) if rung.rank < best => None,
            _ => match self.holds(rung.when) {
                Some(true) => Some((number, false)),
                None => Some((number, true)),
                Some(false) => None,
            },
        })
    }

    fn undo(&self) -> i64 {
        let lines = self.closest(&self.program.undo).filter_map(|(number, _)| self.model.undo.get(number));
        lines.map(|line| line.value).max().unwrap_or(0)
    }

    /// Every mode that may be in force is asked about every tier that the message may have.
    fn mode(&self) -> (Chosen, Pick) {
        let mut strictest = self.strictest();
        let mut chosen = Chosen { mode: self.model.default_mode, setting: None, cap: None };
        let mut best: Option<(usize, bool, Reverse<usize>)> = None;
        let many = self.core.tiers.count_ones() > 1;
        let mut choose = |mode: usize, uncertain: bool, setting: Option<usize>, cap: Option<usize>| {
            let Some(table) = self.model.modes.get(mode).map(|mode| &mode.table) else { return };
            let key = (self.program.cares.get(mode).copied().unwrap_or(0), cap.is_none(), Reverse(mode));
            if best.is_none_or(|best| key >= best) {
                best = Some(key);
                chosen = Chosen { mode, setting, cap };
            }
            let mut tiers = self.core.tiers;
            while tiers != 0 {
                let tier = tiers.trailing_zeros() as usize;
                tiers &= tiers - 1;
                if let Some((demand, _)) = table.get(tier) {
                    let rank = self.program.mode_ranks.get(mode * self.model.tiers.len() + tier);
                    let source = Source::Mode(mode, tier);
                    strictest.offer(demand, rank.copied().unwrap_or(0), uncertain || many, source);
                }
            }
        };
        let mut first_certain: Option<usize> = None;
        for (number, uncertain) in self.closest(&self.program.autonomy) {
            let Some(setting) = self.model.autonomy.get(number) else { continue };
            choose(setting.value, uncertain, Some(number), None);
            if !uncertain {
                first_certain = first_certain.or(Some(number));
            }
        }
        if first_certain.is_none() {
            choose(self.model.default_mode, false, None, None);
        }
        for (number, (cap, rung)) in self.model.caps.iter().zip(&self.program.caps.0).enumerate() {
            match self.holds(rung.when) {
                Some(false) => {}
                held => choose(cap.value, held.is_none(), first_certain, Some(number)),
            }
        }
        (chosen, strictest.pick())
    }

    fn band(&self) -> Pick {
        let mut strictest = self.strictest();
        let rank = |intent: usize| self.program.intent_ranks.get(intent).copied().unwrap_or(0);
        let Some(intent) = self.core.intent else {
            for (intent, replies) in self.model.replies.iter().enumerate() {
                for reply in 0..replies.len() {
                    self.every_band(&mut strictest, rank(intent), intent, reply);
                }
            }
            return strictest.pick();
        };
        if let (Some(ladder), Some(replies)) = (self.program.replies.get(intent), self.model.replies.get(intent)) {
            for (number, uncertain) in self.closest(ladder) {
                let Some(reply) = replies.get(number) else { continue };
                let Some(confidence) = self.core.confidence else {
                    self.every_band(&mut strictest, rank(intent), intent, number);
                    continue;
                };
                let from = &reply.value.from;
                let band = from.iter().position(|(_, least)| confidence >= *least).unwrap_or(from.len());
                let demand = from.get(band).map_or(&reply.value.rest, |(demand, _)| demand);
                strictest.offer(demand, rank(intent), uncertain, Source::Band(intent, number, band));
            }
        }
        strictest.pick()
    }

    fn every_band(&self, strictest: &mut Strictest<'_>, rank: u32, intent: usize, number: usize) {
        let Some(reply) = self.model.replies.get(intent).and_then(|replies| replies.get(number)) else { return };
        let demands = reply.value.from.iter().map(|(demand, _)| demand).chain([&reply.value.rest]);
        for (band, demand) in demands.enumerate() {
            strictest.offer(demand, rank, true, Source::Band(intent, number, band));
        }
    }

    fn action(&self) -> Pick {
        let mut strictest = self.strictest();
        match self.core.action {
            Some(action) => {
                if let Some(action) = action
                    && let Some((ladder, demands)) = self.program.actions.get(action)
                {
                    for (number, uncertain) in self.closest(ladder) {
                        if let Some(demand) = demands.get(number) {
                            strictest.offer(demand, 0, uncertain, Source::Action(action, number));
                        }
                    }
                }
            }
            None => {
                for (action, settings) in self.model.actions.values().enumerate() {
                    for (number, setting) in settings.iter().enumerate() {
                        strictest.offer(&setting.value, action as u32, true, Source::Action(action, number));
                    }
                }
            }
        }
        strictest.pick()
    }

    /// The most careful demand of all, and the latest release if that is a hold.
    fn outcome(&self, picks: &[Pick; 3]) -> (Outcome, Option<i64>) {
        let mut outcome = picks.iter().map(|pick| pick.outcome).max().unwrap_or(Outcome::Escalate);
        for demanded in [Outcome::Escalate, Outcome::Off, Outcome::Approval] {
            let counts = demanded != Outcome::Approval || !self.core.approved;
            if demanded <= outcome {
                break;
            }
            if counts && self.rules_demand(demanded) {
                outcome = demanded;
            }
        }
        if outcome > Outcome::Hold {
            return (outcome, None);
        }
        let mut release_ms = picks.iter().filter_map(|pick| pick.release_ms).max();
        let holds = self.program.rules.get(Outcome::Hold as usize).copied().unwrap_or_default();
        let mut last = None;
        for bit in self.possible.iter(holds) {
            let Some(rule) = self.rule_at(bit).filter(|rule| last != Some(*rule)) else { continue };
            last = Some(rule);
            let (demanded, release) = self.settle_rule(rule);
            outcome = outcome.max(demanded);
            release_ms = release_ms.max(release);
        }
        (outcome, release_ms.filter(|_| outcome == Outcome::Hold))
    }

    fn rules_demand(&self, outcome: Outcome) -> bool {
        self.program.rules.get(outcome as usize).is_some_and(|span| self.possible.any(*span))
    }

    /// The rule that a bit belongs to.
    pub(crate) fn rule_at(&self, bit: usize) -> Option<usize> {
        self.program.rule_of.get(bit - self.program.all_rules.start).map(|rule| *rule as usize)
    }

    /// What a rule that matched comes to now.
    pub(crate) fn settle_rule(&self, number: usize) -> (Outcome, Option<i64>) {
        let Some(rule) = self.model.rules.get(number) else { return (Outcome::Escalate, None) };
        let limit = self.program.limits.get(number).copied().flatten();
        let over_until = limit.and_then(|limit| self.frame.over_until_ms.get(limit).copied().flatten());
        self.settle(&rule.demand, over_until.unwrap_or(self.frame.now_ms))
    }

    /// What a demand comes to now: an approval that was given and a hold that is over demand nothing any more.
    #[inline]
    fn settle(&self, demand: &Demand, from_ms: i64) -> (Outcome, Option<i64>) {
        match demand.outcome {
            Outcome::Hold => self.settle_hold(demand, from_ms),
            Outcome::Approval if self.core.approved => (Outcome::Send, None),
            outcome => (outcome, None),
        }
    }

    fn settle_hold(&self, demand: &Demand, from_ms: i64) -> (Outcome, Option<i64>) {
        let now = self.frame.now_ms;
        let start = self.frame.held_since_ms.unwrap_or(now);
        let release_ms = match demand.release {
            Some(Release::For(ms)) => Some(start.saturating_add(ms)),
            Some(Release::Until(hours)) => self.next_inside(hours, from_ms.max(now)),
            None => None,
        };
        match release_ms {
            Some(release) if release <= now => (Outcome::Send, None),
            Some(release) if release <= start.saturating_add(LONGEST_HOLD_MS) => (Outcome::Hold, Some(release)),
            _ if self.core.approved => (Outcome::Send, None),
            _ => (Outcome::Approval, None),
        }
    }

    fn next_inside(&self, hours: usize, from_ms: i64) -> Option<i64> {
        let (week, clock) = (self.program.weeks.get(hours)?, self.program.clock.as_ref()?);
        week.next_inside(&self.model.zone, clock, from_ms)
    }
}
