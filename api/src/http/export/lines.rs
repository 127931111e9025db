//! The lines of an export: each an object with a `type`, in the form that the API has for it elsewhere.

use std::collections::VecDeque;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use remit_engine::store::filtered::{self, Wanted, Way};
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;
use serde::Serialize;
use serde_json::json;

use crate::http::contacts::get::Contact;
use crate::http::conversations::Conversation;
use crate::http::drafts::Draft;
use crate::http::error::ApiError;
use crate::http::messages::Message;
use crate::http::notes::Note;
use crate::http::state::App;
use crate::http::timeline::list::TimelineItem;

/// Rows that are read at once.
const PAGE: i64 = 100;

/// What is to be exported yet, the next first.
#[derive(Debug, Clone)]
enum Job {
    /// Contacts before a time and id.
    Contacts(i64, String),
    /// A contact.
    Contact(String),
    /// A contact's conversations before a time and id.
    Conversations(String, i64, String),
    /// A conversation's messages before a number.
    Messages(String, i64),
    /// A conversation's notes before a time and id.
    Notes(String, i64, String),
    /// A conversation's drafts before a time and id.
    Drafts(String, i64, String),
    /// A conversation's timeline before a time and id.
    Timeline(String, i64, String),
    /// The last line.
    End,
}

/// An export under way: little of it is in memory at a time.
#[derive(Debug)]
pub(super) struct Export {
    app: App,
    rep: RepRow,
    jobs: VecDeque<Job>,
    lines: u64,
}

impl Export {
    /// Of everything.
    pub(super) fn all(app: App, rep: RepRow) -> Self {
        Self::of(app, rep, Job::Contacts(i64::MAX, String::new()))
    }

    /// Of one contact.
    pub(super) fn contact(app: App, rep: RepRow, id: String) -> Self {
        Self::of(app, rep, Job::Contact(id))
    }

    fn of(app: App, rep: RepRow, first: Job) -> Self {
        Self { app, rep, jobs: VecDeque::from([first, Job::End]), lines: 0 }
    }

    /// As an answer that is made while it is read. A failure half-way breaks it off: without the line `end` it is not whole.
    pub(super) fn answer(self, name: &str) -> Response {
        let parts = stream::try_unfold(self, |mut export| async move {
            match export.next().await {
                Ok(Some(bytes)) => Ok(Some((bytes, export))),
                Ok(None) => Ok(None),
                Err(error) => {
                    tracing::error!(?error, "an export broke off");
                    Err(std::io::Error::other("the export broke off"))
                }
            }
        });
        let headers = [
            (CONTENT_TYPE, "application/x-ndjson".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.jsonl\"")),
        ];
        (headers, Body::from_stream(parts)).into_response()
    }

    /// The lines of the next job that has any.
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        while let Some(job) = self.jobs.pop_front() {
            let mut lines = Vec::new();
            let mut then = Vec::new();
            self.work(job, &mut lines, &mut then).await?;
            for job in then.into_iter().rev() {
                self.jobs.push_front(job);
            }
            if !lines.is_empty() {
                self.lines += lines.len() as u64;
                let mut text = lines.join("\n");
                text.push('\n');
                return Ok(Some(text.into()));
            }
        }
        Ok(None)
    }

    async fn work(&self, job: Job, lines: &mut Vec<String>, then: &mut Vec<Job>) -> Result<(), ApiError> {
        let ws = self.rep.workspace_id.as_str();
        let mut reader = self.app.read().await?;
        let conn = &mut reader.conn();
        match job {
            Job::Contacts(before, id) => {
                let rows = read::contacts(conn, ws, before, &id, PAGE).await?;
                let last = rows.last().map(|row| (row.contact.created_at, row.contact.id.clone()));
                then.extend(rows.into_iter().map(|row| Job::Contact(row.contact.id)));
                then.extend(last.map(|(at, id)| Job::Contacts(at, id)));
            }
            Job::Contact(id) => {
                if let Some(contact) = Contact::read(conn, ws, &id, self.app.now_ms()).await? {
                    lines.push(line("contact", &contact)?);
                }
                then.push(Job::Conversations(id, i64::MAX, String::new()));
            }
            Job::Conversations(contact, before, id) => {
                let wanted = Wanted { contact: Some(&contact), ..Wanted::default() };
                let at = (before, id.as_str());
                let found =
                    filtered::page(conn, ws, &self.rep.id, &wanted, Way::Down, at, (PAGE, filtered::BUDGET)).await?;
                let last = found.rows.last();
                let next = last.map(|row| (row.conversation.last_activity_at, row.conversation.id.clone()));
                let next = found.walked_to.or(next);
                for row in found.rows {
                    let id = row.conversation.id.clone();
                    lines.push(line("conversation", &Conversation::of(row, self.app.now_ms()))?);
                    then.push(Job::Messages(id.clone(), i64::MAX));
                    then.push(Job::Notes(id.clone(), i64::MAX, String::new()));
                    then.push(Job::Drafts(id.clone(), i64::MAX, String::new()));
                    then.push(Job::Timeline(id, i64::MAX, String::new()));
                }
                then.extend(next.map(|(at, id)| Job::Conversations(contact, at, id)));
            }
            Job::Messages(conversation, before) => {
                let rows = read::messages(conn, ws, &conversation, before, PAGE).await?;
                let next = rows.last().map(|row| row.seq);
                for row in rows {
                    lines.push(line("message", &Message::from(row))?);
                }
                then.extend(next.map(|seq| Job::Messages(conversation, seq)));
            }
            Job::Notes(conversation, before, id) => {
                let rows = read::notes(conn, ws, &conversation, before, &id, PAGE).await?;
                let next = rows.last().map(|row| (row.created_at, row.id.clone()));
                for row in rows {
                    lines.push(line("note", &Note::from(row))?);
                }
                then.extend(next.map(|(at, id)| Job::Notes(conversation, at, id)));
            }
            Job::Drafts(conversation, before, id) => {
                let rows = read::drafts(conn, ws, &conversation, before, &id, PAGE).await?;
                let next = rows.last().map(|row| (row.created_at, row.id.clone()));
                for row in rows {
                    lines.push(line("draft", &Draft::from(row))?);
                }
                then.extend(next.map(|(at, id)| Job::Drafts(conversation, at, id)));
            }
            Job::Timeline(conversation, before, id) => {
                let rows = read::timeline(conn, ws, &conversation, before, &id, PAGE).await?;
                let next = rows.last().map(|row| (row.at, row.id.clone()));
                for row in rows {
                    lines.push(line("timeline", &TimelineItem::from(row))?);
                }
                then.extend(next.map(|(at, id)| Job::Timeline(conversation, at, id)));
            }
            Job::End => lines.push(json!({ "type": "end", "lines": self.lines }).to_string()),
        }
        Ok(())
    }
}

/// One line: what it is, and what the API says of it.
fn line(kind: &str, value: &impl Serialize) -> Result<String, ApiError> {
    let value = serde_json::to_value(value).map_err(|_| ApiError::internal())?;
    Ok(json!({ "type": kind, kind: value }).to_string())
}
