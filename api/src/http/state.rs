//! What every handler shares: the engine and the server's key.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderValue;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use remit_engine::Engine;
use remit_engine::adapters::Providers;
use remit_engine::egress::{Allowed, Egress};
use remit_engine::store::Reader;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use super::inbound::kept::Kept;
use super::intake::Intake;
use super::once::Underway;
use super::rate::Rate;
use super::site::Site;
use super::throttle::Throttle;

/// Messages that one visitor of a chat box may write in a minute.
const CHAT_PER_MINUTE: u32 = 120;

/// What the API is made of. Clones share the engine.
#[derive(Clone)]
pub struct App {
    engine: Engine,
    master_key: [u8; 32],
    intake: Intake,
    egress: Egress,
    kept: Kept,
    site: Site,
    throttle: Throttle,
    underway: Underway,
    rate: Rate,
    origins: Arc<[HeaderValue]>,
    chat_rate: Rate,
    proxies: Arc<[Allowed]>,
}

impl App {
    /// An API over an engine. Signing secrets of channels and the marks on cursors are derived from `master_key`;
    /// changing it makes both invalid.
    #[must_use]
    pub fn new(engine: Engine, master_key: [u8; 32]) -> Self {
        Self {
            engine,
            master_key,
            intake: Intake::default(),
            egress: Egress::default(),
            kept: Kept::default(),
            site: Site::default(),
            throttle: Throttle::default(),
            underway: Underway::default(),
            rate: Rate::default(),
            origins: Arc::default(),
            chat_rate: Rate::of(Some(CHAT_PER_MINUTE)),
            proxies: Arc::default(),
        }
    }

    /// The same, where pages of these origins may ask with keys of their own.
    #[must_use]
    pub fn with_origins(self, origins: Vec<HeaderValue>) -> Self {
        Self { origins: origins.into(), ..self }
    }

    /// The same behind proxies in these networks, whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn with_proxies(self, proxies: Vec<Allowed>) -> Self {
        Self { proxies: proxies.into(), ..self }
    }

    /// Networks of proxies that are believed.
    pub(crate) fn proxies(&self) -> &[Allowed] {
        &self.proxies
    }

    /// Origins whose pages may ask.
    pub(crate) fn origins(&self) -> &[HeaderValue] {
        &self.origins
    }

    /// The door for what comes in.
    pub(crate) const fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The same with exceptions to which addresses may be called.
    #[must_use]
    pub fn with_egress(self, egress: Egress) -> Self {
        Self { egress, ..self }
    }

    /// The same, where browsers find it at this address.
    #[must_use]
    pub fn with_site(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// Where browsers find it.
    pub(crate) const fn site(&self) -> &Site {
        &self.site
    }

    /// The same, where each principal may ask so many times a minute; without end when absent.
    #[must_use]
    pub fn with_rate(self, per_minute: Option<u32>) -> Self {
        Self { rate: Rate::of(per_minute), ..self }
    }

    /// How much each visitor of a chat box may still write.
    pub(crate) const fn chat_rate(&self) -> &Rate {
        &self.chat_rate
    }

    /// How much each principal may still ask.
    pub(crate) const fn rate(&self) -> &Rate {
        &self.rate
    }

    /// Requests that are being made once.
    pub(crate) const fn underway(&self) -> &Underway {
        &self.underway
    }

    /// What slows down whoever guesses.
    pub(crate) const fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// What is kept between requests of providers.
    pub(crate) const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// What channels need that are spoken with providers.
    pub(crate) fn providers(&self) -> Providers {
        Providers::new(&self.master_key, self.egress.clone(), std::sync::Arc::clone(self.engine.clock()))
    }

    /// The way out to addresses that users name.
    pub(crate) const fn egress(&self) -> &Egress {
        &self.egress
    }

    /// The engine.
    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The server's key.
    pub(crate) const fn master_key(&self) -> &[u8; 32] {
        &self.master_key
    }

    /// Now, UTC milliseconds, by the engine's clock.
    pub(crate) fn now_ms(&self) -> i64 {
        self.engine.clock().now_ms()
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<Reader, ApiError> {
        Ok(self.engine.db().read().await?)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// HMAC-SHA256 of the parts, each ended by a zero byte but the last.
pub(crate) fn keyed(master_key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // RFC 2104 fills a short key with zeros up to the block; done here, the length needs no check.
    let mut block = [0; 64];
    block[..32].copy_from_slice(master_key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            mac.update(b"\0");
        }
        mac.update(part);
    }
    mac
}

/// The key bytes that sign requests to a channel's inbound address.
pub(crate) fn inbound_key(master_key: &[u8; 32], channel_id: &str, secret_version: i64) -> [u8; 32] {
    let version = secret_version.to_string();
    keyed(master_key, &[b"inbound", channel_id.as_bytes(), version.as_bytes()]).finalize().into_bytes().into()
}

/// The secret for signing requests to a channel's inbound address, as Standard Webhooks writes secrets: `whsec_` and
/// base64 of the key. It is derived, never stored; a new `secret_version` makes a new one.
#[must_use]
pub fn inbound_secret(master_key: &[u8; 32], channel_id: &str, secret_version: i64) -> String {
    format!("whsec_{}", BASE64.encode(&inbound_key(master_key, channel_id, secret_version)))
}

/// A new API key from 32 random bytes: the key to show once, and its SHA-256 in hex to keep.
#[must_use]
pub fn new_key(random: &[u8; 32]) -> (String, String) {
    let key = format!("rk_{}", BASE64URL_NOPAD.encode(random));
    let sha256 = key_sha256(&key);
    (key, sha256)
}

/// What is kept of a key.
pub(crate) fn key_sha256(key: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_by_channel_and_version_and_keys_are_kept_as_hashes() {
        let master = [7; 32];
        let one = inbound_secret(&master, "chn_a", 1);
        assert!(one.starts_with("whsec_") && one.len() == 6 + 44);
        assert_eq!(one, inbound_secret(&master, "chn_a", 1));
        assert_ne!(one, inbound_secret(&master, "chn_a", 2));
        assert_ne!(one, inbound_secret(&master, "chn_b", 1));
        assert_ne!(one, inbound_secret(&[8; 32], "chn_a", 1));
        let (key, sha256) = new_key(&[1; 32]);
        assert!(key.starts_with("rk_") && sha256 == key_sha256(&key) && sha256.len() == 64);
    }
}
