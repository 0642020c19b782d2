//! Health, capabilities, consultations and the API's description of itself.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lume_wire::paths;
use serde_json::json;

use super::AppState;
use super::extract::{Params, SignedIn};
use crate::answer::Answer;
use crate::openapi;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(paths::HEALTH, get(health))
        .route(&format!("{}{}", paths::API, paths::HEALTH), get(health))
        .route(paths::CAPABILITIES, get(capabilities))
        .route(paths::CONSULTATIONS, get(consultations))
        .route(paths::OPENAPI, get(description))
        .route("/api/docs", get(docs))
        .route("/api/docs.css", get(docs_style))
}

/// Tiny, and without the envelope: this is what load balancers and probes read.
async fn health() -> Answer {
    Answer {
        status: 200,
        etag: None,
        retry_after_s: None,
        body: Some(json!({ "status": "ok" })),
    }
}

async fn capabilities(State(state): State<AppState>) -> Answer {
    state.service.capabilities()
}

async fn consultations(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Params(params): Params,
) -> Answer {
    state.service.consultations(caller, &params)
}

async fn description() -> Response {
    typed("application/json", openapi::document().to_string())
}

async fn docs() -> Response {
    typed("text/html; charset=utf-8", openapi::page())
}

async fn docs_style() -> Response {
    typed("text/css; charset=utf-8", openapi::STYLE.to_owned())
}

fn typed(media_type: &'static str, body: String) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
