//! Answers that the backend did not give, or gave without doing anything.

use lume_sync::ports::{Request, Response};
use lume_wire::{ApiError, ErrorCode, headers};

use crate::mix::Fault;
use crate::rng::Rng;
use crate::world::World;

const PAGE: &str = "<!doctype html><title>Welcome</title>";

/// The answer that a fault puts in the backend's place, if one strikes.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "FAULTS lists those that answer"
)]
pub(super) fn instead(world: &mut World, request: &Request) -> Option<Response> {
    let extended = world.mix.is_extended();
    let refused = |code| refusal(extended, code);
    for fault in FAULTS {
        if !world.strikes(*fault) {
            continue;
        }
        let coin = world.rng.per_mille(500);
        return Some(match fault {
            Fault::ServerFails => failed(extended),
            Fault::Gateway => gateway(&mut world.rng),
            Fault::Unavailable => unavailable(&mut world.rng),
            Fault::TooMany => {
                let (retry_after, date) = retry_after(&mut world.rng);
                Response {
                    retry_after,
                    date,
                    ..refused(ErrorCode::RateLimited)
                }
            }
            Fault::Unauthorized => refused(if coin {
                ErrorCode::Unauthorized
            } else {
                ErrorCode::TokenExpired
            }),
            Fault::PortalPage => page(200),
            Fault::PortalRedirect => redirect(),
            Fault::ForeignJson => json(200, false, "{\"success\": true, \"data\": {}}"),
            Fault::InProgress if super::is_change(request) => refused(ErrorCode::InProgress),
            Fault::Firewall => page(403),
            Fault::RouteMissing => page(404),
            Fault::Locked if super::is_change(request) => refused(ErrorCode::Locked),
            Fault::Early => json(if coin { 408 } else { 425 }, false, "{}"),
            Fault::AccountFull => refused(if coin {
                ErrorCode::PaymentRequired
            } else {
                ErrorCode::Quota
            }),
            Fault::TooOld => refused(ErrorCode::Upgrade),
            _ => continue,
        });
    }
    None
}

/// The faults that answer in the backend's place.
const FAULTS: &[Fault] = &[
    Fault::ServerFails,
    Fault::Gateway,
    Fault::Unavailable,
    Fault::TooMany,
    Fault::Unauthorized,
    Fault::PortalPage,
    Fault::PortalRedirect,
    Fault::ForeignJson,
    Fault::InProgress,
    Fault::Firewall,
    Fault::RouteMissing,
    Fault::Locked,
    Fault::Early,
    Fault::AccountFull,
    Fault::TooOld,
];

/// What a portal says.
pub(super) fn portal(rng: &mut Rng) -> Response {
    match rng.below(3) {
        0 => redirect(),
        1 => page(511),
        _ => page(200),
    }
}

/// 500.
pub(super) fn failed(extended: bool) -> Response {
    refusal(extended, ErrorCode::Internal)
}

/// 502, 504 or 520 of something in front of the backend.
pub(super) fn gateway(rng: &mut Rng) -> Response {
    page(*rng.pick(&[502, 504, 520]).unwrap_or(&502))
}

/// 503 of the backend or of something in front of it.
pub(super) fn unavailable(rng: &mut Rng) -> Response {
    let (retry_after, date) = retry_after(rng);
    Response {
        retry_after,
        date,
        ..page(503)
    }
}

/// How long to wait, in seconds or as a date; mostly.
fn retry_after(rng: &mut Rng) -> (Option<String>, Option<String>) {
    match rng.below(4) {
        0 => (None, None),
        // The device's clock plays no part: one is relative to the other.
        1 => (
            Some("Mon, 16 Jun 2025 10:01:30 GMT".to_owned()),
            Some("Mon, 16 Jun 2025 10:00:00 GMT".to_owned()),
        ),
        _ => (Some(rng.between(1, 180).to_string()), None),
    }
}

fn page(status: u16) -> Response {
    Response {
        content_type: Some("text/html".to_owned()),
        ..json(status, false, PAGE)
    }
}

fn redirect() -> Response {
    Response {
        redirected: true,
        content_type: None,
        body: Some(Vec::new()),
        ..json(0, false, "")
    }
}

/// A refusal in the backend's words.
pub(super) fn refusal(extended: bool, code: ErrorCode) -> Response {
    let status = code.status();
    let body = ApiError::new(code, "simulated").to_envelope().to_string();
    json(status, extended, &body)
}

fn json(status: u16, marked: bool, body: &str) -> Response {
    Response {
        status,
        redirected: false,
        content_type: Some(headers::JSON.to_owned()),
        protocol: marked.then(|| headers::PROTOCOL_VALUE.to_owned()),
        retry_after: None,
        date: None,
        etag: None,
        body: Some(body.as_bytes().to_vec()),
    }
}
