//! Inline tests of the root file: names and types of what they give and expect.

use jiff::civil::{Date, DateTime, Time};

use super::{Checker, Sort, UNPROVED, items};
use crate::ast::{At, Expect as ExpectWord, Given as GivenWord, ItemKind, Num, Word};
use crate::condition::Kind;
use crate::facts::Value;
use crate::load::{File, Role};
use crate::source::Finding;
use crate::testing::{Case, Expect, Given};

/// What one inline case asks and expects, in a form in which the same question always looks the same.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) question: String,
    pub(crate) answer: String,
    /// The answer in words.
    pub(crate) words: String,
    /// The title or the row.
    pub(crate) at: At,
}

impl Asked {
    fn new(case: &Case, at: At) -> Self {
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts.dedup();
            texts.join(";")
        };
        let question = sorted(case.given.iter().map(|given| format!("{given:?}")).collect());
        let answer = sorted(case.expect.iter().map(|expect| format!("{expect:?}")).collect());
        let words: Vec<String> = case.expect.iter().map(Expect::words).collect();
        Self { question, answer, words: words.join(", "), at }
    }
}

impl Checker<'_> {
    pub(super) fn cases(&mut self, files: &[File]) {
        let routes: Vec<String> =
            self.model.routes.iter().map(|(_, route)| route.row.clone()).chain(["otherwise".to_owned()]).collect();
        let mut cases = Vec::new();
        // An imported file's tests speak of its own settings and routes; they run where that file is the root.
        for (_, kind, at) in items(files).filter(|(file, ..)| file.role == Role::Root) {
            match kind {
                ItemKind::Test { title, given, expect } => {
                    let given = given.iter().flat_map(|given| self.given(given)).collect();
                    let expect = expect.iter().map(|expect| self.expect(expect, &routes)).collect();
                    let case = Case { name: title.text.clone(), at: self.location(at), given, expect };
                    self.asked.push(Asked::new(&case, title.at));
                    cases.push(case);
                }
                ItemKind::Cases { title, given, rows } => {
                    let shared: Vec<Given> = given.iter().flat_map(|given| self.given(given)).collect();
                    for (number, (given, outcome, at)) in rows.iter().enumerate() {
                        let own = given.iter().flat_map(|given| self.given(given)).collect::<Vec<_>>();
                        let given = shared.iter().cloned().chain(own).collect();
                        let expect = vec![Expect::Outcome(outcome.outcome, Vec::new())];
                        let name = format!("{}, row {}", title.text, number + 1);
                        let case = Case { name, at: self.location(*at), given, expect };
                        self.asked.push(Asked::new(&case, *at));
                        cases.push(case);
                    }
                }
                _ => {}
            }
        }
        self.model.cases = cases;
    }

    fn expect(&mut self, expect: &ExpectWord, routes: &[String]) -> Expect {
        match expect {
            ExpectWord::Route(row) => {
                if !routes.contains(&row.text) && !self.broken.route {
                    let message = format!("there is no route row `{}`", row.text);
                    let words: Vec<&str> = routes.iter().map(String::as_str).collect();
                    let finding = Finding::new("R0102", row.at, message);
                    self.report(finding.did_you_mean_or_list(&row.text, &words, super::one_of(&words)));
                }
                Expect::Route(row.text.clone())
            }
            ExpectWord::Outcome { outcome, because } => {
                for name in because {
                    self.rule_name(name);
                }
                Expect::Outcome(outcome.outcome, because.iter().map(|name| name.text.clone()).collect())
            }
        }
    }

    /// Something that can decide: a guard, limit, switch, intent, action or mode.
    fn rule_name(&mut self, word: &Word) {
        let sorts = [Sort::Guard, Sort::Limit, Sort::Switch, Sort::Intent, Sort::Action, Sort::Mode];
        if sorts.iter().any(|sort| self.symbols.contains_key(&(*sort, word.text.clone()))) {
            return;
        }
        let known: Vec<String> =
            self.symbols.keys().filter(|(sort, _)| sorts.contains(sort)).map(|(_, name)| name.clone()).collect();
        let words: Vec<&str> = known.iter().map(String::as_str).collect();
        if sorts.iter().any(|sort| self.broken.excuses(*sort, &word.text, &words)) {
            return;
        }
        let finding = Finding::new("R0102", word.at, format!("there is no rule `{}`", word.text));
        let hint = "name a guard, limit, switch, intent, action or mode";
        self.report(finding.did_you_mean_or_list(&word.text, &words, hint));
    }

    fn given(&mut self, given: &GivenWord) -> Vec<Given> {
        let yes = |key: String| vec![Given::Fact(key, Value::Yes(true))];
        match given {
            GivenWord::Time { date, clock } => self.time(date, clock).map(Given::Time).into_iter().collect(),
            GivenWord::Message(text) => vec![Given::Message(text.text.clone())],
            GivenWord::Draft(text) => vec![Given::Draft(text.text.clone())],
            GivenWord::Intent { name, confidence } => {
                self.known(Sort::Intent, name);
                self.in_range(*confidence, 0, 1000, "a confidence");
                vec![
                    Given::Fact("intent".to_owned(), Value::Name(name.text.clone())),
                    Given::Fact("confidence".to_owned(), Value::Number(confidence.thousandths)),
                ]
            }
            GivenWord::Channel(name) => self.given_name(Sort::Channel, "channel", name),
            GivenWord::Agent(name) => self.given_name(Sort::Agent, "agent", name),
            GivenWord::Action(name) => self.given_name(Sort::Action, "action", name),
            GivenWord::Detects { subject, names } => {
                let found = names.iter().filter(|name| self.detects(*subject, name).is_some());
                found.flat_map(|name| yes(format!("detect:{}.{}", subject.as_str(), name.text))).collect()
            }
            GivenWord::Member(names) => {
                for name in names {
                    self.segment(name);
                }
                names.iter().flat_map(|name| yes(format!("segment:{}", name.text))).collect()
            }
            GivenWord::During { hours, outside } => {
                let number = self.hours_number(hours);
                number.map(|hours| Given::During { hours, outside: *outside }).into_iter().collect()
            }
            GivenWord::Over(name) => {
                self.known(Sort::Limit, name);
                yes(format!("over:{}", name.text))
            }
            GivenWord::Switch(name) => {
                self.known(Sort::Switch, name);
                yes(format!("switch:{}", name.text))
            }
            GivenWord::Certified { name, most } => {
                self.known(Sort::Certificate, name);
                self.in_range(*most, 0, UNPROVED, "a share of wrong answers");
                vec![Given::Fact(format!("certified:{}", name.text), Value::Number(most.thousandths))]
            }
            GivenWord::Truth(path) => self.given_value(path, None, Some(Value::Yes(true)), None),
            GivenWord::IsName { path, name } => self.given_value(path, Some(name), None, None),
            GivenWord::IsNumber { path, number, currency } => {
                self.given_value(path, None, None, Some((*number, currency.as_ref())))
            }
        }
    }

    fn given_name(&mut self, sort: Sort, key: &str, name: &Word) -> Vec<Given> {
        if !(sort == Sort::Agent && name.text == "none") {
            self.known(sort, name);
        }
        vec![Given::Fact(key.to_owned(), Value::Name(name.text.clone()))]
    }

    fn given_value(
        &mut self,
        path: &Word,
        name: Option<&Word>,
        yes: Option<Value>,
        number: Option<(Num, Option<&Word>)>,
    ) -> Vec<Given> {
        let Some((kind, is_tier)) = self.type_of(path) else { return Vec::new() };
        if is_tier {
            let hint = "give the facts that the risk table reads";
            self.report(Finding::new("R0103", path.at, "the tier follows from the risk table").hint(hint));
            return Vec::new();
        }
        let value = match (&kind, name, yes, number) {
            (Kind::YesNo, None, Some(yes), None) => Some(yes),
            (Kind::YesNo, Some(name), _, _) if name.text == "yes" || name.text == "no" => {
                Some(Value::Yes(name.text == "yes"))
            }
            (Kind::OneOf(names), Some(name), _, _) if names.contains(&name.text) => {
                Some(Value::Name(name.text.clone()))
            }
            (Kind::Open, Some(name), _, _) => Some(Value::Name(name.text.clone())),
            (Kind::Number(low, high), None, None, Some((number, None)))
                if (low..=high).contains(&&number.thousandths) =>
            {
                Some(Value::Number(number.thousandths))
            }
            (Kind::Money(wanted, low, high), None, None, Some((number, currency)))
                if currency.is_none_or(|currency| currency.text == *wanted)
                    && (low..=high).contains(&&(number.thousandths / 10)) =>
            {
                Some(Value::Money { minor: self.hundredths(number), currency: wanted.clone() })
            }
            _ => None,
        };
        match value {
            Some(value) => vec![Given::Fact(path.text.clone(), value)],
            None => {
                let at = name.map(|name| name.at).or(number.map(|(number, _)| number.at)).unwrap_or(path.at);
                let given = name.map(|name| name.text.clone());
                let given = given.or(number.map(|(number, _)| super::shown(number.thousandths)));
                let message = format!("`{}` cannot be `{}`", path.text, given.as_deref().unwrap_or("yes"));
                self.report(Finding::new("R0104", at, message).hint(format!("it is {}", words(&kind))));
                Vec::new()
            }
        }
    }

    fn time(&mut self, date: &Word, clock: &Word) -> Option<DateTime> {
        let parts: Vec<i16> = date.text.split('-').filter_map(|part| part.parse().ok()).collect();
        let day = match parts.as_slice() {
            [year, month, day] => Date::new(*year, *month as i8, *day as i8).ok(),
            _ => None,
        };
        let Some(day) = day else {
            let finding = Finding::new("R0104", date.at, format!("there is no day `{}`", date.text));
            self.report(finding.hint("write year, month and day: `2026-03-29`"));
            return None;
        };
        let minute = self.minute(clock)?;
        let Ok(time) = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0) else {
            self.report(Finding::new("R0104", clock.at, format!("there is no time `{}`", clock.text)));
            return None;
        };
        Some(day.to_datetime(time))
    }
}

fn words(kind: &Kind) -> String {
    match kind {
        Kind::YesNo => "yes or no".to_owned(),
        Kind::OneOf(names) => format!("one of: {}", names.join(", ")),
        Kind::Open => "a name".to_owned(),
        Kind::Text => "a text that tests cannot give".to_owned(),
        Kind::Number(low, high) => {
            format!("a number {}..{}", super::conditions::shown(*low), super::conditions::shown(*high))
        }
        Kind::Money(currency, ..) => format!("an amount in {currency}"),
    }
}
