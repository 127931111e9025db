//! Standard Webhooks 1.0 signatures (<https://www.standardwebhooks.com/>): HMAC-SHA256 over `id.timestamp.body`.

use axum::http::HeaderMap;
use remit_engine::channels::sign;

/// How far the sender's clock may be off, in seconds.
const TOLERANCE_SECONDS: i64 = 5 * 60;

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A header is missing or unreadable.
    Missing,
    /// It was signed too long ago, or in the future.
    Stale,
    /// No signature fits.
    Wrong,
}

/// Checks the raw bytes of a request, in constant time for each signature.
pub(super) fn verify(key: &[u8; 32], headers: &HeaderMap, body: &[u8], now_ms: i64) -> Result<(), Doubt> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Doubt::Missing);
    let id = header("webhook-id")?;
    let timestamp = header("webhook-timestamp")?;
    let signatures = header("webhook-signature")?;
    if id.is_empty() || id.len() > 256 || timestamp.len() > 20 {
        return Err(Doubt::Missing);
    }
    let signed_at: i64 = timestamp.parse().map_err(|_| Doubt::Missing)?;
    // The age counts only for those who could sign: others learn nothing of the server's clock.
    if !sign::standard_fits(key, (id, timestamp), body, signatures) {
        return Err(Doubt::Wrong);
    }
    if signed_at.abs_diff(now_ms / 1000) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Doubt::Stale);
    }
    Ok(())
}
