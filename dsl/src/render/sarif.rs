//! SARIF 2.1.0 (OASIS standard, 2020), written by hand: the parts that code hosts read.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::codes::{self, CODES};
use crate::diagnostic::{Diagnostic, Fix, Severity, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with one result per finding. The rule id is the code, the fingerprint depends on the code, the file, the
/// policy's rule and the message, not on the line. A finding that an `@allow` silences has a suppression with the
/// reason: give [`crate::Compiled::diagnostics`] and [`crate::Compiled::allowed`] to show both.
pub fn sarif(diagnostics: &[Diagnostic]) -> Value {
    let mut used: Vec<&str> = diagnostics.iter().map(|found| found.code).collect();
    used.sort_unstable();
    used.dedup();
    let rules: Vec<Value> = CODES.iter().filter(|entry| used.contains(&entry.code)).map(rule).collect();
    let mut earlier: Vec<String> = Vec::new();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|found| {
            let mark = fingerprint(found, &mut earlier);
            result(found, used.iter().position(|code| *code == found.code), &mark)
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "remit", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn rule(entry: &codes::Code) -> Value {
    let page = entry.markdown();
    json!({
        "id": entry.code,
        "shortDescription": { "text": entry.meaning() },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(entry.severity) },
    })
}

fn result(found: &Diagnostic, rule: Option<usize>, mark: &str) -> Value {
    let mut text = found.message.clone();
    if let Some(hint) = &found.hint {
        text.push_str(&format!(" ({hint})"));
    }
    for note in &found.notes {
        text.push_str(&format!("\n{note}"));
    }
    let mut location = json!({ "physicalLocation": place(&found.at) });
    if let (Some(name), Some(location)) = (&found.rule, location.as_object_mut()) {
        location.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": name }]));
    }
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "remitRule/v1": mark },
    });
    let Some(fields) = result.as_object_mut() else { return result };
    if let Some(rule) = rule {
        fields.insert("ruleIndex".to_owned(), json!(rule));
    }
    if !found.labels.is_empty() {
        let related = found.labels.iter().enumerate().map(|(number, label)| {
            json!({ "id": number, "physicalLocation": place(&label.at), "message": { "text": label.text } })
        });
        fields.insert("relatedLocations".to_owned(), related.collect());
    }
    if !found.fixes.is_empty() {
        fields.insert("fixes".to_owned(), found.fixes.iter().map(fix).collect());
    }
    if let Some(reason) = &found.allowed {
        fields.insert("suppressions".to_owned(), json!([{ "kind": "inSource", "justification": reason }]));
    }
    result
}

fn fix(fix: &Fix) -> Value {
    let mut files: Vec<&str> = fix.edits.iter().map(|edit| edit.at.file.as_str()).collect();
    files.dedup();
    let changes = files.into_iter().map(|file| {
        let edits = fix.edits.iter().filter(|edit| edit.at.file == file);
        let replacements = edits
            .map(|edit| json!({ "deletedRegion": region(&edit.at), "insertedContent": { "text": edit.replacement } }));
        json!({ "artifactLocation": { "uri": uri(file) }, "replacements": replacements.collect::<Vec<_>>() })
    });
    json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn place(at: &Span) -> Value {
    json!({ "artifactLocation": { "uri": uri(&at.file) }, "region": region(at) })
}

fn region(at: &Span) -> Value {
    json!({
        "startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column,
    })
}

/// A relative URI reference (RFC 3986): everything but unreserved letters and `/` is percent-encoded.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The same finding keeps its fingerprint when lines move; the second of two that look the same gets a number.
fn fingerprint(found: &Diagnostic, earlier: &mut Vec<String>) -> String {
    let rule = found.rule.as_deref().unwrap_or("");
    let identity = [found.code, &found.at.file, rule, &found.message].join("\n");
    let number = earlier.iter().filter(|other| **other == identity).count();
    let hash = Sha256::digest(format!("{identity}\n{number}"));
    earlier.push(identity);
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
