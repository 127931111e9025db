//! How the parts of a tree are read from JSON, written to it, and described by a schema.
//!
//! `object!` and `choice!` write all three from one list of keys, so that they cannot disagree.

use serde_json::{Map, Value, json};

use super::TreeError;

pub(crate) type Result<T> = std::result::Result<T, TreeError>;
pub(crate) type Definitions = Map<String, Value>;

/// One JSON value.
pub(crate) trait Shape: Sized {
    fn read(value: &Value) -> Result<Self>;
    fn write(&self) -> Value;
    /// A JSON Schema, mostly a reference to an entry of `definitions`.
    fn schema(definitions: &mut Definitions) -> Value;
}

/// Some keys of an object.
pub(crate) trait Fields: Sized {
    fn name() -> String;
    fn take(object: &mut Object<'_>) -> Result<Self>;
    fn put(&self, into: &mut Map<String, Value>);
    fn describe(schema: &mut ObjectSchema<'_>);
}

/// One key of an object.
pub(crate) trait Member: Sized {
    fn take_key(object: &mut Object<'_>, key: &'static str) -> Result<Self>;
    fn put_key(&self, key: &'static str, into: &mut Map<String, Value>);
    fn describe_key(key: &'static str, schema: &mut ObjectSchema<'_>);
}

/// An object while it is read: keys that nobody asked for are refused at the end.
pub(crate) struct Object<'v> {
    map: &'v Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'v> Object<'v> {
    pub(crate) fn new(value: &'v Value, expected: &str) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self { map, known: Vec::new() }),
            other => Err(TreeError::unexpected(expected, other)),
        }
    }

    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'v Value> {
        self.known.push(key);
        self.map.get(key)
    }

    pub(crate) fn need<T: Shape>(&mut self, key: &'static str) -> Result<T> {
        match self.get(key) {
            Some(value) => T::read(value).map_err(|error| error.inside(key)),
            None => Err(TreeError::MissingKey { path: String::new(), key: format!("`{key}`") }),
        }
    }

    /// The one of `keys` that is there.
    pub(crate) fn one_of(&mut self, keys: &[&'static str]) -> Result<&'static str> {
        self.known.extend(keys);
        let mut present = keys.iter().filter(|key| self.map.contains_key(**key));
        match (present.next(), present.next()) {
            (Some(key), None) => Ok(key),
            (Some(first), Some(second)) => Err(TreeError::Unexpected {
                path: String::new(),
                expected: format!("only one of `{first}` and `{second}`"),
                found: "both".to_owned(),
            }),
            (None, _) => match self.map.keys().find(|key| !self.known.contains(&key.as_str())) {
                Some(key) => Err(self.unknown(key)),
                None => {
                    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                    Err(TreeError::MissingKey { path: String::new(), key: format!("one of {}", keys.join(", ")) })
                }
            },
        }
    }

    pub(crate) fn finish(self) -> Result<()> {
        match self.map.keys().find(|key| !self.known.contains(&key.as_str())) {
            Some(key) => Err(self.unknown(key)),
            None => Ok(()),
        }
    }

    fn unknown(&self, key: &str) -> TreeError {
        TreeError::UnknownKey {
            path: String::new(),
            key: crate::tree::shorten(key),
            known: self.known.iter().map(|key| (*key).to_owned()).collect(),
        }
    }
}

/// The schema of an object while it is made.
pub(crate) struct ObjectSchema<'d> {
    pub(crate) definitions: &'d mut Definitions,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    one_of: Vec<&'static str>,
}

impl<'d> ObjectSchema<'d> {
    pub(crate) fn new(definitions: &'d mut Definitions) -> Self {
        Self { definitions, properties: Map::new(), required: Vec::new(), one_of: Vec::new() }
    }

    pub(crate) fn property(&mut self, key: &'static str, schema: Value, required: bool) {
        self.properties.insert(key.to_owned(), schema);
        if required {
            self.required.push(key);
        }
    }

    pub(crate) fn choice(&mut self, key: &'static str, schema: Value) {
        self.properties.insert(key.to_owned(), schema);
        self.one_of.push(key);
    }

    /// An object with this key alone is a further way.
    pub(crate) fn alternative<T: Shape>(mut self, key: &'static str) -> Self {
        let described = T::schema(self.definitions);
        self.choice(key, described);
        self
    }

    /// One of several words or, if there are alternatives, one of those.
    pub(crate) fn words(self, words: &[&str]) -> Value {
        let words = json!({"enum": words});
        if self.one_of.is_empty() { words } else { json!({"oneOf": [words, self.finish()]}) }
    }

    pub(crate) fn finish(self) -> Value {
        let mut schema = json!({"type": "object", "properties": self.properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if !self.one_of.is_empty() {
            schema["oneOf"] = self.one_of.iter().map(|key| json!({"required": [key]})).collect();
        }
        schema
    }
}

/// Puts a schema under `definitions` once and refers to it. The entry exists while it is made, so that a condition may
/// hold conditions.
pub(crate) fn defined(
    name: &str,
    definitions: &mut Definitions,
    make: impl FnOnce(&mut Definitions) -> Value,
) -> Value {
    if !definitions.contains_key(name) {
        definitions.insert(name.to_owned(), Value::Null);
        let schema = make(definitions);
        definitions.insert(name.to_owned(), schema);
    }
    json!({"$ref": format!("#/$defs/{name}")})
}

impl<T: Fields> Shape for T {
    fn read(value: &Value) -> Result<Self> {
        let mut object = Object::new(value, "an object")?;
        let read = T::take(&mut object)?;
        object.finish()?;
        Ok(read)
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        self.put(&mut map);
        Value::Object(map)
    }

    fn schema(definitions: &mut Definitions) -> Value {
        defined(&T::name(), definitions, |definitions| {
            let mut schema = ObjectSchema::new(definitions);
            T::describe(&mut schema);
            schema.finish()
        })
    }
}

impl<T: Fields> Fields for Box<T> {
    fn name() -> String {
        T::name()
    }

    fn take(object: &mut Object<'_>) -> Result<Self> {
        T::take(object).map(Self::new)
    }

    fn put(&self, into: &mut Map<String, Value>) {
        T::put(self, into);
    }

    fn describe(schema: &mut ObjectSchema<'_>) {
        T::describe(schema);
    }
}

/// A list with at least `LEAST` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Many<T, const LEAST: usize>(pub(crate) Vec<T>);

impl<T, const LEAST: usize> std::ops::Deref for Many<T, LEAST> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T, const LEAST: usize> std::ops::DerefMut for Many<T, LEAST> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

fn read_list<T: Shape>(value: &Value, least: usize) -> Result<Vec<T>> {
    let expected = match least {
        0 => "a list".to_owned(),
        1 => "a list with at least one entry".to_owned(),
        _ => format!("a list with at least {least} entries"),
    };
    let Value::Array(entries) = value else { return Err(TreeError::unexpected(&expected, value)) };
    if entries.len() < least {
        return Err(TreeError::Unexpected { path: String::new(), expected, found: entries.len().to_string() });
    }
    let read = |(at, entry): (usize, &Value)| T::read(entry).map_err(|error| error.inside_list(at));
    entries.iter().enumerate().map(read).collect()
}

impl<T: Shape, const LEAST: usize> Shape for Many<T, LEAST> {
    fn read(value: &Value) -> Result<Self> {
        read_list(value, LEAST).map(Self)
    }

    fn write(&self) -> Value {
        self.0.iter().map(T::write).collect()
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({"type": "array", "items": T::schema(definitions), "minItems": LEAST})
    }
}

impl<T: Shape> Member for T {
    fn take_key(object: &mut Object<'_>, key: &'static str) -> Result<Self> {
        object.need(key)
    }

    fn put_key(&self, key: &'static str, into: &mut Map<String, Value>) {
        into.insert(key.to_owned(), self.write());
    }

    fn describe_key(key: &'static str, schema: &mut ObjectSchema<'_>) {
        let described = T::schema(schema.definitions);
        schema.property(key, described, true);
    }
}

impl<T: Shape> Member for Option<T> {
    fn take_key(object: &mut Object<'_>, key: &'static str) -> Result<Self> {
        object.get(key).map(|value| T::read(value).map_err(|error| error.inside(key))).transpose()
    }

    fn put_key(&self, key: &'static str, into: &mut Map<String, Value>) {
        if let Some(value) = self {
            into.insert(key.to_owned(), value.write());
        }
    }

    fn describe_key(key: &'static str, schema: &mut ObjectSchema<'_>) {
        let described = T::schema(schema.definitions);
        schema.property(key, described, false);
    }
}

/// A list that is left out when it is empty.
impl<T: Shape> Member for Vec<T> {
    fn take_key(object: &mut Object<'_>, key: &'static str) -> Result<Self> {
        object.get(key).map_or(Ok(Vec::new()), |value| read_list(value, 0).map_err(|error| error.inside(key)))
    }

    fn put_key(&self, key: &'static str, into: &mut Map<String, Value>) {
        if !self.is_empty() {
            into.insert(key.to_owned(), self.iter().map(T::write).collect());
        }
    }

    fn describe_key(key: &'static str, schema: &mut ObjectSchema<'_>) {
        let entry = T::schema(schema.definitions);
        schema.property(key, json!({"type": "array", "items": entry}), false);
    }
}

/// A flag that is left out when it is false.
impl Member for bool {
    fn take_key(object: &mut Object<'_>, key: &'static str) -> Result<Self> {
        match object.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(TreeError::unexpected("true or false", other).inside(key)),
        }
    }

    fn put_key(&self, key: &'static str, into: &mut Map<String, Value>) {
        if *self {
            into.insert(key.to_owned(), Value::Bool(true));
        }
    }

    fn describe_key(key: &'static str, schema: &mut ObjectSchema<'_>) {
        schema.property(key, json!({"type": "boolean"}), false);
    }
}

/// A struct that is an object: `field: Type = "key"`.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident $called:literal { $($(#[$about:meta])* $field:ident: $ty:ty = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name { $($(#[$about])* pub(crate) $field: $ty,)* }

        impl crate::tree::shape::Fields for $name {
            fn name() -> String {
                $called.to_owned()
            }

            fn take(object: &mut crate::tree::shape::Object<'_>) -> crate::tree::shape::Result<Self> {
                Ok(Self { $($field: crate::tree::shape::Member::take_key(object, $key)?,)* })
            }

            fn put(&self, into: &mut serde_json::Map<String, serde_json::Value>) {
                $(crate::tree::shape::Member::put_key(&self.$field, $key, into);)*
            }

            fn describe(schema: &mut crate::tree::shape::ObjectSchema<'_>) {
                $(<$ty as crate::tree::shape::Member>::describe_key($key, schema);)*
            }
        }
    };
}

/// An enum that is an object with exactly one of several keys or, with words in brackets, one of those words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident $called:literal { $($(#[$about:meta])* $variant:ident($ty:ty) = $key:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$about])* $variant($ty),)+ }

        impl crate::tree::shape::Fields for $name {
            fn name() -> String {
                $called.to_owned()
            }

            fn take(object: &mut crate::tree::shape::Object<'_>) -> crate::tree::shape::Result<Self> {
                let key = object.one_of(&[$($key),+])?;
                $(if key == $key {
                    return object.need($key).map(Self::$variant);
                })+
                Err(crate::tree::TreeError::MissingKey { path: String::new(), key: key.to_owned() })
            }

            fn put(&self, into: &mut serde_json::Map<String, serde_json::Value>) {
                match self {
                    $(Self::$variant(value) => crate::tree::shape::Member::put_key(value, $key, into),)+
                }
            }

            fn describe(schema: &mut crate::tree::shape::ObjectSchema<'_>) {
                $({
                    let described = <$ty as crate::tree::shape::Shape>::schema(schema.definitions);
                    schema.choice($key, described);
                })+
            }
        }
    };
    ($(#[$doc:meta])* $name:ident $called:literal [$($unit:ident = $word:literal,)+] { $($variant:ident($ty:ty) = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant($ty),)* $($unit,)+ }

        impl crate::tree::shape::Shape for $name {
            fn read(value: &serde_json::Value) -> crate::tree::shape::Result<Self> {
                const EXPECTED: &str =
                    concat!("one of", $(" `", $word, "`",)+ $(" {\"", $key, "\": ...}",)*);
                match value {
                    serde_json::Value::String(word) => match word.as_str() {
                        $($word => Ok(Self::$unit),)+
                        _ => Err(crate::tree::TreeError::unexpected(EXPECTED, value)),
                    },
                    _ => {
                        $({
                            if value.get($key).is_some() {
                                let mut object = crate::tree::shape::Object::new(value, EXPECTED)?;
                                let read = object.need($key).map(Self::$variant)?;
                                object.finish()?;
                                return Ok(read);
                            }
                        })*
                        Err(crate::tree::TreeError::unexpected(EXPECTED, value))
                    }
                }
            }

            fn write(&self) -> serde_json::Value {
                match self {
                    $(Self::$unit => serde_json::Value::from($word),)+
                    $(Self::$variant(value) => serde_json::json!({$key: crate::tree::shape::Shape::write(value)}),)*
                }
            }

            fn schema(definitions: &mut crate::tree::shape::Definitions) -> serde_json::Value {
                crate::tree::shape::defined($called, definitions, |definitions| {
                    let schema = crate::tree::shape::ObjectSchema::new(definitions);
                    $(let schema = schema.alternative::<$ty>($key);)*
                    schema.words(&[$($word),+])
                })
            }
        }
    };
}

pub(crate) use {choice, object};
