//! The table of outcomes, a test for each of its rows and for each backend where they differ.
//!
//! Whether the server applied the request before it failed plays no part here: an outcome says what was seen.

use lume_wire::{ErrorCode, Rev};
use serde_json::json;

use super::*;
use crate::content::Operation::{Created, Deleted, Updated};

/// Makes a test of each line: what was asked, what came back, what it means.
macro_rules! outcomes {
    ($($name:ident: $asked:expr, $exchange:expr => $outcome:expr;)*) => {$(
        #[test]
        fn $name() {
            let exchange: Exchange = $exchange.into();
            assert_eq!(classify($asked, exchange.0.as_ref().map_err(|error| *error)), $outcome);
        }
    )*};
}

outcomes! {
    no_connection_says_nothing_and_is_looked_into: extended(Created), SendError::Network => suspicious();
    no_connection_to_a_basic_backend_is_the_same: basic(Created), SendError::Network => suspicious();
    a_refused_preflight_looks_like_no_connection: basic(Created), SendError::Refused => suspicious();
    a_timeout_says_nothing: extended(Created), SendError::Timeout => again();
    our_own_stop_is_no_outcome: extended(Created), SendError::Stopped => Outcome::Stopped;

    a_body_that_breaks_off_says_nothing: extended(Created), answer(201).cut() => again();
    a_body_that_breaks_off_says_nothing_basic: basic(Created), answer(201).cut() => again();
    a_body_that_is_half_a_json_says_nothing: extended(Created), answer(201).body(br#"{"success": tr"#) => again();
    a_body_that_does_not_say_success_says_nothing: extended(Created), answer(200).json(&json!({"data": {}})) => again();
    a_success_that_says_failure_says_nothing:
        extended(Created), answer(200).json(&json!({"success": false, "error": "no"})) => again();

    an_envelope_with_200_acknowledges: extended(Created), success(200) => acknowledged(None);
    an_envelope_with_201_acknowledges: extended(Created), success(201) => acknowledged(None);
    an_envelope_brings_the_revision_in_its_etag: extended(Updated), success(200).etag("\"17\"") => acknowledged(Some(17));
    an_etag_that_a_proxy_made_weak_is_the_same: extended(Updated), success(200).etag("W/\"17\"") => acknowledged(Some(17));
    an_envelope_brings_the_revision_in_its_data:
        extended(Created), answer(201).json(&json!({"success": true, "data": {"rev": 9}})) => acknowledged(Some(9));
    a_204_with_our_mark_acknowledges: extended(Deleted), answer(204).body(b"") => acknowledged(None);
    a_204_brings_the_tombstones_revision: extended(Deleted), answer(204).body(b"").etag("\"5\"") => acknowledged(Some(5));

    a_basic_backends_200_acknowledges: basic(Created), foreign(200) => acknowledged(None);
    a_basic_backends_201_acknowledges_whatever_it_says: basic(Created), foreign(201).body(b"created!") => acknowledged(None);
    a_basic_backends_204_acknowledges: basic(Deleted), foreign(204).body(b"") => acknowledged(None);
    a_basic_backends_202_is_no_acknowledgement: basic(Created), foreign(202) => Outcome::NotNow;

    a_success_without_our_mark_is_a_portals: extended(Created), foreign(200) => Outcome::Captive;
    a_page_is_a_portals: extended(Created), foreign(200).html() => Outcome::Captive;
    a_page_with_our_mark_is_a_portals: extended(Created), answer(200).html() => Outcome::Captive;
    a_page_is_a_portals_before_a_basic_backend_too: basic(Created), foreign(200).html() => Outcome::Captive;
    a_page_without_its_type_is_a_portals: basic(Created), foreign(200).body(b"\n <!doctype html>") => Outcome::Captive;
    a_204_without_our_mark_is_a_portals: extended(Deleted), foreign(204).body(b"") => Outcome::Captive;
    a_redirect_is_a_portals: extended(Created), answer(0).redirected() => Outcome::Captive;
    a_redirect_is_a_portals_before_a_basic_backend_too: basic(Created), foreign(0).redirected() => Outcome::Captive;
    a_redirect_that_was_followed_is_a_portals: extended(Created), success(200).redirected() => Outcome::Captive;
    a_302_is_a_portals: basic(Created), foreign(302) => Outcome::Captive;
    a_304_is_a_portals: extended(Created), answer(304) => Outcome::Captive;
    a_511_is_a_portals: extended(Created), foreign(511) => Outcome::Captive;
    a_511_is_a_portals_before_a_basic_backend_too: basic(Created), foreign(511) => Outcome::Captive;

    a_400_for_several_is_halved: several(), refusal(400, "bad_request") => Outcome::Split;
    a_400_for_one_is_final: extended(Created), refusal(400, "bad_request") => refused(FailureReason::BadRequest);
    a_400_for_one_is_final_basic: basic(Created), foreign(400) => refused(FailureReason::BadRequest);
    a_400_of_somebody_elses_is_not_final: extended(Created), foreign(400) => suspicious();

    a_401_asks_for_a_refresh: extended(Created), refusal(401, "token_expired") => Outcome::Unauthorized;
    a_401_without_words_asks_for_a_refresh: extended(Created), answer(401).cut() => Outcome::Unauthorized;
    a_401_of_a_basic_backend_asks_for_a_refresh: basic(Created), foreign(401) => Outcome::Unauthorized;
    a_401_about_the_api_key_is_not_about_the_session: extended(Created), refusal(401, "api_key") => Outcome::WrongApiKey;
    a_401_of_somebody_elses_ends_no_session: extended(Created), foreign(401).html() => suspicious();

    a_402_blocks_the_account: extended(Created), refusal(402, "payment_required") => Outcome::AccountBlocked;
    a_402_blocks_the_account_basic: basic(Created), foreign(402) => Outcome::AccountBlocked;
    a_507_blocks_the_account: extended(Created), refusal(507, "quota") => Outcome::AccountBlocked;

    a_403_about_the_session_asks_for_a_refresh: extended(Created), refusal(403, "session") => Outcome::Unauthorized;
    a_403_about_forgery_asks_for_a_refresh: extended(Created), refusal(403, "csrf") => Outcome::Unauthorized;
    a_403_about_permission_is_final: extended(Created), refusal(403, "permission") => refused(FailureReason::Forbidden);
    a_403_of_a_basic_backend_is_final: basic(Created), foreign(403) => refused(FailureReason::Forbidden);
    a_403_without_our_mark_is_a_firewalls: extended(Created), foreign(403) => suspicious();
    a_403_as_a_page_is_a_firewalls: basic(Created), foreign(403).html() => suspicious();

    a_404_on_delete_acknowledges: extended(Deleted), refusal(404, "entity") => acknowledged(None);
    a_404_on_delete_acknowledges_basic: basic(Deleted), foreign(404) => acknowledged(None);
    a_404_about_the_route_acknowledges_no_delete: extended(Deleted), refusal(404, "not_found") => Outcome::RouteMissing;
    a_404_without_our_mark_acknowledges_no_delete: extended(Deleted), foreign(404) => Outcome::RouteMissing;
    a_404_as_a_page_acknowledges_no_delete: basic(Deleted), foreign(404).html() => Outcome::RouteMissing;
    a_404_about_the_entity_is_a_conflict: extended(Updated), refusal(404, "entity") => conflict(FailureReason::Gone);
    a_404_without_a_type_is_a_missing_route: extended(Updated), foreign(404) => Outcome::RouteMissing;
    a_404_of_a_basic_backend_on_create_is_a_missing_route: basic(Created), foreign(404) => Outcome::RouteMissing;

    a_405_is_another_version: extended(Created), refusal(405, "method_not_allowed") => Outcome::Upgrade;
    a_406_is_another_version: basic(Created), foreign(406) => Outcome::Upgrade;
    a_415_is_another_version: extended(Created), refusal(415, "unsupported_media_type") => Outcome::Upgrade;
    a_428_is_another_version: extended(Updated), refusal(428, "precondition_required") => Outcome::Upgrade;
    a_426_is_another_version: extended(Created), refusal(426, "upgrade") => Outcome::Upgrade;
    a_501_is_another_version: extended(Created), foreign(501) => Outcome::Upgrade;
    a_505_is_another_version: basic(Created), foreign(505) => Outcome::Upgrade;

    a_408_says_nothing: extended(Created), refusal(408, "timeout") => again();
    a_425_says_nothing: basic(Created), foreign(425) => again();

    a_409_while_the_key_is_worked_on_waits: extended(Created), refusal(409, "in_progress") => Outcome::InProgress;
    a_409_about_the_version_is_a_conflict: extended(Updated), refusal(409, "version") => conflict(FailureReason::Version);
    a_412_is_a_conflict: extended(Updated), refusal(412, "version") => conflict(FailureReason::Version);
    a_409_about_the_id_is_a_conflict: extended(Created), refusal(409, "exists") => conflict(FailureReason::Exists);
    a_409_about_a_natural_key_is_a_conflict: extended(Created), refusal(409, "unique") => conflict(FailureReason::Natural);
    a_409_without_a_known_reason_is_final: extended(Created), refusal(409, "odd") => refused(FailureReason::Refused);
    a_409_of_somebody_elses_is_not_final: extended(Created), foreign(409) => suspicious();
    a_basic_backends_409_on_create_acknowledges: basic(Created), foreign(409) => acknowledged(None);
    a_basic_backends_409_on_an_edit_is_final: basic(Updated), foreign(409) => refused(FailureReason::Refused);
    a_basic_backends_409_as_a_page_is_not_believed: basic(Created), foreign(409).html() => suspicious();

    a_410_on_update_is_a_conflict: extended(Updated), refusal(410, "deleted") => conflict(FailureReason::Gone);
    a_410_on_delete_acknowledges: extended(Deleted), refusal(410, "deleted") => acknowledged(None);
    a_410_about_the_key_asks_the_entity: extended(Updated), refusal(410, "key_expired") => Outcome::KeyExpired;
    a_410_about_the_key_asks_the_entity_on_delete_too: extended(Deleted), refusal(410, "key_expired") => Outcome::KeyExpired;

    a_413_for_several_is_split: several(), refusal(413, "too_large") => Outcome::Split;
    a_413_for_one_is_final: extended(Created), refusal(413, "too_large") => refused(FailureReason::TooLarge);
    a_413_of_a_basic_backend_is_final: basic(Created), foreign(413) => refused(FailureReason::TooLarge);

    a_422_is_final: extended(Created), refusal(422, "validation") => refused(FailureReason::Invalid);
    a_422_of_a_basic_backend_is_final: basic(Created), foreign(422) => refused(FailureReason::Invalid);
    a_422_about_the_key_is_an_alarm: extended(Created), refusal(422, "key_reused") => refused(FailureReason::KeyReused);
    a_423_is_tried_again_and_counts: extended(Updated), refusal(423, "locked") => Outcome::NotNow;

    a_429_makes_everything_wait: extended(Created), refusal(429, "rate_limited").retry_after("7") => waits(Some(7_000));
    a_429_of_a_proxy_makes_everything_wait: basic(Created), foreign(429).html().retry_after("7") => waits(Some(7_000));
    a_429_without_a_body_makes_everything_wait: extended(Created), answer(429).cut() => waits(None);

    a_431_of_ours_is_final: extended(Created), refusal(431, "odd") => refused(FailureReason::Refused);
    a_431_of_a_proxy_is_not: extended(Created), foreign(431) => suspicious();
    another_4xx_of_ours_is_final: extended(Created), refusal(418, "odd") => refused(FailureReason::Refused);
    another_4xx_of_a_basic_backend_is_final: basic(Created), foreign(418) => refused(FailureReason::Refused);
    another_4xx_without_our_mark_is_not: extended(Created), foreign(418) => suspicious();
    a_4xx_whose_words_broke_off_is_not_final: extended(Created), answer(422).cut() => again();

    a_500_may_be_about_the_event: extended(Created), refusal(500, "internal") => Outcome::ServerError;
    a_500_of_a_basic_backend_may_be_about_the_event: basic(Created), foreign(500).html() => Outcome::ServerError;
    a_502_says_nothing: extended(Created), foreign(502).html() => again();
    a_503_says_nothing: extended(Created), refusal(503, "unavailable") => again();
    a_503_may_ask_for_a_wait: extended(Created), foreign(503).retry_after("120") => waits(Some(120_000));
    a_504_says_nothing: basic(Created), foreign(504) => again();
    a_520_says_nothing: extended(Created), foreign(520) => again();
    a_530_says_nothing: basic(Created), foreign(530) => again();
    an_answer_of_no_known_class_says_nothing: extended(Created), answer(0) => again();
}

#[test]
fn a_refusal_names_the_fields_and_their_codes() {
    let error =
        json!({"code": "validation", "fields": {"note": "too_long", "date": "in_the_future"}});
    let response = answer(422)
        .json(&json!({"success": false, "error": error}))
        .0;

    let outcome = classify(extended(Created), Ok(&response));

    let fields = [("date", "in_the_future"), ("note", "too_long")];
    let fields = fields
        .map(|(name, code)| (name.to_owned(), code.to_owned()))
        .to_vec();
    assert_eq!(
        outcome,
        Outcome::Refused {
            reason: FailureReason::Invalid,
            fields
        }
    );
}

#[test]
fn every_status_means_something_to_every_request() {
    for status in 0..=600 {
        for asked in [
            extended(Created),
            extended(Updated),
            extended(Deleted),
            basic(Created),
            several(),
        ] {
            for reply in [
                answer(status),
                foreign(status),
                foreign(status).html(),
                answer(status).cut(),
            ] {
                let outcome = classify(asked, Ok(&reply.0));
                let succeeded = (200..300).contains(&status) || matches!(status, 404 | 409 | 410);
                let acknowledged = matches!(outcome, Outcome::Acknowledged { .. });
                assert!(!acknowledged || succeeded, "{status} acknowledged");
            }
        }
    }
}

#[test]
fn nothing_without_our_mark_settles_anything_at_an_extended_backend() {
    for status in 0..=600 {
        for reply in [
            foreign(status),
            foreign(status).html(),
            foreign(status).cut(),
        ] {
            for operation in [Created, Updated, Deleted] {
                let outcome = classify(extended(operation), Ok(&reply.0));
                let settled = matches!(
                    outcome,
                    Outcome::Acknowledged { .. } | Outcome::Refused { .. } | Outcome::Conflict(_)
                );
                assert!(!settled, "{status}: {outcome:?}");
            }
        }
    }
}

#[test]
fn retry_after_is_seconds() {
    assert_eq!(wait_of("0", None), Some(0));
    assert_eq!(wait_of(" 120 ", None), Some(120_000));
}

#[test]
fn retry_after_as_a_date_is_relative_to_the_answers_own_date() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");

    assert_eq!(wait_of("Sun, 06 Nov 1994 08:50:07 GMT", date), Some(30_000));
    assert_eq!(
        wait_of("Mon, 07 Nov 1994 08:49:37 GMT", date),
        Some(RETRY_AFTER_MS_MAX)
    );
}

#[test]
fn retry_after_in_the_past_is_no_wait() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");

    assert_eq!(wait_of("Sun, 06 Nov 1994 08:49:36 GMT", date), Some(0));
}

#[test]
fn retry_after_is_at_most_an_hour() {
    assert_eq!(wait_of("3601", None), Some(3_600_000));
    assert_eq!(wait_of("18446744073709551615", None), Some(3_600_000));
}

#[test]
fn nonsense_in_retry_after_is_as_good_as_none() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for value in [
        "",
        "soon",
        "-5",
        "1.5",
        "Sun, 06 Nov 1994",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "08:49:37 GMT",
    ] {
        assert_eq!(wait_of(value, date), None, "{value}");
    }
    for value in [
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
    ] {
        assert_eq!(wait_of(value, date), None, "{value}");
    }
    // Without the server's own clock a date means nothing.
    assert_eq!(wait_of("Sun, 06 Nov 1994 08:50:07 GMT", None), None);
    assert_eq!(
        wait_of("Sun, 06 Nov 1994 08:50:07 GMT", Some("yesterday")),
        None
    );
}

#[test]
fn an_error_code_of_a_later_version_decides_nothing_by_itself() {
    let reply = refusal(422, "a_code_of_tomorrow");
    let error = reply.0.body.as_deref().and_then(ApiError::parse);

    assert!(error.is_some_and(|error| matches!(error.code, ErrorCode::Other(_))));
    assert_eq!(
        classify(extended(Created), Ok(&reply.0)),
        refused(FailureReason::Invalid)
    );
}

fn wait_of(retry_after: &str, date: Option<&str>) -> Option<u64> {
    let mut response = answer(503).retry_after(retry_after).0;
    response.date = date.map(str::to_owned);
    retry_after_ms(&response)
}

fn extended(operation: Operation) -> Asked {
    Asked {
        backend: BackendKind::Extended,
        operation,
        events: 1,
    }
}

fn basic(operation: Operation) -> Asked {
    Asked {
        backend: BackendKind::Basic,
        operation,
        events: 1,
    }
}

fn several() -> Asked {
    Asked {
        events: 2,
        ..extended(Created)
    }
}

fn acknowledged(rev: Option<i64>) -> Outcome {
    Outcome::Acknowledged { rev: rev.map(Rev) }
}

fn again() -> Outcome {
    waits(None)
}

fn waits(retry_after_ms: Option<u64>) -> Outcome {
    Outcome::Unreachable {
        retry_after_ms,
        suspicious: false,
    }
}

fn suspicious() -> Outcome {
    Outcome::Unreachable {
        retry_after_ms: None,
        suspicious: true,
    }
}

fn refused(reason: FailureReason) -> Outcome {
    Outcome::Refused {
        reason,
        fields: Vec::new(),
    }
}

fn conflict(reason: FailureReason) -> Outcome {
    Outcome::Conflict(reason)
}

/// An answer with our mark, the success of no data.
fn success(status: u16) -> Reply {
    answer(status).json(&json!({"success": true, "data": null}))
}

/// An answer with our mark, the refusal with this code.
fn refusal(status: u16, code: &str) -> Reply {
    answer(status).json(&json!({"success": false, "error": {"code": code, "message": "words"}}))
}

/// An answer with our mark and an empty object.
fn answer(status: u16) -> Reply {
    Reply(Response {
        protocol: Some("1".to_owned()),
        ..foreign(status).0
    })
}

/// An answer without our mark: a basic backend's, a proxy's, a portal's.
fn foreign(status: u16) -> Reply {
    Reply(Response {
        status,
        redirected: false,
        content_type: Some("application/json".to_owned()),
        protocol: None,
        retry_after: None,
        date: None,
        etag: None,
        body: Some(b"{}".to_vec()),
    })
}

struct Reply(Response);

impl Reply {
    fn body(mut self, body: &[u8]) -> Self {
        self.0.body = Some(body.to_vec());
        self
    }

    fn json(self, body: &Value) -> Self {
        self.body(body.to_string().as_bytes())
    }

    fn html(mut self) -> Self {
        self.0.content_type = Some("text/html".to_owned());
        self.body(b"<html><body>Welcome to the hotel's network</body></html>")
    }

    fn cut(mut self) -> Self {
        self.0.body = None;
        self
    }

    fn etag(mut self, etag: &str) -> Self {
        self.0.etag = Some(etag.to_owned());
        self
    }

    fn retry_after(mut self, value: &str) -> Self {
        self.0.retry_after = Some(value.to_owned());
        self
    }

    fn redirected(mut self) -> Self {
        self.0.redirected = true;
        self
    }
}

struct Exchange(Result<Response, SendError>);

impl From<Reply> for Exchange {
    fn from(reply: Reply) -> Self {
        Self(Ok(reply.0))
    }
}

impl From<SendError> for Exchange {
    fn from(error: SendError) -> Self {
        Self(Err(error))
    }
}
