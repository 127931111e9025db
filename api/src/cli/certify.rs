//! `remit certify`: what labels prove about the answers that would leave, and asking for the certificate.

use clap::Args;
use remit_engine::certificates::Standing;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;
use serde_json::json;

use super::shell::Shell;
use super::{Done, Failure, Global};
use crate::http;

#[derive(Debug, Args)]
#[command(
    after_help = "Example: remit certify harmless --issue\n\nAsk when enough labels are there, not after each: every asking is \
    counted, and halves what the next one may risk.\nExit codes: 0, 4 where --issue was refused."
)]
pub(crate) struct CertifyArgs {
    /// Certificate of the policy in force [default: all]
    name: Option<String>,
    /// Ask for it: granted if the labels prove what the policy asks for
    #[arg(long, requires = "name", conflicts_with = "revoke")]
    issue: bool,
    /// Take it back, and say why
    #[arg(long, requires = "name", value_name = "REASON")]
    revoke: Option<String>,
    /// Of the answers of this model, where several may answer [default: all; --issue asks for the usual one's]
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Who asks, by their address
    #[arg(long, value_name = "EMAIL")]
    email: Option<String>,
}

pub(crate) async fn run(global: Global, args: CertifyArgs) -> Done {
    let shell = Shell::open(&global).await?;
    let mut standings = shell.engine.certificates(DEFAULT_WORKSPACE).await?;
    if let Some(model) = &args.model {
        standings.retain(|one| one.model == *model);
    }
    if let Some(name) = &args.name {
        standings.retain(|one| one.declared.name == *name);
        if standings.is_empty() {
            return Err(Failure::new(format!("the policy in force declares no certificate `{name}`"))
                .hint("remit certify lists them; declare one with `certificate NAME on INTENT, ... from 0.80`")
                .code(3));
        }
    }
    let mut refused = false;
    if let Some(name) = args.name.as_deref().filter(|_| args.issue) {
        let who = who(&shell, args.email.as_deref()).await?;
        let issued = shell.engine.issue_certificate(&who, name, args.model.as_deref()).await?;
        refused = issued.state() != "granted";
        standings = vec![issued];
    }
    if let (Some(name), Some(reason)) = (&args.name, &args.revoke) {
        shell.engine.revoke_certificate(&who(&shell, args.email.as_deref()).await?, name, reason).await?;
        standings = shell.engine.certificates(DEFAULT_WORKSPACE).await?;
        standings.retain(|one| one.declared.name == *name);
    }
    if global.json {
        let data: Vec<_> = standings.into_iter().map(http::certificate).collect();
        println!("{}", json!({ "data": data }));
    } else if standings.is_empty() {
        eprintln!("the policy in force declares no certificates");
    } else {
        standings.iter().for_each(|one| print!("{}", shown(one)));
    }
    Ok(if refused { 4 } else { 0 })
}

/// Who asks: a person with the right to, or the command line itself, which whoever has the store may use.
async fn who(shell: &Shell, email: Option<&str>) -> Result<RepRow, Failure> {
    let Some(email) = email else {
        return Ok(RepRow {
            workspace_id: DEFAULT_WORKSPACE.to_owned(),
            id: "cli".to_owned(),
            name: "The command line".to_owned(),
            email: String::new(),
            role: "owner".to_owned(),
            created_at: 0,
            disabled_at: None,
            version: 1,
        });
    };
    let mut reader = shell.engine.db().read().await?;
    let found = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await?;
    found.ok_or_else(|| Failure::new(format!("there is no user {email}")).hint("remit user list").code(3))
}

fn shown(one: &Standing) -> String {
    let declared = &one.declared;
    let title = declared.title.as_ref().map_or_else(String::new, |title| format!("  {title}"));
    let mut text = format!("{}  {}{title}\n", declared.name, one.state().to_uppercase());
    text.push_str(&format!("  answers of {}\n", one.model));
    text.push_str(&format!("  on {}, from {:.2}\n", declared.intents.join(", "), one.proof.from as f64 / 1000.0));
    text.push_str(&format!("  {}\n", one.sentence()));
    for (share, missing) in one.missing() {
        let share = share as f64 / 10.0;
        let line = match missing {
            Some(0) => format!("at {share} %: proved"),
            Some(missing) => {
                format!("at {share} %: {missing} more labels are missing, if none of them shows a mistake")
            }
            None => format!("at {share} %: cannot be proved by any number of labels"),
        };
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(row) = &one.decided {
        let audits = format!("{} audited since, {} wrong", row.audited, row.audited_wrong);
        text.push_str(&format!("  {} by {}: {} ({audits})\n", row.state, row.by_name, row.reason));
    }
    if let Some(shifts) = &one.shifts {
        let said: Vec<String> = shifts.iter().map(ToString::to_string).collect();
        text.push_str(&format!("  messages have shifted since: {}\n", said.join(", ")));
    }
    text
}
