//! Every diagnostic code: its meaning, an example and its cure. `REFERENCE.md` is made from this table.

use crate::diagnostic::Severity;

/// One code. Codes are stable: a code is never given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, such as `R0101`.
    pub code: &'static str,
    /// How much a finding with this code matters.
    pub severity: Severity,
    /// What it means.
    pub meaning: &'static str,
    /// A line that causes it.
    pub example: &'static str,
    /// What to do.
    pub cure: &'static str,
}

const fn error(code: &'static str, meaning: &'static str, example: &'static str, cure: &'static str) -> Code {
    Code { code, severity: Severity::Error, meaning, example, cure }
}

const fn warning(code: &'static str, meaning: &'static str, example: &'static str, cure: &'static str) -> Code {
    Code { code, severity: Severity::Warning, meaning, example, cure }
}

const fn note(code: &'static str, meaning: &'static str, example: &'static str, cure: &'static str) -> Code {
    Code { code, severity: Severity::Note, meaning, example, cure }
}

/// The table, sorted by code.
pub const CODES: &[Code] = &[
    error(
        "R0001",
        "The text does not fit the grammar.",
        "guard g: aproval when contact.new",
        "Write what the message expects at the marked place.",
    ),
    error(
        "R0002",
        "The file does not say the language version, or it is not known here.",
        "remit 2",
        "Start the file with `remit 1`.",
    ),
    error("R0003", "The file is larger than 1 MiB.", "(a very long file)", "Split it with `import`."),
    error(
        "R0004",
        "`and` and `or` are mixed without brackets.",
        "guard g: off when contact.new or approved and message.attachment",
        "Use one of the two bracketings in the hint.",
    ),
    error(
        "R0005",
        "Brackets are nested more than 32 deep, or never closed.",
        "guard g: off when ((((...))))",
        "Close the brackets, or split the condition in several guards.",
    ),
    error(
        "R0006",
        "An annotation stands alone, or is not known.",
        "@onwer(\"legal\")",
        "Use `@owner`, `@ticket`, `@until`, `@backstop` or `@allow` directly before a rule.",
    ),
    error(
        "R0007",
        "A word starts a line where a rule should start.",
        "gaurd g: off when contact.new",
        "Start with an item word: the hint names the nearest.",
    ),
    error(
        "R0101",
        "No such fact.",
        "guard g: off when contact.nwe",
        "Use a standard fact, or declare one with `fact`.",
    ),
    error(
        "R0102",
        "No such intent, segment, team, hours, detector, script, limit, switch, mode, tier, agent, channel, calendar or action.",
        "autonomy fulll",
        "Declare the name, or use the one that the hint offers.",
    ),
    error(
        "R0103",
        "A fact is used as another type than it has.",
        "guard g: off when confidence",
        "Compare numbers, test names with `is`, and use yes/no facts bare.",
    ),
    error(
        "R0104",
        "A constant is outside its range or list, or is no date, time or count that exists.",
        "guard g: off when confidence > 85",
        "Use a value that the fact can have.",
    ),
    error("R0105", "Two things have one name.", "segment vip  segment vip", "Rename one of them."),
    error(
        "R0106",
        "A weekday in a cron text is a number.",
        "sweep s: expire_approvals cron \"0 8 * * 1-5\"",
        "Write weekdays as names (`mon-fri`): numbers mean different days in different programs.",
    ),
    error(
        "R0107",
        "A cron text cannot be read.",
        "sweep s: expire_approvals cron \"0 8 * *\"",
        "Write five fields: minute, hour, day, month, weekday.",
    ),
    error(
        "R0108",
        "The detector looks at another subject.",
        "guard g: off when draft detects legal_threat",
        "Ask about the subject that the detector is declared on.",
    ),
    error(
        "R0109",
        "The thresholds of a `reply` do not fall, or its outcomes do not become more careful.",
        "reply send from 0.50, approval from 0.80",
        "Order the bands from sure to unsure, and from free to careful.",
    ),
    error(
        "R0110",
        "A `hold` does not say when it ends.",
        "guard g: hold when contact.new",
        "Write `hold until HOURS` or `hold 2h`.",
    ),
    error(
        "R0111",
        "Two settings have exactly the same scope.",
        "autonomy full  autonomy assisted",
        "Keep one of them.",
    ),
    error(
        "R0112",
        "A mode table leaves out a tier or names it twice.",
        "mode full { low send }",
        "Give every tier one outcome.",
    ),
    error(
        "R0113",
        "The risk table reads the tier that it decides.",
        "risk { high when tier is low }",
        "Use the facts themselves.",
    ),
    error(
        "R0114",
        "The time zone is not known.",
        "timezone \"Berlin\"",
        "Use a name of the IANA database, such as `Europe/Berlin`.",
    ),
    error(
        "R0120",
        "An imported file cannot be read, or may not be.",
        "import \"./missing.remit\"",
        "Correct the path: it is relative to the file and stays inside the policy's folder.",
    ),
    error(
        "R0121",
        "Files import each other in a circle.",
        "import \"./itself.remit\"",
        "Move what both need to a third file.",
    ),
    error(
        "R0122",
        "Two files declare the same name.",
        "import \"std/sales\"  detector promises_price on draft { words \"x\" }",
        "Rename yours: an import never overrides.",
    ),
    error(
        "R0123",
        "The script file cannot be read.",
        "script s(draft.text) -> yes/no { file \"missing.rhai\" budget 100 operations }",
        "Correct the path.",
    ),
    error(
        "R0124",
        "The script does not compile, or has no function of that name with that many parameters.",
        "fn other() { true }",
        "Define `fn NAME(inputs)` in the file.",
    ),
    error(
        "R0125",
        "The template file cannot be read.",
        "draft template missing",
        "Write `templates/NAME.jinja` beside the root file.",
    ),
    error(
        "R0126",
        "A pattern is no regular expression, or too large.",
        "pattern \"(\"",
        "Correct it; look-around and back-references do not exist here.",
    ),
    note(
        "R0130",
        "The file replaces a mode table or the tiers of `std/base`.",
        "mode full { low, medium, high, critical approval }",
        "Nothing: this is only to be seen in review.",
    ),
    note(
        "R0131",
        "A setting or a route of an imported file is not taken over.",
        "autonomy full (in an imported file)",
        "Imports bring vocabulary, restrictions and claims. Move settings to the root file.",
    ),
    warning(
        "R0201",
        "A condition can never hold.",
        "guard g: off when channel is email and channel is sms",
        "Correct one of the marked parts, or remove the rule.",
    ),
    warning(
        "R0203",
        "A rule never decides: whenever it applies, others demand as much.",
        "guard g: approval when intent is other (with `intent other { reply escalate }`)",
        "Remove it, or mark it `@backstop` if it is meant to be double.",
    ),
    warning(
        "R0205",
        "A row of the route table is never reached.",
        "a: to team t when contact.new  b: to team u when contact.new and approved",
        "Move it before the rows that the finding names, or remove it.",
    ),
    warning(
        "R0207",
        "A threshold of a reply changes nothing: other rules demand as much on both sides of it.",
        "autonomy assisted  intent question { reply send from 0.8, else approval }",
        "Leave the threshold out, or free what the finding names.",
    ),
    warning(
        "R0211",
        "A rule is marked `@backstop`, and there are messages for which nothing else demands as much.",
        "@backstop guard g: off when contact.new",
        "Remove `@backstop`.",
    ),
    error(
        "R0401",
        "A claim is false.",
        "never send when contact.new (and nothing forbids it)",
        "Add a rule that makes it true, or correct the claim. The example is decided by the policy itself.",
    ),
    note(
        "R0402",
        "A claim holds only while every fact is known.",
        "always route to team care when message detects self_harm",
        "Nothing: but know that it says nothing about an outage.",
    ),
    error(
        "R0404",
        "A claim could not be decided.",
        "(a claim over very many entangled conditions)",
        "Say it in simpler conditions.",
    ),
    warning(
        "R0405",
        "The condition of a claim never holds.",
        "never send when tier is critical (without a critical risk row)",
        "Correct the condition: as it stands the claim says nothing.",
    ),
];

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code == code)
}

pub(crate) fn severity(code: &str) -> Severity {
    find(code).map_or(Severity::Error, |entry| entry.severity)
}
