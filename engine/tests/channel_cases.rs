//! Ugly cases of text messages, WhatsApp, calls and calendars, by their numbers: what providers may send, and what must
//! come of it.

#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use remit_engine::channels::{
    Account, Answered, Doubt, Event, Happened, Hook, Is, NewMessage, PROVIDERS, provider, segments, sign,
};
use remit_engine::domain::ChannelKind;
use remit_engine::ports::{OutboundMessage, SendClass, SendError};
use serde_json::{Value, json};

const NOW: i64 = 1_772_532_000_000;

fn read(name: &str, account: &Account, media_type: &str, body: &[u8]) -> Vec<Event> {
    let headers = [("content-type".to_owned(), media_type.to_owned())];
    let hook = Hook { method: "POST", url: "https://x/y", headers: &headers, body, extra: None, now_ms: NOW };
    provider(name).unwrap().parse(account, &hook)
}

fn json(name: &str, body: &Value) -> Vec<Event> {
    read(name, &Account::default(), "application/json", body.to_string().as_bytes())
}

fn form(fields: &[(&str, &str)]) -> Vec<Event> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    read("twilio", &Account::default(), "application/x-www-form-urlencoded", body.as_bytes())
}

fn with(settings: &[(&str, &str)], secrets: &[(&str, &str)]) -> Account {
    let map =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Account { address: "+15550000001".to_owned(), settings: map(settings), secrets: map(secrets), hook_url: None }
}

fn outbound(channel: ChannelKind, to: &str, text: &str, answers_at_ms: Option<i64>) -> OutboundMessage {
    OutboundMessage {
        idempotency_key: "0abc.12".to_owned(),
        channel,
        message_id: "0abc.12@remit.invalid".to_owned(),
        from: "+15550000001".to_owned(),
        from_name: None,
        to: to.to_owned(),
        to_name: None,
        subject: None,
        body_text: text.to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        automatic: false,
        answers_at_ms,
        attachments: Vec::new(),
        at_ms: NOW,
    }
}

fn messages(events: &[Event]) -> Vec<&NewMessage> {
    events
        .iter()
        .filter_map(|event| if let Happened::Message(message) = &event.happened { Some(&**message) } else { None })
        .collect()
}

fn meta(value: Value) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] })
}

fn whatsapp(message: Value) -> Vec<Event> {
    json(
        "whatsapp_cloud",
        &meta(
            json!({ "contacts": [{ "wa_id": "41790000001", "user_id": "US.1", "profile": { "name": "Lena" } }], "messages": [message] }),
        ),
    )
}

#[test]
fn case_071_a_text_message_without_text_is_kept() {
    for body in ["", "👍", "a\u{0}b"] {
        let found = form(&[("MessageSid", "SM1"), ("From", "+41790000001"), ("Body", body)]);
        assert_eq!(messages(&found)[0].text, body.replace('\0', ""));
    }
    assert_eq!(messages(&form(&[("MessageSid", "SM1"), ("From", "+41790000001")]))[0].text, "");
}

#[test]
fn case_072_a_picture_alone_is_a_message_with_a_file() {
    let found = form(&[
        ("MessageSid", "MM1"),
        ("From", "+41790000001"),
        ("NumMedia", "2"),
        ("MediaUrl0", "https://m/1"),
        ("MediaContentType0", "image/jpeg"),
    ]);
    let files = &messages(&found)[0].files;
    // The second was announced and is not there.
    assert_eq!((files.len(), files[0].media_type.as_str(), files[1].reference.as_str()), (2, "image/jpeg", ""));
}

#[test]
fn case_083_no_secret_means_that_nothing_is_believed() {
    for own in PROVIDERS {
        let hook = Hook { method: "POST", url: "https://x/y", headers: &[], body: b"{}", extra: None, now_ms: NOW };
        assert_eq!(own.verify(&Account::default(), &hook), Err(Doubt::Unconfigured), "{}", own.name());
    }
}

#[test]
fn case_084_a_character_is_never_split_and_one_odd_one_changes_the_coding() {
    assert_eq!((segments::segments(&"a".repeat(160)).count, segments::segments(&"a".repeat(161)).count), (1, 2));
    assert_eq!(segments::segments(&"a".repeat(306)).count, 2);
    let curly = segments::segments(&format!("{}’", "a".repeat(69)));
    assert_eq!((curly.gsm, curly.count), (false, 1));
    assert_eq!(segments::segments(&format!("{}’", "a".repeat(70))).count, 2);
    // 33 pairs fill 66 of 67 units: the next begins a part of its own.
    assert_eq!(segments::segments(&"👍".repeat(67)).count, 3);
    assert_eq!(segments::segments(&"€".repeat(80)).count, 1);
    assert_eq!(segments::segments(&"€".repeat(81)).count, 2, "two septets each");
    assert_eq!(segments::segments("").count, 0);
}

#[test]
fn case_087_each_number_of_a_batch_goes_to_its_own_channel() {
    let change = |number: &str, id: &str| {
        json!({ "field": "messages", "value": { "metadata": { "phone_number_id": number },
            "messages": [{ "from": "41790000001", "id": id, "type": "text", "text": { "body": "Hi" } }] } })
    };
    let body = json!({ "entry": [{ "changes": [change("1", "wamid.a"), change("2", "wamid.b")] }, { "changes": [change("1", "wamid.c")] }] });
    let found = read(
        "whatsapp_cloud",
        &with(&[("phone_number_id", "1")], &[]),
        "application/json",
        body.to_string().as_bytes(),
    );
    let ids: Vec<&str> = messages(&found).iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["wamid.a", "wamid.c"]);
    assert_eq!(found.len(), 3, "the other is kept as an event");
}

#[test]
fn case_088_a_person_without_a_number_can_be_answered() {
    let value = json!({ "contacts": [{ "user_id": "US.1349", "profile": { "name": "Kim" } }],
        "messages": [{ "from_user_id": "US.1349", "id": "wamid.x", "type": "text", "text": { "body": "Hi" } }] });
    let found = json("whatsapp_cloud", &meta(value));
    let message = messages(&found)[0];
    assert_eq!((message.from.as_str(), message.name.as_deref()), ("US.1349", Some("Kim")));
    let account = with(&[("phone_number_id", "1")], &[("access_token", "t")]);
    let call = provider("whatsapp_cloud")
        .unwrap()
        .send(&account, &outbound(ChannelKind::Whatsapp, "US.1349", "Hello", Some(NOW)), NOW)
        .unwrap();
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!((body["recipient"].as_str(), body.get("to")), (Some("US.1349"), None));
    let both = whatsapp(json!({ "from": "41790000001", "id": "wamid.y", "type": "text", "text": { "body": "Hi" } }));
    assert_eq!(
        (messages(&both)[0].from.as_str(), messages(&both)[0].also.as_slice()),
        ("+41790000001", &["US.1".to_owned()][..])
    );
}

#[test]
fn case_089_after_24_hours_only_a_template_leaves() {
    let account = with(&[("phone_number_id", "1")], &[("access_token", "t")]);
    let own = provider("whatsapp_cloud").unwrap();
    let hour = 3_600_000;
    let send = |text: &str, hours: i64| {
        own.send(&account, &outbound(ChannelKind::Whatsapp, "+41790000001", text, Some(NOW - hours * hour)), NOW)
    };
    assert!(send("Hello", 23).is_ok());
    let Err(SendError::Refused(why)) = send("Hello", 25) else { panic!("it is refused") };
    assert!(why.contains("template"), "{why}");
    let call = send("template: order_ready de\nAnn\n4711", 25).unwrap();
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(body["template"]["name"], "order_ready");
    assert_eq!(body["template"]["components"][0]["parameters"][1]["text"], "4711");
    let mut automatic = outbound(ChannelKind::Whatsapp, "+41790000001", "template: order_ready", Some(NOW - 25 * hour));
    automatic.automatic = true;
    assert!(own.send(&account, &automatic, NOW).is_err(), "no model sends a template by writing one");
}

#[test]
fn case_090_each_error_asks_for_something_else() {
    let own = provider("whatsapp_cloud").unwrap();
    let answer = |code: i64, status: u16| {
        let body = json!({ "error": { "code": code, "message": "…" } }).to_string().into_bytes();
        own.sent(&Answered { status, after_ms: Some(9_000), body }).unwrap_err()
    };
    let words: Vec<String> = [(131_047, 400), (131_026, 400), (131_049, 400), (131_056, 400), (190, 401)]
        .map(|(code, status)| answer(code, status).to_string())
        .to_vec();
    for (at, word) in words.iter().enumerate() {
        assert!(words.iter().skip(at + 1).all(|other| other != word), "{words:#?}");
    }
    assert!(matches!(answer(131_056, 400), SendError::Throttled { after_ms: Some(9_000), .. }));
    assert!(matches!(answer(131_047, 400), SendError::Refused(_)));
    assert!(matches!(answer(131_050, 400), SendError::OptedOut(_)));
    assert!(matches!(answer(1, 500), SendError::InDoubt(_)), "it may have been sent");
    let nothing = own.sent(&Answered { status: 200, after_ms: None, body: b"{}".to_vec() });
    assert!(matches!(nothing, Err(SendError::InDoubt(_))));
}

#[test]
fn case_091_093_095_what_is_done_to_messages_is_no_message() {
    let reaction = whatsapp(
        json!({ "from": "41790000001", "id": "w1", "type": "reaction", "reaction": { "message_id": "wamid.o", "emoji": "👍" } }),
    );
    assert!(matches!(&reaction[0].happened, Happened::Reaction { emoji: Some(emoji) } if emoji == "👍"));
    assert_eq!(reaction[0].refs, ["wamid.o"]);
    let gone = whatsapp(
        json!({ "from": "41790000001", "id": "w2", "type": "reaction", "reaction": { "message_id": "wamid.o" } }),
    );
    assert!(matches!(gone[0].happened, Happened::Reaction { emoji: None }));
    let moved = whatsapp(
        json!({ "from": "41790000001", "id": "w3", "type": "system", "system": { "type": "user_changed_number", "wa_id": "41790000099" } }),
    );
    assert!(
        matches!(&moved[0].happened, Happened::Moved { from, to } if from == "+41790000001" && to == "+41790000099")
    );
    let echo = json!({ "entry": [{ "changes": [{ "field": "smb_message_echoes", "value": { "message_echoes": [
        { "from": "15550000001", "to": "41790000001", "id": "w4", "type": "text", "text": { "body": "From the telephone" } }] } }] }] });
    let echo = json("whatsapp_cloud", &echo);
    assert!(matches!(&echo[0].happened, Happened::Echo(message) if message.to.as_deref() == Some("+41790000001")));
}

#[test]
fn case_092_094_what_cannot_be_shown_has_a_place() {
    for kind in ["unsupported", "ephemeral", "hologram"] {
        let found =
            whatsapp(json!({ "from": "41790000001", "id": "w1", "type": kind, "errors": [{ "code": 131051 }] }));
        let message = messages(&found)[0];
        assert!(message.automated && message.text.contains(kind), "{message:?}");
    }
    let found = whatsapp(
        json!({ "from": "41790000001", "id": "w2", "type": "image", "image": { "id": "gone", "mime_type": "image/jpeg" } }),
    );
    assert_eq!(messages(&found)[0].files[0].reference, "gone");
}

#[test]
fn case_101_102_calendars_and_stages_come_in_any_order() {
    let event = |id: i64, at: i64, stage: &str| json!({ "eventId": id, "subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "propertyValue": stage, "objectId": 7, "occurredAt": at });
    let found = json(
        "hubspot",
        &json!([event(2, 2_000_000_000_000, "won"), event(1, 1_900_000_000_000, "offer"), { "subscriptionType": "contact.creation" }]),
    );
    let lines: Vec<&str> = found
        .iter()
        .filter_map(
            |event| if let Happened::Timeline(line) = &event.happened { Some(line.summary.as_str()) } else { None },
        )
        .collect();
    assert_eq!(lines, ["Deal 7 moved to offer", "Deal 7 moved to won"]);
    let moved = json(
        "cal_com",
        &json!({ "triggerEvent": "BOOKING_RESCHEDULED", "createdAt": "2026-03-03T10:00:00Z",
        "payload": { "uid": "u2", "rescheduleUid": "u1", "title": "Demo", "startTime": "2026-03-04T09:00:00Z", "attendees": [{ "email": "kim@x.example" }] } }),
    );
    assert!(
        matches!(&moved[0].happened, Happened::Timeline(line) if line.kind == "meeting_moved" && line.replaces.as_deref() == Some("u1"))
    );
    let deal = json(
        "pipedrive",
        &json!({ "meta": { "action": "change", "entity": "deal", "entity_id": 3, "id": "e1" }, "data": { "stage_id": 4, "title": "Big" }, "previous": { "stage_id": 2 } }),
    );
    assert!(
        matches!(&deal[0].happened, Happened::Timeline(line) if line.summary == "Big moved from stage 2 to stage 4")
    );
}

#[test]
fn case_103_old_requests_are_refused_and_a_secret_that_is_replaced_still_counts() {
    let account = with(&[], &[("secret", "new"), ("previous_secret", "old")]);
    let body = b"{}";
    let signed = |key: &str| data_encoding::HEXLOWER.encode(&sign::hmac_sha256(key.as_bytes(), &[body]));
    for (key, good) in [("new", true), ("old", true), ("other", false)] {
        let headers = [("x-cal-signature-256".to_owned(), signed(key))];
        let hook = Hook { method: "POST", url: "", headers: &headers, body, extra: None, now_ms: NOW };
        assert_eq!(provider("cal_com").unwrap().verify(&account, &hook).is_ok(), good, "{key}");
    }
    let retell = with(&[], &[("api_key", "k")]);
    for (minutes, wanted) in
        [(0, Ok(())), (4, Ok(())), (10, Err(Doubt::Stale)), (-10, Err(Doubt::Stale)), (525_600, Err(Doubt::Stale))]
    {
        let at = (NOW - minutes * 60_000).to_string();
        let digest = data_encoding::HEXLOWER.encode(&sign::hmac_sha256(b"k", &[body, at.as_bytes()]));
        let headers = [("x-retell-signature".to_owned(), format!("v={at},d={digest}"))];
        let hook = Hook { method: "POST", url: "", headers: &headers, body, extra: None, now_ms: NOW };
        assert_eq!(provider("retell").unwrap().verify(&retell, &hook), wanted, "{minutes}");
    }
}

/// Every provider, over bodies of every other shape: an event comes of each, and nothing breaks.
#[test]
fn case_104_other_shapes_are_kept_and_break_nothing() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let odd: Vec<Vec<u8>> = [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[1,null,{}]",
        "\u{feff}{}",
        r#"{"entry":[{"changes":[{"field":"messages","value":{"messages":[{}],"statuses":[{}]}}]}]}"#,
        r#"{"data":{"event_type":"message.received","payload":{"id":1,"from":7}}}"#,
        r#"{"message":{"type":"end-of-call-report","call":null}}"#,
        r#"{"event":"call_ended","call":{"call_id":"c","transcript":"User:"}}"#,
        r#"{"msys":{"message_event":{}}}"#,
        "a=1&b=%ff%00&=",
        r#"{"Type":"Notification","Message":"{\"notificationType\":\"Bounce\"}"}"#,
        r#"{"RecordType":"Bounce"}"#,
        r#"{"triggerEvent":"BOOKING_CREATED","payload":[]}"#,
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--",
        "--b",
        "--b\r\n\r\n--b--",
        &deep,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([b"\x1f\x8b\x08\x00".to_vec(), vec![0xff; 4096], vec![b'['; 1 << 20]])
    .collect();
    let mut read_all = 0;
    for own in PROVIDERS {
        for body in &odd {
            for kind in [
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                "text/plain",
                "",
            ] {
                let headers =
                    [("content-type".to_owned(), kind.to_owned()), ("authorization".to_owned(), "Basic !!".to_owned())];
                let hook = Hook {
                    method: "POST",
                    url: "https://x/y?message=msg_1",
                    headers: &headers,
                    body,
                    extra: None,
                    now_ms: NOW,
                };
                let found = own.parse(&Account::default(), &hook);
                assert!(!found.is_empty() && found.iter().all(|event| !event.key.is_empty()), "{}", own.name());
                assert!(
                    own.verify(&with(&[("public_key", "AAAA"), ("topic_arn", "a")], &[("auth_token", "t")]), &hook)
                        .is_err(),
                    "{}",
                    own.name()
                );
                read_all += 1;
            }
        }
    }
    println!("odd bodies: {read_all} of {read_all} right");
}

#[test]
fn case_109_a_provider_that_can_be_asked_is_asked_by_what_only_this_message_has() {
    let own = provider("twilio").unwrap();
    assert_eq!(own.class(), SendClass::Queryable);
    let account = with(&[("account_sid", "AC1")], &[("auth_token", "t")]);
    let message = outbound(ChannelKind::Sms, "+41790000001", "Yes, at nine.", None);
    let list = |body: &str, date: &str| {
        let body =
            json!({ "messages": [{ "sid": "SM9", "body": body, "date_created": date }] }).to_string().into_bytes();
        own.looked_up(&account, &message, &Answered { status: 200, after_ms: None, body })
    };
    // 2026-03-03T10:00:00Z is when it was decided.
    assert_eq!(list("Yes, at nine.", "Tue, 03 Mar 2026 10:00:00 +0000").unwrap().unwrap().provider_ref, "SM9");
    assert_eq!(list("Yes, at nine.", "Tue, 03 Mar 2026 09:59:00 +0000").unwrap(), None, "the same words before");
    assert_eq!(list("Yes, at ten.", "Tue, 03 Mar 2026 10:00:03 +0000").unwrap(), None);
    assert!(own.looked_up(&account, &message, &Answered { status: 500, after_ms: None, body: Vec::new() }).is_err());
    for blind in ["telnyx", "whatsapp_cloud"] {
        assert_eq!(provider(blind).unwrap().class(), SendClass::Blind);
    }
}

#[test]
fn statuses_are_words_of_one_model() {
    for (word, wanted) in [
        ("accepted", Is::Queued),
        ("sending", Is::Sending),
        ("undelivered", Is::Failed),
        ("canceled", Is::Cancelled),
        ("new", Is::Other),
    ] {
        let found = form(&[("MessageSid", "SM1"), ("MessageStatus", word), ("ErrorCode", "0")]);
        assert!(
            matches!(&found[0].happened, Happened::Status(status) if status.is == wanted && status.cause.is_none()),
            "{word}: {found:?}"
        );
    }
}

/// A certificate, and signatures by its key, made for this test: there is no public vector.
const CERTIFICATE: &str = "MIIDLzCCAhegAwIBAgIUZUlk8bMsQoXoKuErp03q2evM5RMwDQYJKoZIhvcNAQELBQAwJjEkMCIGA1UEAwwbc25zLmV1LXdlc3QtMS5hbWF6b25hd3MuY29tMCAXDTI2MTEyNjIwNTczMloYDzIxMjYxMTAyMjA1NzMyWjAmMSQwIgYDVQQDDBtzbnMuZXUtd2VzdC0xLmFtYXpvbmF3cy5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCNTFuQNhnAvWFKPQY8+QpftxMg1REJotsEvKfknBhYLOra7KJV2sKPtjuVDfJNM9ksSdFtsEi7WI6GIgsAt5TEdPDuDe4rtTuLH1QgbIA4YlfD1+Hfknx82eCuD2mGvhwRphooAcWA6xZouzoep/WwvAYL4cucNh0/be+7LiNcwJl4dQcjH1Hp6p6UfUfTGLmiVWDZcTXiLEdB7gfRGbVT4Xf98LgMK02DQJ898IXrdL5+sjvDtOxbJfPdvDplffdoGQhuDXkioCWx9GAzWHYoN9aySf8Xs/YU384+eG4l3nFgiC1ELb/hbZiBieUtG4bcaQ039trmI5/GwrxlIYdhAgMBAAGjUzBRMB0GA1UdDgQWBBRzvS4uVhzK1v4+xM3s1dUvH7abZzAfBgNVHSMEGDAWgBRzvS4uVhzK1v4+xM3s1dUvH7abZzAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBmPPfZ1xda8UWwME+FOyRRxaFKA0qIi0kMcMV+7evxLSOPxmi4ccy9ADMOmVaNXYcpprNPbIVX6V9ptJu6gzMvFVycqpdzfHC5sjObeWGkHuaSypjvMee/QWzJADe/YgLvKZ3eC4Nvqkl4ifE9czlyWpcTPPDdhAaN3+5JN8C8T5xmN/pCvfNiX6V6FAQGaaA81GYTFeRN32ZUH+P8ALsq80mLyT7YqQFdKrMxquFwG1AIjrdhonQF2iqQ50ha0p3K2z2u9osrKUF1Ntq9DD7BXfW1JEfCAurExMfKLvZUehzFcWNtYAr/UTPD4vMtkQ9zoK/z3EQhaT/bUdLnQmz3";
const SIGNED: [(&str, &str); 2] = [
    (
        "1",
        "dh8AGnG8WyNFuhzVohJP+GWffddrv3pAFJEnkfmovb7PYv+3nRdAAbwyLM7IWXqxgxMce4/teLfS5KdCd53MyQdDDcWI6/cDZskF4wd6wZIF76AlDLHmnuNJo4ENtlXW22IzIA2HcfPF+eTIRgz65wtexXgXI4pzCYMc5x3y5Qe6inYYPGzGIlASBETQEFMY3/qJUUgjwXExekL3XoE21M4pMPIy+9emZzAa5aUZP/WK5kf0kfck5RN8Q2dtIWqGqARxbsZSB10rzBxTleNF2N+KIgJEnaVKKMEWWcOjh+fV2OrFVgsD7rFNBXK1wEYl8TKHvMJzwJOfpg0pa5d1Pg==",
    ),
    (
        "2",
        "JHX78h3wgT5mCqO7AJP0oDFdn+t8rDTj+FMnHFfFIAIo2CSEJNSNOp1fLiXgRPLT7cDNmXkqQvhOIB+BeiTel2u9+Am+QR4BaYsheGBV1DKSbpgWKyLioRfQb++Q5hlESiiMl4d8hnFUZqPp+qF6fxuSlDB12BPKgRviX4U3mmohSjHRT0Di6IbBaASsTcorX3hLZe/1rP98MEFi9gZQt5AVaQXpVBdeKJpmiDO/Q/yxlqfMDV2LEVrgC921lzZTot9/Q0qo1bu3eB89iJNz901tQS8vBXy3X21cN+b1WAOTiX+s2o6OCHrFmFbmAnDqPTnevyTNGGRmBB7rOHwFkg==",
    ),
];

#[test]
fn ses_is_believed_by_the_certificate_of_a_topic_that_is_named() {
    let pem = format!("-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n");
    let own = provider("ses").unwrap();
    let topic = "arn:aws:sns:eu-west-1:1:mail";
    for (version, signature) in SIGNED {
        let mut envelope = json!({ "Type": "Notification", "MessageId": "n1", "TopicArn": topic, "Timestamp": "2026-03-03T10:00:00.000Z",
            "Message": "{\"notificationType\":\"Delivery\",\"mail\":{\"messageId\":\"ses-1\",\"destination\":[\"a@b\"]},\"delivery\":{\"timestamp\":\"2026-03-03T10:00:00Z\",\"recipients\":[\"a@b\"]}}",
            "SignatureVersion": version, "Signature": signature, "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem" });
        let verify = |envelope: &Value, topic: &str, certificate: Option<&[u8]>| {
            let body = envelope.to_string();
            let hook =
                Hook { method: "POST", url: "", headers: &[], body: body.as_bytes(), extra: certificate, now_ms: NOW };
            let account = with(&[("topic_arn", topic)], &[]);
            (own.needs(&account, &hook).map(|call| call.url), own.verify(&account, &hook))
        };
        let good = verify(&envelope, topic, Some(pem.as_bytes()));
        assert_eq!(good, (Some("https://sns.eu-west-1.amazonaws.com/x.pem".to_owned()), Ok(())));
        let der = data_encoding::BASE64.decode(CERTIFICATE.as_bytes()).unwrap();
        assert_eq!(verify(&envelope, topic, Some(&der)).1, Ok(()));
        assert_eq!(verify(&envelope, topic, None).1, Err(Doubt::Missing));
        assert_eq!(verify(&envelope, topic, Some(&der[..200])).1, Err(Doubt::Wrong));
        assert_eq!(verify(&envelope, "arn:another", Some(pem.as_bytes())), (None, Err(Doubt::Wrong)));
        let found = json("ses", &envelope);
        assert!(
            matches!(&found[0].happened, Happened::Status(status) if status.is == Is::Delivered && status.recipient.as_deref() == Some("a@b")),
            "{found:?}"
        );
        for elsewhere in [
            "http://sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/x",
            "https://evil.example/sns.eu-west-1.amazonaws.com",
            "https://sns.eu-west-1.amazonaws.com:8443/x",
            "https://a@sns.eu-west-1.amazonaws.com/x",
        ] {
            envelope["SigningCertURL"] = json!(elsewhere);
            assert_eq!(verify(&envelope, topic, Some(pem.as_bytes())).0, None, "{elsewhere}");
        }
        envelope["Message"] = json!("{}");
        assert_eq!(verify(&envelope, topic, Some(pem.as_bytes())).1, Err(Doubt::Wrong));
    }
}
