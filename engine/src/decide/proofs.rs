//! What is proved about the classifier's answers, as the gate reads it; and what people's decisions say about them.

use std::collections::BTreeSet;

use remit_dsl::Policy;
use sha2::{Digest, Sha256};

use super::RunContext;
use crate::classify::certify::{DELTA, broken};
use crate::store::rows::{CertificateRow, MessageRow, RepRow};
use crate::store::{LabelSource, LabelWrite, NewLabel, Write};

/// The bound where nothing is proved, in thousandths: every answer may be wrong.
pub const UNPROVED: i64 = 1000;
/// Of how many answers that leave on their own one is drawn to be looked at.
const ONE_IN: u64 = 20;
/// Of how many words one may differ before an edit counts as a rewriting.
const WORDS_PER_CHANGE: usize = 10;

/// What is proved of a classifier's answers under one policy, for each model that may give them. A change of either leaves
/// nothing of it, and what is proved of one model is never held to hold for another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proofs {
    /// The policy's digest.
    pub policy_digest: String,
    /// The ids of the models, the usual one first.
    pub models: Vec<String>,
    /// The policy's certificates, for each model.
    pub classes: Vec<Class>,
}

/// One certificate of the policy, for one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The id of the model whose answers it covers.
    pub model: String,
    /// The intents it is about.
    pub intents: Vec<String>,
    /// The confidence, in thousandths, from which it covers answers, and the bound that is proved for them, likewise.
    pub granted: Option<(i64, i64)>,
}

impl Proofs {
    /// What the rows say that the store has for a policy and each model. What audits have shown to be broken proves
    /// nothing, also before it is taken back.
    #[must_use]
    pub fn of(policy: &Policy, models: &[(String, Vec<CertificateRow>)]) -> Self {
        let class = |declared: &remit_dsl::Certificate, model: &str, rows: &[CertificateRow]| Class {
            name: declared.name.clone(),
            model: model.to_owned(),
            intents: declared.intents.clone(),
            granted: rows
                .iter()
                .find(|row| row.name == declared.name && row.state == "granted" && !is_broken(row))
                .map(|row| (row.from_confidence, row.bound)),
        };
        let of_model = |(model, rows): &(String, Vec<CertificateRow>)| -> Vec<Class> {
            policy.certificates().iter().map(|declared| class(declared, model, rows)).collect()
        };
        Self {
            policy_digest: policy.digest().to_owned(),
            models: models.iter().map(|(model, _)| model.clone()).collect(),
            classes: models.iter().flat_map(of_model).collect(),
        }
    }

    /// The bound, in thousandths, that a certificate proves for this message's answer.
    #[must_use]
    pub fn bound(&self, name: &str, message: &MessageRow) -> i64 {
        let named = self.classes.iter().filter(|class| class.name == name);
        named.filter_map(|class| class.covers(message)).min().unwrap_or(UNPROVED)
    }

    /// The model that gave a message's answer, where it is one of these.
    fn model_of<'m>(&self, message: &'m MessageRow) -> Option<&'m str> {
        message.classifier.as_deref().filter(|model| self.models.iter().any(|one| one == model))
    }

    /// The certificates that cover a message's answer.
    #[must_use]
    pub fn covering(&self, message: &MessageRow) -> Vec<String> {
        let covering = self.classes.iter().filter(|class| class.covers(message).is_some());
        covering.map(|class| class.name.clone()).collect()
    }
}

impl Class {
    fn covers(&self, message: &MessageRow) -> Option<i64> {
        let (from, bound) = self.granted?;
        let by_this_model = message.classifier.as_deref() == Some(self.model.as_str());
        let sure = message.confidence.is_some_and(|confidence| confidence >= from);
        let meant = message.intent.as_ref().is_some_and(|intent| self.intents.contains(intent));
        (by_this_model && sure && meant).then_some(bound)
    }
}

/// Whether audits have shown that more of a certificate's answers are wrong than was promised.
#[must_use]
pub fn is_broken(row: &CertificateRow) -> bool {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    broken(count(row.audited_wrong), count(row.audited), row.share as f64 / 1000.0, DELTA)
}

/// Draws one in twenty of the answers that leave on their own because of a certificate. Which, nobody can tell from
/// outside: it hangs on the id that the message got here.
pub(super) fn draw(context: &RunContext) -> Option<Write> {
    let certificates = context.proofs.covering(&context.message);
    let model = context.proofs.model_of(&context.message)?;
    if context.run.approved || certificates.is_empty() {
        return None;
    }
    let digest = Sha256::digest(context.message.id.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    (number % ONE_IN == 0).then(|| {
        Write::Labels(LabelWrite::Draw {
            message_id: context.message.id.clone(),
            policy_digest: context.proofs.policy_digest.clone(),
            model: model.to_owned(),
            certificates,
        })
    })
}

/// What a decision on a draft says about the answer that it rests on: to the model that gave it. Nothing where that one is
/// in use no more, or a rep asked for the draft.
pub(super) fn judged(context: &RunContext, source: LabelSource, wrong: bool, rep: &RepRow) -> Option<Write> {
    // What somebody asked for and told what to say is no fair sample of the answers.
    if context.run.asked_by.is_some() {
        return None;
    }
    let message = &context.message;
    let (Some(intent), Some(confidence)) = (&message.intent, message.confidence) else { return None };
    context.proofs.model_of(message).map(|model| {
        Write::Labels(LabelWrite::Label(Box::new(NewLabel {
            message_id: message.id.clone(),
            policy_digest: context.proofs.policy_digest.clone(),
            model: model.to_owned(),
            intent: intent.clone(),
            confidence,
            right_intent: None,
            wrong,
            source,
            by_id: rep.id.clone(),
            by_name: rep.name.clone(),
        })))
    })
}

/// Whether a text says something else than before: more than a tenth of the words, or any number, address or link.
#[must_use]
pub fn rewritten(before: &str, after: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
    };
    let (old, new) = (words(before), words(after));
    let (had, has): (BTreeSet<&String>, BTreeSet<&String>) = (old.iter().collect(), new.iter().collect());
    let changed: Vec<&&String> = had.symmetric_difference(&has).collect();
    let weighty = |word: &str| word.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | '/' | '%' | '€' | '$'));
    changed.iter().any(|word| weighty(word)) || changed.len() * WORDS_PER_CHANGE > old.len().max(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proved_of_one_model_never_counts_for_another() {
        let class = |model: &str, granted| Class {
            name: "harmless".to_owned(),
            model: model.to_owned(),
            intents: vec!["thanks".to_owned()],
            granted,
        };
        let proofs = |asked, fallen_back| Proofs {
            policy_digest: "p".to_owned(),
            models: vec!["asked".to_owned(), "fallen back".to_owned()],
            classes: vec![class("asked", asked), class("fallen back", fallen_back)],
        };
        let by = |model: &str| -> MessageRow {
            serde_json::from_value(serde_json::json!({
                "workspace_id": "", "id": "", "conversation_id": "", "seq": 1, "direction": "inbound", "channel_kind": "chat",
                "kind": "message", "automated": false, "author_kind": "contact", "from_address": "", "to_address": "",
                "body_text": "", "full_text": "", "attachments": "[]", "reply_refs": "[]", "status": "", "occurred_at": 0,
                "created_at": 0, "intent": "thanks", "confidence": 900, "classifier": model,
            }))
            .unwrap()
        };
        let only_asked = proofs(Some((800, 20)), None);
        let only_fallen_back = proofs(None, Some((800, 30)));
        for (proofs, bounds) in [
            (&only_asked, [20, UNPROVED, UNPROVED]),
            (&only_fallen_back, [UNPROVED, 30, UNPROVED]),
            (&proofs(Some((800, 20)), Some((950, 30))), [20, UNPROVED, UNPROVED]),
        ] {
            let found = ["asked", "fallen back", "another"].map(|model| proofs.bound("harmless", &by(model)));
            assert_eq!(found, bounds);
        }
        assert!(only_asked.covering(&by("fallen back")).is_empty());
        assert_eq!(only_asked.model_of(&by("another")), None, "its labels are nobody's");
    }

    #[test]
    fn a_comma_is_no_rewriting_and_a_number_is() {
        let draft = "Hello Hugo, we are open from 9 to 18, Monday to Friday. Kind regards, your team at the front desk";
        assert!(!rewritten(draft, draft));
        assert!(!rewritten(draft, &draft.replace("Hello Hugo,", "Hello Hugo!")));
        assert!(!rewritten(draft, &draft.replace("Kind regards", "Regards")));
        assert!(rewritten(draft, &draft.replace("18", "17")));
        assert!(rewritten(draft, "We will call you back about your complaint."));
    }
}
