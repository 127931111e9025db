//! The document: what is committed is what is served, and it says enough.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use remit_api::http::openapi;
use serde_json::Value;

pub(crate) fn document() -> Value {
    serde_json::to_value(openapi()).unwrap()
}

/// Every operation: method, path, and its part of the document.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = |(path, item): (&String, &Value)| {
        let path = path.clone();
        let methods = item.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(each).collect()
}

/// The role that an operation needs; `None` for public ones.
pub(crate) fn role(operation: &Value) -> Option<String> {
    let needs = operation["security"].as_array().expect("every operation says what it needs");
    let needs = needs.first()?;
    let scopes = if needs["key"].is_array() { &needs["key"] } else { &needs["session"] };
    Some(scopes[0].as_str().expect("the scope is the role").to_owned())
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let now = openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "api/openapi.json is out of date: run this test with UPDATE=1 and look at the difference"
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{found:?}");
    found.retain(|name| document["components"]["schemas"].get(name).is_none());
    assert!(found.is_empty(), "programs that read the document stop here: {found:?}");
}

#[test]
fn every_operation_says_what_it_does_what_it_needs_and_how_it_fails() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    let operations = operations(&document);
    assert!(operations.len() >= 36, "{}", operations.len());
    for (method, path, operation) in &operations {
        let name = format!("{method} {path}");
        for field in ["summary", "operationId"] {
            assert!(operation[field].as_str().is_some_and(|text| text.len() > 3), "{name} needs a {field}");
        }
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name} needs one tag");
        assert!(ids.insert(operation["operationId"].to_string()), "{name} shares its id");
        let responses = operation["responses"].as_object().unwrap();
        // Who goes to a provider, and comes back, is a browser that is sent on.
        assert!(responses.keys().any(|status| status.starts_with('2') || status == "303"), "{name}");
        let mut wanted = vec!["500", "503"];
        if role(operation).is_some() {
            wanted.extend(["401", "403"]);
        }
        if path.contains('{') {
            wanted.push("404");
        }
        if operation.get("requestBody").is_some() {
            wanted.extend(["413", "415", "422"]);
        }
        for status in wanted {
            assert!(responses.contains_key(status), "{name} must say {status}");
        }
        for (status, response) in responses {
            if status.starts_with('4') || status.starts_with('5') {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
            }
        }
        assert!(
            role(operation).is_some()
                || !path.starts_with("/api/v1/")
                || path.contains("inbound")
                || path.contains("openapi")
                || path.starts_with("/api/v1/session/oidc/")
                || path == "/api/v1/session/methods"
                || ["/api/v1/session", "/api/v1/session/password-by-link", "/api/v1/setup"].contains(&path.as_str())
        );
    }
}

#[test]
fn every_field_of_every_answer_is_always_there_and_described() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut wanted: Vec<String> = Vec::new();
    for (_, _, operation) in operations(&document) {
        references(&operation["responses"], &mut wanted);
    }
    let mut seen = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        let schema = schemas.get(&name).unwrap_or_else(|| panic!("{name} is not in the document"));
        if seen.insert(name.clone(), ()).is_none() {
            references(schema, &mut wanted);
            let Some(properties) = schema["properties"].as_object() else { continue };
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            for (property, inner) in properties {
                assert!(required.iter().any(|field| field == property), "{name}.{property} may be left out");
                let described = inner.get("description").or_else(|| inner["oneOf"][0].get("description"));
                assert!(described.is_some(), "{name}.{property} is not described");
            }
        }
    }
    assert!(seen.len() > 40, "{}", seen.len());
    assert!(!document.to_string().contains("secret_version"));
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                found.extend(name.strip_prefix("#/components/schemas/").map(str::to_owned));
            }
            fields.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}
