//! What the documents say is true: every command in the README is run.

use std::process::Command;

use remit_tests::process::Remit;
use remit_tests::{Database, Kind, root, skipped};

use crate::mails::REMIT;

/// The commands in the README's `sh` blocks, one a line, comments left out.
fn commands() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            "" => {}
            line if inside && !line.starts_with('#') => {
                commands.push(line.split("   #").next().unwrap().trim().to_owned());
            }
            _ => {}
        }
    }
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_in_the_readme_works() {
    let commands = commands();
    let (newcomer, rest) = commands.split_at(2);
    assert_eq!(newcomer, ["cargo run --release -- serve --demo", "tests/run"], "a newcomer needs exactly two commands");
    assert!(root().join("tests/run").is_file());

    let (curls, rest): (Vec<_>, Vec<_>) = rest.iter().partition(|line| line.contains("curl"));
    let (binary, tools): (Vec<_>, Vec<_>) = rest.into_iter().partition(|line| line.starts_with("remit "));
    assert!(curls.len() >= 5 && binary.len() >= 9, "{curls:?} {binary:?}");
    assert!(tools.is_empty(), "no test runs {tools:?}");

    let remit = Remit::at(REMIT);
    let mut demo = remit.start(&["serve", "--demo", "--port", "0"]);
    let ready = demo.wait_for("ready ");
    let (url, key) = ready.split_once(" key=").unwrap();
    let script = format!("set -e\n{}\n", curls.iter().map(|line| format!("{line}\necho\n")).collect::<String>());
    let output =
        Command::new("sh").args(["-c", &script]).env("REMIT_URL", url).env("REMIT_KEY", key).output().expect("a shell");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<serde_json::Value> =
        printed.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), curls.iter().filter(|line| line.starts_with("curl")).count());
    for answer in &answers {
        assert!(!answer["data"].as_array().unwrap_or_else(|| panic!("{answer}")).is_empty(), "{answer}");
    }
    the_table_is_true(url, key).await;
    let (ended, _) = demo.terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    run_the_binary(&remit, &binary).await;
}

/// Each row of the README's table names a rule and a place that really decided so in the demo.
async fn the_table_is_true(url: &str, key: &str) {
    let get = reqwest::Client::new().get(format!("{url}/api/v1/decisions?limit=100")).bearer_auth(key);
    let decisions: serde_json::Value = get.send().await.unwrap().json().await.unwrap();
    let decided: Vec<String> = decisions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|decision| {
            let word = |field: &str| decision[field].as_str().unwrap().to_owned();
            format!("{} {}:{}:{}", word("rule"), word("file"), decision["line"], decision["column"])
        })
        .collect();
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let table = text.split_once("CHANNEL   FROM").and_then(|(_, rest)| rest.split_once("```")).expect("the table").0;
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert!(rows.len() >= 5);
    for row in rows {
        let mut words = row.split_whitespace().rev();
        let (at, rule) = (words.next().unwrap(), words.next().unwrap());
        assert!(decided.contains(&format!("{rule} {at}")), "the README says `{row}`, the demo {decided:#?}");
    }
}

/// What `old.remit` is in the README; `new.remit` is a little more careful.
const OURS: &str = "\
remit 1
policy ours
intent other {
  examples { \"So\" }
  reply approval
}
guard newcomers: approval when contact.new
";

async fn run_the_binary(remit: &Remit, lines: &[&String]) {
    let postgres = Database::fresh(Kind::Postgres).await;
    let mail = |id: &str| {
        format!(
            "From: Bo <bo@example.com>\r\nTo: inbox@localhost\r\nMessage-ID: <{id}@example.com>\r\n\
             Subject: Hours\r\n\r\nWhen are you open?\r\n"
        )
    };
    remit.write("mail.eml", mail("readme"));
    remit.write("mails/first.eml", mail("first"));
    remit.write("old.remit", OURS);
    remit.write("new.remit", OURS.replace("approval when", "escalate when"));
    for policy in std::fs::read_dir(root().join("policies")).unwrap() {
        copy(remit, &policy.unwrap().path(), "policies");
    }
    // A decision that can be explained.
    let first = remit.run(&["ingest", "mails", "--policy", "policies/default.remit", "--json"]);
    let decision = first.json_lines()[0]["decision_id"].as_str().unwrap().to_owned();
    for line in lines {
        let words: Vec<String> =
            line.split_whitespace().skip(1).map(|word| word.trim_matches('"').replace("dec_…", &decision)).collect();
        let mut arguments = Vec::new();
        for word in &words {
            if word == "$REMIT_DATABASE_URL" {
                let Some(database) = &postgres else { break };
                arguments.push(database.address.as_str());
            } else {
                arguments.push(word);
            }
        }
        if arguments.len() < words.len() {
            skipped("docs::every_command_in_the_readme_works", &format!("no PostgreSQL for `{line}`"));
        } else if words.iter().any(|word| word == "serve" || word == "worker") {
            arguments.extend(words.iter().any(|word| word == "serve").then_some(["--port", "0"]).into_iter().flatten());
            let mut process = remit.start(&arguments);
            let _ = process.wait_for("ready ");
            let (ended, _) = process.terminate();
            assert_eq!(ended.code, Some(0), "`{line}`: {}", ended.stderr);
        } else {
            let mut ran = remit.run(&arguments);
            // A policy under which more leaves has to be acknowledged; the refusal says how.
            if arguments.starts_with(&["policy", "activate"]) {
                assert_eq!(ran.code, Some(4), "`{line}`: {}", ran.all());
                let seen = ran.stderr.split_once("--acknowledge ").and_then(|(_, rest)| rest.split_whitespace().next());
                let seen = seen.unwrap().trim_matches('`').to_owned();
                ran = remit.run(&[&arguments[..], &["--acknowledge", &seen]].concat());
            }
            assert_eq!(ran.code, Some(0), "`{line}`: {}", ran.all());
            assert!(!(ran.stdout.is_empty() && ran.stderr.is_empty()), "`{line}` prints nothing");
        }
    }
}

/// Blocks between `<!-- remit ARGUMENTS -->` and `<!-- end -->` are what the program prints. `UPDATE=1` writes them anew.
#[test]
fn tables_in_the_documents_are_the_output_of_the_program() {
    let remit = Remit::at(REMIT);
    for policy in std::fs::read_dir(root().join("policies")).unwrap() {
        copy(&remit, &policy.unwrap().path(), "policies");
    }
    let path = root().join("policies/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (mut wanted, mut rest, mut blocks) = (String::new(), text.as_str(), 0);
    while let Some((before, after)) = rest.split_once("<!-- remit ") {
        let (arguments, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once("<!-- end -->").unwrap();
        let ran = remit.run(&arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        wanted.push_str(&format!("{before}<!-- remit {arguments} -->\n{}<!-- end -->", ran.stdout));
        (rest, blocks) = (after, blocks + 1);
    }
    wanted.push_str(rest);
    assert!(blocks >= 3, "the tables moved: this test guards nothing");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert!(text == wanted, "policies/README.md is out of date: run this test with UPDATE=1");
    }
}

fn copy(remit: &Remit, from: &std::path::Path, into: &str) {
    let name = format!("{into}/{}", from.file_name().unwrap().to_string_lossy());
    if from.is_dir() {
        for entry in std::fs::read_dir(from).unwrap() {
            copy(remit, &entry.unwrap().path(), &name);
        }
    } else {
        remit.write(&name, std::fs::read(from).unwrap());
    }
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/events.md",
        "docs/frontend.md",
        "OPERATIONS.md",
        "policies/README.md",
        "migrations/README.md",
    ] {
        let path = root().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let target = target.split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(path.parent().unwrap().join(target).exists(), "{name} links to `{target}`, which is not there");
            }
        }
    }
}

/// The program in `docs/events.md` that verifies what is posted to a webhook takes what Remit signs, and nothing else.
#[test]
fn the_verification_in_the_documents_verifies() {
    use remit_engine::webhooks::sign;
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("docs::the_verification_in_the_documents_verifies", "there is no python3");
    }
    let text = std::fs::read_to_string(root().join("docs/events.md")).unwrap();
    let program = text.split_once("```python\n").and_then(|(_, rest)| rest.split_once("```")).expect("a program").0;
    let secret = sign::secret(&[3; 32], "whk_1", 1);
    let (id, now, body) = ("evt_1", 1_772_532_000, r#"{"type":"message.sent"}"#);
    let signature = |keys: &[i64]| {
        let keys: Vec<[u8; 32]> = keys.iter().map(|version| sign::key(&[3; 32], "whk_1", *version)).collect();
        sign::signature(&keys, id, now, body)
    };
    let asks = [
        (signature(&[1]), body, now, true),
        (signature(&[2, 1]), body, now + 299, true),
        (signature(&[2]), body, now, false),
        (signature(&[1]), r#"{"type":"message.sent" }"#, now, false),
        (signature(&[1]), body, now + 301, false),
        ("v1,".to_owned(), body, now, false),
    ];
    let mut script = format!("{program}\n");
    for (signature, body, at, wanted) in asks {
        let wanted = if wanted { "True" } else { "False" };
        script.push_str(&format!(
            "headers = {{'webhook-id': '{id}', 'webhook-timestamp': '{now}', 'webhook-signature': '{signature}'}}\n\
             assert verify('{secret}', headers, b'{body}', {at}) is {wanted}, headers\n"
        ));
    }
    let ran = Command::new("python3").args(["-c", &script]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
