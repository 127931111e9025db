//! Reads what providers really send: the shared fixtures, when present. Each set prints "N of M right".

#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use remit_engine::channels::{Account, Event, Happened, Hook, Is, Provider, provider, segments, ses, sign};
use serde_json::{Value, json};

fn fixtures(what: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("../../shared/fixtures"), here.join("../../../shared/fixtures")];
    let found = folders.into_iter().find(|folder| folder.is_dir());
    if found.is_none() {
        println!("SKIPPED: {what}: the shared fixtures are not here");
    }
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Counts what is right and names what is not.
#[derive(Default)]
struct Score {
    right: usize,
    all: usize,
    wrong: Vec<String>,
}

impl Score {
    fn note(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.all += 1;
        if right {
            self.right += 1;
        } else {
            self.wrong.push(what());
        }
    }

    fn finish(self, set: &str) {
        println!("{set}: {} of {} right", self.right, self.all);
        assert!(self.all > 0 && self.wrong.is_empty(), "{set}: {:#?}", self.wrong);
    }
}

fn account(settings: &[(&str, &str)], secrets: &[(&str, &str)]) -> Account {
    let map =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Account { address: "+19995550100".to_owned(), settings: map(settings), secrets: map(secrets), hook_url: None }
}

/// A request; the headers are owned by whoever asks.
struct Call {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    now_ms: i64,
}

impl Call {
    fn new(body: impl Into<Vec<u8>>, headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { url: "https://remit.example/api/v1/inbound/chn_x".to_owned(), headers, body: body.into(), now_ms: 0 }
    }

    fn hook(&self) -> Hook<'_> {
        Hook {
            method: "POST",
            url: &self.url,
            headers: &self.headers,
            body: &self.body,
            extra: None,
            now_ms: self.now_ms,
        }
    }

    fn json(body: &Value) -> Self {
        Self::new(body.to_string(), &[("content-type", "application/json")])
    }

    fn form(fields: &[(String, String)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new(body, &[("content-type", "application/x-www-form-urlencoded")])
    }
}

fn of(name: &str) -> &'static dyn Provider {
    provider(name).unwrap()
}

fn events(name: &str, call: &Call) -> Vec<Event> {
    let found = of(name).parse(&account(&[], &[]), &call.hook());
    // The same request says the same each time.
    assert_eq!(found, of(name).parse(&account(&[], &[]), &call.hook()));
    found
}

#[test]
fn signatures_are_exact() {
    let Some(root) = fixtures("signatures_are_exact") else { return };
    let folder = root.join("webhooks/signatures");
    let mut score = Score::default();
    for vector in read(&folder.join("twilio.json")).as_array().unwrap() {
        let pairs: Vec<(String, String)> = vector["params"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()))
            .collect();
        let mut call = match vector["raw_body"].as_str() {
            Some(raw) => Call::new(raw, &[("content-type", "application/json")]),
            None => Call::form(&pairs),
        };
        call.url = text(vector, "url");
        call.headers
            .extend(vector["signature"].as_str().map(|given| ("x-twilio-signature".to_owned(), given.to_owned())));
        let account = account(&[], &[("auth_token", vector["auth_token"].as_str().unwrap())]);
        let good = of("twilio").verify(&account, &call.hook()).is_ok();
        score.note(good == vector["valid"].as_bool().unwrap(), || format!("twilio {}", vector["name"]));
    }
    for vector in read(&folder.join("sendgrid-event-ecdsa.json")).as_array().unwrap() {
        let mut call = Call::new(
            text(vector, "body"),
            &[
                ("x-twilio-email-event-webhook-signature", vector["signature"].as_str().unwrap()),
                ("x-twilio-email-event-webhook-timestamp", vector["timestamp"].as_str().unwrap()),
            ],
        );
        call.now_ms = 1_600_112_502_000;
        let account = account(&[("public_key", vector["public_key"].as_str().unwrap())], &[]);
        let good = of("sendgrid").verify(&account, &call.hook()).is_ok();
        score.note(good == vector["valid"].as_bool().unwrap(), || format!("sendgrid {vector}"));
    }
    for vector in read(&folder.join("meta-hub-sha256.json")).as_array().unwrap() {
        let mut call = Call::new(text(vector, "raw_body"), &[]);
        call.headers
            .extend(vector["header"].as_str().map(|given| ("x-hub-signature-256".to_owned(), given.to_owned())));
        let account = account(&[], &[("app_secret", vector["app_secret"].as_str().unwrap())]);
        let good = of("whatsapp_cloud").verify(&account, &call.hook()).is_ok();
        score.note(good == vector["valid"].as_bool().unwrap(), || format!("meta {vector}"));
    }
    for vector in read(&folder.join("retell.json")).as_array().unwrap() {
        let mut call =
            Call::new(text(vector, "body"), &[("x-retell-signature", vector["signature"].as_str().unwrap())]);
        call.now_ms = vector["now_ms"].as_i64().unwrap();
        let account = account(&[], &[("api_key", vector["api_key"].as_str().unwrap())]);
        let good = of("retell").verify(&account, &call.hook()).is_ok();
        score.note(good == vector["valid"].as_bool().unwrap(), || format!("retell {vector}"));
    }
    for vector in read(&folder.join("messagebird-jwt.json")).as_array().unwrap() {
        let now: jiff::Timestamp = vector["timestamp"].as_str().unwrap().parse().unwrap();
        let body = vector["payload"].as_str().or_else(|| vector["body"].as_str()).unwrap_or_default();
        let secret = vector["secret"].as_str().unwrap_or_default();
        let token = vector["token"].as_str().unwrap_or_default();
        let good =
            sign::messagebird(token, secret, &text(vector, "url"), body.as_bytes(), now.as_millisecond()).is_ok();
        score.note(good == vector["valid"].as_bool().unwrap(), || format!("messagebird {vector}"));
    }
    let vector = read(&folder.join("standard-webhooks.json"));
    let (secret, id, signature) = (text(&vector, "secret"), text(&vector, "msg_id"), text(&vector, "signature"));
    let at = vector["timestamp"].as_i64().unwrap();
    let check = |secret: &str, id: &str, at: i64, signature: &str, now: i64| {
        let mut call = Call::new(
            text(&vector, "payload"),
            &[("webhook-id", id), ("webhook-timestamp", &at.to_string()), ("webhook-signature", signature)],
        );
        call.now_ms = now * 1000;
        sign::standard("webhook", std::iter::once(secret), &call.hook()).is_ok()
    };
    let plain = secret.strip_prefix("whsec_").unwrap();
    for (right, found) in [
        (true, check(&secret, &id, at, &signature, at)),
        (true, check(plain, &id, at, &signature, at)),
        (true, check(&secret, &id, at, &format!("v2,xyz v1,AAAA {signature}"), at)),
        (true, check(&secret, &id, at, &signature, at + 300)),
        (false, check(&secret, &id, at, &signature, at + 301)),
        (false, check(&secret, &id, at, &signature, at - 301)),
        (false, check(&secret, "", at, &signature, at)),
        (false, check(&secret, "other", at, &signature, at)),
        (false, check(&secret, &id, at, "", at)),
        (false, check(&secret, &id, at, "v1,", at)),
        (false, check(&secret, &id, at, "v1,g0hM9SsE", at)),
        (false, check("", &id, at, &signature, at)),
        (false, check("whsec_", &id, at, &signature, at)),
    ] {
        score.note(right == found, || "standard webhooks".to_owned());
    }
    score.finish("signatures");
}

#[test]
fn segments_are_counted_as_networks_count_them() {
    let Some(root) = fixtures("segments_are_counted_as_networks_count_them") else { return };
    let mut score = Score::default();
    for vector in read(&root.join("sms/segments.json")).as_array().unwrap() {
        let body = vector["body"].as_str().or_else(|| vector["text"].as_str()).unwrap();
        let found = segments::segments(body);
        let wanted = vector["segments"].as_u64().or_else(|| vector["expected_segments"].as_u64()).unwrap() as usize;
        let coding = vector["encoding"].as_str().unwrap_or(if found.gsm { "GSM-7" } else { "UCS-2" });
        score.note(found.count == wanted && found.gsm == coding.starts_with("GSM"), || {
            format!("{found:?} for {vector}")
        });
    }
    score.finish("segments");
}

/// Words of django-anymail for ours.
fn anymail(is: Is) -> &'static [&'static str] {
    match is {
        Is::Queued => &["queued"],
        Is::Sending | Is::Sent => &["sent"],
        Is::Delivered | Is::Read => &["delivered"],
        Is::Failed => &["failed"],
        Is::Rejected => &["rejected"],
        Is::BouncedHard | Is::BouncedSoft => &["bounced"],
        Is::Complained => &["complained"],
        Is::OptedOut => &["unsubscribed"],
        Is::OptedIn => &["subscribed"],
        Is::Deferred => &["deferred"],
        Is::Opened => &["opened"],
        Is::Clicked => &["clicked"],
        Is::AutoResponded => &["autoresponded"],
        Is::Expired | Is::Cancelled | Is::Other => &["unknown"],
    }
}

/// A record's payload as the provider would send it.
fn request(record: &Value) -> Call {
    let payload = &record["payload"];
    if record["body"] == "form" || (record["provider"] == "mailgun" && payload.get("event-data").is_none()) {
        let mut fields = Vec::new();
        for (name, value) in payload.as_object().unwrap() {
            match value {
                Value::String(one) => fields.push((name.clone(), one.clone())),
                Value::Array(all) => {
                    fields.extend(all.iter().map(|one| (name.clone(), one.as_str().unwrap().to_owned())))
                }
                other => fields.push((name.clone(), other.to_string())),
            }
        }
        return Call::form(&fields);
    }
    Call::json(payload)
}

const MAILERS: [(&str, &str); 9] = [
    ("amazon_ses", "ses"),
    ("brevo", "brevo"),
    ("mailersend", "mailersend"),
    ("mailgun", "mailgun"),
    ("mailjet", "mailjet"),
    ("postmark", "postmark"),
    ("resend", "resend"),
    ("sendgrid", "sendgrid"),
    ("sparkpost", "sparkpost"),
];

#[test]
fn mail_providers_say_what_anymail_understands() {
    let Some(root) = fixtures("mail_providers_say_what_anymail_understands") else { return };
    let folder = root.join("webhooks/email-providers");
    let mut score = Score::default();
    let mut by: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (file, name) in MAILERS {
        for record in lines(&folder.join(format!("{file}-tracking.jsonl"))) {
            let wanted = &record["expect_anymail"];
            let mut call = request(&record);
            call.headers.extend(
                wanted["event.event_id"]
                    .as_str()
                    .filter(|_| name == "resend")
                    .map(|id| ("svix-id".to_owned(), id.to_owned())),
            );
            let found = events(name, &call);
            let word = wanted["event.event_type"].as_str();
            let right = match (&found.first().unwrap().happened, word) {
                (Happened::Status(status), Some(word)) => {
                    let recipient = wanted["event.recipient"].as_str().unwrap_or_default();
                    let told = status.recipient.clone().unwrap_or_default();
                    let id = wanted["event.message_id"].as_str().map(|id| id.trim_matches(['<', '>']).to_owned());
                    // anymail names SendGrid's messages by an id that it adds itself.
                    let named = name == "sendgrid" || id.is_none_or(|id| found[0].refs.contains(&id));
                    let why = wanted["event.mta_response"].as_str().unwrap_or_default();
                    anymail(status.is).contains(&word)
                        && (recipient.is_empty() || told.contains(recipient))
                        && named
                        && (why.is_empty()
                            || status
                                .cause
                                .as_deref()
                                .is_some_and(|cause| why.contains(cause) || cause.contains(why.trim())))
                }
                // Nothing is expected of it but that it does no harm.
                (_, None) => true,
                _ => false,
            };
            let place = by.entry(name).or_default();
            (place.0, place.1) = (place.0 + usize::from(right), place.1 + 1);
            score.note(right, || format!("{} wants {wanted}: {found:?}", record["id"]));
        }
    }
    println!("{by:?}");
    score.finish("status events of mail providers");
}

#[test]
fn text_messages_and_their_statuses() {
    let Some(root) = fixtures("text_messages_and_their_statuses") else { return };
    let mut score = Score::default();
    let call = |record: &Value| {
        let fields: Vec<(String, String)> = record["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        Call::form(&fields)
    };
    for record in read(&root.join("webhooks/sms/twilio-inbound.json")).as_array().unwrap() {
        let found = events("twilio", &call(record));
        let params = &record["params"];
        let right = matches!(&found.last().unwrap().happened, Happened::Message(message)
            if message.text == text(params, "Body").replace('\0', "") && message.from == text(params, "From")
                && message.name.clone().unwrap_or_default() == text(params, "ProfileName") && !message.text.contains('\0'));
        score.note(right, || format!("{}: {found:?}", record["title"]));
    }
    for record in read(&root.join("webhooks/sms/twilio-status.json")).as_array().unwrap() {
        let found = events("twilio", &call(record));
        let (word, code) = (text(&record["params"], "MessageStatus"), text(&record["params"], "ErrorCode"));
        let right = matches!(&found[0].happened, Happened::Status(status)
            if status.word == word && status.cause.clone().unwrap_or_default().starts_with(&code))
            && found[0].refs == [text(&record["params"], "MessageSid")];
        score.note(right, || format!("{}: {found:?}", record["title"]));
    }
    score.finish("text messages");
}

#[test]
fn whatsapp_says_what_stands_in_its_fields() {
    let Some(root) = fixtures("whatsapp_says_what_stands_in_its_fields") else { return };
    let mut score = Score::default();
    let mut files: Vec<PathBuf> =
        fs::read_dir(root.join("webhooks/whatsapp")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        for record in read(&file).as_array().unwrap() {
            let found = events("whatsapp_cloud", &Call::json(&record["payload"]));
            for wanted in record["derived"].as_array().unwrap() {
                let (id, kind) = (text(wanted, "id"), text(wanted, "type"));
                let right = found.iter().any(|event| match (&event.happened, wanted["event"].as_str().unwrap()) {
                    (Happened::Status(status), "status") => {
                        status.word == text(wanted, "status")
                            && event.refs.contains(&id)
                            && wanted["errors"].as_array().unwrap().iter().all(|code| {
                                let code = code.as_i64().or_else(|| code["code"].as_i64()).unwrap().to_string();
                                status.cause.as_deref().is_some_and(|cause| cause.starts_with(&code))
                            })
                    }
                    (Happened::Message(message), "message") => {
                        message.id == id
                            && (wanted["text"].is_null() || message.text == text(wanted, "text"))
                            && (message.from.trim_start_matches('+') == text(wanted, "from")
                                || wanted["from"].is_null())
                    }
                    (Happened::Reaction { .. }, "message") => kind == "reaction" && event.key.ends_with(&id),
                    (Happened::Edit { text }, "message") => {
                        kind == "edit" && !text.is_empty() && event.key.ends_with(&id)
                    }
                    (Happened::Delete, "message") => kind == "revoke" && event.key.ends_with(&id),
                    (Happened::Moved { from, to }, "message") => kind == "system" && from != to,
                    (
                        Happened::Unknown { .. }
                        | Happened::Echo(_)
                        | Happened::Delete
                        | Happened::OptOut { .. }
                        | Happened::OptIn { .. },
                        "other",
                    ) => true,
                    _ => false,
                });
                score.note(right, || format!("{}: {wanted} in {found:?}", record["name"]));
            }
        }
    }
    score.finish("WhatsApp");
}

#[test]
fn calls_become_turns() {
    let Some(root) = fixtures("calls_become_turns") else { return };
    let mut score = Score::default();
    let found = events("vapi", &Call::json(&read(&root.join("webhooks/voice/vapi-end-of-call-report.json"))));
    let right = matches!(&found[0].happened, Happened::Call(call) if call.outcome == "answered"
        && call.turns.iter().map(|turn| (turn.contact, turn.text.as_str())).collect::<Vec<_>>()
            == [(false, "How can I help?"), (true, "What's the weather?")]);
    score.note(right, || format!("{found:?}"));
    score.finish("calls");
}

/// What SNS signs is checked with a key pair of our own: there is no public vector.
#[test]
fn sns_is_believed_only_with_the_right_certificate() {
    let envelope = json!({ "Type": "Notification", "Message": "m", "MessageId": "i", "Subject": "s", "Timestamp": "t", "TopicArn": "a" });
    assert_eq!(
        ses::signed_text(&envelope),
        "Message\nm\nMessageId\ni\nSubject\ns\nTimestamp\nt\nTopicArn\na\nType\nNotification\n"
    );
    let confirmation = json!({ "Type": "SubscriptionConfirmation", "Message": "m", "MessageId": "i", "SubscribeURL": "u", "Token": "k", "Timestamp": "t", "TopicArn": "a" });
    assert_eq!(
        ses::signed_text(&confirmation),
        "Message\nm\nMessageId\ni\nSubscribeURL\nu\nTimestamp\nt\nToken\nk\nTopicArn\na\nType\nSubscriptionConfirmation\n"
    );
    assert!(!ses::fits(&envelope, b"no certificate"));
}
