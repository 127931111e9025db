//! Models that know what words mean, from files that whoever runs the server brings along: none comes with Remit.
//!
//! Two kinds are read. A **static table** (model2vec's format) has a vector for each piece of a word; a text means the mean
//! of its pieces. A **transformer** of the MiniLM kind (BERT) reads the text as a whole. Both only turn a text into
//! numbers: the classifier learns from those and from the words apart and adds both up; how sure that is and what is
//! proved of it is the same as without them.
//!
//! On one machine the same text always gives the same numbers. On machines whose processors multiply differently, the last
//! digits differ, and with them now and then the last thousandth of a confidence.

mod bert;
pub mod installed;
pub mod package;
mod table;
mod tensors;
mod wordpiece;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::bert::{Bert, Config, Pooling};
use self::table::Table;
use self::tensors::Tensors;
use self::wordpiece::WordPiece;
use crate::classify::Encoder;

/// Part of the id: raised whenever the same files would give other numbers.
const CODE_VERSION: &str = "remit semantic 1";
/// The files of a model that are read, and no others.
pub const FILES: [&str; 6] = [
    tensors::FILE,
    wordpiece::FILE,
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
];
/// Files without which there is no model.
pub const NEEDED: [&str; 2] = [tensors::FILE, wordpiece::FILE];
/// Pieces of a text that a table looks up.
const MOST_LOOKED_UP: usize = 512;
/// Meanings of examples that are kept for the next training.
const MOST_KEPT: usize = 8_192;

/// The contents of a model's files by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A file is not what it should be.
    #[error("`{file}` cannot be used: {reason}")]
    Broken {
        /// Its name.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is a model of another kind.
    #[error("this kind of model is not read: {0}")]
    Unsupported(String),
    /// Something is not there, or there is too much of it.
    #[error("{0}")]
    Package(String),
}

impl ModelError {
    fn broken(file: &str, reason: impl fmt::Display) -> Self {
        Self::Broken { file: file.to_owned(), reason: reason.to_string() }
    }

    fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported(what.into())
    }
}

/// The two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A vector for each piece of a word.
    SemanticStatic,
    /// A transformer that reads the text as a whole.
    SemanticTransformer,
}

impl Kind {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SemanticStatic => "semantic-static",
            Self::SemanticTransformer => "semantic-transformer",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A model that is loaded.
#[derive(Debug)]
pub struct SemanticModel {
    id: String,
    kind: Kind,
    pieces: WordPiece,
    network: Network,
    /// Most pieces of one text.
    most: usize,
    /// Meanings of examples: a policy that changes keeps most of them.
    kept: Mutex<BTreeMap<String, Arc<[f32]>>>,
}

#[derive(Debug)]
enum Network {
    Table(Table),
    Bert(Box<Bert>),
}

impl SemanticModel {
    /// Reads a model out of its files, and lets it read a sentence.
    ///
    /// # Errors
    /// [`ModelError`]: what is missing, of another kind, or does not fit.
    pub fn load(files: &Files) -> Result<Self, ModelError> {
        let file = |name: &str| {
            files.get(name).ok_or_else(|| ModelError::Package(format!("there is no `{name}` in the model's folder")))
        };
        let pieces = WordPiece::read(file(wordpiece::FILE)?)?;
        let tensors = Tensors::read(file(tensors::FILE)?)?;
        let (kind, network, most) = match Table::named(&tensors) {
            Some(name) => {
                let table = Table::read(name, &tensors, &pieces)?;
                (Kind::SemanticStatic, Network::Table(table), MOST_LOOKED_UP)
            }
            None => {
                let config = Config::read(file("config.json")?)?;
                if pieces.size() > config.vocabulary() {
                    let sizes = format!("{} pieces for a model of {}", pieces.size(), config.vocabulary());
                    return Err(ModelError::broken(wordpiece::FILE, sizes));
                }
                let bert = Bert::read(&config, pooling(files)?, &tensors)?;
                (Kind::SemanticTransformer, Network::Bert(Box::new(bert)), most_pieces(files, &config)?)
            }
        };
        let id = format!("{kind}:{}", identify(files).get(..16).unwrap_or_default());
        let model = Self { id, kind, pieces, network, most, kept: Mutex::default() };
        let meaning = model.encode("Where do I find my invoice?");
        if meaning.iter().all(|value| *value == 0.0) {
            return Err(ModelError::broken(tensors::FILE, "a plain sentence means nothing to it"));
        }
        Ok(model)
    }

    /// Which of the two kinds it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    fn meanings(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let mut meanings: Vec<Vec<f32>> = match &self.network {
            Network::Table(table) => {
                let unknown = self.pieces.unknown();
                texts.iter().map(|text| table.meaning(&self.pieces.bare(text, self.most), unknown)).collect()
            }
            Network::Bert(bert) => {
                let pieces: Vec<Vec<u32>> = texts.iter().map(|text| self.pieces.framed(text, self.most)).collect();
                bert.meanings(&pieces)
            }
        };
        meanings.iter_mut().for_each(|meaning| shorten(meaning));
        meanings
    }
}

impl Encoder for SemanticModel {
    fn id(&self) -> &str {
        &self.id
    }

    fn tier(&self) -> &'static str {
        self.kind.as_str()
    }

    fn width(&self) -> usize {
        match &self.network {
            Network::Table(table) => table.width(),
            Network::Bert(bert) => bert.width(),
        }
    }

    fn takes_long(&self) -> bool {
        self.kind == Kind::SemanticTransformer
    }

    fn encode(&self, text: &str) -> Vec<f32> {
        self.meanings(&[text]).pop().unwrap_or_default()
    }

    fn encode_examples(&self, texts: &[&str]) -> Vec<Arc<[f32]>> {
        let known: BTreeMap<&str, Arc<[f32]>> = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            texts.iter().filter_map(|text| Some((*text, Arc::clone(kept.get(*text)?)))).collect()
        };
        let new: Vec<&str> = texts.iter().copied().filter(|text| !known.contains_key(*text)).collect();
        let meanings = self.meanings(&new).into_iter().map(Arc::<[f32]>::from);
        let new: BTreeMap<&str, Arc<[f32]>> = new.iter().copied().zip(meanings).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + new.len() > MOST_KEPT {
            kept.clear();
        }
        kept.extend(new.iter().take(MOST_KEPT).map(|(text, meaning)| ((*text).to_owned(), Arc::clone(meaning))));
        let of = |text: &&str| known.get(text).or_else(|| new.get(text)).cloned().unwrap_or_default();
        texts.iter().map(of).collect()
    }
}

/// Scales to length 1. What is no number means nothing.
fn shorten(meaning: &mut [f32]) {
    let length = meaning.iter().map(|value| value * value).sum::<f32>().sqrt();
    let scale = if length.is_finite() && length > 0.0 { length.recip() } else { 0.0 };
    meaning.iter_mut().for_each(|value| *value = if scale > 0.0 { *value * scale } else { 0.0 });
}

/// A digest over the version of this code and every file that is read.
fn identify(files: &Files) -> String {
    let mut digest = Sha256::new();
    digest.update(CODE_VERSION);
    for (name, bytes) in files.iter().filter(|(name, _)| FILES.contains(&name.as_str())) {
        for part in [name.as_bytes(), bytes] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    HEXLOWER.encode(&digest.finalize())
}

fn json(files: &Files, name: &str) -> Result<Option<Value>, ModelError> {
    let read = |bytes: &Vec<u8>| serde_json::from_slice(bytes).map_err(|error| ModelError::broken(name, error));
    files.get(name).map(read).transpose()
}

/// How the folder says that pieces become a sentence; their mean where it says nothing.
fn pooling(files: &Files) -> Result<Pooling, ModelError> {
    const FILE: &str = "1_Pooling/config.json";
    let Some(said) = json(files, FILE)? else { return Ok(Pooling::Mean) };
    let named = said["pooling_mode"].as_str();
    let is = |name: &str, mode: &str| said[name].as_bool() == Some(true) || named == Some(mode);
    let mean = is("pooling_mode_mean_tokens", "mean");
    let first = is("pooling_mode_cls_token", "cls");
    let others = ["max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"];
    let another = others.iter().any(|other| said[format!("pooling_mode_{other}")].as_bool() == Some(true));
    match (mean, first, another) {
        (true, false, false) => Ok(Pooling::Mean),
        (false, true, false) => Ok(Pooling::First),
        _ => Err(ModelError::unsupported("its pooling is neither the mean of all pieces nor the first piece")),
    }
}

fn most_pieces(files: &Files, config: &Config) -> Result<usize, ModelError> {
    let said = json(files, "sentence_bert_config.json")?.and_then(|said| said["max_seq_length"].as_u64());
    let said = said.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    Ok(said.min(config.most_pieces()).max(2))
}

#[cfg(test)]
mod tests;
