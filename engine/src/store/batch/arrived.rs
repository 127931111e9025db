//! What the first step of messages that were stored just now may read, so that nothing has to be loaded again.

use std::collections::{BTreeSet, HashMap};

use super::ingest::Placed;
use super::limits::{self, LimitAsk};
use super::set::Set;
use crate::store::ingest::{Arrived, InLane, LimitSubject};
use crate::store::rows::{ChannelRow, ConversationRow, SwitchRow};
use crate::store::statements::many;
use crate::store::{Conn, StoreError, read};

/// What the first step needs to know, for those that are worked on here at once. By place.
pub(super) async fn rows(
    conn: &mut Conn<'_>,
    placed: &[Placed<'_>],
    threads: &HashMap<String, ConversationRow>,
    started: &HashMap<String, (i64, InLane)>,
) -> Result<HashMap<usize, Box<Arrived>>, StoreError> {
    let here = || placed.iter().filter(|one| one.ingest.work_here.is_some());
    if here().next().is_none() {
        return Ok(HashMap::new());
    }
    let mut segments = Set::new(&many::CONTACT_SEGMENTS);
    let mut channel_ids = BTreeSet::new();
    let mut workspaces = BTreeSet::new();
    let mut limits = Vec::new();
    for one in here() {
        let ws = &one.ingest.workspace_id;
        segments.push([ws.into(), (&one.contact.id).into()]);
        channel_ids.insert((ws.as_str(), one.ingest.channel_id.as_str()));
        workspaces.insert(ws.as_str());
        for limit in one.ingest.work_here.iter().flat_map(|here| &here.limits) {
            let subject: &str = match &limit.subject {
                LimitSubject::Contact => &one.contact.id,
                LimitSubject::Named(subject) => subject,
            };
            limits.push(LimitAsk {
                workspace_id: ws,
                limit: &limit.limit,
                subject,
                bucket_start: limit.bucket_start,
                most: limit.most,
                run_id: &one.ingest.ids.run,
                now_ms: one.ingest.now_ms,
            });
        }
    }
    let mut channels = Set::new(&many::CHANNEL_GET);
    for (ws, id) in channel_ids {
        channels.push([ws.into(), id.into()]);
    }
    let channels: HashMap<String, ChannelRow> =
        channels.fetch::<ChannelRow>(conn).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let mut switches: HashMap<&str, Vec<SwitchRow>> = HashMap::new();
    for ws in workspaces {
        switches.insert(ws, read::switches(conn, ws).await?);
    }
    let mut inside: HashMap<String, Vec<String>> = HashMap::new();
    for (contact, segment) in segments.fetch_packed::<(String, String)>(conn).await? {
        inside.entry(contact).or_default().push(segment);
    }
    let mut taken = limits::taken(conn, &limits).await?.into_iter();
    let mut arrived = HashMap::new();
    for one in here() {
        let ingest = one.ingest;
        let limits = ingest.work_here.as_ref().map_or(0, |here| here.limits.len());
        let taken: Vec<i64> = taken.by_ref().take(limits).collect();
        let (Some(thread), Some(channel)) = (threads.get(&one.conversation_id), channels.get(&ingest.channel_id))
        else {
            continue;
        };
        let (epoch, in_lane) = started.get(&ingest.ids.run).copied().unwrap_or((0, InLane::Behind));
        arrived.insert(
            one.place,
            Box::new(Arrived {
                run: ingest.run_row(thread, epoch),
                in_lane,
                message: ingest.message_row(thread, &one.contact),
                conversation: thread.clone(),
                contact: one.contact.clone(),
                segments: inside.get(&one.contact.id).cloned().unwrap_or_default(),
                channel: channel.clone(),
                switches: switches.get(ingest.workspace_id.as_str()).cloned().unwrap_or_default(),
                third_party: one.stranger && thread.revision == 1,
                taken,
            }),
        );
    }
    Ok(arrived)
}
