//! A block of decisions as bytes: what a replay reads of each, column by column.
//!
//! The decision record is JSON of some kilobytes, made to be read by people and programs for ever. Replaying a month of
//! them would mean parsing gigabytes. So what a decision *read* and what it *said* is kept once more where decisions are
//! sealed: each fact is a column of the block, a list of the different values and for each decision the number of its
//! own. Most columns of a block have one value and cost nothing per decision.
//!
//! ```text
//! version | rows | texts | when each was decided | four texts a row | columns
//! column: key, different values, and unless there is only one: a number a row (one byte, or two)
//! ```
//!
//! Numbers are LEB128, signed ones zigzag. A reader that meets another version or broken bytes says so, and the records
//! themselves are read instead.

use remit_dsl::{Facts, Raw, Value};

/// The version written and read.
pub(super) const VERSION: u8 = 1;

/// Columns that are no facts begin with this mark, which no fact's key can.
pub const GATE: &str = "#gate";
/// Digest of the policy that decided.
pub const POLICY: &str = "#policy";
/// The outcome.
pub const OUTCOME: &str = "#outcome";
/// The rules whose demand was the outcome: see [`super::rules_text`].
pub const DECIDING: &str = "#deciding";
/// Place of the first of them.
pub const PLACE: &str = "#place";
/// The row of the route table and where it led: see [`super::route_text`].
pub const ROUTE: &str = "#route";
/// When the reply was first held.
pub const HELD: &str = "#held";
/// The time that the policy was told, where it is not the one that the decision is stored under.
pub const NOW: &str = "#now";
/// The channel account.
pub const CHANNEL: &str = "#channel";
/// Domain of the sender's address.
pub const DOMAIN: &str = "#domain";
/// Version of the draft that was judged.
pub const DRAFT_VERSION: &str = "#draft_version";
/// Hash of the draft that was judged.
pub const DRAFT_HASH: &str = "#draft_hash";
/// `#until:NAME`: when the bucket of a used-up limit ends.
pub const UNTIL: &str = "#until:";

/// The bytes are of another version, or broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a block of decisions cannot be read")]
pub struct Unreadable;

/// The texts of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names<'b> {
    /// The decision.
    pub id: &'b str,
    /// The message it is about.
    pub message_id: &'b str,
    /// Its conversation.
    pub conversation_id: &'b str,
    /// The contact.
    pub contact_id: &'b str,
    /// The draft that was judged; empty when there was none.
    pub draft_id: &'b str,
}

/// A column as it is read: the different values, and which one each row has.
#[derive(Debug, Clone)]
pub struct Stored<'b> {
    /// Its key: a fact's, or one with a mark.
    pub key: &'b str,
    /// The different values; `None` for a row that has none.
    pub values: Vec<Option<Raw<'b>>>,
    rows: Rows<'b>,
}

#[derive(Debug, Clone, Copy)]
enum Rows<'b> {
    One,
    Bytes(&'b [u8]),
    Pairs(&'b [u8]),
}

impl<'b> Stored<'b> {
    /// The number of a row's value among [`Stored::values`].
    #[inline]
    #[must_use]
    pub fn number(&self, row: usize) -> usize {
        match self.rows {
            Rows::One => 0,
            Rows::Bytes(bytes) => bytes.get(row).map_or(usize::MAX, |byte| usize::from(*byte)),
            Rows::Pairs(bytes) => match bytes.get(row * 2..row * 2 + 2) {
                Some([low, high]) => usize::from(u16::from_le_bytes([*low, *high])),
                _ => usize::MAX,
            },
        }
    }

    /// Whether all rows have the same value.
    #[must_use]
    pub const fn is_constant(&self) -> bool {
        matches!(self.rows, Rows::One)
    }

    /// A row's value; `None` when it has none.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Raw<'b>> {
        self.values.get(self.number(row)).copied().flatten()
    }
}

/// A block that was read. Borrows its bytes.
#[derive(Debug, Clone)]
pub struct Block<'b> {
    /// When each decision was made, UTC milliseconds.
    pub decided_at: Vec<i64>,
    /// The texts of each row.
    pub names: Vec<Names<'b>>,
    /// Its columns.
    pub columns: Vec<Stored<'b>>,
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, Unreadable> {
        let (first, rest) = self.bytes.split_first().ok_or(Unreadable)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn take(&mut self, count: usize) -> Result<&'b [u8], Unreadable> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Unreadable)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn raw(&mut self) -> Result<u64, Unreadable> {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            if shift > 63 {
                return Err(Unreadable);
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    fn count(&mut self) -> Result<usize, Unreadable> {
        let count = usize::try_from(self.raw()?).map_err(|_| Unreadable)?;
        // Whatever is counted takes a byte at least where it is written out; rows of a column may be left out.
        if count > self.bytes.len() { Err(Unreadable) } else { Ok(count) }
    }

    fn number(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.raw()?).map_err(|_| Unreadable)
    }

    fn signed(&mut self) -> Result<i64, Unreadable> {
        let raw = self.raw()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }
}

impl<'b> Block<'b> {
    /// Reads the bytes of [`super::pack`].
    ///
    /// # Errors
    /// [`Unreadable`] for another version or broken bytes.
    pub fn read(bytes: &'b [u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader { bytes };
        if reader.byte()? != VERSION {
            return Err(Unreadable);
        }
        let rows = reader.count()?;
        let mut texts: Vec<&'b str> = Vec::with_capacity(reader.bytes.len() / 16);
        for _ in 0..reader.count()? {
            let length = reader.count()?;
            texts.push(std::str::from_utf8(reader.take(length)?).map_err(|_| Unreadable)?);
        }
        let text = |number: usize| texts.get(number).copied().ok_or(Unreadable);
        let (mut decided_at, mut before) = (Vec::with_capacity(rows), 0_i64);
        for _ in 0..rows {
            before = before.wrapping_add(reader.signed()?);
            decided_at.push(before);
        }
        let mut names = Vec::with_capacity(rows);
        for _ in 0..rows {
            names.push(Names {
                id: text(reader.number()?)?,
                message_id: text(reader.number()?)?,
                conversation_id: text(reader.number()?)?,
                contact_id: text(reader.number()?)?,
                draft_id: text(reader.number()?)?,
            });
        }
        let mut columns = Vec::new();
        for _ in 0..reader.count()? {
            let key = text(reader.number()?)?;
            let mut values = Vec::new();
            for _ in 0..reader.count()? {
                values.push(match reader.byte()? {
                    0 => None,
                    1 => Some(Raw::Failed),
                    2 => Some(Raw::Yes(false)),
                    3 => Some(Raw::Yes(true)),
                    4 => Some(Raw::Name(text(reader.number()?)?)),
                    5 => Some(Raw::Number(reader.signed()?)),
                    6 => Some(Raw::Money { minor: reader.signed()?, currency: text(reader.number()?)? }),
                    _ => return Err(Unreadable),
                });
            }
            let rows = match values.len() {
                0 | 1 => Rows::One,
                2..=256 => Rows::Bytes(reader.take(rows)?),
                _ => Rows::Pairs(reader.take(rows * 2)?),
            };
            columns.push(Stored { key, values, rows });
        }
        if reader.bytes.is_empty() { Ok(Self { decided_at, names, columns }) } else { Err(Unreadable) }
    }

    /// How many decisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.decided_at.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decided_at.is_empty()
    }

    /// A column by its key.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<&Stored<'b>> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// The facts of one row, as they were recorded. Where each came from is not kept here: it changes no verdict.
    #[must_use]
    pub fn facts(&self, row: usize) -> Facts {
        let mut facts = Facts::new(self.decided_at.get(row).copied().unwrap_or_default());
        for column in &self.columns {
            let Some(raw) = column.get(row) else { continue };
            if let Some(limit) = column.key.strip_prefix(UNTIL) {
                if let Raw::Number(end) = raw {
                    facts.over_until_ms.insert(limit.to_owned(), end);
                }
            } else if column.key == NOW {
                facts.now_ms = if let Raw::Number(now) = raw { now } else { facts.now_ms };
            } else if column.key == HELD {
                facts.held_since_ms = if let Raw::Number(since) = raw { Some(since) } else { None };
            } else if !column.key.starts_with('#') {
                let value = match raw {
                    Raw::Failed => None,
                    Raw::Yes(yes) => Some(Value::Yes(yes)),
                    Raw::Name(name) => Some(Value::Name(name.to_owned())),
                    Raw::Number(number) => Some(Value::Number(number)),
                    Raw::Money { minor, currency } => Some(Value::Money { minor, currency: currency.to_owned() }),
                };
                let fact = remit_dsl::Fact { value, from: remit_dsl::Provenance::Observed };
                facts.values.insert(column.key.to_owned(), fact);
            }
        }
        facts
    }
}
