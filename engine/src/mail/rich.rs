//! The little that a mail's text may be besides text: `**bold**`, `_italic_`, `[links](https://…)`, and lines that begin
//! with `- ` or `1. `. The HTML follows from the text alone, so that what was read and approved is what leaves.

use std::fmt::Write as _;

/// The HTML of a text, where it has any markup; a plain text needs none.
pub(crate) fn html(text: &str) -> Option<String> {
    let mut page = String::from(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"></head>\n<body style=\"font-family:sans-serif\">\n",
    );
    let (mut is_rich, mut open) = (false, None);
    for line in text.lines() {
        let (list, words) = list_of(line);
        if open != list {
            let _ = open.map(|name| writeln!(page, "</{name}>"));
            let _ = list.map(|name| writeln!(page, "<{name}>"));
            open = list;
        }
        is_rich |= list.is_some();
        let block = if list.is_some() { "li" } else { "div" };
        let _ = write!(page, "<{block}>");
        if words.is_empty() {
            page.push_str("<br>");
        }
        is_rich |= inline(words, &mut page);
        let _ = writeln!(page, "</{block}>");
    }
    let _ = open.map(|name| writeln!(page, "</{name}>"));
    page.push_str("</body></html>\n");
    is_rich.then_some(page)
}

/// The list that a line belongs to, and the rest of the line.
fn list_of(line: &str) -> (Option<&'static str>, &str) {
    if let Some(rest) = line.strip_prefix("- ") {
        return (Some("ul"), rest);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.get(digits..).and_then(|rest| rest.strip_prefix(". ")) {
        Some(rest) if (1..=3).contains(&digits) => (Some("ol"), rest),
        _ => (None, line),
    }
}

/// Writes a line; true when something of it was marked.
fn inline(text: &str, page: &mut String) -> bool {
    let (mut is_rich, mut from, mut before) = (false, 0, None);
    while let Some(c) = text.get(from..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(from..).unwrap_or_default();
        if let Some((mark, length)) = mark(rest, before) {
            match mark {
                Mark::Bold(inner) => wrapped("b", inner, page),
                Mark::Italic(inner) => wrapped("i", inner, page),
                Mark::Link(words, address) => {
                    page.push_str("<a href=\"");
                    address.chars().for_each(|c| escaped(c, page));
                    page.push_str("\">");
                    inline(words, page);
                    page.push_str("</a>");
                }
            }
            is_rich = true;
            from += length;
            before = text.get(..from).and_then(|done| done.chars().next_back());
        } else {
            escaped(c, page);
            from += c.len_utf8();
            before = Some(c);
        }
    }
    is_rich
}

fn wrapped(name: &str, inner: &str, page: &mut String) {
    let _ = write!(page, "<{name}>");
    inline(inner, page);
    let _ = write!(page, "</{name}>");
}

fn escaped(c: char, page: &mut String) {
    match c {
        '&' => page.push_str("&amp;"),
        '<' => page.push_str("&lt;"),
        '>' => page.push_str("&gt;"),
        '"' => page.push_str("&quot;"),
        other => page.push(other),
    }
}

enum Mark<'a> {
    Bold(&'a str),
    Italic(&'a str),
    Link(&'a str, &'a str),
}

/// What is marked at the beginning of a text, and how long it is with its marks.
fn mark(text: &str, before: Option<char>) -> Option<(Mark<'_>, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(rest) = text.strip_prefix("**") {
        let inner = closed(rest, "**", |_| true).filter(|_| !rest.starts_with(char::is_whitespace))?;
        return Some((Mark::Bold(inner), inner.len() + 4));
    }
    if let Some(rest) = text.strip_prefix('_') {
        if before.is_some_and(is_word) || rest.starts_with(|c: char| c.is_whitespace() || c == '_') {
            return None;
        }
        let inner = closed(rest, "_", |after| !after.starts_with(is_word))?;
        return Some((Mark::Italic(inner), inner.len() + 2));
    }
    let (words, rest) = text.strip_prefix('[')?.split_once(']')?;
    let (address, _) = rest.strip_prefix('(')?.split_once(')')?;
    let leads = ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| address.strip_prefix(start).is_some_and(|rest| !rest.is_empty()));
    (leads && !words.is_empty() && !address.contains(char::is_whitespace))
        .then(|| (Mark::Link(words, address), words.len() + address.len() + 4))
}

/// What stands before the first closing mark that closes something: not after a blank, and with a fitting rest.
fn closed<'a>(text: &'a str, mark: &str, fits: impl Fn(&str) -> bool) -> Option<&'a str> {
    text.match_indices(mark).find_map(|(at, _)| {
        let (inner, rest) = (text.get(..at)?, text.get(at + mark.len()..)?);
        (!inner.is_empty() && !inner.ends_with(char::is_whitespace) && fits(rest)).then_some(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        let page = html(text).unwrap_or_else(|| panic!("{text} is plain"));
        let (_, rest) = page.split_once("sans-serif\">\n").unwrap();
        rest.trim_end_matches("</body></html>\n").replace('\n', "")
    }

    #[test]
    fn a_plain_text_has_no_html() {
        for text in [
            "",
            "Dear Ines,\n\nthank you.",
            "2 ** 3 ** 4",
            "snake_case_names and a_b",
            "_ no _",
            "[a] (b)",
            "[click](javascript:alert(1))",
            "[click](https://)",
            "1234. long",
            "** no**",
            "<b>not ours</b>",
        ] {
            assert_eq!(html(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_marked_is_drawn_and_the_rest_is_text() {
        for (text, wanted) in [
            ("**Now** or _never_.", "<div><b>Now</b> or <i>never</i>.</div>"),
            ("**a _b_**", "<div><b>a <i>b</i></b></div>"),
            (
                "[our **page**](https://a.example/?x=1&y=\"2\")",
                "<div><a href=\"https://a.example/?x=1&amp;y=&quot;2&quot;\">our <b>page</b></a></div>",
            ),
            (
                "Two:\n- one <i>\n- **two**\n\nBye",
                "<div>Two:</div><ul><li>one &lt;i&gt;</li><li><b>two</b></li></ul><div><br></div><div>Bye</div>",
            ),
            ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("(_a_) snake_case_", "<div>(<i>a</i>) snake_case_</div>"),
        ] {
            assert_eq!(body(text), wanted, "{text}");
        }
    }
}
