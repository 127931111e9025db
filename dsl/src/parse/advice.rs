//! What people write who know other languages, and what it is here.

use super::Rule;
use crate::source::nearest;

/// A better text for the marked one.
pub(super) struct Advice {
    /// How many bytes of the text it replaces.
    pub(super) length: usize,
    /// What to write instead.
    pub(super) replacement: String,
    /// Nothing else can be meant.
    pub(super) certain: bool,
}

/// Words and signs of other languages. What is beside one of them must be allowed at the place.
const SYNONYMS: [(&str, &str); 41] = [
    ("&&", "and"),
    ("&", "and"),
    ("||", "or"),
    ("|", "or"),
    ("!=", "is not"),
    ("==", "is"),
    ("=", "is"),
    ("equals", "is"),
    ("=>", ">="),
    ("=<", "<="),
    ("!", "not"),
    ("if", "when"),
    ("where", "when"),
    ("unless", "when"),
    ("because:", "because"),
    ("reason", "because"),
    ("as", "because"),
    ("otherwise", "else"),
    ("then", "else"),
    ("allow", "send"),
    ("auto", "send"),
    ("automatic", "send"),
    ("autonomous", "send"),
    ("wait", "hold"),
    ("delay", "hold"),
    ("ask", "approval"),
    ("approve", "approval"),
    ("review", "approval"),
    ("manual", "approval"),
    ("block", "off"),
    ("deny", "off"),
    ("forbid", "off"),
    ("stop", "off"),
    ("disabled", "off"),
    ("never", "off"),
    ("human", "escalate"),
    ("handover", "escalate"),
    ("contains", "detects"),
    ("bool", "yes/no"),
    ("boolean", "yes/no"),
    ("enum", "one of"),
];

const CURRENCIES: [&str; 14] =
    ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "INR", "CNY"];

/// What to write instead of the start of `rest`, where one of these rules was expected.
pub(super) fn advice(rest: &str, expected: &[Rule]) -> Option<Advice> {
    let has = |rule: Rule| expected.contains(&rule);
    if has(Rule::clock)
        && let Some(found) = clock(rest)
    {
        return Some(found);
    }
    if has(Rule::duration)
        && let Some(found) = duration(rest)
    {
        return Some(found);
    }
    if (has(Rule::day) || has(Rule::days) || has(Rule::day_range))
        && let Some(found) = weekday(rest)
    {
        return Some(found);
    }
    if has(Rule::currency)
        && let Some(found) = currency(rest)
    {
        return Some(found);
    }
    synonym(rest, expected).or_else(|| if has(Rule::name) || has(Rule::path) { small_letters(rest) } else { None })
}

fn letters(rest: &str) -> &str {
    let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or("")
}

/// `9:00` and `9.30`: a time has two digits on both sides.
fn clock(rest: &str) -> Option<Advice> {
    let end = rest.find(|letter: char| !(letter.is_ascii_digit() || ":.".contains(letter))).unwrap_or(rest.len());
    let written = rest.get(..end)?;
    let (hour, minute) = written.split_once([':', '.']).unwrap_or((written, "00"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let certain = minute == 0 || written.contains(':');
    (hour <= 24 && minute < 60).then(|| Advice {
        length: written.len(),
        replacement: format!("{hour:02}:{minute:02}"),
        certain,
    })
}

/// `2 hours`, `90min`, `2hours`: a number and a unit in one word.
fn duration(rest: &str) -> Option<Advice> {
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).filter(|digits| *digits > 0)?;
    let (number, behind) = rest.split_at_checked(digits)?;
    let word = letters(behind.trim_start_matches(' '));
    let unit = match word.to_ascii_lowercase().as_str() {
        "d" | "day" | "days" => "d",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        _ => return None,
    };
    let spaces = behind.len() - behind.trim_start_matches(' ').len();
    let length = number.len() + spaces + word.len();
    Some(Advice { length, replacement: format!("{number}{unit}"), certain: true })
}

/// `Monday`, `Mon` and `monday-friday`.
fn weekday(rest: &str) -> Option<Advice> {
    let (mut length, mut days) = (0, Vec::new());
    loop {
        let word = letters(rest.get(length..)?);
        let known = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let small = word.to_ascii_lowercase();
        let day = known.iter().find(|day| small.len() >= 3 && day.starts_with(&small));
        let day = day.map(|day| (*day).to_owned()).or_else(|| nearest(&small, known))?;
        days.push(day.get(..3)?.to_owned());
        length += word.len();
        if !rest.get(length..)?.starts_with('-') || days.len() == 2 {
            break;
        }
        length += 1;
    }
    Some(Advice { length, replacement: days.join("-"), certain: true })
}

/// `€`, `EURO`, `eur`.
fn currency(rest: &str) -> Option<Advice> {
    let sign = [('€', "EUR"), ('$', "USD"), ('£', "GBP")].into_iter().find(|(sign, _)| rest.starts_with(*sign));
    if let Some((sign, code)) = sign {
        return Some(Advice { length: sign.len_utf8(), replacement: code.to_owned(), certain: true });
    }
    let word = letters(rest);
    let large = word.to_ascii_uppercase();
    let certain = CURRENCIES.contains(&large.as_str());
    let known = match large.as_str() {
        "EURO" | "EUROS" => "EUR".to_owned(),
        "DOLLAR" | "DOLLARS" => "USD".to_owned(),
        "POUND" | "POUNDS" => "GBP".to_owned(),
        _ if certain => large,
        _ => return None,
    };
    Some(Advice { length: word.len(), replacement: known, certain })
}

fn synonym(rest: &str, expected: &[Rule]) -> Option<Advice> {
    let word = letters(rest);
    let sign_end = rest.find(|letter: char| !"&|=!<>:".contains(letter)).unwrap_or(rest.len());
    let written = if word.is_empty() { rest.get(..sign_end)? } else { word };
    if written.is_empty() {
        return None;
    }
    let allowed = |wanted: &str| {
        let first = wanted.split([' ', '/']).next().unwrap_or(wanted);
        let mut words = expected.iter().flat_map(|rule| super::recover::words_of(*rule));
        (words.any(|word| word == first)) || (wanted.contains('=') && expected.contains(&Rule::cmp))
    };
    let small = written.to_ascii_lowercase();
    let found = SYNONYMS.iter().find(|(other, here)| *other == small && allowed(here));
    // A number is compared with a sign, a name with `is`.
    let number =
        rest.get(written.len()..).is_some_and(|behind| behind.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    match found {
        Some((_, here)) if *here == "is" && number => {
            Some(Advice { length: written.len(), replacement: ">=".to_owned(), certain: false })
        }
        Some((other, here)) => {
            // Signs mean only one thing; a word may have been meant otherwise.
            let certain = word.is_empty() || *other == "if";
            Some(Advice { length: written.len(), replacement: (*here).to_owned(), certain })
        }
        None => {
            let words: Vec<&str> = expected.iter().flat_map(|rule| super::recover::words_of(*rule)).collect();
            let same = words.iter().find(|known| **known == small && small != written)?;
            Some(Advice { length: written.len(), replacement: (*same).to_owned(), certain: true })
        }
    }
}

/// Names have no capitals, no `-` and no umlauts.
fn small_letters(rest: &str) -> Option<Advice> {
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || "_-".contains(letter))).unwrap_or(rest.len());
    let written = rest.get(..end)?;
    let name: String = written.to_ascii_lowercase().replace('-', "_");
    let first = name.chars().next()?;
    let fits = first.is_ascii_lowercase() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let fits = fits && name != written && !super::recover::is_reserved(&name);
    fits.then_some(Advice { length: written.len(), replacement: name, certain: false })
}
