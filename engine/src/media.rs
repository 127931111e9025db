//! Files of messages that providers keep: fetched as soon as they are told of, tried again where that fails, and shown as
//! missing, with the reason, where it fails for good.
//!
//! That a file is to be fetched is stored before the provider is thanked, so a crash loses none. A file never changes what
//! is known of its message to policies: its name and type stay those that were told, and a message waits for no file.
//! Everything goes out by the one egress client, redirections included.

use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::adapters::Providers;
use crate::channels::media::{Found, Missing, entry, examine, refused, too_large, wait_ms};
use crate::channels::{Account, MediaFile, Provider, provider};
use crate::domain::IdKind;
use crate::engine::Engine;
use crate::files::{MOST_BYTES, MOST_FILES};
use crate::mail;
use crate::ports::{OutboundFile, SendError};
use crate::store::rows::{MediaRow, MessageRow};
use crate::store::{FileWrite, MEDIA, MediaWrite, StoreError, Write, read};

/// How often it is looked for files whose time has come.
const LOOK: Duration = Duration::from_secs(1);
/// How long others stay away from a file that is being fetched, in milliseconds: longer than all calls of it can take.
const LEASE_MS: i64 = 5 * 60_000;
/// Files that are fetched at the same time.
const AT_ONCE: usize = 4;
/// How often a change of a message's files is tried that somebody else came before.
const TURNS: usize = 8;

/// Fetches files until stopped.
pub async fn run(engine: Engine, providers: Providers, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let fetched = look(&engine, &providers).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot fetch files of messages; trying again");
            0
        });
        if fetched == 0 {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

/// Fetches files whose time has come, a few of them. Gives how many were tried.
///
/// # Errors
/// [`StoreError`] when the database fails; what was not kept is tried again.
pub async fn look(engine: &Engine, providers: &Providers) -> Result<usize, StoreError> {
    let mut reader = engine.db().read().await?;
    let due = read::media_due(&mut reader.conn(), engine.clock().now_ms(), AT_ONCE as i64).await?;
    drop(reader);
    let count = due.len();
    let mut work = JoinSet::new();
    for row in due {
        let (engine, providers) = (engine.clone(), providers.clone());
        work.spawn(async move { fetch(&engine, &providers, row).await });
    }
    let mut worst = Ok(count);
    while let Some(done) = work.join_next().await {
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => worst = Err(error),
            // Its turn ends by itself, and then it is tried again.
            Err(error) => tracing::error!(%error, "fetching a file broke"),
        }
    }
    worst
}

/// One try.
async fn fetch(engine: &Engine, providers: &Providers, row: MediaRow) -> Result<(), StoreError> {
    let (ws, tries) = (row.workspace_id.clone(), row.tries + 1);
    let again = |was_due, due_at| {
        let (message_id, reference) = (row.message_id.clone(), row.reference.clone());
        Write::Media(MediaWrite::Again { message_id, reference, was_due, tries, due_at })
    };
    // Whoever moves the time on has the turn.
    let until = engine.clock().now_ms() + LEASE_MS;
    match engine.commit_writes(&ws, vec![again(row.due_at, until)]).await {
        Err(StoreError::Stale(MEDIA)) => return Ok(()),
        done => done?,
    }
    let mut reader = engine.db().read().await?;
    let message = read::message(&mut reader.conn(), &ws, &row.message_id).await?;
    let channel = read::channel_by_id(&mut reader.conn(), &row.channel_id).await?;
    drop(reader);
    let file = message.as_ref().and_then(|message| waiting(message, &row.reference));
    let Some(file) = file else { return settle(engine, &row, &Outcome::Nothing).await };
    let got = match &channel {
        Some(channel) => match (channel.provider.as_deref().and_then(provider), providers.account(channel)) {
            (Some(own), Ok(account)) => bytes_of(providers, own, &account, &file).await,
            _ => Err(Missing::Never("the channel is not connected with its provider any more".to_owned())),
        },
        None => Err(Missing::Never("the channel is gone".to_owned())),
    };
    match got {
        Ok(bytes) => settle(engine, &row, &Outcome::Here(bytes)).await,
        Err(missing) => match wait_ms(&missing, tries) {
            Some(wait) => {
                tracing::info!(message = row.message_id, why = missing.why(), "a file was not fetched; trying again");
                match engine.commit_writes(&ws, vec![again(until, engine.clock().now_ms() + wait)]).await {
                    // It took so long that somebody else has the turn.
                    Err(StoreError::Stale(MEDIA)) => Ok(()),
                    done => done,
                }
            }
            None => {
                tracing::warn!(message = row.message_id, why = missing.why(), "a file of a message is given up");
                settle(engine, &row, &Outcome::Missing(missing.why().to_owned())).await
            }
        },
    }
}

/// The bytes of a file, from wherever its provider keeps it.
async fn bytes_of(
    providers: &Providers,
    own: &dyn Provider,
    account: &Account,
    file: &MediaFile,
) -> Result<Vec<u8>, Missing> {
    let never = |error: SendError| Missing::Never(error.to_string());
    let mut found = Found { call: own.media(account, &file.reference).map_err(never)?, sha256: None, size: None };
    if own.tells_where() {
        let told = providers.call(&found.call).await.map_err(missed)?;
        if told.status != 200 {
            return Err(refused(told.status));
        }
        found = own.media_at(account, &told).map_err(never)?;
    }
    if found.size.is_some_and(|size| size > MOST_BYTES as u64) {
        return Err(too_large(MOST_BYTES));
    }
    let bytes = providers.file(&found.call, MOST_BYTES).await?;
    examine(&file.media_type, found.sha256.as_deref(), &bytes)?;
    Ok(bytes)
}

/// What an error of a call means for a file. A second call does no harm, so nothing is in doubt.
pub(crate) fn missed(error: SendError) -> Missing {
    match error {
        SendError::Refused(why) => Missing::Never(why),
        other => Missing::Later(other.to_string()),
    }
}

/// What became of a file.
enum Outcome {
    Here(Vec<u8>),
    Missing(String),
    /// It is not wanted any more.
    Nothing,
}

/// The files of a message, as they stand in its row.
fn entries(message: &MessageRow) -> Vec<Value> {
    serde_json::from_str(&message.attachments).unwrap_or_default()
}

fn is_of(entry: &Value, reference: &str) -> bool {
    entry.get("ref").and_then(Value::as_str) == Some(reference)
}

fn is_settled(entry: &Value) -> bool {
    entry.get("id").is_some() || entry.get("missing").is_some()
}

/// The file that a message still waits for by this name.
fn waiting(message: &MessageRow, reference: &str) -> Option<MediaFile> {
    let entry = entries(message).into_iter().find(|entry| is_of(entry, reference) && !is_settled(entry))?;
    serde_json::from_value(entry).ok()
}

/// Keeps what became of a file: its bytes, what the message knows of it, and that it is fetched no more, in one commit.
async fn settle(engine: &Engine, row: &MediaRow, outcome: &Outcome) -> Result<(), StoreError> {
    let ws = &row.workspace_id;
    let done = MediaWrite::Done { message_id: row.message_id.clone(), reference: row.reference.clone() };
    for _ in 0..TURNS {
        let mut reader = engine.db().read().await?;
        let message = read::message(&mut reader.conn(), ws, &row.message_id).await?;
        drop(reader);
        let mut writes = vec![Write::Media(done.clone())];
        let known = message.as_ref().map(|message| (message, entries(message)));
        if let Some((message, mut all)) = known
            && let Some(entry) = all.iter_mut().find(|entry| is_of(entry, &row.reference) && !is_settled(entry))
        {
            match outcome {
                Outcome::Nothing => return engine.commit_writes(ws, writes).await,
                Outcome::Missing(why) => entry["missing"] = json!(why.chars().take(300).collect::<String>()),
                Outcome::Here(bytes) => {
                    let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
                    let kept = OutboundFile {
                        id: engine.ids().next(IdKind::Attachment),
                        name: mail::display_name(name),
                        media_type: entry.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
                        size: bytes.len() as u64,
                        sha256: HEXLOWER.encode(&Sha256::digest(bytes)),
                        bytes: Vec::new(),
                    };
                    entry["id"] = json!(kept.id);
                    entry["size"] = json!(kept.size);
                    entry["sha256"] = json!(kept.sha256);
                    let used = FileWrite::Use { id: kept.id.clone() };
                    let keep = FileWrite::Keep { file: kept, bytes: bytes.clone(), by: row.channel_id.clone() };
                    writes.extend([Write::File(keep), Write::File(used)]);
                }
            }
            writes.push(changed(message, &all));
        }
        match engine.commit_writes(ws, writes).await {
            Err(StoreError::Stale(MEDIA)) => {}
            done => return done,
        }
    }
    // Others change this message all the time: the turn ends by itself, and then it is tried again.
    Ok(())
}

fn changed(message: &MessageRow, files: &[Value]) -> Write {
    Write::Media(MediaWrite::Files {
        conversation_id: message.conversation_id.clone(),
        message_id: message.id.clone(),
        before: message.attachments.clone(),
        after: Value::Array(files.to_vec()).to_string(),
    })
}

/// That the files of a message which came just now are to be fetched.
pub(crate) fn wanted(channel_id: &str, message_id: &str, files: &[MediaFile]) -> Vec<Write> {
    let named = files.iter().filter(|file| !file.reference.is_empty()).take(MOST_FILES);
    let add = named.map(|file| MediaWrite::Add {
        message_id: message_id.to_owned(),
        reference: file.reference.clone(),
        channel_id: channel_id.to_owned(),
    });
    add.map(Write::Media).collect()
}

impl Engine {
    /// The same for a message that was here before and may not know of them yet: more was told of a call.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub(crate) async fn add_files(
        &self,
        (workspace, channel_id): (&str, &str),
        message_id: &str,
        files: &[MediaFile],
    ) -> Result<(), StoreError> {
        for _ in 0..TURNS {
            let mut reader = self.db().read().await?;
            let found = read::message(&mut reader.conn(), workspace, message_id).await?;
            drop(reader);
            let Some(message) = found else { return Ok(()) };
            let mut all = entries(&message);
            let new: Vec<MediaFile> = files
                .iter()
                .filter(|file| !file.reference.is_empty() && !all.iter().any(|entry| is_of(entry, &file.reference)))
                .take(MOST_FILES.saturating_sub(all.len()))
                .cloned()
                .collect();
            if new.is_empty() {
                return Ok(());
            }
            all.extend(new.iter().map(entry));
            let mut writes = wanted(channel_id, message_id, &new);
            writes.push(changed(&message, &all));
            match self.commit_writes(workspace, writes).await {
                Err(StoreError::Stale(MEDIA)) => {}
                done => return done,
            }
        }
        Err(StoreError::Stale(MEDIA))
    }
}
