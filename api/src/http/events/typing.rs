//! Who writes just now, for streams.

use std::sync::Arc;

use remit_engine::events::whisper::Whisper;
use serde_json::Value;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// The next frame that says that somebody writes, or writes no more: of the first whisper that `tell` has something to say
/// about. `None` where nobody will be heard of any more.
pub(crate) async fn next(
    whispers: &mut Receiver<Arc<Whisper>>,
    tell: impl Fn(&Whisper) -> Option<Value>,
) -> Option<String> {
    loop {
        match whispers.recv().await {
            Ok(whisper) => {
                if let Some(data) = tell(&whisper) {
                    return Some(format!("event: typing\ndata: {data}\n\n"));
                }
            }
            // Some were missed: they are good for seconds only.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
