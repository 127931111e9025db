//! Overload: what cannot be answered in time is a person's, with the reason, instead of being answered late.

use std::sync::atomic::Ordering;

use crate::decide::RunContext;
use crate::domain::Stage;
use crate::engine::Engine;
use crate::store::{StoreError, read};

impl Engine {
    /// Looks whether more runs are due than may wait.
    pub(crate) async fn look_at_depth(&self) -> Result<(), StoreError> {
        let Some(most) = self.options().most_waiting else { return Ok(()) };
        let most = i64::try_from(most).unwrap_or(i64::MAX - 1);
        let mut reader = self.db().read().await?;
        let depth = read::depth(&mut reader.conn(), self.clock().now_ms(), most + 1).await?.map_or(0, |row| row.0);
        let flooded = depth > most;
        if self.flooded().swap(flooded, Ordering::Relaxed) != flooded {
            if flooded {
                tracing::warn!(most, "more runs are due than may wait; messages go to people until fewer are");
            } else {
                tracing::warn!("the queue is short again; messages are answered as before");
            }
        }
        Ok(())
    }

    /// Why this run is a person's: it has waited too long for its first step, or too many wait. A message of a machine is
    /// nobody's, and a run that somebody had tried again is not asked.
    pub(crate) fn overload(&self, context: &RunContext) -> Option<String> {
        let first_step = context.run.stage == Stage::Received && context.run.version == 1;
        if !first_step || context.by_rep() || !context.from_a_person() {
            return None;
        }
        if let Some(longest) = self.options().longest_wait {
            // Not the context's time: it may have waited in memory, too.
            let waited = self.clock().now_ms().saturating_sub(context.run.created_at);
            if waited > i64::try_from(longest.as_millis()).unwrap_or(i64::MAX) {
                return Some(format!(
                    "overloaded: the message waited {} s before anybody could begin with it; {} s is the most",
                    waited / 1000,
                    longest.as_secs()
                ));
            }
        }
        if self.flooded().load(Ordering::Relaxed) {
            let most = self.options().most_waiting.unwrap_or(usize::MAX);
            return Some(format!("overloaded: more than {most} messages were waiting"));
        }
        None
    }
}
