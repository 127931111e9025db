//! Lists in pages, by key and not by number: rows that are added meanwhile neither repeat nor hide others.
//!
//! A cursor is opaque: where the page ended and which list it belongs to, with a mark that only this server can make.

use data_encoding::BASE64URL_NOPAD;
use hmac::Mac;
use remit_engine::store::found::Page;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::{ApiError, ErrorCode};
use super::state::{App, keyed};

/// How many rows a page has: 1 to 100, 25 when left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct Limit(u8);

impl Default for Limit {
    fn default() -> Self {
        Self(25)
    }
}

impl TryFrom<u32> for Limit {
    type Error = &'static str;

    fn try_from(limit: u32) -> Result<Self, Self::Error> {
        match u8::try_from(limit) {
            Ok(limit @ 1..=100) => Ok(Self(limit)),
            _ => Err("`limit` must be 1 to 100"),
        }
    }
}

impl Limit {
    /// Rows in the page.
    pub(crate) const fn rows(self) -> usize {
        self.0 as usize
    }

    /// One row more than the page has: its presence says that there is a next page.
    pub(crate) const fn with_next(self) -> i64 {
        self.0 as i64 + 1
    }
}

/// Where a page begins: after the row with this sort value and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// What the list is sorted by, usually UTC milliseconds.
    pub(crate) sort: i64,
    /// Decides between equal sort values.
    pub(crate) id: String,
}

/// One list: who reads it, which one, and with which filters. Cursors are good for one list only.
#[derive(Debug)]
pub(crate) struct List<'a> {
    app: &'a App,
    name: String,
}

const NAME_HASH: usize = 8;
const MARK: usize = 16;

impl<'a> List<'a> {
    /// A list by everything that decides which rows are in it.
    pub(crate) fn new(app: &'a App, parts: &[&str]) -> Self {
        Self { app, name: parts.join("\0") }
    }

    fn name_hash(&self) -> [u8; NAME_HASH] {
        let hash: [u8; 32] = Sha256::digest(self.name.as_bytes()).into();
        let mut short = [0; NAME_HASH];
        short.copy_from_slice(&hash[..NAME_HASH]);
        short
    }

    /// The cursor of a page that begins after a key.
    pub(crate) fn write(&self, key: &Key) -> String {
        let mut bytes = key.sort.to_be_bytes().to_vec();
        bytes.extend(self.name_hash());
        bytes.extend(key.id.as_bytes());
        let mark = keyed(self.app.master_key(), &[b"cursor", &bytes]).finalize().into_bytes();
        bytes.extend(&mark[..MARK]);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Where the page begins; `first` when no cursor was given.
    pub(crate) fn start(&self, cursor: Option<&str>, first: Key) -> Result<Key, ApiError> {
        let Some(cursor) = cursor else { return Ok(first) };
        let invalid = || ApiError::new(ErrorCode::InvalidCursor, "Take `next_cursor` of the page before, unchanged.");
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| invalid())?;
        let body = bytes.len().checked_sub(MARK).ok_or_else(invalid)?;
        let (body, mark) = bytes.split_at(body);
        keyed(self.app.master_key(), &[b"cursor", body]).verify_truncated_left(mark).map_err(|_| invalid())?;
        let (sort, rest) = body.split_first_chunk::<8>().ok_or_else(invalid)?;
        let (name, id) = rest.split_first_chunk::<NAME_HASH>().ok_or_else(invalid)?;
        if *name != self.name_hash() {
            let detail = "This cursor was made for another list or other filters; start again without it.";
            return Err(ApiError::new(ErrorCode::CursorMismatch, detail));
        }
        let id = std::str::from_utf8(id).map_err(|_| invalid())?.to_owned();
        Ok(Key { sort: i64::from_be_bytes(*sort), id })
    }

    /// Cuts the rows to the page and makes the cursor of the next one, if there is one.
    pub(crate) fn cut<R>(&self, mut rows: Vec<R>, limit: Limit, key: impl Fn(&R) -> Key) -> (Vec<R>, Option<String>) {
        let size = usize::from(limit.0);
        if rows.len() <= size {
            return (rows, None);
        }
        rows.truncate(size);
        let next = rows.last().map(|row| self.write(&key(row)));
        (rows, next)
    }

    /// The same for a walk that may have ended before the page was full: then the next one goes on from there.
    pub(crate) fn cut_found<R>(
        &self,
        Page { rows, walked_to }: Page<R>,
        limit: Limit,
        key: impl Fn(&R) -> Key,
    ) -> (Vec<R>, Option<String>) {
        let (rows, next) = self.cut(rows, limit, key);
        (rows, next.or_else(|| walked_to.map(|(sort, id)| self.write(&Key { sort, id }))))
    }
}

impl Key {
    /// Before every row of a list that is sorted latest first.
    pub(crate) const fn latest() -> Self {
        Self { sort: i64::MAX, id: String::new() }
    }

    /// Before every row of a list that is sorted oldest first.
    pub(crate) const fn oldest() -> Self {
        Self { sort: i64::MIN, id: String::new() }
    }
}

/// Declares a page of rows. A type of its own each, so that the document names the row's type.
macro_rules! page {
    ($(#[$meta:meta])* $name:ident of $row:ty) => {
        $(#[$meta])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $name {
            /// The rows.
            pub(crate) data: Vec<$row>,
            /// Gives the next page when sent as `cursor`; null on the last one.
            #[schema(required)]
            pub(crate) next_cursor: Option<String>,
        }
    };
}
pub(crate) use page;

/// The query of a list without filters.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Limit,
}
