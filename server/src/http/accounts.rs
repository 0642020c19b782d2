//! Routes of accounts and sessions.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use lume_wire::paths;

use super::AppState;
use super::address::Address;
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
