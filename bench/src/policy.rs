//! The shipped default policy, as the benches use it.

use std::path::PathBuf;

use remit_dsl::{Compiled, Policy};

use crate::BenchError;

/// Name of the policy in lines and errors.
pub(crate) const NAME: &str = "policies/default.remit";
/// Name of the root file.
pub(crate) const ROOT: &str = "default.remit";

/// What would stop a bench after a few messages, and what stands there instead: limits are still looked up and counted
/// for each message, rules still evaluated; they are only never reached.
const LIFTED: [(&str, &str); 4] = [
    ("60 replies per agent per hour", "100000000 replies per agent per hour"),
    ("3 replies per contact per day", "100000000 replies per contact per day"),
    ("thread.depth > 8", "thread.depth > 99000"),
    ("thread.depth is 9 ", "thread.depth is 99001 "),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policies")
}

/// Reads a file of the policy from disk.
fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(folder().join(path)).map_err(|error| error.to_string())
}

/// Compiles the shipped default policy from its files on disk.
pub(crate) fn compile() -> Compiled {
    remit_dsl::compile(ROOT, &read)
}

/// Compiles a policy that is one text and has no other file beside it.
pub(crate) fn compile_text(root: &str, text: &str) -> Compiled {
    remit_dsl::compile(root, &|path| {
        if path == root { Ok(text.to_owned()) } else { Err("there is no such file".to_owned()) }
    })
}

/// The shipped default policy.
pub(crate) fn shipped() -> Result<Policy, BenchError> {
    let Compiled { policy, diagnostics, .. } = compile();
    policy.ok_or_else(|| BenchError::Policy(format!("does not check: {} diagnostics", diagnostics.len())))
}

/// The shipped default policy with its limits lifted.
#[derive(Debug)]
pub(crate) struct Lifted {
    text: String,
}

impl Lifted {
    /// Reads the root file from disk and lifts the limits in it.
    pub(crate) fn new() -> Result<Self, BenchError> {
        let mut text = read(ROOT).map_err(BenchError::Policy)?;
        for (limit, lifted) in LIFTED {
            if !text.contains(limit) {
                return Err(BenchError::Policy(format!("no `{limit}` to lift")));
            }
            text = text.replace(limit, lifted);
        }
        Ok(Self { text })
    }

    /// Reads a file of the policy: the root file as changed, every other one from disk.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        if path == ROOT { Ok(self.text.clone()) } else { read(path) }
    }
}

/// The shipped default policy with one text of its root file replaced by another, wherever it stands.
pub(crate) fn changed(from: &str, to: &str) -> Result<Policy, BenchError> {
    let text = read(ROOT).map_err(BenchError::Policy)?;
    if !text.contains(from) {
        return Err(BenchError::Policy(format!("no `{from}` to change")));
    }
    let text = text.replace(from, to);
    let read = |path: &str| if path == ROOT { Ok(text.clone()) } else { read(path) };
    let Compiled { policy, diagnostics, .. } = remit_dsl::compile(ROOT, &read);
    policy.ok_or_else(|| BenchError::Policy(format!("does not check when changed: {} diagnostics", diagnostics.len())))
}
