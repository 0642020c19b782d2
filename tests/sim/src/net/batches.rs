//! What goes wrong with batches alone: the whole is refused, or the answer names its results in another order, or not
//! all of them.

use lume_sync::ports::{Request, Response};
use lume_wire::batch::BatchAnswer;
use lume_wire::{ErrorCode, envelope};
use serde_json::json;

use crate::checks;
use crate::world::World;

fn strikes(world: &mut World, request: &Request) -> bool {
    let rate = world.mix.batch_trouble;
    checks::batch_of(request).is_some() && world.rng.per_mille(rate)
}

/// A refusal of a whole batch, of which nothing was done.
pub(super) fn refused(world: &mut World, request: &Request) -> Option<Response> {
    if !strikes(world, request) {
        return None;
    }
    let codes = [ErrorCode::BadRequest, ErrorCode::TooLarge];
    let code = world.rng.pick(&codes).cloned();
    Some(super::refusal(code.unwrap_or(ErrorCode::BadRequest)))
}

/// The answer to a batch, perhaps with less of it.
pub(super) fn mangled(world: &mut World, request: &Request, response: Response) -> Response {
    if response.status != 200 || !strikes(world, request) {
        return response;
    }
    let body = response.body.as_deref().unwrap_or_default();
    let Ok(mut answer) = envelope::parse_data::<BatchAnswer>(body) else {
        return response;
    };
    if world.rng.per_mille(500) {
        answer.results.reverse();
    }
    if world.rng.per_mille(500) {
        answer.results.retain(|_| world.rng.per_mille(500));
    }
    let body = json!({"success": true, "data": answer}).to_string();
    Response {
        body: Some(body.into_bytes()),
        ..response
    }
}
