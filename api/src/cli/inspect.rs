//! `remit inspect`: how Remit reads one mail. Also the operator's troubleshooting tool; it never fails on a bad mail.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use remit_engine::mail;
use serde_json::json;

use super::{Done, Failure, Global};

#[derive(Debug, Args)]
#[command(after_help = "Example: remit inspect mail.eml --json")]
pub(crate) struct InspectArgs {
    /// Mails to read; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(global: &Global, args: &InspectArgs) -> Done {
    let mut unread = 0;
    for path in &args.files {
        let raw = match read(path) {
            Ok(raw) => raw,
            Err(failure) => {
                unread += 1;
                eprintln!("error: {}", failure.message);
                continue;
            }
        };
        let read = mail::read(&raw);
        if global.json {
            let mut object = serde_json::to_value(&read)?;
            if let Some(fields) = object.as_object_mut() {
                fields.insert("file".to_owned(), json!(path.display().to_string()));
            }
            println!("{object}");
        } else {
            print(path, &read);
        }
    }
    Ok(u8::from(unread > 0))
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut raw = Vec::new();
        std::io::stdin().read_to_end(&mut raw)?;
        return Ok(raw);
    }
    std::fs::read(path).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

fn print(path: &Path, mail: &mail::Mail) {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    println!("{}", path.display());
    println!(
        "  kind        {}",
        serde_json::to_value(mail.kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    );
    println!("  from        {}", or_none(&mail.from));
    println!("  to          {}", mail.to.join(", "));
    println!("  subject     {}", mail.subject);
    println!("  date        {}", or_none(&mail.date));
    println!("  message id  {}", or_none(&mail.message_id));
    println!("  answers     {}", mail::thread_ids(mail).join(" "));
    println!("  language    {}", or_none(&mail.language));
    println!("  html        {}", if mail.has_html { "yes" } else { "no" });
    for attachment in &mail.attachments {
        println!("  attachment  {} ({}, {} bytes)", attachment.name, attachment.media_type, attachment.size);
    }
    for warning in &mail.warnings {
        println!("  warning     {warning}");
    }
    println!("  visible text:");
    for line in mail.visible_text.lines() {
        println!("    {line}");
    }
}
