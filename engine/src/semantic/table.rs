//! A sentence's meaning as the mean of what its pieces mean: a table look-up (model2vec's format).

use super::ModelError;
use super::tensors::{FILE, Tensors};
use super::wordpiece::WordPiece;

/// Names under which the table is found: model2vec's, and that of a sentence-transformers model.
const NAMES: [&str; 2] = ["embeddings", "embedding.weight"];
/// Widest row.
const WIDEST: usize = 4_096;

/// A vector for each piece.
#[derive(Debug)]
pub(super) struct Table {
    rows: Rows,
    width: usize,
    /// For each piece its row, where they are not the same number.
    mapping: Option<Vec<u32>>,
    /// What a piece counts.
    weights: Option<Vec<f32>>,
}

/// Kept as they came: a table of bytes takes a quarter of the memory.
#[derive(Debug)]
enum Rows {
    Floats(Vec<f32>),
    Bytes(Vec<i8>),
}

impl Table {
    /// The name of the table in a file, where it holds one.
    pub(super) fn named(tensors: &Tensors<'_>) -> Option<&'static str> {
        NAMES.into_iter().find(|name| tensors.has(name))
    }

    /// Takes the table, which must have a row for each piece of the tokenizer.
    pub(super) fn read(name: &str, tensors: &Tensors<'_>, pieces: &WordPiece) -> Result<Self, ModelError> {
        let shape = tensors.shape(name)?;
        let &[count, width] = shape.as_slice() else {
            return Err(ModelError::broken(FILE, format!("`{name}` is no table: its shape is {shape:?}")));
        };
        if !(1..=WIDEST).contains(&width) || count == 0 {
            return Err(ModelError::broken(FILE, format!("`{name}` has the shape {shape:?}")));
        }
        let rows = match tensors.bytes(name)? {
            Some(bytes) => Rows::Bytes(bytes),
            None => Rows::Floats(tensors.floats(name, &shape)?),
        };
        let listed = |list: &str| tensors.has(list).then(|| tensors.shape(list)).transpose();
        let mapping = match listed("mapping")? {
            Some(shape) => Some(tensors.places("mapping", shape.iter().product())?),
            None => None,
        };
        let weights = match listed("weights")? {
            Some(shape) => Some(tensors.floats("weights", &shape)?),
            None => None,
        };
        let pieces = pieces.size();
        let mapped = mapping.as_ref().map_or(count, Vec::len);
        if mapped < pieces || mapping.iter().flatten().any(|row| *row as usize >= count) {
            return Err(ModelError::broken(FILE, format!("`{name}` has {mapped} rows for {pieces} pieces")));
        }
        if weights.as_ref().is_some_and(|weights| weights.len() < pieces) {
            return Err(ModelError::broken(FILE, "`weights` has fewer numbers than there are pieces"));
        }
        Ok(Self { rows, width, mapping, weights })
    }

    /// Numbers of a meaning.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The mean of these pieces' rows, not yet of length 1; pieces that are not known say nothing.
    pub(super) fn meaning(&self, pieces: &[u32], unknown: u32) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.width];
        for piece in pieces.iter().filter(|piece| **piece != unknown) {
            let piece = *piece as usize;
            let row = self.mapping.as_ref().map_or(Some(piece), |map| map.get(piece).map(|row| *row as usize));
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights.get(piece).copied().unwrap_or(0.0));
            let Some(from) = row.map(|row| row * self.width) else { continue };
            match &self.rows {
                Rows::Floats(all) => {
                    let row = all.get(from..from + self.width).unwrap_or_default();
                    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
                }
                Rows::Bytes(all) => {
                    let row = all.get(from..from + self.width).unwrap_or_default();
                    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * f32::from(*value));
                }
            }
        }
        sum
    }
}
