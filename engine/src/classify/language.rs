//! Tells a text's language.

use whichlang::Lang;

/// Fewer letters than this say too little about the language.
const FEWEST_LETTERS: usize = 12;

/// ISO 639-1 code of the language of a text: one of the sixteen that `whichlang` knows, `None` for a text of fewer
/// than 12 letters. A text in a language beyond those sixteen is taken for one of them.
#[must_use]
pub fn language(text: &str) -> Option<&'static str> {
    if text.chars().filter(|c| c.is_alphabetic()).take(FEWEST_LETTERS).count() < FEWEST_LETTERS {
        return None;
    }
    Some(match whichlang::detect_language(text) {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    })
}
