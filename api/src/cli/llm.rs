//! A language model, chosen on the command line or in the environment: none is asked unless somebody named one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use remit_engine::draft::Knowledge;
use remit_engine::llm::{Breaker, Endpoint, HttpModel, Price, Protocol};
use remit_engine::models::LanguageModels;
use remit_engine::ports::Models;
use sha2::{Digest, Sha256};

use super::Failure;

#[derive(Debug, Default, Clone, Args)]
pub(crate) struct LlmArgs {
    /// Language model to ask: openai, anthropic, gemini, ollama or vllm, a colon, and its name [default: none]
    #[arg(long, env = "REMIT_LLM", value_name = "BACKEND:MODEL")]
    llm: Option<String>,
    /// Address of the model, where it is not the provider's own; anything that speaks like OpenAI is `openai`
    #[arg(long, env = "REMIT_LLM_URL", value_name = "URL")]
    llm_url: Option<String>,
    /// Its key; better in the environment than on a command line that others can read
    #[arg(long, env = "REMIT_LLM_KEY", value_name = "KEY", hide_env_values = true)]
    llm_key: Option<String>,
    /// What it is asked for
    #[arg(long, env = "REMIT_LLM_FOR", value_name = "WHAT", value_delimiter = ',', default_value = "classify,draft")]
    llm_for: Vec<For>,
    /// How long a call may take
    #[arg(long, env = "REMIT_LLM_WITHIN", value_name = "TIME", default_value = "20s", value_parser = within)]
    llm_within: Duration,
    /// What a million tokens cost, read and written, such as 2.50,10: kept with every call
    #[arg(long, env = "REMIT_LLM_PRICE", value_name = "READ,WRITTEN", value_parser = price)]
    llm_price: Option<Price>,
    /// Mask mail addresses, phone numbers, accounts, cards and the contact's name before they are sent to it
    #[arg(long, env = "REMIT_LLM_MASK")]
    llm_mask: bool,
    /// Folder of what drafts may rest on: in it one folder for each name that policies use after `sources`
    #[arg(long, env = "REMIT_KNOWLEDGE", value_name = "DIR")]
    knowledge: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    /// The kind of a message
    Classify,
    /// The text of a reply, where the policy says `draft model`
    Draft,
}

fn within(text: &str) -> Result<Duration, String> {
    let read = text.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    // A step is leased for longer than this, so that nobody else begins with it meanwhile.
    let fits = |time: &Duration| (Duration::from_millis(100)..=Duration::from_secs(60)).contains(time);
    read.filter(fits).ok_or_else(|| "write a time up to 60s, such as 20s".to_owned())
}

fn price(text: &str) -> Result<Price, String> {
    let micros = |text: &str| {
        let price: f64 = text.trim().parse().ok()?;
        (price.is_finite() && (0.0..1_000_000.0).contains(&price)).then_some((price * 1_000_000.0).round() as i64)
    };
    let read =
        text.split_once(',').and_then(|(input, output)| Some(Price { input: micros(input)?, output: micros(output)? }));
    read.ok_or_else(|| "write two prices, such as 2.50,10".to_owned())
}

impl LlmArgs {
    /// What reads messages and writes replies in this process: `local` does so without a language model. `master_key` is
    /// the deployment's.
    pub(crate) fn models(&self, master_key: &[u8; 32], local: Arc<dyn Models>) -> Result<Arc<dyn Models>, Failure> {
        let Some(named) = &self.llm else {
            if self.knowledge.is_some() {
                return Err(Failure::new("--knowledge is for the drafts of a language model, and none is named")
                    .hint("name one with --llm, such as --llm ollama:llama3.2"));
            }
            return Ok(local);
        };
        let wrong = |what: String| {
            Failure::new(what).hint("write --llm BACKEND:MODEL, such as openai:gpt-4.1-mini or ollama:llama3.2")
        };
        let (backend, model) = named
            .split_once(':')
            .filter(|(_, model)| !model.is_empty())
            .ok_or_else(|| wrong(format!("`{named}` names no model")))?;
        let protocol = match backend {
            "openai" | "vllm" => Protocol::OpenAi,
            "anthropic" => Protocol::Anthropic,
            "gemini" => Protocol::Gemini,
            "ollama" => Protocol::Ollama,
            other => {
                return Err(wrong(format!("there is no backend `{other}`: openai, anthropic, gemini, ollama, vllm")));
            }
        };
        if backend == "vllm" && self.llm_url.is_none() {
            return Err(Failure::new("a vLLM server has no address of its own")
                .hint("name it: --llm-url http://localhost:8000/v1"));
        }
        if model.contains(['/', '?', '#', ' ']) && protocol == Protocol::Gemini {
            return Err(wrong(format!("`{model}` is no name of a model")));
        }
        let knowledge =
            self.knowledge.as_deref().map(Knowledge::read).transpose().map_err(Failure::new)?.unwrap_or_default();
        for (name, documents, passages) in knowledge.names() {
            eprintln!("knowledge {name}: {documents} documents, {passages} passages");
        }
        let endpoint = Endpoint {
            backend: backend.to_owned(),
            protocol,
            model: model.to_owned(),
            base_url: self.llm_url.clone(),
            key: self.llm_key.clone().filter(|key| !key.is_empty()),
            within: self.llm_within,
            price: self.llm_price.unwrap_or_default(),
            mask: self.llm_mask,
        };
        // A word of this deployment that nobody can guess; it gives nothing of the key away.
        let canary = Sha256::digest([b"canary".as_slice(), master_key].concat());
        let canary = data_encoding::HEXLOWER.encode(canary.get(..10).unwrap_or_default());
        let model = HttpModel::new(endpoint, &canary).map_err(|what| Failure::new(what).hint("see --llm-url"))?;
        eprintln!("model     {named}");
        Ok(Arc::new(LanguageModels {
            local,
            model: Arc::new(model),
            classifies: self.llm_for.contains(&For::Classify),
            drafts: self.llm_for.contains(&For::Draft),
            knowledge: Arc::new(knowledge),
            breaker: Arc::new(Breaker::default()),
        }))
    }
}
