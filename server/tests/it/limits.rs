//! How much, how many at a time, and how long.
//!
//! In the tests of time the runtime's clock is stopped where everybody waits, and moves on by itself, so that half a
//! minute passes at once.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use hyper::body::Frame;
use lume_server::Config;
use lume_server::http::{
    BODY_SECONDS_MAX, HEAD_SECONDS_MAX, REQUEST_SECONDS_MAX, STALLED_SECONDS_MAX, serve,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::{App, ask, config, id, mood};

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";

/// A server that listens; it stops when dropped.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) served: tokio::task::JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn start(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopping) = watch::channel(false);
        let (router, config) = (app.router(), app.config().clone());
        let served = tokio::spawn(async move { serve(listener, router, &config, stopping).await });
        Self {
            address,
            stop,
            served,
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it listens")
    }
}

/// Reads one answer without a long body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = vec![0; 4_096];
    let length = stream.read(&mut text).await.expect("it answers");
    String::from_utf8_lossy(&text[..length]).into_owned()
}

/// Reads until the server closes, and says how long that took.
async fn closed_after(stream: &mut TcpStream) -> (u64, String) {
    let began = Instant::now();
    let mut left = Vec::new();
    // A reset is a close as well.
    let limit = Duration::from_secs(10 * HEAD_SECONDS_MAX);
    let _ = tokio::time::timeout(limit, stream.read_to_end(&mut left)).await;
    (
        began.elapsed().as_secs(),
        String::from_utf8_lossy(&left).into_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_a_letter_at_a_time_is_cut_off() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let mut slow = server.connect().await;
    let began = Instant::now();
    let mut sent = 0_u64;

    slow.write_all(b"GET /health HTTP/1.1\r\nx: ")
        .await
        .expect("it reads");
    while slow.write_all(b"y").await.is_ok() && sent < 1_000 {
        sent += 1;
        // Readable only once the server has closed.
        let wait = tokio::time::timeout(Duration::from_secs(1), slow.readable());
        if wait.await.is_ok() {
            break;
        }
    }

    let seconds = began.elapsed().as_secs();
    assert!(
        (HEAD_SECONDS_MAX..HEAD_SECONDS_MAX + 3).contains(&seconds),
        "{seconds} s"
    );
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_before_and_between_requests() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let mut silent = server.connect().await;
    let mut kept = server.connect().await;
    for _ in 0..2 {
        kept.write_all(HEALTH).await.expect("it reads");
        assert!(answer(&mut kept).await.starts_with("HTTP/1.1 200"));
    }
    tokio::time::pause();
    let began = Instant::now();

    closed_after(&mut silent).await;
    closed_after(&mut kept).await;

    let seconds = began.elapsed().as_secs();
    assert!(
        (HEAD_SECONDS_MAX - 1..HEAD_SECONDS_MAX + 3).contains(&seconds),
        "{seconds} s"
    );
}

/// The first bytes of a body, and no more ever.
struct Unfinished(Option<Bytes>);

impl HttpBody for Unfinished {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_408() {
    let app = App::new();
    let body = Body::new(Unfinished(Some(Bytes::from_static(b"{\"email\""))));
    let began = Instant::now();

    let login = ask(Method::POST, "/api/v1/auth/login").header("content-type", "application/json");
    let reply = app.send(login.bytes(body)).await;

    assert_eq!(reply.refused(), (408, "timeout"));
    assert_eq!(began.elapsed().as_secs(), BODY_SECONDS_MAX);
}

/// The answers fill the buffers between the two, and then nobody takes more.
#[tokio::test(start_paused = true)]
async fn a_client_that_asks_and_never_listens_is_cut_off() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let mut deaf = server.connect().await;
    let request = b"GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2_000);
    let began = Instant::now();

    let written = tokio::time::timeout(
        Duration::from_secs(10 * STALLED_SECONDS_MAX),
        deaf.write_all(&request),
    );
    let written = written.await;
    // Either it could not be written to the end, or what it asked for is cut off.
    let mut taken = 0;
    let mut bytes = vec![0; 1 << 20];
    if matches!(written, Ok(Ok(()))) {
        tokio::time::sleep(Duration::from_secs(2 * STALLED_SECONDS_MAX)).await;
        while let Ok(length) = deaf.read(&mut bytes).await
            && length > 0
        {
            taken += length;
        }
    }

    assert!(taken < 40_000_000, "{taken} bytes were not cut off");
    assert!(began.elapsed().as_secs() >= STALLED_SECONDS_MAX);
}

/// The database is busy for ever; the client is told to come again, and the work goes on.
#[tokio::test]
async fn a_request_that_takes_too_long_is_asked_to_come_again() {
    let app = App::new();
    let alice = app.alice().await;
    let (release, released) = mpsc::channel::<()>();
    let (taken, is_taken) = mpsc::channel::<()>();
    let service = std::sync::Arc::clone(&app.service);
    let holder = std::thread::spawn(move || {
        let held = service.database().write(|_| {
            taken.send(()).expect("the test waits");
            // An error means that the test is over.
            let _ = released.recv();
            Ok(())
        });
        held.expect("nothing was written");
    });
    is_taken.recv().expect("the database is taken");
    tokio::time::pause();
    let began = Instant::now();

    let reply = {
        let body = mood(id(1), "Cake");
        let create = alice.create(&body, "k");
        tokio::pin!(create);
        loop {
            tokio::select! {
                reply = &mut create => break reply,
                () = tokio::time::advance(Duration::from_secs(REQUEST_SECONDS_MAX / 4)) => {}
            }
        }
    };

    assert_eq!(reply.refused(), (503, "unavailable"));
    assert!(began.elapsed().as_secs() < 2 * REQUEST_SECONDS_MAX);
    assert_eq!(reply.header("retry-after"), "10");
    tokio::time::resume();
    drop(release);
    holder.join().expect("it ends");
    let again = loop {
        let again = alice.create(&mood(id(1), "Cake"), "k").await;
        // Its key is taken until what was begun is committed.
        if again.status != 409 {
            break again;
        }
    };
    assert_eq!(
        again.status, 201,
        "the effect took place once, and its answer is kept"
    );
}

#[tokio::test]
async fn one_address_gets_a_share_of_the_connections_and_gives_it_back() {
    let app = App::with(
        Config {
            connections: 16,
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(HEALTH).await.expect("it reads");
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        held.push(stream);
    }

    let mut third = server.connect().await;
    let (seconds, said) = closed_after(&mut third).await;
    assert_eq!(said, "", "closed without a word");
    assert!(seconds < HEAD_SECONDS_MAX, "and at once");

    drop(held);
    // The server sees to that a moment later.
    loop {
        let mut next = server.connect().await;
        let asked = next.write_all(HEALTH).await;
        if asked.is_ok() && answer_or_close(&mut next).await.starts_with("HTTP/1.1 200") {
            break;
        }
    }
}

async fn answer_or_close(stream: &mut TcpStream) -> String {
    let mut text = vec![0; 4_096];
    let length = stream.read(&mut text).await.unwrap_or(0);
    String::from_utf8_lossy(&text[..length]).into_owned()
}

/// Behind a proxy there are no shares; the next one waits until a connection is free.
#[tokio::test]
async fn when_all_connections_are_taken_the_next_one_waits_for_its_turn() {
    let app = App::with(
        Config {
            connections: 2,
            behind_proxy: true,
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(HEALTH).await.expect("it reads");
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        held.push(stream);
    }
    let mut next = server.connect().await;
    next.write_all(HEALTH).await.expect("the system takes it");
    tokio::time::pause();
    let began = Instant::now();

    assert!(answer(&mut next).await.starts_with("HTTP/1.1 200"));

    let seconds = began.elapsed().as_secs();
    assert!(
        seconds >= HEAD_SECONDS_MAX - 1,
        "until an idle one is closed: {seconds} s"
    );
}

#[tokio::test]
async fn a_server_that_stops_lets_requests_finish_and_idle_connections_go() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let mut idle = server.connect().await;
    idle.write_all(HEALTH).await.expect("it reads");
    assert!(answer(&mut idle).await.starts_with("HTTP/1.1 200"));
    let mut asking = server.connect().await;
    asking
        .write_all(b"POST /api/v1/auth/refresh HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{")
        .await
        .expect("it reads");
    // So that its request is under way.
    asking.write_all(b"\"refresh_").await.expect("it reads");
    let mut seen = server.connect().await;
    seen.write_all(HEALTH).await.expect("it reads");
    answer(&mut seen).await;

    server.stop.send_replace(true);
    asking.write_all(b"token\":\"x\"}").await.expect("it reads");

    let (seconds, said) = closed_after(&mut asking).await;
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
    assert!(seconds < HEAD_SECONDS_MAX, "closed with its answer");
    let (seconds, said) = closed_after(&mut idle).await;
    assert_eq!(said, "");
    assert!(seconds < HEAD_SECONDS_MAX, "and not when its time is over");
    server.served.await.expect("it ends");
}
