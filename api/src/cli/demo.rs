//! The demo: messages written by us, over all five channels, decided by the default policy.

use remit_engine::access::{NewPerson, password};
use remit_engine::decide::normalise::{self, Arrival};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::read;
use remit_engine::store::rows::ChannelRow;

use super::report::{self, Fate};
use super::shell::Shell;
use super::simulated::Simulated;
use super::{Failure, channel};
use crate::demo;

/// Sends every demo message through, one after the other, and looks at what became of each.
pub(crate) async fn play(shell: &Shell, simulated: &Simulated) -> Result<Vec<Fate>, Failure> {
    let mut fates = Vec::new();
    for scene in demo::scenes()? {
        if let Some(ingested) = simulated.receive(shell, &scene).await? {
            fates.push((ingested, scene.message.external_id));
            shell.engine.settle().await?;
            continue;
        }
        let channel = account(shell, scene.channel).await?;
        let arrival = arrival(shell, &channel, scene.channel);
        let ingest = normalise::from_json(arrival, &scene.message, scene.line.as_bytes(), shell.engine.ids())?;
        fates.push((shell.engine.receive(ingest).await?, scene.message.external_id));
        shell.engine.settle().await?;
    }
    let channel = account(shell, ChannelKind::Email).await?;
    let ingest = shell.engine.read_mail(&channel, "demo", demo::MAIL.to_vec()).await?;
    fates.push((shell.engine.receive(ingest).await?, "second-thoughts.eml".to_owned()));
    shell.engine.settle().await?;
    let mut looked_up = Vec::new();
    for (ingested, source) in &fates {
        looked_up.push(Fate::of(shell, source, ingested).await?);
    }
    Ok(looked_up)
}

/// The people of the demo: one of each role, who all have the same password. On a machine's own address it is always the
/// same one; where others could reach it, nobody can guess it.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("viewer@demo.example", "Vera Blum", "viewer"),
    ("closer@demo.example", "Cleo Sand", "closer"),
    ("approver@demo.example", "Ana Prior", "approver"),
    ("manager@demo.example", "Max Reger", "manager"),
    ("owner@demo.example", "Ona Wirth", "owner"),
];

/// Makes the people of the demo, where they are not there yet, and gives their password.
pub(crate) async fn people(shell: &Shell, is_local: bool) -> Result<String, Failure> {
    let random = data_encoding::BASE32_NOPAD.encode(&rand::random::<[u8; 15]>()).to_lowercase();
    let word = if is_local { "try-remit-today".to_owned() } else { random };
    for (email, name, role) in PEOPLE {
        let mut reader = shell.engine.db().read().await?;
        let known = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await?;
        drop(reader);
        let rep = match known {
            Some(known) => known,
            None => shell.engine.add_person(DEFAULT_WORKSPACE, &NewPerson { name, email, role }).await?,
        };
        let (word, salt) = (word.clone(), rand::random());
        let hash = tokio::task::spawn_blocking(move || password::hash(&word, salt)).await?;
        shell.engine.change_password(&rep, hash, "").await?;
    }
    Ok(word)
}

/// Who can sign in, and how.
pub(crate) fn print_people(password: &str) {
    println!(
        "  sign in as owner@demo.example, manager@, approver@, closer@ or viewer@demo.example; password {password}"
    );
    println!();
}

fn arrival<'a>(shell: &Shell, channel: &'a ChannelRow, kind: ChannelKind) -> Arrival<'a> {
    Arrival { channel, kind, source: "demo", now_ms: shell.engine.clock().now_ms() }
}

async fn account(shell: &Shell, kind: ChannelKind) -> Result<ChannelRow, Failure> {
    channel::ensure(shell, kind, demo::NAME, demo::address(kind)).await
}

/// What happened, and where to look next.
pub(crate) fn print(shell: &Shell, fates: &[Fate], url: &str, key: &str) {
    println!("What the default policy decided:\n");
    report::print_table(fates);
    println!();
    report::print_counts("now", fates.iter().map(|fate| fate.now.clone()));
    println!("\nWhat has left is in {}", shell.outbox().display());
    println!("\nLook further (the README explains each):\n");
    println!("  export REMIT_URL={url} REMIT_KEY={key}");
    println!("  curl -s -H \"Authorization: Bearer $REMIT_KEY\" \"$REMIT_URL/api/v1/conversations\"");
    if let Some(waiting) = fates.iter().find(|fate| fate.now == "approval") {
        let conversation = &waiting.conversation_id;
        println!(
            "  curl -s -H \"Authorization: Bearer $REMIT_KEY\" \"$REMIT_URL/api/v1/conversations/{conversation}/timeline\""
        );
    }
    println!();
}
