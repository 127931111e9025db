//! HTML from strangers, made safe to show.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Longest HTML that is sanitised, in bytes.
const MAX_HTML_BYTES: usize = 2 * 1024 * 1024;
/// Elements that may be open at once, and attributes of one element; HTML parsers take quadratic time in both.
const MAX_DEPTH: usize = 256;
const MAX_ATTRIBUTES: usize = 500;
/// Elements of one mail altogether.
const MAX_ELEMENTS: usize = 40_000;

/// Style properties that can neither fetch nor cover anything.
const STYLE_PROPERTIES: [&str; 30] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "max-height",
    "max-width",
    "opacity",
    "overflow",
    "padding",
    "padding-left",
    "text-align",
    "text-decoration",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "big", "u"])
        .add_clean_content_tags([
            "title",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "noscript",
            "template",
            "xml",
            "textarea",
            "select",
            "audio",
            "video",
            "frameset",
            "noembed",
            "noframes",
            "plaintext",
            "xmp",
        ])
        .add_generic_attributes(["dir", "align", "valign", "style"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("table", ["bgcolor", "border", "cellpadding", "cellspacing", "width"])
        .add_tag_attributes("td", ["bgcolor", "width", "height"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .url_relative(UrlRelative::Deny)
        .filter_style_properties(HashSet::from(STYLE_PROPERTIES))
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(keep_attribute);
    builder
});

/// Decides on one attribute that the lists let through.
fn keep_attribute<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let lower = value.trim().to_ascii_lowercase();
    let keep = match attribute {
        // Only parts of the mail itself: a remote picture tells its server who reads, when and where.
        "src" => element == "img" && lower.starts_with("cid:"),
        // Escapes and comments hide words from any check by substring, so a style that holds them goes whole.
        "style" => !["url", "expression", "image", "\\", "/*", "import", "var(", "attr("]
            .iter()
            .any(|word| lower.contains(word)),
        _ => true,
    };
    keep.then_some(Cow::Borrowed(value))
}

/// Sanitises HTML for showing it to a person inside the page.
///
/// What is left holds no script, style sheet, frame, form, SVG or MathML; no event handler; only `http`, `https`,
/// `mailto`, `tel` and `cid` links; no picture from outside the mail. Cleaning twice changes nothing. `None` when
/// nothing is left to show or the HTML is longer than 2 MiB, or built to keep a parser busy.
#[must_use]
pub fn safe_html(html: &str) -> Option<String> {
    if html.len() > MAX_HTML_BYTES || is_hostile(html) {
        return None;
    }
    let once = CLEANER.clean(html).to_string();
    // Re-parsing may still move misnested elements; the second pass settles them.
    let settled = CLEANER.clean(&once).to_string();
    let trimmed = settled.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// True for HTML nested or attributed so richly that parsing it would take minutes. Takes one linear look, which can
/// be misled about nesting; the bound on all elements together limits what misleading it is worth.
pub(super) fn is_hostile(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut depth = 0_usize;
    let mut opened = 0_usize;
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'<')) {
        at += next + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"!--") {
            at += rest.windows(3).position(|three| three == b"-->").map_or(2, |end| end + 2);
            continue;
        }
        let closing = rest.first() == Some(&b'/');
        let name_start = rest.get(usize::from(closing)..).unwrap_or_default();
        let length = name_start.iter().take(32).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = name_start.get(..length).unwrap_or_default().to_ascii_lowercase();
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (attributes, used) = measure_tag(rest);
        at += used;
        opened += usize::from(!closing);
        if !CLOSES_ITSELF.contains(&name.as_slice()) {
            depth = if closing { depth.saturating_sub(1) } else { depth + 1 };
        }
        if attributes > MAX_ATTRIBUTES || depth > MAX_DEPTH || opened > MAX_ELEMENTS {
            return true;
        }
    }
    false
}

/// Elements that most mails leave open and that parsers close by themselves.
const CLOSES_ITSELF: [&[u8]; 23] = [
    b"p", b"li", b"td", b"tr", b"th", b"tbody", b"thead", b"dd", b"dt", b"option", b"br", b"img", b"hr", b"meta",
    b"link", b"input", b"col", b"wbr", b"area", b"base", b"html", b"head", b"body",
];

/// Counts the words of a tag outside of quoted values, and the bytes up to its end.
fn measure_tag(rest: &[u8]) -> (usize, usize) {
    let mut words = 0;
    let mut quote = None;
    let mut before = b' ';
    for (index, &byte) in rest.iter().enumerate() {
        match quote {
            Some(open) if open == byte => quote = None,
            Some(_) => continue,
            // Only a quote that follows `=` opens a value.
            None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
            None if byte == b'>' => return (words, index + 1),
            None if byte.is_ascii_whitespace() || byte == b'/' => {
                words += usize::from(!before.is_ascii_whitespace() && before != b'=');
                if before == b'=' {
                    continue;
                }
            }
            None => {}
        }
        before = byte;
    }
    (words, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_goes_and_what_speaks_stays() {
        let html = r#"<div onclick="x()"><script>evil()</script><b style="color:red;position:fixed">Hi</b>
            <img src="https://t.example/p.gif"><img src="cid:logo"><a href="javascript:x()">a</a>
            <a href="https://x.example/">b</a><svg><a href="https://y">c</a></svg></div>"#;
        let safe = safe_html(html).unwrap();
        assert!(safe.contains("color:red") && safe.contains("cid:logo") && safe.contains("https://x.example/"));
        for gone in ["onclick", "evil", "position", "t.example", "javascript", "svg"] {
            assert!(!safe.contains(gone), "{gone} in {safe}");
        }
        assert_eq!(safe_html("<script>x</script>"), None);
    }
}
