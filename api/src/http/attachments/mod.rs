//! Files: brought to be sent along, and fetched from messages.

pub(crate) mod brought;
pub(crate) mod fetch;
pub(crate) mod upload;

use axum::http::HeaderValue;

use super::error::ApiError;

/// The media types that a browser may show in place: pictures made of dots. Told by their bytes, whatever anybody says;
/// anything else could run something or pose as a page of ours.
pub(crate) fn picture(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], usize, &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
        (b"\xff\xd8\xff", 0, "image/jpeg"),
        (b"GIF87a", 0, "image/gif"),
        (b"GIF89a", 0, "image/gif"),
        (b"WEBP", 8, "image/webp"),
    ];
    let is = |(mark, at, _): &&(&[u8], usize, &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    kinds.iter().find(is).map(|(.., kind)| *kind)
}

/// The header that names a file: in ASCII for old programs, in full for others (RFC 6266). Whatever the name holds, the
/// header has one line and no other parameters.
pub(crate) fn disposition(how: &str, name: &str) -> Result<HeaderValue, ApiError> {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "._- ".contains(letter) { letter } else { '_' })
        .collect();
    let full: String = name
        .bytes()
        .map(|byte| {
            let safe = byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            if safe { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect();
    let text = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&text).map_err(|_| ApiError::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let text = disposition("attachment", "Rechnung \"März\"\r\nX: y; filename=a.html").unwrap();
        assert_eq!(
            text.to_str().unwrap(),
            "attachment; filename=\"Rechnung _M_rz___X_ y_ filename_a.html\"; \
             filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22%0D%0AX%3A%20y%3B%20filename%3Da.html"
        );
    }

    #[test]
    fn only_pictures_made_of_dots_are_shown() {
        assert_eq!(picture(b"\x89PNG\r\n\x1a\n.."), Some("image/png"));
        assert_eq!(picture(b"RIFF....WEBPVP8 "), Some("image/webp"));
        for bytes in [&b"<svg xmlns='http://www.w3.org/2000/svg'>"[..], b"<html>", b"%PDF-1.7", b"", b"GIF88a", b"RIFF"]
        {
            assert_eq!(picture(bytes), None);
        }
    }
}
