//! Wall-clock time from tables: what `hours.rs` says, for the years 1970 to 2100, without calendar arithmetic.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::hours::{Holiday, Hours, wall_clock};

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// 1 January 2100, in milliseconds since 1970.
const END_MS: i64 = 4_102_444_800_000;
/// Near either end of the table the plain path is taken: a release is looked for some days ahead.
const MARGIN_MS: i64 = 20 * DAY_MS;
/// The first year with a holiday table, and its first day, counted from 1970-01-01.
const FIRST_YEAR: i16 = 1969;
const FIRST_DAY: i64 = -365;
/// Days from the day before, to the last one that an opening is looked for on. See `hours.rs`.
const DAYS_LOOKED_AT: i64 = 11;
const HORIZON_MS: i64 = 9 * DAY_MS;
/// About 99 days: in no bucket are more than a few changes of a clock.
const BUCKET_BITS: u32 = 33;

/// The offsets of a zone from 1970 to 2100.
#[derive(Debug)]
pub(crate) struct Clock {
    /// When an offset begins; the first one always has.
    starts: Vec<i64>,
    offsets_ms: Vec<i64>,
    /// The offset in force at the start of each bucket of time.
    buckets: Vec<u32>,
}

/// A time that the tables know, as the wall clock shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Days since 1970-01-01.
    day: i64,
    /// Minute of the week, Monday 00:00 being 0.
    minute: usize,
}

impl Clock {
    pub(crate) fn new(zone: &TimeZone) -> Self {
        let offset = |seconds: i32| i64::from(seconds) * 1000;
        let mut starts = vec![i64::MIN];
        let mut offsets_ms = vec![offset(zone.to_offset(Timestamp::UNIX_EPOCH).seconds())];
        for change in zone.following(Timestamp::UNIX_EPOCH) {
            let at = change.timestamp().as_millisecond();
            if at >= END_MS {
                break;
            }
            starts.push(at);
            offsets_ms.push(offset(change.offset().seconds()));
        }
        let bucket = |number: i64| {
            let start = number << BUCKET_BITS;
            starts.partition_point(|change| *change <= start).saturating_sub(1) as u32
        };
        let buckets = (0..=END_MS >> BUCKET_BITS).map(bucket).collect();
        Self { starts, offsets_ms, buckets }
    }

    /// The number of the offset in force; `None` outside the table.
    fn segment(&self, ms: i64) -> Option<usize> {
        if !(0..END_MS).contains(&ms) {
            return None;
        }
        let mut segment = *self.buckets.get((ms >> BUCKET_BITS) as usize)? as usize;
        while self.starts.get(segment + 1).is_some_and(|next| *next <= ms) {
            segment += 1;
        }
        Some(segment)
    }

    pub(crate) fn read(&self, ms: i64) -> Option<Reading> {
        let local = ms + self.offsets_ms.get(self.segment(ms)?)?;
        let day = local.div_euclid(DAY_MS);
        let minute = local.rem_euclid(DAY_MS) / MINUTE_MS;
        Some(Reading { day, minute: (weekday(day) * 1440 + minute) as usize })
    }

    /// Every moment at which the wall clock shows this reading, in milliseconds of a clock without offset.
    fn moments(&self, local: i64, mut each: impl FnMut(i64)) {
        let (Some(first), Some(last)) = (self.segment(local - 2 * DAY_MS), self.segment(local + 2 * DAY_MS)) else {
            return;
        };
        for segment in first..=last {
            let Some(offset) = self.offsets_ms.get(segment) else { continue };
            let moment = local - offset;
            let begun = self.starts.get(segment).is_some_and(|start| *start <= moment);
            let over = self.starts.get(segment + 1).is_some_and(|end| *end <= moment);
            if begun && !over {
                each(moment);
            }
        }
    }
}

/// Monday is 0. The first day of 1970 was a Thursday.
const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// One `hours` block as tables.
#[derive(Debug)]
pub(crate) struct Week {
    plain: Hours,
    /// For each minute of the week: open by an interval of the same day; open by one of the day before.
    own: Vec<u64>,
    spilled: Vec<u64>,
    /// Days that do not count; empty when there are none.
    closed: Vec<u64>,
    /// Openings by weekday, as minutes since midnight, from the earliest.
    starts: [Vec<i64>; 7],
}

fn is_set(bits: &[u64], at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

fn set(bits: &mut [u64], at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

impl Week {
    pub(crate) fn new(hours: &Hours) -> Self {
        let words = (7_usize * 1440).div_ceil(64);
        let (mut own, mut spilled) = (vec![0; words], vec![0; words]);
        let mut starts: [Vec<i64>; 7] = Default::default();
        for open in &hours.intervals {
            let day = i32::from(open.day);
            for minute in open.from..open.to {
                match minute < 1440 {
                    true => set(&mut own, (day * 1440 + minute) as usize),
                    false => set(&mut spilled, ((day + 1) % 7 * 1440 + minute - 1440) as usize),
                }
            }
            if let Some(starts) = starts.get_mut(day as usize) {
                starts.push(i64::from(open.from));
            }
        }
        starts.iter_mut().for_each(|starts| starts.sort_unstable());
        Self { plain: hours.clone(), own, spilled, closed: closed_days(&hours.except), starts }
    }

    fn is_closed(&self, day: i64) -> bool {
        usize::try_from(day - FIRST_DAY).is_ok_and(|day| is_set(&self.closed, day))
    }

    pub(crate) fn contains(&self, at: Reading) -> bool {
        is_set(&self.own, at.minute) && !self.is_closed(at.day)
            || is_set(&self.spilled, at.minute) && !self.is_closed(at.day - 1)
    }

    /// Whether this moment is inside; outside the tables as the plain definition says.
    pub(crate) fn contains_moment(&self, zone: &TimeZone, clock: &Clock, ms: i64, reading: Option<Reading>) -> bool {
        match reading.or_else(|| clock.read(ms)) {
            Some(reading) => self.contains(reading),
            None => self.plain.contains(wall_clock(zone, ms)),
        }
    }

    /// The first moment at or after `from_ms` that is inside; `None` when there is none within nine days.
    pub(crate) fn next_inside(&self, zone: &TimeZone, clock: &Clock, from_ms: i64) -> Option<i64> {
        let safe = (MARGIN_MS..END_MS - MARGIN_MS).contains(&from_ms);
        let Some(now) = clock.read(from_ms).filter(|_| safe) else {
            return self.plain.next_inside(zone, from_ms);
        };
        if self.contains(now) {
            return Some(from_ms);
        }
        // With one offset all along, openings in the order of days are openings in the order of time.
        let steady = clock.segment(from_ms - 3 * DAY_MS) == clock.segment(from_ms + 13 * DAY_MS);
        let inside = |ms: i64| ms >= from_ms && clock.read(ms).is_some_and(|reading| self.contains(reading));
        let mut earliest: Option<i64> = None;
        let mut consider = |ms: i64| {
            if inside(ms) {
                earliest = Some(earliest.map_or(ms, |earliest| earliest.min(ms)));
            }
            earliest.is_some()
        };
        for day in now.day - 1..now.day - 1 + DAYS_LOOKED_AT {
            for start in self.starts.get(weekday(day) as usize).into_iter().flatten() {
                let local = day * DAY_MS + start * MINUTE_MS;
                let mut found = false;
                clock.moments(local, |ms| found |= consider(ms));
                if steady && found {
                    return earliest;
                }
            }
        }
        if !steady {
            // A clock change can jump into an interval, or back into one.
            let after = clock.starts.partition_point(|change| *change <= from_ms);
            let changes = clock.starts.get(after..).unwrap_or_default().iter();
            changes.take_while(|change| **change <= from_ms + HORIZON_MS).take(4).for_each(|change| {
                consider(*change);
            });
        }
        earliest
    }
}

/// The days that do not count, from [`FIRST_DAY`] on, as bits.
fn closed_days(holidays: &[Holiday]) -> Vec<u64> {
    if holidays.is_empty() {
        return Vec::new();
    }
    let mut closed = vec![0; (133 * 366_usize).div_ceil(64)];
    let mut close = |date: Result<Date, jiff::Error>| {
        let number = date.ok().map(|date| days_since_1970(date) - FIRST_DAY).and_then(|day| usize::try_from(day).ok());
        number.into_iter().for_each(|day| set(&mut closed, day));
    };
    for holiday in holidays {
        match *holiday {
            Holiday::Date { year, month, day } => close(Date::new(year, month, day)),
            Holiday::Yearly { month, day } => {
                (FIRST_YEAR..=2100).for_each(|year| close(Date::new(year, month, day)));
            }
        }
    }
    closed
}

fn days_since_1970(date: Date) -> i64 {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let since: SignedDuration = midnight.duration_since(Date::constant(1970, 1, 1).at(0, 0, 0, 0));
    since.as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::{Clock, END_MS, MARGIN_MS, MINUTE_MS, Week};
    use crate::hours::{Holiday, Hours, Interval, wall_clock, zone};

    fn weeks() -> Vec<Hours> {
        let every = |from, to| (0..7).map(move |day| Interval { day, from, to });
        let except = vec![
            Holiday::Yearly { month: 12, day: 25 },
            Holiday::Yearly { month: 1, day: 1 },
            Holiday::Yearly { month: 2, day: 29 },
            Holiday::Date { year: 2026, month: 3, day: 29 },
        ];
        let name = String::new;
        vec![
            Hours { name: name(), intervals: every(1260, 1920).collect(), except: except.clone() },
            Hours { name: name(), intervals: every(540, 1080).take(5).collect(), except: except.clone() },
            Hours { name: name(), intervals: every(150, 165).chain(every(60, 75)).collect(), except: Vec::new() },
            Hours { name: name(), intervals: vec![Interval { day: 6, from: 0, to: 1440 }], except },
            Hours { name: name(), intervals: vec![Interval { day: 2, from: 1439, to: 2878 }], except: Vec::new() },
            Hours::default(),
        ]
    }

    /// Around every change of the clock for some years, and on odd moments over the whole table and beyond it.
    #[test]
    fn the_tables_say_what_the_definition_says() {
        let mut seed = 7_u64;
        let mut dice = move |below: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 20) as i64) % below
        };
        let names = [
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Asia/Kathmandu",
            "Africa/Casablanca",
            "America/St_Johns",
            "Antarctica/Troll",
            "Africa/Monrovia",
            "Asia/Gaza",
        ];
        let mut compared = 0;
        for name in names {
            let zone = zone(name).unwrap();
            let clock = Clock::new(&zone);
            let mut times: Vec<i64> = (0..800).map(|_| dice(END_MS + 4 * MARGIN_MS) - 2 * MARGIN_MS).collect();
            times.extend([i64::MIN, -1, 0, 1, END_MS - 1, END_MS, i64::MAX]);
            for start in clock.starts.iter().skip(1).take(90).step_by(2).chain(clock.starts.iter().rev().take(6)) {
                let around = [-1, 0, 1, dice(10_000_000), -dice(10_000_000), -dice(900_000_000), dice(100_000_000)];
                times.extend(around.iter().map(|ms| start.saturating_add(*ms)));
            }
            for hours in weeks() {
                let week = Week::new(&hours);
                for ms in &times {
                    let at = |ms: i64| hours.contains(wall_clock(&zone, ms));
                    assert_eq!(week.contains_moment(&zone, &clock, *ms, None), at(*ms), "{name} {ms} {hours:?}");
                    let next = week.next_inside(&zone, &clock, *ms);
                    assert_eq!(next, hours.next_inside(&zone, *ms), "{name} {ms} {hours:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 50_000 && MINUTE_MS > 0, "{compared}");
    }
}
