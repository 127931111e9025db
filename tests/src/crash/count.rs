//! What a run of kills left behind.

use std::collections::BTreeMap;

use remit_engine::failpoint::FailPoint;
use remit_engine::store::{Address, Db};

use super::child::external_id;
use super::{Plan, WRITERS, log};

/// What came of a plan. All is well when `lost`, `duplicated`, `stuck`, `out_of_order` and `unaccounted` are zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often the process was killed.
    pub kills: usize,
    /// Kills at each of [`FailPoint::ALL`].
    pub by_point: [usize; FailPoint::ALL.len()],
    /// Kills at a random moment.
    pub at_random: usize,
    /// Messages that came in.
    pub messages: usize,
    /// Replies that the provider has.
    pub replies: usize,
    /// Messages that are not in the store, or that nobody answers and nobody will.
    pub lost: usize,
    /// Replies beyond the first to the same message, or with the same key.
    pub duplicated: usize,
    /// Runs that neither ended nor wait for a person.
    pub stuck: usize,
    /// Replies that left before one to an earlier message of the same conversation.
    pub out_of_order: usize,
    /// Sends of which nobody knows whether they happened; a person was asked about each.
    pub in_doubt: usize,
    /// Runs that the process was killed over again and again, so that they were left to a person; one was asked about each.
    pub parked: usize,
    /// Replies that the provider has and the store knows nothing of, and sends in doubt that no person was asked about.
    pub unaccounted: usize,
}

#[derive(Debug, sqlx::FromRow)]
struct Fate {
    external_id: String,
    stage: String,
    closed_reason: Option<String>,
    effect: Option<String>,
    asked: i64,
    parked: i64,
}

const FATES: &str = "SELECT m.external_id, r.stage, r.closed_reason,
    (SELECT e.state FROM effect e WHERE e.workspace_id = r.workspace_id AND e.run_id = r.id
        ORDER BY e.created_at DESC, e.id DESC LIMIT 1) AS effect,
    (SELECT COUNT(*) FROM requires_action a WHERE a.workspace_id = m.workspace_id
        AND a.conversation_id = m.conversation_id AND a.reason = 'delivery_failed') AS asked,
    (SELECT COUNT(*) FROM requires_action a WHERE a.workspace_id = m.workspace_id
        AND a.conversation_id = m.conversation_id AND a.reason = 'job_dead') AS parked
    FROM message m JOIN run r ON r.workspace_id = m.workspace_id AND r.message_id = m.id
    WHERE m.direction = 'inbound'";

/// Counts what the store and the provider say now, of messages `0..known`.
pub(super) async fn ended(plan: &Plan, known: usize, counts: &mut Counts) -> Result<(), String> {
    let said = |error: sqlx::Error| error.to_string();
    let address: Address = plan.address.parse().map_err(|error| format!("{error}"))?;
    let db = Db::open(&address).await.map_err(|error| error.to_string())?;
    let rows: Vec<Fate> = match &db {
        Db::Sqlite { write, .. } => sqlx::query_as(FATES).fetch_all(write).await.map_err(said)?,
        Db::Postgres { write, .. } => sqlx::query_as(FATES).fetch_all(write).await.map_err(said)?,
    };
    db.close().await;
    let fates: BTreeMap<&str, &Fate> = rows.iter().map(|fate| (fate.external_id.as_str(), fate)).collect();

    let taken = std::fs::read_to_string(log(&plan.folder)).unwrap_or_default();
    let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_message: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last_of: BTreeMap<usize, usize> = BTreeMap::new();
    counts.out_of_order = 0;
    for line in taken.lines() {
        let (key, answered) = line.split_once('\t').ok_or_else(|| format!("the provider's log holds `{line}`"))?;
        *by_key.entry(key).or_default() += 1;
        *by_message.entry(answered).or_default() += 1;
        let number = answered.strip_prefix("m-").and_then(|number| number.parse::<usize>().ok());
        let number = number.ok_or_else(|| format!("the provider's log holds `{line}`"))?;
        let before = last_of.insert(number % WRITERS, number);
        counts.out_of_order += usize::from(before.is_some_and(|before| before > number));
    }
    let beyond = |times: &BTreeMap<&str, usize>| times.values().map(|times| times - 1).sum::<usize>();
    counts.messages = known;
    counts.replies = by_message.len();
    counts.duplicated = beyond(&by_key).max(beyond(&by_message));
    (counts.lost, counts.stuck, counts.in_doubt, counts.parked, counts.unaccounted) = (0, 0, 0, 0, 0);
    for at in 0..known {
        let id = external_id(at);
        let at_provider = by_message.contains_key(id.as_str());
        let Some(fate) = fates.get(id.as_str()) else {
            counts.lost += 1;
            continue;
        };
        let doubt = fate.effect.as_deref() == Some("in_doubt");
        let last = at + WRITERS >= known;
        match (fate.stage.as_str(), fate.closed_reason.as_deref()) {
            ("sent", _) => counts.lost += usize::from(!at_provider),
            // Also a send that was in flight each time the process was killed over it: nobody asks the provider any more.
            ("failed", _) if fate.parked > 0 => {
                counts.parked += 1;
                counts.unaccounted += usize::from(if doubt { fate.asked == 0 } else { at_provider });
            }
            ("failed", _) if doubt => {
                counts.in_doubt += 1;
                counts.unaccounted += usize::from(fate.asked == 0);
            }
            // The contact wrote again before an answer left: the next run answers.
            ("closed", Some("superseded")) if !last => counts.unaccounted += usize::from(at_provider),
            ("failed" | "closed", _) => counts.lost += 1,
            _ => counts.stuck += 1,
        }
    }
    Ok(())
}
