//! The formats of findings and of test reports.

mod common;

use remit_dsl::{Compiled, Diagnostic, render};
use serde_json::Value;

const TEXT: &str = "remit 1
segment vip
segment vip
guard g: aproval when contact.new
guard h: approval when contact.new and message.attachment or margin < 0.10
@allow(R0130, \"stricter than \\\"full\\\", <on purpose>\")
mode full { low, medium, high, critical approval }
mode assisted { low, medium, high, critical approval }
";

fn found() -> Compiled {
    common::compile(TEXT)
}

fn all(compiled: &Compiled) -> Vec<Diagnostic> {
    compiled.diagnostics.iter().chain(&compiled.allowed).cloned().collect()
}

#[test]
fn for_people() {
    let compiled = found();
    let sources = |name: &str| (name == "test.remit").then(|| TEXT.to_owned());
    insta::assert_snapshot!("human", render::human(&compiled.diagnostics, &sources, false));
    insta::assert_snapshot!("plain", render::plain(&compiled.diagnostics));
    // A source that cannot be had, or that changed, is no reason to fail.
    let unknown = render::human(&compiled.diagnostics, &|_| None, false);
    assert!(unknown.contains("aproval"), "{unknown}");
    let changed = render::human(&compiled.diagnostics, &|_| Some("é".to_owned()), true);
    assert!(!changed.is_empty());
    assert_eq!(render::human(&[], &sources, false), "");
}

#[test]
fn for_programs() {
    let compiled = found();
    insta::assert_json_snapshot!("json", render::json(&compiled.diagnostics));
    let mut sarif = render::sarif(&all(&compiled));
    // What changes with every release, and what the pages say anyway.
    let driver = &mut sarif["runs"][0]["tool"]["driver"];
    driver["version"] = "[version]".into();
    for rule in driver["rules"].as_array_mut().unwrap() {
        rule["help"] = "[page]".into();
    }
    insta::assert_json_snapshot!("sarif", sarif);
}

#[test]
fn for_build_servers() {
    let compiled = found();
    insta::assert_snapshot!("github", render::github(&compiled.diagnostics));
    insta::assert_snapshot!("junit", render::junit(&compiled.diagnostics, &["test.remit", "another.remit"]));
    let text = "remit 1\nintent a { examples { \"A\" } reply approval }\ntest \"right\" { intent a 0.9 expect approval }\n\
                test \"<wrong> & \\\"quoted\\\"\" { intent a 0.8 expect send because a }\n";
    let report = common::compile(text).policy.unwrap().run_tests(None);
    insta::assert_snapshot!("junit_tests", render::junit_tests(&[("test.remit", &report)]));
}

/// What the SARIF 2.1.0 schema demands of the parts that are used: required properties, enumerations and bounds.
#[test]
fn sarif_has_the_published_structure() {
    let compiled = found();
    let log = render::sarif(&all(&compiled));
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "remit");
    let rules = driver["rules"].as_array().unwrap();
    let level = |value: &Value| ["none", "note", "warning", "error"].contains(&value.as_str().unwrap());
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for rule in rules {
        assert!(level(&rule["defaultConfiguration"]["level"]));
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(rule["help"]["text"].as_str().unwrap().contains("## What to do"));
    }
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "rule ids are unique");
    let region = |region: &Value| {
        let number = |key: &str| region[key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")));
    };
    let place = |place: &Value| {
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && uri.is_ascii() && !uri.contains(' '));
        region(&place["region"]);
    };
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), compiled.diagnostics.len() + compiled.allowed.len());
    let mut prints = Vec::new();
    let mut seen = [false; 3];
    for result in results {
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(level(&result["level"]));
        assert_eq!(ids[result["ruleIndex"].as_u64().unwrap() as usize], result["ruleId"]);
        place(&result["locations"][0]["physicalLocation"]);
        prints.push(result["partialFingerprints"]["remitRule/v1"].as_str().unwrap());
        for related in result["relatedLocations"].as_array().into_iter().flatten() {
            seen[0] = true;
            place(&related["physicalLocation"]);
            assert!(related["id"].is_u64() && related["message"]["text"].is_string());
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            seen[1] = true;
            assert!(fix["description"]["text"].is_string());
            let changes = fix["artifactChanges"].as_array().unwrap();
            assert!(!changes.is_empty());
            for change in changes {
                let replacements = change["replacements"].as_array().unwrap();
                assert!(!replacements.is_empty() && change["artifactLocation"]["uri"].is_string());
                replacements.iter().for_each(|replacement| region(&replacement["deletedRegion"]));
            }
        }
        for suppression in result["suppressions"].as_array().into_iter().flatten() {
            seen[2] = true;
            assert!(["inSource", "external"].contains(&suppression["kind"].as_str().unwrap()));
            assert_eq!(suppression["justification"], "stricter than \"full\", <on purpose>");
        }
    }
    assert_eq!(seen, [true; 3], "related places, fixes and suppressions are shown");
    let count = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), count, "fingerprints are unique");
}

#[test]
fn a_fingerprint_survives_new_lines_above() {
    let prints = |text: &str| -> Vec<String> {
        let log = render::sarif(&common::compile(text).diagnostics);
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|one| one["partialFingerprints"]["remitRule/v1"].as_str().unwrap().to_owned()).collect()
    };
    let text = "remit 1\nsegment a\nsegment b\nsegment a\n";
    assert_eq!(prints(text), prints(&text.replace("remit 1\n", "remit 1\n\n# more\n\n")));
    assert_ne!(prints(text), prints(&text.replace("segment a", "segment c")));
}

#[test]
fn names_and_texts_are_escaped_for_each_format() {
    let mut one = found().diagnostics.remove(0);
    one.at.file = "a, b:c 100%.remit".to_owned();
    one.message = "50 % <b> & \"x\"\r\n\u{1}second".to_owned();
    one.hint = None;
    let github = render::github(std::slice::from_ref(&one));
    assert!(github.starts_with("::error file=a%2C b%3Ac 100%25.remit,line="), "{github}");
    assert!(github.contains("::50 %25 <b> & \"x\"%0D%0A\u{1}second"), "{github}");
    assert_eq!(github.lines().count(), 1);
    let junit = render::junit(std::slice::from_ref(&one), &[]);
    assert!(junit.contains("50 % &lt;b&gt; &amp; &quot;x&quot;"), "{junit}");
    assert!(!junit.contains('\u{1}') && !junit.contains('\r'), "{junit}");
    let sarif = render::sarif(&[one]);
    let uri = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "a%2C%20b%3Ac%20100%25.remit");
}
