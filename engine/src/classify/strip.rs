//! Takes the greeting and the signature off a message, so that the classifier reads what it says and nothing else.
//!
//! The quoted thread is expected to be gone already. No step ever empties a text: a message that is nothing but a
//! greeting stays as it is.

use super::folding::{first_chars, fold};

/// Opening words of a greeting. Compared in folded form, on word boundaries.
const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "dear",
    "good morning",
    "good afternoon",
    "good evening",
    "greetings", // en
    "hallo",
    "guten tag",
    "guten morgen",
    "guten abend",
    "sehr geehrte",
    "sehr geehrter",
    "liebe",
    "lieber",
    "moin",
    "servus",
    "gruss gott", // de
    "bonjour",
    "bonsoir",
    "salut",
    "cher",
    "chere",
    "madame",
    "monsieur", // fr
    "hola",
    "buenos dias",
    "buenas tardes",
    "estimado",
    "estimada",
    "estimados", // es
    "ciao",
    "buongiorno",
    "buonasera",
    "salve",
    "gentile",
    "egregio",
    "caro",
    "cara", // it
    "ola",
    "bom dia",
    "boa tarde",
    "boa noite",
    "prezado",
    "prezada",
    "caros", // pt
    "beste",
    "geachte",
    "goedemorgen",
    "goedemiddag",
    "hoi",
    "dag", // nl
    "czesc",
    "dzien dobry",
    "witam",
    "szanowny",
    "szanowna",
    "szanowni", // pl
    "hej",
    "hejsan",
    "god morgon",
    "basta", // sv
    "kaere",
    "hei",
    "goddag", // da, nb
    "merhaba",
    "sayin",
    "selam",
    "iyi gunler", // tr
    "dobry den",
    "ahoj",
    "vazeny",
    "vazena",
    "vazeni", // cs
    "buna ziua",
    "stimate",
    "kedves",
    "tisztelt",
    "hyva",
    "здравствуйте",
    "добрый день",
    "привет",
    "добрии день",
];

/// Words that close a message. Compared in folded form, on word boundaries.
const CLOSINGS: &[&str] = &[
    "best regards",
    "kind regards",
    "warm regards",
    "regards",
    "best wishes",
    "all the best",
    "best",
    "cheers",
    "sincerely",
    "yours sincerely",
    "yours truly",
    "yours faithfully",
    "many thanks",
    "thanks",
    "thank you",
    "with best regards",
    "with kind regards", // en
    "mit freundlichen grussen",
    "freundliche grusse",
    "viele grusse",
    "beste grusse",
    "liebe grusse",
    "herzliche grusse",
    "schone grusse",
    "mfg",
    "vg",
    "lg",
    "vielen dank",
    "danke", // de
    "cordialement",
    "bien cordialement",
    "bien a vous",
    "sinceres salutations",
    "salutations distinguees",
    "merci",
    "merci d avance",
    "meilleures salutations", // fr
    "saludos",
    "un saludo",
    "saludos cordiales",
    "atentamente",
    "gracias",
    "muchas gracias", // es
    "cordiali saluti",
    "distinti saluti",
    "saluti",
    "un saluto",
    "grazie", // it
    "atenciosamente",
    "cumprimentos",
    "melhores cumprimentos",
    "com os melhores cumprimentos",
    "abracos",
    "obrigado",
    "obrigada", // pt
    "met vriendelijke groet",
    "met vriendelijke groeten",
    "vriendelijke groet",
    "groeten",
    "groet",
    "mvg",
    "bedankt", // nl
    "pozdrawiam",
    "z powazaniem",
    "z wyrazami szacunku",
    "dziekuje", // pl
    "med vanlig halsning",
    "vanliga halsningar",
    "mvh",
    "hilsen",
    "med venlig hilsen",
    "venlig hilsen",
    "med vennlig hilsen",
    "tack",
    "tak",
    "takk", // sv, da, nb
    "saygilarimla",
    "saygilarimizla",
    "iyi calismalar",
    "tesekkurler", // tr
    "s pozdravem",
    "s uctou",
    "dekuji",
    "diky", // cs
    "cu stima",
    "udvozlettel",
    "ystavallisin terveisin",
    "с уважением",
    "спасибо",
];

/// Lines that a program adds.
const FOOTERS: &[&str] = &[
    "sent from my",
    "sent from outlook",
    "get outlook for",
    "sent via",
    "von meinem iphone gesendet",
    "gesendet von meinem",
    "envoye de mon",
    "envoye depuis",
    "enviado desde mi",
    "enviado do meu",
    "inviato da",
    "verzonden vanaf mijn",
    "verstuurd vanaf mijn",
    "wyslane z",
    "skickat fran min",
    "sendt fra min",
    "odeslano z",
];

/// A greeting or closing line has at most this many words; a longer one says something.
const LONGEST_LINE: usize = 6;
/// A greeting before a comma, on the line of the message itself, has at most this many words.
const LONGEST_ADDRESS: usize = 4;

/// The text without greeting and signature; the trimmed text where nothing else is left.
#[must_use]
pub fn strip(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let end = body_end(&lines);
    let mut kept: Vec<&str> = lines[..end].to_vec();
    if let Some(after) = postscript(&lines[end..]) {
        kept.extend(&lines[end + after..]);
    }
    if let Some(first) = kept.iter().position(|line| !line.is_empty()) {
        if is_short_line_of(kept[first], GREETINGS) && kept[first + 1..].iter().any(|line| says_something(line)) {
            kept.drain(..=first);
        } else {
            kept[first] = after_address(kept[first]);
        }
    }
    let stripped = kept.join("\n");
    let stripped = stripped.trim();
    if says_something(stripped) { stripped.to_owned() } else { text.trim().to_owned() }
}

/// Line at which the signature starts.
fn body_end(lines: &[&str]) -> usize {
    let mut said = false;
    for (at, line) in lines.iter().enumerate() {
        if said {
            let delimiter = *line == "--" || *line == "—";
            let closes = || is_short_line_of(line, CLOSINGS) && signature_follows(lines, at);
            if delimiter || closes() || starts_with_any(&fold_start(line), FOOTERS) {
                return at;
            }
        } else {
            // A greeting alone is nothing said yet: "Hi Anna / Thanks / Tom" must keep its "Thanks".
            said = says_something(line) && !is_short_line_of(line, GREETINGS);
        }
    }
    lines.len()
}

/// Whether what comes after a closing looks like a name and its details rather than more of the message.
fn signature_follows(lines: &[&str], closing: usize) -> bool {
    let next = lines[closing + 1..].iter().find(|line| !line.is_empty());
    next.is_none_or(|line| {
        let folded = fold(line);
        let words = folded.split_whitespace().filter(|word| *word != ".").count();
        words <= LONGEST_LINE && !line.ends_with('?')
    })
}

/// Offset of a postscript: people put what matters there.
fn postscript(lines: &[&str]) -> Option<usize> {
    lines.iter().position(|line| {
        let lower = line.to_lowercase();
        ["p.s.", "ps:", "p.s:", "ps "].iter().any(|mark| lower.starts_with(mark))
    })
}

fn is_short_line_of(line: &str, openings: &[&str]) -> bool {
    if plain_words(line) > LONGEST_LINE || line.ends_with('?') {
        return false;
    }
    let folded = fold(line);
    let mut parts = folded.split(" . ").map(str::trim).filter(|part| !part.is_empty());
    let (Some(first), None) = (parts.next(), parts.next()) else { return false };
    let words = first.split_whitespace().count();
    if words > LONGEST_LINE {
        return false;
    }
    // "Best" opens "Best price please" too: short closings must be most of their line.
    openings.iter().any(|opening| {
        let rest = first.strip_prefix(opening).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        rest.is_some_and(|rest| rest.split_whitespace().count() <= if line.ends_with(',') { 4 } else { 3 })
    }) && (line.ends_with([',', '!', '.', ':']) || words <= LONGEST_ADDRESS)
}

/// Words with a plain letter or digit in them: a line has at least as many when it is folded.
fn plain_words(line: &str) -> usize {
    line.split_ascii_whitespace().filter(|word| word.bytes().any(|byte| byte.is_ascii_alphanumeric())).count()
}

/// The line without "Hi Anna, " in front.
fn after_address(line: &str) -> &str {
    let Some((address, rest)) = line.split_once(',') else { return line };
    if plain_words(address) > LONGEST_ADDRESS {
        return line;
    }
    let folded = fold(address);
    let short = folded.split_whitespace().count() <= LONGEST_ADDRESS;
    if short && starts_with_any(&folded, GREETINGS) && says_something(rest) { rest.trim_start() } else { line }
}

/// The folded form of a line, or its first words where it is long.
fn fold_start(line: &str) -> String {
    const ENOUGH: usize = 64;
    let start = fold(first_chars(line, ENOUGH));
    // What vanishes in folding leaves less than was taken.
    if start.len() < ENOUGH / 2 { fold(line) } else { start }
}

fn starts_with_any(folded: &str, openings: &[&str]) -> bool {
    let folded = folded.trim_start();
    openings
        .iter()
        .any(|opening| folded.strip_prefix(opening).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
