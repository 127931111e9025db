//! From where a request comes, and whether that is where a key may be used.
//!
//! Whoever connects is who asks, unless it is a proxy that the server was told to believe: then `X-Forwarded-For` says for
//! whom, read from its end, for only what such a proxy added is more than a stranger's word.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use remit_engine::egress::Allowed;

use super::error::{ApiError, ErrorCode};
use super::state::App;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Networks that a key may be limited to, at most.
pub(crate) const MOST_NETWORKS: usize = 20;

/// Reads a network such as `10.1.0.0/16`, or one address.
pub(crate) fn network(text: &str) -> Result<Allowed, String> {
    match text.trim().parse() {
        Ok(network @ Allowed::Network(..)) => Ok(network),
        _ => Err(format!("`{text}` is no network, such as 10.1.0.0/16 or 2001:db8::/32, and no address")),
    }
}

/// Networks as a key keeps them: with commas between.
pub(crate) fn kept(networks: &[String]) -> Result<String, ApiError> {
    if networks.len() > MOST_NETWORKS {
        return Err(ApiError::field("/networks", "too_long", format!("must have at most {MOST_NETWORKS} networks")));
    }
    for (at, text) in networks.iter().enumerate() {
        network(text).map_err(|wrong| ApiError::field(format!("/networks/{at}"), "invalid", wrong))?;
    }
    Ok(networks.iter().map(|text| text.trim()).collect::<Vec<_>>().join(","))
}

/// Networks of a key, one by one.
pub(crate) fn each(kept: &str) -> Vec<String> {
    kept.split(',').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Whether a key that is limited to networks may be used by this request. An address that is not known is in none, and a
/// network that cannot be read has none.
pub(crate) fn must_be_in(networks: &str, app: &App, request: &Parts) -> Result<(), ApiError> {
    if networks.is_empty() {
        return Ok(());
    }
    let address = address(app, request);
    let is_in = |text: &str| network(text).is_ok_and(|network| address.is_some_and(|address| network.has(address)));
    if networks.split(',').any(is_in) {
        return Ok(());
    }
    let from = address.map_or_else(|| "an address that is not known".to_owned(), |address| address.to_string());
    Err(ApiError::new(ErrorCode::WrongNetwork, format!("This key may not be used from where you come from, {from}.")))
}

/// The address of who asks, where it is known.
fn address(app: &App, request: &Parts) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let is_proxy = |address: IpAddr| app.proxies().iter().any(|network| network.has(address));
    let peer = peer.ip().to_canonical();
    if !is_proxy(peer) {
        return Some(peer);
    }
    let lines: Vec<&str> =
        request.headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().ok()).collect::<Option<_>>()?;
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for hop in hops {
        let address = hop_address(hop.trim())?;
        if !is_proxy(address) {
            return Some(address);
        }
    }
    // The proxy does not say for whom it asks.
    None
}

fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_is_an_address_with_a_port_or_without() {
        for (hop, address) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("192.0.2.7:4711", Some("192.0.2.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("unknown", None),
            ("", None),
            ("192.0.2", None),
        ] {
            assert_eq!(hop_address(hop), address.map(|text| text.parse().unwrap()), "{hop}");
        }
        assert!(network("10.1.0.0/16").is_ok() && network("10.1.0.7").is_ok() && network("2001:db8::/32").is_ok());
        for wrong in ["10.1.0.0/33", "example.com", "10.1.0.7:80", ""] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }
}
