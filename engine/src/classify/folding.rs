//! One plain form of a text for comparing phrases across languages and ways of writing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text that phrases are looked for in, in characters.
const MAX_CHARS: usize = 20_000;

/// Lower case, without accents and apostrophes, one space between words and around the whole, ` . ` for the end of a
/// sentence or paragraph. Invisible characters vanish, so that they cannot split a word.
pub(crate) fn fold(text: &str) -> String {
    let mut rest = first_chars(text, MAX_CHARS);
    let mut folded = Folded { text: String::with_capacity(rest.len() + 2), newline: false };
    folded.text.push(' ');
    // Plain letters need no decomposition, and none reaches beyond them.
    while !rest.is_empty() {
        let (plain, others) = rest.split_at(ascii_bytes(rest));
        plain.bytes().for_each(|byte| folded.push(char::from(byte.to_ascii_lowercase())));
        let (foreign, after) = others.split_at(others.bytes().position(|byte| byte.is_ascii()).unwrap_or(others.len()));
        foreign.nfkd().flat_map(char::to_lowercase).for_each(|character| folded.push(character));
        rest = after;
    }
    if !folded.text.ends_with(' ') {
        folded.text.push(' ');
    }
    folded.text
}

/// The first `most` characters of a text.
pub(crate) fn first_chars(text: &str, most: usize) -> &str {
    // No text has more characters than bytes.
    let end = if text.len() <= most { None } else { text.char_indices().nth(most) };
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// How many bytes of ASCII a text begins with.
pub(crate) fn ascii_bytes(text: &str) -> usize {
    text.bytes().position(|byte| !byte.is_ascii()).unwrap_or(text.len())
}

struct Folded {
    text: String,
    /// Whether a line ended and nothing came since.
    newline: bool,
}

impl Folded {
    /// Takes one character in lower case, decomposed.
    fn push(&mut self, character: char) {
        match character {
            'a'..='z' | '0'..='9' => {
                self.text.push(character);
                self.newline = false;
            }
            '.' | '!' | '?' | ';' | '。' | '！' | '？' => self.end_sentence(),
            '\n' if self.newline => self.end_sentence(),
            '\n' => {
                self.newline = true;
                self.part_words();
            }
            _ => self.push_other(character),
        }
    }

    fn push_other(&mut self, character: char) {
        if let Some(plain) = plain(character) {
            self.text.push_str(plain);
            self.newline = false;
        } else if character.is_alphanumeric() {
            self.text.push(character);
            self.newline = false;
        } else if !is_ignored(character) {
            self.part_words();
        }
    }

    fn part_words(&mut self) {
        if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn end_sentence(&mut self) {
        self.part_words();
        if self.text.len() > 1 && !self.text.ends_with(". ") {
            self.text.push_str(". ");
        }
    }
}

/// Letters that stay apart under decomposition.
fn plain(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'ø' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ı' => "i",
        _ => return None,
    })
}

/// Characters that belong to no word and part none.
fn is_ignored(character: char) -> bool {
    match character {
        '\'' | '`' => true,
        '\0'..='\u{7f}' => false,
        '’' | '‘' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => true,
        _ => is_combining_mark(character),
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::{first_chars, fold};

    #[test]
    fn plain_and_foreign_letters_fold_alike_wherever_they_stand() {
        assert_eq!(fold("Don't STOP: naïve Café\u{301}s!"), " dont stop naive cafes . ");
        assert_eq!(fold("a\n\nb.\n.c"), " a . b . c ");
        assert_eq!(fold("e\u{301}a\u{200b}b ﬁｎ½ Straße"), " eab fin1 2 strasse ");
        // Cut into runs or decomposed at once, it is the same.
        for text in ["Ünïcödé e\u{301}\u{327} x", "я и\u{306}ab й", "가각 ab ㄱㅏ", "A\u{30a}b"] {
            let whole: String = text.nfkd().collect();
            assert_eq!(fold(text), fold(&whole), "{text}");
        }
    }

    #[test]
    fn first_characters_are_whole_characters() {
        assert_eq!((first_chars("aéb", 2), first_chars("aéb", 3), first_chars("", 1)), ("aé", "aéb", ""));
    }
}
