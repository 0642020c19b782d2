//! Many events in one request, where the backend takes them: what is claimed goes out in as few as there is room for.
//!
//! A batch changes how events travel, and nothing else. Each keeps its key and the bytes that were fixed when it was
//! claimed, each is answered by itself, and each answer is read as if the event had been sent alone: there is one table
//! of outcomes. Only heads of lanes are claimed, so that no event of a batch waits for another one of it.
//!
//! A refusal of the whole says nothing about any event. The batch is sent again in halves, down to single requests,
//! whose answers do. After that batches grow again.

use lume_wire::batch::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, BatchAnswer, BatchEvent, BatchRequest, BatchResult,
    BatchStatus,
};
use lume_wire::{ApiError, ErrorCode, Feature, Rev, envelope, headers, paths};
use serde_json::{Map, Value, json};

use crate::claim::ClaimedEvent;
use crate::content::Operation;
use crate::engine::Engine;
use crate::mutant::{self, Mutant};
use crate::outcome::{Asked, Outcome, classify};
use crate::pass::{Flow, Pass};
use crate::ports::{Method, Ports, Request, Response, SendError};
use crate::rows::ClaimRow;
use crate::session::to_json;
use crate::settle::Verdict;
use crate::store::StoreError;
use crate::verdict::{Health, Judged};
use crate::wire_request::{base_headers, timeout_ms};

/// What became of a batch.
pub(crate) enum Delivery {
    /// Each event was judged, in order.
    Judged(Vec<Judged>),
    /// The whole was refused: none of it was judged, and at most so many are to go together next.
    Refused(usize),
}

impl<P: Ports> Engine<P> {
    /// How many events may go together at first: one where the backend takes no batches.
    pub(crate) fn batch_events_max(pass: &Pass) -> usize {
        let features = pass.profile.backend.features.as_ref();
        if features.is_some_and(|features| features.contains(&Feature::Batch)) {
            BATCH_EVENTS_MAX
        } else {
            1
        }
    }

    /// Sends events together and judges the answers; after a 401 once more with a new token.
    pub(crate) async fn deliver_batch(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
        events: &[ClaimedEvent],
    ) -> Result<Delivery, StoreError> {
        loop {
            let answer = self
                .send(paths::BATCH, self.batch_request(pass, events))
                .await;
            if self.is_late(pass) {
                return Ok(stopped(events.len()));
            }
            let asked = Asked {
                backend: pass.kind,
                operation: Operation::Created,
                events: events.len(),
            };
            match classify(asked, answer.as_ref().map_err(|error| *error)) {
                Outcome::Acknowledged { .. } => return self.judge_each(pass, events, answer).await,
                // No such route after all: this pass does without.
                Outcome::RouteMissing => {
                    let features = pass.profile.backend.features.iter_mut();
                    features.for_each(|features| features.retain(|one| *one != Feature::Batch));
                    return Ok(Delivery::Refused(1));
                }
                Outcome::Split
                | Outcome::Refused { .. }
                | Outcome::Conflict(_)
                | Outcome::KeyExpired
                | Outcome::NotNow
                | Outcome::InProgress => return Ok(Delivery::Refused(events.len() / 2)),
                Outcome::ServerError if self.health(pass).await == Health::Well => {
                    return Ok(Delivery::Refused(events.len() / 2));
                }
                // Nothing of it is about the events: what holds for one holds for all.
                Outcome::ServerError
                | Outcome::Unreachable { .. }
                | Outcome::Stopped
                | Outcome::Unauthorized
                | Outcome::WrongApiKey
                | Outcome::Captive
                | Outcome::AccountBlocked
                | Outcome::Upgrade => match self.judge(pass, &events[0], answer).await? {
                    Some(first) => {
                        let others = events[1..].iter().map(|_| Judged::stop());
                        return Ok(Delivery::Judged(
                            std::iter::once(first).chain(others).collect(),
                        ));
                    }
                    // The token was refreshed, which may have taken long.
                    None => {
                        if self.may_send(pass, claim).await? == Flow::Stop {
                            return Ok(stopped(events.len()));
                        }
                    }
                },
            }
        }
    }

    fn batch_request(&self, pass: &Pass, events: &[ClaimedEvent]) -> Request {
        let backend = &pass.profile.backend;
        let mut headers = base_headers(backend, pass.kind, &self.options.client_version);
        headers.push((
            headers::AUTHORIZATION,
            format!("Bearer {}", pass.session.tokens.access),
        ));
        headers.push(("content-type", headers::JSON.to_owned()));
        let body = to_json(&BatchRequest {
            events: events.iter().map(item).collect(),
        });
        Request {
            method: Method::Post,
            url: format!("{}{}", backend.base_url, paths::BATCH),
            headers,
            timeout_ms: timeout_ms(Some(&body)),
            body: Some(body),
        }
    }

    /// Reads each event's result as the answer to a request of its own.
    async fn judge_each(
        &self,
        pass: &mut Pass,
        events: &[ClaimedEvent],
        answer: Result<Response, SendError>,
    ) -> Result<Delivery, StoreError> {
        let now = self.now();
        let results = answer.as_ref().ok().and_then(|response| {
            let body = response.body.as_deref()?;
            let answer: BatchAnswer = envelope::parse_data(body).ok()?;
            Some((response.clone(), answer.results))
        });
        let Some((response, results)) = results else {
            self.back_off(&mut pass.gate, None, "unreachable", now);
            return Ok(stopped(events.len()));
        };
        let mut all = Vec::with_capacity(events.len());
        let mut flow = Flow::On;
        for (place, event) in events.iter().enumerate() {
            let own = |result: &&BatchResult| result.event_id == event.item.event_id;
            let result = if mutant::is(Mutant::ResultsByPlace) {
                results.get(place)
            } else {
                results.iter().find(own)
            };
            let judged = match result.and_then(|result| alone(&response, result)) {
                Some(alone) if flow == Flow::On => self.judge(pass, event, Ok(alone)).await?,
                Some(_) => Some(Judged::stop()),
                None if mutant::is(Mutant::MissingResultIsDone) => {
                    Some(Judged::on(Verdict::Acknowledged { rev: None }))
                }
                None => Some(Judged::on(self.retry_later(
                    event,
                    Some(response.status),
                    now,
                ))),
            };
            // A token that was refreshed for one event's sake: it goes out again with the next pass.
            let judged = judged.unwrap_or_else(Judged::stop);
            flow = judged.flow;
            // What answers leave to be asked, each for itself, is no more than a minute has room for.
            if self.minute_left(pass) > 0 {
                flow = Flow::Stop;
            }
            all.push(judged);
        }
        Ok(Delivery::Judged(all))
    }
}

/// How many of these, from the first on, fit into one batch of at most `max` events.
pub(crate) fn fitting(events: &[ClaimedEvent], max: usize) -> usize {
    let mut bytes = json!({"events": []}).to_string().len();
    let fits = |event: &&ClaimedEvent| {
        bytes += to_json(&item(event)).len() + 1;
        bytes <= BATCH_BYTES_MAX
    };
    let count = events.iter().take(max).take_while(fits).count();
    // What is too large for a batch goes alone.
    count.max(1)
}

/// An event as a batch carries it: what its own request says.
fn item(event: &ClaimedEvent) -> BatchEvent {
    let request = &event.request;
    let operation = match request.method {
        Method::Get | Method::Post => Operation::Created,
        Method::Put => Operation::Updated,
        Method::Delete => Operation::Deleted,
    };
    let body = request.body.as_deref().unwrap_or_default();
    BatchEvent {
        event_id: event.item.event_id,
        event_type: format!("{}.{}", event.item.key.kind.0, operation.name()),
        entity_id: event.item.key.id,
        base_rev: request.if_match,
        payload: serde_json::from_str::<Map<String, Value>>(body).unwrap_or_default(),
    }
}

/// The answer that the event would have had by itself; `None` where nothing was answered about it.
fn alone(whole: &Response, result: &BatchResult) -> Option<Response> {
    let (status, body) = match &result.status {
        BatchStatus::Applied | BatchStatus::Duplicate => {
            (200, json!({"success": true, "data": null}))
        }
        BatchStatus::Conflict | BatchStatus::Rejected => refusal(result)?,
        BatchStatus::Retry if is_in_progress(result) => refusal(result)?,
        BatchStatus::Retry | BatchStatus::BlockedBy | BatchStatus::Other(_) => return None,
    };
    Some(Response {
        status,
        etag: result.rev.map(Rev::to_etag),
        body: Some(to_json(&body)),
        retry_after: None,
        ..whole.clone()
    })
}

fn is_in_progress(result: &BatchResult) -> bool {
    let error = result.error.as_ref();
    error.is_some_and(|error| error.code == ErrorCode::InProgress)
}

fn refusal(result: &BatchResult) -> Option<(u16, Value)> {
    let error = ApiError {
        rev: result.rev,
        entity: result.entity.clone(),
        ..result.error.clone()?
    };
    Some((error.code.status(), error.to_envelope()))
}

/// The requests may have been seen; nothing was learned.
fn stopped(events: usize) -> Delivery {
    Delivery::Judged((0..events).map(|_| Judged::stop()).collect())
}
