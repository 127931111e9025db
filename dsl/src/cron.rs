//! The five-field cron text of a `sweep`. Weekdays are names only: numbers mean different days in different programs.

const FIELDS: [(&str, u32, u32); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Why a cron text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CronError {
    /// A weekday is a number; the same text with names, counting Sunday as 0 and 7 as POSIX does.
    NumericWeekday(String),
    Other(String),
}

/// Checks a cron text.
pub(crate) fn check(text: &str) -> Result<(), CronError> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(CronError::Other(format!("it has {} fields, and five are needed", fields.len())));
    }
    if let Some(weekday) =
        fields.get(4).filter(|field| field.chars().any(|letter| letter.is_ascii_digit()) && !field.contains('/'))
    {
        let named: String = weekday
            .chars()
            .map(|letter| match letter.to_digit(10) {
                Some(digit) => WEEKDAYS.get(digit as usize % 7).map_or_else(String::new, |day| (*day).to_owned()),
                None => letter.to_string(),
            })
            .collect();
        let kept = fields.get(..4).map(|fields| fields.join(" ")).unwrap_or_default();
        return Err(CronError::NumericWeekday(format!("{kept} {named}")));
    }
    for (field, (name, low, high)) in fields.iter().zip(FIELDS) {
        for part in field.split(',') {
            check_part(part, name, low, high)
                .map_err(|reason| CronError::Other(format!("{name} `{part}`: {reason}")))?;
        }
    }
    Ok(())
}

fn check_part(part: &str, field: &str, low: u32, high: u32) -> Result<(), String> {
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    if let Some(step) = step
        && !step.parse::<u32>().is_ok_and(|step| (1..=high).contains(&step))
    {
        return Err(format!("the step is a number from 1 to {high}"));
    }
    if range == "*" {
        return Ok(());
    }
    let (first, last) = range.split_once('-').map_or((range, None), |(first, last)| (first, Some(last)));
    let first = value(first, field, low, high)?;
    match last.map(|last| value(last, field, low, high)).transpose()? {
        Some(last) if last < first && field != "weekday" => Err("the range runs backwards".to_owned()),
        _ => Ok(()),
    }
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
            .filter(|number| (low..=high).contains(number))
            .ok_or_else(|| format!("write a number from {low} to {high}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{CronError, check};

    #[test]
    fn weekdays_are_names_only() {
        for good in ["*/15 * * * *", "0 8 * * mon-fri", "30 9 1,15 jan-jun *", "0 0 * * sat,sun", "0 0 * * fri-mon"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check("0 8 * * 1-5"), Err(CronError::NumericWeekday("0 8 * * mon-fri".to_owned())));
        assert_eq!(check("0 8 * * 0,7"), Err(CronError::NumericWeekday("0 8 * * sun,sun".to_owned())));
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "a * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
        ] {
            assert!(matches!(check(bad), Err(CronError::Other(_))), "{bad}");
        }
    }
}
