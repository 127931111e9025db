//! Names and types: trees to a model, collecting every finding. Nothing here stops at the first mistake.

mod annotations;
mod broken;
mod cases;
mod certificates;
mod conditions;
mod declare;
mod files;
mod listing;
mod packs;
mod rules;
mod settings;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::ast::{At, ItemKind, Word};
use crate::codes;
use crate::condition::{Kind, Slot};
use crate::detect::DetectorSet;
use crate::diagnostic::{Diagnostic, Severity};
use crate::load::{File, Loader, Role, STANDARD};
use crate::model::{ApprovalRules, CoreSlots, Demand, Model};
use crate::policy::Policy;
use crate::source::{Finding, Sources};
use crate::verdict::{Location, Outcome, Route};
use crate::{CompileOptions, Compiled, Read, lint};
pub(crate) use annotations::Annotations;
pub(crate) use cases::Asked;
pub(crate) use certificates::UNPROVED;
pub(crate) use conditions::shown;
pub(crate) use listing::{duration, scope_text};
pub(crate) use packs::is_pack;

/// What a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Segment,
    Team,
    Agent,
    Fact,
    Calendar,
    Hours,
    Detector,
    Script,
    Intent,
    Switch,
    Limit,
    Certificate,
    Pause,
    Guard,
    Mode,
    Sweep,
    Tier,
    Action,
    Channel,
}

impl Sort {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Team => "team",
            Self::Agent => "AI agent",
            Self::Fact => "fact",
            Self::Calendar => "calendar",
            Self::Hours => "hours block",
            Self::Detector => "detector",
            Self::Script => "script",
            Self::Intent => "intent",
            Self::Switch => "switch",
            Self::Limit => "limit",
            Self::Certificate => "certificate",
            Self::Pause => "pause",
            Self::Guard => "guard",
            Self::Mode => "mode",
            Self::Sweep => "sweep",
            Self::Tier => "tier",
            Self::Action => "action",
            Self::Channel => "channel",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Symbol {
    pub(crate) at: At,
    role: Role,
}

pub(crate) struct Checker<'s> {
    sources: &'s Sources,
    found: Vec<Finding>,
    symbols: BTreeMap<(Sort, String), Symbol>,
    /// Types of the policy's own facts.
    own_facts: BTreeMap<String, Kind>,
    slot_numbers: BTreeMap<String, usize>,
    /// True while the risk table is read: it may not ask for the tier.
    in_risk: bool,
    /// For each imported file the settings in it that do not count here, and the first place of one.
    not_taken_over: BTreeMap<u32, (At, Vec<&'static str>)>,
    /// Names that text which cannot be read would have declared.
    broken: broken::Broken,
    /// The annotations of each item, by the item's place.
    annotations: BTreeMap<At, Annotations>,
    /// What each inline case asks, to find those that ask the same.
    asked: Vec<Asked>,
    /// The places of the model's claims.
    claim_places: Vec<At>,
    model: Model,
}

/// Compiles the policy whose root file is `root`.
pub(crate) fn compile(root: &str, read: &Read<'_>, options: &CompileOptions) -> Compiled {
    compile_over(&STANDARD, root, read, options)
}

/// The same over other built-in files.
pub(crate) fn compile_over(
    standard: &[(&str, &str)],
    root: &str,
    read: &Read<'_>,
    options: &CompileOptions,
) -> Compiled {
    build(standard, root, read, options, true).1
}

/// The model of a policy whose claims may be false. The errors are those of the policy without its claims.
pub(crate) fn model(root: &str, read: &Read<'_>) -> Result<Model, Vec<Diagnostic>> {
    match build(&STANDARD, root, read, &CompileOptions::default(), false) {
        (Some(model), _) => Ok(model),
        (None, mut compiled) => {
            compiled.diagnostics.retain(|found| found.severity == Severity::Error);
            Err(compiled.diagnostics)
        }
    }
}

/// With `prove` the policy comes in the result, else its model does.
fn build(
    standard: &[(&str, &str)],
    root: &str,
    read: &Read<'_>,
    options: &CompileOptions,
    prove: bool,
) -> (Option<Model>, Compiled) {
    let mut loader = Loader::new(read, standard);
    if let Err(reason) = loader.load(root) {
        let number = loader.sources.add(root, String::new());
        let at = At { file: number, start: 0, end: 0 };
        let finding = Finding::new("R0120", at, format!("cannot read `{root}`: {reason}"));
        let diagnostics = vec![finding.into_diagnostic(&loader.sources)];
        return (None, Compiled { policy: None, diagnostics, allowed: Vec::new() });
    }
    let files = std::mem::take(&mut loader.files);
    let mut found = std::mem::take(&mut loader.found);
    let broken = broken::Broken::of(&files, &loader.sources, &found);
    let (scripts, templates) = files::read_all(&mut loader, &files, &mut found);
    let pins = crate::lock::pins(&loader);
    crate::lock::verify(&mut loader, root, &files, &pins, &mut found);
    let texts = std::mem::take(&mut loader.texts);
    let mut model = empty_model(root, &files, &loader.sources, texts);
    model.pins = pins;
    let mut checker = Checker {
        sources: &loader.sources,
        found,
        symbols: BTreeMap::new(),
        own_facts: BTreeMap::new(),
        slot_numbers: BTreeMap::new(),
        in_risk: false,
        not_taken_over: BTreeMap::new(),
        broken,
        annotations: BTreeMap::new(),
        asked: Vec::new(),
        claim_places: Vec::new(),
        model,
    };
    checker.declare_all(&files);
    checker.model.templates = templates;
    checker.scripts(&files, &scripts);
    checker.settings(&files);
    checker.rules(&files);
    checker.cases(&files);
    checker.note_what_was_not_taken_over();
    checker.places();
    checker.list(&files);
    let Checker { mut found, mut model, symbols, annotations, asked, claim_places, .. } = checker;
    let mut clean = found.iter().all(|finding| codes::severity(finding.code) != Severity::Error);
    // What looks unused or unlimited may only look so because another line cannot be read.
    if clean {
        let seen = lint::Seen {
            files: &files,
            sources: &loader.sources,
            symbols: &symbols,
            model: &model,
            annotations: &annotations,
            asked: &asked,
            today: options.today,
        };
        found.extend(seen.lint());
    }
    if clean && prove {
        let proved = crate::prove::analyse(&model, &files, &claim_places, &annotations, &found);
        found.extend(proved);
        clean = found.iter().all(|finding| codes::severity(finding.code) != Severity::Error);
    }
    let (mut found, mut allowed) = annotations::silence(found, &files, &annotations, clean);
    // In the order of the files as read, the root file's own first, then by place.
    let root_number = files.iter().find(|file| file.role == Role::Root).map_or(0, |file| file.number);
    for list in [&mut found, &mut allowed] {
        annotations::name_the_rules(list, &files, &loader.sources);
        list.sort_by_key(|finding| {
            let (at, code) = finding.order();
            (at.file != root_number, at, code)
        });
    }
    let finish = |list: Vec<Finding>| list.into_iter().map(|one| one.into_diagnostic(&loader.sources)).collect();
    model.digest = digest(&model.files, |name| loader.sources.number_of(name).is_some());
    let (diagnostics, allowed) = (finish(found), finish(allowed));
    match (clean, prove) {
        (true, true) => {
            let policy = Some(Policy::new(model));
            (None, Compiled { policy, diagnostics, allowed })
        }
        (clean, _) => (clean.then_some(model), Compiled { policy: None, diagnostics, allowed }),
    }
}

/// Over the version of the language and every file, those built-in ones included that are in force, each with its length.
/// The lock is left out: it never changes what is decided.
fn digest(files: &BTreeMap<String, String>, is_read: impl Fn(&str) -> bool) -> String {
    let mut hash = Sha256::new();
    hash.update(b"remit language 1\n");
    let standard = STANDARD.iter().map(|(name, text)| (*name, *text)).filter(|(name, _)| is_read(name));
    let own = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    for (name, text) in standard.chain(own.filter(|(name, _)| *name != crate::lock::FILE)) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn empty_model(root: &str, files: &[File], sources: &Sources, texts: BTreeMap<String, String>) -> Model {
    let file = files.iter().find(|file| file.role == Role::Root);
    let number = file.map_or(0, |file| file.number);
    let header_word = file.and_then(|file| file.tree.name.as_ref());
    let header = sources.location(header_word.map_or(At { file: number, start: 0, end: 0 }, |name| name.at));
    let stem = root.rsplit('/').next().unwrap_or(root).trim_end_matches(".remit");
    let otherwise = Route {
        row: "otherwise".to_owned(),
        team: None,
        person: None,
        skill: None,
        pick: None,
        priority: None,
        sla_ms: None,
        at: header.clone(),
    };
    Model {
        name: header_word.map_or_else(|| stem.to_owned(), |name| name.text.clone()),
        title: file.and_then(|file| file.tree.title.as_ref()).map(|title| title.text.clone()),
        root: root.to_owned(),
        digest: String::new(),
        files: texts,
        pins: Vec::new(),
        declared: BTreeMap::new(),
        templates: BTreeMap::new(),
        timezone: "UTC".to_owned(),
        zone: jiff::tz::TimeZone::UTC,
        header,
        facts: Vec::new(),
        segments: Vec::new(),
        switches: Vec::new(),
        teams: Vec::new(),
        agents: Vec::new(),
        intents: Vec::new(),
        limits: Vec::new(),
        certificates: Vec::new(),
        slots: Vec::new(),
        core: CoreSlots::default(),
        hours: Vec::new(),
        detectors: DetectorSet::default(),
        scripts: Vec::new(),
        tiers: Vec::new(),
        modes: Vec::new(),
        default_mode: 0,
        autonomy: Vec::new(),
        caps: Vec::new(),
        undo: Vec::new(),
        actions: BTreeMap::new(),
        replies: Vec::new(),
        risk: Vec::new(),
        rules: Vec::new(),
        pauses: Vec::new(),
        routes: Vec::new(),
        otherwise,
        approvals: ApprovalRules::default(),
        claims: Vec::new(),
        sweeps: Vec::new(),
        cases: Vec::new(),
        listing: Vec::new(),
    }
}

impl Checker<'_> {
    fn report(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    fn location(&self, at: At) -> Location {
        self.sources.location(at)
    }

    /// Declares a name; a second declaration is an error, except that a policy may replace what `std/base` says.
    fn declare(&mut self, sort: Sort, key: &str, word: &Word, role: Role) -> bool {
        let entry = (sort, key.to_owned());
        let symbol = Symbol { at: word.at, role };
        let Some(first) = self.symbols.get(&entry).copied() else {
            self.symbols.insert(entry, symbol);
            return true;
        };
        if sort == Sort::Mode && first.role == Role::Base && role == Role::Root {
            let message = format!("this replaces the mode `{key}` of std/base");
            self.report(Finding::new("R0130", word.at, message).label(first.at, "the built-in table"));
            self.symbols.insert(entry, symbol);
            return true;
        }
        let code = if first.at.file == word.at.file { "R0105" } else { "R0122" };
        let message = match code {
            "R0105" => format!("the {} `{key}` is declared twice", sort.word()),
            _ => format!("the {} `{key}` is also declared in {}", sort.word(), self.location(first.at).file),
        };
        let hint = if code == "R0105" { "keep one, or rename one" } else { "an import never overrides: rename yours" };
        self.report(Finding::new(code, word.at, message).label(first.at, "declared here first").hint(hint));
        false
    }

    /// Whether the name is declared; if not, that is reported with the nearest name that is.
    fn known(&mut self, sort: Sort, word: &Word) -> bool {
        if self.symbols.contains_key(&(sort, word.text.clone())) {
            return true;
        }
        let names: Vec<String> =
            self.symbols.keys().filter(|(other, _)| *other == sort).map(|(_, name)| name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if self.broken.excuses(sort, &word.text, &names) {
            return false; // its own line is reported
        }
        let list = match names.len() {
            0 => format!("no {} is declared in this policy", sort.word()),
            _ => one_of(&names),
        };
        let finding = Finding::new("R0102", word.at, format!("there is no {} `{}`", sort.word(), word.text));
        self.report(finding.did_you_mean_or_list(&word.text, &names, list));
        false
    }

    /// Where what facts speak of is declared.
    fn places(&mut self) {
        for ((sort, name), symbol) in &self.symbols {
            let key = match sort {
                Sort::Fact => name.clone(),
                Sort::Segment => format!("segment:{name}"),
                Sort::Detector => format!("detect:{name}"),
                Sort::Script => format!("script:{name}"),
                Sort::Limit => format!("over:{name}"),
                Sort::Certificate => format!("certified:{name}"),
                Sort::Switch => format!("switch:{name}"),
                _ => continue,
            };
            self.model.declared.insert(key, self.sources.location(symbol.at));
        }
    }

    /// The word must be one of a fixed list; `cannot` says in words what is wrong with another one.
    fn fixed(&mut self, cannot: &str, word: &Word, allowed: &[&str]) {
        if !allowed.contains(&word.text.as_str()) {
            let message = format!("{cannot} `{}`", word.text);
            let list = format!("write one of: {}", allowed.join(", "));
            self.report(Finding::new("R0104", word.at, message).did_you_mean_or_list(&word.text, allowed, list));
        }
    }

    fn slot(&mut self, key: &str, kind: Kind, needs_draft: bool) -> usize {
        if let Some(number) = self.slot_numbers.get(key) {
            return *number;
        }
        let number = self.model.slots.len();
        self.model.slots.push(Slot { key: key.to_owned(), kind, needs_draft });
        self.slot_numbers.insert(key.to_owned(), number);
        number
    }

    /// A demand; a hold must say when it ends.
    fn demand(&mut self, word: &crate::ast::OutcomeWord) -> Demand {
        let release = match &word.hold {
            None if word.outcome == Outcome::Hold => {
                let hint = "write `hold until HOURS` or `hold 2h`";
                self.report(Finding::new("R0110", word.at, "this hold does not say when it ends").hint(hint));
                None
            }
            None => None,
            Some(crate::ast::HoldWord::For(ms)) => Some(crate::model::Release::For(*ms)),
            Some(crate::ast::HoldWord::Until(hours)) => self.hours_number(hours).map(crate::model::Release::Until),
        };
        Demand { outcome: word.outcome, release }
    }

    fn hours_number(&mut self, word: &Word) -> Option<usize> {
        if !self.known(Sort::Hours, word) {
            return None;
        }
        self.model.hours.iter().position(|hours| hours.name == word.text)
    }

    fn tier_number(&mut self, word: &Word) -> Option<usize> {
        if !self.known(Sort::Tier, word) {
            return None;
        }
        self.model.tiers.iter().position(|tier| *tier == word.text)
    }

    /// Settings come from the root file only; in an imported file they are noted, once for the file.
    fn only_root(&mut self, file: &File, at: At, what: &'static str) -> bool {
        if file.role == Role::Import {
            let (_, names) = self.not_taken_over.entry(at.file).or_insert((at, Vec::new()));
            if !names.contains(&what) {
                names.push(what);
            }
        }
        file.role == Role::Root
    }

    fn note_what_was_not_taken_over(&mut self) {
        for (_, (at, names)) in std::mem::take(&mut self.not_taken_over) {
            let message = format!("not taken over from this imported file: {}", names.join(", "));
            self.report(Finding::new("R0131", at, message).hint("imports bring vocabulary, restrictions and claims"));
        }
    }
}

/// "there are: ..." for people: a long list is cut.
fn one_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    match names.get(..SHOWN) {
        Some(first) if names.len() > SHOWN => {
            format!("there are: {} and {} more", first.join(", "), names.len() - SHOWN)
        }
        _ => format!("there are: {}", names.join(", ")),
    }
}

fn items(files: &[File]) -> impl Iterator<Item = (&File, &ItemKind, At)> {
    files.iter().flat_map(|file| file.tree.items.iter().map(move |item| (file, &item.kind, item.at)))
}
