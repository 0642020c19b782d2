//! Accounts and sessions.

use lume_wire::ErrorCode::{
    self, ApiKey, BadRequest, EmailTaken, RateLimited, TokenExpired, TokenReused, TooLarge,
    TooYoung, Unauthorized, UnsupportedMediaType, Upgrade, Validation, WrongPassword,
};
use serde_json::{Value, json};

use super::{Operation, Security, data, no_content, reference, refusals};

/// What any call with a body may be refused with.
const BODY: &[ErrorCode] = &[
    BadRequest,
    ApiKey,
    TooLarge,
    UnsupportedMediaType,
    Validation,
    Upgrade,
    RateLimited,
];

pub(super) fn paths() -> Vec<(String, Value)> {
    vec![
        (
            "/api/v1/auth/register".to_owned(),
            json!({ "post": register() }),
        ),
        ("/api/v1/auth/login".to_owned(), json!({ "post": login() })),
        (
            "/api/v1/auth/refresh".to_owned(),
            json!({ "post": refresh() }),
        ),
        (
            "/api/v1/auth/logout".to_owned(),
            json!({ "post": logout() }),
        ),
        (
            "/api/v1/auth/password".to_owned(),
            json!({ "post": set_password() }),
        ),
        (
            "/api/v1/users/me".to_owned(),
            json!({
                "get": profile(), "put": update_profile(), "delete": delete_account()
            }),
        ),
    ]
}

fn operation(
    id: &'static str,
    summary: &'static str,
    security: Security,
    body: Option<&'static str>,
    success: (u16, Value),
    codes: &[ErrorCode],
) -> Value {
    let mut answers = vec![success];
    answers.extend(refusals(codes));
    Operation {
        tag: "Accounts",
        id,
        summary,
        security,
        parameters: Vec::new(),
        body,
        answers,
    }
    .describe()
}

fn and_body(codes: &[ErrorCode]) -> Vec<ErrorCode> {
    codes.iter().chain(BODY).cloned().collect()
}

fn register() -> Value {
    operation(
        "register",
        "Make an account and sign in",
        Security::App,
        Some("Register"),
        data(
            201,
            "The account and its first session.",
            &reference("Session"),
        ),
        &and_body(&[TooYoung, EmailTaken]),
    )
}

fn login() -> Value {
    operation(
        "login",
        "Sign in",
        Security::App,
        Some("Login"),
        data(200, "A session.", &reference("Session")),
        &and_body(&[Unauthorized]),
    )
}

fn refresh() -> Value {
    operation(
        "refresh",
        "Get the next pair of tokens. A refresh token works once; its answer is repeated for 30 s, and used later it \
         ends the session",
        Security::App,
        Some("Refresh"),
        data(200, "The next pair.", &reference("Tokens")),
        &and_body(&[Unauthorized, TokenReused]),
    )
}

fn logout() -> Value {
    let mut operation = operation(
        "logout",
        "End the session of the access token, or else of the refresh token",
        Security::Person,
        Some("Logout"),
        no_content("It is over."),
        &and_body(&[Unauthorized]),
    );
    operation["requestBody"]["required"] = false.into();
    operation
}

fn set_password() -> Value {
    operation(
        "setPassword",
        "Change the password; all other sessions end",
        Security::Person,
        Some("SetPassword"),
        no_content("Changed."),
        &and_body(&[Unauthorized, TokenExpired, WrongPassword]),
    )
}

fn profile() -> Value {
    operation(
        "profile",
        "One's own account",
        Security::Person,
        None,
        data(200, "The account.", &reference("Profile")),
        &[Unauthorized, TokenExpired, ApiKey, Upgrade],
    )
}

fn update_profile() -> Value {
    operation(
        "updateProfile",
        "Change what is named; another email wants the password as well",
        Security::Person,
        Some("ProfilePatch"),
        data(200, "The account as it is now.", &reference("Profile")),
        &and_body(&[
            Unauthorized,
            TokenExpired,
            TooYoung,
            WrongPassword,
            EmailTaken,
        ]),
    )
}

fn delete_account() -> Value {
    operation(
        "deleteAccount",
        "Remove the account and everything of it",
        Security::Person,
        Some("DeleteAccount"),
        no_content("Gone."),
        &and_body(&[Unauthorized, TokenExpired, WrongPassword]),
    )
}
