//! Header fields as raw lines, and RFC 2047 encoded words.
//!
//! The MIME parser reads addresses and structure; what must survive broken mailers (subjects split inside a
//! character, ids with blanks, unknown fields) is read from the raw fields here.

use super::charset;

/// One header field, unfolded.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Name in lower case.
    pub(super) name: String,
    /// Value without line ends.
    pub(super) value: Vec<u8>,
}

/// The header block of a mail.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    fields: Vec<Field>,
    /// Where the body starts.
    pub(super) body_offset: usize,
}

/// Header fields that are looked at; more only happens in attacks.
const MAX_FIELDS: usize = 2_000;

impl Head {
    /// Reads fields until the first blank line, or until a line that can be no field.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut fields: Vec<Field> = Vec::new();
        let mut offset = 0;
        while offset < bytes.len() {
            let rest = bytes.get(offset..).unwrap_or_default();
            let length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default();
            let content = trim_line_end(line);
            if content.is_empty() {
                offset += length;
                break;
            }
            if matches!(content.first(), Some(b' ' | b'\t')) && !fields.is_empty() {
                if let Some(field) = fields.last_mut() {
                    field.value.push(b' ');
                    field.value.extend_from_slice(content.trim_ascii());
                }
            } else if let Some((name, value)) = split_field(content) {
                if fields.len() < MAX_FIELDS {
                    fields.push(Field { name, value: value.trim_ascii().to_vec() });
                }
            } else if fields.is_empty() {
                return Self { fields, body_offset: 0 };
            }
            offset += length;
        }
        Self { fields, body_offset: offset.min(bytes.len()) }
    }

    /// True when no field was found.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All fields in order.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// First field of that (lower-case) name, raw.
    pub(super) fn raw(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_slice())
    }

    /// First field of that (lower-case) name, decoded.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(decode_words)
    }

    /// First field of that (lower-case) name, decoded and in lower case; empty when absent.
    pub(super) fn lower(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_lowercase()
    }

    /// True when a field of that (lower-case) name is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// How many fields of that (lower-case) name there are.
    pub(super) fn count(&self, name: &str) -> usize {
        self.fields.iter().filter(|field| field.name == name).count()
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn split_field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = line.get(..colon)?.trim_ascii();
    let sound = !name.is_empty() && name.len() <= 100 && name.iter().all(|byte| (0x21..=0x7e).contains(byte));
    sound.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), line.get(colon + 1..).unwrap_or_default()))
}

/// Message ids in a header value: everything in angle brackets, else words that hold an `@`, else a single word.
pub(super) fn ids(value: &[u8]) -> Vec<String> {
    let text = charset::decode(value, Some("utf-8"));
    let mut found: Vec<String> = Vec::new();
    let mut add = |id: &str| {
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(998).collect();
        if !id.is_empty() && !found.contains(&id) && found.len() < 200 {
            found.push(id);
        }
    };
    if text.contains('<') {
        for piece in text.split('<').skip(1) {
            add(piece.split('>').next().unwrap_or_default());
        }
    } else {
        let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()).collect();
        for word in words.iter().filter(|word| word.contains('@') || words.len() == 1) {
            add(word);
        }
    }
    found
}

/// Decodes a header value: encoded words (RFC 2047) of one charset are joined as bytes first, because some
/// mailers split a character between two of them; raw eight-bit text is guessed.
pub(super) fn decode_words(value: &[u8]) -> String {
    let mut text = String::new();
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    while !rest.is_empty() {
        let Some(start) = rest.windows(2).position(|two| two == b"=?") else { break };
        let Some((word, length)) = rest.get(start..).and_then(encoded_word) else {
            flush(&mut pending, &mut text);
            text.push_str(&charset::decode(rest.get(..start + 2).unwrap_or_default(), None));
            rest = rest.get(start + 2..).unwrap_or_default();
            continue;
        };
        let between = rest.get(..start).unwrap_or_default();
        if pending.is_none() || !between.trim_ascii().is_empty() {
            flush(&mut pending, &mut text);
            text.push_str(&charset::decode(between, None));
        }
        match &mut pending {
            // Words in ISO 2022 each end in ASCII; joined, the escapes in between would count as errors.
            Some((label, bytes)) if *label == word.0 && !label.starts_with("iso-2022") => {
                bytes.extend_from_slice(&word.1)
            }
            _ => {
                flush(&mut pending, &mut text);
                pending = Some(word);
            }
        }
        rest = rest.get(start + length..).unwrap_or_default();
    }
    flush(&mut pending, &mut text);
    text.push_str(&charset::decode(rest, None));
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, text: &mut String) {
    if let Some((label, bytes)) = pending.take() {
        text.push_str(&charset::decode(&bytes, Some(&label)));
    }
}

/// Reads `=?charset?B?...?=` at the start of `bytes`: charset, decoded bytes, and length consumed.
fn encoded_word(bytes: &[u8]) -> Option<((String, Vec<u8>), usize)> {
    let inner = bytes.get(2..)?;
    let first = inner.iter().take(64).position(|&byte| byte == b'?')?;
    let label = std::str::from_utf8(inner.get(..first)?).ok()?;
    let label = label.split('*').next().unwrap_or(label).to_ascii_lowercase();
    let encoding = inner.get(first + 1)?.to_ascii_lowercase();
    if inner.get(first + 2) != Some(&b'?') {
        return None;
    }
    let payload = inner.get(first + 3..)?;
    let end = payload.windows(2).position(|two| two == b"?=")?;
    let data = payload.get(..end)?;
    let decoded = match encoding {
        b'b' => base64(data)?,
        b'q' => q_encoded(data),
        _ => return None,
    };
    Some(((label, decoded), 2 + first + 3 + end + 2))
}

fn base64(data: &[u8]) -> Option<Vec<u8>> {
    let clean: Vec<u8> = data.iter().copied().filter(|b| b.is_ascii_alphanumeric() || b"+/".contains(b)).collect();
    // One stray character cannot hold a byte.
    let usable = if clean.len() % 4 == 1 { clean.len() - 1 } else { clean.len() };
    data_encoding::BASE64_NOPAD
        .decode(clean.get(..usable)?)
        .ok()
        .or_else(|| mail_parser::decoders::base64::base64_decode(data))
}

fn q_encoded(data: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let hex = data.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (byte, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'=', Some(value)) => {
                decoded.push(value);
                at += 2;
            }
            (b'_', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    decoded
}
