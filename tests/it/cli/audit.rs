//! `remit audit`.

use super::remit;

#[test]
fn a_young_store_verifies_and_has_no_head() {
    let remit = remit();
    let head = remit.run(&["audit", "head", "--json"]);
    assert_eq!((head.code, head.json_lines()[0]["head"].is_null()), (Some(0), true), "{head:?}");
    let found = remit.run(&["audit", "verify", "--json"]);
    assert_eq!(found.code, Some(0), "{found:?}");
    let line = &found.json_lines()[0];
    assert_eq!(
        [&line["blocks"], &line["decisions"], &line["not_sealed_yet"]].map(|value| value.as_i64()),
        [Some(0); 3]
    );
    assert_eq!(line["problems"].as_array().map(Vec::len), Some(0));

    let hash = "0".repeat(64);
    let cut = remit.run(&["audit", "verify", "--expect", &format!("3:{hash}")]);
    assert_eq!(cut.code, Some(3), "{cut:?}");
    assert!(cut.stdout.starts_with("CUT OFF   block 3"), "{cut:?}");
    let wrong = remit.run(&["audit", "verify", "--expect", "three"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("is no head of a ledger"), "{wrong:?}");
}
