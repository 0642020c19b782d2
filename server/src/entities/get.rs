//! `GET /moods/{id}`.

use lume_core::ids::EntityId;

use super::store::find;
use super::{is_deleted, no_such_entity, shown};
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::kinds::Kind;
use crate::service::Service;

impl Service {
    /// Shows one entity: 200; 404 where there is none, or none of this account's; 410 where it was deleted.
    pub fn get(&self, kind: &Kind, caller: Caller, id: EntityId) -> Answer {
        let result = self
            .database()
            .read(|transaction| match find(transaction, kind, id)? {
                Some(row) if row.owner == caller.user && row.deleted => {
                    Err(is_deleted(row.rev).into())
                }
                Some(row) if row.owner == caller.user => {
                    Ok(Answer::ok(200, shown(&row)).with_etag(row.rev))
                }
                // Reading must not tell whether the id exists elsewhere.
                Some(_) | None => Err(no_such_entity().into()),
            });
        result.into()
    }
}
