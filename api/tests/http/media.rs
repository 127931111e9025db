//! Pictures, documents and recordings that providers keep: fetched once, tried again, shown as missing, and never more
//! than files.

use std::time::Duration;

use axum::http::Method;
use remit_engine::media;
use remit_tests::{Database, each_database};
use serde_json::{Value, json};

use crate::providers::World;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
const PDF: &[u8] = b"%PDF-1.7\nan offer";
const FROM: &str = "+41790000021";

async fn fetch(world: &World) -> usize {
    let tried = media::look(&world.api.app.engine, &world.providers).await.unwrap();
    world.api.app.settle().await;
    tried
}

/// The message of the person, with its files.
async fn inbound(world: &World) -> (String, Vec<Value>) {
    let all = world.messages().await;
    let inbound: Vec<&Value> = all.iter().filter(|message| message["direction"] == "inbound").collect();
    assert_eq!(inbound.len(), 1, "{all:#?}");
    (inbound[0]["id"].as_str().unwrap().to_owned(), inbound[0]["attachments"].as_array().unwrap().clone())
}

async fn download(world: &World, position: usize) -> crate::support::Reply {
    let (message, _) = inbound(world).await;
    world.api.get("viewer", &format!("/api/v1/messages/{message}/attachments/{position}")).await
}

async fn states(world: &World) -> Vec<String> {
    let (_, files) = inbound(world).await;
    files.iter().map(|file| file["state"].as_str().unwrap().to_owned()).collect()
}

/// The first file's reason for being missing.
async fn why(world: &World) -> String {
    let (_, files) = inbound(world).await;
    files[0]["missing_reason"].as_str().unwrap_or_default().to_owned()
}

each_database!(case_072_pictures_of_a_text_message_are_fetched_kept_and_erased, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    world.sim.keep_file("ME1", "image/png", PNG);
    world.sim.keep_file("ME2", "application/pdf", PDF);
    let files = [(&*world.sim.media_url("ME1"), "image/png"), (&*world.sim.media_url("ME2"), "application/pdf")];
    let message = world.sim.picture_message(&world.hook, "MM1", FROM, "", &files);
    world.handled(&message).await;
    assert_eq!(states(&world).await, ["waiting", "waiting"]);
    download(&world, 1).await.problem(404, "not_found");

    // The provider is away for a moment, and answers half of it with something else.
    world.sim.fail_files(&[503, 503]);
    assert_eq!(fetch(&world).await, 2);
    assert_eq!(states(&world).await, ["waiting", "waiting"]);
    assert_eq!(fetch(&world).await, 0, "not at once again");
    world.api.app.clock.advance(Duration::from_secs(10));
    assert_eq!(fetch(&world).await, 2);
    let (_, kept) = inbound(&world).await;
    assert_eq!((kept[0]["state"].as_str(), kept[0]["has_content"].as_bool()), (Some("here"), Some(true)), "{kept:#?}");
    assert_eq!((kept[1]["size"].as_u64(), kept[1]["missing_reason"].is_null()), (Some(PDF.len() as u64), true));
    assert_eq!(download(&world, 1).await.body, PNG);
    let offer = download(&world, 2).await;
    assert_eq!((&*offer.body, offer.header("content-type")), (PDF, "application/octet-stream"));
    assert!(offer.header("content-disposition").starts_with("attachment"));

    // Told again, it is neither fetched nor stored again.
    let asked = world.sim.files_asked();
    world.handled(&message).await;
    fetch(&world).await;
    assert_eq!((world.sim.files_asked(), states(&world).await.len()), (asked, 2));

    // With the person, their files go.
    let all = world.api.data("viewer", "/api/v1/conversations").await;
    let contact = all[0]["contact"]["id"].as_str().unwrap();
    let id = inbound(&world).await.0;
    world.api.call("manager", Method::POST, &format!("/api/v1/contacts/{contact}/erase"), None).await.good();
    let gone = world.api.get("viewer", &format!("/api/v1/messages/{id}/attachments/1")).await;
    assert_eq!(gone.status.as_u16(), 404);
});

/// A message with one file at this address; gives the world.
async fn with_file(database: &Database, at: impl Fn(&World) -> String, media_type: &str) -> World {
    let world = World::new(database, "sms", "twilio").await;
    let url = at(&world);
    let text = "[question 0.95] When do you open?";
    world.handled(&world.sim.picture_message(&world.hook, "MM1", FROM, text, &[(&url, media_type)])).await;
    world
}

each_database!(case_072_094_what_cannot_be_had_is_shown_as_missing_and_nobody_waits_for_it, |database| {
    let world = with_file(&database, |world| world.sim.media_url("none"), "image/png").await;
    assert_eq!(world.sent(), ["An answer to your question."], "a message waits for no file");
    for again in [Some(10), Some(60), None] {
        assert_eq!((fetch(&world).await, states(&world).await[0] == "waiting"), (1, again.is_some()));
        world.api.app.clock.advance(Duration::from_secs(again.unwrap_or(0)));
    }
    assert_eq!(states(&world).await, ["missing"]);
    assert!(why(&world).await.contains("404"), "{}", why(&world).await);
    world.api.app.clock.advance(Duration::from_secs(90_000));
    assert_eq!(fetch(&world).await, 0, "it is given up");
    download(&world, 1).await.problem(404, "not_found");
});

each_database!(a_file_that_is_not_what_it_claims_or_lies_elsewhere_is_not_taken, |database| {
    // A page that says "sorry" is no picture.
    let world = with_file(&database, |world| world.sim.media_url("page"), "image/png").await;
    world.sim.keep_file("page", "text/html", b"<!DOCTYPE html><p>Sorry");
    for wait in [10, 60, 0] {
        assert_eq!(fetch(&world).await, 1);
        world.api.app.clock.advance(Duration::from_secs(wait));
    }
    assert!(states(&world).await == ["missing"] && why(&world).await.contains("page"), "{}", why(&world).await);
});

each_database!(files_are_fetched_by_the_one_way_out_and_only_so_large, |database| {
    for (at, size, said) in [
        ("http://10.0.0.1/x.png", 0, "private"),
        ("http://169.254.169.254/latest/meta-data", 0, "link-local"),
        ("file:///etc/passwd", 0, "address"),
        ("", 26 * 1024 * 1024, "25 MB"),
    ] {
        let place = |world: &World| if at.is_empty() { world.sim.media_url("large") } else { at.to_owned() };
        let Some(fresh) = Database::fresh(database.kind).await else { return };
        let world = with_file(&fresh, place, "image/png").await;
        world.sim.keep_file("large", "image/png", &vec![7; size]);
        assert_eq!(fetch(&world).await, 1);
        assert!(states(&world).await == ["missing"] && why(&world).await.contains(said), "{at}: {}", why(&world).await);
    }
});

each_database!(case_094_a_file_of_whatsapp_is_asked_for_by_name_and_fetched_with_the_token, |database| {
    let world = World::new(&database, "whatsapp", "whatsapp_cloud").await;
    let say = |id: &str, media: &str| {
        let message = json!({ "id": id, "type": "document",
            "document": { "id": media, "filename": "../../offer.pdf", "mime_type": "application/pdf", "caption": "" } });
        world.sim.whatsapp_message(&world.hook, "41790000022", "Lena", message)
    };
    world.sim.keep_file("1001", "application/pdf", PDF);
    world.handled(&say("wamid.1", "1001")).await;
    assert_eq!((fetch(&world).await, states(&world).await), (1, vec!["here".to_owned()]));
    let got = download(&world, 1).await;
    assert_eq!(got.body, PDF);
    assert!(
        got.header("content-disposition").contains("offer.pdf") && !got.header("content-disposition").contains("..")
    );
    // What arrives is not what was told of, and what is a week old is gone: neither breaks anything.
    world.sim.keep_file("torn1", "application/pdf", PDF);
    world.handled(&say("wamid.2", "torn1")).await;
    world.handled(&say("wamid.3", "expired")).await;
    let mut wait = 0;
    while fetch(&world).await > 0 {
        wait = if wait == 0 { 10 } else { wait * 10 };
        world.api.app.clock.advance(Duration::from_secs(wait.min(86_400)));
    }
    let all = world.messages().await;
    let last: Vec<&str> = all
        .iter()
        .filter(|message| message["direction"] == "inbound")
        .map(|message| message["attachments"][0]["missing_reason"].as_str().unwrap_or("here"))
        .collect();
    assert_eq!(last[0], "here");
    assert!(last[1].contains("SHA-256") && last[2].contains("404"), "{last:?}");
});

each_database!(a_recording_that_is_told_of_later_becomes_a_file_of_the_call, |database| {
    let world = World::new(&database, "voice", "twilio_voice").await;
    world.sim.keep_file("RE1", "audio/x-wav", b"RIFF\x24\0\0\0WAVEfmt sound");
    let spoken = [("TranscriptionText", "[question 0.95] When do you open?")];
    world.handled(&world.sim.call(&world.hook, "CA1", FROM, &spoken)).await;
    assert!(inbound(&world).await.1.is_empty());
    let url = world.sim.recording_url("RE1");
    let recorded = [("RecordingStatus", "completed"), ("RecordingUrl", &*url), ("RecordingDuration", "12")];
    let told = world.sim.call(&world.hook, "CA1", FROM, &recorded);
    world.handled(&told).await;
    world.handled(&told).await;
    assert_eq!((fetch(&world).await, states(&world).await), (1, vec!["here".to_owned()]));
    let (_, files) = inbound(&world).await;
    assert_eq!((files[0]["name"].as_str(), files[0]["type"].as_str()), (Some("recording.wav"), Some("audio/wav")));
    assert!(download(&world, 1).await.body.starts_with(b"RIFF"));
});
