//! The five-field cron text of a `sweep`, and when it fires in the policy's zone.
//!
//! Weekdays are names only, a step needs a range or `*`, and a day of the month together with a weekday is refused:
//! programs disagree about all three. The text is converted in one place to the form of the `cron` crate, whose seven
//! fields begin with seconds and end with years.
//!
//! Clock changes: with `*` as the hour a sweep fires whenever the wall clock reads one of its times, so twice where the
//! clock goes back. With hours given it fires once for each time: at the first moment after the gap if the clock jumps
//! over it, and only the first of two if it comes twice.

use std::str::FromStr as _;

use cron::Schedule;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Serialize;

use crate::verdict::Location;

const FIELDS: [(&str, u32, u32); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 6)];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Why a cron text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CronError {
    /// A weekday is a number; the same text with names, counting Sunday as 0 and 7 as POSIX does.
    NumericWeekday(String),
    Other(String),
}

/// A job that runs by the clock, declared with `sweep`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// Its name.
    pub name: String,
    /// What it does: one of [`crate::vocabulary::SWEEP_JOBS`].
    pub job: String,
    /// The five fields as written: minute, hour, day, month, weekday.
    pub cron: String,
    /// The same for the `cron` crate: second, minute, hour, day, month, weekday (named), year.
    pub expression: String,
    /// IANA name of the zone whose wall clock counts: the policy's.
    pub timezone: String,
    /// Where it is declared.
    pub at: Location,
    #[serde(skip)]
    zone: TimeZone,
    #[serde(skip)]
    times: Times,
}

/// The times of a cron text, as readings of a wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    expression: String,
    schedule: Schedule,
    every_hour: bool,
}

impl Sweep {
    pub(crate) fn new(name: &str, job: &str, cron: &str, times: Times, zone: (&str, TimeZone), at: Location) -> Self {
        let (name, job, cron, expression) =
            (name.to_owned(), job.to_owned(), cron.to_owned(), times.expression.clone());
        Self { name, job, cron, expression, timezone: zone.0.to_owned(), at, zone: zone.1, times }
    }

    /// The first moment after `now_ms` at which the sweep is due; both in milliseconds since 1970 UTC. `None` from the
    /// year 2100 on. For clock changes see the documentation of the language: a fixed time that is skipped is due at
    /// the first moment after the gap, and one that comes twice the first time only.
    pub fn next_after(&self, now_ms: i64) -> Option<i64> {
        let (times, zone, now) = (&self.times, &self.zone, now_ms.div_euclid(1000));
        let next = if times.every_hour { times.each(zone, now) } else { times.once(zone, now) };
        next?.checked_mul(1000)
    }
}

impl Times {
    /// The next reading after this one, both in seconds as if the wall clock showed UTC.
    fn reading_after(&self, reading: i64) -> Option<i64> {
        let after = chrono::DateTime::from_timestamp(reading, 0)?;
        self.schedule.after(&after).next().map(|next| next.timestamp())
    }

    /// Every moment that has one of the readings counts.
    fn each(&self, zone: &TimeZone, now: i64) -> Option<i64> {
        let mut from = now;
        loop {
            // Between two clock changes the wall clock runs evenly.
            let next_second = Timestamp::from_second(from.checked_add(1)?).ok()?;
            let offset = i64::from(zone.to_offset(next_second).seconds());
            let next = self.reading_after(from.checked_add(offset)?)? - offset;
            match zone.following(next_second).next().map(|change| change.timestamp().as_second()) {
                Some(change) if next >= change => from = change - 1,
                _ => return Some(next),
            }
        }
    }

    /// Every reading counts once.
    fn once(&self, zone: &TimeZone, now: i64) -> Option<i64> {
        let offset = zone.to_offset(Timestamp::from_second(now).ok()?).seconds();
        let mut reading = now.checked_add(i64::from(offset))?;
        loop {
            reading = self.reading_after(reading)?;
            let due = first_moment(zone, reading)?;
            // Where the clock went back, the readings of the hour before are past already.
            if due > now {
                return Some(due);
            }
        }
    }
}

/// The first moment at which the wall clock shows this reading, or has jumped over it.
fn first_moment(zone: &TimeZone, reading: i64) -> Option<i64> {
    let shown = TimeZone::UTC.to_datetime(Timestamp::from_second(reading).ok()?);
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            Some(reading - i64::from(offset.seconds()))
        }
        AmbiguousOffset::Gap { before, .. } => {
            let inside = Timestamp::from_second(reading - i64::from(before.seconds()) + 1).ok()?;
            zone.preceding(inside).next().map(|change| change.timestamp().as_second())
        }
    }
}

/// Reads a cron text: the one place where it becomes an expression of the `cron` crate.
pub(crate) fn read(text: &str) -> Result<Times, CronError> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(CronError::Other(format!("it has {} fields, and five are needed", fields.len())));
    };
    if let Some(named) = named(weekday) {
        return Err(CronError::NumericWeekday(format!("{minute} {hour} {day} {month} {named}")));
    }
    if *day != "*" && *weekday != "*" {
        let reason = "a day of the month and a weekday together mean `or` to some programs and `and` to others: \
                      make two sweeps of it";
        return Err(CronError::Other(reason.to_owned()));
    }
    let mut parts = Vec::new();
    for (field, (name, low, high)) in fields.iter().zip(FIELDS) {
        let mut values = Vec::new();
        for part in field.split(',') {
            let read = read_part(part, name, low, high);
            values.extend(read.map_err(|reason| CronError::Other(format!("{name} `{part}`: {reason}")))?);
        }
        values.sort_unstable();
        values.dedup();
        let word = |value: &u32| match name {
            "weekday" => WEEKDAYS.get(*value as usize).map_or_else(String::new, |day| (*day).to_owned()),
            _ => value.to_string(),
        };
        parts.push(if *field == "*" { "*".to_owned() } else { values.iter().map(word).collect::<Vec<_>>().join(",") });
    }
    let expression = format!("0 {} *", parts.join(" "));
    let schedule = Schedule::from_str(&expression).map_err(|error| CronError::Other(error.to_string()))?;
    let times = Times { expression, schedule, every_hour: *hour == "*" };
    if times.reading_after(0).is_none() {
        return Err(CronError::Other("no year has such a day".to_owned()));
    }
    Ok(times)
}

/// Weekday numbers as names, counting Sunday as 0 and 7 as POSIX does; `None` if there is no such number.
fn named(weekday: &str) -> Option<String> {
    let mut found = false;
    let mut name = |word: &str| match word.parse::<usize>() {
        Ok(number @ 0..=7) => {
            found = true;
            WEEKDAYS.get(number % 7).map_or_else(String::new, |day| (*day).to_owned())
        }
        _ => word.to_owned(),
    };
    let (days, step) = weekday.split_once('/').map_or((weekday, None), |(days, step)| (days, Some(step)));
    let mut parts = Vec::new();
    for part in days.split(',') {
        parts.push(part.split('-').map(&mut name).collect::<Vec<_>>().join("-"));
    }
    let step = step.map_or_else(String::new, |step| format!("/{step}"));
    found.then(|| format!("{}{step}", parts.join(",")))
}

/// The values of one part, such as `*/15`, `9-17` or `mon`.
fn read_part(part: &str, field: &str, low: u32, high: u32) -> Result<Vec<u32>, String> {
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let step = match step {
        None => 1,
        Some(_) if range != "*" && !range.contains('-') => return Err("a step needs a range or `*`".to_owned()),
        Some(step) => match step.parse::<u32>() {
            Ok(step) if (1..=high).contains(&step) && digits(part) => step,
            _ => return Err(format!("the step is a number from 1 to {high}")),
        },
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (low, high),
        None => {
            let only = value(range, field, low, high)?;
            (only, only)
        }
        Some((first, last)) => (value(first, field, low, high)?, value(last, field, low, high)?),
    };
    match field {
        // A week has no end: `fri-mon` is four days.
        "weekday" if last < first => Ok((first..=last + 7).step_by(step as usize).map(|day| day % 7).collect()),
        _ if last < first => Err("the range runs backwards".to_owned()),
        _ => Ok((first..=last).step_by(step as usize).collect()),
    }
}

/// No sign before a number: `+5` is not written in cron.
fn digits(text: &str) -> bool {
    !text.contains('+')
}

fn value(text: &str, field: &str, low: u32, high: u32) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    match field {
        "weekday" => WEEKDAYS
            .iter()
            .position(|day| *day == lower)
            .map(|day| day as u32)
            .ok_or("write a day such as `mon`".to_owned()),
        "month" if MONTHS.contains(&lower.as_str()) => {
            Ok(MONTHS.iter().position(|month| *month == lower).unwrap_or(0) as u32 + 1)
        }
        _ => text
            .parse()
            .ok()
            .filter(|number| (low..=high).contains(number) && digits(text))
            .ok_or_else(|| format!("write a number from {low} to {high}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{CronError, read};

    fn converted(text: &str) -> Result<String, CronError> {
        read(text).map(|times| times.expression)
    }

    #[test]
    fn five_fields_become_seven() {
        for (text, expression) in [
            ("*/15 * * * *", "0 0,15,30,45 * * * * *"),
            ("0 8 * * mon-fri", "0 0 8 * * mon,tue,wed,thu,fri *"),
            ("30 9 1,15 jan-jun *", "0 30 9 1,15 1,2,3,4,5,6 * *"),
            ("0 0 * * sat,sun", "0 0 0 * * sun,sat *"),
            ("0 0 * * fri-mon", "0 0 0 * * sun,mon,fri,sat *"),
            ("0 0 * * SUN-SAT", "0 0 0 * * sun,mon,tue,wed,thu,fri,sat *"),
            ("0 0 * * */2", "0 0 0 * * sun,tue,thu,sat *"),
            ("0 0 * * thu-tue/2", "0 0 0 * * mon,thu,sat *"),
            ("10-20/5,7 0-23/6 * 2-nov/3 *", "0 7,10,15,20 0,6,12,18 * 2,5,8,11 * *"),
            ("  5   4 * *  * ", "0 5 4 * * * *"),
            ("0 0 29 feb *", "0 0 0 29 2 * *"),
        ] {
            assert_eq!(converted(text), Ok(expression.to_owned()), "{text}");
        }
    }

    #[test]
    fn weekdays_are_names_only() {
        assert_eq!(converted("0 8 * * 1-5"), Err(CronError::NumericWeekday("0 8 * * mon-fri".to_owned())));
        assert_eq!(converted("0 8 * * 1-5/2"), Err(CronError::NumericWeekday("0 8 * * mon-fri/2".to_owned())));
        assert_eq!(converted("0 8 * * 0,7"), Err(CronError::NumericWeekday("0 8 * * sun,sun".to_owned())));
    }

    #[test]
    fn what_programs_disagree_about_is_refused() {
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "@daily",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * 0 *",
            "a * * * *",
            "*/0 * * * *",
            "*/60 * * * *",
            "5/10 * * * *",
            "5-1 * * * *",
            "+5 * * * *",
            "*/+5 * * * *",
            "-1 * * * *",
            "1- * * * *",
            "1,,2 * * * *",
            "? * * * *",
            "* * L * *",
            "0 0 1 * mon",
            "0 0 */2 * mon",
            "0 0 30 feb *",
            "0 0 31 apr,jun,sep,nov *",
            "* * * * mon#2",
            "* * * * */8",
            "* * * * mon/2",
        ] {
            assert!(matches!(converted(bad), Err(CronError::Other(_))), "{bad}: {:?}", converted(bad));
        }
    }
}
