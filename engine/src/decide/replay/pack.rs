//! Decisions to the bytes of a block.

use std::collections::{BTreeMap, HashMap};

use remit_dsl::{Facts, Value, Verdict};

use super::block::{
    CHANNEL, DECIDING, DOMAIN, DRAFT_HASH, DRAFT_VERSION, GATE, HELD, NOW, OUTCOME, PLACE, POLICY, ROUTE, UNTIL,
    VERSION,
};

/// One decision on its way into a block.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `decision` and what stands beside it")]
pub struct Recorded<'a> {
    pub id: &'a str,
    pub message_id: &'a str,
    pub conversation_id: &'a str,
    pub contact_id: &'a str,
    pub channel_id: &'a str,
    /// Address of the sender.
    pub from_address: &'a str,
    pub gate: &'a str,
    pub policy_digest: &'a str,
    pub decided_at: i64,
    pub facts: &'a Facts,
    pub verdict: &'a Verdict,
    /// Id, version and hash of the draft that was judged.
    pub draft: Option<(&'a str, i64, &'a str)>,
}

/// The deciding rules as one text: `kind:name`, one a line, in the order of their text.
#[must_use]
pub fn rules_text(verdict: &Verdict) -> String {
    let mut rules: Vec<String> =
        verdict.deciding.iter().map(|rule| format!("{}:{}", rule.kind.as_str(), rule.name)).collect();
    rules.sort_unstable();
    rules.join("\n")
}

/// A route as one text: row, team and person, with tabs between.
#[must_use]
pub fn route_text(route: &remit_dsl::Route) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    format!("{}\t{}\t{}", route.row, word(&route.team), word(&route.person))
}

/// Makes the bytes of a block of these decisions.
#[must_use]
pub fn pack(rows: &[Recorded<'_>]) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut columns: BTreeMap<String, Column> = BTreeMap::new();
    let mut body = Vec::new();
    let mut before = 0;
    for row in rows {
        signed(&mut body, row.decided_at.wrapping_sub(before));
        before = row.decided_at;
    }
    for (at, row) in rows.iter().enumerate() {
        let draft_id = row.draft.map_or("", |(id, ..)| id);
        for text in [row.id, row.message_id, row.conversation_id, row.contact_id, draft_id] {
            unsigned(&mut body, texts.number(text));
        }
        let mut set = |key: &str, value: Cell| match columns.get_mut(key) {
            Some(column) => column.set(at, value),
            None => columns.entry(key.to_owned()).or_insert_with(|| Column::new(rows.len())).set(at, value),
        };
        let domain = row.from_address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        let place = row.verdict.deciding.first().map_or(&row.verdict.route.at, |rule| &rule.at);
        set(GATE, Cell::Name(texts.number(row.gate)));
        set(POLICY, Cell::Name(texts.number(row.policy_digest)));
        set(OUTCOME, Cell::Name(texts.number(row.verdict.outcome.as_str())));
        set(DECIDING, Cell::Name(texts.number(&rules_text(row.verdict))));
        set(PLACE, Cell::Name(texts.number(&place.to_string())));
        set(ROUTE, Cell::Name(texts.number(&route_text(&row.verdict.route))));
        set(CHANNEL, Cell::Name(texts.number(row.channel_id)));
        if let Some(domain) = domain {
            set(DOMAIN, Cell::Name(texts.number(&domain)));
        }
        if let Some((_, version, hash)) = row.draft {
            set(DRAFT_VERSION, Cell::Number(version));
            set(DRAFT_HASH, Cell::Name(texts.number(hash)));
        }
        if row.facts.now_ms != row.decided_at {
            set(NOW, Cell::Number(row.facts.now_ms));
        }
        if let Some(held) = row.facts.held_since_ms {
            set(HELD, Cell::Number(held));
        }
        for (limit, end) in &row.facts.over_until_ms {
            set(&format!("{UNTIL}{limit}"), Cell::Number(*end));
        }
        for (key, fact) in &row.facts.values {
            let value = match &fact.value {
                None => Cell::Failed,
                Some(Value::Yes(yes)) => Cell::Yes(*yes),
                Some(Value::Name(text)) => Cell::Name(texts.number(text)),
                Some(Value::Number(number)) => Cell::Number(*number),
                Some(Value::Money { minor, currency }) => Cell::Money(*minor, texts.number(currency)),
            };
            set(key, value);
        }
    }
    unsigned(&mut body, columns.len());
    for (key, column) in &columns {
        unsigned(&mut body, texts.number(key));
        column.write(&mut body);
    }
    let mut bytes = vec![VERSION];
    unsigned(&mut bytes, rows.len());
    unsigned(&mut bytes, texts.list.len());
    for text in &texts.list {
        unsigned(&mut bytes, text.len());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend(body);
    bytes
}

/// Every text of a block once.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.list.len();
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// A value in a block; texts by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cell {
    Absent,
    Failed,
    Yes(bool),
    Name(usize),
    Number(i64),
    Money(i64, usize),
}

struct Column {
    values: Vec<Cell>,
    numbers: HashMap<Cell, u16>,
    rows: Vec<u16>,
}

impl Column {
    /// Absent everywhere.
    fn new(rows: usize) -> Self {
        Self { values: vec![Cell::Absent], numbers: HashMap::from([(Cell::Absent, 0)]), rows: vec![0; rows] }
    }

    fn set(&mut self, row: usize, value: Cell) {
        // A block has fewer rows than a u16 has numbers, and each row at most one value.
        let next = u16::try_from(self.values.len()).unwrap_or(u16::MAX);
        let number = *self.numbers.entry(value).or_insert(next);
        if number == next {
            self.values.push(value);
        }
        if let Some(place) = self.rows.get_mut(row) {
            *place = number;
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        // Where no row lacks it, absence needs no number.
        let skipped = u16::from(!self.rows.contains(&0) && !self.rows.is_empty());
        let values = self.values.get(usize::from(skipped)..).unwrap_or_default();
        unsigned(bytes, values.len());
        for value in values {
            match value {
                Cell::Absent => bytes.push(0),
                Cell::Failed => bytes.push(1),
                Cell::Yes(false) => bytes.push(2),
                Cell::Yes(true) => bytes.push(3),
                Cell::Name(text) => {
                    bytes.push(4);
                    unsigned(bytes, *text);
                }
                Cell::Number(number) => {
                    bytes.push(5);
                    signed(bytes, *number);
                }
                Cell::Money(minor, currency) => {
                    bytes.push(6);
                    signed(bytes, *minor);
                    unsigned(bytes, *currency);
                }
            }
        }
        match values.len() {
            0 | 1 => {}
            2..=256 => bytes.extend(self.rows.iter().map(|number| number.wrapping_sub(skipped) as u8)),
            _ => bytes.extend(self.rows.iter().flat_map(|number| number.wrapping_sub(skipped).to_le_bytes())),
        }
    }
}

fn unsigned(bytes: &mut Vec<u8>, number: usize) {
    let mut left = number as u64;
    while left >= 0x80 {
        bytes.push(left as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
}

fn signed(bytes: &mut Vec<u8>, number: i64) {
    let mut left = ((number << 1) ^ (number >> 63)) as u64;
    while left >= 0x80 {
        bytes.push(left as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
}
