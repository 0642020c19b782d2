//! `GET /consultations`: the list, as the seed has it. There are none yet.

use lume_wire::consultations::{
    ConsultationStatus, ConsultationsPage, LIMIT_DEFAULT, LIMIT_MAX, Persona,
};
use lume_wire::{ApiError, ErrorCode};

use crate::accounts::Caller;
use crate::answer::Answer;
use crate::service::Service;

impl Service {
    /// Lists the caller's consultations: 200; 400 where a parameter is out of range.
    pub fn consultations(&self, _caller: Caller, params: &[(String, String)]) -> Answer {
        let mut page = ConsultationsPage {
            consultations: Vec::new(),
            total_count: 0,
            limit: LIMIT_DEFAULT,
            offset: 0,
        };
        let mut refused = ApiError::new(ErrorCode::BadRequest, "some parameters are not valid");
        for (name, value) in params {
            let good = match name.as_str() {
                "status" => {
                    ConsultationStatus::KNOWN.contains(&ConsultationStatus::from(value.as_str()))
                }
                "persona" => Persona::KNOWN.contains(&Persona::from(value.as_str())),
                "limit" => {
                    page.limit = value.parse().unwrap_or_default();
                    (1..=LIMIT_MAX).contains(&page.limit)
                }
                "offset" => value.parse().map(|offset| page.offset = offset).is_ok(),
                _ => true,
            };
            if !good {
                refused = refused.with_field(name, "invalid");
            }
        }
        if refused.fields.is_empty() {
            Answer::ok(200, page)
        } else {
            Answer::refusal(&refused)
        }
    }
}
