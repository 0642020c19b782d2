//! Errors as they travel: `{"success": false, "error": {"code", "message", "fields", "rev", "entity"}}`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Rev;
use crate::text_enum::text_enum;

text_enum! {
    /// Why a request was refused. The comments name the status it usually travels with.
    pub enum ErrorCode {
        /// 400: malformed JSON, an id that is no UUID, a parameter out of range.
        BadRequest = "bad_request",
        /// 400: the person is under 13 years old.
        TooYoung = "too_young",
        /// 401: no session, an unknown token, or wrong email and password at sign-in.
        Unauthorized = "unauthorized",
        /// 401: the access token was good and has expired; refresh it.
        TokenExpired = "token_expired",
        /// 401: a refresh token was used twice; its family is revoked.
        TokenReused = "token_reused",
        /// 401: `X-API-Key` is missing or wrong. Says nothing about the session.
        ApiKey = "api_key",
        /// 402: the account has to be paid for.
        PaymentRequired = "payment_required",
        /// 403: the entity belongs to another account.
        Permission = "permission",
        /// 403: the password asked again is wrong.
        WrongPassword = "wrong_password",
        /// 403: the session is not good for this; refresh it.
        Session = "session",
        /// 403: the request was not made by the app; refresh and try again.
        Csrf = "csrf",
        /// 404: no such entity.
        Entity = "entity",
        /// 404: no such route.
        NotFound = "not_found",
        /// 405: the route has no such method.
        MethodNotAllowed = "method_not_allowed",
        /// 408: the request took too long to arrive.
        Timeout = "timeout",
        /// 409: the id exists with other content.
        Exists = "exists",
        /// 409: another entity has the same natural key.
        Unique = "unique",
        /// 409: the same key is being worked on.
        InProgress = "in_progress",
        /// 409: the email has an account already.
        EmailTaken = "email_taken",
        /// 410: the entity was deleted; its tombstone's revision is given.
        Deleted = "deleted",
        /// 410: the key was used, and its answer is no longer kept.
        KeyExpired = "key_expired",
        /// 410: nobody can read on from this cursor; read everything again. The field `cursor` says why: `too_old`, or
        /// `ahead` or `unknown` where the database was replaced, so that nothing was deleted by it.
        Resync = "resync",
        /// 412: the entity has another revision than the change is based on.
        Version = "version",
        /// 413: the body is too large.
        TooLarge = "too_large",
        /// 415: the body is not JSON.
        UnsupportedMediaType = "unsupported_media_type",
        /// 422: the content breaks a rule; `fields` says which.
        Validation = "validation",
        /// 422: the key was used with another payload.
        KeyReused = "key_reused",
        /// 423: the entity is locked for a moment.
        Locked = "locked",
        /// 426: the app is too old.
        Upgrade = "upgrade",
        /// 428: the change must say which revision it is based on.
        PreconditionRequired = "precondition_required",
        /// 429: too many requests; `Retry-After` says how long to wait.
        RateLimited = "rate_limited",
        /// 500: our fault; no detail is given.
        Internal = "internal",
        /// 503: not now.
        Unavailable = "unavailable",
        /// 507: the account's space is used up.
        Quota = "quota",
        /// The answer named no code.
        Unspecified = "unspecified",
    }
}

impl ErrorCode {
    /// The HTTP status this code travels with; 400 for codes this version does not know.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest | Self::TooYoung | Self::Unspecified | Self::Other(_) => 400,
            Self::Unauthorized | Self::TokenExpired | Self::TokenReused | Self::ApiKey => 401,
            Self::PaymentRequired => 402,
            Self::Permission | Self::WrongPassword | Self::Session | Self::Csrf => 403,
            Self::Entity | Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Timeout => 408,
            Self::Exists | Self::Unique | Self::InProgress | Self::EmailTaken => 409,
            Self::Deleted | Self::KeyExpired | Self::Resync => 410,
            Self::Version => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Validation | Self::KeyReused => 422,
            Self::Locked => 423,
            Self::Upgrade => 426,
            Self::PreconditionRequired => 428,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Quota => 507,
        }
    }
}

/// An error answer. Its `Debug` leaves out the entity, which may hold a note.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiError {
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, for people; never with private content.
    #[serde(default)]
    pub message: String,
    /// Per field of the request, what is wrong with it (`{"note": "too_long"}`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The revision the server has: of the entity, or of its tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<Rev>,
    /// The entity as the server has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Map<String, Value>>,
}

impl ApiError {
    /// An error with a code and a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: BTreeMap::new(),
            rev: None,
            entity: None,
        }
    }

    /// Adds what is wrong with one field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, problem: impl Into<String>) -> Self {
        self.fields.insert(field.into(), problem.into());
        self
    }

    /// The whole answer, envelope included.
    pub fn to_envelope(&self) -> Value {
        json!({ "success": false, "error": self })
    }

    /// Reads an error answer of any backend, leniently: an error that is a plain string, an object without a code, or
    /// a bare `message` is accepted. `None` when the bytes hold no error of ours, such as a portal's page.
    ///
    /// ```
    /// use lume_wire::{ApiError, ErrorCode};
    /// let error = ApiError::parse(br#"{"success": false, "error": "no such mood"}"#).expect("a plain string is accepted");
    /// assert_eq!((error.code, error.message.as_str()), (ErrorCode::Unspecified, "no such mood"));
    /// ```
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(bytes) else {
            return None;
        };
        match body.remove("error") {
            Some(Value::String(text)) => Some(Self::from_text(text)),
            Some(Value::Object(error)) => Some(Self::from_object(error)),
            Some(_) => Some(Self::new(ErrorCode::Unspecified, "")),
            None => match body.remove("message") {
                Some(Value::String(text)) => Some(Self::from_text(text)),
                _ => (body.get("success") == Some(&Value::Bool(false)))
                    .then(|| Self::new(ErrorCode::Unspecified, "")),
            },
        }
    }

    /// A plain string is either a code by itself or words for people.
    fn from_text(text: String) -> Self {
        let code = ErrorCode::from(text.as_str());
        let code = if matches!(code, ErrorCode::Other(_)) {
            ErrorCode::Unspecified
        } else {
            code
        };
        Self::new(code, text)
    }

    /// Each part is read on its own, so that one odd part does not hide the others.
    fn from_object(mut error: Map<String, Value>) -> Self {
        let mut text = |name: &str| match error.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let code = text("code").map_or(ErrorCode::Unspecified, |code| {
            ErrorCode::from(code.as_str())
        });
        let message = text("message").unwrap_or_default();
        let fields = match error.remove("fields") {
            Some(Value::Object(fields)) => fields
                .into_iter()
                .filter_map(|(name, problem)| Some((name, problem.as_str()?.to_owned())))
                .collect(),
            _ => BTreeMap::new(),
        };
        let rev = error.remove("rev").and_then(|rev| rev.as_i64()).map(Rev);
        let entity = match error.remove("entity") {
            Some(Value::Object(entity)) => Some(entity),
            _ => None,
        };
        Self {
            code,
            message,
            fields,
            rev,
            entity,
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiError")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("fields", &self.fields)
            .field("rev", &self.rev)
            .field("has_entity", &self.entity.is_some())
            .finish()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_is_read_back_from_its_word() {
        for code in ErrorCode::KNOWN {
            assert_eq!(&ErrorCode::from(code.as_str()), code);
            assert!((400..=507).contains(&code.status()));
        }
    }

    #[test]
    fn an_unknown_code_is_kept_as_it_came() {
        let error =
            ApiError::parse(br#"{"error": {"code": "teapot", "message": "short and stout"}}"#)
                .unwrap();
        assert_eq!(error.code, ErrorCode::Other("teapot".to_owned()));
        assert_eq!(error.message, "short and stout");
    }

    #[test]
    fn an_error_is_read_back_as_it_was_written() {
        let mut error =
            ApiError::new(ErrorCode::Version, "changed elsewhere").with_field("note", "too_long");
        error.rev = Some(Rev(7));
        error.entity = Some(Map::from_iter([("mood".to_owned(), json!("happy"))]));
        assert_eq!(
            ApiError::parse(error.to_envelope().to_string().as_bytes()),
            Some(error)
        );
    }

    #[test]
    fn a_plain_string_is_words_or_a_code() {
        assert_eq!(
            ApiError::parse(br#"{"error": "token_expired"}"#)
                .unwrap()
                .code,
            ErrorCode::TokenExpired
        );
        let words = ApiError::parse(br#"{"success": false, "error": "it broke"}"#).unwrap();
        assert_eq!(
            (words.code, words.message.as_str()),
            (ErrorCode::Unspecified, "it broke")
        );
        assert_eq!(
            ApiError::parse(br#"{"message": "it broke"}"#)
                .unwrap()
                .message,
            "it broke"
        );
    }

    #[test]
    fn odd_parts_do_not_hide_the_code() {
        let odd = br#"{"error": {"code": "version", "message": 5, "fields": [1], "rev": "x", "entity": null}}"#;
        assert_eq!(
            ApiError::parse(odd),
            Some(ApiError::new(ErrorCode::Version, ""))
        );
    }

    #[test]
    fn what_is_no_error_of_ours_is_none() {
        for body in [
            "",
            "<html>",
            "[]",
            "5",
            "{}",
            r#"{"success": true, "data": {}}"#,
        ] {
            assert_eq!(ApiError::parse(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn debug_leaves_the_entity_out() {
        let mut error = ApiError::new(ErrorCode::Exists, "other content");
        error.entity = Some(Map::from_iter([("note".to_owned(), json!("private"))]));
        assert!(!format!("{error:?}").contains("private"));
    }
}
