//! Time, cut into the moments that hours can tell apart.
//!
//! Whether a moment is inside hours depends on the minute of the week, on whether its day is a holiday, and on whether
//! the day before was one. So the moments of one ordinary week, and of every day that a calendar names and the day
//! after it, show every combination that exists. Days of every year count in each year of a whole cycle of the
//! calendar: each of them falls on each weekday there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::tz::TimeZone;

use crate::hours::{Holiday, Hours, moment, wall_clock};

/// A whole cycle of weekdays and leap years.
const YEARS: std::ops::Range<i16> = 2024..2052;
const WEEK_MINUTES: i64 = 7 * 1440;
const WEEK_MS: i64 = WEEK_MINUTES * 60_000;
/// More than any change of the clock.
const CLOCK_CHANGE_MINUTES: i64 = 180;

/// Hours that some rule asks about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) hours: &'a Hours,
    pub(crate) zone: &'a TimeZone,
    /// Some rule holds a reply until these hours begin.
    pub(crate) awaited: bool,
}

/// A moment that stands for all moments alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) now_ms: i64,
    /// For each of the hours asked about: whether the moment is inside.
    pub(crate) during: Vec<bool>,
    /// For each of the hours asked about: a hold until they begin would be longer than a hold may be.
    pub(crate) far: Vec<bool>,
}

/// One moment of each kind. The first is the quiet one: a Tuesday morning, as inline tests have it.
pub(crate) fn moments(quiet_zone: &TimeZone, asked: &[Asked<'_>]) -> Vec<Moment> {
    let mut zones: Vec<&TimeZone> = Vec::new();
    for one in asked {
        if !zones.contains(&one.zone) {
            zones.push(one.zone);
        }
    }
    let mut found = Found { asked, known: BTreeSet::new(), moments: Vec::new(), far: vec![false; asked.len()] };
    let quiet = moment(quiet_zone, date(2026, 3, 3).at(10, 0, 0, 0));
    let gaps: Vec<Vec<Date>> = asked.iter().map(|one| if one.awaited { far_days(one.hours) } else { vec![] }).collect();
    found.far = asked.iter().zip(&gaps).map(|(one, days)| !days.is_empty() || one.hours.intervals.is_empty()).collect();
    found.add(quiet.unwrap_or(0));
    for zone in &zones {
        let here: Vec<&Hours> = asked.iter().filter(|one| one.zone == *zone).map(|one| one.hours).collect();
        let minutes = boundaries(&here);
        let mut days = special_days(&here);
        days.extend(ordinary_days(&here));
        if zones.len() > 1 {
            // Two zones are apart by different times in summer, in winter, and in the weeks between their changes.
            let weeks = [(1, 12), (3, 12), (3, 20), (4, 1), (7, 6), (10, 5), (10, 27), (11, 4), (11, 16)];
            days.extend(weeks.iter().flat_map(|(month, day)| following(date(2026, *month, *day), 7)));
        }
        let mut seen = BTreeSet::new();
        for day in days {
            // In one zone, days with the same openings today and yesterday are alike.
            let open = |day: Date| here.iter().map(|hours| !closed(hours, day)).collect::<Vec<_>>();
            let alike = (day.weekday().to_monday_zero_offset(), open(day), day.yesterday().ok().map(open));
            if zones.len() > 1 || seen.insert(alike) {
                found.add_day(zone, day, &minutes);
            }
        }
        for day in gaps.iter().zip(asked).filter(|(_, one)| one.zone == *zone).flat_map(|(days, _)| days) {
            found.add_day(zone, *day, &minutes);
        }
    }
    found.moments
}

struct Found<'a> {
    asked: &'a [Asked<'a>],
    known: BTreeSet<(Vec<bool>, Vec<bool>)>,
    moments: Vec<Moment>,
    /// The hours that may ever be far.
    far: Vec<bool>,
}

impl Found<'_> {
    fn add_day(&mut self, zone: &TimeZone, day: Date, minutes: &BTreeSet<i32>) {
        for minute in minutes {
            let clock = day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
            // A reading that the clock skips is no moment.
            if let Some(now_ms) = moment(zone, clock).filter(|ms| wall_clock(zone, *ms) == clock) {
                self.add(now_ms);
            }
        }
    }

    fn add(&mut self, now_ms: i64) {
        let mut clocks: BTreeMap<usize, DateTime> = BTreeMap::new();
        let mut during = Vec::with_capacity(self.asked.len());
        for (number, one) in self.asked.iter().enumerate() {
            let same = self.asked.iter().position(|other| other.zone == one.zone).unwrap_or(number);
            let clock = clocks.entry(same).or_insert_with(|| wall_clock(one.zone, now_ms));
            during.push(one.hours.contains(*clock));
        }
        let far = |((one, inside), may): ((&Asked<'_>, &bool), &bool)| {
            let release = || one.hours.next_inside(one.zone, now_ms);
            *may && one.awaited && !*inside && release().is_none_or(|release| release > now_ms.saturating_add(WEEK_MS))
        };
        let far: Vec<bool> = self.asked.iter().zip(&during).zip(&self.far).map(far).collect();
        if self.known.insert((during.clone(), far.clone())) {
            self.moments.push(Moment { now_ms, during, far });
        }
    }
}

fn closed(hours: &Hours, day: Date) -> bool {
    hours.except.iter().any(|holiday| holiday.covers(day))
}

/// The minutes of a day at which something may begin or end.
fn boundaries(hours: &[&Hours]) -> BTreeSet<i32> {
    let ends = hours.iter().flat_map(|hours| &hours.intervals).flat_map(|open| [open.from % 1440, open.to % 1440]);
    ends.chain([0]).collect()
}

fn following(first: Date, count: usize) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(count)
}

/// Every day that a calendar names, and the day after it.
fn special_days(hours: &[&Hours]) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    for holiday in hours.iter().flat_map(|hours| &hours.except) {
        match *holiday {
            Holiday::Yearly { month, day } => {
                days.extend(YEARS.filter_map(|year| Date::new(year, month, day).ok()));
            }
            Holiday::Date { year, month, day } => days.extend(Date::new(year, month, day).ok()),
        }
    }
    let after: Vec<Date> = days.iter().filter_map(|day| day.tomorrow().ok()).collect();
    days.extend(after);
    days
}

/// A week in which no calendar names a day; where there is none, every day of the cycle.
fn ordinary_days(hours: &[&Hours]) -> Vec<Date> {
    let first = date(2026, 3, 2);
    debug_assert_eq!(first.weekday(), Weekday::Monday);
    let free = |monday: &Date| {
        following(*monday, 7).chain(monday.yesterday().ok()).all(|day| hours.iter().all(|hours| !closed(hours, day)))
    };
    match (0..52 * 30).step_by(7).filter_map(|days| following(first, days + 1).last()).find(free) {
        Some(monday) => following(monday, 7).collect(),
        None => following(date(2024, 1, 1), 28 * 366).collect(),
    }
}

/// The days from which these hours begin more than a week later, or nearly so.
fn far_days(hours: &Hours) -> Vec<Date> {
    let weekdays: BTreeSet<i8> = hours.intervals.iter().map(|open| open.day).collect();
    // Within a week two openings are left at least, and not both at its very end.
    if weekdays.is_empty() || hours.except.len() + 2 <= weekdays.len() {
        return Vec::new();
    }
    let length = if hours.except.is_empty() { 15 } else { 28 * 366 };
    let mut far = Vec::new();
    let mut closed_since: i64 = 0;
    let mut last_open = date(2024, 1, 1);
    for (number, day) in following(date(2024, 1, 1), length).enumerate() {
        if closed(hours, day) {
            continue;
        }
        let weekday = day.weekday().to_monday_zero_offset();
        let mut today: Vec<_> = hours.intervals.iter().filter(|open| open.day == weekday).collect();
        today.sort_by_key(|open| open.from);
        for open in today {
            let begin = number as i64 * 1440;
            if begin + i64::from(open.from) - closed_since > WEEK_MINUTES - CLOCK_CHANGE_MINUTES {
                far.extend(
                    std::iter::successors(Some(last_open), |day| day.tomorrow().ok()).take_while(|one| *one < day),
                );
            }
            closed_since = closed_since.max(begin + i64::from(open.to));
            last_open = day;
        }
    }
    far
}
