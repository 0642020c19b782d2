//! A backend that breaks its contract. No client can make up for what it loses; the client's own promises hold all the
//! same: what was saved stays, nothing is acknowledged without an answer, a failure is shown, no hot loop.

use lume_core::ids::EventId;
use lume_sync::ports::{Request, Response};
use lume_wire::{ErrorCode, Rev};

use super::is_change;
use crate::mix::Bug;
use crate::world::World;

/// How often a bug shows, in a thousand answers.
const RATE: u32 = 250;

/// What the backend says instead of what it should.
pub(super) fn broken(
    world: &mut World,
    request: &Request,
    event: Option<EventId>,
    response: Response,
) -> Response {
    let Some(bug) = world.mix.bug else {
        return response;
    };
    if !is_change(request) || !world.rng.per_mille(RATE) {
        return response;
    }
    match bug {
        Bug::ForgetsKeys => {
            world.net.backend.forget_keys();
            response
        }
        Bug::RefusesAtRandom => refusal(world),
        Bug::LiesAboutRevisions => Response {
            etag: world
                .rng
                .per_mille(500)
                .then(|| Rev(i64::try_from(world.rng.below(1_000)).unwrap_or(0)).to_etag()),
            ..response
        },
        Bug::HalfEnvelopes => half(world, response),
        Bug::AlwaysInProgress => {
            let stuck = event.is_some_and(|event| event.to_string().ends_with(['0', '1', '2']));
            if stuck {
                refused(ErrorCode::InProgress)
            } else {
                response
            }
        }
    }
}

fn refusal(world: &mut World) -> Response {
    let codes = [
        ErrorCode::BadRequest,
        ErrorCode::Permission,
        ErrorCode::Entity,
        ErrorCode::Exists,
        ErrorCode::Version,
        ErrorCode::Unique,
        ErrorCode::Deleted,
        ErrorCode::KeyExpired,
        ErrorCode::TooLarge,
        ErrorCode::Validation,
        ErrorCode::Locked,
    ];
    let code = world.rng.pick(&codes).cloned();
    refused(code.unwrap_or(ErrorCode::BadRequest))
}

fn refused(code: ErrorCode) -> Response {
    super::answers::refusal(true, code)
}

fn half(world: &mut World, response: Response) -> Response {
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        "{\"success\": false}",
        "{\"success\": true}",
        "{\"success\": true, \"data\": null}",
        "{\"success\": true, \"data\": {\"rev\": \"x\"}}",
        "\u{feff}{\"success\": true}",
    ];
    let body = world.rng.pick(&bodies).copied().unwrap_or_default();
    Response {
        body: Some(body.as_bytes().to_vec()),
        ..response
    }
}
