//! The address a request comes from: for limits alone, never logged or stored.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::AppState;
use crate::answer::Answer;

/// The address as limits count it; empty where there is none, which is a test's.
pub(super) struct Address(pub(super) String);

impl Address {
    pub(super) fn of(request: &Request, behind_proxy: bool) -> Self {
        Self(find(request.headers(), request.extensions(), behind_proxy))
    }
}

impl FromRequestParts<AppState> for Address {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Answer> {
        let behind_proxy = state.service.config().behind_proxy;
        Ok(Self(find(&parts.headers, &parts.extensions, behind_proxy)))
    }
}

fn find(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> String {
    let forwarded = behind_proxy.then(|| forwarded_for(headers)).flatten();
    let peer = || {
        extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip())
    };
    forwarded.or_else(peer).map(one_of).unwrap_or_default()
}

/// The last one is what our own proxy saw; those before it are what it was told.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them, so that they count as one.
pub(super) fn one_of(address: IpAddr) -> String {
    const NETWORK: u128 = !0 << 64;
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & NETWORK);
            format!("{network}/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(forwarded: &[&'static str], behind_proxy: bool) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        find(&headers, &extensions, behind_proxy)
    }

    #[test]
    fn a_proxy_s_word_counts_where_there_is_one_and_only_its_last() {
        assert_eq!(found(&["192.0.2.1"], false), "127.0.0.1");
        assert_eq!(found(&["192.0.2.1"], true), "192.0.2.1");
        assert_eq!(found(&["10.0.0.1, 192.0.2.1"], true), "192.0.2.1");
        assert_eq!(found(&["10.0.0.1", "192.0.2.1"], true), "192.0.2.1");
        for nonsense in ["", "nobody", "192.0.2.1, "] {
            assert_eq!(found(&[nonsense], true), "127.0.0.1", "{nonsense}");
        }
    }

    #[test]
    fn all_addresses_of_a_network_of_ipv6_are_one() {
        let one = |text: &str| one_of(text.parse().unwrap());
        assert_eq!(one("2001:db8:1:2:3::4"), one("2001:db8:1:2:ffff::"));
        assert_ne!(one("2001:db8:1:2::"), one("2001:db8:1:3::"));
        assert_eq!(one("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
