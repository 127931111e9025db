//! Secrets of accounts, sealed: whoever copies the database has none of them.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// What is wrong with sealed secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// They were sealed with another key, or are not what was sealed.
    #[error("the secrets cannot be opened: the server's key is another, or they were changed")]
    Closed,
    /// They could not be sealed.
    #[error("the secrets cannot be sealed")]
    Unsealed,
}

/// Opens and seals the secrets of channels. The key is derived from the server's.
#[derive(Clone)]
pub struct Vault {
    key: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault under the server's key.
    #[must_use]
    pub fn new(master_key: &[u8; 32]) -> Self {
        let derived = super::sign::hmac_sha256(master_key, &[b"channel secrets"]);
        let mut key = [0; 32];
        key.iter_mut().zip(derived).for_each(|(to, from)| *to = from);
        Self { key }
    }

    fn aead(&self) -> Result<LessSafeKey, SealError> {
        UnboundKey::new(&AES_256_GCM, &self.key).map(LessSafeKey::new).map_err(|_| SealError::Unsealed)
    }

    /// Seals secrets for one channel. `nonce` must be random and never be used again.
    ///
    /// # Errors
    /// [`SealError::Unsealed`].
    pub fn seal(
        &self,
        channel: &str,
        secrets: &BTreeMap<String, String>,
        nonce: [u8; 12],
    ) -> Result<String, SealError> {
        let mut bytes = serde_json::to_vec(secrets).map_err(|_| SealError::Unsealed)?;
        let aad = Aad::from(channel.as_bytes());
        self.aead()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes)
            .map_err(|_| SealError::Unsealed)?;
        Ok(BASE64.encode(&[nonce.as_slice(), &bytes].concat()))
    }

    /// Opens the secrets of one channel; those of another do not open.
    ///
    /// # Errors
    /// [`SealError::Closed`].
    pub fn open(&self, channel: &str, sealed: &str) -> Result<BTreeMap<String, String>, SealError> {
        if sealed.is_empty() {
            return Ok(BTreeMap::new());
        }
        let bytes = BASE64.decode(sealed.as_bytes()).map_err(|_| SealError::Closed)?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Closed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Closed)?;
        let mut rest = rest.to_vec();
        let aad = Aad::from(channel.as_bytes());
        let opened = self.aead()?.open_in_place(nonce, aad, &mut rest).map_err(|_| SealError::Closed)?;
        serde_json::from_slice(opened).map_err(|_| SealError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_open_for_their_channel_and_key_only() -> Result<(), SealError> {
        let secrets = BTreeMap::from([("auth_token".to_owned(), "s3cret".to_owned())]);
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("chn_a", &secrets, [1; 12])?;
        assert!(!sealed.contains("s3cret"));
        assert_eq!(vault.open("chn_a", &sealed)?, secrets);
        assert_eq!(vault.open("chn_b", &sealed), Err(SealError::Closed));
        assert_eq!(Vault::new(&[8; 32]).open("chn_a", &sealed), Err(SealError::Closed));
        assert_eq!(vault.open("chn_a", "AAAA"), Err(SealError::Closed));
        assert!(vault.open("chn_a", "")?.is_empty());
        Ok(())
    }
}
