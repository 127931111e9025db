//! Calls to providers, what they answer, and what they are answered.

use serde_json::Value;

use crate::ports::SendError;

/// A call to a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers hold credentials.
        f.debug_struct("Outgoing").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

impl Outgoing {
    /// Posts a form.
    #[must_use]
    pub fn form(url: String, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        Self { method: "POST", url, headers, body: body.into_bytes() }
    }

    /// Posts JSON.
    #[must_use]
    pub fn json(url: String, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { method: "POST", url, headers, body: body.to_string().into_bytes() }
    }

    /// Asks.
    #[must_use]
    pub const fn get(url: String) -> Self {
        Self { method: "GET", url, headers: Vec::new(), body: Vec::new() }
    }

    /// With a name and password.
    #[must_use]
    pub fn basic(mut self, name: &str, password: &str) -> Self {
        let pair = data_encoding::BASE64.encode(format!("{name}:{password}").as_bytes());
        self.headers.push(("authorization", format!("Basic {pair}")));
        self
    }

    /// With a token.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.headers.push(("authorization", format!("Bearer {token}")));
        self
    }
}

/// What a provider answered to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, in milliseconds, where it said so.
    pub after_ms: Option<i64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// What a status means where the provider says nothing more exact. Everything from 500 may have been done.
    #[must_use]
    pub fn failure(&self, words: String) -> SendError {
        match self.status {
            429 => SendError::Throttled { reason: words, after_ms: self.after_ms },
            408 | 500.. => SendError::InDoubt(words),
            _ => SendError::Refused(words),
        }
    }
}

/// What is answered to a provider whose request was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thanks {
    /// MIME type.
    pub media_type: &'static str,
    /// Body.
    pub body: String,
}

impl Default for Thanks {
    fn default() -> Self {
        Self { media_type: "application/json", body: "{}".to_owned() }
    }
}
