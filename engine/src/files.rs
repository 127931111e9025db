//! Files: what came in with a message, and what people send along.
//!
//! What came in with a mail stays in the mail as it was stored, byte for byte, and is cut out of it when somebody asks; so
//! it can be neither lost nor changed. What a provider keeps is fetched (`media`) and kept by itself. What people send is
//! kept by itself before it is sent, and is forgotten after a day if it is not.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::mail;
use crate::people::not_found;
use crate::ports::OutboundFile;
use crate::store::rows::{MessageRow, RepRow};
use crate::store::{FileWrite, StoreError, Write, read};

/// Bytes of one file, and of all files of one message together, at most: what mail servers commonly take.
pub const MOST_BYTES: usize = 25 * 1024 * 1024;
/// Files of one message at most.
pub const MOST_FILES: usize = 20;

/// A file and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, fit to show: no folders, nothing that is not seen.
    pub name: String,
    /// MIME type, as whoever sent it says.
    pub media_type: String,
    /// What it is.
    pub bytes: Vec<u8>,
}

impl Engine {
    /// Keeps a file that somebody wants to send. It can be sent for a day.
    ///
    /// # Errors
    /// [`EngineError::Store`] when it could not be kept.
    pub async fn keep_file(&self, rep: &RepRow, file: File) -> Result<OutboundFile, EngineError> {
        let kept = OutboundFile {
            id: self.ids().next(IdKind::Attachment),
            name: mail::display_name(&file.name),
            media_type: file.media_type,
            size: file.bytes.len() as u64,
            sha256: HEXLOWER.encode(&Sha256::digest(&file.bytes)),
            bytes: Vec::new(),
        };
        let keep = FileWrite::Keep { file: kept.clone(), bytes: file.bytes, by: rep.id.clone() };
        self.commit_writes(&rep.workspace_id, vec![Write::File(keep)]).await?;
        Ok(kept)
    }

    /// These files, without their bytes, in this order.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such file.
    pub(crate) async fn files(&self, workspace: &str, ids: &[String]) -> Result<Vec<OutboundFile>, EngineError> {
        let mut reader = self.db().read().await?;
        let mut files = Vec::with_capacity(ids.len());
        for id in ids {
            let row = read::attachment(&mut reader.conn(), workspace, id).await?;
            files.push(row.ok_or_else(|| not_found("attachment", id))?.into());
        }
        Ok(files)
    }

    /// A file that was brought, without its bytes, as this rep may see it: what goes along with something is everybody's, what nobody
    /// has used yet is whose it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such file.
    pub async fn brought(&self, rep: &RepRow, id: &str) -> Result<OutboundFile, EngineError> {
        let mut reader = self.db().read().await?;
        let row = read::attachment_seen(&mut reader.conn(), &rep.workspace_id, id, &rep.id).await?;
        row.map(OutboundFile::from).ok_or_else(|| not_found("attachment", id))
    }

    /// The same with its bytes.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such file.
    pub async fn brought_bytes(&self, rep: &RepRow, id: &str) -> Result<File, EngineError> {
        let OutboundFile { id, name, media_type, .. } = self.brought(rep, id).await?;
        let mut reader = self.db().read().await?;
        let row = read::attachment_bytes(&mut reader.conn(), &rep.workspace_id, &id).await?;
        let (bytes,) = row.ok_or_else(|| not_found("attachment", &id))?;
        Ok(File { name, media_type, bytes })
    }

    /// The `position`th file of a message, from 1; none where there is none, or where its bytes are not here.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn file_of(&self, message: &MessageRow, position: usize) -> Result<Option<File>, StoreError> {
        let Some(at) = position.checked_sub(1) else { return Ok(None) };
        let ws = &message.workspace_id;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        // What was sent, and what was fetched, is kept by itself.
        let all: Vec<serde_json::Value> = serde_json::from_str(&message.attachments).unwrap_or_default();
        let word = |name| all.get(at).and_then(|file| file.get(name)).and_then(serde_json::Value::as_str);
        if let Some(id) = word("id") {
            let (name, media_type) = (word("name").unwrap_or_default(), word("type").unwrap_or_default());
            let bytes = read::attachment_bytes(conn, ws, id).await?;
            let file = |bytes| File { name: mail::display_name(name), media_type: media_type.to_owned(), bytes };
            return Ok(bytes.map(|row| file(row.0)));
        }
        let Some(raw_event) = &message.raw_event_id else { return Ok(None) };
        let raw = read::raw_bytes(conn, ws, raw_event).await?.filter(|raw| raw.content_type == "message/rfc822");
        drop(reader);
        let Some(raw) = raw else { return Ok(None) };
        // A large mail takes a while to read.
        let cut = tokio::task::spawn_blocking(move || mail::attachment(&raw.bytes, at));
        let found = cut.await.map_err(|_| StoreError::Closed)?;
        Ok(found.map(|(file, bytes)| File { name: file.name, media_type: file.media_type, bytes }))
    }

    /// Forgets files that nobody has sent within a day, a few of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_files(&self) -> Result<(), StoreError> {
        let forget = FileWrite::Forget { before: self.clock().now_ms() - KEPT_MS, most: FORGOTTEN_TOGETHER };
        self.commit_writes(crate::domain::DEFAULT_WORKSPACE, vec![Write::File(forget)]).await
    }
}

/// How long a file can be sent, in milliseconds.
const KEPT_MS: i64 = 24 * 3_600_000;
/// Files that are forgotten at once.
const FORGOTTEN_TOGETHER: i64 = 50;
