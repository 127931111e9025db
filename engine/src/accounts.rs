//! Connecting channels with providers, and finding out how they are.

use std::collections::BTreeMap;

use crate::adapters::imap::Folder;
use crate::adapters::{Providers, account};
use crate::channels::dkim::Signer;
use crate::channels::health::{Check, Known, checks};
use crate::channels::mailbox::{IMAP, Mailbox};
use crate::channels::seal::{SealError, Vault};
use crate::channels::{Account, provider};
use crate::domain::ChannelKind;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::stop::Stopped;
use crate::store::rows::{ChannelRow, RepRow};
use crate::store::{CHANNEL, ChannelWrite, StoreError, Write, read};

/// How a channel shall be spoken with.
#[derive(Clone, Default)]
pub struct Connection {
    /// The provider; none for signed JSON and mails.
    pub provider: Option<String>,
    /// Public settings; an empty one is taken away.
    pub settings: BTreeMap<String, String>,
    /// Secrets; an empty one is taken away, and the one before a new one is believed until the next change.
    pub secrets: BTreeMap<String, String>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("provider", &self.provider)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Why a channel was not connected; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// What is wrong with what was asked: where, and what to do.
    #[error("{field}: {message}")]
    Field {
        /// `provider`, `settings.NAME` or `secrets.NAME`.
        field: String,
        /// What is wrong and what is wanted.
        message: String,
    },
    /// The secrets could not be opened or sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Values by name.
type Named = BTreeMap<String, String>;

/// Settings that every provider takes.
const COMMON: [&str; 3] = ["hook_url", "base_url", "authserv_id"];
/// Settings that every provider of mail takes: where people find the server, and for which domain mail is signed.
const MAIL: [&str; 3] = ["public_url", "dkim_domain", "dkim_selector"];
/// The secret that mail is signed with.
const DKIM_KEY: &str = "dkim_key";
/// How long the secret before a new one is believed, in milliseconds: until whoever delivers has the new one.
pub const OLD_SECRET_MS: i64 = 86_400_000;
/// Longest value, in characters.
const LONGEST: usize = 4000;

fn wrong(field: impl Into<String>, message: impl Into<String>) -> ConnectError {
    ConnectError::Field { field: field.into(), message: message.into() }
}

/// The columns `settings` and the secrets of a channel as they shall be.
fn merged(channel: &ChannelRow, before: Named, wish: &Connection) -> Result<(Named, Named), ConnectError> {
    let Some(name) = &wish.provider else { return Ok((BTreeMap::new(), BTreeMap::new())) };
    let own = provider(name)
        .ok_or_else(|| wrong("provider", format!("there is no provider `{name}`; see `remit channel providers`")))?;
    let kind = channel.kind.parse::<ChannelKind>().map_err(|error| wrong("provider", error.to_string()))?;
    if own.kind() != kind {
        return Err(wrong("provider", format!("`{name}` serves {} channels; this is one for {kind}", own.kind())));
    }
    let same = channel.provider.as_deref() == Some(name);
    let (mut settings, mut secrets): (BTreeMap<String, String>, _) = if same {
        (serde_json::from_str(&channel.settings).unwrap_or_default(), before)
    } else {
        (BTreeMap::new(), BTreeMap::new())
    };
    let takes = |name: &str, secret: bool| {
        let plain = name.strip_prefix("previous_").unwrap_or(name);
        own.fields().iter().any(|field| field.secret == secret && field.name == plain)
            || (!secret && COMMON.contains(&name))
            || (kind == ChannelKind::Email && if secret { plain == DKIM_KEY } else { MAIL.contains(&name) })
    };
    let names = |secret: bool| {
        let of: Vec<&str> =
            own.fields().iter().filter(|field| field.secret == secret).map(|field| field.name).collect();
        if of.is_empty() { "none".to_owned() } else { of.join(", ") }
    };
    for (list, secret, word) in [(&wish.settings, false, "settings"), (&wish.secrets, true, "secrets")] {
        for (field, value) in list {
            let place = format!("{word}.{field}");
            if !takes(field, secret) {
                return Err(wrong(
                    place,
                    format!("`{name}` has no such {}; it takes: {}", &word[..word.len() - 1], names(secret)),
                ));
            }
            // A key may be given as the file that it stands in.
            let lines = secret && field == DKIM_KEY;
            if value.chars().count() > LONGEST || value.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
                return Err(wrong(place, format!("must be one line of at most {LONGEST} characters")));
            }
        }
    }
    for (field, value) in &wish.settings {
        if value.is_empty() {
            settings.remove(field)
        } else {
            settings.insert(field.clone(), value.trim().to_owned())
        };
    }
    for (field, value) in &wish.secrets {
        let old = if value.is_empty() {
            secrets.remove(field)
        } else {
            secrets.insert(field.clone(), value.trim().to_owned())
        };
        let previous = format!("previous_{field}");
        match old.filter(|old| old != value && !value.is_empty()) {
            Some(old) => secrets.insert(previous, old),
            None if value.is_empty() => secrets.remove(&previous),
            None => None,
        };
    }
    for field in own.fields().iter().filter(|field| field.needed) {
        let there = if field.secret { secrets.contains_key(field.name) } else { settings.contains_key(field.name) };
        if !there {
            let word = if field.secret { "secrets" } else { "settings" };
            return Err(wrong(format!("{word}.{}", field.name), format!("is needed: {}", field.about)));
        }
    }
    let account = Account {
        settings: settings.clone(),
        secrets: secrets.clone(),
        address: channel.address.clone(),
        hook_url: None,
    };
    if let Err((field, why)) = Signer::of(&account) {
        let word = if field == DKIM_KEY { "secrets" } else { "settings" };
        return Err(wrong(format!("{word}.{field}"), why));
    }
    if let Some((field, why)) = own.wrong(&account) {
        let word = if own.fields().iter().any(|own| own.name == field && own.secret) { "secrets" } else { "settings" };
        return Err(wrong(format!("{word}.{field}"), why));
    }
    Ok((settings, secrets))
}

impl Engine {
    /// Connects a channel with a provider, or with none.
    ///
    /// # Errors
    /// [`ConnectError`]; the channel is as it was then.
    pub async fn connect(&self, channel: &ChannelRow, vault: &Vault, wish: &Connection) -> Result<(), ConnectError> {
        let same = channel.provider == wish.provider && wish.provider.is_some();
        // Secrets that do not open any more are given anew.
        let before = if same { vault.open(&channel.id, &channel.secrets).unwrap_or_default() } else { BTreeMap::new() };
        let (settings, secrets) = merged(channel, before, wish)?;
        let sealed =
            if secrets.is_empty() { String::new() } else { vault.seal(&channel.id, &secrets, rand::random())? };
        let write = ChannelWrite::Connect {
            id: channel.id.clone(),
            provider: wish.provider.clone(),
            settings: serde_json::to_string(&settings).unwrap_or_else(|_| "{}".to_owned()),
            secrets: sealed,
        };
        self.commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await?;
        Ok(())
    }

    /// Gives a channel another name and address, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn change_channel(
        &self,
        workspace: &str,
        id: &str,
        version: i64,
        name: String,
        address: String,
    ) -> Result<(), EngineError> {
        let write = ChannelWrite::Change { id: id.to_owned(), version, name, address };
        self.on_channel(workspace, id, write).await
    }

    /// Makes a new secret for what is delivered to a channel. The one before is believed for [`OLD_SECRET_MS`] more.
    ///
    /// # Errors
    /// [`EngineError::Store`] when it could not be committed.
    pub async fn rotate_channel(&self, workspace: &str, id: &str) -> Result<(), EngineError> {
        self.on_channel(workspace, id, ChannelWrite::Rotate { id: id.to_owned() }).await
    }

    /// Gives a channel up, if its version is the one that was seen: nothing comes in or goes out by it any more, what the AI
    /// had queued for it is taken back, and its credentials are forgotten. Its conversations stay.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn delete_channel(&self, rep: &RepRow, id: &str, version: i64) -> Result<Stopped, EngineError> {
        let write = ChannelWrite::Delete { id: id.to_owned(), version };
        self.on_channel(&rep.workspace_id, id, write).await?;
        self.stop_channel(&rep.workspace_id, id, &rep.name, "gave the channel up").await
    }

    async fn on_channel(&self, workspace: &str, id: &str, write: ChannelWrite) -> Result<(), EngineError> {
        match self.commit_writes(workspace, vec![Write::Channels(write)]).await {
            Err(StoreError::Stale(CHANNEL)) => {
                let mut reader = self.db().read().await?;
                let now = read::channel_state(&mut reader.conn(), workspace, id).await?;
                let now = now.filter(|now| now.deleted_at.is_none()).ok_or_else(|| not_found("channel", id))?;
                Err(EngineError::Changed { what: "channel", current: now.version })
            }
            done => Ok(done?),
        }
    }

    /// What keeps conversations of a channel from appearing, or its replies from arriving.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn channel_health(&self, channel: &ChannelRow, vault: &Vault) -> Result<Vec<Check>, StoreError> {
        let mut reader = self.db().read().await?;
        let health = read::channel_health(&mut reader.conn(), &channel.workspace_id, &channel.id).await?;
        let mailbox = read::mailbox(&mut reader.conn(), &channel.workspace_id, &channel.id).await?;
        drop(reader);
        let in_force = self.policies().in_force(self.db(), &channel.workspace_id).await.ok();
        let health = health.as_ref();
        let known = Known {
            active: channel.status == "active",
            provider: channel.provider.clone(),
            answered: in_force.is_some_and(|in_force| in_force.policy.ai_agent_on(&channel.kind).is_some()),
            verified_at: health.and_then(|row| row.verified_at),
            refused_at: health.and_then(|row| row.refused_at),
            refused_why: health.and_then(|row| row.refused_why.clone()),
            tested_at: health.and_then(|row| row.tested_at),
            tested_why: health.and_then(|row| row.tested_why.clone()),
            read_at: mailbox.as_ref().and_then(|row| row.worked_at),
            read_why: mailbox.as_ref().and_then(|row| row.failed_why.clone()),
        };
        Ok(checks(&known, account(vault, channel).ok().as_ref(), self.clock().now_ms()))
    }

    /// Tries a channel's credentials with its provider, by a call that changes nothing, and keeps what was found. `None`
    /// where there is no such call.
    ///
    /// # Errors
    /// [`StoreError`] when what was found could not be kept.
    pub async fn test_channel(
        &self,
        channel: &ChannelRow,
        providers: &Providers,
    ) -> Result<Option<Result<(), String>>, StoreError> {
        let Some(own) = channel.provider.as_deref().and_then(provider) else { return Ok(None) };
        let found = match providers.account(channel) {
            Err(error) => Err(error.to_string()),
            Ok(account) if own.name() == IMAP => match Mailbox::of(&account) {
                Err((field, why)) => Err(format!("{field}: {why}")),
                Ok(mailbox) => match Folder::open(providers, &mailbox).await {
                    Ok(folder) => {
                        folder.close().await;
                        Ok(())
                    }
                    Err(trouble) => Err(trouble.to_string()),
                },
            },
            Ok(account) => match own.ping(&account) {
                None => return Ok(None),
                Some(Err(error)) => Err(error.to_string()),
                Some(Ok(call)) => match providers.call(&call).await {
                    Ok(answered) if (200..300).contains(&answered.status) => Ok(()),
                    Ok(answered) => Err(format!("the provider answers with status {}", answered.status)),
                    Err(error) => Err(error.to_string()),
                },
            },
        };
        let write = ChannelWrite::Health {
            channel_id: channel.id.clone(),
            verified_at: None,
            refused_at: None,
            refused_why: None,
            tested_at: Some(self.clock().now_ms()),
            tested_why: found.as_ref().err().cloned(),
        };
        self.commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await?;
        Ok(Some(found))
    }
}
