//! Bodies of forms: `application/x-www-form-urlencoded` and `multipart/form-data`.

use super::hook::Hook;

/// Most fields of a form that are read.
const MOST_FIELDS: usize = 2000;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The name of a file, where it is one.
    pub file: Option<String>,
    /// The MIME type it was given.
    pub media_type: Option<String>,
    /// Its content, as it came.
    pub bytes: Vec<u8>,
}

/// The fields of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form(pub Vec<Part>);

impl Form {
    /// Reads the body of a request; what is no form has no fields.
    #[must_use]
    pub fn of(hook: &Hook<'_>) -> Self {
        let content_type = hook.header("content-type").unwrap_or_default();
        match hook.media_type().as_str() {
            "multipart/form-data" => {
                boundary(content_type).map(|boundary| multipart(&boundary, hook.body)).unwrap_or_default()
            }
            "application/x-www-form-urlencoded" => Self::urlencoded(hook.body),
            _ => Self::default(),
        }
    }

    /// Fields with `&` between them.
    #[must_use]
    pub fn urlencoded(body: &[u8]) -> Self {
        let part = |(name, value): (String, String)| Part { name, bytes: value.into_bytes(), ..Part::default() };
        Self(url::form_urlencoded::parse(body).into_owned().take(MOST_FIELDS).map(part).collect())
    }

    /// The bytes of a field.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|part| part.name == name).map(|part| part.bytes.as_slice())
    }

    /// A field as text, without NUL; empty ones count as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(self.bytes(name)?).replace('\0', "");
        Some(text).filter(|text| !text.is_empty())
    }

    /// Names and values, for signatures: nothing trimmed, nothing left out.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.0.iter().map(|part| (part.name.clone(), String::from_utf8_lossy(&part.bytes).into_owned())).collect()
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let parameter = content_type.split(';').skip(1).map(str::trim);
    let found = parameter
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let boundary = found.1.trim().trim_matches('"').to_owned();
    (!boundary.is_empty() && boundary.len() <= 200).then_some(boundary)
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = from;
    loop {
        let rest = haystack.get(at..)?;
        let step = rest.iter().position(|byte| *byte == first)?;
        if rest.get(step..)?.starts_with(needle) {
            return Some(at + step);
        }
        at += step + 1;
    }
}

fn multipart(boundary: &str, body: &[u8]) -> Form {
    let mark = format!("--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let Some(mut at) = find(body, &mark, 0).map(|at| at + mark.len()) else { return Form::default() };
    while parts.len() < MOST_FIELDS {
        let Some(rest) = body.get(at..).filter(|rest| !rest.starts_with(b"--")) else { break };
        let skipped = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |place| place + 1);
        let begin = at + skipped;
        // A boundary counts at the begin of a line only.
        let inner = [b"\n", mark.as_slice()].concat();
        let end = find(body, &inner, begin.saturating_sub(1)).unwrap_or(body.len());
        if let Some(part) = body.get(begin..end.max(begin)).and_then(part) {
            parts.push(part);
        }
        if end == body.len() {
            break;
        }
        at = end + inner.len();
    }
    Form(parts)
}

fn part(bytes: &[u8]) -> Option<Part> {
    let (split, skip) = match (find(bytes, b"\r\n\r\n", 0), find(bytes, b"\n\n", 0)) {
        (Some(crlf), Some(lf)) if lf < crlf => (lf, 2),
        (Some(crlf), _) => (crlf, 4),
        (None, Some(lf)) => (lf, 2),
        (None, None) => return None,
    };
    let head = String::from_utf8_lossy(bytes.get(..split)?).into_owned();
    let content = bytes.get(split + skip..)?;
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    let mut part = Part { bytes: content.to_vec(), ..Part::default() };
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                part.name = parameter(value, "name").unwrap_or_default();
                part.file = parameter(value, "filename");
            }
            "content-type" => part.media_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    Some(part)
}

fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once(';') {
        rest = after.trim_start();
        let (name, value) = rest.split_once('=')?;
        let (text, after) = match value.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').unwrap_or(quoted.len());
                (quoted.get(..end)?, quoted.get(end..)?)
            }
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value.get(..end)?.trim(), value.get(end..)?)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text.to_owned());
        }
        rest = after;
    }
    None
}
