//! Messages in: stored once, and handed to whoever works on them.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Engine, LEASE_MS};
use crate::policies::InForce;
use crate::stages::{self, Known, Work};
use crate::store::StoreError;
use crate::store::ingest::{InLane, Ingest, Ingested, WorkHere};
use crate::store::rows::DueRow;

impl Engine {
    /// Stores one inbound message, once, and wakes whoever works on it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the sender must deliver it again.
    pub async fn receive(&self, ingest: Ingest) -> Result<Ingested, StoreError> {
        self.receive_within(ingest, None).await
    }

    /// The same, with a bound on how long it may wait for its turn to be stored.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its turn did not come in time; nothing was stored.
    pub async fn receive_within(&self, mut ingest: Ingest, patience: Option<Duration>) -> Result<Ingested, StoreError> {
        let in_force = self.work_here(&mut ingest);
        let (workspace_id, channel) = (ingest.workspace_id.clone(), ingest.channel_kind.as_str());
        let (ingested, arrived) = self.writer().ingest_within(ingest, patience).await?;
        if ingested.duplicate {
            return Ok(ingested);
        }
        self.metrics().arrived(channel);
        let in_lane = arrived.as_ref().map_or(InLane::Behind, |arrived| arrived.in_lane);
        // One that others come before is read when its turn comes.
        let known = in_force.zip(arrived).filter(|_| in_lane != InLane::Behind).and_then(|(in_force, arrived)| {
            let context = stages::on_arrival(&in_force, *arrived)?;
            Some(Known { in_force, context: Box::new(context) })
        });
        let due = DueRow {
            workspace_id,
            id: ingested.run_id.clone(),
            conversation_id: ingested.conversation_id.clone(),
            seq: ingested.seq,
            epoch: known.as_ref().map_or(0, |known| known.context.run.epoch),
            suspect: false,
        };
        let work = Work { due, known };
        let taken = match in_lane {
            InLane::Head => {
                self.lanes().offer(work, false);
                true
            }
            InLane::Next => self.lanes().offer_next(work),
            InLane::Behind => false,
        };
        if !taken {
            // With other runs of its conversation on their way, which need not be in memory, the feeder brings all in order.
            self.lanes().follow(&ingested.conversation_id);
            self.wake();
        }
        Ok(ingested)
    }

    /// Has the store hand over what the first step needs, and lease the run to us, if workers here have room for it.
    fn work_here(&self, ingest: &mut Ingest) -> Option<Arc<InForce>> {
        if !self.lanes().have_room() {
            return None;
        }
        let in_force = self.policies().current(&ingest.workspace_id)?;
        ingest.work_here = Some(WorkHere {
            limits: stages::asked_on_arrival(&in_force.policy, ingest),
            lease: self.leases().then(|| (self.boot().to_owned(), self.clock().now_ms() + LEASE_MS)),
        });
        Some(in_force)
    }
}
