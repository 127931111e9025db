//! Decides recorded facts under a candidate, block by block.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use remit_dsl::diff::{Direction, things};
use remit_dsl::{Decider, Outcome, Policy, Raw};

use super::Block;
use super::block::{CHANNEL, DECIDING, DOMAIN, HELD, NOW, OUTCOME, POLICY, ROUTE, Stored, UNTIL};
use super::counting::{ASSUMPTIONS, Counting, short};
use super::report::{Change, CountedAnew, Counts, Example, Pairs, Report, Side, tallies};
use super::row::{Row, Words};

/// The stored texts of a decision, for what has to be worked out again.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// Subject and body of the message, as the gate puts them together.
    pub message: String,
    /// The whole text, quoted history included.
    pub thread: String,
    /// MIME types of its attachments.
    pub attachments: Vec<String>,
    /// The draft that was judged; `None` when there was none.
    pub draft: Option<String>,
}

/// What a policy that made decisions had to do with the facts that the candidate reads.
#[derive(Debug, Clone)]
pub(super) struct Old {
    /// By the candidate's slots: it declared the fact too, so that an absent one has failed.
    pub(super) declares: Vec<bool>,
    /// By the candidate's slots: it is made otherwise now, so that the recorded value says nothing.
    pub(super) redefined: Vec<bool>,
    /// The texts are needed to work some of them out.
    pub(super) needs_texts: bool,
}

/// Where the value of a slot comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Column(usize),
    /// The AI agent of the channel, by the candidate.
    Agent,
    /// Whether the channel has none.
    Unanswered,
    Nowhere,
}

/// Replays blocks under a candidate and counts.
#[derive(Debug)]
pub struct Judge {
    pub(super) policy: Policy,
    decider: Decider,
    counting: Option<Counting>,
    olds: HashMap<String, Old>,
    /// By slot: it is about the draft, it holds yes or no, it can be worked out again.
    pub(super) needs_draft: Vec<bool>,
    pub(super) yes_no: Vec<bool>,
    pub(super) works_out: Vec<bool>,
    pub(super) depth_slot: Option<usize>,
    /// By limit.
    pub(super) over_slots: Vec<Option<usize>>,
    pub(super) most_examples: usize,
    tally: Tally,
    words: Words,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) decisions: u64,
    pub(super) first_at_ms: Option<i64>,
    pub(super) last_at_ms: Option<i64>,
    pub(super) recorded: Counts,
    pub(super) pairs: Pairs,
    pub(super) changes: BTreeMap<(Direction, Side, Side), (u64, Vec<Example>)>,
    pub(super) anew: Counts,
    pub(super) anew_pairs: Pairs,
    pub(super) answered_before: u64,
    pub(super) reasons: BTreeMap<String, u64>,
    pub(super) worked_out_again: u64,
    pub(super) policies: BTreeMap<String, u64>,
    pub(super) notes: BTreeSet<String>,
    /// The outcome of the last row that could be replayed.
    pub(super) last: Option<Outcome>,
}

/// What one block has to say, looked up once for all its rows.
pub(super) struct Plan<'p, 'b> {
    pub(super) sources: Vec<Source>,
    /// By the values of the block's columns: the policy that decided, the outcome, the numbers of rules and route, the AI
    /// agent of the channel under the candidate, whether the candidate lacks the intent.
    pub(super) olds: Vec<Option<&'p Old>>,
    pub(super) outcomes: Vec<Option<Outcome>>,
    pub(super) rules: Vec<u64>,
    pub(super) routes: Vec<u64>,
    pub(super) agents: Vec<Option<&'p str>>,
    pub(super) strange: Vec<bool>,
    /// Short numbers of those agents, of the channel accounts and of the senders' domains, for limits.
    pub(super) agent_numbers: Vec<Option<u64>>,
    pub(super) account_numbers: Vec<u64>,
    pub(super) domain_numbers: Vec<Option<u64>>,
    /// The columns themselves.
    pub(super) policy: Option<&'p Stored<'b>>,
    pub(super) outcome: Option<&'p Stored<'b>>,
    pub(super) deciding: Option<&'p Stored<'b>>,
    pub(super) route: Option<&'p Stored<'b>>,
    pub(super) held: Option<&'p Stored<'b>>,
    pub(super) now: Option<&'p Stored<'b>>,
    pub(super) intent: Option<&'p Stored<'b>>,
    pub(super) channel: Option<&'p Stored<'b>>,
    pub(super) account: Option<&'p Stored<'b>>,
    pub(super) domain: Option<&'p Stored<'b>>,
    pub(super) no_draft: Option<&'p Stored<'b>>,
    pub(super) depth: Option<&'p Stored<'b>>,
    pub(super) until: Vec<Option<&'p Stored<'b>>>,
}

/// A text, or none.
pub(super) fn text<'b>(raw: Option<Raw<'b>>) -> &'b str {
    if let Some(Raw::Name(name)) = raw { name } else { "" }
}

/// The same number for the same rules in any order; see `row::rules_number`.
fn rules_number(rules: &str) -> u64 {
    rules.lines().map(short).fold(0, u64::wrapping_add)
}

fn can_be_worked_out(key: &str) -> bool {
    key.starts_with("detect:") || key.starts_with("script:")
}

impl Judge {
    /// A judge with nothing counted yet. Of each change `most_examples` decisions are named.
    #[must_use]
    pub fn new(policy: &Policy, most_examples: usize) -> Self {
        let depth_slot = policy.slot("thread.depth");
        let over_slots: Vec<Option<usize>> =
            policy.limits().iter().map(|limit| policy.slot(&format!("over:{}", limit.name))).collect();
        let counts = depth_slot.is_some() || over_slots.iter().any(Option::is_some);
        Self {
            decider: policy.decider(),
            counting: counts.then(|| Counting::new(policy)),
            policy: policy.clone(),
            olds: HashMap::new(),
            needs_draft: (0..policy.slots().len()).map(|slot| policy.slot_needs_draft(slot)).collect(),
            yes_no: (0..policy.slots().len()).map(|slot| policy.slot_is_yes_no(slot)).collect(),
            works_out: policy.slots().iter().map(|key| can_be_worked_out(key)).collect(),
            depth_slot,
            over_slots,
            most_examples,
            tally: Tally::default(),
            words: Words::default(),
        }
    }

    /// Whether a policy that made decisions is known by its digest.
    #[must_use]
    pub fn knows(&self, digest: &str) -> bool {
        self.olds.contains_key(digest)
    }

    /// A policy that made decisions; `None` when it cannot be compiled any more: then nothing is taken for granted.
    pub fn learn(&mut self, digest: &str, old: Option<&Policy>) {
        let slots = self.policy.slots();
        let same = old.is_some_and(|old| old.digest() == self.policy.digest());
        let mut changed: BTreeSet<String> = BTreeSet::new();
        if let Some(old) = old.filter(|_| !same) {
            for item in things(old, &self.policy) {
                match item.kind {
                    "detector" => changed.insert(format!("detect:{}", item.name)),
                    "script" => changed.insert(format!("script:{}", item.name)),
                    "examples" => self.tally.notes.insert(
                        "examples of intents have changed: intents and confidences are as they were recorded"
                            .to_owned(),
                    ),
                    "limit" => self.tally.notes.insert(
                        "limits have changed: as recorded, the limits of then count; counted anew, the candidate's"
                            .to_owned(),
                    ),
                    "template" | "draft" => self
                        .tally
                        .notes
                        .insert("how drafts are written has changed: drafts are as they were recorded".to_owned()),
                    _ => false,
                };
            }
        }
        // A script may read what a detector says.
        let scripts = !changed.is_empty();
        let redefined: Vec<bool> = slots
            .iter()
            .map(|key| match old {
                None => can_be_worked_out(key),
                Some(_) => changed.contains(key) || (scripts && key.starts_with("script:")),
            })
            .collect();
        let declares: Vec<bool> =
            slots.iter().map(|key| old.is_some_and(|old| same || old.slot(key).is_some())).collect();
        let needs_texts = slots
            .iter()
            .zip(declares.iter().zip(&redefined))
            .any(|(key, (declared, redefined))| can_be_worked_out(key) && (!declared || *redefined));
        self.olds.insert(digest.to_owned(), Old { declares, redefined, needs_texts });
    }

    /// The digests in a block that are not known yet.
    #[must_use]
    pub fn unknown<'b>(&self, block: &Block<'b>) -> Vec<&'b str> {
        let values = block.column(POLICY).map(|column| column.values.as_slice()).unwrap_or_default();
        values.iter().map(|value| text(*value)).filter(|digest| !self.knows(digest)).collect()
    }

    /// The rows of a block whose texts are needed.
    #[must_use]
    pub fn needs_texts(&self, block: &Block<'_>) -> Vec<usize> {
        let Some(column) = block.column(POLICY) else { return Vec::new() };
        let needs = |value: &Option<Raw<'_>>| self.olds.get(text(*value)).is_some_and(|old| old.needs_texts);
        let by_value: Vec<bool> = column.values.iter().map(needs).collect();
        if !by_value.contains(&true) {
            return Vec::new();
        }
        (0..block.len()).filter(|row| by_value.get(column.number(*row)) == Some(&true)).collect()
    }

    fn plan<'p, 'b>(&'p self, block: &'p Block<'b>) -> Plan<'p, 'b> {
        let number: HashMap<&str, usize> =
            block.columns.iter().enumerate().map(|(number, column)| (column.key, number)).collect();
        let source = |key: &String| match key.as_str() {
            "agent" => Source::Agent,
            "channel.unanswered" => Source::Unanswered,
            key => number.get(key).map_or(Source::Nowhere, |number| Source::Column(*number)),
        };
        let values = |key: &str| block.column(key).map(|column| column.values.as_slice()).unwrap_or_default();
        let intent = self.policy.slot("intent").and_then(|_| block.column("intent"));
        let is_strange = |value: &Option<Raw<'_>>| match value {
            Some(Raw::Name(name)) => self.policy.intent(name).is_none(),
            _ => false,
        };
        let agent = |channel: &Option<Raw<'b>>| match channel {
            Some(Raw::Name(channel)) => {
                Some(self.policy.ai_agent_on(channel).map_or("none", |agent| agent.name.as_str()))
            }
            _ => None,
        };
        let numbers = |key: &str, number: fn(&str) -> u64| values(key).iter().map(|one| number(text(*one))).collect();
        let limits = self.policy.limits().iter();
        let agents: Vec<Option<&str>> = values("channel").iter().map(agent).collect();
        let is_named = |name: &&str| !name.is_empty() && *name != "none";
        let named = |name: &str| Some(name).filter(is_named).map(short);
        Plan {
            sources: self.policy.slots().iter().map(source).collect(),
            olds: values(POLICY).iter().map(|digest| self.olds.get(text(*digest))).collect(),
            outcomes: values(OUTCOME).iter().map(|word| text(*word).parse().ok()).collect(),
            rules: numbers(DECIDING, rules_number),
            routes: numbers(ROUTE, short),
            agent_numbers: agents.iter().map(|agent| agent.and_then(named)).collect(),
            agents,
            account_numbers: numbers(CHANNEL, short),
            domain_numbers: values(DOMAIN).iter().map(|domain| named(text(*domain))).collect(),
            strange: intent.map(|column| column.values.iter().map(is_strange).collect()).unwrap_or_default(),
            policy: block.column(POLICY),
            outcome: block.column(OUTCOME),
            deciding: block.column(DECIDING),
            route: block.column(ROUTE),
            held: block.column(HELD),
            now: block.column(NOW),
            intent,
            channel: block.column("channel"),
            account: block.column(CHANNEL),
            domain: block.column(DOMAIN),
            no_draft: block.column("draft.absent"),
            depth: block.column("thread.depth"),
            until: limits.map(|limit| block.column(&format!("{UNTIL}{}", limit.name))).collect(),
        }
    }

    /// Replays the rows of a block from `first` on. `texts` gives the texts of a row where they are still there.
    pub fn block(&mut self, block: &Block<'_>, first: usize, texts: &dyn Fn(usize) -> Option<Texts>) {
        // What the block is looked up in must not change while it is replayed.
        let (mut tally, mut counting) = (std::mem::take(&mut self.tally), self.counting.take());
        let mut decider = std::mem::replace(&mut self.decider, self.policy.decider());
        let words = std::mem::take(&mut self.words);
        let plan = self.plan(block);
        let mut row = Row::new(self, block, &plan, words);
        for at in first..block.len() {
            row.replay(at, &mut decider, counting.as_mut(), &mut tally, texts);
        }
        row.count_policies(&mut tally);
        let words = row.into_words();
        (self.tally, self.counting, self.decider, self.words) = (tally, counting, decider, words);
    }

    /// What the policy makes of the rows of a block from `first` on, as recorded, without counting anything. `None` for a row
    /// that is not replayable, and for those before `first`.
    pub fn outcomes(
        &mut self,
        block: &Block<'_>,
        first: usize,
        texts: &dyn Fn(usize) -> Option<Texts>,
    ) -> Vec<Option<Outcome>> {
        let mut decider = std::mem::replace(&mut self.decider, self.policy.decider());
        let words = std::mem::take(&mut self.words);
        let plan = self.plan(block);
        let mut row = Row::new(self, block, &plan, words);
        let outcomes =
            (0..block.len()).map(|at| if at < first { None } else { row.outcome(at, &mut decider, texts) }).collect();
        let words = row.into_words();
        (self.decider, self.words) = (decider, words);
        outcomes
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let tally = &self.tally;
        let mut changes: Vec<Change> = tally
            .changes
            .iter()
            .map(|((direction, old, new), (count, examples))| Change {
                direction: *direction,
                old: old.clone(),
                new: new.clone(),
                count: *count,
                examples: examples.clone(),
            })
            .collect();
        changes.sort_by(|a, b| a.direction.cmp(&b.direction).then(b.count.cmp(&a.count)));
        Report {
            candidate: self.policy.digest().to_owned(),
            candidate_name: self.policy.name().to_owned(),
            decisions: tally.decisions,
            first_at_ms: tally.first_at_ms,
            last_at_ms: tally.last_at_ms,
            as_recorded: tally.recorded,
            outcomes: tally.pairs.changed(),
            changes,
            counted_anew: self.counting.is_some().then(|| CountedAnew {
                counts: tally.anew,
                outcomes: tally.anew_pairs.changed(),
                answered_before: tally.answered_before,
                assumptions: ASSUMPTIONS.to_vec(),
            }),
            not_replayable: tallies(&tally.reasons),
            worked_out_again: tally.worked_out_again,
            policies: tallies(&tally.policies),
            notes: tally.notes.iter().cloned().collect(),
        }
    }
}
