//! Through a real connection, as a browser or curl comes.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::{App, id, mood};

async fn listen(app: &App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = app
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Sends bytes and reads until the server closes.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn an_answer_has_a_date_and_a_length() {
    let app = App::new();
    let address = listen(&app).await;

    let answer = exchange(
        address,
        b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    for header in [
        "\r\ndate: ",
        "\r\ncontent-length: 15\r\n",
        "\r\nx-lume-protocol: 1\r\n",
    ] {
        assert!(answer.contains(header), "{header:?} in {answer}");
    }
}

#[tokio::test]
async fn an_entry_goes_in_and_comes_out() {
    let app = App::new();
    let alice = app.alice().await;
    let address = listen(&app).await;
    let body = mood(id(1), "Cake").to_string();
    let head = format!(
        "POST /api/v1/moods HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\nidempotency-key: k\r\ncontent-length: {}\r\n\r\n",
        alice.access,
        body.len()
    );

    let answer = exchange(address, format!("{head}{body}").as_bytes()).await;

    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains("\r\netag: \"1\"\r\n"));
    assert_eq!(alice.show(id(1)).await.data()["note"], "Cake");
}

/// The refusal must arrive although the server knows it before the body has come: a connection reset would look like a
/// broken network to the app.
#[tokio::test]
async fn a_refusal_of_a_large_body_arrives() {
    let app = App::new();
    let address = listen(&app).await;
    for (bytes, status) in [(200 * 1024, "401"), (1024 * 1024, "413")] {
        let head = format!(
            "POST /api/v1/moods HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {bytes}\r\n\r\n"
        );
        let mut request = head.into_bytes();
        request.resize(request.len() + bytes, b'x');

        let answer = exchange(address, &request).await;

        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{}",
            &answer[..answer.len().min(100)]
        );
    }
}

#[tokio::test]
async fn a_body_that_ends_early_changes_nothing() {
    let app = App::new();
    let alice = app.alice().await;
    let address = listen(&app).await;
    let body = mood(id(1), "Cake").to_string();
    let head = format!(
        "POST /api/v1/moods HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        alice.access,
        body.len() + 10
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();

    assert_eq!(alice.show(id(1)).await.refused(), (404, "entity"));
}
