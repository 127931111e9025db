//! `policies/hundred.remit`, a policy of a hundred guards, and the situations it is asked about.

use remit_dsl::{Frame, Outcome, Policy, Raw, RuleKind};

use crate::contexts::Dice;
use crate::{BenchError, policy};

const POLICY: &str = include_str!("../policies/hundred.remit");
/// Tuesday 3 March 2026, 10:00 in UTC.
const NOW_MS: i64 = 1_772_532_000_000;

const CHANNELS: [&str; 6] = ["email", "sms", "whatsapp", "chat", "voice", "linkedin"];
const INTENTS: [&str; 8] =
    ["question", "thanks", "pricing", "complaint", "opening_hours", "refund", "unsubscribe", "other"];
const STAGES: [&str; 4] = ["lead", "trial", "customer", "lost"];
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "it", "es", "nl", "pt"];

/// What the host knows about a message: typed values, names as text. All that a guard of the policy reads.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) channel: &'static str,
    pub(crate) intent: &'static str,
    pub(crate) deal_stage: &'static str,
    pub(crate) message_language: &'static str,
    pub(crate) confidence: i64,
    pub(crate) margin: i64,
    pub(crate) sentiment: i64,
    pub(crate) thread_depth: i64,
    pub(crate) deal_value: i64,
    pub(crate) contact_new: bool,
    pub(crate) contact_verified: bool,
    pub(crate) message_attachment: bool,
    pub(crate) deal_open: bool,
    pub(crate) in_vip: bool,
    pub(crate) in_partner: bool,
    pub(crate) in_minor: bool,
    pub(crate) in_trial: bool,
    pub(crate) message_detects_threat: bool,
    pub(crate) message_detects_abuse: bool,
    pub(crate) message_detects_refund_demand: bool,
    pub(crate) message_detects_personal_data: bool,
    pub(crate) draft_detects_price: bool,
    pub(crate) draft_detects_promise: bool,
    pub(crate) draft_detects_deadline: bool,
    pub(crate) thread_detects_loop: bool,
    pub(crate) switch_stop_chat: bool,
    pub(crate) switch_stop_campaign: bool,
    pub(crate) over_daily: bool,
}

/// A value of [`Inputs`] under the name that the other languages use.
#[cfg(feature = "peers")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plain {
    Name(&'static str),
    Number(i64),
    Yes(bool),
}

/// Keys in Remit and elsewhere, and where the value is: one list for all who read the inputs.
macro_rules! values {
    ($do:ident, $one:expr) => {
        $do!($one;
            Name: channel "channel", intent "intent", deal_stage "deal.stage", message_language "message.language";
            Number: confidence "confidence", margin "margin", sentiment "sentiment", thread_depth "thread.depth";
            Money: deal_value "deal.value";
            Yes: contact_new "contact.new", contact_verified "contact.verified",
                message_attachment "message.attachment", deal_open "deal.open",
                in_vip "segment:vip", in_partner "segment:partner", in_minor "segment:minor", in_trial "segment:trial",
                message_detects_threat "detect:message.threat", message_detects_abuse "detect:message.abuse",
                message_detects_refund_demand "detect:message.refund_demand",
                message_detects_personal_data "detect:message.personal_data",
                draft_detects_price "detect:draft.price", draft_detects_promise "detect:draft.promise",
                draft_detects_deadline "detect:draft.deadline", thread_detects_loop "detect:thread.loop",
                switch_stop_chat "switch:stop_chat", switch_stop_campaign "switch:stop_campaign",
                over_daily "over:daily")
    };
}

macro_rules! remit_keys {
    ($one:expr; $($kind:ident: $($field:ident $key:literal),+);+) => { [$($($key),+),+] };
}

macro_rules! raw {
    (Name $value:expr) => {
        Raw::Name($value)
    };
    (Number $value:expr) => {
        Raw::Number($value)
    };
    (Money $value:expr) => {
        Raw::Money { minor: $value, currency: "USD" }
    };
    (Yes $value:expr) => {
        Raw::Yes($value)
    };
}

/// Writes each value straight into its place; an array of all of them would be copied once more.
macro_rules! put {
    ($to:expr; $($kind:ident: $($field:ident $key:literal),+);+) => {
        let (inputs, places, values) = $to;
        let mut places = places.iter();
        $($(if let Some(place) = places.next().and_then(|slot| values.get_mut(*slot)) {
            *place = raw!($kind inputs.$field);
        })+)+
    };
}

#[cfg(feature = "peers")]
macro_rules! plain {
    (Name $value:expr) => {
        Plain::Name($value)
    };
    (Yes $value:expr) => {
        Plain::Yes($value)
    };
    ($number:ident $value:expr) => {
        Plain::Number($value)
    };
}

#[cfg(feature = "peers")]
macro_rules! plains {
    ($one:expr; $($kind:ident: $($field:ident $key:literal),+);+) => {
        [$($((stringify!($field), plain!($kind $one.$field))),+),+]
    };
}

const KEYS: [&str; 28] = values!(remit_keys, ());
/// What the policy reads beside the inputs, always the same: an ordinary reply.
const FIXED: [(&str, Raw<'static>); 16] = [
    ("agent", Raw::Name("ada")),
    ("action", Raw::Name("reply")),
    ("approved", Raw::Yes(false)),
    ("draft.absent", Raw::Yes(false)),
    ("message.automated", Raw::Yes(false)),
    ("contact.opted_out", Raw::Yes(false)),
    ("contact.paused", Raw::Yes(false)),
    ("thread.human_active", Raw::Yes(false)),
    ("thread.third_party", Raw::Yes(false)),
    ("window.closed", Raw::Yes(false)),
    ("email.warmup", Raw::Yes(false)),
    ("kill_switch", Raw::Yes(false)),
    ("channel.disabled", Raw::Yes(false)),
    ("channel.unanswered", Raw::Yes(false)),
    ("draft.doubtful", Raw::Yes(false)),
    ("draft.unsafe", Raw::Yes(false)),
];
/// Room for every slot of the policy.
pub(crate) const SLOTS: usize = 48;

impl Inputs {
    fn new(dice: &mut Dice) -> Self {
        let name = |dice: &mut Dice, names: &[&'static str]| names.get(dice.throw(names.len())).copied().unwrap_or("");
        let number = |dice: &mut Dice, sides: usize| i64::try_from(dice.throw(sides)).unwrap_or(0);
        Self {
            channel: name(dice, &CHANNELS),
            intent: name(dice, &INTENTS),
            deal_stage: name(dice, &STAGES),
            message_language: name(dice, &LANGUAGES),
            confidence: number(dice, 1001),
            margin: number(dice, 1001),
            sentiment: number(dice, 2001) - 1000,
            thread_depth: number(dice, 16) * 1000,
            deal_value: number(dice, 1_200_000),
            contact_new: dice.once_in(3),
            contact_verified: !dice.once_in(3),
            message_attachment: dice.once_in(5),
            deal_open: dice.once_in(2),
            in_vip: dice.once_in(8),
            in_partner: dice.once_in(8),
            in_minor: dice.once_in(12),
            in_trial: dice.once_in(6),
            message_detects_threat: dice.once_in(12),
            message_detects_abuse: dice.once_in(12),
            message_detects_refund_demand: dice.once_in(8),
            message_detects_personal_data: dice.once_in(6),
            draft_detects_price: dice.once_in(6),
            draft_detects_promise: dice.once_in(8),
            draft_detects_deadline: dice.once_in(8),
            thread_detects_loop: dice.once_in(12),
            switch_stop_chat: dice.once_in(20),
            switch_stop_campaign: dice.once_in(20),
            over_daily: dice.once_in(12),
        }
    }

    /// The values under the names that the other languages use.
    #[cfg(feature = "peers")]
    pub(crate) fn plain(&self) -> [(&'static str, Plain); 28] {
        values!(plains, self)
    }
}

/// `count` different messages, the same in every run.
pub(crate) fn situations(count: usize) -> Vec<Inputs> {
    let mut dice = Dice::new();
    (0..count).map(|_| Inputs::new(&mut dice)).collect()
}

/// The policy, and where its slots are.
#[derive(Debug)]
pub(crate) struct Hundred {
    pub(crate) policy: Policy,
    /// The slot of each input; one that no rule reads has none and is written where nobody looks.
    slots: [usize; 28],
    fixed: [Raw<'static>; SLOTS],
}

impl Hundred {
    pub(crate) fn new() -> Result<Self, BenchError> {
        let compiled = compile();
        let wrong = |what: String| BenchError::Policy(format!("policies/hundred.remit {what}"));
        let policy = compiled.policy.ok_or_else(|| wrong(remit_dsl::render::plain(&compiled.diagnostics)))?;
        if policy.slots().len() >= SLOTS {
            return Err(wrong(format!("has {} slots", policy.slots().len())));
        }
        let mut fixed = [Raw::Failed; SLOTS];
        for (key, value) in FIXED {
            if let Some(place) = policy.slot(key).and_then(|slot| fixed.get_mut(slot)) {
                *place = value;
            }
        }
        // A fact that nobody gives has failed, and then it is something else that is measured.
        if let Some(key) = policy
            .slots()
            .iter()
            .find(|key| !KEYS.contains(&key.as_str()) && !FIXED.iter().any(|(fixed, _)| fixed == key))
        {
            return Err(wrong(format!("reads `{key}`, which no situation gives")));
        }
        let slots = KEYS.map(|key| policy.slot(key).unwrap_or(SLOTS - 1));
        Ok(Self { policy, slots, fixed })
    }

    /// Puts a message's values into the policy's slots, all of them: what a host does before each decision.
    #[inline]
    pub(crate) fn fill(&self, inputs: &Inputs, values: &mut [Raw<'static>; SLOTS]) {
        *values = self.fixed;
        values!(put, (inputs, &self.slots, values));
    }

    /// Values that are filled anew for each decision.
    pub(crate) const fn values() -> [Raw<'static>; SLOTS] {
        [Raw::Failed; SLOTS]
    }

    pub(crate) const fn frame<'a>(values: &'a [Raw<'a>]) -> Frame<'a> {
        Frame::new(NOW_MS, values)
    }
}

/// Its text.
pub(crate) const fn text() -> &'static str {
    POLICY
}

/// Compiles the policy of a hundred guards.
pub(crate) fn compile() -> remit_dsl::Compiled {
    policy::compile_text("hundred.remit", POLICY)
}

/// The bit of a guard, by its name: `g00` has bit 0.
pub(crate) fn guard_bit(name: &str) -> Option<u128> {
    name.strip_prefix('g').and_then(|number| number.parse::<u32>().ok()).and_then(|bit| 1_u128.checked_shl(bit))
}

/// The guards that match as the policy says, and the most careful of what they demand.
pub(crate) fn decided(decision: &remit_dsl::Decision<'_>) -> (u128, Outcome) {
    let (mut guards, mut outcome) = (0, Outcome::Send);
    decision.matched(|rule| {
        if let Some(bit) = guard_bit(rule.name).filter(|_| rule.kind == RuleKind::Guard) {
            guards |= bit;
            outcome = outcome.max(rule.outcome);
        }
    });
    (guards, outcome)
}
