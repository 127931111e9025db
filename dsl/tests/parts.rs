//! What a reply must have: `draft ... with DETECTOR, ...`.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use remit_dsl::diff::{Direction, diff};
use remit_dsl::{Compiled, Policy, compile};

const POLICY: &str = r#"remit 1
policy shop "Shop"
import "std/parts"
autonomy full
intent question {
  examples { "How?" }
  reply send from 0.80, else approval
  draft model answer tone warm max 80 words sources help with notice, opt_out_line
}
detector notice on draft "Who we are" { words "Acme Ltd, Dublin" }
detector notice_asked on message { words "imprint" }
"#;

fn compiled(text: &str) -> Compiled {
    compile("shop.remit", &|path| if path == "shop.remit" { Ok(text.to_owned()) } else { Err(format!("no {path}")) })
}

fn policy(text: &str) -> Policy {
    let compiled = compiled(text);
    compiled.policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

#[test]
fn a_draft_says_what_it_must_have_and_in_which_words() {
    let policy = policy(POLICY);
    let draft = policy.intent("question").unwrap().draft.clone().unwrap();
    assert_eq!(draft.parts, ["notice", "opt_out_line"]);
    assert_eq!(policy.words_in_drafts("notice"), ["Acme Ltd, Dublin"]);
    assert!(policy.words_in_drafts("opt_out_line").len() >= 7);
    assert!(policy.words_in_drafts("notice_asked").is_empty() && policy.words_in_drafts("nothing").is_empty());
    assert!(policy.facts().iter().any(|fact| fact.path == "draft.missing"));
}

#[test]
fn a_part_must_be_a_detector_on_drafts_and_stand_once() {
    for (with, code) in [("notice, notce", "R0102"), ("notice_asked", "R0108"), ("notice, notice", "R0105")] {
        let text = POLICY.replace("with notice, opt_out_line", &format!("with {with}"));
        let found = compiled(&text).diagnostics;
        assert!(found.iter().any(|one| one.code == code), "{with}: {found:#?}");
    }
}

#[test]
fn to_ask_for_less_is_freer_and_to_ask_for_more_is_stricter() {
    let direction = |from: &str, to: &str| {
        let of = |with: &str| policy(&POLICY.replace(" with notice, opt_out_line", with));
        let found = diff(&of(from), &of(to));
        let item = found.items.iter().find(|item| item.kind == "parts").map(|item| item.direction);
        assert!(found.items.iter().all(|item| item.kind != "draft"), "{:?}", found.items);
        (item, found.may_be_freer())
    };
    let both = " with notice, opt_out_line";
    assert_eq!(direction(both, " with notice"), (Some(Direction::Freer), true));
    assert_eq!(direction(both, ""), (Some(Direction::Freer), true));
    assert_eq!(direction(" with notice", both), (Some(Direction::Stricter), false));
    assert_eq!(direction(" with notice", " with opt_out_line"), (Some(Direction::Unknown), true));
    assert_eq!(direction(both, " with opt_out_line, notice"), (Some(Direction::Sideways), false));
}
