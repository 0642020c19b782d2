//! The server's life: open, listen, serve, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::args::Args;
use crate::db::Database;
use crate::error::ServerError;
use crate::http::{self, Site};
use crate::service::Service;
use crate::world::SystemWorld;

/// How often old things are forgotten.
const SWEEP_EVERY_S: u64 = 3_600;
/// How long requests may take to finish once the server is told to stop.
const STOP_SECONDS_MAX: u64 = 10;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
///
/// Where the data folder, the app's folder or the port can't be used.
pub async fn run(args: Args) -> Result<(), ServerError> {
    let config = args.config()?;
    let site = args.dist.as_deref().map(Site::open).transpose()?;
    let database = Database::open(&args.data, &SystemWorld)?;
    let service = Arc::new(Service::new(database, Arc::new(SystemWorld), config)?);
    let listener = listen(SocketAddr::new(args.host, args.port)).await?;
    let address = listener
        .local_addr()
        .map_err(|error| ServerError::Listen(error.to_string()))?;
    announce(address);

    let (stop, stopping) = watch::channel(false);
    tokio::spawn(sweep_now_and_then(Arc::clone(&service), stopping.clone()));
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping");
        stop.send_replace(true);
    });

    let app = http::router(Arc::clone(&service), site)
        .into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(told(stopping.clone()));
    tokio::select! {
        result = serving => result.map_err(|error| ServerError::Listen(error.to_string()))?,
        () = overtime(stopping) => tracing::warn!("some requests did not finish in time"),
    }
    tokio::task::spawn_blocking(move || service.database().close())
        .await
        .map_err(|_| ServerError::Worker)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServerError> {
    use std::io::ErrorKind::{AddrInUse, PermissionDenied};
    TcpListener::bind(address).await.map_err(|error| {
        let reason = if error.kind() == AddrInUse {
            "another program uses it; choose another one with --port".to_owned()
        } else if error.kind() == PermissionDenied {
            "not permitted; ports below 1024 need special rights".to_owned()
        } else {
            error.to_string()
        };
        ServerError::Listen(format!(
            "cannot listen on port {} of {}: {reason}",
            address.port(),
            address.ip()
        ))
    })
}

#[expect(
    clippy::print_stdout,
    reason = "the address is what a person, or a script, waits for"
)]
fn announce(address: SocketAddr) {
    let host = if address.ip().is_loopback() || address.ip().is_unspecified() {
        "localhost".to_owned()
    } else {
        match address {
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        }
    };
    println!("Lume is running at http://{host}:{}", address.port());
}

async fn sweep_now_and_then(service: Arc<Service>, mut stopping: watch::Receiver<bool>) {
    let mut timer = tokio::time::interval(Duration::from_secs(SWEEP_EVERY_S));
    loop {
        tokio::select! {
            _ = timer.tick() => {}
            _ = stopping.changed() => return,
        }
        let service = Arc::clone(&service);
        match tokio::task::spawn_blocking(move || service.sweep()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "old things stay until the next sweep"),
            Err(_stopped) => tracing::warn!("the sweep stopped early"),
        }
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if interrupt.await.is_err() {
        // No signal will ever come; the process can only be killed, which loses nothing that was answered.
        std::future::pending::<()>().await;
    }
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a reason to stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn overtime(stopping: watch::Receiver<bool>) {
    told(stopping).await;
    tokio::time::sleep(Duration::from_secs(STOP_SECONDS_MAX)).await;
}
