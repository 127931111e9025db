//! Policies out of a seed: valid by construction, with every construct of the language that a decision can depend on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use remit_dsl::Policy;

/// The generator "splitmix64" (Steele, Lea, Flood 2014): the same draws on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`, which is not 0.
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    /// True in so many of a hundred throws.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.throw(100) < percent
    }

    /// One of several, of which there is at least one.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.throw(choices.len())]
    }

    /// So many of several, none twice.
    fn some<'a>(&mut self, choices: &[&'a str], count: usize) -> Vec<&'a str> {
        let mut left = choices.to_vec();
        (0..count.min(left.len())).map(|_| left.swap_remove(self.throw(left.len()))).collect()
    }
}

const CHANNELS: [&str; 6] = ["email", "sms", "whatsapp", "chat", "voice", "linkedin"];
const SEGMENTS: [&str; 3] = ["vip", "partner", "minor"];
const AGENTS: [&str; 2] = ["ada", "bob"];
const INTENTS: [&str; 5] = ["question", "thanks", "pricing", "complaint", "other"];
const ACTIONS: [&str; 6] = ["reply", "opt_out", "book_meeting", "change_stage", "send_form", "never_set"];
const HOURS: [&str; 4] = ["office", "quiet", "short", "weekend"];
const LIMITS: [&str; 3] = ["daily", "burst", "hourly"];
const SWITCHES: [&str; 3] = ["stop_all", "stop_chat", "slow"];
const YES: [&str; 18] = [
    "contact.new",
    "contact.paused",
    "message.attachment",
    "message.automated",
    "thread.human_active",
    "thread.third_party",
    "window.closed",
    "email.warmup",
    "channel.disabled",
    "approved",
    "contact.verified",
    "deal.open",
    "contact.opted_out",
    "kill_switch",
    "channel.unanswered",
    "draft.doubtful",
    "draft.unsafe",
    "draft.promise",
];
const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "UTC",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Santiago",
];
const TIERS: [&str; 8] = ["calm", "minor_risk", "notable", "serious", "grave", "severe", "extreme", "lethal"];

/// The scripts that the policies name.
pub(crate) const SCRIPT: &str = "fn odd(draft, verified) { verified }\nfn share(seats) { 0.5 }\n";

/// Compiles what [`text`] made. The error is what was found.
pub(crate) fn policy(text: &str) -> Result<Policy, String> {
    let files = [("test.remit", text), ("s.rhai", SCRIPT)];
    let compiled = remit_dsl::compile("test.remit", &super::texts(&files));
    compiled.policy.ok_or_else(|| remit_dsl::render::plain(&compiled.diagnostics))
}

struct Writer<'d> {
    dice: &'d mut Dice,
    text: String,
    tiers: Vec<&'static str>,
    modes: Vec<String>,
    names: usize,
    /// Asks for little, so that the freer outcomes decide too.
    mild: bool,
}

/// The text of a policy.
pub(crate) fn text(dice: &mut Dice) -> String {
    let mild = dice.percent(75);
    let text = "remit 1\npolicy generated\n".to_owned();
    let mut writer = Writer { dice, text, tiers: Vec::new(), modes: Vec::new(), names: 0, mild };
    writer.vocabulary();
    writer.tiers_and_modes();
    writer.settings();
    writer.intents();
    writer.restrictions();
    writer.routing();
    writer.text
}

/// Claims about such a policy, true and false ones, some about facts that it reads and some about others.
pub(crate) fn claims(dice: &mut Dice, count: usize) -> Vec<String> {
    let mut writer = Writer { dice, text: String::new(), tiers: Vec::new(), modes: Vec::new(), names: 0, mild: true };
    let claim = |_| {
        let bound = writer.dice.pick(&[
            "never send when",
            "never send now when",
            "always at least approval when",
            "always at least off when",
            "always at least hold when",
            "always escalate when",
            "always approval when",
        ]);
        let bound = bound.to_owned();
        let depth = writer.dice.throw(3);
        format!("{bound} {}", writer.condition(depth, true))
    };
    (0..count).map(claim).collect()
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn name(&mut self, start: &str) -> String {
        self.names += 1;
        format!("{start}{}", self.names)
    }

    fn vocabulary(&mut self) {
        let zone = self.dice.pick(&ZONES);
        self.line(&format!("timezone \"{zone}\""));
        self.line("segment vip\nsegment partner\nsegment minor\nteam inbox\nteam leads during office");
        self.line("agent ada on email, chat\nagent bob \"Other\" on sms, voice");
        self.line(
            "fact contact.verified: yes/no\nfact deal.open: yes/no\nfact deal.stage: one of [lead, talk, won, lost]",
        );
        self.line("fact deal.value: money USD 0..5000\nfact debt: money EUR -100..100\nfact seats: number -5..100.5");
        self.line("calendar days { yearly 12-25 yearly 01-01 yearly 02-29 2026-03-29 2026-11-01 2027-03-26 }");
        self.line("hours office { mon-thu 09:00-18:00 fri 09:00-12:30 except days }");
        self.line("hours quiet { daily 21:00-08:00 }\nhours short { sun 02:15-02:45 mon,sun 01:30-03:00 }");
        let spill =
            ["hours weekend { sat-sun 00:00-24:00 fri 22:00-06:00 except days }", "hours weekend { sat 12:00-12:00 }"];
        let weekend = if self.dice.percent(90) { spill[0] } else { "hours weekend { wed 23:59-24:00 }" };
        self.line(weekend);
        for (name, subject) in
            [("threat", "message"), ("abuse", "message"), ("price", "draft"), ("promise", "draft"), ("loop", "thread")]
        {
            self.line(&format!("detector {name} on {subject} {{ words \"{name}\" }}"));
        }
        self.line("script odd(draft.text, contact.verified) -> yes/no { file \"s.rhai\" budget 1000 operations }");
        self.line("script share(seats) -> number 0..1 { file \"s.rhai\" budget 1000 operations }");
    }

    fn outcome(&mut self) -> String {
        let hours = self.dice.pick(&HOURS);
        let side = if self.mild { 103 } else { 130 };
        match self.dice.throw(side) {
            0..35 => "send".to_owned(),
            35..45 => "hold 2h".to_owned(),
            45..55 => format!("hold {}m", self.dice.between(1, 900)),
            55..58 => "hold 8d".to_owned(),
            58..85 => format!("hold until {hours}"),
            85..101 => "approval".to_owned(),
            101 | 103..118 => "off".to_owned(),
            _ => "escalate".to_owned(),
        }
    }

    fn tiers_and_modes(&mut self) {
        self.tiers = vec!["low", "medium", "high", "critical"];
        self.modes = ["full", "controlled", "assisted"].map(str::to_owned).to_vec();
        if self.dice.percent(30) {
            let count = [2, 3, 5, 8][self.dice.throw(4)];
            self.tiers = TIERS[..count].to_vec();
            self.modes = Vec::new();
            let line = format!("tiers {}", self.tiers.join(" < "));
            self.line(&line);
        }
        let own: Vec<&str> = match self.modes.is_empty() {
            true => vec!["bold", "shy", "assisted"],
            false => ["bold", "controlled"][..self.dice.throw(3)].to_vec(),
        };
        for mode in own {
            let mut rows = String::new();
            for tier in self.tiers.clone() {
                let _ = write!(rows, " {tier} {}", self.outcome());
            }
            self.line(&format!("mode {mode} {{{rows} }}"));
            if !self.modes.iter().any(|known| known == mode) {
                self.modes.push(mode.to_owned());
            }
        }
    }

    /// Scopes that are all different, the empty one first or left out.
    fn scopes(&mut self, most: usize) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut scopes = Vec::new();
        for _ in 0..self.dice.throw(most + 1) {
            let mut items: Vec<String> = Vec::new();
            for (kind, names) in
                [("channel", &CHANNELS[..]), ("agent", &AGENTS), ("segment", &SEGMENTS), ("intent", &INTENTS)]
            {
                if self.dice.percent(30) {
                    let count = 1 + self.dice.throw(3);
                    items.extend(self.dice.some(names, count).iter().map(|name| format!("{kind} {name}")));
                }
            }
            items.sort();
            if seen.insert(items.clone()) {
                scopes.push(if items.is_empty() { String::new() } else { format!(" for {}", items.join(", ")) });
            }
        }
        scopes
    }

    fn settings(&mut self) {
        for (start, most) in [("autonomy", 5), ("autonomy at most", 3)] {
            for scope in self.scopes(most) {
                let mode = self.dice.throw(self.modes.len());
                let line = format!("{start} {}{scope}", self.modes[mode]);
                self.line(&line);
            }
        }
        for scope in self.scopes(4) {
            let undo = self.dice.pick(&["0s", "2m", "1h30m", "10m"]);
            self.line(&format!("undo {undo}{scope}"));
        }
        let mut rows = String::new();
        for action in &ACTIONS[..5] {
            if self.dice.percent(70) {
                for scope in self.scopes(3) {
                    let outcome = self.outcome();
                    let _ = write!(rows, "\n  {action} {outcome}{scope}");
                }
            }
        }
        // Without any row the block would not parse.
        self.line(&format!(
            "actions {{ send_form approval for channel voice, agent ada, intent other, segment minor{rows} }}"
        ));
    }

    fn intents(&mut self) {
        for intent in INTENTS {
            let mut body = String::new();
            for scope in self.scopes(3) {
                let mut outcomes: Vec<String> = (0..1 + self.dice.throw(4)).map(|_| self.outcome()).collect();
                let care = |outcome: &String| {
                    ["send", "hold", "approval", "off", "escalate"].iter().position(|word| outcome.starts_with(word))
                };
                outcomes.sort_by_key(care);
                let mut least = 1001;
                let mut bands: Vec<String> = Vec::new();
                let last = outcomes.len() - 1;
                for (number, outcome) in outcomes.iter().enumerate() {
                    let open = number == last && self.dice.percent(60);
                    if open && number > 0 {
                        bands.push(format!("else {outcome}"));
                    } else if open || least == 0 {
                        bands.push(outcome.clone());
                        break;
                    } else {
                        least = self.dice.between(least / 2, least - 1).max(0);
                        bands.push(format!("{outcome} from 0.{least:03}").replace("0.1000", "1"));
                    }
                }
                let _ = write!(body, "\n  reply {}{scope}", bands.join(", "));
            }
            for action in self.dice.some(&ACTIONS[1..5], 2) {
                if self.dice.percent(40) {
                    let _ = write!(body, "\n  also {action}");
                }
            }
            self.line(&format!("intent {intent} {{{body} }}"));
        }
    }

    fn leaf(&mut self, risk: bool) -> String {
        let dice = &mut *self.dice;
        match dice.throw(if risk { 15 } else { 17 }) {
            0..3 => dice.pick(&YES).to_owned(),
            3 => format!("message detects {}", dice.pick(&["threat", "abuse", "any [threat, abuse]"])),
            4 => format!("draft detects {}", dice.pick(&["price", "promise", "any [promise, price]"])),
            5 => dice
                .pick(&[
                    "thread detects loop",
                    "script odd",
                    "script share > 0.5",
                    "script share <= 0.250",
                    "certified proved at 5%",
                    "certified proved at 2.5%",
                    "certified searched at 10%",
                ])
                .to_owned(),
            6 => format!(
                "contact in {}",
                dice.pick(&["vip", "partner", "any [vip, minor]", "any [partner, minor, vip]"])
            ),
            7 => format!("{} {}", dice.pick(&["during", "outside"]), dice.pick(&HOURS)),
            8 => format!("over {}", dice.pick(&LIMITS)),
            9 => format!("switch {}", dice.pick(&SWITCHES)),
            10 => {
                let (count, names) = (1 + dice.throw(3), dice.pick(&["channel", "intent", "agent"]));
                let choices: &[&str] = match names {
                    "channel" => &CHANNELS,
                    "intent" => &INTENTS,
                    _ => &["ada", "bob", "none"],
                };
                format!("{names} in [{}]", dice.some(choices, count).join(", "))
            }
            11 => match dice.throw(4) {
                0 => format!("intent is {}{}", dice.pick(&["not ", ""]), dice.pick(&INTENTS)),
                1 => format!("action is {}{}", dice.pick(&["not ", ""]), dice.pick(&ACTIONS[..5])),
                2 => format!("deal.stage is {}{}", dice.pick(&["not ", ""]), dice.pick(&["lead", "won", "lost"])),
                _ => format!("message.language {}", dice.pick(&["is en", "is not de", "in [de, fr, it]"])),
            },
            12 => {
                let (fact, low, high) = [
                    ("confidence", 0, 1000),
                    ("margin", 0, 1000),
                    ("sentiment", -1000, 1000),
                    ("seats", -5000, 100_500),
                    ("thread.depth", 0, 12_000),
                ][dice.throw(5)];
                let edge = [low, high, dice.between(low, high), dice.between(low, high), dice.between(low, high)];
                let number = edge[dice.throw(5)];
                let sign = if number < 0 { "-" } else { "" };
                let number = number.abs();
                format!("{fact} {} {sign}{}.{:03}", dice.pick(&[">=", "<=", ">", "<"]), number / 1000, number % 1000)
            }
            13 => {
                let (fact, currency, low, high) =
                    [("deal.value", "USD", 0, 500_000), ("debt", "EUR", -10_000, 10_000)][dice.throw(2)];
                let number: i64 = dice.between(low, high);
                let sign = if number < 0 { "-" } else { "" };
                let number = number.abs();
                format!(
                    "{fact} {} {sign}{}.{:02} {currency}",
                    dice.pick(&[">=", "<=", ">", "<"]),
                    number / 100,
                    number % 100
                )
            }
            14 => dice.pick(&["contact.new", "not contact.verified", "not draft detects price"]).to_owned(),
            15 => {
                let tier = self.tiers[self.dice.throw(self.tiers.len())];
                format!("tier {} {tier}", self.dice.pick(&[">=", "<=", ">", "<", "is", "is not"]))
            }
            _ => {
                let count = 1 + self.dice.throw(3);
                format!("tier in [{}]", self.dice.some(&self.tiers, count).join(", "))
            }
        }
    }

    fn condition(&mut self, depth: usize, risk: bool) -> String {
        if depth == 0 || self.dice.percent(30) {
            return self.leaf(risk);
        }
        if self.dice.percent(12) {
            return format!("not ({})", self.condition(depth - 1, risk));
        }
        let word = self.dice.pick(&[" and ", " or "]);
        let parts: Vec<String> =
            (0..2 + self.dice.throw(2)).map(|_| format!("({})", self.condition(depth - 1, risk))).collect();
        parts.join(word)
    }

    /// A condition that has no small list of terms.
    fn wide_condition(&mut self, risk: bool) -> String {
        let parts: Vec<String> = (0..3 + self.dice.throw(3))
            .map(|_| format!("({} or {} or {})", self.leaf(risk), self.leaf(risk), self.leaf(risk)))
            .collect();
        if self.dice.percent(30) {
            format!("not ({})", parts.join(" and ").replace(" or ", " and ").replace(") and (", ") or ("))
        } else {
            parts.join(" and ")
        }
    }

    fn when(&mut self, risk: bool) -> String {
        if self.dice.percent(6) {
            return self.wide_condition(risk);
        }
        let depth = [0, 1, 1, 2, 3][self.dice.throw(5)];
        self.condition(depth, risk)
    }

    fn restrictions(&mut self) {
        let mut rows = String::new();
        for _ in 0..self.dice.throw(7) {
            let tier = self.tiers[self.dice.throw(self.tiers.len())];
            let when = self.when(true);
            let _ = write!(rows, "\n  {tier} when {when}");
        }
        if !rows.is_empty() {
            self.line(&format!("risk {{{rows} }}"));
        }
        for switch in SWITCHES {
            let (outcome, scope) = (self.outcome(), self.scopes(1).pop().unwrap_or_default());
            self.line(&format!("switch {switch}: {outcome}{scope}"));
        }
        self.line(&format!("certificate proved \"Proved\" on {}, {} from 0.8", INTENTS[0], INTENTS[1]));
        self.line(&format!("certificate searched on {}", INTENTS[1]));
        for limit in LIMITS {
            let (outcome, scope) = (self.outcome(), self.scopes(1).pop().unwrap_or_default());
            let window = self.dice.pick(&["day", "hour", "10m"]);
            self.line(&format!("limit {limit}: 3 replies per contact per {window} else {outcome}{scope}"));
        }
        for _ in 0..self.dice.throw(4) {
            let (name, when) = (self.name("p"), self.when(false));
            let length = self.dice.pick(&["for 48h", "for 2h", "until resumed"]);
            self.line(&format!("pause {name}: contact {length} when {when}"));
        }
        let guards = if self.dice.percent(4) { 250 } else { self.dice.throw(24) };
        for _ in 0..guards {
            let (name, outcome, when) = (self.name("g"), self.outcome(), self.when(false));
            let because = if self.dice.percent(50) { " because \"So it is\"" } else { "" };
            self.line(&format!("guard {name}: {outcome} when {when}{because}"));
        }
    }

    fn routing(&mut self) {
        if self.dice.percent(80) {
            let mut rows = String::new();
            for _ in 0..self.dice.throw(5) {
                let (name, when) = (self.name("r"), self.when(false));
                let target = self.dice.pick(&["team inbox", "team leads", "person dana"]);
                let rest = self.dice.pick(&["", " skill german pick owner", " priority high sla 2h"]);
                let _ = write!(rows, "\n  {name}: to {target}{rest} when {when}");
            }
            self.line(&format!("route {{{rows}\n  otherwise: to team inbox }}"));
        }
        if self.dice.percent(70) {
            let mut parts = String::new();
            for _ in 0..self.dice.throw(3) {
                let when = self.when(false);
                let _ = write!(parts, " two people when {when}");
            }
            self.line(&format!("approvals {{ remind after 2h expire after 1d then off approvers team inbox{parts} }}"));
        }
    }
}
