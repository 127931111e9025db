//! Certificates: what labels prove, who asks for it, and when it is taken back.

use remit_dsl::Certificate;

use crate::classify::certify::{Bin, DELTA, Proof, prove};
use crate::classify::drift::Shift;
use crate::decide::proofs::is_broken;
use crate::domain::IdKind;
use crate::drift;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::policies::InForce;
use crate::store::rows::{CertificateRow, LabelCountRow, MessageRow, RepRow, SpotCheckRow};
use crate::store::{LabelSource, LabelWrite, NewCertificate, NewLabel, StoreError, TimelineEntry, Write, read};

/// How a certificate of the policy in force stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What the policy says.
    pub declared: Certificate,
    /// The model whose answers it is about.
    pub model: String,
    /// What the labels so far would prove if it were asked for now.
    pub proof: Proof,
    /// What was asked last, and what came of it.
    pub decided: Option<CertificateRow>,
    /// While it is granted: how far messages have shifted since; `None` where that cannot be told (yet).
    pub shifts: Option<Vec<Shift>>,
}

impl Standing {
    /// `unproved`, `refused`, `granted` or `revoked`.
    #[must_use]
    pub fn state(&self) -> &str {
        match &self.decided {
            Some(row) if row.state == "granted" && is_broken(row) => "revoked",
            Some(row) => &row.state,
            None => "unproved",
        }
    }

    /// For each share that rules ask for, in thousandths: how many labels are missing if none of them shows a mistake;
    /// `None` where no number would do.
    #[must_use]
    pub fn missing(&self) -> Vec<(i64, Option<u64>)> {
        self.declared.asked.iter().map(|share| (*share, self.proof.missing(*share as f64 / 1000.0))).collect()
    }

    /// The same for people, in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Proof { sent, wrong, delta, .. } = self.proof;
        let sure = percent(((1.0 - delta) * 1000.0).round() / 1000.0);
        let bound = percent(self.proof.bound_thousandths() as f64 / 1000.0);
        format!("{sent} would have been sent, {wrong} wrong: at most {bound} wrong, with {sure} confidence")
    }
}

/// A share as people read it.
fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

/// What somebody said a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What the classifier had taken it for.
    pub classified: Option<String>,
    /// What it is; `None` for none of the policy's intents.
    pub intent: Option<String>,
    /// Whether the classifier was wrong.
    pub wrong: bool,
}

impl Engine {
    /// How the certificates of the policy in force stand, in its order; where another model answers when the usual one
    /// cannot, those of the usual one first.
    ///
    /// # Errors
    /// [`EngineError`] when there is no policy or the store fails.
    pub async fn certificates(&self, workspace: &str) -> Result<Vec<Standing>, EngineError> {
        let in_force = self.policies().in_force(self.db(), workspace).await?;
        self.standings(workspace, &in_force).await
    }

    async fn standings(&self, workspace: &str, in_force: &InForce) -> Result<Vec<Standing>, EngineError> {
        let policy = &in_force.policy;
        if policy.certificates().is_empty() {
            return Ok(Vec::new());
        }
        let mut standings = Vec::new();
        let mut reader = self.db().read().await?;
        for model in in_force.classifier.tiers() {
            let counts = read::label_counts(&mut reader.conn(), workspace, policy.digest(), &model).await?;
            let rows = read::certificates(&mut reader.conn(), workspace, policy.digest(), &model).await?;
            for declared in policy.certificates() {
                let decided = rows.iter().find(|row| row.name == declared.name).cloned();
                let asked = decided.as_ref().map_or(0, |row| row.asked);
                let shifts = match &decided {
                    Some(row) => drift::shifted(&mut reader.conn(), workspace, &model, row).await?,
                    None => None,
                };
                standings.push(Standing {
                    declared: declared.clone(),
                    model: model.clone(),
                    proof: prove(&bins(&counts, declared), declared.from, &declared.asked, risk(asked)),
                    decided,
                    shifts,
                });
            }
        }
        Ok(standings)
    }

    /// Asks for a certificate: grants it for the bound that is proved, if that is one that rules ask for, else refuses.
    /// Each asking is counted, and halves what the next one may risk. One that is granted stays as it is. It is for the
    /// answers of `model`, of the usual one where none is named.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the policy in force declares none of this name, or the model is not in use.
    pub async fn issue_certificate(
        &self,
        rep: &RepRow,
        name: &str,
        model: Option<&str>,
    ) -> Result<Standing, EngineError> {
        let ws = &rep.workspace_id;
        let in_force = self.policies().in_force(self.db(), ws).await?;
        let standings = self.standings(ws, &in_force).await?;
        let asked = |one: &Standing| one.declared.name == name && model.is_none_or(|model| one.model == model);
        let Some(standing) = standings.into_iter().find(asked) else {
            return Err(not_found("certificate", name));
        };
        if standing.state() == "granted" {
            return Ok(standing);
        }
        let bound = standing.proof.bound_thousandths();
        // The smallest share that rules ask for and that is proved: it is the promise that audits are held against.
        let share = standing.declared.asked.iter().copied().find(|share| bound <= *share);
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let traffic = match share {
            Some(_) => Some(self.messages_now(ws, &standing.model).await?),
            None => None,
        };
        let certificate = NewCertificate {
            policy_digest: in_force.policy.digest().to_owned(),
            model: standing.model.clone(),
            name: name.to_owned(),
            state: if share.is_some() { "granted" } else { "refused" },
            from_confidence: standing.proof.from,
            sent: count(standing.proof.sent),
            wrong: count(standing.proof.wrong),
            bound,
            share: share.unwrap_or(0),
            reason: standing.sentence(),
            by_name: rep.name.clone(),
            traffic,
        };
        self.commit_writes(ws, vec![Write::Labels(LabelWrite::Certificate(Box::new(certificate)))]).await?;
        self.policies().doubt(ws);
        let same = |one: &Standing| one.declared.name == name && one.model == standing.model;
        let again = self.certificates(ws).await?.into_iter().find(same);
        again.ok_or_else(|| not_found("certificate", name))
    }

    /// Takes a certificate back, from every model that has it. What is about to leave because of it asks the gate again.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when none of this name is granted.
    pub async fn revoke_certificate(&self, rep: &RepRow, name: &str, reason: &str) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let in_force = self.policies().in_force(self.db(), ws).await?;
        let standings = self.standings(ws, &in_force).await?;
        let granted = standings.iter().filter(|one| one.declared.name == name && one.state() == "granted");
        let models: Vec<&str> = granted.map(|one| one.model.as_str()).collect();
        if models.is_empty() {
            return Err(not_found("granted certificate", name));
        }
        for model in models {
            self.withdraw_certificate(ws, &in_force, model, name, reason, &rep.name).await?;
        }
        Ok(())
    }

    /// What messages are like now, as it is kept with a certificate.
    async fn messages_now(&self, ws: &str, model: &str) -> Result<String, StoreError> {
        let mut reader = self.db().read().await?;
        let traffic = drift::traffic(&mut reader.conn(), ws, model).await?;
        serde_json::to_string(&traffic)
            .map_err(|error| StoreError::Inconsistent { table: "certificate", reason: error.to_string() })
    }

    /// Takes a certificate back because the messages are others than those it was granted for.
    pub(crate) async fn take_back_drifted(
        &self,
        ws: &str,
        model: &str,
        name: &str,
        reason: &str,
    ) -> Result<(), EngineError> {
        let in_force = self.policies().in_force(self.db(), ws).await?;
        self.withdraw_certificate(ws, &in_force, model, name, reason, "remit").await
    }

    async fn withdraw_certificate(
        &self,
        ws: &str,
        in_force: &InForce,
        model: &str,
        name: &str,
        reason: &str,
        by: &str,
    ) -> Result<(), EngineError> {
        let revoke = LabelWrite::Revoke {
            policy_digest: in_force.policy.digest().to_owned(),
            model: model.to_owned(),
            name: name.to_owned(),
            reason: reason.to_owned(),
            by_name: by.to_owned(),
        };
        self.commit_writes(ws, vec![Write::Labels(revoke)]).await?;
        self.policies().doubt(ws);
        Ok(())
    }

    /// Says what a message is about: a label, and an example for the next training. `intent` is one of the policy in
    /// force, or `None` for none of them.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such message, it was not classified, or the policy has no such intent.
    pub async fn correct_intent(
        &self,
        rep: &RepRow,
        message_id: &str,
        intent: Option<&str>,
    ) -> Result<Said, EngineError> {
        self.say_intent(rep, message_id, intent, LabelSource::Correction).await
    }

    /// The same about an answer that was drawn, by somebody who has not seen what the AI took the message for.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] also when it was not drawn, or somebody was faster.
    pub async fn spot_check(&self, rep: &RepRow, message_id: &str, intent: Option<&str>) -> Result<Said, EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let drawn = read::spot_check(&mut reader.conn(), ws, message_id).await?;
        drop(reader);
        drawn.ok_or_else(|| not_found("open spot check", message_id))?;
        let said = self.say_intent(rep, message_id, intent, LabelSource::Audit).await?;
        let in_force = self.policies().in_force(self.db(), ws).await?;
        for standing in self.standings(ws, &in_force).await? {
            let broken = standing.decided.as_ref().filter(|row| row.state == "granted" && is_broken(row));
            if let Some(row) = broken {
                let reason = format!(
                    "{} of {} audited answers were wrong: more than {} are",
                    row.audited_wrong,
                    row.audited,
                    percent(row.share as f64 / 1000.0)
                );
                self.withdraw_certificate(ws, &in_force, &standing.model, &row.name, &reason, "remit").await?;
            }
        }
        Ok(said)
    }

    async fn say_intent(
        &self,
        rep: &RepRow,
        message_id: &str,
        intent: Option<&str>,
        source: LabelSource,
    ) -> Result<Said, EngineError> {
        let ws = &rep.workspace_id;
        let in_force = self.policies().in_force(self.db(), ws).await?;
        if let Some(name) = intent {
            in_force.policy.intent(name).ok_or_else(|| not_found("intent", name))?;
        }
        let mut reader = self.db().read().await?;
        let message = read::message(&mut reader.conn(), ws, message_id).await?;
        let message = message.ok_or_else(|| not_found("message", message_id))?;
        let conversation = read::conversation(&mut reader.conn(), ws, &message.conversation_id).await?;
        drop(reader);
        let Some(model) = message.classifier.clone().filter(|_| message.direction == "inbound") else {
            return Err(not_found("classified message", message_id));
        };
        let wrong = message.intent.as_deref() != intent;
        let label = NewLabel {
            message_id: message.id.clone(),
            policy_digest: in_force.policy.digest().to_owned(),
            model,
            intent: message.intent.clone().unwrap_or_default(),
            confidence: message.confidence.unwrap_or(0),
            right_intent: intent.map(str::to_owned),
            wrong,
            source,
            by_id: rep.id.clone(),
            by_name: rep.name.clone(),
        };
        let mut writes = vec![Write::Labels(LabelWrite::Label(Box::new(label)))];
        // An audit stays blind for the next one too: its answer is told nowhere.
        if source == LabelSource::Correction
            && let Some(conversation) = conversation
        {
            writes.push(self.told(rep, &message, &conversation.contact_id, intent, wrong));
        }
        self.commit_writes(ws, writes).await?;
        self.policies().doubt(ws);
        Ok(Said { classified: message.intent, intent: intent.map(str::to_owned), wrong })
    }

    fn told(&self, rep: &RepRow, message: &MessageRow, contact: &str, intent: Option<&str>, wrong: bool) -> Write {
        let meant = intent.unwrap_or("none of the intents");
        let summary = match (&message.intent, wrong) {
            (_, false) => format!("{} confirmed the intent {meant}", rep.name),
            (Some(was), true) => format!("{} said that this is {meant}, not {was}", rep.name),
            (None, true) => format!("{} said that this is {meant}", rep.name),
        };
        Write::Timeline(Box::new(TimelineEntry {
            id: self.ids().next(IdKind::Timeline),
            conversation_id: message.conversation_id.clone(),
            contact_id: contact.to_owned(),
            kind: "intent_corrected",
            actor_kind: "rep",
            actor_name: Some(rep.name.clone()),
            summary,
            refers_to: Some(message.id.clone()),
            data: serde_json::json!({ "classified": message.intent, "intent": intent }),
            at: self.clock().now_ms(),
        }))
    }

    /// Answers that left on their own and wait to be looked at, after a time and message, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the database fails.
    pub async fn spot_checks(
        &self,
        workspace: &str,
        after: (i64, &str),
        limit: i64,
    ) -> Result<Vec<SpotCheckRow>, EngineError> {
        let mut reader = self.db().read().await?;
        Ok(read::spot_checks(&mut reader.conn(), workspace, after.0, after.1, limit).await?)
    }
}

/// What the next asking may risk: the first one all there is, each further one half of that before it.
fn risk(asked: i64) -> f64 {
    DELTA / 2_f64.powi(i32::try_from(asked.clamp(0, 30)).unwrap_or(30))
}

/// The labels of a certificate's intents.
fn bins(counts: &[LabelCountRow], declared: &Certificate) -> Vec<Bin> {
    let own = counts.iter().filter(|count| declared.intents.contains(&count.intent));
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    own.map(|count| Bin { confidence: count.confidence, labelled: number(count.labelled), wrong: number(count.wrong) })
        .collect()
}
