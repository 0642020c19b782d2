//! The address of a device's push service, as far as it can be judged before anybody is asked.

use std::fmt;
use std::net::IpAddr;

use axum::http::Uri;
use lume_wire::push::ENDPOINT_BYTES_MAX;

use super::address;

/// Where pushes of one device go. Whoever knows the whole can send to the device, so that its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    uri: Uri,
    host: Host,
    port: u16,
    is_secure: bool,
}

/// The host of an endpoint.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// To be looked up.
    Name(String),
    /// As it is.
    Address(IpAddr),
}

impl Endpoint {
    /// Reads an address: `https`, without a person's name in it, on a host that is not written as a private address. Where
    /// private addresses are allowed, those and `http` to the machine itself as well.
    pub(super) fn read(text: &str, private_allowed: bool) -> Option<Self> {
        if text.len() > ENDPOINT_BYTES_MAX || text.contains(['#', '\\']) {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let host = Host::read(authority.host())?;
        if !private_allowed && host.is_private() {
            return None;
        }
        let is_secure = match uri.scheme_str()? {
            "https" => true,
            "http" if private_allowed && host.is_this_machine() => false,
            _ => return None,
        };
        let port = authority
            .port_u16()
            .unwrap_or(if is_secure { 443 } else { 80 });
        Some(Self {
            uri,
            host,
            port,
            is_secure,
        })
    }

    pub(super) fn as_string(&self) -> String {
        self.uri.to_string()
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Host and port, as in the header of that name.
    pub(super) fn authority(&self) -> &str {
        self.uri
            .authority()
            .map_or("", |authority| authority.as_str())
    }

    /// Path and query.
    pub(super) fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// Scheme, host and, where it is not the usual one, port: whom a signature is for (RFC 8292 section 2).
    pub(super) fn origin(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let usual = if self.is_secure { 443 } else { 80 };
        let host = self.uri.host().unwrap_or_default().to_ascii_lowercase();
        if self.port == usual {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{}", self.port)
        }
    }
}

impl Host {
    fn read(text: &str) -> Option<Self> {
        if let Some(v6) = text.strip_prefix('[') {
            let address = v6.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(IpAddr::V6(address)));
        }
        if let Ok(v4) = text.parse() {
            return Some(Self::Address(IpAddr::V4(v4)));
        }
        // What looks like a number in another notation is one for some who look names up.
        let last = text.rsplit('.').next()?;
        if text.is_empty() || last.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        Some(Self::Name(text.to_ascii_lowercase()))
    }

    fn is_private(&self) -> bool {
        match self {
            Self::Address(address) => !address::is_public(*address),
            Self::Name(_) => self.is_this_machine(),
        }
    }

    fn is_this_machine(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Endpoint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Option<String> {
        Endpoint::read(text, false).map(|endpoint| endpoint.origin())
    }

    #[test]
    fn an_endpoint_is_an_address_of_the_internet_over_tls() {
        for (text, expected) in [
            (
                "https://fcm.googleapis.com/fcm/send/abc:def",
                "https://fcm.googleapis.com",
            ),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/x",
                "https://updates.push.services.mozilla.com",
            ),
            (
                "https://Push.Example:8443/x?y=z",
                "https://push.example:8443",
            ),
            ("https://push.example:443/x", "https://push.example"),
        ] {
            assert_eq!(origin(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "push.example/x",
            "http://push.example/x",
            "http://127.0.0.1/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:169.254.169.254]/x",
            "https://10.0.0.1/x",
            "https://localhost/x",
            "https://a.localhost/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://127.1/x",
            "https://me@push.example/x",
            "https://push.example/x#y",
            "ftp://push.example/x",
            "file:///etc/passwd",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
        let long = format!("https://push.example/{}", "x".repeat(ENDPOINT_BYTES_MAX));
        assert_eq!(origin(&long), None);
    }

    #[test]
    fn where_it_is_allowed_the_machine_itself_needs_no_tls_and_others_do() {
        let read = |text| Endpoint::read(text, true);
        let local = read("http://127.0.0.1:4321/a?b").unwrap();
        assert_eq!(local.origin(), "http://127.0.0.1:4321");
        assert_eq!(
            (local.authority(), local.target()),
            ("127.0.0.1:4321", "/a?b")
        );
        assert!(read("https://10.0.0.1/x").is_some());
        assert!(read("http://10.0.0.1/x").is_none());
        assert!(read("http://push.example/x").is_none());
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let endpoint = Endpoint::read("https://push.example/secret", false).unwrap();
        assert_eq!(format!("{endpoint:?}"), "Endpoint(..)");
    }
}
