//! Scripts: small pure functions in Rhai, for what the language leaves out on purpose.
//!
//! A script sees its declared inputs and nothing else. It has no print, eval, import, time or randomness; operations,
//! depth, sizes and wall-clock time are bounded. Any error, overrun or wrong result is a failed fact, which makes the policy stricter.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{AST, Array, Dynamic, Engine, EvalAltResult, ImmutableString, Module, Position, Scope};

use crate::condition::{Cell, Slot};
use crate::facts::{Fact, Facts, Provenance, Value, thousandths};

/// Largest budget that a policy may give one script, in Rhai operations.
pub(crate) const LARGEST_BUDGET: u64 = 1_000_000;
/// Longest text of a script, in bytes. Rhai reads chains of operators by recursion: this bounds its stack.
pub(crate) const LONGEST_SOURCE: usize = 16 * 1024;
/// Longest time that one call may run, whatever its budget of operations.
pub(crate) const LONGEST_RUN: Duration = Duration::from_millis(50);
/// The most that one stretch between two looks at the clock counts. A longer one means that the machine gave the
/// thread to somebody else, and a busy machine must not make a script fail.
const LONGEST_STRETCH: Duration = Duration::from_millis(5);
/// Operations between two looks at the clock. The slowest takes about 0.2 ms on the largest values allowed.
const OPERATIONS_PER_LOOK: u64 = 4;
pub(crate) const LONGEST_STRING: usize = 64 * 1024;
pub(crate) const LARGEST_ARRAY: usize = 1024;

/// A compiled script.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) inputs: Vec<Slot>,
    /// The range of a number in thousandths; `None` for yes/no.
    pub(crate) range: Option<(i64, i64)>,
    pub(crate) needs_draft: bool,
    budget: u64,
    program: Arc<AST>,
    text: Arc<str>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("name", &self.name).field("inputs", &self.inputs).finish_non_exhaustive()
    }
}

/// What scripts may call: the allow-list of packages, last the functions that replace some of theirs.
static LIBRARY: LazyLock<Vec<Arc<Module>>> = LazyLock::new(|| {
    vec![
        LanguageCorePackage::new().as_shared_module(),
        ArithmeticPackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        Arc::new(bounded()),
    ]
});

type Raised = Box<EvalAltResult>;

fn too_large(what: &str) -> Raised {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}

/// Functions of the packages that one call makes unbounded, each with its bound. `replace` builds its result before
/// its size is looked at, `pad` never ends on an empty padding and overflows on a long one, `sleep` is what it says.
fn bounded() -> Module {
    let mut module = Module::new();
    let text = |letter: char| ImmutableString::from(letter.to_string());
    module.set_native_fn("replace", |string: &mut ImmutableString, find: ImmutableString, with: ImmutableString| {
        replace(string, &find, &with)
    });
    module.set_native_fn("replace", move |string: &mut ImmutableString, find: ImmutableString, with: char| {
        replace(string, &find, &text(with))
    });
    module.set_native_fn("replace", move |string: &mut ImmutableString, find: char, with: ImmutableString| {
        replace(string, &text(find), &with)
    });
    module.set_native_fn("pad", |string: &mut ImmutableString, length: i64, with: ImmutableString| {
        pad(string, length, &with)
    });
    module.set_native_fn("pad", move |string: &mut ImmutableString, length: i64, with: char| {
        pad(string, length, &text(with))
    });
    module.set_native_fn("pad", |array: &mut Array, length: i64, with: Dynamic| {
        let length = usize::try_from(length).unwrap_or(0);
        if length > LARGEST_ARRAY || with.is_array() || with.is_map() || with.is_string() {
            return Err(too_large("Size of array"));
        }
        array.resize(length.max(array.len()), with);
        Ok(())
    });
    let no_sleep = || -> Result<(), Raised> { Err("a script never waits".into()) };
    module.set_native_fn("sleep", move |_: i64| no_sleep());
    module.set_native_fn("sleep", move |_: f64| no_sleep());
    module
}

fn replace(string: &mut ImmutableString, find: &str, with: &str) -> Result<(), Raised> {
    let found = string.matches(find).count();
    if found.saturating_mul(with.len()) > LONGEST_STRING {
        return Err(too_large("Length of string"));
    }
    if found > 0 && !string.is_empty() {
        *string = string.replace(find, with).into();
    }
    Ok(())
}

fn pad(string: &mut ImmutableString, length: i64, with: &str) -> Result<(), Raised> {
    let missing = usize::try_from(length).unwrap_or(0).saturating_sub(string.chars().count());
    if missing > LONGEST_STRING || (missing > 0 && with.is_empty()) {
        return Err(too_large("Length of string"));
    }
    let padding: String = with.chars().cycle().take(missing).collect();
    *string += padding;
    Ok(())
}

fn engine(budget: u64) -> Engine {
    let mut engine = Engine::new_raw();
    for module in LIBRARY.iter() {
        engine.register_global_module(Arc::clone(module));
    }
    engine
        .set_max_operations(budget)
        .set_max_call_levels(16)
        .set_max_expr_depths(32, 32)
        .set_max_string_size(LONGEST_STRING)
        .set_max_array_size(LARGEST_ARRAY)
        .set_max_map_size(64)
        .set_max_variables(64)
        .set_max_functions(64)
        .set_strict_variables(true);
    engine
}

/// Ends the run when it has taken too long. The only clock of the language: all it can do is make a fact fail.
#[expect(clippy::disallowed_methods, reason = "a limit that a host can forget to set is none")]
fn watch(engine: &mut Engine) {
    let started = std::sync::Mutex::new((Instant::now(), Duration::ZERO));
    engine.on_progress(move |operations| {
        if operations % OPERATIONS_PER_LOOK != 0 {
            return None;
        }
        let mut clock = started.lock().ok()?;
        let (before, spent) = *clock;
        let now = Instant::now();
        let spent = spent + now.duration_since(before).min(LONGEST_STRETCH);
        *clock = (now, spent);
        (spent > LONGEST_RUN).then_some(Dynamic::UNIT)
    });
}

impl Script {
    /// Everything that its answer depends on, in one text.
    pub(crate) fn definition(&self) -> String {
        let inputs: Vec<&str> = self.inputs.iter().map(|input| input.key.as_str()).collect();
        format!("({}) -> {:?} budget {}: {}", inputs.join(", "), self.range, self.budget, self.text)
    }

    /// Compiles a script. The error says why not, with line and column if the text is at fault.
    pub(crate) fn compile(
        name: &str,
        inputs: Vec<Slot>,
        range: Option<(i64, i64)>,
        budget: u64,
        text: &str,
    ) -> Result<Self, (Option<(usize, usize)>, String)> {
        if text.len() > LONGEST_SOURCE {
            return Err((None, format!("it is longer than {} KiB", LONGEST_SOURCE / 1024)));
        }
        let mut engine = engine(budget);
        for symbol in ["eval", "print", "debug", "import", "export"] {
            engine.disable_symbol(symbol);
        }
        let program = engine.compile(text).map_err(|error| {
            let at = error.position();
            (at.line().map(|line| (line, at.position().unwrap_or(1))), error.err_type().to_string())
        })?;
        let wanted = inputs.len();
        let found: Vec<usize> = program
            .iter_functions()
            .filter(|function| function.name == name)
            .map(|function| function.params.len())
            .collect();
        if !found.contains(&wanted) {
            return Err((
                None,
                match found.first() {
                    Some(count) => {
                        format!("`{name}` has {count} parameter(s) there, and {wanted} input(s) are declared")
                    }
                    None => format!("it has no `fn {name}` with {wanted} parameter(s)"),
                },
            ));
        }
        // The body outside functions would run on every call: only functions are kept.
        let program = program.clone_functions_only();
        let needs_draft = inputs.iter().any(|input| input.key.starts_with("draft."));
        Ok(Self {
            name: name.to_owned(),
            inputs,
            range,
            needs_draft,
            budget,
            program: Arc::new(program),
            text: text.into(),
        })
    }

    /// The whole text of its file.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Runs the script and adds its fact. Without a draft, a script about the draft adds nothing: it is simply not so.
    pub(crate) fn run(&self, facts: &mut Facts, draft_text: Option<&str>) {
        let no_draft = draft_text.is_none() && facts.get_yes("draft.absent") == Some(true);
        if self.needs_draft && no_draft {
            return;
        }
        let inputs: Option<Vec<Dynamic>> = self
            .inputs
            .iter()
            .map(|slot| match (slot.key.as_str(), draft_text) {
                ("draft.text", Some(text)) => Some(text.to_owned().into()),
                _ => match slot.encode(facts, false) {
                    Cell::Yes(yes) => Some(yes.into()),
                    Cell::Name(name) => Some(name.to_owned().into()),
                    Cell::Number(number) => {
                        let unit = if matches!(slot.kind, crate::condition::Kind::Money(..)) { 100.0 } else { 1000.0 };
                        Some((number as f64 / unit).into())
                    }
                    Cell::Failed | Cell::NoDraft => None,
                },
            })
            .collect();
        let value = inputs.and_then(|inputs| self.call(inputs));
        facts.values.insert(format!("script:{}", self.name), Fact { value, from: Provenance::Script });
    }

    fn call(&self, inputs: Vec<Dynamic>) -> Option<Value> {
        // A fresh engine for every call: nothing of one call is left for the next.
        let mut engine = engine(self.budget);
        watch(&mut engine);
        // Rhai means never to panic, and is under heavy change: a panic is one more way to fail.
        let run = || engine.call_fn::<Dynamic>(&mut Scope::new(), &self.program, &self.name, inputs);
        let result = catch_unwind(AssertUnwindSafe(run)).ok()?.ok()?;
        match self.range {
            None => result.as_bool().ok().map(Value::Yes),
            Some((low, high)) => {
                let number = result.as_float().or_else(|_| result.as_int().map(|whole| whole as f64)).ok()?;
                thousandths(number).filter(|number| (low..=high).contains(number)).map(Value::Number)
            }
        }
    }
}
