//! Other engines on the same guards: Cedar on `policies/hundred.cedar`, regorus on `policies/hundred.rego`.
//!
//! Both get their input ready made, outside the measurement, and both say which guards match.

use std::collections::HashMap;

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request, Response, RestrictedExpression};
use regorus::{CompiledPolicy, Engine, Value};

use crate::BenchError;
use crate::hundred::{Inputs, Plain, guard_bit};

const CEDAR: &str = include_str!("../policies/hundred.cedar");
const REGO: &str = include_str!("../policies/hundred.rego");

fn wrong(what: &str, error: impl std::fmt::Display) -> BenchError {
    BenchError::Peer(format!("{what}: {error}"))
}

/// Cedar, its policies and the requests.
pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
    /// The guard of each policy, by the policy's own id.
    guards: HashMap<String, u128>,
}

impl Cedar {
    pub(crate) fn new(situations: &[Inputs]) -> Result<Self, BenchError> {
        let policies: PolicySet = CEDAR.parse().map_err(|error| wrong("hundred.cedar", error))?;
        let guard = |policy: &cedar_policy::Policy| {
            Some((policy.id().to_string(), policy.annotation("id").and_then(guard_bit)?))
        };
        let guards = policies.policies().filter_map(guard).collect();
        let uid = |text: &str| text.parse::<EntityUid>().map_err(|error| wrong("cedar", error));
        let (who, what, whom) = (uid("Agent::\"ada\"")?, uid("Action::\"reply\"")?, uid("Contact::\"bo\"")?);
        let request = |inputs: &Inputs| {
            let pairs = inputs.plain().map(|(key, value)| {
                let value = match value {
                    Plain::Name(name) => RestrictedExpression::new_string(name.to_owned()),
                    Plain::Number(number) => RestrictedExpression::new_long(number),
                    Plain::Yes(yes) => RestrictedExpression::new_bool(yes),
                };
                (key.to_owned(), value)
            });
            let context = Context::from_pairs(pairs).map_err(|error| wrong("cedar", error))?;
            Request::new(who.clone(), what.clone(), whom.clone(), context, None).map_err(|error| wrong("cedar", error))
        };
        let requests = situations.iter().map(request).collect::<Result<_, _>>()?;
        Ok(Self { authorizer: Authorizer::new(), policies, entities: Entities::empty(), requests, guards })
    }

    pub(crate) fn decide(&self, at: usize) -> Option<Response> {
        self.requests.get(at).map(|request| self.authorizer.is_authorized(request, &self.policies, &self.entities))
    }

    /// The guards that match.
    pub(crate) fn matched(&self, at: usize) -> u128 {
        let response = self.decide(at);
        let reasons = response.iter().flat_map(|response| response.diagnostics().reason());
        reasons.filter_map(|id| self.guards.get(&id.to_string())).fold(0, |all, guard| all | guard)
    }
}

/// regorus, its compiled policy and the inputs.
pub(crate) struct Rego {
    policy: CompiledPolicy,
    inputs: Vec<Value>,
}

impl Rego {
    pub(crate) fn new(situations: &[Inputs]) -> Result<Self, BenchError> {
        let mut engine = Engine::new();
        let added = engine.add_policy("hundred.rego".to_owned(), REGO.to_owned());
        added.map_err(|error| wrong("hundred.rego", error))?;
        let policy = engine.compile_with_entrypoint(&"data.hundred.matched".into());
        let policy = policy.map_err(|error| wrong("hundred.rego", error))?;
        let input = |inputs: &Inputs| {
            let pairs = inputs.plain().map(|(key, value)| {
                let value = match value {
                    Plain::Name(name) => Value::from(name),
                    Plain::Number(number) => Value::from(number),
                    Plain::Yes(yes) => Value::from(yes),
                };
                (Value::from(key), value)
            });
            Value::from(std::collections::BTreeMap::from(pairs))
        };
        Ok(Self { policy, inputs: situations.iter().map(input).collect() })
    }

    pub(crate) fn decide(&self, at: usize) -> Option<Value> {
        self.inputs.get(at).and_then(|input| self.policy.eval_with_input(input.clone()).ok())
    }

    /// The guards that match.
    pub(crate) fn matched(&self, at: usize) -> u128 {
        let answer = self.decide(at);
        let names = answer.iter().filter_map(|answer| answer.as_set().ok()).flatten();
        names.filter_map(|name| name.as_string().ok()).filter_map(|name| guard_bit(name)).fold(0, |all, bit| all | bit)
    }
}
