//! Which addresses may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// What an address is, when it is not of the public internet.
///
/// # Errors
/// What it is, in a word or two.
pub fn public(address: IpAddr) -> Result<(), &'static str> {
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

const fn public_v4(address: Ipv4Addr) -> Result<(), &'static str> {
    match address.octets() {
        [0, ..] => Err("this network"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Err("a private network"),
        [100, 64..=127, ..] => Err("a carrier's private network"),
        [127, ..] => Err("this machine"),
        [169, 254, ..] => Err("link-local"),
        [192, 0, 0, _] | [192, 88, 99, _] => Err("a protocol's own"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Err("for documents only"),
        [198, 18 | 19, ..] => Err("for measuring only"),
        [224..=239, ..] => Err("multicast"),
        [240..=255, ..] => Err("reserved"),
        _ => Ok(()),
    }
}

/// Everything outside of 2000::/3 is refused, and with it this machine, link-local, private and multicast addresses, and
/// IPv4 in every form that has a prefix of its own (mapped, compatible, translated); inside, what carries IPv4 (6to4,
/// Teredo) or is no host's.
const fn public_v6(address: Ipv6Addr) -> Result<(), &'static str> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Err("no address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Err("this machine"),
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0, 0, 0, 0, 0, 0, ..] => Err("IPv4 inside IPv6"),
        [0x64, 0xff9b, ..] => Err("IPv4 inside IPv6"),
        [0xfc00..=0xfdff, ..] => Err("a private network"),
        [0xfe80..=0xfebf, ..] => Err("link-local"),
        [0xfec0..=0xfeff, ..] => Err("site-local"),
        [0xff00..=0xffff, ..] => Err("multicast"),
        [0x2002, ..] => Err("IPv4 inside IPv6"),
        [0x2001, 0..=0x1ff, ..] => Err("a protocol's own"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Err("for documents only"),
        [0x2000..=0x3fff, ..] => Ok(()),
        _ => Err("reserved"),
    }
}

/// An exception to the rule: a network such as `10.1.0.0/16`, one address, one port of one (`10.1.0.7:8443`), or a host by
/// name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Addresses that share the first bits.
    Network(IpAddr, u8),
    /// A host, whatever its address.
    Host(String),
    /// One port of one address.
    Place(SocketAddr),
}

/// The text names no network, address or host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network (such as 10.1.0.0/16), address or host name")]
pub struct NotAllowed(pub String);

impl FromStr for Allowed {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let no = || NotAllowed(text.to_owned());
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| no())?;
            let bits: u8 = bits.parse().map_err(|_| no())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return if bits <= most { Ok(Self::Network(address, bits)) } else { Err(no()) };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address, if address.is_ipv4() { 32 } else { 128 }));
        }
        if let Ok(place) = text.parse::<SocketAddr>() {
            return Ok(Self::Place(place));
        }
        match url::Host::parse(text) {
            Ok(url::Host::Domain(host)) => Ok(Self::Host(plain(&host).to_owned())),
            _ => Err(no()),
        }
    }
}

/// A name without the dot that ends it.
pub(super) fn plain(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

impl Allowed {
    /// True for an address in the network.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let Self::Network(network, bits) = self else { return false };
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        let shift = 128_u32.saturating_sub(u32::from(*bits));
        let cut = |address| number(address).checked_shr(shift).unwrap_or(0);
        network.is_ipv4() == address.is_ipv4() && cut(*network) == cut(address)
    }

    /// True for the place itself.
    #[must_use]
    pub fn is_at(&self, address: IpAddr, port: Option<u16>) -> bool {
        matches!(self, Self::Place(place) if place.ip() == address && Some(place.port()) == port)
    }

    /// True for the host itself.
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        matches!(self, Self::Host(name) if name == plain(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for (address, what) in [
            ("0.0.0.0", "this network"),
            ("0.1.2.3", "this network"),
            ("10.0.0.1", "a private network"),
            ("100.64.0.1", "a carrier's private network"),
            ("100.127.255.255", "a carrier's private network"),
            ("127.0.0.1", "this machine"),
            ("127.255.255.254", "this machine"),
            ("169.254.169.254", "link-local"),
            ("172.16.0.1", "a private network"),
            ("172.31.255.255", "a private network"),
            ("192.0.0.8", "a protocol's own"),
            ("192.0.2.1", "for documents only"),
            ("192.88.99.1", "a protocol's own"),
            ("192.168.1.1", "a private network"),
            ("198.19.0.1", "for measuring only"),
            ("198.51.100.1", "for documents only"),
            ("203.0.113.1", "for documents only"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("::", "no address"),
            ("::1", "this machine"),
            ("::127.0.0.1", "IPv4 inside IPv6"),
            ("::ffff:127.0.0.1", "IPv4 inside IPv6"),
            ("::ffff:8.8.8.8", "IPv4 inside IPv6"),
            ("::ffff:0:127.0.0.1", "IPv4 inside IPv6"),
            ("64:ff9b::7f00:1", "IPv4 inside IPv6"),
            ("64:ff9b:1::7f00:1", "IPv4 inside IPv6"),
            ("2002:7f00:1::", "IPv4 inside IPv6"),
            ("2001::1", "a protocol's own"),
            ("2001:1ff::1", "a protocol's own"),
            ("2001:db8::1", "for documents only"),
            ("3fff:fff::1", "for documents only"),
            ("100::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fc00::1", "a private network"),
            ("fdff::1", "a private network"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
        ] {
            assert_eq!(public(address.parse().unwrap()), Err(what), "{address}");
        }
        for address in
            ["1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "193.0.0.1", "223.255.255.1"]
                .into_iter()
                .chain(["2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "3ffe::1"])
        {
            assert_eq!(public(address.parse().unwrap()), Ok(()), "{address}");
        }
    }

    #[test]
    fn exceptions_are_networks_addresses_and_hosts() {
        let allowed = |text: &str| text.parse::<Allowed>().unwrap();
        let has = |text: &str, address: &str| allowed(text).has(address.parse().unwrap());
        assert!(has("10.1.0.0/16", "10.1.255.255") && !has("10.1.0.0/16", "10.2.0.0"));
        assert!(has("0.0.0.0/0", "255.1.1.1") && !has("0.0.0.0/0", "::1"));
        assert!(has("127.0.0.1", "127.0.0.1") && !has("127.0.0.1", "127.0.0.2"));
        assert!(has("fd00::/8", "fdff::1") && !has("fd00::/8", "fc00::1"));
        assert!(!has("127.0.0.0/8", "::ffff:127.0.0.1"), "another form is another address");
        assert!(
            allowed("Hooks.Internal.").names("hooks.internal") && allowed("hooks.internal").names("hooks.internal.")
        );
        assert!(!allowed("hooks.internal").names("x.hooks.internal"));
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "a b", "10.0.0.0/x", "0x7f.1"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
        }
    }
}
