//! Messages that hit every boundary of a policy: each channel and intent, each constant and its neighbours, each name,
//! each failure, each clock time, each word.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::tz::TimeZoneDatabase;
use remit_dsl::{Facts, Outcome, Policy, Provenance, Seen, Value, Verdict};

/// What is known about one message, in the names of the policy it was made for.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) facts: Facts,
    /// Message and draft, if detectors and scripts are to look at them.
    pub(crate) texts: Option<(String, String)>,
}

impl Situation {
    /// The facts as this policy's own detectors and scripts complete them.
    pub(crate) fn facts_for(&self, policy: &Policy) -> Facts {
        let mut facts = self.facts.clone();
        if let Some((message, draft)) = &self.texts {
            let scores = std::collections::BTreeMap::new();
            let seen = Seen { message, draft: Some(draft), thread: message, attachments: &[], scores: &scores };
            facts.detections(&policy.detect(&seen));
            for (key, text) in [("message.text", message), ("draft.text", draft), ("thread.text", message)] {
                facts.name(key, text, Provenance::Observed);
            }
            facts.name("draft.sources", "", Provenance::Observed);
            policy.run_scripts(&mut facts, Some(draft));
        }
        facts
    }
}

/// Facts that no policy that ships reads, nor is a slip of one key away from reading.
const UNREAD: [&str; 4] = ["draft.missing", "draft.repeated", "draft.other_contact", "draft.alike"];

/// Facts by key with the values worth trying; the first is the quiet one.
struct Choices(Vec<(String, Vec<Option<Value>>)>);

/// The numbers that stand alone, in thousandths: no part of a date, a time or a duration.
fn numbers(text: &str) -> BTreeSet<i64> {
    let words = text.split(|letter: char| letter.is_whitespace() || ",()[]{}\"|".contains(letter));
    let ranges = words.flat_map(|word| word.split(".."));
    ranges.filter_map(|word| word.parse::<f64>().ok()).map(|number| (number * 1000.0).round() as i64).collect()
}

fn choices(policy: &Policy, text: &str) -> Choices {
    let name = |name: &str| Some(Value::Name(name.to_owned()));
    let yes = || vec![Some(Value::Yes(false)), Some(Value::Yes(true)), None];
    let constants = numbers(text);
    let around = |low: i64, high: i64, scale: i64| {
        let near = constants.iter().flat_map(|number| {
            let number = number / scale;
            [number - 1, number, number + 1]
        });
        let all: BTreeSet<i64> = near.chain([low, high]).filter(|number| (low..=high).contains(number)).collect();
        all.into_iter().collect::<Vec<i64>>()
    };
    let mut found: Vec<(String, Vec<Option<Value>>)> = Vec::new();
    for fact in policy.facts().into_iter().filter(|fact| !UNREAD.contains(&fact.path.as_str())) {
        let type_ = fact.type_.as_str();
        let values = if let Some(range) = type_.strip_prefix("number ") {
            let (low, high) = range.split_once("..").unwrap();
            let (low, high) = (low.parse::<f64>().unwrap() * 1000.0, high.parse::<f64>().unwrap() * 1000.0);
            let quiet = if fact.path == "confidence" || fact.path == "margin" { 1000 } else { 0_i64.max(low as i64) };
            let all = around(low as i64, high as i64, 1);
            [quiet].into_iter().chain(all).map(|number| Some(Value::Number(number))).chain([None]).collect()
        } else if let Some(range) = type_.strip_prefix("money ") {
            let (currency, range) = range.split_once(' ').unwrap();
            let high = range.split_once("..").unwrap().1.parse::<f64>().unwrap();
            let money = |minor| Some(Value::Money { minor, currency: currency.to_owned() });
            let all = around(0, (high * 100.0) as i64, 10);
            [0].into_iter().chain(all).map(money).chain([None]).collect()
        } else if type_ == "yes/no" {
            yes()
        } else {
            match fact.path.as_str() {
                "agent" => {
                    policy.ai_agents().iter().map(|agent| name(&agent.name)).chain([name("none"), None]).collect()
                }
                "intent" => policy.intents().iter().map(|intent| name(&intent.name)).chain([None]).collect(),
                "message.language" => vec![name("en"), name("de"), None],
                "action" => {
                    let meaning = policy.meaning();
                    let actions = meaning.lines().filter_map(|line| line.strip_prefix("action "));
                    let known: BTreeSet<&str> = actions.filter_map(|line| line.split(' ').next()).collect();
                    ["reply"].into_iter().chain(known).map(name).chain([None]).collect()
                }
                _ => match type_.strip_prefix("one of [") {
                    Some(names) if fact.path != "tier" => {
                        names.trim_end_matches(']').split(", ").map(name).chain([None]).collect()
                    }
                    _ => continue,
                },
            }
        };
        found.push((fact.path, values));
    }
    found.extend(policy.segments().iter().map(|name| (format!("segment:{name}"), yes())));
    found.extend(policy.switches().iter().map(|name| (format!("switch:{name}"), yes())));
    found.extend(policy.limits().iter().map(|limit| (format!("over:{}", limit.name), yes())));
    let scores = std::collections::BTreeMap::new();
    let nothing = Seen { message: "", draft: Some(""), thread: "", attachments: &[], scores: &scores };
    found.extend(policy.detect(&nothing).0.into_keys().map(|key| (format!("detect:{key}"), yes())));
    for line in policy.meaning().lines().filter_map(|line| line.strip_prefix("script ")) {
        let values = if line.contains(" None ") {
            yes()
        } else {
            around(0, 1000, 1).into_iter().map(|number| Some(Value::Number(number))).chain([None]).collect()
        };
        found.push((format!("script:{}", line.split(' ').next().unwrap()), values));
    }
    Choices(found)
}

/// Pairs such as hour and minute, or month and day.
type Pairs = BTreeSet<(i8, i8)>;

/// The words `09:00`, `12-25` and `2h` of a text.
fn clocks_days_and_spans(text: &str) -> (Pairs, Pairs, BTreeSet<i64>) {
    let (mut clocks, mut days, mut spans) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for word in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == ':' || letter == '-')) {
        for part in word.split('-') {
            if let Some((hour, minute)) = part.split_once(':')
                && let (Ok(hour), Ok(minute)) = (hour.parse::<i8>(), minute.parse::<i8>())
            {
                clocks.insert((hour.min(23), minute.min(59)));
            }
        }
        if let [month, day] = word.split('-').collect::<Vec<_>>().as_slice()
            && let (Ok(month), Ok(day)) = (month.parse(), day.parse())
            && Date::new(2026, month, day).is_ok()
        {
            days.insert((month, day));
        }
        let unit = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
        for (letter, ms) in unit {
            if let Some(Ok(number)) = word.strip_suffix(letter).map(str::parse::<i64>) {
                spans.insert(number.saturating_mul(ms));
            }
        }
    }
    (clocks, days, spans)
}

/// A small generator with a fixed seed: the same situations on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// Situations of a policy with this text, and what it says about each.
pub(crate) fn of(policy: &Policy, text: &str) -> Vec<(Situation, Verdict)> {
    let Choices(choices) = choices(policy, text);
    let zone = TimeZoneDatabase::bundled().get(policy.timezone()).unwrap();
    let moment = |date: Date, hour: i8, minute: i8| {
        date.at(hour, minute, 0, 0).to_zoned(zone.clone()).unwrap().timestamp().as_millisecond()
    };
    let (clocks, days, spans) = clocks_days_and_spans(text);
    let noon = moment(date(2026, 3, 3), 12, 0);
    let set = |facts: &mut Facts, key: &str, value: &Option<Value>| {
        facts.failed(key, Provenance::Observed).values.get_mut(key).unwrap().value = value.clone();
        if let (Some(limit), Some(Value::Yes(true))) = (key.strip_prefix("over:"), value) {
            facts.over_until_ms.insert(limit.to_owned(), facts.now_ms + 9 * 3_600_000);
        }
    };
    let quiet = |channel: &Value, intent: &Value| {
        let mut facts = Facts::new(noon);
        for (key, values) in &choices {
            set(&mut facts, key, &values[0]);
        }
        set(&mut facts, "channel", &Some(channel.clone()));
        set(&mut facts, "intent", &Some(intent.clone()));
        let Value::Name(channel) = channel else { unreachable!("a channel is a name") };
        let agent = policy.ai_agent_on(channel).map_or("none", |agent| agent.name.as_str());
        set(&mut facts, "agent", &Some(Value::Name(agent.to_owned())));
        facts
    };
    let of_key = |key: &str| {
        let values = choices.iter().find(|(other, _)| other == key).map(|(_, values)| values.as_slice());
        values.unwrap_or_default().iter().flatten().cloned().collect::<Vec<Value>>()
    };
    let mut found: Vec<Situation> = Vec::new();
    let mut add = |facts: &Facts| found.push(Situation { facts: facts.clone(), texts: None });
    let mut bases: Vec<(Outcome, Facts)> = Vec::new();
    for channel in of_key("channel") {
        for intent in of_key("intent") {
            let facts = quiet(&channel, &intent);
            add(&facts);
            bases.push((policy.decide(&facts).outcome, facts.clone()));
            for confidence in of_key("confidence") {
                let mut facts = facts.clone();
                set(&mut facts, "confidence", &Some(confidence));
                if channel == Value::Name("email".to_owned()) {
                    add(&facts);
                }
            }
        }
    }
    bases.sort_by_key(|(outcome, _)| *outcome);
    let week = (2..9).map(|day| date(2026, 3, day));
    let holidays = days.iter().filter_map(|(month, day)| Date::new(2026, *month, *day).ok());
    let around = holidays.flat_map(|day| [day.yesterday().unwrap(), day, day.tomorrow().unwrap()]);
    let all_days: Vec<Date> = week.chain(around).collect();
    let times: Vec<(i8, i8)> = clocks.iter().copied().chain([(12, 0)]).collect();
    let moments = all_days.iter().flat_map(|day| times.iter().map(move |(hour, minute)| (*day, *hour, *minute)));
    let moments: Vec<i64> = moments
        .flat_map(|(day, hour, minute)| [-60_000, 0, 60_000].map(|late| moment(day, hour, minute) + late))
        .collect();
    // One message for each course that the clock alone gives an answer: hours may matter to one channel or intent only.
    let mut courses = BTreeSet::new();
    for (_, base) in &bases {
        let at = |now_ms: &i64| Facts { now_ms: *now_ms, ..base.clone() };
        let course = moments.iter().map(|now_ms| {
            let verdict = policy.decide(&at(now_ms));
            (verdict.outcome, verdict.hold_until_ms)
        });
        if courses.insert(course.collect::<Vec<_>>()) {
            moments.iter().for_each(|now_ms| add(&at(now_ms)));
        }
    }
    // The freest messages first, on different channels: there the least restriction shows.
    let mut channels = BTreeSet::new();
    let (mut free, rest): (Vec<_>, Vec<_>) =
        bases.into_iter().partition(|(_, facts)| channels.insert(facts.get_name("channel").map(str::to_owned)));
    free.extend(rest.into_iter().take(3));
    // A limit that is used up may hold until hours begin.
    let limits = choices.iter().map(|(key, _)| key).filter(|key| key.starts_with("over:"));
    for (key, (_, base)) in limits.flat_map(|key| free.first().map(|free| (key, free))) {
        for now_ms in &moments {
            let mut facts = Facts { now_ms: *now_ms, ..base.clone() };
            set(&mut facts, key, &Some(Value::Yes(true)));
            add(&facts);
        }
    }
    for (_, base) in free.iter().take(5) {
        for (key, values) in &choices {
            for value in values {
                let mut facts = base.clone();
                set(&mut facts, key, value);
                add(&facts);
                if key.starts_with("over:") {
                    for span in spans.iter().flat_map(|span| [span - 60_000, *span, span + 60_000]) {
                        facts.held_since_ms = Some(facts.now_ms - span);
                        add(&facts);
                    }
                }
            }
        }
    }
    let mut dice = Dice(20_260_303);
    for _ in 0..500 {
        let mut facts = free[dice.below(free.len())].1.clone();
        facts.now_ms += dice.below(14 * 24) as i64 * 3_600_000;
        for _ in 0..2 + dice.below(3) {
            let (key, values) = &choices[dice.below(choices.len())];
            set(&mut facts, key, &values[dice.below(values.len())]);
        }
        add(&facts);
    }
    // Words come first: most slips are in them.
    let mut early: Vec<Situation> = Vec::new();
    let samples = [
        "10% off",
        "100 % discount",
        "5 EUR",
        "5 USD",
        "CH93 0076 2011 6238 5295 7",
        "4111 1111 1111 1111",
        "756.1234.5678.97",
        "123-45-6789",
        "we already use acme",
        "we are currently with acme",
        "250 francs",
    ];
    let quoted = text.lines().flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|text| text.len() < 80);
    for text in quoted.chain(samples).collect::<BTreeSet<&str>>() {
        for (message, draft) in [(text, ""), ("", text)] {
            let texts = Some((message.to_owned(), draft.to_owned()));
            early.push(Situation { facts: free[0].1.clone(), texts });
        }
    }
    early.append(&mut found);
    let with = |situation: Situation| {
        let verdict = policy.decide(&situation.facts_for(policy));
        (situation, verdict)
    };
    early.into_iter().map(with).collect()
}
