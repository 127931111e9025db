//! One plain form of a text for comparing phrases across languages and ways of writing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text that phrases are looked for in, in characters.
const MAX_CHARS: usize = 20_000;

/// Lower case, without accents and apostrophes, one space between words and around the whole, ` . ` for the end of a
/// sentence or paragraph. Invisible characters vanish, so that they cannot split a word.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    let mut newline = false;
    for character in text.chars().take(MAX_CHARS).nfkd().flat_map(char::to_lowercase) {
        let ends = match character {
            '\n' if newline => true,
            '\n' => {
                newline = true;
                false
            }
            '.' | '!' | '?' | ';' | '。' | '！' | '？' => true,
            _ => false,
        };
        if ends {
            end_sentence(&mut folded);
        } else if let Some(plain) = plain(character) {
            folded.push_str(plain);
            newline = false;
        } else if character.is_alphanumeric() {
            folded.push(character);
            newline = false;
        } else if !is_ignored(character) && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

fn end_sentence(folded: &mut String) {
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    if folded.len() > 1 && !folded.ends_with(". ") {
        folded.push_str(". ");
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
    is_combining_mark(character)
        || matches!(
            character,
            '\'' | '’' | '‘' | '`' | '´' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}
