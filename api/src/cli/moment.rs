//! Times as people write and read them.

use super::Failure;

/// A time before `now_ms`: so long ago (`30d`, `12h`, `90m`), the start of a day in UTC, or an RFC 3339 time.
pub(crate) fn back_from(now_ms: i64, text: &str) -> Result<i64, Failure> {
    let wrong = || {
        Failure::new(format!("`{text}` is no time"))
            .hint("write 30d, 12h or 90m, a day such as 2026-03-01, or a time such as 2026-03-01T09:00:00Z")
            .code(3)
    };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.as_millisecond());
    }
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return Ok(day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?.timestamp().as_millisecond());
    }
    let unit = match text.chars().last() {
        Some('d') => 86_400_000_i64,
        Some('h') => 3_600_000,
        Some('m') => 60_000,
        _ => return Err(wrong()),
    };
    let number = text.get(..text.len() - 1).and_then(|digits| digits.parse::<u32>().ok()).ok_or_else(wrong)?;
    Ok(now_ms.saturating_sub(unit.saturating_mul(i64::from(number))))
}

/// A time to the minute, in UTC.
pub(crate) fn minute(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

/// The day of a time, in UTC.
pub(crate) fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// A digest as people compare it: its first twelve digits.
pub(crate) fn short(digest: &str) -> &str {
    digest.strip_prefix("sha256:").and_then(|digits| digits.get(..12)).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_three_forms_and_no_other() {
        let now = 1_772_532_000_000;
        let read = |text: &str| back_from(now, text).ok();
        assert_eq!(read("30d"), Some(now - 30 * 86_400_000));
        assert_eq!(read("12h"), Some(now - 12 * 3_600_000));
        assert_eq!(read("0m"), Some(now));
        assert_eq!(read("2026-03-03"), Some(1_772_496_000_000));
        assert_eq!(read("2026-03-03T10:00:00Z"), Some(now));
        for wrong in ["", "d", "30", "30 d", "-3d", "soon", "1.5h", "30é", "2026-02-30"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!((minute(now), day(now)), ("2026-03-03 10:00 UTC".to_owned(), "2026-03-03".to_owned()));
    }
}
