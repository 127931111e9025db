//! Replay over the store: recorded decisions stream past a candidate.
//!
//! Decisions that are sealed are read from their packs, a few blocks at a time; younger ones, and those of a pack that
//! cannot be read, from their records. The next blocks are fetched while the last ones are decided. Memory does not grow
//! with the number of decisions.

use std::collections::{BTreeMap, HashMap};

use remit_dsl::Policy;
use remit_dsl::diff::Diff;

use crate::decide::record::Record;
use crate::decide::replay::{Block, Judge, Recorded, Report, Texts, Traffic, TrafficCounts, block, pack};
use crate::engine::Engine;
use crate::store::rows::{DecisionRow, PackRow};
use crate::store::{Conn, Db, StoreError, read, texts};

/// Which decisions are replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// None that is older than this, UTC milliseconds.
    pub since_ms: i64,
    /// The latest so many at most.
    pub latest: Option<u64>,
    /// Decisions that are named for each change at most.
    pub examples: usize,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Decisions so far.
    pub decisions: u64,
    /// When the last one was made, UTC milliseconds.
    pub at_ms: i64,
}

/// Packs fetched at once.
const PACKS: i64 = 16;
/// Records read at once.
const RECORDS: i64 = 500;

impl Engine {
    /// Decides recorded decisions again under a candidate and says what would have been otherwise. Nothing is stored and
    /// nothing is sent.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn replay(
        &self,
        workspace: &str,
        candidate: &Policy,
        window: Window,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Report, StoreError> {
        let pass = Judge::new(candidate, window.examples);
        let after = self.start(workspace, &window).await?;
        let replay = Replay { db: self.db().clone(), workspace: workspace.to_owned(), pass, after, decisions: 0 };
        Ok(replay.run(progress).await?.report())
    }

    /// Counts how many recorded messages lie in each region of a difference between two policies.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn traffic(
        &self,
        workspace: &str,
        (diff, old, new): (&Diff, &Policy, &Policy),
        window: Window,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<TrafficCounts, StoreError> {
        let pass = Traffic::new(diff, old, new);
        let after = self.start(workspace, &window).await?;
        let replay = Replay { db: self.db().clone(), workspace: workspace.to_owned(), pass, after, decisions: 0 };
        Ok(replay.run(progress).await?.counts())
    }

    /// The place in the order of decisions after which the window begins.
    async fn start(&self, workspace: &str, window: &Window) -> Result<(i64, String), StoreError> {
        let since = (window.since_ms.saturating_sub(1), "~".to_owned());
        let Some(latest) = window.latest.and_then(|latest| i64::try_from(latest).ok()) else { return Ok(since) };
        let mut reader = self.db().read().await?;
        let before = read::decision_nth(&mut reader.conn(), workspace, window.since_ms, latest).await?;
        Ok(before.map_or(since, |row| (row.decided_at, row.id)))
    }
}

/// What blocks stream past.
trait Pass {
    fn unknown<'b>(&self, block: &Block<'b>) -> Vec<&'b str>;
    fn learn(&mut self, digest: &str, policy: Option<&Policy>);
    fn needs_texts(&self, block: &Block<'_>) -> Vec<usize>;
    fn block(&mut self, block: &Block<'_>, first: usize, texts: &dyn Fn(usize) -> Option<Texts>);
}

macro_rules! pass {
    ($($type:ty),+) => {
        $(impl Pass for $type {
            fn unknown<'b>(&self, block: &Block<'b>) -> Vec<&'b str> {
                self.unknown(block)
            }
            fn learn(&mut self, digest: &str, policy: Option<&Policy>) {
                self.learn(digest, policy);
            }
            fn needs_texts(&self, block: &Block<'_>) -> Vec<usize> {
                self.needs_texts(block)
            }
            fn block(&mut self, block: &Block<'_>, first: usize, texts: &dyn Fn(usize) -> Option<Texts>) {
                self.block(block, first, texts);
            }
        })+
    };
}
pass!(Judge, Traffic<'_>);

struct Replay<P> {
    db: Db,
    workspace: String,
    pass: P,
    /// Time and id of the last decision that was replayed.
    after: (i64, String),
    decisions: u64,
}

impl<P: Pass> Replay<P> {
    async fn run(mut self, progress: &(dyn Fn(Progress) + Send + Sync)) -> Result<P, StoreError> {
        // A pack whose last decision is at the start may begin after it; all before are of no concern.
        let mut key = (self.after.0.saturating_sub(1), i64::MAX);
        let mut next = self.fetch(key);
        loop {
            let packs = next.await.map_err(|_| StoreError::Closed)??;
            let Some(last) = packs.last() else { break };
            key = (last.last_at, last.seq);
            next = self.fetch(key);
            for one in &packs {
                self.pack(one).await?;
                progress(Progress { decisions: self.decisions, at_ms: self.after.0 });
            }
        }
        self.records((i64::MAX, "~"), progress).await?;
        Ok(self.pass)
    }

    /// The next packs, on their way while others are worked on.
    fn fetch(&self, (at, seq): (i64, i64)) -> tokio::task::JoinHandle<Result<Vec<PackRow>, StoreError>> {
        let (db, workspace) = (self.db.clone(), self.workspace.clone());
        tokio::spawn(async move {
            let mut reader = db.read().await?;
            read::packs(&mut reader.conn(), &workspace, at, seq, PACKS).await
        })
    }

    async fn pack(&mut self, row: &PackRow) -> Result<(), StoreError> {
        if (row.last_at, &row.last_id) <= (self.after.0, &self.after.1) {
            return Ok(());
        }
        match Block::read(&row.bytes) {
            Ok(block) => self.block(&block).await?,
            // Of another version, or broken: the records are what counts.
            Err(_) => self.records((row.last_at, &row.last_id), &|_| {}).await?,
        }
        self.after = (row.last_at, row.last_id.clone());
        Ok(())
    }

    /// Decisions from their records, up to a time and id.
    async fn records(
        &mut self,
        (until, until_id): (i64, &str),
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), StoreError> {
        loop {
            let mut reader = self.db.read().await?;
            let conn = &mut reader.conn();
            let (at, id) = (self.after.0, self.after.1.clone());
            let mut rows = read::decisions_after(conn, &self.workspace, at, &id, until, RECORDS).await?;
            let full = rows.len() == RECORDS as usize;
            rows.retain(|row| (row.decided_at, row.id.as_str()) <= (until, until_id));
            let Some(last) = rows.last().map(|row| (row.decided_at, row.id.clone())) else { return Ok(()) };
            let bytes = packed(conn, &self.workspace, (at, &id), &rows).await?;
            drop(reader);
            let block = Block::read(&bytes)
                .map_err(|error| StoreError::Inconsistent { table: "decision", reason: error.to_string() })?;
            self.block(&block).await?;
            self.after = last;
            progress(Progress { decisions: self.decisions, at_ms: self.after.0 });
            if !full {
                return Ok(());
            }
        }
    }

    async fn block(&mut self, block: &Block<'_>) -> Result<(), StoreError> {
        let after = (self.after.0, self.after.1.as_str());
        let is_done = |row: &usize| {
            let at = block.decided_at.get(*row).copied().unwrap_or_default();
            (at, block.names.get(*row).map_or("", |names| names.id)) <= after
        };
        let first = (0..block.len()).take_while(is_done).count();
        for digest in self.pass.unknown(block) {
            let policy = kept_policy(&self.db, &self.workspace, digest).await?;
            self.pass.learn(digest, policy.as_ref());
        }
        let rows: Vec<usize> = self.pass.needs_texts(block).into_iter().filter(|row| *row >= first).collect();
        let found = if rows.is_empty() { HashMap::new() } else { self.texts(block, &rows).await? };
        self.pass.block(block, first, &|row| found.get(&row).cloned());
        self.decisions += (block.len() - first) as u64;
        Ok(())
    }

    /// The texts of some rows of a block: message and draft, as far as they are there and are what was judged.
    async fn texts(&self, block: &Block<'_>, rows: &[usize]) -> Result<HashMap<usize, Texts>, StoreError> {
        let names = |row: &usize| block.names.get(*row);
        let messages: Vec<&str> = rows.iter().filter_map(names).map(|names| names.message_id).collect();
        let version = |row: usize| match block.column(block::DRAFT_VERSION).and_then(|column| column.get(row)) {
            Some(remit_dsl::Raw::Number(version)) => Some(version),
            _ => None,
        };
        let drafts: Vec<(&str, i64)> =
            rows.iter().filter_map(|row| Some((names(row)?.draft_id, version(*row)?))).collect();
        let mut reader = self.db.read().await?;
        let conn = &mut reader.conn();
        let messages = texts::messages(conn, &self.workspace, &messages).await?;
        let drafts = texts::drafts(conn, &self.workspace, &drafts).await?;
        let mut found = HashMap::new();
        for row in rows {
            let Some(names) = names(row) else { continue };
            let Some(message) = messages.get(names.message_id) else { continue };
            let draft = match version(*row) {
                None => None,
                Some(version) => {
                    let hash = block.column(block::DRAFT_HASH).and_then(|column| column.get(*row));
                    let Some(draft) = drafts.get(&(names.draft_id.to_owned(), version)) else { continue };
                    if hash != Some(remit_dsl::Raw::Name(&draft.content_sha256)) {
                        continue;
                    }
                    Some(crate::decide::gate::draft_text(draft.subject.as_deref(), &draft.body_text))
                }
            };
            let texts = Texts {
                message: crate::decide::facts::message_text(message),
                thread: message.full_text.clone(),
                attachments: crate::decide::facts::attachment_types(&message.attachments),
                draft,
            };
            found.insert(*row, texts);
        }
        Ok(found)
    }
}

/// A policy that decisions were made under; `None` when it is not kept or does not compile any more.
pub(crate) async fn kept_policy(db: &Db, workspace: &str, digest: &str) -> Result<Option<Policy>, StoreError> {
    let mut reader = db.read().await?;
    let Some(version) = read::policy_version(&mut reader.conn(), workspace, digest).await? else { return Ok(None) };
    let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
        .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
    let read = |path: &str| files.get(path).cloned().ok_or_else(|| "it was not kept with the policy".to_owned());
    Ok(remit_dsl::compile(&version.root, &read).policy)
}

/// The pack of these decisions, which come right after a time and id.
pub(crate) async fn packed(
    conn: &mut Conn<'_>,
    workspace: &str,
    (after, after_id): (i64, &str),
    decisions: &[DecisionRow],
) -> Result<Vec<u8>, StoreError> {
    let Some(last) = decisions.last() else { return Ok(pack(&[])) };
    let about = read::decisions_about(conn, workspace, after, after_id, last.decided_at, &last.id).await?;
    let about: HashMap<&str, _> = about.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut records: Vec<(&DecisionRow, Record)> = Vec::with_capacity(decisions.len());
    for row in decisions {
        // A record that cannot be read must not hold up the ledger; its decision is missing in replays.
        match serde_json::from_str(&row.record) {
            Ok(record) => records.push((row, record)),
            Err(error) => tracing::warn!(decision = row.id, %error, "a decision record cannot be read"),
        }
    }
    let recorded: Vec<Recorded<'_>> = records
        .iter()
        .map(|(row, record)| {
            let about = about.get(row.id.as_str());
            Recorded {
                id: &row.id,
                message_id: &row.message_id,
                conversation_id: &row.conversation_id,
                contact_id: about.map_or("", |row| &row.contact_id),
                channel_id: about.map_or("", |row| &row.channel_id),
                from_address: about.map_or("", |row| &row.from_address),
                gate: &row.gate,
                policy_digest: &row.policy_digest,
                decided_at: row.decided_at,
                facts: &record.facts,
                verdict: &record.verdict,
                draft: record.draft.as_ref().map(|draft| (&*draft.id, draft.version, &*draft.content_sha256)),
            }
        })
        .collect();
    Ok(pack(&recorded))
}
