//! A server that webhooks are posted to, and what it was sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its headers, by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
}

#[derive(Debug, Default)]
struct Inner {
    posted: Mutex<Vec<Posted>>,
    answers: Mutex<VecDeque<(u16, Option<&'static str>)>>,
}

/// Listens on a port of this machine.
#[derive(Debug, Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
    /// Where to post to.
    pub url: String,
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("?").to_owned();
    let posted = Posted {
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = inner.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    inner.posted.lock().unwrap_or_else(PoisonError::into_inner).push(posted);
    let (status, retry_after) = answer.unwrap_or((204, None));
    if status == 0 {
        // Never answers.
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }
    let mut response = StatusCode::from_u16(status).unwrap_or(StatusCode::OK).into_response();
    if let Some(wait) = retry_after {
        response.headers_mut().insert("retry-after", axum::http::HeaderValue::from_static(wait));
    }
    response
}

#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a harness fails loudly")]
impl Receiver {
    /// Answers with these statuses (0 for none at all), one after the other, and with 204 from then on.
    pub async fn start(statuses: &[u16]) -> Self {
        let inner = Arc::new(Inner::default());
        let answers = statuses.iter().map(|status| (*status, None)).collect();
        *inner.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(post(take)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, url }
    }

    /// Answers with this status and `Retry-After` next.
    pub fn answer_next(&self, status: u16, retry_after: &'static str) {
        self.inner.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back((status, Some(retry_after)));
    }

    /// What was posted so far.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        self.inner.posted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so much was posted.
    pub async fn wait_for(&self, count: usize) -> Vec<Posted> {
        for _ in 0..2_000 {
            let posted = self.posted();
            if posted.len() >= count {
                return posted;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let posted = self.posted();
        assert!(posted.len() >= count, "{count} posts did not come: {posted:#?}");
        posted
    }
}
