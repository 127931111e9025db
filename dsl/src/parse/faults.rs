//! Small faults, one at a time, at every place of a text where one mistyped or forgotten word would change what is
//! decided.

use pest::Parser as _;
use pest::iterators::Pair;

use super::{Grammar, Rule};

/// What sort of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Dropped,
    Outcome,
    Threshold,
    Condition,
}

/// One change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) sort: Sort,
    /// The rule in words, such as `guard unsure`.
    pub(crate) rule: String,
    /// The bytes that are replaced.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What stands there instead.
    pub(crate) text: String,
    /// What was there, and what is there now, for people.
    pub(crate) was: String,
    pub(crate) is: String,
}

/// Every fault of a text, in its order. A fault may make the text wrong: whoever uses it must check.
pub(crate) fn faults(text: &str) -> Vec<Fault> {
    let Ok(mut pairs) = Grammar::parse(Rule::file, text) else { return Vec::new() };
    let items: Vec<Pair<'_, Rule>> =
        pairs.next().into_iter().flat_map(Pair::into_inner).filter(|pair| pair.as_rule() == Rule::item).collect();
    let tiers = tiers(&items);
    let mut finder = Finder { rule: String::new(), tiers, found: Vec::new() };
    items.into_iter().for_each(|item| finder.item(item));
    finder.found
}

/// The names of the tiers from the lowest to the highest.
fn tiers(items: &[Pair<'_, Rule>]) -> Vec<String> {
    let own = items.iter().flat_map(|item| item.clone().into_inner()).find(|pair| pair.as_rule() == Rule::tiers);
    match own {
        Some(pair) => names(pair),
        None => ["low", "medium", "high", "critical"].map(str::to_owned).to_vec(),
    }
}

fn names(pair: Pair<'_, Rule>) -> Vec<String> {
    pair.into_inner().filter(|part| part.as_rule() == Rule::name).map(|part| part.as_str().to_owned()).collect()
}

fn part<'i>(pair: &Pair<'i, Rule>, rule: Rule) -> Option<Pair<'i, Rule>> {
    pair.clone().into_inner().find(|part| part.as_rule() == rule)
}

/// On one line.
fn flat(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once(" #").map_or(line, |(before, _)| before));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Without the space and the comments that the grammar takes up behind a part that could go on. A text in quotes may
/// hold a `#`, so only whole lines of comments and what is behind the last quote count.
fn written(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let line = text.rfind('\n').map_or(0, |line| line + 1);
        let last = text.get(line..).unwrap_or("");
        let from = last.rfind('"').map_or(0, |quote| quote + 1);
        match last.get(from..).and_then(|rest| rest.find('#')) {
            Some(comment) => text = text.get(..line + from + comment).unwrap_or("").trim_end(),
            None => return text,
        }
    }
}

struct Finder {
    rule: String,
    tiers: Vec<String>,
    found: Vec<Fault>,
}

impl Finder {
    fn push(&mut self, sort: Sort, pair: &Pair<'_, Rule>, text: impl Into<String>) {
        let text = text.into();
        let (was, is) = (flat(written(pair.as_str())), text.clone());
        self.found.push(Fault {
            sort,
            rule: self.rule.clone(),
            start: pair.as_span().start(),
            end: pair.as_span().start() + written(pair.as_str()).len(),
            text,
            was,
            is,
        });
    }

    /// The rule is not there. Its line breaks stay, so that places do not move.
    fn drop(&mut self, pair: &Pair<'_, Rule>) {
        let breaks: String = written(pair.as_str()).chars().filter(|letter| *letter == '\n').collect();
        self.push(Sort::Dropped, pair, breaks);
        if let Some(fault) = self.found.last_mut() {
            fault.is = String::new();
        }
    }

    fn item(&mut self, item: Pair<'_, Rule>) {
        let Some(inner) = item.clone().into_inner().find(|pair| pair.as_rule() != Rule::note) else { return };
        let name = part(&inner, Rule::name).map(|name| name.as_str().to_owned()).unwrap_or_default();
        match inner.as_rule() {
            Rule::guard => {
                self.rule = format!("guard {name}");
                self.drop(&item);
                self.rule_outcome(&inner);
                self.condition_of(&inner);
            }
            Rule::switch | Rule::limit => {
                let word = if inner.as_rule() == Rule::switch { "switch" } else { "limit" };
                self.rule = format!("{word} {name}");
                // Its name is used elsewhere; one that demands nothing is as good as gone.
                if let Some(outcome) = part(&inner, Rule::outcome).filter(|outcome| outcome.as_str() != "send") {
                    self.push(Sort::Dropped, &outcome, "send");
                }
                self.rule_outcome(&inner);
            }
            Rule::autonomy => {
                self.rule = flat(inner.as_str());
                self.drop(&item);
            }
            Rule::actions | Rule::mode => {
                let word = if inner.as_rule() == Rule::mode { format!("mode {name}: ") } else { "action ".to_owned() };
                for row in inner.into_inner().filter(|row| matches!(row.as_rule(), Rule::action_row | Rule::mode_row)) {
                    let what = part(&row, Rule::name).or_else(|| part(&row, Rule::name_list));
                    self.rule = format!("{word}{}", what.map(|what| flat(what.as_str())).unwrap_or_default());
                    self.setting_outcome(&row);
                }
            }
            Rule::intent => {
                self.rule = format!("reply of {name}");
                for reply in inner.into_inner().filter(|part| part.as_rule() == Rule::reply) {
                    self.reply(&reply);
                }
            }
            Rule::risk => {
                let rows: Vec<Pair<'_, Rule>> =
                    inner.into_inner().filter(|row| row.as_rule() == Rule::risk_row).collect();
                for row in &rows {
                    self.rule = part(row, Rule::name).map(|tier| format!("risk {}", tier.as_str())).unwrap_or_default();
                    // A table without rows is no table.
                    self.drop(if rows.len() == 1 { &item } else { row });
                    self.tier(row);
                    self.condition_of(row);
                }
            }
            Rule::route => {
                for row in inner.into_inner().filter(|row| row.as_rule() == Rule::row) {
                    self.rule =
                        part(&row, Rule::name).map(|name| format!("route {}", name.as_str())).unwrap_or_default();
                    self.drop(&row);
                    self.condition_of(&row);
                }
            }
            _ => {}
        }
    }

    /// The neighbours of a risk row's tier.
    fn tier(&mut self, row: &Pair<'_, Rule>) {
        let Some(name) = part(row, Rule::name) else { return };
        let Some(place) = self.tiers.iter().position(|tier| tier == name.as_str()) else { return };
        let below = place.checked_sub(1).filter(|below| *below > 0);
        let other: Vec<String> =
            [below, Some(place + 1)].into_iter().flatten().filter_map(|tier| self.tiers.get(tier).cloned()).collect();
        other.into_iter().for_each(|tier| self.push(Sort::Outcome, &name, tier));
    }

    /// A rule's outcome. `send` would be the rule dropped.
    fn rule_outcome(&mut self, pair: &Pair<'_, Rule>) {
        let Some(outcome) = part(pair, Rule::outcome) else { return };
        neighbours(outcome.as_str()).iter().filter(|word| **word != "send").for_each(|word| {
            self.push(Sort::Outcome, &outcome, *word);
        });
    }

    fn setting_outcome(&mut self, pair: &Pair<'_, Rule>) {
        let Some(outcome) = part(pair, Rule::outcome) else { return };
        neighbours(outcome.as_str()).iter().for_each(|word| self.push(Sort::Outcome, &outcome, *word));
    }

    fn reply(&mut self, reply: &Pair<'_, Rule>) {
        if part(reply, Rule::scope).is_some() {
            self.drop(reply);
        }
        for band in reply.clone().into_inner().filter(|part| part.as_rule() == Rule::band) {
            self.setting_outcome(&band);
            if let Some(number) = part(&band, Rule::number) {
                self.shift(&number);
            }
        }
        self.setting_outcome(reply);
    }

    fn condition_of(&mut self, pair: &Pair<'_, Rule>) {
        if let Some(cond) = part(pair, Rule::cond) {
            self.condition(cond);
        }
    }

    fn condition(&mut self, cond: Pair<'_, Rule>) {
        for term in cond.into_inner().filter(|part| part.as_rule() == Rule::term) {
            let negations = term.clone().into_inner().filter(|part| part.as_rule() == Rule::kw_not).count();
            let Some(atom) = term.clone().into_inner().find(|part| part.as_rule() != Rule::kw_not) else { continue };
            if atom.as_rule() == Rule::cond {
                self.condition(atom);
            } else if negations > 0 {
                let flipped = if negations % 2 == 1 {
                    flat(written(atom.as_str()))
                } else {
                    format!("not {}", flat(written(atom.as_str())))
                };
                self.push(Sort::Condition, &term, flipped);
                self.numbers(&atom);
            } else {
                self.push(Sort::Condition, &term, opposite(&atom));
                self.numbers(&atom);
            }
        }
    }

    fn numbers(&mut self, atom: &Pair<'_, Rule>) {
        if matches!(atom.as_rule(), Rule::compare | Rule::scripted)
            && let Some(number) = part(atom, Rule::number)
        {
            self.shift(&number);
        }
    }

    /// A threshold a little lower and a little higher: by 0.05 for fractions, else by a tenth, at least by one.
    fn shift(&mut self, number: &Pair<'_, Rule>) {
        let written = number.as_str();
        let (digits, percent) = written.strip_suffix('%').map_or((written, ""), |digits| (digits, "%"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let places = if fraction.is_empty() { 0 } else { fraction.len().max(2) };
        let unit = 10_i64.pow(places as u32);
        let padded = format!("{fraction:0<places$}");
        let Ok(scaled) = format!("{whole}{padded}").parse::<i64>() else { return };
        let step = if places > 0 { (unit / 20).max(scaled.abs() / 20) } else { (scaled.abs() / 10).max(1) };
        for shifted in [scaled.saturating_sub(step), scaled.saturating_add(step)] {
            let (sign, size) = (if shifted < 0 { "-" } else { "" }, shifted.unsigned_abs());
            let unit = unit.unsigned_abs();
            let text = match places {
                0 => format!("{sign}{size}{percent}"),
                _ => format!("{sign}{}.{:0places$}{percent}", size / unit, size % unit),
            };
            self.push(Sort::Threshold, number, text);
        }
    }
}

/// The next freer and the next more careful outcomes that need nothing else to be said.
fn neighbours(outcome: &str) -> &'static [&'static str] {
    match outcome.split_whitespace().next() {
        Some("send") => &["approval"],
        Some("hold") => &["send", "approval"],
        Some("approval") => &["send", "off"],
        Some("off") => &["approval", "escalate"],
        Some("escalate") => &["off"],
        _ => &[],
    }
}

/// The opposite of one question, as somebody would mistype it.
fn opposite(atom: &Pair<'_, Rule>) -> String {
    let text = flat(written(atom.as_str()));
    let swapped = |from: &str, to: &str| text.replacen(from, to, 1);
    match atom.as_rule() {
        Rule::during if text.starts_with("during") => swapped("during", "outside"),
        Rule::during => swapped("outside", "during"),
        Rule::compare if part(atom, Rule::kw_not).is_some() => swapped(" is not ", " is "),
        Rule::compare if part(atom, Rule::kw_is).is_some() => swapped(" is ", " is not "),
        Rule::compare | Rule::scripted => match part(atom, Rule::cmp).map(|cmp| cmp.as_str()) {
            Some(">=") => swapped(">=", "<"),
            Some("<=") => swapped("<=", ">"),
            Some(">") => swapped(">", "<="),
            Some("<") => swapped("<", ">="),
            _ => format!("not {text}"),
        },
        _ => format!("not {text}"),
    }
}

/// Whether a text is exactly what a case row has between `|` and `->`.
pub(crate) fn is_given(text: &str) -> bool {
    let row = format!("| {text} -> send");
    let whole = Grammar::parse(Rule::case_row, &row).ok().and_then(|mut pairs| pairs.next());
    whole.is_some_and(|pair| pair.as_str().len() == row.len()) && !text.contains('\n')
}
