//! The built app and its configuration.

use std::path::PathBuf;

use axum::http::Method;
use lume_server::http::Site;
use lume_server::{AppConfig, Config};
use lume_wire::Secret;
use serde_json::json;
use tempfile::TempDir;

use crate::app::{App, Reply, ask, config};

const WASM: &str = "lume-0123456789abcdef_bg.wasm";

/// A build in a folder, and beside it a file that is nobody's business.
struct Built(TempDir);

impl Built {
    fn path(&self) -> PathBuf {
        self.0.path().join("dist")
    }
}

fn built() -> Built {
    let built = Built(TempDir::new().expect("a folder"));
    let write = |name: &str, content: &str| {
        let path = built.path().join(name);
        let folder = path.parent().expect("it is in the build");
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    write("index.html", "<!doctype html>");
    write("index.html.gz", "index gz");
    write("service-worker.js", "self");
    write("manifest.webmanifest", "{}");
    write("config.json", "{\"from\": \"the build\"}");
    write(WASM, "wasm");
    write(&format!("{WASM}.br"), "wasm br");
    write(&format!("{WASM}.gz"), "wasm gz");
    write("snippets/leptos-x/inline0.js", "x");
    write("icons/icon-192.png", "png");
    write("../outside.txt", "outside");
    built
}

fn app(built: &Built) -> App {
    App::with(config(), Some(Site::open(&built.path()).expect("an app")))
}

async fn get(app: &App, path: &str, accept: &str) -> Reply {
    app.send(
        ask(Method::GET, path)
            .header("accept-encoding", accept)
            .empty(),
    )
    .await
}

#[tokio::test]
async fn every_screen_gets_the_very_same_page() {
    let dist = built();
    let app = app(&dist);
    let page = app.get("/").await;

    assert_eq!(
        (page.status.as_u16(), page.bytes.as_slice()),
        (200, b"<!doctype html>".as_slice())
    );
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for path in [
        "/index.html",
        "/history",
        "/history/",
        "/sync?failed=1",
        "/settings/account",
        "/calendar/2025/01",
    ] {
        let other = app.get(path).await;
        assert_eq!(
            (other.status, &other.bytes, &other.headers),
            (page.status, &page.bytes, &page.headers),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_missing_file_is_404_and_not_the_page() {
    let dist = built();
    let app = app(&dist);
    for path in [
        "/nope.js",
        "/icons/nope.png",
        "/lume-ffffffffffffffff.js",
        "/a.b/c.d",
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.header("cache-control"), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let dist = built();
    let app = app(&dist);
    for path in [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/icons/%2e%2e/%2e%2e/outside.txt",
        "//etc/hostname.txt",
        "/.env.txt",
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.bytes.starts_with(b"outside"), "{path}");
    }
}

#[tokio::test]
async fn files_with_a_hash_are_kept_for_ever_and_others_asked_for_again() {
    let dist = built();
    let app = app(&dist);
    for path in [
        format!("/{WASM}"),
        "/snippets/leptos-x/inline0.js".to_owned(),
    ] {
        assert_eq!(
            app.get(&path).await.header("cache-control"),
            "public, max-age=31536000, immutable",
            "{path}"
        );
    }
    for path in [
        "/",
        "/service-worker.js",
        "/manifest.webmanifest",
        "/config.json",
        "/icons/icon-192.png",
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.header("cache-control"), "no-cache", "{path}");
        let again = ask(Method::GET, path).header("if-none-match", reply.header("etag"));
        let again = app.send(again.empty()).await;
        assert_eq!(
            (again.status.as_u16(), again.bytes.len()),
            (304, 0),
            "{path}"
        );
        assert_eq!(again.header("etag"), reply.header("etag"), "{path}");
        let other = app
            .send(
                ask(Method::GET, path)
                    .header("if-none-match", "\"other\"")
                    .empty(),
            )
            .await;
        assert_eq!(other.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_new_build_is_seen_at_once() {
    let dist = built();
    let app = app(&dist);
    let before = app.get("/").await.header("etag").to_owned();

    std::fs::write(dist.path().join("index.html"), "<!doctype html>new").unwrap();

    let after = app
        .send(
            ask(Method::GET, "/")
                .header("if-none-match", &before)
                .empty(),
        )
        .await;
    assert_eq!(
        (after.status.as_u16(), after.bytes.as_slice()),
        (200, b"<!doctype html>new".as_slice())
    );
}

#[tokio::test]
async fn the_smallest_encoding_a_client_takes_is_sent() {
    let dist = built();
    let app = app(&dist);
    let path = format!("/{WASM}");
    for (accept, coding, bytes) in [
        ("gzip, deflate, br, zstd", "br", "wasm br"),
        ("gzip", "gzip", "wasm gz"),
        ("br;q=0, gzip", "gzip", "wasm gz"),
        ("identity", "", "wasm"),
    ] {
        let reply = get(&app, &path, accept).await;
        assert_eq!(
            (reply.header("content-encoding"), reply.bytes.as_slice()),
            (coding, bytes.as_bytes()),
            "{accept}"
        );
        assert_eq!(reply.header("content-type"), "application/wasm");
        assert_eq!(reply.header("vary"), "Accept-Encoding");
    }
    assert_eq!(
        get(&app, "/", "br, gzip").await.header("content-encoding"),
        "gzip",
        "where there is no brotli"
    );
    assert_ne!(
        get(&app, &path, "br").await.header("etag"),
        get(&app, &path, "gzip").await.header("etag")
    );
}

#[tokio::test]
async fn the_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody() {
    let dist = built();
    let app = app(&dist);
    for path in [
        "/",
        "/history",
        "/service-worker.js",
        "/nope.js",
        "/config.json",
    ] {
        let reply = app.get(path).await;
        assert_eq!(
            reply.header("content-security-policy"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
             font-src 'self'; connect-src 'self' https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* \
             ws://127.0.0.1:*; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin");
        assert!(
            reply
                .header("permissions-policy")
                .contains("geolocation=()")
        );
        assert_eq!(
            reply.header("x-lume-protocol"),
            "",
            "that mark is the API's"
        );
    }
}

#[tokio::test]
async fn the_apps_configuration_is_answered_from_the_flags() {
    let dist = built();
    let own = AppConfig {
        sync_interval_seconds: 5,
        mode_default: "synced".to_owned(),
        help_lines: vec!["Call a friend".to_owned()],
        ..AppConfig::default()
    };
    let config = Config {
        api_key: Some(Secret::from("key")),
        app: own,
        ..config()
    };
    let app = App::with(config, Some(Site::open(&dist.path()).unwrap()));

    let reply = app.get("/config.json").await;

    let expected = json!({
        "backend_base_url": "", "api_key": "key", "profile": "extended", "sync_interval_seconds": 5,
        "mode_default": "synced", "help_lines": ["Call a friend"]
    });
    assert_eq!(
        (&reply.body, reply.header("content-type")),
        (&expected, "application/json")
    );
}

#[tokio::test]
async fn only_reading_is_possible() {
    let dist = built();
    let app = app(&dist);

    let post = app
        .send(ask(Method::POST, "/history").json(&json!({})))
        .await;
    let head = app.send(ask(Method::HEAD, "/").empty()).await;

    assert_eq!(
        (post.status.as_u16(), post.header("allow")),
        (405, "GET, HEAD")
    );
    assert_eq!(head.status, 200);
}

#[tokio::test]
async fn without_an_app_the_api_is_served_alone() {
    let app = App::new();

    assert_eq!(app.get("/").await.status, 404);
    assert_eq!(app.get("/api/v1/capabilities").await.status, 200);
    assert!(
        Site::open(TempDir::new().unwrap().path()).is_err(),
        "a folder without index.html holds no app"
    );
}
