//! Amazon SES by SNS. <https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html>

use data_encoding::BASE64;
use ring::signature;
use serde_json::Value;
use url::Url;

use super::mailers::{MAILER, bare};
use super::{Account, Capabilities, Doubt, Event, Field, Happened, Hook, Is, Outgoing, Provider, Status, text, time};
use crate::domain::ChannelKind;

/// SES.
#[derive(Debug)]
pub struct Ses;

/// What SNS signs, in the order of the names.
const NOTIFICATION: [&str; 6] = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMATION: [&str; 7] = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// The text that is signed.
#[must_use]
pub fn signed_text(envelope: &Value) -> String {
    let confirms = text(envelope, "/Type").is_some_and(|kind| kind.ends_with("Confirmation"));
    let names: &[&str] = if confirms { &CONFIRMATION } else { &NOTIFICATION };
    names.iter().filter_map(|name| Some(format!("{name}\n{}\n", envelope.get(*name)?.as_str()?))).collect()
}

/// True for an address of SNS itself: https, `sns.REGION.amazonaws.com`, the usual port.
fn of_sns(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let inner = host
        .strip_prefix("sns.")
        .and_then(|rest| rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn")));
    let region = inner.is_some_and(|region| {
        !region.is_empty() && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    });
    url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && region
}

/// One DER value: its tag, its content, and what comes after it.
fn der(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = rest.get(..count).filter(|_| count <= 4)?;
        (digits.iter().fold(0_usize, |so_far, digit| (so_far << 8) | usize::from(*digit)), rest.get(count..)?)
    };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// The RSA key of a certificate: PEM or DER in, PKCS#1 out. That the certificate may be believed is known by the address
/// it was fetched from.
fn rsa_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let pem = std::str::from_utf8(certificate).ok().and_then(|pem| {
        let body = pem.split_once("-----BEGIN CERTIFICATE-----")?.1.split_once("-----END CERTIFICATE-----")?.0;
        BASE64.decode(body.split_whitespace().collect::<String>().as_bytes()).ok()
    });
    let whole = pem.unwrap_or_else(|| certificate.to_vec());
    let (_, certificate, _) = der(&whole)?;
    let (_, mut fields, _) = der(certificate)?;
    // version [0], serial, algorithm, issuer, validity, subject, and then the key.
    if fields.first() == Some(&0xa0) {
        fields = der(fields)?.2;
    }
    for _ in 0..5 {
        fields = der(fields)?.2;
    }
    let (_, key_info, _) = der(fields)?;
    let (tag, bits, _) = der(der(key_info)?.2)?;
    (tag == 3).then(|| bits.get(1..).map(<[u8]>::to_vec))?
}

/// Checks the envelope of SNS with a certificate.
#[must_use]
pub fn fits(envelope: &Value, certificate: &[u8]) -> bool {
    let Some(key) = rsa_key(certificate) else { return false };
    let Some(given) = text(envelope, "/Signature").and_then(|given| BASE64.decode(given.as_bytes()).ok()) else {
        return false;
    };
    let algorithm: &dyn signature::VerificationAlgorithm = match text(envelope, "/SignatureVersion").as_deref() {
        Some("2") => &signature::RSA_PKCS1_2048_8192_SHA256,
        Some("1") => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        _ => return false,
    };
    signature::UnparsedPublicKey::new(algorithm, key).verify(signed_text(envelope).as_bytes(), &given).is_ok()
}

fn topic_is_ours(account: &Account, envelope: &Value) -> bool {
    let topic = text(envelope, "/TopicArn");
    account.setting("topic_arn").is_some_and(|own| own.split(',').any(|own| Some(own.trim()) == topic.as_deref()))
}

fn meaning(kind: &str, event: &Value) -> Option<Is> {
    Some(match kind {
        "Send" => Is::Sent,
        "Delivery" => Is::Delivered,
        "DeliveryDelay" => Is::Deferred,
        "Bounce" if text(event, "/bounce/bounceType").as_deref() == Some("Permanent") => Is::BouncedHard,
        "Bounce" => Is::BouncedSoft,
        "Complaint" => Is::Complained,
        "Reject" => Is::Rejected,
        "Rendering Failure" | "RenderingFailure" => Is::Failed,
        "Open" => Is::Opened,
        "Click" => Is::Clicked,
        "Subscription" => Is::OptedOut,
        _ => return None,
    })
}

fn list<'a>(event: &'a Value, pointer: &str) -> &'a [Value] {
    event.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What happened to a mail of ours, once for each recipient that it names.
fn statuses(event: &Value, envelope_id: Option<&str>) -> Vec<Event> {
    let Some(kind) = text(event, "/notificationType").or_else(|| text(event, "/eventType")) else { return Vec::new() };
    let Some(is) = meaning(&kind, event) else { return Vec::new() };
    let id = text(event, "/mail/messageId").unwrap_or_default();
    let part = match kind.as_str() {
        "DeliveryDelay" => "deliveryDelay",
        "Rendering Failure" | "RenderingFailure" => "failure",
        other => other,
    };
    let part = event.as_object().and_then(|fields| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(part)));
    let part = part.map_or(&Value::Null, |(_, part)| part);
    let at = text(part, "/timestamp").or_else(|| text(event, "/mail/timestamp")).and_then(|at| time(&at));
    let whom = ["/bouncedRecipients", "/complainedRecipients", "/delayedRecipients"];
    let whom: Vec<(String, Option<String>)> = whom
        .iter()
        .flat_map(|pointer| list(part, pointer))
        .filter_map(|one| Some((text(one, "/emailAddress")?, text(one, "/diagnosticCode"))))
        .collect();
    let whom = if whom.is_empty() {
        let of_part = list(part, "/recipients");
        let all = if of_part.is_empty() { list(event, "/mail/destination") } else { of_part };
        all.iter().filter_map(|one| Some((one.as_str()?.to_owned(), None))).collect()
    } else {
        whom
    };
    let of_header = super::postmark::headers(event.pointer("/mail/headers"), "/name", "/value");
    let of_header = |wanted: &str| {
        let found = of_header.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim_matches(['<', '>']).to_owned())
    };
    let common = text(event, "/mail/commonHeaders/messageId").map(|id| id.trim_matches(['<', '>']).to_owned());
    let words = ["/errorMessage", "/reason", "/complaintFeedbackType", "/smtpResponse", "/delayType"];
    let words = words.iter().find_map(|pointer| text(part, pointer));
    let own = of_header("x-remit-message").map(|key| super::own_id(&key));
    let mark = text(part, "/feedbackId")
        .or_else(|| envelope_id.map(str::to_owned))
        .unwrap_or_else(|| at.unwrap_or_default().to_string());
    whom.into_iter()
        .map(|(recipient, code)| {
            let recipient = bare(&recipient);
            let key = format!("status:{id}:{kind}:{recipient}:{mark}");
            let status = Status::new(is, &kind).with(code.or_else(|| words.clone()), Some(recipient));
            let refs = [own.clone(), of_header("message-id"), common.clone(), Some(id.clone())];
            Event::new(key, at, Happened::Status(status)).about(refs)
        })
        .collect()
}

fn inbound(event: &Value) -> Option<Event> {
    if text(event, "/notificationType").as_deref() != Some("Received") {
        return None;
    }
    let id = text(event, "/mail/messageId").unwrap_or_default();
    let to = text(event, "/receipt/recipients/0");
    let happened = match text(event, "/content") {
        Some(content) => {
            let coded =
                text(event, "/receipt/action/encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("base64"));
            let raw =
                coded.then(|| BASE64.decode(content.as_bytes()).ok()).flatten().unwrap_or_else(|| content.into_bytes());
            Happened::Mail { raw, to }
        }
        // It lies in a bucket, which is read from there: what came in names the place.
        None => {
            let place = ["/receipt/action/bucketName", "/receipt/action/objectKey"].map(|pointer| text(event, pointer));
            Happened::MailAt { id: place.into_iter().flatten().collect::<Vec<_>>().join("/") }
        }
    };
    Some(Event::new(format!("mail:{id}"), text(event, "/mail/timestamp").and_then(|at| time(&at)), happened))
}

impl Provider for Ses {
    fn name(&self) -> &'static str {
        "ses"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        MAILER
    }

    fn fields(&self) -> &'static [Field] {
        &[Field {
            name: "topic_arn",
            secret: false,
            needed: true,
            about: "The SNS topics that are believed, with commas between them",
        }]
    }

    fn needs(&self, account: &Account, hook: &Hook<'_>) -> Option<Outgoing> {
        let envelope = hook.json().filter(|envelope| topic_is_ours(account, envelope))?;
        let address = text(&envelope, "/SigningCertURL").or_else(|| text(&envelope, "/SigningCertUrl"))?;
        of_sns(&address).then(|| Outgoing::get(address))
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        if account.setting("topic_arn").is_none() {
            return Err(Doubt::Unconfigured);
        }
        let envelope = hook.json().ok_or(Doubt::Missing)?;
        if !topic_is_ours(account, &envelope) {
            return Err(Doubt::Wrong);
        }
        if fits(&envelope, hook.extra.ok_or(Doubt::Missing)?) { Ok(()) } else { Err(Doubt::Wrong) }
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(envelope) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        // With raw delivery there is no envelope.
        let inner = match text(&envelope, "/Message") {
            Some(message) => serde_json::from_str(&message).unwrap_or(Value::Null),
            None => envelope.clone(),
        };
        let mut events = statuses(&inner, text(&envelope, "/MessageId").as_deref());
        events.extend(inbound(&inner));
        if events.is_empty() {
            let kind = text(&inner, "/notificationType").or_else(|| text(&envelope, "/Type")).unwrap_or_default();
            events.push(Event::unknown(hook, format!("`{kind}`")));
        }
        events
    }

    fn afterwards(&self, _account: &Account, hook: &Hook<'_>) -> Option<Outgoing> {
        let envelope = hook.json()?;
        let confirms = text(&envelope, "/Type").as_deref() == Some("SubscriptionConfirmation");
        let address = text(&envelope, "/SubscribeURL").filter(|address| confirms && of_sns(address))?;
        Some(Outgoing::get(address))
    }
}
