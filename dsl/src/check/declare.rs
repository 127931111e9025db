//! Declarations: everything that has a name, before any rule is looked at.

use std::collections::BTreeSet;

use super::{Checker, Sort, items};
use crate::ast::{At, CalendarDay, ItemKind, Num, Opening, Signal as SignalWord, Subject, TypeWord, Word};
use crate::condition::Kind;
use crate::detect::{self, Detector, DetectorSet, MOST_WORDS, Signal};
use crate::hours::{Holiday, Hours, Interval, zone};
use crate::load::{File, Role};
use crate::policy::{AiAgent, DraftSpec, FactDecl, Intent};
use crate::program::MOST_TIERS;
use crate::source::{Finding, nearest};
use crate::vocabulary::{ACTIONS, CHANNELS, FACTS};

impl Checker<'_> {
    pub(super) fn declare_all(&mut self, files: &[File]) {
        for channel in CHANNELS {
            self.built_in(Sort::Channel, channel);
        }
        for action in ACTIONS {
            self.built_in(Sort::Action, action);
        }
        let standard = FACTS.iter().map(|fact| (fact.path, fact.type_.words(), fact.sentence));
        self.model.facts = standard
            .map(|(path, type_, sentence)| FactDecl { path: path.to_owned(), type_, sentence: sentence.to_owned() })
            .collect();
        for file in files {
            for item in &file.tree.items {
                self.annotate(item);
                self.declare_item(file.role, &item.kind);
            }
        }
        self.packs(files);
        self.certificates(files);
        self.parts(files);
        self.tiers(files);
        self.hours(files);
        self.detectors(files);
        // The decision itself reads these, whatever the rules ask.
        for (path, number) in [("intent", 0), ("action", 1), ("confidence", 2)] {
            let word = Word { text: path.to_owned(), at: At { file: 0, start: 0, end: 0 } };
            if let Some((kind, _)) = self.type_of(&word) {
                let slot = self.slot(path, kind, false);
                match number {
                    0 => self.model.core.intent = slot,
                    1 => self.model.core.action = slot,
                    _ => self.model.core.confidence = slot,
                }
            }
        }
    }

    fn built_in(&mut self, sort: Sort, name: &str) {
        let at = At { file: 0, start: 0, end: 0 };
        self.symbols.insert((sort, name.to_owned()), super::Symbol { at, role: Role::Base });
    }

    fn declare_item(&mut self, role: Role, kind: &ItemKind) {
        match kind {
            ItemKind::Segment { name, .. } => {
                let new = self.declare(Sort::Segment, &name.text, name, role);
                self.model.segments.extend(new.then(|| name.text.clone()));
            }
            ItemKind::Team { name, .. } => {
                let new = self.declare(Sort::Team, &name.text, name, role);
                self.model.teams.extend(new.then(|| name.text.clone()));
            }
            ItemKind::Agent { name, title, channels } => {
                self.declare(Sort::Agent, &name.text, name, role);
                if name.text == "none" {
                    let message = "`none` means that no AI agent answers: it cannot be a name";
                    self.report(Finding::new("R0105", name.at, message).hint("choose another name"));
                }
                for channel in channels {
                    self.known(Sort::Channel, channel);
                }
                self.model.agents.push(AiAgent {
                    name: name.text.clone(),
                    title: title.as_ref().map(|title| title.text.clone()),
                    channels: channels.iter().map(|channel| channel.text.clone()).collect(),
                });
            }
            ItemKind::Fact { path, type_, title } => self.fact(role, path, type_, title.as_ref()),
            ItemKind::Calendar { name, .. } => {
                self.declare(Sort::Calendar, &name.text, name, role);
            }
            ItemKind::Hours { name, .. } => {
                self.declare(Sort::Hours, &name.text, name, role);
            }
            ItemKind::Detector { name, subject, .. } => {
                self.declare(Sort::Detector, &format!("{}.{}", subject.as_str(), name.text), name, role);
            }
            ItemKind::Script { name, .. } => {
                self.declare(Sort::Script, &name.text, name, role);
            }
            ItemKind::Switch { name, .. } => {
                let new = self.declare(Sort::Switch, &name.text, name, role);
                self.model.switches.extend(new.then(|| name.text.clone()));
            }
            ItemKind::Limit { name, .. } => {
                self.declare(Sort::Limit, &name.text, name, role);
            }
            ItemKind::Certificate { name, .. } => {
                self.declare(Sort::Certificate, &name.text, name, role);
            }
            ItemKind::Pause { name, .. } => {
                self.declare(Sort::Pause, &name.text, name, role);
            }
            ItemKind::Guard { name, .. } => {
                self.declare(Sort::Guard, &name.text, name, role);
            }
            ItemKind::Mode { name, .. } => {
                self.declare(Sort::Mode, &name.text, name, role);
            }
            ItemKind::Sweep { name, .. } => {
                self.declare(Sort::Sweep, &name.text, name, role);
            }
            ItemKind::Actions(rows) => {
                for (name, ..) in rows {
                    self.symbols
                        .entry((Sort::Action, name.text.clone()))
                        .or_insert(super::Symbol { at: name.at, role });
                }
            }
            // It adds to another one, or is declared after all others.
            kind if super::is_pack(role, kind) => {}
            ItemKind::Intent { name, title, examples, drafts, also, .. } => {
                if !self.declare(Sort::Intent, &name.text, name, role) {
                    return;
                }
                if let [first, second, ..] = drafts.as_slice() {
                    let message = format!("the intent `{}` has two drafts", name.text);
                    let finding = Finding::new("R0111", second.at, message).label(first.at, "the first one");
                    self.report(finding.hint("keep one of them"));
                }
                let text = |word: &Option<Word>| word.as_ref().map(|word| word.text.clone());
                let draft = drafts.first().map(|draft| DraftSpec {
                    template: text(&draft.template),
                    model: text(&draft.model),
                    tone: text(&draft.tone),
                    max_words: draft.max_words,
                    sources: text(&draft.sources),
                    parts: draft.parts.iter().map(|part| part.text.clone()).collect(),
                });
                self.model.intents.push(Intent {
                    name: name.text.clone(),
                    title: text(title),
                    examples: examples.iter().map(|example| example.text.clone()).collect(),
                    draft,
                    also: also.iter().map(|action| action.text.clone()).collect(),
                    at: self.location(name.at),
                });
            }
            _ => {}
        }
    }

    fn fact(&mut self, role: Role, path: &Word, type_: &TypeWord, title: Option<&Word>) {
        if FACTS.iter().any(|fact| fact.path == path.text) {
            let message = format!("`{}` is a standard fact already", path.text);
            self.report(
                Finding::new("R0105", path.at, message).hint("leave the declaration out, or choose another name"),
            );
            return;
        }
        if !self.declare(Sort::Fact, &path.text, path, role) {
            return;
        }
        let (kind, words) = match type_ {
            TypeWord::YesNo => (Kind::YesNo, "yes/no".to_owned()),
            TypeWord::OneOf(names) => {
                let names: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
                let words = format!("one of [{}]", names.join(", "));
                (Kind::OneOf(names), words)
            }
            TypeWord::Number(low, high) => {
                self.range(*low, *high);
                let shown = |number: &Num| super::conditions::shown(number.thousandths);
                (Kind::Number(low.thousandths, high.thousandths), format!("number {}..{}", shown(low), shown(high)))
            }
            TypeWord::Money(currency, low, high) => {
                self.range(*low, *high);
                let (from, to) = (self.hundredths(*low), self.hundredths(*high));
                let shown = |number: &Num| super::conditions::shown(number.thousandths);
                let words = format!("money {} {}..{}", currency.text, shown(low), shown(high));
                (Kind::Money(currency.text.clone(), from, to), words)
            }
        };
        self.own_facts.insert(path.text.clone(), kind);
        let sentence = title.map(|title| title.text.clone()).unwrap_or_default();
        self.model.facts.push(FactDecl { path: path.text.clone(), type_: words, sentence });
    }

    fn range(&mut self, low: Num, high: Num) {
        if low.thousandths > high.thousandths {
            let finding = Finding::new("R0104", low.at, "the range runs backwards");
            self.report(finding.hint("write the smaller number first"));
        }
    }

    /// The tiers of the root file, else those of `std/base`.
    fn tiers(&mut self, files: &[File]) {
        let mut chosen: Option<(&Vec<Word>, Role)> = None;
        for (file, kind, at) in items(files) {
            let ItemKind::Tiers(names) = kind else { continue };
            match chosen {
                Some((_, Role::Root)) => {
                    self.report(Finding::new("R0105", at, "the tiers are declared twice").hint("keep one of them"));
                }
                Some(_) if file.role == Role::Root => {
                    self.report(Finding::new("R0130", at, "this replaces the tiers of std/base"));
                    // The built-in modes speak about the built-in tiers: they are gone with them.
                    self.symbols.retain(|(sort, _), symbol| *sort != Sort::Mode || symbol.role != Role::Base);
                    chosen = Some((names, file.role));
                }
                Some(_) => {
                    self.only_root(file, at, "the tiers");
                }
                None => chosen = Some((names, file.role)),
            }
        }
        for name in chosen.map(|(names, _)| names.as_slice()).unwrap_or_default() {
            if self.declare(Sort::Tier, &name.text, name, Role::Root) {
                self.model.tiers.push(name.text.clone());
            }
            if self.model.tiers.len() == MOST_TIERS + 1 {
                let message = format!("there are more than {MOST_TIERS} tiers");
                self.report(Finding::new("R0112", name.at, message).hint("join some: nobody tells that many apart"));
            }
        }
    }

    fn hours(&mut self, files: &[File]) {
        if let Some((_, text)) = self.root_timezone(files) {
            match zone(&text.text) {
                Some(zone) => {
                    self.model.timezone = text.text.clone();
                    self.model.zone = zone;
                }
                None => {
                    let message = format!("there is no time zone `{}`", text.text);
                    let known: Vec<String> =
                        jiff::tz::TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
                    let city = known.iter().find(|name| name.rsplit('/').next() == Some(text.text.as_str()));
                    let finding = Finding::new("R0114", text.at, message);
                    let near = nearest(&text.text, known.iter().map(String::as_str));
                    let hint = "write a name of the IANA time zone database, such as \"Europe/Berlin\"";
                    self.report(match city.or(near.as_ref()) {
                        Some(name) => finding.hint(format!("did you mean \"{name}\"?")).edit(
                            format!("write \"{name}\""),
                            text.at,
                            format!("\"{name}\""),
                        ),
                        None => finding.hint(hint),
                    });
                }
            }
        }
        let mut calendars = std::collections::BTreeMap::new();
        for (_, kind, _) in items(files) {
            if let ItemKind::Calendar { name, days } = kind {
                let days: Vec<Holiday> = days.iter().filter_map(|day| self.holiday(day)).collect();
                calendars.insert(name.text.clone(), days);
            }
        }
        for (_, kind, _) in items(files) {
            let ItemKind::Hours { name, openings, except } = kind else { continue };
            let intervals = openings.iter().flat_map(|opening| self.intervals(opening)).collect();
            let mut holidays = Vec::new();
            for calendar in except {
                if self.known(Sort::Calendar, calendar) {
                    holidays.extend(calendars.get(&calendar.text).into_iter().flatten().copied());
                }
            }
            self.model.hours.push(Hours { name: name.text.clone(), intervals, except: holidays });
        }
        for (_, kind, _) in items(files) {
            if let ItemKind::Team { during: Some(hours), .. } = kind {
                self.known(Sort::Hours, hours);
            }
        }
    }

    fn root_timezone<'f>(&mut self, files: &'f [File]) -> Option<(At, &'f Word)> {
        let mut first: Option<(At, &Word)> = None;
        for (file, kind, at) in items(files) {
            let ItemKind::Timezone(text) = kind else { continue };
            if !self.only_root(file, at, "the time zone") {
                continue;
            }
            match first {
                Some((earlier, _)) => self.report(
                    Finding::new("R0111", at, "the time zone is set twice")
                        .label(earlier, "set here first")
                        .hint("keep one of them: a policy has one time zone"),
                ),
                None => first = Some((at, text)),
            }
        }
        first
    }

    fn holiday(&mut self, day: &CalendarDay) -> Option<Holiday> {
        let (CalendarDay::Yearly(word) | CalendarDay::Date(word)) = day;
        let numbers: Vec<i16> = word.text.split('-').filter_map(|part| part.parse().ok()).collect();
        // 29 February of a leap year stands for "every year that has one".
        let (year, month, day_of_month) = match (day, numbers.as_slice()) {
            (CalendarDay::Yearly(_), [month, day]) => (2024, *month, *day),
            (CalendarDay::Date(_), [year, month, day]) => (*year, *month, *day),
            _ => (0, 0, 0),
        };
        let date =
            jiff::civil::Date::new(year, i8::try_from(month).unwrap_or(0), i8::try_from(day_of_month).unwrap_or(0));
        let Ok(date) = date else {
            let hint = match day {
                CalendarDay::Yearly(_) => "write the month and the day: `yearly 12-25`",
                CalendarDay::Date(_) => "write year, month and day: `2027-03-26`",
            };
            self.report(Finding::new("R0104", word.at, format!("there is no day `{}`", word.text)).hint(hint));
            return None;
        };
        Some(match day {
            CalendarDay::Yearly(_) => Holiday::Yearly { month: date.month(), day: date.day() },
            CalendarDay::Date(_) => Holiday::Date { year, month: date.month(), day: date.day() },
        })
    }

    fn intervals(&mut self, opening: &Opening) -> Vec<Interval> {
        let (Some(from), Some(mut to)) = (self.minute(&opening.from), self.minute(&opening.to)) else {
            return Vec::new();
        };
        if from == to || from == 1440 {
            self.report(
                Finding::new("R0104", opening.to.at, "these hours have no length").hint("a whole day is `00:00-24:00`"),
            );
        }
        if to < from {
            to += 1440;
        }
        opening.days.iter().map(|day| Interval { day: *day as i8, from, to }).collect()
    }

    /// Minutes since midnight; `24:00` is allowed.
    pub(super) fn minute(&mut self, clock: &Word) -> Option<i32> {
        let (hour, minute) = clock.text.split_once(':')?;
        let minutes =
            hour.parse::<i32>().ok()? * 60 + minute.parse::<i32>().ok().filter(|minute| *minute < 60).unwrap_or(9999);
        if minutes > 1440 {
            let finding = Finding::new("R0104", clock.at, format!("there is no time `{}`", clock.text));
            self.report(finding.hint("times go from `00:00` to `24:00`"));
            return None;
        }
        Some(minutes)
    }

    /// What drafts must have: each part is a detector on drafts.
    fn parts(&mut self, files: &[File]) {
        for (_, kind, _) in items(files) {
            let ItemKind::Intent { drafts, .. } = kind else { continue };
            for draft in drafts {
                let mut seen = BTreeSet::new();
                for part in &draft.parts {
                    if self.detector(Subject::Draft, part) && !seen.insert(&part.text) {
                        let message = format!("`{}` stands twice in what the draft must have", part.text);
                        self.report(Finding::new("R0105", part.at, message).hint("keep one of them"));
                    }
                }
            }
        }
    }

    fn detectors(&mut self, files: &[File]) {
        let (mut detectors, mut words) = (Vec::new(), Vec::new());
        for (_, kind, _) in items(files) {
            let ItemKind::Detector { name, subject, signals, .. } = kind else { continue };
            let mut checked = Vec::new();
            for signal in signals {
                match signal {
                    SignalWord::Words(texts) => {
                        for text in texts {
                            if text.text.trim().is_empty() {
                                let message = "an empty word would be found everywhere";
                                let finding = Finding::new("R0104", text.at, message);
                                self.report(finding.hint("write a word between the quotes, or remove them"));
                            } else {
                                words.push((detectors.len(), text.text.trim().to_owned()));
                            }
                        }
                    }
                    SignalWord::Pattern(text) => match detect::pattern(&text.text) {
                        Ok(pattern) if pattern.is_match("") => {
                            let message = "this pattern fits the empty text, so it would be found everywhere";
                            let hint = "ask for at least one letter: `+` instead of `*`";
                            self.report(Finding::new("R0126", text.at, message).hint(hint));
                        }
                        Ok(pattern) => checked.push(Signal::Pattern(pattern)),
                        Err(reason) => {
                            let message = format!("this pattern cannot be used: {reason}");
                            let hint = "for plain words use `words \"...\"`: they need no special signs";
                            self.report(Finding::new("R0126", text.at, message).hint(hint));
                        }
                    },
                    SignalWord::Amount(comparison, number, currency) => {
                        checked.push(Signal::Amount(*comparison, self.hundredths(*number), currency.text.clone()));
                    }
                    SignalWord::Model(score, comparison, number) => {
                        self.in_range(*number, 0, 1000, "a model score");
                        checked.push(Signal::Model(score.text.clone(), *comparison, number.thousandths));
                    }
                    SignalWord::File(kind) => {
                        if *subject != crate::ast::Subject::Message {
                            let message = "only a message has attachments";
                            self.report(
                                Finding::new("R0108", kind.at, message).hint("declare the detector `on message`"),
                            );
                        } else if !kind.text.contains('/') {
                            let message = format!("`{}` is no attachment type", kind.text);
                            self.report(
                                Finding::new("R0104", kind.at, message)
                                    .hint("write a MIME type: `application/pdf` or `image/*`"),
                            );
                        }
                        checked.push(Signal::File(kind.text.to_ascii_lowercase()));
                    }
                }
            }
            detectors.push(Detector { subject: *subject, name: name.text.clone(), signals: checked });
        }
        if words.len() > MOST_WORDS {
            let at = items(files).find_map(|(_, kind, _)| match kind {
                ItemKind::Detector { name, .. } => Some(name.at),
                _ => None,
            });
            let message = format!("the detectors have {} words, and {MOST_WORDS} are allowed", words.len());
            let finding = Finding::new("R0126", at.unwrap_or(At { file: 0, start: 0, end: 0 }), message);
            return self.report(finding.hint("join words with a `pattern`, or look for the shorter ones"));
        }
        match DetectorSet::new(detectors, &words) {
            Ok(set) => self.model.detectors = set,
            Err(reason) => {
                let at = At { file: 0, start: 0, end: 0 };
                self.report(Finding::new("R0126", at, format!("the word lists cannot be used: {reason}")));
            }
        }
    }
}
