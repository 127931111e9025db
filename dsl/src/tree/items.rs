//! The kinds of items of the lossless tree.

use serde_json::{Map, Value, json};

use super::TreeError;
use super::document::*;
use super::shape::{Definitions, Fields, Many, Member, Object, ObjectSchema, Result, Shape, choice, defined, object};
use super::words::*;

macro_rules! items {
    ($($kind:ident = $key:literal,)+) => {
        /// What an item is. In JSON the key `item` says it.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum ItemKind { $($kind($kind),)+ }

        /// The values of the key `item`.
        pub(crate) const ITEM_WORDS: &[&str] = &[$($key),+];

        impl ItemKind {
            fn take(word: &str, object: &mut Object<'_>) -> Option<Result<Self>> {
                match word {
                    $($key => Some($kind::take(object).map(Self::$kind)),)+
                    _ => None,
                }
            }

            fn put(&self, into: &mut Map<String, Value>) {
                match self {
                    $(Self::$kind(item) => {
                        into.insert("item".to_owned(), Value::from($key));
                        item.put(into);
                    })+
                }
            }

            fn schemas(definitions: &mut Definitions) -> Vec<Value> {
                vec![$(defined(concat!("item_", $key), definitions, |definitions| {
                    let mut schema = ObjectSchema::new(definitions);
                    schema.property("item", json!({"const": $key}), true);
                    <Vec<Comment> as Member>::describe_key("above", &mut schema);
                    <Vec<Note> as Member>::describe_key("annotations", &mut schema);
                    <Option<Comment> as Member>::describe_key("beside", &mut schema);
                    $kind::describe(&mut schema);
                    schema.finish()
                })),+]
            }
        }
    };
}

items! {
    Import = "import",
    Autonomy = "autonomy",
    Undo = "undo",
    Timezone = "timezone",
    Mode = "mode",
    Tiers = "tiers",
    Segment = "segment",
    Team = "team",
    Agent = "agent",
    Fact = "fact",
    Calendar = "calendar",
    Hours = "hours",
    Detector = "detector",
    Script = "script",
    Actions = "actions",
    Intent = "intent",
    Certificate = "certificate",
    Risk = "risk",
    Switch = "switch",
    Limit = "limit",
    Pause = "pause",
    Guard = "guard",
    RouteTable = "route",
    Approvals = "approvals",
    Sweep = "sweep",
    NeverSend = "never_send",
    Always = "always",
    AlwaysRoute = "always_route",
    Test = "test",
    Cases = "cases",
}

impl Shape for Item {
    fn read(value: &Value) -> Result<Self> {
        let mut object = Object::new(value, "an object with `item`")?;
        let word = match object.get("item") {
            Some(Value::String(word)) => word,
            Some(other) => return Err(TreeError::unexpected("the kind of the item", other).inside("item")),
            None => return Err(TreeError::MissingKey { path: String::new(), key: "`item`".to_owned() }),
        };
        let above = Member::take_key(&mut object, "above")?;
        let notes: Vec<Note> = Member::take_key(&mut object, "annotations")?;
        for (at, note) in notes.iter().enumerate() {
            if note.reason.is_some() && note.argument.is_none() {
                let missing =
                    TreeError::MissingKey { path: String::new(), key: "`argument`, before `reason`,".to_owned() };
                return Err(missing.inside_list(at).inside("annotations"));
            }
        }
        let beside = Member::take_key(&mut object, "beside")?;
        let kind = ItemKind::take(word, &mut object).unwrap_or_else(|| {
            let kinds: Vec<String> = ITEM_WORDS.iter().map(|word| format!("`{word}`")).collect();
            let expected = format!("one of {}", kinds.join(", "));
            Err(TreeError::unexpected(&expected, &Value::from(word.as_str())).inside("item"))
        })?;
        object.finish()?;
        Ok(Self { above, notes, kind, beside })
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        self.above.put_key("above", &mut map);
        self.notes.put_key("annotations", &mut map);
        self.kind.put(&mut map);
        self.beside.put_key("beside", &mut map);
        Value::Object(map)
    }

    fn schema(definitions: &mut Definitions) -> Value {
        let ways = ItemKind::schemas(definitions);
        defined("item", definitions, |_| json!({"oneOf": ways}))
    }
}

/// Rows in braces, with the comment beside the opening brace and those above the closing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Braces {
    pub(crate) beside_opening: Option<Comment>,
    pub(crate) above_closing: Vec<Comment>,
}

impl Member for Braces {
    fn take_key(object: &mut Object<'_>, _key: &'static str) -> Result<Self> {
        let beside_opening = Member::take_key(object, "beside_opening")?;
        Ok(Self { beside_opening, above_closing: Member::take_key(object, "above_closing")? })
    }

    fn put_key(&self, _key: &'static str, into: &mut Map<String, Value>) {
        self.beside_opening.put_key("beside_opening", into);
        self.above_closing.put_key("above_closing", into);
    }

    fn describe_key(_key: &'static str, schema: &mut ObjectSchema<'_>) {
        <Option<Comment> as Member>::describe_key("beside_opening", schema);
        <Vec<Comment> as Member>::describe_key("above_closing", schema);
    }
}

// ---------- settings ----------

object! { Import "import" { file: Text = "file", } }
object! {
    Autonomy "autonomy" { at_most: bool = "at_most", mode: Name = "mode", scope: Vec<Scope> = "for", }
}
object! { Undo "undo" { time: Length = "time", scope: Vec<Scope> = "for", } }
object! { Timezone "timezone" { zone: Text = "zone", } }
object! { Mode "mode" { name: Name = "name", rows: Many<Row<ModeRow>, 1> = "rows", braces: Braces = "", } }
object! { ModeRow "mode" { tiers: Many<Name, 1> = "tiers", outcome: Outcome = "outcome", } }
object! { Tiers "tiers" { names: Many<Name, 2> = "names", } }
object! { Actions "actions" { rows: Many<Row<ActionRow>, 1> = "rows", braces: Braces = "", } }
object! {
    ActionRow "action" { action: Name = "action", outcome: Outcome = "outcome", scope: Vec<Scope> = "for", }
}

// ---------- vocabulary ----------

object! { Segment "segment" { name: Name = "name", title: Option<Text> = "title", } }
object! {
    Team "team" { name: Name = "name", title: Option<Text> = "title", during: Option<Name> = "during", }
}
object! {
    Agent "agent" { name: Name = "name", title: Option<Text> = "title", channels: Many<Name, 1> = "channels", }
}
object! {
    Fact "fact" { path: Path = "fact", kind: FactType = "type", title: Option<Text> = "title", }
}
choice! {
    FactType "fact_type" [YesNo = "yes_no",] {
        OneOf(Many<Name, 1>) = "one_of",
        Number(Range) = "number",
        Money(Money) = "money",
    }
}
object! { Money "money" { currency: Currency = "currency", from: Number = "from", to: Number = "to", } }
object! { Calendar "calendar" { name: Name = "name", days: Many<Row<CalendarDay>, 1> = "days", braces: Braces = "", } }
choice! { CalendarDay "calendar_day" { Yearly(MonthDay) = "yearly", Date(Date) = "date", } }
object! {
    Hours "hours" {
        name: Name = "name",
        open: Many<Row<Opening>, 1> = "open",
        except: Vec<Row<Exception>> = "except",
        braces: Braces = "",
    }
}
object! { Opening "opening" { days: Days = "days", from: Clock = "from", to: Clock = "to", } }
choice! { Days "days" [Daily = "daily",] { On(Many<DayRange, 1>) = "on", } }
object! { Exception "exception" { calendar: Name = "calendar", } }
object! {
    Detector "detector" {
        name: Name = "name",
        subject: Subject = "on",
        title: Option<Text> = "title",
        signals: Many<Row<Signal>, 1> = "signals",
        braces: Braces = "",
    }
}
choice! {
    Signal "signal" {
        Words(Many<Entry, 1>) = "words",
        Pattern(Text) = "pattern",
        Amount(Amount) = "amount",
        Model(Score) = "model",
        File(Text) = "file",
    }
}
object! { Amount "amount" { compare: Compare = "with", number: Number = "number", currency: Currency = "currency", } }
object! { Score "score" { name: Text = "name", compare: Compare = "with", number: Number = "number", } }
object! {
    Script "script" {
        name: Name = "name",
        inputs: Many<Path, 1> = "inputs",
        result: ResultType = "result",
        file: Text = "file",
        budget: Integer = "budget",
        braces: Braces = "",
    }
}
choice! { ResultType "result_type" [YesNo = "yes_no",] { Number(Range) = "number", } }
object! {
    Intent "intent" {
        name: Name = "name",
        title: Option<Text> = "title",
        examples: Option<Row<Examples>> = "examples",
        replies: Vec<Row<Reply>> = "replies",
        drafts: Vec<Row<Draft>> = "drafts",
        also: Vec<Row<Also>> = "also",
        braces: Braces = "",
    }
}
object! { Examples "examples" { texts: Many<Entry, 1> = "texts", braces: Braces = "", } }
object! {
    Reply "reply" {
        bands: Many<Band, 1> = "bands",
        otherwise: Option<Outcome> = "else",
        scope: Vec<Scope> = "for",
    }
}
object! { Band "band" { outcome: Outcome = "outcome", from: Option<Number> = "from", } }
object! {
    Draft "draft" {
        by: DraftBy = "by",
        tone: Option<Name> = "tone",
        max_words: Option<Integer> = "max_words",
        sources: Option<Name> = "sources",
        parts: Vec<Name> = "with",
    }
}
choice! { DraftBy "draft_by" { Template(Name) = "template", Model(Name) = "model", } }
object! {
    Certificate "certificate" {
        name: Name = "name",
        title: Option<Text> = "title",
        intents: Many<Name, 1> = "intents",
        from: Option<Number> = "from",
    }
}
object! { Also "also" { action: Name = "action", } }

// ---------- restrictions ----------

object! { Risk "risk" { rows: Many<Row<RiskRow>, 1> = "rows", braces: Braces = "", } }
object! { RiskRow "risk" { tier: Name = "tier", when: Condition = "when", } }
object! {
    Switch "switch" {
        name: Name = "name", title: Option<Text> = "title", outcome: Outcome = "outcome", scope: Vec<Scope> = "for",
    }
}
object! {
    Limit "limit" {
        name: Name = "name",
        count: Integer = "count",
        of: Name = "of",
        per: Counted = "per",
        window: Window = "window",
        otherwise: Outcome = "else",
        scope: Vec<Scope> = "for",
    }
}
choice! { Window "window" { Time(Length) = "time", Bucket(Name) = "bucket", } }
object! { Pause "pause" { name: Name = "name", lasts: Lasts = "lasts", when: Condition = "when", } }
choice! { Lasts "lasts" [UntilResumed = "until_resumed",] { For(Length) = "for", } }
object! {
    Guard "guard" {
        name: Name = "name",
        outcome: Outcome = "outcome",
        when: Condition = "when",
        /// The comment behind the condition, when `because` follows on the next line.
        beside_when: Option<Comment> = "beside_when",
        because: Option<Text> = "because",
    }
}

// ---------- routing, approvals, claims, tests ----------

object! {
    RouteTable "route" {
        rows: Vec<Row<RouteRow>> = "rows", otherwise: Row<Target> = "otherwise", braces: Braces = "",
    }
}
object! { RouteRow "route" { name: Name = "name", target: Target = "target", when: Condition = "when", } }
object! {
    Target "target" {
        to: Addressee = "to",
        skill: Option<Name> = "skill",
        pick: Option<Name> = "pick",
        priority: Option<Name> = "priority",
        sla: Option<Length> = "sla",
    }
}
object! { Approvals "approvals" { parts: Many<Row<ApprovalPart>, 1> = "parts", braces: Braces = "", } }
choice! {
    ApprovalPart "approval_part" {
        Expire(Expire) = "expire",
        Remind(Length) = "remind_after",
        Approvers(Name) = "approvers_team",
        TwoPeople(Condition) = "two_people_when",
    }
}
object! { Expire "expire" { after: Length = "after", then: AfterExpiry = "then", } }
choice! { AfterExpiry "after_expiry" [Escalate = "escalate", Off = "off",] {} }
object! { Sweep "sweep" { name: Name = "name", job: Name = "job", cron: Text = "cron", } }
object! { NeverSend "never_send" { now: bool = "now", when: Condition = "when", } }
object! { Always "always" { at_least: bool = "at_least", outcome: Outcome = "outcome", when: Condition = "when", } }
object! { AlwaysRoute "always_route" { to: Addressee = "to", when: Condition = "when", } }
object! {
    Test "test" {
        title: Text = "title",
        given: Vec<Row<Given>> = "given",
        expect: Many<Row<Expect>, 1> = "expect",
        braces: Braces = "",
    }
}
object! {
    Cases "cases" {
        title: Text = "title",
        given: Vec<Row<Given>> = "given",
        rows: Many<Row<CaseRow>, 1> = "rows",
        braces: Braces = "",
    }
}
object! { CaseRow "case" { given: Many<Given, 1> = "given", outcome: Outcome = "outcome", } }
