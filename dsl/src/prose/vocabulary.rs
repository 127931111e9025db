//! What the words of the policy mean: people, hours, detectors, scripts, facts.

use super::conditions::marked;
use super::{Section, Sentence, Writer, notes, section, titled, words};
use crate::ast::{CalendarDay, Comparison, ItemKind, Opening, Signal, TypeWord, Word};
use crate::load::Role;

impl Writer<'_> {
    pub(super) fn vocabulary(&self) -> Vec<Section> {
        let (mut people, mut hours, mut detectors, mut computed, mut jobs): (Vec<_>, Vec<_>, Vec<_>, Vec<_>, Vec<_>) =
            Default::default();
        for (role, item) in self.items() {
            match &item.kind {
                ItemKind::Agent { name, title, channels } => {
                    let channels: Vec<String> = channels.iter().map(|channel| channel.text.clone()).collect();
                    let text = format!(
                        "The AI agent `{}`{} answers on {}.",
                        name.text,
                        titled(title.as_ref()),
                        words::list(&channels, "and")
                    );
                    people.push(self.sentence(name.at, text));
                }
                ItemKind::Segment { name, title } => {
                    people.push(self.sentence(
                        name.at,
                        format!("Contacts can be in the segment `{}`{}.", name.text, titled(title.as_ref())),
                    ));
                }
                ItemKind::Certificate { name, title, intents, from } => {
                    let from = match from {
                        Some(from) => {
                            format!(" of which the classifier is at least {} sure", words::percent(from.thousandths))
                        }
                        None => " from whichever confidence can be proved".to_owned(),
                    };
                    let text = format!(
                        "The certificate `{}`{} counts, message by message, how often a person found the answer to {} wrong,{from}.",
                        name.text,
                        titled(title.as_ref()),
                        marked(intents, "or")
                    );
                    computed.push(self.sentence(name.at, text));
                }
                ItemKind::Team { name, title, during } => {
                    let during = during
                        .as_ref()
                        .map_or_else(String::new, |hours| format!(" works during the hours `{}`", hours.text));
                    let verb = if during.is_empty() { " has no hours of its own" } else { "" };
                    people.push(self.sentence(
                        name.at,
                        format!("The team `{}`{}{during}{verb}.", name.text, titled(title.as_ref())),
                    ));
                }
                ItemKind::Timezone(zone) if role == Role::Root => {
                    hours.insert(0, self.sentence(item.at, format!("Times are those of {}.", zone.text)));
                }
                ItemKind::Hours { name, openings, except } => {
                    let openings: Vec<String> = openings.iter().map(opening).collect();
                    let except = if except.is_empty() {
                        String::new()
                    } else {
                        format!(", but not on {}", marked(except, "or"))
                    };
                    hours.push(
                        self.sentence(
                            name.at,
                            format!("`{}` is {}{except}.", name.text, words::list(&openings, "and")),
                        ),
                    );
                }
                ItemKind::Calendar { name, days } => {
                    hours.push(self.sentence(name.at, format!("`{}` are {}.", name.text, dates(days))));
                }
                ItemKind::Detector { name, subject, title, signals } => {
                    let signals: Vec<String> = signals.iter().map(signal).collect();
                    let text = format!(
                        "`{}`{} looks in the {} for {}.",
                        name.text,
                        titled(title.as_ref()),
                        subject.as_str(),
                        words::list(&signals, "or")
                    );
                    detectors.push(self.sentence(name.at, text));
                }
                ItemKind::Script { name, inputs, range, file, budget } => {
                    let result = range.map_or_else(
                        || "yes or no".to_owned(),
                        |(low, high)| {
                            format!(
                                "with a number from {} to {}",
                                words::number(low.thousandths),
                                words::number(high.thousandths)
                            )
                        },
                    );
                    let text = format!(
                        "The script `{}` answers {result}, from {} alone: `{}`, within {} operations.{}",
                        name.text,
                        marked(inputs, "and"),
                        file.text,
                        words::grouped(budget.thousandths),
                        notes(item)
                    );
                    computed.push(self.sentence(name.at, text));
                }
                ItemKind::Fact { path, type_, title } => {
                    computed.push(
                        self.sentence(
                            path.at,
                            format!("`{}` is {}{}.", path.text, kind(type_), titled(title.as_ref())),
                        ),
                    );
                }
                ItemKind::Sweep { name, job, cron } if role == Role::Root => {
                    let text = format!("`{}` runs the job `{}` by the cron text `{}`.", name.text, job.text, cron.text);
                    jobs.push(self.sentence(name.at, text));
                }
                _ => {}
            }
        }
        let zone: &Option<&Sentence> = &hours.first();
        if zone.is_none_or(|first| !first.text.starts_with("Times are")) && !hours.is_empty() {
            hours.insert(0, self.header("Times are those of UTC: no line names a zone."));
        }
        vec![
            section("Who is who", None, people),
            section("Hours", None, hours),
            section("What detectors look for", Some("Words are found whole and in any case."), detectors),
            section("What else is known about a message", None, computed),
            section("Jobs by the clock", None, jobs),
        ]
    }
}

fn opening(opening: &Opening) -> String {
    let overnight = if opening.to.text <= opening.from.text { " on the next day" } else { "" };
    format!("{} from {} to {}{overnight}", words::days(&opening.days), opening.from.text, opening.to.text)
}

fn dates(days: &[CalendarDay]) -> String {
    let (mut yearly, mut once) = (Vec::new(), Vec::new());
    for day in days {
        match day {
            CalendarDay::Yearly(word) => yearly.push(words::date(&word.text)),
            CalendarDay::Date(word) => once.push(words::date(&word.text)),
        }
    }
    let yearly = (!yearly.is_empty()).then(|| format!("{} of every year", words::list(&yearly, "and")));
    words::list(&yearly.into_iter().chain(once).collect::<Vec<_>>(), "and")
}

fn signal(signal: &Signal) -> String {
    let quoted = |texts: &[Word]| -> Vec<String> { texts.iter().map(|text| format!("“{}”", text.text)).collect() };
    match signal {
        Signal::Words(texts) => words::list(&quoted(texts), "or"),
        Signal::Pattern(text) => format!("text that fits `{}`", text.text),
        Signal::Amount(comparison, number, currency) => {
            format!("an amount of {} {} {}", than(*comparison), words::grouped(number.thousandths), currency.text)
        }
        Signal::Model(score, comparison, number) => {
            format!("a score `{}` of {} {}", score.text, than(*comparison), words::number(number.thousandths))
        }
        Signal::File(kind) => format!("an attachment of the type `{}`", kind.text),
    }
}

const fn than(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::AtLeast => "at least",
        Comparison::AtMost => "at most",
        Comparison::Above => "more than",
        Comparison::Below => "less than",
    }
}

fn kind(type_: &TypeWord) -> String {
    match type_ {
        TypeWord::YesNo => "yes or no".to_owned(),
        TypeWord::OneOf(names) => format!("one of {}", marked(names, "and")),
        TypeWord::Number(low, high) => {
            format!("a number from {} to {}", words::grouped(low.thousandths), words::grouped(high.thousandths))
        }
        TypeWord::Money(currency, low, high) => format!(
            "an amount from {} to {} {}",
            words::grouped(low.thousandths),
            words::grouped(high.thousandths),
            currency.text
        ),
    }
}
