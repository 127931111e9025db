//! The words that every policy knows without declaring them. `REFERENCE.md` is made from these tables.

/// Type of a standard fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardType {
    /// Yes or no.
    YesNo,
    /// A number; both ends allowed, in thousandths.
    Number(i64, i64),
    /// One of [`CHANNELS`].
    Channel,
    /// One of the policy's AI agents, or `none`.
    AiAgent,
    /// One of the policy's actions and [`ACTIONS`].
    Action,
    /// One of the policy's intents.
    Intent,
    /// A language code such as `en`.
    Language,
    /// One of the tiers.
    Tier,
    /// A text, which only scripts can read.
    Text,
}

/// One standard fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardFact {
    /// Path, as written in rules and as key in [`crate::Facts`].
    pub path: &'static str,
    /// Type.
    pub type_: StandardType,
    /// Who says it.
    pub set_by: &'static str,
    /// What it means.
    pub sentence: &'static str,
}

const fn fact(path: &'static str, type_: StandardType, set_by: &'static str, sentence: &'static str) -> StandardFact {
    StandardFact { path, type_, set_by, sentence }
}

/// The channels.
pub const CHANNELS: [&str; 6] = ["email", "sms", "whatsapp", "chat", "voice", "linkedin"];

/// The actions that exist without being declared.
pub const ACTIONS: [&str; 8] = [
    "reply",
    "opt_out",
    "stop_sequence",
    "snooze_sequence",
    "book_meeting",
    "cancel_meeting",
    "change_stage",
    "enroll_sequence",
];

/// How to pick somebody in a team.
pub const PICKS: [&str; 3] = ["round_robin", "least_busy", "owner"];
/// Priorities of a route.
pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
/// What a limit can be counted for.
pub const LIMIT_PER: [&str; 4] = ["contact", "agent", "channel", "domain"];
/// What a limit can count.
pub const LIMIT_WHAT: [&str; 1] = ["replies"];
/// Jobs that a sweep can run.
pub const SWEEP_JOBS: [&str; 2] = ["expire_approvals", "remind_approvals"];
/// Annotations.
pub const NOTES: [&str; 5] = ["owner", "ticket", "until", "backstop", "allow"];

/// The standard facts.
pub const FACTS: [StandardFact; 56] = [
    fact("channel", StandardType::Channel, "the engine", "The channel of the message."),
    fact(
        "agent",
        StandardType::AiAgent,
        "the engine",
        "The AI agent that would answer; `none` when the channel has none.",
    ),
    fact("action", StandardType::Action, "the engine", "What the AI wants to do; for a draft it is `reply`."),
    fact("intent", StandardType::Intent, "the classifier", "What kind of message it is, as classified."),
    fact("confidence", StandardType::Number(0, 1000), "the classifier", "How sure the classifier is of the intent."),
    fact(
        "margin",
        StandardType::Number(0, 1000),
        "the classifier",
        "Distance between the first and the second intent.",
    ),
    fact(
        "second_intent",
        StandardType::Intent,
        "the classifier",
        "What a part of the message is about besides; where there is only one intent, that one.",
    ),
    fact(
        "message.mixed",
        StandardType::YesNo,
        "the classifier",
        "A part of the message is about something else than the whole.",
    ),
    fact(
        "message.risk",
        StandardType::Number(0, 1000),
        "the engine, from the words of the message",
        "How much speaks for a close look, from 0 to 1: anger, threats, wishes to opt out or for a person, talk to a model.",
    ),
    fact(
        "sentiment",
        StandardType::Number(-1000, 1000),
        "the engine, from the words of the message",
        "Mood of the message, from -1 (angry) to 1 (happy): a weak signal, in seven languages.",
    ),
    fact(
        "message.language",
        StandardType::Language,
        "the engine, from the text",
        "Language of the message, such as `en`.",
    ),
    fact("message.attachment", StandardType::YesNo, "the engine", "The message has an attachment."),
    fact(
        "message.automated",
        StandardType::YesNo,
        "the engine",
        "A machine wrote the message: an auto-reply, a bounce or a list.",
    ),
    fact(
        "message.injection",
        StandardType::YesNo,
        "the engine, from the text",
        "The message seems to talk to a language model instead of to people; a hint, not a proof.",
    ),
    fact("contact.new", StandardType::YesNo, "the engine", "The contact was not known before this conversation."),
    fact(
        "contact.paused",
        StandardType::YesNo,
        "a person, or a `pause` rule",
        "A person paused the AI for this contact.",
    ),
    fact(
        "contact.opted_out",
        StandardType::YesNo,
        "the contact, or a person",
        "The contact does not want to be written to.",
    ),
    fact(
        "thread.depth",
        StandardType::Number(0, 100_000_000),
        "the engine",
        "Messages in this thread, in both directions.",
    ),
    fact("thread.human_active", StandardType::YesNo, "the engine", "A person of ours has just written in this thread."),
    fact("thread.third_party", StandardType::YesNo, "the engine", "The message answers a thread of somebody else."),
    fact(
        "window.closed",
        StandardType::YesNo,
        "the engine",
        "The channel takes no free text any more: WhatsApp, after 24 hours.",
    ),
    fact("approved", StandardType::YesNo, "a person who approves", "A person has approved exactly this draft."),
    fact("email.warmup", StandardType::YesNo, "a person", "The sending mailbox is new and must send little."),
    fact("channel.disabled", StandardType::YesNo, "a person", "The channel account is switched off."),
    fact("channel.unanswered", StandardType::YesNo, "the engine", "No AI agent of the policy answers on the channel."),
    fact("kill_switch", StandardType::YesNo, "a person", "Somebody has stopped all automatic sending."),
    fact("tier", StandardType::Tier, "the `risk` table", "The risk tier, from the `risk` table."),
    fact("draft.text", StandardType::Text, "the draft itself", "The text of the draft, for scripts."),
    fact(
        "draft.doubtful",
        StandardType::YesNo,
        "the draft checks",
        "A check of the draft found something that a person should see.",
    ),
    fact(
        "draft.unsafe",
        StandardType::YesNo,
        "the draft checks",
        "The draft holds a secret, something that cannot be seen, or words of our own prompts.",
    ),
    fact("draft.unfilled", StandardType::YesNo, "the draft checks", "A place of a template was never filled."),
    fact(
        "draft.length",
        StandardType::YesNo,
        "the draft checks",
        "The draft says nothing, or more than the channel or the policy takes.",
    ),
    fact(
        "draft.language",
        StandardType::YesNo,
        "the draft checks",
        "The draft is in another language than the message.",
    ),
    fact(
        "draft.ungrounded",
        StandardType::YesNo,
        "the draft checks",
        "The draft has a number, price, date or percentage that nothing supports.",
    ),
    fact(
        "draft.echo",
        StandardType::YesNo,
        "the draft checks",
        "The draft confirms a value that only the customer named.",
    ),
    fact(
        "draft.promise",
        StandardType::YesNo,
        "the draft checks",
        "The draft promises something that the policy's own text does not.",
    ),
    fact(
        "draft.link",
        StandardType::YesNo,
        "the draft checks",
        "The draft has a link that is not on file, or not what it looks like.",
    ),
    fact(
        "draft.address",
        StandardType::YesNo,
        "the draft checks",
        "The draft has a mail address or phone number that is not on file.",
    ),
    fact(
        "draft.personal_data",
        StandardType::YesNo,
        "the draft checks",
        "The draft has a card, an account or a number that identifies a person.",
    ),
    fact("draft.secret", StandardType::YesNo, "the draft checks", "The draft has a key, a token or a password."),
    fact(
        "draft.leak",
        StandardType::YesNo,
        "the draft checks",
        "The draft repeats words of our own prompts or of the policy.",
    ),
    fact("draft.model_talk", StandardType::YesNo, "the draft checks", "The draft talks about the model or its task."),
    fact("draft.copied", StandardType::YesNo, "the draft checks", "The draft is mostly the customer's own words."),
    fact(
        "draft.hidden",
        StandardType::YesNo,
        "the draft checks",
        "The draft has characters that cannot be seen, or markup.",
    ),
    fact("draft.tone", StandardType::YesNo, "the draft checks", "The draft insults or shouts."),
    fact("draft.greeting", StandardType::YesNo, "the draft checks", "The draft greets somebody else than the contact."),
    fact(
        "draft.attachment",
        StandardType::YesNo,
        "the draft checks",
        "The draft speaks of an attachment; there is none.",
    ),
    fact(
        "draft.names",
        StandardType::YesNo,
        "the draft checks",
        "The draft names people or companies that nothing supports.",
    ),
    fact(
        "draft.unsupported",
        StandardType::YesNo,
        "the draft checks",
        "The draft has a sentence that its sources have little to do with.",
    ),
    fact(
        "draft.missing",
        StandardType::YesNo,
        "the draft checks",
        "The draft lacks something that the intent's `draft ... with` asks for.",
    ),
    fact(
        "draft.repeated",
        StandardType::YesNo,
        "the draft checks",
        "The draft says nearly the same as what we last wrote to the contact.",
    ),
    fact(
        "draft.other_contact",
        StandardType::YesNo,
        "the draft checks",
        "The draft has the name, the address, the phone number or a number of another contact.",
    ),
    fact(
        "draft.alike",
        StandardType::Number(0, 1_000_000),
        "the draft checks",
        "To how many other contacts a model has written nearly the same within a day.",
    ),
    fact(
        "draft.sources",
        StandardType::Text,
        "whoever wrote the draft",
        "The texts that the draft rests on, for scripts.",
    ),
    fact("message.text", StandardType::Text, "the engine", "The text of the message, for scripts."),
    fact("thread.text", StandardType::Text, "the engine", "The text of the thread, for scripts."),
];

impl StandardType {
    /// The type in the words of the language.
    pub fn words(self) -> String {
        match self {
            Self::YesNo => "yes/no".to_owned(),
            Self::Number(low, high) => format!("number {}..{}", low / 1000, high / 1000),
            Self::Channel => format!("one of [{}]", CHANNELS.join(", ")),
            Self::AiAgent => "one of the policy's AI agents, or none".to_owned(),
            Self::Action => "one of the actions".to_owned(),
            Self::Intent => "one of the policy's intents".to_owned(),
            Self::Language => "a language code".to_owned(),
            Self::Tier => "one of the tiers".to_owned(),
            Self::Text => "text".to_owned(),
        }
    }
}
