//! Deleting a database.

use futures::channel::oneshot;
use futures::future::{Either, select};
use indexed_db_futures::database::Database;
use lume_sync::store::StoreError;

use super::connection::OPEN_WAIT_MS_MAX;
use super::failure::open_failed;
use crate::timer;

/// Deletes a database, once every tab has closed it. A tab that does not is reported as blocked after a while, and the
/// deletion still happens when it is gone.
pub(crate) async fn delete_database(name: &str) -> Result<(), StoreError> {
    let (sender, answer) = oneshot::channel();
    let request = Database::delete_by_name(name).map_err(|error| open_failed(&error))?;
    wasm_bindgen_futures::spawn_local(async move {
        let _ = sender.send(request.await.map_err(|error| open_failed(&error.into())));
    });
    match select(answer, timer::sleep(OPEN_WAIT_MS_MAX)).await {
        Either::Left((deleted, _)) => deleted.unwrap_or(Err(StoreError::Blocked)),
        Either::Right(_) => Err(StoreError::Blocked),
    }
}
