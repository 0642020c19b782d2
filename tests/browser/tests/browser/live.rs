//! The socket for live hints. The sockets are the test's own, so that it sees what becomes of each.

use std::cell::RefCell;
use std::rc::Rc;

use lume_web::live::{LiveSignal, LiveSocket};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::js;

const URL: &str = "https://lume.example/api/v1/live";
const TOKEN: &str = "a token";
const RECONNECTS: u32 = 1_000;

/// The platform's sockets are counted instead of opened, until this is dropped.
struct Sockets;

impl Sockets {
    fn counted() -> Self {
        js("globalThis.realSocket = WebSocket; \
            globalThis.sockets = []; \
            globalThis.WebSocket = class { \
                constructor(url) { this.url = url; this.sent = []; sockets.push(this); } \
                send(text) { this.sent.push(text); } \
                close() { this.closed = true; } \
            };");
        Self
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        js("globalThis.WebSocket = realSocket");
    }
}

type Heard = Rc<RefCell<Vec<LiveSignal>>>;

fn open(url: &str) -> (Option<LiveSocket>, Heard) {
    let heard = Heard::default();
    let hear = {
        let heard = Rc::clone(&heard);
        move |signal| heard.borrow_mut().push(signal)
    };
    (LiveSocket::open(url, TOKEN, hear), heard)
}

#[wasm_bindgen_test]
fn the_token_goes_in_the_first_message_and_not_in_the_address() {
    let _sockets = Sockets::counted();
    let (_socket, _) = open(URL);

    js("sockets[0].onopen()");

    assert_eq!(js("sockets[0].url"), "wss://lume.example/api/v1/live");
    assert_eq!(
        js("JSON.stringify(sockets[0].sent.map((text) => JSON.parse(text)))"),
        r#"[{"access_token":"a token","type":"hello"}]"#
    );
}

#[wasm_bindgen_test]
fn a_change_and_the_end_are_heard_and_nothing_else() {
    let _sockets = Sockets::counted();
    let (_socket, heard) = open(URL);

    for data in [
        r#"{"type": "changed", "cursor": "c"}"#,
        r#"{"type": "greeting"}"#,
        "changed",
    ] {
        js(&format!("sockets[0].onmessage({{ data: '{data}' }})"));
    }
    js("sockets[0].onclose()");

    assert_eq!(*heard.borrow(), [LiveSignal::Changed, LiveSignal::Over]);
}

#[wasm_bindgen_test]
fn nothing_is_left_of_a_thousand_connections() {
    let _sockets = Sockets::counted();

    for _ in 0..RECONNECTS {
        let (socket, _) = open(URL);
        drop(socket);
    }

    assert_eq!(js("sockets.length"), RECONNECTS);
    assert_eq!(
        js(
            "sockets.filter(({ closed, onopen, onmessage, onclose }) => \
                !closed || onopen || onmessage || onclose).length"
        ),
        0
    );
}

#[wasm_bindgen_test]
fn no_socket_is_opened_where_nothing_may_be_sent() {
    let _sockets = Sockets::counted();

    for url in [
        "http://10.0.0.1/api/v1/live",
        "ftp://lume.example/live",
        "live",
    ] {
        assert!(open(url).0.is_none(), "{url}");
    }

    assert_eq!(js("sockets.length"), 0);
}
