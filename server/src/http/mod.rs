//! HTTP: routes, headers, bodies. It decides nothing about accounts and entities; [`Service`] does.
//!
//! From the outside in, a request passes: the log line, the headers every answer has, CORS, the panic net, the API key
//! with the app's version and the address's rate, the body's limits, the time for an answer, the route. So that whatever
//! goes wrong further in, an answer under `/api` carries the envelope and `X-Lume-Protocol`.

mod accounts;
mod address;
mod bodies;
mod connections;
mod cors;
mod entities;
mod extract;
mod gate;
mod headers;
mod live;
mod log;
mod push;
mod respond;
mod site;
mod sync;
mod system;
mod time;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use lume_wire::{ApiError, ErrorCode};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Service;

pub use bodies::{BODY_BYTES_MAX, BODY_SECONDS_MAX};
pub use connections::{HEAD_SECONDS_MAX, STALLED_SECONDS_MAX, serve, told};
pub use site::Site;
pub use time::REQUEST_SECONDS_MAX;

/// Passwords hashed at a time: each takes a core and 19 MiB.
const HASHING_MAX: usize = 4;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct AppState {
    service: Arc<Service>,
    site: Option<Arc<Site>>,
    hashing: Arc<Semaphore>,
    /// Places for sockets that listen.
    live: Arc<Semaphore>,
}

impl AppState {
    /// Runs work on a thread that may block. It goes on when the client hangs up, so that a change that was begun is
    /// committed together with its answer.
    async fn blocking(&self, work: impl FnOnce(&Service) -> Answer + Send + 'static) -> Answer {
        let service = Arc::clone(&self.service);
        tokio::task::spawn_blocking(move || work(&service))
            .await
            .unwrap_or_else(|error| {
                tracing::error!(
                    panicked = error.is_panic(),
                    "a request's work did not come to its end"
                );
                Answer::internal()
            })
    }

    /// The same for work that hashes a password: few at a time, the others wait.
    async fn hashing(&self, work: impl FnOnce(&Service) -> Answer + Send + 'static) -> Answer {
        match Arc::clone(&self.hashing).acquire_owned().await {
            Ok(permit) => {
                self.blocking(move |service| {
                    let _permit = permit;
                    work(service)
                })
                .await
            }
            Err(_closed) => Answer::failure(&ServerError::Worker),
        }
    }
}

/// The whole server as a router. Without a site it serves the API alone.
pub fn router(service: Arc<Service>, site: Option<Site>) -> Router {
    let state = AppState {
        live: Arc::new(Semaphore::new(live::places(service.config()))),
        service,
        site: site.map(Arc::new),
        hashing: Arc::new(Semaphore::new(HASHING_MAX)),
    };
    let mut routes = Router::new()
        .merge(system::routes())
        .merge(accounts::routes())
        .merge(sync::routes())
        .merge(push::routes())
        .merge(live::routes());
    for kind in crate::kinds::KINDS {
        routes = routes.merge(entities::routes(kind));
    }
    routes
        .fallback(site::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(time::limit))
        .layer(from_fn(bodies::buffer))
        .layer(from_fn_with_state(state.clone(), gate::check))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), cors::apply))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn(log::line))
        .with_state(state)
}

async fn method_not_allowed() -> Answer {
    Answer::refusal(&ApiError::new(
        ErrorCode::MethodNotAllowed,
        "this route has no such method",
    ))
}

/// The payload may quote anything, so it is not logged; the panic's place went to standard error.
fn panicked(_payload: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    tracing::error!("a handler panicked");
    axum::response::IntoResponse::into_response(Answer::internal())
}
