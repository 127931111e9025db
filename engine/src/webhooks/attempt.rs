//! What an attempt to deliver means. Pure: the time and the chance are arguments.

use crate::egress::{Answer, EgressError};
use crate::store::EventWrite;
use crate::store::events::Attempted;
use crate::store::rows::{DeliveryRow, WebhookRow};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long to wait after each attempt that failed, in milliseconds; ten attempts over a little more than three days.
pub const WAITS_MS: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// A webhook whose every attempt fails for this long is switched off, in milliseconds.
pub const PATIENCE_MS: i64 = 5 * 24 * HOUR;
/// How far a wait may be off its length either way, in thousandths, so that what failed together is not tried together.
const SPREAD: i64 = 200;
/// How much of an answer is kept, in bytes.
const KEPT: usize = 1_024;

/// When an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Now, UTC milliseconds.
    pub now_ms: i64,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Any number, for the wait until the next one.
    pub chance: u32,
}

/// What is written after an attempt.
#[must_use]
pub fn settle(
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
    answer: &Result<Answer, EgressError>,
    made: Made,
) -> Vec<EventWrite> {
    let (status, error) = match answer {
        Ok(answer) if (200..300).contains(&answer.status) => (Some(answer.status), None),
        Ok(answer) => (Some(answer.status), Some(format!("answered {}", answer.status))),
        Err(error) => (None, Some(error.to_string())),
    };
    let gone = status == Some(410);
    let attempt = delivery.attempt + 1;
    let wait = usize::try_from(delivery.attempt).ok().and_then(|made| WAITS_MS.get(made)).copied();
    let (state, next_at) = match (&error, wait) {
        (None, _) => ("delivered", None),
        (Some(_), Some(wait)) if !gone => {
            let asked = answer.as_ref().ok().and_then(|answer| answer.retry_after_ms(Some(made.now_ms))).unwrap_or(0);
            ("pending", Some(made.now_ms + spread(wait, made.chance).max(asked)))
        }
        (Some(_), _) => ("failed", None),
    };
    let id = webhook.id.clone();
    let mut writes = Vec::new();
    match (&error, webhook.failing_since) {
        (None, None) => {}
        (None, Some(_)) => writes.push(EventWrite::WebhookFailing { id, since: None }),
        (Some(_), None) if !gone => writes.push(EventWrite::WebhookFailing { id, since: Some(made.now_ms) }),
        (Some(error), since) => {
            let too_long = since.is_some_and(|since| made.now_ms - since >= PATIENCE_MS);
            if gone {
                let reason = "it answered 410: it is gone".to_owned();
                writes.push(EventWrite::WebhookDisable { id, reason });
            } else if too_long {
                let reason = format!("every attempt failed for five days, the last one because: {error}");
                writes.push(EventWrite::WebhookDisable { id, reason });
            }
        }
    }
    writes.push(EventWrite::Attempted(Box::new(Attempted {
        id: delivery.id.clone(),
        webhook_id: delivery.webhook_id.clone(),
        attempt,
        state,
        next_at,
        status: status.map(i64::from),
        took_ms: made.took_ms,
        error,
        response: answer.as_ref().ok().map(|answer| beginning(&answer.body)),
    })));
    writes
}

fn spread(wait: i64, chance: u32) -> i64 {
    let off = i64::from(chance) % (2 * SPREAD + 1) - SPREAD;
    wait + wait / 1_000 * off
}

/// The beginning of an answer as text that any database can hold.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..KEPT).unwrap_or(body)).into_owned();
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(failing_since: Option<i64>) -> WebhookRow {
        WebhookRow {
            workspace_id: "wsp".to_owned(),
            id: "whk".to_owned(),
            url: String::new(),
            description: String::new(),
            event_types: "[]".to_owned(),
            enabled: true,
            disabled_reason: None,
            failing_since,
            secret_version: 1,
            old_until: None,
            from_xid: 0,
            from_seq: 0,
            version: 1,
            created_by: String::new(),
            created_at: 0,
            updated_at: 0,
        }
    }

    fn delivery(attempt: i64) -> DeliveryRow {
        DeliveryRow {
            workspace_id: "wsp".to_owned(),
            id: "whd".to_owned(),
            webhook_id: "whk".to_owned(),
            event_id: "evt".to_owned(),
            event_type: "message.sent".to_owned(),
            body: "{}".to_owned(),
            state: "pending".to_owned(),
            attempt,
            next_at: Some(0),
            status: None,
            took_ms: None,
            error: None,
            response: None,
            created_at: 0,
            attempted_at: None,
        }
    }

    fn answer(status: u16, retry_after: Option<&str>) -> Result<Answer, EgressError> {
        let mut headers = hyper::HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert("retry-after", text.parse().unwrap());
        }
        Ok(Answer { status, headers, body: b"sorry\0".to_vec(), whole: true })
    }

    const NOW: i64 = 1_772_532_000_000;

    fn made(chance: u32) -> Made {
        Made { now_ms: NOW, took_ms: 3, chance }
    }

    fn attempted(writes: &[EventWrite]) -> &Attempted {
        let Some(EventWrite::Attempted(made)) = writes.last() else { panic!("{writes:?}") };
        made
    }

    #[test]
    fn ten_attempts_over_three_days_and_then_no_more() {
        let mut waited = 0;
        for attempt in 0..10 {
            let writes = settle(&webhook(Some(NOW)), &delivery(attempt), &answer(503, None), made(200));
            let row = attempted(&writes);
            assert_eq!((row.attempt, row.status, row.error.as_deref()), (attempt + 1, Some(503), Some("answered 503")));
            match row.next_at {
                Some(at) => waited += at - NOW,
                None => assert_eq!((attempt, row.state), (9, "failed")),
            }
            for chance in [0, 400, 1_000_003, u32::MAX] {
                let next =
                    attempted(&settle(&webhook(None), &delivery(attempt), &answer(503, None), made(chance))).next_at;
                if let (Some(next), Some(wait)) = (next, WAITS_MS.get(usize::try_from(attempt).unwrap())) {
                    assert!((next - NOW - wait).abs() <= wait / 5, "{next}");
                }
            }
        }
        assert_eq!(waited, WAITS_MS.iter().sum::<i64>());
        assert!((72 * HOUR..80 * HOUR).contains(&waited), "{} h", waited / HOUR);
    }

    #[test]
    fn success_is_2xx_only_and_forgets_earlier_failures() {
        for status in [200, 204, 299] {
            let writes = settle(&webhook(Some(1)), &delivery(2), &answer(status, None), made(0));
            assert!(matches!(writes[0], EventWrite::WebhookFailing { since: None, .. }), "{writes:?}");
            let row = attempted(&writes);
            assert_eq!((row.state, row.next_at, row.error.as_deref()), ("delivered", None, None));
            assert_eq!(row.response.as_deref(), Some("sorry\u{fffd}"));
        }
        for status in [199, 301, 302, 400, 404, 500] {
            assert_eq!(
                attempted(&settle(&webhook(None), &delivery(0), &answer(status, None), made(0))).state,
                "pending"
            );
        }
        let failed = Err(EgressError::Failed("no route".to_owned()));
        let writes = settle(&webhook(None), &delivery(0), &failed, made(0));
        assert!(matches!(writes[0], EventWrite::WebhookFailing { since: Some(NOW), .. }));
        assert_eq!(attempted(&writes).error.as_deref(), Some("no route"));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_wait_but_not_for_ever() {
        let wait = |text: &str| {
            let writes = settle(&webhook(None), &delivery(0), &answer(429, Some(text)), made(200));
            attempted(&writes).next_at.unwrap() - NOW
        };
        assert_eq!(wait("60"), MINUTE);
        assert_eq!(wait("1"), 5 * SECOND);
        assert_eq!(wait("99999999999999999999"), 24 * HOUR);
        assert_eq!(wait("999999999"), 24 * HOUR);
        assert_eq!(wait("-5"), 5 * SECOND);
        assert_eq!(wait("soon"), 5 * SECOND);
        assert_eq!(wait("Tue, 03 Mar 2026 10:02:00 GMT"), 2 * MINUTE);
    }

    #[test]
    fn gone_ends_it_at_once_and_five_days_of_failures_do() {
        let gone = settle(&webhook(None), &delivery(0), &answer(410, Some("60")), made(0));
        assert!(matches!(&gone[0], EventWrite::WebhookDisable { .. }), "{gone:?}");
        assert_eq!(attempted(&gone).state, "failed");
        let patient = settle(&webhook(Some(NOW - PATIENCE_MS + 1)), &delivery(0), &answer(500, None), made(0));
        assert_eq!(patient.len(), 1);
        let no_more = settle(&webhook(Some(NOW - PATIENCE_MS)), &delivery(0), &answer(500, None), made(0));
        let EventWrite::WebhookDisable { reason, .. } = &no_more[0] else { panic!("{no_more:?}") };
        assert!(reason.contains("answered 500"), "{reason}");
    }
}
