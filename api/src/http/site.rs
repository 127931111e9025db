//! The address that browsers know this server by: its cookie, and whether a request comes from its own pages.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderValue, ORIGIN};
use remit_engine::access::SESSION_MS;

use super::error::{ApiError, ErrorCode};

/// Where browsers find this server.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Scheme, host and port, where it is known; else whatever host a request names.
    origin: Option<String>,
}

impl Site {
    /// A server that browsers find at this address, such as `https://inbox.example.com`.
    ///
    /// # Errors
    /// A sentence for people, when it is no such address.
    pub fn at(url: &str) -> Result<Self, String> {
        let origin = url.trim_end_matches('/').to_ascii_lowercase();
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
                Ok(Self { origin: Some(origin) })
            }
            _ => Err(format!("`{url}` is no address such as https://inbox.example.com, without a path")),
        }
    }

    /// Whether it is known where browsers find this server.
    pub(crate) const fn is_known(&self) -> bool {
        self.origin.is_some()
    }

    fn is_https(&self) -> bool {
        self.origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// Address of one of our pages; a path where our own address is not known.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}/{path}", self.origin.as_deref().unwrap_or_default())
    }

    /// Name of the cookie that holds a session's token. With `__Host-`, a browser takes it by https only, for this host
    /// only, and no neighbour on another subdomain can set it.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-remit_session" } else { "remit_session" }
    }

    /// The header that gives a browser its session.
    pub(crate) fn cookie(&self, token: &str) -> Result<HeaderValue, ApiError> {
        let (name, seconds) = (self.cookie_name(), SESSION_MS / 1000);
        self.header(&format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"))
    }

    /// The header that takes it away.
    pub(crate) fn no_cookie(&self) -> Result<HeaderValue, ApiError> {
        self.header(&format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", self.cookie_name()))
    }

    /// Name of the cookie that binds a browser to the sign-in that it began with a provider.
    pub(crate) fn binding_name(&self) -> &'static str {
        if self.is_https() { "__Host-remit_sign_in" } else { "remit_sign_in" }
    }

    /// The header that binds a browser, for as long as somebody may be away at the provider.
    pub(crate) fn binding(&self, token: &str) -> Result<HeaderValue, ApiError> {
        let seconds = remit_engine::access::provider::AWAY_MS / 1000;
        self.header(&format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}", self.binding_name()))
    }

    /// The header that takes that away.
    pub(crate) fn no_binding(&self) -> Result<HeaderValue, ApiError> {
        self.header(&format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", self.binding_name()))
    }

    fn header(&self, cookie: &str) -> Result<HeaderValue, ApiError> {
        let secure = if self.is_https() { "; Secure" } else { "" };
        HeaderValue::from_str(&format!("{cookie}{secure}")).map_err(|_| ApiError::internal())
    }

    /// A request that changes something with a cookie comes from our own pages, and says so.
    pub(crate) fn must_be_own(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        match self.is_own(headers) {
            Some(true) => Ok(()),
            Some(false) => Err(ApiError::new(ErrorCode::CrossSite, "Another site made your browser ask for this.")),
            None => {
                let detail = "With a cookie, send `Sec-Fetch-Site` or `Origin`, as browsers do; a program sends a key.";
                Err(ApiError::new(ErrorCode::CrossSite, detail))
            }
        }
    }

    /// A request that needs no cookie, and would give one, comes from no other site's page.
    pub(crate) fn must_not_be_foreign(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.is_own(headers) == Some(false) { self.must_be_own(headers) } else { Ok(()) }
    }

    /// Whether it comes from our own pages, as far as the browser says.
    fn is_own(&self, headers: &HeaderMap) -> Option<bool> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        if let Some(site) = text("sec-fetch-site") {
            return Some(site == "same-origin");
        }
        let origin = text(ORIGIN.as_str())?.to_ascii_lowercase();
        Some(match &self.origin {
            Some(own) => origin == *own,
            None => {
                let host = text(HOST.as_str()).unwrap_or("?").to_ascii_lowercase();
                origin == format!("http://{host}") || origin == format!("https://{host}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(site: &Site, headers: &[(&'static str, &'static str)]) -> Option<bool> {
        let map = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        site.is_own(&map.collect::<HeaderMap>())
    }

    #[test]
    fn only_what_a_browser_says_is_ours_is_ours() {
        let known = Site::at("https://Inbox.example.com/").unwrap();
        let local = Site::default();
        for (headers, at_known, at_local) in [
            (&[][..], None, None),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], Some(true), Some(true)),
            (&[("sec-fetch-site", "same-site")], Some(false), Some(false)),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://inbox.example.com")], Some(false), Some(false)),
            (&[("sec-fetch-site", "none")], Some(false), Some(false)),
            (&[("origin", "https://inbox.example.com"), ("host", "localhost:7878")], Some(true), Some(false)),
            (&[("origin", "http://localhost:7878"), ("host", "localhost:7878")], Some(false), Some(true)),
            (&[("origin", "http://localhost:1"), ("host", "localhost:7878")], Some(false), Some(false)),
            (&[("origin", "null"), ("host", "localhost")], Some(false), Some(false)),
            (&[("origin", "http://inbox.example.com")], Some(false), Some(false)),
        ] {
            assert_eq!((is_own(&known, headers), is_own(&local, headers)), (at_known, at_local), "{headers:?}");
        }
    }

    #[test]
    fn the_cookie_is_for_this_host_only_where_that_can_be_said() {
        let known = Site::at("https://inbox.example.com").unwrap();
        let text = |site: &Site| site.cookie("abc").unwrap().to_str().unwrap().to_owned();
        assert_eq!(text(&known), "__Host-remit_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure");
        assert!(
            text(&Site::default()).starts_with("remit_session=abc; ") && !text(&Site::default()).contains("Secure")
        );
        assert!(known.no_cookie().unwrap().to_str().unwrap().contains("Max-Age=0"));
        for wrong in ["", "inbox.example.com", "https://", "https://a/b", "ftp://a", "https://a@b", "https://a?b"] {
            assert!(Site::at(wrong).is_err(), "{wrong}");
        }
    }
}
