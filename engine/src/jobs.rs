//! What people do with jobs: have a failed one tried again, say what became of one in doubt, end one.

use crate::decide::RunContext;
use crate::decide::job::{self, JobError, Operator, Word};
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::stages;
use crate::store::{Outcome, StoreError, Transition};

/// How often a job that others move meanwhile is looked at again.
pub(crate) const MOST_TRIES: usize = 100;

impl Engine {
    /// Has a failed job tried again, or one that waits for its next attempt tried now. Of a reply that may have left, the
    /// person must say what became of it: nothing is ever sent again blindly. The gate is asked again before anything of
    /// the AI leaves.
    ///
    /// # Errors
    /// [`EngineError::Job`] when there is nothing to try again or the word is missing; [`EngineError::NotFound`].
    pub async fn retry_job(
        &self,
        workspace: &str,
        run_id: &str,
        by: Operator<'_>,
        word: Option<Word>,
    ) -> Result<(), EngineError> {
        self.settle_job(workspace, run_id, |context| job::retry(context, by, word, self.ids())).await
    }

    /// Ends a job: nothing of it is sent. What is being handed over cannot be ended.
    ///
    /// # Errors
    /// [`EngineError::Job`] when it is being handed over or has ended; [`EngineError::NotFound`].
    pub async fn cancel_job(&self, workspace: &str, run_id: &str, by: Operator<'_>) -> Result<(), EngineError> {
        self.settle_job(workspace, run_id, |context| job::cancel(context, by, self.ids())).await
    }

    async fn settle_job(
        &self,
        workspace: &str,
        run_id: &str,
        decide: impl Fn(&RunContext) -> Result<Transition, JobError>,
    ) -> Result<(), EngineError> {
        for _ in 0..MOST_TRIES {
            let in_force = self.policies().in_force(self.db(), workspace).await?;
            let context = stages::context(self, &in_force, workspace, run_id).await?;
            let context = context.ok_or_else(|| not_found("job", run_id))?;
            if self.commit(decide(&context)?).await? == Outcome::Won {
                self.wake();
                return Ok(());
            }
        }
        Err(EngineError::Store(StoreError::Contended))
    }
}
