//! What is left of an account that was deleted: nothing.

use axum::http::Method;
use serde_json::json;

use crate::app::{App, PASSWORD, ask, id, mood};

/// Words and numbers that are hers alone.
const NOTE: &str = "the zebra under the stairs";
const NAME: &str = "Ermintrude Quagmire";
const KEY: &str = "key-of-ermintrude";

#[tokio::test]
async fn no_row_of_any_table_and_no_byte_of_any_file_is_left() {
    let app = App::new();
    app.bob().await.created(&mood(id(9), "Bob's stays")).await;
    let before = app.rows();
    let body = json!({
        "email": "ermintrude@example.org", "password": PASSWORD, "name": NAME, "date_of_birth": "1971-03-04"
    });
    let reply = app.post("/api/v1/auth/register", body).await;
    let ermintrude = crate::app::Person::of(&app, &reply);
    // An entry, an edit, a tombstone that keeps its content, a rejection, answers of each, and a second session.
    ermintrude.create(&mood(id(1), NOTE), KEY).await;
    ermintrude
        .update(
            id(1),
            1,
            &json!({ "note": format!("{NOTE} again") }),
            "key-2-of-ermintrude",
        )
        .await;
    ermintrude
        .create(&mood(id(1), "other"), "key-3-of-ermintrude")
        .await;
    ermintrude
        .create(&mood(id(2), NOTE), "key-4-of-ermintrude")
        .await;
    ermintrude.delete(id(2), "key-5-of-ermintrude").await;
    let login = json!({
        "email": "ermintrude@example.org", "password": PASSWORD, "device": "a phone of-ermintrude"
    });
    app.post("/api/v1/auth/login", login).await;
    let words = [
        NOTE,
        NAME,
        "of-ermintrude",
        "ermintrude@example.org",
        "1971-03-04",
        &ermintrude.user_id,
    ];
    for word in words {
        assert!(
            files_hold(&app, word),
            "{word} is looked for in the right place"
        );
    }

    let request = ermintrude.ask(Method::DELETE, "/api/v1/users/me");
    let reply = app
        .send(request.json(&json!({ "password": PASSWORD })))
        .await;

    assert_eq!(reply.status, 204);
    assert_eq!(
        app.rows(),
        before,
        "every table is as if she had never been"
    );
    for word in words {
        assert!(!files_hold(&app, word), "{word}");
    }
    assert!(files_hold(&app, "Bob's stays"));
    for (method, path) in [
        (Method::GET, "/api/v1/users/me"),
        (Method::GET, "/api/v1/moods"),
    ] {
        let reply = app.send(ermintrude.ask(method, path).empty()).await;
        assert_eq!(reply.refused(), (401, "unauthorized"));
    }
    let refresh = json!({ "refresh_token": ermintrude.refresh });
    let reply = app
        .send(ask(Method::POST, "/api/v1/auth/refresh").json(&refresh))
        .await;
    assert_eq!(reply.refused(), (401, "unauthorized"));
}

/// Whether any file of the data folder holds a text.
fn files_hold(app: &App, word: &str) -> bool {
    let files = std::fs::read_dir(app.data()).expect("the data folder");
    files
        .map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes"))
        .any(|bytes| {
            bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes())
        })
}

/// What the bin forgets after thirty days goes from the files as well.
#[tokio::test]
async fn what_the_sweep_forgets_is_in_no_file_either() {
    let app = App::new();
    let alice = app.alice().await;
    alice.create(&mood(id(1), NOTE), "k1").await;
    alice.update(id(1), 1, &json!({ "note": "" }), "k3").await;
    alice.delete(id(1), "k2").await;
    assert!(files_hold(&app, NOTE));

    app.pass_days(91);
    app.service.sweep().expect("a sweep");

    assert!(!files_hold(&app, NOTE));
}
