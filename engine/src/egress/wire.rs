//! Connections to servers that speak something else than HTTP, under the same rules: every address must be one that may
//! be called, and what is not secure goes to networks only that were allowed by name.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::{Egress, EgressError, connect, refused, unreached};

/// How long a connection may take to stand, and to become secure.
const LONGEST_CONNECT: Duration = Duration::from_secs(20);

/// A server that a user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// A certificate (DER) that is believed beside the public ones: of a company's own authority.
    pub own_root: Option<Vec<u8>>,
}

/// A stream of bytes both ways.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Wire for T {}

impl Egress {
    /// Connects to a server. `secret` says that nothing but the beginning will be said before the connection is secure;
    /// without it, the server must stand in a network that was allowed by name.
    ///
    /// # Errors
    /// [`EgressError::Refused`] when the server may not be called, [`EgressError::Unreached`] when it cannot be.
    pub async fn open(&self, server: &Server, secret: bool) -> Result<TcpStream, EgressError> {
        let scheme = if secret { "https" } else { "http" };
        let host = if server.host.contains(':') { format!("[{}]", server.host) } else { server.host.clone() };
        if host.is_empty() || host.contains(['/', '@', '?', '#', '\\']) {
            return Err(refused(format!("`{}` is no name of a server", server.host)));
        }
        let url: Url = self.check(&format!("{scheme}://{host}:{}", server.port))?;
        let work = async { connect(&self.addresses(&url).await?).await };
        let connected = tokio::time::timeout(LONGEST_CONNECT, work).await;
        connected.unwrap_or_else(|_| Err(unreached(format!("no connection within {} s", LONGEST_CONNECT.as_secs()))))
    }

    /// Makes a connection secure: the server must prove its name.
    ///
    /// # Errors
    /// [`EgressError::Unreached`] when it does not.
    pub async fn secure(&self, server: &Server, stream: TcpStream) -> Result<Box<dyn Wire>, EgressError> {
        let tls = match &server.own_root {
            None => self.tls.clone().ok_or_else(|| unreached("there is no way to be secure here"))?,
            Some(der) => Arc::new(believing(der)?),
        };
        let name = ServerName::try_from(server.host.clone()).map_err(|error| refused(error.to_string()))?;
        let secure = tokio::time::timeout(LONGEST_CONNECT, TlsConnector::from(tls).connect(name, stream)).await;
        let secure = secure.map_err(|_| unreached("the server does not become secure in time"))?;
        let secure = secure.map_err(|error| unreached(format!("no secure connection: {error}")))?;
        Ok(Box::new(secure))
    }
}

/// The public authorities and one more.
fn believing(der: &[u8]) -> Result<ClientConfig, EgressError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots
        .add(CertificateDer::from(der.to_vec()))
        .map_err(|error| refused(format!("the server's own authority is no certificate: {error}")))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unreached(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
