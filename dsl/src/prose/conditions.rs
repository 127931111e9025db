//! Conditions as clauses: what follows "when".

use super::words;
use crate::ast::{Comparison, Cond, Num, Scope, ScopeKind, Subject, Word};

/// Yes/no facts of the standard: so, and not so.
const TRUTHS: [(&str, &str, &str); 15] = [
    ("message.attachment", "the message has an attachment", "the message has no attachment"),
    ("message.automated", "a machine wrote the message", "no machine wrote the message"),
    ("contact.new", "the contact is new", "the contact is not new"),
    ("contact.paused", "the AI is paused for the contact", "the AI is not paused for the contact"),
    ("contact.opted_out", "the contact does not want to be written to", "the contact has not asked to be left alone"),
    ("thread.human_active", "a person of ours is writing in the thread", "no person of ours is writing in the thread"),
    ("thread.third_party", "somebody else answers in the thread", "nobody else answers in the thread"),
    ("window.closed", "the channel takes no free text any more", "the channel still takes free text"),
    ("approved", "a person has approved the draft", "no person has approved the draft"),
    ("email.warmup", "the sending mailbox is still new", "the sending mailbox is not new any more"),
    ("channel.disabled", "the channel account is switched off", "the channel account is switched on"),
    ("channel.unanswered", "no AI agent answers on the channel", "an AI agent answers on the channel"),
    ("draft.doubtful", "a check of the draft found something", "no check of the draft found anything"),
    ("draft.unsafe", "the draft holds what nobody may send", "the draft holds nothing that nobody may send"),
    ("kill_switch", "somebody has stopped all automatic sending", "nobody has stopped automatic sending"),
];

/// What a fact is called in a sentence.
fn subject(path: &str) -> String {
    match path {
        "channel" => "the channel".to_owned(),
        "intent" => "the intent".to_owned(),
        "agent" => "the AI agent".to_owned(),
        "action" => "the action".to_owned(),
        "tier" => "the risk".to_owned(),
        "confidence" => "the confidence in the intent".to_owned(),
        "margin" => "the lead of the first intent over the second".to_owned(),
        "sentiment" => "the mood of the message".to_owned(),
        "second_intent" => "the other intent in the message".to_owned(),
        "message.risk" => "what speaks for a close look at the message".to_owned(),
        "message.language" => "the language of the message".to_owned(),
        "thread.depth" => "the number of messages in the thread".to_owned(),
        path => format!("`{path}`"),
    }
}

/// What a fact's value is called: channels and tiers are plain words, declared names are marked as such.
fn value(path: &str, name: &str) -> String {
    if matches!(path, "channel" | "tier") { name.to_owned() } else { format!("`{name}`") }
}

/// The condition, or its opposite.
pub(super) fn clause(cond: &Cond, so: bool) -> String {
    let is = if so { "is" } else { "is not" };
    match cond {
        // The opposite of "all" is "any" of the opposites, and the other way round.
        Cond::All(parts) => joined(parts, so, so),
        Cond::Any(parts) => joined(parts, !so, so),
        Cond::Not(inner) => clause(inner, !so),
        Cond::Detects { subject, names } => detects(*subject, names, so),
        Cond::Member(names) => match (names.as_slice(), so) {
            ([one], _) => format!("the contact {is} in the segment `{}`", one.text),
            (many, true) => format!("the contact is in one of the segments {}", marked(many, "and")),
            (many, false) => format!("the contact is in none of the segments {}", marked(many, "and")),
        },
        Cond::During { hours, outside } => {
            let place = if *outside == so { "outside" } else { "inside" };
            format!("it is {place} the hours `{}`", hours.text)
        }
        Cond::Over(name) => format!("the limit `{}` {is} used up", name.text),
        Cond::Switch(name) => format!("the switch `{}` is {}", name.text, if so { "on" } else { "off" }),
        Cond::Script { name, compare: None } => {
            format!("the script `{}` says {}", name.text, if so { "yes" } else { "no" })
        }
        Cond::Script { name, compare: Some((comparison, number)) } => {
            format!("the script `{}` answers {}", name.text, compared(*comparison, so, &shown(*number)))
        }
        Cond::Certified { name, most } => {
            let share = words::percent(most.thousandths);
            let verb = if so { "proves" } else { "does not prove" };
            format!("the certificate `{}` {verb} that at most {share} of such answers are wrong", name.text)
        }
        Cond::Is { path, not, name } => {
            let is = if so == *not { "is not" } else { "is" };
            format!("{} {is} {}", subject(&path.text), value(&path.text, &name.text))
        }
        Cond::In { path, names } => {
            let names: Vec<String> = names.iter().map(|name| value(&path.text, &name.text)).collect();
            let (before, joint) = match (so, names.len()) {
                (true, _) => ("is", "or"),
                (false, 1) => ("is not", "or"),
                (false, _) => ("is none of", "and"),
            };
            format!("{} {before} {}", subject(&path.text), words::list(&names, joint))
        }
        Cond::CompareNumber { path, comparison, number, currency } => {
            let amount = match currency {
                Some(currency) => format!("{} {}", words::grouped(number.thousandths), currency.text),
                None if matches!(path.text.as_str(), "confidence" | "margin") => words::percent(number.thousandths),
                None => shown(*number),
            };
            format!("{} is {}", subject(&path.text), compared(*comparison, so, &amount))
        }
        Cond::CompareName { path, comparison, name } => {
            let name = value(&path.text, &name.text);
            let words = match opposite(*comparison, so) {
                Comparison::AtLeast => format!("{name} or higher"),
                Comparison::AtMost => format!("{name} or lower"),
                Comparison::Above => format!("higher than {name}"),
                Comparison::Below => format!("lower than {name}"),
            };
            format!("{} is {words}", subject(&path.text))
        }
        Cond::Truth(path) => match TRUTHS.iter().find(|(known, ..)| *known == path.text) {
            Some((_, yes, no)) => (if so { *yes } else { *no }).to_owned(),
            None => format!("`{}` is {}", path.text, if so { "yes" } else { "no" }),
        },
    }
}

/// Parts of a condition in brackets where they are joined the other way.
fn joined(parts: &[Cond], by_and: bool, so: bool) -> String {
    let part = |part: &Cond| {
        let (nested, several) = match part {
            Cond::All(inner) => (so != by_and, inner.len() > 1),
            Cond::Any(inner) => (so == by_and, inner.len() > 1),
            Cond::Not(inner) => (matches!(**inner, Cond::All(_) | Cond::Any(_)), true),
            _ => (false, false),
        };
        let text = clause(part, so);
        if nested && several { format!("({text})") } else { text }
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(if by_and { " and " } else { " or " })
}

fn detects(subject: Subject, names: &[Word], so: bool) -> String {
    let place = subject.as_str();
    match (names, so) {
        ([one], true) => format!("the detector `{}` finds something in the {place}", one.text),
        ([one], false) => format!("the detector `{}` finds nothing in the {place}", one.text),
        (many, true) => format!("one of the detectors {} finds something in the {place}", marked(many, "and")),
        (many, false) => format!("none of the detectors {} finds anything in the {place}", marked(many, "and")),
    }
}

fn opposite(comparison: Comparison, so: bool) -> Comparison {
    match (comparison, so) {
        (same, true) => same,
        (Comparison::AtLeast, false) => Comparison::Below,
        (Comparison::AtMost, false) => Comparison::Above,
        (Comparison::Above, false) => Comparison::AtMost,
        (Comparison::Below, false) => Comparison::AtLeast,
    }
}

fn compared(comparison: Comparison, so: bool, to: &str) -> String {
    match opposite(comparison, so) {
        Comparison::AtLeast => format!("at least {to}"),
        Comparison::AtMost => format!("at most {to}"),
        Comparison::Above => format!("more than {to}"),
        Comparison::Below => format!("less than {to}"),
    }
}

fn shown(number: Num) -> String {
    words::number(number.thousandths)
}

pub(super) fn marked(names: &[Word], joint: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
    words::list(&names, joint)
}

/// Where a setting holds: "on chat", "for contacts in the segment `vip`"; `None` without a scope.
pub(super) fn place(scope: &Scope) -> Option<String> {
    let mut parts = Vec::new();
    for kind in [ScopeKind::Segment, ScopeKind::Agent, ScopeKind::Intent, ScopeKind::Channel] {
        let names: Vec<&Word> = scope.items.iter().filter(|(other, _)| *other == kind).map(|(_, name)| name).collect();
        let marked: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
        let plain: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        parts.extend((!names.is_empty()).then(|| match kind {
            ScopeKind::Segment => format!("for contacts in the segment{plural} {}", words::list(&marked, "or")),
            ScopeKind::Agent => format!("for the AI agent{plural} {}", words::list(&marked, "and")),
            ScopeKind::Intent => format!("for the intent{plural} {}", words::list(&marked, "and")),
            ScopeKind::Channel => format!("on {}", words::list(&plain, "and")),
        }));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}
