//! The ledger: decisions sealed in blocks, each block hashed over the one before it.
//!
//! A decision is sealed [`SETTLED_MS`] after it was made, in the background and away from the path of messages. From
//! then on a changed byte, a decision that went missing and one that was slipped in are found by [`Engine::verify`].
//! Nobody can tell from the store alone that the *youngest* blocks were cut off: keep the head somewhere else now and
//! then, and give it to `verify` as what must still be there.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::DEFAULT_WORKSPACE;
use crate::engine::Engine;
use crate::store::rows::{DecisionRow, LedgerBlockRow};
use crate::store::{NewBlock, StoreError, Write, read};

/// Decisions younger than this are not sealed yet, in milliseconds: their transaction may still be under way.
pub const SETTLED_MS: i64 = 30_000;
/// Most decisions in a block.
const BLOCK: i64 = 500;
/// What the first block stands on.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A block by number and hash, written `12:9f86d081...`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Number of the block, from 1.
    pub seq: i64,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.sha256)
    }
}

/// The text is no `NUMBER:HASH`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no head of a ledger: a number, a colon and 64 hexadecimal digits")]
pub struct NoHead(pub String);

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let parts = text.split_once(':').and_then(|(seq, sha256)| Some((seq.parse().ok()?, sha256)));
        match parts {
            Some((seq, sha256)) if sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self { seq, sha256: sha256.to_ascii_lowercase() })
            }
            _ => Err(NoHead(text.to_owned())),
        }
    }
}

/// Something that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// A decision's bytes are not those that were sealed.
    DecisionChanged {
        /// The decision.
        decision_id: String,
        /// The block it was sealed in.
        block: i64,
    },
    /// A sealed decision is gone.
    DecisionMissing {
        /// The decision.
        decision_id: String,
        /// The block it was sealed in.
        block: i64,
    },
    /// A decision that claims to be old is in no block.
    DecisionNotSealed {
        /// The decision.
        decision_id: String,
    },
    /// A block's bytes are not those that were hashed.
    BlockChanged {
        /// The block.
        block: i64,
    },
    /// A block does not stand on the one before it, or one is missing before it.
    ChainBroken {
        /// The block.
        block: i64,
    },
    /// The block that must be there is not, or is another.
    HeadMissing {
        /// What must be there.
        expected: Head,
    },
}

/// What [`Engine::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Blocks read.
    pub blocks: i64,
    /// Decisions that are as they were sealed, but for what [`Verified::erased`] counts.
    pub decisions: i64,
    /// Of these, those out of which words were taken because a contact was erased. The audit trail says who erased it.
    pub erased: i64,
    /// Decisions too young to be sealed.
    pub not_sealed_yet: i64,
    /// The youngest block.
    pub head: Option<Head>,
    /// What is not as it was; empty when all is well. The first [`MOST_PROBLEMS`] only.
    pub problems: Vec<Problem>,
}

/// Problems listed at most; there is no need to name a million.
pub const MOST_PROBLEMS: usize = 1_000;

impl Verified {
    fn report(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// Each part with its length, so that bytes cannot move from one part into the next.
fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

pub(crate) fn decision_hash(row: &DecisionRow) -> String {
    let DecisionRow {
        workspace_id,
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
        decided_at,
    } = row;
    let numbers = [rule_line, rule_column, took_us, decided_at].map(ToString::to_string);
    let draft = draft_id.as_ref().map_or_else(|| "none".to_owned(), |id| format!("some {id}"));
    let texts = [workspace_id, id, run_id, message_id, conversation_id, &draft, gate, policy_digest, outcome];
    hash(texts.into_iter().chain([rule, rule_file, record]).chain(&numbers).map(String::as_str))
}

fn block_hash(workspace: &str, seq: i64, previous: &str, entries: &str, last_at: i64, last_id: &str) -> String {
    hash([workspace, &seq.to_string(), previous, entries, &last_at.to_string(), last_id])
}

/// Decision and hash of each line.
fn entries(block: &LedgerBlockRow) -> impl Iterator<Item = (&str, &str)> {
    block.entries.lines().filter_map(|line| line.split_once(' '))
}

/// The block over these decisions, in order; `None` without any.
fn seal(workspace: &str, before: Option<&LedgerBlockRow>, decisions: &[DecisionRow], pack: Vec<u8>) -> Option<Write> {
    let last = decisions.last()?;
    let lines: Vec<String> = decisions.iter().map(|row| format!("{} {}", row.id, decision_hash(row))).collect();
    let entries = lines.join("\n");
    let seq = before.map_or(0, |block| block.seq) + 1;
    let previous = before.map_or(BEGINNING, |block| &block.sha256);
    let sha256 = block_hash(workspace, seq, previous, &entries, last.decided_at, &last.id);
    let decisions = i64::try_from(decisions.len()).unwrap_or(i64::MAX);
    let (previous_sha256, last_at, last_id) = (previous.to_owned(), last.decided_at, last.id.clone());
    Some(Write::LedgerBlock(Box::new(NewBlock {
        seq,
        previous_sha256,
        sha256,
        entries,
        last_at,
        last_id,
        decisions,
        pack,
    })))
}

/// How often the sealer looks.
const LOOK: Duration = Duration::from_secs(10);
/// What the sealer leaves to others between two blocks. Under a long load it falls behind, and catches up later.
const BREATH: Duration = Duration::from_millis(100);

/// Seals decisions until it is told to stop.
pub(crate) async fn keep_sealing(engine: Engine, stopped: CancellationToken) {
    let mut wait = LOOK;
    loop {
        tokio::select! {
            () = stopped.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = match engine.seal_decisions(DEFAULT_WORKSPACE).await {
            Ok(count) if count == BLOCK as usize => BREATH,
            Ok(_) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "cannot seal decisions; trying again");
                LOOK
            }
        };
    }
}

impl Engine {
    /// Seals decisions that are old enough, one block. Gives how many; fewer than a full block means that there are no
    /// more. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is lost then.
    pub async fn seal_decisions(&self, workspace: &str) -> Result<usize, StoreError> {
        let until = self.clock().now_ms() - SETTLED_MS;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let head = read::ledger_head(conn, workspace).await?;
        let (at, id) = head.as_ref().map_or((i64::MIN, ""), |head| (head.last_at, &*head.last_id));
        let decisions = read::decisions_after(conn, workspace, at, id, until, BLOCK).await?;
        // What a replay reads of them is packed here too: once, and away from the path of messages.
        let pack = crate::replay::packed(conn, workspace, (at, id), &decisions).await?;
        drop(reader);
        let count = decisions.len();
        if let Some(block) = seal(workspace, head.as_ref(), &decisions, pack) {
            self.commit_writes(workspace, vec![block]).await?;
        }
        Ok(count)
    }

    /// Seals everything that is old enough. Gives how many decisions that were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn seal_all_decisions(&self, workspace: &str) -> Result<usize, StoreError> {
        let mut sealed = 0;
        loop {
            let count = self.seal_decisions(workspace).await?;
            sealed += count;
            if count < BLOCK as usize {
                return Ok(sealed);
            }
        }
    }

    /// Reads the whole ledger and every decision in it, and says what is not as it was sealed. `progress` is told how
    /// many decisions were read so far.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails. What is wrong with the ledger is no error but a [`Problem`].
    pub async fn verify(
        &self,
        workspace: &str,
        expected: Option<&Head>,
        progress: &(dyn Fn(i64) + Send + Sync),
    ) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        let mut sealed: HashSet<String> = HashSet::new();
        let mut previous = BEGINNING.to_owned();
        let mut met_expected = expected.is_none();
        let mut reader = self.db().read().await?;
        loop {
            let after = verified.head.as_ref().map_or(0, |head| head.seq);
            let blocks = read::ledger_blocks(&mut reader.conn(), workspace, after, 20).await?;
            if blocks.is_empty() {
                break;
            }
            for block in blocks {
                verified.blocks += 1;
                let LedgerBlockRow { seq, previous_sha256, sha256, entries: text, last_at, last_id, .. } = &block;
                let expected_seq = verified.head.as_ref().map_or(1, |head| head.seq + 1);
                if *seq != expected_seq || *previous_sha256 != previous {
                    verified.report(Problem::ChainBroken { block: *seq });
                }
                if block_hash(workspace, *seq, previous_sha256, text, *last_at, last_id) != *sha256 {
                    verified.report(Problem::BlockChanged { block: *seq });
                }
                for (id, hash) in entries(&block) {
                    sealed.insert(id.to_owned());
                    let problem = match read::decision(&mut reader.conn(), workspace, id).await? {
                        Some(row) if decision_hash(&row) == hash => None,
                        // Words were taken out of it because a contact was erased; what it was before is known.
                        Some(_) if self.was_erased(workspace, id, hash).await? => {
                            verified.erased += 1;
                            None
                        }
                        Some(_) => Some(Problem::DecisionChanged { decision_id: id.to_owned(), block: *seq }),
                        None => Some(Problem::DecisionMissing { decision_id: id.to_owned(), block: *seq }),
                    };
                    match problem {
                        Some(problem) => verified.report(problem),
                        None => verified.decisions += 1,
                    }
                }
                progress(verified.decisions);
                previous.clone_from(sha256);
                let head = Head { seq: *seq, sha256: sha256.clone() };
                met_expected |= expected == Some(&head);
                verified.head = Some(head);
            }
        }
        if let Some(expected) = expected.filter(|_| !met_expected) {
            verified.report(Problem::HeadMissing { expected: expected.clone() });
        }
        drop(reader);
        self.find_unsealed(workspace, &sealed, &mut verified).await?;
        Ok(verified)
    }

    async fn was_erased(&self, workspace: &str, id: &str, hash: &str) -> Result<bool, StoreError> {
        let mut reader = self.db().read().await?;
        let erased = read::decision_erased(&mut reader.conn(), workspace, id).await?;
        Ok(erased.is_some_and(|(before,)| before == hash))
    }

    async fn find_unsealed(
        &self,
        workspace: &str,
        sealed: &HashSet<String>,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let mut reader = self.db().read().await?;
        let head = read::ledger_head(&mut reader.conn(), workspace).await?;
        let sealed_until = head.map_or((i64::MIN, String::new()), |head| (head.last_at, head.last_id));
        let (mut at, mut id) = (i64::MIN, String::new());
        loop {
            let page = read::decisions_after(&mut reader.conn(), workspace, at, &id, i64::MAX, BLOCK).await?;
            let Some(last) = page.last() else { return Ok(()) };
            (at, id) = (last.decided_at, last.id.clone());
            for row in page {
                if sealed.contains(&row.id) {
                    continue;
                }
                if (row.decided_at, &row.id) > (sealed_until.0, &sealed_until.1) {
                    verified.not_sealed_yet += 1;
                } else {
                    verified.report(Problem::DecisionNotSealed { decision_id: row.id });
                }
            }
        }
    }
}
