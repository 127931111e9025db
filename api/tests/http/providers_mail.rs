//! Mail, calls and calendars through providers: what they hand over, and what it means for what is there.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_engine::channels::sign;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::Clock as _;
use remit_tests::{Database, each_database};
use serde_json::{Value, json};

use crate::support::{Api, Reply};

/// Connects a channel with a provider.
async fn connect(api: &Api, channel: &str, provider: &str, settings: Value, secrets: Value) -> Value {
    let body = json!({ "provider": provider, "settings": settings, "secrets": secrets });
    let path = format!("/api/v1/channels/{channel}/provider");
    api.call("manager", Method::PUT, &path, Some(body)).await.good()
}

async fn post(api: &Api, channel: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
    let mut request = Request::post(format!("/api/v1/inbound/{channel}"));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    api.request(request.body(Body::from(body.to_vec())).unwrap()).await
}

/// The newest conversation's id.
async fn newest(api: &Api) -> String {
    api.data("viewer", "/api/v1/conversations").await[0]["id"].as_str().unwrap().to_owned()
}

async fn messages(api: &Api, conversation: &str) -> Vec<Value> {
    let mut found = api.data("viewer", &format!("/api/v1/conversations/{conversation}/messages")).await;
    found.sort_by_key(|message| message["seq"].as_i64());
    found
}

fn basic() -> (&'static str, String) {
    ("authorization", format!("Basic {}", data_encoding::BASE64.encode(b"hook:secret")))
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn postmark(database: &Database) -> Api {
    let api = Api::new(database).await;
    connect(&api, "chn_email", "postmark", json!({}), json!({ "basic_auth": "hook:secret" })).await;
    api
}

async fn by_postmark(api: &Api, body: &Value) -> Reply {
    let headers = [(JSON.0, JSON.1.to_owned()), basic()];
    let reply = post(api, "chn_email", &headers, body.to_string().as_bytes()).await;
    api.app.settle().await;
    reply
}

fn mail(text: &str) -> Value {
    json!({ "FromFull": { "Email": "ann@customer.example", "Name": "Ann Läx" }, "Subject": "Größe", "MessageID": "pm-1",
        "ToFull": [{ "Email": "email@acme.example", "Name": "" }], "OriginalRecipient": "email@acme.example",
        "TextBody": text, "Headers": [{ "Name": "Message-ID", "Value": "<a1@customer.example>" }],
        "Attachments": [{ "Name": "x.txt", "Content": "aGk=", "ContentType": "text/plain", "ContentLength": 2 }] })
}

each_database!(a_mail_by_postmark_is_answered_and_what_becomes_of_it_is_followed, |database| {
    let api = postmark(&database).await;
    let first = mail("[question 0.95] When do you open?");
    assert_eq!(by_postmark(&api, &first).await.status.as_u16(), 200);
    assert_eq!(by_postmark(&api, &first).await.status.as_u16(), 200, "again is the same");
    let conversation = newest(&api).await;
    let all = messages(&api, &conversation).await;
    assert_eq!((all.len(), all[0]["subject"].as_str(), all[1]["status"].as_str()), (2, Some("Größe"), Some("sent")));
    assert_eq!(all[0]["author"]["name"], "Ann Läx");
    assert_eq!(all[0]["attachments"][0]["name"], "x.txt");

    let key = api.app.outbound.recorder.sent()[0].idempotency_key.clone();
    let own = remit_engine::channels::own_id(&key);
    let told = |kind: &str, word: &str, id: i64| {
        json!({ "RecordType": kind, "Type": word, "ID": id, "MessageID": "pm-out", "Email": "ann@customer.example",
            "Metadata": { "remit": own }, "BouncedAt": "2026-03-03T10:00:05Z", "DeliveredAt": "2026-03-03T10:00:04Z" })
    };
    // Case 56: it was taken, and came back.
    by_postmark(&api, &told("Bounce", "HardBounce", 7)).await;
    by_postmark(&api, &told("Delivery", "Delivery", 8)).await;
    let all = messages(&api, &conversation).await;
    assert_eq!(all[1]["status"], "bounced", "{all:#?}");
    // The address is not written to any more, and a rep is told so.
    let mut again = mail("[question 0.95] Are you there?");
    again["Headers"][0]["Value"] = json!("<a2@customer.example>");
    by_postmark(&api, &again).await;
    assert_eq!(api.app.sent().len(), 1);
    let replies = format!("/api/v1/conversations/{}/replies", newest(&api).await);
    api.post("closer", &replies, json!({ "body_text": "Hello" })).await.problem(409, "opted_out");

    // What is not believed is answered with 401, for 403 would end Postmark's attempts.
    let wrong = [(JSON.0, JSON.1.to_owned()), ("authorization", "Basic aG9vazp3cm9uZw==".to_owned())];
    post(&api, "chn_email", &wrong, b"{}").await.problem(401, "invalid_signature");
    // Case 104: another shape is kept.
    assert_eq!(by_postmark(&api, &json!([1, { "a": 2 }])).await.status.as_u16(), 200);
    let headers = [(JSON.0, JSON.1.to_owned()), basic()];
    for odd in [&b"{"[..], b"", b"\x1f\x8b\x08\x00gzip", br#"{"RecordType":"Open","RecordType":"Nope"}"#] {
        assert_eq!(post(&api, "chn_email", &headers, odd).await.status.as_u16(), 200, "{odd:?}");
    }
    let kept = api.data("manager", "/api/v1/channels/chn_email/events").await;
    assert!(kept.iter().filter(|event| event["kind"] == "unknown").count() >= 4, "{kept:#?}");
});

each_database!(case_050_053_055_mails_about_our_mails_take_effect_by_our_own_names, |database| {
    let api = Api::new(&database).await;
    let channel = api.app.channel(ChannelKind::Email).await;
    let ask = |id: &str| {
        format!(
            "From: Ann <ann@customer.example>\r\nTo: email@acme.example\r\nSubject: Hi\r\nMessage-ID: <{id}@customer.example>\r\n\r\n[question 0.95] When?\r\n"
        )
    };
    let first = api.app.engine.take_mail(&channel, "test", ask("b1").as_bytes()).await.unwrap();
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    let report = |action: &str, status: &str, about: &str, id: &str| {
        format!(
            "From: mailer-daemon@mx.example\r\nTo: email@acme.example\r\nSubject: Undelivered\r\nMessage-ID: <{id}@mx.example>\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nWords.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ann@customer.example\r\n\
             Action: {action}\r\nStatus: {status}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
        )
    };
    let status =
        async |api: &Api| messages(api, &first.conversation_id).await[1]["status"].as_str().unwrap().to_owned();
    let take = async |raw: String| {
        api.app.engine.take_mail(&channel, "test", raw.as_bytes()).await.unwrap();
        api.app.settle().await;
    };
    take(report("delayed", "4.4.1", &sent[0].message_id, "r1")).await;
    assert_eq!(status(&api).await, "sent", "a delay is a note");
    take(report("failed", "5.1.1", "never@sent.example", "r2")).await;
    assert_eq!(status(&api).await, "sent", "about a mail that we never sent");
    take(report("failed", "5.1.1", &sent[0].message_id, "r3")).await;
    assert_eq!(status(&api).await, "bounced");
    take(ask("b2")).await;
    assert_eq!(api.app.sent().len(), 1, "the address is not written to");
    // The recipient is left out, as providers do; our own name of the mail is in what they return.
    let complaint = format!(
        "From: feedback@provider.example\r\nTo: email@acme.example\r\nSubject: Complaint\r\nMessage-ID: <r4@provider.example>\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nWords.\r\n--b\r\n\
         Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\nSubject: Re: Hi\r\n\r\n--b--\r\n",
        sent[0].message_id
    );
    take(complaint).await;
    assert_eq!(status(&api).await, "complained");
});

each_database!(case_099_100_a_call_is_one_message_whatever_is_told_of_it, |database| {
    let api = Api::new(&database).await;
    connect(&api, "chn_voice", "retell", json!({}), json!({ "api_key": "key-1" })).await;
    let told = |event: &str, summary: &str| {
        json!({ "event": event, "call": { "call_id": "c1", "from_number": "+41790000009", "direction": "inbound",
            "transcript_object": [{ "role": "agent", "content": "Hello" }, { "role": "user", "content": "[question 0.95] When do you open?" }],
            "duration_ms": 30_000, "end_timestamp": 1_772_532_000_000_i64, "call_analysis": { "call_summary": summary } } })
        .to_string()
    };
    let at = api.app.clock.now_ms().to_string();
    let say = async |body: &str| {
        let digest = data_encoding::HEXLOWER.encode(&sign::hmac_sha256(b"key-1", &[body.as_bytes(), at.as_bytes()]));
        let headers = [(JSON.0, JSON.1.to_owned()), ("x-retell-signature", format!("v={at},d={digest}"))];
        let reply = post(&api, "chn_voice", &headers, body.as_bytes()).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        api.app.settle().await;
    };
    say(&told("call_ended", "")).await;
    say(&told("call_analyzed", "Wants to know when we open")).await;
    say(&told("call_ended", "")).await;
    let conversation = newest(&api).await;
    let all = messages(&api, &conversation).await;
    let calls: Vec<&Value> = all.iter().filter(|message| message["direction"] == "inbound").collect();
    assert_eq!(calls.len(), 1, "{all:#?}");
    assert_eq!(calls[0]["body_text"], "[question 0.95] When do you open?", "what the person said is what is read");
    // Case 100: a call of two seconds, and one to a voicemail.
    let short = json!({ "event": "call_ended", "call": { "call_id": "c2", "from_number": "+41790000010", "duration_ms": 2000,
        "transcript": "User: [question 0.95] Hello?" } });
    say(&short.to_string()).await;
    let voicemail = json!({ "event": "call_ended", "call": { "call_id": "c3", "from_number": "+41790000011", "duration_ms": 20_000,
        "disconnection_reason": "voicemail_reached", "transcript": "User: [question 0.95] Leave a message" } });
    say(&voicemail.to_string()).await;
    let answered = api.app.sent().len();
    assert!(answered <= 1, "neither is answered");
    assert_eq!(api.data("viewer", "/api/v1/conversations").await.len(), 3);
});

each_database!(case_101_a_meeting_that_is_moved_is_one_line_and_a_booking_makes_a_contact, |database| {
    let api = Api::new(&database).await;
    connect(&api, "chn_email", "calendly", json!({}), json!({ "signing_key": "k" })).await;
    let say = async |body: Value| {
        let (body, at) = (body.to_string(), (api.app.clock.now_ms() / 1000).to_string());
        let digest = sign::hmac_sha256(b"k", &[at.as_bytes(), b".", body.as_bytes()]);
        let signature = format!("t={at},v1={}", data_encoding::HEXLOWER.encode(&digest));
        let headers = [(JSON.0, JSON.1.to_owned()), ("calendly-webhook-signature", signature)];
        let reply = post(&api, "chn_email", &headers, body.as_bytes()).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        api.app.settle().await;
    };
    let invitee = |event: &str, uri: &str, more: Value| {
        let mut payload = json!({ "uri": uri, "email": "kim@customer.example", "name": "Kim",
            "scheduled_event": { "name": "Demo", "start_time": "2026-03-04T09:00:00.000Z" } });
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "event": event, "created_at": "2026-03-03T09:59:00Z", "payload": payload })
    };
    say(invitee("invitee.created", "i1", json!({}))).await;
    // The new time is told before the old one is cancelled.
    say(invitee("invitee.created", "i2", json!({ "old_invitee": "i1" }))).await;
    say(invitee("invitee.canceled", "i1", json!({ "rescheduled": true }))).await;
    let path = format!("/api/v1/conversations/{}/timeline?limit=100", newest(&api).await);
    let rows = api.data("viewer", &path).await;
    let meetings: Vec<&str> =
        rows.iter().filter_map(|row| row["kind"].as_str()).filter(|kind| kind.starts_with("meeting_")).collect();
    assert_eq!(meetings.len(), 2, "{rows:#?}");
    assert!(meetings.contains(&"meeting_booked") && meetings.contains(&"meeting_moved"), "{meetings:?}");
    assert!(api.app.sent().is_empty(), "nothing is answered");
});
