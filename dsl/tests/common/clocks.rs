//! A calendar of its own, so that the tests of hours and sweeps do not compute with what they test. Only the offset
//! between UTC and the wall clock comes from the time-zone database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

thread_local! {
    static ZONES: RefCell<BTreeMap<String, TimeZone>> = const { RefCell::new(BTreeMap::new()) };
}

/// Zones and moments around which their clocks change: both changes of every zone that a shipped policy names, and the
/// oddest of the world.
pub(crate) const CHANGES: [(&str, &str); 24] = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("Europe/Zurich", "2027-03-28T01:00:00Z"),
    ("Europe/Zurich", "2027-10-31T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("UTC", "2026-03-29T01:00:00Z"),
    // Half an hour.
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    // Two hours.
    ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
    ("Antarctica/Troll", "2026-10-25T01:00:00Z"),
    // 5:45 ahead, and 15 minutes more in 1986.
    ("Asia/Kathmandu", "2026-03-29T01:00:00Z"),
    ("Asia/Kathmandu", "1985-12-31T18:30:00Z"),
    // No Friday 2011-12-30; and the whole day 1892-07-04 twice.
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
    // Ramadan.
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Africa/Casablanca", "2026-03-22T02:00:00Z"),
    // No midnight, and midnight twice.
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    ("America/Asuncion", "2024-10-06T04:00:00Z"),
    ("America/Asuncion", "2024-03-24T03:00:00Z"),
    ("Asia/Beirut", "2026-03-28T22:00:00Z"),
    ("Asia/Beirut", "2026-10-24T21:00:00Z"),
    // Backwards by half an hour for ever.
    ("Asia/Pyongyang", "2015-08-14T15:00:00Z"),
];

/// What a clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    /// Monday is 0.
    pub(crate) weekday: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Reading {
    /// From the number of minutes since 1970-01-01 00:00 on the wall. Counts years and months one by one.
    pub(crate) fn of_number(minutes: i64) -> Self {
        let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
        let (mut year, mut left) = (1970, days);
        while left < 0 {
            year -= 1;
            left += 365 + i64::from(is_leap(year));
        }
        while left >= 365 + i64::from(is_leap(year)) {
            left -= 365 + i64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        while left >= length(year, month) {
            left -= length(year, month);
            month += 1;
        }
        // 1970-01-01 was a Thursday.
        Self { year, month, day: left + 1, weekday: (days + 3).rem_euclid(7), hour: minute / 60, minute: minute % 60 }
    }

    /// Minutes since 1970-01-01 00:00 on the wall.
    pub(crate) fn number(&self) -> i64 {
        let years: i64 = (1970..self.year).map(|year| 365 + i64::from(is_leap(year))).sum();
        let before: i64 = (self.year..1970).map(|year| 365 + i64::from(is_leap(year))).sum();
        let months: i64 = (1..self.month).map(|month| length(self.year, month)).sum();
        (years - before + months + self.day - 1) * 1440 + self.hour * 60 + self.minute
    }
}

/// Seconds that the wall clock is ahead of UTC.
pub(crate) fn offset(zone: &str, ms: i64) -> i64 {
    ZONES.with_borrow_mut(|zones| {
        let zone = zones.entry(zone.to_owned()).or_insert_with(|| TimeZoneDatabase::bundled().get(zone).unwrap());
        i64::from(zone.to_offset(Timestamp::from_millisecond(ms).unwrap()).seconds())
    })
}

/// What the wall clock shows at this moment, in minutes since 1970-01-01 00:00 on the wall.
pub(crate) fn number(zone: &str, ms: i64) -> i64 {
    (ms.div_euclid(1000) + offset(zone, ms)).div_euclid(60)
}

/// What the wall clock shows at this moment.
pub(crate) fn read(zone: &str, ms: i64) -> Reading {
    Reading::of_number(number(zone, ms))
}

/// For messages: `2026-03-29 03:00+2`.
pub(crate) fn shown(zone: &str, ms: i64) -> String {
    let at = read(zone, ms);
    let hours = offset(zone, ms) as f64 / 3600.0;
    format!("{:04}-{:02}-{:02} {:02}:{:02}{hours:+}", at.year, at.month, at.day, at.hour, at.minute)
}
