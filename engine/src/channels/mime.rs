//! A mail made again out of what a provider took apart, so that one parser reads every mail.

use data_encoding::BASE64;

use super::sign;
use crate::mail::header_line as line;

/// A mail as a provider hands it over.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    /// Its headers, in order, decoded or not.
    pub headers: Vec<(String, String)>,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// What was attached.
    pub files: Vec<FilePiece>,
}

/// An attachment.
#[derive(Debug, Clone, Default)]
pub struct FilePiece {
    /// File name.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// Content-ID without angle brackets.
    pub cid: Option<String>,
    /// Content.
    pub bytes: Vec<u8>,
}

/// What describes the old structure would lie about the new one.
const STRUCTURE: [&str; 4] = ["content-type", "content-transfer-encoding", "mime-version", "content-disposition"];

impl Pieces {
    /// Adds a header unless it is there, or there is nothing to say.
    pub fn add(&mut self, name: &str, value: Option<String>) {
        let there = self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if let Some(value) = value.filter(|value| !there && !value.trim().is_empty()) {
            self.headers.push((name.to_owned(), value));
        }
    }
}

/// A value on one line; words outside ASCII as encoded words.
fn encoded(value: &str) -> String {
    let value = line(value);
    let mut out = String::with_capacity(value.len());
    let mut before_coded = false;
    for word in value.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            out.push_str(word);
        } else {
            // A blank between two encoded words is none, so it goes into the second one.
            let text = if before_coded { format!(" {word}") } else { word.to_owned() };
            out.push_str(&format!("=?UTF-8?B?{}?=", BASE64.encode(text.as_bytes())));
        }
        before_coded = !word.is_ascii();
    }
    out
}

/// A parameter of a header, in quotes.
fn quoted(text: &str) -> String {
    let text = line(text).replace(['"', '\\'], "_");
    if text.is_ascii() { format!("\"{text}\"") } else { format!("\"=?UTF-8?B?{}?=\"", BASE64.encode(text.as_bytes())) }
}

fn leaf(head: &str, bytes: &[u8], out: &mut String) {
    out.push_str(head);
    out.push_str("\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    let coded = BASE64.encode(bytes);
    let mut rest = coded.as_str();
    while !rest.is_empty() {
        let (first, after) = rest.split_at(rest.len().min(76));
        out.push_str(first);
        out.push_str("\r\n");
        rest = after;
    }
}

/// RFC 5322 bytes; the same pieces give the same bytes.
#[must_use]
pub fn whole(pieces: &Pieces) -> Vec<u8> {
    let mut out = String::new();
    for (name, value) in &pieces.headers {
        let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if good && !STRUCTURE.contains(&name.to_ascii_lowercase().as_str()) {
            out.push_str(&format!("{name}: {}\r\n", encoded(value)));
        }
    }
    out.push_str("MIME-Version: 1.0\r\n");
    // Unlike anything inside: it is made of it.
    let seed = [pieces.text.as_deref().unwrap_or_default(), pieces.html.as_deref().unwrap_or_default()].concat();
    let mark: String = sign::sha256_hex(seed.as_bytes()).chars().take(24).collect();
    let mut texts = Vec::new();
    if pieces.text.is_some() || pieces.html.is_none() {
        texts.push(("text/plain", pieces.text.as_deref().unwrap_or_default()));
    }
    texts.extend(pieces.html.as_deref().map(|html| ("text/html", html)));
    let mut body = String::new();
    if let [(kind, text)] = texts.as_slice() {
        leaf(&format!("Content-Type: {kind}; charset=utf-8"), text.as_bytes(), &mut body);
    } else {
        body.push_str(&format!("Content-Type: multipart/alternative; boundary=\"a{mark}\"\r\n\r\n"));
        for (kind, text) in texts {
            body.push_str(&format!("--a{mark}\r\n"));
            leaf(&format!("Content-Type: {kind}; charset=utf-8"), text.as_bytes(), &mut body);
        }
        body.push_str(&format!("--a{mark}--\r\n"));
    }
    if pieces.files.is_empty() {
        out.push_str(&body);
        return out.into_bytes();
    }
    out.push_str(&format!("Content-Type: multipart/mixed; boundary=\"m{mark}\"\r\n\r\n--m{mark}\r\n{body}"));
    for file in &pieces.files {
        let kind = line(&file.media_type);
        let kind = if kind.contains('/') { kind } else { "application/octet-stream".to_owned() };
        let name = quoted(&file.name);
        let how = if file.cid.is_some() { "inline" } else { "attachment" };
        let mut head = format!("Content-Type: {kind}\r\nContent-Disposition: {how}; filename={name}");
        if let Some(cid) = &file.cid {
            head.push_str(&format!("\r\nContent-ID: <{}>", line(cid).trim_matches(['<', '>'])));
        }
        out.push_str(&format!("--m{mark}\r\n"));
        leaf(&head, &file.bytes, &mut out);
    }
    out.push_str(&format!("--m{mark}--\r\n"));
    out.into_bytes()
}
