//! The lossless tree of one file: everything that it says and every comment, without places and without layout.

use serde_json::{Map, Value, json};

use super::TreeError;
use super::items::ItemKind;
use super::shape::{Definitions, Fields, Many, Object, ObjectSchema, Result, Shape, choice, defined, object};
use super::words::*;

object! {
    /// One file.
    Document "policy" {
        header: Header = "header",
        items: Vec<Item> = "items",
        /// Comments behind the last item.
        below: Vec<Comment> = "below",
    }
}

object! {
    Header "header" {
        above: Vec<Comment> = "above",
        language: Version = "language",
        beside: Option<Comment> = "beside",
        policy: Option<Row<Named>> = "policy",
    }
}

object! {
    Named "policy_name" {
        name: Name = "name",
        title: Option<Text> = "title",
    }
}

/// A part that stands on lines of its own, with the comments and empty lines above it and the comment beside its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row<T> {
    pub(crate) above: Vec<Comment>,
    pub(crate) what: T,
    pub(crate) beside: Option<Comment>,
}

impl<T: Fields> Fields for Row<T> {
    fn name() -> String {
        format!("{}_row", T::name())
    }

    fn take(object: &mut Object<'_>) -> Result<Self> {
        use super::shape::Member;
        let (above, beside) = (Member::take_key(object, "above")?, Member::take_key(object, "beside")?);
        Ok(Self { above, what: T::take(object)?, beside })
    }

    fn put(&self, into: &mut Map<String, Value>) {
        use super::shape::Member;
        self.above.put_key("above", into);
        self.what.put(into);
        self.beside.put_key("beside", into);
    }

    fn describe(schema: &mut ObjectSchema<'_>) {
        use super::shape::Member;
        <Vec<Comment> as Member>::describe_key("above", schema);
        <Option<Comment> as Member>::describe_key("beside", schema);
        T::describe(schema);
    }
}

object! {
    TextOnly "text_alone" {
        text: Text = "text",
    }
}

/// A text in a list: a string, or an object with `text` when it has comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry(pub(crate) Row<TextOnly>);

impl Shape for Entry {
    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Object(_) => Row::read(value).map(Self),
            _ => Ok(Self(Row { above: Vec::new(), what: TextOnly { text: Text::read(value)? }, beside: None })),
        }
    }

    fn write(&self) -> Value {
        if self.0.above.is_empty() && self.0.beside.is_none() { self.0.what.text.write() } else { self.0.write() }
    }

    fn schema(definitions: &mut Definitions) -> Value {
        defined(
            "entry",
            definitions,
            |definitions| json!({"oneOf": [Text::schema(definitions), Row::<TextOnly>::schema(definitions)]}),
        )
    }
}

/// One rule, setting or declaration, with its annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) above: Vec<Comment>,
    pub(crate) notes: Vec<Note>,
    pub(crate) kind: ItemKind,
    pub(crate) beside: Option<Comment>,
}

object! {
    Note "annotation" {
        tag: Tag = "tag",
        argument: Option<NoteValue> = "argument",
        reason: Option<Text> = "reason",
    }
}

choice! {
    NoteValue "argument" {
        Text(Text) = "text",
        Date(Date) = "date",
        Code(Code) = "code",
        Name(Name) = "name",
    }
}

choice! {
    /// What a rule demands.
    Outcome "outcome" [
        Send = "send",
        Hold = "hold",
        Approval = "approval",
        Off = "off",
        Escalate = "escalate",
    ] {
        HoldUntil(Name) = "hold_until",
        HoldFor(Length) = "hold_for",
    }
}

choice! {
    Scope "scope" {
        Channel(Name) = "channel",
        Agent(Name) = "agent",
        Segment(Name) = "segment",
        Intent(Name) = "intent",
    }
}

choice! {
    /// Who gets a message.
    Addressee "addressee" {
        Team(Name) = "team",
        Person(Name) = "person",
    }
}

object! {
    Range "range" {
        from: Number = "from",
        to: Number = "to",
    }
}

// ---------- conditions ----------

choice! {
    /// A condition. Terms of `all` and `any` may have comments.
    Condition "condition" {
        All(Many<Row<Condition>, 2>) = "all",
        Any(Many<Row<Condition>, 2>) = "any",
        Not(Box<Condition>) = "not",
        Detects(Detects) = "detects",
        ContactIn(Many<Name, 1>) = "contact_in",
        During(Name) = "during",
        Outside(Name) = "outside",
        Over(Name) = "over",
        Switch(Name) = "switch",
        Script(Scripted) = "script",
        Certified(Certified) = "certified",
        Is(IsName) = "is",
        IsNot(IsName) = "is_not",
        In(InNames) = "in",
        Number(CompareNumber) = "compare",
        Name(CompareName) = "compare_name",
        Fact(Path) = "fact",
    }
}

object! {
    Detects "detects" {
        subject: Subject = "in",
        any: Many<Name, 1> = "any",
    }
}

object! {
    Scripted "scripted" {
        name: Name = "name",
        limit: Option<ScriptLimit> = "compare",
    }
}

object! {
    Certified "certified" {
        name: Name = "name",
        at: Number = "at",
    }
}

object! {
    ScriptLimit "script_limit" {
        compare: Compare = "with",
        number: Number = "number",
    }
}

object! {
    IsName "is_name" {
        fact: Path = "fact",
        name: Name = "name",
    }
}

object! {
    InNames "in_names" {
        fact: Path = "fact",
        names: Many<Name, 1> = "names",
    }
}

object! {
    CompareNumber "compare_number" {
        fact: Path = "fact",
        compare: Compare = "with",
        number: Number = "number",
        currency: Option<Currency> = "currency",
    }
}

object! {
    CompareName "compare_name" {
        fact: Path = "fact",
        compare: Compare = "with",
        name: Name = "name",
    }
}

// ---------- tests ----------

choice! {
    /// What is so in a test.
    Given "given" {
        At(Moment) = "at",
        Intent(Classified) = "intent",
        Message(Text) = "message",
        Draft(Text) = "draft",
        Channel(Name) = "channel",
        Agent(Name) = "agent",
        Action(Name) = "action",
        Detects(Detects) = "detects",
        ContactIn(Many<Name, 1>) = "contact_in",
        During(Name) = "during",
        Outside(Name) = "outside",
        Over(Name) = "over",
        Switch(Name) = "switch",
        Certified(Certified) = "certified",
        Is(IsName) = "is",
        Number(IsNumber) = "is_number",
        Fact(Path) = "fact",
    }
}

object! {
    Moment "moment" {
        date: Date = "date",
        clock: Clock = "clock",
    }
}

object! {
    Classified "classified" {
        name: Name = "name",
        confidence: Number = "confidence",
    }
}

object! {
    IsNumber "is_number" {
        fact: Path = "fact",
        number: Number = "number",
        currency: Option<Currency> = "currency",
    }
}

choice! {
    Expect "expectation" {
        Outcome(Expected) = "verdict",
        Route(RowName) = "route",
    }
}

object! {
    Expected "verdict" {
        outcome: Outcome = "outcome",
        because: Vec<Name> = "because",
    }
}

// Sizes and depths are bounded before reading starts.
impl Document {
    pub(crate) fn read_tree(value: &Value) -> Result<Self> {
        let mut object = Object::new(value, "an object with `version`, `header` and `items`")?;
        match object.get("version") {
            Some(version) if *version == json!(super::VERSION) => {}
            Some(other) => {
                return Err(
                    TreeError::unexpected(&format!("version {} of the tree", super::VERSION), other).inside("version")
                );
            }
            None => return Err(TreeError::MissingKey { path: String::new(), key: "`version`".to_owned() }),
        }
        let read = Self::take(&mut object)?;
        object.finish()?;
        Ok(read)
    }

    pub(crate) fn write_tree(&self) -> Value {
        let mut map = Map::new();
        map.insert("version".to_owned(), json!(super::VERSION));
        self.put(&mut map);
        Value::Object(map)
    }
}
