//! Transitions of many runs at once: fences, compare-and-sets, and the writes of those that won.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::limits::{self, LimitAsk};
use super::set::Set;
use super::{Kinds, next_wave};
use crate::domain::ClosedReason;
use crate::store::events::Log;
use crate::store::rows::FenceRow;
use crate::store::statements::{many, postgres};
use crate::store::transition::{LimitClaim, RunMove, Transition};
use crate::store::write::Write;
use crate::store::{Conn, Outcome, StoreError};

/// Applies transitions; the outcomes are in the same order.
pub(in crate::store) async fn apply(
    conn: &mut Conn<'_>,
    transitions: &[&Transition],
    log: &mut Log,
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = vec![Outcome::Lost; transitions.len()];
    let at = |place: usize| transitions.get(place).copied();
    let (mut waiting, in_order): (Vec<usize>, Vec<usize>) =
        (0..transitions.len()).partition(|&place| at(place).is_some_and(|one| one.writes.iter().all(Kinds::takes)));
    while !waiting.is_empty() {
        let wave = next_wave(&mut waiting, |place| at(place).map(keys).unwrap_or_default());
        let together: Vec<&Transition> = wave.iter().filter_map(|&place| at(place)).collect();
        let settled = settle(conn, &together).await?;
        let mut kinds = Kinds::new();
        for ((place, transition), Settled { outcome, revision }) in wave.into_iter().zip(together).zip(settled) {
            if outcome == Outcome::Won {
                log.transition(transition);
                for write in &transition.writes {
                    kinds.add(write, &transition.workspace_id, transition.now_ms, revision);
                }
            }
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = outcome;
            }
        }
        kinds.write(conn).await?;
    }
    // Those with a rare kind of write: one at a time, each write in its turn.
    for place in in_order {
        let Some(transition) = at(place) else { continue };
        let outcome = settle(conn, &[transition]).await?.pop().map_or(Outcome::Lost, |settled| settled.outcome);
        if outcome == Outcome::Won {
            log.transition(transition);
            for write in &transition.writes {
                write.apply(conn, &transition.workspace_id, transition.now_ms, log).await?;
            }
        }
        if let Some(slot) = outcomes.get_mut(place) {
            *slot = outcome;
        }
    }
    Ok(outcomes)
}

/// What a transition may touch: its run, and the conversations it names.
fn keys(transition: &Transition) -> Vec<&str> {
    let mut keys: Vec<&str> = transition.run.iter().map(|run| run.id.as_str()).collect();
    keys.extend(conversations(transition));
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn conversations(transition: &Transition) -> impl Iterator<Item = &str> {
    let named = transition.writes.iter().filter_map(|write| match write {
        Write::Draft { conversation_id, .. }
        | Write::Decision { conversation_id, .. }
        | Write::Approval { conversation_id, .. }
        | Write::Effect { conversation_id, .. }
        | Write::Route { conversation_id, .. }
        | Write::ActionAdd { conversation_id, .. }
        | Write::ActionRemove { conversation_id, .. } => Some(conversation_id.as_str()),
        Write::People(write) => write.conversation(),
        Write::Job(write) => write.conversation(),
        Write::Office(write) => write.conversation(),
        Write::EffectStart { message: Some(claim), .. } => Some(claim.conversation_id.as_str()),
        Write::Timeline(entry) => Some(entry.conversation_id.as_str()),
        _ => None,
    });
    let fenced = transition.fence.iter().map(|fence| fence.conversation_id.as_str());
    named.chain(fenced).chain(transition.unchanged.iter().map(|(conversation, _)| conversation.as_str()))
}

/// How a transition was settled.
#[derive(Clone)]
struct Settled {
    outcome: Outcome,
    /// The revision of the conversation that its fence held, where it has one.
    revision: Option<i64>,
}

/// Decides which of these win: fences first, then the compare-and-sets.
async fn settle(conn: &mut Conn<'_>, wave: &[&Transition]) -> Result<Vec<Settled>, StoreError> {
    lock(conn, wave).await?;
    let held = fences(conn, wave).await?;
    let unchanged = unchanged(conn, wave).await?;
    let mut moves = Set::new(&many::RUN_ADVANCE);
    let mut settled = Vec::with_capacity(wave.len());
    for (place, transition) in wave.iter().enumerate() {
        let revision = held.get(&place).copied();
        let is_fenced = (transition.fence.is_some() && revision.is_none())
            || (transition.unchanged.is_some() && !unchanged.contains(&place));
        if let (false, Some(run)) = (is_fenced, &transition.run) {
            push_move(&mut moves, &transition.workspace_id, run, transition.now_ms);
        }
        settled.push(Settled { outcome: if is_fenced { Outcome::Fenced } else { Outcome::Won }, revision });
    }
    let won = moves.fetch::<(String,)>(conn).await?;
    let won: HashSet<String> = won.into_iter().map(|row| row.0).collect();
    for (transition, one) in wave.iter().zip(&mut settled) {
        if one.outcome == Outcome::Won && transition.run.as_ref().is_some_and(|run| !won.contains(&run.id)) {
            one.outcome = Outcome::Lost;
        }
    }
    Ok(settled)
}

fn push_move<'a>(moves: &mut Set<'a>, ws: &'a str, run: &'a RunMove, now: i64) {
    // A run that waits belongs to nobody; a lease would keep it from whoever comes when its time has come.
    let release = run.ready_at.is_none_or(|at| at > now);
    moves.push([
        ws.into(),
        (&run.id).into(),
        run.version.into(),
        run.epoch.into(),
        run.stage.as_str().into(),
        run.attempt.into(),
        run.approved.into(),
        run.held_since.into(),
        run.ready_at.into(),
        run.closed_reason.map(ClosedReason::as_str).into(),
        (&run.last_error).into(),
        (&run.draft_id).into(),
        (&run.decision_id).into(),
        release.into(),
        now.into(),
    ]);
}

/// Takes the row locks of a wave in one order, so that writers wait for each other and never in a circle.
async fn lock(conn: &mut Conn<'_>, wave: &[&Transition]) -> Result<(), StoreError> {
    let Conn::Postgres(c) = conn else { return Ok(()) };
    let contacts: BTreeSet<(&str, &str)> = wave
        .iter()
        .filter_map(|one| Some((one.workspace_id.as_str(), one.fence.as_ref()?.contact_id.as_str())))
        .collect();
    let touched: BTreeSet<(&str, &str)> = wave
        .iter()
        .flat_map(|one| conversations(one).map(|conversation| (one.workspace_id.as_str(), conversation)))
        .collect();
    for (text, rows) in [(postgres::CONTACT_SHARE, contacts), (postgres::CONVERSATION_LOCK, touched)] {
        if !rows.is_empty() {
            let (workspaces, ids): (Vec<&str>, Vec<&str>) = rows.into_iter().unzip();
            sqlx::query(text).bind(workspaces).bind(ids).execute(&mut **c).await?;
        }
    }
    Ok(())
}

/// The transitions whose fence holds, by place, with the revision of the conversation that it holds.
async fn fences(conn: &mut Conn<'_>, wave: &[&Transition]) -> Result<HashMap<usize, i64>, StoreError> {
    let mut asked = Set::new(&many::SEND_FENCE);
    for (place, transition) in wave.iter().enumerate() {
        if let Some(fence) = &transition.fence {
            asked.push([
                place.into(),
                (&transition.workspace_id).into(),
                (&fence.conversation_id).into(),
                (&fence.contact_id).into(),
            ]);
        }
    }
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: HashMap<i64, FenceRow> =
        asked.fetch_packed::<FenceRow>(conn).await?.into_iter().map(|row| (row.place, row)).collect();
    let taken = taken(conn, wave).await?;
    // What the sends of this wave take, for it is not counted yet.
    let mut claimed: HashMap<LimitKey<'_>, i64> = HashMap::new();
    let mut held = HashMap::new();
    // Who came first takes first what is left of a limit.
    let mut in_order: Vec<(usize, &Transition)> = wave.iter().copied().enumerate().collect();
    in_order.sort_by_key(|(_, one)| one.fence.as_ref().map(|guarded| guarded.run_id.as_str()));
    for (place, transition) in in_order {
        let row = i64::try_from(place).ok().and_then(|place| rows.get(&place));
        let (Some(guarded), Some(row)) = (&transition.fence, row) else { continue };
        if !guarded.holds(row, transition.now_ms) {
            continue;
        }
        let has_room = guarded.limits().iter().enumerate().all(|(at, limit)| {
            let Some(most) = limit.most else { return true };
            let before = taken.get(&(place, at)).copied().unwrap_or(i64::MAX);
            before.saturating_add(claimed.get(&taken_key(transition, limit)).copied().unwrap_or(0)) < most
        });
        if has_room {
            for limit in guarded.limits() {
                *claimed.entry(taken_key(transition, limit)).or_default() += 1;
            }
            held.insert(place, row.revision);
        }
    }
    Ok(held)
}

type LimitKey<'a> = (&'a str, &'a str, &'a str, i64);

fn taken_key<'a>(transition: &'a Transition, limit: &'a LimitClaim) -> LimitKey<'a> {
    (&transition.workspace_id, &limit.limit, &limit.subject, limit.bucket_start)
}

/// How much of each limit that a send counts against is taken, by place of the transition and of the limit.
async fn taken(conn: &mut Conn<'_>, wave: &[&Transition]) -> Result<HashMap<(usize, usize), i64>, StoreError> {
    let mut places = Vec::new();
    let mut asks = Vec::new();
    let mut keys = BTreeSet::new();
    for (place, transition) in wave.iter().enumerate() {
        let Some(guarded) = &transition.fence else { continue };
        for (at, limit) in guarded.limits().iter().enumerate() {
            keys.insert(taken_key(transition, limit));
            let Some(most) = limit.most else { continue };
            places.push((place, at));
            asks.push(LimitAsk {
                workspace_id: &transition.workspace_id,
                limit: &limit.limit,
                subject: &limit.subject,
                bucket_start: limit.bucket_start,
                most,
                run_id: &guarded.run_id,
                now_ms: transition.now_ms,
            });
        }
    }
    if matches!(conn, Conn::Postgres(_)) {
        // Counting nothing makes the rows and holds them, so that no other writer counts until this one has committed.
        let mut hold = Set::new(&many::LIMIT_ADD);
        for (ws, limit, subject, bucket) in keys {
            hold.push([ws.into(), limit.into(), subject.into(), bucket.into(), 0_i64.into()]);
        }
        hold.execute(conn).await?;
    }
    Ok(places.into_iter().zip(limits::taken(conn, &asks).await?).collect())
}

/// Places of the transitions whose conversation has had no message since it was read.
async fn unchanged(conn: &mut Conn<'_>, wave: &[&Transition]) -> Result<HashSet<usize>, StoreError> {
    let mut asked = Set::new(&many::CONVERSATION_UNCHANGED);
    for (place, transition) in wave.iter().enumerate() {
        if let Some((conversation, revision)) = &transition.unchanged {
            asked.push([place.into(), (&transition.workspace_id).into(), conversation.into(), (*revision).into()]);
        }
    }
    let places = asked.fetch_packed::<(i64,)>(conn).await?;
    Ok(places.into_iter().filter_map(|row| usize::try_from(row.0).ok()).collect())
}
