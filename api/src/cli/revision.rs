//! Policies as they are in a revision of a git repository, by asking the program `git`.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use remit_dsl::Compiled;

use super::Failure;

/// One commit, seen from the working folder.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    /// As the user wrote it.
    pub(crate) name: String,
    commit: String,
    /// The working folder inside the repository: empty or ending in `/`.
    prefix: String,
}

/// Runs git in the working folder; its output, or what it said.
fn git(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let ran = Command::new("git").args(arguments).stdin(Stdio::null()).output().map_err(|error| {
        Failure::new(format!("cannot run git: {error}")).hint("comparing revisions needs git; files and folders do not")
    })?;
    if ran.status.success() {
        return Ok(ran.stdout);
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    Err(Failure::new(said.trim().trim_start_matches("fatal: ").to_owned()))
}

fn line(arguments: &[&str]) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&git(arguments)?).trim_end_matches('\n').to_owned())
}

fn list(arguments: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let out = git(arguments)?;
    let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect())
}

/// A path without `.` in it; `None` where it leaves the working folder.
pub(crate) fn tidy(path: &Path) -> Option<PathBuf> {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => tidy.push(part),
            _ => return None,
        }
    }
    Some(tidy)
}

impl Revision {
    /// The commit that this names.
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        let prefix = line(&["rev-parse", "--show-prefix"])
            .map_err(|failure| failure.hint("run it inside a git repository, or name two files or folders"))?;
        let commit = line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")])
            .map_err(|_| {
                Failure::new(format!("`{name}` is neither a file nor a revision of this repository"))
                    .hint("compare two files, two folders, or revisions such as HEAD~1 or main..branch")
            })?;
        Ok(Self { name: name.to_owned(), commit, prefix })
    }

    /// Where two lines of work parted.
    pub(crate) fn fork(left: &str, right: &str) -> Result<Self, Failure> {
        let (left, right) = (Self::named(left)?, Self::named(right)?);
        let commit = line(&["merge-base", &left.commit, &right.commit])
            .map_err(|_| Failure::new(format!("`{}` and `{}` have nothing in common", left.name, right.name)))?;
        Ok(Self { name: commit.clone(), commit, prefix: left.prefix })
    }

    /// The file's text as it was.
    fn text(&self, path: &Path) -> Result<String, String> {
        let Some(inside) = tidy(path) else { return Err("it is outside of the working folder".to_owned()) };
        let object = format!("{}:{}{}", self.commit, self.prefix, inside.to_string_lossy());
        let bytes = git(&["cat-file", "blob", &object]).map_err(|_| "there is no such file".to_owned())?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
    }

    /// Whether the file was there.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.text(path).is_ok()
    }

    /// The policy as it was. As on disk, nothing outside its folder is read.
    pub(crate) fn compile(&self, path: &Path) -> Compiled {
        let folder = path.parent().unwrap_or(Path::new(""));
        let root = path.file_name().unwrap_or_default().to_string_lossy();
        remit_dsl::compile(&root, &|file| {
            let relative = Path::new(file);
            let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
            if inside {
                self.text(&folder.join(relative))
            } else {
                Err("a policy may only name files in its own folder".to_owned())
            }
        })
    }

    /// The `.remit` files that lay in a folder, and not in folders inside it.
    pub(crate) fn policies(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let inside = tidy(folder).ok_or_else(|| outside(folder))?;
        let tree = format!("{}:{}{}", self.commit, self.prefix, inside.to_string_lossy());
        // A folder that was not there had no policies.
        let names = list(&["ls-tree", "-z", "--name-only", &tree]).unwrap_or_default();
        Ok(names
            .into_iter()
            .filter(|name| name.extension().is_some_and(|end| end == "remit"))
            .map(|name| inside.join(name))
            .collect())
    }

    /// The files under the working folder that are not as they were, seen from there: beside another revision, or beside
    /// what is on disk.
    pub(crate) fn changed(&self, other: Option<&Self>) -> Result<Vec<PathBuf>, Failure> {
        let mut arguments = vec!["diff", "--name-only", "-z", "--no-renames", "--relative", self.commit.as_str()];
        arguments.extend(other.map(|other| other.commit.as_str()));
        let mut changed = list(&arguments)?;
        if other.is_none() {
            changed.extend(list(&["ls-files", "-z", "--others", "--exclude-standard"])?);
        }
        Ok(changed)
    }
}

pub(crate) fn outside(path: &Path) -> Failure {
    Failure::new(format!("`{}` is outside of the working folder", path.display()))
        .hint("change into the folder above it first")
}
