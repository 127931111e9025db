//! The models that were installed here: a folder for each below the data folder, and a word about which is in use.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::package::Package;
use super::{Files, Kind, ModelError, SemanticModel};
use crate::classify::Encoder as _;

/// Names the one in use.
const IN_USE: &str = "in-use";
/// What is known of a model, beside its files.
const ABOUT: &str = "about.json";

/// The folder that models are installed in.
#[derive(Debug, Clone)]
pub struct Installed(PathBuf);

/// A model that was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name here.
    pub name: String,
    /// Its id: the same files have the same one everywhere.
    pub id: String,
    /// Which kind it is.
    pub kind: Kind,
    /// Numbers of a meaning.
    pub width: usize,
    /// Bytes of its files.
    pub bytes: u64,
    /// When it was installed, UTC milliseconds.
    pub installed_at: i64,
}

impl Installed {
    /// The models below a data folder.
    #[must_use]
    pub fn below(data: &Path) -> Self {
        Self(data.join("models"))
    }

    /// Checks a package: reads the model and lets it read a sentence.
    ///
    /// # Errors
    /// [`ModelError`]: why it cannot be used.
    pub fn check(package: &Package, name: Option<&str>, now_ms: i64) -> Result<About, ModelError> {
        let name = name.unwrap_or(&package.name);
        let is_plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '-' | '.');
        if name.is_empty()
            || name.len() > 60
            || name.starts_with('.')
            || !name.chars().all(is_plain)
            || name == IN_USE
            || name == "none"
        {
            return Err(ModelError::Package(format!(
                "`{name}` is no name for a model: small letters, digits, - and ., and neither `none` nor `{IN_USE}`"
            )));
        }
        let model = SemanticModel::load(&package.files)?;
        let bytes = package.files.values().map(|bytes| bytes.len() as u64).sum();
        let (id, kind, width) = (model.id().to_owned(), model.kind(), model.width());
        Ok(About { name: name.to_owned(), id, kind, width, bytes, installed_at: now_ms })
    }

    /// Copies a checked model here. One of the same name is replaced; whether it is used is said by [`Installed::choose`].
    ///
    /// # Errors
    /// [`ModelError::Package`] when the folder cannot be written.
    pub fn put(&self, package: &Package, about: &About) -> Result<(), ModelError> {
        let (new, old, place) = (self.0.join(".new"), self.0.join(".old"), self.0.join(&about.name));
        for left in [&new, &old] {
            if left.exists() {
                fs::remove_dir_all(left).map_err(|error| wrong(left, error))?;
            }
        }
        for (name, bytes) in &package.files {
            write(&new.join(name), bytes)?;
        }
        write(&new.join(ABOUT), &serde_json::to_vec_pretty(about).unwrap_or_default())?;
        if place.exists() {
            fs::rename(&place, &old).map_err(|error| wrong(&place, error))?;
        }
        fs::rename(&new, &place).map_err(|error| wrong(&place, error))?;
        if old.exists() {
            fs::remove_dir_all(&old).map_err(|error| wrong(&old, error))?;
        }
        Ok(())
    }

    /// Uses a model from the next start on; `None` for none.
    ///
    /// # Errors
    /// [`ModelError::Package`] when there is none of this name, or the folder cannot be written.
    pub fn choose(&self, name: Option<&str>) -> Result<(), ModelError> {
        let place = self.0.join(IN_USE);
        match name {
            Some(name) => {
                self.about(name)?;
                let new = self.0.join(".in-use");
                write(&new, name.as_bytes())?;
                fs::rename(&new, &place).map_err(|error| wrong(&place, error))
            }
            None if place.exists() => fs::remove_file(&place).map_err(|error| wrong(&place, error)),
            None => Ok(()),
        }
    }

    /// Takes a model away. One that is in use stays.
    ///
    /// # Errors
    /// [`ModelError::Package`] when there is none of this name, it is in use, or it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), ModelError> {
        self.about(name)?;
        if self.in_use()?.is_some_and(|used| used.name == name) {
            return Err(ModelError::Package(format!("`{name}` is in use; use another one first, or none")));
        }
        let place = self.0.join(name);
        fs::remove_dir_all(&place).map_err(|error| wrong(&place, error))
    }

    /// Every model that is installed, by name.
    ///
    /// # Errors
    /// [`ModelError::Package`] when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<About>, ModelError> {
        if !self.0.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(|error| wrong(&self.0, error))? {
            let entry = entry.map_err(|error| wrong(&self.0, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && entry.path().is_dir() {
                found.push(self.about(&name)?);
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// The model in use, where there is one.
    ///
    /// # Errors
    /// [`ModelError::Package`] when the folder says so and there is none.
    pub fn in_use(&self) -> Result<Option<About>, ModelError> {
        let place = self.0.join(IN_USE);
        match fs::read_to_string(&place) {
            Ok(name) => self.about(name.trim()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(&place, error)),
        }
    }

    fn about(&self, name: &str) -> Result<About, ModelError> {
        let gone = || ModelError::Package(format!("no model `{name}` is installed"));
        if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(gone());
        }
        let bytes = fs::read(self.0.join(name).join(ABOUT)).map_err(|_| gone())?;
        serde_json::from_slice(&bytes).map_err(|error| ModelError::broken(ABOUT, error))
    }

    /// Loads a model that is installed.
    ///
    /// # Errors
    /// [`ModelError`]: it cannot be read, or is not what was installed.
    pub fn load(&self, about: &About) -> Result<SemanticModel, ModelError> {
        let Package { files, .. } = Package::read(&self.0.join(&about.name))?;
        let model = SemanticModel::load(&files)?;
        if model.id() == about.id {
            return Ok(model);
        }
        Err(ModelError::Package(format!(
            "the files of the model `{}` are not those that were installed ({}, now {})",
            about.name,
            about.id,
            model.id()
        )))
    }

    /// Its files as they were installed.
    ///
    /// # Errors
    /// [`ModelError`] when they cannot be read.
    pub fn files(&self, about: &About) -> Result<Files, ModelError> {
        Ok(Package::read(&self.0.join(&about.name))?.files)
    }
}

fn wrong(path: &Path, error: impl std::fmt::Display) -> ModelError {
    ModelError::Package(format!("cannot use `{}`: {error}", path.display()))
}

/// Writes a file so that it is whole or not there.
fn write(path: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    let written = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(|error| wrong(path, error))
}
