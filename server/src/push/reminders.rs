//! `GET` and `PUT /reminders`, and which reminders are due.

use lume_core::ids::UserId;
use lume_core::reminder::{Due, LATE_MS_MAX, Schedule, next_due, settle};
use lume_core::time::{DAY_MS, LocalDate, Timestamp, UtcOffsetMinutes, ZoneName, instant_at};
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::mood::Fields;
use lume_wire::push::Reminders;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::queue::Pending;
use super::{Push, invalid, subscriptions};
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::error::ServerError;
use crate::kinds::MOOD;
use crate::service::Service;

/// Accounts that are looked at in one transaction, so that requests get in between.
const ACCOUNTS_AT_A_TIME: u32 = 100;

/// An account whose reminder's time has come.
struct Row {
    user: UserId,
    schedule: Schedule,
    settled: Timestamp,
}

impl Service {
    /// When the account is reminded: 200.
    pub fn reminders(&self, caller: Caller) -> Answer {
        let found = self.push().assert_on().and_then(|()| {
            self.database()
                .read(|transaction| find(transaction, caller.user))
        });
        found.map(|found| Answer::ok(200, found)).into()
    }

    /// Sets when the account is reminded: 200 with what holds now; 422 names the fields that are not right.
    pub fn set_reminders(&self, caller: Caller, body: &Fields) -> Answer {
        self.try_set_reminders(caller, body).into()
    }

    fn try_set_reminders(&self, caller: Caller, body: &Fields) -> Result<Answer, ServerError> {
        let push = self.push();
        push.assert_on()?;
        let now = self.now();
        let schedule = read(body).map_err(|problems| invalid(&problems))?;
        schedule.check(now).map_err(|problems| invalid(&problems))?;
        let next = next_due(&schedule, &push.zones, now).map_err(|_unknown| {
            let mut problems = FieldErrors::default();
            problems.add("zone", FieldCode::Invalid);
            invalid(&problems)
        })?;
        let next_at = next.map(|due| due.at);
        let answer = self.commit(caller, |transaction| {
            store(transaction, caller.user, &schedule, now, next_at)?;
            let schedule = Some(schedule.clone());
            Ok(Answer::ok(200, Reminders { schedule, next_at }))
        })?;
        push.changed.notify_one();
        Ok(answer)
    }

    /// Takes what is due by now out of the database and puts it into the queue. What was taken is never taken again.
    ///
    /// # Errors
    ///
    /// The database's; what was not taken stays due.
    pub(super) fn take_due(&self) -> Result<(), ServerError> {
        let push = self.push();
        loop {
            let now = self.now();
            let (count, pushes) = self.database().write(|transaction| {
                let rows = due(transaction, now)?;
                let mut pushes = Vec::new();
                for row in &rows {
                    pushes.extend(take(transaction, push, row, now)?);
                }
                Ok((rows.len(), pushes))
            })?;
            let refused = push.queue.add(pushes);
            if refused > 0 {
                tracing::warn!(
                    refused,
                    "more reminders at once than can wait; these are not sent"
                );
            }
            if u32::try_from(count).is_ok_and(|count| count < ACCOUNTS_AT_A_TIME) {
                return Ok(());
            }
        }
    }

    /// When the next reminder is due, of any account.
    pub(super) fn next_reminder_at(&self) -> Result<Option<Timestamp>, ServerError> {
        let next: Option<i64> = self.database().read(|transaction| {
            let query = "SELECT min(next_ms) FROM reminders WHERE next_ms IS NOT NULL";
            Ok(transaction.query_row(query, [], |row| row.get(0))?)
        })?;
        Ok(next.map(Timestamp::from_millis))
    }
}

/// The schedule in a body, each field that is wrong named.
fn read(body: &Fields) -> Result<Schedule, FieldErrors> {
    let mut problems = FieldErrors::default();
    for (field, is_good) in [
        ("enabled", good::<Option<bool>>(body, "enabled")),
        (
            "times",
            good::<Vec<lume_core::reminder::TimeOfDay>>(body, "times"),
        ),
        (
            "days",
            good::<Option<lume_core::reminder::Weekdays>>(body, "days"),
        ),
        ("zone", good::<ZoneName>(body, "zone")),
        (
            "quiet",
            good::<Option<lume_core::reminder::QuietHours>>(body, "quiet"),
        ),
        (
            "skip_if_logged",
            good::<Option<bool>>(body, "skip_if_logged"),
        ),
        (
            "snoozed_until",
            good::<Option<Timestamp>>(body, "snoozed_until"),
        ),
    ] {
        if !is_good {
            let is_there = body.get(field).is_some_and(|value| !value.is_null());
            problems.add(
                field,
                if is_there {
                    FieldCode::Invalid
                } else {
                    FieldCode::Required
                },
            );
        }
    }
    problems.into_result()?;
    let named = body.iter().filter(|(_, value)| !value.is_null());
    let named: Fields = named
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    serde_json::from_value(Value::Object(named)).map_err(|_| {
        // Each field was read by itself, so that there is nothing that a whole could add.
        let mut problems = FieldErrors::default();
        problems.add("times", FieldCode::Invalid);
        problems
    })
}

fn good<T: DeserializeOwned>(body: &Fields, field: &str) -> bool {
    let value = body.get(field).cloned().unwrap_or_default();
    serde_json::from_value::<T>(value).is_ok()
}

fn find(transaction: &Transaction<'_>, user: UserId) -> Result<Reminders, ServerError> {
    let found = transaction
        .prepare_cached("SELECT schedule, next_ms FROM reminders WHERE user_id = ?1")?
        .query_row([user.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
        })
        .optional()?;
    let Some((schedule, next_ms)) = found else {
        return Ok(Reminders {
            schedule: None,
            next_at: None,
        });
    };
    Ok(Reminders {
        schedule: Some(parse(&schedule)?),
        next_at: next_ms.map(Timestamp::from_millis),
    })
}

/// What was due before the schedule was set stays settled.
fn store(
    transaction: &Transaction<'_>,
    user: UserId,
    schedule: &Schedule,
    now: Timestamp,
    next_at: Option<Timestamp>,
) -> Result<(), ServerError> {
    let schedule = serde_json::to_string(schedule).map_err(|_| ServerError::Corrupt("schedule"))?;
    transaction
        .prepare_cached(
            "INSERT INTO reminders (user_id, schedule, settled_ms, next_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (user_id) DO UPDATE
             SET schedule = excluded.schedule, settled_ms = excluded.settled_ms, next_ms = excluded.next_ms",
        )?
        .execute(params![
            user.to_string(),
            schedule,
            now.as_millis(),
            next_at.map(Timestamp::as_millis)
        ])?;
    Ok(())
}

fn due(transaction: &Transaction<'_>, now: Timestamp) -> Result<Vec<Row>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT user_id, schedule, settled_ms FROM reminders
         WHERE next_ms IS NOT NULL AND next_ms <= ?1 ORDER BY next_ms LIMIT ?2",
    )?;
    let rows = statement.query_map(params![now.as_millis(), ACCOUNTS_AT_A_TIME], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get(2)?,
        ))
    })?;
    let mut all = Vec::new();
    for row in rows {
        let (user, schedule, settled_ms) = row?;
        let (Ok(id), Ok(schedule)) = (user.parse(), parse(&schedule)) else {
            // A newer version may have written it. It rests, and those of all others go on.
            tracing::warn!("a schedule can't be read; it rests");
            transaction
                .prepare_cached("UPDATE reminders SET next_ms = NULL WHERE user_id = ?1")?
                .execute(params![user])?;
            continue;
        };
        all.push(Row {
            user: id,
            schedule,
            settled: Timestamp::from_millis(settled_ms),
        });
    }
    Ok(all)
}

fn parse(schedule: &str) -> Result<Schedule, ServerError> {
    serde_json::from_str(schedule).map_err(|_| ServerError::Corrupt("schedule"))
}

/// Settles an account's reminders up to now, and makes pushes of what is due.
fn take(
    transaction: &Transaction<'_>,
    push: &Push,
    row: &Row,
    now: Timestamp,
) -> Result<Vec<Pending>, ServerError> {
    let settled = settle(&row.schedule, &push.zones, row.settled, now);
    let (due, next) = match settled {
        Ok(settled) => (settled.due, settled.next),
        Err(_unknown) => {
            tracing::warn!("a schedule's time zone is not known any more; it rests");
            (None, None)
        }
    };
    transaction
        .prepare_cached("UPDATE reminders SET settled_ms = max(settled_ms, ?2), next_ms = ?3 WHERE user_id = ?1")?
        .execute(params![
            row.user.to_string(),
            now.as_millis(),
            next.map(Timestamp::as_millis)
        ])?;
    let Some(due) = due else {
        return Ok(Vec::new());
    };
    if row.schedule.skip_if_logged && has_logged(transaction, push, row, due)? {
        return Ok(Vec::new());
    }
    let found = subscriptions::of_account(transaction, row.user, push.config.private_addresses)?;
    let pushes = found.into_iter().map(|found| Pending {
        endpoint: found.endpoint,
        p256dh: found.p256dh,
        auth: found.auth,
        tries: 0,
        not_before: now,
        until: due.at.plus_millis(LATE_MS_MAX),
    });
    Ok(pushes.collect())
}

/// Whether there is an entry of the day on which a reminder asks: by the date that the entry's own clock showed, or, where
/// the entry does not say, by the clock of the schedule.
fn has_logged(
    transaction: &Transaction<'_>,
    push: &Push,
    row: &Row,
    due: Due,
) -> Result<bool, ServerError> {
    let day = due.day();
    let midnight = |day: LocalDate| {
        let at = instant_at(&push.zones, &row.schedule.zone, day.midnight());
        at.map_or(0, Timestamp::as_millis)
    };
    // No clock is further from UTC than this, whatever zone the entry was made in.
    let widest_ms = i64::from(UtcOffsetMinutes::MAX.get()) * lume_core::time::MINUTE_MS;
    let in_utc_ms = day
        .midnight()
        .to_instant(UtcOffsetMinutes::ZERO)
        .as_millis();
    let mut statement = transaction.prepare_cached(
        "SELECT 1 FROM entities WHERE user_id = ?1 AND kind = ?2 AND deleted = 0 AND at_ms BETWEEN ?3 AND ?4
         AND coalesce(CASE WHEN json_valid(body) THEN json_extract(body, '$.local_date') END = ?5, at_ms >= ?6 AND at_ms < ?7)",
    )?;
    Ok(statement.exists(params![
        row.user.to_string(),
        MOOD.name,
        in_utc_ms - widest_ms,
        in_utc_ms + DAY_MS + widest_ms,
        day.to_string(),
        midnight(day),
        midnight(day.plus_days(1))
    ])?)
}
