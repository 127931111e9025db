//! How many parts a text message goes out in, and what it is coded as.

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// True when every character is of the GSM alphabet: one that is not makes the whole text cost more.
    pub gsm: bool,
    /// Units: septets, or 16-bit units.
    pub units: usize,
    /// Parts.
    pub count: usize,
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Septets of a character of the GSM alphabet.
fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENDED.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// Counts parts. A character is never split over two of them.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
    let gsm = septets.is_some();
    let sizes = septets.unwrap_or_else(|| text.chars().map(char::len_utf16).collect());
    let (single, many) = if gsm { (160, 153) } else { (70, 67) };
    let units = sizes.iter().sum();
    if units <= single {
        return Segments { gsm, units, count: usize::from(units > 0) };
    }
    let (mut count, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > many {
            (count, filled) = (count + 1, 0);
        }
        filled += size;
    }
    Segments { gsm, units, count }
}
