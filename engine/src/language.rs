//! Which language a text is in: one answer for mail, classifier and facts.

use whichlang::Lang;

use crate::classify::first_chars;

/// Letters a text needs before its language is guessed.
const MIN_LETTERS: usize = 12;
/// Characters that are looked at.
const MAX_CHARACTERS: usize = 4_000;

/// Names the language of `text` as an ISO 639-1 code, among the 16 the detector knows. `None` for texts with fewer
/// than 12 letters (6 for scripts without spaces), which it would guess at random.
#[must_use]
pub fn detect(text: &str) -> Option<&'static str> {
    let sample = first_chars(text, MAX_CHARACTERS);
    let dense = |c: char| ('\u{2e80}'..='\u{d7ff}').contains(&c);
    let letters = sample.chars().map(|c| usize::from(c.is_alphabetic()) + usize::from(dense(c)));
    // Most texts have enough in their first words.
    let mut seen = 0;
    if !letters.into_iter().any(|letter| {
        seen += letter;
        seen >= MIN_LETTERS
    }) {
        return None;
    }
    Some(match whichlang::detect_language(sample) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_enough_texts_have_a_language() {
        assert_eq!(detect("Können Sie mir bitte die Rechnung noch einmal schicken?"), Some("de"));
        assert_eq!(detect("Could you please send me the invoice once more?"), Some("en"));
        assert_eq!(detect("ok, 12345678"), None);
    }
}
