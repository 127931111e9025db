//! Every slip of one key in a text, and which of them only touch what nothing decides on.

/// One slip: what stands from `start` to `end` (bytes) becomes `after`.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) after: String,
}

/// Letters beside each other on a keyboard, row by row.
const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Characters that stand for each other: brackets, comparisons, and other signs.
const SIGNS: [&str; 3] = ["()[]{}", "<>=", ",.:;-_/|\"'#@%*"];

fn neighbours(letter: char) -> Vec<char> {
    let lower = letter.to_ascii_lowercase();
    let mut found = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        let Some(place) = row.find(lower) else { continue };
        let near = |row: &str, places: &[usize]| {
            places.iter().filter_map(|place| row.chars().nth(*place)).collect::<Vec<char>>()
        };
        found.extend(near(row, &[place.wrapping_sub(1), place + 1]));
        if let Some(above) = number.checked_sub(1).and_then(|above| ROWS.get(above)) {
            found.extend(near(above, &[place, place + 1]));
        }
        if let Some(below) = ROWS.get(number + 1) {
            found.extend(near(below, &[place.wrapping_sub(1), place]));
        }
    }
    let same = |near: char| if letter.is_ascii_uppercase() { near.to_ascii_uppercase() } else { near };
    found.into_iter().map(same).collect()
}

impl Mutant {
    pub(crate) fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.start], self.after, &text[self.end..])
    }
}

/// Every mutant of a text, each once.
pub(crate) fn all(text: &str) -> Vec<Mutant> {
    let mut found = Vec::new();
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (number, (start, letter)) in letters.iter().copied().enumerate() {
        let end = start + letter.len_utf8();
        let next = letters.get(number + 1).map(|(_, next)| *next);
        let mut add = |start: usize, end: usize, after: String| found.push(Mutant { start, end, after });
        // One of a run of equal characters is enough.
        if next != Some(letter) {
            add(start, end, String::new());
            add(start, end, format!("{letter}{letter}"));
        }
        if let Some(next) = next.filter(|next| *next != letter) {
            add(start, end + next.len_utf8(), format!("{next}{letter}"));
        }
        let mut others: Vec<char> = match letter {
            'a'..='z' | 'A'..='Z' => neighbours(letter),
            '0'..='9' => ('0'..='9').collect(),
            ' ' => vec!['\n'],
            '\n' => vec![' '],
            _ => SIGNS.iter().filter(|class| class.contains(letter)).flat_map(|class| class.chars()).collect(),
        };
        if letter.is_ascii_alphabetic() {
            others.push(if letter.is_ascii_uppercase() {
                letter.to_ascii_lowercase()
            } else {
                letter.to_ascii_uppercase()
            });
        }
        for other in others.into_iter().filter(|other| *other != letter) {
            add(start, end, other.to_string());
        }
        if !letter.is_whitespace() {
            add(start, start, " ".to_owned());
            add(start, start, "\n".to_owned());
        }
    }
    found
}

/// A piece of a text: a quoted text, or a run of other characters without white space and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) start: usize,
    pub(crate) text: &'t str,
    /// A quoted text that nobody decides on: an example, a reason, the title of a test.
    pub(crate) only_words: bool,
}

/// The tokens of a text. A comment ends its token, as white space does.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let (mut found, mut at): (Vec<Token<'_>>, usize) = (Vec::new(), 0);
    let mut in_examples = false;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                let before = found.last().map_or("", |token| token.text);
                let only_words = in_examples || matches!(before, "because" | "test" | "cases");
                found.push(Token { start, text: &text[start..at], only_words });
            }
            b'{' | b'}' => {
                at += 1;
                in_examples = bytes[start] == b'{' && found.last().is_some_and(|token| token.text == "examples");
                found.push(Token { start, text: &text[start..at], only_words: false });
            }
            _ => {
                while at < bytes.len() && !b" \t\r\n#\"{}".contains(&bytes[at]) {
                    at += 1;
                }
                found.push(Token { start, text: &text[start..at], only_words: false });
            }
        }
    }
    found
}

/// Whether two texts differ at most in comments, white space between tokens, and texts that nobody decides on.
pub(crate) fn differ_only_in_words(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let closed = |token: &Token<'_>| token.text.len() >= 2 && token.text.ends_with('"');
    before.len() == after.len()
        && before.iter().zip(after).all(|(one, other)| {
            one.text == other.text
                || (one.only_words && other.only_words && closed(one) && closed(other) && !other.text.contains('\\'))
        })
}
