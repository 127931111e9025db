//! The way out to addresses that users name: the only place that opens a connection to one.
//!
//! What is called is decided here and not where an address is typed in, so that no way around it exists. The name is
//! looked up once; *every* address it has must be public; and the connection is made to one of those, never to the name
//! again, so that a name cannot point elsewhere a moment later. Addresses in a URL are read as browsers read them (decimal,
//! octal, hexadecimal, shortened, in other digits), and are checked all the same. No redirect is followed, no proxy is
//! asked, an answer may be only so long and take only so long.

pub mod address;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{DATE, HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

pub use address::Allowed;
pub use wire::{Server, Wire};

/// Longest URL, in characters.
pub const LONGEST_URL: usize = 2_000;
/// How much of an answer is read, in bytes.
const MOST_BYTES: usize = 16 * 1024;
/// Addresses of one host that are tried.
const MOST_ADDRESSES: usize = 4;

/// Why a call was not made, or has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address may not be called; it never will be.
    #[error("{0}")]
    Refused(String),
    /// It could not be tried just now: nothing was sent.
    #[error("{0}")]
    Unreached(String),
    /// It was sent, and there is no answer.
    #[error("{0}")]
    Failed(String),
}

fn refused(why: impl Into<String>) -> EgressError {
    EgressError::Refused(why.into())
}

fn failed(why: impl std::fmt::Display) -> EgressError {
    EgressError::Failed(why.to_string())
}

fn unreached(why: impl std::fmt::Display) -> EgressError {
    EgressError::Unreached(why.to_string())
}

/// A call to an address.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Where.
    pub url: &'a str,
    /// Headers beside those that every call has.
    pub headers: &'a [(&'static str, String)],
    /// The body.
    pub body: &'a [u8],
    /// How much of the answer is read, in bytes.
    pub most_bytes: usize,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The beginning of its body.
    pub body: Vec<u8>,
    /// True where that is all of it: it did not break off and was not longer than is read.
    pub whole: bool,
}

/// The longest that anybody is believed who asks to be left alone, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 86_400_000;

impl Answer {
    /// How long it asks to be left alone (`Retry-After`, RFC 9110 §10.2.3), in milliseconds, at most a day: seconds, or a
    /// time, which is held against the answer's own `Date`, and against `now_ms` where it has none. `None` where it asks for nothing that
    /// can be read.
    #[must_use]
    pub fn retry_after_ms(&self, now_ms: Option<i64>) -> Option<i64> {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let asked = text(RETRY_AFTER)?;
        let at = |text: &str| {
            let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text);
            time.ok().map(jiff::Timestamp::as_millisecond)
        };
        let wait = match asked.parse::<f64>() {
            Ok(seconds) if seconds.is_finite() => (seconds * 1000.0).clamp(0.0, LONGEST_PAUSE_MS as f64) as i64,
            Ok(_) => return None,
            Err(_) => at(asked)?.saturating_sub(text(DATE).and_then(at).or(now_ms)?),
        };
        Some(wait.clamp(0, LONGEST_PAUSE_MS))
    }
}

/// Looks names up.
#[async_trait]
pub trait Resolve: Send + Sync + std::fmt::Debug {
    /// Every address of a host.
    ///
    /// # Errors
    /// Why there is none.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, String>;
}

/// Looks names up as the system does.
#[derive(Debug)]
struct System;

#[async_trait]
impl Resolve for System {
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, String> {
        let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| error.to_string())?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// The client. Clones share what it knows of certificates.
#[derive(Debug, Clone)]
pub struct Egress {
    allowed: Arc<[Allowed]>,
    resolver: Arc<dyn Resolve>,
    /// None when there is no way to be secure; then nothing is called by https.
    tls: Option<Arc<ClientConfig>>,
}

impl Default for Egress {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Egress {
    /// Calls the public internet by https, and what is allowed besides, that also by http.
    #[must_use]
    pub fn new(allowed: Vec<Allowed>) -> Self {
        Self::with_resolver(allowed, Arc::new(System))
    }

    /// The same with another way to look names up.
    #[must_use]
    pub fn with_resolver(allowed: Vec<Allowed>, resolver: Arc<dyn Resolve>) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok();
        let tls = builder.map(|builder| Arc::new(builder.with_root_certificates(roots).with_no_client_auth()));
        Self { allowed: allowed.into(), resolver, tls }
    }

    /// Reads a URL and says whether it may be called, as far as that can be told without looking its name up.
    ///
    /// # Errors
    /// [`EgressError::Refused`]: why it may not.
    pub fn check(&self, text: &str) -> Result<Url, EgressError> {
        if text.chars().count() > LONGEST_URL {
            return Err(refused(format!("the URL has more than {LONGEST_URL} characters")));
        }
        let url = Url::parse(text).map_err(|error| refused(format!("this is no URL: {error}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refused("only https is called"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("a URL with a name or a password in it is not called"));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_address(&url, "", IpAddr::V4(address))?,
            Some(Host::Ipv6(address)) => self.check_address(&url, "", IpAddr::V6(address))?,
            Some(Host::Domain(host)) => {
                let bare = address::plain(host);
                let is_local = bare == "localhost" || bare.ends_with(".localhost");
                if is_local && !self.allowed.iter().any(|allowed| allowed.names(host)) {
                    self.check_address(&url, host, IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))?;
                }
            }
            None => return Err(refused("the URL names no host")),
        }
        Ok(url)
    }

    fn check_address(&self, url: &Url, host: &str, address: IpAddr) -> Result<(), EgressError> {
        let port = url.port_or_known_default();
        let is_allowed =
            |allowed: &Allowed| allowed.has(address) || allowed.names(host) || allowed.is_at(address, port);
        if self.allowed.iter().any(is_allowed) {
            return Ok(());
        }
        address::public(address).map_err(|what| {
            refused(format!("{address} is not called: it is {what}; `--egress-allow` makes exceptions"))
        })?;
        if url.scheme() == "http" {
            return Err(refused("only https is called; `--egress-allow` makes exceptions"));
        }
        Ok(())
    }

    /// Every address that the URL may be called at.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, EgressError> {
        let port = url.port_or_known_default().ok_or_else(|| refused("the URL has no port"))?;
        let (host, found) = match url.host() {
            Some(Host::Ipv4(address)) => ("", vec![IpAddr::V4(address)]),
            Some(Host::Ipv6(address)) => ("", vec![IpAddr::V6(address)]),
            Some(Host::Domain(host)) => {
                let found = self.resolver.addresses(address::plain(host)).await;
                (host, found.map_err(|error| unreached(format!("`{host}` cannot be looked up: {error}")))?)
            }
            None => return Err(refused("the URL names no host")),
        };
        if found.is_empty() {
            return Err(unreached(format!("`{host}` has no address")));
        }
        for address in &found {
            self.check_address(url, host, *address)?;
        }
        Ok(found.into_iter().take(MOST_ADDRESSES).map(|address| SocketAddr::new(address, port)).collect())
    }

    /// Posts a body. An answer of any status is an answer.
    ///
    /// # Errors
    /// [`EgressError`] when the address may not be called, cannot be reached, or does not answer in time.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, EgressError> {
        let call = Request { method: "POST", url, headers, body: &body, most_bytes: MOST_BYTES };
        self.call(call, within).await
    }

    /// Makes a call. An answer of any status is an answer.
    ///
    /// # Errors
    /// [`EgressError`] when the address may not be called, cannot be reached, or does not answer in time. Only
    /// [`EgressError::Failed`] may have had an effect.
    pub async fn call(&self, call: Request<'_>, within: Duration) -> Result<Answer, EgressError> {
        let url = self.check(call.url)?;
        let sent = std::sync::atomic::AtomicBool::new(false);
        let most = call.most_bytes;
        let work = async {
            let addresses = self.addresses(&url).await?;
            let stream = connect(&addresses).await?;
            let request = request(&url, call)?;
            if url.scheme() == "http" {
                sent.store(true, std::sync::atomic::Ordering::Relaxed);
                return exchange(stream, request, most).await;
            }
            let name = match url.host() {
                Some(Host::Domain(host)) => {
                    ServerName::try_from(address::plain(host).to_owned()).map_err(|error| refused(error.to_string()))?
                }
                Some(Host::Ipv4(address)) => ServerName::from(IpAddr::V4(address)),
                Some(Host::Ipv6(address)) => ServerName::from(IpAddr::V6(address)),
                None => return Err(refused("the URL names no host")),
            };
            let tls = self.tls.clone().ok_or_else(|| unreached("there is no way to be secure here"))?;
            let secure = TlsConnector::from(tls).connect(name, stream).await;
            let secure = secure.map_err(|error| unreached(format!("no secure connection: {error}")))?;
            sent.store(true, std::sync::atomic::Ordering::Relaxed);
            exchange(secure, request, most).await
        };
        let answered = tokio::time::timeout(within, work).await;
        answered.unwrap_or_else(|_| {
            let words = format!("no answer within {} s", within.as_secs());
            Err(if sent.load(std::sync::atomic::Ordering::Relaxed) { failed(words) } else { unreached(words) })
        })
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, EgressError> {
    let mut last = unreached("there is no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = unreached(format!("cannot connect to {address}: {error}")),
        }
    }
    Err(last)
}

fn request(url: &Url, call: Request<'_>) -> Result<hyper::Request<Full<Bytes>>, EgressError> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut request = hyper::Request::builder()
        .method(call.method)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("Remit/", env!("CARGO_PKG_VERSION")));
    for (name, value) in call.headers {
        let value = HeaderValue::from_str(value).map_err(|error| refused(error.to_string()))?;
        request = request.header(HeaderName::from_static(name), value);
    }
    request.body(Full::new(Bytes::from(call.body.to_vec()))).map_err(|error| refused(error.to_string()))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: hyper::Request<Full<Bytes>>,
    most: usize,
) -> Result<Answer, EgressError> {
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(100)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // Both in this task: when it is given up, the connection is as well.
    let mut connection = std::pin::pin!(connection);
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|error| failed(format!("no answer: {error}")))?;
        let (parts, mut body) = response.into_parts();
        let (mut begun, mut whole) = (Vec::new(), false);
        while begun.len() < most {
            let frame = match body.frame().await {
                Some(Ok(frame)) => frame,
                Some(Err(_)) => break,
                None => {
                    whole = true;
                    break;
                }
            };
            let Some(data) = frame.data_ref() else { continue };
            begun.extend(data.iter().take(most - begun.len()));
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: begun, whole })
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        ended = &mut connection => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
            // What was received before the end is still in the exchange.
            exchange.await
        }
    }
}

#[cfg(test)]
mod tests;
