//! When sweeps are due, over clock changes of every kind, against an oracle that looks at every minute.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{at, clocks, compile, policy};
use remit_dsl::{Severity, Sweep};

const MINUTE: i64 = 60_000;

fn sweep(zone: &str, cron: &str) -> Sweep {
    let policy = policy(&format!("timezone \"{zone}\"\nsweep s: expire_approvals cron \"{cron}\""));
    let [sweep] = policy.sweeps() else { panic!("one sweep") };
    sweep.clone()
}

/// Whether a field, written for the oracle as plain text, has a value. It knows lists, ranges, steps and `*`.
fn has(field: &str, value: i64, names: &[&str]) -> bool {
    let number = |word: &str| match names.iter().position(|name| *name == word) {
        Some(place) => place as i64,
        None => word.parse::<i64>().unwrap(),
    };
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').map_or((part, 1), |(range, step)| (range, step.parse().unwrap()));
        let (low, high) = match range.split_once('-') {
            Some((low, high)) => (number(low), number(high)),
            None if range == "*" => (if names.is_empty() { 0 } else { number(names[0]) }, 99),
            None => (number(range), number(range)),
        };
        if low > high {
            let week = names.len() as i64;
            return (low..=high + week).step_by(step).any(|day| day % week == value);
        }
        (low..=high).step_by(step).any(|one| one == value)
    })
}

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

fn is_due(cron: &str, reading: &clocks::Reading) -> bool {
    let fields: Vec<&str> = cron.split(' ').collect();
    let months: Vec<&str> = "- jan feb mar apr may jun jul aug sep oct nov dec".split(' ').collect();
    // A step over days or months counts from one.
    let day = if let Some(step) = fields[2].strip_prefix("*/") { format!("1-31/{step}") } else { fields[2].to_owned() };
    let month = if fields[3] == "*" { "1-12" } else { fields[3] };
    has(fields[0], reading.minute, &[])
        && has(fields[1], reading.hour, &[])
        && (day == "*" || has(&day, reading.day, &[]))
        && has(month, reading.month, &months)
        && has(fields[4], (reading.weekday + 1) % 7, &DAYS)
}

/// Every moment at which the sweep is due, by looking at every minute.
fn oracle(zone: &str, cron: &str, from: i64, to: i64) -> Vec<i64> {
    let every_hour = cron.split(' ').nth(1) == Some("*");
    let mut due = Vec::new();
    // The highest reading so far: with fixed hours, what was read before is past. It starts a day early.
    let mut highest = i64::MIN;
    let mut moment = from - 3 * 1440 * MINUTE;
    while moment < to {
        let number = clocks::number(zone, moment);
        let jumped_over = || (highest + 1..=number).any(|minute| is_due(cron, &clocks::Reading::of_number(minute)));
        let is = if every_hour {
            is_due(cron, &clocks::Reading::of_number(number))
        } else if highest == i64::MIN || number <= highest {
            false
        } else {
            jumped_over()
        };
        highest = highest.max(number);
        if is && moment >= from {
            due.push(moment);
        }
        moment += MINUTE;
    }
    due
}

fn compare(zone: &str, cron: &str, around: &str, days: i64) -> usize {
    let sweep = sweep(zone, cron);
    let (from, to) = (at(around) - days * 1440 * MINUTE, at(around) + days * 1440 * MINUTE);
    let wanted = oracle(zone, cron, from, to);
    // From one to the next, and then asked at odd moments.
    let mut now = from - 1;
    for due in &wanted {
        let next = sweep.next_after(now).unwrap();
        assert_eq!(next, *due, "{zone} `{cron}` after {}", clocks::shown(zone, now));
        now = *due;
    }
    let mut now = from;
    while now < to - 1440 * MINUTE {
        let Some(due) = wanted.iter().find(|due| **due > now) else { break };
        assert_eq!(sweep.next_after(now), Some(*due), "{zone} `{cron}` after {}", clocks::shown(zone, now));
        now += 37 * MINUTE + 12_345;
    }
    wanted.len()
}

const CRONS: [&str; 12] = [
    "*/15 * * * *",
    "0 * * * *",
    "30 2 * * *",
    "0 2,3 * * *",
    "*/20 0-4 * * *",
    "59 23 * * *",
    "0 0 * * *",
    "15 1 * * mon-fri",
    "45 */2 * * sun,sat",
    "0 12 * * fri-mon",
    "10 0 1,15,28,29,30,31 * *",
    "*/30 1-2 */2 mar-apr,oct-nov *",
];

#[test]
fn sweeps_are_due_when_the_definition_says_so() {
    let mut count = 0;
    for (zone, around) in clocks::CHANGES {
        for cron in CRONS {
            count += compare(zone, cron, around, 4);
        }
    }
    assert!(count > 5_000, "{count}");
}

#[test]
fn leap_days_and_the_turn_of_the_year() {
    for around in ["2028-02-29T00:00:00Z", "2026-12-31T23:00:00Z", "2100-02-28T00:00:00Z"] {
        for cron in CRONS {
            if around < "2100" {
                compare("Europe/Berlin", cron, around, 3);
            }
        }
    }
    let leap = sweep("UTC", "0 0 29 feb *");
    assert_eq!(leap.next_after(at("2026-03-03T00:00:00Z")), Some(at("2028-02-29T00:00:00Z")));
    assert_eq!(leap.next_after(at("2028-02-29T00:00:00Z")), Some(at("2032-02-29T00:00:00Z")));
    assert_eq!(leap.next_after(at("2096-02-29T00:00:00Z")), None);
    let first = sweep("Pacific/Auckland", "0 0 1 jan *");
    assert_eq!(first.next_after(at("2026-03-03T00:00:00Z")), Some(at("2026-12-31T11:00:00Z")));
}

#[test]
fn the_two_changes_in_words() {
    let berlin = |cron: &str, now: &str| {
        clocks::shown("Europe/Berlin", sweep("Europe/Berlin", cron).next_after(at(now)).unwrap())
    };
    // 2026-03-29: 02:00 becomes 03:00. What stood at 02:30 is due at 03:00; what is due every hour loses nothing.
    assert_eq!(berlin("30 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-29 03:00+2");
    assert_eq!(berlin("30 2 * * *", "2026-03-29T01:00:00Z"), "2026-03-30 02:30+2");
    assert_eq!(berlin("30 * * * *", "2026-03-29T00:30:00Z"), "2026-03-29 03:30+2");
    // 2026-10-25: 03:00 becomes 02:00. What stands at 02:30 is due once, what is due every quarter of an hour stays so.
    assert_eq!(berlin("30 2 * * *", "2026-10-24T12:00:00Z"), "2026-10-25 02:30+2");
    assert_eq!(berlin("30 2 * * *", "2026-10-25T00:30:00Z"), "2026-10-26 02:30+1");
    assert_eq!(berlin("*/15 * * * *", "2026-10-25T00:45:00Z"), "2026-10-25 02:00+1");
    assert_eq!(berlin("*/15 * * * *", "2026-10-25T01:00:00Z"), "2026-10-25 02:15+1");
}

#[test]
fn moments_without_sense_do_no_harm() {
    for cron in ["*/15 * * * *", "30 2 * * *"] {
        for zone in ["UTC", "Europe/Berlin", "Antarctica/Troll"] {
            let sweep = sweep(zone, cron);
            for now in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX, 253_402_300_799_000, -62_135_596_800_000]
            {
                if let Some(next) = sweep.next_after(now) {
                    assert!(next > now, "{zone} {cron} {now}");
                }
            }
        }
    }
}

#[test]
fn sweeps_say_what_was_written_and_what_it_became() {
    let policy = policy(
        "timezone \"Asia/Kathmandu\"\nsweep a: expire_approvals cron \"0  8 * * fri-mon\"\nsweep b: expire_approvals cron \"5 4 * * *\"",
    );
    let [first, second] = policy.sweeps() else { panic!("two sweeps") };
    assert_eq!((first.name.as_str(), first.job.as_str()), ("a", "expire_approvals"));
    assert_eq!((first.cron.as_str(), first.expression.as_str()), ("0  8 * * fri-mon", "0 0 8 * * sun,mon,fri,sat *"));
    assert_eq!((first.timezone.as_str(), first.at.line, second.at.line), ("Asia/Kathmandu", 3, 4));
    for bad in ["0 0 1 * mon", "5/10 * * * *", "0 0 31 jun *"] {
        let compiled = compile(&format!("remit 1\nsweep s: expire_approvals cron \"{bad}\""));
        let codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["R0107"], "{bad}");
        assert_eq!(compiled.diagnostics[0].severity, Severity::Error);
    }
}

#[test]
fn the_clocks_do_change_where_the_tests_look() {
    for (zone, around) in clocks::CHANGES {
        let hours = (-4 * 24)..(4 * 24);
        let offsets: std::collections::BTreeSet<i64> =
            hours.map(|hour| clocks::offset(zone, at(around) + hour * 60 * MINUTE)).collect();
        let still = zone == "UTC" || (zone == "Asia/Kathmandu" && around.starts_with("2026"));
        assert_eq!(offsets.len(), if still { 1 } else { 2 }, "{zone} {around}");
    }
}
