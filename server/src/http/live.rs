//! `GET /live`: a WebSocket that tells a device when to look for changes.
//!
//! The first message is the app's and holds the access token, which so is in no address and no log. From then on the
//! connection belongs to the session: it outlives the token and ends with the session. It is asked now and then whether
//! somebody is still there, and ends with the server.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Bytes};
use lume_wire::live::{
    CLOSE_BAD_HELLO, CLOSE_GOING_AWAY, CLOSE_HELLO_LATE, CLOSE_INTERNAL, CLOSE_POLICY,
    CLOSE_TOO_LARGE, CLOSE_TOO_MANY, CLOSE_UNAUTHORIZED, HELLO_SECONDS_MAX, LiveMessage,
    LiveRequest, MESSAGE_BYTES_MAX, PING_SECONDS,
};
use lume_wire::{ApiError, ErrorCode, Secret, paths};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::connections::Lifeline;
use super::{AppState, cors};
use crate::answer::Answer;
use crate::config::Config;
use crate::error::ServerError;
use crate::live::{Listening, News};

/// This part of all connections may be sockets, so that there are always some for requests.
const SHARE_OF_SOCKETS: usize = 2;
/// What a client is told to wait where there is no place.
const RETRY_AFTER_S: u32 = 60;
/// How long the other side may take to say goodbye as well.
const CLOSE_SECONDS_MAX: u64 = 2;
/// A client has nothing to say after its first message but that it is there. So many messages between two pings are
/// passed over.
const MESSAGES_MAX: u32 = 100;
/// Messages are a few hundred bytes at most.
const BUFFER_BYTES: usize = 4 * 1024;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(paths::LIVE, get(open))
}

/// How many sockets there may be at a time.
pub(super) fn places(config: &Config) -> usize {
    config.connections.div_ceil(SHARE_OF_SOCKETS)
}

async fn open(
    State(state): State<AppState>,
    headers: HeaderMap,
    lifeline: Option<Extension<Lifeline>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !cors::may_connect(&headers, state.service.config()) {
        let message = "pages of this origin may not connect";
        return refused(ErrorCode::Csrf, message).into_response();
    }
    let Ok(upgrade) = upgrade else {
        let message = "this is the address of a WebSocket";
        return refused(ErrorCode::BadRequest, message).into_response();
    };
    let Ok(place) = Arc::clone(&state.live).try_acquire_owned() else {
        let message = "all connections of this kind are taken";
        return refused(ErrorCode::Unavailable, message)
            .retry_after(RETRY_AFTER_S)
            .into_response();
    };
    upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER_BYTES)
        .on_upgrade(move |mut socket| async move {
            let end = tokio::select! {
                end = attend(&mut socket, &state) => end,
                () = cut(lifeline.as_deref()) => End::Stopping,
            };
            close(socket, end).await;
            drop((place, lifeline));
        })
}

fn refused(code: ErrorCode, message: &str) -> Answer {
    Answer::refusal(&ApiError::new(code, message))
}

/// Where the router is served by something else than [`super::serve`], nobody tells.
async fn cut(lifeline: Option<&Lifeline>) {
    match lifeline {
        Some(lifeline) => lifeline.cut().await,
        None => std::future::pending().await,
    }
}

/// Why a connection ends.
enum End {
    /// The other side is gone, or as good as.
    Gone,
    Stopping,
    HelloLate,
    BadHello,
    /// The code is `unauthorized` or `token_expired`.
    NoSession(ErrorCode),
    TooMany,
    TooLarge,
    Chatter,
    Failure,
}

impl End {
    fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Stopping => (CLOSE_GOING_AWAY, "the server stops"),
            Self::HelloLate => (CLOSE_HELLO_LATE, "the first message did not come"),
            Self::BadHello => (CLOSE_BAD_HELLO, "the first message must be a hello"),
            Self::NoSession(code) => (CLOSE_UNAUTHORIZED, code.as_str()),
            Self::TooMany => (CLOSE_TOO_MANY, "too many connections of this account"),
            Self::TooLarge => (CLOSE_TOO_LARGE, "a message is too large"),
            Self::Chatter => (CLOSE_POLICY, "too many messages"),
            Self::Failure => (CLOSE_INTERNAL, "something went wrong on the server"),
        };
        Some(CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}

impl From<ServerError> for End {
    fn from(error: ServerError) -> Self {
        if let ServerError::Refused(refused) = &error {
            return if refused.code == ErrorCode::RateLimited {
                Self::TooMany
            } else {
                Self::NoSession(refused.code.clone())
            };
        }
        tracing::error!(%error, "a listener could not be served");
        Self::Failure
    }
}

async fn attend(socket: &mut WebSocket, state: &AppState) -> End {
    match listen(socket, state).await {
        Ok(listening) => tell(socket, state, listening).await,
        Err(end) => end,
    }
}

/// Waits for the first message, and looks whose session it is.
async fn listen(socket: &mut WebSocket, state: &AppState) -> Result<Listening, End> {
    let token = timeout(Duration::from_secs(HELLO_SECONDS_MAX), hello(socket))
        .await
        .map_err(|_elapsed| End::HelloLate)??;
    let service = Arc::clone(&state.service);
    let listening = tokio::task::spawn_blocking(move || service.listen(&token)).await;
    Ok(listening.map_err(|_stopped| ServerError::Worker)??)
}

async fn hello(socket: &mut WebSocket) -> Result<Secret, End> {
    loop {
        match received(socket.recv().await)? {
            Message::Text(text) => {
                let LiveRequest::Hello { access_token } =
                    serde_json::from_str(text.as_str()).map_err(|_| End::BadHello)?;
                return Ok(access_token);
            }
            Message::Binary(_) => return Err(End::BadHello),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
        }
    }
}

fn received(message: Option<Result<Message, axum::Error>>) -> Result<Message, End> {
    match message {
        Some(Ok(message)) => Ok(message),
        // The library's error has no other name from here.
        Some(Err(error)) if error.to_string().contains("too long") => Err(End::TooLarge),
        Some(Err(_)) | None => Err(End::Gone),
    }
}

/// Tells of commits until the connection or the session ends.
async fn tell(socket: &mut WebSocket, state: &AppState, listening: Listening) -> End {
    let Listening {
        caller,
        mut listener,
        commit_no,
    } = listening;
    let mut told = News {
        commit_no,
        sessions_ended: 0,
    };
    let cursor = |commit_no| state.service.cursor_at(caller.user, commit_no);
    let mut pulse = Pulse::new();
    let mut next = Some(changed(cursor(commit_no)));
    loop {
        if let Some(message) = next.take()
            && socket.send(message).await.is_err()
        {
            return End::Gone;
        }
        tokio::select! {
            // What has come is heard before the time for it is found to be over.
            biased;
            message = socket.recv() => match received(message) {
                Ok(message) => if let Err(end) = pulse.heard(&message) {
                    return end;
                },
                Err(end) => return end,
            },
            news = listener.next() => {
                if news.sessions_ended != told.sessions_ended {
                    let service = Arc::clone(&state.service);
                    let live = tokio::task::spawn_blocking(move || service.is_live(caller)).await;
                    match live {
                        Ok(Ok(true)) => {}
                        Ok(Ok(false)) => return End::NoSession(ErrorCode::Unauthorized),
                        Ok(Err(failure)) => return failure.into(),
                        Err(_stopped) => return ServerError::Worker.into(),
                    }
                }
                if news.commit_no > told.commit_no {
                    next = Some(changed(cursor(news.commit_no)));
                }
                told = News {
                    commit_no: told.commit_no.max(news.commit_no),
                    ..news
                };
            }
            ping = pulse.beat() => match ping {
                Some(ping) => next = Some(ping),
                None => return End::Gone,
            },
        }
    }
}

fn changed(cursor: String) -> Message {
    let message = serde_json::to_string(&LiveMessage::Changed { cursor });
    Message::Text(message.expect("the contract's types are JSON").into())
}

/// Whether somebody is there.
struct Pulse {
    timer: Interval,
    answered: bool,
    messages: u32,
}

impl Pulse {
    fn new() -> Self {
        let every = Duration::from_secs(PING_SECONDS);
        let mut timer = interval_at(Instant::now() + every, every);
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            timer,
            answered: true,
            messages: 0,
        }
    }

    fn heard(&mut self, message: &Message) -> Result<(), End> {
        if matches!(message, Message::Pong(_)) {
            self.answered = true;
        }
        self.messages += 1;
        if self.messages > MESSAGES_MAX {
            return Err(End::Chatter);
        }
        Ok(())
    }

    /// Waits until it is time for a ping; none where the last one was not answered.
    async fn beat(&mut self) -> Option<Message> {
        self.timer.tick().await;
        self.messages = 0;
        std::mem::replace(&mut self.answered, false).then(|| Message::Ping(Bytes::new()))
    }
}

/// Says why, and waits for the other side to do the same.
async fn close(mut socket: WebSocket, end: End) {
    let Some(frame) = end.frame() else {
        return;
    };
    let goodbye = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // Whether it came or not, the connection is closed now.
    timeout(Duration::from_secs(CLOSE_SECONDS_MAX), goodbye)
        .await
        .ok();
}
