//! The tree of one file as written: spanned, and nothing checked yet.

use crate::verdict::Outcome;

/// A stretch of bytes in one file of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A name, a path or a text, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) at: At,
}

/// A number in thousandths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Num {
    pub(crate) thousandths: i64,
    pub(crate) at: At,
}

#[derive(Clone, Debug)]
pub(crate) struct OutcomeWord {
    pub(crate) outcome: Outcome,
    pub(crate) hold: Option<HoldWord>,
    pub(crate) at: At,
}

#[derive(Clone, Debug)]
pub(crate) enum HoldWord {
    Until(Word),
    For(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ScopeKind {
    Channel,
    Intent,
    Agent,
    Segment,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) items: Vec<(ScopeKind, Word)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Message,
    Draft,
    Thread,
}

impl Subject {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Draft => "draft",
            Self::Thread => "thread",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    Detects {
        subject: Subject,
        names: Vec<Word>,
    },
    Member(Vec<Word>),
    During {
        hours: Word,
        outside: bool,
    },
    Over(Word),
    Switch(Word),
    Script {
        name: Word,
        compare: Option<(Comparison, Num)>,
    },
    /// The message is covered by a certificate of at most this share of wrong answers.
    Certified {
        name: Word,
        most: Num,
    },
    Is {
        path: Word,
        not: bool,
        name: Word,
    },
    In {
        path: Word,
        names: Vec<Word>,
    },
    CompareNumber {
        path: Word,
        comparison: Comparison,
        number: Num,
        currency: Option<Word>,
    },
    CompareName {
        path: Word,
        comparison: Comparison,
        name: Word,
    },
    Truth(Word),
}

#[derive(Clone, Debug)]
pub(crate) enum TypeWord {
    YesNo,
    OneOf(Vec<Word>),
    Number(Num, Num),
    Money(Word, Num, Num),
}

#[derive(Clone, Debug)]
pub(crate) enum CalendarDay {
    /// Month and day of every year.
    Yearly(Word),
    Date(Word),
}

/// Opening hours: days (Monday is 0), from and to as written.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) days: Vec<u8>,
    pub(crate) from: Word,
    pub(crate) to: Word,
}

#[derive(Clone, Debug)]
pub(crate) enum Signal {
    Words(Vec<Word>),
    Pattern(Word),
    Amount(Comparison, Num, Word),
    Model(Word, Comparison, Num),
    File(Word),
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) bands: Vec<(OutcomeWord, Option<Num>)>,
    pub(crate) otherwise: Option<OutcomeWord>,
    pub(crate) scope: Scope,
    pub(crate) at: At,
}

#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) template: Option<Word>,
    pub(crate) model: Option<Word>,
    pub(crate) tone: Option<Word>,
    pub(crate) max_words: Option<u32>,
    pub(crate) sources: Option<Word>,
    pub(crate) parts: Vec<Word>,
    pub(crate) at: At,
}

#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) to_team: bool,
    pub(crate) to: Word,
    pub(crate) skill: Option<Word>,
    pub(crate) pick: Option<Word>,
    pub(crate) priority: Option<Word>,
    pub(crate) sla_ms: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) enum ApprovalPart {
    Expire { after_ms: i64, then: Outcome, at: At },
    Remind { after_ms: i64, at: At },
    Approvers(Word),
    TwoPeople(Cond),
}

#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// With `now`, a hold is careful enough.
    NeverSend {
        now: bool,
        when: Cond,
    },
    Always {
        at_least: bool,
        outcome: OutcomeWord,
        when: Cond,
    },
    AlwaysRoute {
        to_team: bool,
        to: Word,
        when: Cond,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Given {
    Time { date: Word, clock: Word },
    Intent { name: Word, confidence: Num },
    Message(Word),
    Draft(Word),
    Channel(Word),
    Agent(Word),
    Action(Word),
    Detects { subject: Subject, names: Vec<Word> },
    Member(Vec<Word>),
    During { hours: Word, outside: bool },
    Over(Word),
    Switch(Word),
    Certified { name: Word, most: Num },
    IsName { path: Word, name: Word },
    IsNumber { path: Word, number: Num, currency: Option<Word> },
    Truth(Word),
}

#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Outcome { outcome: OutcomeWord, because: Vec<Word> },
    Route(Word),
}

#[derive(Clone, Debug)]
pub(crate) enum Per {
    Named(Word),
    Millis(i64),
}

#[derive(Clone, Debug)]
pub(crate) enum ItemKind {
    Import(Word),
    Autonomy {
        cap: bool,
        mode: Word,
        scope: Scope,
    },
    Undo {
        ms: i64,
        scope: Scope,
    },
    Timezone(Word),
    Mode {
        name: Word,
        rows: Vec<(Vec<Word>, OutcomeWord)>,
    },
    Tiers(Vec<Word>),
    Segment {
        name: Word,
        title: Option<Word>,
    },
    Team {
        name: Word,
        title: Option<Word>,
        during: Option<Word>,
    },
    Agent {
        name: Word,
        title: Option<Word>,
        channels: Vec<Word>,
    },
    Fact {
        path: Word,
        type_: TypeWord,
        title: Option<Word>,
    },
    Calendar {
        name: Word,
        days: Vec<CalendarDay>,
    },
    Hours {
        name: Word,
        openings: Vec<Opening>,
        except: Vec<Word>,
    },
    Detector {
        name: Word,
        subject: Subject,
        title: Option<Word>,
        signals: Vec<Signal>,
    },
    Script {
        name: Word,
        inputs: Vec<Word>,
        range: Option<(Num, Num)>,
        file: Word,
        budget: Num,
    },
    Actions(Vec<(Word, OutcomeWord, Scope)>),
    Intent {
        name: Word,
        title: Option<Word>,
        examples: Vec<Word>,
        replies: Vec<Reply>,
        drafts: Vec<Draft>,
        also: Vec<Word>,
    },
    /// Intents that share a consequence, and the confidence from which their answers are counted.
    Certificate {
        name: Word,
        title: Option<Word>,
        intents: Vec<Word>,
        from: Option<Num>,
    },
    Risk(Vec<(Word, Cond, At)>),
    Switch {
        name: Word,
        title: Option<Word>,
        outcome: OutcomeWord,
        scope: Scope,
    },
    Limit {
        name: Word,
        count: Num,
        what: Word,
        per: Word,
        window: Per,
        outcome: OutcomeWord,
        scope: Scope,
    },
    Pause {
        name: Word,
        for_ms: Option<i64>,
        when: Cond,
    },
    Guard {
        name: Word,
        outcome: OutcomeWord,
        when: Cond,
        because: Option<Word>,
    },
    Route {
        rows: Vec<(Word, Target, Cond)>,
        otherwise: (Target, At),
    },
    Approvals(Vec<ApprovalPart>),
    Sweep {
        name: Word,
        job: Word,
        cron: Word,
    },
    Claim(Claim),
    Test {
        title: Word,
        given: Vec<Given>,
        expect: Vec<Expect>,
    },
    Cases {
        title: Word,
        given: Vec<Given>,
        rows: Vec<(Vec<Given>, OutcomeWord, At)>,
    },
}

/// An annotation: `@backstop`, `@owner("support leads")`, `@allow(R0305, "why")`.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) tag: Word,
    pub(crate) argument: Option<NoteValue>,
    /// The text behind the argument, as in `@allow(R0305, "why")`.
    pub(crate) reason: Option<Word>,
    pub(crate) at: At,
}

/// The first argument of an annotation. Which one an annotation takes is checked later.
#[derive(Clone, Debug)]
pub(crate) enum NoteValue {
    Text(Word),
    /// `2026-12-31`, as written; not checked to be in the calendar.
    Date(Word),
    /// The code of a diagnostic.
    Code(Word),
    Name(Word),
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) notes: Vec<Note>,
    pub(crate) kind: ItemKind,
    pub(crate) at: At,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) name: Option<Word>,
    pub(crate) title: Option<Word>,
    pub(crate) items: Vec<Item>,
}
