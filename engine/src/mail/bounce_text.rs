//! Bounces without a machine-readable part: qmail, Exim, Exchange, Notes and many others.

use std::sync::LazyLock;

use regex::Regex;

use super::bounce_words::{cause, refused_after_data, says_failure};
use super::header::Head;
use super::parse::Leaf;
use super::{BounceEntry, Mail, bounce, machine};

/// Subjects and phrases so much a mail system's that no further evidence is needed when both meet.
static STRONG_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(mail |message )?(delivery (failure|failed|status notification|error|notification)|undeliver(ed|able) (mail|message|e-?mail)|undeliverable:|returned mail|failure notice|non-?delivery|delivery has failed|((e-?)?mail|message) could not be delivered|there was an error sending your mail|mail system error|mail delivery (system|sub|fail|error|problem)|unable to deliver|メールエラー|email delivery error)").ok()
});
static STRONG_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)(could ?n[o']t (be delivered|deliver)|cannot be delivered|unable to deliver|undeliverable|failed recipient).{0,200}(recipients?|address(es)?)\b[^\n]{0,20}\n?\s*.{0,60}@|(\s|#)5\d\d[ -]\S.{0,300}(unknown|reject|denied)").ok()
});

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
    let subject_says = says_failure(&mail.subject);
    let start: String = words.chars().take(3_000).collect();
    let text_says = says_failure(&start);
    let by_system = machine::from_mail_system(mail) || mail.return_path.as_deref() == Some("");
    let by_daemon = by_system && machine::from_mail_system(mail);
    let embedded =
        leaves.iter().any(|leaf| matches!(leaf.media_type.as_str(), "message/rfc822" | "text/rfc822-headers"));
    let returned = embedded || words.len() + 40 < leaves.iter().map(|leaf| leaf.text.len()).max().unwrap_or_default();
    let answered = mail.subject.len() != super::reply_subject(&mail.subject).len().saturating_sub(4);
    let strong_subject = STRONG_SUBJECT.as_ref().is_some_and(|pattern| pattern.is_match(&mail.subject));
    let name = mail.from_name.as_deref().unwrap_or_default().to_lowercase();
    let administrator = name == "system administrator" || name.contains("mail gateway") || name.contains("interscan");
    let plain_words = strong_subject
        && STRONG_TEXT.as_ref().is_some_and(|pattern| pattern.is_match(&start))
        && mail.in_reply_to.is_none();
    let list_refusal = head.has("x-mlserver") && text_says;
    let report = machine::content_type(head).starts_with("multipart/report")
        && !machine::content_type(head).contains("disposition");
    let is_bounce = head.has("x-failed-recipients")
        || (by_daemon && (subject_says || text_says))
        || (by_system && subject_says && text_says)
        || (report && (subject_says || text_says))
        || list_refusal
        || plain_words
        || (administrator && subject_says && text_says)
        || (strong_subject && text_says && embedded && !answered && mail.in_reply_to.is_none())
        || (by_system && text_says && cause(&words).is_some() && returned);
    is_bounce.then(|| recipients(mail, head, &words))
}

/// Finds the recipients a bounce's words speak of, with what is said about each.
pub(super) fn recipients(mail: &Mail, head: &Head, words: &str) -> Vec<BounceEntry> {
    let mut places = places(mail, words);
    let listed: Vec<String> = head.text("x-failed-recipients").map(|value| find_addresses(&value)).unwrap_or_default();
    if !listed.is_empty() {
        let known: Vec<(usize, String)> = places
            .iter()
            .filter(|(_, address)| listed.iter().any(|l| l.eq_ignore_ascii_case(address)))
            .cloned()
            .collect();
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
        let diagnostic =
            diagnostic.map(|text| text.chars().take(500).collect::<String>()).filter(|text| !text.is_empty());
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
    marked
        || lower.contains("will retry for")
        || lower.contains("no action is required on your part")
        || lower.contains("you do not need to resend")
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
        let about_sender = [
            "from:",
            "sender:",
            "subject:",
            "message-id:",
            "mail from",
            "contact ",
            "reply-to:",
            "report to",
            "please contact",
            "postmaster@",
            "for further assistance",
        ]
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
        let others: Vec<(usize, String)> =
            list.iter().filter(|(_, address)| !own.contains(&address.to_lowercase())).cloned().collect();
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
