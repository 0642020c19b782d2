//! One push on its way: look the host up, connect, encrypt, send, read the status.
//!
//! Each push has a connection of its own, since push services are many and reminders are few. The name is looked up and the
//! address judged here, and the connection goes to the address that was judged: a name that leads elsewhere a moment later
//! leads nowhere. Redirects are not followed, and of the answer only the head is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use lume_core::time::Timestamp;
use lume_wire::push::PushMessage;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};

use super::address;
use super::endpoint::{Endpoint, Host};
use super::keys::VapidKey;
use super::queue::Pending;

/// How long a push may take.
const PUSH_SECONDS_MAX: u64 = 10;
/// How long the push service keeps a reminder for a device that is away: as long as it may be late.
const TTL_S: i64 = lume_core::reminder::LATE_MS_MAX / lume_core::time::SECOND_MS;
/// Under one topic, a push service keeps the last alone (RFC 8030 section 5.4): a device that comes back is asked once.
const TOPIC: &str = "lume-reminder";
/// How long one address may take to answer at all; all of them together leave time for the push itself.
const CONNECT_SECONDS_MAX: u64 = 2;
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;
/// Most bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The push service has it.
    Sent,
    /// There is no such subscription any more.
    Gone,
    /// It is known not to have been taken, and may be later: after so many seconds, where the push service says so.
    Later(Option<u32>),
    /// It was refused for ever, or nobody knows what became of it.
    Lost(&'static str),
}

/// Sends pushes.
pub(super) struct Sender {
    private_allowed: bool,
    /// Made when the first push needs it, since the system's list of authorities is long.
    tls: OnceLock<Option<TlsConnector>>,
}

impl Sender {
    pub(super) fn new(private_allowed: bool) -> Self {
        Self {
            private_allowed,
            tls: OnceLock::new(),
        }
    }

    /// Sends one push, and says what became of it.
    pub(super) async fn send(
        &self,
        push: &Pending,
        key: &VapidKey,
        contact: Option<&str>,
        now: Timestamp,
    ) -> Outcome {
        let authorization = key.authorization(&push.endpoint.origin(), contact, now);
        let Some(request) = request(push, &authorization) else {
            return Outcome::Lost("it could not be written");
        };
        let limit = Duration::from_secs(PUSH_SECONDS_MAX);
        let sent = tokio::time::timeout(limit, self.exchange(&push.endpoint, request)).await;
        sent.unwrap_or(Outcome::Lost("no answer in time"))
    }

    async fn exchange(&self, endpoint: &Endpoint, request: Request<Full<Bytes>>) -> Outcome {
        let Some(stream) = self.connect(endpoint).await else {
            return Outcome::Later(None);
        };
        if !endpoint.is_secure() {
            return deliver(stream, request).await;
        }
        let name = match endpoint.host() {
            Host::Name(name) => ServerName::try_from(name.clone()).ok(),
            Host::Address(address) => Some(ServerName::from(*address)),
        };
        let (Some(tls), Some(name)) = (self.tls(), name) else {
            return Outcome::Lost("no secure connection can be made");
        };
        match tls.connect(name, stream).await {
            Ok(stream) => deliver(stream, request).await,
            Err(_) => Outcome::Later(None),
        }
    }

    async fn connect(&self, endpoint: &Endpoint) -> Option<TcpStream> {
        let port = endpoint.port();
        let found: Vec<SocketAddr> = match endpoint.host() {
            Host::Address(address) => vec![SocketAddr::new(*address, port)],
            Host::Name(name) => tokio::net::lookup_host((name.as_str(), port))
                .await
                .ok()?
                .collect(),
        };
        let allowed = found.into_iter().filter(|found| self.may_ask(found.ip()));
        for address in allowed.take(ADDRESSES_MAX) {
            let limit = Duration::from_secs(CONNECT_SECONDS_MAX);
            if let Ok(Ok(stream)) = tokio::time::timeout(limit, TcpStream::connect(address)).await {
                return Some(stream);
            }
        }
        None
    }

    fn may_ask(&self, address: IpAddr) -> bool {
        self.private_allowed || address::is_public(address)
    }

    fn tls(&self) -> Option<&TlsConnector> {
        self.tls.get_or_init(tls).as_ref()
    }
}

fn tls() -> Option<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        tracing::warn!("the system trusts no certificate authority: no reminder can be sent");
        return None;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

fn request(push: &Pending, authorization: &str) -> Option<Request<Full<Bytes>>> {
    let message = serde_json::to_vec(&PushMessage::Reminder).ok()?;
    let device = PublicKey::from_sec1_bytes(&push.p256dh).ok()?;
    let auth: [u8; lume_wire::push::AUTH_BYTES] = push.auth.as_slice().try_into().ok()?;
    let body = encrypt(message, &device, &Auth::from(auth)).ok()?;
    Request::post(push.endpoint.target())
        .header(header::HOST, push.endpoint.authority())
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header("ttl", TTL_S)
        .header("urgency", "normal")
        .header("topic", TOPIC)
        .body(Full::new(Bytes::from(body)))
        .ok()
}

async fn deliver(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Outcome {
    let opened = hyper::client::conn::http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let Ok((mut sender, connection)) = opened else {
        return Outcome::Later(None);
    };
    let exchange = async move {
        match sender.send_request(request).await {
            Ok(response) => outcome(response.status().as_u16(), retry_after(&response)),
            // It may have been taken before the connection broke.
            Err(_) => Outcome::Lost("the connection broke"),
        }
    };
    tokio::pin!(exchange, connection);
    // Whatever else the other side says is not waited for.
    tokio::select! {
        biased;
        outcome = &mut exchange => outcome,
        _ended = &mut connection => exchange.await,
    }
}

fn retry_after(response: &axum::http::Response<hyper::body::Incoming>) -> Option<u32> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    value.to_str().ok()?.trim().parse().ok()
}

fn outcome(status: u16, retry_after_s: Option<u32>) -> Outcome {
    match status {
        200..=299 => Outcome::Sent,
        404 | 410 => Outcome::Gone,
        429 | 500..=599 => Outcome::Later(retry_after_s),
        300..=399 => Outcome::Lost("the push service is elsewhere"),
        _ => Outcome::Lost("the push service refused it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_internet_may_be_asked_and_the_network_around_the_server_may_not() {
        let may_ask = |private_allowed, address: &str| {
            Sender::new(private_allowed).may_ask(address.parse().unwrap())
        };
        assert!(may_ask(false, "142.250.185.74"));
        assert!(!may_ask(false, "127.0.0.1") && !may_ask(false, "fd00::1"));
        assert!(may_ask(true, "127.0.0.1"));
    }

    #[test]
    fn what_a_status_means() {
        for (status, expected) in [
            (200, Outcome::Sent),
            (201, Outcome::Sent),
            (202, Outcome::Sent),
            (404, Outcome::Gone),
            (410, Outcome::Gone),
            (429, Outcome::Later(Some(7))),
            (500, Outcome::Later(Some(7))),
            (503, Outcome::Later(Some(7))),
        ] {
            assert_eq!(outcome(status, Some(7)), expected, "{status}");
        }
        for status in [301, 307, 400, 401, 403, 413] {
            assert!(
                matches!(outcome(status, None), Outcome::Lost(_)),
                "{status}"
            );
        }
    }
}
