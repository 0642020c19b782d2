//! Routes of accounts and sessions.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::{get, post};
use lume_wire::paths;

use super::AppState;
use super::extract::{Bearer, Body, OptionalBody, SignedIn};
use crate::answer::Answer;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(paths::REGISTER, post(register))
        .route(paths::LOGIN, post(login))
        .route(paths::REFRESH, post(refresh))
        .route(paths::LOGOUT, post(logout))
        .route(paths::PASSWORD, post(set_password))
        .route(
            paths::ME,
            get(profile).put(update_profile).delete(delete_account),
        )
}

/// The address a request comes from, for limits alone.
struct Address(String);

impl FromRequestParts<AppState> for Address {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Answer> {
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
        if state.service.config().behind_proxy
            && let Some(list) = forwarded.and_then(|value| value.to_str().ok())
        {
            // The last one is what our own proxy saw; those before it are what it was told.
            return Ok(Self(
                list.rsplit(',')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
            ));
        }
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        Ok(Self(
            peer.map_or_else(String::new, |ip: IpAddr| ip.to_string()),
        ))
    }
}

async fn register(
    State(state): State<AppState>,
    Address(address): Address,
    Body(body): Body,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("account", &address) {
        return wait;
    }
    state.hashing(move |service| service.register(&body)).await
}

async fn login(
    State(state): State<AppState>,
    Address(address): Address,
    Body(body): Body,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("account", &address) {
        return wait;
    }
    state.hashing(move |service| service.login(&body)).await
}

async fn refresh(
    State(state): State<AppState>,
    Address(address): Address,
    Body(body): Body,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("refresh", &address) {
        return wait;
    }
    state.blocking(move |service| service.refresh(&body)).await
}

async fn logout(
    State(state): State<AppState>,
    Bearer(token): Bearer,
    OptionalBody(body): OptionalBody,
) -> Answer {
    state
        .blocking(move |service| service.logout(token.as_ref(), &body))
        .await
}

async fn set_password(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Address(address): Address,
    Body(body): Body,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("account", &address) {
        return wait;
    }
    state
        .hashing(move |service| service.set_password(caller, &body))
        .await
}

async fn profile(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Answer {
    state.blocking(move |service| service.profile(caller)).await
}

async fn update_profile(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Address(address): Address,
    Body(body): Body,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("account", &address) {
        return wait;
    }
    state
        .hashing(move |service| service.update_profile(caller, &body))
        .await
}

async fn delete_account(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Address(address): Address,
    OptionalBody(body): OptionalBody,
) -> Answer {
    if let Err(wait) = state.service.check_auth_rate("account", &address) {
        return wait;
    }
    state
        .hashing(move |service| service.delete_account(caller, &body))
        .await
}
