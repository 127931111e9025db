//! HTML from strangers, made safe to show.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Longest HTML that is sanitised, in bytes.
const MAX_HTML_BYTES: usize = 5 * 1024 * 1024;

/// Style properties that can neither fetch nor cover anything.
const STYLE_PROPERTIES: [&str; 24] = [
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
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "padding",
    "padding-left",
    "text-align",
    "text-decoration",
    "vertical-align",
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
/// nothing is left to show or the HTML is longer than 5 MiB.
#[must_use]
pub fn safe_html(html: &str) -> Option<String> {
    if html.len() > MAX_HTML_BYTES {
        return None;
    }
    let once = CLEANER.clean(html).to_string();
    // Re-parsing may still move misnested elements; the second pass settles them.
    let settled = CLEANER.clean(&once).to_string();
    let trimmed = settled.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
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
