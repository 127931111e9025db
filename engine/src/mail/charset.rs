//! Bytes to text when the label is missing, wrong or unknown.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Decodes `bytes` by their declared charset; when that fails, by what they look like. Never loses a mail for
/// its charset. Labels follow the WHATWG names, so `iso-8859-1` reads as windows-1252 and `gb2312` as GBK.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let clean = label.map(clean_label).unwrap_or_default();
    let declared = Encoding::for_label(clean.as_bytes());
    let plausible = declared.filter(|encoding| {
        // ASCII-only labels are the usual lie: nobody means windows-1252 by `us-ascii`.
        (bytes.is_ascii() || !clean.contains("ascii")) && encoding.name() != "replacement"
    });
    if let Some(encoding) = plausible {
        let (text, _, broken) = encoding.decode(bytes);
        if !broken && !misread_utf8(encoding, bytes) {
            return without_nul(&text);
        }
    } else if !clean.is_empty()
        && declared.is_none()
        && let Some(decoder) = mail_parser::decoders::charsets::map::charset_decoder(clean.as_bytes())
    {
        let text = decoder(bytes);
        if !text.contains('\u{fffd}') {
            return without_nul(&text);
        }
    }
    guess(bytes, plausible)
}

/// Decodes text without a usable label: UTF-8 when valid, else the likeliest encoding.
fn guess(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    if looks_like_iso_2022(bytes) {
        let (text, _, broken) = encoding_rs::ISO_2022_JP.decode(bytes);
        if !broken {
            return without_nul(&text);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return without_nul(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Allow);
    let (text, _, broken) = guessed.decode(bytes);
    let text = if broken { declared.unwrap_or(encoding_rs::WINDOWS_1252).decode(bytes).0 } else { text };
    without_nul(&text)
}

/// Pure ASCII with ISO-2022 escapes, such as unlabelled Japanese mail.
fn looks_like_iso_2022(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|three| matches!(three, [0x1b, b'$', b'B' | b'@' | b'('] | [0x1b, b'(', b'J' | b'I']))
}

/// A single-byte label on what is clearly UTF-8.
fn misread_utf8(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    encoding.is_single_byte() && !bytes.is_ascii() && {
        let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
        high >= 2 && std::str::from_utf8(bytes).is_ok()
    }
}

/// Lower-cases a label and drops what people add to it by mistake.
fn clean_label(label: &str) -> String {
    let lower = label.trim_matches(|c: char| c.is_whitespace() || "\"';:".contains(c)).to_ascii_lowercase();
    match lower.as_str() {
        "unicode-1-1-utf-7" => "utf-7".to_owned(),
        "cp949" | "ms949" | "uhc" => "euc-kr".to_owned(),
        "utf8mb4" => "utf-8".to_owned(),
        _ => lower,
    }
}

/// Removes NUL, which PostgreSQL cannot store in text.
pub(super) fn without_nul(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').collect()
}
