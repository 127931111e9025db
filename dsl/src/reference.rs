//! The reference of the language as Markdown, made from [`crate::vocabulary`] and [`crate::codes`].

use std::fmt::Write as _;

use crate::codes::CODES;
use crate::load::STANDARD;
use crate::vocabulary::{ACTIONS, CHANNELS, FACTS, LIMIT_PER, NOTES, PICKS, PRIORITIES, SWEEP_JOBS};

/// The text of `REFERENCE.md`.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Reference\n\nGenerated from `src/vocabulary.rs`, `codes/` and `std/`; a test fails when it drifts.\n\n\
         ## Facts\n\n| fact | type | meaning |\n|---|---|---|\n",
    );
    for fact in FACTS {
        let _ = writeln!(text, "| `{}` | {} | {} |", fact.path, fact.type_.words(), fact.sentence);
    }
    text.push_str(
        "\nA policy adds its own with `fact PATH: TYPE`. Conditions also read `contact in SEGMENT`, `SUBJECT detects DETECTOR`,\n\
         `during HOURS`, `outside HOURS`, `over LIMIT`, `switch NAME` and `script NAME`.\n\n## Words\n\n| where | words |\n|---|---|\n",
    );
    let words: [(&str, &[&str]); 8] = [
        ("outcomes, from free to careful", &["send", "hold", "approval", "off", "escalate"]),
        ("channels", &CHANNELS),
        ("actions that need no declaration", &ACTIONS),
        ("`pick`", &PICKS),
        ("`priority`", &PRIORITIES),
        ("`limit ... per`", &LIMIT_PER),
        ("`sweep` jobs", &SWEEP_JOBS),
        ("annotations", &NOTES),
    ];
    for (place, words) in words {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let _ = writeln!(text, "| {place} | {} |", words.join(", "));
    }
    text.push_str(
        "\n## Diagnostics\n\nEach has a page in `codes/`, which `remit explain-code CODE` shows: what it means, why it matters, a wrong\n\
         and a right example, what to do, and how to silence it. An error cannot be silenced.\n\n\
         | code | severity | meaning |\n|---|---|---|\n",
    );
    for code in CODES {
        let (name, severity, meaning) = (code.code, code.severity.as_str(), code.meaning());
        let _ = writeln!(text, "| [{name}](codes/{name}.md) | {severity} | {meaning} |");
    }
    text.push_str("\n## Built-in files\n");
    for (name, source) in STANDARD {
        let _ = write!(text, "\n### {name}\n\n```remit\n{source}```\n");
    }
    text
}
