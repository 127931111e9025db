//! How every item of a policy is written. A test compiles each example and holds the list to the grammar.

/// One kind of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemSyntax {
    /// The word it starts with, as the grammar calls it.
    pub word: &'static str,
    /// Its form. `[x]` may be left out, `x ...` may be repeated, `a | b` is a choice; capitals stand for your words.
    pub syntax: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// A whole policy without its first line.
    pub example: &'static str,
}

const fn item(word: &'static str, syntax: &'static str, meaning: &'static str, example: &'static str) -> ItemSyntax {
    ItemSyntax { word, syntax, meaning, example }
}

/// Parts that several items share.
pub const PARTS: &[(&str, &str)] = &[
    ("OUTCOME", "send | hold until HOURS | hold DURATION | approval | off | escalate"),
    ("SCOPE", "for channel NAME | agent NAME | segment NAME | intent NAME, ..."),
    ("DURATION", "30s, 15m, 2h, 3d, 1h30m"),
    ("NUMBER", "12, 0.85, 85%, -0.4"),
    ("TEXT", "\"in quotes\"; only \\\" and \\\\ are escapes"),
    ("TARGET", "to team NAME | person NAME [skill NAME] [pick NAME] [priority NAME] [sla DURATION]"),
    ("COND", "TERM and TERM ... | TERM or TERM ...; `and` and `or` are never mixed without brackets"),
    ("TERM", "not TERM | (COND) | one of the following"),
    ("", "FACT, FACT is NAME, FACT is not NAME, FACT in [NAME, ...]"),
    ("", "FACT >= NUMBER, also <=, > and <; FACT >= NUMBER CURRENCY; tier >= NAME"),
    ("", "contact in SEGMENT | contact in any [SEGMENT, ...]"),
    ("", "message | draft | thread detects DETECTOR | detects any [DETECTOR, ...]"),
    ("", "during HOURS | outside HOURS | over LIMIT | switch NAME | script NAME [>= NUMBER]"),
    ("", "certified CERTIFICATE at NUMBER%"),
];

/// Every kind of item, in the order in which a policy usually has them.
pub const ITEMS: &[ItemSyntax] = &[
    item(
        "import",
        "import TEXT",
        "Brings the words, restrictions and claims of another file: a built-in one (`std/...`) or one in the policy's folder. An intent in it that has nothing but examples adds them to the policy's own of the same name.",
        "import \"std/sales\"",
    ),
    item(
        "timezone",
        "timezone TEXT",
        "The zone of all times, by its IANA name. Without it: UTC.",
        "timezone \"Europe/Berlin\"",
    ),
    item(
        "autonomy",
        "autonomy [at most] MODE [SCOPE]",
        "The mode in force; the closest scope counts. With `at most` a cap: no closer setting goes beyond it.",
        "autonomy controlled\nautonomy at most assisted for channel voice",
    ),
    item(
        "undo",
        "undo DURATION [SCOPE]",
        "How long a person can take back an automatic reply.",
        "undo 2m\nundo 0s for channel chat",
    ),
    item(
        "tiers",
        "tiers NAME < NAME ...",
        "The risk tiers, from low to high. Replaces those of `std/base`, and its modes with them.",
        "tiers calm < tense\nmode assisted { calm approval  tense escalate }",
    ),
    item(
        "mode",
        "mode NAME { TIER, ... OUTCOME ... }",
        "What may happen at which risk. Every tier has one outcome.",
        "mode cautious { low hold 1h  medium, high approval  critical escalate }\nautonomy cautious",
    ),
    item(
        "actions",
        "actions { ACTION OUTCOME [SCOPE] ... }",
        "What the AI may do, action by action.",
        "segment vip\nactions { reply send  book_meeting send  book_meeting approval for segment vip }",
    ),
    item(
        "calendar",
        "calendar NAME { [yearly MM-DD] [YYYY-MM-DD] ... }",
        "Days that are special.",
        "calendar holidays { yearly 12-25  2027-03-26 }",
    ),
    item(
        "hours",
        "hours NAME { DAYS HH:MM-HH:MM ... [except CALENDAR] ... }",
        "Times of the week, in the policy's zone. DAYS are `daily`, `mon`, `mon-fri` or `sat, sun`; an end before the start is on the next day.",
        "hours office { mon-fri 09:00-18:00  sat 10:00-14:00 }\nhours night { daily 21:00-07:00 }",
    ),
    item(
        "segment",
        "segment NAME [TEXT]",
        "A group of contacts. Who is in it, the host knows.",
        "segment vip \"Named accounts\"",
    ),
    item(
        "team",
        "team NAME [TEXT] [during HOURS]",
        "People who get conversations and approve replies.",
        "hours office { mon-fri 09:00-18:00 }\nteam support \"Support desk\" during office",
    ),
    item(
        "agent",
        "agent NAME [TEXT] on CHANNEL, ...",
        "An AI agent, and where it answers. Where none answers, nothing leaves.",
        "agent ada \"Intake\" on email, chat",
    ),
    item(
        "fact",
        "fact PATH: yes/no | one of [NAME, ...] | number A..B | money CURRENCY A..B [TEXT]",
        "Something the host knows about a message. What nobody sets counts as if the rule applied.",
        "fact deal.value: money USD 0..5000000 \"Value of the open deal\"",
    ),
    item(
        "detector",
        "detector NAME on message | draft | thread [TEXT] { words TEXT, ... | pattern TEXT | amount >= NUMBER CURRENCY | model TEXT >= NUMBER | file TEXT ... }",
        "Looks for something. Any of its signals is enough; words are found whole, in any case.",
        "detector refund on message \"Wants money back\" {\n  words \"refund\", \"money back\"\n  pattern \"chargeback\\w*\"\n  amount >= 100 EUR\n  file \"application/pdf\"\n}",
    ),
    item(
        "script",
        "script NAME(FACT, ...) -> yes/no | number A..B { file TEXT budget N operations }",
        "A small pure function in Rhai, for what the language leaves out. Any error is a failed fact.",
        "script shouts(message.text) -> yes/no { file \"shouts.rhai\" budget 20000 operations }\nguard calm: approval when script shouts",
    ),
    item(
        "intent",
        "intent NAME [TEXT] { [examples { TEXT ... }] [reply OUTCOME [from NUMBER], ... [, else OUTCOME] [SCOPE]] ... [draft template NAME | model NAME [tone NAME] [max N words] [sources NAME] [with DETECTOR, ...]] [also ACTION] ... }",
        "A kind of message: examples to learn it from, what becomes of a reply from which confidence on, how it is drafted. In a reply drafted `with` detectors each of them must find something: else a person is asked.",
        "intent thanks \"Only polite\" {\n  examples { \"Thank you!\"  \"Cheers\" }\n  reply send from 0.80, approval from 0.40, else escalate\n  draft model polite tone warm max 40 words with disclosure\n  also stop_sequence\n}\ndetector disclosure on draft \"Says who writes\" { words \"written by a machine\" }",
    ),
    item(
        "certificate",
        "certificate NAME [TEXT] on INTENT, ... [from NUMBER]",
        "Intents whose answers are proved together, by counting how often people found them wrong. Answers count from the confidence given; without one, the engine looks for it. `certified NAME at 5%` asks for the proof: that at most 5 % are wrong, with 95 % confidence.",
        "autonomy full\nintent thanks { examples { \"Thank you!\" } reply send from 0.60, else approval }\nintent hours { examples { \"When are you open?\" } reply send from 0.60, else approval }\ncertificate harmless \"Costs little when wrong\" on thanks, hours from 0.60\nguard unproved: approval when not certified harmless at 5%\n  because \"Not proved yet\"\ntest \"proved answers leave\" { intent thanks 0.90  certified harmless at 2%  expect send }",
    ),
    item(
        "risk",
        "risk { TIER when COND ... }",
        "How risky a message is: the highest row that matches, else the lowest tier.",
        "risk { medium when message.attachment  high when contact.new and confidence < 50% }",
    ),
    item(
        "switch",
        "switch NAME [TEXT]: OUTCOME [SCOPE]",
        "Something a person presses while the policy is in force.",
        "switch stop_all \"Red button\": off",
    ),
    item(
        "limit",
        "limit NAME: N replies per contact | agent | channel | domain per day | hour | DURATION else OUTCOME [SCOPE]",
        "How many replies may leave; the host counts.",
        "limit daily: 3 replies per contact per day else approval",
    ),
    item(
        "pause",
        "pause NAME: contact for DURATION | until resumed when COND",
        "Leaves a contact alone for a while.",
        "pause took_over: contact for 48h when thread.human_active",
    ),
    item(
        "guard",
        "guard NAME: OUTCOME when COND [because TEXT]",
        "What the AI may not do on its own. Of all guards that match, the most careful counts.",
        "guard newcomers: approval when contact.new and channel is email\n  because \"We greet people ourselves\"",
    ),
    item(
        "route",
        "route { NAME: TARGET when COND ... otherwise: TARGET }",
        "Who gets the conversation: the first row that fits. The only place where order matters.",
        "team leads  team desk\nroute {\n  urgent: to team leads priority urgent sla 1h when tier is critical\n  otherwise: to team desk pick round_robin\n}",
    ),
    item(
        "approvals",
        "approvals { [approvers team NAME] [remind after DURATION] [expire after DURATION then escalate | off] [two people when COND] }",
        "Who approves, and for how long. An expired approval never sends.",
        "team leads\napprovals { approvers team leads  remind after 2h  expire after 1d then escalate }",
    ),
    item(
        "sweep",
        "sweep NAME: JOB cron TEXT",
        "A job by the clock: five cron fields in the policy's zone, weekdays by name.",
        "sweep stale: expire_approvals cron \"*/15 * * * mon-fri\"",
    ),
    item(
        "claim",
        "never send [now] when COND | always [at least] OUTCOME when COND | always route to team | person NAME when COND",
        "What must hold whatever the other rules say.",
        "never send when tier is critical\nalways escalate when tier is critical",
    ),
    item(
        "test",
        "test TEXT { GIVEN ... expect OUTCOME [because NAME, ...] | expect route NAME ... }",
        "One case, run by `remit test`. What it does not give is quiet.",
        "intent thanks { reply send }\nautonomy full\ntest \"a thank-you\" {\n  channel chat  intent thanks 0.93  at 2026-03-03 10:00\n  expect send because thanks\n}",
    ),
    item(
        "cases",
        "cases TEXT { [GIVEN ...] | GIVEN, ... -> OUTCOME ... }",
        "A table of cases; each row starts with `|`.",
        "intent thanks { reply send }\nautonomy full\ncases \"thank-yous\" {\n  intent thanks 0.93\n  | channel chat                                -> send\n  | channel email, message \"x\", contact.paused  -> off\n}",
    ),
];

/// Annotations: they stand before an item and change no decision.
pub const NOTES: &[(&str, &str)] = &[
    ("@owner(TEXT)", "Who answers for the rule."),
    ("@ticket(TEXT)", "Where it was decided."),
    ("@until(YYYY-MM-DD)", "When it should be looked at again; after that day the check reminds of it."),
    ("@backstop", "The rule is meant to ask for no more than other rules do already."),
    ("@allow(CODE, TEXT)", "Silences a warning or a note, with the reason."),
];

/// Commands that read policies.
pub const COMMANDS: &[(&str, &str)] = &[
    ("check", "What is wrong, where, and the cure; `--fix` carries certain cures out."),
    ("test", "Runs the cases inside policies and the packs beside them; `--coverage`, `--mutants`: how good are they?"),
    ("prove", "Proves the claims of a policy, or asks one that is in no file."),
    ("diff", "What a change means: two files, two folders, or revisions of git."),
    ("fmt", "Lays policies out in the canonical way; `--check` for CI."),
    ("tree", "The policy as JSON, and back, for pages that edit policies."),
    ("explain-code", "The page of a diagnostic code."),
    ("matrix", "What becomes of every intent and action, in every mode and at every risk."),
    ("intents", "What is answered, how, and from which confidence on without a person."),
    ("facts", "What rules can read, who sets it, and which rules read it."),
    ("doc", "The policy in plain prose, each sentence with its line."),
    ("lock", "Pins what policies import in `remit.lock`."),
];
