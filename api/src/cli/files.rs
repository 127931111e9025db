//! Policies on disk and on standard input.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use remit_dsl::{Compiled, Diagnostic, LARGEST_FILE, Policy, lock};

use super::Failure;

/// What a policy from standard input is called in messages.
const STANDARD_INPUT: &str = "stdin";

/// A policy's root file name and the folder its other files are read from.
#[derive(Debug, Clone)]
pub(crate) struct PolicyFiles {
    folder: PathBuf,
    pub(crate) root: String,
    /// The root file's text when it came by standard input.
    piped: Option<String>,
}

impl PolicyFiles {
    /// The policy at this path; `-` is standard input, whose imports are read from the working folder.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let piped = text(std::io::stdin(), true)?
                .map_err(|reason| Failure::new(format!("cannot read standard input: {reason}")).code(3))?;
            return Ok(Self { folder: PathBuf::from("."), root: STANDARD_INPUT.to_owned(), piped: Some(piped) });
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let failure =
            |message: String| Failure::new(message).hint("name a .remit file, such as policies/default.remit").code(3);
        if path.is_dir() {
            return Err(failure(format!("`{}` is a folder, and one policy is wanted", path.display())));
        }
        let Some(name) = name.filter(|_| path.is_file()) else {
            return Err(failure(format!("there is no policy file `{}`", path.display())));
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let files = Self { folder: folder.to_owned(), root: name.to_owned(), piped: None };
        // A lock that is there and cannot be read must not count as none.
        if files.lock_path().exists() {
            files.lock()?;
        }
        Ok(files)
    }

    /// Where the root file is, for messages and for writing; `None` for standard input.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.piped.is_none().then(|| self.folder.join(&self.root))
    }

    /// Where the lock of the policy's folder is or would be.
    pub(crate) fn lock_path(&self) -> PathBuf {
        self.folder.join(lock::FILE)
    }

    /// The text of the folder's lock.
    pub(crate) fn lock(&self) -> Result<String, Failure> {
        let path = self.lock_path();
        let failure = |reason: String| Failure::new(format!("cannot read `{}`: {reason}", path.display())).code(3);
        let file = std::fs::File::open(&path).map_err(|error| failure(error.to_string()))?;
        text(file, false).map_err(|error| failure(error.to_string()))?.map_err(failure)
    }

    /// The root file's text.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        self.read(&self.root).map_err(|reason| Failure::new(format!("cannot read `{}`: {reason}", self.root)).code(3))
    }

    /// Reads a file named by the policy. Nothing outside the policy's folder is ever read.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        match &self.piped {
            Some(text) if path == self.root => return Ok(text.clone()),
            // A text without a name has no section in a lock.
            Some(_) if path == lock::FILE => return Err("there is no such file".to_owned()),
            _ => {}
        }
        let relative = Path::new(path);
        let inside = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            return Err("a policy may only name files in its own folder".to_owned());
        }
        let why = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        let file = std::fs::File::open(self.folder.join(relative)).map_err(why)?;
        text(file, path == self.root || relative.extension().is_some_and(|suffix| suffix == "remit")).map_err(why)?
    }

    pub(crate) fn compile(&self) -> Compiled {
        remit_dsl::compile(&self.root, &|path| self.read(path))
    }

    /// The policy, which must check; what is wrong with it is printed.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        self.checked(self.compile())
    }

    /// The policy as if its folder had no lock.
    pub(crate) fn unlocked(&self) -> Result<Policy, Failure> {
        let without = |path: &str| match path {
            lock::FILE => Err("it is about to be written".to_owned()),
            path => self.read(path),
        };
        self.checked(remit_dsl::compile(&self.root, &without))
    }

    fn checked(&self, compiled: Compiled) -> Result<Policy, Failure> {
        compiled.policy.ok_or_else(|| {
            let errors = compiled.diagnostics.iter().filter(|found| found.severity == remit_dsl::Severity::Error);
            eprint!("{}", self.render(&self.placed(errors.cloned().collect()), false));
            Failure::new(format!("`{}` does not check", self.root)).code(3)
        })
    }

    /// A file of the policy as the user would name it: with the policy's folder in front, as far as it is a file.
    pub(crate) fn shown(&self, file: &str) -> String {
        let is_beside = self.piped.is_none() && !file.starts_with("std/") && self.folder != Path::new(".");
        if is_beside { self.folder.join(file).display().to_string() } else { file.to_owned() }
    }

    /// Diagnostics with files as the user would name them.
    pub(crate) fn placed(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        for found in &mut diagnostics {
            rename(found, |file| self.shown(file));
        }
        diagnostics
    }

    /// Diagnostics for a terminal. Their files are named as [`PolicyFiles::placed`] does, or from the policy's folder.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic], colour: bool) -> String {
        let text = |file: &str| {
            let inside = Path::new(file).strip_prefix(&self.folder).ok().and_then(Path::to_str);
            inside.and_then(|file| self.read(file).ok()).or_else(|| self.read(file).ok())
        };
        remit_dsl::render::human(diagnostics, &text, colour)
    }
}

/// Gives the files in a diagnostic other names.
pub(crate) fn rename(found: &mut Diagnostic, name: impl Fn(&str) -> String) {
    let labels = found.labels.iter_mut().map(|label| &mut label.at);
    let edits = found.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.at);
    for at in std::iter::once(&mut found.at).chain(labels).chain(edits) {
        at.file = name(&at.file);
    }
}

/// Policy files under these paths: files as named, in folders every `.remit` file.
pub(crate) fn find(paths: &[std::path::PathBuf]) -> Result<Vec<PolicyFiles>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside: Vec<_> = std::fs::read_dir(path)?
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.extension().is_some_and(|extension| extension == "remit"))
                .collect();
            inside.sort();
            if inside.is_empty() {
                return Err(Failure::new(format!("there is no .remit file in `{}`", path.display())).code(3));
            }
            for path in inside {
                found.push(PolicyFiles::at(&path)?);
            }
        } else {
            found.push(PolicyFiles::at(path)?);
        }
    }
    Ok(found)
}

/// Reads a text, but never much more than a policy may have. The inner error is for people.
///
/// A policy that is too large is refused by the checker, whatever is in it; another file is refused here.
fn text(from: impl Read, is_policy: bool) -> std::io::Result<Result<String, String>> {
    let mut bytes = Vec::new();
    from.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST_FILE {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Ok(if is_policy { Ok(text) } else { Err(format!("it has more than {LARGEST_FILE} bytes")) });
    }
    Ok(String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 text, first in line {line}; save it as UTF-8")
    }))
}

/// Writes a file so that at every moment either the old or the new text is there. Permissions stay; where the path is a
/// link, what it points to is written.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: std::io::Error| Failure::new(format!("cannot write `{}`: {error}", path.display()));
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".remit-").tempfile_in(folder).map_err(failure)?;
    file.write_all(text.as_bytes()).map_err(failure)?;
    match std::fs::metadata(&target) {
        Ok(old) => file.as_file().set_permissions(old.permissions()).map_err(failure)?,
        Err(_) => readable(file.as_file()).map_err(failure)?,
    }
    file.as_file().sync_all().map_err(failure)?;
    file.persist(&target).map_err(|error| failure(error.error))?;
    Ok(())
}

/// A temporary file is private; a new file under version control is not.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
