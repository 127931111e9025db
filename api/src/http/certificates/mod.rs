//! Certificates: what people's labels prove about the answers that would leave.

pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;

use remit_engine::certificates::Standing;
use remit_engine::classify::drift::Shift;
use remit_engine::store::rows::CertificateRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;

/// How a certificate of the policy in force stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Certificate {
    /// Its name, as the policy says it.
    name: String,
    /// What it is about, for people.
    #[schema(required)]
    title: Option<String>,
    /// The intents whose answers are counted together.
    intents: Vec<String>,
    /// `unproved`, `refused`, `granted` or `revoked`.
    state: String,
    /// What the labels prove, in one line.
    sentence: String,
    /// The model whose answers they are; another model begins anew.
    model: String,
    /// The labels so far.
    proof: Proof,
    /// For each share that rules ask for: how many labels are missing.
    asked: Vec<Missing>,
    /// What was asked last, and what came of it.
    #[schema(required)]
    decided: Option<CertificateDecided>,
    /// While it is granted: how far messages have shifted from those before it was, each measure; null where that cannot be
    /// told, for want of messages. An alarm takes the certificate back within a minute.
    #[schema(required)]
    drift: Option<Vec<Drift>>,
}

/// How far messages have shifted in one respect.
#[derive(Debug, Serialize, ToSchema)]
struct Drift {
    /// `unknown` (how often no intent fits), `intents`, `confidence` or `languages`.
    measure: String,
    /// The population stability index: 0 where nothing has changed.
    index: f64,
    /// From this on it is much.
    alarm_from: f64,
    /// Whether it is much, and no chance.
    alarm: bool,
}

impl From<Shift> for Drift {
    fn from(shift: Shift) -> Self {
        Self {
            measure: shift.measure.as_str().to_owned(),
            index: (shift.index * 1000.0).round() / 1000.0,
            alarm_from: shift.measure.alarm_from(),
            alarm: shift.alarm,
        }
    }
}

/// What labels prove.
#[derive(Debug, Serialize, ToSchema)]
struct Proof {
    /// The confidence from which answers count, 0 to 1.
    from: f64,
    /// Labelled answers of these intents, of any confidence.
    labelled: u64,
    /// Labelled answers that would have been sent.
    sent: u64,
    /// How many of those were found wrong.
    wrong: u64,
    /// At most this share is wrong, 0 to 1, rounded up.
    bound: f64,
    /// With this confidence.
    confidence: f64,
}

/// What is missing before a share is proved.
#[derive(Debug, Serialize, ToSchema)]
struct Missing {
    /// The share of wrong answers, 0 to 1.
    share: f64,
    /// Labels that are missing if none of them shows a mistake; 0 when it is proved, null when no number would do.
    #[schema(required)]
    missing: Option<u64>,
}

/// What was asked last.
#[derive(Debug, Serialize, ToSchema)]
struct CertificateDecided {
    /// How often it was asked for. Each further asking may risk half of the one before.
    times: i64,
    /// The confidence from which it covers answers.
    from: f64,
    /// Labelled answers it rested on.
    sent: i64,
    /// How many of them were wrong.
    wrong: i64,
    /// The share that was proved, rounded up.
    bound: f64,
    /// The share that was promised by it, which audits are held against; null where it was refused.
    #[schema(required)]
    promised: Option<f64>,
    /// Answers that left because of it and were looked at.
    audited: i64,
    /// How many of those were wrong.
    audited_wrong: i64,
    /// Why.
    reason: String,
    /// Who asked, or who took it back.
    by: String,
    /// When.
    at: Timestamp,
}

fn share(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

impl From<CertificateRow> for CertificateDecided {
    fn from(row: CertificateRow) -> Self {
        Self {
            times: row.asked,
            from: share(row.from_confidence),
            sent: row.sent,
            wrong: row.wrong,
            bound: share(row.bound),
            promised: (row.share > 0).then(|| share(row.share)),
            audited: row.audited,
            audited_wrong: row.audited_wrong,
            reason: row.reason,
            by: row.by_name,
            at: Timestamp(row.decided_at),
        }
    }
}

impl From<Standing> for Certificate {
    fn from(standing: Standing) -> Self {
        let asked = standing.missing().into_iter().map(|(of, missing)| Missing { share: share(of), missing });
        let proof = standing.proof;
        Self {
            state: standing.state().to_owned(),
            sentence: standing.sentence(),
            asked: asked.collect(),
            name: standing.declared.name,
            title: standing.declared.title,
            intents: standing.declared.intents,
            model: standing.model,
            proof: Proof {
                from: share(proof.from),
                labelled: proof.labelled,
                sent: proof.sent,
                wrong: proof.wrong,
                bound: share(proof.bound_thousandths()),
                confidence: 1.0 - proof.delta,
            },
            decided: standing.decided.map(CertificateDecided::from),
            drift: standing.shifts.map(|shifts| shifts.into_iter().map(Drift::from).collect()),
        }
    }
}

/// A certificate as `remit certify --json` prints it.
pub(crate) fn json(standing: Standing) -> serde_json::Value {
    serde_json::to_value(Certificate::from(standing)).unwrap_or_default()
}
