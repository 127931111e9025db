//! The door for what comes in: the bytes of all messages that are being taken in have a bound, so that whoever sends too
//! much at once is told to come back instead of filling the memory.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{ApiError, ErrorCode};
use super::extract::{self, JSON_LIMIT};
use super::inbound::receive::MAIL_LIMIT;
use super::state::App;

/// Room for messages that are being taken in, in KiB: ten of the largest mails, or some ten thousand chats.
const ROOM_KIB: usize = 256 * 1024;
/// What a message takes beside its bytes, in KiB.
const LEAST_KIB: usize = 16;

/// Who may come in.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    room: Arc<Semaphore>,
}

impl Default for Intake {
    fn default() -> Self {
        Self::with_room(ROOM_KIB)
    }
}

impl Intake {
    pub(crate) fn with_room(kib: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(kib)) }
    }

    /// Room for a request by the size that it announces; one that announces none may be the largest. It is given back
    /// when the permit is dropped.
    pub(crate) fn room_for(&self, app: &App, headers: &HeaderMap) -> Result<OwnedSemaphorePermit, ApiError> {
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let is_json = extract::media_type(headers).as_deref() == Some("application/json");
        let most = if is_json { JSON_LIMIT } else { MAIL_LIMIT };
        // A provider's JSON may hold a whole mail.
        let bytes = announced.unwrap_or(most).min(MAIL_LIMIT);
        let kib = u32::try_from(LEAST_KIB + bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(kib).map_err(|_| {
            app.engine().metrics().rejected("busy");
            ApiError::new(ErrorCode::Busy, "Nothing was stored; send it again in a second.")
        })
    }
}

#[cfg(test)]
mod tests {
    use remit_tests::{Database, Kind, TestApp};

    use super::*;

    fn announcing(bytes: Option<usize>) -> HeaderMap {
        bytes.into_iter().map(|bytes| (CONTENT_LENGTH, bytes.into())).collect()
    }

    #[tokio::test]
    async fn the_bytes_at_the_door_are_bounded_and_room_comes_back() {
        let database = Database::fresh(Kind::Sqlite).await.unwrap();
        let policy = "remit 1\npolicy test\ntimezone \"UTC\"\n";
        let app = App::new(TestApp::new(&database, policy).await.engine, [0; 32]);
        let intake = Intake::with_room(100);
        let first = intake.room_for(&app, &announcing(Some(40 * 1024))).unwrap();
        let second = intake.room_for(&app, &announcing(Some(0))).unwrap();
        let problem = intake.room_for(&app, &announcing(Some(20 * 1024))).unwrap_err().into_problem();
        assert_eq!(problem.http_status(), 429);
        // One that does not say how long it is may be the largest.
        assert!(intake.room_for(&app, &announcing(None)).is_err());
        drop((first, second));
        assert!(intake.room_for(&app, &announcing(Some(20 * 1024))).is_ok());
        assert!(Intake::default().room_for(&app, &announcing(None)).is_ok());
    }
}
