//! Why conversations of a channel may not appear, or its replies not arrive: what to look at, and what to do.

use serde::Serialize;

use super::{Account, provider};

/// What is known of a channel from outside: times are UTC milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// It is switched on.
    pub active: bool,
    /// The word of its provider, if it has one.
    pub provider: Option<String>,
    /// An AI agent of the policy answers on channels of its kind.
    pub answered: bool,
    /// When a request was last believed.
    pub verified_at: Option<i64>,
    /// When one was last turned away.
    pub refused_at: Option<i64>,
    /// Why.
    pub refused_why: Option<String>,
    /// When the credentials were last tried.
    pub tested_at: Option<i64>,
    /// What was wrong; none when they were good.
    pub tested_why: Option<String>,
    /// When its mailbox was last read.
    pub read_at: Option<i64>,
    /// Why it cannot be read, where the last try failed.
    pub read_why: Option<String>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub check: &'static str,
    /// Whether it is as it should be; absent where that cannot be told.
    pub ok: Option<bool>,
    /// What was found, for people.
    pub says: String,
    /// What to do, where something is to be done.
    #[serde(rename = "do")]
    pub cure: Option<String>,
}

const WEEK_MS: i64 = 7 * 86_400_000;
const HOUR_MS: i64 = 3_600_000;

fn check(check: &'static str, ok: Option<bool>, says: impl Into<String>, cure: Option<&str>) -> Check {
    Check { check, ok, says: says.into(), cure: cure.filter(|_| ok != Some(true)).map(str::to_owned) }
}

/// Everything worth looking at, in the order in which it stops messages. `account` is none where its secrets do not open.
#[must_use]
pub fn checks(known: &Known, account: Option<&Account>, now_ms: i64) -> Vec<Check> {
    let mut found = vec![check(
        "account_active",
        Some(known.active),
        if known.active {
            "The channel is switched on."
        } else {
            "The channel is switched off: nothing comes in or goes out."
        },
        Some("Activate the channel."),
    )];
    let Some(word) = &known.provider else {
        found.push(check("provider", Some(true), "The channel takes signed JSON and mails; it has no provider.", None));
        found.push(webhook(known, now_ms));
        found.push(agent(known));
        return found;
    };
    let Some(own) = provider(word) else {
        let says = format!("This program does not know a provider `{word}`.");
        found.push(check("provider", Some(false), says, Some("Connect the channel with a provider that it knows.")));
        return found;
    };
    found.push(check("provider", Some(true), format!("Spoken with `{word}`."), None));
    match account {
        None => found.push(check(
            "settings",
            Some(false),
            "The secrets cannot be opened: the server's key is another than the one they were sealed with.",
            Some("Start with the key of before (`REMIT_SECRET_KEY` or `secret.key`), or connect the channel anew."),
        )),
        Some(account) => {
            let missing: Vec<&str> = own
                .fields()
                .iter()
                .filter(|field| field.needed)
                .filter(|field| {
                    if field.secret {
                        account.keys(field.name).next().is_none()
                    } else {
                        account.setting(field.name).is_none()
                    }
                })
                .map(|field| field.name)
                .collect();
            let says = if missing.is_empty() {
                "Everything it needs is set.".to_owned()
            } else {
                format!("Not set: {}.", missing.join(", "))
            };
            found.push(check("settings", Some(missing.is_empty()), says, Some("Connect the channel with these.")));
            let wrong = own.wrong(account).filter(|_| missing.is_empty());
            let wrong = wrong.map(|(field, why)| format!("`{field}` cannot be used: {why}."));
            found.extend(wrong.map(|says| check("settings", Some(false), says, Some("Connect it with another."))));
            if own.calls() {
                let says = match &account.hook_url {
                    Some(url) => format!("The provider calls {url}."),
                    None => "The address that the provider calls is not known here.".to_owned(),
                };
                let cure = "Set `hook_url`, or start with `--public-url`: signatures cover the address.";
                found.push(check("webhook_address", account.hook_url.as_ref().map(|_| true), says, Some(cure)));
            }
        }
    }
    if !own.calls() {
        found.extend(mailbox(word, known, now_ms));
        found.push(check("unknown_senders", Some(true), "Whoever writes for the first time becomes a contact.", None));
        found.push(agent(known));
        return found;
    }
    found.push(webhook(known, now_ms));
    found.push(match (&known.tested_at, &known.tested_why) {
        (None, _) => check("credentials", None, "The credentials were not tried yet.", Some("Test the channel.")),
        (Some(_), None) => check("credentials", Some(true), "The provider took the credentials.", None),
        (Some(_), Some(why)) => check(
            "credentials",
            Some(false),
            format!("The provider did not take the credentials: {why}"),
            Some("Connect the channel with new ones."),
        ),
    });
    found.push(check("unknown_senders", Some(true), "Whoever writes for the first time becomes a contact.", None));
    found.push(agent(known));
    found
}

/// How the mailbox is that we read; nothing where others bring mail.
fn mailbox(word: &str, known: &Known, now_ms: i64) -> Option<Check> {
    if word != super::mailbox::IMAP {
        return None;
    }
    let ago = |at: i64| format!("{} minutes ago", (now_ms - at).max(0) / 60_000);
    Some(match (known.read_at, &known.read_why) {
        (read_at, Some(why)) => {
            let last = read_at.map_or_else(|| "never".to_owned(), ago);
            let says = format!("The mailbox cannot be read: {why}. It last worked: {last}.");
            check(
                "mailbox",
                Some(false),
                says,
                Some("Look at the server, the name and the password; it is tried again by itself."),
            )
        }
        (None, None) => {
            let cure = "See whether `remit serve` runs: it looks within seconds.";
            check("mailbox", None, "The mailbox was not read yet.", Some(cure))
        }
        (Some(at), None) if now_ms - at > HOUR_MS => {
            let says = format!("The mailbox was last read {}.", ago(at));
            check("mailbox", Some(false), says, Some("See whether `remit serve` runs."))
        }
        (Some(at), None) => check("mailbox", Some(true), format!("The mailbox was last read {}.", ago(at)), None),
    })
}

fn webhook(known: &Known, now_ms: i64) -> Check {
    let refused = known.refused_at.filter(|at| known.verified_at.is_none_or(|verified| *at > verified));
    if refused.is_some() {
        let why = known.refused_why.as_deref().unwrap_or("unknown");
        let cure = match why {
            "wrong_signature" => {
                "Compare the secret here with the provider's, and the address that it calls with `hook_url`."
            }
            "stale_signature" => "Compare the clocks.",
            "unconfigured_channel" => "Connect the channel with its secrets.",
            "missing_signature" => "Switch signing on at the provider.",
            _ => "Look at the last requests that were turned away.",
        };
        return check("webhook_verified", Some(false), format!("The last request was turned away: {why}."), Some(cure));
    }
    match known.verified_at {
        None => check(
            "webhook_verified",
            Some(false),
            "Nothing has come in yet.",
            Some("Enter the channel's address at the provider, and send a message to the channel."),
        ),
        Some(at) if now_ms - at > WEEK_MS => check(
            "webhook_verified",
            None,
            format!("Nothing has come in for {} days.", (now_ms - at) / 86_400_000),
            Some("If that is unlikely, see whether the provider still has the address."),
        ),
        Some(_) => check("webhook_verified", Some(true), "Requests come in and are believed.", None),
    }
}

fn agent(known: &Known) -> Check {
    let says = if known.answered {
        "An AI agent of the policy answers on channels of this kind."
    } else {
        "No AI agent of the policy answers on channels of this kind: people do."
    };
    check("intake_agent", known.answered.then_some(true), says, Some("Name the kind in the policy: `agent NAME on …`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(known: &Known, account: &Account) -> Vec<&'static str> {
        let found = checks(known, Some(account), 100 * 86_400_000);
        assert!(found.iter().all(|check| check.ok == Some(true) || check.cure.is_some()), "each has a cure: {found:?}");
        found.iter().filter(|check| check.ok != Some(true)).map(|check| check.check).collect()
    }

    #[test]
    fn what_keeps_conversations_from_appearing_is_named() {
        let mut known = Known { active: true, provider: Some("twilio".to_owned()), answered: true, ..Known::default() };
        let mut account = Account::default();
        assert_eq!(wrong(&known, &account), ["settings", "webhook_address", "webhook_verified", "credentials"]);
        account.settings.insert("account_sid".to_owned(), "AC1".to_owned());
        account.secrets.insert("auth_token".to_owned(), "t".to_owned());
        account.hook_url = Some("https://x".to_owned());
        known.verified_at = Some(99 * 86_400_000);
        known.tested_at = Some(1);
        assert!(wrong(&known, &account).is_empty());
        known.refused_at = Some(known.verified_at.unwrap_or_default() + 1);
        known.refused_why = Some("wrong_signature".to_owned());
        assert_eq!(wrong(&known, &account), ["webhook_verified"]);
        (known.active, known.answered, known.refused_at) = (false, false, None);
        known.verified_at = Some(1);
        assert_eq!(wrong(&known, &account), ["account_active", "webhook_verified", "intake_agent"]);
    }
}
