//! What handlers take from a request: who, under which key, at which revision, with which fields.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use lume_core::ids::EntityId;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev, Secret, headers};

use super::{AppState, bodies};
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::entities::IfMatch;
use crate::error::ServerError;
use crate::idempotency::check_key;

/// The account behind the access token.
pub(super) struct SignedIn(pub(super) Caller);

/// The access token, where the request has one.
pub(super) struct Bearer(pub(super) Option<Secret>);

/// The idempotency key, where the request has one.
pub(super) struct Key(pub(super) Option<String>);

/// The revision a change is based on, where the request says so.
pub(super) struct Base(pub(super) Option<IfMatch>);

/// The id in the path.
pub(super) struct Id(pub(super) EntityId);

/// The query's parameters, in order.
pub(super) struct Params(pub(super) Vec<(String, String)>);

/// The body's fields.
pub(super) struct Body(pub(super) Fields);

/// The fields of a body of at most so many bytes.
pub(super) struct SmallBody<const BYTES_MAX: usize>(pub(super) Fields);

/// The body's fields, or none where there is no body.
pub(super) struct OptionalBody(pub(super) Fields);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Answer> {
        let token = bearer(&parts.headers);
        let service = std::sync::Arc::clone(&state.service);
        let found = tokio::task::spawn_blocking(move || service.authenticate(token.as_ref())).await;
        match found {
            Ok(Ok(caller)) => {
                state.service.check_account_rate(caller)?;
                Ok(Self(caller))
            }
            Ok(Err(refused)) => Err(Answer::failure(&refused)),
            Err(_stopped) => Err(Answer::failure(&ServerError::Worker)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Answer> {
        Ok(Self(bearer(&parts.headers)))
    }
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Answer> {
        let Some(key) = one(&parts.headers, headers::IDEMPOTENCY_KEY)? else {
            return Ok(Self(None));
        };
        check_key(&key).map_err(|refused| Answer::refusal(&refused))?;
        // Event ids are UUIDs, and one UUID whatever its case.
        let id = key.parse::<lume_core::ids::EventId>();
        Ok(Self(Some(id.map_or(key, |id| id.to_string()))))
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Answer> {
        let Some(value) = one(&parts.headers, headers::IF_MATCH)? else {
            return Ok(Self(None));
        };
        match if_match(&value) {
            Some(wanted) => Ok(Self(Some(wanted))),
            None => Err(bad(
                "If-Match must be a revision in quotes",
                headers::IF_MATCH,
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Answer> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| bad("the id in the path is no UUID", "id"))?;
        text.parse()
            .map(Self)
            .map_err(|_| bad("the id in the path is no UUID", "id"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Answer> {
        let query =
            axum::extract::Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        query
            .map(|query| Self(query.0))
            .map_err(|_| bad("the query is not well-formed", "query"))
    }
}

impl FromRequest<AppState> for Body {
    type Rejection = Answer;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Answer> {
        fields(request, usize::MAX, false).await.map(Self)
    }
}

impl<const BYTES_MAX: usize> FromRequest<AppState> for SmallBody<BYTES_MAX> {
    type Rejection = Answer;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Answer> {
        fields(request, BYTES_MAX, false).await.map(Self)
    }
}

impl FromRequest<AppState> for OptionalBody {
    type Rejection = Answer;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Answer> {
        fields(request, usize::MAX, true).await.map(Self)
    }
}

async fn fields(request: Request, bytes_max: usize, may_be_empty: bool) -> Result<Fields, Answer> {
    let headers = request.headers().clone();
    let bytes: Bytes = request
        .extract()
        .await
        .map_err(|_| bad("the body did not arrive completely", "body"))?;
    if bytes.len() > bytes_max {
        let message = format!("the body is larger than {} KiB", bytes_max / 1024);
        return Err(Answer::refusal(&ApiError::new(
            ErrorCode::TooLarge,
            message,
        )));
    }
    bodies::object(&headers, &bytes, may_be_empty).map_err(|refused| Answer::refusal(&refused))
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers
        .get(axum::http::header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Secret::from(token.trim()))
}

/// A header that may come once.
fn one(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Answer> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(|value| value.to_str()), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value.trim().to_owned())),
        (Some(_), _) => Err(bad("a header is not readable or comes twice", name)),
    }
}

/// A weak tag is taken for the strong one: proxies that compress weaken tags, and a revision is a revision.
fn if_match(value: &str) -> Option<IfMatch> {
    if value == "*" {
        return Some(IfMatch::Any);
    }
    if let Some(rev) = Rev::from_etag(value) {
        return Some(IfMatch::Rev(rev));
    }
    let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
    quoted.then_some(IfMatch::Never)
}

fn bad(message: &str, field: &str) -> Answer {
    Answer::refusal(
        &ApiError::new(ErrorCode::BadRequest, message)
            .with_field(field.replace('-', "_"), "invalid"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_takes_a_revision_a_star_or_a_tag_of_somebody_else() {
        assert_eq!(if_match("\"17\""), Some(IfMatch::Rev(Rev(17))));
        assert_eq!(if_match("W/\"17\""), Some(IfMatch::Rev(Rev(17))));
        assert_eq!(if_match("*"), Some(IfMatch::Any));
        assert_eq!(if_match("\"abc\""), Some(IfMatch::Never));
        for value in ["17", "", "\"", "abc"] {
            assert_eq!(if_match(value), None, "{value}");
        }
    }
}
