//! One round: take what is due, send what waits, remember what came of it.

use std::sync::Arc;

use lume_core::time::Timestamp;
use tokio::task::JoinSet;

use super::queue::Pending;
use super::send::Outcome;
use super::subscriptions;
use crate::error::ServerError;
use crate::service::Service;

/// Pushes that are on their way at a time.
const SENDING_MAX: usize = 8;
/// Pushes of one round; the next one goes on.
const PUSHES_OF_A_ROUND_MAX: usize = 256;

/// Takes what is due by the service's clock, sends what waits, and returns when there is something to do again.
///
/// # Errors
///
/// The database's.
pub async fn send_reminders(service: &Arc<Service>) -> Result<Option<Timestamp>, ServerError> {
    blocking(service, Service::take_due).await?;
    let push = service.push();
    let mut waiting = push
        .queue
        .take(PUSHES_OF_A_ROUND_MAX, service.now())
        .into_iter();
    let mut sending = JoinSet::new();
    loop {
        while sending.len() < SENDING_MAX
            && let Some(next) = waiting.next()
        {
            sending.spawn(send(Arc::clone(service), next));
        }
        let Some(sent) = sending.join_next().await else {
            break;
        };
        match sent {
            Ok(result) => result?,
            Err(_stopped) => tracing::warn!("a reminder was not sent to its end"),
        }
    }
    let due = blocking(service, Service::next_reminder_at).await?;
    let waits = push.queue.next_at();
    Ok([due, waits].into_iter().flatten().min())
}

async fn send(service: Arc<Service>, pending: Pending) -> Result<(), ServerError> {
    let push = service.push();
    let (contact, now) = (push.config.contact.as_deref(), service.now());
    match push.sender.send(&pending, &push.key, contact, now).await {
        Outcome::Sent => tracing::debug!("a reminder was sent"),
        Outcome::Gone => {
            tracing::info!("a device takes no reminders any more");
            blocking(&service, move |service| {
                service
                    .database()
                    .write(|transaction| subscriptions::forget(transaction, &pending.endpoint))
            })
            .await?;
        }
        Outcome::Later(asked_s) => push.queue.add_again(pending, asked_s, service.now()),
        Outcome::Lost(why) => tracing::warn!(why, "a reminder was not sent"),
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    service: &Arc<Service>,
    work: impl FnOnce(&Service) -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    let service = Arc::clone(service);
    tokio::task::spawn_blocking(move || work(&service))
        .await
        .map_err(|_| ServerError::Worker)?
}
