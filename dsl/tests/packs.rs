//! Packs of messages and their snapshots.

mod common;

use common::{folder, repository, texts};
use remit_dsl::Outcome;
use remit_dsl::assure::packs;

const PACK: &str = "\
# what people write on a Tuesday morning
channel chat, intent opening_hours 0.97
   channel email,   intent pricing 0.60

channel email, intent thanks 0.90, message \"I will call my lawyer\"
channel chat, intent opening_hours 0.97
";

#[test]
fn a_pack_is_a_sorted_table_of_what_becomes_of_its_messages() {
    let read = folder(&repository().join("policies"));
    let rows = packs::run("default.remit", &read, "everyday.pack", PACK).unwrap();
    assert_eq!(rows.len(), 3, "asked twice is told once");
    assert!(rows.is_sorted());
    assert_eq!(
        rows.iter().map(|row| row.outcome).collect::<Vec<_>>(),
        [Outcome::Send, Outcome::Approval, Outcome::Escalate]
    );
    insta::assert_snapshot!(packs::table(&rows));
    assert!(packs::run("default.remit", &read, "empty.pack", "# nothing yet\n").unwrap().is_empty());
}

/// `insta` itself reads the file: were the header or the contents not as it wants them, it would not accept them.
#[test]
fn a_snapshot_is_one_of_insta() {
    let read = folder(&repository().join("policies"));
    let table = packs::table(&packs::run("default.remit", &read, "everyday.pack", PACK).unwrap());
    let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("snapshots");
    #[expect(clippy::disallowed_methods, reason = "tests write files; the crate does not")]
    {
        std::fs::create_dir_all(&place).unwrap();
        let text = packs::snapshot("packs/default/\"every\\day\".pack", "default.remit", &table);
        assert_eq!(packs::contents(&text).trim_end(), table.trim_end());
        std::fs::write(place.join("everyday.snap"), text).unwrap();
    }
    let check = |table: String| {
        let settings = || {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&place);
            settings.set_prepend_module_to_snapshot(false);
            settings
        };
        settings().bind(|| insta::assert_snapshot!("everyday", table));
    };
    check(table.clone());
    assert!(packs::same(&table, &table.replace('\n', "  \r\n")));
    assert!(!packs::same(&table, &table.replace("send", "off")));
    assert_eq!(packs::contents("no header\n"), "no header\n");
}

#[test]
fn what_is_no_message_is_found_in_the_pack() {
    let policy = "remit 1\nintent thanks { reply send from 0.60, else approval }\nautonomy full";
    let files = [("test.remit", policy)];
    let read = texts(&files);
    for (line, said) in [
        ("intent thnaks 0.90", "R0102"),
        ("contact.nwe", "R0101"),
        ("intent thanks 0.90 -> send", "R0001"),
        ("intent thanks 0.90 -> send | contact.new", "R0001"),
        ("contact.new -> send } autonomy full for channel chat cases \"x\" { | contact.new", "R0"),
        ("contact.new -> send } cases \"remit pack\" { | contact.new", "R0"),
        ("nonsense at all", "R0"),
    ] {
        let pack = format!("# a remark\nintent thanks 0.90\n{line}\n");
        let found = packs::run("test.remit", &read, "wrong.pack", &pack).unwrap_err();
        assert!(found.iter().any(|one| one.code.starts_with(said)), "{line}: {found:#?}");
        assert!(found.iter().any(|one| one.at.file == "wrong.pack"), "{line}: {found:#?}");
    }
    let broken = packs::run("test.remit", &texts(&[("test.remit", "remit 1\nnonsense\n")]), "a.pack", "contact.new");
    assert!(broken.unwrap_err().iter().any(|one| one.at.file == "test.remit"));
}
