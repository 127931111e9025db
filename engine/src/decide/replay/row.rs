//! One recorded decision under a candidate.

use std::collections::BTreeMap;

use foldhash::HashMap;
use remit_dsl::diff::Direction;
use remit_dsl::{Decider, Decision, Facts, Frame, Outcome, Raw, Route, Seen};

use super::Block;
use super::block::{PLACE, Stored};
use super::counting::{Counting, Subjects, short};
use super::judge::{Judge, Old, Plan, Source, Tally, Texts, text};
use super::report::{Example, Side};

/// A missing yes/no fact is tried both ways, at most this many of them at a time.
const MOST_TRIED: usize = 4;

/// How a decision came out: the outcome, and numbers that stand for its deciding rules and its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    outcome: Outcome,
    rules: u64,
    route: u64,
}

enum Out {
    Way(Way),
    NotReplayable(String),
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    now_ms: i64,
    held_since_ms: Option<i64>,
}

/// The numbers of rules and routes of the candidate, each worked out from its words once.
#[derive(Debug, Default)]
pub(super) struct Words {
    rules: HashMap<u64, u64>,
    /// By the row of the route table; the last row first.
    routes: Vec<Option<u64>>,
}

impl Words {
    /// The same number for the same rules in any order; see `judge::rules_number`.
    fn rules_number(&mut self, decision: &Decision<'_>) -> u64 {
        let mut sum = 0_u64;
        decision.decided_by(|rule, words| {
            let number = self.rules.entry(rule).or_insert_with(|| {
                let (kind, name) = words();
                short(&format!("{}:{}", kind.as_str(), name.concat()))
            });
            sum = sum.wrapping_add(*number);
        });
        sum
    }

    fn route_number(&mut self, decision: &Decision<'_>) -> u64 {
        let row = decision.route_row().map_or(0, |row| row + 1);
        if self.routes.len() <= row {
            self.routes.resize(row + 1, None);
        }
        let number = || {
            let route: &Route = decision.route();
            let (team, person) =
                (route.team.as_deref().unwrap_or_default(), route.person.as_deref().unwrap_or_default());
            short(&format!("{}\t{team}\t{person}", route.row))
        };
        self.routes.get_mut(row).map_or_else(number, |known| *known.get_or_insert_with(number))
    }
}

fn whole(column: Option<&Stored<'_>>, at: usize) -> Option<i64> {
    match column.and_then(|column| column.get(at)) {
        Some(Raw::Number(number)) => Some(number),
        _ => None,
    }
}

/// Rows of one block, one after the other; what is allocated is kept for the next.
pub(super) struct Row<'p, 'b> {
    judge: &'p Judge,
    block: &'p Block<'b>,
    plan: &'p Plan<'p, 'b>,
    values: Vec<Raw<'p>>,
    until: Vec<Option<i64>>,
    missing: Vec<usize>,
    /// Slots whose value may be another one in the next row.
    varying: Vec<usize>,
    /// The number of the policy for which the other slots were filled.
    filled_for: Option<usize>,
    /// Rows by the number of their policy.
    policies: Vec<u64>,
    words: Words,
}

/// The row's recorded outcome and where counts go.
struct Against<'t> {
    recorded: Outcome,
    moment: Moment,
    tally: &'t mut Tally,
}

impl<'p, 'b> Row<'p, 'b> {
    pub(super) fn new(judge: &'p Judge, block: &'p Block<'b>, plan: &'p Plan<'p, 'b>, words: Words) -> Self {
        Self {
            judge,
            block,
            plan,
            values: Vec::new(),
            until: Vec::new(),
            missing: Vec::new(),
            varying: Vec::new(),
            filled_for: None,
            policies: vec![0; plan.olds.len()],
            words,
        }
    }

    /// What was worked out serves the next block too.
    pub(super) fn into_words(self) -> Words {
        self.words
    }

    /// Adds how many of the rows each policy decided.
    pub(super) fn count_policies(&self, tally: &mut Tally) {
        let values = self.plan.policy.map(|column| column.values.as_slice()).unwrap_or_default();
        for (digest, count) in values.iter().zip(&self.policies).filter(|(_, count)| **count > 0) {
            *tally.policies.entry(text(*digest).to_owned()).or_default() += count;
        }
    }

    pub(super) fn replay(
        &mut self,
        at: usize,
        decider: &mut Decider,
        counting: Option<&mut Counting>,
        tally: &mut Tally,
        texts: &dyn Fn(usize) -> Option<Texts>,
    ) {
        let plan = self.plan;
        let policy = plan.policy.map_or(usize::MAX, |column| column.number(at));
        let recorded = plan.outcome.and_then(|column| plan.outcomes.get(column.number(at)).copied().flatten());
        let Some(recorded) = recorded else { return };
        tally.decisions += 1;
        self.policies.get_mut(policy).into_iter().for_each(|count| *count += 1);
        let decided_at = self.block.decided_at.get(at).copied().unwrap_or_default();
        tally.first_at_ms.get_or_insert(decided_at);
        tally.last_at_ms = Some(decided_at);
        let now_ms = whole(plan.now, at).unwrap_or(decided_at);
        let old = plan.olds.get(policy).copied().flatten();
        let mut values = std::mem::take(&mut self.values);
        self.fill(at, policy, old, &mut values);
        let moment = Moment { now_ms, held_since_ms: whole(plan.held, at) };
        let against = Against { recorded, moment, tally };
        let found = old.filter(|old| old.needs_texts).and_then(|_| texts(at));
        if let Some(texts) = found {
            against.tally.worked_out_again += 1;
            let facts = self.work_out(at, &texts);
            let frame = self.judge.policy.frame(&facts);
            let mut again: Vec<Raw<'_>> = values.clone();
            // Only what has to be worked out again is taken from there.
            for (slot, (place, value)) in again.iter_mut().zip(frame.frame().values).enumerate() {
                if self.judge.works_out.get(slot) == Some(&true) {
                    *place = *value;
                }
            }
            let judge = self.judge;
            self.missing.retain(|slot| judge.works_out.get(*slot) != Some(&true));
            self.settle(at, decider, &mut again, against, counting);
        } else {
            self.settle(at, decider, &mut values, against, counting);
        }
        self.values = values;
    }

    /// The outcome as recorded facts have it; `None` when it is not replayable.
    pub(super) fn outcome(
        &mut self,
        at: usize,
        decider: &mut Decider,
        texts: &dyn Fn(usize) -> Option<Texts>,
    ) -> Option<Outcome> {
        let mut nothing = Tally::default();
        self.replay(at, decider, None, &mut nothing, texts);
        nothing.last
    }

    /// Puts the recorded values into the candidate's slots and notes which are missing. Most slots have one value in all
    /// rows of a block: those are filled once.
    fn fill(&mut self, at: usize, policy: usize, old: Option<&Old>, values: &mut Vec<Raw<'p>>) {
        if self.filled_for != Some(policy) {
            self.filled_for = Some(policy);
            self.varying.clear();
            values.clear();
            for slot in 0..self.plan.sources.len() {
                let constant = self.recorded(at, slot, old).filter(|_| self.is_constant(slot));
                if constant.is_none() {
                    self.varying.push(slot);
                }
                values.push(constant.unwrap_or(Raw::Failed));
            }
        }
        self.missing.clear();
        let no_draft = self.plan.no_draft.and_then(|column| column.get(at)) == Some(Raw::Yes(true));
        for slot in &self.varying {
            let value = self.recorded(at, *slot, old);
            if value.is_none() && !(no_draft && self.judge.needs_draft.get(*slot) == Some(&true)) {
                self.missing.push(*slot);
            }
            values.get_mut(*slot).into_iter().for_each(|place| *place = value.unwrap_or(Raw::Failed));
        }
        self.until.clear();
        self.until.extend(self.plan.until.iter().map(|column| whole(*column, at)));
    }

    /// What was recorded for a slot; `None` when that says nothing about the candidate's fact.
    #[inline]
    fn recorded(&self, at: usize, slot: usize, old: Option<&Old>) -> Option<Raw<'p>> {
        let of = |flags: &[bool]| flags.get(slot) == Some(&true);
        let old = old.filter(|old| !of(&old.redefined))?;
        let plan = self.plan;
        let agent = || plan.channel.and_then(|column| plan.agents.get(column.number(at)).copied().flatten());
        let stored = match plan.sources.get(slot)? {
            Source::Column(number) => self.block.columns.get(*number).and_then(|column| column.get(at)),
            Source::Agent => agent().map(Raw::Name),
            Source::Unanswered => agent().map(|agent| Raw::Yes(agent == "none")),
            Source::Nowhere => None,
        };
        // The policy of then declared it, so an absent one has failed.
        stored.or_else(|| of(&old.declares).then_some(Raw::Failed))
    }

    /// No row of the block has another value of this slot, and nothing changes it while a row is replayed.
    fn is_constant(&self, slot: usize) -> bool {
        let judge = self.judge;
        let is_counted = judge.depth_slot == Some(slot) || judge.over_slots.contains(&Some(slot));
        let one = |column: Option<&Stored<'_>>| column.is_none_or(Stored::is_constant);
        !is_counted
            && match self.plan.sources.get(slot) {
                Some(Source::Column(number)) => one(self.block.columns.get(*number)),
                Some(Source::Agent | Source::Unanswered) => one(self.plan.channel),
                Some(Source::Nowhere) | None => true,
            }
    }

    /// The recorded facts with detectors and scripts run again.
    fn work_out(&self, at: usize, texts: &Texts) -> Facts {
        let policy = &self.judge.policy;
        let mut facts = self.block.facts(at);
        let types: Vec<&str> = texts.attachments.iter().map(String::as_str).collect();
        let seen = Seen {
            message: &texts.message,
            draft: texts.draft.as_deref(),
            thread: &texts.thread,
            attachments: &types,
            scores: &BTreeMap::new(),
        };
        let detections = policy.detect(&seen);
        facts.detections(&detections);
        policy.run_scripts(&mut facts, texts.draft.as_deref());
        facts
    }

    fn settle(
        &mut self,
        at: usize,
        decider: &mut Decider,
        values: &mut [Raw<'_>],
        mut against: Against<'_>,
        counting: Option<&mut Counting>,
    ) {
        let out = self.way(at, decider, values, against.moment);
        match &out {
            Out::NotReplayable(reason) => {
                against.tally.recorded.not_replayable += 1;
                match against.tally.reasons.get_mut(reason) {
                    Some(count) => *count += 1,
                    None => drop(against.tally.reasons.insert(reason.clone(), 1)),
                }
            }
            Out::Way(way) => {
                against.tally.last = Some(way.outcome);
                let direction = self.direction(at, against.recorded, *way);
                against.tally.recorded.add(direction);
                against.tally.pairs.add(against.recorded, way.outcome);
                if let Some(direction) = direction {
                    let Moment { now_ms, held_since_ms } = against.moment;
                    let frame = Frame { now_ms, held_since_ms, values, over_until_ms: &self.until };
                    let verdict = decider.decide(&frame).verdict();
                    self.change(at, direction, &verdict, &mut against);
                }
            }
        }
        if let Some(counting) = counting {
            self.count_anew(at, decider, values, &out, against, counting);
        }
    }

    fn way(&mut self, at: usize, decider: &mut Decider, values: &mut [Raw<'_>], moment: Moment) -> Out {
        let plan = self.plan;
        if let Some(column) = plan.intent
            && plan.strange.get(column.number(at)) == Some(&true)
        {
            return Out::NotReplayable(format!("the candidate has no intent `{}`", text(column.get(at))));
        }
        if self.missing.is_empty() {
            return Out::Way(self.decide(decider, values, moment));
        }
        // Whatever the missing facts were, it may come out the same.
        let yes_no = self.missing.iter().all(|slot| self.judge.yes_no.get(*slot) == Some(&true));
        if yes_no && self.missing.len() <= MOST_TRIED {
            let mut all = None;
            let same = (0..1_usize << self.missing.len()).all(|bits| {
                for (place, slot) in self.missing.iter().enumerate() {
                    values.get_mut(*slot).into_iter().for_each(|value| *value = Raw::Yes(bits >> place & 1 == 1));
                }
                let way = self.decide(decider, values, moment);
                *all.get_or_insert(way) == way
            });
            if let Some(way) = all.filter(|_| same) {
                return Out::Way(way);
            }
        }
        let slot = self.missing.first().copied().unwrap_or_default();
        let key = self.judge.policy.slots().get(slot).map_or("", String::as_str);
        let why = if self.judge.works_out.get(slot) == Some(&true) { ", and the texts are not kept" } else { "" };
        Out::NotReplayable(format!("`{key}` was not recorded{why}"))
    }

    fn decide(&mut self, decider: &mut Decider, values: &[Raw<'_>], moment: Moment) -> Way {
        let Moment { now_ms, held_since_ms } = moment;
        let frame = Frame { now_ms, held_since_ms, values, over_until_ms: &self.until };
        let decision = decider.decide(&frame);
        let (rules, route) = (self.words.rules_number(&decision), self.words.route_number(&decision));
        Way { outcome: decision.outcome(), rules, route }
    }

    /// Which way a decision changed; `None` when outcome, rules and route are those of the record.
    fn direction(&self, at: usize, recorded: Outcome, way: Way) -> Option<Direction> {
        let is = |column: Option<&Stored<'_>>, numbers: &[u64], number: u64| {
            column.and_then(|column| numbers.get(column.number(at))) == Some(&number)
        };
        match way.outcome.cmp(&recorded) {
            std::cmp::Ordering::Less => Some(Direction::Freer),
            std::cmp::Ordering::Greater => Some(Direction::Stricter),
            std::cmp::Ordering::Equal => {
                let same = is(self.plan.deciding, &self.plan.rules, way.rules)
                    && is(self.plan.route, &self.plan.routes, way.route);
                (!same).then_some(Direction::Sideways)
            }
        }
    }

    fn change(&self, at: usize, direction: Direction, verdict: &remit_dsl::Verdict, against: &mut Against<'_>) {
        let mut route = text(self.plan.route.and_then(|column| column.get(at))).split('\t');
        let row = route.next().unwrap_or_default().to_owned();
        let deciding = text(self.plan.deciding.and_then(|column| column.get(at)));
        let old = Side {
            outcome: against.recorded,
            rules: deciding.lines().map(str::to_owned).collect(),
            at: text(self.block.column(PLACE).and_then(|column| column.get(at))).to_owned(),
            route: row,
            to: route.find(|part| !part.is_empty()).map(str::to_owned),
        };
        let place = verdict.deciding.first().map_or(&verdict.route.at, |rule| &rule.at);
        let new = Side {
            outcome: verdict.outcome,
            rules: super::rules_text(verdict).lines().map(str::to_owned).collect(),
            at: place.to_string(),
            route: verdict.route.row.clone(),
            to: verdict.route.team.clone().or_else(|| verdict.route.person.clone()),
        };
        let (count, examples) = against.tally.changes.entry((direction, old, new)).or_default();
        *count += 1;
        if examples.len() < self.judge.most_examples
            && let Some(names) = self.block.names.get(at)
        {
            examples.push(Example {
                decision_id: names.id.to_owned(),
                message_id: names.message_id.to_owned(),
                conversation_id: names.conversation_id.to_owned(),
                decided_at_ms: against.moment.now_ms,
            });
        }
    }

    /// The same decision with limits and threads counted anew.
    fn count_anew(
        &mut self,
        at: usize,
        decider: &mut Decider,
        values: &mut [Raw<'_>],
        out: &Out,
        against: Against<'_>,
        counting: &mut Counting,
    ) {
        let Some(names) = self.block.names.get(at) else { return };
        let Against { recorded, moment, tally } = against;
        let sent = recorded == Outcome::Send;
        if counting.has_answered(names.message_id) {
            tally.answered_before += 1;
            if sent {
                counting.caught_up(names.message_id, names.conversation_id);
            }
            return;
        }
        let (judge, plan) = (self.judge, self.plan);
        let number = |column: Option<&Stored<'_>>| column.map_or(usize::MAX, |column| column.number(at));
        let subjects = Subjects {
            contact: short(names.contact_id),
            agent: plan.agent_numbers.get(number(plan.channel)).copied().flatten(),
            channel: plan.account_numbers.get(number(plan.account)).copied().unwrap_or_default(),
            domain: plan.domain_numbers.get(number(plan.domain)).copied().flatten(),
        };
        let mut differs = false;
        let mut put = |slot: Option<usize>, value: Raw<'static>| {
            let place = slot.and_then(|slot| values.get_mut(slot)).filter(|place| **place != value);
            place.is_some_and(|place| {
                *place = value;
                true
            })
        };
        let (missing, until) = (&mut self.missing, &mut self.until);
        counting.over(moment.now_ms, &subjects, |limit, over| {
            let slot = judge.over_slots.get(limit).copied().flatten();
            differs |= put(slot, over.map_or(Raw::Failed, |over| Raw::Yes(over.over)));
            let before = missing.len();
            missing.retain(|missing| Some(*missing) != slot);
            differs |= missing.len() != before;
            if let Some(place) = until.get_mut(limit) {
                *place = over.filter(|over| over.over).map(|over| over.end);
            }
        });
        let longer = counting.longer(names.conversation_id);
        if longer != 0
            && let Some(depth) = whole(plan.depth, at)
        {
            differs |= put(judge.depth_slot, Raw::Number((depth + longer * 1000).max(0)));
        }
        let again = differs.then(|| self.way(at, decider, values, moment));
        let sends = match again.as_ref().unwrap_or(out) {
            Out::Way(way) => {
                tally.anew.add(self.direction(at, recorded, *way));
                tally.anew_pairs.add(recorded, way.outcome);
                way.outcome == Outcome::Send
            }
            // What cannot be told goes on as it did.
            Out::NotReplayable(_) => {
                tally.anew.not_replayable += 1;
                sent
            }
        };
        counting.decided(&subjects, names.message_id, names.conversation_id, sent, sends);
    }
}
