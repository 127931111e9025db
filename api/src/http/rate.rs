//! How much one principal may ask of one process: a bucket that fills with time, and is emptied by requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::error::{ApiError, ErrorCode};

/// Principals that are remembered. When there are more, those whose bucket is full again are forgotten.
const MOST: usize = 10_000;

/// How full buckets are. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rate {
    per_minute: Option<u32>,
    /// By principal: when its bucket will be full again, UTC milliseconds times a thousand.
    full_at: Arc<Mutex<HashMap<String, i64>>>,
}

/// What is left to one principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// Requests a minute.
    per_minute: u32,
    /// Requests that may be made at once.
    requests: i64,
    /// In so many seconds the bucket is full.
    full_in: i64,
}

impl Rate {
    /// So many requests a minute for each principal, a quarter of them at once; without end when absent.
    pub(crate) fn of(per_minute: Option<u32>) -> Self {
        Self { per_minute: per_minute.filter(|most| *most > 0), full_at: Arc::default() }
    }

    /// Takes one request from a principal's bucket.
    pub(crate) fn take(&self, principal: &str, now_ms: i64) -> Result<Option<Left>, ApiError> {
        let Some(per_minute) = self.per_minute else { return Ok(None) };
        let now = now_ms.saturating_mul(1_000);
        let one = 60_000_000 / i64::from(per_minute);
        let burst = i64::from(per_minute / 4).max(1);
        let mut all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(principal) {
            all.retain(|_, full_at| *full_at > now);
        }
        let full_at = all.entry(principal.to_owned()).or_insert(now);
        let then = (*full_at).max(now) + one;
        let over = then - now - burst * one;
        if over > 0 {
            let seconds = (over + 999_999) / 1_000_000;
            let detail = format!("You may ask {per_minute} times a minute; go on in {seconds} s.");
            return Err(ApiError::new(ErrorCode::RateLimited, detail).after(seconds));
        }
        *full_at = then;
        Ok(Some(Left { per_minute, requests: -over / one, full_in: (then - now + 999_999) / 1_000_000 }))
    }
}

impl Left {
    /// Says so in the headers of an answer.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let Self { per_minute, requests, full_in } = self;
        let both = [
            ("ratelimit-policy", format!("\"principal\";q={per_minute};w=60")),
            ("ratelimit", format!("\"principal\";r={requests};t={full_in}")),
        ];
        for (name, text) in both {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_emptied_by_a_burst_and_fills_with_time() {
        let rate = Rate::of(Some(60));
        let left = |now| rate.take("ana", now).ok().flatten().map(|left| left.requests);
        assert_eq!([left(0), left(0)], [Some(14), Some(13)]);
        for _ in 0..13 {
            assert!(left(0).is_some());
        }
        let problem = rate.take("ana", 0).unwrap_err().into_problem();
        assert_eq!(problem.http_status(), 429);
        assert_eq!(rate.take("bo", 0).unwrap().unwrap().requests, 14, "another one's bucket is full");
        assert_eq!(left(999), None);
        assert_eq!(left(1_000), Some(0));
        assert_eq!(left(1_000), None);
        assert_eq!(left(60_000), Some(14));
        assert_eq!(Rate::of(None).take("ana", 0).unwrap(), None);
        assert_eq!(Rate::of(Some(0)).take("ana", 0).unwrap(), None);
    }
}
