use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use remit_engine::decide::record::Record;
use remit_engine::draft::check;
use remit_engine::ports::Classification;
use remit_engine::store::rows::DecisionRow;
use remit_engine::store::{StoreError, read};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// A decision and everything it was made of: the same facts under the same policy decide the same again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Its id, `dec_…`.
    id: String,
    /// The message it is about.
    message_id: String,
    /// The conversation of that message.
    conversation_id: String,
    /// Which asking: `draft`, `approved`, `release` or `send`.
    gate: String,
    /// The most careful outcome that any rule demanded: `send`, `hold`, `approval`, `off` or `escalate`.
    outcome: String,
    /// The rules whose demand is the outcome.
    deciding: Vec<Reason>,
    /// The other rules that matched, most careful first.
    also: Vec<Reason>,
    /// The autonomy mode in force and the line that chose it.
    mode: Setting,
    /// The risk tier of the message and the line that chose it.
    tier: Setting,
    /// Who gets the conversation if a person has to look.
    route: Route,
    /// With `hold`: when to ask again.
    #[schema(required)]
    hold_until_at: Option<Timestamp>,
    /// How long a person can take back an automatic send, in milliseconds.
    undo_ms: i64,
    /// Facts that were needed and could not be determined; rules that need them count as matched.
    unknown: Vec<String>,
    /// Every fact the policy could read, by its path.
    facts: BTreeMap<String, Fact>,
    /// What the detectors found, by `<subject>.<detector>`.
    detections: BTreeMap<String, Detection>,
    /// What the draft checks found, and where.
    findings: Vec<DraftFinding>,
    /// Name of the policy.
    policy_name: String,
    /// Digest of the policy.
    policy_digest: String,
    /// The draft that was judged; null when there was none.
    #[schema(required)]
    draft: Option<DraftSeen>,
    /// The classifier's whole answer; null when it gave none.
    #[schema(required)]
    classification: Option<ClassificationSeen>,
    /// How long the asking took, in microseconds.
    took_us: i64,
    /// When it was decided.
    decided_at: Timestamp,
}

/// A rule that matched, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `guard`, `standard`, `limit`, `switch`, `band`, `action` or `mode`.
    kind: &'static str,
    /// Its name.
    name: String,
    /// What it demanded.
    outcome: &'static str,
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
    /// The rule's own words for people inside. Never show them to a contact.
    #[schema(required)]
    because: Option<String>,
    /// Who answers for the rule: its `@owner`. For people inside, too.
    #[schema(required)]
    owner: Option<String>,
    /// Where the rule was decided: its `@ticket`.
    #[schema(required)]
    ticket: Option<String>,
    /// It matched only because something it needs could not be determined.
    uncertain: bool,
}

/// A place in a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Place {
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
}

/// A setting that was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Setting {
    /// What was chosen.
    value: String,
    /// The line that chose it; null for the built-in default.
    #[schema(required)]
    at: Option<Place>,
    /// The cap that raised it, if one did.
    #[schema(required)]
    capped_by: Option<Place>,
}

/// Who gets the conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Route {
    /// Name of the row.
    row: String,
    /// Team.
    #[schema(required)]
    team: Option<String>,
    /// Person, instead of a team.
    #[schema(required)]
    person: Option<String>,
    /// Skill that the person should have.
    #[schema(required)]
    skill: Option<String>,
    /// How to pick somebody in the team.
    #[schema(required)]
    pick: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(required)]
    priority: Option<String>,
    /// Time to the first answer, in milliseconds.
    #[schema(required)]
    sla_ms: Option<i64>,
    /// The line.
    at: Place,
}

/// A fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fact {
    /// `true`, `"email"`, `0.85` or `{"minor": 120050, "currency": "USD"}`; null when it could not be determined.
    #[schema(required)]
    value: Option<serde_json::Value>,
    /// `observed`, `model`, `script`, `derived` or `assumed`.
    from: String,
}

/// What a detector found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detection {
    /// Yes or no; null when it could not be determined.
    #[schema(required)]
    found: Option<bool>,
    /// The words found.
    evidence: Vec<String>,
}

/// A place in the draft that a check found something at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftFinding {
    /// The fact that it sets, such as `draft.promise`.
    check: &'static str,
    /// Where it begins in the draft, in characters; a subject comes first and an empty line after it.
    start: usize,
    /// Where it ends, in characters.
    end: usize,
    /// The words; of a secret only the beginning.
    words: String,
    /// What is wrong with it, for people inside.
    says: String,
}

impl From<check::Finding> for DraftFinding {
    fn from(found: check::Finding) -> Self {
        Self { check: found.check.fact(), start: found.start, end: found.end, words: found.words, says: found.says }
    }
}

/// The draft a decision was about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftSeen {
    /// Its id.
    id: String,
    /// Its version then.
    version: i64,
    /// SHA-256 of its text, hex.
    content_sha256: String,
}

/// A classifier's answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassificationSeen {
    /// The best intent; null when none fits.
    #[schema(required)]
    intent: Option<String>,
    /// How likely it is right, 0 to 1.
    confidence: f64,
    /// How far it is ahead of the second best, 0 to 1.
    margin: f64,
    /// The intents considered, best first.
    alternatives: Vec<Alternative>,
    /// Language of the message.
    #[schema(required)]
    language: Option<String>,
    /// Identifies the model exactly.
    model: String,
    /// What spoke for the answer, for people.
    evidence: Vec<String>,
}

/// An intent that was considered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alternative {
    /// The intent.
    intent: String,
    /// Its probability, 0 to 1.
    probability: f64,
}

impl From<remit_dsl::Location> for Place {
    fn from(at: remit_dsl::Location) -> Self {
        Self { file: at.file, line: at.line, column: at.column }
    }
}

impl From<remit_dsl::Setting> for Setting {
    fn from(setting: remit_dsl::Setting) -> Self {
        Self { value: setting.value, at: setting.at.map(Place::from), capped_by: setting.capped_by.map(Place::from) }
    }
}

impl From<remit_dsl::Reason> for Reason {
    fn from(reason: remit_dsl::Reason) -> Self {
        Self {
            kind: reason.kind.as_str(),
            name: reason.name,
            outcome: reason.outcome.as_str(),
            file: reason.at.file,
            line: reason.at.line,
            column: reason.at.column,
            because: reason.because,
            owner: reason.owner,
            ticket: reason.ticket,
            uncertain: reason.uncertain,
        }
    }
}

impl From<remit_dsl::Route> for Route {
    fn from(route: remit_dsl::Route) -> Self {
        Self {
            row: route.row,
            team: route.team,
            person: route.person,
            skill: route.skill,
            pick: route.pick,
            priority: route.priority,
            sla_ms: route.sla_ms,
            at: route.at.into(),
        }
    }
}

impl From<Classification> for ClassificationSeen {
    fn from(found: Classification) -> Self {
        let alternative = |(intent, probability)| Alternative { intent, probability };
        Self {
            intent: found.intent,
            confidence: found.confidence,
            margin: found.margin,
            alternatives: found.alternatives.into_iter().map(alternative).collect(),
            language: found.language,
            model: found.model,
            evidence: found.evidence,
        }
    }
}

/// Reads the record of a decision.
pub(crate) fn record(row: &DecisionRow) -> Result<Record, StoreError> {
    serde_json::from_str(&row.record)
        .map_err(|error| StoreError::Inconsistent { table: "decision", reason: error.to_string() })
}

impl Decision {
    fn of(row: DecisionRow) -> Result<Self, StoreError> {
        let Record { facts, verdict, detections, policy_name, classification, draft, findings, .. } = record(&row)?;
        let fact = |fact: remit_dsl::Fact| Fact {
            value: fact.value.map(|value| serde_json::to_value(value).unwrap_or_default()),
            from: serde_json::to_value(fact.from)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default(),
        };
        let detection = |found: remit_dsl::Detection| Detection { found: found.found, evidence: found.evidence };
        Ok(Self {
            id: row.id,
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            gate: row.gate,
            outcome: row.outcome,
            deciding: verdict.deciding.into_iter().map(Reason::from).collect(),
            also: verdict.also.into_iter().map(Reason::from).collect(),
            mode: verdict.mode.into(),
            tier: verdict.tier.into(),
            route: verdict.route.into(),
            hold_until_at: verdict.hold_until_ms.map(Timestamp),
            undo_ms: verdict.undo_ms,
            unknown: verdict.unknown,
            facts: facts.values.into_iter().map(|(key, value)| (key, fact(value))).collect(),
            detections: detections.0.into_iter().map(|(key, found)| (key, detection(found))).collect(),
            findings: findings.into_iter().map(DraftFinding::from).collect(),
            policy_name,
            policy_digest: row.policy_digest,
            draft: draft.map(|seen| DraftSeen {
                id: seen.id,
                version: seen.version,
                content_sha256: seen.content_sha256,
            }),
            classification: classification.map(ClassificationSeen::from),
            took_us: row.took_us,
            decided_at: Timestamp(row.decided_at),
        })
    }
}

/// One decision, in full
///
/// The rules that decided with file, line and column, the rules that matched beside them, and every fact.
#[utoipa::path(
    get,
    path = "/api/v1/decisions/{id}",
    tag = "decisions",
    params(("id" = String, Path, description = "The decision, `dec_…`")),
    responses((status = 200, description = "The decision", body = Decision))
)]
pub(crate) async fn get_decision(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Decision>, ApiError> {
    let mut reader = app.read().await?;
    let row = read::decision(&mut reader.conn(), rep.workspace(), &id).await?;
    let row = row.ok_or_else(|| ApiError::not_found("decision"))?;
    Ok(Json(Decision::of(row)?))
}
