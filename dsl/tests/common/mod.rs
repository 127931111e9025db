//! What several test files need.
#![expect(dead_code, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

pub(crate) mod clocks;
pub(crate) mod generate;
pub(crate) mod inputs;

use std::path::{Path, PathBuf};

use remit_dsl::{Compiled, Facts, Policy, Provenance};

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Reads the files of a folder.
pub(crate) fn folder(path: &Path) -> impl Fn(&str) -> Result<String, String> + use<> {
    let path = path.to_owned();
    move |name: &str| std::fs::read_to_string(path.join(name)).map_err(|error| error.to_string())
}

/// Reads from pairs of name and text.
pub(crate) fn texts<'a>(files: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Result<String, String> + 'a {
    move |name: &str| {
        let found = files.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "there is no such file".to_owned())
    }
}

/// Compiles one text.
pub(crate) fn compile(text: &str) -> Compiled {
    remit_dsl::compile("test.remit", &texts(&[("test.remit", text)]))
}

/// A policy from one text that must be right.
pub(crate) fn policy(text: &str) -> Policy {
    let text = format!("remit 1\n{text}");
    let compiled = compile(&text);
    match compiled.policy {
        Some(policy) => policy,
        None => panic!("{}", remit_dsl::render::plain(&compiled.diagnostics)),
    }
}

/// Milliseconds since 1970 of a UTC time such as `2026-03-03T10:00:00Z`.
pub(crate) fn at(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Quiet facts: nothing special about the message, a reply on email, Tuesday 2026-03-03 10:00 UTC.
pub(crate) fn quiet(intent: &str, confidence: f64) -> Facts {
    let mut facts = Facts::new(at("2026-03-03T10:00:00Z"));
    facts
        .name("channel", "email", Provenance::Observed)
        .name("agent", "none", Provenance::Observed)
        .name("action", "reply", Provenance::Observed)
        .name("intent", intent, Provenance::Model)
        .number("confidence", confidence, Provenance::Model)
        .number("margin", 1.0, Provenance::Model)
        .number("sentiment", 0.0, Provenance::Model)
        .name("message.language", "en", Provenance::Derived)
        .number("thread.depth", 1.0, Provenance::Observed);
    for key in [
        "message.attachment",
        "message.automated",
        "contact.new",
        "contact.paused",
        "contact.opted_out",
        "thread.human_active",
        "thread.third_party",
        "window.closed",
        "approved",
        "email.warmup",
        "channel.disabled",
        "channel.unanswered",
        "kill_switch",
        "draft.doubtful",
        "draft.unsafe",
    ] {
        facts.yes(key, false, Provenance::Observed);
    }
    facts
}

/// As at the first gate, which is what proofs and differences are about: nothing was held before, and the bucket of a
/// limit that is used up ends later.
pub(crate) fn first_gate(policy: &Policy, facts: &mut Facts) {
    facts.held_since_ms = None;
    for limit in policy.limits() {
        match facts.get_yes(&format!("over:{}", limit.name)) {
            Some(true) => drop(facts.over_until_ms.insert(limit.name.clone(), facts.now_ms.saturating_add(1))),
            _ => drop(facts.over_until_ms.remove(&limit.name)),
        }
    }
}

/// Past the capture of the test runner, in one piece: `tests/run` counts these lines.
pub(crate) fn skipped(why: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
