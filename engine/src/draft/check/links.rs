//! Links, mail addresses and phone numbers: each must be on file, and what it looks like.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::text::Trusted;
use super::{Check, Found, Reviewed};

/// With a scheme, also the disguised ones.
static WITH_SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b(?:h(?:tt|xx)ps?|ftp|file|javascript|data|vbscript|mailto|tel|sms)\s?(?:\[?:\]?)[^\s<>"'`]{2,}"#,
    )
    .ok()
});

/// A host without a scheme. The endings are the common ones, and those that are also file names or words are left out.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)(?:\b|^)(?:www\.)?(?:[\p{L}\p{N}][\p{L}\p{N}-]*(?:\.|\s?(?:\[\.\]|\(\.\)|\[dot\])\s?)){1,5}
        (?-i:com|COM|net|org|info|biz|io|ai|app|dev|co|eu|de|at|ch|fr|es|it|nl|be|uk|us|pt|br|se|no|dk|fi|pl|cz|ru|ua|cn|jp|in|ca|au|nz|ly|gl|gg|tv|cc|xyz|top|site|online|shop|store|club|link|click|live|tk|ml|cf|ga|example|test|onion|xn--[a-z0-9-]+)
        (?::\d{2,5})?(?:[/?\#][^\s<>"'`]*)?(?:\b|/|$)"#,
    )
    .ok()
});

static IP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?/\S*|\b0x[0-9a-fA-F]{8}\b").ok());

static MARKDOWN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(!?)\[([^\]\n]{0,200})\]\(\s*([^)\s]+)[^)\n]*\)").ok());

pub(super) static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)[\p{L}\p{N}._%+-]+\s?(?:@|\(at\)|\[at\])\s?(?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,}").ok()
});

pub(super) static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+|\b00|\(|\b)\d(?:[\s()./-]{0,2}\d){6,16}\b").ok());

/// A URL to compare by: without scheme, `www.` and what a sentence leaves at its end.
fn plain(url: &str) -> String {
    let url =
        url.trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '"', '\'', '>']).to_lowercase();
    let url = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    url.strip_prefix("www.").unwrap_or(url).trim_end_matches('/').to_owned()
}

fn host(plain: &str) -> &str {
    plain.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

/// Links of a text: start, end, and the link to compare by.
fn links(text: &str) -> Vec<(usize, usize, String)> {
    let mut links: Vec<(usize, usize, String)> = Vec::new();
    for pattern in [&WITH_SCHEME, &BARE, &IP] {
        let Some(pattern) = pattern.as_ref() else { continue };
        for hit in pattern.find_iter(text) {
            let inside = links.iter().any(|(start, end, _)| hit.start() < *end && hit.end() > *start);
            // The part of a mail address behind the `@` is looked at as an address.
            let before = text.get(..hit.start()).unwrap_or_default();
            if !inside && (!before.ends_with('@') || hit.as_str().contains('/')) {
                links.push((hit.start(), hit.end(), plain(hit.as_str())));
            }
        }
    }
    links
}

pub(super) fn look(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    addresses(reviewed, trusted, found);
    if !text.contains(['.', ':', '(', '[']) {
        return;
    }
    let here = links(text);
    let mut known: HashSet<String> = HashSet::new();
    if !here.is_empty() {
        known.extend(trusted.texts.iter().flat_map(|text| links(text)).map(|(_, _, link)| link));
        let hosts: Vec<String> = known.iter().map(|link| host(link).to_owned()).collect();
        known.extend(hosts);
        known.extend(
            reviewed.ours.iter().filter_map(|ours| ours.rsplit_once('@')).map(|(_, domain)| domain.to_lowercase()),
        );
    }
    for (start, end, link) in here {
        if known.contains(&link) {
            continue;
        }
        let says = if link.contains('@') {
            "a link with a name before its host"
        } else if link.contains("xn--") || !host(&link).is_ascii() {
            "a link whose host only looks familiar"
        } else if known.contains(host(&link)) {
            "a page of ours that nothing trusted names"
        } else {
            "a link that nothing trusted has"
        };
        let written = text.get(start..end).unwrap_or_default();
        let trimmed = written.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']).len();
        found.add(Check::Link, start, start + trimmed, says);
    }
    let Some(markdown) = MARKDOWN.as_ref() else { return };
    for hit in markdown.captures_iter(text) {
        let (Some(all), Some(shown), Some(target)) = (hit.get(0), hit.get(2), hit.get(3)) else { continue };
        if hit.get(1).is_some_and(|mark| !mark.as_str().is_empty()) {
            found.add(
                Check::Hidden,
                all.start(),
                all.end(),
                "an image: who opens the mail would be seen by its server",
            );
        } else if !links(shown.as_str()).is_empty() && plain(shown.as_str()) != plain(target.as_str()) {
            found.add(Check::Link, all.start(), all.end(), "it shows another address than it leads to");
        }
    }
}

fn addresses(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    if let Some(pattern) = MAIL.as_ref().filter(|_| text.contains(['@', '(']) || text.contains("[at]")) {
        for hit in pattern.find_iter(text) {
            let address: String =
                hit.as_str().to_lowercase().replace("(at)", "@").replace("[at]", "@").split_whitespace().collect();
            if address != reviewed.contact_address.to_lowercase() && !trusted.says(&address) {
                found.add(Check::Address, hit.start(), hit.end(), "a mail address that is not on file here");
            }
        }
    }
    let Some(pattern) = PHONE.as_ref() else { return };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut known: Option<Vec<String>> = None;
    for hit in pattern.find_iter(text) {
        let number = digits(hit.as_str());
        let written = hit.as_str().trim();
        if !is_phone(written) {
            continue;
        }
        let known = known.get_or_insert_with(|| {
            let mut known: Vec<String> =
                trusted.texts.iter().flat_map(|text| pattern.find_iter(text)).map(|hit| digits(hit.as_str())).collect();
            known.push(digits(reviewed.contact_address));
            known
        });
        if !known.contains(&number) {
            found.add(Check::Address, hit.start(), hit.end(), "a phone number that is not on file here");
        }
    }
}

/// Nothing but digits is an order number, and looked at as a number; so is a date.
pub(super) fn is_phone(written: &str) -> bool {
    written.bytes().filter(u8::is_ascii_digit).count() >= 8
        && (written.starts_with(['+', '(']) || written.starts_with("00") || written.contains([' ', '-', '/', '.']))
        && !is_date(written)
}

/// `2026-03-03`, `03.03.2026`, `3/3/2026`, also with a time.
pub(super) fn is_date(written: &str) -> bool {
    let parts: Vec<&str> = written.split(|one: char| !one.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let year = |part: Option<&&str>| {
        part.is_some_and(|part| part.len() == 4 && (part.starts_with("19") || part.starts_with("20")))
    };
    parts.len() >= 3 && (year(parts.first()) || year(parts.get(2))) && parts.iter().all(|part| part.len() <= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_pattern() {
        for list in [&WITH_SCHEME, &BARE, &IP, &MARKDOWN, &MAIL, &PHONE] {
            assert!(list.is_some());
        }
    }

    #[test]
    fn what_looks_alike_is_no_link() {
        for text in ["Mr. Smith said so. It is late", "open 9.30 to 18.00", "see e.g. the file report.pdf", "Yes.No"] {
            assert_eq!(links(text), [], "{text}");
        }
        assert_eq!(links("See WWW.Acme.example/Help/.")[0].2, "acme.example/help");
    }
}
