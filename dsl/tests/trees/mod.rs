//! Policies made at random: trees from the published schema, and texts with random white space and comments.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Numbers from a seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const NAMES: [&str; 8] =
    ["vip", "office", "question", "a1", "legal_threat", "inbox", "z", "a_name_that_is_rather_long"];
/// Names that are words of the language elsewhere.
const TRICKY_NAMES: [&str; 14] = [
    "send",
    "hold",
    "reply",
    "tone",
    "model",
    "file",
    "fact",
    "guard",
    "otherwisely",
    "now",
    "per",
    "channel",
    "yes",
    "on",
];
const PATHS: [&str; 5] = ["contact.new", "thread.depth", "deal.value", "sentiment", "message.language"];
const TRICKY_PATHS: [&str; 6] = ["channel", "agent", "intent", "action", "limit", "a.b.c.d"];
const TEXTS: [&str; 12] = [
    "",
    "Hello",
    "with \"quotes\"",
    "back\\slash",
    "ends in \\",
    "\\\"",
    "\\b[0-9]+\\b",
    "# no comment",
    "tab\there",
    "Größe {}",
    "(((",
    "a text that is long enough to make many a line wrap when there are several of them in a row",
];
const COMMENTS: [&str; 7] = ["#", "# a", "# two words", "#{", "# \"", "# ---- heading ----", "# )} -> guard g: off"];

/// Makes trees that fit the schema, and remembers which parts of it they used.
pub(crate) struct Trees {
    schema: &'static Value,
    /// `DEFINITION.KEY` and `DEFINITION=WORD`.
    pub(crate) seen: BTreeSet<String>,
    /// Whether names may be words that mean something elsewhere.
    pub(crate) tricky: bool,
    /// One comment in this many places; none for 0.
    pub(crate) comments: usize,
}

impl Trees {
    pub(crate) fn new() -> Self {
        static SCHEMA: LazyLock<Value> = LazyLock::new(remit_dsl::tree::schema);
        Self { schema: &SCHEMA, seen: BTreeSet::new(), tricky: false, comments: 12 }
    }

    pub(crate) fn tree(&mut self, dice: &mut Dice) -> Value {
        self.value(self.schema, "tree", dice, 0)
    }

    /// Everything that [`Self::seen`] can hold.
    pub(crate) fn all_parts(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let tops = [("tree", self.schema)];
        let definitions = self.schema["$defs"].as_object().unwrap().iter();
        for (name, schema) in definitions.map(|(name, schema)| (name.as_str(), schema)).chain(tops) {
            for way in std::iter::once(schema).chain(schema["oneOf"].as_array().into_iter().flatten()) {
                let keys = way["properties"].as_object().into_iter().flatten().map(|(key, _)| format!("{name}.{key}"));
                all.extend(keys);
                let words = way["enum"].as_array().into_iter().flatten();
                all.extend(words.map(|word| format!("{name}={}", word.as_str().unwrap())));
            }
        }
        all
    }

    fn value(&mut self, schema: &Value, name: &str, dice: &mut Dice, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.strip_prefix("#/$defs/").unwrap();
            let schema: &'static Value = &self.schema["$defs"][name];
            return self.value(schema, name, dice, depth + usize::from(name == "condition"));
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(words) = schema["enum"].as_array() {
            let word = words[dice.below(words.len())].clone();
            self.seen.insert(format!("{name}={}", word.as_str().unwrap()));
            return word;
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, name, dice, depth),
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
                let count = if name == "tree" { dice.below(14) } else { least + dice.below(4) / (1 + depth / 2) };
                Value::Array((0..count).map(|_| self.value(&schema["items"], name, dice, depth)).collect())
            }
            Some("boolean") => Value::Bool(true),
            Some("string") => Value::from(self.word(name, dice)),
            _ => {
                let ways = schema["oneOf"].as_array().unwrap();
                self.value(&ways[dice.below(ways.len())], name, dice, depth)
            }
        }
    }

    fn object(&mut self, schema: &Value, name: &str, dice: &mut Dice, depth: usize) -> Value {
        let properties = schema["properties"].as_object().unwrap();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let ways: Vec<&str> =
            schema["oneOf"].as_array().into_iter().flatten().filter_map(|way| way["required"][0].as_str()).collect();
        let shallow: Vec<&str> = ways.iter().copied().filter(|way| !["all", "any", "not"].contains(way)).collect();
        let ways = if name.starts_with("condition") && depth > 4 { shallow } else { ways };
        let chosen = if ways.is_empty() { "" } else { ways[dice.below(ways.len())] };
        let all_ways: Vec<&str> =
            schema["oneOf"].as_array().into_iter().flatten().filter_map(|way| way["required"][0].as_str()).collect();
        let mut object = Map::new();
        for (key, schema) in properties {
            let is_comment =
                ["above", "beside", "beside_opening", "above_closing", "beside_when", "below"].contains(&key.as_str());
            let wanted = if all_ways.contains(&key.as_str()) {
                key == chosen
            } else if required.contains(&key.as_str()) {
                true
            } else if is_comment {
                self.comments > 0 && dice.one_in(self.comments)
            } else {
                dice.one_in(2)
            };
            // A reason needs an argument before it; the schema cannot say that.
            let wanted = wanted && (key != "reason" || object.contains_key("argument"));
            if wanted {
                self.seen.insert(format!("{name}.{key}"));
                object.insert(key.clone(), self.value(schema, name, dice, depth));
            }
        }
        Value::Object(object)
    }

    fn word(&self, name: &str, dice: &mut Dice) -> String {
        let from: &[&str] = match name {
            "name" | "tag" | "counted" | "row_name" => {
                if self.tricky && dice.one_in(3) {
                    &TRICKY_NAMES
                } else {
                    &NAMES
                }
            }
            "path" => {
                if self.tricky && dice.one_in(3) {
                    &TRICKY_PATHS
                } else {
                    &PATHS
                }
            }
            "text" => &TEXTS,
            "comment" => &COMMENTS,
            "number" => &["0", "0.85", "-5", "15%", "250000", "007"],
            "integer" => &["3", "180", "20000"],
            "duration" => &["2h", "90m", "1h30m", "0s"],
            "clock" => &["09:00", "18:30"],
            "date" => &["2026-03-29", "2027-12-31"],
            "month_day" => &["12-25", "01-01"],
            "day_range" => &["sat", "mon-fri", "sun-mon"],
            "currency" => &["EUR", "USD"],
            "code" => &["R0305"],
            "comparison" => &[">=", "<=", ">", "<"],
            "subject" => &["message", "draft", "thread"],
            "language" => &["1"],
            other => panic!("no words for {other}"),
        };
        dice.pick(from).to_owned()
    }
}

/// The tree without comments and empty lines.
pub(crate) fn without_comments(tree: &Value) -> Value {
    const COMMENTS: [&str; 6] = ["above", "beside", "beside_opening", "above_closing", "beside_when", "below"];
    match tree {
        Value::Array(entries) => entries.iter().map(without_comments).collect(),
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .iter()
                .filter(|(key, value)| {
                    let empty = value.as_array().is_some_and(Vec::is_empty);
                    !COMMENTS.contains(&key.as_str()) && !empty
                })
                .map(|(key, value)| (key.clone(), without_comments(value)))
                .collect();
            match (kept.len(), kept.get("text")) {
                // A text in a list may be an object, for its comments.
                (1, Some(text)) => text.clone(),
                _ => Value::Object(kept),
            }
        }
        other => other.clone(),
    }
}

/// The comments of a tree, sorted.
pub(crate) fn comments_in(tree: &Value) -> Vec<String> {
    fn collect(value: &Value, is_comment: bool, found: &mut Vec<String>) {
        match value {
            Value::String(text) if is_comment && text.starts_with('#') => found.push(text.clone()),
            Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, is_comment, found)),
            Value::Object(map) => {
                for (key, value) in map {
                    let comment = key.starts_with("above") || key.starts_with("beside") || key == "below";
                    collect(value, comment, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(tree, false, &mut found);
    found.sort();
    found
}

/// A text cut into tokens: everything but white space. Comments start with `#`.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut token = String::from(letter);
        match letter {
            ' ' | '\t' | '\r' | '\n' | '\u{FEFF}' => continue,
            '#' => {
                while let Some(next) = letters.next_if(|next| *next != '\n') {
                    token.push(next);
                }
                token.truncate(token.trim_end().len());
            }
            '"' => {
                while let Some(next) = letters.next() {
                    token.push(next);
                    match next {
                        '\\' => token.extend(letters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ',' | '|' => {}
            _ => {
                while let Some(next) = letters.next_if(|next| !" \t\r\n{}()[],|\"#".contains(*next)) {
                    token.push(next);
                }
            }
        }
        tokens.push(token);
    }
    tokens
}

/// The tokens of a text that are (or are not) comments.
pub(crate) fn only(text: &str, comments: bool) -> Vec<String> {
    let mut only: Vec<String> = tokens(text).into_iter().filter(|token| token.starts_with('#') == comments).collect();
    if comments {
        only.sort();
    }
    only
}

/// The same tokens with other white space between them, and with further comments.
pub(crate) fn messy(text: &str, dice: &mut Dice, comments: usize) -> String {
    let newline = dice.pick(&["\n", "\r\n"]);
    let mut messy = String::from(dice.pick(&["", "\u{FEFF}", "\n\n", "  "]));
    for token in tokens(text) {
        messy.push_str(&token);
        if token.starts_with('#') {
            messy.push_str(newline);
        }
        if comments > 0 && dice.one_in(comments) {
            let comment = dice.pick(&COMMENTS);
            messy.push_str(dice.pick(&["", " ", "\n"]));
            messy.push_str(&format!(" {comment}{newline}"));
        }
        match dice.below(12) {
            0 => messy.push_str(newline),
            1 => messy.push_str(&newline.repeat(3)),
            2 => messy.push('\t'),
            3 => messy.push_str("      "),
            _ => messy.push(' '),
        }
    }
    messy
}

/// A tree with one random change: a value replaced, a key renamed, added or taken away.
pub(crate) fn damaged(tree: &Value, dice: &mut Dice) -> Value {
    let mut tree = tree.clone();
    let mut places = Vec::new();
    fn walk(value: &Value, path: String, places: &mut Vec<String>) {
        places.push(path.clone());
        match value {
            Value::Array(entries) => {
                for (at, entry) in entries.iter().enumerate() {
                    walk(entry, format!("{path}/{at}"), places);
                }
            }
            Value::Object(map) => {
                for (key, entry) in map {
                    walk(entry, format!("{path}/{key}"), places);
                }
            }
            _ => {}
        }
    }
    walk(&tree, String::new(), &mut places);
    let place = places[dice.below(places.len())].clone();
    let target = tree.pointer_mut(&place).unwrap();
    let strange = [
        json!(null),
        json!(true),
        json!(5),
        json!(-1.5),
        json!("x\ny"),
        json!("\""),
        json!("a # b"),
        json!("when"),
        json!("} guard g: send when contact.new #"),
        json!("#\n guard"),
        json!([]),
        json!([["a"]]),
        json!({}),
        json!({"item": "guard"}),
        json!("\u{FEFF}"),
        json!("# c"),
        json!("x\rguard"),
        json!("send"),
        json!("2h # x"),
    ];
    match (dice.below(3), &mut *target) {
        (0, Value::Object(map)) => {
            map.insert(
                dice.pick(&["item", "name", "whne", "", "all", "above", "beside"]).to_owned(),
                strange[dice.below(strange.len())].clone(),
            );
        }
        (1, Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(dice.below(map.len())).unwrap().clone();
            map.remove(&key);
        }
        (1, Value::Array(entries)) if !entries.is_empty() => {
            let at = dice.below(entries.len());
            let entry = entries[at].clone();
            entries.push(entry);
        }
        (_, target) => *target = strange[dice.below(strange.len())].clone(),
    }
    tree
}
