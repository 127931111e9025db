//! Subjects without their reply and forward marks (after RFC 5256 §2.1).

/// Reply and forward marks, lower case, of mailers in many languages.
const MARKS: [&str; 45] = [
    "re",
    "aw",
    "sv",
    "vs",
    "fwd",
    "fw",
    "wg",
    "tr",
    "rv",
    "res",
    "enc",
    "rif",
    "i",
    "r",
    "ref",
    "antw",
    "odp",
    "pd",
    "ynt",
    "ilt",
    "ilet",
    "vl",
    "vb",
    "doorst",
    "videresend",
    "vid",
    "atb",
    "bls",
    "trs",
    "továbbítás",
    "vá",
    "σχετ",
    "πρθ",
    "απ",
    "hel",
    "na",
    "回复",
    "答复",
    "转发",
    "回覆",
    "轉寄",
    "返信",
    "転送",
    "отв",
    "пер",
];

/// The subject two mails of one conversation share: decoded, white space collapsed, without leading reply or forward
/// marks (`Re:`, `AW[2]:`, `回复：`), list tags that repeat, and a trailing `(fwd)`.
#[must_use]
pub fn base_subject(subject: &str) -> String {
    let mut rest = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    loop {
        let before = rest.len();
        if let Some(shorter) = rest.to_lowercase().ends_with("(fwd)").then(|| rest.get(..rest.len() - 5)).flatten() {
            rest = shorter.trim_end().to_owned();
        }
        rest = strip_mark(&rest).to_owned();
        rest = strip_tag(&rest).to_owned();
        if let Some(inner) = forwarded_inner(&rest) {
            rest = inner.trim().to_owned();
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// Longest subject that is carried on, in characters.
const LONGEST: usize = 200;

/// The subject of an answer: `Re: ` and the base subject, list tags kept. One line of at most 204 characters.
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    let flat: String = subject.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut rest = flat.split_whitespace().collect::<Vec<_>>().join(" ");
    loop {
        let shorter = strip_mark(&rest);
        if shorter.len() == rest.len() {
            break;
        }
        rest = shorter.to_owned();
    }
    if rest.is_empty() { "Re:".to_owned() } else { format!("Re: {rest}") }
}

/// Drops one leading mark such as `Re:`, `Re[2]:`, `Re^3:` or `RE：`.
fn strip_mark(subject: &str) -> &str {
    let subject = subject.trim_start();
    let Some((head, tail)) = subject.split_once([':', '：']) else { return subject };
    if head.len() > 40 {
        return subject;
    }
    let word = head.split(['[', '(', '^', '*', ' ']).next().unwrap_or_default();
    let counter = head.get(word.len()..).unwrap_or_default().trim();
    // `Re [list]:` keeps its tag; only counters such as `[2]` may stand between the mark and the colon.
    let counts = counter.chars().all(|c| c.is_ascii_digit() || "[]()^* ".contains(c));
    if counts && MARKS.contains(&word.to_lowercase().as_str()) { tail.trim_start() } else { subject }
}

/// Drops a leading `[tag]`, unless nothing else would be left.
fn strip_tag(subject: &str) -> &str {
    let Some(inner) = subject.strip_prefix('[') else { return subject };
    match inner.split_once(']') {
        Some((tag, rest))
            if !tag.contains('[') && !rest.trim().is_empty() && !tag.to_lowercase().starts_with("fwd:") =>
        {
            rest.trim_start()
        }
        _ => subject,
    }
}

/// `[Fwd: subject]`.
fn forwarded_inner(subject: &str) -> Option<&str> {
    let inner = subject.strip_prefix('[')?.strip_suffix(']')?;
    inner.get(..4).filter(|head| head.eq_ignore_ascii_case("fwd:"))?;
    inner.get(4..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_marked_once_and_stays_on_one_short_line() {
        for (subject, wanted) in [
            ("Price", "Re: Price"),
            ("RE : Price", "Re: Price"),
            ("Re[2]: Price", "Re: Price"),
            ("AW: Preis", "Re: Preis"),
            ("Reminder: pay", "Re: Reminder: pay"),
            ("Price\r\nBcc: all@example.com", "Re: Price Bcc: all@example.com"),
            ("  ", "Re:"),
        ] {
            assert_eq!(reply_subject(subject), wanted);
        }
        assert!(reply_subject(&"x".repeat(1_000)).chars().count() <= 204);
    }

    #[test]
    fn marks_of_many_languages_go() {
        for subject in [
            "Re: Hello",
            "AW: Re: Hello",
            "SV:  Hello",
            "Fwd: FW: Hello (fwd)",
            "[list] RE[2]: Hello",
            "回复：Hello",
            "[Fwd: Hello]",
            "Odp: Hello",
            "Re^3: Hello",
        ] {
            assert_eq!(base_subject(subject), "Hello", "{subject}");
        }
        assert_eq!(base_subject("Reason: unknown"), "Reason: unknown");
        assert_eq!(base_subject("[only]"), "[only]");
        assert_eq!(base_subject(""), "");
    }

    #[test]
    fn an_answer_has_one_mark() {
        assert_eq!(reply_subject("AW: Re: Order 12"), "Re: Order 12");
        assert_eq!(reply_subject("[shop] Order\r\nBcc: x@y"), "Re: [shop] Order Bcc: x@y");
        assert_eq!(reply_subject(" "), "Re:");
    }
}
