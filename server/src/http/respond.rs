//! Answers become responses.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lume_wire::headers;

use crate::answer::Answer;

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match &self.body {
            Some(body) => {
                let mut response = Response::new(Body::from(body.to_string()));
                response.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static(headers::JSON),
                );
                response
            }
            None => Response::new(Body::empty()),
        };
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(value) = self
            .etag
            .and_then(|rev| HeaderValue::from_str(&rev.to_etag()).ok())
        {
            response.headers_mut().insert(header::ETAG, value);
        }
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
