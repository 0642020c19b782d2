//! What a request is about, as its address and body say it.

use lume_core::ids::EntityId;
use lume_sync::ports::{Method, Request};
use lume_wire::paths;

/// Whether a request changes an entity.
pub(super) fn concerns(request: &Request, entity: EntityId) -> bool {
    let id = entity.to_string();
    match request.method {
        Method::Get => false,
        Method::Post => request.body.as_deref().is_some_and(|body| {
            let markers = ["id", "entity_id"].map(|name| format!("\"{name}\":\"{id}\""));
            markers.iter().any(|marker| {
                let mut windows = body.windows(marker.len());
                windows.any(|window| window == marker.as_bytes())
            })
        }),
        Method::Put | Method::Delete => request.url.ends_with(&id),
    }
}

/// The path of a request's address.
pub(crate) fn path_of(request: &Request) -> &str {
    let rest = request
        .url
        .split_once("://")
        .map_or(request.url.as_str(), |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Whether a request changes an entity, as an event's does.
pub(crate) fn is_change(request: &Request) -> bool {
    let path = path_of(request);
    request.method != Method::Get && (path.starts_with(paths::MOODS) || path == paths::BATCH)
}
