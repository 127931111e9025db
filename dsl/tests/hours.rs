//! Hours, holds and counting buckets, over both clock changes, against an oracle that counts minutes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{at, policy, quiet};
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, Zoned};
use remit_dsl::{Limit, Location, Outcome, Policy, Window};

const MINUTE: i64 = 60_000;

fn zoned(zone: &str, ms: i64) -> Zoned {
    Timestamp::from_millisecond(ms).unwrap().to_zoned(TimeZoneDatabase::bundled().get(zone).unwrap())
}

/// A policy whose only restriction is to wait for the hours.
fn waiting(zone: &str, hours: &str) -> Policy {
    policy(&format!(
        "timezone \"{zone}\"\nautonomy full\nintent a {{ reply send }}\ncalendar days {{ yearly 12-25  2026-03-30  yearly 02-29 }}\n\
         hours open {{ {hours} }}\nguard wait: hold until open when outside open"
    ))
}

/// Walks minute by minute, and compares the wall clock with what the policy says.
fn compare(zone: &str, hours: &str, from: &str, days: i64, inside: impl Fn(&Zoned) -> bool) {
    let policy = waiting(zone, hours);
    let start = at(from);
    let total = days * 1440;
    let opens: Vec<bool> = (0..total).map(|minute| inside(&zoned(zone, start + minute * MINUTE))).collect();
    for minute in (0..total - 3 * 1440).step_by(7) {
        let mut facts = quiet("a", 0.9);
        facts.now_ms = start + minute * MINUTE;
        let verdict = policy.decide(&facts);
        let next = (minute..total).find(|next| opens[*next as usize]);
        let shown = zoned(zone, facts.now_ms);
        match next {
            Some(next) if next == minute => assert_eq!(verdict.outcome, Outcome::Send, "{shown}"),
            Some(next) => {
                let until = verdict.hold_until_ms.map(|ms| zoned(zone, ms));
                assert_eq!(until, Some(zoned(zone, start + next * MINUTE)), "asked at {shown}");
            }
            None => {}
        }
    }
}

fn between(at: &Zoned, from: (i8, i8), to: (i8, i8)) -> bool {
    let now = (at.hour(), at.minute());
    from <= now && now < to
}

#[test]
fn hours_are_right_when_the_clock_goes_forward() {
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    compare("Europe/Berlin", "daily 02:30-04:00", "2026-03-27T00:00:00Z", 6, |at| between(at, (2, 30), (4, 0)));
    compare("Europe/Berlin", "daily 02:15-02:45  except days", "2026-03-27T00:00:00Z", 8, |at| {
        between(at, (2, 15), (2, 45)) && at.date() != jiff::civil::date(2026, 3, 30)
    });
}

#[test]
fn hours_are_right_when_the_clock_goes_back() {
    // New York, 2026-11-01: 02:00 becomes 01:00, so 01:00 to 02:00 happens twice.
    compare("America/New_York", "daily 01:30-01:45", "2026-10-30T00:00:00Z", 6, |at| between(at, (1, 30), (1, 45)));
    compare("America/New_York", "daily 21:00-01:30", "2026-10-30T00:00:00Z", 6, |at| {
        between(at, (21, 0), (24, 0)) || between(at, (0, 0), (1, 30))
    });
}

#[test]
fn working_days_holidays_and_the_turn_of_the_year() {
    let weekday = |at: &Zoned| at.weekday().to_monday_zero_offset() < 5;
    let christmas = |at: &Zoned| (at.month(), at.day()) == (12, 25);
    compare("Europe/Zurich", "mon-fri 09:00-18:00  except days", "2026-12-22T00:00:00Z", 14, |at| {
        weekday(at) && !christmas(at) && between(at, (9, 0), (18, 0))
    });
    // A leap day that is a holiday every four years.
    compare("UTC", "daily 09:00-10:00  except days", "2028-02-27T00:00:00Z", 7, |at| {
        (at.month(), at.day()) != (2, 29) && between(at, (9, 0), (10, 0))
    });
    // An overnight interval belongs to the day it starts on.
    compare("UTC", "fri 22:00-06:00", "2026-03-02T00:00:00Z", 14, |at| {
        let day = at.weekday().to_monday_zero_offset();
        (day == 4 && at.hour() >= 22) || (day == 5 && at.hour() < 6)
    });
    compare("UTC", "mon 00:00-24:00", "2026-03-01T00:00:00Z", 12, |at| at.weekday().to_monday_zero_offset() == 0);
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

#[test]
fn buckets_follow_each_other_without_gap_or_overlap() {
    for window in [Window::CalendarDay, Window::CalendarHour, Window::Millis(7_200_000)] {
        for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"] {
            let limit = limit(window);
            let mut at_ms = at("2026-03-01T00:00:00Z");
            while at_ms < at("2026-04-10T00:00:00Z") {
                let (start, end) = limit.bucket(zone, at_ms);
                assert!(start <= at_ms && at_ms < end, "{zone} {window:?}");
                assert_eq!(limit.bucket(zone, start), (start, end), "{zone} {window:?}");
                assert_eq!(limit.bucket(zone, end - 1), (start, end), "{zone} {window:?}");
                assert_eq!(limit.bucket(zone, end).0, end, "{zone} {window:?}");
                at_ms = end;
            }
        }
    }
}
