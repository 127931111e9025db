//! What the disk can do: the ceiling of everything durable.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::BenchError;

const BLOCK: [u8; 4096] = [b'r'; 4096];
const FOR: Duration = Duration::from_secs(1);

/// How often a second 4 KiB can be appended to a file in this folder and flushed (`fdatasync`), one at a time.
pub(crate) fn fdatasync_per_s(folder: &Path) -> Result<f64, BenchError> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut count = 0_u32;
    let begin = Instant::now();
    while begin.elapsed() < FOR {
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}

/// Type of the file system a folder is on, such as `ext4`; `None` where the machine does not tell.
pub(crate) fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (at, kind) = (words.next()?, words.next()?);
        folder.starts_with(at).then(|| (at.len(), kind.to_owned()))
    });
    // Of several at the same place, the last one covers the others.
    mounts.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}
