//! Slips of one key in every policy that ships. Each gives an error, or a policy that decides alike, or is shown: what
//! becomes freer is listed in the snapshots beside this file, to be read in review.
//!
//! The ordinary run tries every fortieth mutant and accepts no freer one that is not on the list. All of them, which
//! writes the list: `UPDATE=1 cargo test -p remit-dsl --test typos -- --ignored --nocapture`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

#[path = "../common/mod.rs"]
mod common;
mod mutants;
mod situations;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use common::repository;
use mutants::{Mutant, Token};
use remit_dsl::diff::{Direction, Region, diff};
use remit_dsl::{Compiled, Facts, Policy, STANDARD_FILES, Severity, Value, Verdict};
use situations::Situation;

/// A file to damage, and the policy through which the damage shows.
struct Subject {
    file: &'static str,
    root: &'static str,
    files: BTreeMap<String, String>,
    text: String,
}

/// Every shipped file with the root that it is looked at through: itself, or a policy that imports it.
const FILES: [(&str, &str); 8] = [
    ("default.remit", "default.remit"),
    ("b2b_sales.remit", "b2b_sales.remit"),
    ("regulated_support.remit", "regulated_support.remit"),
    ("starter.remit", "starter.remit"),
    ("company-baseline.remit", "default.remit"),
    ("std/base", "default.remit"),
    ("std/sales", "b2b_sales.remit"),
    ("std/privacy", "regulated_support.remit"),
];

impl Subject {
    fn new(file: &'static str, root: &'static str) -> Self {
        let folder = common::folder(&repository().join("policies"));
        let files = remit_dsl::compile(root, &folder).policy.unwrap().files().clone();
        let standard = STANDARD_FILES.iter().find(|(name, _)| *name == file).map(|(_, text)| (*text).to_owned());
        let text = standard.unwrap_or_else(|| files[file].clone());
        Self { file, root, files, text }
    }

    fn compile(&self, text: &str) -> Compiled {
        let standard = STANDARD_FILES.map(|(name, own)| (name, if name == self.file { text } else { own }));
        let read = |name: &str| match name {
            name if name == self.file => Ok(text.to_owned()),
            name => self.files.get(name).cloned().ok_or_else(|| "there is no such file".to_owned()),
        };
        remit_dsl::compile_over(&standard, self.root, &read)
    }

    fn snapshot(&self) -> PathBuf {
        let name = self.file.replace('/', "_").replace(".remit", "");
        repository().join("dsl/tests/snapshots").join(format!("typos_{name}.snap"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Error,
    Same,
    Unseen,
    Stricter,
    Sideways,
    Freer,
}

/// What a mutant came to.
struct Finding {
    kind: Kind,
    /// A warning that the original has not.
    warned: bool,
    /// The policy's own tests fail.
    caught: bool,
    /// The exact difference was too hard to find: the situations alone say what it is.
    hard: bool,
    /// What moved.
    moved: String,
}

/// What two policies that both compile decide differently.
struct Compared<'s> {
    original: &'s Policy,
    meaning: BTreeSet<String>,
    actions: BTreeSet<String>,
    situations: &'s [(Situation, Verdict)],
    warnings: usize,
}

fn warnings(compiled: &Compiled) -> usize {
    compiled.diagnostics.iter().filter(|found| found.severity == Severity::Warning).count()
}

/// Names that one policy has and the other has not, if it is one each: it was renamed.
fn renamed<'n>(
    before: impl Iterator<Item = &'n str>,
    after: impl Iterator<Item = &'n str>,
) -> Option<(String, String)> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (before.collect(), after.collect());
    let (mut gone, mut new) = (before.difference(&after), after.difference(&before));
    match (gone.next(), gone.next(), new.next(), new.next()) {
        (Some(gone), None, Some(new), None) => Some(((*gone).to_owned(), (*new).to_owned())),
        _ => None,
    }
}

/// Names that the mutant has in place of the original's.
struct Renames {
    /// Facts whose value is a name, with the name before and after.
    values: Vec<(&'static str, String, String)>,
    /// Facts whose key holds the name: the prefix, before and after.
    keys: Vec<(&'static str, String, String)>,
}

impl Renames {
    fn between(original: &Compared<'_>, mutant: &BTreeSet<String>) -> Self {
        let pair = |word: &str, end: char| {
            let names = |meaning: &BTreeSet<String>| {
                let lines = meaning.iter().filter_map(|line| line.strip_prefix(word));
                lines.filter_map(|line| line.split(end).next().map(str::to_owned)).collect::<Vec<_>>()
            };
            let (before, after) = (names(&original.meaning), names(mutant));
            renamed(before.iter().map(String::as_str), after.iter().map(String::as_str))
        };
        let of = |kinds: &[(&'static str, &str, char)]| {
            let pairs = kinds.iter().filter_map(|(to, word, end)| {
                let (gone, new) = pair(word, *end)?;
                Some((*to, gone, new))
            });
            pairs.collect::<Vec<_>>()
        };
        Self {
            values: of(&[("intent", "intent (\"", '"'), ("agent", "agent (\"", '"')]),
            keys: of(&[
                ("over:", "limit (\"", '"'),
                ("", "fact ", ':'),
                ("detect:", "detector ", ' '),
                ("segment:", "segment \"", '"'),
                ("switch:", "switch \"", '"'),
            ]),
        }
    }

    /// Puts facts in the names of the mutant: a host reads them from it.
    fn apply(&self, facts: &mut Facts) {
        for (key, gone, new) in &self.values {
            if facts.get_name(key) == Some(gone) {
                facts.values.get_mut(*key).unwrap().value = Some(Value::Name(new.clone()));
            }
        }
        for (prefix, gone, new) in &self.keys {
            if let Some(fact) = facts.values.remove(&format!("{prefix}{gone}")) {
                facts.values.insert(format!("{prefix}{new}"), fact);
            }
            if let Some(until) = facts.over_until_ms.remove(gone) {
                facts.over_until_ms.insert(new.clone(), until);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.keys.is_empty()
    }
}

/// Freer, stricter or sideways, with words; `None` when nothing that matters moved.
fn moved(before: &Verdict, after: &Verdict) -> Option<(Kind, String)> {
    let direction = |freer: bool| if freer { Kind::Freer } else { Kind::Stricter };
    if before.outcome != after.outcome {
        return Some((direction(after.outcome < before.outcome), format!("{} -> {}", before.outcome, after.outcome)));
    }
    if before.hold_until_ms != after.hold_until_ms {
        return Some((direction(after.hold_until_ms < before.hold_until_ms), "another end of a hold".to_owned()));
    }
    if before.undo_ms != after.undo_ms {
        let words = format!("undo {} s -> {} s", before.undo_ms / 1000, after.undo_ms / 1000);
        return Some((direction(after.undo_ms < before.undo_ms), words));
    }
    if before.approvals.two_people != after.approvals.two_people {
        return Some((direction(before.approvals.two_people), "two people".to_owned()));
    }
    let pause = |verdict: &Verdict| verdict.pauses.iter().map(|pause| pause.for_ms.unwrap_or(i64::MAX)).max();
    if pause(before) != pause(after) {
        return Some((direction(pause(after) < pause(before)), "pause".to_owned()));
    }
    if before.also_do.len() != after.also_do.len() {
        return Some((direction(after.also_do.len() > before.also_do.len()), "actions done at once".to_owned()));
    }
    let route = |verdict: &Verdict| {
        let route = &verdict.route;
        format!("{:?}", (&route.team, &route.person, &route.skill, &route.pick, &route.priority, route.sla_ms))
    };
    let terms = |verdict: &Verdict| {
        let terms = &verdict.approvals;
        (terms.expire_after_ms, terms.then, terms.remind_after_ms, terms.team.clone())
    };
    (route(before) != route(after) || terms(before) != terms(after)).then(|| (Kind::Sideways, "route".to_owned()))
}

impl Compared<'_> {
    fn with(&self, compiled: Compiled) -> Finding {
        let warned = warnings(&compiled) > self.warnings;
        let mut finding = Finding { kind: Kind::Error, warned, caught: false, hard: false, moved: String::new() };
        let Some(mutant) = compiled.policy else { return finding };
        let meaning: BTreeSet<String> = mutant.meaning().lines().map(str::to_owned).collect();
        finding.kind = Kind::Same;
        if meaning == self.meaning && mutant.meaning() == self.original.meaning() {
            return finding;
        }
        finding.kind = Kind::Unseen;
        let renames = Renames::between(self, &meaning);
        for (situation, before) in self.situations {
            let after = if renames.is_empty() && situation.texts.is_none() {
                mutant.decide(&situation.facts)
            } else {
                let mut situation = situation.clone();
                renames.apply(&mut situation.facts);
                mutant.decide(&situation.facts_for(&mutant))
            };
            if let Some((kind, words)) = moved(before, &after)
                && kind > finding.kind
            {
                (finding.kind, finding.moved) = (kind, words);
            }
            if finding.kind == Kind::Freer {
                break;
            }
        }
        // The situations are chosen; the difference is exact, for what is not made of words, hours and names.
        if finding.kind != Kind::Freer && renames.is_empty() {
            let diff = diff(self.original, &mutant);
            // What only an action could do that nobody has is of no concern.
            let is_real = |region: &&Region| {
                region.direction == Direction::Freer
                    && region.example.facts.get_name("action").is_none_or(|action| self.actions.contains(action))
            };
            if let Some(region) = diff.regions.iter().find(is_real) {
                let where_ = if region.when_facts_fail { " where facts fail" } else { "" };
                (finding.kind, finding.moved) = (Kind::Freer, format!("{} -> {}{where_}", region.from, region.to));
            }
            finding.hard = diff.incomplete && finding.kind != Kind::Freer;
        }
        // What the host does with a policy besides deciding.
        let counts = |policy: &Policy| policy.limits().iter().map(|limit| limit.count).collect::<Vec<_>>();
        let (few, many) = (counts(self.original), counts(&mutant));
        if few.iter().zip(&many).any(|(before, after)| after > before) {
            (finding.kind, finding.moved) = (Kind::Freer, format!("a limit: {few:?} -> {many:?}"));
        } else if finding.kind == Kind::Unseen {
            let hosts = ["limit ", "sweep ", "intent ", "agent ", "team ", "approvals "];
            if meaning.symmetric_difference(&self.meaning).any(|line| hosts.iter().any(|host| line.starts_with(host))) {
                finding.kind = Kind::Sideways;
            }
        }
        finding.caught = mutant.run_tests(None).cases.iter().any(|case| !case.passed);
        finding
    }
}

/// The list of what is freer, grouped: by place, and for quoted texts by text, of which each letter is alike.
#[derive(Default)]
struct Report {
    counts: BTreeMap<Kind, usize>,
    warned: usize,
    caught: usize,
    hard: usize,
    tried: usize,
    freer: BTreeMap<(u32, String), Vec<String>>,
}

fn group(text: &str, tokens: &[Token<'_>], mutant: &Mutant, finding: &Finding) -> ((u32, String), String) {
    let line = text[..mutant.start].matches('\n').count() as u32 + 1;
    let how = match (finding.warned, finding.caught) {
        (true, _) => " [warned]",
        (_, true) => " [its tests fail]",
        _ => "",
    };
    let token = tokens.iter().find(|token| (token.start..token.start + token.text.len()).contains(&mutant.start));
    let shown = |text: &str| text.replace('\n', "\\n");
    match token {
        Some(token) => {
            let end = (token.start + token.text.len()).max(mutant.end);
            let after = format!("{}{}{}", &text[token.start..mutant.start], mutant.after, &text[mutant.end..end]);
            let before = shown(&text[token.start..end]);
            if token.text.starts_with('"') {
                ((line, format!("{}: {}{how}", shown(token.text), finding.moved)), shown(&after))
            } else {
                ((line, format!("{before} => {}: {}{how}", shown(&after), finding.moved)), String::new())
            }
        }
        None => {
            let from = text[..mutant.start].char_indices().rev().take(14).last().map_or(0, |(at, _)| at);
            let to = text[mutant.end..].char_indices().take(14).last().map_or(text.len(), |(at, _)| mutant.end + at);
            let before = shown(&text[from..to]);
            let after = shown(&format!("{}{}{}", &text[from..mutant.start], mutant.after, &text[mutant.end..to]));
            ((line, format!("`{before}` => `{after}`: {}{how}", finding.moved)), String::new())
        }
    }
}

/// Tries every mutant that is chosen, in as many threads as there are processors.
fn try_all(subject: &Subject, every: usize) -> Report {
    let compiled = subject.compile(&subject.text);
    let warned = warnings(&compiled);
    let original = compiled.policy.unwrap();
    let constants = format!("{}\n{}", subject.text, subject.files.get(subject.root).unwrap());
    let situations = situations::of(&original, &constants);
    let meaning: BTreeSet<String> = original.meaning().lines().map(str::to_owned).collect();
    let actions = meaning.iter().filter_map(|line| line.strip_prefix("action ")?.split(' ').next());
    let actions = actions.chain(["reply"]).map(str::to_owned).collect();
    println!("{} situations of {}", situations.len(), subject.file);
    let compared = Compared { original: &original, meaning, actions, situations: &situations, warnings: warned };
    let tokens = mutants::tokens(&subject.text);
    let all = mutants::all(&subject.text);
    let (next, report) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Relaxed);
            let Some(mutant) = all.get(number) else { return };
            // A fixed choice that has nothing to do with the order of the mutants of one letter.
            if number.wrapping_mul(2_654_435_761) % 1_000_003 % every != 0 {
                continue;
            }
            let text = mutant.apply(&subject.text);
            let words = mutants::differ_only_in_words(&tokens, &mutants::tokens(&text));
            // That such a slip changes nothing follows from the grammar: one in forty is tried all the same.
            let finding = if words && number % 40 != 0 {
                Finding { kind: Kind::Same, warned: false, caught: false, hard: false, moved: String::new() }
            } else {
                let finding = compared.with(subject.compile(&text));
                assert!(!words || finding.kind == Kind::Same, "{}: {mutant:?} is {:?}", subject.file, finding.kind);
                finding
            };
            let mut report = report.lock().unwrap();
            report.tried += 1;
            *report.counts.entry(finding.kind).or_default() += 1;
            if finding.kind != Kind::Error && finding.kind != Kind::Same {
                report.warned += usize::from(finding.warned);
                report.caught += usize::from(finding.caught);
                report.hard += usize::from(finding.hard);
            }
            if finding.kind == Kind::Freer {
                let (key, example) = group(&subject.text, &tokens, mutant, &finding);
                report.freer.entry(key).or_default().push(example);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(work);
        }
    });
    report.into_inner().unwrap()
}

impl Report {
    fn summary(&self, subject: &Subject) -> String {
        let count = |kind: Kind| self.counts.get(&kind).copied().unwrap_or(0);
        format!(
            "{}: {} mutants: {} errors, {} same meaning, {} differ unseen, {} stricter, {} sideways, {} freer; \
             of the last four {} warned, {} caught by the policy's own tests, {} too hard for the exact difference",
            subject.file,
            self.tried,
            count(Kind::Error),
            count(Kind::Same),
            count(Kind::Unseen),
            count(Kind::Stricter),
            count(Kind::Sideways),
            count(Kind::Freer),
            self.warned,
            self.caught,
            self.hard
        )
    }

    fn list(&self) -> String {
        let mut lines = String::new();
        for ((line, what), examples) in &self.freer {
            let mut examples: Vec<&str> = examples.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
            examples.sort_unstable();
            lines += &match examples.first() {
                Some(first) => format!("{line}  {what}  ({} slips, such as {first})\n", examples.len()),
                None => format!("{line}  {what}\n"),
            };
        }
        lines
    }
}

/// The list without places, the number of slips in a text, and who noticed them: another line above changes no slip.
fn keys(list: &str) -> BTreeSet<String> {
    let plain = |line: &str| {
        let line = line.split_once("  ").map_or(line, |(_, rest)| rest);
        let key = line.split_once("  (").map_or(line, |(key, _)| key);
        key.replace(" [warned]", "").replace(" [its tests fail]", "")
    };
    list.lines().map(plain).collect()
}

fn check_sample(subject: &Subject, every: usize) {
    let Ok(listed) = std::fs::read_to_string(subject.snapshot()) else {
        common::skipped(&format!("{} has no list of slips yet", subject.file));
        return;
    };
    let report = try_all(subject, every);
    println!("{}", report.summary(subject));
    let (found, listed) = (keys(&report.list()), keys(&listed));
    let new: Vec<&String> = found.difference(&listed).collect();
    let list = subject.snapshot();
    assert!(new.is_empty(), "{}: slips that make it freer and are not in {}:\n{new:#?}", subject.file, list.display());
}

#[test]
fn no_slip_makes_a_shipped_policy_freer_without_being_on_the_list() {
    for (file, root) in FILES {
        check_sample(&Subject::new(file, root), 40);
    }
}

#[test]
#[ignore = "takes minutes; the ordinary run tries a fortieth"]
fn every_slip_in_every_shipped_policy() {
    let only = std::env::var("ONLY").unwrap_or_default();
    for (file, root) in FILES.into_iter().filter(|(file, _)| file.contains(&only)) {
        let subject = Subject::new(file, root);
        let report = try_all(&subject, 1);
        let text = format!("{}\n\n{}", report.summary(&subject), report.list());
        println!("{}", report.summary(&subject));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(subject.snapshot(), &text).unwrap();
        } else {
            assert_eq!(std::fs::read_to_string(subject.snapshot()).unwrap(), text, "{file}: run again with UPDATE=1");
        }
    }
}
