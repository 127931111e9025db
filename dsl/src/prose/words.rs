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
