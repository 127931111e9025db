//! Odd texts: very long lines and words, thousands of findings, signs that nobody sees. Each is answered with findings of
//! a size that people can read, and none takes the square of its length.

mod common;

use common::{compile, texts};
use remit_dsl::{Diagnostic, LARGEST_FILE, render};

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    let mut codes: Vec<&str> = found.iter().map(|one| one.code).collect();
    codes.dedup();
    codes
}

/// Checks a text and shows what was found, as people see it. Gives the codes.
fn shown(text: &str) -> (Vec<Diagnostic>, String) {
    assert!(text.len() <= LARGEST_FILE, "{}", text.len());
    let found = compile(text).diagnostics;
    let shown = render::human(&found, &|_| Some(text.to_owned()), false);
    for one in &found {
        let hint = one.hint.as_ref().map_or(0, String::len);
        assert!(one.message.len() + hint < 3_000, "{} bytes of message, {hint} of hint", one.message.len());
    }
    assert!(shown.len() < 200 + 5_000 * found.len(), "{} bytes for {} findings", shown.len(), found.len());
    (found, shown)
}

#[test]
fn a_word_as_long_as_the_file_is_not_repeated() {
    let word = "x".repeat(1_000_000);
    for (text, code) in [
        (format!("remit 1\n{word}"), "R0007"),
        (format!("remit 1\nguard {word} off when contact.new"), "R0001"),
        (format!("remit 1\nguard a: off when contact.{word}"), "R0101"),
        (format!("remit 1\nguard a: off when message detects {word}"), "R0102"),
        (format!("remit 1\n@{word}\nguard a: off when contact.new"), "R0006"),
        (format!("remit 1\nguard a: {word} when contact.new"), "R0001"),
        (format!("remit 1\ntimezone \"{word}\""), "R0114"),
        (format!("remit 1\nimport \"./{word}\""), "R0120"),
        (format!("remit 1\nguard a: off when contact.new because \"{word}"), "R0001"),
    ] {
        let (found, _) = shown(&text);
        assert_eq!(codes(&found), [code], "{}", render::plain(&found).chars().take(2_000).collect::<String>());
    }
}

#[test]
fn thousands_of_findings_on_one_line_do_not_show_it_thousands_of_times() {
    let guards =
        |word: &str| (0..8_000).map(|number| format!(" guard g{number}: off when {word}{number}")).collect::<String>();
    let (found, text) = shown(&format!("remit 1\n{}", guards("contact.nw")));
    assert_eq!((codes(&found), found.len()), (vec!["R0101"], 8_000));
    assert!(
        text.contains("--> test.remit:2:21\n"),
        "the place is named: {}",
        text.chars().take(200).collect::<String>()
    );
    // Each in a line of its own is shown with it.
    let (_, text) = shown(&format!("remit 1\n{}", guards("contact.nw").replace(" guard", "\nguard")));
    assert!(text.contains("8001 | guard g7998: off when contact.nw7998\n"), "{}", text.len());
}

#[test]
fn many_rules_that_say_the_same_are_not_all_named() {
    let text: String = (0..12_000).map(|number| format!("guard g{number}: off when contact.new\n")).collect();
    let (found, _) = shown(&format!("remit 1\n{text}"));
    assert_eq!(codes(&found), ["R0203"]);
    assert!(found.iter().any(|one| one.hint.as_ref().is_some_and(|hint| hint.contains(" more"))), "{:?}", found[0]);
}

#[test]
fn a_first_declaration_far_away_is_named_without_all_that_lies_between() {
    let middle = "# nothing\n".repeat(50_000);
    let (found, text) = shown(&format!("remit 1\nsegment vip\n{middle}segment vip\n"));
    assert_eq!(codes(&found), ["R0105"]);
    assert!(text.contains("50003 | segment vip"), "{text}");
}

#[test]
fn more_words_than_an_automaton_should_have_are_refused() {
    let detector = |count: usize| {
        let words: Vec<String> = (0..count).map(|number| format!("\"w{number}\"")).collect();
        format!(
            "remit 1\ndetector d on message {{ words {} }}\nguard g: off when message detects d\n",
            words.join(", ")
        )
    };
    assert!(compile(&detector(10_000)).policy.is_some());
    let (found, _) = shown(&detector(10_001));
    assert_eq!(codes(&found), ["R0126"]);
}

#[test]
fn a_file_that_is_too_large_needs_not_be_read_to_its_end() {
    let text = format!("remit 1\n#{}", "\u{1F600}".repeat(LARGEST_FILE));
    let whole = compile(&text).diagnostics;
    let end = (LARGEST_FILE + 1..).find(|end| text.is_char_boundary(*end)).unwrap();
    let start = text.get(..end).unwrap();
    assert_eq!(render::plain(&whole), render::plain(&compile(start).diagnostics));
    assert_eq!(codes(&whole), ["R0003"]);
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read_and_signs_that_nobody_sees_are_not() {
    assert!(compile("\u{FEFF}remit 1\r\nguard a: off when contact.new\r\n").policy.is_some());
    for sign in ["\0", "\u{200B}", "\u{202E}", "\u{FEFF}", "\u{7F}"] {
        let (found, text) = shown(&format!("remit 1\nguard a: off when contact{sign}.new\n"));
        assert_eq!(codes(&found), ["R0001"], "{text}");
        assert!(found[0].at.line == 2, "{text}");
    }
}

#[test]
fn circles_of_every_length_are_found() {
    for length in 1..12 {
        let name = |number: usize| {
            if number.is_multiple_of(length) { "root.remit".to_owned() } else { format!("f{number}.remit") }
        };
        let files: Vec<(String, String)> =
            (0..length).map(|number| (name(number), format!("remit 1\nimport \"./{}\"\n", name(number + 1)))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let compiled = remit_dsl::compile("root.remit", &texts(&files));
        assert!(codes(&compiled.diagnostics).contains(&"R0121"), "{length}: {:?}", compiled.diagnostics);
    }
}
