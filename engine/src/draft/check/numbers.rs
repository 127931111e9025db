//! Numbers, prices, percentages, dates and times: each must stand in something that may be relied on.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::text::Trusted;
use super::{Check, Found, Reviewed, phrases};

/// What a number counts: 50 seats are not 50 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Plain,
    Percent,
    Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Number {
    kind: Kind,
    value: String,
}

struct Place {
    number: Number,
    start: usize,
    end: usize,
}

/// A number with what stands right before and after it.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        (?P<before>[€$£¥₹]\s?|\b(?:usd|eur|gbp|chf|cad|aud|inr|jpy|sek|nok|dkk|pln|brl)\s?)?
        (?P<digits>\d(?:[\d.,:'’/\u{2009}\u{202f}\u{a0}-]*\d)?)
        (?P<after>\s?(?:%|€|\$|£|¥|₹|percent\b|per\scent\b|prozent\b|pour\scent\b|por\s?ciento\b|por\scento\b|per\scento\b|procent\b
          |usd\b|eur\b|euros?\b|dollars?\b|pounds?\b|gbp\b|chf\b|franken\b|francs?\b|cad\b|aud\b|inr\b|sek\b|nok\b|dkk\b|pln\b|brl\b|reais\b))?",
    )
    .ok()
});

/// Numbers in words, where they count money or parts.
static IN_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:
        (?:five|ten|fifteen|twenty|twenty-five|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)[\s-](?:per\s?cent|percent|euros?|dollars?|pounds?)
        |(?:fünf|zehn|fünfzehn|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|hundert)\s(?:prozent|euro|franken)
        |(?:dix|vingt|trente|quarante|cinquante|cent)\s(?:pour\scent|euros?)
        |(?:diez|veinte|treinta|cuarenta|cincuenta|cien)\s(?:por\sciento|euros?)
        |half\s(?:the\s)?price|half\soff|zum\shalben\spreis|moitié\sprix|mitad\sde\sprecio|metade\sdo\spreço
        )\b",
    )
    .ok()
});

fn numbers(text: &str) -> Vec<Place> {
    let Some(pattern) = NUMBER.as_ref() else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|captures| {
        let (all, digits) = (captures.get(0)?, captures.name("digits")?);
        let (before, after) = (captures.name("before"), captures.name("after"));
        let unit = after.or(before).map(|unit| unit.as_str().trim().to_lowercase()).unwrap_or_default();
        let kind = match unit.as_str() {
            "" => Kind::Plain,
            "%" | "percent" | "per cent" | "prozent" | "pour cent" | "por ciento" | "porciento" | "por cento"
            | "per cento" | "procent" => Kind::Percent,
            _ => Kind::Money,
        };
        // Part of a word such as `B2B`, `Q3` or `v2`, not a number that says something.
        let joined = kind == Kind::Plain
            && (text.get(..digits.start()).is_some_and(|before| before.ends_with(char::is_alphabetic))
                || text.get(digits.end()..).is_some_and(|after| after.starts_with(char::is_alphabetic)));
        let number = Number { kind, value: value(digits.as_str()) };
        (!joined || digits.len() > 3).then_some(Place { number, start: all.start(), end: all.end() })
    });
    found.collect()
}

/// The digits alike however they are grouped: `1.200,50`, `1,200.50` and `1200.5` are one number.
fn value(written: &str) -> String {
    let plain: String =
        written.chars().filter(|one| !matches!(one, '\'' | '’' | '\u{2009}' | '\u{202f}' | '\u{a0}')).collect();
    if plain.contains([':', '/', '-']) || plain.matches(['.', ',']).count() > 1 && !groups(&plain) {
        return plain;
    }
    let decimal = match plain.rfind(['.', ',']) {
        Some(at) if plain.len() - at - 1 != 3 => Some(at),
        Some(at) if plain.matches(['.', ',']).count() == 1 && plain.starts_with('0') => Some(at),
        _ => None,
    };
    let (whole, rest) = decimal.map_or((plain.as_str(), ""), |at| (&plain[..at], &plain[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = whole.trim_start_matches('0');
    let rest = rest.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
}

/// Whether points and commas part thousands, with at most one decimal part at the end.
fn groups(plain: &str) -> bool {
    let parts: Vec<&str> = plain.split(['.', ',']).collect();
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().all(|part| part.len() == 3) && parts.first().is_some_and(|part| part.len() <= 3)
}

pub(super) fn look(reviewed: &Reviewed<'_>, trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        let ours: HashSet<Number> =
            trusted.texts.iter().flat_map(|text| numbers(text)).map(|place| place.number).collect();
        let theirs: HashSet<Number> = [reviewed.inbound_subject.unwrap_or_default(), reviewed.inbound]
            .iter()
            .flat_map(|text| numbers(text))
            .map(|place| place.number)
            .collect();
        for place in numbers(text) {
            let plain = Number { kind: Kind::Plain, value: place.number.value.clone() };
            let supported =
                ours.contains(&place.number) || (place.number.kind == Kind::Plain && any(&ours, &plain.value));
            if supported || numbers_a_list(text, &place) {
                continue;
            }
            let written = text.get(place.start..place.end).unwrap_or_default().trim();
            let said =
                theirs.contains(&place.number) || (place.number.kind == Kind::Plain && any(&theirs, &plain.value));
            if !said {
                found.add(
                    Check::Ungrounded,
                    place.start,
                    place.end,
                    format!("nothing that the draft rests on says {written}"),
                );
            } else if place.number.kind != Kind::Plain || phrases::promises(found.text.sentence(place.start, place.end))
            {
                found.add(Check::Echo, place.start, place.end, format!("only the customer says {written}"));
            }
        }
    }
    if let Some(pattern) = IN_WORDS.as_ref() {
        for hit in pattern.find_iter(text).filter(|hit| !trusted.says(hit.as_str())) {
            let (check, who) = if trusted.heard(hit.as_str()) {
                (Check::Echo, "only the customer says")
            } else {
                (Check::Ungrounded, "nothing that the draft rests on says")
            };
            found.add(check, hit.start(), hit.end(), format!("{who} {}", hit.as_str()));
        }
    }
}

fn any(numbers: &HashSet<Number>, value: &str) -> bool {
    [Kind::Plain, Kind::Percent, Kind::Money]
        .into_iter()
        .any(|kind| numbers.contains(&Number { kind, value: value.to_owned() }))
}

/// `1.` or `2)` at the beginning of a line.
fn numbers_a_list(text: &str, place: &Place) -> bool {
    let begins = text
        .get(..place.start)
        .is_none_or(|before| before.is_empty() || before.ends_with('\n') || before.ends_with("\n- "));
    begins
        && place.end - place.start <= 2
        && text.get(place.end..).is_some_and(|after| after.starts_with(['.', ')']) && !after.starts_with(".0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_pattern() {
        for list in [&NUMBER, &IN_WORDS] {
            assert!(list.is_some());
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for (one, other) in
            [("1.200,50", "1,200.5"), ("1'200", "1200"), ("0.5", "0,50"), ("007", "7"), ("1,200,000", "1.200.000")]
        {
            assert_eq!(value(one), value(other), "{one} {other}");
        }
        assert_ne!(value("9:00"), value("900"));
        assert_ne!(value("1.5"), value("15"));
    }

    #[test]
    fn what_is_counted_is_part_of_it() {
        let kinds = |text: &str| {
            numbers(text).into_iter().map(|place| (place.number.kind, place.number.value)).collect::<Vec<_>>()
        };
        assert_eq!(
            kinds("50 % of 50 seats for $50"),
            [(Kind::Percent, "50".to_owned()), (Kind::Plain, "50".to_owned()), (Kind::Money, "50".to_owned())]
        );
        assert!(kinds("a B2B tool, v2 and Q3").is_empty());
    }
}
