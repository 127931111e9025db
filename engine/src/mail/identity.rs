//! What makes two deliveries one mail, and which earlier mails a mail answers.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Mail;

/// Names a mail for deduplication, as 64 hexadecimal digits of SHA-256.
///
/// With a Message-ID the key covers Message-ID, author, date, subject and text, so two deliveries of one mail that
/// differ only in trace headers (Received, Return-Path, Delivered-To) share it, while another mail under a forged or
/// reused Message-ID does not. Without one, the raw bytes decide.
#[must_use]
pub fn dedupe_key(raw: &[u8], mail: &Mail) -> String {
    let mut hasher = Sha256::new();
    match &mail.message_id {
        Some(id) => {
            let date = mail.date_ms.map(|ms| ms.to_string()).unwrap_or_default();
            let from = mail.from.as_deref().unwrap_or_default().to_lowercase();
            for part in [id.as_str(), &from, &date, &mail.subject, &mail.text] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part.as_bytes());
            }
            for attachment in &mail.attachments {
                hasher.update(attachment.size.to_be_bytes());
                hasher.update(attachment.name.as_bytes());
            }
        }
        None => {
            hasher.update(b"raw");
            hasher.update(raw);
        }
    }
    HEXLOWER.encode(&hasher.finalize())
}

/// Ids of the mails this one may answer, best first: In-Reply-To, then References from the newest back.
#[must_use]
pub fn thread_ids(mail: &Mail) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        let own = mail.message_id.as_ref() == Some(id);
        if !own && !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}
