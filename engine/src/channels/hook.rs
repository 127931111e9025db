//! A request of a provider, byte for byte.

use serde_json::Value;

/// A request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Hook<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The whole URL as the provider called it, with its query.
    pub url: &'a str,
    /// Headers; names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// What [`Provider::needs`](super::Provider::needs) asked for, where it was to be had.
    pub extra: Option<&'a [u8]>,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
}

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The channel has no secret to check it with: nothing is believed then.
    Unconfigured,
    /// What it should be signed with is not there.
    Missing,
    /// It was signed too long ago, or in the future.
    Stale,
    /// No signature fits.
    Wrong,
}

impl Doubt {
    /// The word it is counted under.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unconfigured => "unconfigured_channel",
            Self::Missing => "missing_signature",
            Self::Stale => "stale_signature",
            Self::Wrong => "wrong_signature",
        }
    }
}

impl<'a> Hook<'a> {
    /// A header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A header that must be there.
    ///
    /// # Errors
    /// [`Doubt::Missing`].
    pub fn needed(&self, name: &str) -> Result<&'a str, Doubt> {
        self.header(name).filter(|value| !value.is_empty()).ok_or(Doubt::Missing)
    }

    /// The MIME type of the body, in lower case and without parameters.
    #[must_use]
    pub fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }

    /// The pairs of the query.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// One value of the query.
    #[must_use]
    pub fn asked(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}
