//! How many sockets that listen there may be, and how long each may keep the server waiting.
//!
//! In the tests of time the runtime's clock is stopped where everybody waits, and moves on by itself.

use std::time::Duration;

use futures::StreamExt as _;
use lume_server::Config;
use lume_wire::live::PING_SECONDS;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::app::{App, config};
use crate::limits::Listening;
use crate::live::{WAIT_SECONDS_MAX, listen, open, try_open};

#[tokio::test]
async fn whoever_says_nothing_is_closed_after_five_seconds() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let mut socket = open(&server).await;
    tokio::time::pause();
    let began = Instant::now();

    assert_eq!(socket.closed().await.0, 4408);

    let seconds = began.elapsed().as_secs();
    assert!((4..=6).contains(&seconds), "{seconds} s");
}

#[tokio::test]
async fn whoever_does_not_answer_a_ping_is_gone() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let mut deaf = listen(&server, &alice.access).await;
    tokio::time::pause();
    let began = Instant::now();

    // Without the library, which would answer.
    let mut said = Vec::new();
    let gone = deaf.0.get_mut().read_to_end(&mut said);
    // A reset is an end as well.
    let _ = timeout(Duration::from_secs(10 * PING_SECONDS), gone).await;

    assert_eq!(said, [0x89, 0], "one ping, and no goodbye");
    let seconds = began.elapsed().as_secs();
    assert!((59..=62).contains(&seconds), "{seconds} s");
}

#[tokio::test]
async fn whoever_answers_every_ping_stays() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let mut there = listen(&server, &alice.access).await;
    tokio::time::pause();
    let began = Instant::now();

    for _ in 0..5 {
        let message = there.0.next().await.expect("it is open");
        assert!(matches!(message, Ok(Message::Ping(_))), "{message:?}");
    }

    assert!(began.elapsed().as_secs() >= 5 * 30 - 1);
}

#[tokio::test]
async fn whoever_talks_too_much_is_closed() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let mut socket = listen(&server, &alice.access).await;

    for _ in 0..101 {
        socket.say("and another thing").await;
    }

    assert_eq!(socket.closed().await.0, 1008);
}

#[tokio::test]
async fn an_account_has_twenty_connections() {
    let app = App::with(
        Config {
            connections: 1_024,
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let bob = app.bob().await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(listen(&server, &alice.access).await);
    }

    let mut one_more = open(&server).await;
    one_more.hello(&alice.access).await;
    assert_eq!(one_more.closed().await.0, 4429);
    listen(&server, &bob.access).await;

    let mut first = sockets.swap_remove(0);
    first.0.close(None).await.expect("it is open");
    // The server has seen to it when it says goodbye as well.
    while first.0.next().await.is_some() {}
    listen(&server, &alice.access).await;
}

#[tokio::test]
async fn an_account_that_connects_too_often_waits() {
    let app = App::with(
        Config {
            requests_per_minute: 2,
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    for _ in 0..2 {
        listen(&server, &alice.access).await;
    }

    let mut socket = open(&server).await;
    socket.hello(&alice.access).await;

    assert_eq!(socket.closed().await.0, 4429);
}

#[tokio::test]
async fn half_of_all_connections_stay_for_requests() {
    let app = App::with(
        Config {
            connections: 4,
            behind_proxy: true,
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let _two = [open(&server).await, open(&server).await];

    assert_eq!(try_open(&server, None).await.err(), Some(503));
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_and_waits_for_nobody_long() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let mut polite = listen(&server, &alice.access).await;
    let mut silent = open(&server).await;
    let deaf = listen(&server, &alice.access).await;

    server.stop.send_replace(true);

    assert_eq!(polite.closed().await.0, 1001);
    assert_eq!(silent.closed().await.0, 1001);
    tokio::time::pause();
    let began = Instant::now();
    let end = timeout(Duration::from_secs(WAIT_SECONDS_MAX), server.served).await;
    end.expect("in time").expect("it ends");
    assert!(began.elapsed().as_secs() <= 2);
    drop(deaf);
}
