//! Every policy that ships checks clean and passes its own tests.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

mod common;

use std::path::Path;

use common::{folder, repository, skipped};

#[test]
fn every_shipped_policy_checks_clean_and_passes_its_tests() {
    let policies = repository().join("policies");
    let mut names: Vec<String> = std::fs::read_dir(&policies)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|suffix| suffix == "remit"))
        .collect();
    names.sort();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let compiled = remit_dsl::compile(&name, &folder(&policies));
        let serious: Vec<_> =
            compiled.diagnostics.iter().filter(|found| found.severity != remit_dsl::Severity::Note).cloned().collect();
        assert!(serious.is_empty(), "{}", remit_dsl::render::plain(&serious));
        let report = compiled.policy.unwrap().run_tests(None);
        let failed: Vec<String> = report
            .cases
            .iter()
            .filter(|case| !case.passed)
            .map(|case| format!("{} {}: expected {}, got {}", case.at, case.name, case.expected, case.actual))
            .collect();
        assert!(failed.is_empty(), "{failed:#?}");
        assert!(name.contains("baseline") || report.cases.len() >= 4, "{name} has only {} tests", report.cases.len());
    }
}

#[test]
fn the_default_policy_drafts_by_template_wherever_it_may_send() {
    let compiled = remit_dsl::compile("default.remit", &folder(&repository().join("policies")));
    let policy = compiled.policy.unwrap();
    for intent in policy.intents() {
        assert!(intent.examples.len() >= 10 || intent.name == "other", "{} has few examples", intent.name);
        if let Some(draft) = &intent.draft {
            assert!(draft.template.is_some() && draft.model.is_none(), "{} needs a language model", intent.name);
        }
    }
}

/// The examples of the specification, when the shared fixtures are present.
#[test]
fn the_examples_of_the_specification_check_clean_and_pass() {
    let Ok(text) = std::fs::read_to_string(repository().join("../shared/design/language.md")) else {
        skipped("the shared fixtures are not here");
        return;
    };
    let examples: Vec<&str> = text.split("```remit\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let read = |name: &str| {
            Ok(match name {
                "example.remit" => example.to_owned(),
                "scripts/discount.rhai" => "fn big_discount(text, value) { 0.0 }".to_owned(),
                "scripts/grounding.rhai" => "fn contradicts_source(text, sources) { false }".to_owned(),
                "company-baseline.remit" => "remit 1\n".to_owned(),
                remit_dsl::lock::FILE => return Err("there is none".to_owned()),
                _ => String::new(),
            })
        };
        let compiled = remit_dsl::compile("example.remit", &read);
        let policy = compiled.policy.unwrap_or_else(|| panic!("{}", remit_dsl::render::plain(&compiled.diagnostics)));
        for case in policy.run_tests(None).cases {
            assert!(case.passed, "{} {}: expected {}, got {}", case.at, case.name, case.expected, case.actual);
        }
    }
}
