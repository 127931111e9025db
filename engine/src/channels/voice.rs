//! Calls: Twilio's recordings and transcriptions, Vapi, Retell.
//!
//! A call is one message, whatever is told of it and in which order. What the person outside said is the text; what the
//! machine said stands beside it. A transcript has mistakes, so it is never more than text.

use serde_json::Value;

use super::form::Form;
use super::keywords::{Wish, wish};
use super::{
    Account, Call, Capabilities, Doubt, Event, Field, Happened, Hook, Outgoing, Provider, Thanks, Turn, epoch, sign,
    text, twilio,
};
use crate::domain::ChannelKind;
use crate::ports::SendError;

const CALLS: Capabilities =
    Capabilities { receives: true, sends: false, tells_status: false, reactions: false, longest_text: 0 };

/// What a call that was spoken with a person means beside itself: asking not to be called any more counts.
fn with_wish(call: Call, key: String, at_ms: Option<i64>) -> Vec<Event> {
    let asked = call.turns.iter().filter(|turn| turn.contact).find_map(|turn| match wish(&turn.text) {
        Some(Wish::Stop) => Some(false),
        Some(Wish::StopEverything) => Some(true),
        _ => None,
    });
    let mut events = Vec::new();
    if let Some(everywhere) = asked {
        let address = call.contact.clone();
        events.push(Event::new(format!("wish:{}", call.id), at_ms, Happened::OptOut { address, everywhere }));
    }
    let name = format!("call:{}", call.id);
    events.push(Event::new(key, at_ms, Happened::Call(Box::new(call))).about([Some(name)]));
    events
}

/// Turns out of one text with `AI:` and `User:` at the begin of what each says.
fn turns_of(transcript: &str) -> Vec<Turn> {
    let marks = [
        ("AI:", false),
        ("Agent:", false),
        ("Assistant:", false),
        ("Bot:", false),
        ("User:", true),
        ("Customer:", true),
    ];
    let mut turns: Vec<Turn> = Vec::new();
    let mut rest = transcript.trim();
    let next = |text: &str| {
        let found = marks.iter().filter_map(|(mark, contact)| Some((text.find(mark)?, mark.len(), *contact)));
        found.min_by_key(|(at, ..)| *at)
    };
    while let Some((at, length, contact)) = next(rest) {
        let before = rest.get(..at).unwrap_or_default().trim();
        if let (Some(last), false) = (turns.last_mut(), before.is_empty()) {
            last.text = before.to_owned();
        }
        turns.push(Turn { contact, text: String::new() });
        rest = rest.get(at + length..).unwrap_or_default();
    }
    if let Some(last) = turns.last_mut() {
        last.text = rest.trim().to_owned();
    }
    turns.retain(|turn| !turn.text.is_empty());
    turns
}

/// Twilio's calls. <https://www.twilio.com/docs/voice/api/recording>
#[derive(Debug)]
pub(super) struct TwilioVoice;

impl Provider for TwilioVoice {
    fn name(&self) -> &'static str {
        "twilio_voice"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Voice
    }

    fn capabilities(&self) -> Capabilities {
        CALLS
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field { name: "account_sid", secret: false, needed: false, about: "The account, AC…" },
            Field { name: "auth_token", secret: true, needed: true, about: "The auth token that signs what comes in" },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        twilio::verify(&account.keys("auth_token").collect::<Vec<_>>(), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let form = Form::of(hook);
        let Some(id) = form.text("CallSid") else { return vec![Event::unknown(hook, "a request without a CallSid")] };
        let contact = form.text("From").or_else(|| form.text("Caller")).unwrap_or_default();
        let seconds =
            form.text("RecordingDuration").or_else(|| form.text("CallDuration")).and_then(|text| text.parse().ok());
        let mut call =
            Call { id: id.clone(), contact, seconds, recording: form.text("RecordingUrl"), ..Call::default() };
        let what = if let Some(words) = form.text("TranscriptionText") {
            call.turns = vec![Turn { contact: true, text: words }];
            call.outcome = "answered".to_owned();
            "transcription".to_owned()
        } else if let Some(status) = form.text("RecordingStatus") {
            call.outcome = match status.as_str() {
                "completed" => "answered",
                // Too short, or nobody said anything.
                "absent" => "silent",
                "failed" => "failed",
                _ => return vec![Event::unknown(hook, format!("a recording that is `{status}`"))],
            }
            .to_owned();
            format!("recording:{status}")
        } else if let Some(status) = form.text("CallStatus") {
            call.outcome = match status.as_str() {
                "completed" => "answered",
                "no-answer" | "busy" | "canceled" => "no_answer",
                "failed" => "failed",
                _ => return vec![Event::unknown(hook, format!("a call that is `{status}`"))],
            }
            .to_owned();
            if form.text("AnsweredBy").is_some_and(|by| by.starts_with("machine") || by == "fax") {
                call.outcome = "voicemail".to_owned();
            }
            format!("status:{status}")
        } else {
            return vec![Event::unknown(hook, "nothing about a recording")];
        };
        with_wish(call, format!("call:{id}:{what}"), None)
    }

    fn media(&self, account: &Account, reference: &str) -> Result<Outgoing, SendError> {
        twilio::media_call(account, reference)
    }

    fn thanks(&self) -> Thanks {
        Thanks { media_type: "text/xml", body: "<Response/>".to_owned() }
    }
}

/// Vapi. <https://docs.vapi.ai/server-url/events>
#[derive(Debug)]
pub(super) struct Vapi;

fn vapi_outcome(reason: &str) -> &'static str {
    if reason == "voicemail" {
        "voicemail"
    } else if reason.contains("did-not-answer") || reason.contains("busy") || reason.contains("no-answer") {
        "no_answer"
    } else if reason == "silence-timed-out" {
        "silent"
    } else if reason.contains("error") || reason.contains("failed") {
        "failed"
    } else {
        "answered"
    }
}

impl Provider for Vapi {
    fn name(&self) -> &'static str {
        "vapi"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Voice
    }

    fn capabilities(&self) -> Capabilities {
        CALLS
    }

    fn fields(&self) -> &'static [Field] {
        &[Field {
            name: "secret",
            secret: true,
            needed: true,
            about: "The server's secret: sent as X-Vapi-Secret or as a bearer token",
        }]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("secret")?;
        let bearer = hook.header("authorization").and_then(|given| given.strip_prefix("Bearer "));
        let given = hook.header("x-vapi-secret").or(bearer).ok_or(Doubt::Missing)?;
        if keys.iter().any(|key| sign::same(key.as_bytes(), given.as_bytes())) { Ok(()) } else { Err(Doubt::Wrong) }
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let kind = text(&json, "/message/type").unwrap_or_default();
        let message = json.get("message").unwrap_or(&Value::Null);
        if kind != "end-of-call-report" {
            return vec![Event::unknown(hook, format!("`{kind}`"))];
        }
        let listed = message.pointer("/artifact/messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let spoken = |one: &Value| {
            let contact = match text(one, "/role")?.as_str() {
                "user" => true,
                "assistant" | "bot" => false,
                _ => return None,
            };
            Some(Turn { contact, text: text(one, "/message").or_else(|| text(one, "/content"))? })
        };
        let mut turns: Vec<Turn> = listed.iter().filter_map(spoken).collect();
        if turns.is_empty() {
            turns = turns_of(&text(message, "/artifact/transcript").unwrap_or_default());
        }
        let id = text(message, "/call/id");
        let at = text(message, "/endedAt").and_then(|at| super::time(&at)).or_else(|| epoch(message, "/timestamp"));
        let call = Call {
            // Without an id, the report is what it says.
            id: id.unwrap_or_else(|| format!("report-{}", sign::sha256_hex(hook.body).get(..24).unwrap_or_default())),
            contact: text(message, "/call/customer/number")
                .or_else(|| text(message, "/customer/number"))
                .unwrap_or_default(),
            turns,
            summary: text(message, "/analysis/summary").or_else(|| text(message, "/summary")),
            outcome: vapi_outcome(&text(message, "/endedReason").unwrap_or_default()).to_owned(),
            recording: ["/artifact/recordingUrl", "/artifact/recording/stereoUrl", "/recordingUrl"]
                .iter()
                .find_map(|pointer| text(message, pointer)),
            seconds: message.get("durationSeconds").and_then(Value::as_f64).map(|seconds| seconds as i64),
        };
        let key = format!("call:{}:report", call.id);
        with_wish(call, key, at)
    }
}

/// Retell. <https://docs.retellai.com/features/webhook>
#[derive(Debug)]
pub(super) struct Retell;

fn retell_outcome(call: &Value) -> &'static str {
    let reason = text(call, "/disconnection_reason").unwrap_or_default();
    if call.pointer("/call_analysis/in_voicemail").and_then(Value::as_bool) == Some(true)
        || reason == "voicemail_reached"
    {
        "voicemail"
    } else if matches!(reason.as_str(), "dial_no_answer" | "dial_busy" | "dial_failed") {
        "no_answer"
    } else if reason == "inactivity" {
        "silent"
    } else if reason.starts_with("error") {
        "failed"
    } else {
        "answered"
    }
}

impl Provider for Retell {
    fn name(&self) -> &'static str {
        "retell"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Voice
    }

    fn capabilities(&self) -> Capabilities {
        CALLS
    }

    fn fields(&self) -> &'static [Field] {
        &[Field {
            name: "api_key",
            secret: true,
            needed: true,
            about: "The API key that has the webhook badge: signs what comes in",
        }]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("api_key")?;
        let given = hook.needed("x-retell-signature")?;
        let (at, digest) = given.strip_prefix("v=").and_then(|rest| rest.split_once(",d=")).ok_or(Doubt::Wrong)?;
        let fits = keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &[hook.body, at.as_bytes()], digest));
        if !fits {
            return Err(Doubt::Wrong);
        }
        sign::fresh(at.parse().map_err(|_| Doubt::Missing)?, hook.now_ms)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let kind = text(&json, "/event").unwrap_or_default();
        let (Some(one), true) = (json.get("call"), matches!(kind.as_str(), "call_ended" | "call_analyzed")) else {
            return vec![Event::unknown(hook, format!("`{kind}`"))];
        };
        let Some(id) = text(one, "/call_id") else { return vec![Event::unknown(hook, "a call without an id")] };
        let listed = one.get("transcript_object").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let spoken = |turn: &Value| {
            Some(Turn {
                contact: text(turn, "/role")? == "user",
                text: text(turn, "/content").filter(|said| !said.is_empty())?,
            })
        };
        let mut turns: Vec<Turn> = listed.iter().filter_map(spoken).collect();
        if turns.is_empty() {
            turns = turns_of(&text(one, "/transcript").unwrap_or_default());
        }
        let outbound = text(one, "/direction").as_deref() == Some("outbound");
        let call = Call {
            id: id.clone(),
            contact: text(one, if outbound { "/to_number" } else { "/from_number" }).unwrap_or_default(),
            turns,
            summary: text(one, "/call_analysis/call_summary"),
            outcome: retell_outcome(one).to_owned(),
            recording: text(one, "/recording_url"),
            seconds: one.get("duration_ms").and_then(Value::as_i64).map(|ms| ms / 1000),
        };
        with_wish(call, format!("call:{id}:{kind}"), epoch(one, "/end_timestamp"))
    }
}
