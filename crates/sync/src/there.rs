//! What the backend has of an entity, as its answers say it.

use lume_core::ids::EntityId;
use lume_wire::{ApiError, ErrorCode, Rev, envelope, headers, paths};

use crate::content::{Content, State};
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::pass::Pass;
use crate::ports::{Method, Ports, Request, Response};
use crate::rows::EntityKey;
use crate::wire_request::{base_headers, timeout_ms};

/// What the backend has of an entity, in the form in which it travels.
#[derive(Clone, PartialEq)]
pub(crate) enum There {
    /// Nothing, and no memory of it.
    Absent,
    /// A tombstone of this revision.
    Deleted(Option<Rev>),
    /// These fields at this revision.
    Live(Content, Option<Rev>),
}

impl There {
    /// What a refusal says about the entity that it is about; `None` if it says nothing of it.
    pub(crate) fn of_refusal(response: &Response) -> Option<Self> {
        let error = ApiError::parse(response.body.as_deref()?)?;
        match (response.status, error.code) {
            (404, ErrorCode::Entity) => Some(Self::Absent),
            (410, ErrorCode::Deleted) => Some(Self::Deleted(error.rev)),
            (409 | 412, _) => {
                let etag = response.etag.as_deref().and_then(Rev::from_etag);
                let entity = error.entity?;
                let own = entity.get("rev").and_then(serde_json::Value::as_i64);
                let rev = own.map(Rev).or(error.rev).or(etag)?;
                Some(Self::Live(entity, Some(rev)))
            }
            _ => None,
        }
    }

    /// What the answer to a read says, under the backend's mark.
    pub(crate) fn of_read(response: &Response) -> Option<Self> {
        response.protocol.as_ref()?;
        if response.status == 200 {
            let rev = response.etag.as_deref().and_then(Rev::from_etag);
            let fields = envelope::parse_data(response.body.as_deref()?).ok()?;
            return Some(Self::Live(fields, rev));
        }
        Self::of_refusal(response)
    }

    /// As the engine keeps it; `None` if it is no entity of this kind and id.
    pub(crate) fn state(&self, spec: &KindSpec, id: EntityId) -> Option<(State, Option<Rev>)> {
        match self {
            Self::Absent => Some((State::Absent, None)),
            Self::Deleted(rev) => Some((State::Deleted, *rev)),
            Self::Live(fields, rev) => {
                let (found, content) = (spec.read)(fields)?;
                (found == id).then_some((State::Live(content), *rev))
            }
        }
    }
}

impl<P: Ports> Engine<P> {
    /// The entity as the backend has it; `None` if that can't be learned now.
    pub(crate) async fn read_entity(&self, pass: &mut Pass, key: &EntityKey) -> Option<There> {
        let spec = key.kind.spec()?;
        self.count_request(&mut pass.gate);
        let backend = &pass.profile.backend;
        let mut headers = base_headers(backend, pass.kind, &self.options.client_version);
        headers.push((
            headers::AUTHORIZATION,
            format!("Bearer {}", pass.session.tokens.access),
        ));
        let path = paths::item(spec.path, key.id);
        let request = Request {
            method: Method::Get,
            body: None,
            url: format!("{}{path}", backend.base_url),
            headers,
            timeout_ms: timeout_ms(None),
        };
        let response = self.send(spec.path, request).await.ok()?;
        There::of_read(&response)
    }
}
