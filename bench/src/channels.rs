//! `channels`: what comes in from outside. Signed requests at a steady rate through the whole API, mails of all sorts
//! through the parser, and words of a visitor up to the stream that a rep's page reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use remit_api::http::{App, router};
use remit_engine::accounts::Connection;
use remit_engine::channels::seal::Vault;
use remit_engine::channels::twilio;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::events::Wanted;
use remit_engine::events::hub::{Heard, Listener};
use remit_engine::mail;
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{Db, read};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::figure::Durations;
use crate::inbox::Inbox;
use crate::store::{Durability, durability, with_fresh};
use crate::{BenchError, Figure, Settings, memory};

/// Requests, and how many a second.
const REQUESTS: usize = 5_000;
const PER_SECOND: u32 = 500;
/// What visitors write, one after the other.
const CHATS: usize = 300;
/// After this a stream is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(30);
const MASTER: [u8; 32] = [42; 32];
const TOKEN: &str = "a token of the bench";
const HOOK: &str = "https://inbox.acme.example/api/v1/inbound/sms";
const SITE: &str = "https://shop.example";

/// Measures all three.
///
/// # Errors
/// [`BenchError`] when the store cannot be made, or something that was sent in did not arrive.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let mut figures = with_fresh(settings, async |db, _, _| measure(settings, db).await).await?;
    figures.extend(mails(settings)?);
    Ok(figures)
}

fn unexpected(what: impl std::fmt::Display) -> BenchError {
    BenchError::Unexpected(what.to_string())
}

async fn measure(settings: &Settings, db: &Db) -> Result<Vec<Figure>, BenchError> {
    let Durability(promise) = durability(db).await?;
    let inbox = Inbox::new(db).await?;
    let mut reader = db.read().await?;
    let channels = read::channels(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
    drop(reader);
    let of = |kind: &str| channels.iter().find(|row| row.kind == kind).ok_or_else(|| unexpected("no channel"));
    let (sms, chat) = (of("sms")?, of("chat")?);
    let pairs = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    for (channel, provider, set, secret) in [
        (sms, "twilio", &[("account_sid", "AC1"), ("hook_url", HOOK)][..], &[("auth_token", TOKEN)][..]),
        (chat, "web_chat", &[("allowed_origins", SITE)][..], &[("identity_secret", "s")][..]),
    ] {
        let wish = Connection { provider: Some(provider.to_owned()), settings: pairs(set), secrets: pairs(secret) };
        inbox.engine.connect(channel, &Vault::new(&MASTER), &wish).await.map_err(unexpected)?;
    }
    let service = router(App::new(inbox.engine.clone(), MASTER).with_rate(None));
    // Nobody works on what comes in: what is measured is how long those who bring it wait.
    let count = settings.count_or(REQUESTS);
    let (taken, behind) = intake(&service, sms, count).await?;
    let heard = visitors(&inbox, &service, chat).await?;
    let figure = |name, value, unit: &'static str, n: usize| {
        let figure = Figure::new("channels", name, value, unit).about("store", settings.store.as_str());
        figure.about("n", n).about("durability", promise.clone())
    };
    Ok(vec![
        figure("intake_p50_ms", taken.quantile_ms(0.5), "ms", count).about("per_s", PER_SECOND),
        figure("intake_p99_ms", taken.quantile_ms(0.99), "ms", count)
            .about("per_s", PER_SECOND)
            .about("sent_late_ms", (behind.as_secs_f64() * 1e3).round()),
        figure("chat_to_page_p50_ms", heard.quantile_ms(0.5), "ms", heard.len()),
        figure("chat_to_page_p99_ms", heard.quantile_ms(0.99), "ms", heard.len()),
    ])
}

/// Text messages of one provider, signed as it signs, at a steady rate whatever the answers do: each is timed from when
/// it was due. Also gives how late the latest was sent.
async fn intake(service: &Router, channel: &ChannelRow, count: usize) -> Result<(Durations, Duration), BenchError> {
    let begun = Instant::now() + Duration::from_millis(50);
    let every = Duration::from_secs(1) / PER_SECOND;
    let mut asked = JoinSet::new();
    let mut behind = Duration::ZERO;
    for at in 0..count {
        let due = begun + every * u32::try_from(at).unwrap_or(u32::MAX);
        let fields: Vec<(String, String)> = [
            ("MessageSid", format!("SM{at:032x}")),
            ("From", format!("+4179{:07}", at % 2_000)),
            ("To", channel.address.clone()),
            ("Body", format!("When are you open? {at}")),
            ("NumMedia", "0".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let body = body.join("&");
        // A request that does not say how long it is takes the room of the largest mail.
        let request = Request::post(format!("/api/v1/inbound/{}", channel.id))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("content-length", body.len())
            .header("x-twilio-signature", twilio::signature(TOKEN, HOOK, &fields))
            .body(Body::from(body))
            .map_err(unexpected)?;
        tokio::time::sleep_until(due.into()).await;
        behind = behind.max(due.elapsed());
        let service = service.clone();
        asked.spawn(async move {
            let answer = service.oneshot(request).await;
            (due.elapsed(), answer.map(|answer| answer.status().as_u16()))
        });
    }
    let mut taken = Durations::with_capacity(count);
    while let Some(done) = asked.join_next().await {
        match done? {
            (took, Ok(200)) => taken.push(took),
            (_, answer) => return Err(unexpected(format!("a request was answered with {answer:?}"))),
        }
    }
    Ok((taken, behind))
}

/// A value in a form.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Visitors write one after the other; each is timed until the stream that a rep's page reads tells of it.
async fn visitors(inbox: &Inbox, service: &Router, channel: &ChannelRow) -> Result<Durations, BenchError> {
    let hub = inbox.engine.events();
    let wanted = Wanted { kinds: vec!["message.received".to_owned()], conversation_id: None };
    let mut page = hub.listen(DEFAULT_WORKSPACE, None, wanted).await.map_err(unexpected)?;
    let mut heard = Durations::with_capacity(CHATS);
    for at in 0..CHATS {
        let body = format!(r#"{{"id":"m{at}","text":"When are you open? {at}"}}"#);
        let request = Request::post(format!("/chat/{}/messages", channel.id))
            .header("origin", SITE)
            .header("authorization", format!("Visitor {at:064x}"))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .map_err(unexpected)?;
        let begun = Instant::now();
        let (answer, told) =
            tokio::join!(service.clone().oneshot(request), tokio::time::timeout(PATIENCE, wanted_one(&mut page)));
        told.map_err(unexpected)??;
        heard.push(begun.elapsed());
        let status = answer.map_err(unexpected)?.status().as_u16();
        if status != 202 {
            return Err(unexpected(format!("a visitor was answered with {status}")));
        }
    }
    Ok(heard)
}

/// Waits until a stream tells of something that is wanted: it wakes for what is not, too.
async fn wanted_one(page: &mut Listener) -> Result<(), BenchError> {
    loop {
        match page.next().await.map_err(BenchError::Store)? {
            Heard::Events(events) if events.is_empty() => {}
            Heard::Events(_) => return Ok(()),
            Heard::Reset | Heard::Closed => return Err(unexpected("the stream broke off")),
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_none_or(|ending| ending != "jsonl" && ending != "json") {
            found.push(path);
        }
    }
    Ok(())
}

/// Mails made to be as much work as they can.
fn hostile() -> Vec<Vec<u8>> {
    let head = "From: a@b.example\r\nSubject: x\r\n";
    let nested = |kind: &str| format!("{head}{}", format!("Content-Type: {kind}\r\n\r\n").repeat(30_000));
    let parts = "--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".repeat(20_000);
    let many = "--x\r\n\r\na\r\n".repeat(100_000);
    let html = |body: String| format!("{head}Content-Type: text/html\r\n\r\n{body}");
    let quoted = "> On Tue, Mar 3, 2026 at 10:00 AM a <a@b.example>\r\n> wrote:\r\n".repeat(12_000);
    let people = "a@b.example, ".repeat(100_000);
    [
        nested("message/rfc822"),
        nested("message/global"),
        format!("{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}"),
        format!("{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{many}"),
        html("<div>".repeat(200_000)),
        html("<a b=\"".repeat(50_000)),
        html("<table><tr><td>".repeat(50_000)),
        html(format!("<p{}>", " a".repeat(100_000))),
        format!("{head}\r\n{quoted}"),
        format!("{head}To: {people}\r\n\r\nx"),
        format!("{head}References: {}\r\n\r\nx", "<a@b> ".repeat(100_000)),
        format!("{head}\r\n{}", "x".repeat(767 * 1024)),
    ]
    .map(String::into_bytes)
    .into()
}

/// Reads all mails of the shared fixtures and those that are made here, one after the other.
fn mails(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let folder = settings.datasets.join("../fixtures/email");
    let mut paths = Vec::new();
    match files(&folder, &mut paths) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("remit-bench: the mails of {} are not here and are left out", folder.display());
        }
        Err(error) => return Err(error.into()),
    }
    paths.sort();
    let mut usual = Vec::new();
    for path in &paths {
        usual.push(fs::read(path)?);
    }
    let mut figures = Vec::new();
    let figure = |name, value, unit, n: usize| Figure::new("channels", name, value, unit).about("n", n);
    if !usual.is_empty() {
        // Once before, so that what is made at first use is made.
        usual.iter().take(20).for_each(|raw| drop(mail::read(raw)));
        let (each, _) = timed(&usual);
        let whole = each.quantile_ms(1.0);
        let begun = Instant::now();
        usual.iter().for_each(|raw| drop(mail::read(raw)));
        let mean = begun.elapsed().as_secs_f64() * 1e3 / usual.len() as f64;
        figures.push(figure("mail_ms", mean, "ms", usual.len()));
        figures.push(figure("mail_p99_ms", each.quantile_ms(0.99), "ms", usual.len()));
        figures.push(figure("mail_worst_ms", whole, "ms", usual.len()));
    }
    let hostile = hostile();
    let (each, peak) = timed(&hostile);
    figures.push(figure("hostile_worst_ms", each.quantile_ms(1.0), "ms", hostile.len()));
    figures.push(figure("hostile_peak_mb", peak, "MiB", hostile.len()));
    Ok(figures)
}

/// How long each takes, and how much memory the neediest takes beyond what was there before it.
fn timed(mails: &[Vec<u8>]) -> (Durations, f64) {
    let mut each = Durations::with_capacity(mails.len());
    let mut most: f64 = 0.0;
    for raw in mails {
        memory::forget_peak();
        let before = memory::peak_mb();
        let begun = Instant::now();
        drop(mail::read(raw));
        each.push(begun.elapsed());
        most = most.max(memory::peak_mb() - before);
    }
    (each, most)
}
