//! Small words: lists, durations, numbers, amounts.

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(words: &[String], joint: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {joint} {last}", first.join(", ")),
    }
}

/// `2 minutes`, `1 hour and 30 minutes`, `3 days`.
pub(crate) fn duration(ms: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    let (mut rest, mut parts) = (ms, Vec::new());
    for (length, name) in UNITS {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {name}{}", plural(count)));
        }
    }
    if parts.is_empty() { "no time".to_owned() } else { list(&parts, "and") }
}

pub(crate) const fn plural(count: i64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A confidence of so many thousandths as policies write it: `0.60`, `0.875`.
pub(crate) fn confidence(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.strip_suffix('0').map_or(text.clone(), str::to_owned)
}

/// A number of so many thousandths as policies write it: `3`, `-0.4`, `0.15`.
pub(crate) fn number(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, rest) = (thousandths.abs() / 1000, thousandths.abs() % 1000);
    match rest {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// A number of so many thousandths with thousands marked: `250,000`, `1,200.50`.
pub(crate) fn grouped(thousandths: i64) -> String {
    let text = number(thousandths);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let mut marked = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            marked.push(',');
        }
        marked.push(digit);
    }
    match rest.len() {
        0 => format!("{sign}{marked}"),
        1 => format!("{sign}{marked}.{rest}0"),
        _ => format!("{sign}{marked}.{rest}"),
    }
}

/// So many thousandths as per cent: `60 %`, `87.5 %`.
pub(crate) fn percent(thousandths: i64) -> String {
    format!("{} %", number(thousandths.saturating_mul(100)))
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `25 December` of `12-25`, `26 March 2027` of `2027-03-26`; what is no date stays as it is.
pub(crate) fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [month, day] => (None, month, day),
        [year, month, day] => (Some(year), month, day),
        _ => return text.to_owned(),
    };
    let month = month.parse().ok().and_then(|month: usize| MONTHS.get(month.wrapping_sub(1)));
    let (Some(month), Ok(day)) = (month, day.parse::<u8>()) else { return text.to_owned() };
    match year {
        Some(year) => format!("{day} {month} {year}"),
        None => format!("{day} {month}"),
    }
}

/// `Monday to Friday`, `Saturday and Sunday`, `every day`; Monday is 0.
pub(crate) fn days(days: &[u8]) -> String {
    let name = |day: u8| DAYS.get(usize::from(day)).copied().unwrap_or("");
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    if days.len() == 7 {
        return "every day".to_owned();
    }
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let mut words = Vec::new();
    for (first, last) in runs {
        match last - first {
            0 => words.push(name(first).to_owned()),
            1 => words.extend([name(first).to_owned(), name(last).to_owned()]),
            _ => words.push(format!("{} to {}", name(first), name(last))),
        }
    }
    list(&words, "and")
}

#[cfg(test)]
mod tests {
    use super::{confidence, date, days, duration, grouped, list, number, percent};

    #[test]
    fn words_are_what_a_person_would_write() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(
            [list(&names[..1], "or"), list(&names[..2], "or"), list(&names, "and")],
            ["a", "a or b", "a, b and c"]
        );
        let (minute, hour, day) = (60_000, 3_600_000, 86_400_000);
        let durations = [0, 999, 1_000, minute, 90 * minute, 2 * day + hour, 26 * hour].map(duration);
        let expected = [
            "no time",
            "no time",
            "1 second",
            "1 minute",
            "1 hour and 30 minutes",
            "2 days and 1 hour",
            "1 day and 2 hours",
        ];
        assert_eq!(durations, expected);
        assert_eq!([600, 875, 1000, 0].map(confidence), ["0.60", "0.875", "1.00", "0.00"]);
        assert_eq!([3000, -400, 150, -1250, 0].map(number), ["3", "-0.4", "0.15", "-1.25", "0"]);
        assert_eq!(
            [250_000_000, 1_200_500, 999_000, -1_000_000, 50].map(grouped),
            ["250,000", "1,200.50", "999", "-1,000", "0.05"]
        );
        assert_eq!([600, 875, 100].map(percent), ["60 %", "87.5 %", "10 %"]);
        assert_eq!(["12-25", "2027-03-06", "13-40", "x"].map(date), ["25 December", "6 March 2027", "13-40", "x"]);
        let week: [&[u8]; 5] = [&[0, 1, 2, 3, 4], &[5, 6], &[0, 2, 3, 4, 6], &[0, 1, 2, 3, 4, 5, 6], &[4]];
        assert_eq!(
            week.map(days),
            [
                "Monday to Friday",
                "Saturday and Sunday",
                "Monday, Wednesday to Friday and Sunday",
                "every day",
                "Friday"
            ]
        );
    }
}
