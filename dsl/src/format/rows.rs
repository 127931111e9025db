//! Parts that always stay on one line, as text.

use super::conditions::{contact_in, detects, names};
use crate::tree::document::*;
use crate::tree::items::*;
use crate::tree::words::Text;

pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::HoldUntil(hours) => format!("hold until {hours}"),
        Outcome::HoldFor(time) => format!("hold {time}"),
        Outcome::Send => "send".to_owned(),
        Outcome::Hold => "hold".to_owned(),
        Outcome::Approval => "approval".to_owned(),
        Outcome::Off => "off".to_owned(),
        Outcome::Escalate => "escalate".to_owned(),
    }
}

/// `for ...`, or nothing.
pub(super) fn scope(scope: &[Scope]) -> Option<String> {
    let items: Vec<String> = scope
        .iter()
        .map(|item| match item {
            Scope::Channel(name) => format!("channel {name}"),
            Scope::Agent(name) => format!("agent {name}"),
            Scope::Segment(name) => format!("segment {name}"),
            Scope::Intent(name) => format!("intent {name}"),
        })
        .collect();
    (!items.is_empty()).then(|| format!("for {}", items.join(", ")))
}

/// Pieces that are there, with single spaces.
pub(super) fn words<const N: usize>(pieces: [Option<String>; N]) -> String {
    let pieces: Vec<String> = pieces.into_iter().flatten().filter(|piece| !piece.is_empty()).collect();
    pieces.join(" ")
}

pub(super) fn title(title: Option<&Text>) -> Option<String> {
    title.map(Text::quoted)
}

pub(super) fn note(note: &Note) -> String {
    let argument = note.argument.as_ref().map(|argument| match argument {
        NoteValue::Text(text) => text.quoted(),
        NoteValue::Date(date) => date.to_string(),
        NoteValue::Code(code) => code.to_string(),
        NoteValue::Name(name) => name.to_string(),
    });
    match (argument, &note.reason) {
        (None, _) => format!("@{}", note.tag),
        (Some(argument), None) => format!("@{}({argument})", note.tag),
        (Some(argument), Some(reason)) => format!("@{}({argument}, {})", note.tag, reason.quoted()),
    }
}

pub(super) fn fact_type(kind: &FactType) -> String {
    match kind {
        FactType::YesNo => "yes/no".to_owned(),
        FactType::OneOf(values) => format!("one of [{}]", names(values)),
        FactType::Number(range) => format!("number {}..{}", range.from, range.to),
        FactType::Money(money) => format!("money {} {}..{}", money.currency, money.from, money.to),
    }
}

pub(super) fn result_type(kind: &ResultType) -> String {
    match kind {
        ResultType::YesNo => "yes/no".to_owned(),
        ResultType::Number(range) => format!("number {}..{}", range.from, range.to),
    }
}

pub(super) fn mode_row(row: &ModeRow) -> String {
    format!("{} {}", names(&row.tiers), outcome(&row.outcome))
}

pub(super) fn calendar_day(day: &CalendarDay) -> String {
    match day {
        CalendarDay::Yearly(day) => format!("yearly {day}"),
        CalendarDay::Date(date) => date.to_string(),
    }
}

pub(super) fn opening(opening: &Opening) -> String {
    let days = match &opening.days {
        Days::Daily => "daily".to_owned(),
        Days::On(ranges) => {
            let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            ranges.join(", ")
        }
    };
    format!("{days} {}-{}", opening.from, opening.to)
}

/// The bands of a reply, for filling lines; the scope is part of the last piece.
pub(super) fn reply(reply: &Reply) -> Vec<String> {
    let mut pieces: Vec<String> = reply
        .bands
        .iter()
        .map(|band| match &band.from {
            Some(from) => format!("{} from {from}", outcome(&band.outcome)),
            None => outcome(&band.outcome),
        })
        .collect();
    pieces.extend(reply.otherwise.as_ref().map(|otherwise| format!("else {}", outcome(otherwise))));
    if let Some(first) = pieces.first_mut() {
        first.insert_str(0, "reply ");
    }
    if let (Some(last), Some(scope)) = (pieces.last_mut(), scope(&reply.scope)) {
        last.push(' ');
        last.push_str(&scope);
    }
    pieces
}

pub(super) fn draft(draft: &Draft) -> String {
    let by = match &draft.by {
        DraftBy::Template(name) => format!("template {name}"),
        DraftBy::Model(name) => format!("model {name}"),
    };
    words([
        Some(format!("draft {by}")),
        draft.tone.as_ref().map(|name| format!("tone {name}")),
        draft.max_words.as_ref().map(|count| format!("max {count} words")),
        draft.sources.as_ref().map(|name| format!("sources {name}")),
        (!draft.parts.is_empty()).then(|| format!("with {}", names(&draft.parts))),
    ])
}

pub(super) fn addressee(to: &Addressee) -> String {
    match to {
        Addressee::Team(name) => format!("to team {name}"),
        Addressee::Person(name) => format!("to person {name}"),
    }
}

pub(super) fn target(target: &Target) -> String {
    words([
        Some(addressee(&target.to)),
        target.skill.as_ref().map(|name| format!("skill {name}")),
        target.pick.as_ref().map(|name| format!("pick {name}")),
        target.priority.as_ref().map(|name| format!("priority {name}")),
        target.sla.as_ref().map(|time| format!("sla {time}")),
    ])
}

pub(super) fn given(given: &Given) -> String {
    match given {
        Given::At(moment) => format!("at {} {}", moment.date, moment.clock),
        Given::Intent(intent) => format!("intent {} {}", intent.name, intent.confidence),
        Given::Message(text) => format!("message {}", text.quoted()),
        Given::Draft(text) => format!("draft {}", text.quoted()),
        Given::Channel(name) => format!("channel {name}"),
        Given::Agent(name) => format!("agent {name}"),
        Given::Action(name) => format!("action {name}"),
        Given::Detects(it) => detects(it),
        Given::ContactIn(names) => contact_in(names),
        Given::During(hours) => format!("during {hours}"),
        Given::Outside(hours) => format!("outside {hours}"),
        Given::Over(limit) => format!("over {limit}"),
        Given::Switch(name) => format!("switch {name}"),
        Given::Certified(it) => format!("certified {} at {}", it.name, it.at),
        Given::Is(it) => format!("{} is {}", it.fact, it.name),
        Given::Number(it) => {
            let currency = it.currency.as_ref().map_or_else(String::new, |currency| format!(" {currency}"));
            format!("{} is {}{currency}", it.fact, it.number)
        }
        Given::Fact(path) => path.to_string(),
    }
}

pub(super) fn expect(expect: &Expect) -> String {
    match expect {
        Expect::Route(row) => format!("expect route {row}"),
        Expect::Outcome(it) if it.because.is_empty() => format!("expect {}", outcome(&it.outcome)),
        Expect::Outcome(it) => format!("expect {} because {}", outcome(&it.outcome), names(&it.because)),
    }
}
