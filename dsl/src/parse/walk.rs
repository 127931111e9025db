//! A cursor over the pairs of one rule, and the small tokens.

use std::iter::Peekable;

use pest::iterators::{Pair, Pairs};

use super::{Rule, VERSION};
use crate::ast::{At, Comparison, Num, Tree, Word};
use crate::source::Finding;

/// A week: longer than any duration that makes sense is a mistyped one.
pub(crate) const LONGEST_DURATION_MS: i64 = 366 * 24 * 3_600_000;

pub(super) fn at(file: u32, pair: &Pair<'_, Rule>) -> At {
    let span = pair.as_span();
    let end = span.start() + without_trailing_trivia(span.as_str()).len();
    At { file, start: span.start() as u32, end: end as u32 }
}

/// pest lets a rule that ends in something optional swallow the white space and comments behind it. Nobody wants
/// those underlined.
fn without_trailing_trivia(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let line = rest.rfind('\n').map_or(0, |at| at + 1);
        let last = rest.get(line..).unwrap_or_default();
        let Some(at) = comment_in(last) else { return rest };
        rest = rest.get(..line + at).unwrap_or_default().trim_end();
    }
}

/// Where the comment of a line starts. Texts do not go over lines, so a line starts outside of one.
fn comment_in(line: &str) -> Option<usize> {
    let (mut in_text, mut escaped) = (false, false);
    line.bytes().position(|byte| {
        let was_escaped = std::mem::take(&mut escaped);
        match byte {
            b'"' if !was_escaped => in_text = !in_text,
            b'\\' if in_text && !was_escaped => escaped = true,
            b'#' => return !in_text,
            _ => {}
        }
        false
    })
}

/// Walks the children of one pair in order.
pub(super) struct Walk<'i, 'f> {
    pub(super) file: u32,
    pub(super) at: At,
    pub(super) found: &'f mut Vec<Finding>,
    pairs: Peekable<Pairs<'i, Rule>>,
}

impl<'i, 'f> Walk<'i, 'f> {
    pub(super) fn new(file: u32, pair: Pair<'i, Rule>, found: &'f mut Vec<Finding>) -> Self {
        let at = at(file, &pair);
        Self { file, at, found, pairs: pair.into_inner().peekable() }
    }

    /// A cursor over the children of `pair` that reports to the same list.
    pub(super) fn enter<'a>(&'a mut self, pair: Pair<'i, Rule>) -> Walk<'i, 'a> {
        Walk::new(self.file, pair, self.found)
    }

    pub(super) fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }

    pub(super) fn any(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.next()
    }

    pub(super) fn next(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    pub(super) fn eat(&mut self, rule: Rule) -> bool {
        self.next(rule).is_some()
    }

    pub(super) fn word(&mut self, rule: Rule) -> Option<Word> {
        let pair = self.next(rule)?;
        Some(Word { text: pair.as_str().to_owned(), at: at(self.file, &pair) })
    }

    pub(super) fn name(&mut self) -> Option<Word> {
        self.word(Rule::name)
    }

    pub(super) fn names_in(&mut self, kind: Rule) -> Option<Vec<Word>> {
        let pair = self.next(kind)?;
        let mut inner = self.enter(pair);
        let mut names = Vec::new();
        while let Some(name) = inner.name() {
            names.push(name);
        }
        Some(names)
    }

    /// A quoted text without its quotes. `\"` and `\\` are unescaped, every other backslash stays (for patterns).
    pub(super) fn text(&mut self) -> Option<Word> {
        let pair = self.next(Rule::text)?;
        let at = at(self.file, &pair);
        let raw = pair.into_inner().next().map_or("", |inner| inner.as_str());
        Some(Word { text: unescaped(raw), at })
    }

    /// A number in thousandths; `%` divides by a hundred.
    pub(super) fn number(&mut self, rule: Rule) -> Option<Num> {
        let pair = self.next(rule)?;
        let at = at(self.file, &pair);
        let thousandths = thousandths(pair.as_str()).unwrap_or_else(|reason| {
            let finding = Finding::new("R0104", at, format!("`{}` {reason}", pair.as_str()));
            self.found.push(finding.hint("numbers have up to twelve digits, and up to three decimals (one with `%`)"));
            0
        });
        Some(Num { thousandths, at })
    }

    pub(super) fn duration(&mut self) -> Option<i64> {
        let pair = self.next(Rule::duration)?;
        let at = at(self.file, &pair);
        let mut total = 0_i64;
        let mut digits = String::new();
        for letter in pair.as_str().chars() {
            let unit = match letter {
                'd' => 86_400_000,
                'h' => 3_600_000,
                'm' => 60_000,
                's' => 1000,
                _ => {
                    digits.push(letter);
                    continue;
                }
            };
            let count: i64 = digits.parse().unwrap_or(i64::MAX);
            total = total.saturating_add(count.saturating_mul(unit));
            digits.clear();
        }
        if total > LONGEST_DURATION_MS {
            let finding = Finding::new("R0104", at, "a duration of more than 366 days");
            self.found.push(finding.hint("the longest is `366d`"));
            total = LONGEST_DURATION_MS;
        }
        Some(total)
    }

    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        Some(match self.next(Rule::cmp)?.as_str() {
            ">=" => Comparison::AtLeast,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Above,
            _ => Comparison::Below,
        })
    }

    pub(super) fn header(&mut self, tree: &mut Tree) {
        self.eat(Rule::kw_remit);
        if let Some(version) = self.word(Rule::version)
            && version.text != VERSION
        {
            let message = format!("version {} of the language is not known here", version.text);
            self.found.push(Finding::new("R0002", version.at, message).hint(format!("write `remit {VERSION}`")).offer(
                format!("write `{VERSION}`"),
                version.at,
                VERSION,
            ));
        }
        self.eat(Rule::kw_policy);
        tree.name = self.name();
        tree.title = self.text();
    }
}

/// What a text says, from what stands between its quotes.
pub(crate) fn unescaped(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            _ => text.push(letter),
        }
    }
    text
}

fn thousandths(text: &str) -> Result<i64, &'static str> {
    let (text, percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    let (text, negative) = text.strip_prefix('-').map_or((text, false), |number| (number, true));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = if percent { 1 } else { 3 };
    if fraction.len() > places {
        return Err("has more than three decimals");
    }
    if whole.len() > 12 {
        return Err("is too large");
    }
    let digits = format!("{whole}{fraction:0<places$}");
    let number: i64 = digits.parse().map_err(|_| "is not a number")?;
    Ok(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::{thousandths, without_trailing_trivia};

    #[test]
    fn comments_behind_a_rule_are_no_part_of_it() {
        for (text, kept) in [
            ("undo 2m # c", "undo 2m"),
            ("undo 2m\n\n# c \"\n  # d\n", "undo 2m"),
            ("because \"# no \\\" # comment\"", "because \"# no \\\" # comment\""),
            ("because \"5\\\" # x\"  # y", "because \"5\\\" # x\""),
            ("because \"\\\\\" # y", "because \"\\\\\""),
        ] {
            assert_eq!(without_trailing_trivia(text), kept);
        }
    }

    #[test]
    fn numbers_are_exact_thousandths() {
        assert_eq!(thousandths("0.85"), Ok(850));
        assert_eq!(thousandths("-0.4"), Ok(-400));
        assert_eq!(thousandths("15%"), Ok(150));
        assert_eq!(thousandths("2.5%"), Ok(25));
        assert_eq!(thousandths("250000"), Ok(250_000_000));
        assert!(thousandths("0.1234").is_err());
        assert!(thousandths("2.55%").is_err());
        assert!(thousandths("1234567890123").is_err());
    }
}
