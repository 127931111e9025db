//! Bounces without a machine-readable part: qmail, Exim, Exchange, Notes and many others.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::header::Head;
use super::parse::Leaf;
use super::{BounceEntry, Mail, bounce, machine};

/// Why a delivery failed, as far as words can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// No such mailbox or domain, or moved for good.
    Unknown,
    /// The mailbox or the disk is full.
    Full,
    /// Given up after waiting; the network failed.
    Expired,
    /// Refused for who sent it or what it holds, or the account is closed for now.
    Refused,
}

/// Words by which mail systems say that they could not deliver.
const FAILURE_WORDS: [&str; 94] = [
    "undeliver", "not deliver", "non-deliver", "nondeliver", "non deliver", "delivery status", "delivery fail", "delivery has failed", "delivery error",
    "delivery notification", "delivery problem", "delivery report", "delivery incomplete", "failed delivery", "failure delivery", "delivery of", "returned mail", "returned to sender", "returning message",
    "mail returned", "message returned", "failure notice", "failed mail", "mail failure", "mail error", "error sending", "mail system error", "message status", "delay", "warning: could not send",
    "not be delivered", "unable to deliver", "able to deliver", "couldn't be delivered", "couldn't deliver", "cannot deliver", "could not deliver", "cannot be delivered", "not been delivered", "wasn't delivered",
    "was not delivered", "did not reach", "didn't reach", "hadn't been delivered", "following address", "following recipient", "following destination", "had delivery problems", "fatal errors", "permanent error",
    "user unknown", "unknown user", "unknown address", "no such user", "mailbox is full", "mailbox full", "not member", "host unknown", "failure reasons", "message could not",
    "bounce", "rejected", "undelivered", "unzustellbar", "nicht zugestellt", "zustellung", "non remis", "n'a pas pu être", "n'a pas été", "non distribu",
    "no se ha podido entregar", "no se pudo entregar", "no entregado", "mancato recapito", "impossibile recapitare", "não foi entregue", "falha na entrega", "onbestelbaar", "не доставлено", "не может быть",
    "недоставлен", "エラー通知", "送信できません", "配信できません", "退信", "无法投递", "传输失败", "投递失败", "未能送达", "mail failed", "has been returned because", "not a member", "not been delivered", "loop alert",
];

static FAILURE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(FAILURE_WORDS).ok());

/// Words of each cause, tried in this order.
const CAUSES: [(Cause, &[&str]); 5] = [
    (
        Cause::Refused,
        &[
            "refused after data", "sender address", "after mail from", "sender was rejected", "is disabled", "account disabled", "been disabled", "suspended", "account is locked", "inactive",
            "may not have permission", "end of data", "smtp command data", "not like our final data",
        ],
    ),
    (
        Cause::Full,
        &[
            "mailbox full", "mailbox is full", "mailbox for user is full", "quota", "over its storage", "is full", "exceeded the local limit", "exceeded storage", "exceeds allotted",
            "insufficient storage", "insufficient disk", "not enough space", "not enough storage", "too much mail", "mailfolder is full", "out of storage", "no space left", "storage allocation",
            "一杯", "maildir over", "inbox is full", "mbox full", "size limit", "too large", "too big", "exceeded its", "diskspace",
        ],
    ),
    (
        Cause::Expired,
        &[
            "timed out", "timeout", "too long", "deferred", "will be deleted from queue", "connection refused", "retry time", "gave up", "delivery time expired", "could not be delivered for",
            "cannot contact", "unable to contact", "delivery attempts", "connection lost", "lost connection", "unreachable", "expired", "delayed", "not responding", "no route to host", "loop", "temporar",
        ],
    ),
    (
        Cause::Unknown,
        &[
            "user unknown", "unknown user", "no such user", "no such person", "no such mailbox", "no such recipient", "no such address", "no such account", "no such local", "user not found", "user doesn't",
            "user does not exist", "does not exist", "doesn't exist", "not exist", "unknown address", "unknown recipient", "unknown local", "unknown mailbox", "recipient unknown", "address unknown",
            "invalid recipient", "invalid mailbox", "invalid address", "invalid user", "bad destination mailbox", "bad address", "recipient not found", "mailbox not found", "recipientnotfound", "not found by smtp address lookup", "not listed in",
            "no mailbox here", "no mailbox by that name", "not a known user", "not our customer", "user not known", "account that you tried to reach", "is not a valid", "not a valid mailbox", "unrouteable address",
            "unrouteable mail domain", "unroutable", "host unknown", "unknown host", "host not found", "domain not found", "no such domain", "no such host", "nxdomain", "name or service not known", "nonexistent domain",
            "domain does not exist", "couldn't find any host", "couldn't find a mail exchanger", "mail exchanger or ip", "null mx", "does not accept mail", "nullmx", "has moved", "moved to", "no longer", "illegal host/domain", "unknown domain",
            "not a local", "no one by that name", "no account by that name", "delivery to the following recipient failed permanently: user", "isn't a known", "rejected address", "not known at this site", "domain name not found", "all relevant mx records point to non-existent",
            "no smtp service", "delivery userid", "mailbox unavailable", "domain is not reachable", "lookup failure: host", "リストにありません", "user not listed", "couldn't be found", "wasn't found", "lookup failed", "there is no user", "unknown or illegal", "domain you sent to", "non-existent", "does not like recipient",
        ],
    ),
    (
        Cause::Refused,
        &[
            "spam", "blocked", "block list", "blacklist", "blocklist", "dmarc", "spf", "dkim", "policy", "reputation", "relay", "denied", "reverse dns", "ptr", "virus", "content", "suspended", "disabled", "inactive",
            "locked", "frozen", "prohibited", "not permitted", "not allowed", "sender", "unsolicited", "authenticat", "blocked using", "refused", "banned", "limit",
        ],
    ),
];

/// The cause that a server's words name, if any. Refusals for policy come last: their words are everywhere.
pub(super) fn cause(reason: &str) -> Option<Cause> {
    static MATCHERS: LazyLock<Vec<(Cause, AhoCorasick)>> = LazyLock::new(|| {
        CAUSES.iter().filter_map(|(cause, words)| Some((*cause, AhoCorasick::new(*words).ok()?))).collect()
    });
    let dense = reason.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    MATCHERS.iter().find(|(_, matcher)| matcher.is_match(&dense)).map(|(cause, _)| *cause)
}

/// Subjects and phrases so much a mail system's that no further evidence is needed when both meet.
static STRONG_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(mail |message )?(delivery (failure|status|error|notification)|undeliver|returned mail|failure notice|non-?delivery|delivery has failed)").ok()
});
static STRONG_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)(could ?n[o']t (be delivered|deliver)|cannot be delivered|unable to deliver|undeliverable|failed recipient).{0,200}(recipients?|address(es)?)\b[^\n]{0,20}\n?\s*.{0,60}@|(\s|#)5\d\d[ -]\S.{0,300}(unknown|reject|denied)").ok()
});

/// True when the notification says that the mail was refused only after its content had been seen: a filter's work,
/// whatever the refusal's words.
pub(super) fn refused_after_data(words: &str) -> bool {
    let lower = words.to_lowercase();
    ["in reply to end of data", "after end of data", ">>> data", "smtp command data", "-smtp command\ndata", "like our final data"]
        .iter()
        .any(|mark| lower.contains(mark))
}

/// Marks behind which the returned mail starts.
static RETURNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?im)^[\s*>=_#-]*(below this line is a copy|(this is|enclosed is|here is|following is) a copy|(the )?(original|returned|undelivered|unsent|rejected) (message|mail)( (follows|below|headers|as follows|header|text|is|--|:)|[\s*=_#-]*$|.{0,12}follow)|message headers? follow|message (text|contents?|body) follows|(the )?headers? of (the|your) (original )?message|the first \d+ lines of|original message headers|unsent message|return-path:\s*<|received:\s+(from|by|\(|\[)|x-originating-ip:|text of (the )?message follows|-+ ?transcript of (the )?message|start of (returned|original)|your original message|(the )?text of your message|copy of your message|message as follows|dkim-signature:|原文|以下に)",
    )
    .ok()
});

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\xff-]+@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+[A-Za-z0-9]"#).ok()
});

/// Lines whose address is the failing recipient.
static RECIPIENT_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)^(?:[\s*·•>-]*(?:<|"|')?[^\s<>"'()]+@[^\s<>"'()]+(?:>|"|')?(?:<mailto:[^>]*>)?\s*(?::|\.{3}|;|,|\(|-|$|\s)|[\s*>-]*(?:(?:final |failed |original |intended |recipient'?s? )?(?:recipient|addressee|user|address|to|mailbox)(?: address| name| id)?s?|email|e-mail|unknown user|user unknown|delivered to|delivering your mail to|could not be delivered to|delivery to|message to|mail to|recipient of .*|rcpt)\s*[:=]?\s*[<"'(\[]*[^\s<>"'()]+@[^\s<>"'()]+)"#,
    )
    .ok()
});

/// Text that a notification holds for people, without the returned mail.
pub(super) fn report_text(mail: &Mail, leaves: &[Leaf]) -> String {
    let first = leaves.iter().find(|leaf| leaf.media_type.starts_with("text/plain") && !leaf.text.trim().is_empty());
    let text = first.map_or(mail.text.as_str(), |leaf| leaf.text.as_str());
    let text = text.replace("\r\n", "\n");
    let end = RETURNED.as_ref().and_then(|pattern| pattern.find(&text)).map_or(text.len(), |found| found.start());
    text.get(..end).unwrap_or_default().to_owned()
}

/// Reads a bounce from its words; `None` when this is none.
pub(super) fn entries(mail: &Mail, head: &Head, leaves: &[Leaf]) -> Option<Vec<BounceEntry>> {
    if let Some(entries) = notification_json(&mail.text) {
        return Some(entries);
    }
    let words = report_text(mail, leaves);
    let says_failure = |text: &str| FAILURE.as_ref().is_some_and(|matcher| matcher.is_match(&text.to_lowercase()));
    let subject_says = says_failure(&mail.subject);
    let start: String = words.chars().take(3_000).collect();
    let text_says = says_failure(&start);
    let by_system = machine::from_mail_system(mail) || mail.return_path.as_deref() == Some("");
    let by_daemon = by_system && machine::from_mail_system(mail);
    let returned = leaves.iter().any(|leaf| leaf.media_type == "message/rfc822" || leaf.media_type == "text/rfc822-headers")
        || words.len() + 40 < leaves.iter().map(|leaf| leaf.text.len()).max().unwrap_or_default();
    let answered = mail.subject.len() != super::reply_subject(&mail.subject).len().saturating_sub(4);
    let plain_words = STRONG_SUBJECT.as_ref().is_some_and(|pattern| pattern.is_match(&mail.subject))
        && STRONG_TEXT.as_ref().is_some_and(|pattern| pattern.is_match(&start))
        && mail.in_reply_to.is_none();
    let list_refusal = head.has("x-mlserver") && text_says;
    let report = machine::content_type(head).starts_with("multipart/report") && !machine::content_type(head).contains("disposition");
    let is_bounce = head.has("x-failed-recipients")
        || (by_daemon && (subject_says || text_says))
        || (by_system && subject_says && text_says)
        || (report && (subject_says || text_says))
        || list_refusal
        || plain_words
        || (subject_says && text_says && returned && !answered && cause(&words).is_some())
        || (by_system && text_says && cause(&words).is_some() && returned);
    is_bounce.then(|| recipients(mail, head, &words))
}

/// Finds the recipients a bounce's words speak of, with what is said about each.
pub(super) fn recipients(mail: &Mail, head: &Head, words: &str) -> Vec<BounceEntry> {
    let mut places = places(mail, words);
    let listed: Vec<String> = head.text("x-failed-recipients").map(|value| find_addresses(&value)).unwrap_or_default();
    if !listed.is_empty() {
        let known: Vec<(usize, String)> = places.iter().filter(|(_, address)| listed.iter().any(|l| l.eq_ignore_ascii_case(address))).cloned().collect();
        if known.len() == listed.len() || places.is_empty() {
            places = known;
            for address in &listed {
                if !places.iter().any(|(_, known)| known.eq_ignore_ascii_case(address)) {
                    places.push((0, address.clone()));
                }
            }
        }
    }
    if places.is_empty() {
        places.push((0, String::new()));
    }
    let starts: Vec<usize> = places.iter().map(|(start, _)| *start).chain([words.len()]).collect();
    let delayed = is_delay(mail, words);
    let filtered = refused_after_data(words);
    let single = places.len() == 1;
    let entries = places.into_iter().enumerate().map(|(index, (start, recipient))| {
        let end = starts.get(index + 1).copied().unwrap_or(words.len()).max(start);
        let reason = if single { words.to_owned() } else { paragraph(words.get(start..end).unwrap_or(words)) };
        let status = bounce::find_status(&reason);
        let reason = if filtered { format!("{reason} refused after data") } else { reason };
        let action = if delayed { "delayed" } else { "failed" };
        let hard = bounce::is_hard(status.as_deref(), action, &reason);
        let diagnostic = words.get(start..end).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let diagnostic = diagnostic.map(|text| text.chars().take(500).collect::<String>()).filter(|text| !text.is_empty());
        BounceEntry { recipient, status, hard, action: action.to_owned(), diagnostic }
    });
    entries.collect()
}

/// A text up to the first blank line that follows at least two lines.
fn paragraph(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() && lines.len() >= 2 {
            break;
        }
        if !line.trim().is_empty() {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// What the words say from the recipient's first mention on.
pub(super) fn words_about(words: &str, recipient: &str) -> String {
    let start = if recipient.is_empty() { None } else { words.find(recipient) };
    words.get(start.unwrap_or(0)..).unwrap_or_default().to_owned()
}

fn is_delay(mail: &Mail, words: &str) -> bool {
    let subject = mail.subject.to_lowercase();
    let lower = words.to_lowercase();
    let marked = subject.contains("delay") || subject.contains("warning") || subject.contains("still being retried");
    marked || lower.contains("will retry for") || lower.contains("no action is required on your part") || lower.contains("you do not need to resend")
}

/// Every mail address in a text.
fn find_addresses(text: &str) -> Vec<String> {
    let Some(pattern) = ADDRESS.as_ref() else { return Vec::new() };
    pattern.find_iter(text).map(|found| found.as_str().trim_matches(['\'', '.', '=']).to_owned()).collect()
}

/// Failing recipients with where they are first named.
fn places(mail: &Mail, words: &str) -> Vec<(usize, String)> {
    let mut strong: Vec<(usize, String)> = Vec::new();
    let mut weak: Vec<(usize, String)> = Vec::new();
    let mut offset = 0;
    for line in words.split_inclusive('\n') {
        let content = line.trim_end();
        let lower = content.to_lowercase();
        let about_sender = ["from:", "sender:", "subject:", "message-id:", "mail from", "contact ", "reply-to:", "report to", "please contact", "postmaster@", "for further assistance"]
            .iter()
            .any(|word| lower.trim_start().starts_with(word));
        if !about_sender
            && let Some(address) = find_addresses(content).into_iter().next()
            && !is_system_address(&address)
        {
            let named = RECIPIENT_LINE.as_ref().is_some_and(|pattern| pattern.is_match(content));
            let list = if named { &mut strong } else { &mut weak };
            if !list.iter().any(|(_, known)| known.eq_ignore_ascii_case(&address)) && list.len() < 200 {
                list.push((offset, address));
            }
        }
        offset += line.len();
    }
    let own: Vec<String> = mail.to.iter().map(|to| to.to_lowercase()).collect();
    for list in [strong, weak] {
        let others: Vec<(usize, String)> = list.iter().filter(|(_, address)| !own.contains(&address.to_lowercase())).cloned().collect();
        if !others.is_empty() {
            return others;
        }
        if !list.is_empty() {
            return list;
        }
    }
    Vec::new()
}

fn is_system_address(address: &str) -> bool {
    let lower = address.to_lowercase();
    ["mailer-daemon@", "mailerdaemon@", "abuse@", "support@", "helpdesk@"].iter().any(|word| lower.starts_with(word))
}

/// Amazon's notification as JSON text in a mail.
fn notification_json(text: &str) -> Option<Vec<BounceEntry>> {
    let text = text.trim_start();
    if !text.starts_with('{') || !text.contains("\"notificationType\"") {
        return None;
    }
    // Some relays break long lines with an exclamation mark.
    let text = text.replace("!\n ", "");
    let value = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>().next()?.ok()?;
    if let Some(delivery) = value.get("delivery") {
        let response = delivery.get("smtpResponse").and_then(|text| text.as_str()).unwrap_or_default();
        let list = delivery.get("recipients")?.as_array()?.iter().filter_map(|address| address.as_str());
        let delivered = list.map(|address| BounceEntry {
            recipient: address.to_owned(),
            status: bounce::find_status(response),
            hard: false,
            action: "delivered".to_owned(),
            diagnostic: Some(response.to_owned()),
        });
        return Some(delivered.collect());
    }
    let list = value.get("bounce")?.get("bouncedRecipients")?.as_array()?;
    let word = |entry: &serde_json::Value, key: &str| entry.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    let entries = list.iter().map(|entry| {
        let status = word(entry, "status");
        let diagnostic = word(entry, "diagnosticCode");
        let action = word(entry, "action").unwrap_or_else(|| "failed".to_owned());
        let hard = bounce::is_hard(status.as_deref(), &action, diagnostic.as_deref().unwrap_or_default());
        BounceEntry { recipient: word(entry, "emailAddress").unwrap_or_default(), status, hard, action, diagnostic }
    });
    Some(entries.collect())
}
