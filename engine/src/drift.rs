//! Watches whether the messages still are those about which a certificate was granted, and takes it back where not.
//!
//! Whoever grants a certificate keeps with it what messages were like. Once a minute the latest answers are compared with
//! that. What has shifted far is told: in the log, by the event of a certificate that is taken back, in the metrics, and
//! with the certificate. It can be asked for again once somebody has looked.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::classify::drift::{Answer, Shift, Traffic, shifts};
use crate::domain::{DEFAULT_WORKSPACE, IdKind, encode};
use crate::engine::{Engine, EngineError};
use crate::policies::PolicyError;
use crate::store::rows::{AnswerRow, CertificateRow};
use crate::store::{Conn, StoreError, read};

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(60);
/// Answers that are compared at most: those before the certificate, and the latest.
const BEFORE: i64 = 2_000;
const NOW: i64 = 500;
/// Messages that are looked through for them, for each answer: others are ours, a machine's or another model's.
const MESSAGES_PER_ANSWER: i64 = 5;

/// Looks until stopped.
pub(crate) async fn keep_watching(engine: Engine, stopped: CancellationToken) {
    loop {
        tokio::select! {
            () = stopped.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match engine.watch_drift(DEFAULT_WORKSPACE).await {
            Ok(taken) => {
                for (name, reason) in taken {
                    tracing::warn!(
                        certificate = name,
                        reason,
                        "a certificate was taken back: the messages have changed"
                    );
                }
            }
            Err(EngineError::Policy(PolicyError::None)) => {}
            Err(error) => tracing::warn!(%error, "cannot see whether the messages have changed; trying again"),
        }
    }
}

impl Engine {
    /// Compares the latest messages with those of before each certificate in force, and takes back those whose messages
    /// have changed. Gives their names, and why.
    ///
    /// # Errors
    /// [`EngineError`] when there is no policy or the store fails.
    pub async fn watch_drift(&self, workspace: &str) -> Result<Vec<(String, String)>, EngineError> {
        let mut taken = Vec::new();
        for standing in self.certificates(workspace).await? {
            let Some(shifts) = standing.shifts.as_ref().filter(|_| standing.state() == "granted") else { continue };
            let name = &standing.declared.name;
            self.metrics().drifted(name, &standing.model, shifts);
            if let Some(reason) = alarm(shifts) {
                self.take_back_drifted(workspace, &standing.model, name, &reason).await?;
                taken.push((name.clone(), reason));
            }
        }
        Ok(taken)
    }
}

/// Why the messages count as changed; `None` where they do not.
fn alarm(shifts: &[Shift]) -> Option<String> {
    let far: Vec<String> = shifts.iter().filter(|shift| shift.alarm).map(ToString::to_string).collect();
    (!far.is_empty()).then(|| format!("messages have changed since it was granted: {}", far.join(", ")))
}

/// What the latest messages before now were like, by the answers of a model.
pub(crate) async fn traffic(conn: &mut Conn<'_>, workspace: &str, model: &str) -> Result<Traffic, StoreError> {
    counted(conn, workspace, model, i64::MIN, BEFORE).await
}

/// How far the messages since a certificate was granted have shifted from those of before; `None` where nobody can tell.
pub(crate) async fn shifted(
    conn: &mut Conn<'_>,
    workspace: &str,
    model: &str,
    certificate: &CertificateRow,
) -> Result<Option<Vec<Shift>>, StoreError> {
    let Some(kept) = certificate.traffic.as_ref().filter(|_| certificate.state == "granted") else { return Ok(None) };
    let before: Traffic = serde_json::from_str(kept)
        .map_err(|error| StoreError::Inconsistent { table: "certificate", reason: error.to_string() })?;
    let now = counted(conn, workspace, model, certificate.decided_at, NOW).await?;
    Ok(shifts(&before, &now))
}

async fn counted(
    conn: &mut Conn<'_>,
    workspace: &str,
    model: &str,
    since: i64,
    most: i64,
) -> Result<Traffic, StoreError> {
    let end = encode(IdKind::Message, u128::MAX);
    let rows = read::answers(conn, workspace, model, &end, since, most * MESSAGES_PER_ANSWER, most).await?;
    Ok(Traffic::of(rows.iter().map(AnswerRow::answer)))
}

impl AnswerRow {
    fn answer(&self) -> Answer<'_> {
        Answer {
            intent: self.intent.as_deref(),
            confidence: self.confidence.unwrap_or(0),
            language: self.language.as_deref(),
        }
    }
}
