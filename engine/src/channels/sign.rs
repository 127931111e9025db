//! Signatures, checked in constant time on the bytes as they came.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::{digest, hmac, signature};
use serde_json::Value;

use super::hook::{Doubt, Hook};

/// How far the sender's clock may be off.
pub const TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

/// HMAC-SHA256 of the parts, one after the other.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    mac(hmac::HMAC_SHA256, key, parts)
}

/// HMAC-SHA1, which one provider still asks for.
#[must_use]
pub fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, parts)
}

/// Whether both are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compare");
    hmac::verify(&key, right, hmac::sign(&key, left).as_ref()).is_ok()
}

/// Whether hexadecimal digits are the HMAC-SHA256 of the parts.
#[must_use]
pub fn hex_fits(key: &[u8], parts: &[&[u8]], hex: &str) -> bool {
    HEXLOWER_PERMISSIVE.decode(hex.trim().as_bytes()).is_ok_and(|given| same(&hmac_sha256(key, parts), &given))
}

/// Whether a time is near enough to now.
///
/// # Errors
/// [`Doubt::Stale`].
pub fn fresh(at_ms: i64, now_ms: i64) -> Result<(), Doubt> {
    if at_ms.abs_diff(now_ms) > TOLERANCE_MS.unsigned_abs() { Err(Doubt::Stale) } else { Ok(()) }
}

/// Standard Webhooks and Svix: `id.timestamp.body`, HMAC-SHA256, one of several signatures is enough.
///
/// # Errors
/// [`Doubt`].
pub fn standard<'k>(prefix: &str, keys: impl Iterator<Item = &'k str>, hook: &Hook<'_>) -> Result<(), Doubt> {
    let keys: Vec<Vec<u8>> = keys.filter_map(standard_key).collect();
    if keys.is_empty() {
        return Err(Doubt::Unconfigured);
    }
    let id = hook.needed(&format!("{prefix}-id"))?;
    let timestamp = hook.needed(&format!("{prefix}-timestamp"))?;
    let signatures = hook.needed(&format!("{prefix}-signature"))?;
    let at: i64 = timestamp.parse().map_err(|_| Doubt::Missing)?;
    if !keys.iter().any(|key| standard_fits(key, (id, timestamp), hook.body, signatures)) {
        return Err(Doubt::Wrong);
    }
    fresh(at.saturating_mul(1000), hook.now_ms)
}

/// Signatures of one request that are looked at; more than one is for changing keys.
const MOST_SIGNATURES: usize = 8;

/// What Standard Webhooks signs: HMAC-SHA256 of id, time and body.
#[must_use]
pub fn standard_digest(key: &[u8], (id, timestamp): (&str, &str), body: &[u8]) -> Vec<u8> {
    hmac_sha256(key, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])
}

/// Whether one of the signatures in a header is that of the key. How old it is, is another question.
#[must_use]
pub fn standard_fits(key: &[u8], named: (&str, &str), body: &[u8], signatures: &str) -> bool {
    let digest = standard_digest(key, named, body);
    let given = signatures.split(' ').take(MOST_SIGNATURES);
    given.filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?.as_bytes()).ok()).any(|given| same(&digest, &given))
}

/// The bytes of a `whsec_` secret; `None` where there are none.
#[must_use]
pub fn standard_key(secret: &str) -> Option<Vec<u8>> {
    let secret = secret.strip_prefix("whsec_").unwrap_or(secret);
    BASE64.decode(secret.as_bytes()).ok().filter(|key| !key.is_empty())
}

/// A name and password in `Authorization`, or in the URL as some senders leave them.
///
/// # Errors
/// [`Doubt`].
pub fn basic<'k>(pairs: impl Iterator<Item = &'k str>, hook: &Hook<'_>) -> Result<(), Doubt> {
    let pairs: Vec<&str> = pairs.collect();
    if pairs.is_empty() {
        return Err(Doubt::Unconfigured);
    }
    let given = hook.needed("authorization")?;
    let given =
        given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")).ok_or(Doubt::Missing)?;
    let given = BASE64.decode(given.1.trim().as_bytes()).map_err(|_| Doubt::Wrong)?;
    if pairs.iter().any(|pair| same(pair.as_bytes(), &given)) { Ok(()) } else { Err(Doubt::Wrong) }
}

/// ECDSA over P-256 with SHA-256: the signature in DER, the key as base64 of a SubjectPublicKeyInfo.
#[must_use]
pub fn ecdsa(public_key: &str, parts: &[&[u8]], signature_base64: &str) -> bool {
    let (Ok(key), Ok(given)) = (BASE64.decode(public_key.as_bytes()), BASE64.decode(signature_base64.as_bytes()))
    else {
        return false;
    };
    // The point is the end of the structure: 65 bytes, uncompressed.
    let Some(point) = key.len().checked_sub(65).and_then(|at| key.get(at..)).filter(|point| point.first() == Some(&4))
    else {
        return false;
    };
    let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point);
    key.verify(&parts.concat(), &given).is_ok()
}

/// Ed25519: key and signature as base64.
#[must_use]
pub fn ed25519(public_key: &str, parts: &[&[u8]], signature_base64: &str) -> bool {
    let (Ok(key), Ok(given)) = (BASE64.decode(public_key.as_bytes()), BASE64.decode(signature_base64.as_bytes()))
    else {
        return false;
    };
    signature::UnparsedPublicKey::new(&signature::ED25519, key).verify(&parts.concat(), &given).is_ok()
}

/// Signs with Ed25519, for the simulated provider and for tests: the public key and the signature as base64.
#[must_use]
pub fn ed25519_signed(seed: &[u8; 32], parts: &[&[u8]]) -> Option<(String, String)> {
    use signature::KeyPair as _;
    let pair = signature::Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    let public = BASE64.encode(pair.public_key().as_ref());
    Some((public, BASE64.encode(pair.sign(&parts.concat()).as_ref())))
}

/// The claims of a JWT that is signed with HMAC and a key of ours. Which SHA-2 it is may be the token's choice; that it is
/// an HMAC is not.
#[must_use]
pub fn jwt_claims(token: &str, key: &[u8]) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let head: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(head.as_bytes()).ok()?).ok()?;
    let algorithm = match head.get("alg").and_then(Value::as_str) {
        Some("HS256") => hmac::HMAC_SHA256,
        Some("HS384") => hmac::HMAC_SHA384,
        Some("HS512") => hmac::HMAC_SHA512,
        _ => return None,
    };
    if key.is_empty() {
        return None;
    }
    let given = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
    let good = same(&mac(algorithm, key, &[signed.as_bytes()]), &given);
    good.then(|| serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?).ok())?
}

/// A JWT signed with HMAC-SHA256.
#[must_use]
pub fn jwt(claims: &Value, key: &[u8]) -> String {
    let head = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", BASE64URL_NOPAD.encode(claims.to_string().as_bytes()));
    let signature = BASE64URL_NOPAD.encode(&hmac_sha256(key, &[signed.as_bytes()]));
    format!("{signed}.{signature}")
}

/// MessageBird's way: a JWT that names the hashes of URL and body.
///
/// # Errors
/// [`Doubt`].
pub fn messagebird(token: &str, key: &str, url: &str, body: &[u8], now_ms: i64) -> Result<(), Doubt> {
    if key.is_empty() {
        return Err(Doubt::Unconfigured);
    }
    let claims = jwt_claims(token, key.as_bytes()).ok_or(Doubt::Wrong)?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    if claim("iss") != Some("MessageBird") || claim("url_hash") != Some(&sha256_hex(url.as_bytes())) {
        return Err(Doubt::Wrong);
    }
    let hash = claim("payload_hash");
    let body_fits = if body.is_empty() { hash.is_none() } else { hash == Some(&sha256_hex(body)) };
    if !body_fits {
        return Err(Doubt::Wrong);
    }
    let now = now_ms / 1000;
    // A second on either side is what clocks differ by.
    let (Some(from), Some(until)) = (seconds("nbf"), seconds("exp")) else { return Err(Doubt::Wrong) };
    if now + 1 < from || now > until + 1 { Err(Doubt::Stale) } else { Ok(()) }
}
