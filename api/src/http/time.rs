//! Times in JSON: RFC 3339, UTC, milliseconds, in fields named `*_at` or `until`.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::error::ApiError;

/// A time as the API writes it: RFC 3339 in UTC with milliseconds, `2026-03-02T09:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00.000Z")]
pub(crate) struct Timestamp(pub(crate) i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(self.0))
    }
}

/// UTC milliseconds as text; a time that no calendar has becomes the nearest one it has.
pub(crate) fn text(ms: i64) -> String {
    let nearest = if ms < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    format!("{:.3}", jiff::Timestamp::from_millisecond(ms).unwrap_or(nearest))
}

/// A time to the minute, for people.
pub(crate) fn minute(ms: i64) -> String {
    text(ms).get(..16).map_or_else(|| text(ms), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// Reads an RFC 3339 time with an offset as UTC milliseconds.
pub(crate) fn parse(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Reads a time of a body.
pub(crate) fn given(pointer: &str, text: &str) -> Result<i64, ApiError> {
    parse(text).ok_or_else(|| ApiError::field(pointer, "invalid", "must be a time such as 2026-03-02T09:00:00Z"))
}

/// Reads a time that must lie in the future.
pub(crate) fn future(pointer: &str, text: &str, now_ms: i64) -> Result<i64, ApiError> {
    let wrong = |message| ApiError::field(pointer, "invalid", message);
    let at = parse(text).ok_or_else(|| wrong("must be a time such as 2026-03-02T09:00:00Z"))?;
    if at > now_ms { Ok(at) } else { Err(wrong("must be in the future")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_have_three_decimals_and_read_back() {
        for (ms, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_772_442_000_000, "2026-03-02T09:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(text(ms), written);
            assert_eq!(parse(written), Some(ms));
        }
        assert_eq!(parse("2026-03-02T10:00:00+01:00"), Some(1_772_442_000_000));
        assert!(text(i64::MAX).starts_with("9999-12-30") && parse("tomorrow").is_none());
    }
}
