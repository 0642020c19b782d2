//! The WebSocket that tells when there are changes.

use std::time::Duration;

use axum::http::Method;
use futures::{SinkExt as _, StreamExt as _};
use lume_server::Config;
use lume_wire::Secret;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::app::{App, PASSWORD, Person, config, id, mood};
use crate::batch::{created, results, updated};
use crate::limits::Listening;

const LIVE: &str = "/api/v1/live";
/// What is not said by then is never said.
pub(crate) const WAIT_SECONDS_MAX: u64 = 10;

pub(crate) struct Socket(pub(crate) WebSocketStream<TcpStream>);

/// Opens a WebSocket, from a page of an origin where one is given, or gets the status of the refusal.
pub(crate) async fn try_open(server: &Listening, origin: Option<&str>) -> Result<Socket, u16> {
    let stream = server.connect().await;
    let address = format!("ws://{}{LIVE}", server.address);
    let mut request = address.into_client_request().expect("an address");
    if let Some(origin) = origin {
        let origin = origin.parse().expect("a header");
        request.headers_mut().insert("origin", origin);
    }
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(Socket(socket)),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

pub(crate) async fn open(server: &Listening) -> Socket {
    try_open(server, None).await.expect("it opens")
}

/// A WebSocket that has heard where its account is.
pub(crate) async fn listen(server: &Listening, token: &str) -> Socket {
    let mut socket = open(server).await;
    socket.hello(token).await;
    socket.cursor().await;
    socket
}

impl Socket {
    pub(crate) async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("it is read");
    }

    pub(crate) async fn hello(&mut self, token: &str) {
        let hello = json!({ "type": "hello", "access_token": token });
        self.say(&hello.to_string()).await;
    }

    /// The next message that is no ping.
    async fn next(&mut self) -> Message {
        loop {
            let message = timeout(Duration::from_secs(WAIT_SECONDS_MAX), self.0.next()).await;
            let message = message.expect("something is said in time");
            match message.expect("it is open") {
                Ok(Message::Ping(_)) => {}
                Ok(message) => return message,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The cursor that the next message tells.
    pub(crate) async fn cursor(&mut self) -> String {
        let message = self.next().await;
        let text = message.to_text().expect("a text");
        let message: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{message:?}"));
        assert_eq!(message["type"], "changed");
        message["cursor"].as_str().expect("a cursor").to_owned()
    }

    /// How the server closes, whatever it says before.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a reason");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

async fn cursor_of(person: &Person<'_>) -> String {
    let page = person.get("/api/v1/changes").await;
    let cursor = page.data()["next_cursor"].as_str().expect("a cursor");
    cursor.to_owned()
}

async fn sign_in<'a>(app: &'a App, email: &str) -> Person<'a> {
    let login = json!({ "email": email, "password": PASSWORD });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

#[tokio::test]
async fn whoever_listens_is_told_where_the_account_is_and_of_every_commit_after() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let bob = app.bob().await;
    alice.created(&mood(id(1), "Cake")).await;
    let mut sockets = [open(&server).await, open(&server).await];
    for socket in &mut sockets {
        socket.hello(&alice.access).await;
        assert_eq!(socket.cursor().await, cursor_of(&alice).await);
    }

    bob.created(&mood(id(9), "Bob's")).await;
    let other_device = sign_in(&app, "alice@example.org").await;
    other_device
        .update(id(1), 1, &json!({ "note": "Tea" }), "k1")
        .await;
    let after_one = cursor_of(&alice).await;
    for socket in &mut sockets {
        assert_eq!(socket.cursor().await, after_one);
    }
    // Nothing to tell: the same again, and one that is refused.
    other_device
        .update(id(1), 1, &json!({ "note": "Tea" }), "k1")
        .await;
    other_device.update(id(1), 1, &json!({}), "k2").await;
    let events = [created(1, id(2), "Pie"), updated(2, id(2), None, "Jam")];
    results(&alice, &events).await;
    let after_batch = cursor_of(&alice).await;
    for socket in &mut sockets {
        assert_eq!(socket.cursor().await, after_batch, "one for both");
    }
    alice.delete(id(1), "k3").await;
    let after_deletion = cursor_of(&alice).await;
    for socket in &mut sockets {
        assert_eq!(socket.cursor().await, after_deletion);
    }
}

#[tokio::test]
async fn a_token_that_is_no_good_is_told_so_and_why() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    for token in ["", "lume_at_unknown", &alice.refresh] {
        let mut socket = open(&server).await;
        socket.hello(token).await;
        assert_eq!(socket.closed().await, (4401, "unauthorized".to_owned()));
    }
    app.pass_seconds(15 * 60);
    let mut socket = open(&server).await;
    socket.hello(&alice.access).await;
    assert_eq!(socket.closed().await, (4401, "token_expired".to_owned()));
}

#[tokio::test]
async fn the_first_message_is_a_hello_and_a_short_one() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    for text in [
        "",
        "hello",
        "{}",
        r#"{"type": "hello"}"#,
        &format!(r#"{{"type": "bye", "access_token": "{}"}}"#, alice.access),
    ] {
        let mut socket = open(&server).await;
        socket.say(text).await;
        assert_eq!(socket.closed().await.0, 4400, "{text}");
    }
    let mut binary = open(&server).await;
    let hello = json!({ "type": "hello", "access_token": alice.access }).to_string();
    binary.0.send(Message::binary(hello.clone())).await.unwrap();
    assert_eq!(binary.closed().await.0, 4400);
    let padding = " ".repeat(4 * 1024 - hello.len());
    let mut longest = open(&server).await;
    longest.say(&format!("{hello}{padding}")).await;
    longest.cursor().await;
    let mut too_long = open(&server).await;
    too_long.say(&format!("{hello}{padding} ")).await;
    assert_eq!(too_long.closed().await.0, 1009);
}

#[tokio::test]
async fn a_connection_outlives_the_access_token_and_ends_with_its_session() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let mut stays = listen(&server, &alice.access).await;
    app.pass_seconds(3_600);
    let phone = sign_in(&app, "alice@example.org").await;
    let mut goes = listen(&server, &phone.access).await;
    phone.created(&mood(id(1), "Cake")).await;
    assert_eq!(stays.cursor().await, cursor_of(&phone).await);

    let logout = phone.ask(Method::POST, "/api/v1/auth/logout");
    app.send(logout.json(&json!({}))).await;

    assert_eq!(goes.cursor().await.len(), 18, "what came before");
    assert_eq!(goes.closed().await, (4401, "unauthorized".to_owned()));
    let phone = sign_in(&app, "alice@example.org").await;
    phone.created(&mood(id(2), "Tea")).await;
    assert_eq!(stays.cursor().await, cursor_of(&phone).await);
}

/// Signed out by the refresh token, by a new password, by a token that was used twice, and with the account.
#[tokio::test]
async fn every_end_of_a_session_ends_its_connections() {
    let app = App::new();
    let server = Listening::start(&app).await;
    let alice = app.alice().await;
    let email = "alice@example.org";
    let mut own = listen(&server, &alice.access).await;
    let over = (4401, "unauthorized".to_owned());

    let phone = sign_in(&app, email).await;
    let mut socket = listen(&server, &phone.access).await;
    app.post(
        "/api/v1/auth/logout",
        json!({ "refresh_token": phone.refresh }),
    )
    .await;
    assert_eq!(socket.closed().await, over);

    let phone = sign_in(&app, email).await;
    let mut socket = listen(&server, &phone.access).await;
    let refresh = json!({ "refresh_token": phone.refresh });
    app.post("/api/v1/auth/refresh", refresh.clone()).await;
    app.pass_seconds(31);
    let reused = app.post("/api/v1/auth/refresh", refresh).await;
    assert_eq!(reused.refused(), (401, "token_reused"));
    assert_eq!(socket.closed().await, over);

    let phone = sign_in(&app, email).await;
    let mut socket = listen(&server, &phone.access).await;
    let ask = alice.ask(Method::POST, "/api/v1/auth/password");
    let passwords = json!({ "current_password": PASSWORD, "new_password": "eight mild otters" });
    assert_eq!(app.send(ask.json(&passwords)).await.status, 204);
    assert_eq!(socket.closed().await, over);

    let ask = alice.ask(Method::DELETE, "/api/v1/users/me");
    let password = json!({ "password": "eight mild otters" });
    assert_eq!(app.send(ask.json(&password)).await.status, 204);
    assert_eq!(own.closed().await, over, "only now");
}

#[tokio::test]
async fn pages_of_other_origins_may_not_connect() {
    let app = App::with(
        Config {
            origins: vec!["https://app.example.org".to_owned()],
            // A page can't give a WebSocket the app's key.
            api_key: Some(Secret::from("key")),
            ..config()
        },
        None,
    );
    let server = Listening::start(&app).await;
    let own = format!("http://{}", server.address);
    for good in [None, Some("https://app.example.org"), Some(own.as_str())] {
        assert!(try_open(&server, good).await.is_ok(), "{good:?}");
    }
    for bad in [
        "https://evil.example.org",
        "null",
        "http://127.0.0.1:1",
        "https://app.example.org.evil.example",
    ] {
        let refused = try_open(&server, Some(bad)).await.err();
        assert_eq!(refused, Some(403), "{bad}");
    }
}

#[tokio::test]
async fn without_a_websocket_there_is_nothing_here() {
    let app = App::new();
    let reply = app.get(LIVE).await;
    assert_eq!(reply.refused(), (400, "bad_request"));
    assert_eq!(reply.header("x-lume-protocol"), "1");
}
