//! The list of rules, and what annotations add to rules and reasons.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use remit_dsl::{Outcome, PolicyRule, PolicyRuleKind, Provenance};

const TEXT: &str = r#"
segment vip
team inbox
autonomy full for channel chat
autonomy at most controlled for segment vip
undo 90s
actions { reply send  book_meeting off for segment vip }
intent other { reply send from 0.60, else approval }
risk { high when message.attachment   # a comment
                 and contact.new }
switch stop_all "Red button": off
limit daily: 3 replies per contact per day else approval for channel email
pause taken: contact for 2h when thread.human_active
@owner("support leads") @ticket("SUP-12") @until(2027-03-31)
@backstop
guard newcomers: off when contact.new and
                          message.attachment because "when people are new"
route { new: to team inbox when contact.new  otherwise: to team inbox }
"#;

fn one<'r>(rules: &'r [PolicyRule], kind: PolicyRuleKind, name: &str) -> &'r PolicyRule {
    let mut found = rules.iter().filter(|rule| rule.kind == kind && rule.name == name);
    let rule = found.next().unwrap_or_else(|| panic!("{kind:?} {name} is not listed"));
    assert!(found.next().is_none(), "{name} is listed twice");
    rule
}

#[test]
fn every_rule_and_setting_is_listed_with_what_is_written_about_it() {
    let policy = common::policy(TEXT);
    let rules = policy.rules();
    let guard = one(rules, PolicyRuleKind::Guard, "newcomers");
    assert_eq!(guard.outcome, Some(Outcome::Off));
    assert_eq!(guard.when.as_deref(), Some("contact.new and message.attachment"));
    assert_eq!(guard.because.as_deref(), Some("when people are new"));
    assert_eq!(guard.owner.as_deref(), Some("support leads"));
    assert_eq!(guard.ticket.as_deref(), Some("SUP-12"));
    assert_eq!(guard.until.as_deref(), Some("2027-03-31"));
    assert!(guard.backstop && guard.text.starts_with("guard newcomers: off when"), "{}", guard.text);
    assert_eq!(guard.at.to_string(), "test.remit:17:7");
    assert_eq!(one(rules, PolicyRuleKind::Autonomy, "full").scope.as_deref(), Some("channel chat"));
    assert_eq!(one(rules, PolicyRuleKind::AutonomyCap, "controlled").scope.as_deref(), Some("segment vip"));
    assert_eq!(one(rules, PolicyRuleKind::Undo, "1m30s").text, "undo 90s");
    // Without an unscoped setting of the policy that of `std/base` stays in force, and is listed.
    let meetings: Vec<&str> = rules.iter().filter(|rule| rule.name == "book_meeting").map(|rule| &*rule.text).collect();
    assert_eq!(meetings, ["book_meeting approval", "book_meeting off for segment vip"]);
    assert_eq!(one(rules, PolicyRuleKind::Action, "reply").at.file, "test.remit");
    assert_eq!(one(rules, PolicyRuleKind::Reply, "other").outcome, Some(Outcome::Send));
    assert_eq!(one(rules, PolicyRuleKind::Risk, "high").when.as_deref(), Some("message.attachment and contact.new"));
    assert_eq!(one(rules, PolicyRuleKind::Switch, "stop_all").outcome, Some(Outcome::Off));
    assert_eq!(one(rules, PolicyRuleKind::Limit, "daily").scope.as_deref(), Some("channel email"));
    assert_eq!(one(rules, PolicyRuleKind::Pause, "taken").when.as_deref(), Some("thread.human_active"));
    assert_eq!(one(rules, PolicyRuleKind::Route, "new").when.as_deref(), Some("contact.new"));
    assert_eq!(one(rules, PolicyRuleKind::Route, "otherwise").when, None);
    assert_eq!(one(rules, PolicyRuleKind::Standard, "std_paused").at.file, "std/base");
}

#[test]
fn a_reason_names_the_owner_and_the_ticket_of_its_rule() {
    let policy = common::policy(TEXT);
    let mut facts = common::quiet("other", 0.9);
    facts.yes("contact.new", true, Provenance::Observed).yes("message.attachment", true, Provenance::Observed);
    let verdict = policy.decide(&facts);
    assert_eq!(verdict.outcome, Outcome::Off);
    assert_eq!(verdict.deciding[0].owner.as_deref(), Some("support leads"));
    assert_eq!(verdict.deciding[0].ticket.as_deref(), Some("SUP-12"));
    assert!(verdict.also.iter().all(|reason| reason.owner.is_none() && reason.ticket.is_none()));
}
