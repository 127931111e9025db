//! `remit key`: bearer keys for the API. A key acts as its rep, with that rep's role.

use clap::Subcommand;
use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{NewKey, Write, read};
use serde_json::json;

use super::shell::Shell;
use super::{Done, Failure, Global};
use crate::http;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, this once
    Create {
        /// Mail address of the rep the key acts as; the rep is made if there is none
        #[arg(long)]
        email: String,
        /// Name of a new rep
        #[arg(long, default_value = "Admin")]
        name: String,
        /// Role of a new rep: viewer, closer, approver, manager or owner
        #[arg(long, default_value = "owner", value_parser = ["viewer", "closer", "approver", "manager", "owner"])]
        role: String,
        /// What it is good for: service does all that its rep may; draft_only and ai send, decide and control nothing
        #[arg(long, default_value = "service", value_parser = ["service", "draft_only", "ai"])]
        kind: String,
        /// Network from which alone it may be used, such as 10.1.0.0/16; said again, also that one [default: everywhere]
        #[arg(long, value_name = "CIDR", value_parser = network)]
        network: Vec<String>,
        /// What alone it may do, such as conversations:read; said again, also that [default: all that its rep and kind may]
        #[arg(long, value_name = "SCOPE", value_parser = http::scope)]
        scope: Vec<String>,
    },
    /// End a key
    Revoke {
        /// Key id
        id: String,
    },
}

pub(crate) async fn run(global: Global, command: KeyCommand) -> Done {
    let shell = Shell::open(&global).await?;
    match command {
        KeyCommand::Create { email, name, role, kind, network, scope } => {
            let scopes = http::kept_scopes(&kind, &scope).map_err(Failure::new)?;
            let limits = Limits { kind: &kind, networks: network.join(","), scopes };
            let (id, key) = create(&shell, &email, &name, &role, limits).await?;
            if global.json {
                println!("{}", json!({ "id": id, "key": key }));
            } else {
                eprintln!("{id} (end it with: remit key revoke {id})");
                println!("{key}");
            }
        }
        KeyCommand::Revoke { id } => {
            shell.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::ApiKeyRevoke { id: id.clone() }]).await?;
            eprintln!("{id} has ended");
        }
    }
    Ok(0)
}

/// A network as it was named, where it is one.
fn network(text: &str) -> Result<String, String> {
    http::network(text).map(|_| text.to_owned())
}

/// What a key is good for.
#[derive(Debug, Default)]
pub(crate) struct Limits<'a> {
    /// `service`, `draft_only` or `ai`.
    pub(crate) kind: &'a str,
    /// Networks, as they are kept.
    pub(crate) networks: String,
    /// Scopes, as they are kept.
    pub(crate) scopes: String,
}

/// Makes a key for a rep, and the rep if there is none. Gives the key's id and the key.
pub(crate) async fn create(
    shell: &Shell,
    email: &str,
    name: &str,
    role: &str,
    Limits { kind, networks, scopes }: Limits<'_>,
) -> Result<(String, String), Failure> {
    let engine = &shell.engine;
    let rep = Write::Rep {
        id: engine.ids().next(IdKind::Rep),
        name: name.to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
    };
    engine.commit_writes(DEFAULT_WORKSPACE, vec![rep]).await?;
    let mut reader = engine.db().read().await?;
    let rep = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email)
        .await?
        .ok_or_else(|| Failure::new(format!("the rep `{email}` could not be made")))?;
    drop(reader);
    let (key, key_sha256) = http::new_key(&Shell::random());
    let id = engine.ids().next(IdKind::ApiKey);
    let kind = match kind {
        "draft_only" => "draft_only",
        "ai" => "ai",
        _ => "service",
    };
    let key_row =
        NewKey { kind, networks, scopes, ..NewKey::plain(id.clone(), rep.id, "command line".to_owned(), key_sha256) };
    engine.add_key(DEFAULT_WORKSPACE, key_row).await?;
    Ok((id, key))
}
