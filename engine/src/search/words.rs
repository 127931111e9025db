//! Words of a text as the search index holds them, what somebody asks for, and where a text has it.
//!
//! Both databases are handed words that were cut and folded here, so that they find the same, and what is found is looked
//! at once more here: a hit always stands in the text as it is now. Nothing that is asked can be a syntax error, because
//! only letters and digits are left of it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of one document that are indexed; what follows is not found.
pub const MOST_WORDS: usize = 16_000;
/// Words that can be asked for at once.
pub const MOST_ASKED: usize = 32;
/// Letters of a word that count.
const LONGEST_WORD: usize = 48;
/// Characters that a snippet shows, about.
const SNIPPET: usize = 200;
/// Characters before the first match in a snippet, about.
const BEFORE: usize = 60;
/// Stands between two fields of a document, so that no phrase reaches from one into the next. It is no letter: nobody can
/// ask for it.
pub const GAP: &str = "\u{e000}";

/// A folded word and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Lower case, without accents.
    pub word: String,
    /// Its first byte.
    pub from: usize,
    /// After its last byte.
    pub to: usize,
}

/// The words of a text.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// See [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let mut token = Token { word: String::new(), from: self.at, to: self.at };
        let mut letters = 0;
        for (offset, letter) in self.text.get(self.at..)?.char_indices() {
            let (from, to) = (self.at + offset, self.at + offset + letter.len_utf8());
            let folded = if letter.is_alphanumeric() { fold(letter) } else { String::new() };
            let inside = !token.word.is_empty();
            if folded.is_empty() {
                if inside && !is_part(letter) {
                    break;
                }
                if inside && is_combining_mark(letter) {
                    token.to = to;
                }
                continue;
            }
            if folded.chars().any(is_alone) {
                if !inside {
                    token = Token { word: folded, from, to };
                }
                break;
            }
            if !inside {
                token.from = from;
            }
            token.to = to;
            if letters < LONGEST_WORD {
                letters += folded.chars().count();
                token.word.push_str(&folded);
            }
        }
        self.at = token.to;
        if token.word.is_empty() { None } else { Some(token) }
    }
}

/// A letter without accents, in lower case; empty when nothing of it is a letter or digit.
fn fold(letter: char) -> String {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase().to_string();
    }
    let mut folded = String::new();
    for plain in std::iter::once(letter).nfkd().flat_map(char::to_lowercase).nfkd() {
        match plain {
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            plain if plain.is_alphanumeric() && !is_combining_mark(plain) => folded.push(plain),
            _ => {}
        }
    }
    // A sign for two such letters counts as the first: a word of theirs is one letter.
    match folded.chars().next() {
        Some(first) if folded.chars().any(is_alone) => first.to_string(),
        _ => folded,
    }
}

/// What can stand inside a word without parting it: marks, apostrophes, what is not seen.
fn is_part(letter: char) -> bool {
    is_combining_mark(letter)
        || matches!(letter, '\'' | '’' | '‘' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Letters of scripts that write no spaces: each is a word, and several in a row are a phrase.
fn is_alone(letter: char) -> bool {
    matches!(letter,
        '\u{0e01}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Words that stand one after the other; the last one may be the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    words: Vec<String>,
    prefix: bool,
}

/// What somebody asks for: every term must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    terms: Vec<Term>,
}

/// Too many words were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at most {MOST_ASKED} words can be asked for at once")]
pub struct TooManyWords;

impl Asked {
    /// Reads what somebody typed: words, `"words in a row"`, and `begin*` for how a word begins. Anything else parts words.
    ///
    /// # Errors
    /// [`TooManyWords`]; there is no other way to ask wrongly.
    pub fn read(typed: &str) -> Result<Self, TooManyWords> {
        let mut terms = Vec::new();
        let mut rest = typed;
        while let Some(first) = rest.chars().next() {
            let (chunk, after) = if first == '"' {
                let inner = rest.get(1..).unwrap_or_default();
                inner.split_once('"').unwrap_or((inner, ""))
            } else if first.is_whitespace() {
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            } else {
                let end = rest.find(|letter: char| letter.is_whitespace() || letter == '"').unwrap_or(rest.len());
                rest.split_at(end)
            };
            let prefix = chunk.ends_with('*') || after.starts_with('*');
            rest = after.strip_prefix('*').unwrap_or(after);
            let words: Vec<String> = tokens(chunk).map(|token| token.word).collect();
            if !words.is_empty() {
                terms.push(Term { words, prefix });
            }
        }
        if terms.iter().map(|term| term.words.len()).sum::<usize>() > MOST_ASKED {
            return Err(TooManyWords);
        }
        Ok(Self { terms })
    }

    /// True when there is no word in it: nothing is found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// For SQLite's full-text index: in its column `words`, all terms.
    #[must_use]
    pub fn for_sqlite(&self) -> String {
        let terms = self.terms.iter().map(|term| {
            let phrase = term.words.join(" ");
            if term.prefix { format!("\"{phrase}\"*") } else { format!("\"{phrase}\"") }
        });
        format!("words : ({})", terms.collect::<Vec<_>>().join(" AND "))
    }

    /// For PostgreSQL: a `tsquery`.
    #[must_use]
    pub fn for_postgres(&self) -> String {
        let terms = self.terms.iter().map(|term| {
            let last = term.words.len().saturating_sub(1);
            let words = term.words.iter().enumerate().map(|(at, word)| {
                let mark = if at == last && term.prefix { ":*" } else { "" };
                format!("'{word}'{mark}")
            });
            format!("({})", words.collect::<Vec<_>>().join(" <-> "))
        });
        terms.collect::<Vec<_>>().join(" & ")
    }

    /// Where each field of a document has what is asked for, in bytes, in order and apart; none when it lacks a term.
    #[must_use]
    pub fn find(&self, fields: &[&str]) -> Option<Vec<Vec<(usize, usize)>>> {
        let mut left = MOST_WORDS;
        let mut cut: Vec<Vec<Token>> = Vec::with_capacity(fields.len());
        for field in fields {
            let words: Vec<Token> = tokens(field).take(left).collect();
            left -= words.len();
            cut.push(words);
        }
        let mut spans: Vec<Vec<(usize, usize)>> = vec![Vec::new(); fields.len()];
        for term in &self.terms {
            let mut found = false;
            for (words, spans) in cut.iter().zip(&mut spans) {
                for row in words.windows(term.words.len().max(1)).filter(|row| term.fits(row)) {
                    found = true;
                    if let (Some(first), Some(last)) = (row.first(), row.last()) {
                        spans.push((first.from, last.to));
                    }
                }
            }
            if !found {
                return None;
            }
        }
        for field in &mut spans {
            field.sort_unstable();
            field.dedup_by(|next, before| {
                let meets = next.0 <= before.1;
                if meets {
                    before.1 = before.1.max(next.1);
                }
                meets
            });
        }
        Some(spans)
    }
}

impl Term {
    fn fits(&self, row: &[Token]) -> bool {
        let last = self.words.len().saturating_sub(1);
        row.len() == self.words.len()
            && row.iter().zip(&self.words).enumerate().all(|(at, (token, wanted))| {
                if at == last && self.prefix { token.word.starts_with(wanted.as_str()) } else { token.word == *wanted }
            })
    }
}

/// The words of a document, in order, with a [`GAP`] between its fields.
#[must_use]
pub fn document(fields: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    let mut left = MOST_WORDS;
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            words.push(GAP.to_owned());
        }
        let before = words.len();
        words.extend(tokens(field).take(left).map(|token| token.word));
        left -= words.len() - before;
    }
    words
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its text, as it was written; white space is one space each.
    pub text: String,
    /// It is what was asked for.
    pub matched: bool,
}

/// A text around the first of its matches, in pieces. Without matches, its beginning.
#[must_use]
pub fn snippet(text: &str, spans: &[(usize, usize)]) -> Vec<Piece> {
    let first = spans.first().map_or(0, |span| span.0);
    let begin = back(text, first);
    let end = forth(text, begin);
    let mut pieces = Vec::new();
    let mut at = begin;
    for &(from, to) in spans.iter().filter(|(from, _)| *from < end) {
        push(&mut pieces, text.get(at..from), false);
        let to = to.min(end.max(from));
        push(&mut pieces, text.get(from..to), true);
        at = to;
    }
    push(&mut pieces, text.get(at..end), false);
    if begin > 0
        && let Some(piece) = pieces.first_mut()
    {
        piece.text.insert(0, '…');
    }
    if end < text.len()
        && let Some(piece) = pieces.last_mut()
    {
        piece.text.push('…');
    }
    pieces
}

/// A place a little before: the beginning, or after a space.
fn back(text: &str, first: usize) -> usize {
    let before = text.get(..first).unwrap_or_default();
    let Some((far, _)) = before.char_indices().rev().nth(BEFORE) else { return 0 };
    let near = before.get(far..).and_then(|part| part.find(char::is_whitespace).map(|at| far + at));
    let at = near.unwrap_or(far);
    at + before.get(at..).and_then(|part| part.chars().next()).map_or(0, char::len_utf8)
}

/// A place a snippet's length after: the end, or before a space.
fn forth(text: &str, begin: usize) -> usize {
    let part = text.get(begin..).unwrap_or_default();
    let Some((far, _)) = part.char_indices().nth(SNIPPET) else { return text.len() };
    let near = part.get(..far).and_then(|part| part.rfind(char::is_whitespace)).filter(|at| *at > far / 2);
    begin + near.unwrap_or(far)
}

fn push(pieces: &mut Vec<Piece>, text: Option<&str>, matched: bool) {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return;
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = if letter.is_whitespace() || letter.is_control() { ' ' } else { letter };
        if letter != ' ' || !plain.ends_with(' ') {
            plain.push(letter);
        }
    }
    pieces.push(Piece { text: plain, matched });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(|token| token.word).collect()
    }

    fn finds(asked: &str, fields: &[&str]) -> bool {
        Asked::read(asked).unwrap().find(fields).is_some()
    }

    #[test]
    fn words_are_cut_and_folded() {
        assert_eq!(words("Ça va, Straße-Zoë? Don’t e\u{301}te\u{301}"), ["ca", "va", "strasse", "zoe", "dont", "ete"]);
        assert_eq!(words("ana.b@acme.example +41 79"), ["ana", "b", "acme", "example", "41", "79"]);
        assert_eq!(words("東京へABC"), ["東", "京", "へ", "abc"]);
        assert_eq!(words(" \0 -- \u{301} ' "), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(5_000)), ["x".repeat(LONGEST_WORD)]);
    }

    #[test]
    fn all_terms_must_be_there_and_phrases_in_a_row() {
        let fields = ["Your invoice 2026-17", "Hello Zoë,\nthe parcel is broken. Send money back"];
        assert!(finds("parcel INVOICE", &fields));
        assert!(finds("\"parcel is broken\" zoe", &fields));
        assert!(finds("2026-17", &fields));
        assert!(finds("par*", &fields) && finds("\"is bro\"*", &fields) && finds("\"is bro*\"", &fields));
        assert!(!finds("par", &fields) && !finds("\"broken parcel\"", &fields) && !finds("parcel refund", &fields));
        assert!(!finds("\"17 hello\"", &fields), "no phrase reaches from one field into another");
        assert!(finds("\"money back", &fields), "an open quote ends with the text");
    }

    #[test]
    fn nothing_asked_is_wrong_but_too_much() {
        for typed in ["", "\"", "*", "\"\"*", "AND", "(x OR y) -z NEAR/2", "'; --", "a:b", "^\\", "x\" *\"y"] {
            let asked = Asked::read(typed).unwrap();
            assert_eq!(asked.is_empty(), words(typed).is_empty(), "{typed}");
        }
        assert_eq!(Asked::read(&"x ".repeat(33)), Err(TooManyWords));
        let asked = Asked::read("Foo* \"bar baz\"").unwrap();
        assert_eq!(asked.for_sqlite(), "words : (\"foo\"* AND \"bar baz\")");
        assert_eq!(asked.for_postgres(), "('foo':*) & ('bar' <-> 'baz')");
    }

    #[test]
    fn a_snippet_shows_what_matched_with_some_around_it() {
        let text = format!("{} the parcel\n\nis broken {}", "before ".repeat(40), "after ".repeat(80));
        let spans = Asked::read("parcel broken").unwrap().find(&[&text]).unwrap().remove(0);
        let pieces = snippet(&text, &spans);
        let matched: Vec<&str> = pieces.iter().filter(|p| p.matched).map(|p| p.text.as_str()).collect();
        assert_eq!(matched, ["parcel", "broken"]);
        let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert!(
            whole.starts_with("…before") && whole.contains("the parcel is broken after") && whole.ends_with("after…")
        );
        assert!(whole.chars().count() <= SNIPPET + 2, "{whole}");
        assert_eq!(snippet("short", &[]), [Piece { text: "short".to_owned(), matched: false }]);
    }

    proptest! {
        #[test]
        fn a_text_has_its_own_words(text in any::<String>(), other in any::<String>()) {
            for token in tokens(&text) {
                prop_assert!(token.word.chars().all(|letter| letter.is_alphanumeric() && letter != '\''));
                prop_assert!(text.get(token.from..token.to).is_some());
                // A word is one word, whoever cuts it.
                prop_assert_eq!(words(&token.word), std::slice::from_ref(&token.word));
            }
            let some: Vec<String> = words(&text).into_iter().take(MOST_ASKED).collect();
            let spans = Asked::read(&some.join(" ")).unwrap().find(&[&other, &text]);
            prop_assert!(spans.is_some());
            for piece in snippet(&text, &spans.unwrap()[1]) {
                prop_assert!(!piece.text.is_empty());
            }
            let _ = Asked::read(&other);
        }
    }
}
