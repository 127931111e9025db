//! The frequent writes of many transitions, gathered by kind.

use std::collections::{BTreeMap, HashMap};

use super::set::{Cell, Set};
use crate::store::statements::many;
use crate::store::transition::{SendClaim, TimelineEntry};
use crate::store::write::{Write, preview};
use crate::store::{Conn, StoreError};

/// Rows to write, by kind. They are written in an order in which every row finds what it refers to.
#[derive(Debug)]
pub(in crate::store) struct Kinds<'a> {
    steps: Set<'a>,
    classified: Set<'a>,
    drafts: Set<'a>,
    draft_versions: Set<'a>,
    draft_statuses: Set<'a>,
    decisions: Set<'a>,
    approvals: Set<'a>,
    effects: Set<'a>,
    effect_starts: Set<'a>,
    claims: Vec<Claim<'a>>,
    effect_finishes: Set<'a>,
    message_statuses: Set<'a>,
    routes: Set<'a>,
    actions: Set<'a>,
    flagged: Set<'a>,
    /// Sends to count: workspace, limit, subject, start of the bucket.
    counted: BTreeMap<(&'a str, &'a str, &'a str, i64), i64>,
    timeline: Set<'a>,
}

/// A message that becomes visible, and the row that says who should look after its conversation, where that is said too.
#[derive(Debug)]
struct Claim<'a> {
    ws: &'a str,
    claim: &'a SendClaim,
    now: i64,
    /// How many messages the conversation had, where that is held already.
    revision: Option<i64>,
    route: Option<Vec<Cell<'a>>>,
}

impl<'a> Kinds<'a> {
    /// Nothing yet.
    pub(in crate::store) const fn new() -> Self {
        Self {
            steps: Set::new(&many::STEP_INSERT),
            classified: Set::new(&many::MESSAGE_CLASSIFIED),
            drafts: Set::new(&many::DRAFT_INSERT),
            draft_versions: Set::new(&many::DRAFT_VERSION_INSERT),
            draft_statuses: Set::new(&many::DRAFT_STATUS),
            decisions: Set::new(&many::DECISION_INSERT),
            approvals: Set::new(&many::APPROVAL_INSERT),
            effects: Set::new(&many::EFFECT_INSERT),
            effect_starts: Set::new(&many::EFFECT_START),
            claims: Vec::new(),
            effect_finishes: Set::new(&many::EFFECT_FINISH),
            message_statuses: Set::new(&many::MESSAGE_STATUS),
            routes: Set::new(&many::CONVERSATION_ROUTE),
            actions: Set::new(&many::REQUIRES_ACTION_ADD),
            flagged: Set::new(&many::CONVERSATION_FLAG_ACTION),
            counted: BTreeMap::new(),
            timeline: Set::new(&many::TIMELINE_INSERT),
        }
    }

    /// True for the kinds of write that are gathered; the others are rare and made one at a time.
    pub(in crate::store) const fn takes(write: &Write) -> bool {
        matches!(
            write,
            Write::Step { .. }
                | Write::Classified { .. }
                | Write::Draft { .. }
                | Write::DraftStatus { .. }
                | Write::Decision { .. }
                | Write::Approval { .. }
                | Write::Effect { .. }
                | Write::EffectStart { .. }
                | Write::EffectFinish { .. }
                | Write::Route { .. }
                | Write::ActionAdd { .. }
                | Write::LimitCount { .. }
                | Write::Timeline(_)
        )
    }

    /// Adds a write of a kind that [`Kinds::takes`]; any other is left alone. `revision` is that of the conversation, where
    /// the transaction holds it.
    pub(in crate::store) fn add(&mut self, write: &'a Write, ws: &'a str, now: i64, revision: Option<i64>) {
        match write {
            Write::Step { run_id, step, revision, output } => {
                self.steps.push([
                    ws.into(),
                    run_id.into(),
                    (*step).into(),
                    (*revision).into(),
                    output.into(),
                    now.into(),
                ]);
            }
            Write::Classified { message_id, intent, confidence, margin, language, classifier } => {
                self.classified.push([
                    ws.into(),
                    message_id.into(),
                    intent.into(),
                    (*confidence).into(),
                    (*margin).into(),
                    language.into(),
                    classifier.into(),
                ]);
            }
            Write::Draft { .. } => self.draft(write, ws, now),
            Write::DraftStatus { id, status } => {
                self.draft_statuses.push([ws.into(), id.into(), (*status).into(), now.into()]);
            }
            Write::Decision { .. } => self.decision(write, ws, now),
            Write::Approval {
                id,
                run_id,
                conversation_id,
                draft_id,
                decision_id,
                team,
                expires_at,
                expire_to,
                people,
                to_address,
                base_revision,
                tier,
                ease,
            } => {
                self.approvals.push([
                    ws.into(),
                    id.into(),
                    run_id.into(),
                    conversation_id.into(),
                    draft_id.into(),
                    decision_id.into(),
                    team.into(),
                    (*expires_at).into(),
                    (*expire_to).into(),
                    now.into(),
                    (*people).into(),
                    to_address.into(),
                    (*base_revision).into(),
                    tier.into(),
                    (*ease).into(),
                ]);
            }
            Write::Effect { id, run_id, conversation_id, message_id, idempotency_key, payload, automatic } => {
                self.effects.push([
                    ws.into(),
                    id.into(),
                    run_id.into(),
                    conversation_id.into(),
                    message_id.into(),
                    idempotency_key.into(),
                    payload.into(),
                    (*automatic).into(),
                    now.into(),
                    None::<&str>.into(),
                ]);
            }
            Write::EffectStart { id, boot, message } => {
                // What is intended and begun in one breath is written as begun.
                match self.effects.last_about(1, id).and_then(|row| row.last_mut()) {
                    Some(begun) => *begun = boot.into(),
                    None => self.effect_starts.push([ws.into(), id.into(), boot.into(), now.into()]),
                }
                if let Some(claim) = message {
                    let route = self.routes.last_about(1, &claim.conversation_id).is_some().then(|| self.routes.pop());
                    self.claims.push(Claim { ws, claim, now, revision, route });
                }
            }
            Write::EffectFinish { id, message_id, state, message_status, provider_ref, last_error } => {
                let state = (*state).into();
                self.effect_finishes.push([
                    ws.into(),
                    id.into(),
                    state,
                    provider_ref.into(),
                    last_error.into(),
                    now.into(),
                ]);
                self.message_statuses.push([ws.into(), message_id.into(), (*message_status).into()]);
            }
            Write::Route { conversation_id, team, person, priority, sla_at } => {
                self.routes.push([
                    ws.into(),
                    conversation_id.into(),
                    team.into(),
                    person.into(),
                    priority.into(),
                    (*sla_at).into(),
                ]);
            }
            Write::ActionAdd { conversation_id, reason } => {
                self.actions.push([ws.into(), conversation_id.into(), reason.as_str().into(), now.into()]);
                self.flagged.push([ws.into(), conversation_id.into()]);
            }
            Write::LimitCount { limit, subject, bucket_start } => {
                *self.counted.entry((ws, limit, subject, *bucket_start)).or_default() += 1;
            }
            Write::Timeline(entry) => self.entry(ws, entry),
            _ => {}
        }
    }

    fn draft(&mut self, write: &'a Write, ws: &'a str, now: i64) {
        let Write::Draft {
            id,
            conversation_id,
            message_id,
            run_id,
            subject,
            body_text,
            content_sha256,
            source,
            base_revision,
        } = write
        else {
            return;
        };
        self.drafts.push([
            ws.into(),
            id.into(),
            conversation_id.into(),
            message_id.into(),
            run_id.into(),
            "ai_agent".into(),
            subject.into(),
            body_text.into(),
            content_sha256.into(),
            source.into(),
            (*base_revision).into(),
            now.into(),
        ]);
        self.draft_versions.push([
            ws.into(),
            id.into(),
            1_i64.into(),
            "ai_agent".into(),
            subject.into(),
            body_text.into(),
            content_sha256.into(),
            now.into(),
        ]);
    }

    fn decision(&mut self, write: &'a Write, ws: &'a str, now: i64) {
        let Write::Decision {
            id,
            run_id,
            message_id,
            conversation_id,
            draft_id,
            gate,
            policy_digest,
            outcome,
            rule,
            rule_file,
            rule_line,
            rule_column,
            record,
            took_us,
            mode: _,
        } = write
        else {
            return;
        };
        self.decisions.push([
            ws.into(),
            id.into(),
            run_id.into(),
            message_id.into(),
            conversation_id.into(),
            draft_id.into(),
            (*gate).into(),
            policy_digest.into(),
            (*outcome).into(),
            rule.into(),
            rule_file.into(),
            (*rule_line).into(),
            (*rule_column).into(),
            record.into(),
            (*took_us).into(),
            now.into(),
        ]);
    }

    /// Adds a line of the timeline.
    pub(in crate::store) fn entry(&mut self, ws: &'a str, entry: &'a TimelineEntry) {
        self.timeline.push([
            ws.into(),
            (&entry.id).into(),
            (&entry.conversation_id).into(),
            (&entry.contact_id).into(),
            entry.kind.into(),
            entry.actor_kind.into(),
            (&entry.actor_name).into(),
            (&entry.summary).into(),
            (&entry.refers_to).into(),
            entry.data.to_string().into(),
            entry.at.into(),
        ]);
    }

    /// Writes it all.
    pub(in crate::store) async fn write(self, conn: &mut Conn<'_>) -> Result<(), StoreError> {
        self.steps.execute(conn).await?;
        self.classified.execute(conn).await?;
        self.drafts.execute(conn).await?;
        self.draft_versions.execute(conn).await?;
        self.draft_statuses.execute(conn).await?;
        self.decisions.execute(conn).await?;
        self.approvals.execute(conn).await?;
        self.effects.execute(conn).await?;
        self.effect_starts.execute(conn).await?;
        outbound(conn, &self.claims).await?;
        self.effect_finishes.execute(conn).await?;
        self.message_statuses.execute(conn).await?;
        self.routes.execute(conn).await?;
        self.actions.execute(conn).await?;
        self.flagged.execute(conn).await?;
        let mut counted = Set::new(&many::LIMIT_ADD);
        for ((ws, limit, subject, bucket_start), sent) in self.counted {
            counted.push([ws.into(), limit.into(), subject.into(), bucket_start.into(), sent.into()]);
        }
        counted.execute(conn).await?;
        self.timeline.execute(conn).await
    }
}

/// Makes the messages visible whose sends begin.
async fn outbound(conn: &mut Conn<'_>, claims: &[Claim<'_>]) -> Result<(), StoreError> {
    let mut touched = Set::new(&many::CONVERSATION_TOUCH_OUTBOUND);
    let mut messages = Set::new(&many::MESSAGE_INSERT);
    let mut refs = Set::new(&many::MESSAGE_REF_INSERT);
    let mut unread = Set::new(&many::UNREAD_MOVE);
    for Claim { ws, claim, now, route, .. } in claims {
        let (ws, now) = (*ws, *now);
        let conversation: &str = &claim.conversation_id;
        let turns = i64::from(claim.ai_turn);
        let said = |at: usize| route.as_ref().and_then(|row| row.get(at)).cloned().unwrap_or(Cell::Null);
        touched.push([
            ws.into(),
            conversation.into(),
            preview(&claim.body_text).into(),
            now.into(),
            turns.into(),
            route.is_some().into(),
            said(2),
            said(3),
            said(4),
            said(5),
            claim.author_kind.into(),
        ]);
        refs.push([ws.into(), (&claim.external_id).into(), conversation.into(), (&claim.message_id).into()]);
        unread.push([ws.into(), conversation.into(), now.into()]);
    }
    // Asking costs a look-up for each: only where somebody has to know.
    let numbers: HashMap<String, i64> = if claims.iter().all(|claim| claim.revision.is_some()) {
        touched.execute(conn).await?;
        HashMap::new()
    } else {
        touched.fetch::<(String, i64)>(conn).await?.into_iter().collect()
    };
    for Claim { ws, claim, now, revision, .. } in claims {
        let (ws, now) = (*ws, *now);
        let next = revision.map(|revision| revision + 1).or_else(|| numbers.get(&claim.conversation_id).copied());
        let seq = next.ok_or_else(|| StoreError::Inconsistent {
            table: "conversation",
            reason: format!("`{}` is missing", claim.conversation_id),
        })?;
        messages.push([
            ws.into(),
            (&claim.message_id).into(),
            (&claim.conversation_id).into(),
            seq.into(),
            "outbound".into(),
            claim.channel_kind.into(),
            "message".into(),
            false.into(),
            claim.author_kind.into(),
            None::<&str>.into(),
            (&claim.author_name).into(),
            (&claim.from_address).into(),
            (&claim.to_address).into(),
            (&claim.subject).into(),
            (&claim.body_text).into(),
            // Of what we write nothing is cut away.
            "".into(),
            None::<&str>.into(),
            (&claim.attachments).into(),
            (&claim.external_id).into(),
            serde_json::to_string(&claim.reply_refs).unwrap_or_else(|_| "[]".to_owned()).into(),
            None::<&str>.into(),
            "sending".into(),
            None::<&str>.into(),
            (&claim.draft_id).into(),
            now.into(),
            now.into(),
        ]);
    }
    messages.execute(conn).await?;
    refs.execute(conn).await?;
    unread.execute(conn).await
}
