//! What providers told, taken in: messages become runs, everything else takes effect on what is there.
//!
//! Messages come first, for what else a request says may be about their senders. Everything is written once, by the
//! provider's own key, so that a request that was cut off half-way is simply delivered again.

use serde_json::json;

use crate::channels::{Call, Event, Happened, Hook, MediaFile, NewMessage, TimelineEvent, sign};
use crate::decide::normalise::{self, Arrival, plain_address};
use crate::decide::told;
use crate::domain::{ChannelKind, IdKind};
use crate::engine::Engine;
use crate::media;
use crate::store::ingest::AddressKind;
use crate::store::rows::ChannelRow;
use crate::store::{ChannelWrite, Ingest, Ingested, Meaning, NewEvent, StoreError, Write, read};

/// What became of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Messages that came in, new or not.
    pub messages: Vec<Ingested>,
    /// Other events.
    pub events: usize,
}

/// How long a message may wait for its turn to be stored. Beyond it the provider comes back later.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// A provider's clock may be this far ahead, in milliseconds; what claims to be later happened when it came in.
const MOST_AHEAD_MS: i64 = 10 * 60 * 1000;

/// How long the requests of providers are kept byte for byte, in milliseconds: whoever must look at one does so by then.
const REQUESTS_KEPT_MS: i64 = 90 * 86_400_000;
/// How long what they told is kept, in milliseconds. Nobody delivers anything again after that; what became of a message
/// stays in its own row.
const EVENTS_KEPT_MS: i64 = 400 * 86_400_000;
/// How much is forgotten at once.
const FORGOTTEN_TOGETHER: i64 = 500;

/// Where a request came in.
struct Place<'a> {
    channel: &'a ChannelRow,
    kind: ChannelKind,
    hook: &'a Hook<'a>,
    now_ms: i64,
}

impl Engine {
    /// Takes in what a request of a channel's provider says. When this is done, everything is stored for good.
    ///
    /// # Errors
    /// [`StoreError`] when something could not be stored: the provider must deliver the request again.
    pub async fn take(&self, channel: &ChannelRow, hook: &Hook<'_>, events: Vec<Event>) -> Result<Taken, StoreError> {
        let kind: ChannelKind = channel.kind.parse().map_err(|_| StoreError::Inconsistent {
            table: "channel",
            reason: format!("`{}` is no kind of channel", channel.kind),
        })?;
        let place = Place { channel, kind, hook, now_ms: self.clock().now_ms() };
        let mut taken = Taken::default();
        let mut writes = Vec::new();
        for event in events {
            match &event.happened {
                Happened::Message(message) => {
                    let ingested = self.take_message(&place, message, event.at_ms).await?;
                    writes.extend(media::wanted(&channel.id, &ingested.message_id, &message.files));
                    taken.messages.push(ingested);
                    writes.extend(self.aliases(&place, message).await?);
                }
                Happened::Mail { raw, to } => {
                    let mut ingest = self.read_mail(channel, "webhook", raw.clone()).await?;
                    if matches!(ingest.kind, "bounce" | "complaint") {
                        self.mail_told(&place, raw, &mut writes);
                    }
                    if let Some(to) = to.as_ref().filter(|_| ingest.to_address.is_empty()) {
                        ingest.to_address.clone_from(to);
                    }
                    taken.messages.push(self.receive_within(ingest, Some(PATIENCE)).await?);
                }
                Happened::Call(call) => {
                    let message = call_message(call);
                    let ingested = self.take_message(&place, &message, event.at_ms).await?;
                    if ingested.duplicate {
                        let at = (channel.workspace_id.as_str(), channel.id.as_str());
                        self.add_files(at, &ingested.message_id, &message.files).await?;
                        writes.push(self.event(&place, &event));
                    } else {
                        writes.extend(media::wanted(&channel.id, &ingested.message_id, &message.files));
                    }
                    taken.messages.push(ingested);
                }
                Happened::Timeline(line) if line.makes_contact => {
                    self.introduce(&place, line).await?;
                    writes.push(self.event(&place, &event));
                }
                _ => writes.push(self.event(&place, &event)),
            }
        }
        let is_event = |write: &Write| matches!(write, Write::Channels(ChannelWrite::Event(_)));
        taken.events = writes.iter().filter(|write| is_event(write)).count();
        if taken.events > 0 {
            writes.insert(0, request(&place));
        }
        if !writes.is_empty() {
            self.commit_writes(&channel.workspace_id, writes).await?;
        }
        Ok(taken)
    }

    /// Forgets what providers told long ago, a part of it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_told(&self) -> Result<(), StoreError> {
        let now = self.clock().now_ms();
        let forget = ChannelWrite::Forget {
            requests_before: now - REQUESTS_KEPT_MS,
            events_before: now - EVENTS_KEPT_MS,
            most: FORGOTTEN_TOGETHER,
        };
        self.commit_writes(crate::domain::DEFAULT_WORKSPACE, vec![Write::Channels(forget)]).await
    }

    /// Other names of the same person that are not known yet, so that any of them finds the contact.
    async fn aliases(&self, place: &Place<'_>, message: &NewMessage) -> Result<Vec<Write>, StoreError> {
        let mut writes = Vec::new();
        if message.also.is_empty() {
            return Ok(writes);
        }
        let (kind, ws) = (AddressKind::of(place.kind).as_str(), &place.channel.workspace_id);
        let mut reader = self.db().read().await?;
        for also in &message.also {
            let also = plain_address(place.kind, also);
            if read::contact_of_address(&mut reader.conn(), ws, kind, &also).await?.is_none() {
                let known = plain_address(place.kind, &message.from);
                writes.push(Write::Channels(ChannelWrite::Alias { kind, known, also }));
            }
        }
        Ok(writes)
    }

    async fn take_message(
        &self,
        place: &Place<'_>,
        message: &NewMessage,
        at_ms: Option<i64>,
    ) -> Result<Ingested, StoreError> {
        let source = place.channel.provider.as_deref().unwrap_or("api");
        let arrival = Arrival { channel: place.channel, kind: place.kind, source, now_ms: place.now_ms };
        let media_type = place.hook.header("content-type").unwrap_or("application/octet-stream");
        let at = at_ms.filter(|at| *at <= place.now_ms + MOST_AHEAD_MS);
        let raw = (media_type, place.hook.body);
        let ingest: Ingest = normalise::from_provider(arrival, message, raw, at, self.ids());
        self.receive_within(ingest, Some(PATIENCE)).await
    }

    /// What a bounce or a complaint that came as a mail says about messages of ours.
    fn mail_told(&self, place: &Place<'_>, raw: &[u8], writes: &mut Vec<Write>) {
        for event in told::by_mail(raw) {
            writes.push(self.event(place, &event));
        }
    }

    /// Stores a mail, and what it says about messages of ours: a bounce, a complaint.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored.
    pub async fn take_mail(&self, channel: &ChannelRow, source: &str, raw: &[u8]) -> Result<Ingested, StoreError> {
        let ingest = self.read_mail(channel, source, raw.to_vec()).await?;
        self.take_read_mail(channel, ingest, raw, None).await
    }

    /// The same for a mail that was read already.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored.
    pub async fn take_read_mail(
        &self,
        channel: &ChannelRow,
        ingest: Ingest,
        raw: &[u8],
        patience: Option<std::time::Duration>,
    ) -> Result<Ingested, StoreError> {
        let tells = matches!(ingest.kind, "bounce" | "complaint");
        let ingested = self.receive_within(ingest, patience).await?;
        if tells {
            let hook =
                Hook { method: "POST", url: "", headers: &[], body: raw, extra: None, now_ms: self.clock().now_ms() };
            let place = Place { channel, kind: ChannelKind::Email, hook: &hook, now_ms: hook.now_ms };
            let mut writes = Vec::new();
            self.mail_told(&place, raw, &mut writes);
            if !writes.is_empty() {
                self.commit_writes(&channel.workspace_id, writes).await?;
            }
        }
        Ok(ingested)
    }

    /// Somebody whom we do not know booked a meeting: from now on we know them.
    async fn introduce(&self, place: &Place<'_>, line: &TimelineEvent) -> Result<(), StoreError> {
        let Some(address) = line.people.first() else { return Ok(()) };
        let known = plain_address(ChannelKind::Email, address);
        let mut reader = self.db().read().await?;
        let found = read::contact_of_address(&mut reader.conn(), &place.channel.workspace_id, "email", &known).await?;
        drop(reader);
        if found.is_some() {
            return Ok(());
        }
        let message = NewMessage {
            id: format!("introduced:{}", line.subject),
            from: address.clone(),
            name: line.name.clone(),
            text: line.summary.clone(),
            automated: true,
            ..NewMessage::default()
        };
        self.take_message(place, &message, None).await.map(|_| ())
    }

    fn event(&self, place: &Place<'_>, event: &Event) -> Write {
        let (word, cause, recipient) = match &event.happened {
            Happened::Status(status) => (status.word.clone(), status.cause.clone(), status.recipient.clone()),
            Happened::Unknown { what } => (what.clone(), None, None),
            other => (other.word().to_owned(), None, None),
        };
        let at = event.at_ms.filter(|at| *at > 0 && *at <= place.now_ms + MOST_AHEAD_MS).unwrap_or(place.now_ms);
        let (meaning, data) = meaning(place.kind, &event.happened);
        Write::Channels(ChannelWrite::Event(Box::new(NewEvent {
            id: self.ids().next(IdKind::ProviderEvent),
            channel_id: place.channel.id.clone(),
            channel_kind: place.kind.as_str(),
            address_kind: AddressKind::of(place.kind).as_str(),
            event_key: event.key.chars().take(500).collect(),
            kind: event.happened.word(),
            word: word.chars().take(200).collect(),
            cause,
            recipient,
            data,
            sha256: sign::sha256_hex(place.hook.body),
            occurred_at: at,
            refs: event.refs.clone(),
            meaning,
            timeline_id: self.ids().next(IdKind::Timeline),
        })))
    }
}

fn request(place: &Place<'_>) -> Write {
    Write::Channels(ChannelWrite::Request {
        channel_id: place.channel.id.clone(),
        sha256: sign::sha256_hex(place.hook.body),
        content_type: place.hook.header("content-type").unwrap_or_default().to_owned(),
        url: place.hook.url.to_owned(),
        bytes: place.hook.body.to_vec(),
    })
}

/// What an event means for what is there, and what is kept of it for programs.
fn meaning(kind: ChannelKind, happened: &Happened) -> (Meaning, serde_json::Value) {
    let plain = |address: &str| plain_address(kind, address);
    match happened {
        Happened::Status(status) => (Meaning::Status(status.is), json!({})),
        Happened::OptOut { address, everywhere } => {
            (Meaning::OptOut { address: plain(address), everywhere: *everywhere }, json!({ "address": address }))
        }
        Happened::OptIn { address } => (Meaning::OptIn { address: plain(address) }, json!({ "address": address })),
        Happened::Reaction { emoji } => {
            let line = match emoji {
                Some(emoji) => format!("Reacted with {emoji}"),
                None => "Took a reaction back".to_owned(),
            };
            (Meaning::OnMessage { line: line.clone() }, json!({ "emoji": emoji, "line": line }))
        }
        Happened::Edit { text } => {
            let line = format!("Changed the message to: {}", text.chars().take(500).collect::<String>());
            (Meaning::OnMessage { line: line.clone() }, json!({ "text": text, "line": line }))
        }
        Happened::Delete => {
            let line = "Took the message back".to_owned();
            (Meaning::OnMessage { line: line.clone() }, json!({ "line": line }))
        }
        Happened::Moved { from, to } => {
            (Meaning::Alias { known: plain(from), address: plain(to) }, json!({ "from": from, "to": to }))
        }
        Happened::Echo(message) => {
            let address = plain(message.to.as_deref().unwrap_or_default());
            let line = format!("A colleague wrote on the telephone: {}", message.text);
            (Meaning::Echo { address, line }, json!({ "text": message.text }))
        }
        Happened::Timeline(line) => {
            let addresses = line.people.iter().map(|one| {
                let kind = if one.contains('@') { ChannelKind::Email } else { ChannelKind::Sms };
                (AddressKind::of(kind).as_str(), plain_address(kind, one))
            });
            let meaning = Meaning::Line {
                kind: timeline_kind(&line.kind),
                addresses: addresses.collect(),
                line: line.summary.clone(),
            };
            (meaning, json!({ "subject": line.subject, "replaces": line.replaces }))
        }
        Happened::Call(call) => {
            let message = call_message(call);
            let data = json!({ "call": call.id, "outcome": call.outcome, "recording": call.recording });
            (Meaning::Retell { text: message.text, full_text: message.whole.unwrap_or_default() }, data)
        }
        Happened::MailAt { id } => (Meaning::None, json!({ "mail": id })),
        Happened::Message(_) | Happened::Mail { .. } | Happened::Unknown { .. } => (Meaning::None, json!({})),
    }
}

fn timeline_kind(kind: &str) -> &'static str {
    const KNOWN: [&str; 7] = [
        "meeting_booked",
        "meeting_cancelled",
        "meeting_moved",
        "meeting_ended",
        "opportunity_stage_changed",
        "sequence_enrolled",
        "sequence_finished",
    ];
    KNOWN.into_iter().find(|known| *known == kind).unwrap_or("activity")
}

/// What the person outside said: the only part of a call that is read for what they want.
fn contact_words(call: &Call) -> String {
    let said: Vec<&str> = call.turns.iter().filter(|turn| turn.contact).map(|turn| turn.text.as_str()).collect();
    said.join("\n")
}

/// The recording of a call. Twilio gives an address that is sound of either kind, by its ending.
fn recording(place: &str) -> MediaFile {
    let path = place.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
    let (media_type, ending) = match ending.to_ascii_lowercase().as_str() {
        "mp3" => ("audio/mpeg", "mp3"),
        "ogg" | "opus" => ("audio/ogg", "ogg"),
        _ => ("audio/wav", "wav"),
    };
    let reference = place.to_owned();
    MediaFile { name: format!("recording.{ending}"), media_type: media_type.to_owned(), size: 0, reference }
}

/// A call as a message: one, whatever is told of it and how often.
fn call_message(call: &Call) -> NewMessage {
    let mut lines: Vec<String> = call
        .turns
        .iter()
        .map(|turn| format!("{}: {}", if turn.contact { "Contact" } else { "Agent" }, turn.text))
        .collect();
    lines.extend(call.summary.iter().map(|summary| format!("Summary: {summary}")));
    let outcome = match call.outcome.as_str() {
        "voicemail" => "voicemail",
        "no_answer" => "nobody answered",
        "silent" => "nobody spoke",
        "failed" => "the call failed",
        _ => "a call",
    };
    let seconds = call.seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    lines.push(format!("({outcome}{seconds})"));
    let (words, whole) = (contact_words(call), lines.join("\n"));
    let spoken = call.outcome == "answered" && !words.trim().is_empty();
    let long_enough = call.seconds.is_none_or(|seconds| seconds > 2);
    NewMessage {
        id: format!("call:{}", call.id),
        from: call.contact.clone(),
        text: if words.trim().is_empty() { whole.clone() } else { words },
        whole: Some(whole),
        files: call.recording.iter().map(|place| recording(place)).collect(),
        automated: !(spoken && long_enough),
        ..NewMessage::default()
    }
}
