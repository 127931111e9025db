use axum::Json;
use axum::extract::State;
use remit_dsl::prove::{self, Proof, RuleName, Standing};
use remit_dsl::{Diagnostic, Severity};
use remit_engine::EngineError;
use remit_engine::policies::PolicyError;
use remit_engine::store::read;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Candidate, PolicyFiles, does_not_check, kept};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// Claims in one request, at most.
const MOST: usize = 20;

/// Which claims about which policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToProve {
    /// The policy; the one in force when left out.
    #[serde(default)]
    policy: Option<Candidate>,
    /// Claims to ask, such as `never send when contact.new`; with any, only these are answered. Without, those that stand in the
    /// policy.
    #[serde(default)]
    #[schema(max_items = 20)]
    claims: Vec<String>,
}

/// A rule that a proof rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProvingRule {
    /// What sort of rule; null for a row of the route table.
    #[schema(required)]
    kind: Option<&'static str>,
    /// Its name.
    name: String,
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
}

/// What became of a claim.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProvedClaim {
    /// The claim, as it is written.
    claim: String,
    /// `proved` for every message, `proved_while_known` while every fact is known, `vacuous` where its condition never holds, `false`,
    /// `open` where it is too hard to tell, or `disagreement`, which is a defect of Remit.
    standing: String,
    /// It holds, at least while every fact is known.
    holds: bool,
    /// The rules that see to it.
    proved_by: Vec<ProvingRule>,
    /// A message for which it does not hold, and how it is decided; null where there is none.
    #[schema(required)]
    counterexample: Option<ClaimBroken>,
}

/// A message for which a claim does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimBroken {
    /// What the message is like: conditions that hold of it.
    message: Vec<String>,
    /// How it is decided.
    outcome: String,
    /// The rules that decide so.
    because: Vec<ProvingRule>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProvedClaims {
    /// In the order in which they were asked, or stand in the policy.
    data: Vec<ProvedClaim>,
}

impl From<RuleName> for ProvingRule {
    fn from(rule: RuleName) -> Self {
        let kind = rule.kind.map(remit_dsl::RuleKind::as_str);
        Self { kind, name: rule.name, file: rule.at.file, line: rule.at.line }
    }
}

impl From<Proof> for ProvedClaim {
    fn from(proof: Proof) -> Self {
        let standing = super::word(proof.standing);
        let broken = proof.counterexample.map(|example| {
            let rule = |reason: remit_dsl::Reason| ProvingRule {
                kind: Some(reason.kind.as_str()),
                name: reason.name,
                file: reason.at.file,
                line: reason.at.line,
            };
            ClaimBroken {
                message: example.message,
                outcome: super::word(example.outcome),
                because: example.deciding.into_iter().map(rule).collect(),
            }
        });
        Self {
            claim: proof.claim,
            holds: matches!(proof.standing, Standing::Proved | Standing::ProvedWhileKnown),
            standing,
            proved_by: proof.proved_by.into_iter().map(ProvingRule::from).collect(),
            counterexample: broken,
        }
    }
}

/// Prove claims about a policy
///
/// A claim is proved for every message there can be, or refuted by one that the policy itself decides. Nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/policies/prove",
    tag = "policies",
    request_body = ToProve,
    responses(
        (status = 200, description = "What became of each", body = ProvedClaims),
        (status = 404, description = "`not_found`: no such version was kept"),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn prove_policy(
    rep: Rep,
    State(app): State<App>,
    JsonBody(asked): JsonBody<ToProve>,
) -> Result<Json<ProvedClaims>, ApiError> {
    if asked.claims.len() > MOST {
        return Err(ApiError::field("/claims", "too_long", format!("must be at most {MOST}")));
    }
    let mut claims = Vec::new();
    for (number, claim) in asked.claims.iter().enumerate() {
        claims.push(text(&format!("/claims/{number}"), claim, 1000)?.to_owned());
    }
    let files = match asked.policy {
        Some(Candidate::Files(files)) => files,
        Some(Candidate::Version(digest)) => kept(&app, rep.workspace(), &digest).await?,
        None => {
            let mut reader = app.read().await?;
            let active = read::policy_active(&mut reader.conn(), rep.workspace()).await?;
            drop(reader);
            let none = || EngineError::from(PolicyError::None);
            kept(&app, rep.workspace(), &active.ok_or_else(none)?.digest).await?
        }
    };
    // Proving takes a while: not on a thread that serves others.
    let proved = tokio::task::spawn_blocking(move || proofs(&files, &claims)).await;
    let data = proved.map_err(|_| ApiError::internal())??;
    Ok(Json(ProvedClaims { data: data.into_iter().map(ProvedClaim::from).collect() }))
}

fn proofs(policy: &PolicyFiles, claims: &[String]) -> Result<Vec<Proof>, ApiError> {
    // What is wrong with the policy itself is told as such.
    policy.policy()?;
    let files = policy.by_path()?;
    let read = |path: &str| files.get(path).cloned().ok_or_else(|| "there is no such file".to_owned());
    let asked: Vec<&str> = claims.iter().map(String::as_str).collect();
    let mut proofs = prove::prove(&policy.root, &read, &asked).map_err(|found| in_claims(&found))?;
    let own = proofs.len().saturating_sub(asked.len());
    Ok(if asked.is_empty() { proofs } else { proofs.split_off(own) })
}

/// A policy that checks, asked with claims that do not.
fn in_claims(found: &[Diagnostic]) -> ApiError {
    match found.iter().find(|found| found.severity == Severity::Error) {
        Some(first) => ApiError::field("/claims", "invalid", format!("{} {}", first.code, first.message)),
        None => does_not_check(found),
    }
}
