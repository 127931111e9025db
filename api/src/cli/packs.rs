//! Packs of messages beside a policy, and the snapshots of what becomes of them.

use std::io::{BufRead, Write as _};
use std::path::{Path, PathBuf};

use remit_dsl::assure::packs;
use serde::Serialize;

use super::{Failure, diff, files};

/// How a pack stands beside its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// As written down.
    Same,
    /// Some message has another fate than the snapshot says.
    Changed,
    /// There is no snapshot yet.
    New,
    /// The snapshot was written now.
    Accepted,
    /// The pack or its policy cannot be read.
    Broken,
}

/// One pack and what became of its messages.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Pack {
    /// The pack's file.
    pub(crate) pack: String,
    pub(crate) state: State,
    /// How many messages it has.
    pub(crate) messages: usize,
    /// The file of its snapshot.
    pub(crate) snapshot: PathBuf,
    /// What changed, as a unified diff; or what is wrong with it.
    pub(crate) text: String,
}

impl Pack {
    pub(crate) fn passed(&self) -> bool {
        matches!(self.state, State::Same | State::Accepted)
    }

    /// In a few words.
    pub(crate) fn words(&self) -> &'static str {
        match self.state {
            State::Same => "as in its snapshot",
            State::Changed => "some messages have another fate than in its snapshot",
            State::New => "it has no snapshot yet",
            State::Accepted => "its snapshot was written",
            State::Broken => "it cannot be read",
        }
    }
}

fn pending(snapshot: &Path) -> PathBuf {
    let mut name = snapshot.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Decides the packs of a policy: every `packs/POLICY/NAME.pack` beside it, whose snapshot is
/// `packs/POLICY/snapshots/NAME.snap`. What differs is written to `NAME.snap.new`; with `accept`, to the snapshot.
pub(crate) fn run(policy: &files::PolicyFiles, filter: Option<&str>, accept: bool) -> Result<Vec<Pack>, Failure> {
    let Some(path) = policy.path() else { return Ok(Vec::new()) };
    let stem = path.file_stem().unwrap_or_default().to_owned();
    let folder = path.parent().unwrap_or(Path::new("")).join("packs").join(stem);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .collect();
    found.sort();
    let wanted = |path: &PathBuf| filter.is_none_or(|filter| path.to_string_lossy().contains(filter));
    found.into_iter().filter(wanted).map(|path| one(policy, &path, accept)).collect()
}

fn one(policy: &files::PolicyFiles, path: &Path, accept: bool) -> Result<Pack, Failure> {
    let failure = |error: std::io::Error| Failure::new(format!("cannot read `{}`: {error}", path.display())).code(3);
    let text = std::fs::read_to_string(path).map_err(failure)?;
    let shown = path.display().to_string();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let snapshot = path.parent().unwrap_or(Path::new("")).join("snapshots").join(format!("{name}.snap"));
    let mut pack = Pack { pack: shown.clone(), state: State::Same, messages: 0, snapshot, text: String::new() };
    let rows = match packs::run(&policy.root, &|file| policy.read(file), &shown, &text) {
        Ok(rows) => rows,
        Err(errors) => {
            pack.state = State::Broken;
            pack.text = remit_dsl::render::plain(&errors);
            return Ok(pack);
        }
    };
    pack.messages = rows.len();
    let table = packs::table(&rows);
    let pending = pending(&pack.snapshot);
    let known = match std::fs::read_to_string(&pack.snapshot) {
        Ok(known) => Some(known),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failure(error)),
    };
    let known = known.as_deref().map(packs::contents);
    if known.is_some_and(|known| packs::same(known, &table)) {
        // What waited to be looked at is out of date.
        remove(&pending)?;
        return Ok(pack);
    }
    pack.text = diff::unified(&format!("{name}.snap"), &format!("{}\n", known.unwrap_or("").trim_end()), &table);
    // The names in the file are those seen from the policy's folder, wherever the command was started.
    let inside = format!("packs/{}/{name}.pack", policy.root.trim_end_matches(".remit"));
    let whole = packs::snapshot(&inside, &policy.root, &table);
    std::fs::create_dir_all(pack.snapshot.parent().unwrap_or(Path::new(".")))?;
    if accept {
        files::replace(&pack.snapshot, &whole)?;
        remove(&pending)?;
        pack.state = State::Accepted;
    } else {
        files::replace(&pending, &whole)?;
        pack.state = if known.is_some() { State::Changed } else { State::New };
    }
    Ok(pack)
}

fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("cannot remove `{}`: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Shows every snapshot that waits and asks what to do with it; the answers come one a line. Where they end, the rest
/// is left as it is.
pub(crate) fn review(packs: &mut [Pack], answers: &mut dyn BufRead) -> Result<(), Failure> {
    let waiting = packs.iter().filter(|pack| matches!(pack.state, State::Changed | State::New)).count();
    let mut number = 0;
    for pack in packs.iter_mut().filter(|pack| matches!(pack.state, State::Changed | State::New)) {
        number += 1;
        println!("{number} of {waiting}: {}, {}\n{}", pack.pack, pack.words(), pack.text);
        loop {
            print!("[a]ccept, [r]eject or [s]kip? ");
            std::io::stdout().flush()?;
            let mut answer = String::new();
            if answers.read_line(&mut answer)? == 0 {
                println!("left as it is");
                return Ok(());
            }
            let pending = pending(&pack.snapshot);
            match answer.trim() {
                "a" | "accept" => {
                    files::replace(&pack.snapshot, &std::fs::read_to_string(&pending)?)?;
                    remove(&pending)?;
                    pack.state = State::Accepted;
                    println!("accepted: {}", pack.snapshot.display());
                }
                "r" | "reject" => {
                    remove(&pending)?;
                    println!("rejected: the snapshot stays as it was, and the test fails until the policy does too");
                }
                "s" | "skip" => println!("skipped: {} waits", pending.display()),
                _ => continue,
            }
            break;
        }
    }
    Ok(())
}
