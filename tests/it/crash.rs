//! The process is killed at random moments. Nothing is lost and nothing is sent twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use remit_engine::ports::SendClass;
use remit_engine::store::read;
use remit_tests::crash::{self, Counts, Plan};
use remit_tests::process::Remit;
use remit_tests::{Database, each_database, shared};

use crate::mails::REMIT;

/// Sends whatever may be sent at all, at once: the more sends, the more chances to send twice.
const POLICY: &str = r#"remit 1
policy eager "Answers everything"
autonomy full
undo 0s
team inbox
agent ada on email
intent hello { examples { "Hello there" "Good morning" } reply send  draft template answer }
intent goodbye { examples { "Good bye" "See you soon" } reply send  draft template answer }
intent other { reply send  draft template answer }
route { otherwise: to team inbox }
"#;

const KILLS: usize = 6;

each_database!(killed_at_random_it_loses_nothing_and_sends_nothing_twice, |database| {
    let remit = Remit::at(REMIT);
    remit.write("eager.remit", POLICY);
    remit.write("templates/answer.jinja", "Thank you for your message.");
    for number in 0..300 {
        let mail = format!(
            "From: Writer {number} <writer-{number}@example.com>\r\nTo: inbox@localhost\r\nSubject: Number {number}\r\n\
             Message-ID: <{number}@example.com>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello there, this is {number}.\r\n"
        );
        remit.write(&format!("mails/{number}.eml"), mail);
    }
    let mut folders = vec!["mails".to_owned()];
    // The real ones beside it, where they are.
    folders.extend(shared("crash", "fixtures/email").map(|path| path.display().to_string()));
    let ingest = |data: &str, address: Option<&str>, json: bool| -> Vec<String> {
        let mut arguments = vec!["--data".to_owned(), data.to_owned()];
        arguments.extend(address.into_iter().flat_map(|address| ["--database".to_owned(), address.to_owned()]));
        arguments.extend(json.then(|| "--json".to_owned()));
        arguments.extend(["ingest".to_owned(), "--policy".to_owned(), "eager.remit".to_owned()]);
        arguments.extend(folders.iter().cloned());
        arguments
    };
    let run = |arguments: &[String]| remit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());

    // How it ends when nobody pulls the plug.
    let undisturbed = run(&ingest("control", None, true));
    assert_eq!(undisturbed.code, Some(0), "{}", undisturbed.stderr);
    let expected = fates(&undisturbed.json_lines());
    assert!(expected.values().filter(|now| *now == "sent").count() >= 300, "too few sends to prove anything");

    let out = remit.folder().join("data/outbox/email/new");
    let mut killed_before_the_end = 0;
    for round in 0..KILLS {
        let arguments = ingest("data", Some(&database.address), false);
        let mut process = remit.start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        if round < 2 {
            // While mails are stored.
            std::thread::sleep(Duration::from_millis(40 + rand::random::<u64>() % 400));
        } else {
            // While replies leave.
            let enough = files(&out) + 1 + rand::random::<u64>() as usize % 40;
            while files(&out) < enough && process.is_running() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        killed_before_the_end += usize::from(process.is_running());
        process.kill();
    }
    println!("killed {killed_before_the_end} of {KILLS} times before the end, {} replies had left", files(&out));
    assert!(killed_before_the_end > 2, "too few kills came before the end: the test proves nothing");

    // Leases of the dead run out, in-doubt sends are looked up, and retries come due.
    let db = database.open().await;
    let mut last = run(&ingest("data", Some(&database.address), true));
    for _ in 0..20 {
        let mut reader = db.read().await.unwrap();
        let now = i64::MAX / 2;
        if read::due(&mut reader.conn(), now, 1).await.unwrap().is_empty() {
            break;
        }
        drop(reader);
        std::thread::sleep(Duration::from_millis(700));
        last = run(&ingest("data", Some(&database.address), true));
    }
    assert_eq!(last.code, Some(0), "{}", last.stderr);

    assert_eq!(fates(&last.json_lines()), expected, "every mail ends as if nothing had happened");
    // The same answers to the same people: a reply that is missing or left twice would show.
    assert_eq!(
        outbox(&remit.folder().join("data/outbox/email/new")),
        outbox(&remit.folder().join("control/outbox/email/new"))
    );
});

/// The short form; `remit-bench crash` does the same for as long as it is told.
async fn kill(database: &Database, class: SendClass, kills: usize) -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        address: database.address.clone(),
        folder: folder.path().to_owned(),
        executable: env!("CARGO_BIN_EXE_crash-child").into(),
        prefix: Vec::new(),
        class,
        kills,
        seed: 1,
    };
    let counts = crash::run(&plan).await.unwrap();
    println!("{class:?}: {counts:?}");
    assert!(counts.replies >= kills, "too few replies to prove anything: {counts:?}");
    assert_eq!(
        (counts.lost, counts.duplicated, counts.stuck, counts.out_of_order, counts.unaccounted),
        (0, 0, 0, 0, 0),
        "{counts:?}"
    );
    counts
}

each_database!(killed_at_every_named_point_it_loses_nothing_and_repeats_nothing, |database| {
    let counts = kill(&database, SendClass::Queryable, 48).await;
    assert!(counts.by_point.iter().all(|kills| *kills > 0), "a point was never reached: {counts:?}");
    assert!(counts.at_random > 0);
    assert_eq!(counts.in_doubt, 0, "the provider can be asked");
});

each_database!(a_provider_that_knows_its_keys_is_simply_asked_again, |database| {
    assert_eq!(kill(&database, SendClass::Idempotent, 16).await.in_doubt, 0);
});

each_database!(where_nobody_can_know_a_person_is_asked_about_every_send_in_doubt, |database| {
    assert!(kill(&database, SendClass::Blind, 16).await.in_doubt > 0);
});

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// What became of each file.
fn fates(rows: &[serde_json::Value]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|row| (row["source"].as_str().unwrap().to_owned(), row["now"].as_str().unwrap().to_owned()))
        .collect()
}

/// For each mail that left: to whom and in answer to what.
fn outbox(folder: &Path) -> Vec<String> {
    let mut answers: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let raw = std::fs::read(entry.unwrap().path()).unwrap();
            let mail = remit_engine::mail::read(&raw);
            format!("{:?} {:?} {}", mail.to, mail.in_reply_to, mail.subject)
        })
        .collect();
    answers.sort();
    answers
}
