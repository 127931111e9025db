//! `remit channel`: the accounts messages come in on.

use clap::Subcommand;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{Write, read};
use serde_json::json;

use super::accounts;
use super::shell::Shell;
use super::{Done, Failure, Global, table};
use crate::http;

#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// List channels
    List,
    /// Add a channel
    Add {
        /// email, sms, whatsapp, chat or voice
        kind: ChannelKind,
        /// Our own address on it
        address: String,
        /// The name contacts see
        #[arg(long, default_value = "Support")]
        name: String,
    },
    /// Connect a channel with a provider, or change how
    ///
    /// Secrets are asked for in the environment, so that they stand in no list of commands: `--secret auth_token=TWILIO_TOKEN`
    /// takes the value of the variable TWILIO_TOKEN. What is not named stays as it is.
    Connect {
        /// Channel id
        id: String,
        /// The provider, of `remit channel providers`; `none` for signed JSON and mails
        provider: String,
        /// A public setting, NAME=VALUE; several times
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
        settings: Vec<(String, String)>,
        /// A secret, NAME=VARIABLE of the environment; several times
        #[arg(long = "secret", value_name = "NAME=VARIABLE", value_parser = pair)]
        secrets: Vec<(String, String)>,
    },
    /// List the providers, and what a channel of each needs
    Providers,
    /// Say why conversations of a channel do not appear, and what to do
    Health {
        /// Channel id
        id: String,
    },
    /// Try a channel's credentials with its provider, and say how the channel is
    Test {
        /// Channel id
        id: String,
    },
    /// Say what a provider's request would be read as; nothing is stored
    Read {
        /// The provider
        provider: String,
        /// Files with bodies of requests: JSON, or forms
        files: Vec<std::path::PathBuf>,
        /// MIME type of the bodies, where they are no JSON and no plain form
        #[arg(long)]
        media_type: Option<String>,
    },
    /// Print where and with which secret messages are posted to a channel
    Secret {
        /// Channel id
        id: String,
    },
    /// Let messages come in and go out again
    Enable {
        /// Channel id
        id: String,
    },
    /// Let nothing come in or go out
    Disable {
        /// Channel id
        id: String,
    },
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) async fn run(global: Global, command: ChannelCommand) -> Done {
    match &command {
        ChannelCommand::Providers => return Ok(accounts::providers(global.json)),
        ChannelCommand::Read { provider, files, media_type } => {
            return accounts::read_files(provider, files, media_type.as_deref());
        }
        _ => {}
    }
    let shell = Shell::open(&global).await?;
    match command {
        ChannelCommand::List => list(&shell, global.json).await,
        ChannelCommand::Add { kind, address, name } => {
            let id = add(&shell, kind, &name, &address).await?;
            println!("{id}");
            Ok(0)
        }
        ChannelCommand::Secret { id } => {
            let channel = get(&shell, &id).await?;
            let secret = http::inbound_secret(&shell.master_key, &channel.id, channel.secret_version);
            if global.json {
                println!("{}", json!({ "path": format!("/api/v1/inbound/{id}"), "secret": secret }));
            } else {
                println!("POST /api/v1/inbound/{id}\n{secret}");
            }
            Ok(0)
        }
        ChannelCommand::Connect { id, provider, settings, secrets } => {
            accounts::connect(&shell, &get(&shell, &id).await?, &provider, settings, secrets).await
        }
        ChannelCommand::Health { id } => accounts::health(&shell, &get(&shell, &id).await?, global.json).await,
        ChannelCommand::Test { id } => {
            let channel = get(&shell, &id).await?;
            if shell.engine.test_channel(&channel, &shell.providers).await?.is_none() {
                eprintln!("the channel's provider cannot be tried by a call");
            }
            accounts::health(&shell, &channel, global.json).await
        }
        // Answered above.
        ChannelCommand::Providers | ChannelCommand::Read { .. } => Ok(0),
        ChannelCommand::Enable { id } => switch(&shell, &id, "active").await,
        ChannelCommand::Disable { id } => switch(&shell, &id, "disabled").await,
    }
}

/// Adds a channel and gives its id.
pub(crate) async fn add(shell: &Shell, kind: ChannelKind, name: &str, address: &str) -> Result<String, Failure> {
    let id = shell.engine.ids().next(IdKind::Channel);
    let channel =
        Write::Channel { id: id.clone(), kind: kind.to_string(), name: name.to_owned(), address: address.to_owned() };
    shell.engine.commit_writes(DEFAULT_WORKSPACE, vec![channel]).await?;
    Ok(id)
}

/// The oldest channel of a kind, made if there is none.
pub(crate) async fn ensure(shell: &Shell, kind: ChannelKind, name: &str, address: &str) -> Result<ChannelRow, Failure> {
    let mut reader = shell.engine.db().read().await?;
    let found = read::channel_first_of_kind(&mut reader.conn(), DEFAULT_WORKSPACE, kind.as_str()).await?;
    drop(reader);
    if let Some(channel) = found {
        return Ok(channel);
    }
    let id = add(shell, kind, name, address).await?;
    get(shell, &id).await
}

async fn get(shell: &Shell, id: &str) -> Result<ChannelRow, Failure> {
    let mut reader = shell.engine.db().read().await?;
    let found = read::channel_by_id(&mut reader.conn(), id).await?;
    found.ok_or_else(|| Failure::new(format!("there is no channel `{id}`")).hint("remit channel list").code(3))
}

async fn switch(shell: &Shell, id: &str, status: &'static str) -> Done {
    get(shell, id).await?;
    let write = Write::ChannelStatus { id: id.to_owned(), status };
    shell.engine.commit_writes(DEFAULT_WORKSPACE, vec![write]).await?;
    eprintln!("{id} is {status}");
    Ok(0)
}

async fn list(shell: &Shell, as_json: bool) -> Done {
    let mut reader = shell.engine.db().read().await?;
    let channels = read::channels(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
    if as_json {
        let rows: Vec<_> = channels
            .iter()
            .map(|row| json!({ "id": row.id, "kind": row.kind, "name": row.name, "address": row.address, "status": row.status, "provider": row.provider }))
            .collect();
        println!("{}", json!({ "data": rows }));
    } else {
        let rows: Vec<Vec<String>> = channels
            .into_iter()
            .map(|row| vec![row.id, row.kind, row.address, row.name, row.status, row.provider.unwrap_or_default()])
            .collect();
        table::print(&["ID", "KIND", "ADDRESS", "NAME", "STATUS", "PROVIDER"], &rows);
    }
    Ok(0)
}
