//! Why a recorded decision was made: the record, explained under the policy version it was made under.

use remit_dsl::Outcome;

use crate::decide::explain::{Explanation, Of};
use crate::decide::record::Record;
use crate::engine::{Engine, EngineError};
use crate::policies::PolicyError;
use crate::store::{StoreError, read};

impl Engine {
    /// Explains a decision, and with `what_if` also what would have had to be otherwise for that outcome.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such decision; [`EngineError::Policy`] when the version it was made under
    /// was not kept or does not compile any more.
    pub async fn explain(
        &self,
        workspace: &str,
        decision: &str,
        what_if: Option<Outcome>,
    ) -> Result<Explanation, EngineError> {
        let mut reader = self.db().read().await?;
        let row = read::decision(&mut reader.conn(), workspace, decision).await?;
        drop(reader);
        let row = row.ok_or_else(|| EngineError::NotFound { what: "decision", id: decision.to_owned() })?;
        let record: Record = serde_json::from_str(&row.record)
            .map_err(|error| StoreError::Inconsistent { table: "decision", reason: error.to_string() })?;
        let of = Of {
            id: row.id,
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            gate: row.gate,
            decided_at_ms: row.decided_at,
        };
        let policy = crate::replay::kept_policy(self.db(), workspace, &row.policy_digest).await?;
        let policy = policy.ok_or_else(|| {
            PolicyError::Unusable(format!("the version {} is not kept, or does not check any more", row.policy_digest))
        })?;
        // Looking for the smallest change takes a while: not on a thread that serves others.
        let work = move || Explanation::of_record(of, record, &policy, what_if);
        Ok(tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?)
    }
}
