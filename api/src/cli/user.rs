//! `remit user`: the people inside, where there is no page or nobody who gets in.

use clap::Subcommand;
use remit_engine::access::{NewPerson, ROLES, address};
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::rows::RepRow;
use remit_engine::store::{LinkKind, read};
use serde_json::json;

use super::shell::Shell;
use super::{Done, Failure, Global, table};
use crate::http;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List users
    List,
    /// Add a user, and print the link by which they choose their password
    Add {
        /// Mail address, which they sign in with
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// Their role: viewer, closer, approver, manager or owner
        #[arg(long, value_parser = ROLES)]
        role: String,
        #[command(flatten)]
        at: At,
    },
    /// Give a user another role
    Role {
        /// Mail address
        email: String,
        /// The role: viewer, closer, approver, manager or owner
        #[arg(value_parser = ROLES)]
        role: String,
    },
    /// Let a user in no more: they are signed out everywhere, and their keys are good for nothing
    Disable {
        /// Mail address
        email: String,
    },
    /// Let a disabled user in again
    Enable {
        /// Mail address
        email: String,
    },
    /// Print a link by which a user chooses a new password; it is good once, for three days
    PasswordLink {
        /// Mail address
        email: String,
        #[command(flatten)]
        at: At,
    },
}

/// Where browsers find the server.
#[derive(Debug, clap::Args)]
pub(crate) struct At {
    /// Address at which browsers find the server
    #[arg(long, env = "REMIT_PUBLIC_URL", value_name = "URL", default_value = "http://127.0.0.1:7878")]
    public_url: String,
}

pub(crate) async fn run(global: Global, command: UserCommand) -> Done {
    let shell = Shell::open(&global).await?;
    let engine = &shell.engine;
    match command {
        UserCommand::List => {
            let mut reader = engine.db().read().await?;
            let users = read::reps(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
            if global.json {
                let all: Vec<_> = users.iter().map(shown).collect();
                println!("{}", json!({ "data": all }));
            } else {
                let state = |user: &RepRow| if user.disabled_at.is_some() { "disabled" } else { "" };
                let rows = users.iter().map(|user| {
                    [user.email.clone(), user.name.clone(), user.role.clone(), state(user).to_owned(), user.id.clone()]
                });
                let rows: Vec<Vec<String>> = rows.map(Vec::from).collect();
                table::print(&["EMAIL", "NAME", "ROLE", "", "ID"], &rows);
            }
        }
        UserCommand::Add { email, name, role, at } => {
            let email = address(&email);
            if !email.contains('@') || name.trim().is_empty() {
                return Err(Failure::new("a user needs a mail address and a name"));
            }
            let person = NewPerson { name: name.trim(), email: &email, role: &role };
            let user = engine.add_person(DEFAULT_WORKSPACE, &person).await?;
            let link = password_link(&shell, &user, &at).await?;
            tell(&global, &user, Some(&link));
        }
        UserCommand::Role { email, role } => {
            let user = find(&shell, &email).await?;
            changed(&global, &shell, RepRow { role, ..user }).await?;
        }
        UserCommand::Disable { email } => {
            let user = find(&shell, &email).await?;
            let disabled_at = user.disabled_at.or(Some(engine.clock().now_ms()));
            changed(&global, &shell, RepRow { disabled_at, ..user }).await?;
        }
        UserCommand::Enable { email } => {
            let user = find(&shell, &email).await?;
            changed(&global, &shell, RepRow { disabled_at: None, ..user }).await?;
        }
        UserCommand::PasswordLink { email, at } => {
            let user = find(&shell, &email).await?;
            let link = password_link(&shell, &user, &at).await?;
            tell(&global, &user, Some(&link));
        }
    }
    Ok(0)
}

async fn changed(global: &Global, shell: &Shell, wanted: RepRow) -> Result<(), Failure> {
    shell.engine.change_person(&wanted).await?;
    tell(global, &wanted, None);
    Ok(())
}

fn shown(user: &RepRow) -> serde_json::Value {
    let disabled = user.disabled_at.is_some();
    json!({ "id": user.id, "email": user.email, "name": user.name, "role": user.role, "disabled": disabled })
}

fn tell(global: &Global, user: &RepRow, link: Option<&str>) {
    if global.json {
        let mut shown = shown(user);
        if let (Some(shown), Some(link)) = (shown.as_object_mut(), link) {
            shown.insert("password_link".to_owned(), link.into());
        }
        println!("{shown}");
        return;
    }
    let state = if user.disabled_at.is_some() { ", disabled" } else { "" };
    eprintln!("{} is {}{state} ({})", user.email, user.role, user.id);
    if let Some(link) = link {
        eprintln!("the link to choose a password, good once and for three days:");
        println!("{link}");
    }
}

async fn find(shell: &Shell, email: &str) -> Result<RepRow, Failure> {
    let mut reader = shell.engine.db().read().await?;
    let conn = &mut reader.conn();
    let found = match read::rep_by_email(conn, DEFAULT_WORKSPACE, &address(email)).await? {
        Some(found) => Some(found),
        None => read::rep_by_email(conn, DEFAULT_WORKSPACE, email).await?,
    };
    found.ok_or_else(|| {
        Failure::new(format!("there is no user `{email}`")).hint("list them with: remit user list").code(3)
    })
}

async fn password_link(shell: &Shell, user: &RepRow, at: &At) -> Result<String, Failure> {
    let site = http::Site::at(&at.public_url).map_err(Failure::new)?;
    let (token, token_sha256) = http::fresh_token();
    shell.engine.make_link(LinkKind::Password, Some(user.id.clone()), token_sha256, "command line").await?;
    Ok(site.page(&format!("password?token={token}")))
}
