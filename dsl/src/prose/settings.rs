//! What leaves on its own, what waits: intents, modes, undo times, actions, risk.

use super::conditions::{clause, place};
use super::{Section, Sentence, Writer, replaces, section, titled, words};
use crate::ast::{Draft, HoldWord, Item, ItemKind, OutcomeWord, Reply};
use crate::catalogue::{self, IntentEntry};
use crate::check::is_pack;
use crate::load::Role;
use crate::verdict::Outcome;

/// What an outcome means for a reply, as the end of a sentence.
pub(super) fn verdict(word: &OutcomeWord) -> String {
    verdict_on("the reply", word)
}

fn verdict_on(reply: &str, word: &OutcomeWord) -> String {
    match (word.outcome, &word.hold) {
        (Outcome::Send, _) => format!("{reply} may leave on its own"),
        (Outcome::Hold, Some(HoldWord::Until(hours))) => format!("{reply} waits for the hours `{}`", hours.text),
        (Outcome::Hold, Some(HoldWord::For(ms))) => format!("{reply} waits for {}", words::duration(*ms)),
        (Outcome::Hold, None) => format!("{reply} waits"),
        (Outcome::Approval, _) => format!("a person must approve {reply}"),
        (Outcome::Off, _) => "the AI does not answer".to_owned(),
        (Outcome::Escalate, _) => "the AI does not answer and a person is called".to_owned(),
    }
}

impl Writer<'_> {
    /// Intents, by the freest thing that can become of a reply.
    pub(super) fn intents(&self) -> Vec<Section> {
        let entries = catalogue::intents(self.policy);
        let mut groups: [Vec<Sentence>; 4] = Default::default();
        for (role, item) in self.items() {
            let ItemKind::Intent { name, title, replies, drafts, also, .. } = &item.kind else { continue };
            // What only adds examples to another one has no sentence of its own.
            let same =
                |item: &Item| matches!(&item.kind, ItemKind::Intent { name: other, .. } if other.text == name.text);
            if is_pack(role, &item.kind) && self.items().any(|(role, item)| same(item) && !is_pack(role, &item.kind)) {
                continue;
            }
            let Some(entry) = entries.iter().find(|entry| entry.name == name.text) else { continue };
            let mut text = format!("**{}**{}: {}", name.text, titled(title.as_ref()), answers(replies));
            let freest = entry.replies.iter().flat_map(|reply| &reply.bands).map(|band| band.outcome).min();
            let group = match freest {
                Some(Outcome::Send | Outcome::Hold) => {
                    text.push_str(&self.where_it_leaves(entry));
                    usize::from(entry.auto_reply.is_empty())
                }
                Some(Outcome::Off) => 2,
                Some(Outcome::Escalate) => 3,
                _ => 1,
            };
            text.push_str(&drafts.first().map(drafted).unwrap_or_default());
            if !also.is_empty() {
                let plural = words::plural(also.len() as i64);
                let actions = super::conditions::marked(also, "and");
                text.push_str(&format!(" It also asks for the action{plural} {actions}."));
            }
            let examples = self.policy.intent(&name.text).map_or(0, |intent| intent.examples.len());
            if examples > 0 {
                let count = examples as i64;
                text.push_str(&format!(" It is learned from {count} example{}.", words::plural(count)));
            }
            if let Some(group) = groups.get_mut(group) {
                group.push(self.sentence(name.at, text));
            }
        }
        let [leaves, waits, never, people] = groups;
        vec![
            section(
                "What may leave without a person",
                Some("Unless something further down asks for more care."),
                leaves,
            ),
            section("What waits for a person's approval", None, waits),
            section("What the AI never answers", None, never),
            section("What goes straight to a person", None, people),
        ]
    }

    /// Modes, autonomy, undo times, actions, risk.
    pub(super) fn settings(&self) -> Vec<Section> {
        vec![
            section(
                "How free the AI is",
                Some(
                    "The mode says what may happen at which risk. Where several lines fit, the closest one counts: that of a \
                     segment before that of an AI\nagent, an intent, a channel.",
                ),
                [self.autonomy(), self.modes()].concat(),
            ),
            section("How long an automatic reply can be taken back", None, self.undo()),
            section(
                "What the AI may do",
                Some("Mode, risk and the rules further down can ask for more care."),
                self.actions(),
            ),
            section("What counts as risky", None, self.risk()),
        ]
    }

    fn autonomy(&self) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        let mut usual = false;
        for (role, item) in self.items() {
            let ItemKind::Autonomy { cap, mode, scope } = &item.kind else { continue };
            if !*cap && role != Role::Root {
                continue;
            }
            let place = place(scope);
            usual |= !*cap && place.is_none();
            let text = match (&place, *cap) {
                (None, false) => format!("In general the mode is *{}*.", mode.text),
                (Some(place), false) => format!("{} the mode is *{}*.", words::capital(place), mode.text),
                (None, true) => format!("Nowhere is the mode freer than *{}*.", mode.text),
                (Some(place), true) => format!("{} it is never freer than *{}*.", words::capital(place), mode.text),
            };
            sentences.push(self.sentence(item.at, text));
        }
        if !usual {
            let model = &self.policy.model;
            let name = model.modes.get(model.default_mode).map_or("assisted", |mode| mode.name.as_str());
            sentences
                .insert(0, self.header(format!("No line sets a mode for everything, so in general it is *{name}*.")));
        }
        sentences
    }

    /// The tables of the modes in force anywhere, and of no others.
    fn modes(&self) -> Vec<Sentence> {
        let model = &self.policy.model;
        let used: Vec<usize> = model
            .autonomy
            .iter()
            .chain(&model.caps)
            .map(|setting| setting.value)
            .chain([model.default_mode].into_iter().filter(|_| model.autonomy.iter().all(|setting| setting.rank != 0)))
            .collect();
        let mut sentences = Vec::new();
        for (role, item) in self.items() {
            let ItemKind::Mode { name, rows } = &item.kind else { continue };
            let same = |kind: &ItemKind| matches!(kind, ItemKind::Mode { name: other, .. } if other.text == name.text);
            let number = model.modes.iter().position(|mode| mode.name == name.text);
            if (role == Role::Base && replaces(self, same)) || number.is_none_or(|number| !used.contains(&number)) {
                continue;
            }
            let rows: Vec<String> = rows
                .iter()
                .map(|(tiers, outcome)| {
                    let tiers: Vec<String> = tiers.iter().map(|tier| tier.text.clone()).collect();
                    format!("at {} risk {}", words::list(&tiers, "or"), verdict(outcome))
                })
                .collect();
            sentences.push(self.sentence(name.at, format!("In the mode *{}*: {}.", name.text, rows.join("; "))));
        }
        sentences
    }

    fn undo(&self) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        let mut usual = false;
        for item in self.own() {
            let ItemKind::Undo { ms, scope } = &item.kind else { continue };
            let place = place(scope);
            usual |= place.is_none();
            let start = place.map_or_else(|| "In general".to_owned(), |place| words::capital(&place));
            let text = match ms {
                0 => format!("{start} it leaves at once."),
                ms => format!("{start} it can be taken back for {}.", words::duration(*ms)),
            };
            sentences.push(self.sentence(item.at, text));
        }
        if !usual {
            sentences
                .insert(0, self.header("No line sets a time for everything, so in general a reply leaves at once."));
        }
        sentences
    }

    fn actions(&self) -> Vec<Sentence> {
        let set_here = |action: &str| {
            replaces(self, |kind| match kind {
                ItemKind::Actions(rows) => {
                    rows.iter().any(|(name, _, scope)| name.text == action && scope.items.is_empty())
                }
                _ => false,
            })
        };
        let mut sentences = Vec::new();
        for (role, item) in self.items() {
            let ItemKind::Actions(rows) = &item.kind else { continue };
            for (name, outcome, scope) in rows {
                if role == Role::Import || (role == Role::Base && set_here(&name.text)) {
                    continue;
                }
                let place = place(scope).map_or_else(String::new, |place| format!(" {place}"));
                let action = &name.text;
                let text = match outcome.outcome {
                    Outcome::Send if action == "reply" => format!("Replies may leave without a person{place}."),
                    Outcome::Approval if action == "reply" => {
                        format!("Every reply needs the approval of a person{place}.")
                    }
                    Outcome::Send => format!("`{action}` may be done without a person{place}."),
                    Outcome::Hold => format!("`{action}` has to wait{place}."),
                    Outcome::Approval => format!("`{action}` needs the approval of a person{place}."),
                    Outcome::Off => format!("`{action}` is never done by the AI{place}."),
                    Outcome::Escalate => format!("`{action}` is never done by the AI{place}, and a person is called."),
                };
                sentences.push(self.sentence(name.at, text));
            }
        }
        sentences
    }

    fn risk(&self) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        for (_, item) in self.items() {
            let ItemKind::Risk(rows) = &item.kind else { continue };
            for (tier, when, at) in rows {
                let text = format!("The risk is at least {} when {}.", tier.text, clause(when, true));
                sentences.push(self.sentence(*at, text));
            }
        }
        if let Some(lowest) = self.policy.model.tiers.first() {
            let everything = if sentences.is_empty() { "The risk of everything" } else { "Otherwise the risk" };
            let at = self.tiers_place();
            sentences.push(Sentence { text: format!("{everything} is {lowest}."), at });
        }
        sentences
    }

    fn where_it_leaves(&self, entry: &IntentEntry) -> String {
        if entry.auto_reply.is_empty() {
            return " As the modes and rules are set, that happens on no channel.".to_owned();
        }
        let channels: Vec<String> = entry.auto_reply.iter().map(|one| one.channel.clone()).collect();
        let lowest = self.policy.model.tiers.first().map_or("", String::as_str);
        format!(" At {lowest} risk that can happen on {}.", words::list(&channels, "and"))
    }

    fn tiers_place(&self) -> crate::verdict::Location {
        let tiers =
            self.items().filter(|(role, item)| *role != Role::Import && matches!(item.kind, ItemKind::Tiers(_)));
        let last: Option<&Item> = tiers.map(|(_, item)| item).last();
        last.map_or_else(|| self.policy.model.header.clone(), |item| self.sources.location(item.at))
    }
}

/// What becomes of a reply, line by line.
fn answers(replies: &[Reply]) -> String {
    if replies.is_empty() {
        return "a person must approve the reply.".to_owned();
    }
    let lines: Vec<String> = replies
        .iter()
        .map(|reply| {
            let text = bands(reply);
            match place(&reply.scope) {
                Some(place) => format!("{}, {text}.", words::capital(&place)),
                None => format!("{text}."),
            }
        })
        .collect();
    let mut text = lines.join(" ");
    if replies.iter().all(|reply| !reply.scope.items.is_empty()) {
        text.push_str(" Otherwise a person must approve the reply.");
    }
    text
}

fn bands(reply: &Reply) -> String {
    let mut parts = Vec::new();
    let mut open = true;
    for (number, (outcome, from)) in reply.bands.iter().enumerate() {
        let what = verdict_on(if number == 0 { "the reply" } else { "it" }, outcome);
        parts.push(match (from, number) {
            (Some(from), 0) => {
                format!("{what} when the classifier is at least {} sure", words::percent(from.thousandths))
            }
            (Some(from), _) => format!("from {} {what}", words::percent(from.thousandths)),
            (None, 0) => what,
            (None, _) => format!("below that {what}"),
        });
        open = from.is_some();
    }
    match &reply.otherwise {
        Some(otherwise) => parts.push(format!("below that {}", verdict_on("it", otherwise))),
        // What the language says where a policy says nothing.
        None if open => parts.push("below that a person decides".to_owned()),
        None => {}
    }
    parts.join("; ")
}

fn drafted(draft: &Draft) -> String {
    let mut text = match (&draft.template, &draft.model) {
        (Some(template), _) => format!(" The reply is the template `{}`", template.text),
        (None, Some(model)) => format!(" The reply is written by a language model with the prompt `{}`", model.text),
        (None, None) => return String::new(),
    };
    if let Some(tone) = &draft.tone {
        text.push_str(&format!(", in a {} tone", tone.text));
    }
    if let Some(most) = draft.max_words {
        text.push_str(&format!(", in at most {most} words"));
    }
    if let Some(sources) = &draft.sources {
        text.push_str(&format!(", from the sources `{}`", sources.text));
    }
    if !draft.parts.is_empty() {
        text.push_str(&format!("; it must have {}", super::conditions::marked(&draft.parts, "and")));
    }
    text.push('.');
    text
}
