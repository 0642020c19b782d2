//! Requests: where they may go, and how every ending looks.

use futures::FutureExt;
use lume_sync::ports::{Method, Request, SendError, Transport};
use lume_web::transport::{FetchTransport, is_allowed_address};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

fn request(url: &str) -> Request {
    Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: vec![("Idempotency-Key", "key".to_owned())],
        body: Some(b"{}".to_vec()),
        timeout_ms: 60_000,
    }
}

/// Answers `fetch` with a script instead of the network, until it is dropped.
struct FakeFetch;

impl FakeFetch {
    /// `script` is the body of an async function of `request`.
    fn answering(script: &str) -> Self {
        js(&format!(
            "globalThis.realFetch ??= globalThis.fetch; globalThis.fetched = []; \
             globalThis.fetch = async request => {{ fetched.push(request); {script} }}"
        ));
        Self
    }

    /// Never answers, as a request to a server that hangs, and rejects when it is aborted, as the real one does.
    fn hanging() -> Self {
        Self::answering(
            "return new Promise((_, reject) => request.signal.addEventListener('abort', \
             () => reject(request.signal.reason)));",
        )
    }
}

impl Drop for FakeFetch {
    fn drop(&mut self) {
        js("globalThis.fetch = realFetch;");
    }
}

#[wasm_bindgen_test]
fn requests_go_over_https_or_stay_on_this_machine() {
    let own = js("location.origin").as_string().expect("a text");
    for allowed in [
        "https://lume.example/api/v1/moods",
        "http://localhost:8080/api",
        "http://127.0.0.1/api",
        "http://[::1]:3000/api",
        own.as_str(),
    ] {
        assert!(is_allowed_address(allowed), "{allowed}");
    }
    for refused in [
        "",
        "/api/v1/moods",
        "lume.example",
        "http://lume.example/api",
        "http://localhost.lume.example/api",
        "http://localhost@lume.example/api",
        "http://127.0.0.1.lume.example/api",
        "ftp://localhost/api",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        assert!(!is_allowed_address(refused), "{refused}");
    }
}

#[wasm_bindgen_test]
async fn nothing_is_sent_to_an_address_that_is_not_allowed() {
    let fake = FakeFetch::answering("return new Response()");

    let result = FetchTransport::default()
        .send(request("http://lume.example/api/v1/moods"))
        .await;

    assert_eq!(result, Err(SendError::Refused));
    assert_eq!(js("fetched.length"), 0);
    drop(fake);
}

#[wasm_bindgen_test]
async fn a_request_carries_what_it_was_given_and_nothing_else() {
    let fake = FakeFetch::answering("return new Response()");

    FetchTransport::default()
        .send(request("https://lume.example/api/v1/moods"))
        .await
        .expect("it is answered");

    let sent = js_wait(
        "(async () => { const r = fetched[0]; return [r.method, r.url, await r.text(), r.mode, \
         r.credentials, r.cache, r.redirect, r.referrerPolicy, r.keepalive, \
         JSON.stringify([...r.headers])].join(' ') })()",
    )
    .await;
    assert_eq!(
        sent.as_string().as_deref(),
        Some(
            "POST https://lume.example/api/v1/moods {} cors omit no-store manual no-referrer \
             false [[\"idempotency-key\",\"key\"]]"
        )
    );
    drop(fake);
}

#[wasm_bindgen_test]
async fn an_answer_is_read_with_its_headers_and_body() {
    let fake = FakeFetch::answering(
        "return new Response('{\"success\":true}', { status: 201, headers: { \
         'Content-Type': 'Application/JSON; charset=utf-8', 'X-Lume-Protocol': '1', \
         'Retry-After': '7', 'ETag': '\"3\"', 'Date': 'Wed, 15 Jan 2025 10:30:00 GMT' } })",
    );

    let response = FetchTransport::default()
        .send(request("https://lume.example/api/v1/moods"))
        .await
        .expect("it is answered");

    assert_eq!(response.status, 201);
    assert!(!response.redirected);
    assert_eq!(response.content_type.as_deref(), Some("application/json"));
    assert_eq!(response.protocol.as_deref(), Some("1"));
    assert_eq!(response.retry_after.as_deref(), Some("7"));
    assert_eq!(response.etag.as_deref(), Some("\"3\""));
    assert_eq!(
        response.date.as_deref(),
        Some("Wed, 15 Jan 2025 10:30:00 GMT")
    );
    assert_eq!(
        response.body.as_deref(),
        Some(b"{\"success\":true}".as_slice())
    );
    drop(fake);
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_off_is_none() {
    let fake = FakeFetch::answering(
        "return new Response(new ReadableStream({ pull(c) { c.error(new TypeError('cut')); } }))",
    );

    let response = FetchTransport::default()
        .send(request("https://lume.example/api/v1/moods"))
        .await
        .expect("its headers came");

    assert_eq!((response.status, response.body), (200, None));
    drop(fake);
}

#[wasm_bindgen_test]
async fn the_real_fetch_answers_from_this_origin() {
    let origin = js("location.origin").as_string().expect("a text");
    let get = Request {
        method: Method::Get,
        body: None,
        ..request(&format!("{origin}/there-is-no-such-file"))
    };

    let response = FetchTransport::default()
        .send(get)
        .await
        .expect("it is answered");

    assert_eq!(response.status, 404);
}

#[wasm_bindgen_test]
async fn nobody_there_is_a_failure_of_the_network_probed_or_not() {
    for url in [
        "http://127.0.0.1:1/api/v1/moods",
        "http://127.0.0.1:1/api/v1/capabilities",
    ] {
        let result = FetchTransport::default().send(request(url)).await;

        assert_eq!(result, Err(SendError::Network), "{url}");
    }
}

#[wasm_bindgen_test]
async fn a_backend_that_answers_only_without_permission_to_look_refuses_us() {
    let fake = FakeFetch::answering(
        "if (request.mode === 'cors') throw new TypeError('Failed to fetch'); \
         return new Response();",
    );

    let asked = FetchTransport::default()
        .send(request("https://lume.example/api/v1/capabilities"))
        .await;
    let probes = js("fetched.length");
    let not_asked = FetchTransport::default()
        .send(request("https://lume.example/api/v1/moods"))
        .await;

    assert_eq!(asked, Err(SendError::Refused));
    assert_eq!(probes, 2);
    assert_eq!(not_asked, Err(SendError::Network));
    assert_eq!(js("fetched.length"), 3, "only capabilities are probed");
    drop(fake);
}

#[wasm_bindgen_test]
async fn a_server_that_hangs_is_given_up_and_its_request_aborted() {
    let fake = FakeFetch::hanging();

    let result = FetchTransport::default()
        .send(Request {
            timeout_ms: 1,
            ..request("https://lume.example/api/v1/moods")
        })
        .await;

    assert_eq!(result, Err(SendError::Timeout));
    assert_eq!(js("fetched[0].signal.aborted"), true);
    drop(fake);
}

#[wasm_bindgen_test]
async fn stopping_ends_every_request_under_way_and_none_that_comes_later() {
    let fake = FakeFetch::hanging();
    let transport = FetchTransport::default();
    let url = "https://lume.example/api/v1/capabilities";
    let mut first = Box::pin(transport.send(request(url)));
    let mut second = Box::pin(transport.send(request(url)));
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());

    transport.stop_all();

    assert_eq!(first.await, Err(SendError::Stopped));
    assert_eq!(second.await, Err(SendError::Stopped));
    drop(fake);
    let fake = FakeFetch::answering("return new Response()");
    assert!(transport.send(request(url)).await.is_ok());
    drop(fake);
}

#[wasm_bindgen_test]
async fn a_request_that_was_under_way_when_the_page_was_put_aside_is_given_up() {
    let fake = FakeFetch::hanging();
    let transport = FetchTransport::default();
    let mut sending = Box::pin(transport.send(request("https://lume.example/api/v1/moods")));
    assert!((&mut sending).now_or_never().is_none());

    js("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
    js("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");

    assert_eq!(sending.await, Err(SendError::Stopped));
    assert_eq!(js("fetched[0].signal.aborted"), true);
    drop(fake);
}

#[wasm_bindgen_test]
async fn a_request_that_is_dropped_is_aborted() {
    let fake = FakeFetch::hanging();
    let transport = FetchTransport::default();
    let mut sending = Box::pin(transport.send(request("https://lume.example/api/v1/moods")));
    assert!((&mut sending).now_or_never().is_none());

    drop(sending);

    assert_eq!(js("fetched[0].signal.aborted"), true);
    drop(fake);
}
