//! Models made here, small enough to be worked out by plain loops beside them.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use serde_json::json;

use super::*;

/// Pieces of the small vocabulary.
const PIECES: [&str; 9] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "when", "are", "you", "open", "where"];
const WIDE: usize = 4;
const INNER: usize = 6;
const PLACES: usize = 8;

fn tokenizer() -> Vec<u8> {
    let vocab: HashMap<&str, usize> = PIECES.iter().enumerate().map(|(number, piece)| (*piece, number)).collect();
    json!({
        "normalizer": {"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 2], "sep": ["[SEP]", 3]},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocab},
    })
    .to_string()
    .into_bytes()
}

/// Numbers that look like weights and are the same in every run.
fn numbers(seed: usize, count: usize) -> Vec<f32> {
    (0..count).map(|at| ((seed * 31 + at * 17) % 23) as f32 / 11.5 - 1.0).collect()
}

type Tensor = (String, Vec<usize>, Vec<f32>);

fn safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(.., values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (name.clone(), TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

fn weights() -> Vec<Tensor> {
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![PIECES.len(), WIDE]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![PLACES, WIDE]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, WIDE]),
        ("embeddings.LayerNorm.weight".to_owned(), vec![WIDE]),
        ("embeddings.LayerNorm.bias".to_owned(), vec![WIDE]),
    ];
    for layer in 0..2 {
        for (part, rows, columns) in [
            ("attention.self.query", WIDE, WIDE),
            ("attention.self.key", WIDE, WIDE),
            ("attention.self.value", WIDE, WIDE),
            ("attention.output.dense", WIDE, WIDE),
            ("intermediate.dense", INNER, WIDE),
            ("output.dense", WIDE, INNER),
        ] {
            shapes.push((format!("encoder.layer.{layer}.{part}.weight"), vec![rows, columns]));
            shapes.push((format!("encoder.layer.{layer}.{part}.bias"), vec![rows]));
        }
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            shapes.push((format!("encoder.layer.{layer}.{part}.weight"), vec![WIDE]));
            shapes.push((format!("encoder.layer.{layer}.{part}.bias"), vec![WIDE]));
        }
    }
    let tensor = |(seed, (name, shape)): (usize, (String, Vec<usize>))| {
        let values = numbers(seed, shape.iter().product());
        (name, shape, values)
    };
    shapes.into_iter().enumerate().map(tensor).collect()
}

fn config() -> serde_json::Value {
    json!({
        "model_type": "bert", "hidden_size": WIDE, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": INNER,
        "max_position_embeddings": PLACES, "vocab_size": PIECES.len(), "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    })
}

fn transformer() -> Files {
    let config = config().to_string().into_bytes();
    let files = [(tensors::FILE, safetensors(&weights())), (wordpiece::FILE, tokenizer()), ("config.json", config)];
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// The same network by plain loops over 64-bit numbers.
struct Plain(HashMap<String, Vec<f64>>);

impl Plain {
    fn of(&self, name: &str) -> &[f64] {
        &self.0[name]
    }

    fn linear(&self, name: &str, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (weights, bias) = (self.of(&format!("{name}.weight")), self.of(&format!("{name}.bias")));
        let one = |row: &Vec<f64>| -> Vec<f64> {
            let width = row.len();
            let output =
                |at: usize| bias[at] + (0..width).map(|from| weights[at * width + from] * row[from]).sum::<f64>();
            (0..bias.len()).map(output).collect()
        };
        rows.iter().map(one).collect()
    }

    fn norm(&self, name: &str, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (scale, shift) = (self.of(&format!("{name}.weight")), self.of(&format!("{name}.bias")));
        let one = |row: &Vec<f64>| -> Vec<f64> {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let spread = row.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / row.len() as f64;
            row.iter()
                .zip(scale)
                .zip(shift)
                .map(|((value, scale), shift)| (value - mean) / (spread + 1e-12).sqrt() * scale + shift)
                .collect()
        };
        rows.iter().map(one).collect()
    }

    fn meaning(&self, pieces: &[usize]) -> Vec<f64> {
        let (words, places, kinds) = (
            self.of("embeddings.word_embeddings.weight"),
            self.of("embeddings.position_embeddings.weight"),
            self.of("embeddings.token_type_embeddings.weight"),
        );
        let add = |one: &[Vec<f64>], other: &[Vec<f64>]| -> Vec<Vec<f64>> {
            one.iter().zip(other).map(|(one, other)| one.iter().zip(other).map(|(a, b)| a + b).collect()).collect()
        };
        let start = |(place, piece): (usize, &usize)| {
            (0..WIDE).map(|at| words[piece * WIDE + at] + places[place * WIDE + at] + kinds[at]).collect()
        };
        let mut state =
            self.norm("embeddings.LayerNorm", &pieces.iter().enumerate().map(start).collect::<Vec<Vec<f64>>>());
        for layer in 0..2 {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            let [query, key, value] =
                ["query", "key", "value"].map(|part| self.linear(&name(&format!("attention.self.{part}")), &state));
            let mut taken = vec![vec![0.0; WIDE]; state.len()];
            for head in 0..2 {
                let own = head * 2..head * 2 + 2;
                for (at, row) in taken.iter_mut().enumerate() {
                    let score =
                        |other: usize| own.clone().map(|i| query[at][i] * key[other][i]).sum::<f64>() / 2_f64.sqrt();
                    let scores: Vec<f64> = (0..state.len()).map(|other| score(other).exp()).collect();
                    let total: f64 = scores.iter().sum();
                    for i in own.clone() {
                        row[i] = scores.iter().zip(&value).map(|(score, value)| score / total * value[i]).sum();
                    }
                }
            }
            let joined = self.norm(
                &name("attention.output.LayerNorm"),
                &add(&self.linear(&name("attention.output.dense"), &taken), &state),
            );
            let mut inner = self.linear(&name("intermediate.dense"), &joined);
            inner.iter_mut().flatten().for_each(|x| *x *= 0.5 * (1.0 + erf(*x / 2_f64.sqrt())));
            state = self.norm(&name("output.LayerNorm"), &add(&self.linear(&name("output.dense"), &inner), &joined));
        }
        let mut mean: Vec<f64> =
            (0..WIDE).map(|at| state.iter().map(|row| row[at]).sum::<f64>() / state.len() as f64).collect();
        let length = mean.iter().map(|value| value * value).sum::<f64>().sqrt();
        mean.iter_mut().for_each(|value| *value /= length);
        mean
    }
}

/// The error function by its series.
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    for n in 1..60 {
        let n = f64::from(n);
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn a_transformer_computes_what_plain_loops_do() {
    let model = SemanticModel::load(&transformer()).unwrap();
    let plain = weights().into_iter().map(|(name, _, values)| (name, values.into_iter().map(f64::from).collect()));
    let plain = Plain(plain.collect());
    for (text, pieces) in [
        ("When are you open?", vec![2, 4, 5, 6, 7, 1, 3]),
        ("where", vec![2, 8, 3]),
        ("open open open open open open open open open", vec![2, 7, 7, 7, 7, 7, 7, 3]),
    ] {
        let (found, wanted) = (model.encode(text), plain.meaning(&pieces));
        let far = found.iter().zip(&wanted).map(|(one, other)| (f64::from(*one) - other).abs()).fold(0.0, f64::max);
        assert!(far < 1e-5, "{text}: {found:?}, not {wanted:?}");
    }
}

#[test]
fn what_stands_beside_a_text_changes_nothing_of_its_meaning() {
    let model = SemanticModel::load(&transformer()).unwrap();
    let texts = ["when are you open", "", "where", "are you open when", "you"];
    let together = model.encode_examples(&texts);
    for (text, meaning) in texts.iter().zip(&together) {
        assert_eq!(model.encode(text), **meaning, "{text}");
    }
    assert_eq!(model.encode_examples(&texts[1..3]), together[1..3], "those that were kept");
}

fn table(change: impl Fn(&mut Vec<Tensor>)) -> Files {
    let mut tensors = vec![("embeddings".to_owned(), vec![PIECES.len(), 3], numbers(5, PIECES.len() * 3))];
    change(&mut tensors);
    Files::from([
        (tensors::FILE.to_owned(), safetensors(&tensors)),
        (wordpiece::FILE.to_owned(), tokenizer()),
        ("config.json".to_owned(), b"{\"model_type\": \"model2vec\", \"normalize\": true}".to_vec()),
    ])
}

#[test]
fn a_table_gives_the_mean_of_its_rows_and_what_is_unknown_says_nothing() {
    let model = SemanticModel::load(&table(|_| {})).unwrap();
    assert_eq!((model.kind(), model.width()), (Kind::SemanticStatic, 3));
    let all = numbers(5, PIECES.len() * 3);
    let sum: Vec<f32> = (0..3).map(|at| all[4 * 3 + at] + all[7 * 3 + at]).collect();
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    let found = model.encode("When, zebra OPEN");
    // The comma is unknown too.
    found.iter().zip(&sum).for_each(|(one, other)| assert!((one - other / length).abs() < 1e-6, "{found:?}"));
    assert_eq!(model.encode("zebra"), [0.0; 3]);

    let weighted = SemanticModel::load(&table(|tensors| {
        let mut weights = vec![1.0; PIECES.len()];
        weights[4] = 0.0;
        tensors.push(("weights".to_owned(), vec![PIECES.len()], weights));
    }));
    let weighted = weighted.unwrap();
    assert_eq!(weighted.encode("when open"), weighted.encode("open"));
    assert_ne!(weighted.id(), model.id(), "other files are another model");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let error = |files: &Files| SemanticModel::load(files).unwrap_err().to_string();
    let without = |name: &str| {
        let mut files = transformer();
        files.remove(name);
        files
    };
    assert!(error(&without(wordpiece::FILE)).contains("tokenizer.json"));
    assert!(error(&without("config.json")).contains("config.json"));
    let with = |key: &str, value: serde_json::Value| {
        let (mut files, mut config) = (transformer(), config());
        config[key] = value;
        files.insert("config.json".to_owned(), config.to_string().into_bytes());
        files
    };
    assert!(error(&with("model_type", json!("roberta"))).contains("roberta"));
    assert!(error(&with("hidden_act", json!("swish"))).contains("swish"));
    assert!(
        error(&with("intermediate_size", json!(7))).contains("intermediate.dense.weight"),
        "{}",
        error(&with("intermediate_size", json!(7)))
    );
    assert!(error(&with("num_attention_heads", json!(3))).contains("sizes"));
    let mut nan = weights();
    nan[0].2[3] = f32::NAN;
    let mut files = transformer();
    files.insert(tensors::FILE.to_owned(), safetensors(&nan));
    assert!(error(&files).contains("no number"));
    let mut files = transformer();
    files.insert("1_Pooling/config.json".to_owned(), b"{\"pooling_mode_max_tokens\": true}".to_vec());
    assert!(error(&files).contains("pooling"));
    assert!(
        error(&table(|tensors| tensors[0] = ("embeddings".to_owned(), vec![3, 3], numbers(1, 9))))
            .contains("3 rows for 9 pieces")
    );
    let mut files = transformer();
    files.insert(tensors::FILE.to_owned(), vec![255; 64]);
    assert!(error(&files).contains("model.safetensors"));
}

#[test]
fn the_first_piece_may_speak_for_all() {
    let mut files = transformer();
    let mean = SemanticModel::load(&files).unwrap();
    files.insert(
        "1_Pooling/config.json".to_owned(),
        b"{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}".to_vec(),
    );
    let first = SemanticModel::load(&files).unwrap();
    assert_ne!(first.encode("when"), mean.encode("when"));
    assert_ne!(first.id(), mean.id());
}

#[test]
fn one_is_installed_chosen_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let place = installed::Installed::below(folder.path());
    assert_eq!((place.list(), place.in_use()), (Ok(Vec::new()), Ok(None)));
    let package = package::Package { name: "tiny".to_owned(), files: table(|_| {}), compared: 0 };
    assert!(installed::Installed::check(&package, Some("../x"), 5).is_err());
    let about = installed::Installed::check(&package, None, 5).unwrap();
    place.put(&package, &about).unwrap();
    assert_eq!(place.in_use(), Ok(None), "it is there, and not used yet");
    place.choose(Some("tiny")).unwrap();
    assert_eq!(place.in_use(), Ok(Some(about.clone())));
    assert_eq!(place.load(&about).unwrap().id(), about.id);
    assert!(place.remove("tiny").unwrap_err().to_string().contains("in use"));
    assert!(place.choose(Some("other")).is_err());

    // What is changed behind our back is another model, and says so.
    let file = folder.path().join("models/tiny/config.json");
    std::fs::write(&file, "{\"model_type\": \"model2vec\"}").unwrap();
    assert!(place.load(&about).unwrap_err().to_string().contains("not those that were installed"));
    place.put(&package, &about).unwrap();
    assert!(place.load(&about).is_ok(), "installed again, it is as it was");
    place.choose(None).unwrap();
    place.remove("tiny").unwrap();
    assert_eq!(place.list(), Ok(Vec::new()));
}
