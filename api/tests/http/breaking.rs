//! What was promised holds: the document is compared with the one that programs were last written against, and every
//! difference that could break one of them is named.
//!
//! `api/openapi.baseline.json` is that document without its prose. Adding is free; to break something on purpose, say so in
//! the changelog and make the baseline anew: `BASELINE=1 cargo test -p remit-api --test http breaking`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::contract::{document, operations};

/// What says nothing to a program.
const PROSE: [&str; 6] = ["description", "summary", "example", "examples", "title", "tags"];

/// A document without its prose.
fn bare(value: &Value) -> Value {
    match value {
        // Properties may be called like prose; prose is text, or examples.
        Value::Object(fields) => {
            let is_prose = |(name, value): &(&String, &Value)| PROSE.contains(&name.as_str()) && !value.is_object();
            let kept = fields.iter().filter(|field| !is_prose(field));
            Value::Object(kept.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Programs send it: what they send today must be taken tomorrow.
    Sent,
    /// Programs read it: what they read today must be there tomorrow.
    Read,
}

/// Two documents, and what breaks between them.
struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    breaks: BTreeSet<String>,
    /// Pairs of schemas that were compared, or are being.
    seen: BTreeSet<(String, String, Way)>,
}

/// Every difference that could break a program that was written against the old document.
fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, breaks: BTreeSet::new(), seen: BTreeSet::new() };
    let now: BTreeMap<(String, String), Value> =
        operations(new).into_iter().map(|(method, path, operation)| ((method, path), operation)).collect();
    for (method, path, before) in operations(old) {
        let name = format!("{method} {path}");
        match now.get(&(method, path)) {
            Some(after) => comparison.operation(&name, &before, after),
            None => comparison.says(&name, "is gone"),
        }
    }
    comparison.breaks.into_iter().collect()
}

const ROLES: [&str; 5] = ["viewer", "closer", "approver", "manager", "owner"];

/// How little somebody may be who uses an operation: 0 for nobody in particular.
fn least(operation: &Value) -> usize {
    let text = operation["security"].to_string();
    ROLES.iter().position(|role| text.contains(role)).map_or(0, |place| place + 1)
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

impl Comparison<'_> {
    fn says(&mut self, place: &str, what: &str) {
        self.breaks.insert(format!("{place}: {what}"));
    }

    fn operation(&mut self, name: &str, before: &Value, after: &Value) {
        if before["operationId"] != after["operationId"] {
            self.says(name, &format!("is called {} and was {}", after["operationId"], before["operationId"]));
        }
        if least(after) > least(before) {
            self.says(name, "needs a higher role");
        }
        let by = ["any", "people", "session"];
        let place = |operation: &Value| by.iter().position(|word| operation["x-remit-by"] == *word).unwrap_or(0);
        if place(after) > place(before) {
            self.says(name, "is not for every credential any more");
        }
        self.parameters(name, before, after);
        let (old, new) = (&before["requestBody"], &after["requestBody"]);
        if new["required"] == true && old["required"] != true {
            self.says(name, "needs a body");
        }
        for (kind, content) in object(&old["content"]) {
            match new["content"].get(&kind) {
                Some(now) => self.schema(&format!("{name} body"), &content["schema"], &now["schema"], Way::Sent),
                None => self.says(name, &format!("takes no {kind} any more")),
            }
        }
        for (status, response) in object(&before["responses"]).into_iter().filter(|(status, _)| status.starts_with('2'))
        {
            let Some(now) = after["responses"].get(&status) else {
                self.says(name, &format!("does not answer {status} any more"));
                continue;
            };
            for (kind, content) in object(&response["content"]) {
                match now["content"].get(&kind) {
                    Some(now) => {
                        self.schema(&format!("{name} {status}"), &content["schema"], &now["schema"], Way::Read)
                    }
                    None => self.says(name, &format!("answers {status} without {kind}")),
                }
            }
            for header in object(&response["headers"]).keys().filter(|header| now["headers"].get(*header).is_none()) {
                self.says(name, &format!("answers {status} without the header {header}"));
            }
        }
    }

    fn parameters(&mut self, name: &str, before: &Value, after: &Value) {
        let named = |operation: &Value| -> BTreeMap<String, Value> {
            let each = list(&operation["parameters"]).into_iter();
            each.map(|one| (format!("{} {}", one["in"].as_str().unwrap(), one["name"].as_str().unwrap()), one))
                .collect()
        };
        let (old, new) = (named(before), named(after));
        for (parameter, was) in &old {
            let Some(is) = new.get(parameter) else {
                self.says(name, &format!("does not know the parameter {parameter} any more"));
                continue;
            };
            if is["required"] == true && was["required"] != true {
                self.says(name, &format!("needs the parameter {parameter}"));
            }
            self.schema(&format!("{name} {parameter}"), &was["schema"], &is["schema"], Way::Sent);
        }
        for (parameter, _) in new.iter().filter(|(name, one)| one["required"] == true && !old.contains_key(*name)) {
            self.says(name, &format!("needs the new parameter {parameter}"));
        }
    }

    /// What a reference stands for, and a name to know it by.
    fn resolved<'v>(document: &'v Value, schema: &'v Value) -> (Option<String>, &'v Value) {
        match schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
            Some(name) => (Some(name.to_owned()), &document["components"]["schemas"][name]),
            None => (None, schema),
        }
    }

    fn schema(&mut self, place: &str, before: &Value, after: &Value, way: Way) {
        let (old, new) = (self.old, self.new);
        let ((one, before), (other, after)) = (Self::resolved(old, before), Self::resolved(new, after));
        if let (Some(one), Some(other)) = (&one, &other)
            && !self.seen.insert((one.clone(), other.clone(), way))
        {
            return;
        }
        let place = one.map_or_else(|| place.to_owned(), |name| format!("{name} ({way:?})"));
        if before.is_null() || before == after {
            // The same text may name schemas that are not: those are looked at all the same.
            if before.get("properties").is_none() && before.to_string().contains("$ref") {
                self.parts(&place, before, after, way);
            }
            if before != after || before.get("properties").is_none() {
                return;
            }
        }
        self.types(&place, before, after, way);
        self.bounds(&place, before, after, way);
        self.parts(&place, before, after, way);
    }

    /// Words of the types, where they are said.
    fn types(&mut self, place: &str, before: &Value, after: &Value, way: Way) {
        let words = |schema: &Value| -> BTreeSet<String> {
            let of = |value: &Value| match value {
                Value::String(word) => vec![word.clone()],
                Value::Array(words) => words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            of(&schema["type"]).into_iter().collect()
        };
        let (old, new) = (words(before), words(after));
        if old.is_empty() && new.is_empty() {
            return;
        }
        let gone = old.difference(&new).cloned().collect::<Vec<_>>().join(", ");
        let fresh = new.difference(&old).cloned().collect::<Vec<_>>().join(", ");
        match way {
            Way::Sent if !gone.is_empty() && !new.is_empty() => self.says(place, &format!("takes no {gone} any more")),
            Way::Read if !fresh.is_empty() && !old.is_empty() => self.says(place, &format!("may be {fresh}")),
            _ => {}
        }
        let values = |schema: &Value| list(&schema["enum"]).iter().map(Value::to_string).collect::<BTreeSet<_>>();
        let (old, new) = (values(before), values(after));
        // Words that are added are announced: enumerations are open. Where any word was taken, a list is new.
        if way == Way::Sent && old.is_empty() && !new.is_empty() {
            self.says(place, "takes certain words only");
        }
        for word in old.difference(&new).filter(|_| !new.is_empty()) {
            self.says(place, &format!("has no {word} any more"));
        }
        if before["format"] != after["format"] && !after["format"].is_null() {
            self.says(place, &format!("has the format {}", after["format"]));
        }
    }

    /// Bounds of what is sent: none may be narrower.
    fn bounds(&mut self, place: &str, before: &Value, after: &Value, way: Way) {
        if way == Way::Read {
            return;
        }
        for (bound, is_upper) in [
            ("maxLength", true),
            ("maxItems", true),
            ("maximum", true),
            ("minLength", false),
            ("minItems", false),
            ("minimum", false),
        ] {
            let (old, new) = (before[bound].as_f64(), after[bound].as_f64());
            let narrower = match (old, new) {
                (Some(old), Some(new)) if is_upper => new < old,
                (Some(old), Some(new)) => new > old,
                (None, Some(new)) => is_upper || new > 0.0,
                _ => false,
            };
            if narrower {
                self.says(place, &format!("{bound} is {} and was {}", after[bound], before[bound]));
            }
        }
    }

    fn parts(&mut self, place: &str, before: &Value, after: &Value, way: Way) {
        let required = |schema: &Value| -> BTreeSet<String> {
            list(&schema["required"]).iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let (must_before, must_after) = (required(before), required(after));
        match way {
            Way::Sent => {
                for name in must_after.difference(&must_before) {
                    self.says(place, &format!("needs {name}"));
                }
            }
            Way::Read => {
                for name in must_before.difference(&must_after).filter(|name| after["properties"].get(*name).is_some())
                {
                    self.says(place, &format!("may be without {name}"));
                }
            }
        }
        for (name, was) in object(&before["properties"]) {
            match after["properties"].get(&name) {
                Some(is) => self.schema(&format!("{place}.{name}"), &was, is, way),
                None if after.get("properties").is_some() || before.get("properties").is_some() => {
                    self.says(place, &format!("has no {name} any more"));
                }
                None => {}
            }
        }
        if !before["items"].is_null() {
            self.schema(&format!("{place}[]"), &before["items"], &after["items"], way);
        }
        if before["additionalProperties"].is_object() {
            self.schema(&format!("{place}.*"), &before["additionalProperties"], &after["additionalProperties"], way);
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            let (old, new) = (list(&before[choice]), list(&after[choice]));
            for (position, was) in old.iter().enumerate() {
                match new.get(position) {
                    Some(is) => self.schema(&format!("{place}/{choice}{position}"), was, is, way),
                    None => self.says(place, "has fewer forms"),
                }
            }
            if way == Way::Read && choice == "oneOf" && !old.is_empty() {
                let is_null = |form: &Value| form["type"] == "null";
                if new.iter().any(is_null) && !old.iter().any(is_null) {
                    self.says(place, "may be null");
                }
            }
        }
    }
}

fn baseline() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.baseline.json")
}

#[test]
fn nothing_that_was_promised_is_broken() {
    let now = bare(&document());
    if std::env::var("BASELINE").is_ok_and(|wanted| wanted == "1") {
        std::fs::write(baseline(), now.to_string() + "\n").unwrap();
    }
    let promised = std::fs::read_to_string(baseline()).expect("api/openapi.baseline.json is there");
    let promised: Value = serde_json::from_str(&promised).expect("it is JSON");
    assert!(operations(&promised).len() > 100);
    let broken = breaks(&promised, &now);
    assert!(
        broken.is_empty(),
        "programs that were written against api/openapi.baseline.json break:\n{}\nIf that is meant, say so in the changelog \
         and make the baseline anew with BASELINE=1.",
        broken.join("\n")
    );
}

/// The document with one thing different.
fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = bare(&document());
    change(&mut document);
    document
}

#[test]
fn each_kind_of_break_is_found_and_named() {
    let old = bare(&document());
    assert!(breaks(&old, &old).is_empty());
    let conversation = "/api/v1/conversations/{id}";
    type Change = Box<dyn FnOnce(&mut Value)>;
    let schema = |name: &'static str, change: fn(&mut Value)| -> Change {
        Box::new(move |document| change(&mut document["components"]["schemas"][name]))
    };
    let operation = |path: &'static str, method: &'static str, change: fn(&mut Value)| -> Change {
        Box::new(move |document| change(&mut document["paths"][path][method]))
    };
    let remove = |value: &mut Value, name: &str| {
        value.as_object_mut().unwrap().remove(name).expect("it was there");
    };
    let seeds: Vec<(&str, Change)> = vec![
        ("GET /api/v1/tags: is gone", operation("/api/v1/tags", "get", |_| {})),
        (
            "needs a higher role",
            operation(conversation, "get", |one| {
                one["security"] = json!([{ "key": ["owner"] }, { "session": ["owner"] }]);
            }),
        ),
        ("is called \"fetch\"", operation(conversation, "get", |one| one["operationId"] = json!("fetch"))),
        ("is not for every credential", operation(conversation, "get", |one| one["x-remit-by"] = json!("session"))),
        (
            "needs the new parameter query tenant",
            operation("/api/v1/tags", "get", |one| {
                let new = json!({ "name": "tenant", "in": "query", "required": true, "schema": { "type": "string" } });
                one["parameters"].as_array_mut().unwrap().push(new);
            }),
        ),
        (
            "does not know the parameter query limit",
            operation("/api/v1/tags", "get", |one| {
                one["parameters"].as_array_mut().unwrap().retain(|parameter| parameter["name"] != "limit");
            }),
        ),
        (
            "maximum is 50 and was 100",
            operation("/api/v1/tags", "get", |one| {
                let all = one["parameters"].as_array_mut().unwrap();
                let limit = all.iter_mut().find(|parameter| parameter["name"] == "limit").unwrap();
                limit["schema"]["maximum"] = json!(50);
            }),
        ),
        (
            "does not answer 201",
            operation("/api/v1/tags", "post", |one| {
                let answer = one["responses"].as_object_mut().unwrap().remove("201").unwrap();
                one["responses"]["200"] = answer;
            }),
        ),
        (
            "NewTag (Sent): needs colour",
            schema("NewTag", |one| {
                one["properties"]["colour"] = json!({ "type": "string" });
                one["required"].as_array_mut().unwrap().push(json!("colour"));
            }),
        ),
        (
            "NewTag (Sent).name: maxLength is 10",
            schema("NewTag", |one| one["properties"]["name"]["maxLength"] = json!(10)),
        ),
        (
            "NewTag (Sent).name: takes no string",
            schema("NewTag", |one| one["properties"]["name"]["type"] = json!("integer")),
        ),
        (
            "Tag (Read): has no name",
            schema("Tag", |one| {
                one["properties"].as_object_mut().unwrap().remove("name").unwrap();
            }),
        ),
        ("Tag (Read): may be without name", schema("Tag", |one| one["required"] = json!(["id"]))),
        (
            "Tag (Read).name: may be null",
            schema("Tag", |one| one["properties"]["name"]["type"] = json!(["string", "null"])),
        ),
        (
            "has no \"viewer\" any more",
            schema("Role", |one| {
                one["enum"] = json!(["closer", "approver", "manager", "owner"]);
            }),
        ),
    ];
    for (wanted, change) in seeds {
        let is_removal = wanted.ends_with("is gone");
        let new = with(|document| {
            change(document);
            if is_removal {
                remove(&mut document["paths"]["/api/v1/tags"], "get");
            }
        });
        let found = breaks(&old, &new);
        assert!(found.iter().any(|one| one.contains(wanted)), "`{wanted}` is not among {found:#?}");
        assert!(found.len() <= 3, "one change is told as {found:#?}");
    }
}

#[test]
fn what_is_added_breaks_nothing() {
    let old = bare(&document());
    let new = with(|document| {
        document["paths"]["/api/v1/new"] = document["paths"]["/api/v1/tags"].clone();
        let schemas = &mut document["components"]["schemas"];
        schemas["Tag"]["properties"]["colour"] = json!({ "type": "string" });
        schemas["Tag"]["required"].as_array_mut().unwrap().push(json!("colour"));
        schemas["NewTag"]["properties"]["colour"] = json!({ "type": "string" });
        schemas["NewTag"]["properties"]["name"]["maxLength"] = json!(80);
        schemas["Role"]["enum"].as_array_mut().unwrap().push(json!("emperor"));
        let optional = json!({ "name": "colour", "in": "query", "required": false, "schema": { "type": "string" } });
        document["paths"]["/api/v1/tags"]["get"]["parameters"].as_array_mut().unwrap().push(optional);
    });
    assert_eq!(breaks(&old, &new), Vec::<String>::new());
}
