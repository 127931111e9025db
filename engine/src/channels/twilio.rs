//! Twilio's text messages. <https://www.twilio.com/docs/messaging/guides/webhook-request>

use data_encoding::BASE64;
use serde_json::Value;

use super::form::Form;
use super::keywords::{Wish, wish};
use super::{
    Account, Answered, Capabilities, Doubt, Event, Field, Happened, Hook, Is, MediaFile, NewMessage, Outgoing,
    Provider, Status, Thanks, media, own_id, sign, text,
};
use crate::domain::ChannelKind;
use crate::ports::{OutboundMessage, SendClass, SendError, SendReceipt};

/// Twilio.
#[derive(Debug)]
pub struct Twilio;

/// The most characters that it takes.
const LONGEST: usize = 1600;

/// Every way Twilio may have written the URL that it signed: with a port or without, and quotes as they are or coded.
fn spellings(url: &str) -> Vec<String> {
    let mut found = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (place, path) = rest.split_at(end);
        let (user, host) = place.rsplit_once('@').map_or(("", place), |(user, host)| (user, host));
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        let port_at = host.rfind(':').filter(|at| !host.get(*at..).unwrap_or_default().contains(']'));
        let bare = port_at.and_then(|at| host.get(..at)).unwrap_or(host);
        let default = if scheme == "https" { 443 } else { 80 };
        found.push(format!("{scheme}://{user}{bare}{path}"));
        found.push(format!("{scheme}://{user}{bare}:{default}{path}"));
    }
    let other: Vec<String> = found
        .iter()
        .map(|url| if url.contains('\'') { url.replace('\'', "%27") } else { url.replace("%27", "'") })
        .collect();
    found.extend(other);
    found
}

/// Whether Twilio signed a request to this URL with this token.
///
/// # Errors
/// [`Doubt`].
pub fn verify(tokens: &[&str], hook: &Hook<'_>) -> Result<(), Doubt> {
    if tokens.is_empty() {
        return Err(Doubt::Unconfigured);
    }
    let given = BASE64.decode(hook.needed("x-twilio-signature")?.as_bytes()).map_err(|_| Doubt::Wrong)?;
    let form = Form::of(hook);
    let mut pairs = if hook.method == "POST" { form.pairs() } else { Vec::new() };
    if hook.media_type() == "application/json" {
        let told = hook.asked("bodySHA256").ok_or(Doubt::Missing)?;
        if !sign::same(told.to_ascii_lowercase().as_bytes(), sign::sha256_hex(hook.body).as_bytes()) {
            return Err(Doubt::Wrong);
        }
        pairs.clear();
    }
    // By key; the values of one key in order and each once.
    pairs.sort();
    pairs.dedup();
    let signed: String = pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    let fits = spellings(hook.url).iter().any(|url| {
        tokens
            .iter()
            .any(|token| sign::same(&sign::hmac_sha1(token.as_bytes(), &[url.as_bytes(), signed.as_bytes()]), &given))
    });
    if fits { Ok(()) } else { Err(Doubt::Wrong) }
}

/// The signature of a form that is posted to a URL, for the simulated provider and for tests.
#[must_use]
pub fn signature(token: &str, url: &str, fields: &[(String, String)]) -> String {
    let mut pairs = fields.to_vec();
    pairs.sort();
    pairs.dedup();
    let signed: String = pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    BASE64.encode(&sign::hmac_sha1(token.as_bytes(), &[url.as_bytes(), signed.as_bytes()]))
}

/// Where Twilio's API is.
const OWN: &str = "https://api.twilio.com";

/// The call that fetches a picture or recording. Name and token go to the API only; what it leads to needs none.
pub(super) fn media_call(account: &Account, reference: &str) -> Result<Outgoing, SendError> {
    let call = media::plain(reference)?;
    if !media::same_place(reference, account.base(OWN)) {
        return Ok(call);
    }
    let token = account.secret("auth_token")?;
    // The account stands in the address, where the channel does not name it.
    let named = reference.split('/').skip_while(|part| *part != "Accounts").nth(1);
    let sid = account.setting("account_sid").or(named).unwrap_or_default();
    Ok(call.basic(sid, token))
}

/// What a word of Twilio means.
pub(super) fn meaning(word: &str) -> Is {
    match word {
        "accepted" | "scheduled" | "queued" => Is::Queued,
        "sending" => Is::Sending,
        "sent" => Is::Sent,
        "delivered" => Is::Delivered,
        "read" => Is::Read,
        "undelivered" | "failed" => Is::Failed,
        "canceled" => Is::Cancelled,
        _ => Is::Other,
    }
}

/// What an error code means, for people. <https://www.twilio.com/docs/api/errors>
fn error_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "21610" => "the recipient has opted out",
        "21211" | "21614" => "the number cannot receive text messages",
        "21408" => "sending to this region is not enabled",
        "21617" => "the text is too long",
        "30003" => "the telephone is unreachable",
        "30004" => "the recipient blocks messages",
        "30005" => "the number is unknown",
        "30006" => "the number is a landline, or the carrier is unreachable",
        "30007" => "the carrier filtered it",
        "30008" => "the carrier says no more",
        "30034" => "the sender is not registered for this country",
        "63016" => "the WhatsApp window is closed",
        _ => return None,
    })
}

fn cause(code: Option<String>, words: Option<String>) -> Option<String> {
    let code = code.filter(|code| code != "0")?;
    let known = error_words(&code).map(str::to_owned).or(words);
    Some(known.map_or_else(|| code.clone(), |words| format!("{code}: {words}")))
}

fn plain(address: String) -> String {
    address.trim().trim_start_matches("whatsapp:").trim_start_matches("rcs:").to_owned()
}

/// The wish of a text as an event beside the message.
pub(super) fn wished(id: &str, from: &str, body: &str, at_ms: Option<i64>) -> (Option<Event>, bool) {
    let event = |happened| Some(Event::new(format!("wish:{id}"), at_ms, happened));
    let address = from.to_owned();
    match wish(body) {
        Some(Wish::Stop) => (event(Happened::OptOut { address, everywhere: false }), true),
        Some(Wish::StopEverything) => (event(Happened::OptOut { address, everywhere: true }), true),
        Some(Wish::Start) => (event(Happened::OptIn { address }), true),
        // To someone who had not stopped it changes nothing, and it answers a question.
        Some(Wish::Yes) => (event(Happened::OptIn { address }), false),
        Some(Wish::Help) => (None, true),
        None => (None, false),
    }
}

impl Provider for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: true, tells_status: true, reactions: false, longest_text: LONGEST }
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field { name: "account_sid", secret: false, needed: true, about: "The account, AC…" },
            Field {
                name: "messaging_service_sid",
                secret: false,
                needed: false,
                about: "Send by this service instead of the number",
            },
            Field {
                name: "base_url",
                secret: false,
                needed: false,
                about: "Where the API is, if not at api.twilio.com",
            },
            Field {
                name: "auth_token",
                secret: true,
                needed: true,
                about: "The auth token: signs what comes in and allows what goes out",
            },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        verify(&account.keys("auth_token").collect::<Vec<_>>(), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let form = if hook.method == "GET" {
            Form::urlencoded(hook.url.split_once('?').map_or("", |(_, query)| query).as_bytes())
        } else {
            Form::of(hook)
        };
        let Some(id) = form.text("MessageSid").or_else(|| form.text("SmsSid")).or_else(|| form.text("SmsMessageSid"))
        else {
            return vec![Event::unknown(hook, "a request without a MessageSid")];
        };
        if let Some(word) = form.text("MessageStatus").filter(|word| word != "received" && word != "receiving") {
            let why = cause(form.text("ErrorCode"), form.text("ErrorMessage"));
            let status = Status::new(meaning(&word), &word).with(why, form.text("To").map(plain));
            let own = hook.asked("message");
            return vec![
                Event::new(format!("status:{id}:{word}"), None, Happened::Status(status)).about([own, Some(id)]),
            ];
        }
        let Some(from) = form.text("From").map(plain) else {
            return vec![Event::unknown(hook, "a message without a sender")];
        };
        let body = form.text("Body").unwrap_or_default().trim().to_owned();
        let (wished, answered) = wished(&id, &from, &body, None);
        let count: usize = form.text("NumMedia").and_then(|count| count.trim().parse().ok()).unwrap_or(0);
        let files = (0..count.min(10)).map(|place| MediaFile {
            name: format!("media-{}", place + 1),
            media_type: form
                .text(&format!("MediaContentType{place}"))
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            size: 0,
            reference: form.text(&format!("MediaUrl{place}")).unwrap_or_default(),
        });
        let message = NewMessage {
            id: id.clone(),
            name: form.text("ProfileName"),
            to: form.text("To").map(plain),
            answers: form.text("OriginalRepliedMessageSid"),
            files: files.collect(),
            // Twilio or the network answers these words itself.
            automated: answered,
            text: body,
            from,
            also: Vec::new(),
            whole: None,
        };
        let mut events: Vec<Event> = wished.into_iter().collect();
        events.push(Event::new(format!("message:{id}"), None, Happened::Message(Box::new(message))));
        events
    }

    fn media(&self, account: &Account, reference: &str) -> Result<Outgoing, SendError> {
        media_call(account, reference)
    }

    fn thanks(&self) -> Thanks {
        Thanks { media_type: "text/xml", body: "<Response/>".to_owned() }
    }

    fn class(&self) -> SendClass {
        SendClass::Queryable
    }

    fn send(&self, account: &Account, message: &OutboundMessage, _now_ms: i64) -> Result<Outgoing, SendError> {
        let sid = account
            .setting("account_sid")
            .ok_or_else(|| SendError::Refused("the channel has no `account_sid`".to_owned()))?;
        let token = account.secret("auth_token")?;
        let length = message.body_text.chars().count();
        if length > LONGEST {
            return Err(SendError::Refused(format!(
                "the text has {length} characters; a text message takes at most {LONGEST}"
            )));
        }
        let url = format!("{}/2010-04-01/Accounts/{sid}/Messages.json", account.base(OWN));
        let callback =
            account.hook_url.as_ref().map(|url| format!("{url}?message={}", own_id(&message.idempotency_key)));
        let mut fields = vec![("To", message.to.as_str()), ("Body", message.body_text.as_str())];
        match account.setting("messaging_service_sid") {
            Some(service) => fields.push(("MessagingServiceSid", service)),
            None => fields.push(("From", message.from.as_str())),
        }
        fields.extend(callback.as_deref().map(|url| ("StatusCallback", url)));
        Ok(Outgoing::form(url, &fields).basic(sid, token))
    }

    fn sent(&self, answered: &Answered) -> Result<SendReceipt, SendError> {
        let json = answered.json();
        if (200..300).contains(&answered.status) {
            // A 2xx that names no message may have been anything.
            let sid =
                text(&json, "/sid").ok_or_else(|| SendError::InDoubt("the answer names no message".to_owned()))?;
            return Ok(SendReceipt { provider_ref: sid });
        }
        let code = text(&json, "/code");
        let words =
            cause(code.clone(), text(&json, "/message")).unwrap_or_else(|| format!("status {}", answered.status));
        Err(match code.as_deref() {
            Some("21610") => SendError::OptedOut(words),
            Some("20429" | "14107" | "63018") => SendError::Throttled { reason: words, after_ms: answered.after_ms },
            _ => answered.failure(words),
        })
    }

    fn look_up(&self, account: &Account, message: &OutboundMessage) -> Result<Outgoing, SendError> {
        let sid = account.setting("account_sid").unwrap_or_default();
        let day = jiff::Timestamp::from_millisecond(message.at_ms).map(|at| at.to_string()).unwrap_or_default();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("To", &message.to)
            .append_pair("DateSent>", day.get(..10).unwrap_or_default())
            .append_pair("PageSize", "100")
            .finish();
        let url = format!("{}/2010-04-01/Accounts/{sid}/Messages.json?{query}", account.base(OWN));
        Ok(Outgoing::get(url).basic(sid, account.secret("auth_token")?))
    }

    fn looked_up(
        &self,
        _: &Account,
        message: &OutboundMessage,
        answered: &Answered,
    ) -> Result<Option<SendReceipt>, SendError> {
        let json = answered.json();
        let (200, Some(list)) = (answered.status, json.get("messages").and_then(Value::as_array)) else {
            return Err(SendError::InDoubt(format!("Twilio's list answers with status {}", answered.status)));
        };
        let ours = |one: &&Value| {
            let made = text(one, "/date_created").and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
            let made = made.map_or(i64::MAX, |made| made.timestamp().as_millisecond());
            // Whole seconds there, milliseconds here.
            text(one, "/body").as_deref() == Some(message.body_text.trim()) && made + 1000 > message.at_ms
        };
        Ok(list.iter().find(ours).and_then(|one| text(one, "/sid")).map(|provider_ref| SendReceipt { provider_ref }))
    }

    fn ping(&self, account: &Account) -> Option<Result<Outgoing, SendError>> {
        let sid = account.setting("account_sid")?;
        let url = format!("{}/2010-04-01/Accounts/{sid}.json", account.base(OWN));
        Some(account.secret("auth_token").map(|token| Outgoing::get(url).basic(sid, token)))
    }
}
