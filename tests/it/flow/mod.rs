//! One message all the way through, with every outcome, on both databases.

mod approvals;
mod around;
mod asked;
mod care;
mod certificates;
mod drafts;
mod failures;
mod jobs;
mod learning;
mod limits;
mod outcomes;
mod time;

/// A policy small enough to read in one go; its fake classifier believes what a message says of itself.
pub(crate) const POLICY: &str = r#"remit 1
policy test "For tests"
timezone "Europe/Berlin"
autonomy controlled
undo 0s
undo 5m for channel email
segment vip
team inbox
team leads
agent ada on email, chat, sms, whatsapp, voice
hours office { mon-fri 09:00-18:00 }
hours quiet { daily 21:00-08:00 }
intent question "A question" { reply send from 0.80, approval from 0.50, else escalate }
intent complaint { reply approval }
intent unsubscribe { reply off also opt_out }
intent human_request { reply escalate }
intent other { reply approval }
detector threat on message { words "lawyer" }
detector price on draft { words "discount" }
switch stop_all "Red button": off
limit daily: 2 replies per contact per day else hold until office
guard legal: escalate when message detects threat
  because "Only people answer lawyers"
guard discount: approval when draft detects price
  because "Only people give discounts"
guard night: hold until office when during quiet and channel is sms
route {
  legal: to team leads priority urgent sla 1h when message detects threat
  otherwise: to team inbox sla 8h
}
approvals { expire after 24h then escalate approvers team inbox }
"#;
