//! The tools for policies besides `check` and `test`: layout, tree, tables, prose, lock, codes.

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use remit_dsl::reference::syntax::COMMANDS;
use serde_json::Value;

use super::{THREE_MISTAKES, remit};

const UNTIDY: &str = "remit 1\npolicy   untidy\n# why\nautonomy   full   for channel   chat\nautonomy controlled\n";
const TIDY: &str = "remit 1\npolicy untidy\n# why\nautonomy full for channel chat\nautonomy controlled\n";
const SHOP: &str = "remit 1\npolicy shop\n\nimport \"./shared.remit\"\nautonomy full\n\
                    intent thanks \"Only polite\" {\n  examples { \"Thank you\"  \"Thanks\" }\n  reply send from 0.80, else approval\n}\n\
                    limit daily: 3 replies per contact per day else approval\n";
const SHARED: &str = "remit 1\nguard newcomers: approval when contact.new\n";

#[test]
fn a_layout_is_checked_shown_written_and_then_stays() {
    let remit = remit();
    remit.write("untidy.remit", UNTIDY);
    remit.write("tidy.remit", TIDY);
    let file = remit.folder().join("untidy.remit");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let text = || std::fs::read_to_string(&file).unwrap();

    let checked = remit.run(&["fmt", ".", "--check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(3), "untidy.remit\n"), "{checked:?}");
    let shown = remit.run(&["fmt", "untidy.remit", "--diff"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert_snapshot!(shown.stdout);
    assert_eq!(text(), UNTIDY, "neither writes");

    let written = remit.run(&["fmt", "."]);
    assert_eq!((written.code, written.stderr.as_str()), (Some(0), "formatted untidy.remit\n"), "{written:?}");
    assert_eq!(text(), TIDY);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    let again = remit.run(&["fmt", ".", "--check"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:?}");
    let left: Vec<_> = std::fs::read_dir(remit.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing temporary is left: {left:?}");

    let piped = remit.run_with(&["fmt", "-"], UNTIDY.as_bytes());
    assert_eq!((piped.code, piped.stdout.as_str()), (Some(0), TIDY), "{piped:?}");
}

#[test]
fn a_file_that_is_no_policy_is_left_as_it_is() {
    let remit = remit();
    remit.write("three.remit", THREE_MISTAKES);
    for arguments in [&["fmt", "three.remit"][..], &["fmt", "--check", "three.remit"], &["tree", "three.remit"]] {
        let ran = remit.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.stderr.contains("--> three.remit:4:"), "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(remit.folder().join("three.remit")).unwrap(), THREE_MISTAKES);
    remit.write("latin.remit", b"remit 1\n# caf\xe9\n");
    let ran = remit.run(&["fmt", "latin.remit"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
    assert!(ran.stderr.contains("it is not UTF-8 text"), "{ran:?}");
}

#[test]
fn a_policy_goes_to_json_and_back() {
    let remit = remit();
    remit.write("tidy.remit", TIDY);
    let tree = remit.run(&["tree", "tidy.remit"]);
    assert_eq!(tree.code, Some(0), "{tree:?}");
    serde_json::from_str::<Value>(&tree.stdout).unwrap();
    remit.write("tree.json", &tree.stdout);
    let text = remit.run(&["tree", "--from-json", "tree.json"]);
    assert_eq!((text.code, text.stdout.as_str()), (Some(0), TIDY), "{text:?}");
    let piped = remit.run_with(&["tree", "--from-json", "-"], tree.stdout.as_bytes());
    assert_eq!(piped.stdout, TIDY, "{piped:?}");
    for (bad, said) in [("nonsense", "is no JSON"), ("{\"items\": 3}", "is no tree of a policy")] {
        let ran = remit.run_with(&["tree", "--from-json", "-"], bad.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.stderr.contains(said), "{ran:?}");
    }
    let schema: Value = serde_json::from_str(&remit.run(&["tree", "--schema"]).stdout).unwrap();
    assert!(schema["$schema"].is_string(), "{schema}");
}

#[test]
fn a_locked_import_cannot_change_unseen() {
    let remit = remit();
    remit.write("shop.remit", SHOP);
    remit.write("shared.remit", SHARED);
    assert_eq!(remit.run(&["lock", ".", "--check"]).code, Some(3), "there is none yet");
    let locked = remit.run(&["lock", "."]);
    assert_eq!((locked.code, locked.stderr.as_str()), (Some(0), "wrote ./remit.lock\n"), "{locked:?}");
    assert_eq!(remit.run(&["lock", "shop.remit", "--check"]).code, Some(0));
    assert_eq!(remit.run(&["check", "shop.remit"]).code, Some(0));

    remit.write("shared.remit", SHARED.replace("approval", "off"));
    let refused = remit.run(&["check", "shop.remit", "--format", "plain"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert_snapshot!(refused.stdout);
    // It does not come into force either, and nothing that reads it goes on.
    for arguments in [&["ingest", "--policy", "shop.remit", "."][..], &["matrix", "shop.remit"], &["doc", "shop.remit"]]
    {
        let ran = remit.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.stderr.contains("R0141"), "{ran:?}");
    }
    assert_eq!(remit.run(&["lock", ".", "--check"]).code, Some(3));
    assert_eq!(remit.run(&["lock", "shop.remit"]).code, Some(0));
    assert_eq!(remit.run(&["check", "shop.remit"]).code, Some(0));

    remit.write("remit.lock", "<<<<<<< ours\n");
    let broken = remit.run(&["lock", "shop.remit"]);
    assert_eq!(broken.code, Some(3), "{broken:?}");
    assert!(broken.stderr.contains("hint: delete the file"), "{broken:?}");
    remit.write("remit.lock", b"\xff\xfe");
    assert_eq!(remit.run(&["check", "shop.remit"]).code, Some(3), "one that cannot be read is not none");
    // A text from standard input has no name that could stand in a lock.
    assert_eq!(remit.run_with(&["check", "-"], SHOP.as_bytes()).code, Some(0));
}

#[test]
fn what_a_policy_says_can_be_read_in_five_ways() {
    let remit = remit();
    remit.write("shop.remit", SHOP);
    remit.write("shared.remit", SHARED);
    for command in ["intents", "facts", "matrix", "doc"] {
        let ran = remit.run(&[command, "shop.remit"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.lines().count() > 1, "{ran:?}");
        let ran = remit.run(&[command, "shop.remit", "--json"]);
        let printed = &ran.json_lines()[0];
        assert_eq!((ran.code, &printed["policy"]), (Some(0), &"shop".into()), "{ran:?}");
        assert!(printed["digest"].as_str().unwrap().starts_with("sha256:"), "{ran:?}");
        // What does not check cannot be read, and says why.
        let ran = remit.run_with(&[command, "-"], THREE_MISTAKES.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.stderr.contains("stdin:4:") && ran.stderr.contains("`stdin` does not check"), "{ran:?}");
    }
    assert_snapshot!(remit.run(&["intents", "shop.remit"]).stdout);
    let facts = remit.run(&["facts", "shop.remit", "--json"]).json_lines().remove(0);
    let new = facts["facts"].as_array().unwrap().iter().find(|fact| fact["key"] == "contact.new").unwrap().clone();
    assert_eq!(new["read_by"][0]["what"], "guard newcomers", "{new}");
    assert_eq!(new["read_by"][0]["at"]["file"], "shared.remit", "{new}");
    let doc = remit.run(&["doc", "shop.remit"]).stdout;
    assert!(
        doc.contains("- **newcomers**: when the contact is new, a person must approve the reply. (shared.remit:2)\n"),
        "{doc}"
    );
}

#[test]
fn the_matrix_has_the_modes_of_the_product() {
    let remit = remit();
    assert_snapshot!(remit.run(&["matrix", "--only", "actions"]).stdout);
    remit.write("shop.remit", SHOP.replace("autonomy full", "autonomy full\nautonomy assisted for channel sms"));
    remit.write("shared.remit", SHARED);
    let matrix = remit.run(&["matrix", "shop.remit", "--json", "--channel", "sms"]).json_lines().remove(0);
    assert_eq!((&matrix["channel"], matrix["tiers"].as_array().unwrap().len()), (&"sms".into(), 4));
    let sms = matrix["settings"].as_array().unwrap().iter().find(|row| row["channel"] == "sms").unwrap();
    assert_eq!(sms["mode"], "assisted");
}

#[test]
fn every_code_has_a_page() {
    let remit = remit();
    let list = remit.run(&["explain-code"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    let all = remit.run(&["explain-code", "--json"]).json_lines().remove(0);
    for code in all["codes"].as_array().unwrap() {
        let code = code["code"].as_str().unwrap();
        assert!(list.stdout.contains(code), "{code}");
    }
    let page = remit.run(&["explain-code", "r0109"]);
    assert!(page.code == Some(0) && page.stdout.starts_with("# R0109: "), "{page:?}");
    let page = remit.run(&["explain-code", "R0109", "--json"]).json_lines().remove(0);
    assert_eq!((&page["code"], &page["severity"]), (&"R0109".into(), &"error".into()), "{page}");
    assert_snapshot!(remit.run(&["explain-code", "R0190"]).all());
    let nothing = remit.run(&["explain-code", "nonsense"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(3), ""), "{nothing:?}");
}

#[test]
fn the_reference_names_the_commands_that_there_are() {
    let remit = remit();
    let help = remit.run(&["--help"]).stdout;
    for (command, _) in COMMANDS {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command} in {help}");
        let own = remit.run(&[command, "--help"]);
        assert_eq!(own.code, Some(0), "{own:?}");
        assert!(own.stdout.contains("Examples:") && own.stdout.contains("Exit codes:"), "{}", own.stdout);
    }
}

#[test]
fn a_call_that_cannot_be_understood_is_not_mistaken_for_warnings() {
    let remit = remit();
    for arguments in [
        &["check"][..],
        &["check", "--format", "yaml", "a.remit"],
        &["matrix", "--channel", "fax", "a.remit"],
        &["chekc"],
    ] {
        let ran = remit.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    }
    let folder = remit.run(&["intents", "."]);
    assert!(folder.code == Some(3) && folder.stderr.contains("is a folder"), "{folder:?}");
    let empty = remit.run(&["check", "."]);
    assert!(empty.code == Some(3) && empty.stderr.contains("there is no .remit file"), "{empty:?}");
}
