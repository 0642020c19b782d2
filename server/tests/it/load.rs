//! Many at once, against the real program: people who listen, and people who write without a pause.
//!
//! A short run is a test like any other. `LUME_LOAD_SECONDS=60 cargo test --release -p lume-server --test it load -- \
//! --nocapture`, or `cargo xtask load`, is a long one. Each prints how long writing took and what memory the server had.

use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use lume_core::ids::EntityId;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::app::{PASSWORD, mood};
use crate::program::{Running, command};

const ACCOUNTS: usize = 10;
/// As many as an account may have.
const LISTENERS_OF_ONE: usize = 20;
const WRITERS_OF_ONE: usize = 5;
const SECONDS_DEFAULT: u64 = 3;
/// One in so many writes is a batch, of so many events.
const BATCH_EVERY: u32 = 5;
const BATCH_EVENTS: u32 = 10;
/// How long after the last write the last listener may be told of it.
const TOLD_SECONDS_MAX: u64 = 20;
/// More than that is a leak. Hashing passwords takes 19 MiB each.
const MEMORY_KIB_MAX: u64 = 256 * 1024;

/// A connection that asks one thing after the other.
struct Client {
    stream: TcpStream,
    bearer: String,
}

impl Client {
    async fn connect(port: u16, token: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await;
        let stream = stream.expect("it listens");
        stream.set_nodelay(true).expect("the system can");
        Self {
            stream,
            bearer: format!("Bearer {token}"),
        }
    }

    /// The status and the data of an answer.
    async fn ask(&mut self, method: &str, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.bearer,
            body.len()
        );
        let written = self.stream.write_all(request.as_bytes()).await;
        written.expect("it reads");
        let mut answer = Vec::new();
        loop {
            let read = self.stream.read_buf(&mut answer).await.expect("it answers");
            assert_ne!(read, 0, "closed in the middle of an answer");
            if let Some(answer) = whole(&answer) {
                return answer;
            }
        }
    }
}

/// An answer, once all of it is there.
fn whole(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).expect("text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("a number"));
    let body = answer.get(end + 4..end + 4 + length)?;
    let status = head.split(' ').nth(1).expect("a status");
    let mut body: Value = serde_json::from_slice(body).expect("JSON");
    Some((status.parse().expect("a number"), body["data"].take()))
}

fn register(running: &Running, number: usize) -> String {
    let body = json!({
        "email": format!("person{number}@example.org"), "password": PASSWORD, "name": "Somebody",
        "date_of_birth": "1990-05-17"
    });
    let answer = running.send("POST", "/api/v1/auth/register", &[], &body.to_string());
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let token = body["data"]["access_token"].as_str().expect("a token");
    token.to_owned()
}

async fn listen(port: u16, token: &str) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await;
    let address = format!("ws://127.0.0.1:{port}/api/v1/live");
    let request = address.into_client_request().expect("an address");
    let opened = client_async(request, stream.expect("it listens")).await;
    let (mut socket, _) = opened.expect("it opens");
    let hello = json!({ "type": "hello", "access_token": token });
    let said = socket.send(Message::text(hello.to_string())).await;
    said.expect("it is read");
    socket
}

/// Listens until it is told of the last change, and returns how often it was told of one.
async fn follow(
    mut socket: WebSocketStream<TcpStream>,
    mut last: watch::Receiver<Option<String>>,
) -> u64 {
    let (mut told, mut heard) = (0, None);
    loop {
        if heard.is_some() && *last.borrow_and_update() == heard {
            return told;
        }
        tokio::select! {
            message = socket.next() => {
                let message = message.expect("it is open").expect("no error");
                if !message.is_ping() {
                    let text = message.to_text().expect("a text");
                    let message: Value = serde_json::from_str(text).expect("JSON");
                    heard = message["cursor"].as_str().map(str::to_owned);
                    told += 1;
                }
            }
            changed = last.changed() => changed.expect("the test goes on"),
        }
    }
}

/// An id that no other writer draws.
fn entity(writer: usize, count: u32) -> EntityId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&writer.to_le_bytes());
    bytes[10..14].copy_from_slice(&count.to_le_bytes());
    EntityId::from_random_bytes(bytes)
}

/// Writes without a pause until it is time, and returns how long each write took.
async fn write(mut client: Client, writer: usize, until: Instant) -> Vec<Duration> {
    let (mut took, mut count) = (Vec::new(), 0);
    while Instant::now() < until {
        count += 1;
        let began = Instant::now();
        if count % BATCH_EVERY == 0 {
            let events = (0..BATCH_EVENTS).map(|at| {
                let id = entity(writer, count * BATCH_EVENTS + at);
                json!({ "event_id": id, "type": "mood.created", "entity_id": id, "payload": mood(id, "Cake") })
            });
            let body = json!({ "events": events.collect::<Vec<_>>() });
            let (status, data) = client.ask("POST", "/api/v1/events:batch", "-", &body).await;
            assert_eq!(status, 200, "{data}");
            let results = data["results"].as_array().expect("a list");
            assert!(
                results.iter().all(|one| one["status"] == "applied"),
                "{data}"
            );
        } else {
            let id = entity(writer, u32::MAX - count);
            let key = id.to_string();
            let body = mood(id, "Tea");
            let (status, data) = client.ask("POST", "/api/v1/moods", &key, &body).await;
            assert_eq!(status, 201, "{data}");
        }
        took.push(began.elapsed());
    }
    took
}

/// The cursor of a reader that has read everything.
async fn last_cursor(client: &mut Client) -> String {
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/changes?cursor={cursor}");
        let (status, mut page) = client.ask("GET", &path, "-", &json!({})).await;
        assert_eq!(status, 200, "{page}");
        page["next_cursor"]
            .as_str()
            .expect("a cursor")
            .clone_into(&mut cursor);
        if page["has_more"].take() == false {
            return cursor;
        }
    }
}

/// The most memory that a process ever had, in KiB; none where the system does not say.
fn memory_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn percentile(sorted: &[Duration], of_1000: usize) -> Duration {
    sorted[(sorted.len() - 1) * of_1000 / 1000]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_listen_and_fifty_write_and_nobody_is_forgotten() {
    let seconds = std::env::var("LUME_LOAD_SECONDS").map_or(SECONDS_DEFAULT, |seconds| {
        seconds.parse().expect("a number of seconds")
    });
    let data = TempDir::new().unwrap();
    let mut command = command(data.path());
    command.args(["--port", "0", "--log", "error", "--connections", "4096"]);
    command.args(["--requests-per-minute", "0"]);
    let running = Running::start(command);
    let port = running.port;
    let tokens: Vec<String> = (0..ACCOUNTS)
        .map(|number| register(&running, number))
        .collect();
    let (mut listeners, mut ends) = (Vec::new(), Vec::new());
    for token in &tokens {
        let (end, last) = watch::channel(None);
        for _ in 0..LISTENERS_OF_ONE {
            let socket = listen(port, token).await;
            listeners.push(tokio::spawn(follow(socket, last.clone())));
        }
        ends.push(end);
    }

    let until = Instant::now() + Duration::from_secs(seconds);
    let mut writers = Vec::new();
    for writer in 0..ACCOUNTS * WRITERS_OF_ONE {
        let client = Client::connect(port, &tokens[writer % ACCOUNTS]).await;
        writers.push(tokio::spawn(write(client, writer, until)));
    }
    let mut took = Vec::new();
    for writer in writers {
        took.extend(writer.await.expect("it writes without an error"));
    }
    for (token, end) in tokens.iter().zip(&ends) {
        let mut client = Client::connect(port, token).await;
        end.send_replace(Some(last_cursor(&mut client).await));
    }
    let mut told = Vec::new();
    for listener in listeners {
        let all = tokio::time::timeout(Duration::from_secs(TOLD_SECONDS_MAX), listener);
        told.push(all.await.expect("it is told in time").expect("it listens"));
    }

    assert!(
        told.iter().all(|told| *told > 1),
        "of more than where it began"
    );
    took.sort_unstable();
    let memory = memory_kib(running.child.id());
    report(seconds, &took, &told, memory);
    assert!(memory.is_none_or(|kib| kib < MEMORY_KIB_MAX), "{memory:?}");
}

#[expect(clippy::print_stdout, reason = "the figures are for a person")]
fn report(seconds: u64, took: &[Duration], told: &[u64], memory_kib: Option<u64>) {
    println!(
        "{} listeners were told {} times, {} writes in {seconds} s: p50 {:?}, p99 {:?}, longest {:?}; server {} KiB",
        told.len(),
        told.iter().sum::<u64>(),
        took.len(),
        percentile(took, 500),
        percentile(took, 990),
        percentile(took, 1000),
        memory_kib.map_or_else(|| "unknown".to_owned(), |kib| kib.to_string()),
    );
}
