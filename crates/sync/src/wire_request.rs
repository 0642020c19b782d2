//! The exact request of an event: fixed when it is claimed for the first time, the same ever after.

use lume_core::ids::{EntityId, UserId};
use lume_wire::{Rev, headers, paths};
use serde::{Deserialize, Serialize};

use crate::content::{Content, Operation, merged};
use crate::kinds::KindSpec;
use crate::limits::{REQUEST_TIMEOUT_MS, REQUEST_TIMEOUT_MS_PER_KIB};
use crate::meta::{Backend, BackendKind, Tokens};
use crate::mutant::{self, Mutant};
use crate::ports::{Method, Request};
use crate::rows::OutboxRow;

/// What goes over the wire for one event, apart from who sends it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) if_match: Option<Rev>,
    pub(crate) body: Option<String>,
}

impl EventRequest {
    /// The request for an event whose patch is `patch`, on an entity that the server has as `base`.
    pub(crate) fn new(
        spec: &KindSpec,
        backend: BackendKind,
        user_id: UserId,
        row: &OutboxRow,
        patch: &Content,
        base: Option<&Content>,
    ) -> Self {
        let item = paths::item(spec.path, row.key.id);
        let whole = merged(base.unwrap_or(&Content::new()), patch);
        let create = || Self {
            method: Method::Post,
            path: spec.path.to_owned(),
            if_match: None,
            body: Some(text(&created(spec, backend, &whole, user_id, row.key.id))),
        };
        match (row.operation, backend, row.base_rev) {
            // An entity that a basic backend acknowledged has no revision; the server compares the whole.
            (Operation::Created, _, _)
            | (Operation::Updated, BackendKind::Basic, _)
            | (Operation::Updated, BackendKind::Extended, None) => create(),
            (Operation::Updated, BackendKind::Extended, Some(rev)) => Self {
                method: Method::Put,
                path: item,
                if_match: Some(rev),
                body: Some(text(&(spec.patch)(patch, &whole))),
            },
            (Operation::Deleted, backend, rev) => Self {
                method: Method::Delete,
                path: item,
                if_match: rev.filter(|_| backend == BackendKind::Extended),
                body: None,
            },
        }
    }

    /// The whole request, as this account sends it now.
    pub(crate) fn to_request(
        &self,
        backend: &Backend,
        kind: BackendKind,
        tokens: &Tokens,
        event_id: &str,
        client_version: &str,
    ) -> Request {
        let mut headers = base_headers(backend, kind, client_version);
        headers.push((headers::AUTHORIZATION, format!("Bearer {}", tokens.access)));
        if kind == BackendKind::Extended {
            if !mutant::is(Mutant::SendsNoKey) {
                headers.push((headers::IDEMPOTENCY_KEY, event_id.to_owned()));
            }
            headers.extend(self.if_match.map(|rev| (headers::IF_MATCH, rev.to_etag())));
        }
        if self.body.is_some() {
            headers.push(("content-type", headers::JSON.to_owned()));
        }
        let body = self.body.as_ref().map(|body| body.clone().into_bytes());
        Request {
            method: self.method,
            url: format!("{}{}", backend.base_url, self.path),
            headers,
            timeout_ms: timeout_ms(body.as_deref()),
            body,
        }
    }
}

fn created(
    spec: &KindSpec,
    backend: BackendKind,
    whole: &Content,
    user_id: UserId,
    id: EntityId,
) -> Content {
    let body = (spec.create)(whole, user_id, id);
    match backend {
        BackendKind::Basic => (spec.basic)(body),
        BackendKind::Extended => body,
    }
}

/// The headers of every request. A basic backend gets the seed's only: another would fail its preflight.
pub(crate) fn base_headers(
    backend: &Backend,
    kind: BackendKind,
    client_version: &str,
) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    if !backend.api_key.is_empty() {
        all.push((headers::API_KEY, backend.api_key.clone()));
    }
    if kind == BackendKind::Extended {
        all.push((headers::CLIENT, client_version.to_owned()));
    }
    all
}

/// How long a request may take: more for a large body.
pub(crate) fn timeout_ms(body: Option<&[u8]>) -> u64 {
    let kib = body.map_or(0, |body| body.len() as u64 / 1024);
    REQUEST_TIMEOUT_MS + kib * REQUEST_TIMEOUT_MS_PER_KIB
}

fn text(body: &Content) -> String {
    serde_json::to_string(body).expect("a map with text keys is JSON")
}
