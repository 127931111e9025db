//! Makes a mail's bytes fit for the MIME parser without changing what they say.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// Bytes of one mail that are looked at; the rest stays in the raw copy only.
const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Embedded mails that may nest. The parser's result nests as deeply, and dropping it recurses.
const MAX_EMBEDDED: usize = 100;
/// How far the first line end is searched for.
const HEAD_BYTES: usize = 64 * 1024;

/// Applies every repair, naming those that were needed.
pub(super) fn prepare<'a>(raw: &'a [u8], warnings: &mut Vec<String>) -> Cow<'a, [u8]> {
    let mut bytes: Cow<'a, [u8]> = Cow::Borrowed(raw);
    if raw.len() > MAX_BYTES {
        bytes = Cow::Borrowed(raw.get(..MAX_BYTES).unwrap_or_default());
        warnings.push("truncated".to_owned());
    }
    bytes = strip_prelude(bytes);
    let head = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default();
    if head.contains(&b'\r') && !head.contains(&b'\n') {
        bytes = Cow::Owned(bytes.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte }).collect());
        warnings.push("bare_cr".to_owned());
    }
    limit_embedded(bytes, warnings)
}

/// Drops a byte order mark, blank lines and an mbox `From ` line before the first header field.
fn strip_prelude(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let mut start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        match rest.first() {
            Some(b'\r' | b'\n') => start += 1,
            Some(b' ' | b'\t') if blank_line(rest) => {
                start += rest.iter().position(|&byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
            }
            Some(_) if rest.starts_with(b"From ") || rest.starts_with(b">From ") => {
                match rest.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
                    Some(end) => start += end,
                    None => break,
                }
            }
            _ => break,
        }
    }
    match bytes {
        _ if start == 0 => bytes,
        Cow::Borrowed(all) => Cow::Borrowed(all.get(start..).unwrap_or_default()),
        Cow::Owned(all) => Cow::Owned(all.get(start..).unwrap_or_default().to_vec()),
    }
}

/// True when nothing but blanks stands before the next line end.
fn blank_line(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !matches!(byte, b' ' | b'\t')).is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
}

static EMBEDDING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)rfc822|global|digest").ok());
static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)content-type").ok());

/// Takes the type off the parts behind the first hundred when a mail embeds so many others that nesting could
/// exhaust the stack. Every further level needs a `Content-Type` of its own, so none is left to nest.
fn limit_embedded<'a>(bytes: Cow<'a, [u8]>, warnings: &mut Vec<String>) -> Cow<'a, [u8]> {
    let (Some(embedding), Some(field)) = (EMBEDDING.as_ref(), FIELD.as_ref()) else { return bytes };
    if embedding.find_iter(&bytes).nth(MAX_EMBEDDED).is_none() {
        return bytes;
    }
    let places: Vec<usize> = field.find_iter(&bytes).skip(MAX_EMBEDDED).map(|found| found.start()).collect();
    if places.is_empty() {
        return bytes;
    }
    warnings.push("too_many_embedded".to_owned());
    let mut owned = bytes.into_owned();
    for place in places {
        if let Some(letters) = owned.get_mut(place..place + 12) {
            letters.copy_from_slice(b"X-Other-Type");
        }
    }
    Cow::Owned(owned)
}
