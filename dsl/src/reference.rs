//! The reference of the language as Markdown, made from [`crate::vocabulary`], [`crate::codes`] and the tables in
//! [`syntax`].

pub mod syntax;

use std::fmt::Write as _;

use crate::codes::CODES;
use crate::load::STANDARD;
use crate::matrix;
use crate::vocabulary::{ACTIONS, CHANNELS, FACTS, LIMIT_PER, LIMIT_WHAT, PICKS, PRIORITIES, SWEEP_JOBS};

/// The text of `REFERENCE.md`.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Reference\n\nGenerated from `src/reference/`, `src/vocabulary.rs`, `codes/` and `std/`; a test fails when it drifts.\n\n\
         A file starts with `remit 1`, and in a policy's own file `policy NAME TEXT` follows. `#` starts a comment. Then come\n\
         items, in any order.\n\n",
    );
    items(&mut text);
    facts(&mut text);
    words(&mut text);
    text.push_str(
        "\n## Modes\n\nWhat the modes of `std/base` say, for every action that is set to `send`; a stricter setting of the action makes it\n\
         stricter. This table is the output of `remit matrix --only actions`.\n\n",
    );
    text.push_str(&matrix::standard().map(|matrix| matrix.action_table()).unwrap_or_default());
    text.push_str("\n## Commands\n\n`remit COMMAND --help` says more, with examples. Each reading command has `--json`.\n\n| command | what it does |\n|---|---|\n");
    for (name, what) in syntax::COMMANDS {
        let _ = writeln!(text, "| `remit {name}` | {what} |");
    }
    text.push_str(
        "\nExit codes: 0 good, 1 the command could not be run, 2 warnings, 3 errors, failing cases or a path that is not there, 4 a\n\
         gate of the policy said no.\n",
    );
    diagnostics(&mut text);
    text.push_str("\n## Built-in files\n");
    for (name, source) in STANDARD {
        let _ = write!(text, "\n### {name}\n\n```remit\n{source}```\n");
    }
    text
}

fn items(text: &mut String) {
    text.push_str("## Items\n\n`[x]` may be left out, `x ...` may be repeated, `a | b` is a choice. Words in capitals are yours, or one of these:\n\n```text\n");
    for (name, form) in syntax::PARTS {
        let _ = writeln!(text, "{name:<10}{form}");
    }
    text.push_str("```\n");
    for item in syntax::ITEMS {
        let syntax::ItemSyntax { word, syntax, meaning, example } = item;
        let _ = write!(text, "\n### {word}\n\n{meaning}\n\n```text\n{syntax}\n```\n```remit\n{example}\n```\n");
    }
    text.push_str("\n### Annotations\n\nThey stand before an item and change no decision.\n\n| annotation | meaning |\n|---|---|\n");
    for (note, meaning) in syntax::NOTES {
        let _ = writeln!(text, "| `{note}` | {meaning} |");
    }
}

fn facts(text: &mut String) {
    text.push_str("\n## Facts\n\n| fact | type | set by | meaning |\n|---|---|---|---|\n");
    for fact in FACTS {
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", fact.path, fact.type_.words(), fact.set_by, fact.sentence);
    }
    text.push_str("\nA policy adds its own with `fact`. Texts are for scripts; conditions ask detectors.\n");
}

fn words(text: &mut String) {
    text.push_str("\n## Words\n\n| where | words |\n|---|---|\n");
    let words: [(&str, &[&str]); 8] = [
        ("outcomes, from free to careful", &["send", "hold", "approval", "off", "escalate"]),
        ("channels", &CHANNELS),
        ("actions that need no declaration", &ACTIONS),
        ("`pick`", &PICKS),
        ("`priority`", &PRIORITIES),
        ("what a `limit` counts", &LIMIT_WHAT),
        ("`limit ... per`", &LIMIT_PER),
        ("`sweep` jobs", &SWEEP_JOBS),
    ];
    for (place, words) in words {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let _ = writeln!(text, "| {place} | {} |", words.join(", "));
    }
}

fn diagnostics(text: &mut String) {
    text.push_str(
        "\n## Diagnostics\n\nEach has a page in `codes/`, which `remit explain-code CODE` shows: what it means, why it matters, a wrong\n\
         and a right example, what to do, and how to silence it. An error cannot be silenced.\n\n\
         | code | severity | meaning |\n|---|---|---|\n",
    );
    for code in CODES {
        let (name, severity, meaning) = (code.code, code.severity.as_str(), code.meaning());
        let _ = writeln!(text, "| [{name}](codes/{name}.md) | {severity} | {meaning} |");
    }
}
