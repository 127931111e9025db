//! `remit check` and `remit test`.

use insta::assert_snapshot;
use serde_json::Value;

use super::{THREE_MISTAKES, remit};

#[test]
fn a_good_policy_is_checked_in_silence() {
    let remit = remit();
    remit.write("good.remit", "remit 1\npolicy good\nimport \"std/base\"\ntimezone \"UTC\"\n");
    let ran = remit.run(&["check", "good.remit"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    assert_snapshot!(ran.stderr, @"1 file checked: 0 errors, 0 warnings");
}

#[test]
fn three_mistakes_are_all_shown_with_their_cures() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    assert_snapshot!(remit.run(&["check", "three.remit"]).all());
}

#[test]
fn three_mistakes_as_plain_lines() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    let ran = remit.run(&["check", "three.remit", "--format", "plain"]);
    assert_eq!(ran.code, Some(3));
    assert_snapshot!(ran.stdout);
}

#[test]
fn three_mistakes_as_json_with_places_and_replacements() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    let ran = remit.run(&["check", "three.remit", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&printed).unwrap());

    // What a replacement names can be put there as it is: afterwards nothing is wrong with the text's form.
    let mut text = THREE_MISTAKES.to_owned();
    for found in printed["diagnostics"].as_array().unwrap().iter().rev() {
        let edit = &found["fixes"][0]["edits"][0];
        let place = |end: &str| usize::try_from(edit["at"][end].as_u64().unwrap()).unwrap();
        text.replace_range(place("start")..place("end"), edit["replacement"].as_str().unwrap());
    }
    remit.write("cured.remit", text);
    let ran = remit.run(&["check", "cured.remit", "--json"]);
    assert!(!ran.stdout.contains("R0001"), "{ran:?}");
}

#[test]
fn a_file_that_is_not_there_is_an_error_with_a_hint() {
    assert_snapshot!(remit().run(&["check", "nowhere.remit"]).all(), @r"
    exit code: 3
    ----- stdout -----
    ----- stderr -----
    error: there is no policy file `nowhere.remit`
    hint: name a .remit file, such as policies/default.remit
    ");
}

#[test]
fn cases_in_the_policy_pass_or_say_what_came_instead() {
    let remit = remit();
    let policy = |outcome: &str| {
        format!(
            "remit 1\npolicy shop\nimport \"std/base\"\ntimezone \"UTC\"\n\
             test \"the mail of a machine\" {{\n  channel email  message.automated\n  expect {outcome}\n}}\n"
        )
    };
    remit.write("right.remit", policy("off"));
    remit.write("wrong.remit", policy("send"));
    let right = remit.run(&["test", "right.remit"]);
    assert_eq!((right.code, right.stdout.as_str()), (Some(0), "1 passed, 0 failed\n"), "{right:?}");
    let wrong = remit.run(&["test", "wrong.remit"]);
    assert_eq!(wrong.code, Some(3), "{wrong:?}");
    assert_snapshot!(wrong.stdout);
    let wrong = remit.run(&["test", "wrong.remit", "--json"]);
    assert_eq!(wrong.json_lines()[0]["failed"], 1, "{wrong:?}");
    // A policy that does not check has failed, whatever its cases say.
    remit.write("three.remit", THREE_MISTAKES);
    let ran = remit.run(&["test", "three.remit", "--json"]);
    assert_eq!((ran.code, &ran.json_lines()[0]["not_checked"]), (Some(3), &1.into()), "{ran:?}");
}

#[test]
fn the_policies_of_the_project_pass_their_own_cases() {
    let policies = remit_tests::root().join("policies");
    let ran = remit().run(&["test", &policies.display().to_string()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.ends_with(" passed, 0 failed\n") && !ran.stdout.starts_with("0 "), "{ran:?}");
}

#[test]
fn findings_name_files_as_the_caller_does_and_each_only_once() {
    let remit = remit();
    remit.write("rules/a.remit", "remit 1\nimport \"./shared.part\"\n");
    remit.write("rules/b.remit", "remit 1\nimport \"./shared.part\"\n");
    remit.write("rules/shared.part", "remit 1\nguard g: approval when contact.nwe\n");
    let ran = remit.run(&["check", "rules", "--format", "plain"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("R0101")).collect();
    assert_eq!(lines.len(), 1, "{ran:?}");
    assert!(lines[0].starts_with("rules/shared.part:2:24: error[R0101]"), "{ran:?}");
    let human = remit.run(&["check", "rules"]).stdout;
    assert!(
        human.contains("--> rules/shared.part:2:24") && human.contains("contact.nwe\n"),
        "the line is shown: {human}"
    );
}

#[test]
fn every_format_carries_every_finding() {
    let remit = remit();
    remit.write("rules/three.remit", THREE_MISTAKES);
    let print = |format: &str| {
        let ran = remit.run(&["check", "rules/three.remit", "--format", format]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        ran.stdout
    };
    let json: Value = serde_json::from_str(&print("json")).unwrap();
    let count = json["diagnostics"].as_array().unwrap().len();
    assert!(count >= 3, "{json}");
    assert_eq!((&json["files"][0], &json["fixed"]), (&"rules/three.remit".into(), &0.into()), "{json}");
    let sarif: Value = serde_json::from_str(&print("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), count, "{sarif}");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules/three.remit", "{place}");
    let github = print("github");
    assert_eq!(github.lines().filter(|line| line.contains("file=rules/three.remit,line=")).count(), count, "{github}");
    let junit = print("junit");
    assert!(junit.contains("name=\"rules/three.remit\"") && junit.contains("<failure"), "{junit}");
    assert_eq!(print("plain").lines().count(), count);
}

#[test]
fn certain_cures_are_shown_or_carried_out() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    let file = remit.folder().join("three.remit");
    let shown = remit.run(&["check", "three.remit", "--fix", "--dry-run"]);
    assert_eq!(shown.code, Some(3), "{shown:?}");
    assert_snapshot!(shown.all());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), THREE_MISTAKES);
    let cured = remit.run(&["check", "three.remit", "--fix", "--json"]);
    let printed = cured.json_lines().remove(0);
    assert!(printed["fixed"].as_u64().unwrap() >= 3, "{printed}");
    assert!(!printed["diagnostics"].to_string().contains("R0001"), "{printed}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("guard one: approval when contact.new"));
    let piped = remit.run_with(&["check", "-", "--fix"], THREE_MISTAKES.as_bytes());
    assert!(piped.code == Some(1) && piped.stderr.contains("--fix needs a file"), "{piped:?}");
}

#[test]
fn a_policy_comes_by_standard_input_too() {
    let remit = remit();
    let good = remit.run_with(&["check", "-"], b"remit 1\npolicy good\n");
    assert_eq!(good.code, Some(0), "{good:?}");
    let bad = remit.run_with(&["check", "-", "--format", "plain"], THREE_MISTAKES.as_bytes());
    assert!(bad.code == Some(3) && bad.stdout.starts_with("stdin:4:"), "{bad:?}");
}

#[test]
fn cases_as_junit_and_as_plain_lines() {
    let remit = remit();
    let text = "remit 1\npolicy shop\ntest \"the mail of a machine\" {\n  message.automated\n  expect send\n}\n\
                test \"a person\" {\n  expect approval\n}\n";
    remit.write("rules/shop.remit", text);
    remit.write("rules/three.remit", THREE_MISTAKES);
    let junit = remit.run(&["test", "rules", "--format", "junit"]);
    assert_eq!(junit.code, Some(3), "{junit:?}");
    assert!(junit.stdout.contains("tests=\"3\" failures=\"2\""), "a policy that does not check has failed: {junit:?}");
    let plain = remit.run(&["test", "rules/shop.remit", "--format", "plain"]);
    assert_snapshot!(plain.stdout);
}

/// Bytes of any kind are answered, and never read much further than a policy may be long.
#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let remit = remit();
    remit.write("latin.remit", b"remit 1\nguard a: off when contact.new\n  because \"sch\xF6n\"\n");
    let ran = remit.run(&["check", "latin.remit", "--format", "plain"]);
    assert_snapshot!(ran.all(), @r"
    exit code: 3
    ----- stdout -----
    latin.remit:1:1: error[R0120]: cannot read `latin.remit`: it is not UTF-8 text, first in line 3; save it as UTF-8
    ----- stderr -----
    1 file checked: 1 error, 0 warnings
    ");
    for command in [vec!["fmt", "latin.remit"], vec!["doc", "latin.remit"], vec!["tree", "latin.remit"]] {
        let ran = remit.run(&command);
        assert_eq!(ran.code, Some(3), "{command:?}: {ran:?}");
        assert!(ran.stderr.contains("first in line 3"), "{command:?}: {ran:?}");
    }
    let ran = remit.run_with(&["check", "-"], &vec![b'#'; 40 << 20]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("R0003") && ran.stdout.len() < 2_000, "{}", ran.stdout.len());
    remit.write("folder.remit/inside", "");
    let ran = remit.run(&["matrix", "folder.remit"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("is a folder, and one policy is wanted"), "{ran:?}");
}

/// `remit explain-code | head`: a reader may have enough.
#[test]
fn a_reader_that_goes_away_is_no_defect() {
    use std::process::{Command, Stdio};

    let policy = remit_tests::root().join("policies/default.remit");
    for words in [vec!["doc"], vec!["tree"], vec!["matrix"], vec!["facts"], vec!["fmt", "--diff"]] {
        let mut command = Command::new(crate::mails::REMIT);
        command.args(&words).arg(&policy).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.is_empty(), "{words:?}: {said}");
    }
}
