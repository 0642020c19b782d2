//! The live hint: a socket over which the backend says that something has changed for this account.
//!
//! It carries no data, and nothing depends on it: whoever hears it pulls, and without it the app pulls every so often.
//! The token goes in the first message, never in the address, which others may write down.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket};

use crate::transport::is_allowed_address;

/// What is heard of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveSignal {
    /// Something has changed.
    Changed,
    /// It is over: the network, the server, or a token that was not taken.
    Over,
}

/// One connection. Closed, and silent, when dropped.
#[must_use = "dropped, it is closed"]
pub struct LiveSocket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl LiveSocket {
    /// Connects to this address of the backend (`https://…`) and calls `heard` from then on; `None` where nothing may be
    /// sent there or the platform can't.
    pub fn open(
        url: &str,
        access_token: &str,
        heard: impl Fn(LiveSignal) + Clone + 'static,
    ) -> Option<Self> {
        if !is_allowed_address(url) {
            return None;
        }
        // `http` becomes `ws`, and `https` becomes `wss`.
        let socket = WebSocket::new(&url.replacen("http", "ws", 1)).ok()?;
        let hello =
            serde_json::json!({ "type": "hello", "access_token": access_token }).to_string();
        let on_open = Closure::new({
            let socket = socket.clone();
            move || {
                // One that has closed meanwhile says so by its own event.
                let _ = socket.send_with_str(&hello);
            }
        });
        let on_message = Closure::new({
            let heard = heard.clone();
            move |event: MessageEvent| {
                if event
                    .data()
                    .as_string()
                    .is_some_and(|text| is_change(&text))
                {
                    heard(LiveSignal::Changed);
                }
            }
        });
        let on_close = Closure::new(move || heard(LiveSignal::Over));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }
}

impl Drop for LiveSocket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // It refuses nothing: no code is given.
        let _ = self.socket.close();
    }
}

/// Whether a message says that something changed; others may come with later servers.
fn is_change(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|message| message.get("type").is_some_and(|kind| kind == "changed"))
}
