//! Which policy a starting process puts in force.

use std::collections::BTreeMap;
use std::path::Path;

use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::policies::PolicyError;

use super::shell::Shell;
use super::{Failure, files};

/// The policies that come with the binary. The starter lets nothing leave without a person.
pub(crate) fn built_in() -> BTreeMap<&'static str, &'static str> {
    macro_rules! files {
        ($($name:literal),+ $(,)?) => { BTreeMap::from([$(($name, include_str!(concat!("../../../policies/", $name)))),+]) };
    }
    files![
        "starter.remit",
        "default.remit",
        "company-baseline.remit",
        "templates/acknowledge_interest.jinja",
        "templates/acknowledge_objection.jinja",
        "templates/acknowledge_pricing.jinja",
        "templates/acknowledge_question.jinja",
        "templates/apology.jinja",
        "templates/calendar_link.jinja",
        "templates/opening_hours.jinja",
        "templates/polite_close.jinja",
        "templates/you_are_welcome.jinja",
    ]
}

/// Puts a policy in force: the one that is named, else the one that was in force before, else `fallback` of the binary.
///
/// A named policy that does not check leaves the one before in force and says so; without one before, it is an error.
pub(crate) async fn settle(shell: &Shell, named: Option<&Path>, fallback: &str) -> Result<(), Failure> {
    let engine = &shell.engine;
    if let Some(path) = named {
        let files = files::PolicyFiles::at(path)?;
        match engine.activate(DEFAULT_WORKSPACE, &files.root, &|path| files.read(path), "command line").await {
            Ok((in_force, _)) => {
                tracing::info!(policy = in_force.policy.name(), digest = in_force.policy.digest(), "in force");
                return Ok(());
            }
            Err(PolicyError::Invalid(diagnostics)) => {
                eprint!("{}", files.render(&diagnostics, false));
                let before = engine.policies().in_force(engine.db(), DEFAULT_WORKSPACE).await;
                let Ok(before) = before else {
                    return Err(Failure::new(format!("`{}` does not check", path.display())).code(3));
                };
                eprintln!(
                    "warning: `{}` does not check; the policy `{}` stays in force",
                    path.display(),
                    before.policy.name()
                );
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    match engine.policies().in_force(engine.db(), DEFAULT_WORKSPACE).await {
        Ok(_) => Ok(()),
        Err(PolicyError::None) => {
            let files = built_in();
            let read = |path: &str| {
                files.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "it is not in the binary".to_owned())
            };
            engine.activate(DEFAULT_WORKSPACE, fallback, &read, "remit").await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
