//! Entities of every kind: made, changed, deleted, read.

use lume_core::entry::MoodEntry;
use lume_core::ids::{EntityId, UserId};
use lume_core::mood_def::MoodDef;
use lume_core::time::{DAY_MS, Timestamp};
use lume_core::validate::FieldErrors;
use lume_wire::{ApiError, ErrorCode, Rev, mood, mood_def, paths};
use serde_json::{Value, json};

use super::account::read;
use super::backend::{BasicEdits, Call, MemoryBackend, Profile, StoredEntity};
use super::journal::{Effect, EffectKind};
use super::reply::{Refusal, Reply};
use crate::content::{Content, Operation, merged};

/// How long a tombstone keeps the content, in milliseconds.
const TOMBSTONE_CONTENT_MS: i64 = 30 * DAY_MS;
/// How long a tombstone keeps id and revision, in milliseconds.
pub(super) const TOMBSTONE_MS: i64 = 180 * DAY_MS;
/// Entities in a page where the request does not say.
const LIMIT_DEFAULT: usize = 50;
/// Most entities in a page.
const LIMIT_MAX: usize = 500;

impl MemoryBackend {
    /// `POST /moods`.
    pub(super) fn create(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let body: Content = read(call.body)?;
        let id = match body.get("id").map(|id| id.as_str().map(str::parse)) {
            Some(Some(Ok(id))) => id,
            Some(_) => {
                return Err(ApiError::new(ErrorCode::BadRequest, "id")
                    .with_field("id", "invalid")
                    .into());
            }
            None => {
                return Err(ApiError::new(ErrorCode::BadRequest, "id")
                    .with_field("id", "required")
                    .into());
            }
        };
        self.once(call, Operation::Created, id, |backend| {
            backend.create_once(call, id, &body)
        })
    }

    fn create_once(
        &mut self,
        call: &Call<'_>,
        id: EntityId,
        body: &Content,
    ) -> Result<Reply, Refusal> {
        check_owner(body, call.user)?;
        let known = self.stored(id, call.now).cloned();
        if let Some(known) = &known
            && known.owner != call.user
        {
            return Err(ErrorCode::Permission.into());
        }
        let fields = canonical(body, id, call)?;
        match (self.options.profile, known) {
            (_, None) => Ok(self.write(call, id, EffectKind::Created, fields, 201)),
            (Profile::Basic(_), Some(known)) if known.deleted_at.is_some() => {
                Ok(self.write(call, id, EffectKind::Revived, fields, 201))
            }
            (Profile::Extended, Some(known)) if known.deleted_at.is_some() => {
                Err(deleted(known.rev))
            }
            (Profile::Extended, Some(known)) if known.fields == fields => {
                Ok(Reply::data(200, shown(&known)).with_etag(known.rev))
            }
            (Profile::Extended | Profile::Basic(BasicEdits::Refuse), Some(known)) => {
                Err(conflict(ErrorCode::Exists, &known))
            }
            (Profile::Basic(BasicEdits::Replace), Some(known)) if known.fields == fields => {
                Ok(Reply::data(200, shown(&known)))
            }
            (Profile::Basic(BasicEdits::Replace), Some(_)) => {
                Ok(self.write(call, id, EffectKind::Updated, fields, 200))
            }
        }
    }

    /// `PUT /moods/{id}`.
    pub(super) fn update(&mut self, call: &Call<'_>, id: EntityId) -> Result<Reply, Refusal> {
        let patch: Content = read(call.body)?;
        let Some(if_match) = call.if_match else {
            return Err(ErrorCode::PreconditionRequired.into());
        };
        let any = if_match == "*";
        let wanted = Rev::from_etag(if_match);
        self.once(call, Operation::Updated, id, |backend| {
            backend.update_once(call, id, &patch, wanted, any)
        })
    }

    fn update_once(
        &mut self,
        call: &Call<'_>,
        id: EntityId,
        patch: &Content,
        wanted: Option<Rev>,
        any: bool,
    ) -> Result<Reply, Refusal> {
        let Some(known) = self.stored(id, call.now).cloned() else {
            return Err(ErrorCode::Entity.into());
        };
        if known.owner != call.user {
            return Err(ErrorCode::Permission.into());
        }
        let kind = match known.deleted_at {
            Some(_) if wanted == Some(known.rev) => EffectKind::Revived,
            Some(_) => return Err(deleted(known.rev)),
            None if any || wanted == Some(known.rev) => EffectKind::Updated,
            None => return Err(conflict(ErrorCode::Version, &known)),
        };
        check_owner(patch, call.user)?;
        let fields = canonical(&merged(&known.fields, patch), id, call)?;
        Ok(self.write(call, id, kind, fields, 200))
    }

    /// `DELETE /moods/{id}`.
    pub(super) fn delete(&mut self, call: &Call<'_>, id: EntityId) -> Result<Reply, Refusal> {
        let wanted = call.if_match.map(Rev::from_etag);
        self.once(call, Operation::Deleted, id, |backend| {
            let Some(known) = backend.stored(id, call.now).cloned() else {
                return Ok(Reply::empty());
            };
            if known.owner != call.user {
                return Err(ErrorCode::Permission.into());
            }
            if known.deleted_at.is_some() {
                return Ok(Reply::empty());
            }
            if wanted.is_some_and(|wanted| wanted != Some(known.rev)) {
                return Err(conflict(ErrorCode::Version, &known));
            }
            let rev = backend
                .commit(call, id, EffectKind::Deleted, known.fields)
                .rev;
            Ok(Reply::empty().with_etag(rev))
        })
    }

    /// `GET /moods/{id}`.
    pub(super) fn get(&mut self, call: &Call<'_>, id: EntityId) -> Result<Reply, Refusal> {
        match self
            .stored(id, call.now)
            .filter(|known| known.owner == call.user)
        {
            None => Err(ErrorCode::Entity.into()),
            Some(known) if known.deleted_at.is_some() => Err(deleted(known.rev)),
            Some(known) => Ok(Reply::data(200, shown(known)).with_etag(known.rev)),
        }
    }

    /// `GET /moods`.
    pub(super) fn list(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let limit = match parameter(call.query, "limit").map(str::parse::<usize>) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => {
                return Err(ApiError::new(ErrorCode::BadRequest, "limit")
                    .with_field("limit", "out_of_range")
                    .into());
            }
        };
        let mut live: Vec<_> = self
            .entities
            .iter()
            .filter(|(_, known)| known.kind == call.kind.name)
            .filter(|(_, known)| known.owner == call.user && known.deleted_at.is_none())
            .map(|(id, known)| (place(*id, known), shown(known)))
            .collect();
        live.sort_by(|a, b| b.0.cmp(&a.0));
        let after = parameter(call.query, "cursor");
        let rest: Vec<_> = live
            .into_iter()
            .filter(|(place, _)| after.is_none_or(|after| place.as_str() < after))
            .collect();
        let next = (rest.len() > limit).then(|| rest[limit - 1].0.clone());
        let page: Vec<_> = rest
            .into_iter()
            .take(limit)
            .map(|(_, fields)| fields)
            .collect();
        let name = paths::list_name(call.kind.path);
        Ok(Reply::data(200, json!({name: page, "next_cursor": next})))
    }

    fn stored(&mut self, id: EntityId, now: Timestamp) -> Option<&StoredEntity> {
        let known = self.entities.get_mut(&id)?;
        if let Some(at) = known.deleted_at {
            let age = now.millis_since(at);
            if age > TOMBSTONE_CONTENT_MS {
                known.fields.clear();
            }
            if age > TOMBSTONE_MS {
                let (owner, rev) = (known.owner, known.rev.0);
                let pruned = self.pruned.entry(owner).or_insert(0);
                *pruned = rev.max(*pruned);
                self.entities.remove(&id);
            }
        }
        self.entities.get(&id)
    }

    fn write(
        &mut self,
        call: &Call<'_>,
        id: EntityId,
        kind: EffectKind,
        fields: Content,
        status: u16,
    ) -> Reply {
        let stored = self.commit(call, id, kind, fields);
        Reply::data(status, shown(&stored)).with_etag(stored.rev)
    }

    /// One effect: the entity, its revision and its line in the journal.
    fn commit(
        &mut self,
        call: &Call<'_>,
        id: EntityId,
        kind: EffectKind,
        fields: Content,
    ) -> StoredEntity {
        let rev = self.revs.entry(call.user).or_insert(0);
        *rev += 1;
        let rev = Rev(*rev);
        let deleted_at = (kind == EffectKind::Deleted).then_some(call.now);
        let stored = StoredEntity {
            kind: call.kind.name,
            owner: call.user,
            rev,
            deleted_at,
            fields,
            origin: call.key.map(str::to_owned),
            modified_at: call.now,
        };
        self.journal.push(Effect {
            at: call.now,
            user: call.user,
            key: call.key.map(str::to_owned),
            entity: id,
            kind,
            rev,
            body: call.body.to_vec(),
            fields: stored.fields.clone(),
        });
        self.entities.insert(id, stored.clone());
        stored
    }
}

/// The fields in their one form, checked; unknown ones are kept out.
fn canonical(body: &Content, id: EntityId, call: &Call<'_>) -> Result<Content, Refusal> {
    let invalid = |field: &str, code: &str| {
        Refusal::from(
            ApiError::new(ErrorCode::Validation, "some fields are not valid")
                .with_field(field, code),
        )
    };
    let mut body = body.clone();
    body.insert("id".to_owned(), id.to_string().into());
    let checked = if call.kind.name == mood_def::KIND {
        let Some((_, content)) = mood_def::from_wire(&body) else {
            return Err(invalid("label", "required"));
        };
        mood_def_of(&content)
    } else {
        if body.get("mood").is_none_or(Value::is_null) {
            return Err(invalid("mood", "required"));
        }
        let Some((_, content)) = mood::from_wire(&body) else {
            return Err(invalid("date", "invalid"));
        };
        entry_of(&content, call.now)
    };
    let checked = checked.map_err(|errors| refused(&errors))?;
    let mut fields = (call.kind.create)(&checked, call.user, id);
    fields.retain(|_, value| !value.is_null());
    Ok(fields)
}

fn entry_of(content: &Content, now: Timestamp) -> Result<Content, FieldErrors> {
    let mut entry = MoodEntry::from_content(content)?;
    entry.unknown.clear();
    entry.validate(now)?;
    Ok(entry.to_content())
}

fn mood_def_of(content: &Content) -> Result<Content, FieldErrors> {
    let mut mood = MoodDef::from_content(content)?;
    mood.unknown.clear();
    mood.validate()?;
    Ok(mood.to_content())
}

/// Refused fields by the names they have on the wire.
fn refused(errors: &FieldErrors) -> Refusal {
    let mut error = ApiError::new(ErrorCode::Validation, "some fields are not valid");
    for (name, code) in errors.iter() {
        let name = match name {
            "at" => "date",
            "labels" => "mood",
            "zone" => "time_zone",
            "local_time" => "local_date",
            other => other,
        };
        error = error.with_field(name, code.as_str());
    }
    error.into()
}

fn check_owner(body: &Content, user: UserId) -> Result<(), Refusal> {
    let claimed = body.get("user_id").and_then(Value::as_str);
    if claimed.is_some_and(|claimed| claimed.parse() != Ok(user)) {
        return Err(ErrorCode::Permission.into());
    }
    Ok(())
}

fn deleted(rev: Rev) -> Refusal {
    let mut error = ApiError::new(ErrorCode::Deleted, "the entry was deleted");
    error.rev = Some(rev);
    error.into()
}

fn conflict(code: ErrorCode, known: &StoredEntity) -> Refusal {
    let mut error = ApiError::new(code, "the entry is another one");
    error.rev = Some(known.rev);
    error.entity = Some(shown(known));
    error.into()
}

pub(super) fn shown(known: &StoredEntity) -> Content {
    let mut fields = known.fields.clone();
    fields.insert("rev".to_owned(), known.rev.0.into());
    fields
}

/// The place of an entity in the list's order, as text.
fn place(id: EntityId, known: &StoredEntity) -> String {
    let fields = &known.fields;
    format!(
        "{}~{id}",
        fields
            .get("date")
            .or_else(|| fields.get("created_at"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    )
}

pub(super) fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
