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
    assert_snapshot!(ran.stderr, @"1 file(s) checked: 0 error(s), 0 warning(s)");
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
        let place = |end: &str| usize::try_from(found["fix"]["at"][end].as_u64().unwrap()).unwrap();
        text.replace_range(place("start")..place("end"), found["fix"]["replacement"].as_str().unwrap());
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
