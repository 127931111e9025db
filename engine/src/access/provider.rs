//! Signing in with a provider that says who somebody is.

use serde_json::json;

use super::{AccessError, Browser, changed};
use crate::audit;
use crate::domain::{DEFAULT_WORKSPACE, IdKind};
use crate::engine::{Engine, EngineError};
use crate::store::rows::{RepRow, SignInRow};
use crate::store::{AccessWrite, StoreError, Write, read};

/// How long somebody may be away at the provider: ten minutes, in milliseconds.
pub const AWAY_MS: i64 = 10 * 60_000;

/// Somebody whom a provider introduces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Who says so.
    pub issuer: String,
    /// What it calls them, for good.
    pub subject: String,
    /// Their mail address, where the provider has verified it.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// The role that what it says comes to; none where it comes to none.
    pub role: Option<&'static str>,
    /// Its word on roles holds each time; if not, it is heard once, for those who are added.
    pub says_roles: bool,
    /// They get in although nobody has added them.
    pub may_be_added: bool,
}

impl Engine {
    /// Keeps that somebody went to the provider: SHA-256 of the state and of what their browser holds, the nonce, the
    /// verifier and where they want to go then.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn begin_sign_in(
        &self,
        (state_sha256, browser_sha256): (String, String),
        nonce: String,
        verifier: String,
        return_to: String,
    ) -> Result<(), StoreError> {
        let ends_at = self.clock().now_ms() + AWAY_MS;
        let begin = AccessWrite::SignInBegin { state_sha256, browser_sha256, nonce, verifier, return_to, ends_at };
        self.commit_writes(DEFAULT_WORKSPACE, vec![Write::Access(begin)]).await
    }

    /// Who came back with a state, in the browser that began, once.
    ///
    /// # Errors
    /// [`AccessError::LinkEnded`] when nobody did, or it took too long.
    pub async fn take_sign_in(&self, state_sha256: &str, browser_sha256: &str) -> Result<SignInRow, EngineError> {
        let mut reader = self.db().read().await?;
        let found = read::sign_in_begun(&mut reader.conn(), state_sha256, self.clock().now_ms()).await?;
        drop(reader);
        // Hashes are compared: how long that takes tells nothing of what was hashed.
        let begun = found.filter(|row| row.browser_sha256 == browser_sha256).ok_or(AccessError::LinkEnded)?;
        let used = AccessWrite::SignInUse { state_sha256: state_sha256.to_owned() };
        self.commit_or(&begun.workspace_id, vec![Write::Access(used)], AccessError::LinkEnded).await?;
        Ok(begun)
    }

    /// Signs somebody in whom a provider introduces: whom it meant before, else who has the mail address that it has
    /// verified, else somebody new where that may be.
    ///
    /// # Errors
    /// [`AccessError::EmailNotVerified`] and [`AccessError::NotInvited`]; nothing was changed then.
    pub async fn introduced(&self, ws: &str, who: Stranger, browser: Browser) -> Result<(), EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let known = match read::identity(conn, ws, &who.issuer, &who.subject).await? {
            Some((id,)) => read::rep(conn, ws, &id).await?,
            None => None,
        };
        let is_known = known.is_some();
        let rep = match (known, &who.email) {
            (Some(rep), _) => Some(rep),
            (None, None) => return Err(AccessError::EmailNotVerified.into()),
            (None, Some(email)) => read::rep_by_email(conn, ws, email).await?,
        };
        drop(reader);
        let refused = || AccessError::NotInvited;
        if who.says_roles && who.role.is_none() {
            return Err(refused().into());
        }
        let mut writes = Vec::new();
        let rep_id = match &rep {
            Some(rep) if rep.disabled_at.is_some() => return Err(refused().into()),
            Some(rep) => rep.id.clone(),
            None => {
                let role = who.role.filter(|_| who.may_be_added).ok_or_else(refused)?;
                let email = who.email.clone().ok_or(AccessError::EmailNotVerified)?;
                let id = self.ids().next(IdKind::Rep);
                let name = who.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| email.clone());
                let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                let data = json!({ "issuer": who.issuer, "role": role });
                writes.extend(audit::detail(self, "added_by_provider", (&id, &name), &id, &data));
                writes.push(Write::Rep { id: id.clone(), name, email, role: role.to_owned() });
                id
            }
        };
        if !is_known {
            let Stranger { issuer, subject, .. } = who.clone();
            writes.push(Write::Access(AccessWrite::Identity { issuer, subject, rep_id: rep_id.clone() }));
        }
        let role = who.role.filter(|_| who.says_roles);
        if let Some((rep, role)) = rep.zip(role).filter(|(rep, role)| rep.role != *role) {
            self.now_has_role(&rep, role).await?;
        }
        writes.push(self.signed_in(rep_id, browser));
        // Somebody may have come twice at the same time, for the first time.
        self.commit_or(ws, writes, AccessError::LinkEnded).await
    }

    /// Gives somebody the role that the provider says; the last owner stays one, for nobody could manage users then.
    async fn now_has_role(&self, rep: &RepRow, role: &str) -> Result<(), EngineError> {
        let wanted = RepRow { role: role.to_owned(), ..rep.clone() };
        let data = json!({ "from": rep.role, "to": role });
        let mut writes: Vec<Write> =
            audit::detail(self, "role_by_provider", (&rep.id, &rep.name), &rep.id, &data).into_iter().collect();
        writes.push(Write::Access(changed(&wanted, &rep.name)));
        match self.commit_writes(&rep.workspace_id, writes).await {
            Err(StoreError::Stale("user")) => {
                let mut reader = self.db().read().await?;
                let now = read::rep(&mut reader.conn(), &rep.workspace_id, &rep.id).await?;
                let is_last = now.is_some_and(|now| now.version == rep.version);
                if is_last {
                    tracing::warn!(user = rep.id, "the provider would take the last owner's role; they keep it");
                    Ok(())
                } else {
                    Err(AccessError::LinkEnded.into())
                }
            }
            done => Ok(done?),
        }
    }
}
