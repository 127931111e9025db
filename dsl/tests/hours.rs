//! Hours, holds and counting buckets, over clock changes of every kind, leap days and turns of the year, against an
//! oracle that looks at every minute and knows nothing but the definition.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

mod common;

use common::clocks::{self, Reading};
use common::{at, policy, quiet, repository};
use remit_dsl::{Limit, Location, Outcome, Policy, Window};

const MINUTE: i64 = 60_000;
const DAY: i64 = 1440 * MINUTE;
const LONGEST_HOLD: i64 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One `hours` block as the text says it, read here without the crate's parser.
#[derive(Clone, Debug)]
struct Oracle {
    name: String,
    /// Weekday, first minute and the minute after the last; beyond 1440 on the next day.
    open: Vec<(i64, i64, i64)>,
    /// Year (or none), month and day.
    closed: Vec<(Option<i64>, i64, i64)>,
    /// The declarations that the policy under test needs.
    text: String,
}

impl Oracle {
    fn of(calendars: &[(String, String)], name: &str, body: &str) -> Self {
        let mut oracle = Self { name: name.to_owned(), open: Vec::new(), closed: Vec::new(), text: String::new() };
        let mut words = body.split_whitespace().peekable();
        let mut except = Vec::new();
        while let Some(word) = words.next() {
            if word == "except" {
                except.push(words.next().unwrap());
                continue;
            }
            let clock = |text: &str| {
                let (hour, minute) = text.split_once(':').unwrap();
                hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
            };
            let (from, to) = words.next().unwrap().split_once('-').unwrap();
            let (from, to) = (clock(from), clock(to));
            let to = if to <= from { to + 1440 } else { to };
            let number = |day: &str| DAYS.iter().position(|one| *one == day).unwrap() as i64;
            for part in word.split(',') {
                let days: Vec<i64> = match part.split_once('-') {
                    _ if part == "daily" => (0..7).collect(),
                    None => vec![number(part)],
                    Some((first, last)) => {
                        let (first, last) = (number(first), number(last));
                        (0..7).map(|n| (first + n) % 7).take(((last - first).rem_euclid(7) + 1) as usize).collect()
                    }
                };
                oracle.open.extend(days.into_iter().map(|day| (day, from, to)));
            }
        }
        for (calendar, days) in calendars.iter().filter(|(name, _)| except.contains(&name.as_str())) {
            oracle.text += &format!("calendar {calendar} {{ {days} }}\n");
            let numbers = |text: &str| text.split('-').map(|part| part.parse::<i64>().unwrap()).collect::<Vec<_>>();
            oracle.closed.extend(days.split_whitespace().filter(|word| *word != "yearly").map(|day| {
                match numbers(day).as_slice() {
                    [year, month, day] => (Some(*year), *month, *day),
                    [month, day] => (None, *month, *day),
                    _ => panic!("{day}"),
                }
            }));
        }
        oracle.text += &format!("hours {name} {{ {body} }}\n");
        oracle
    }

    /// The blocks of a policy text. Comments are not understood inside them; the shipped files have none there.
    fn all(text: &str) -> Vec<Self> {
        let blocks = |word: &str| {
            let starts = text.lines().filter(move |line| line.starts_with(&format!("{word} ")));
            let block = move |line: &str| {
                let (head, rest) = line.split_once('{').unwrap();
                let start = line.as_ptr() as usize - text.as_ptr() as usize + head.len() + 1;
                let body = text[start..].split('}').next().unwrap();
                assert!(!rest.is_empty() && !body.contains('#'));
                (head[word.len()..].trim().to_owned(), body.trim().to_owned())
            };
            starts.map(block).collect::<Vec<_>>()
        };
        let calendars = blocks("calendar");
        blocks("hours").iter().map(|(name, body)| Self::of(&calendars, name, body)).collect()
    }

    /// Whether each minute of these days (counted from 1970-01-01, as the wall clock shows them) is inside.
    fn minutes(&self, days: std::ops::Range<i64>) -> Vec<bool> {
        let on = |day: i64| {
            let reading = Reading::of_number(day * 1440);
            let closed = self.closed.iter().any(|(year, month, date)| {
                year.is_none_or(|year| year == reading.year) && (*month, *date) == (reading.month, reading.day)
            });
            let open = self.open.iter().filter(move |(weekday, ..)| !closed && *weekday == reading.weekday);
            open.map(|(_, from, to)| (*from, *to)).collect::<Vec<_>>()
        };
        let within = |open: &[(i64, i64)], minute| open.iter().any(|(from, to)| (*from..*to).contains(&minute));
        let inside = |day: i64| {
            let (today, yesterday) = (on(day), on(day - 1));
            (0..1440).map(move |minute| within(&today, minute) || within(&yesterday, minute + 1440))
        };
        days.flat_map(inside).collect()
    }

    /// A policy whose only restriction is to wait for the hours.
    fn policy(&self, zone: &str) -> Policy {
        let (name, text) = (&self.name, &self.text);
        policy(&format!(
            "timezone \"{zone}\"\nautonomy full\nintent a {{ reply send }}\n{text}\
             guard wait: hold until {name} when outside {name}"
        ))
    }
}

/// Every minute within three hours of the moment, fewer around it: what the policy says is what the definition says.
fn compare(zone: &str, oracle: &Oracle, around: &str) -> usize {
    let policy = oracle.policy(zone);
    let start = at(around) - 3 * DAY;
    let minutes = 15 * 1440;
    // The next open minute, from the back.
    let mut next = vec![None; minutes + 1];
    let first = clocks::number(zone, start).div_euclid(1440) - 2;
    let inside = oracle.minutes(first..first + 22);
    for minute in (0..minutes).rev() {
        let shown = clocks::number(zone, start + minute as i64 * MINUTE);
        next[minute] = if inside[(shown - first * 1440) as usize] { Some(minute) } else { next[minute + 1] };
    }
    let (mut asked, mut minute) = (0, 0_usize);
    while minute < 5 * 1440 {
        let distance = minute.abs_diff(3 * 1440);
        // Not always on the minute.
        let late = if minute % 3 == 0 { 0 } else { 31_007 };
        let now = start + minute as i64 * MINUTE + late;
        let release = match next[minute] {
            Some(open) if open == minute => Some(now),
            Some(open) => Some(start + open as i64 * MINUTE),
            None => None,
        };
        let wanted = match release {
            Some(release) if release == now => (Outcome::Send, None),
            Some(release) if release - now <= LONGEST_HOLD => (Outcome::Hold, Some(release)),
            _ => (Outcome::Approval, None),
        };
        let mut facts = quiet("a", 0.9);
        facts.now_ms = now;
        let verdict = policy.decide(&facts);
        let until = |ms: Option<i64>| ms.map(|ms| clocks::shown(zone, ms));
        assert_eq!(
            (verdict.outcome, until(verdict.hold_until_ms)),
            (wanted.0, until(wanted.1)),
            "{} {zone}, asked at {}\n{}",
            oracle.name,
            clocks::shown(zone, now),
            oracle.text
        );
        assert_eq!(verdict.hold_until_ms, wanted.1);
        asked += 1;
        // Every minute within three hours, and on other days the same minute seldom twice.
        minute += match distance {
            0..=180 => 1,
            181..=1800 => 17,
            _ => 61,
        };
    }
    asked
}

/// The hours of every shipped policy, and of the specification's examples when the shared fixtures are present.
fn shipped() -> Vec<Oracle> {
    let mut found = Vec::new();
    for folder in ["policies", "dsl/std"] {
        for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|suffix| suffix == "remit") {
                let text = std::fs::read_to_string(&path).unwrap();
                let blocks = Oracle::all(&text);
                // None is passed over because it is laid out in a way that this reader does not know.
                let policy = remit_dsl::tree::to_json(&text).unwrap();
                let items = policy["items"].as_array().unwrap();
                let hours = items.iter().filter(|item| item["item"] == "hours").count();
                assert_eq!(blocks.len(), hours, "{}", path.display());
                found.extend(blocks);
            }
        }
    }
    assert!(found.len() >= 4, "{found:?}");
    match std::fs::read_to_string(repository().join("../shared/design/language.md")) {
        Ok(text) => {
            let examples = text.split("```remit\n").skip(1).filter_map(|rest| rest.split("```").next());
            let before = found.len();
            found.extend(examples.flat_map(Oracle::all));
            assert_eq!(found.len(), before + 4);
        }
        Err(_) => common::skipped("the shared fixtures are not here"),
    }
    found
}

#[test]
fn every_shipped_hours_block_keeps_to_the_definition_over_every_clock_change() {
    for oracle in shipped() {
        let asked: usize = clocks::CHANGES.iter().map(|(zone, around)| compare(zone, &oracle, around)).sum();
        println!("{}: {asked} moments", oracle.name);
        assert!(asked > 14_000, "{}: {asked}", oracle.name);
    }
}

#[test]
fn every_shipped_hours_block_keeps_to_the_definition_on_leap_days_and_at_the_turn_of_the_year() {
    for oracle in shipped() {
        for zone in ["Europe/Berlin", "Europe/Zurich", "America/New_York", "UTC", "Pacific/Auckland"] {
            for around in [
                "2026-12-26T00:00:00Z",
                "2027-01-01T00:00:00Z",
                "2027-03-26T00:00:00Z",
                "2028-02-29T12:00:00Z",
                "2028-12-31T12:00:00Z",
                "2027-08-01T00:00:00Z",
            ] {
                compare(zone, &oracle, around);
            }
        }
    }
}

const ODD: [&str; 14] = [
    "daily 02:30-04:00",
    "daily 02:15-02:45 except days",
    "daily 01:30-01:45",
    "daily 21:00-01:30",
    "daily 23:59-00:01",
    "daily 22:00-00:00 except days",
    "fri 22:00-06:00 except days",
    "sat-mon 00:00-24:00",
    "sun 23:30-23:30 except days",
    "mon,wed-thu,sat 00:00-00:30 sun 23:30-24:00",
    "thu 00:10-00:20",
    "daily 00:00-24:00 except days",
    "daily 12:00-11:59",
    "fri-mon 20:00-04:00 tue 03:00-03:01 except days except more",
];

#[test]
fn odd_hours_keep_to_the_definition() {
    // Holidays on, before and after the changes; a leap day; one day that two calendars name.
    let calendars = [
        (
            "days".to_owned(),
            "yearly 12-25 2026-03-29 2026-03-30 yearly 02-29 2011-12-29 2011-12-31 2026-10-25 2018-11-03 2018-11-04 \
             yearly 10-04 yearly 12-31 yearly 01-01"
                .to_owned(),
        ),
        ("more".to_owned(), "2026-03-08 yearly 10-24 yearly 12-31 2026-11-01".to_owned()),
    ];
    for body in ODD.iter().filter(|body| !body.contains("23:30-23:30")) {
        let oracle = Oracle::of(&calendars, "open", body);
        for (zone, around) in clocks::CHANGES {
            compare(zone, &oracle, around);
        }
        for around in ["2028-02-29T12:00:00Z", "2027-01-01T00:00:00Z", "2026-12-25T23:00:00Z"] {
            compare("America/Sao_Paulo", &oracle, around);
        }
    }
}

#[test]
fn a_hold_that_cannot_end_within_a_week_needs_a_person() {
    let calendars = [("days".to_owned(), (1..=14).map(|day| format!("2026-06-{day:02} ")).collect::<String>())];
    let oracle = Oracle::of(&calendars, "open", "daily 09:00-10:00 except days");
    for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu"] {
        compare(zone, &oracle, "2026-05-31T12:00:00Z");
        compare(zone, &oracle, "2026-06-08T12:00:00Z");
    }
}

#[test]
fn hours_without_length_are_refused() {
    for body in ["mon 09:00-09:00", "mon 24:00-08:00", "mon 00:00-00:00", "mon 09:00-24:01", "mon 09:60-10:00"] {
        let compiled = common::compile(&format!("remit 1\nhours open {{ {body} }}"));
        assert_eq!(compiled.diagnostics[0].code, "R0104", "{body}");
    }
}

fn limit(window: Window) -> Limit {
    let at = Location { file: String::new(), line: 1, column: 1 };
    Limit { name: "l".to_owned(), count: 1, what: "replies".to_owned(), per: "contact".to_owned(), window, at }
}

#[test]
fn days_and_hours_are_counted_in_the_zone_of_the_policy() {
    let day = limit(Window::CalendarDay);
    let hours = |bucket: (i64, i64)| (bucket.1 - bucket.0) / 3_600_000;
    let bucket = day.bucket("Europe/Berlin", at("2026-03-03T10:00:00Z"));
    assert_eq!(bucket, (at("2026-03-02T23:00:00Z"), at("2026-03-03T23:00:00Z")));
    assert_eq!(hours(day.bucket("Europe/Berlin", at("2026-03-29T10:00:00Z"))), 23);
    assert_eq!(hours(day.bucket("Europe/Berlin", at("2026-10-25T10:00:00Z"))), 25);
    let hour = limit(Window::CalendarHour);
    // Kathmandu is 5:45 ahead: its full hours begin at a quarter past in UTC.
    let bucket = hour.bucket("Asia/Kathmandu", at("2026-03-03T10:20:00Z"));
    assert_eq!(bucket, (at("2026-03-03T10:15:00Z"), at("2026-03-03T11:15:00Z")));
    let ten = limit(Window::Millis(600_000));
    assert_eq!(ten.bucket("UTC", at("2026-03-03T10:09:59Z")), (at("2026-03-03T10:00:00Z"), at("2026-03-03T10:10:00Z")));
    assert_eq!(ten.bucket("Nowhere", -1), (-600_000, 0));
}

/// Newfoundland changed at one minute past midnight: the clock showed the day before again.
const MIDNIGHTS: [(&str, &str); 4] = [
    ("America/St_Johns", "2010-11-07T02:31:00Z"),
    ("America/St_Johns", "2010-03-14T03:31:00Z"),
    ("America/Goose_Bay", "2010-11-07T03:01:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
];

#[test]
fn buckets_are_what_the_wall_clock_says_minute_by_minute() {
    for (zone, around) in clocks::CHANGES.into_iter().chain(MIDNIGHTS) {
        let (day, hour) = (limit(Window::CalendarDay), limit(Window::CalendarHour));
        let start = at(around) - 3 * DAY;
        let minutes = 6 * 1440;
        let readings: Vec<Reading> = (0..minutes).map(|minute| clocks::read(zone, start + minute * MINUTE)).collect();
        // A day begins when the clock first shows it; being shown the day before again begins nothing.
        let (mut days, mut hours, mut highest) = (Vec::new(), Vec::new(), i64::MIN);
        for (minute, reading) in readings.iter().enumerate() {
            let date = reading.number().div_euclid(1440);
            let moment = start + minute as i64 * MINUTE;
            if date > highest {
                days.push(moment);
                highest = date;
            }
            let changed = clocks::offset(zone, moment) != clocks::offset(zone, moment - MINUTE);
            if reading.minute == 0 || changed {
                hours.push(moment);
            }
        }
        for (limit, starts) in [(&day, &days), (&hour, &hours)] {
            // The first bucket began before the window, the last ends after it.
            for pair in starts[1..].windows(2) {
                let (from, to) = (pair[0], pair[1]);
                for now in [from, from + 1, from + 59_999, (from + to) / 2, to - MINUTE, to - 1] {
                    let found = limit.bucket(zone, now);
                    let words = |(from, to)| (clocks::shown(zone, from), clocks::shown(zone, to));
                    assert_eq!(words(found), words((from, to)), "{:?} at {}", limit.window, clocks::shown(zone, now));
                    assert_eq!(found, (from, to));
                }
                for now in (from..to).step_by(7 * MINUTE as usize) {
                    assert_eq!(limit.bucket(zone, now), (from, to), "{zone} {:?}", limit.window);
                }
            }
        }
    }
}
