//! What the author wrote this time: the text without quoted history and signatures.

use super::quote::{self, Line};

/// Lines that are looked at; a mail with more is cut there for this purpose only.
const MAX_LINES: usize = 20_000;
/// Text lines below a quote that may still be a signature rather than an answer.
const FOOTER_LINES: usize = 7;

/// Cuts quoted history and signatures from a plain text.
///
/// Answers between quoted lines stay, with the quotes they answer; a forwarded mail without a comment stays; and
/// when nothing would be left, the whole text does. Takes time linear in the text.
#[must_use]
pub fn visible_text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let kinds = quote::classify(&lines);
    if !text_before_forward(&kinds)
        && let Some(forwarded) = forwarded_body(&lines, &kinds)
    {
        return forwarded;
    }
    let end = cut(&lines, &kinds);
    let mut keep = vec![true; end];
    mark_quotes(&lines, &kinds, &mut keep);
    let kept = lines
        .iter()
        .zip(&keep)
        .filter(|(_, keep)| **keep)
        .map(|(line, _)| line.trim_end())
        .collect::<Vec<_>>()
        .join("\n");
    let kept = kept.trim().to_owned();
    if !kept.trim().is_empty() {
        return kept;
    }
    if let Some(forwarded) = forwarded_body(&lines, &kinds) {
        return forwarded;
    }
    text.trim().to_owned()
}

fn is(kinds: &[Line], index: usize, kind: Line) -> bool {
    kinds.get(index) == Some(&kind)
}

/// Where the author's part ends: the first divider, forwarded mail or signature that has text before it.
fn cut(lines: &[&str], kinds: &[Line]) -> usize {
    let mut text_before = false;
    for (index, kind) in kinds.iter().enumerate() {
        match kind {
            Line::Text => text_before = true,
            Line::Divider | Line::Forward if text_before => return back_over_rules(lines, index),
            Line::Signature if text_before && !answers_below(kinds, index) => return index,
            Line::Mobile if text_before && !answers_below(kinds, index) => return index,
            // A copied mail before any text of the author's own: nothing below is theirs either.
            Line::Divider if !text_before && !kinds.iter().take(index).any(|kind| *kind == Line::Quote) => {
                return lines.len().min(index);
            }
            _ => {}
        }
    }
    lines.len()
}

/// Moves a cut up over the rules and blank lines that mail programs draw above a copied mail.
fn back_over_rules(lines: &[&str], mut index: usize) -> usize {
    while index > 0 {
        let above = lines.get(index - 1).map(|line| line.trim()).unwrap_or_default();
        let rule = above.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '—' | ' '));
        if !rule {
            break;
        }
        index -= 1;
    }
    index
}

/// True when quoted lines below `index` have text among or after them: the mail is answered inline further down.
fn answers_below(kinds: &[Line], index: usize) -> bool {
    let mut quotes = 0;
    for kind in kinds.iter().skip(index + 1) {
        match kind {
            Line::Quote => quotes += 1,
            Line::Text if quotes > 0 => return true,
            Line::Signature | Line::Divider | Line::Forward => return false,
            _ => {}
        }
    }
    false
}

/// False when a forwarded mail is all there is.
fn text_before_forward(kinds: &[Line]) -> bool {
    kinds.iter().find(|kind| !matches!(kind, Line::Empty | Line::Signature | Line::Mobile)) != Some(&Line::Forward)
}

/// Takes attributions and quotes out of `keep`.
fn mark_quotes(lines: &[&str], kinds: &[Line], keep: &mut [bool]) {
    let end = keep.len();
    let kinds = kinds.get(..end).unwrap_or_default();
    let texts: Vec<usize> = (0..end).filter(|index| is(kinds, *index, Line::Text)).collect();
    let Some(first_text) = texts.first().copied() else { return };
    let attribution = (0..end).find(|index| is(kinds, *index, Line::Attribution));
    if let Some(start) = attribution.filter(|start| *start > first_text) {
        let quotes: Vec<usize> = (start..end).filter(|index| is(kinds, *index, Line::Quote)).collect();
        let below: Vec<usize> = texts.iter().copied().filter(|index| *index > start).collect();
        let answered = match (quotes.first(), quotes.last()) {
            (Some(first), Some(last)) => {
                let after_first = below.iter().any(|index| index > first);
                let between = below.iter().any(|index| index > first && index < last);
                let footer = below.len() < FOOTER_LINES && !between && !announces_inline(lines, &texts, start);
                after_first && !footer
            }
            _ => false,
        };
        if !answered {
            blank(keep, start, end);
            return;
        }
    }
    for (index, flag) in keep.iter_mut().enumerate() {
        if is(kinds, index, Line::Attribution) || is(kinds, index, Line::Mobile) {
            *flag = false;
        }
    }
    // Quotes at both ends are history; those between the author's lines are what the lines answer.
    let last_text = texts.last().copied().unwrap_or(first_text);
    blank(keep, last_text + 1, end);
    for index in (0..first_text).filter(|index| is(kinds, *index, Line::Quote)) {
        blank(keep, index, index + 1);
    }
}

fn blank(keep: &mut [bool], start: usize, end: usize) {
    for flag in keep.iter_mut().take(end).skip(start) {
        *flag = false;
    }
}

/// True when the author says above the quote that the answers stand in it.
fn announces_inline(lines: &[&str], texts: &[usize], before: usize) -> bool {
    let words = [
        "inline",
        "in-line",
        "below",
        "unten",
        "weiter unten",
        "ci-dessous",
        "abajo",
        "sotto",
        "abaixo",
        "hieronder",
        "nedan",
        "nedenfor",
        "poniżej",
        "ниже",
    ];
    texts.iter().take_while(|index| **index < before).filter_map(|index| lines.get(*index)).any(|line| {
        let lower = line.to_lowercase();
        words.iter().any(|word| lower.contains(word))
    })
}

/// The text of a forwarded or copied mail that has no comment above it: what follows its header block.
fn forwarded_body(lines: &[&str], kinds: &[Line]) -> Option<String> {
    let start = kinds.iter().position(|kind| matches!(kind, Line::Forward | Line::Divider))?;
    let mut body = start;
    let mut in_header = false;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if quote::is_header_line(line) {
            in_header = true;
        } else if in_header && line.trim().is_empty() {
            body = index + 1;
            break;
        }
        body = index + 1;
    }
    let rest = lines.get(body..).unwrap_or_default().join("\n");
    let rest = rest.trim().to_owned();
    (in_header && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_about_writing_is_not_cut() {
        let prose = "On the other hand, he wrote:\nnothing useful.\n\nFrom: the heart.";
        assert_eq!(visible_text(prose), prose);
    }

    #[test]
    fn answers_between_quotes_stay() {
        let text = "See below.\n\nOn 1 May 2020, at 10:00, Bob wrote:\n> Colour?\nRed.\n> Size?\nLarge.";
        assert_eq!(visible_text(text), "See below.\n\n> Colour?\nRed.\n> Size?\nLarge.");
    }

    #[test]
    fn an_answer_below_the_quote_stays() {
        assert_eq!(visible_text("On 1 May 2020 10:00, Bob <b@x.example> wrote:\n> Shall we?\n\nYes."), "Yes.");
    }

    #[test]
    fn a_mail_that_is_only_a_quote_is_kept() {
        assert_eq!(visible_text("> Shall we?"), "> Shall we?");
    }

    #[test]
    fn a_huge_quote_takes_no_time() {
        let text = format!("Yes.\n\n{}", "> 0123456789 On 1 May 2020 <a@b\n".repeat(60_000));
        assert_eq!(visible_text(&text), "Yes.");
    }
}
