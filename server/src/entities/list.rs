//! `GET /moods`: pages, newest first.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::{DAY_MS, LocalDate, Timestamp, UtcOffsetMinutes};
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev, paths};
use rusqlite::{Rows, Transaction, params};
use serde_json::json;

use super::store::parse_fields;
use super::{bin, with_rev};
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::error::ServerError;
use crate::kinds::Kind;
use crate::service::Service;

/// Entities in a page where the request does not say.
pub(crate) const LIMIT_DEFAULT: u32 = 50;
/// Most entities in a page.
pub(crate) const LIMIT_MAX: u32 = 500;

/// What a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListQuery {
    /// Nothing before this instant.
    pub(super) from: Timestamp,
    /// Nothing after this instant.
    pub(super) to: Timestamp,
    /// Whether the bin is asked for.
    deleted: bool,
    pub(super) limit: u32,
    /// The place after which the page begins.
    pub(super) after: Option<Place>,
}

/// A place in the list's order: instant, then id, both descending. In the bin the instant is the deletion's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) id: EntityId,
}

impl ListQuery {
    /// Reads the query's parameters. `from` and `to` are instants, or days of UTC; both ends belong to the list.
    ///
    /// # Errors
    ///
    /// 400 with the parameters that can't be read.
    pub fn read(params: &[(String, String)]) -> Result<Self, ApiError> {
        let mut query = Self {
            from: Timestamp::MIN,
            to: Timestamp::MAX,
            deleted: false,
            limit: LIMIT_DEFAULT,
            after: None,
        };
        let mut refused = ApiError::new(ErrorCode::BadRequest, "some parameters are not valid");
        for (name, value) in params {
            let good = match name.as_str() {
                "from" => instant(value, 0).map(|from| query.from = from),
                "to" => instant(value, DAY_MS - 1).map(|to| query.to = to),
                "deleted" => value.parse().ok().map(|deleted| query.deleted = deleted),
                "limit" => value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=LIMIT_MAX).contains(limit))
                    .map(|limit| query.limit = limit),
                "cursor" => Place::read(value).map(|place| query.after = Some(place)),
                _ => Some(()),
            };
            if good.is_none() {
                refused = refused.with_field(
                    name,
                    if name == "limit" {
                        "out_of_range"
                    } else {
                        "invalid"
                    },
                );
            }
        }
        if refused.fields.is_empty() {
            Ok(query)
        } else {
            Err(refused)
        }
    }
}

impl Service {
    /// Lists the caller's live entities of a kind, newest first; or those in the bin, deleted last first.
    pub fn list(&self, kind: &Kind, caller: Caller, query: ListQuery) -> Answer {
        let now = self.now();
        let result = self.database().read(|transaction| {
            let (page, next) = if query.deleted {
                bin::page(transaction, kind, caller.user, query, now)?
            } else {
                page(transaction, kind, caller.user, query)?
            };
            Ok(Answer::ok(
                200,
                json!({ paths::list_name(kind.collection): page, "next_cursor": next.map(Place::write) }),
            ))
        });
        result.into()
    }
}

impl ListQuery {
    /// The place to begin after, as the database has it. Without one, it is a place beyond every row.
    pub(super) fn begin_after(&self) -> (i64, String) {
        match self.after {
            Some(place) => (place.at.as_millis(), place.id.to_string()),
            None => (i64::MAX, String::new()),
        }
    }
}

fn page(
    transaction: &Transaction<'_>,
    kind: &Kind,
    user: UserId,
    query: ListQuery,
) -> Result<(Vec<Fields>, Option<Place>), ServerError> {
    let (after_ms, after_id) = query.begin_after();
    let mut statement = transaction.prepare_cached(
        "SELECT id, rev, at_ms, body FROM entities
         WHERE user_id = ?1 AND kind = ?2 AND deleted = 0 AND at_ms BETWEEN ?3 AND ?4
           AND (at_ms, id) < (?5, ?6)
         ORDER BY at_ms DESC, id DESC LIMIT ?7",
    )?;
    let rows = statement.query(params![
        user.to_string(),
        kind.name,
        query.from.as_millis(),
        query.to.as_millis(),
        after_ms,
        after_id,
        query.limit + 1
    ])?;
    page_of(rows, query.limit, |_, _| {})
}

/// Reads a page from rows of id, revision, place in the order in milliseconds, and body, and where to go on if there is one
/// more than `limit`. `finish` may add to an entity what its place says.
pub(super) fn page_of(
    mut rows: Rows<'_>,
    limit: u32,
    finish: impl Fn(&mut Fields, Timestamp),
) -> Result<(Vec<Fields>, Option<Place>), ServerError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut entities = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if entities.len() == limit {
            return Ok((entities, last));
        }
        let id: String = row.get(0)?;
        let at = Timestamp::from_millis(row.get(2)?);
        let fields = parse_fields(&row.get::<_, String>(3)?)?;
        let mut fields = with_rev(fields, Rev(row.get(1)?));
        finish(&mut fields, at);
        entities.push(fields);
        last = Some(Place {
            at,
            id: id.parse().map_err(|_| ServerError::Corrupt("entity id"))?,
        });
    }
    Ok((entities, None))
}

impl Place {
    /// Opaque to clients.
    fn write(self) -> String {
        format!("{}~{}", self.at.as_millis(), self.id)
    }

    fn read(cursor: &str) -> Option<Self> {
        let (at, id) = cursor.split_once('~')?;
        let millis: i64 = at.parse().ok()?;
        let at = Timestamp::from_millis(millis);
        // What lies outside the range was never given out.
        (at.as_millis() == millis).then_some(())?;
        Some(Self {
            at,
            id: id.parse().ok()?,
        })
    }
}

/// An instant, or a day of UTC with `into_day` milliseconds gone.
fn instant(text: &str, into_day: i64) -> Option<Timestamp> {
    if let Ok(day) = text.parse::<LocalDate>() {
        return Some(
            day.midnight()
                .to_instant(UtcOffsetMinutes::ZERO)
                .plus_millis(into_day),
        );
    }
    // A `+` that was not escaped arrives as a space.
    text.replace(' ', "+").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<ListQuery, ApiError> {
        ListQuery::read(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_day_stands_for_all_of_it() {
        let query = ListQuery::read(&[
            ("from".to_owned(), "2025-01-15".to_owned()),
            ("to".to_owned(), "2025-01-15".to_owned()),
        ])
        .unwrap();
        assert_eq!(query.from.to_string(), "2025-01-15T00:00:00.000Z");
        assert_eq!(query.to.to_string(), "2025-01-15T23:59:59.999Z");
    }

    #[test]
    fn an_offset_whose_plus_was_not_escaped_is_read() {
        let query = read("from", "2025-01-15T01:00:00 01:00").unwrap();
        assert_eq!(query.from.to_string(), "2025-01-15T00:00:00.000Z");
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "501"),
            ("limit", "-1"),
            ("limit", "many"),
            ("from", "yesterday"),
            ("to", ""),
            ("deleted", "yes"),
            ("cursor", "x"),
            ("cursor", "1~x"),
            (
                "cursor",
                "9223372036854775807~6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
            ),
        ] {
            let error = read(name, value).unwrap_err();
            assert_eq!(error.fields.keys().collect::<Vec<_>>(), [name], "{value}");
        }
    }

    #[test]
    fn a_cursor_is_read_back_as_the_place_it_was_made_of() {
        let place = Place {
            at: Timestamp::from_millis(-5),
            id: EntityId::from_random_bytes([3; 16]),
        };
        assert_eq!(Place::read(&place.write()), Some(place));
    }
}
