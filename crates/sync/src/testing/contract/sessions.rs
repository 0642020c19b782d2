//! The contract: who the backend is, accounts and sessions.

use lume_wire::{ErrorCode, headers, paths};
use serde_json::json;

use super::person::{PASSWORD, Person, code, data};
use crate::ports::Method;

pub(super) fn health_and_capabilities_name_the_protocol(person: &mut Person<'_>) {
    for path in [paths::HEALTH, paths::CAPABILITIES] {
        let answer = person.ask(Method::Get, path, None, &[]);
        assert_eq!(
            (answer.status, answer.protocol.as_deref()),
            (200, Some(headers::PROTOCOL_VALUE)),
            "{path}"
        );
    }
    let missing = person.ask(Method::Get, "/api/v1/nowhere", None, &[]);
    assert_eq!(
        (missing.status, missing.protocol.as_deref()),
        (404, Some(headers::PROTOCOL_VALUE))
    );
    assert_eq!(code(&missing), ErrorCode::NotFound);
}

pub(super) fn a_refresh_token_works_once_and_is_repeated_for_a_while(person: &mut Person<'_>) {
    let refresh = person.refresh.clone();

    let first = person.refresh_with(&refresh);
    let lost = person.refresh_with(&refresh);

    assert_eq!((first.status, lost.status), (200, 200));
    assert_eq!(data(&first)["access_token"], data(&lost)["access_token"]);
    assert_eq!(data(&first)["refresh_token"], data(&lost)["refresh_token"]);
    if !person.api.pass_ms(31_000) {
        return;
    }
    let late = person.refresh_with(&refresh);
    assert_eq!((late.status, code(&late)), (401, ErrorCode::TokenReused));
    let successor = data(&first)["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert_eq!(person.refresh_with(&successor).status, 401);
}

pub(super) fn a_signed_out_session_is_over(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let refresh = person.refresh.clone();

    let out = person.ask(
        Method::Post,
        paths::LOGOUT,
        Some(&json!({"refresh_token": refresh})),
        &[],
    );

    assert_eq!(out.status, 204);
    let after = person.get(id);
    assert_eq!((after.status, code(&after)), (401, ErrorCode::Unauthorized));
    assert_eq!(person.refresh_with(&refresh).status, 401);
}

pub(super) fn an_access_token_expires_and_says_so(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    if !person.api.pass_ms((15 * 60 + 1) * 1_000) {
        return;
    }

    let expired = person.get(id);

    assert_eq!(
        (expired.status, code(&expired)),
        (401, ErrorCode::TokenExpired)
    );
}

pub(super) fn an_email_has_one_account_whatever_its_case(person: &mut Person<'_>) {
    let body = json!({
        "email": person.email.to_uppercase(), "password": PASSWORD, "name": "Again", "date_of_birth": "1990-01-15"
    });

    let taken = person.ask(Method::Post, paths::REGISTER, Some(&body), &[]);
    let wrong = person.ask(
        Method::Post,
        paths::LOGIN,
        Some(&json!({"email": person.email, "password": "wrong password"})),
        &[],
    );
    let young = json!({"email": "young@lume.example", "password": PASSWORD, "name": "Y", "date_of_birth": "2999-01-01"});

    assert_eq!((taken.status, code(&taken)), (409, ErrorCode::EmailTaken));
    assert_eq!((wrong.status, code(&wrong)), (401, ErrorCode::Unauthorized));
    assert!(
        (400..500).contains(
            &person
                .ask(Method::Post, paths::REGISTER, Some(&young), &[])
                .status
        )
    );
}
