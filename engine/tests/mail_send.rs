//! Composes mail, writes it to the outbox, and sends it to a small SMTP server that answers as told.

#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use std::path::Path;
use std::sync::Arc;

use remit_engine::adapters::{MailDrop, OutboundRouter, Outbox, SmtpOutbound};
use remit_engine::domain::ChannelKind;
use remit_engine::mail::{MailKind, compose, read};
use remit_engine::ports::{Outbound, OutboundMessage, Outbounds, SendClass, SendError};
use remit_engine::store::rows::ChannelRow;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

fn message(automatic: bool) -> OutboundMessage {
    OutboundMessage {
        idempotency_key: "run_01:send".to_owned(),
        channel: ChannelKind::Email,
        message_id: "cnv.msg.mac@shop.example".to_owned(),
        from: "support@shop.example".to_owned(),
        from_name: Some("Shop – Hilfe".to_owned()),
        to: "ann@customer.example".to_owned(),
        to_name: Some("Ann \"A\" Lee".to_owned()),
        subject: Some("Re: Größe der Jacke, bitte".to_owned()),
        body_text: "Guten Tag,\n\ndie Größe passt.\n.\n. Punkt\nFrom here on it works.\n\nViele Grüße\n".to_owned(),
        in_reply_to: Some("a1@customer.example".to_owned()),
        references: vec!["root@shop.example".to_owned()],
        automatic,
        answers_at_ms: None,
        at_ms: 1_772_800_000_123,
        attachments: Vec::new(),
    }
}

#[test]
fn what_is_composed_reads_back_the_same() {
    let released = read(&compose(&message(false)));
    assert_eq!(released.kind, MailKind::Message);
    assert!(released.own_loop && !released.suppress_auto_reply);
    assert_eq!(released.text, message(false).body_text.trim_end());
    assert_eq!(released.subject, "Re: Größe der Jacke, bitte");
    assert_eq!(released.message_id.as_deref(), Some("cnv.msg.mac@shop.example"));
    assert_eq!(released.in_reply_to.as_deref(), Some("a1@customer.example"));
    assert_eq!(released.references, ["root@shop.example", "a1@customer.example"]);
    assert_eq!(
        (released.from.as_deref(), released.from_name.as_deref()),
        (Some("support@shop.example"), Some("Shop – Hilfe"))
    );
    assert_eq!(released.to, ["ann@customer.example"]);
    assert_eq!(released.date_ms, Some(1_772_800_000_000));
    let automatic = read(&compose(&message(true)));
    assert_eq!(automatic.kind, MailKind::AutoReply);
    assert!(automatic.own_loop && automatic.suppress_auto_reply);
    assert_eq!(compose(&message(true)), compose(&message(true)));
}

#[test]
fn a_text_with_markup_leaves_as_text_and_as_html() {
    let mut rich = message(false);
    rich.body_text =
        "**Hello** Ann,\n- see [our page](https://shop.example/a?b=1&c=2)\n- <b>this</b> is text".to_owned();
    let bytes = String::from_utf8(compose(&rich)).unwrap();
    assert!(bytes.contains("multipart/alternative"), "{bytes}");
    let back = read(bytes.as_bytes());
    let html = back.safe_html.unwrap_or_default();
    assert!(html.contains("<b>Hello</b> Ann,"), "{html}");
    assert!(html.contains("href=\"https://shop.example/a?b=1&amp;c=2\""), "{html}");
    assert!(html.contains("&lt;b&gt;this&lt;/b&gt; is text"), "{html}");
    assert!(bytes.contains("**Hello** Ann,"), "the text is as it was approved: {bytes}");
    assert_eq!(compose(&rich), compose(&rich), "every attempt sends the same bytes");
    rich.channel = ChannelKind::Sms;
    assert!(!String::from_utf8(compose(&rich)).unwrap().contains("text/html"), "other channels carry text alone");
}

#[test]
fn nothing_in_a_message_can_break_out_of_its_place() {
    let mut hostile = message(false);
    hostile.subject = Some("Hi\r\nBcc: victim@x.example\r\n\r\nbody".to_owned());
    hostile.from_name = Some("A\r\nX-Evil: 1".to_owned());
    hostile.to_name = Some("B\u{0}\n\rC\u{2028}D".to_owned());
    hostile.message_id = "a@b>\r\nX-Evil: 2".to_owned();
    hostile.references = vec!["r\r\nX-Evil: 3".to_owned(), String::new()];
    hostile.idempotency_key = "k\r\nX-Evil: 4".to_owned();
    hostile.body_text = format!("one\r.\rMAIL FROM:<x>\n.\n\u{b}two{}", "x".repeat(5_000));
    let bytes = compose(&hostile);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'\n' => at > 0 && bytes[at - 1] == b'\r',
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        byte => byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'),
    }));
    assert!(text.lines().all(|line| line.len() <= 998 && !line.starts_with('.')), "{text}");
    assert!(!text.contains("\r\nX-Evil") && !text.contains("\r\nBcc"), "{text}");
    let back = read(&bytes);
    assert_eq!(back.subject, "Hi Bcc: victim@x.example body");
    assert!(back.text.starts_with("one\n.\nMAIL FROM:<x>\n.\ntwoxxx"));
}

#[test]
fn long_reference_chains_keep_both_ends() {
    let mut long = message(false);
    long.references = (0..300).map(|number| format!("m{number}@x.example")).collect();
    let back = read(&compose(&long));
    assert_eq!(back.references.len(), 40);
    assert_eq!(back.references.first().map(String::as_str), Some("m0@x.example"));
    assert_eq!(back.references.last().map(String::as_str), Some("a1@customer.example"));
}

#[tokio::test]
async fn the_outbox_holds_one_file_for_each_message() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::new(folder.path());
    assert_eq!(outbox.class(), SendClass::Queryable);
    let mail = message(true);
    assert_eq!(outbox.look_up(&mail).await, Ok(None));
    let receipt = outbox.send(&mail).await.unwrap();
    assert_eq!(outbox.send(&mail).await.unwrap(), receipt);
    assert_eq!(outbox.look_up(&mail).await, Ok(Some(receipt.clone())));
    let new = folder.path().join("email/new");
    let files: Vec<_> = std::fs::read_dir(&new).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read(&files[0]).unwrap(), compose(&mail));
    assert_eq!(std::fs::read_dir(folder.path().join("email/tmp")).unwrap().count(), 0);
    // A reader took it and flagged it.
    let name = files[0].file_name().unwrap().to_str().unwrap().to_owned();
    std::fs::rename(&files[0], folder.path().join(format!("email/cur/{name}:2,RS"))).unwrap();
    assert_eq!(outbox.look_up(&mail).await, Ok(Some(receipt.clone())));
    assert_eq!(outbox.send(&mail).await.unwrap(), receipt);
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 0);
    let mut text = message(true);
    text.channel = ChannelKind::Sms;
    (text.from, text.to, text.subject) = ("+49301234".to_owned(), "+15551230000".to_owned(), None);
    outbox.send(&text).await.unwrap();
    let path = folder.path().join("sms/new").join(Outbox::file_name(&text.idempotency_key));
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written.contains("X-Remit-Channel: sms\r\n") && written.contains("+15551230000"), "{written}");
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("email"), b"in the way").unwrap();
    let outcome = Outbox::new(folder.path()).send(&message(true)).await;
    assert!(matches!(outcome, Err(SendError::Transient(_))), "{outcome:?}");
}

#[tokio::test]
async fn simultaneous_attempts_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Arc::new(Outbox::new(folder.path()));
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn({
                let outbox = outbox.clone();
                async move { outbox.send(&message(true)).await }
            })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap().unwrap();
    }
    let files: Vec<_> =
        std::fs::read_dir(folder.path().join("email/new")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read(&files[0]).unwrap(), compose(&message(true)));
}

#[tokio::test]
async fn dropped_mails_are_listed_until_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let drop = MailDrop::new(folder.path());
    assert!(drop.list(10).await.unwrap().is_empty());
    std::fs::create_dir(folder.path().join("new")).unwrap();
    std::fs::write(folder.path().join("new/1.host"), b"Subject: one\n\n1").unwrap();
    std::fs::write(folder.path().join("two.eml"), b"Subject: two\n\n2").unwrap();
    std::fs::write(folder.path().join("notes.txt"), b"not a mail").unwrap();
    std::fs::write(folder.path().join("new/.hidden"), b"").unwrap();
    let listed = drop.list(10).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(drop.list(1).await.unwrap().len(), 1);
    for path in &listed {
        assert!(drop.read(path).await.unwrap().starts_with(b"Subject"));
        let done = drop.accept(path).await.unwrap();
        assert!(done.to_str().unwrap().ends_with(":2,S") && done.parent() == Some(&*folder.path().join("cur")));
        assert!(drop.read(path).await.is_err());
    }
    assert!(drop.list(10).await.unwrap().is_empty());
    std::fs::write(folder.path().join("two.eml"), b"Subject: another two\n\n2").unwrap();
    drop.accept(&folder.path().join("two.eml")).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("cur")).unwrap().count(), 3);
}

/// How the server answers a delivery.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Token,
    Accept,
    RefuseRecipient,
    BusyRecipient,
    RefuseData,
    DropAfterData,
    DropAtMail,
}

/// Serves SMTP on a local port; the task ends with what it received as data.
async fn server(answer: Answer) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let (read_half, mut write_half) = socket.into_split();
        let mut lines = BufReader::new(read_half);
        write_half.write_all(b"220 test ESMTP\r\n").await.unwrap();
        let (mut data, mut signed_in) = (String::new(), false);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).await.unwrap_or(0) == 0 {
                return data;
            }
            let command = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            let reply: &[u8] = match (command.as_str(), answer) {
                ("EHLO", Answer::Token) => b"250-test\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 8BITMIME\r\n",
                // `user=ann@shop.example`, `auth=Bearer a/token`, each ended by U+0001, and one more.
                ("AUTH", Answer::Token) => match line.trim_end() {
                    "AUTH XOAUTH2 dXNlcj1hbm5Ac2hvcC5leGFtcGxlAWF1dGg9QmVhcmVyIGEvdG9rZW4BAQ==" => b"235 2.7.0 in\r\n",
                    _ => b"535 5.7.8 no\r\n",
                },
                ("MAIL", Answer::Token) if !signed_in => b"530 5.7.0 sign in\r\n",
                ("EHLO", _) => b"250-test\r\n250 8BITMIME\r\n",
                ("MAIL", Answer::DropAtMail) => return data,
                ("RCPT", Answer::RefuseRecipient) => b"550 5.1.1 no such user\r\n",
                ("RCPT", Answer::BusyRecipient) => b"421 4.7.0 try later\r\n",
                ("DATA", _) => {
                    write_half.write_all(b"354 go on\r\n").await.unwrap();
                    loop {
                        let mut line = String::new();
                        if lines.read_line(&mut line).await.unwrap_or(0) == 0 || line == ".\r\n" {
                            break;
                        }
                        data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    }
                    match answer {
                        Answer::DropAfterData => return data,
                        Answer::RefuseData => b"554 5.7.1 spam\r\n",
                        _ => b"250 2.0.0 queued as Q1\r\n",
                    }
                }
                ("QUIT", _) => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            signed_in |= reply.starts_with(b"235");
            if write_half.write_all(reply).await.is_err() {
                return data;
            }
        }
    });
    (url, task)
}

async fn outcome(answer: Answer) -> Result<String, SendError> {
    let (url, _task) = server(answer).await;
    let smtp = SmtpOutbound::from_url(&url).unwrap();
    smtp.send(&message(true)).await.map(|receipt| receipt.provider_ref)
}

#[tokio::test]
async fn a_token_is_told_by_xoauth2_and_by_nothing_else() {
    let (url, _task) = server(Answer::Token).await;
    let (place, name) = (url.trim_start_matches("smtp://"), "ann%40shop.example");
    let smtp = SmtpOutbound::from_url(&format!("smtp://{name}:a%2Ftoken@{place}?auth=xoauth2")).unwrap();
    let receipt = smtp.send(&message(true)).await.unwrap();
    assert!(receipt.provider_ref.contains("queued as Q1"), "{receipt:?}");
    let (url, _task) = server(Answer::Token).await;
    let place = url.trim_start_matches("smtp://");
    let stale = SmtpOutbound::from_url(&format!("smtp://{name}:old@{place}?auth=xoauth2")).unwrap();
    assert!(matches!(stale.send(&message(true)).await, Err(SendError::Transient(_))), "nothing was sent");
    // A server that does not take tokens is not told one.
    let (url, _task) = server(Answer::Accept).await;
    let place = url.trim_start_matches("smtp://");
    let smtp = SmtpOutbound::from_url(&format!("smtp://{name}:a%2Ftoken@{place}?auth=xoauth2")).unwrap();
    assert!(smtp.send(&message(true)).await.is_err());
    assert!(SmtpOutbound::from_url("smtp://a:b@c.example?auth=smile").is_err());
}

#[tokio::test]
async fn an_accepted_mail_arrives_byte_for_byte() {
    let (url, task) = server(Answer::Accept).await;
    let smtp = SmtpOutbound::from_url(&url).unwrap();
    assert_eq!(smtp.class(), SendClass::Blind);
    let receipt = smtp.send(&message(true)).await.unwrap();
    assert!(receipt.provider_ref.contains("queued as Q1"), "{receipt:?}");
    drop(smtp);
    task.abort();
    let (url, task) = server(Answer::DropAfterData).await;
    let lost = SmtpOutbound::from_url(&url).unwrap().send(&message(true)).await;
    assert!(matches!(lost, Err(SendError::InDoubt(_))), "{lost:?}");
    let received = task.await.unwrap();
    assert_eq!(read(received.as_bytes()).text, message(true).body_text.trim_end());
}

#[tokio::test]
async fn each_failure_says_what_became_of_the_mail() {
    assert!(outcome(Answer::Accept).await.is_ok());
    assert!(
        matches!(outcome(Answer::RefuseRecipient).await, Err(SendError::Refused(words)) if words.contains("no such user"))
    );
    assert!(matches!(outcome(Answer::BusyRecipient).await, Err(SendError::Transient(_))));
    assert!(matches!(outcome(Answer::RefuseData).await, Err(SendError::Refused(_))));
    assert!(matches!(outcome(Answer::DropAfterData).await, Err(SendError::InDoubt(_))));
    // Before the data it could be known, but a lost connection is never taken for certain.
    assert!(matches!(outcome(Answer::DropAtMail).await, Err(SendError::InDoubt(_) | SendError::Transient(_))));
    let nobody = SmtpOutbound::from_url("smtp://127.0.0.1:1").unwrap().send(&message(true)).await;
    assert!(matches!(nobody, Err(SendError::Transient(_))), "{nobody:?}");
}

#[tokio::test]
async fn what_smtp_cannot_carry_is_refused_unsent() {
    let smtp = SmtpOutbound::from_url("smtp://127.0.0.1:1").unwrap();
    let mut wrong = message(true);
    wrong.to = "nobody\r\nRCPT TO:<x@y.example>".to_owned();
    assert!(matches!(smtp.send(&wrong).await, Err(SendError::Refused(_))));
    let mut text = message(true);
    text.channel = ChannelKind::Sms;
    assert!(matches!(smtp.send(&text).await, Err(SendError::Refused(_))));
    assert!(smtp.look_up(&message(true)).await.is_err());
    assert!(SmtpOutbound::from_url("https://x.example").is_err());
    assert!(!format!("{:?}", SmtpOutbound::from_url("smtp://user:secret@127.0.0.1:1").unwrap()).contains("secret"));
}

fn channel(kind: ChannelKind) -> ChannelRow {
    ChannelRow {
        workspace_id: "wsp_1".to_owned(),
        id: "chn_1".to_owned(),
        kind: kind.to_string(),
        name: "Shop".to_owned(),
        address: "support@shop.example".to_owned(),
        status: "active".to_owned(),
        email_warmup: false,
        secret_version: 1,
        created_at: 0,
        provider: None,
        settings: "{}".to_owned(),
        secrets: String::new(),
    }
}

#[tokio::test]
async fn mail_goes_by_smtp_when_there_is_one() {
    let outbox: Arc<dyn Outbound> = Arc::new(Outbox::new(Path::new("unused")));
    let smtp = SmtpOutbound::from_url("smtp://127.0.0.1:1").unwrap();
    let both = OutboundRouter::new(outbox.clone(), Some(smtp));
    assert_eq!(both.for_channel(&channel(ChannelKind::Email)).class(), SendClass::Blind);
    assert_eq!(both.for_channel(&channel(ChannelKind::Sms)).class(), SendClass::Queryable);
    let plain = OutboundRouter::new(outbox, None);
    assert!(ChannelKind::ALL.into_iter().all(|kind| plain.for_channel(&channel(kind)).class() == SendClass::Queryable));
}
