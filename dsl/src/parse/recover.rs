//! What to say about text that does not parse.

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::advice::advice;
use super::{Grammar, Rule};
use crate::ast::At;
use crate::source::{Finding, nearest};
use crate::verdict::Outcome;

/// First words of items and the rule that each names.
const ITEMS: [(&str, Rule); 31] = [
    ("import", Rule::import),
    ("autonomy", Rule::autonomy),
    ("undo", Rule::undo),
    ("timezone", Rule::timezone),
    ("mode", Rule::mode),
    ("tiers", Rule::tiers),
    ("segment", Rule::segment),
    ("team", Rule::team),
    ("agent", Rule::agent),
    ("fact", Rule::fact),
    ("calendar", Rule::calendar),
    ("hours", Rule::hours),
    ("detector", Rule::detector),
    ("script", Rule::script),
    ("actions", Rule::actions),
    ("intent", Rule::intent),
    ("certificate", Rule::certificate),
    ("risk", Rule::risk),
    ("switch", Rule::switch),
    ("limit", Rule::limit),
    ("pause", Rule::pause),
    ("guard", Rule::guard),
    ("route", Rule::route),
    ("approvals", Rule::approvals),
    ("sweep", Rule::sweep),
    ("never", Rule::never_send),
    ("always", Rule::claim),
    ("test", Rule::test),
    ("cases", Rule::cases),
    ("remit", Rule::header),
    ("@", Rule::note),
];

/// What a rule looks like that starts with this word.
fn example(item: &str) -> Option<&'static str> {
    Some(match item {
        "import" => "import \"./baseline.remit\"",
        "autonomy" => "autonomy controlled for channel chat",
        "undo" => "undo 2m for channel email",
        "timezone" => "timezone \"Europe/Berlin\"",
        "mode" => "mode careful { low send  medium, high approval  critical escalate }",
        "tiers" => "tiers low < medium < high < critical",
        "segment" => "segment vip \"Named accounts\"",
        "team" => "team inbox \"Support\" during office",
        "agent" => "agent ada \"Intake\" on email, chat",
        "fact" => "fact deal.value: money EUR 0..1000000 \"Value of the deal\"",
        "calendar" => "calendar holidays { yearly 12-25  2027-03-26 }",
        "hours" => "hours office { mon-fri 09:00-18:00 }",
        "detector" => "detector legal_threat on message { words \"lawyer\" }",
        "script" => "script big(draft.text) -> yes/no { file \"scripts/big.rhai\" budget 20000 operations }",
        "actions" => "actions { reply send  book_meeting approval }",
        "intent" => "intent thanks { examples { \"Thank you!\" } reply send from 0.80, else approval }",
        "certificate" => "certificate harmless \"Costs little when wrong\" on thanks, question from 0.80",
        "risk" => "risk { high when message.attachment }",
        "switch" => "switch stop_all \"Red button\": off",
        "limit" => "limit daily: 3 replies per contact per day else approval",
        "pause" => "pause taken: contact for 48h when thread.human_active",
        "guard" => "guard newcomers: approval when contact.new because \"...\"",
        "route" => "route { urgent: to team leads when tier is high  otherwise: to team inbox }",
        "approvals" => "approvals { remind after 4h  expire after 3d then escalate  approvers team inbox }",
        "sweep" => "sweep stale: expire_approvals cron \"0 8 * * mon-fri\"",
        "never" => "never send when contact in vip",
        "always" => "always at least approval when contact.new",
        "test" => "test \"a title\" { intent thanks 0.90 expect send }",
        "cases" => "cases \"a title\" { | intent thanks 0.90 -> send }",
        "remit" => "remit 1",
        "@" => "@owner(\"support leads\")",
        _ => return None,
    })
}

fn first_word(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The item word at this place, past its annotations.
pub(super) fn item_word(text: &str, at: At) -> &'static str {
    let item = text.get(at.start as usize..at.end as usize).unwrap_or("");
    let mut rest = item;
    while rest.starts_with(['@', '#']) {
        rest = rest.split_once('\n').map_or("", |(_, next)| next).trim_start();
    }
    ITEMS.iter().find(|(word, _)| *word == first_word(rest)).map_or("rule", |(word, _)| word)
}

pub(super) fn only_notes(broken: &str) -> bool {
    broken.starts_with('@') && Grammar::parse(Rule::notes, broken).is_ok()
}

pub(super) fn looks_like_header(broken: &str) -> bool {
    first_word(broken) == "remit"
}

fn starts_line(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or("").trim_end_matches([' ', '\t', '\u{FEFF}']);
    before.is_empty() || before.ends_with('\n')
}

/// Broken text that starts with a word of no item may hide further such lines: each is a mistake of its own.
pub(super) fn pieces(text: &str, at: At) -> Vec<At> {
    let (start, end) = (at.start as usize, at.end as usize);
    let broken = text.get(start..end).unwrap_or("");
    let known = broken.starts_with('@') || ITEMS.iter().any(|(item, _)| *item == first_word(broken));
    if known || !starts_line(text, start) {
        return vec![at];
    }
    let lines = broken.match_indices('\n').map(|(line, _)| line + 1);
    let starts =
        lines.filter(|line| broken.get(*line..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase())));
    let starts: Vec<usize> = std::iter::once(0).chain(starts).map(|line| start + line).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts.iter().zip(ends).map(|(start, end)| At { file: at.file, start: *start as u32, end: end as u32 }).collect()
}

/// Parses broken text again with the rule that its first word names, and says what was expected where. If
/// `thorough`, missing signs are searched for, which takes time.
pub(super) fn explain(file: u32, text: &str, at: At, last: Option<(At, &'static str)>, thorough: bool) -> Finding {
    let start = at.start as usize;
    let broken = text.get(start..at.end as usize).unwrap_or("");
    let word = first_word(broken);
    let key = if broken.starts_with('@') { "@" } else { word };
    if let Some((_, rule)) = ITEMS.iter().find(|(item, _)| *item == key) {
        return match Grammar::parse(*rule, broken) {
            Err(error) => syntax_error(file, text, start, broken, *rule, &error, thorough),
            Ok(_) => Finding::new("R0001", at, format!("this `{key}` is not complete")),
        }
        .or_hint(example(key).map(|example| format!("it looks like this: `{example}`")));
    }
    let line = broken.lines().next().unwrap_or("");
    if line.matches('"').count() % 2 == 1
        && let Some(quote) = line.rfind('"')
    {
        let at = At { file, start: (start + quote) as u32, end: (start + line.len()) as u32 };
        return Finding::new("R0001", at, "this text is never closed").hint("a text ends with `\"` on the same line");
    }
    let end = start + broken.find(char::is_whitespace).unwrap_or(broken.len()).max(1);
    let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
    let here = At { file, start: at.start, end: end as u32 };
    let shown = text.get(start..end).unwrap_or("");
    match last {
        Some((before, item)) if belongs_to_the_item_before(text, at) => {
            let whole = text.get(before.start as usize..at.end as usize).unwrap_or("");
            let short = whole.len() <= LONGEST_EXPLAINED;
            let again = short.then(|| Grammar::parse(Rule::whole, whole).err()).flatten();
            let finding = match again.filter(|error| place_of(error) + before.start as usize >= start) {
                Some(error) => syntax_error(file, text, before.start as usize, whole, Rule::whole, &error, thorough),
                None => Finding::new("R0001", here, format!("`{shown}` does not belong here")),
            };
            let finding = finding.or_hint(example(item).map(|example| format!("it looks like this: `{example}`")));
            finding
                .label(At { start: before.start, end: before.start + 1, file }, format!("it stands behind this {item}"))
        }
        _ => {
            let items = ITEMS.map(|(item, _)| item);
            let items = items.get(..ITEMS.len() - 1).unwrap_or_default();
            let list = "a rule starts with a word such as `guard`, `intent` or `limit`; a comment starts with `#`";
            Finding::new("R0007", here, format!("`{shown}` does not start any rule"))
                .did_you_mean_or_list(word, items, list)
        }
    }
}

/// Text that starts no line, or no line that looks like a rule, is the rest of what stands before it.
pub(super) fn belongs_to_the_item_before(text: &str, at: At) -> bool {
    let broken = text.get(at.start as usize..at.end as usize).unwrap_or("");
    let word = first_word(broken);
    let known = broken.starts_with('@') || ITEMS.iter().any(|(item, _)| *item == word);
    if known || !starts_line(text, at.start as usize) {
        return !known;
    }
    let indented = text.get(..at.start as usize).is_some_and(|before| before.ends_with([' ', '\t']));
    nearest(word, ITEMS.map(|(item, _)| item)).is_none() && (indented || is_reserved(word))
}

/// Longer pieces are explained without trying what would cure them.
const LONGEST_EXPLAINED: usize = 16 * 1024;

fn place_of(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((start, _)) => start,
    }
}

/// Signs of the grammar, which have no rule of their own: pest does not name them when one is missing.
const SIGNS: [&str; 13] = [":", ",", "{", "}", ")", "(", "->", "<", "..", "]", "[", "-", "|"];

/// Longer pieces are not searched for a missing sign, and not more than this many places of them.
const LONGEST_SEARCHED: usize = 2048;
const MOST_PLACES: usize = 24;

/// The sign that is missing in a text, and where: with it the rule can be read, or if `inside` a part of it whose start
/// alone is known, read further.
fn missing_sign(part: &str, rule: Rule, start: usize, inside: bool) -> Option<(usize, &'static str)> {
    let rest = part.get(start..).filter(|_| part.len() <= LONGEST_SEARCHED)?;
    let mut places = vec![start];
    let mut in_word = false;
    for (at, letter) in rest.char_indices() {
        let word = letter.is_alphanumeric() || "_.\"".contains(letter);
        if !letter.is_whitespace() && (!word || !in_word) {
            places.push(start + at);
        }
        in_word = word;
    }
    places.push(part.trim_end().len());
    places.dedup();
    let places = places.into_iter().take(MOST_PLACES);
    let find = |cures: &dyn Fn(&str, usize) -> bool| {
        places.clone().find_map(|place| {
            let (before, behind) = part.split_at_checked(place)?;
            let cure = |sign: &&&str| cures(&format!("{before}{sign} {behind}"), place + sign.len());
            SIGNS.iter().find(cure).map(|sign| (place, *sign))
        })
    };
    let whole = |text: &str, _| Grammar::parse(Rule::whole, text).is_ok();
    let farther =
        |text: &str, behind| Grammar::parse(rule, text).err().is_some_and(|error| place_of(&error) > behind + 1);
    find(&whole).or_else(|| if inside { find(&farther) } else { None })
}

/// The first round bracket that is never closed.
fn open_bracket(part: &str) -> Option<usize> {
    let (mut open, mut in_text, mut in_comment) = (Vec::new(), false, false);
    for (at, letter) in part.char_indices() {
        match letter {
            '\n' => (in_text, in_comment) = (false, false),
            _ if in_comment => {}
            '"' => in_text = !in_text,
            '#' if !in_text => in_comment = true,
            '(' if !in_text => open.push(at),
            ')' if !in_text => {
                open.pop();
            }
            _ => {}
        }
    }
    open.first().copied()
}

pub(super) fn is_reserved(word: &str) -> bool {
    Grammar::parse(Rule::name, word).is_err() && Grammar::parse(Rule::tag, word).is_ok()
}

/// A pest error in words. `part` is what was parsed, with `rule`, and `offset` is where it starts in the file. See
/// [`explain`] for `thorough`.
pub(super) fn syntax_error(
    file: u32,
    text: &str,
    offset: usize,
    part: &str,
    rule: Rule,
    error: &Error<Rule>,
    thorough: bool,
) -> Finding {
    let start = offset + place_of(error);
    let rest = text.get(start..).unwrap_or("");
    let length = match rest.chars().next() {
        None => 0,
        Some('"') => rest.find('\n').unwrap_or(rest.len()),
        Some(first) if first.is_ascii_alphanumeric() || first == '_' => {
            rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_.%".contains(letter))).unwrap_or(rest.len())
        }
        Some(first) if "&|=!<>".contains(first) => {
            rest.find(|letter: char| !"&|=!<>".contains(letter)).unwrap_or(rest.len())
        }
        Some(first) => first.len_utf8(),
    };
    let shown = rest.get(..length).unwrap_or("");
    let at = At { file, start: start as u32, end: (start + length) as u32 };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Finding::new("R0001", at, "the file cannot be read");
    };
    let ends = shown.chars().next().is_none_or(char::is_whitespace);
    if let Some(bracket) = open_bracket(part).filter(|_| ends) {
        let here = At { file, start: (offset + bracket) as u32, end: (offset + bracket + 1) as u32 };
        return Finding::new("R0001", here, "this bracket is never closed")
            .label(At { end: at.start, ..at }, "the rule ends here")
            .hint("write the closing `)`");
    }
    let useful = |rule: &&Rule| **rule != Rule::EOI;
    let mut expected: Vec<String> = positives.iter().filter(useful).map(|rule| describe(*rule)).collect();
    expected.sort();
    expected.dedup();
    // Where only whole parts of a rule are expected, the beginning of one of them was read.
    let inside = positives.iter().filter(useful).all(|rule| is_whole_part(*rule));
    let known: Vec<&str> = positives.iter().flat_map(|rule| words_of(*rule)).collect();
    let found = nearest(shown, known.iter().copied());
    let advice = advice(rest, positives);
    if thorough
        && found.is_none()
        && advice.is_none()
        && let Some((place, sign)) = missing_sign(part, rule, place_of(error), inside)
    {
        let from = offset + place;
        let word = text.get(from..).unwrap_or("").split([' ', '\n']).next().unwrap_or("");
        let at = At { file, start: from as u32, end: (from + word.len()) as u32 };
        let message = match word {
            "" => format!("a `{sign}` is missing here"),
            word => format!("a `{sign}` is missing before `{word}`"),
        };
        let here = At { end: at.start, ..at };
        return Finding::new("R0001", at, message).edit(format!("write `{sign}`"), here, format!("{sign} "));
    }
    if inside {
        expected.clear();
    }
    let mut message = match expected.split_last() {
        None if ends => "this rule is not complete".to_owned(),
        None if place_of(error) == 0 => "this rule cannot be read".to_owned(),
        None if shown.starts_with([']', ')']) && part.get(..place_of(error)).is_some_and(opens) => {
            format!("a name is missing before `{shown}`")
        }
        None => format!("`{shown}` cannot stand here"),
        Some((only, [])) => format!("expected {only}"),
        Some((last, others)) => format!("expected {} or {last}", others.join(", ")),
    };
    match shown.chars().next() {
        _ if expected.is_empty() => {}
        None => message.push_str(", found the end of the file"),
        Some(space) if space.is_whitespace() => message.push_str(", and the rule ends here"),
        Some('"') if !shown.get(1..).is_some_and(|rest| rest.contains('"')) => {
            return Finding::new("R0001", at, "this text is never closed")
                .hint("a text ends with `\"` on the same line");
        }
        Some('"') => message.push_str(", found a text"),
        Some(_) => message.push_str(&format!(", found `{shown}`")),
    }
    if let Some(advice) = advice {
        let at = At { end: at.start + advice.length as u32, ..at };
        let written = rest.get(..advice.length).unwrap_or("");
        let message =
            if ends { message } else { message.replace(&format!("found `{shown}`"), &format!("found `{written}`")) };
        let (title, hint) =
            (format!("write `{}`", advice.replacement), format!("did you mean `{}`?", advice.replacement));
        let finding = Finding::new("R0001", at, message).hint(hint);
        return if advice.certain {
            finding.edit(title, at, advice.replacement)
        } else {
            finding.offer(title, at, advice.replacement)
        };
    }
    let finding = Finding::new("R0001", at, message);
    match found {
        Some(_) => finding.did_you_mean(shown, known),
        None if positives.contains(&Rule::name) && is_reserved(shown) => {
            finding.hint(format!("`{shown}` is a word of the language and cannot be a name: choose another one"))
        }
        None if positives.contains(&Rule::name) && known.is_empty() && !shown.is_empty() => {
            finding.hint("a name has small letters, digits and `_`, and starts with a letter; it has no quotes")
        }
        None if positives.contains(&Rule::outcome) => {
            finding.hint("an outcome is `send`, `hold`, `approval`, `off` or `escalate`")
        }
        None => finding,
    }
}

/// The keyword of a keyword's rule: its name is `kw_` and the keyword.
fn keyword(rule: Rule) -> Option<&'static str> {
    rule_name(rule).strip_prefix("kw_")
}

fn rule_name(rule: Rule) -> &'static str {
    static NAMES: std::sync::OnceLock<std::collections::BTreeMap<Rule, String>> = std::sync::OnceLock::new();
    let names = NAMES.get_or_init(|| Rule::all_rules().iter().map(|rule| (*rule, format!("{rule:?}"))).collect());
    names.get(&rule).map_or("", String::as_str)
}

pub(super) fn words_of(rule: Rule) -> Vec<&'static str> {
    match rule {
        Rule::outcome => Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect(),
        Rule::because | Rule::expect_because => vec!["because"],
        Rule::scope => vec!["for"],
        Rule::examples => vec!["examples"],
        Rule::reply => vec!["reply"],
        Rule::draft => vec!["draft"],
        Rule::also => vec!["also"],
        Rule::tone => vec!["tone"],
        Rule::otherwise => vec!["otherwise"],
        Rule::expect => vec!["expect"],
        Rule::at_most | Rule::at_least => vec!["at"],
        Rule::addressee => vec!["to"],
        Rule::subject => vec!["message", "draft", "thread"],
        Rule::signal => vec!["words", "pattern", "amount", "model", "file"],
        Rule::fact_type | Rule::result_type => vec!["yes", "one", "number", "money"],
        Rule::scope_item => vec!["channel", "agent", "segment", "intent"],
        Rule::cond
        | Rule::term
        | Rule::truth
        | Rule::compare
        | Rule::detects
        | Rule::member
        | Rule::during
        | Rule::over
        | Rule::onswitch
        | Rule::certified
        | Rule::scripted => vec![],
        _ => keyword(rule).into_iter().collect(),
    }
}

/// A part of a rule that has no words of its own to name it by.
fn is_whole_part(rule: Rule) -> bool {
    matches!(rule, Rule::case_row | Rule::given | Rule::equal)
        || (words_of(rule).is_empty() && describe(rule) == format!("a {}", rule_name(rule).replace('_', " ")))
}

/// A rule of the grammar in words for people.
fn describe(rule: Rule) -> String {
    if let Some(word) = keyword(rule) {
        return format!("`{word}`");
    }
    let words = words_of(rule);
    match rule {
        Rule::outcome => "an outcome".to_owned(),
        Rule::name => "a name".to_owned(),
        Rule::path => "a fact".to_owned(),
        Rule::text | Rule::inner => "a text in quotes".to_owned(),
        Rule::number | Rule::integer | Rule::version => "a number".to_owned(),
        Rule::duration => "a duration such as `2h` or `30m`".to_owned(),
        Rule::clock => "a time such as `09:00`".to_owned(),
        Rule::date => "a date such as `2026-03-29`".to_owned(),
        Rule::month_day => "a month and day such as `12-25`".to_owned(),
        Rule::day | Rule::days | Rule::day_range => "a day such as `mon` or `mon-fri`".to_owned(),
        Rule::currency => "a currency such as `EUR`".to_owned(),
        Rule::cmp => "a comparison such as `>=`".to_owned(),
        Rule::subject => "`message`, `draft` or `thread`".to_owned(),
        Rule::cond
        | Rule::term
        | Rule::truth
        | Rule::compare
        | Rule::detects
        | Rule::member
        | Rule::during
        | Rule::over
        | Rule::onswitch
        | Rule::certified
        | Rule::scripted => "a condition".to_owned(),
        Rule::EOI => "the end of the file".to_owned(),
        Rule::mode_row | Rule::name_list => "names".to_owned(),
        Rule::scope_item => "`channel`, `agent`, `segment` or `intent`".to_owned(),
        Rule::list => "a list such as `[sms, whatsapp]`".to_owned(),
        Rule::given | Rule::equal => "what is given".to_owned(),
        Rule::case_row => "a row starting with `|`".to_owned(),
        Rule::signal => "a signal: `words`, `pattern`, `amount`, `model` or `file`".to_owned(),
        Rule::fact_type | Rule::result_type => {
            "a type: `yes/no`, `one of [..]`, `number a..b` or `money CUR a..b`".to_owned()
        }
        Rule::range => "a range such as `0..100`".to_owned(),
        _ if words.len() == 1 => format!("`{}`", words.concat()),
        _ => format!("a {}", rule_name(rule).replace('_', " ")),
    }
}

/// A bracket was opened, and nothing has been said in it yet.
fn opens(before: &str) -> bool {
    before.trim_end().ends_with(['[', '('])
}

#[cfg(test)]
mod tests {
    use super::{Rule, describe};

    #[test]
    fn no_rule_is_ever_shown_by_its_raw_name() {
        for rule in Rule::all_rules() {
            let shown = describe(*rule);
            assert!(!shown.contains("kw_") && !shown.replace("`", "").contains('_'), "{rule:?} is shown as {shown}");
        }
    }
}
