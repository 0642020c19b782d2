//! Routes of one kind of entity; all kinds have the same.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use lume_wire::paths;

use super::AppState;
use super::extract::{Base, Body, Id, Key, Params, SignedIn};
use crate::answer::Answer;
use crate::entities::{HistoryQuery, ListQuery};
use crate::kinds::Kind;
use crate::service::Change;

pub(super) fn routes(kind: &'static Kind) -> Router<AppState> {
    let collection = format!("{}/{}", paths::API, kind.collection);
    let item = format!("{collection}/{{id}}");
    let revisions = format!("{item}/history");

    let create = move |State(state): State<AppState>,
                       SignedIn(caller): SignedIn,
                       Key(key): Key,
                       Body(body): Body| async move {
        state
            .blocking(move |service| {
                service.create(
                    kind,
                    &Change {
                        caller,
                        key: key.as_deref(),
                    },
                    &body,
                )
            })
            .await
    };
    let list = move |State(state): State<AppState>,
                     SignedIn(caller): SignedIn,
                     Params(params): Params| async move {
        match ListQuery::read(&params) {
            Ok(query) => {
                state
                    .blocking(move |service| service.list(kind, caller, query))
                    .await
            }
            Err(refused) => Answer::refusal(&refused),
        }
    };
    let show = move |State(state): State<AppState>, SignedIn(caller): SignedIn, Id(id): Id| async move {
        state
            .blocking(move |service| service.get(kind, caller, id))
            .await
    };
    let update = move |State(state): State<AppState>,
                       SignedIn(caller): SignedIn,
                       Id(id): Id,
                       Key(key): Key,
                       Base(base): Base,
                       Body(patch): Body| async move {
        state
            .blocking(move |service| {
                service.update(
                    kind,
                    &Change {
                        caller,
                        key: key.as_deref(),
                    },
                    id,
                    base,
                    &patch,
                )
            })
            .await
    };
    let delete = move |State(state): State<AppState>,
                       SignedIn(caller): SignedIn,
                       Id(id): Id,
                       Key(key): Key,
                       Base(base): Base| async move {
        state
            .blocking(move |service| {
                service.delete(
                    kind,
                    &Change {
                        caller,
                        key: key.as_deref(),
                    },
                    id,
                    base,
                )
            })
            .await
    };

    let history = move |State(state): State<AppState>,
                        SignedIn(caller): SignedIn,
                        Id(id): Id,
                        Params(params): Params| async move {
        match HistoryQuery::read(&params) {
            Ok(query) => {
                state
                    .blocking(move |service| service.history(kind, caller, id, query))
                    .await
            }
            Err(refused) => Answer::refusal(&refused),
        }
    };

    Router::new()
        .route(&collection, get(list).post(create))
        .route(&item, get(show).put(update).delete(delete))
        .route(&revisions, get(history))
}
