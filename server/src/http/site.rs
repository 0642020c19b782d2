//! The built app: its files, its configuration, and one page for every screen.
//!
//! A file whose name carries its hash is cached for ever; every other one is asked for again each time and has an
//! `ETag`. Where the build left a compressed file beside it (`.br`, `.gz`), that one is sent to who takes it. A path
//! without a dot in its last segment is a screen, and gets index.html, the very same bytes.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lume_wire::{ApiError, ErrorCode};
use sha2::{Digest, Sha256};

use super::AppState;
use super::headers::is_ours;
use crate::answer::Answer;
use crate::error::ServerError;

const INDEX: &str = "index.html";
const CONFIG: &str = "config.json";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";
/// Hexadecimal digits of a hash in a file's name: trunk writes a 64-bit number without leading zeros.
const HASH_DIGITS: RangeInclusive<usize> = 12..=16;

/// A folder with the built app.
#[derive(Debug, Clone)]
pub struct Site {
    root: PathBuf,
}

impl Site {
    /// The app in a folder.
    ///
    /// # Errors
    ///
    /// Where there is no index.html in it.
    pub fn open(root: &Path) -> Result<Self, ServerError> {
        if root.join(INDEX).is_file() {
            return Ok(Self {
                root: root.to_owned(),
            });
        }
        Err(ServerError::NoApp {
            path: root.to_owned(),
        })
    }
}

/// Answers what no route of the API does.
pub(super) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if is_ours(request.uri().path()) {
        return Answer::refusal(&ApiError::new(ErrorCode::NotFound, "no such route"))
            .into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            allow,
            "method not allowed\n",
        )
            .into_response();
    }
    let Some(name) = file_name(request.uri().path()) else {
        return not_found();
    };
    if name == CONFIG {
        let body = state.service.config().for_app().to_string().into_bytes();
        return found(request.headers(), &name, Encoding::Identity, body);
    }
    let Some(site) = &state.site else {
        return (
            StatusCode::NOT_FOUND,
            "Lume's API is running here, without the app.\n",
        )
            .into_response();
    };
    for encoding in accepted(request.headers()) {
        let path = site.root.join(format!("{name}{}", encoding.suffix()));
        if let Ok(body) = tokio::fs::read(path).await {
            return found(request.headers(), &name, encoding, body);
        }
    }
    not_found()
}

/// The file a path stands for, relative to the folder; none where it stands for nothing.
fn file_name(path: &str) -> Option<String> {
    let decoded = percent_decoded(path)?;
    let segments: Vec<&str> = decoded
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let hostile = |segment: &&str| segment.starts_with('.') || segment.contains(['\\', '\0', ':']);
    if segments.iter().any(hostile) {
        return None;
    }
    match segments.last() {
        Some(last) if last.contains('.') => Some(segments.join("/")),
        Some(_) | None => Some(INDEX.to_owned()),
    }
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            decoded.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The encodings a client takes, the smallest first; as it is, always.
fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let values = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let names: Vec<&str> = values
        .flat_map(|value| value.split(','))
        .filter_map(wanted)
        .collect();
    let takes = |encoding: &Encoding| {
        *encoding == Encoding::Identity
            || names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(encoding.name()))
    };
    [Encoding::Brotli, Encoding::Gzip, Encoding::Identity]
        .into_iter()
        .filter(takes)
        .collect()
}

/// The coding's name, unless its weight is zero.
fn wanted(item: &str) -> Option<&str> {
    let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
    let weight = parameters
        .trim()
        .strip_prefix("q=")
        .and_then(|weight| weight.trim().parse::<f32>().ok());
    (weight != Some(0.0)).then(|| name.trim())
}

fn found(request: &HeaderMap, name: &str, encoding: Encoding, body: Vec<u8>) -> Response {
    let hashed = is_hashed(name);
    let etag = etag(&body);
    let unchanged = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| names(known, &etag));

    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(media_type(name)),
        );
        if encoding != Encoding::Identity {
            let coding = HeaderValue::from_static(encoding.name());
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, coding);
        }
        response
    };
    let headers = response.headers_mut();
    let caching = if hashed { IMMUTABLE } else { REVALIDATE };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Of the bytes sent: a compressed file has another tag than the file itself.
fn etag(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let hash = Sha256::digest(body);
    let mut tag = String::from("\"");
    for byte in &hash[..16] {
        write!(tag, "{byte:02x}").expect("writing to a string does not fail");
    }
    tag.push('"');
    tag
}

fn names(if_none_match: &HeaderValue, etag: &str) -> bool {
    let Ok(list) = if_none_match.to_str() else {
        return false;
    };
    list.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Whether a file's name changes with its content: `lume-0123456789abcdef_bg.wasm`, and all of `snippets/`.
fn is_hashed(name: &str) -> bool {
    if name.starts_with("snippets/") {
        return true;
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    file.match_indices('-').any(|(at, _)| {
        let rest = &file.as_bytes()[at + 1..];
        let digits = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            .count();
        HASH_DIGITS.contains(&digits) && matches!(rest.get(digits), Some(b'.' | b'_'))
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::CACHE_CONTROL, REVALIDATE)],
        "not found\n",
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_get_the_page_and_files_themselves() {
        for (path, name) in [
            ("/", Some("index.html")),
            ("/history", Some("index.html")),
            ("/history/2025/", Some("index.html")),
            ("/icons/icon-192.png", Some("icons/icon-192.png")),
            ("/a%20b.css", Some("a b.css")),
            ("/../secret.txt", None),
            ("/%2e%2e/secret.txt", None),
            ("/..%2fsecret.txt", None),
            ("/a\\..\\b.txt", None),
            ("/.git/config.txt", None),
            ("/%zz.js", None),
            ("/%", None),
        ] {
            assert_eq!(file_name(path).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn names_that_carry_a_hash_are_known() {
        for name in [
            "lume-0123456789abcdef.js",
            "lume-0123456789abcdef_bg.wasm",
            "css/a-fedcba9876543210.css",
            "a-123456789abcdef.js",
            "snippets/x/inline0.js",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "index.html",
            "service-worker.js",
            "icon-512.png",
            "a-0123456789a.js",
            "a-0123456789abcdef0.js",
            "0123456789abcdef.js",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn encodings_with_a_weight_of_zero_are_not_taken() {
        let accept = |value: &'static str| {
            accepted(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(value),
            )]))
        };
        assert_eq!(
            accept("gzip, deflate, br"),
            [Encoding::Brotli, Encoding::Gzip, Encoding::Identity]
        );
        assert_eq!(
            accept("br;q=0, gzip;q=0.5"),
            [Encoding::Gzip, Encoding::Identity]
        );
        assert_eq!(accept("*"), [Encoding::Identity]);
    }
}
