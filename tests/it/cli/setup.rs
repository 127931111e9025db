//! `remit key`, `remit channel`, `remit migrate`, `remit openapi`, and what SQLite cannot do.

use insta::assert_snapshot;

use super::remit;

#[test]
fn a_key_is_printed_once_and_kept_as_a_hash() {
    let remit = remit();
    let first = remit.run(&["key", "create", "--email", "ana@acme.example"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    let key = first.stdout.trim();
    assert!(key.starts_with("rk_") && key.len() == 46, "{first:?}");
    let second = remit.run(&["key", "create", "--email", "ana@acme.example", "--json"]);
    let made = &second.json_lines()[0];
    assert_ne!(made["key"], key, "each key is new");
    for file in ["remit.db", "remit.db-wal"] {
        let bytes = std::fs::read(remit.folder().join("remit-data").join(file)).unwrap_or_default();
        assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()), "the key is in {file}");
    }
    let revoked = remit.run(&["key", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    let ran = remit.run(&["key", "create", "--email", "ana@acme.example", "--role", "emperor"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let limited = |kind: &str, scope: &str| {
        let limits = ["--kind", kind, "--scope", "drafts:write", "--scope", scope];
        remit.run(&[&["key", "create", "--email", "ana@acme.example"], &limits[..]].concat())
    };
    assert_eq!(limited("ai", "conversations:read").code, Some(0));
    let refused = limited("ai", "approvals:decide");
    assert!(refused.code == Some(1) && refused.stderr.contains("can never use `approvals:decide`"), "{refused:?}");
    assert_eq!(limited("service", "everything").code, Some(1));
}

#[test]
fn channels_are_added_listed_and_switched_and_have_a_secret() {
    let remit = remit();
    let added = remit.run(&["channel", "add", "sms", "+4930123456", "--name", "Acme"]);
    let id = added.stdout.trim();
    assert!(added.code == Some(0) && id.starts_with("chn_"), "{added:?}");

    let listed = remit.run(&["channel", "list", "--json"]);
    let channel = &listed.json_lines()[0]["data"][0];
    let seen = ["id", "kind", "name", "address", "status"].map(|field| channel[field].clone());
    assert_eq!(seen, [id, "sms", "Acme", "+4930123456", "active"]);
    let table = remit.run(&["channel", "list"]);
    assert!(table.stdout.lines().nth(1).is_some_and(|line| line.starts_with(id)), "{table:?}");

    let secret = remit.run(&["channel", "secret", id]);
    let lines: Vec<_> = secret.stdout.lines().collect();
    assert_eq!(lines[0], format!("POST /api/v1/inbound/{id}"));
    assert!(lines[1].starts_with("whsec_"), "{secret:?}");
    let again = remit.run(&["channel", "secret", id, "--json"]);
    assert_eq!(again.json_lines()[0]["secret"], lines[1], "the secret stays the same");

    for (word, status) in [("disable", "disabled"), ("enable", "active")] {
        assert_eq!(remit.run(&["channel", word, id]).code, Some(0));
        let listed = remit.run(&["channel", "list", "--json"]);
        assert_eq!(listed.json_lines()[0]["data"][0]["status"], status);
    }
    assert_snapshot!(remit.run(&["channel", "secret", "chn_nobody"]).all(), @r"
    exit code: 3
    ----- stdout -----
    ----- stderr -----
    error: there is no channel `chn_nobody`
    hint: remit channel list
    ");
    assert_eq!(remit.run(&["channel", "add", "pigeon", "roof"]).code, Some(1));
}

#[test]
fn sqlite_has_one_process_that_does_everything() {
    assert_snapshot!(remit().run(&["worker"]).all(), @r"
    exit code: 1
    ----- stdout -----
    ----- stderr -----
    error: `remit worker` needs PostgreSQL: a SQLite store has one process that does everything
    hint: use `remit serve`, or name --database postgres://...
    ");
    let ran = remit().run(&["serve", "--no-worker", "--port", "0"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
}

#[test]
fn the_schema_can_be_brought_up_to_date_again_and_again() {
    let remit = remit();
    for _ in 0..2 {
        let ran = remit.run(&["migrate"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
        assert_eq!(ran.stderr, "the schema of remit-data/remit.db is up to date\n");
    }
}

#[test]
fn the_api_document_is_printed_without_a_store() {
    let remit = remit();
    let ran = remit.run(&["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(!remit.folder().join("remit-data").exists());
}
