//! A sentence's meaning by a small transformer (BERT, Devlin et al. 2018; MiniLM, Wang et al. 2020), one thread, no weights
//! of our own.
//!
//! Written out here over `ndarray`'s product of matrices, because one forward pass of one architecture is less than what
//! any framework for it brings along: candle is 139 crates and three minutes of building, this is six crates and seconds.

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use serde::Deserialize;

use super::ModelError;
use super::tensors::{FILE, Tensors};

/// Pieces that are worked on at once: enough for the products to be quick, few enough for the memory to stay small.
const AT_ONCE: usize = 512;

/// `config.json`, as far as it changes what is computed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    vocab_size: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "small")]
    layer_norm_eps: f32,
    #[serde(default = "gelu_name")]
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
}

const fn two() -> usize {
    2
}

const fn small() -> f32 {
    1e-12
}

fn gelu_name() -> String {
    "gelu".to_owned()
}

fn absolute() -> String {
    "absolute".to_owned()
}

/// How the vectors of the pieces become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first piece.
    First,
}

/// The whole network.
#[derive(Debug)]
pub(super) struct Bert {
    words: Array2<f32>,
    /// What a place adds, with what the first kind of text adds.
    places: Array2<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    pooling: Pooling,
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values side by side.
    asking: Linear,
    joining: Linear,
    joined: Norm,
    widening: Linear,
    narrowing: Linear,
    done: Norm,
}

#[derive(Debug)]
struct Linear {
    /// A row for each output.
    weights: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Debug)]
struct Norm {
    scale: Array1<f32>,
    shift: Array1<f32>,
    eps: f32,
}

impl Linear {
    fn of(&self, input: &Array2<f32>) -> Array2<f32> {
        input.dot(&self.weights.t()) + &self.bias
    }
}

impl Norm {
    fn apply(&self, rows: &mut Array2<f32>) {
        let width = rows.ncols() as f32;
        for mut row in rows.rows_mut() {
            let mean = row.sum() / width;
            let spread = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / width;
            let shrink = (spread + self.eps).sqrt().recip();
            for ((value, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
                *value = (*value - mean) * shrink * scale + shift;
            }
        }
    }
}

impl Config {
    /// Reads it, and refuses what is computed otherwise than here.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let config: Self = serde_json::from_slice(bytes).map_err(|error| ModelError::broken("config.json", error))?;
        let Self { model_type, hidden_act, position_embedding_type, .. } = &config;
        if model_type != "bert" {
            return Err(ModelError::unsupported(format!("it is a `{model_type}`; what is read here is `bert`")));
        }
        if hidden_act != "gelu" {
            return Err(ModelError::unsupported(format!(
                "its activation is `{hidden_act}`; what is read here is `gelu`"
            )));
        }
        if position_embedding_type != "absolute" {
            return Err(ModelError::unsupported(format!("its places are `{position_embedding_type}`, not `absolute`")));
        }
        let Self { hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, .. } = config;
        let fits = (1..=4_096).contains(&hidden_size)
            && (1..=48).contains(&num_hidden_layers)
            && num_attention_heads > 0
            && hidden_size.is_multiple_of(num_attention_heads)
            && (1..=16_384).contains(&intermediate_size)
            && (2..=8_192).contains(&config.max_position_embeddings)
            && config.type_vocab_size > 0;
        if fits { Ok(config) } else { Err(ModelError::broken("config.json", "its sizes do not fit each other")) }
    }

    /// Most pieces of one text.
    pub(super) const fn most_pieces(&self) -> usize {
        self.max_position_embeddings
    }

    /// Pieces that it knows.
    pub(super) const fn vocabulary(&self) -> usize {
        self.vocab_size
    }
}

impl Bert {
    /// Takes the weights, each of which must have the shape that `config` says.
    pub(super) fn read(config: &Config, pooling: Pooling, tensors: &Tensors<'_>) -> Result<Self, ModelError> {
        let prefix = if tensors.has("bert.embeddings.LayerNorm.weight") { "bert." } else { "" };
        let (wide, inner) = (config.hidden_size, config.intermediate_size);
        let name = |rest: &str| format!("{prefix}{rest}");
        let list = |rest: &str, length: usize| tensors.floats(&name(rest), &[length]).map(Array1::from_vec);
        let matrix = |rest: &str, rows: usize, columns: usize| {
            let numbers = tensors.floats(&name(rest), &[rows, columns])?;
            Array2::from_shape_vec((rows, columns), numbers).map_err(|error| ModelError::broken(FILE, error))
        };
        let linear = |rest: &str, rows: usize, columns: usize| {
            let weights = matrix(&format!("{rest}.weight"), rows, columns)?;
            Ok::<_, ModelError>(Linear { weights, bias: list(&format!("{rest}.bias"), rows)? })
        };
        let norm = |rest: &str| {
            let (scale, shift) = (list(&format!("{rest}.weight"), wide)?, list(&format!("{rest}.bias"), wide)?);
            Ok::<_, ModelError>(Norm { scale, shift, eps: config.layer_norm_eps })
        };
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for number in 0..config.num_hidden_layers {
            let of = |rest: &str| format!("encoder.layer.{number}.{rest}");
            let three =
                ["query", "key", "value"].map(|part| linear(&of(&format!("attention.self.{part}")), wide, wide));
            let [query, key, value] = three;
            layers.push(Layer {
                asking: stacked([query?, key?, value?])?,
                joining: linear(&of("attention.output.dense"), wide, wide)?,
                joined: norm(&of("attention.output.LayerNorm"))?,
                widening: linear(&of("intermediate.dense"), inner, wide)?,
                narrowing: linear(&of("output.dense"), wide, inner)?,
                done: norm(&of("output.LayerNorm"))?,
            });
        }
        let kinds = matrix("embeddings.token_type_embeddings.weight", config.type_vocab_size, wide)?;
        let places = matrix("embeddings.position_embeddings.weight", config.max_position_embeddings, wide)?;
        Ok(Self {
            words: matrix("embeddings.word_embeddings.weight", config.vocab_size, wide)?,
            places: places + kinds.row(0),
            norm: norm("embeddings.LayerNorm")?,
            layers,
            heads: config.num_attention_heads,
            pooling,
        })
    }

    /// Numbers of a meaning.
    pub(super) fn width(&self) -> usize {
        self.words.ncols()
    }

    /// The meaning of each list of pieces, not yet of length 1. The same list gives the same numbers, whatever stands
    /// beside it.
    pub(super) fn meanings(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut meanings = Vec::with_capacity(texts.len());
        let (mut group, mut size): (Vec<&[u32]>, usize) = (Vec::new(), 0);
        for text in texts {
            if size > 0 && size + text.len() > AT_ONCE {
                meanings.extend(self.group(&group));
                (group, size) = (Vec::new(), 0);
            }
            group.push(text);
            size += text.len();
        }
        meanings.extend(self.group(&group));
        meanings
    }

    fn group(&self, texts: &[&[u32]]) -> Vec<Vec<f32>> {
        let total = texts.iter().map(|text| text.len()).sum();
        let mut state = Array2::<f32>::zeros((total, self.width()));
        let mut spans = Vec::with_capacity(texts.len());
        let mut at = 0;
        for text in texts {
            spans.push(at..at + text.len());
            for (place, piece) in text.iter().enumerate() {
                let piece = (*piece as usize).min(self.words.nrows() - 1);
                let place = place.min(self.places.nrows() - 1);
                state.row_mut(at).assign(&(&self.words.row(piece) + &self.places.row(place)));
                at += 1;
            }
        }
        self.norm.apply(&mut state);
        for layer in &self.layers {
            let mut joined = layer.joining.of(&self.attention(&layer.asking.of(&state), &spans));
            joined += &state;
            layer.joined.apply(&mut joined);
            let mut inner = layer.widening.of(&joined);
            inner.mapv_inplace(gelu);
            state = layer.narrowing.of(&inner);
            state += &joined;
            layer.done.apply(&mut state);
        }
        let one = |span: &std::ops::Range<usize>| match (self.pooling, span.len()) {
            (_, 0) => vec![0.0; self.width()],
            (Pooling::First, _) => state.row(span.start).to_vec(),
            (Pooling::Mean, length) => (rows(state.view(), span).sum_axis(Axis(0)) / length as f32).to_vec(),
        };
        spans.iter().map(one).collect()
    }

    /// What every piece takes from the others of its text.
    fn attention(&self, asked: &Array2<f32>, spans: &[std::ops::Range<usize>]) -> Array2<f32> {
        let (wide, each) = (self.width(), self.width() / self.heads);
        let shrink = (each as f32).sqrt().recip();
        let mut all = Array2::<f32>::zeros((asked.nrows(), wide));
        for span in spans.iter().filter(|span| !span.is_empty()) {
            let own = rows(asked.view(), span);
            for head in 0..self.heads {
                let part = |number: usize| {
                    let from = number * wide + head * each;
                    columns(own, &(from..from + each))
                };
                let mut weights = part(0).dot(&part(1).t());
                weights.mapv_inplace(|score| score * shrink);
                for mut row in weights.rows_mut() {
                    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    row.mapv_inplace(|score| (score - top).exp());
                    let total = row.sum();
                    row.mapv_inplace(|score| score / total);
                }
                let taken = weights.dot(&part(2));
                let mut place = all.slice_axis_mut(Axis(0), Slice::from(span.clone()));
                let mut place = place.slice_axis_mut(Axis(1), Slice::from(head * each..(head + 1) * each));
                place.assign(&taken);
            }
        }
        all
    }
}

fn rows<'a>(of: ArrayView2<'a, f32>, span: &std::ops::Range<usize>) -> ArrayView2<'a, f32> {
    of.slice_axis_move(Axis(0), Slice::from(span.clone()))
}

fn columns<'a>(of: ArrayView2<'a, f32>, span: &std::ops::Range<usize>) -> ArrayView2<'a, f32> {
    of.slice_axis_move(Axis(1), Slice::from(span.clone()))
}

fn stacked(parts: [Linear; 3]) -> Result<Linear, ModelError> {
    let broken = |error: ndarray::ShapeError| ModelError::broken(FILE, error);
    let weights = ndarray::concatenate(Axis(0), &parts.each_ref().map(|part| part.weights.view())).map_err(broken)?;
    let bias = ndarray::concatenate(Axis(0), &parts.each_ref().map(|part| part.bias.view())).map_err(broken)?;
    Ok(Linear { weights, bias })
}

/// x · Φ(x), with the error function by Abramowitz and Stegun 7.1.26 (off by at most 1.5e-7).
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = (1.0 + 0.327_591_1 * z).recip();
    let poly = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let erf = 1.0 - poly * (-z * z).exp();
    0.5 * x * (1.0 + erf.copysign(x))
}
