//! A request that is made once, however often it is sent: what it does and the word that it was done are one commit.
//!
//! Whoever serves a request runs it [`within`] its [`Claim`]. The first change that it commits carries the claim along;
//! where the claim was made before, that commit fails as a whole with [`StoreError::Stale`], and nothing is done twice.

use std::cell::RefCell;

use crate::audit;
use crate::engine::Engine;
use crate::store::rows::OnceRow;
use crate::store::{OnceWrite, Outcome, StoreError, Transition, Write, read};

/// How long a request that was made is remembered: a day, in milliseconds.
pub const KEPT_MS: i64 = 24 * 3_600_000;

/// What [`StoreError::Stale`] names where a claim was made before.
pub const CLAIMED: &str = "idempotency key";

/// A request that is to be made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The workspace.
    pub workspace_id: String,
    /// SHA-256 of who asks, for which operation, and the key they named, hex.
    pub id: String,
    /// SHA-256 of what they ask, hex.
    pub fingerprint: String,
}

#[derive(Debug)]
struct Open {
    claim: Claim,
    kept: bool,
}

tokio::task_local! {
    static OPEN: RefCell<Open>;
}

/// Does `work` within a claim. Also gives whether the claim was kept: whether the work committed anything.
pub async fn within<T>(claim: Claim, work: impl Future<Output = T>) -> (T, bool) {
    let work = async {
        let done = work.await;
        (done, OPEN.with(|open| open.borrow().kept))
    };
    OPEN.scope(RefCell::new(Open { claim, kept: false }), work).await
}

impl Engine {
    /// Commits a transition; with the claim of the request that is being served, if there is one and this is its first.
    pub(crate) async fn commit(&self, mut transition: Transition) -> Result<Outcome, StoreError> {
        let claim = OPEN.try_with(|open| {
            let open = open.borrow();
            (!open.kept).then(|| open.claim.clone())
        });
        let claim = claim.ok().flatten();
        let claims = claim.is_some();
        if let Some(Claim { workspace_id: _, id, fingerprint }) = claim {
            transition.writes.insert(0, Write::Once(OnceWrite::Claim { id, fingerprint }));
        }
        transition.writes.extend(audit::open());
        let outcome = self.writer().commit(transition).await?;
        if outcome == Outcome::Won {
            audit::kept();
        }
        if claims && outcome == Outcome::Won {
            // Beyond this await nothing else has touched it: a request is served by one task.
            let _ = OPEN.try_with(|open| open.borrow_mut().kept = true);
        }
        Ok(outcome)
    }

    /// A request that was made within the last day.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn made(&self, workspace: &str, id: &str) -> Result<Option<OnceRow>, StoreError> {
        let mut reader = self.db().read().await?;
        read::once(&mut reader.conn(), workspace, id, self.clock().now_ms() - KEPT_MS).await
    }

    /// Keeps what was answered to a request that was made.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn answered(&self, claim: &Claim, status: u16, body: String) -> Result<(), StoreError> {
        let answer = OnceWrite::Answer { id: claim.id.clone(), status: i64::from(status), body };
        self.commit_writes(&claim.workspace_id, vec![Write::Once(answer)]).await
    }
}
