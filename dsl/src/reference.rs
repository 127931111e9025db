//! The reference of the language as Markdown, made from [`crate::vocabulary`], [`crate::codes`] and the tables in
//! [`syntax`].

pub mod syntax;

use std::fmt::Write as _;

use crate::codes::CODES;
use crate::detect::{LARGEST_PATTERN, MOST_WORDS};
use crate::eval::LONGEST_HOLD_MS;
use crate::load::STANDARD;
use crate::matrix;
use crate::parse::{DEEPEST_NESTING, LARGEST_FILE, LONGEST_DURATION_MS};
use crate::program::MOST_TIERS;
use crate::prove::sat::{MOST_CONFLICTS, MOST_HARD_QUESTIONS};
use crate::script::{LARGEST_ARRAY, LARGEST_BUDGET, LONGEST_RUN, LONGEST_SOURCE, LONGEST_STRING};
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
    bounds(&mut text);
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
    let (packs, whole): (Vec<_>, Vec<_>) = STANDARD.into_iter().partition(|(name, _)| name.starts_with("std/intents/"));
    for (name, source) in whole {
        let _ = write!(text, "\n### {name}\n\n```remit\n{source}```\n");
    }
    text.push_str(
        "\n### std/intents\n\nExamples of standard intents, written for this library. `import \"std/intents/thanks\"` adds them to the \
         examples of the\npolicy's own `intent thanks`. Where the policy has none, the intent is declared, and its answers need \
         approval.\n\n| file | examples |\n|---|---|\n",
    );
    for (name, source) in packs {
        let examples = source.lines().filter(|line| line.starts_with("    \"")).count();
        let _ = writeln!(text, "| `{name}` | {examples} |");
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

/// What is bounded, how, and what becomes of more.
fn bounds(text: &mut String) {
    text.push_str(
        "\n## Bounds\n\nA text of any bytes is answered with findings, in bounded time and memory.\n\n| what | at most | beyond |\n|---|---|---|\n",
    );
    let rows: [(&str, String, &str); 12] = [
        ("a file of a policy", format!("{LARGEST_FILE} bytes (1 MiB), UTF-8"), "error R0003"),
        ("brackets inside brackets of a condition", format!("{DEEPEST_NESTING} deep"), "error R0005"),
        ("risk tiers", MOST_TIERS.to_string(), "error R0112"),
        ("a duration", format!("{} days", LONGEST_DURATION_MS / 86_400_000), "error R0104"),
        ("a hold", format!("{} days after the first", LONGEST_HOLD_MS / 86_400_000), "it becomes an approval"),
        ("`words` of all detectors", MOST_WORDS.to_string(), "error R0126"),
        ("a `pattern`, compiled", format!("{LARGEST_PATTERN} bytes; it takes time linear in the text"), "error R0126"),
        ("a script's source", format!("{LONGEST_SOURCE} bytes"), "error R0124"),
        ("a script's `budget`", format!("{LARGEST_BUDGET} operations"), "error R0104"),
        ("one call of a script", format!("its budget, and {} ms", LONGEST_RUN.as_millis()), "the fact has failed"),
        (
            "a text, a list in a script",
            format!("{LONGEST_STRING} bytes, {LARGEST_ARRAY} elements"),
            "the fact has failed",
        ),
        (
            "the proof of a claim",
            format!("{MOST_CONFLICTS} wrong guesses of the solver, {} for all", MOST_CONFLICTS * MOST_HARD_QUESTIONS),
            "error R0404",
        ),
    ];
    for (what, most, beyond) in rows {
        let _ = writeln!(text, "| {what} | {most} | {beyond} |");
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
