//! What every call under `/api/v1` must show: the API key, where there is one, and a version that is not too old; and how
//! many of them may come from one address.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lume_wire::{ApiError, ErrorCode, headers, paths};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::AppState;
use super::address::Address;
use crate::answer::Answer;
use crate::config::{ClientVersion, Config};

pub(super) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Health is asked by programs that have no key.
    let is_call = path.starts_with(paths::API) && !path.ends_with("/health");
    // A page can't give a WebSocket headers. The token in its first message was given to somebody who had the key.
    let is_socket = path == paths::LIVE;
    if is_call {
        let config = state.service.config();
        let Address(address) = Address::of(&request, config.behind_proxy);
        // Before the key is looked at, so that guessing it is slow as well.
        if let Err(wait) = state.service.check_address_rate(&address) {
            return wait.into_response();
        }
        if !is_socket && let Err(refused) = admit(request.headers(), config) {
            return Answer::refusal(&refused).into_response();
        }
    }
    next.run(request).await
}

fn admit(headers: &HeaderMap, config: &Config) -> Result<(), ApiError> {
    if let Some(expected) = &config.api_key {
        let given = headers
            .get(headers::API_KEY)
            .map_or(&b""[..], |value| value.as_bytes());
        // Hashes are of one length, so that not even the key's length shows in the time taken.
        let (given, expected) = (Sha256::digest(given), Sha256::digest(expected.expose()));
        if !bool::from(given.as_slice().ct_eq(expected.as_slice())) {
            return Err(ApiError::new(
                ErrorCode::ApiKey,
                "X-API-Key is missing or wrong",
            ));
        }
    }
    if let Some(wanted) = &config.client_version_min {
        let given = headers
            .get(headers::CLIENT)
            .and_then(|value| value.to_str().ok());
        let given: Option<ClientVersion> = given.and_then(|text| text.parse().ok());
        if given.is_some_and(|given| given < *wanted) {
            return Err(ApiError::new(
                ErrorCode::Upgrade,
                "this version of the app is too old, please update it",
            ));
        }
    }
    Ok(())
}
