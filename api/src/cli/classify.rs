//! `remit classify`: which intent the policy's examples (or others) give each text. Reads and writes JSON lines.

use std::path::PathBuf;

use clap::Args;
use remit_engine::classify::EmbeddedClassifier;
use remit_engine::domain::ChannelKind;
use remit_engine::models;
use remit_engine::ports::ClassifyInput;
use serde_json::{Value, json};

use super::{Done, Failure, Global, files, inspect, model};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: echo '{\"text\":\"When are you open?\"}' | remit classify --policy policies/default.remit --input -"
)]
pub(crate) struct ClassifyArgs {
    /// Policy whose examples to learn from
    #[arg(long, value_name = "PATH", required_unless_present = "examples")]
    policy: Option<PathBuf>,
    /// JSON lines with `text`; - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Learn from these JSON lines (`text`, `intent`) instead of the policy's examples
    #[arg(long, value_name = "FILE")]
    examples: Option<PathBuf>,
    /// Look at what words mean by this model: a folder or a package file [default: the one in use, see remit model]
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
}

pub(crate) fn run(global: &Global, args: &ClassifyArgs) -> Done {
    let examples = match examples(args.examples.as_deref(), args.policy.as_deref())? {
        Ok(examples) => examples,
        Err(code) => return Ok(code),
    };
    let encoder = model::encoder(&global.data, args.model.as_deref())?;
    let classifier = EmbeddedClassifier::train_with(encoder, &examples)?;
    for mut row in lines(&args.input)? {
        let Some(text) = row["text"].as_str().map(str::to_owned) else {
            return Err(Failure::new(format!("`{}`: each line needs `text`", args.input.display())));
        };
        let found = classifier.read(&ClassifyInput { channel: ChannelKind::Email, subject: None, text: &text });
        if let Some(fields) = row.as_object_mut() {
            fields.insert("intent".to_owned(), json!(found.intent));
            fields.insert("confidence".to_owned(), json!(found.confidence));
            fields.insert("margin".to_owned(), json!(found.margin));
            fields.insert("language".to_owned(), json!(found.language));
        }
        println!("{row}");
    }
    Ok(0)
}

/// What to learn from: (intent, text) pairs of a file, else of a policy. Where the policy does not check, that is told,
/// and the exit code is given.
pub(super) fn examples(
    file: Option<&std::path::Path>,
    policy: Option<&std::path::Path>,
) -> Result<Result<Vec<(String, String)>, u8>, Failure> {
    Ok(Ok(match (file, policy) {
        (Some(path), _) => pairs(path)?,
        (None, Some(path)) => {
            let policy = files::PolicyFiles::at(path)?;
            let compiled = policy.compile();
            let Some(checked) = compiled.policy else {
                eprint!("{}", policy.render(&compiled.diagnostics, false));
                return Ok(Err(3));
            };
            models::examples(&checked)
        }
        (None, None) => return Err(Failure::new("name --policy or --examples")),
    }))
}

/// (intent, text) of every line of a file.
pub(super) fn pairs(path: &std::path::Path) -> Result<Vec<(String, String)>, Failure> {
    let pair = |row: Value| match (row["intent"].as_str(), row["text"].as_str()) {
        (Some(intent), Some(text)) => Ok((intent.to_owned(), text.to_owned())),
        _ => Err(Failure::new(format!("`{}`: each line needs `intent` and `text`", path.display()))),
    };
    lines(path)?.into_iter().map(pair).collect()
}

fn lines(path: &std::path::Path) -> Result<Vec<Value>, Failure> {
    let bytes = inspect::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| Failure::new(format!("`{}` line {}: {error}", path.display(), number + 1)))
        })
        .collect()
}
