//! The subject of a reply.

use super::values::one_line;

/// Prefixes that mark a reply in the mail programs of various languages, in lower case.
const REPLY_PREFIXES: &[&str] =
    &["re", "aw", "antw", "sv", "vs", "ref", "rif", "res", "odp", "ynt", "回复", "返信", "答复"];
/// Longest subject, in characters.
const MAX_CHARS: usize = 200;

/// The subject of a reply to a message with `subject`: `Re: ` before it (RFC 5322 section 3.6.5), unless it marks a
/// reply already. One line of at most 204 characters, whatever came in.
#[must_use]
pub fn reply_subject(subject: Option<&str>) -> String {
    let subject = one_line(subject.unwrap_or_default(), MAX_CHARS);
    if subject.is_empty() {
        return "Re:".to_owned();
    }
    if is_reply(&subject) { subject } else { format!("Re: {subject}") }
}

/// `Re:`, `RE :`, `Re[2]:`, `AW:` and their like.
fn is_reply(subject: &str) -> bool {
    let Some((prefix, _)) = subject.split_once([':', '：']) else { return false };
    let prefix =
        prefix.trim().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '(' | ')' | '^'));
    REPLY_PREFIXES.contains(&prefix.trim().to_lowercase().as_str())
}
