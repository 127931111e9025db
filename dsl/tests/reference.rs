//! `REFERENCE.md` says what the tables say. `UPDATE=1 cargo test -p remit-dsl --test reference` writes it anew.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

use std::path::Path;

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCE.md");
    let wanted = remit_dsl::reference::markdown();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "REFERENCE.md is out of date: run this test with UPDATE=1");
}
