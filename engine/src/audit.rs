//! The trail of who did what: what changes who may do what, and what cannot be seen anywhere else.
//!
//! Whoever serves a request that belongs into the trail runs it [`within`] its entry. The first change that it commits
//! carries the entry along, so that neither is there without the other; a request that changes nothing leaves none.

use std::cell::RefCell;

use serde_json::Value;

use crate::domain::IdKind;
use crate::engine::Engine;
use crate::store::{AuditEntry, GoneWrite, Write};

tokio::task_local! {
    static OPEN: RefCell<Option<AuditEntry>>;
}

/// Does `work` within an entry of the trail.
pub async fn within<T>(entry: AuditEntry, work: impl Future<Output = T>) -> T {
    OPEN.scope(RefCell::new(Some(entry)), work).await
}

/// The entry that the next change carries along, where one is open.
pub(crate) fn open() -> Option<Write> {
    let entry = OPEN.try_with(|open| open.borrow().clone()).ok().flatten();
    entry.map(|entry| Write::Gone(GoneWrite::Audit(Box::new(entry))))
}

/// It was carried along.
pub(crate) fn kept() {
    let _ = OPEN.try_with(|open| open.borrow_mut().take());
}

/// Adds to the open entry what it takes to undo what is done. Where none is open, gives an entry of its own to write.
pub(crate) fn detail(
    engine: &Engine,
    action: &str,
    (by_id, by_name): (&str, &str),
    subject: &str,
    data: &Value,
) -> Option<Write> {
    let added = OPEN.try_with(|open| open.borrow_mut().as_mut().map(|entry| entry.data = data.to_string()));
    if added.ok().flatten().is_some() {
        return None;
    }
    let entry = AuditEntry {
        id: engine.ids().next(IdKind::Audit),
        actor_id: by_id.to_owned(),
        actor_name: by_name.to_owned(),
        credential: "process".to_owned(),
        credential_id: String::new(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        data: data.to_string(),
    };
    Some(Write::Gone(GoneWrite::Audit(Box::new(entry))))
}
