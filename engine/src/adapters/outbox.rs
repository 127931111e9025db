//! An outbox of files: one maildir for each channel.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::mail::compose;
use crate::ports::{Outbound, OutboundMessage, SendClass, SendError, SendReceipt};

/// Tells apart the temporary files of this process.
static ATTEMPT: AtomicU64 = AtomicU64::new(0);

/// Writes every message as a mail into `<root>/<channel>/new`, a maildir that any mail program or script can empty.
///
/// A message's file name follows from its idempotency key alone, so sending twice writes one file, and whether it
/// was sent can be asked at any time: its file is in `new` or `cur`, whatever flags a reader has added.
#[derive(Debug, Clone)]
pub struct Outbox {
    root: PathBuf,
}

/// What went wrong, and whether the file may be in place all the same.
enum WriteFailure {
    Before(io::Error),
    After(io::Error),
}

impl Outbox {
    /// An outbox below `root`; folders are made when first needed.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// File name of a message: 40 hexadecimal digits of the SHA-256 of its key.
    #[must_use]
    pub fn file_name(idempotency_key: &str) -> String {
        let digest = HEXLOWER.encode(&Sha256::digest(idempotency_key.as_bytes()));
        format!("{}.eml", digest.get(..40).unwrap_or(&digest))
    }

    fn folder(&self, message: &OutboundMessage) -> PathBuf {
        self.root.join(message.channel.as_str())
    }
}

fn receipt(message: &OutboundMessage) -> SendReceipt {
    SendReceipt { provider_ref: format!("outbox:{}/{}", message.channel, Outbox::file_name(&message.idempotency_key)) }
}

/// True when the file is in `new` or `cur`, with or without maildir flags.
fn exists(folder: &Path, name: &str) -> io::Result<bool> {
    if folder.join("new").join(name).try_exists()? || folder.join("cur").join(name).try_exists()? {
        return Ok(true);
    }
    for place in ["new", "cur"] {
        let entries = match fs::read_dir(folder.join(place)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let found = entry?.file_name();
            if found.to_str().and_then(|found| found.strip_prefix(name)).is_some_and(|flags| flags.starts_with(':')) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.join("cur").is_dir() && folder.join("new").is_dir() && folder.join("tmp").is_dir() {
        return Ok(());
    }
    for place in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder.join(place))?;
    }
    sync_folder(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes to `tmp`, then moves into `new`; both are on the disk when it returns.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteFailure> {
    make_folders(folder).map_err(WriteFailure::Before)?;
    let attempt = ATTEMPT.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join("tmp").join(format!("{name}.{}.{attempt}", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&temporary, folder.join("new").join(name)));
    if let Err(error) = moved {
        // The attempt failed for its own reason; a left-over temporary file harms nobody.
        let _ = fs::remove_file(&temporary);
        return Err(WriteFailure::Before(error));
    }
    sync_folder(&folder.join("new")).map_err(WriteFailure::After)
}

#[async_trait]
impl Outbound for Outbox {
    fn class(&self) -> SendClass {
        SendClass::Queryable
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        let folder = self.folder(message);
        let name = Self::file_name(&message.idempotency_key);
        let owned = message.clone();
        let done = tokio::task::spawn_blocking(move || {
            if exists(&folder, &name).map_err(WriteFailure::Before)? {
                return Ok(());
            }
            write(&folder, &name, &compose(&owned))
        });
        match done.await {
            Ok(Ok(())) => Ok(receipt(message)),
            Ok(Err(WriteFailure::Before(error))) => Err(SendError::Transient(error.to_string())),
            Ok(Err(WriteFailure::After(error))) => Err(SendError::InDoubt(error.to_string())),
            Err(error) => Err(SendError::InDoubt(error.to_string())),
        }
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        let folder = self.folder(message);
        let name = Self::file_name(&message.idempotency_key);
        match tokio::task::spawn_blocking(move || exists(&folder, &name)).await {
            Ok(Ok(found)) => Ok(found.then(|| receipt(message))),
            Ok(Err(error)) => Err(SendError::InDoubt(error.to_string())),
            Err(error) => Err(SendError::InDoubt(error.to_string())),
        }
    }
}
