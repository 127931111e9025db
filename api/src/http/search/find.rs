use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use remit_engine::search::words::{Asked, Piece};
use remit_engine::search::{Found, Hit};
use remit_engine::store::inbox::{self, InboxRow};
use remit_engine::store::search::Find;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::{Principal, Rep};
use crate::http::conversations::Conversation;
use crate::http::conversations::filter::ChannelFilter;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Query;
use crate::http::page::{Key, Limit, List};
use crate::http::scope::Scope;
use crate::http::state::App;
use crate::http::time::{self, Timestamp};

/// Longest text to search for, in characters.
const LONGEST: usize = 500;

/// Kinds of what can be found.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchKind {
    /// A message: its subject, its text, and who wrote it.
    Message,
    /// An internal note.
    Note,
    /// A contact: name, company and addresses.
    Contact,
}

impl SearchKind {
    const ALL: [Self; 3] = [Self::Message, Self::Note, Self::Contact];

    /// What a key must hold to read it.
    const fn scope(self) -> Scope {
        match self {
            Self::Message => Scope::ConversationsRead,
            Self::Note => Scope::NotesRead,
            Self::Contact => Scope::ContactsRead,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Note => "note",
            Self::Contact => "contact",
        }
    }
}

/// What to search for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words that must all be there, in any order; `"words in a row"`; `begin*` for how a word begins. Upper and lower case and
    /// accents do not matter, and nothing is a syntax error. At most 32 words.
    #[param(min_length = 1, max_length = 500)]
    q: String,
    /// Only this kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<SearchKind>,
    /// Only on this kind of channel.
    #[param(inline)]
    channel: Option<ChannelFilter>,
    /// Only in this conversation, `cnv_…`.
    conversation_id: Option<String>,
    /// Only from this time on.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only before this time.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// A piece of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SnippetPiece {
    /// Plain text, never HTML.
    text: String,
    /// It is what you searched for.
    matched: bool,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchHit {
    /// What it is.
    #[serde(rename = "type")]
    kind: SearchKind,
    /// Its id: `msg_…`, `note_…` or `con_…`.
    id: String,
    /// The subject of a message, or the name of a contact.
    #[schema(required)]
    title: Option<String>,
    /// Of its text, around what matched, in pieces that follow each other.
    snippet: Vec<SnippetPiece>,
    /// Who wrote a message or note.
    #[schema(required)]
    author_name: Option<String>,
    /// When a message or note was written, or a contact first wrote.
    at: Timestamp,
    /// The conversation it stands in, as the inbox lists it; null for a contact.
    #[schema(required)]
    conversation: Option<Conversation>,
}

/// A page of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchPage {
    /// What was found: what came in most recently comes first.
    data: Vec<SearchHit>,
    /// Gives the next page when sent as `cursor`; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
    /// Everything that happened can be found. False while the index is a moment behind, or is being made anew.
    complete: bool,
    /// Time of the last thing that can be found; null while the index is being made anew.
    #[schema(required)]
    indexed_until: Option<Timestamp>,
}

/// Search messages, notes and contacts
///
/// You find what you may read; a key that was limited finds no notes without `notes:read` and no contacts without
/// `contacts:read`. What came in is found about half a second later, or somewhat more while there is much to do;
/// `complete` tells. A page may hold fewer rows than `limit`, even none, and have a next one all the same: go on until
/// `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/v1/search",
    tag = "search",
    params(SearchQuery),
    responses((status = 200, description = "A page of what was found", body = SearchPage))
)]
pub(crate) async fn search(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<SearchPage>, ApiError> {
    let wrong = |detail: String| ApiError::new(ErrorCode::InvalidQuery, detail);
    if query.q.is_empty() || query.q.chars().count() > LONGEST {
        return Err(wrong(format!("`q` must have 1 to {LONGEST} characters.")));
    }
    let asked = Asked::read(&query.q).map_err(|error| wrong(format!("`q`: {error}.")))?;
    let kinds = kinds(&rep.principal, query.kind)?;
    let searched = kinds.join(",");
    let channel = query.channel.map(|channel| channel.kind().as_str());
    let time = |name: &str, text: &Option<String>| match text {
        Some(text) => match time::parse(text) {
            Some(at) => Ok(Some(at)),
            None => Err(wrong(format!("`{name}` must be a time such as 2026-03-02T09:00:00Z."))),
        },
        None => Ok(None),
    };
    let (since, until) = (time("since", &query.since)?, time("until", &query.until)?);
    let find = Find {
        workspace_id: rep.workspace(),
        asked: &asked,
        kinds: &kinds,
        channel,
        conversation: query.conversation_id.as_deref(),
        since,
        until,
    };
    let times = format!("{since:?} {until:?}");
    let parts = [
        "search",
        rep.workspace(),
        &query.q,
        &searched,
        channel.unwrap_or_default(),
        query.conversation_id.as_deref().unwrap_or_default(),
        &times,
    ];
    let list = List::new(&app, &parts);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let found = app.engine().search(&find, start.sort, query.limit.rows()).await?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let mut conversations: HashMap<String, Option<InboxRow>> = HashMap::new();
    for id in found.hits.iter().filter_map(conversation_of) {
        if !conversations.contains_key(id) {
            conversations.insert(id.to_owned(), inbox::one(conn, rep.workspace(), id, &rep.row.id).await?);
        }
    }
    drop(reader);
    let now_ms = app.now_ms();
    let data = found.hits.into_iter().map(|hit| {
        let row = conversation_of(&hit).and_then(|id| conversations.get(id)).cloned().flatten();
        SearchHit::of(hit, row.map(|row| Conversation::of(row, now_ms)))
    });
    Ok(Json(SearchPage {
        data: data.collect(),
        next_cursor: found.next.map(|sort| list.write(&Key { sort, id: String::new() })),
        complete: found.complete,
        indexed_until: found.indexed_until.map(Timestamp),
    }))
}

/// The kinds that are searched: the one that is asked for, or all that a key may read; none named where that is all there are.
fn kinds(principal: &Principal, asked: Option<SearchKind>) -> Result<Vec<&'static str>, ApiError> {
    if let Some(kind) = asked {
        principal.must_hold(kind.scope())?;
        return Ok(vec![kind.as_str()]);
    }
    let held = SearchKind::ALL.into_iter().filter(|kind| principal.holds(kind.scope()));
    let held: Vec<&str> = held.map(SearchKind::as_str).collect();
    Ok(if held.len() == SearchKind::ALL.len() { Vec::new() } else { held })
}

fn conversation_of(hit: &Hit) -> Option<&str> {
    match &hit.what {
        Found::Message(message) => Some(&message.conversation_id),
        Found::Note(note) => Some(&note.conversation_id),
        Found::Contact(_) => None,
    }
}

impl SearchHit {
    fn of(hit: Hit, conversation: Option<Conversation>) -> Self {
        let (kind, id, author_name, at) = match hit.what {
            Found::Message(message) => (SearchKind::Message, message.id, message.author_name, message.occurred_at),
            Found::Note(note) => (SearchKind::Note, note.id, Some(note.author_name), note.created_at),
            Found::Contact(contact) => (SearchKind::Contact, contact.id, None, contact.created_at),
        };
        let piece = |piece: Piece| SnippetPiece { text: piece.text, matched: piece.matched };
        let snippet = hit.snippet.into_iter().map(piece).collect();
        Self { kind, id, title: hit.title, snippet, author_name, at: Timestamp(at), conversation }
    }
}
