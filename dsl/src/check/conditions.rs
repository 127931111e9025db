//! Conditions: names resolved, types checked, constants turned into thousandths or hundredths.

use super::{Checker, Sort};
use crate::ast::{At, Comparison, Cond, Num, Scope, ScopeKind, Subject, Word};
use crate::condition::{Expr, Kind};
use crate::source::{Finding, nearest};
use crate::vocabulary::{CHANNELS, FACTS, StandardType};

impl Checker<'_> {
    /// Type of a fact, and whether it is the tier. An unknown one is reported.
    pub(super) fn type_of(&mut self, path: &Word) -> Option<(Kind, bool)> {
        if let Some(kind) = self.own_facts.get(&path.text) {
            return Some((kind.clone(), false));
        }
        let names =
            |sort: Sort| self.symbols.keys().filter(move |(other, _)| *other == sort).map(|(_, name)| name.clone());
        if let Some(fact) = FACTS.iter().find(|fact| fact.path == path.text) {
            let kind = match fact.type_ {
                StandardType::YesNo => Kind::YesNo,
                StandardType::Number(low, high) => Kind::Number(low, high),
                StandardType::Channel => Kind::OneOf(CHANNELS.iter().map(|name| (*name).to_owned()).collect()),
                StandardType::AiAgent => Kind::OneOf(names(Sort::Agent).chain(["none".to_owned()]).collect()),
                StandardType::Action => Kind::OneOf(names(Sort::Action).collect()),
                StandardType::Intent => Kind::OneOf(names(Sort::Intent).collect()),
                StandardType::Language => Kind::Open,
                StandardType::Tier => Kind::OneOf(self.model.tiers.clone()),
                StandardType::Text => Kind::Text,
            };
            return Some((kind, fact.type_ == StandardType::Tier));
        }
        let known: Vec<String> =
            FACTS.iter().map(|fact| fact.path.to_owned()).chain(self.own_facts.keys().cloned()).collect();
        let known_words: Vec<&str> = known.iter().map(String::as_str).collect();
        if self.broken.excuses(Sort::Fact, &path.text, &known_words) {
            return None;
        }
        let mut finding = Finding::new("R0101", path.at, format!("there is no fact `{}`", path.text));
        let intent = self.symbols.contains_key(&(Sort::Intent, path.text.clone()));
        finding = match nearest(&path.text, known.iter().map(String::as_str)) {
            _ if intent => {
                finding.hint(format!("write `intent is {}`", path.text)).fix(format!("intent is {}", path.text))
            }
            Some(_) => finding.did_you_mean(&path.text, known.iter().map(String::as_str)),
            None => finding.hint(format!("declare it: `fact {}: yes/no`", path.text)),
        };
        self.report(finding);
        None
    }

    /// Compiles a condition. After a finding the result stands for "always", and the policy is not used.
    pub(super) fn condition(&mut self, cond: &Cond) -> Expr {
        match cond {
            Cond::All(parts) => Expr::All(parts.iter().map(|part| self.condition(part)).collect()),
            Cond::Any(parts) => Expr::Any(parts.iter().map(|part| self.condition(part)).collect()),
            Cond::Not(inner) => Expr::Not(Box::new(self.condition(inner))),
            Cond::Detects { subject, names } => {
                Expr::Any(names.iter().filter_map(|name| self.detects(*subject, name)).collect())
            }
            Cond::Member(names) => Expr::Any(names.iter().map(|name| self.segment(name)).collect()),
            Cond::During { hours, outside } => match self.hours_number(hours) {
                Some(number) if *outside => Expr::Not(Box::new(Expr::During(number))),
                Some(number) => Expr::During(number),
                None => Expr::always(),
            },
            Cond::Over(name) => {
                self.known(Sort::Limit, name);
                Expr::Yes(self.slot(&format!("over:{}", name.text), Kind::YesNo, false))
            }
            Cond::Switch(name) => {
                self.known(Sort::Switch, name);
                Expr::Yes(self.slot(&format!("switch:{}", name.text), Kind::YesNo, false))
            }
            Cond::Certified { name, most } => self.certified(name, *most),
            Cond::Script { name, compare } => self.script_result(name, compare.as_ref()),
            Cond::Is { path, not, name } => {
                let expr = self.named(path, std::slice::from_ref(name));
                if *not { Expr::Not(Box::new(expr)) } else { expr }
            }
            Cond::In { path, names } => self.named(path, names),
            Cond::CompareNumber { path, comparison, number, currency } => {
                self.number(path, *comparison, *number, currency.as_ref())
            }
            Cond::CompareName { path, comparison, name } => self.compare_tier(path, *comparison, name),
            Cond::Truth(path) => match self.type_of(path) {
                Some((Kind::YesNo, _)) => {
                    // What is said about a draft says nothing while there is none.
                    let needs_draft = !self.own_facts.contains_key(&path.text) && path.text.starts_with("draft.");
                    Expr::Yes(self.slot(&path.text, Kind::YesNo, needs_draft))
                }
                Some((kind, _)) => self.wrong_type(path, &kind),
                None => Expr::always(),
            },
        }
    }

    fn wrong_type(&mut self, path: &Word, kind: &Kind) -> Expr {
        let (is, hint) = match kind {
            Kind::YesNo => ("yes/no", format!("write `{0}` or `not {0}`", path.text)),
            Kind::OneOf(names) => ("a name", {
                let example = names.first().map_or("NAME", String::as_str);
                format!("write `{} is {example}`", path.text)
            }),
            Kind::Open => ("a name", format!("write `{} is NAME`", path.text)),
            Kind::Number(..) => ("a number", format!("write `{} >= NUMBER`", path.text)),
            Kind::Money(currency, ..) => ("an amount of money", format!("write `{} >= NUMBER {currency}`", path.text)),
            Kind::Text => ("a text", "only scripts can read it; use a detector in conditions".to_owned()),
        };
        self.report(Finding::new("R0103", path.at, format!("`{}` is {is}", path.text)).hint(hint));
        Expr::always()
    }

    pub(super) fn detects(&mut self, subject: Subject, name: &Word) -> Option<Expr> {
        self.detector(subject, name).then(|| {
            let key = format!("detect:{}.{}", subject.as_str(), name.text);
            Expr::Yes(self.slot(&key, Kind::YesNo, subject == Subject::Draft))
        })
    }

    /// Whether there is such a detector; it is reported where there is none.
    pub(super) fn detector(&mut self, subject: Subject, name: &Word) -> bool {
        let key = format!("{}.{}", subject.as_str(), name.text);
        if self.symbols.contains_key(&(Sort::Detector, key)) {
            return true;
        }
        let known: Vec<(String, String)> = self
            .symbols
            .keys()
            .filter(|(sort, _)| *sort == Sort::Detector)
            .filter_map(|(_, key)| key.split_once('.'))
            .map(|(subject, name)| (subject.to_owned(), name.to_owned()))
            .collect();
        let names: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).collect();
        let elsewhere = known.iter().any(|(_, other)| *other == name.text);
        if !elsewhere && self.broken.excuses(Sort::Detector, &name.text, &names) {
            return false;
        }
        let finding = match known.iter().find(|(_, other)| *other == name.text) {
            Some((other, _)) => {
                let message =
                    format!("the detector `{}` looks at the {other}, not at the {}", name.text, subject.as_str());
                Finding::new("R0108", name.at, message).hint(format!("write `{other} detects {}`", name.text))
            }
            None => Finding::new("R0102", name.at, format!("there is no detector `{}`", name.text))
                .did_you_mean(&name.text, known.iter().map(|(_, name)| name.as_str())),
        };
        self.report(finding);
        false
    }

    pub(super) fn segment(&mut self, name: &Word) -> Expr {
        self.known(Sort::Segment, name);
        Expr::Yes(self.slot(&format!("segment:{}", name.text), Kind::YesNo, false))
    }

    fn script_result(&mut self, name: &Word, compare: Option<&(Comparison, Num)>) -> Expr {
        if !self.known(Sort::Script, name) {
            return Expr::always();
        }
        let Some(script) = self.model.scripts.iter().find(|script| script.name == name.text) else {
            return Expr::always(); // it did not compile, which is reported already
        };
        let (range, needs_draft) = (script.range, script.needs_draft);
        let key = format!("script:{}", name.text);
        match (range, compare) {
            (None, None) => Expr::Yes(self.slot(&key, Kind::YesNo, needs_draft)),
            (Some((low, high)), Some((comparison, number))) => {
                self.in_range(*number, low, high, "the script's result");
                Expr::Number(self.slot(&key, Kind::Number(low, high), needs_draft), *comparison, number.thousandths)
            }
            (None, Some(_)) => {
                let message = format!("the script `{}` answers yes or no", name.text);
                self.report(Finding::new("R0103", name.at, message).hint("leave the comparison out"));
                Expr::always()
            }
            (Some(_), None) => {
                let message = format!("the script `{}` answers with a number", name.text);
                self.report(Finding::new("R0103", name.at, message).hint("compare it: `script NAME > 0.5`"));
                Expr::always()
            }
        }
    }

    pub(super) fn in_range(&mut self, number: Num, low: i64, high: i64, what: &str) {
        if !(low..=high).contains(&number.thousandths) {
            let message = format!("{what} is never outside {}..{}", shown(low), shown(high));
            let finding = Finding::new("R0104", number.at, message).hint("write a number that it can be");
            let whole = number.thousandths / 1000;
            // People think of shares in percent.
            let percent = (low, high) == (0, 1000) && number.thousandths % 1000 == 0 && (2..=100).contains(&whole);
            self.report(if percent {
                finding.hint(format!("did you mean `{whole}%`?")).edit(
                    format!("write `{whole}%`"),
                    number.at,
                    format!("{whole}%"),
                )
            } else {
                finding
            });
        }
    }

    fn named(&mut self, path: &Word, names: &[Word]) -> Expr {
        let Some((kind, is_tier)) = self.type_of(path) else { return Expr::always() };
        match &kind {
            Kind::OneOf(allowed) => {
                for name in names.iter().filter(|name| !allowed.contains(&name.text)) {
                    let sort = match path.text.as_str() {
                        "intent" => Some(Sort::Intent),
                        "agent" => Some(Sort::Agent),
                        "action" => Some(Sort::Action),
                        "tier" => Some(Sort::Tier),
                        _ => None,
                    };
                    let words: Vec<&str> = allowed.iter().map(String::as_str).collect();
                    if sort.is_some_and(|sort| self.broken.excuses(sort, &name.text, &words)) {
                        continue;
                    }
                    let code = if sort.is_some() { "R0102" } else { "R0104" };
                    let mut finding = Finding::new(code, name.at, format!("`{}` is never `{}`", path.text, name.text));
                    finding = match nearest(&name.text, allowed.iter().map(String::as_str)) {
                        Some(_) => finding.did_you_mean(&name.text, allowed.iter().map(String::as_str)),
                        None => finding.hint(format!("it is one of: {}", allowed.join(", "))),
                    };
                    self.report(finding);
                }
                if is_tier {
                    return self.tiers_where(path, |tier| names.iter().any(|name| name.text == tier));
                }
            }
            Kind::Open => {
                for name in
                    names.iter().filter(|name| path.text == "message.language" && !(2..=3).contains(&name.text.len()))
                {
                    let message = format!("`{}` is no language code", name.text);
                    self.report(Finding::new("R0104", name.at, message).hint("write two letters, such as `en`"));
                }
            }
            Kind::YesNo => return self.yes_is_alone(path, names),
            other => return self.wrong_type(path, other),
        }
        let names = names.iter().map(|name| name.text.clone()).collect();
        Expr::Named(self.slot(&path.text, kind, false), names)
    }

    /// `contact.new is yes` is written `contact.new`.
    fn yes_is_alone(&mut self, path: &Word, names: &[Word]) -> Expr {
        let written = match names {
            [name] if name.text == "yes" => path.text.clone(),
            [name] if name.text == "no" => format!("not {}", path.text),
            _ => return self.wrong_type(path, &Kind::YesNo),
        };
        let whole = names.iter().fold(path.at, |whole, name| At { end: name.at.end, ..whole });
        let finding = Finding::new("R0103", whole, format!("`{}` is yes/no", path.text));
        self.report(finding.hint(format!("write `{written}`")).offer(format!("write `{written}`"), whole, written));
        Expr::always()
    }

    fn tiers_where(&mut self, path: &Word, wanted: impl Fn(&str) -> bool) -> Expr {
        if self.in_risk {
            let message = "the risk table cannot read the tier that it decides";
            self.report(Finding::new("R0113", path.at, message).hint("use the facts themselves"));
        }
        Expr::Tier(self.model.tiers.iter().map(|tier| wanted(tier)).collect())
    }

    fn compare_tier(&mut self, path: &Word, comparison: Comparison, name: &Word) -> Expr {
        let Some((kind, is_tier)) = self.type_of(path) else { return Expr::always() };
        if !is_tier {
            return self.wrong_type(path, &kind);
        }
        let Some(limit) = self.tier_number(name) else { return Expr::always() };
        let tiers = self.model.tiers.clone();
        let number = |tier: &str| tiers.iter().position(|one| one == tier).unwrap_or(0) as i64;
        self.tiers_where(path, |tier| comparison.holds(number(tier), limit as i64))
    }

    fn number(&mut self, path: &Word, comparison: Comparison, number: Num, currency: Option<&Word>) -> Expr {
        let Some((kind, _)) = self.type_of(path) else { return Expr::always() };
        match (&kind, currency) {
            (Kind::Number(low, high), None) => {
                self.in_range(number, *low, *high, &format!("`{}`", path.text));
                let slot = self.slot(&path.text, kind, false);
                Expr::Number(slot, comparison, number.thousandths)
            }
            (Kind::Money(wanted, low, high), Some(currency)) => {
                if currency.text != *wanted {
                    let message = format!("`{}` is in {wanted}, not in {}", path.text, currency.text);
                    let hint = format!("write the amount in {wanted}: it is not converted");
                    self.report(Finding::new("R0103", currency.at, message).hint(hint));
                }
                self.in_range(number, low.saturating_mul(10), high.saturating_mul(10), &format!("`{}`", path.text));
                let hundredths = self.hundredths(number);
                Expr::Number(self.slot(&path.text, kind, false), comparison, hundredths)
            }
            (Kind::Money(wanted, ..), None) => {
                let message = format!("`{}` is an amount of money", path.text);
                let behind = At { start: number.at.end, ..number.at };
                let finding = Finding::new("R0103", number.at, message).hint(format!("add the currency: `{wanted}`"));
                self.report(finding.edit(format!("add `{wanted}`"), behind, format!(" {wanted}")));
                Expr::always()
            }
            (Kind::Number(..), Some(currency)) => {
                let message = format!("`{}` is a number without a currency", path.text);
                let finding = Finding::new("R0103", currency.at, message).hint("leave the currency out");
                self.report(finding.edit("remove the currency", At { start: number.at.end, ..currency.at }, ""));
                Expr::always()
            }
            (other, _) => self.wrong_type(path, other),
        }
    }

    /// An amount in hundredths; more than two decimals do not exist in money.
    pub(super) fn hundredths(&mut self, number: Num) -> i64 {
        if number.thousandths % 10 != 0 {
            let finding = Finding::new("R0104", number.at, "an amount of money has two decimals at most");
            self.report(finding.hint("round it"));
        }
        number.thousandths / 10
    }

    /// A scope as a condition and a rank: kinds are joined by "and", several of one kind by "or".
    pub(super) fn scope(&mut self, scope: &Scope) -> (u8, Expr) {
        let (mut rank, mut all) = (0, Vec::new());
        for (kind, bit) in
            [(ScopeKind::Segment, 8), (ScopeKind::Agent, 4), (ScopeKind::Intent, 2), (ScopeKind::Channel, 1)]
        {
            let names: Vec<&Word> =
                scope.items.iter().filter(|(other, _)| *other == kind).map(|(_, name)| name).collect();
            if names.is_empty() {
                continue;
            }
            rank |= bit;
            let (sort, path) = match kind {
                ScopeKind::Segment => (Sort::Segment, ""),
                ScopeKind::Agent => (Sort::Agent, "agent"),
                ScopeKind::Intent => (Sort::Intent, "intent"),
                ScopeKind::Channel => (Sort::Channel, "channel"),
            };
            if kind == ScopeKind::Segment {
                all.push(Expr::Any(names.into_iter().map(|name| self.segment(name)).collect()));
                continue;
            }
            let known = names.iter().filter(|name| self.known(sort, name)).count();
            if known == names.len()
                && let Some(first) = names.first()
            {
                let word = Word { text: path.to_owned(), at: first.at };
                if let Some((kind, _)) = self.type_of(&word) {
                    let slot = self.slot(path, kind, false);
                    all.push(Expr::Named(slot, names.iter().map(|name| name.text.clone()).collect()));
                }
            }
        }
        (rank, Expr::All(all))
    }
}

/// Thousandths as written.
pub(crate) fn shown(thousandths: i64) -> String {
    let (sign, number) = if thousandths < 0 { ("-", -thousandths) } else { ("", thousandths) };
    let (whole, rest) = (number / 1000, number % 1000);
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned()
    }
}
