//! The writes about labels: what people found about the classifier's answers, and what is proved by it.

use super::statements as sql;
use super::{Conn, StoreError, execute, fetch};

/// How somebody came to say whether an answer was right. A later, weightier word takes the place of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelSource {
    /// The draft was approved as it was.
    Approval,
    /// The draft was approved after it was rewritten.
    Edit,
    /// The draft was rejected.
    Reject,
    /// Somebody said what the message is about.
    Correction,
    /// Somebody said so who had not seen what the AI took it for.
    Audit,
}

impl LabelSource {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Edit => "edit",
            Self::Reject => "reject",
            Self::Correction => "correction",
            Self::Audit => "audit",
        }
    }

    /// The source that a row names. An unknown word weighs most, so that nothing takes its place.
    fn of(word: &str) -> Self {
        let all = [Self::Approval, Self::Edit, Self::Reject, Self::Correction];
        all.into_iter().find(|source| source.as_str() == word).unwrap_or(Self::Audit)
    }
}

/// One word on one answer.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub struct NewLabel {
    pub message_id: String,
    pub policy_digest: String,
    pub model: String,
    /// What the classifier said.
    pub intent: String,
    /// How sure it was, in thousandths.
    pub confidence: i64,
    /// What the person says it is, where they said and it is one of the policy's.
    pub right_intent: Option<String>,
    pub wrong: bool,
    pub source: LabelSource,
    pub by_id: String,
    pub by_name: String,
}

/// What was asked to be proved, and what came of it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub struct NewCertificate {
    pub policy_digest: String,
    pub model: String,
    pub name: String,
    pub state: &'static str,
    pub from_confidence: i64,
    pub sent: i64,
    pub wrong: i64,
    pub bound: i64,
    pub share: i64,
    pub reason: String,
    pub by_name: String,
    /// What messages were like before, as JSON, where it is granted.
    pub traffic: Option<String>,
}

/// One write about labels. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum LabelWrite {
    /// Somebody said whether an answer was right.
    Label(Box<NewLabel>),
    /// An answer that leaves on its own is to be looked at.
    Draw { message_id: String, policy_digest: String, model: String, certificates: Vec<String> },
    /// Grant a certificate or refuse it.
    Certificate(Box<NewCertificate>),
    /// The classifier was trained anew.
    Training { policy_digest: String, model: String, learned_until: i64, lessons: String },
    /// Take a certificate back: what is about to leave because of it looks again.
    Revoke { policy_digest: String, model: String, name: String, reason: String, by_name: String },
}

impl LabelWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Label(label) => label.apply(conn, ws, now).await?,
            Self::Draw { message_id, policy_digest, model, certificates } => {
                let names = serde_json::to_string(certificates).unwrap_or_else(|_| "[]".to_owned());
                execute!(conn, sql::SPOT_CHECK_INSERT, ws, message_id, policy_digest, model, &names, now);
            }
            Self::Certificate(new) => {
                let NewCertificate { policy_digest, model, name, state, reason, by_name, traffic, .. } = &**new;
                execute!(
                    conn,
                    sql::CERTIFICATE_SET,
                    ws,
                    policy_digest,
                    model,
                    name,
                    *state,
                    new.from_confidence,
                    new.sent,
                    new.wrong,
                    new.bound,
                    new.share,
                    reason,
                    by_name,
                    now,
                    traffic.as_deref()
                );
                execute!(conn, sql::SWITCH_COUNT, ws);
            }
            Self::Training { policy_digest, model, learned_until, lessons } => {
                execute!(conn, sql::TRAINING_SET, ws, policy_digest, model, *learned_until, lessons, now);
            }
            Self::Revoke { policy_digest, model, name, reason, by_name } => {
                execute!(conn, sql::CERTIFICATE_REVOKE, ws, policy_digest, model, name, reason, by_name, now);
                // Every send that was allowed because of it asks the gate again.
                execute!(conn, sql::SWITCH_COUNT, ws);
            }
        }
        Ok(())
    }
}

impl NewLabel {
    async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let (message, digest, model) = (self.message_id.as_str(), self.policy_digest.as_str(), self.model.as_str());
        let before: Vec<(String, i64, bool, String)> = fetch!(conn, sql::LABEL_GET, ws, message, digest, model);
        if let Some((intent, confidence, wrong, source)) = before.first() {
            if LabelSource::of(source) > self.source {
                return Ok(());
            }
            let (intent, wrong) = (intent.as_str(), i64::from(*wrong));
            execute!(conn, sql::LABEL_COUNT_ADD, ws, digest, model, intent, *confidence, -1_i64, -wrong);
        }
        let (intent, right) = (self.intent.as_str(), self.right_intent.as_deref());
        let (by_id, by_name) = (self.by_id.as_str(), self.by_name.as_str());
        let source = self.source.as_str();
        execute!(
            conn,
            sql::LABEL_SET,
            ws,
            message,
            digest,
            model,
            intent,
            self.confidence,
            right,
            self.wrong,
            source,
            by_id,
            by_name,
            now
        );
        execute!(conn, sql::LABEL_COUNT_ADD, ws, digest, model, intent, self.confidence, 1_i64, i64::from(self.wrong));
        if self.source == LabelSource::Audit {
            self.audited(conn, ws, now).await?;
        }
        Ok(())
    }

    /// Counts it for the certificates because of which the answer left; once.
    async fn audited(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let drawn: Vec<(String, String, String)> = fetch!(conn, sql::SPOT_CHECK_GET, ws, self.message_id.as_str());
        let Some((digest, model, names)) = drawn.first() else { return Ok(()) };
        execute!(conn, sql::SPOT_CHECK_DONE, ws, self.message_id.as_str(), now);
        let names: Vec<String> = serde_json::from_str(names)
            .map_err(|error| StoreError::Inconsistent { table: "spot_check", reason: error.to_string() })?;
        let (digest, model, wrong) = (digest.as_str(), model.as_str(), i64::from(self.wrong));
        for name in &names {
            execute!(conn, sql::CERTIFICATE_AUDITED, ws, digest, model, name.as_str(), 1_i64, wrong);
        }
        Ok(())
    }
}
