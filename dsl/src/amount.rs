//! Amounts of money in running text: `$1,200.50`, `1.200,50 EUR`, `CHF 500`, `€20`, `20 €`, `$5k`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// One amount found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) hundredths: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    pub(crate) written: String,
}

/// Codes that are recognised without a symbol. Other three-letter words are far more often no currency.
const CODES: &str = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|BRL|MXN|SGD|HKD|ZAR|TRY|AED|ILS";
const SYMBOLS: [(&str, &str); 10] = [
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("A$", "AUD"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("Fr.", "CHF"),
    ("₹", "INR"),
    ("zł", "PLN"),
];

static AMOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let symbols: Vec<String> = SYMBOLS.iter().map(|(symbol, _)| regex::escape(symbol)).collect();
    let money = format!("(?:{}|(?i:{CODES})\\b)", symbols.join("|"));
    let number = r"\d(?:[\d.,'\x{a0}]*\d| \d{3}\b)*";
    let times = r"(?:\s?(?i:k|m|mn|thousand|million)\b)?";
    Regex::new(&format!("(?:\\b|)(?P<before>{money})\\s?(?P<n1>{number})(?P<t1>{times})|(?P<n2>{number})(?P<t2>{times})\\s?(?P<after>{money})")).ok()
});

/// All amounts in a text, from left to right.
pub(crate) fn amounts(text: &str) -> Vec<Amount> {
    AMOUNT
        .as_ref()
        .map(|amount| amount.captures_iter(text).filter_map(|found| read(&found)).collect())
        .unwrap_or_default()
}

fn read(found: &Captures<'_>) -> Option<Amount> {
    let (money, number, times) = match (found.name("before"), found.name("n1"), found.name("t1")) {
        (Some(money), Some(number), times) => (money, number, times),
        _ => (found.name("after")?, found.name("n2")?, found.name("t2")),
    };
    let factor = match times.map(|times| times.as_str().trim().to_lowercase()).as_deref() {
        Some("k" | "thousand") => 1_000,
        Some("m" | "mn" | "million") => 1_000_000,
        _ => 1,
    };
    let symbol = SYMBOLS.iter().find(|(symbol, _)| *symbol == money.as_str()).map(|(_, code)| (*code).to_owned());
    let currency = symbol.unwrap_or_else(|| money.as_str().to_ascii_uppercase());
    let hundredths = hundredths(number.as_str())?.saturating_mul(factor);
    Some(Amount { hundredths, currency, written: found.get(0)?.as_str().to_owned() })
}

/// Reads both conventions. The last separator is the decimal one if one or two digits follow it; three digits after
/// it mean thousands.
fn hundredths(written: &str) -> Option<i64> {
    let last = written.rfind(['.', ',']);
    let decimals = last.map_or(0, |at| written.len() - at - 1);
    let both = written.contains('.') && written.contains(',');
    let (whole, fraction) = match last {
        Some(at) if decimals <= 2 || (both && decimals != 3) => (written.get(..at)?, written.get(at + 1..)?),
        _ => (written, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole: i64 = digits.parse().ok()?;
    let cents: i64 = format!("{fraction:0<2}").get(..2)?.parse().ok()?;
    whole.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::amounts;

    #[test]
    fn both_conventions_are_read() {
        let cases = [
            ("It costs $1,200.50 now", 120_050, "USD"),
            ("1.200,50 EUR", 120_050, "EUR"),
            ("CHF 500", 50_000, "CHF"),
            ("€20", 2_000, "EUR"),
            ("nur 20 €", 2_000, "EUR"),
            ("20€", 2_000, "EUR"),
            ("chf 1'250.00", 125_000, "CHF"),
            ("$5k", 500_000, "USD"),
            ("€1.5 million", 150_000_000, "EUR"),
            ("12 500 EUR", 1_250_000, "EUR"),
            ("1.000.000 EUR", 100_000_000, "EUR"),
            ("US$ 99.9", 9_990, "USD"),
            ("$1,200", 120_000, "USD"),
        ];
        for (text, hundredths, currency) in cases {
            let found = amounts(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].hundredths, found[0].currency.as_str()), (hundredths, currency), "{text}");
        }
        assert!(amounts("room 500, 3 cats, on 2026-03-03").is_empty());
        assert_eq!(amounts("either $10 or 20 EUR").len(), 2);
    }
}
