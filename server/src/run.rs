//! The server's life: open, listen, serve, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::args::{Args, Command};
use crate::db::{self, Database};
use crate::error::ServerError;
use crate::http::{self, Site};
use crate::push::send_reminders;
use crate::service::Service;
use crate::world::SystemWorld;

/// How often old things are forgotten.
const SWEEP_EVERY_S: u64 = 3_600;
/// The longest wait for the next reminder, so that a clock that was set is noticed; and the wait after a failure.
const REMIND_EVERY_S_MAX: u64 = 60;
/// How long requests may take to finish once the server is told to stop.
const STOP_SECONDS_MAX: u64 = 10;

/// Does what the flags say: serves until SIGINT or SIGTERM, or makes or restores a backup.
///
/// # Errors
///
/// Where the data folder, a file, the app's folder or the port can't be used.
pub async fn run(args: Args) -> Result<(), ServerError> {
    match &args.command {
        None => serve(args).await,
        Some(Command::Backup { file }) => {
            db::back_up(&args.data, file)?;
            say(&format!("The backup is in {}", file.display()));
            Ok(())
        }
        Some(Command::Restore { file }) => {
            match db::restore(&args.data, file, &SystemWorld)? {
                Some(aside) => say(&format!(
                    "The backup is restored; the database that was there is {}",
                    aside.display()
                )),
                None => say("The backup is restored"),
            }
            Ok(())
        }
    }
}

async fn serve(args: Args) -> Result<(), ServerError> {
    let config = args.config(&SystemWorld)?;
    let site = args.dist.as_deref().map(Site::open).transpose()?;
    let database = Database::open(&args.data, &SystemWorld)?;
    let service = Arc::new(Service::new(database, Arc::new(SystemWorld), config)?);
    let listener = listen(SocketAddr::new(args.host, args.port)).await?;
    let address = listener
        .local_addr()
        .map_err(|error| ServerError::Listen(error.to_string()))?;
    // Before anybody can know that there is somebody to tell.
    let told_to_stop = stop_signal();
    announce(address);

    let (stop, stopping) = watch::channel(false);
    tokio::spawn(sweep_now_and_then(Arc::clone(&service), stopping.clone()));
    if service.push().is_on() {
        tokio::spawn(remind(Arc::clone(&service), stopping.clone()));
    }
    tokio::spawn(async move {
        told_to_stop.await;
        tracing::info!("stopping");
        stop.send_replace(true);
    });

    let router = http::router(Arc::clone(&service), site);
    tokio::select! {
        () = http::serve(listener, router, service.config(), stopping.clone()) => {}
        () = overtime(stopping) => tracing::warn!("some requests did not finish in time"),
    }
    tokio::task::spawn_blocking(move || service.database().fold())
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

fn announce(address: SocketAddr) {
    let host = if address.ip().is_loopback() || address.ip().is_unspecified() {
        "localhost".to_owned()
    } else {
        match address {
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        }
    };
    say(&format!(
        "Lume is running at http://{host}:{}",
        address.port()
    ));
}

#[expect(
    clippy::print_stdout,
    reason = "it is what a person, or a script, waits for"
)]
fn say(line: &str) {
    println!("{line}");
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

/// Sends reminders as they become due.
async fn remind(service: Arc<Service>, mut stopping: watch::Receiver<bool>) {
    loop {
        let longest = Duration::from_secs(REMIND_EVERY_S_MAX);
        let wait = match send_reminders(&service).await {
            Ok(Some(next)) => {
                let millis = next.millis_since(service.now()).max(0);
                Duration::from_millis(millis.unsigned_abs()).min(longest)
            }
            Ok(None) => longest,
            Err(error) => {
                tracing::warn!(%error, "reminders wait");
                longest
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = service.push().changed() => {}
            _ = stopping.changed() => return,
        }
    }
}

/// Listens for the signals that end the program, from this call on; the future ends with the first of them.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
    let [interrupt, terminate] = kinds.map(signal);
    async move {
        // Without a signal to wait for, the process can only be killed, which loses nothing that was answered.
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn overtime(stopping: watch::Receiver<bool>) {
    http::told(stopping).await;
    tokio::time::sleep(Duration::from_secs(STOP_SECONDS_MAX)).await;
}
