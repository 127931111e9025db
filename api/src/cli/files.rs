//! Policies on disk and in the binary.

use std::path::Path;

use remit_dsl::{Compiled, Diagnostic};

use super::Failure;

/// A policy's root file name and the folder its other files are read from.
#[derive(Debug, Clone)]
pub(crate) struct PolicyFiles {
    folder: std::path::PathBuf,
    pub(crate) root: String,
}

impl PolicyFiles {
    /// The policy at this path.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|_| path.is_file()) else {
            return Err(Failure::new(format!("there is no policy file `{}`", path.display()))
                .hint("name a .remit file, such as policies/default.remit")
                .code(3));
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { folder: folder.to_owned(), root: name.to_owned() })
    }

    /// Reads a file named by the policy. Nothing outside the policy's folder is ever read.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        let relative = Path::new(path);
        let inside = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            return Err("a policy may only name files in its own folder".to_owned());
        }
        std::fs::read_to_string(self.folder.join(relative)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        })
    }

    pub(crate) fn compile(&self) -> Compiled {
        remit_dsl::compile(&self.root, &|path| self.read(path))
    }

    /// Diagnostics for a terminal.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic], colour: bool) -> String {
        remit_dsl::render::human(diagnostics, &|path| self.read(path).ok(), colour)
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
