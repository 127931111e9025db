//! Guards, limits, switches, pauses and claims; and the people who are called.

use super::conditions::{clause, place};
use super::settings::verdict;
use super::{Section, Sentence, Writer, notes, section, titled, words};
use crate::ast::{ApprovalPart, Claim, Item, ItemKind, Per, Target};
use crate::load::Role;
use crate::verdict::Outcome;

impl Writer<'_> {
    /// What stops or slows a reply, whatever its intent.
    pub(super) fn restrictions(&self) -> Vec<Section> {
        let (mut always, mut guards, mut limits, mut switches, mut pauses, mut claims) = Default::default();
        for (role, item) in self.items() {
            let list: &mut Vec<Sentence> = match &item.kind {
                ItemKind::Guard { .. } if role == Role::Base => &mut always,
                ItemKind::Guard { .. } => &mut guards,
                ItemKind::Limit { .. } => &mut limits,
                ItemKind::Switch { .. } => &mut switches,
                ItemKind::Pause { .. } => &mut pauses,
                ItemKind::Claim(_) => &mut claims,
                _ => continue,
            };
            list.push(self.restriction(item));
        }
        vec![
            section("What the AI may not do on its own", None, guards),
            section("Always in force, and no file can switch it off", None, always),
            section("How much may leave", None, limits),
            section("Switches that a person can press", None, switches),
            section("When the AI leaves a contact alone", None, pauses),
            section(
                "What the policy claims of itself",
                Some("Whoever changes the policy must not break these."),
                claims,
            ),
        ]
    }

    fn restriction(&self, item: &Item) -> Sentence {
        match &item.kind {
            ItemKind::Guard { name, outcome, when, because } => {
                let because = because
                    .as_ref()
                    .map_or_else(String::new, |because| format!(" Reason: “{}.”", because.text.trim_end_matches('.')));
                let text = format!(
                    "**{}**: when {}, {}.{because}{}",
                    name.text,
                    clause(when, true),
                    verdict(outcome),
                    notes(item)
                );
                self.sentence(name.at, text)
            }
            ItemKind::Limit { name, count, what, per, window, outcome, scope } => {
                let per = match per.text.as_str() {
                    "contact" => "to one contact",
                    "agent" => "by one AI agent",
                    "channel" => "on one channel",
                    _ => "to the contacts of one mail domain",
                };
                let window = match window {
                    Per::Named(word) if word.text == "hour" => "in any one hour of the clock".to_owned(),
                    Per::Named(_) => "on any one day".to_owned(),
                    Per::Millis(ms) => format!("in {}", words::duration(*ms)),
                };
                let place = place(scope).map_or_else(String::new, |place| format!(", {place}"));
                let count = words::number(count.thousandths);
                let text = format!(
                    "**{}**{place}: at most {count} {} leave on their own {per} {window}; after that {}.{}",
                    name.text,
                    what.text,
                    verdict(outcome),
                    notes(item)
                );
                self.sentence(name.at, text)
            }
            ItemKind::Switch { name, title, outcome, scope } => {
                let place = place(scope).map_or_else(String::new, |place| format!(" {place}"));
                let text = format!(
                    "**{}**{}: while it is on, {}{place}.{}",
                    name.text,
                    titled(title.as_ref()),
                    verdict(outcome),
                    notes(item)
                );
                self.sentence(name.at, text)
            }
            ItemKind::Pause { name, for_ms, when } => {
                let long = for_ms.map_or_else(
                    || "until a person resumes it".to_owned(),
                    |ms| format!("for {}", words::duration(ms)),
                );
                let text = format!(
                    "**{}**: when {}, the AI is paused for the contact {long}.{}",
                    name.text,
                    clause(when, true),
                    notes(item)
                );
                self.sentence(name.at, text)
            }
            ItemKind::Claim(claim) => self.sentence(item.at, format!("{}{}", Self::claim(claim), notes(item))),
            _ => self.sentence(item.at, ""),
        }
    }

    fn claim(claim: &Claim) -> String {
        match claim {
            Claim::NeverSend { now, when } => {
                let at_once = if *now { "at once " } else { "" };
                format!("Never does a reply leave {at_once}on its own when {}.", clause(when, true))
            }
            Claim::Always { at_least, outcome, when } => {
                let or_more = if *at_least { ", or something more careful happens" } else { "" };
                format!("Always, when {}, {}{or_more}.", clause(when, true), verdict(outcome))
            }
            Claim::AlwaysRoute { to_team, to, when } => {
                let whom = if *to_team { "the team" } else { "the person" };
                format!("Always, when {}, the conversation goes to {whom} `{}`.", clause(when, true), to.text)
            }
        }
    }

    /// Who gets a conversation, and who approves.
    pub(super) fn people(&self) -> Vec<Section> {
        let (mut routes, mut approvals) = (Vec::new(), Vec::new());
        for item in self.own() {
            match &item.kind {
                ItemKind::Route { rows, otherwise } => {
                    for (name, to, when) in rows {
                        let text = format!("**{}**: when {}, {}.", name.text, clause(when, true), target(to));
                        routes.push(self.sentence(name.at, text));
                    }
                    routes.push(self.sentence(otherwise.1, format!("In every other case {}.", target(&otherwise.0))));
                }
                ItemKind::Approvals(parts) => {
                    let mut parts: Vec<&ApprovalPart> = parts.iter().collect();
                    parts.sort_by_key(|part| !matches!(part, ApprovalPart::Approvers(_)));
                    approvals.extend(parts.iter().map(|part| match part {
                        ApprovalPart::Approvers(team) => {
                            self.sentence(team.at, format!("The team `{}` approves.", team.text))
                        }
                        ApprovalPart::Remind { after_ms, at } => {
                            self.sentence(
                                *at,
                                format!("The approvers are reminded after {}.", words::duration(*after_ms)),
                            )
                        }
                        ApprovalPart::Expire { after_ms, then, at } => {
                            let then =
                                if *then == Outcome::Off { "dropped" } else { "dropped, and a person is called" };
                            self.sentence(
                                *at,
                                format!(
                                    "What nobody has approved after {} is never sent: it is {then}.",
                                    words::duration(*after_ms)
                                ),
                            )
                        }
                        ApprovalPart::TwoPeople(when) => self.sentence(
                            item.at,
                            format!("Two different people must approve when {}.", clause(when, true)),
                        ),
                    }));
                }
                _ => {}
            }
        }
        if routes.is_empty() {
            routes.push(self.header("The policy names nobody: conversations stay where they are."));
        }
        if approvals.is_empty() {
            approvals.push(
                self.header("The policy sets no terms: any approver may approve, and an approval never expires."),
            );
        }
        let mut who = section("Who is called", Some("The first line that fits counts."), routes);
        who.ordered = who.sentences.len() > 1;
        vec![who, section("Who approves, and for how long", None, approvals)]
    }
}

fn target(target: &Target) -> String {
    let mut text = match target.to_team {
        true => format!("the conversation goes to the team `{}`", target.to.text),
        false => format!("the conversation goes to the person `{}`", target.to.text),
    };
    match target.pick.as_ref().map(|pick| pick.text.as_str()) {
        Some("round_robin") => text.push_str(", to each member in turn"),
        Some("least_busy") => text.push_str(", to whoever has the least to do"),
        Some("owner") => text.push_str(", to the owner of the contact"),
        _ => {}
    }
    if let Some(skill) = &target.skill {
        text.push_str(&format!(" with the skill `{}`", skill.text));
    }
    if let Some(priority) = &target.priority {
        text.push_str(&format!(", with {} priority", priority.text));
    }
    if let Some(ms) = target.sla_ms {
        text.push_str(&format!(", and a first answer is due within {}", words::duration(ms)));
    }
    text
}
