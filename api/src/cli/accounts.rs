//! The parts of `remit channel` that are about providers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use remit_engine::accounts::Connection;
use remit_engine::channels::{Account, Event, Happened, Hook, PROVIDERS, provider};
use remit_engine::store::rows::ChannelRow;
use serde_json::{Value, json};

use super::shell::Shell;
use super::{Done, Failure, table};

/// The providers, and what each needs.
pub(crate) fn providers(as_json: bool) -> u8 {
    let field = |field: &remit_engine::channels::Field| json!({ "name": field.name, "secret": field.secret, "needed": field.needed, "about": field.about });
    if as_json {
        let all: Vec<Value> = PROVIDERS
            .iter()
            .map(|own| {
                let fields: Vec<Value> = own.fields().iter().map(field).collect();
                json!({ "name": own.name(), "kind": own.kind(), "capabilities": own.capabilities(), "fields": fields })
            })
            .collect();
        println!("{}", json!({ "data": all }));
        return 0;
    }
    let rows: Vec<Vec<String>> = PROVIDERS
        .iter()
        .flat_map(|own| {
            own.fields().iter().map(|field| {
                let how = if field.secret { "--secret" } else { "--set" };
                let needed = if field.needed { "needed" } else { "" };
                [own.name(), own.kind().as_str(), how, field.name, needed, field.about].map(str::to_owned).to_vec()
            })
        })
        .collect();
    table::print(&["PROVIDER", "KIND", "HOW", "FIELD", "", "WHAT"], &rows);
    0
}

/// Connects a channel.
pub(crate) async fn connect(
    shell: &Shell,
    channel: &ChannelRow,
    name: &str,
    settings: Vec<(String, String)>,
    secrets: Vec<(String, String)>,
) -> Done {
    let mut found = BTreeMap::new();
    for (secret, variable) in secrets {
        let value = std::env::var(&variable).map_err(|_| {
            Failure::new(format!("the environment has no variable `{variable}` for the secret `{secret}`"))
        })?;
        found.insert(secret, value);
    }
    let wish = Connection {
        provider: Some(name.to_owned()).filter(|name| name != "none"),
        settings: settings.into_iter().collect(),
        secrets: found,
    };
    let done = shell.engine.connect(channel, shell.providers.vault(), &wish).await;
    done.map_err(|error| Failure::new(error.to_string()).hint("remit channel providers"))?;
    match &wish.provider {
        Some(name) => {
            eprintln!("{} is connected with {name}", channel.id);
            eprintln!("enter at the provider: https://YOUR-SERVER/api/v1/inbound/{}", channel.id);
        }
        None => eprintln!("{} takes signed JSON and mails", channel.id),
    }
    Ok(0)
}

/// What was looked at, and what to do; 1 when something is wrong.
pub(crate) async fn health(shell: &Shell, channel: &ChannelRow, as_json: bool) -> Done {
    let checks = shell.engine.channel_health(channel, shell.providers.vault()).await?;
    let ok = checks.iter().all(|check| check.ok != Some(false));
    if as_json {
        println!("{}", json!({ "id": channel.id, "ok": ok, "checks": checks }));
    } else {
        for check in &checks {
            let mark = match check.ok {
                Some(true) => "ok",
                Some(false) => "WRONG",
                None => "?",
            };
            println!("{mark:<6} {:<17} {}", check.check, check.says);
            if let Some(cure) = &check.cure {
                println!("{:<24} {cure}", "");
            }
        }
    }
    Ok(u8::from(!ok))
}

/// An event as it is shown.
fn shown(event: &Event) -> Value {
    let happened = match &event.happened {
        Happened::Message(message) | Happened::Echo(message) => json!(message),
        Happened::Status(status) => json!(status),
        Happened::Call(call) => json!(call),
        Happened::Timeline(line) => json!(line),
        Happened::Mail { raw, to } => json!({ "to": to, "mail": remit_engine::mail::read(raw) }),
        Happened::MailAt { id } => json!({ "id": id }),
        Happened::OptOut { address, everywhere } => json!({ "address": address, "everywhere": everywhere }),
        Happened::OptIn { address } => json!({ "address": address }),
        Happened::Reaction { emoji } => json!({ "emoji": emoji }),
        Happened::Edit { text } => json!({ "text": text }),
        Happened::Moved { from, to } => json!({ "from": from, "to": to }),
        Happened::Unknown { what } => json!({ "what": what }),
        Happened::Delete => json!({}),
    };
    let word = event.happened.word();
    json!({ "kind": word, "key": event.key, "at_ms": event.at_ms, "refs": event.refs, word: happened })
}

/// Reads bodies of requests as a provider's, one JSON object a line.
pub(crate) fn read_files(name: &str, files: &[PathBuf], media_type: Option<&str>) -> Done {
    let own = provider(name)
        .ok_or_else(|| Failure::new(format!("there is no provider `{name}`")).hint("remit channel providers"))?;
    for file in files {
        let body =
            std::fs::read(file).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", file.display())))?;
        let is_json = serde_json::from_slice::<Value>(&body).is_ok();
        let guessed = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
        let headers = [("content-type".to_owned(), media_type.unwrap_or(guessed).to_owned())];
        let hook = Hook { method: "POST", url: "", headers: &headers, body: &body, extra: None, now_ms: 0 };
        let events: Vec<Value> = own.parse(&Account::default(), &hook).iter().map(shown).collect();
        println!("{}", json!({ "file": file.display().to_string(), "events": events }));
    }
    Ok(0)
}
