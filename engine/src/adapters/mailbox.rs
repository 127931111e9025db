//! A folder that mail is dropped into: a maildir, or a folder of `.eml` files.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::outbox::sync_folder;

/// Reads mails from a folder on disk.
///
/// A mail stays where it is until [`accept`](Self::accept): the caller stores it first, so that a crash in between
/// only means that it is read again.
#[derive(Debug, Clone)]
pub struct MailDrop {
    folder: PathBuf,
}

impl MailDrop {
    /// A drop folder. It need not exist yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Lists mails waiting in `new/` and `.eml` files in the folder itself, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When a folder is there but cannot be read.
    pub async fn list(&self, limit: usize) -> io::Result<Vec<PathBuf>> {
        let folder = self.folder.clone();
        blocking(move || list(&folder, limit)).await
    }

    /// Reads one listed mail.
    ///
    /// # Errors
    /// When the file cannot be read, or is gone because another reader took it.
    pub async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = path.to_owned();
        blocking(move || fs::read(path)).await
    }

    /// Marks one stored mail as done by moving it into `cur/` with the *seen* flag; returns where it is now.
    ///
    /// # Errors
    /// When it cannot be moved. The mail is then still listed, and reading it again is harmless.
    pub async fn accept(&self, path: &Path) -> io::Result<PathBuf> {
        let folder = self.folder.clone();
        let path = path.to_owned();
        blocking(move || accept(&folder, &path)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn list(folder: &Path, limit: usize) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(&folder.join("new"), &mut found, |_| true)?;
    collect(folder, &mut found, |path| {
        path.extension().and_then(OsStr::to_str).is_some_and(|ext| ext.eq_ignore_ascii_case("eml"))
    })?;
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).take(limit).collect())
}

/// Adds the regular, visible files of a folder with their times. A folder that is not there has none.
fn collect(
    folder: &Path,
    found: &mut Vec<(std::time::SystemTime, PathBuf)>,
    wanted: impl Fn(&Path) -> bool,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A file that another reader has just taken is no error.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() && !hidden && wanted(&entry.path()) {
            found.push((metadata.modified().unwrap_or(std::time::UNIX_EPOCH), entry.path()));
        }
    }
    Ok(())
}

fn accept(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let name = name.to_string_lossy();
    let base = name.split(":2,").next().unwrap_or(&name).to_owned();
    let done = folder.join("cur");
    fs::create_dir_all(&done)?;
    let mut target = done.join(format!("{base}:2,S"));
    // Dropped files may share a name with earlier ones; those are kept.
    for number in 1..10_000 {
        if !target.try_exists()? {
            break;
        }
        target = done.join(format!("{base}.{number}:2,S"));
    }
    fs::rename(path, &target)?;
    sync_folder(&done)?;
    path.parent().map_or(Ok(()), sync_folder)?;
    Ok(target)
}
