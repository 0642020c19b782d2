//! Batches, as the checks see them: each event as if it travelled by itself.

use lume_core::ids::EventId;
use lume_sync::ports::{Request, Response};
use lume_wire::batch::{BatchAnswer, BatchRequest, BatchResult, BatchStatus};
use lume_wire::{ErrorCode, Rev, envelope, paths};

use super::Sent;
use super::requests::Said;
use crate::net::path_of;

/// The batch in a request, if it is one.
pub(crate) fn request(request: &Request) -> Option<BatchRequest> {
    let body = request.body.as_deref()?;
    if path_of(request) != paths::BATCH {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// Each event with what its own request would have been.
pub(super) fn carried(batch: &BatchRequest, request: &Request) -> Vec<(EventId, Sent)> {
    let backend = request.url.strip_suffix(paths::BATCH).unwrap_or_default();
    let events = batch.events.iter();
    let alone = events.map(|event| {
        let item = format!("{backend}{}", paths::item(paths::MOODS, event.entity_id));
        let payload = serde_json::to_vec(&event.payload).ok();
        let (method, url, body) = match event.event_type.as_str() {
            "mood.created" => ("POST", format!("{backend}{}", paths::MOODS), payload),
            "mood.updated" => ("PUT", item, payload),
            _ => ("DELETE", item, None),
        };
        let sent = Sent {
            method,
            url,
            if_match: event.base_rev.map(Rev::to_etag),
            body,
        };
        (event.event_id, sent)
    });
    alone.collect()
}

/// The results in the answer to a batch.
pub(super) fn results(sent: &Request, response: &Response) -> Vec<BatchResult> {
    if request(sent).is_none() {
        return Vec::new();
    }
    answered(response).unwrap_or_default()
}

/// Whether an event of a batch took effect.
pub(super) fn is_done(result: &BatchResult) -> bool {
    matches!(result.status, BatchStatus::Applied | BatchStatus::Duplicate)
}

/// What the answer to a batch says of each of its events: of one that it does not name, that it was not done.
pub(super) fn said(events: &[EventId], response: &Response) -> Vec<(EventId, Said)> {
    let Some(results) = answered(response) else {
        return Vec::new();
    };
    let of = |event: &EventId| {
        let result = results.iter().find(|result| result.event_id == *event);
        let error = result.and_then(|result| result.error.as_ref());
        let code = error.map(|error| error.code.clone());
        let arrived = result.is_some_and(is_done);
        let said = Said {
            arrived,
            countable: !arrived && code != Some(ErrorCode::InProgress),
            status: code.as_ref().map_or(200, ErrorCode::status),
            code,
        };
        (*event, said)
    };
    events.iter().map(of).collect()
}

fn answered(response: &Response) -> Option<Vec<BatchResult>> {
    let good = response.status == 200 && response.protocol.is_some();
    let body = response.body.as_deref().filter(|_| good)?;
    let answer: BatchAnswer = envelope::parse_data(body).ok()?;
    Some(answer.results)
}
