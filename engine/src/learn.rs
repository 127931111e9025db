//! What people say that messages are about becomes examples: now and then the classifier learns anew.
//!
//! What it learned from is kept, so that every process has the same classifier, to the bit, and every answer can be given
//! again. While a certificate is in force nothing is learned: it speaks of the model that it was granted to, and autonomy
//! that people have earned is not thrown away by a machine.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::DEFAULT_WORKSPACE;
use crate::engine::{Engine, EngineError};
use crate::policies::{InForce, PolicyError};
use crate::ports::{Classifier, Models};
use crate::store::rows::LessonRow;
use crate::store::{Conn, LabelWrite, StoreError, Write, read};

/// How often somebody looks whether there is enough to learn.
const EVERY: Duration = Duration::from_secs(60);
/// New words of people that are worth a training.
const ENOUGH: i64 = 20;
/// Most words of people that are learned from, the latest.
const MOST: i64 = 2_000;

/// Looks until stopped.
pub(crate) async fn keep_learning(engine: Engine, stopped: CancellationToken) {
    loop {
        tokio::select! {
            () = stopped.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match engine.learn_anew(DEFAULT_WORKSPACE).await {
            Ok(Some(learned)) => tracing::info!(lessons = learned.lessons, model = learned.model, "learned anew"),
            // Nothing to classify with is nothing to learn for.
            Ok(None) | Err(EngineError::Policy(PolicyError::None)) => {}
            Err(error) => tracing::warn!(%error, "cannot learn from what people said; trying again"),
        }
    }
}

/// A training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The id of the new model.
    pub model: String,
    /// How many words of people it learned from, beside the policy's examples.
    pub lessons: usize,
}

impl Engine {
    /// Trains the classifier of the policy in force anew, if people have said enough since it was last trained and no
    /// certificate is in force. Every process takes the new one into use.
    ///
    /// # Errors
    /// [`EngineError`] when there is no policy, the examples cannot be learned from, or the store fails.
    pub async fn learn_anew(&self, workspace: &str) -> Result<Option<Learned>, EngineError> {
        let in_force = self.policies().in_force(self.db(), workspace).await?;
        if in_force.proofs.classes.iter().any(|class| class.granted.is_some()) {
            return Ok(None);
        }
        let digest = in_force.policy.digest().to_owned();
        let mut reader = self.db().read().await?;
        let until = read::training(&mut reader.conn(), workspace, &digest).await?.map_or(0, |row| row.learned_until);
        let new = read::lessons_after(&mut reader.conn(), workspace, until, ENOUGH).await?;
        if (new.len() as i64) < ENOUGH {
            return Ok(None);
        }
        let lessons = read::lessons(&mut reader.conn(), workspace, MOST).await?;
        drop(reader);
        let learned_until = lessons.iter().map(|row| row.labelled_at).max().unwrap_or(until);
        let lessons = usable(&in_force, lessons);
        let Some(classifier) = self.policies().learned(&in_force, &lessons).await? else { return Ok(None) };
        let training = LabelWrite::Training {
            policy_digest: digest,
            model: classifier.id().to_owned(),
            learned_until,
            lessons: serde_json::to_string(&lessons).unwrap_or_else(|_| "[]".to_owned()),
        };
        self.commit_writes(workspace, vec![Write::Labels(training)]).await?;
        self.policies().doubt(workspace);
        Ok(Some(Learned { model: classifier.id().to_owned(), lessons: lessons.len() }))
    }
}

/// What the policy has an intent for, as (intent, text), in an order that does not hang on when it was said.
fn usable(in_force: &InForce, rows: Vec<LessonRow>) -> Vec<(String, String)> {
    // Of an erased contact no text is left.
    let told = rows.into_iter().filter(|row| !row.body_text.is_empty());
    let known = told.filter(|row| in_force.policy.intent(&row.right_intent).is_some());
    let mut lessons: Vec<(String, String)> = known.map(|row| (row.right_intent, row.body_text)).collect();
    lessons.sort();
    lessons.dedup();
    lessons
}

/// Trains on the examples of a policy and these lessons, away from the threads that serve. `None` where the models in use
/// do not learn.
pub(crate) async fn train(
    models: &Arc<dyn Models>,
    in_force: &InForce,
    lessons: &[(String, String)],
) -> Result<Option<Arc<dyn Classifier>>, PolicyError> {
    let (models, policy, lessons) = (Arc::clone(models), in_force.policy.clone(), lessons.to_vec());
    let trained = tokio::task::spawn_blocking(move || models.learned(&policy, &lessons)).await;
    trained.map_err(|_| StoreError::Closed)?.map_err(PolicyError::Unusable)
}

/// What a model was trained with, beside the policy's examples.
#[derive(Debug)]
pub(crate) struct Training {
    /// The id that the store knows the model by.
    pub(crate) model: String,
    /// (intent, text).
    pub(crate) lessons: Vec<(String, String)>,
}

/// What the model in use was trained with, where the store names another one than that at hand.
pub(crate) async fn lessons_of_another(
    conn: &mut Conn<'_>,
    workspace: &str,
    in_force: &InForce,
) -> Result<Option<Training>, StoreError> {
    let digest = in_force.policy.digest();
    let Some(row) = read::training(conn, workspace, digest).await? else { return Ok(None) };
    if row.model == in_force.classifier.id() || in_force.trained_as.as_ref() == Some(&row.model) {
        return Ok(None);
    }
    let kept = read::training_lessons(conn, workspace, digest, &row.model).await?;
    let Some((kept,)) = kept else { return Ok(None) };
    let lessons = serde_json::from_str(&kept)
        .map_err(|error| StoreError::Inconsistent { table: "training", reason: error.to_string() })?;
    Ok(Some(Training { model: row.model, lessons }))
}
