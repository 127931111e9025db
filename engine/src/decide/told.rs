//! What a mail of a mail system says about mails of ours: a bounce, a delay, a complaint.

use crate::channels::{Event, Happened, Is, Status, own_id};
use crate::mail::{self, MailKind};

/// Most names of returned mails that are looked at.
const MOST_NAMES: usize = 6;

/// What a raw mail says about mails of ours; nothing where it is none of a mail system.
#[must_use]
pub fn by_mail(raw: &[u8]) -> Vec<Event> {
    let mail = mail::read(raw);
    if !matches!(mail.kind, MailKind::Bounce | MailKind::Complaint) {
        return Vec::new();
    }
    let mut refs = returned(raw, mail.message_id.as_deref());
    refs.extend(mail::thread_ids(&mail));
    refs.truncate(MOST_NAMES);
    let key = mail::dedupe_key(raw, &mail);
    let event = |place: usize, status: Status| {
        let names = refs.iter().cloned().map(Some);
        Event::new(format!("mail:{key}:{place}"), mail.date_ms, Happened::Status(status)).about(names)
    };
    if let Some(complaint) = &mail.complaint {
        let is = if complaint.feedback_type == "not-spam" { Is::Other } else { Is::Complained };
        let status = Status::new(is, &complaint.feedback_type).with(None, complaint.recipient.clone());
        return vec![event(0, status)];
    }
    let entries = mail.bounce.iter().take(100).enumerate();
    entries
        .map(|(place, entry)| {
            let is = match (entry.action.as_str(), entry.hard) {
                ("delayed", _) => Is::Deferred,
                ("delivered", _) => Is::Delivered,
                ("relayed", _) => Is::Sent,
                ("expanded", _) => Is::Other,
                (_, true) => Is::BouncedHard,
                (_, false) => Is::BouncedSoft,
            };
            let words =
                [entry.status.clone(), entry.diagnostic.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            event(place, Status::new(is, &entry.action).with(Some(words), Some(entry.recipient.clone())))
        })
        .collect()
}

/// Names of the mail that came back: of its headers, wherever in the notification they stand. Ours first.
fn returned(raw: &[u8], own: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut ours = Vec::new();
    for line in raw.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| line.len() < 1000) {
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
            continue;
        };
        // Some systems quote what they return.
        let name = name.trim_start_matches(['>', ' ', '\t']).to_ascii_lowercase();
        let value = value.trim().trim_matches(['<', '>']).to_owned();
        if value.is_empty() {
            continue;
        }
        match name.as_str() {
            "x-remit-message" => ours.push(own_id(&value)),
            "message-id" | "original-message-id" | "x-original-message-id" if own != Some(&value) => names.push(value),
            _ => {}
        }
    }
    ours.extend(names);
    ours.dedup();
    ours
}

/// Whether our own receiving server says that the domain of the sender does not vouch for a mail: `dmarc=fail` in an
/// `Authentication-Results` that it wrote (RFC 8601). Headers of that name by others prove nothing, whatever they say.
#[must_use]
pub fn is_spoofed(raw: &[u8], authserv_id: &str) -> bool {
    let mut results: Vec<String> = Vec::new();
    let mut inside = false;
    for line in raw.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(last) = results.last_mut().filter(|_| inside) {
                last.push_str(&line);
            }
            continue;
        }
        inside = line.starts_with("authentication-results:");
        if inside {
            results.push(line.trim_start_matches("authentication-results:").to_owned());
        }
    }
    results.iter().any(|result| {
        let (id, rest) = result.split_once(';').unwrap_or((result, ""));
        let id = id.split_whitespace().next().unwrap_or_default();
        id == authserv_id.to_ascii_lowercase() && rest.split(';').any(|one| one.trim().starts_with("dmarc=fail"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_server_says_that_a_sender_is_forged() {
        let mail = |header: &str| {
            format!("{header}\r\nFrom: a@bank.example\r\n\r\nAuthentication-Results: mx.us.example; dmarc=fail\r\n")
        };
        for (header, wanted) in [
            (
                "Authentication-Results: mx.us.example;\r\n spf=pass smtp.mailfrom=x;\r\n\tdmarc=fail (p=reject) header.from=bank.example",
                true,
            ),
            ("Authentication-Results: mx.us.example; dmarc=pass", false),
            ("Authentication-Results: mx.evil.example; dmarc=fail", false),
            ("X-Other: mx.us.example; dmarc=fail", false),
            ("Received: x", false),
        ] {
            assert_eq!(is_spoofed(mail(header).as_bytes(), "MX.us.example"), wanted, "{header}");
        }
    }

    const DSN: &str = "From: mailer-daemon@mx.example\r\nTo: support@shop.example\r\nSubject: Undelivered\r\nMessage-ID: <d1@mx.example>\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nIt did not arrive.\r\n--b\r\n\
        Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ann@customer.example\r\n\
        Action: ACTION\r\nStatus: STATUS\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <0abc.12@shop.example>\r\n\
        X-Remit-Message: 0abc.12\r\n\r\n--b--\r\n";

    fn told(action: &str, status: &str) -> Vec<Event> {
        by_mail(DSN.replace("ACTION", action).replace("STATUS", status).as_bytes())
    }

    #[test]
    fn case_050_054_what_came_back_is_attributed_by_our_own_names_and_only_the_address_at_fault_is_hard() {
        for (action, status, wanted) in [
            ("failed", "5.1.1", Is::BouncedHard),
            ("failed", "5.2.2", Is::BouncedSoft),
            ("failed", "5.7.1", Is::BouncedSoft),
            ("failed", "4.4.1", Is::BouncedSoft),
            ("delayed", "4.4.1", Is::Deferred),
        ] {
            let events = told(action, status);
            assert_eq!(events.len(), 1, "{action} {status}");
            assert_eq!(events[0].refs[..2], ["msg_0abc", "0abc.12@shop.example"], "{action} {status}");
            let Happened::Status(found) = &events[0].happened else { panic!("a status") };
            assert_eq!(
                (found.is, found.recipient.as_deref()),
                (wanted, Some("ann@customer.example")),
                "{action} {status}"
            );
        }
        assert!(by_mail(b"From: a@b\r\nMessage-ID: <x@y>\r\n\r\nHello\r\n").is_empty());
    }
}
