//! What Meta tells about WhatsApp.
//!
//! A request holds batches in batches. A person is named by telephone number, by a business-scoped user id, or by both;
//! whoever needs the number loses messages. Codes decide, never titles.

use serde_json::Value;

use super::keywords::{Wish, wish};
use super::{Event, Happened, Hook, Is, MediaFile, NewMessage, Status, epoch, text};

/// Reads a request. What is for another number of the same app is left to the channel of that number.
pub(super) fn parse(own_number: Option<&str>, hook: &Hook<'_>) -> Vec<Event> {
    let Some(whole) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
    let mut events = Vec::new();
    for entry in list(&whole, "/entry") {
        for change in list(entry, "/changes") {
            let field = text(change, "/field").unwrap_or_default();
            let Some(value) = change.get("value") else { continue };
            let number = text(value, "/metadata/phone_number_id");
            if own_number.is_some() && number.is_some() && number.as_deref() != own_number {
                events.push(unknown(change, "an event of another number"));
                continue;
            }
            let before = events.len();
            let people = list(value, "/contacts");
            match field.as_str() {
                "messages" => {
                    events.extend(list(value, "/messages").iter().flat_map(|one| message(one, people)));
                    events.extend(list(value, "/statuses").iter().filter_map(status));
                }
                "smb_message_echoes" => {
                    events.extend(list(value, "/message_echoes").iter().filter_map(echo));
                }
                "user_preferences" => {
                    events.extend(list(value, "/user_preferences").iter().filter_map(preference));
                }
                _ => {}
            }
            if events.len() == before {
                events.push(unknown(change, &format!("`{field}`")));
            }
        }
    }
    if events.is_empty() {
        events.push(Event::unknown(hook, "no entry"));
    }
    events
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn unknown(change: &Value, what: &str) -> Event {
    let key = super::sign::sha256_hex(change.to_string().as_bytes());
    Event::new(format!("raw:{key}"), None, Happened::Unknown { what: what.to_owned() })
}

/// What a person is called: the number where there is one, else the business-scoped id; and the other one as well.
fn names(one: &Value, people: &[Value]) -> Option<(String, Vec<String>, Option<String>)> {
    let number = text(one, "/from");
    let user = text(one, "/from_user_id").or_else(|| text(one, "/user_id"));
    let fits = |person: &&Value| {
        people.len() == 1
            || (number.is_some() && text(person, "/wa_id") == number)
            || (user.is_some() && text(person, "/user_id") == user)
    };
    let person = people.iter().find(fits);
    let of_person = |pointer: &str| person.and_then(|person| text(person, pointer));
    let mut all: Vec<String> = Vec::new();
    for name in [number, of_person("/wa_id"), user, of_person("/user_id")].into_iter().flatten() {
        let name = if !name.is_empty() && name.chars().all(|c| c.is_ascii_digit()) { format!("+{name}") } else { name };
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    let first = (!all.is_empty()).then(|| all.remove(0))?;
    Some((first, all, of_person("/profile/name")))
}

const MEDIA: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

/// The text of a message, its files, and whether it is one that a person wrote at all.
fn content(one: &Value, kind: &str) -> (String, Vec<MediaFile>, bool) {
    let part = one.get(kind).unwrap_or(&Value::Null);
    let plain = |text: Option<String>| (text.unwrap_or_default().replace('\0', ""), Vec::new(), false);
    match kind {
        "text" => plain(text(part, "/body")),
        "button" => plain(text(part, "/text")),
        "interactive" => {
            let chosen = ["/button_reply/title", "/list_reply/title", "/nfm_reply/body"];
            if let Some(answer) = text(part, "/call_permission_reply/response") {
                return (format!("(calls: {answer})"), Vec::new(), true);
            }
            let form = text(part, "/nfm_reply/response_json");
            let title = chosen.iter().find_map(|pointer| text(part, pointer));
            plain(match (title, form) {
                (Some(title), Some(form)) => Some(format!("{title}\n{form}")),
                (title, form) => title.or(form),
            })
        }
        "location" => {
            let at = [text(part, "/name"), text(part, "/address")].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let (north, east) =
                (text(part, "/latitude").unwrap_or_default(), text(part, "/longitude").unwrap_or_default());
            plain(Some(format!("(place: {at} {north}, {east})").replace("  ", " ")))
        }
        "contacts" => {
            let found = one.get("contacts").and_then(Value::as_array);
            let names =
                found.map(|all| all.iter().filter_map(|one| text(one, "/name/formatted_name")).collect::<Vec<_>>());
            plain(Some(format!("(contacts: {})", names.unwrap_or_default().join(", "))))
        }
        "order" => {
            let items = list(part, "/product_items").len();
            let words = text(part, "/text").unwrap_or_default();
            plain(Some(format!("{words}\n(order of {items} items)").trim().to_owned()))
        }
        media if MEDIA.contains(&media) => {
            let file = MediaFile {
                name: text(part, "/filename").unwrap_or_else(|| media.to_owned()),
                media_type: text(part, "/mime_type").unwrap_or_else(|| "application/octet-stream".to_owned()),
                size: 0,
                reference: text(part, "/id").unwrap_or_default(),
            };
            (text(part, "/caption").unwrap_or_default(), vec![file], false)
        }
        "request_welcome" => (String::new(), Vec::new(), true),
        other => (format!("(a message of the kind `{other}`, which cannot be shown)"), Vec::new(), true),
    }
}

fn message(one: &Value, people: &[Value]) -> Vec<Event> {
    let kind = text(one, "/type").unwrap_or_default();
    let id = text(one, "/id").unwrap_or_default();
    let at = epoch(one, "/timestamp");
    let event = |key: &str, happened| Event::new(format!("{key}:{id}"), at, happened);
    match kind.as_str() {
        "reaction" => {
            let emoji = text(one, "/reaction/emoji").filter(|emoji| !emoji.is_empty());
            let on = text(one, "/reaction/message_id");
            return vec![event("reaction", Happened::Reaction { emoji }).about([on])];
        }
        "revoke" => {
            return vec![event("delete", Happened::Delete).about([text(one, "/revoke/original_message_id")])];
        }
        "edit" => {
            let inner = one.pointer("/edit/message").unwrap_or(&Value::Null);
            let (now, ..) = content(inner, &text(inner, "/type").unwrap_or_default());
            return vec![event("edit", Happened::Edit { text: now }).about([text(one, "/edit/original_message_id")])];
        }
        "system" => {
            let from = text(one, "/from").map(|number| format!("+{}", number.trim_start_matches('+')));
            let to = text(one, "/system/wa_id").or_else(|| text(one, "/system/new_wa_id"));
            let to = to
                .map(|number| format!("+{}", number.trim_start_matches('+')))
                .or_else(|| text(one, "/system/user_id"));
            if let (Some(from), Some(to)) = (from, to) {
                return vec![event("moved", Happened::Moved { from, to })];
            }
        }
        _ => {}
    }
    let Some((from, also, name)) = names(one, people) else {
        return vec![event("raw", Happened::Unknown { what: format!("a `{kind}` without a sender") })];
    };
    let (body, files, automated) = content(one, &kind);
    let mut events = Vec::new();
    let address = from.clone();
    match wish(&body) {
        Some(Wish::Stop) => events.push(event("wish", Happened::OptOut { address, everywhere: false })),
        Some(Wish::StopEverything) => events.push(event("wish", Happened::OptOut { address, everywhere: true })),
        Some(Wish::Start | Wish::Yes) => events.push(event("wish", Happened::OptIn { address })),
        Some(Wish::Help) | None => {}
    }
    let opts_out = events.iter().any(|event| matches!(event.happened, Happened::OptOut { .. }));
    let message = NewMessage {
        id: id.clone(),
        from,
        also,
        name,
        to: None,
        text: body,
        whole: None,
        answers: text(one, "/context/id"),
        files,
        automated: automated || opts_out,
    };
    events.push(event("message", Happened::Message(Box::new(message))));
    events
}

/// A message that a colleague wrote on the telephone which shares the number.
fn echo(one: &Value) -> Option<Event> {
    let id = text(one, "/id")?;
    let kind = text(one, "/type").unwrap_or_default();
    let at = epoch(one, "/timestamp");
    if kind == "revoke" {
        let of = text(one, "/revoke/original_message_id");
        return Some(Event::new(format!("delete:{id}"), at, Happened::Delete).about([of]));
    }
    let (body, files, _) = content(one, &kind);
    let to = text(one, "/to").or_else(|| text(one, "/to_user_id"));
    let to = to.map(|to| if to.chars().all(|c| c.is_ascii_digit()) { format!("+{to}") } else { to });
    let message =
        NewMessage { id: id.clone(), from: text(one, "/from")?, to, text: body, files, ..NewMessage::default() };
    Some(Event::new(format!("echo:{id}"), at, Happened::Echo(Box::new(message))))
}

/// Whether a person wants marketing.
fn preference(one: &Value) -> Option<Event> {
    let who = text(one, "/wa_id").map(|id| format!("+{id}")).or_else(|| text(one, "/user_id"))?;
    let at = epoch(one, "/timestamp");
    let key = format!("preference:{who}:{}", at.unwrap_or_default());
    let happened = match text(one, "/value")?.as_str() {
        "stop" => Happened::OptOut { address: who, everywhere: false },
        "resume" => Happened::OptIn { address: who },
        _ => return None,
    };
    Some(Event::new(key, at, happened))
}

/// What the codes mean that ask for something of people. <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>
pub(super) fn error_words(code: Option<i64>, words: Option<String>) -> String {
    let Some(code) = code else { return words.unwrap_or_else(|| "no error code".to_owned()) };
    let known = match code {
        131_047 => "the 24-hour window is closed: only a template can be sent",
        131_026 => "WhatsApp cannot deliver to this number: try another channel",
        131_049 => "Meta chose not to deliver this marketing message: wait, and do not send it again at once",
        131_056 => "too many messages to this one number: slow down for it",
        130_429 => "too many messages at once: slow down",
        131_048 => "the number is restricted because of complaints",
        131_050 => "the person does not want marketing messages",
        130_472 => "the person is in an experiment of Meta's: not delivered",
        368 | 131_031 => "Meta restricted the account: look at it in the business manager",
        190 => "the access token has expired: connect the channel with a new one",
        132_000 | 132_001 | 132_015 | 132_016 => "the template is not as approved, or paused",
        _ => return format!("{code}: {}", words.unwrap_or_default()),
    };
    format!("{code}: {known}")
}

fn status(one: &Value) -> Option<Event> {
    let id = text(one, "/id")?;
    let word = text(one, "/status")?;
    let error = one.pointer("/errors/0");
    let code = error.and_then(|error| error.get("code")).and_then(Value::as_i64);
    let is = match (word.as_str(), code) {
        ("sent", _) => Is::Sent,
        ("delivered", _) => Is::Delivered,
        ("read" | "played", _) => Is::Read,
        // The person said so to Meta.
        ("failed", Some(131_050)) => Is::OptedOut,
        ("failed", _) => Is::Failed,
        _ => Is::Other,
    };
    let cause = error.map(|error| {
        error_words(
            code,
            text(error, "/error_data/details").or_else(|| text(error, "/message")).or_else(|| text(error, "/title")),
        )
    });
    let status = Status::new(is, &word).with(cause, text(one, "/recipient_id"));
    let own = text(one, "/biz_opaque_callback_data");
    Some(
        Event::new(format!("status:{id}:{word}"), epoch(one, "/timestamp"), Happened::Status(status))
            .about([own, Some(id)]),
    )
}
