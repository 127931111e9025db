//! Reads mails of known trouble, and random bytes; each fixture is named by its trouble.

#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use remit_engine::mail::{MailKind, dedupe_key, read, safe_html, thread_ids};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mail").join(name)).unwrap()
}

#[test]
fn mails_of_known_trouble_read_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mail");
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 13, "{names:?}");
    for name in names {
        let mail = read(&fixture(&name));
        insta::assert_json_snapshot!(name.trim_end_matches(".eml"), mail);
    }
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = fixture("reply-with-quote.eml").iter().filter(|byte| **byte != b'\r').copied().collect::<Vec<u8>>();
    let lf = String::from_utf8(crlf).unwrap();
    let with_crlf = lf.replace('\n', "\r\n");
    let with_cr = lf.replace('\n', "\r");
    let read_lf = read(lf.as_bytes());
    assert_eq!(read(with_crlf.as_bytes()), read_lf);
    let mut read_cr = read(with_cr.as_bytes());
    assert_eq!(read_cr.warnings, ["bare_cr"]);
    read_cr.warnings.clear();
    assert_eq!(read_cr, read_lf);
}

#[test]
fn two_deliveries_of_one_mail_share_a_key_and_a_forged_id_does_not() {
    let first = fixture("reply-with-quote.eml");
    let mut second =
        b"Return-Path: <x@y.example>\r\nReceived: by other.example\r\nDelivered-To: z@y.example\r\n".to_vec();
    second.extend_from_slice(&first);
    let key = dedupe_key(&first, &read(&first));
    assert_eq!(key.len(), 64);
    assert_eq!(dedupe_key(&second, &read(&second)), key);
    let forged = fixture("forged-message-id.eml");
    assert_eq!(read(&forged).message_id, read(&first).message_id);
    assert_ne!(dedupe_key(&forged, &read(&forged)), key);
    let bare = fixture("no-headers.eml");
    assert_ne!(dedupe_key(&bare, &read(&bare)), dedupe_key(b"other", &read(b"other")));
}

#[test]
fn thread_ids_come_best_first() {
    let raw = b"Message-ID: <me@x>\nIn-Reply-To: <c@x>\nReferences: <a@x>,<b@x> <c@x>\n\t<me@x>\nSubject: x\n\nHi\n";
    assert_eq!(thread_ids(&read(raw)), ["c@x", "b@x", "a@x"]);
}

/// A shop's customers write about deliveries, returns and refusals all day.
#[test]
fn people_who_write_about_deliveries_are_people() {
    let quote = "\n\n-----Original Message-----\nFrom: Shop <support@shop.example>\nSent: Monday\nTo: Ann <ann@customer.example>\nSubject: x\n\nYour parcel could not be delivered to the following address.\n";
    let mails = [
        (
            "Delivery of my order delayed",
            "The delivery of my parcel was rejected by the neighbour. It could not be delivered.",
        ),
        (
            "Delivery problem",
            "DHL says the parcel was not delivered to the following address: Main St 5. Write to ann@customer.example.",
        ),
        (
            "Delivery failure",
            "You failed to deliver for the second time. I want my money back. The recipient is ann@customer.example.",
        ),
        ("Returned to sender?", "The tracking says returned to sender, address unknown. Why was it returned?"),
        (
            "Re: Undelivered Mail Returned to Sender",
            "I got this strange mail from your server. Mailbox full? What does it mean?",
        ),
        (
            "Fwd: Delivery Status Notification (Failure)",
            "Please look at this, your mail to me bounced. 550 user unknown",
        ),
        ("Undeliverable parcel", "My parcel is undeliverable, the driver says no such address."),
        ("Out of order", "I am out of luck, the automatic gate does not open. This is an automatic gate, is it not?"),
        ("Automatic payment", "Automatic payment failed, please check."),
        ("Vacation rental", "I am on vacation until Friday and need the invoice."),
        ("Absence of parts", "Two parts were missing."),
        ("Complaint about message from your driver", "He wrote a rude message."),
        ("My mailbox is full", "My mailbox is full, please use this address: ann@other.example."),
    ];
    for (subject, text) in mails {
        for tail in ["", quote] {
            let raw = format!(
                "From: Ann <ann@customer.example>\nTo: support@shop.example\nSubject: {subject}\nMessage-ID: <1@customer.example>\n\n{text}{tail}"
            );
            let mail = read(raw.as_bytes());
            assert_eq!(mail.kind, MailKind::Message, "{subject}");
            assert_eq!(mail.visible_text, text, "{subject}");
        }
    }
}

#[test]
fn machines_that_answer_are_machines() {
    let heads = [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x@y",
        "X-Autoreply: yes",
        "X-Autorespond: vacation",
        "X-POST-MessageClass: 9; Autoresponder",
        "Precedence: auto_reply",
        "Return-Path: <>",
        "Subject: Automatic reply: Your order",
        "Subject: Automatische Antwort: Ihre Bestellung",
        "Subject: Abwesenheitsnotiz",
        "Subject: =?utf-8?B?UsOpcG9uc2UgYXV0b21hdGlxdWUgOiBDb21tYW5kZQ==?=",
        "Subject: Respuesta automática: Pedido",
        "Subject: Out of Office: Order 12",
        "Subject: Automatisch antwoord: Bestelling",
        "Subject: Autosvar: Bestilling",
        "Subject: 自動返信: 注文",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ];
    for head in heads {
        let raw = format!(
            "From: Max <max@customer.example>\nMessage-ID: <1@customer.example>\n{head}\n\nI will be back on Monday.\n"
        );
        assert_eq!(read(raw.as_bytes()).kind, MailKind::AutoReply, "{head}");
    }
    let asks_for_silence =
        read(b"From: a@b.example\nX-Auto-Response-Suppress: OOF\nAuto-Submitted: no\n\nHello, are you open today?\n");
    assert_eq!(asks_for_silence.kind, MailKind::Message);
    assert!(asks_for_silence.suppress_auto_reply);
}

#[test]
fn bounces_in_words_name_who_and_why() {
    let mails = [
        (
            "MAILER-DAEMON@mx.example",
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<gone@c.example>:\nRemote host said: 550 5.1.1 user unknown\n\n--- Below this line is a copy of the message.\n\nTo: other@c.example\n",
            "gone@c.example",
            Some("5.1.1"),
            true,
        ),
        (
            "Mailer-Daemon@mx.example",
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered to one or more of its recipients.\n\n  full@c.example\n    host mx [192.0.2.1]: 552 5.2.2 Mailbox full\n\n------ This is a copy of the message ------\n",
            "full@c.example",
            Some("5.2.2"),
            false,
        ),
        (
            "postmaster@c.example",
            "Undeliverable: Your order",
            "Delivery has failed to these recipients:\n\nspam@c.example\n#550 5.7.1 message rejected as spam ##\n",
            "spam@c.example",
            Some("5.7.1"),
            false,
        ),
    ];
    for (from, subject, text, recipient, status, hard) in mails {
        let mail = read(format!("From: {from}\nTo: support@shop.example\nSubject: {subject}\n\n{text}").as_bytes());
        assert_eq!(mail.kind, MailKind::Bounce, "{subject}");
        let found: Vec<_> =
            mail.bounce.iter().map(|entry| (entry.recipient.as_str(), entry.status.as_deref(), entry.hard)).collect();
        assert_eq!(found, [(recipient, status, hard)]);
    }
}

#[test]
fn attacks_on_the_parser_end_quickly() {
    let nested_types =
        ["message/rfc822", "message / rfc822", "message/(c)rfc822", "MESSAGE/RFC822;x=y", "message/global"];
    for kind in nested_types {
        let mut mail = b"From: a@b.example\n".to_vec();
        for _ in 0..30_000 {
            mail.extend_from_slice(format!("Content-Type: {kind}\n\n").as_bytes());
        }
        let started = std::time::Instant::now();
        let _ = read(&mail);
        assert!(started.elapsed().as_secs() < 20, "{kind}: {:?}", started.elapsed());
    }
    let mut parts = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n".to_vec();
    for _ in 0..50_000 {
        parts.extend_from_slice(b"--x\nContent-Type: multipart/mixed; boundary=x\n\n");
    }
    let _ = read(&parts);
    let mut digest = b"From: a@b.example\nContent-Type: multipart/digest; boundary=x\n\n".to_vec();
    for _ in 0..20_000 {
        digest.extend_from_slice(b"--x\n\nContent-Type: multipart/digest; boundary=x\n\n");
    }
    let _ = read(&digest);
    let many_attributes: String = (0..100_000).map(|number| format!(" a{number}")).collect();
    for html in [
        "<div>".repeat(200_000),
        "<b><p>".repeat(50_000),
        format!("<p{many_attributes}>"),
        "<a b=\"".repeat(50_000),
        "<table><tr><td>".repeat(50_000),
    ] {
        let mail = format!("From: a@b.example\nContent-Type: text/html\n\n{html}x");
        let started = std::time::Instant::now();
        let _ = read(mail.as_bytes());
        assert!(
            started.elapsed().as_secs() < 10,
            "{:?} for {}",
            started.elapsed(),
            html.chars().take(20).collect::<String>()
        );
    }
}

#[test]
fn shared_attack_payloads_become_harmless() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        ["../../shared/fixtures", "../../../shared/fixtures"].iter().map(|path| here.join(path).join("html/xss.jsonl"));
    let Some(path) = found.into_iter().find(|path| path.is_file()) else {
        skipped("the shared fixtures are not here; HTML attack payloads were not tried");
        return;
    };
    let mut tried = 0;
    for line in fs::read_to_string(path).unwrap().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let safe = safe_html(record["payload"].as_str().unwrap()).unwrap_or_default();
        assert_harmless(&safe, &record["id"].to_string());
        assert_eq!(safe_html(&safe).unwrap_or_default(), safe, "{}: cleaning twice changed it", record["id"]);
        tried += 1;
    }
    println!("{tried} payloads harmless and settled");
    assert!(tried > 100);
}

/// Walks the re-parsed tree for anything that acts or fetches.
fn assert_harmless(safe: &str, id: &str) {
    let dom = html2text::config::plain().parse_html(safe.as_bytes()).unwrap();
    let mut stack = vec![dom.document.clone()];
    while let Some(node) = stack.pop() {
        stack.extend(node.children.borrow().iter().cloned());
        let html2text::Element { name, attrs, .. } = &node.data else { continue };
        let tag: &str = &name.local;
        let banned = ["script", "style", "iframe", "object", "embed", "form", "base", "meta", "link", "svg", "math"];
        assert!(!banned.contains(&tag), "{id}: <{tag}> in {safe}");
        for attribute in attrs.borrow().iter() {
            let key: &str = &attribute.name.local;
            let value = attribute.value.trim().to_ascii_lowercase();
            assert!(!key.starts_with("on"), "{id}: {key} in {safe}");
            assert!(!value.contains("url("), "{id}: {key} fetches in {safe}");
            if matches!(
                key,
                "href" | "src" | "action" | "formaction" | "background" | "poster" | "srcset" | "cite" | "xlink:href"
            ) {
                let scheme = value.split(':').next().unwrap_or_default();
                assert!(matches!(scheme, "http" | "https" | "mailto" | "tel" | "cid"), "{id}: {key}={value}");
                assert!(key == "href" || key == "cite" || scheme == "cid", "{id}: {key}={value} is fetched unasked");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let mail = read(&bytes);
        prop_assert!(!mail.warnings.iter().any(|warning| warning == "parser_panicked"));
    }

    #[test]
    fn mutated_mails_never_panic(
        which in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..30),
    ) {
        let name = ["nested-multipart.eml", "bounce-dsn.eml", "html-only.eml", "outlook-german-quote.eml"][which];
        let mut bytes = fixture(name);
        for (index, byte, action) in changes {
            let at = index.index(bytes.len());
            match action {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let mail = read(&bytes);
        prop_assert!(!mail.warnings.iter().any(|warning| warning == "parser_panicked"));
        prop_assert!(mail.text.trim().is_empty() || !mail.visible_text.trim().is_empty());
        prop_assert!(mail.kind != MailKind::Complaint);
    }
}

/// Past the capture of the test runner, in one piece: `tests/run` counts these lines.
fn skipped(why: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
