//! Scripts: small pure functions in Rhai, for what the language leaves out on purpose.
//!
//! A script sees its declared inputs and nothing else. It has no print, eval, import, time or randomness; operations,
//! depth and sizes are bounded. Any error, overrun or wrong result is a failed fact, which makes the policy stricter.

use std::fmt;
use std::sync::Arc;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{AST, Dynamic, Engine, Scope};

use crate::condition::{Cell, Slot};
use crate::facts::{Fact, Facts, Provenance, Value, thousandths};

/// Largest budget that a policy may give one script, in Rhai operations.
pub(crate) const LARGEST_BUDGET: u64 = 1_000_000;

/// A compiled script.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) inputs: Vec<Slot>,
    /// The range of a number in thousandths; `None` for yes/no.
    pub(crate) range: Option<(i64, i64)>,
    pub(crate) needs_draft: bool,
    engine: Arc<Engine>,
    program: Arc<AST>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("name", &self.name).field("inputs", &self.inputs).finish_non_exhaustive()
    }
}

fn engine(budget: u64) -> Engine {
    let mut engine = Engine::new_raw();
    LanguageCorePackage::new().register_into_engine(&mut engine);
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    for symbol in ["eval", "print", "debug", "import", "export", "sleep"] {
        engine.disable_symbol(symbol);
    }
    engine
        .set_max_operations(budget)
        .set_max_call_levels(16)
        .set_max_expr_depths(32, 32)
        .set_max_string_size(64 * 1024)
        .set_max_array_size(1024)
        .set_max_map_size(256)
        .set_max_variables(128)
        .set_max_functions(64)
        .set_strict_variables(true);
    engine
}

impl Script {
    /// Compiles a script. The error says why not, with line and column if the text is at fault.
    pub(crate) fn compile(
        name: &str,
        inputs: Vec<Slot>,
        range: Option<(i64, i64)>,
        budget: u64,
        text: &str,
    ) -> Result<Self, (Option<(usize, usize)>, String)> {
        let engine = engine(budget);
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
        let (engine, program) = (Arc::new(engine), Arc::new(program));
        Ok(Self { name: name.to_owned(), inputs, range, needs_draft, engine, program })
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
        let result: Dynamic = self.engine.call_fn(&mut Scope::new(), &self.program, &self.name, inputs).ok()?;
        match self.range {
            None => result.as_bool().ok().map(Value::Yes),
            Some((low, high)) => {
                let number = result.as_float().or_else(|_| result.as_int().map(|whole| whole as f64)).ok()?;
                thousandths(number).filter(|number| (low..=high).contains(number)).map(Value::Number)
            }
        }
    }
}
