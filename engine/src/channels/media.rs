//! Files of messages that a provider keeps: where they are asked for, and what came.
//!
//! Names and addresses of files are the provider's own, out of requests that it signed. Credentials go to the provider
//! and to nobody else, wherever an address or a redirection leads.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use infer::MatcherType;
use serde_json::{Value, json};
use url::Url;

use super::{MediaFile, Outgoing, sign};
use crate::ports::SendError;

/// Where a file is, where the provider first tells that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The call that fetches it.
    pub call: Outgoing,
    /// What its bytes hash to (SHA-256, hexadecimal or base64), where told.
    pub sha256: Option<String>,
    /// Bytes, where told.
    pub size: Option<u64>,
}

/// Why a file is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Another try may have it.
    Later(String),
    /// The provider says that it is not there. It is asked again soon, for that can be a moment too early, and then no more.
    Gone(String),
    /// No other try will.
    Never(String),
}

impl Missing {
    /// Why, for people.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Later(why) | Self::Gone(why) | Self::Never(why) => why,
        }
    }
}

/// A file as it stands in a message's row before it is fetched.
#[must_use]
pub fn entry(file: &MediaFile) -> Value {
    let plain = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let (name, media_type) = (plain(&file.name), plain(&file.media_type));
    json!({ "name": name.trim(), "type": media_type.trim(), "size": file.size, "ref": file.reference })
}

/// When a file is tried again, in milliseconds after each try.
const LATER_MS: [i64; 6] = [10_000, 60_000, 600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000];
/// The same where the provider says that it is not there.
const GONE_MS: [i64; 2] = [10_000, 60_000];

/// How long to wait after this many tries; `None` where it is given up.
#[must_use]
pub fn wait_ms(missing: &Missing, tries: i64) -> Option<i64> {
    let after = usize::try_from(tries.saturating_sub(1)).ok()?;
    match missing {
        Missing::Later(_) => LATER_MS.get(after).copied(),
        Missing::Gone(_) => GONE_MS.get(after).copied(),
        Missing::Never(_) => None,
    }
}

/// A call to an address as it is, without credentials.
///
/// # Errors
/// [`SendError::Refused`] where it is no address of the web.
pub fn plain(reference: &str) -> Result<Outgoing, SendError> {
    let is_web = Url::parse(reference).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if is_web {
        Ok(Outgoing::get(reference.to_owned()))
    } else {
        Err(SendError::Refused("the provider names no address of the file".to_owned()))
    }
}

/// Whether both addresses are of one scheme, host and port: what may hear of one's credentials may hear of the other's.
#[must_use]
pub fn same_place(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => {
            (one.scheme(), one.host_str(), one.port_or_known_default())
                == (other.scheme(), other.host_str(), other.port_or_known_default())
        }
        _ => false,
    }
}

/// Whether an address is of this domain, by https.
#[must_use]
pub fn within(address: &str, domain: &str) -> bool {
    let host = Url::parse(address).ok().filter(|url| url.scheme() == "https");
    let host = host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// The call that a redirection asks for; credentials stay behind where it leads to another place.
///
/// # Errors
/// [`Missing::Never`] where it leads nowhere.
pub fn onwards(call: &Outgoing, location: &str) -> Result<Outgoing, Missing> {
    let to = Url::parse(&call.url).and_then(|url| url.join(location));
    let to = to.map_err(|error| Missing::Never(format!("the provider leads to no address: {error}")))?;
    let mut next = Outgoing::get(to.into());
    if same_place(&call.url, &next.url) {
        next.headers = call.headers.iter().filter(|(name, _)| *name == "authorization").cloned().collect();
    }
    Ok(next)
}

/// It is larger than what is taken, in bytes.
#[must_use]
pub fn too_large(most_bytes: usize) -> Missing {
    Missing::Never(format!("it is larger than {} MB", most_bytes / 1024 / 1024))
}

/// What a status other than 200 means for a file.
#[must_use]
pub fn refused(status: u16) -> Missing {
    match status {
        404 | 410 => Missing::Gone(format!("the provider does not have it (status {status})")),
        401 | 403 => Missing::Later(format!("the provider does not take the channel's credentials (status {status})")),
        _ => Missing::Later(format!("the provider answers with status {status}")),
    }
}

/// Whether these bytes are a page for people, which providers answer with where something is wrong.
fn is_page(bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(16)
        .map(|b| b.to_ascii_lowercase())
        .collect();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    head.starts_with(b"<!doctypeht") || head.starts_with(b"<html")
}

/// Whether what came may be the file that was told of. What it claims to be stays what it is called: rules were asked
/// about that.
///
/// # Errors
/// [`Missing`]: why it is not.
pub fn examine(media_type: &str, sha256: Option<&str>, bytes: &[u8]) -> Result<(), Missing> {
    if bytes.is_empty() {
        return Err(Missing::Later("the provider answers with nothing".to_owned()));
    }
    let told = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_page(bytes) && told != "text/html" {
        return Err(Missing::Gone("the provider answers with a page instead of the file".to_owned()));
    }
    if sha256.is_some_and(|told| !hashes_to(told, bytes)) {
        return Err(Missing::Later("what came is not what the provider told of (SHA-256)".to_owned()));
    }
    // A picture that is a program is no picture. What is not known by its bytes is nothing against it.
    let family = told.split('/').next().unwrap_or_default();
    let is = infer::get(bytes);
    let other = is.filter(|is| matches!(family, "image" | "audio" | "video") && !fits(family, is.matcher_type()));
    match other {
        Some(is) => Err(Missing::Never(format!("what came is {}, and not {told}", is.mime_type()))),
        None => Ok(()),
    }
}

/// Sound may come in a container that is made for pictures that move, and the other way round.
fn fits(family: &str, is: MatcherType) -> bool {
    match family {
        "image" => matches!(is, MatcherType::Image),
        _ => matches!(is, MatcherType::Audio | MatcherType::Video),
    }
}

fn hashes_to(told: &str, bytes: &[u8]) -> bool {
    let is = sign::sha256_hex(bytes);
    let told = told.trim();
    let hex = HEXLOWER_PERMISSIVE.decode(told.as_bytes()).ok().filter(|told| told.len() == 32);
    match hex.or_else(|| BASE64.decode(told.as_bytes()).ok().filter(|told| told.len() == 32)) {
        Some(told) => data_encoding::HEXLOWER.encode(&told) == is,
        // It is no hash: nothing is told.
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn credentials_go_to_the_provider_and_to_nobody_else() {
        let call = Outgoing::get("https://api.twilio.com/media/1".to_owned()).basic("AC1", "secret");
        for (location, keeps) in [
            ("/media/2", true),
            ("https://api.twilio.com:443/x", true),
            ("https://mms.twiliocdn.com/x", false),
            ("http://api.twilio.com/x", false),
            ("https://api.twilio.com:8443/x", false),
            ("https://api.twilio.com.evil.example/x", false),
            ("//evil.example/x", false),
        ] {
            let next = onwards(&call, location).unwrap();
            assert_eq!(!next.headers.is_empty(), keeps, "{location} leads to {}", next.url);
        }
        assert!(matches!(onwards(&call, "http://["), Err(Missing::Never(_))));
        assert!(
            plain("file:///etc/passwd").is_err() && plain("1234567").is_err() && plain("https://a.example/x").is_ok()
        );
        assert!(within("https://lookaside.fbsbx.com/x", "fbsbx.com") && within("https://fbsbx.com/x", "fbsbx.com"));
        assert!(!within("https://evilfbsbx.com/x", "fbsbx.com") && !within("http://lookaside.fbsbx.com/", "fbsbx.com"));
    }

    #[test]
    fn case_072_what_is_no_picture_is_not_taken_for_one() {
        assert_eq!(examine("image/png", None, PNG), Ok(()));
        assert_eq!(examine("image/jpeg", None, PNG), Ok(()), "another kind of picture is one");
        for page in ["<html><body>Expired", "  \n<!DOCTYPE html><p>x", "\u{feff}<HTML>"] {
            assert!(matches!(examine("image/png", None, page.as_bytes()), Err(Missing::Gone(_))), "{page}");
        }
        assert_eq!(examine("text/html; charset=utf-8", None, b"<html>"), Ok(()), "a page that was sent is a file");
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(64, 0);
        assert!(matches!(examine("image/png", None, &program), Err(Missing::Never(_))));
        assert!(matches!(examine("audio/ogg", None, PNG), Err(Missing::Never(_))));
        assert!(matches!(examine("image/png", None, b""), Err(Missing::Later(_))));
        assert_eq!(examine("application/octet-stream", None, &program), Ok(()), "nothing runs what is a download");
        let hash = sign::sha256_hex(PNG);
        let raw = data_encoding::HEXLOWER.decode(hash.as_bytes()).unwrap();
        assert_eq!(examine("image/png", Some(&hash), PNG), Ok(()));
        assert_eq!(examine("image/png", Some(&BASE64.encode(&raw)), PNG), Ok(()));
        assert_eq!(examine("image/png", Some("none"), PNG), Ok(()), "it is no hash");
        assert!(matches!(examine("image/png", Some(&sign::sha256_hex(b"x")), PNG), Err(Missing::Later(_))));
    }

    #[test]
    fn a_file_is_asked_for_later_and_later_and_then_no_more() {
        let later = refused(503);
        let waits: Vec<i64> = (1..=6).map(|tries| wait_ms(&later, tries).unwrap()).collect();
        assert!(waits.is_sorted() && waits.iter().sum::<i64>() > 24 * 3_600_000, "{waits:?}");
        assert_eq!(wait_ms(&later, 7), None);
        assert_eq!((wait_ms(&refused(404), 1), wait_ms(&refused(410), 3)), (Some(10_000), None));
        assert_eq!(wait_ms(&too_large(26_214_400), 1), None);
        assert!(matches!(refused(401), Missing::Later(why) if why.contains("credentials")));
    }
}
