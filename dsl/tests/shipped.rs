//! Every policy that ships checks clean and passes its own tests.

mod common;

use std::path::Path;

use common::{folder, repository};

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
        for case in &report.cases {
            assert!(case.passed, "{} {}: expected {}, got {}", case.at, case.name, case.expected, case.actual);
        }
        assert!(name.contains("baseline") || report.cases.len() >= 5, "{name} has only {} tests", report.cases.len());
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
