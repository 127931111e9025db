//! Policies: what decides, which versions there are, and what stands before a new one.

pub(crate) mod activate;
pub(crate) mod activations;
pub(crate) mod active;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod keep;
pub(crate) mod prove;
pub(crate) mod replay;
pub(crate) mod roll_back;
pub(crate) mod simulate;
pub(crate) mod version;
pub(crate) mod versions;

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use remit_dsl::{CaseResult, Compiled, Diagnostic, Policy, Severity};
use remit_engine::policies::PolicyError;
use remit_engine::publish::{Acknowledged, PublishError, Review};
use remit_engine::store::{StoreError, read};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{ApiError, ErrorCode};
use super::extract::bounded;
use super::state::App;

/// A file of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    /// Path, relative to the folder of the root file.
    #[schema(min_length = 1, max_length = 300)]
    path: String,
    /// The text.
    text: String,
}

/// A policy as files.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFiles {
    /// Path of the root file.
    #[schema(min_length = 1, max_length = 300)]
    root: String,
    /// All files: the root file, what it imports, templates, scripts, and the lock where there is one.
    files: Vec<PolicyFile>,
}

/// Files of one policy at most.
const MOST_FILES: usize = 500;

impl PolicyFiles {
    /// The files by path.
    pub(crate) fn by_path(&self) -> Result<BTreeMap<String, String>, ApiError> {
        if self.files.len() > MOST_FILES {
            return Err(ApiError::field("/files", "too_long", format!("must be at most {MOST_FILES} files")));
        }
        let mut files = BTreeMap::new();
        for (number, file) in self.files.iter().enumerate() {
            let pointer = format!("/files/{number}/path");
            let path = bounded(&pointer, &file.path, 300)?;
            bounded(&format!("/files/{number}/text"), &file.text, 1_000_000)?;
            let inside = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            if !inside {
                return Err(ApiError::field(pointer, "invalid", "must be a path inside the policy's folder"));
            }
            if files.insert(path.to_owned(), file.text.clone()).is_some() {
                return Err(ApiError::field(pointer, "invalid", "is there twice"));
            }
        }
        if !files.contains_key(&self.root) {
            return Err(ApiError::field("/root", "invalid", "must be the path of one of the files"));
        }
        Ok(files)
    }

    pub(crate) fn compile(&self) -> Result<Compiled, ApiError> {
        let files = self.by_path()?;
        Ok(remit_dsl::compile(&self.root, &|path| {
            files.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
        }))
    }

    /// The policy, which must check.
    pub(crate) fn policy(&self) -> Result<Policy, ApiError> {
        let compiled = self.compile()?;
        compiled.policy.ok_or_else(|| does_not_check(&compiled.diagnostics))
    }
}

/// A finding of the check.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// Stable code, such as `R0101`.
    code: &'static str,
    /// `error`, `warning` or `note`.
    severity: String,
    /// What is wrong.
    message: String,
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
    /// Line of the end.
    end_line: u32,
    /// Column of the end.
    end_column: u32,
    /// How to cure it, if that can be said in a line.
    #[schema(required)]
    hint: Option<String>,
    /// The rule it stands in.
    #[schema(required)]
    rule: Option<String>,
}

impl From<Diagnostic> for Finding {
    fn from(found: Diagnostic) -> Self {
        Self {
            code: found.code,
            severity: word(found.severity),
            message: found.message,
            file: found.at.file,
            line: found.at.line,
            column: found.at.column,
            end_line: found.at.end_line,
            end_column: found.at.end_column,
            hint: found.hint,
            rule: found.rule,
        }
    }
}

/// The word that a value is in JSON.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A case written in a policy that does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedCase {
    /// The test's title.
    name: String,
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
    /// What was expected.
    expected: String,
    /// What came out.
    actual: String,
}

impl From<CaseResult> for FailedCase {
    fn from(case: CaseResult) -> Self {
        let CaseResult { name, at, expected, actual, .. } = case;
        Self { name, file: at.file, line: at.line, expected, actual }
    }
}

/// The difference that you have seen, by both digests. It is good for exactly this difference: when another version came
/// into force meanwhile, it is refused.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acknowledge {
    /// Digest of the version in force; null when there is none.
    #[schema(required)]
    old: Option<String>,
    /// Digest of the new one.
    new: String,
}

impl Acknowledge {
    pub(crate) fn seen(&self) -> Acknowledged<'_> {
        Acknowledged { old: self.old.as_deref(), new: &self.new }
    }
}

/// A version that came into force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Activated {
    /// Its digest.
    digest: String,
    /// Digest of the version before; null when there was none.
    #[schema(required)]
    previous: Option<String>,
    /// Some message may leave more freely than before.
    freer: bool,
    /// The difference in words, as it is kept with the activation.
    summary: String,
    /// Cases of the policy that hold: all of them.
    cases: usize,
}

impl From<Review> for Activated {
    fn from(review: Review) -> Self {
        let (freer, summary) = (review.is_freer(), review.summary());
        Self { digest: review.digest, previous: review.in_force, freer, summary, cases: review.passed }
    }
}

/// A policy that does not check, with each error at its place.
pub(crate) fn does_not_check(diagnostics: &[Diagnostic]) -> ApiError {
    let mut problem = ApiError::new(ErrorCode::Invalid, "The policy does not check.");
    for found in diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        let at = found.at.location();
        problem = problem.with("/files", "invalid", format!("{at}: {} {}", found.code, found.message));
    }
    problem
}

/// What a refusal to put a version in force means for the caller.
pub(crate) fn refused(error: PublishError) -> ApiError {
    match error {
        PublishError::NotFound(_) => ApiError::not_found("policy version"),
        PublishError::TestsFail(cases) => {
            let mut problem = ApiError::new(ErrorCode::CasesFail, "Cases written in the policy do not hold.");
            for case in cases {
                let text = format!("{}: {}: expected {}, but was {}", case.at, case.name, case.expected, case.actual);
                problem = problem.with("", "invalid", text);
            }
            problem
        }
        PublishError::NotAcknowledged(review) => difference(ErrorCode::NotAcknowledged, &review),
        PublishError::OtherDifference(review) => difference(ErrorCode::StaleAcknowledgement, &review),
        PublishError::Overtaken => {
            ApiError::new(ErrorCode::StaleAcknowledgement, "Another version came into force a moment ago; look again.")
        }
        PublishError::AlreadyInForce => ApiError::new(ErrorCode::AlreadyInForce, "Nothing was changed."),
        PublishError::NothingBefore => {
            ApiError::new(ErrorCode::NothingToRollBack, "No other version was in force before this one.")
        }
        PublishError::Policy(error) => policy_error(error),
    }
}

/// What is wrong with a policy, or with the store.
pub(crate) fn policy_error(error: PolicyError) -> ApiError {
    match error {
        PolicyError::Invalid(diagnostics) => does_not_check(&diagnostics),
        PolicyError::Unusable(reason) => ApiError::field("/files", "invalid", reason),
        PolicyError::None => ApiError::new(ErrorCode::NoPolicy, "Activate a policy first."),
        PolicyError::Store(error) => error.into(),
    }
}

fn difference(code: ErrorCode, review: &Review) -> ApiError {
    let old = review.in_force.as_deref().map_or_else(|| "null".to_owned(), |old| format!("\"{old}\""));
    let detail = format!(
        "Look at the difference, then send `acknowledge` with `old` {old} and `new` \"{}\". {}",
        review.digest,
        review.summary()
    );
    ApiError::new(code, detail)
}

/// A digest in a path: 64 hexadecimal digits, with or without `sha256:` in front. Anything else names nothing.
#[derive(Debug)]
pub(crate) struct Digest(pub(crate) String);

impl FromRequestParts<App> for Digest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<String>::from_request_parts(parts, app).await;
        let none = || ApiError::not_found("policy version");
        let axum::extract::Path(text) = found.map_err(|_| none())?;
        let digits = text.strip_prefix("sha256:").unwrap_or(&text);
        let is_digest = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest { Ok(Self(format!("sha256:{}", digits.to_ascii_lowercase()))) } else { Err(none()) }
    }
}

/// A version that was kept, as files.
pub(crate) async fn kept(app: &App, workspace: &str, digest: &str) -> Result<PolicyFiles, ApiError> {
    let mut reader = app.read().await?;
    let version = read::policy_version(&mut reader.conn(), workspace, digest).await?;
    let version = version.ok_or_else(|| ApiError::not_found("policy version"))?;
    let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
        .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
    let files = files.into_iter().map(|(path, text)| PolicyFile { path, text }).collect();
    Ok(PolicyFiles { root: version.root, files })
}

/// Which policy is meant: a version that was kept, or files.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Candidate {
    /// Files that need not be kept.
    Files(PolicyFiles),
    /// Digest of a version that was kept.
    Version(String),
}

impl Candidate {
    /// The policy, which must check.
    pub(crate) async fn policy(&self, app: &App, workspace: &str) -> Result<Policy, ApiError> {
        let files = match self {
            Self::Files(files) => files.clone(),
            Self::Version(digest) => kept(app, workspace, digest).await?,
        };
        // Checking and proving take a while: not on a thread that serves others.
        tokio::task::spawn_blocking(move || files.policy()).await.map_err(|_| ApiError::internal())?
    }
}

/// The policy that is meant, or the one in force.
pub(crate) async fn or_in_force(app: &App, workspace: &str, candidate: Option<&Candidate>) -> Result<Policy, ApiError> {
    match candidate {
        Some(candidate) => candidate.policy(app, workspace).await,
        None => {
            let engine = app.engine();
            let in_force = engine.policies().in_force(engine.db(), workspace).await.map_err(policy_error)?;
            Ok(in_force.policy.clone())
        }
    }
}
