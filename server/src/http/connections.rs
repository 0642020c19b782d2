//! Connections: how many at a time, and how long each may keep the server waiting.
//!
//! A stranger who opens connections and says nothing, a letter at a time, or who asks and never listens, is cut off
//! after a while, and holds no more than a share of them meanwhile. When all are taken, the next one waits in the
//! system's queue until one ends.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::address::one_of;
use crate::config::Config;

/// How long the head of a request may take to arrive, and so how long a connection may be idle.
pub const HEAD_SECONDS_MAX: u64 = 30;
/// How long a client may take no byte of an answer.
pub const STALLED_SECONDS_MAX: u64 = 30;
/// One address may hold this part of all connections.
const SHARE_OF_ONE_ADDRESS: usize = 8;
/// How long to wait where the system has no connection to give, for instance because too many files are open.
const ACCEPT_PAUSE_MS: u64 = 500;

/// What holds a connection that became something else than requests and answers, for instance a WebSocket: the server
/// waits for it when it stops, and it ends when the server is told to.
#[derive(Clone)]
pub(super) struct Lifeline {
    stopping: watch::Receiver<bool>,
    _alive: mpsc::Sender<()>,
}

impl Lifeline {
    /// Returns once the server is to stop.
    pub(super) async fn cut(&self) {
        told(self.stopping.clone()).await;
    }
}

/// Serves until told to stop, and then until the requests under way have their answers.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: &Config,
    stopping: watch::Receiver<bool>,
) {
    let free = Arc::new(Semaphore::new(config.connections));
    // Behind a proxy all connections come from one address, and the proxy sees to their shares.
    let share = (!config.behind_proxy).then(|| config.connections.div_ceil(SHARE_OF_ONE_ADDRESS));
    let guests = Guests::default();
    let (alive, mut ended) = mpsc::channel::<()>(1);
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = told(stopping.clone()) => break,
            accepted = accept(&listener, &free) => accepted,
        };
        let Some(seat) = guests.seat(peer.ip(), share) else {
            tracing::debug!("an address has all the connections it may have");
            continue;
        };
        let connection = Guest::new(stream, permit, seat);
        let lifeline = Lifeline {
            stopping: stopping.clone(),
            _alive: alive.clone(),
        };
        tokio::spawn(talk(connection, peer, router.clone(), lifeline));
    }
    drop((listener, alive));
    let _all_gone = ended.recv().await;
}

async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let permit = Arc::clone(free)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection to be had, trying again");
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

/// The client was gone before its connection was taken.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}

/// Returns once the server is to stop.
pub async fn told(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a reason to stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Answers one connection's requests, until it is closed or the server stops.
async fn talk(guest: Guest, peer: SocketAddr, router: Router, lifeline: Lifeline) {
    let for_requests = lifeline.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(for_requests.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .serve_connection(TokioIo::new(guest), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = lifeline.cut() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients vanish, stall and talk nonsense: nothing an operator can do about.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A client's end of a connection: with its permit and its seat, which an upgraded connection keeps as well.
struct Guest {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    _permit: OwnedSemaphorePermit,
    _seat: Seat,
}

impl Guest {
    fn new(stream: TcpStream, permit: OwnedSemaphorePermit, seat: Seat) -> Self {
        // Answers are written whole: waiting for more would only delay them. Where it can't be had, they are later.
        stream.set_nodelay(true).ok();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_secs(STALLED_SECONDS_MAX)));
        Self {
            stream: Box::pin(stream),
            _permit: permit,
            _seat: seat,
        }
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// How many connections each address has.
#[derive(Default, Clone)]
struct Guests(Arc<Mutex<BTreeMap<String, usize>>>);

/// One connection of an address; given back when dropped.
struct Seat {
    guests: Guests,
    address: String,
}

impl Guests {
    /// Takes a seat, unless the address has its share.
    fn seat(&self, address: IpAddr, share: Option<usize>) -> Option<Seat> {
        let address = one_of(address);
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = guests.entry(address.clone()).or_default();
        if share.is_some_and(|share| *taken >= share) {
            return None;
        }
        *taken += 1;
        Some(Seat {
            guests: self.clone(),
            address,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut guests = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = guests.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                guests.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_share_and_gives_it_back() {
        let guests = Guests::default();
        let (one, other) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let first = guests.seat(one, Some(2));
        let second = guests.seat(one, Some(2));
        assert!(first.is_some() && second.is_some());
        assert!(guests.seat(one, Some(2)).is_none());
        assert!(guests.seat(other, Some(2)).is_some());
        drop(first);
        assert!(guests.seat(one, Some(2)).is_some());
        drop(second);
        assert!(guests.0.lock().unwrap().is_empty(), "nobody is left");
    }
}
