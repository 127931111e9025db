//! Secrets and signatures as Standard Webhooks 1.0 has them (<https://www.standardwebhooks.com/>).

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::channels::sign;

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 fills a short key with zeros up to the block; done here, the length needs no check.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The key bytes that sign what is posted to a webhook: derived from the server's key, never stored.
#[must_use]
pub fn key(master_key: &[u8; 32], webhook_id: &str, secret_version: i64) -> [u8; 32] {
    let version = secret_version.to_string();
    keyed(master_key, &[b"webhook\0", webhook_id.as_bytes(), b"\0", version.as_bytes()])
}

/// The secret as its owner is shown it: `whsec_` and base64 of the key.
#[must_use]
pub fn secret(master_key: &[u8; 32], webhook_id: &str, secret_version: i64) -> String {
    format!("whsec_{}", BASE64.encode(&key(master_key, webhook_id, secret_version)))
}

/// The header `webhook-signature`: one signature for each key, over id, time (seconds) and body.
#[must_use]
pub fn signature(keys: &[[u8; 32]], id: &str, timestamp: i64, body: &str) -> String {
    let timestamp = timestamp.to_string();
    let digest = |key: &[u8; 32]| sign::standard_digest(key, (id, &timestamp), body.as_bytes());
    let signed = keys.iter().map(|key| format!("v1,{}", BASE64.encode(&digest(key))));
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_signed_as_published() {
        // Secret, id, time, body and signature of the example that Standard Webhooks' libraries are tested with. Its key is
        // shorter than ours: HMAC fills it with zeros.
        let mut key = [0; 32];
        key[..24].copy_from_slice(&BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let one = signature(&[key], id, 1_614_265_330, body);
        assert_eq!(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let two = signature(&[key, [1; 32]], id, 1_614_265_330, body);
        assert_eq!(two.split(' ').next(), Some(one.as_str()));
        assert_ne!(two.split(' ').nth(1), Some(one.as_str()));
    }

    #[test]
    fn secrets_differ_by_webhook_and_version_and_server() {
        let one = secret(&[7; 32], "whk_a", 1);
        assert!(one.starts_with("whsec_") && one.len() == 6 + 44);
        assert_eq!(one, secret(&[7; 32], "whk_a", 1));
        for other in [secret(&[7; 32], "whk_a", 2), secret(&[7; 32], "whk_b", 1), secret(&[8; 32], "whk_a", 1)] {
            assert_ne!(one, other);
        }
    }
}
