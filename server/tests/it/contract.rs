//! The contract's own scenarios, the same that the backend in memory passes, on the real server.

use axum::body::Body;
use axum::http::Request;
use lume_server::Config;
use lume_sync::ports::{Method, Request as Sent, Response};
use lume_sync::testing::contract::{self, Api};
use lume_wire::Secret;
use tokio::runtime::Runtime;

use crate::app::{App, config};

struct Server {
    app: App,
    runtime: Runtime,
}

impl Api for Server {
    fn send(&mut self, sent: &Sent) -> Response {
        let method = match sent.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let path = sent
            .url
            .strip_prefix("https://lume.example")
            .expect("the contract's address");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Body::from(sent.body.clone().unwrap_or_default()))
            .expect("a request");
        let reply = self.runtime.block_on(self.app.send(request));
        let header = |name: &str| {
            reply
                .headers
                .get(name)
                .map(|value| value.to_str().expect("text").to_owned())
        };
        Response {
            status: reply.status.as_u16(),
            protocol: header("x-lume-protocol"),
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            date: header("date"),
            etag: header("etag"),
            redirected: false,
            body: Some(reply.bytes.clone()),
        }
    }

    fn pass_ms(&mut self, ms: i64) -> bool {
        self.app.world.advance_ms(ms);
        // As the running server does by itself.
        self.app.service.sweep().expect("a sweep");
        true
    }
}

#[test]
fn the_server_keeps_the_contract() {
    let scenarios = contract::scenarios().into_iter();
    for scenario in scenarios.chain(contract::feed_scenarios()) {
        let app = App::with(
            Config {
                api_key: Some(Secret::from("test-key")),
                ..config()
            },
            None,
        );
        let mut server = Server {
            app,
            runtime: Runtime::new().expect("a runtime"),
        };
        contract::run_one(&mut server, scenario);
    }
}
