//! Classify: the classifier's answer becomes an intent with a confidence, or a failed one.

use super::RunContext;
use crate::domain::Stage;
use crate::ports::{Classification, ClassifyError, Ids};
use crate::store::{Transition, Write};

/// Name of the step in rows.
pub const STEP: &str = "classify";

/// Settles the classification. A failure is kept as such: every rule about the intent then counts as matched.
#[must_use]
pub fn decide(context: &RunContext, answer: &Result<Classification, ClassifyError>, ids: &dyn Ids) -> Transition {
    let mut writes = vec![Write::Step {
        run_id: context.run.id.clone(),
        step: STEP,
        revision: context.run.version,
        output: match answer {
            Ok(found) => serde_json::to_string(found).unwrap_or_else(|_| "null".to_owned()),
            Err(_) => "null".to_owned(),
        },
    }];
    let summary = match answer {
        Ok(found) => {
            writes.push(Write::Classified {
                message_id: context.message.id.clone(),
                intent: found.intent.clone(),
                confidence: Some(thousandths(found.confidence)),
                margin: Some(thousandths(found.margin)),
                language: found.language.clone(),
                classifier: found.model.clone(),
            });
            match &found.intent {
                Some(intent) => format!("Classified as {intent}, confidence {:.2}", found.confidence),
                None => format!("No intent fits (best guess {:.2})", found.confidence),
            }
        }
        Err(error) => format!("Not classified: {error}"),
    };
    // The step keeps the whole answer; a line of the timeline is read far more often than that is wanted.
    let data = answer.as_ref().map_or(
        serde_json::Value::Null,
        |found| serde_json::json!({ "intent": found.intent, "confidence": found.confidence, "model": found.model }),
    );
    writes.push(context.entry_with(ids, "classified", summary, Some(context.message.id.clone()), data));
    context.transition(context.to(Stage::Classified, Some(context.now_ms)), writes)
}

/// Machine mail goes on unclassified: no model is asked what a bounce wants.
#[must_use]
pub fn machine_mail(context: &RunContext) -> Transition {
    context.transition(context.to(Stage::Classified, Some(context.now_ms)), Vec::new())
}

/// Probabilities are kept in thousandths, as policies compare them.
fn thousandths(probability: f64) -> i64 {
    if probability.is_finite() { (probability.clamp(0.0, 1.0) * 1000.0).round() as i64 } else { 0 }
}
