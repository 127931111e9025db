//! Opening hours as weekly intervals of wall-clock time, with calendars of days that do not count.
//!
//! A moment is inside when its wall-clock reading in the policy's zone is. So when the clock goes back an interval may
//! be entered twice, and when it goes forward the skipped readings simply do not happen.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use crate::policy::{Limit, Window};

/// How far ahead an opening is looked for: longer than a hold may last.
const HORIZON_DAYS: i32 = 9;

/// A zone of the bundled IANA database; the machine's own database is never read.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holiday {
    Yearly { month: i8, day: i8 },
    Date { year: i16, month: i8, day: i8 },
}

impl Holiday {
    pub(crate) fn covers(self, date: Date) -> bool {
        match self {
            Self::Yearly { month, day } => date.month() == month && date.day() == day,
            Self::Date { year, month, day } => (date.year(), date.month(), date.day()) == (year, month, day),
        }
    }
}

/// Minutes from the midnight that starts a weekday; `to` may pass 1440, into the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    /// Monday is 0.
    pub(crate) day: i8,
    pub(crate) from: i32,
    pub(crate) to: i32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Hours {
    pub(crate) name: String,
    pub(crate) intervals: Vec<Interval>,
    pub(crate) except: Vec<Holiday>,
}

/// The wall-clock time of a moment; moments outside the years that can be written are clamped to 1970.
pub(crate) fn wall_clock(zone: &TimeZone, ms: i64) -> DateTime {
    zone.to_datetime(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH))
}

impl Hours {
    /// Whether this wall-clock time is inside. An interval that passes midnight belongs to the day it starts on.
    pub(crate) fn contains(&self, at: DateTime) -> bool {
        let minute = i32::from(at.hour()) * 60 + i32::from(at.minute());
        self.open_on(at.date(), minute) || at.date().yesterday().is_ok_and(|date| self.open_on(date, minute + 1440))
    }

    fn open_on(&self, date: Date, minute: i32) -> bool {
        let weekday = date.weekday().to_monday_zero_offset();
        self.intervals.iter().any(|open| open.day == weekday && (open.from..open.to).contains(&minute))
            && !self.except.iter().any(|holiday| holiday.covers(date))
    }

    /// The first moment at or after `from_ms` that is inside; `None` when there is none within nine days.
    pub(crate) fn next_inside(&self, zone: &TimeZone, from_ms: i64) -> Option<i64> {
        let now = wall_clock(zone, from_ms);
        if self.contains(now) {
            return Some(from_ms);
        }
        let mut candidates: Vec<Timestamp> = Vec::new();
        let mut date = now.date().yesterday().ok()?;
        for _ in 0..=HORIZON_DAYS + 1 {
            let weekday = date.weekday().to_monday_zero_offset();
            for open in self.intervals.iter().filter(|open| open.day == weekday) {
                let start =
                    date.to_datetime(jiff::civil::Time::midnight()) + SignedDuration::from_mins(i64::from(open.from));
                moments(zone, start, &mut candidates);
            }
            date = date.tomorrow().ok()?;
        }
        // A clock change can jump into an interval, or back into one.
        let from = Timestamp::from_millisecond(from_ms).ok()?;
        let horizon = SignedDuration::from_hours(24 * i64::from(HORIZON_DAYS));
        let end = from.checked_add(horizon).ok()?;
        candidates
            .extend(zone.following(from).map(|change| change.timestamp()).take_while(|change| *change <= end).take(4));
        candidates
            .into_iter()
            .map(Timestamp::as_millisecond)
            .filter(|ms| *ms >= from_ms && self.contains(wall_clock(zone, *ms)))
            .min()
    }
}

/// Every moment with this wall-clock reading: none, one or two.
fn moments(zone: &TimeZone, at: DateTime, into: &mut Vec<Timestamp>) {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => into.extend(offset.to_timestamp(at).ok()),
        AmbiguousOffset::Gap { .. } => {}
        AmbiguousOffset::Fold { before, after } => {
            into.extend(before.to_timestamp(at).ok());
            into.extend(after.to_timestamp(at).ok());
        }
    }
}

/// The wall-clock time in UTC milliseconds. In a gap the moment after it, in a fold the first of the two.
pub(crate) fn moment(zone: &TimeZone, at: DateTime) -> Option<i64> {
    zone.to_ambiguous_timestamp(at).compatible().ok().map(Timestamp::as_millisecond)
}

impl Limit {
    /// The counting bucket that `now_ms` falls in, in the policy's zone: (start, end) in milliseconds since 1970 UTC,
    /// the end being outside. An unknown zone counts as UTC.
    ///
    /// A day begins when the clock first shows it, and lasts 23 or 25 hours when the clock changes; an hour of the wall clock always lasts an hour or what the
    /// change leaves of it.
    pub fn bucket(&self, timezone: &str, now_ms: i64) -> (i64, i64) {
        let zone = zone(timezone).unwrap_or(TimeZone::UTC);
        match self.window {
            Window::Millis(length) => {
                let length = length.max(1);
                let start = now_ms.div_euclid(length).saturating_mul(length);
                (start, start.saturating_add(length))
            }
            Window::CalendarDay => day_bucket(&zone, now_ms).unwrap_or_else(|| slice(now_ms, 86_400_000)),
            Window::CalendarHour => hour_bucket(&zone, now_ms).unwrap_or_else(|| slice(now_ms, 3_600_000)),
        }
    }
}

fn slice(now_ms: i64, length: i64) -> (i64, i64) {
    let start = now_ms.div_euclid(length).saturating_mul(length);
    (start, start.saturating_add(length))
}

fn day_bucket(zone: &TimeZone, now_ms: i64) -> Option<(i64, i64)> {
    let date = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(zone.clone()).date();
    let start_of =
        |date: Date| Some(date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp().as_millisecond());
    let tomorrow = date.tomorrow().ok()?;
    let (start, end) = (start_of(date)?, start_of(tomorrow)?);
    // Where the clock goes back over midnight the old day is shown again, after the new one has begun.
    if now_ms < end { Some((start, end)) } else { Some((end, start_of(tomorrow.tomorrow().ok()?)?)) }
}

/// Full hours of the wall clock, cut where the offset changes.
fn hour_bucket(zone: &TimeZone, now_ms: i64) -> Option<(i64, i64)> {
    let now = Timestamp::from_millisecond(now_ms).ok()?;
    let offset_ms = i64::from(zone.to_offset(now).seconds()) * 1000;
    let (start, end) = slice(now_ms.checked_add(offset_ms)?, 3_600_000);
    let (mut start, mut end) = (start - offset_ms, end - offset_ms);
    // `preceding` leaves out a change at the very moment it is asked about.
    let after = now.checked_add(SignedDuration::from_millis(1)).ok()?;
    if let Some(change) = zone.preceding(after).next() {
        start = start.max(change.timestamp().as_millisecond());
    }
    if let Some(change) = zone.following(now).next() {
        end = end.min(change.timestamp().as_millisecond());
    }
    Some((start, end))
}
