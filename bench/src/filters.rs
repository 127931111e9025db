//! Ways to ask for the inbox: every filter that the document names, and combinations of them.

use crate::inbox::Inbox;
use crate::seeded::{self, TAG};

/// What is asked for, by name, and the rest of its query.
pub(crate) type Asked = (&'static str, String);

/// Every filter alone, and some together; those with `nothing` find nothing, however far they look.
pub(crate) fn named(count: usize, inbox: &Inbox) -> Vec<Asked> {
    let me = &inbox.rep.id;
    let one = |name: &'static str, query: &str| (name, format!("&{query}"));
    vec![
        ("none", String::new()),
        one("oldest", "sort=oldest"),
        one("channel", "channel=email"),
        one("unread", "unread=true"),
        one("requires_action", "requires_action=true"),
        one("requires_action, oldest", "requires_action=true&sort=oldest"),
        one("channel, unread", "channel=sms&unread=true"),
        one("channel, requires_action", "channel=sms&requires_action=true"),
        one("unread, requires_action", "unread=true&requires_action=true"),
        one("channel, unread, requires_action", "channel=chat&unread=true&requires_action=true"),
        one("two channels", "channel=email&channel=voice"),
        one("status open", "status=open"),
        one("status closed", "status=closed"),
        one("status snoozed", "status=snoozed"),
        one("two statuses", "status=open&status=snoozed"),
        one("assignee me", "assignee=me"),
        one("assignee none", "assignee=none"),
        one("assignee", &format!("assignee={me}")),
        one("team", "team=sales"),
        one("two teams", "team=sales&team=inbox"),
        one("tag", &format!("tag={TAG}")),
        one("contact", &format!("contact_id={}", seeded::contact(count / 2))),
        one("channel account", &format!("channel_id={}", inbox.channel("email"))),
        one("reason", "reason=approval_pending"),
        one("updated_after", "updated_after=2020-09-13T12:26:40Z"),
        one("intent", "intent=question"),
        one("rare intent", "intent=refund"),
        one("two intents", "intent=refund&intent=thanks"),
        one("ai_state paused", "ai_state=paused"),
        one("ai_state off", "ai_state=off"),
        one("ai_state held", "ai_state=held"),
        one("ai_state handling", "ai_state=handling"),
        one("ai_state idle", "ai_state=idle"),
        one("status, assignee, channel", "status=closed&assignee=me&channel=email"),
        one("tag, team, status", &format!("tag={TAG}&team=sales&status=open")),
        one("nothing", "tag=tag_nothing&team=nobody"),
        one("nothing unread", "tag=tag_nothing&unread=true"),
        one("nothing closed", "tag=tag_nothing&status=closed"),
        one("nothing of mine", "tag=tag_nothing&assignee=me"),
        one("nothing, rare intent", "intent=refund&ai_state=handling&status=closed"),
    ]
}

/// Every two and every three filters that say different things.
pub(crate) fn combined(count: usize, inbox: &Inbox) -> Vec<String> {
    let each = [
        "channel=email".to_owned(),
        format!("channel_id={}", inbox.channel("chat")),
        "unread=true".to_owned(),
        "requires_action=true".to_owned(),
        "status=open".to_owned(),
        "assignee=me".to_owned(),
        "team=sales".to_owned(),
        format!("tag={TAG}"),
        "reason=escalation".to_owned(),
        "intent=objection".to_owned(),
        "ai_state=held".to_owned(),
        "updated_after=2020-09-13T12:26:40Z".to_owned(),
        format!("contact_id={}", seeded::contact(count / 3)),
        "sort=oldest".to_owned(),
    ];
    let mut all = Vec::new();
    for (at, one) in each.iter().enumerate() {
        for (further, other) in each.iter().enumerate().skip(at + 1) {
            all.push(format!("&{one}&{other}"));
            all.extend(each.iter().skip(further + 1).map(|third| format!("&{one}&{other}&{third}")));
        }
    }
    all
}
