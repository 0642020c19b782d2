//! A mood entry on the wire, and the way to and from the content that the engine stores.
//!
//! The content says when an entry was made as an instant, a zone and a civil time (`at`, `zone`, `local_time`); the
//! wire says `date`, `time_zone`, `local_date` and `utc_offset_minutes`. Content's `labels` become `mood`, the first
//! of them, and `labels` where there are several. Every other field has one name on both sides, and a field that this
//! version does not know passes through both ways, so that a newer version's field is not lost by an older device.
//!
//! Nothing here fails on content it does not understand: what can't be derived is left out, and whoever reads the
//! result says what is missing.

use lume_core::ids::{EntityId, UserId};
use lume_core::mood::Mood;
use lume_core::time::{LocalDateTime, MINUTE_MS, Timestamp, UtcOffsetMinutes};
use serde_json::{Map, Value};

/// The fields of an entity or a patch, as JSON has them.
pub type Fields = Map<String, Value>;

/// The kind's name in event types, stores and the changes feed.
pub const KIND: &str = "mood";

/// Content's fields that have other names on the wire.
const CONTENT_ONLY: &[&str] = &["at", "zone", "local_time", "labels"];
/// The wire's fields that have other names in content or do not belong there.
const WIRE_ONLY: &[&str] = &[
    "id",
    "user_id",
    "rev",
    "date",
    "mood",
    "labels",
    "local_date",
    "time_zone",
    "utc_offset_minutes",
];
/// What a source is where the wire does not say: whoever made the entry used the API.
const SOURCE_DEFAULT: &str = "api";

/// The body of `POST /moods` for an entry's content: the seed's seven fields always, the others where there is
/// something to send.
pub fn to_wire(content: &Fields, user_id: UserId, entity_id: EntityId) -> Fields {
    let mut body = patch_to_wire(content, content);
    body.retain(|_, value| !value.is_null());
    body.insert("id".to_owned(), entity_id.to_string().into());
    body.insert("user_id".to_owned(), user_id.to_string().into());
    body.entry("note").or_insert(Value::Null);
    for time in ["created_at", "updated_at"] {
        if let Some(made) = content.get("at") {
            body.entry(time).or_insert_with(|| made.clone());
        }
    }
    body
}

/// The same body for a backend that knows the catalogue's moods alone: of a mood of the person's own it gets the nearest
/// one, by the entry's valence, and of the feelings beside it those that the catalogue has.
pub fn to_basic(mut body: Fields) -> Fields {
    let known = |label: &Value| Mood::by_label(label.as_str()?);
    let valence = body.get("valence").and_then(Value::as_f64);
    if let Some(mood) = body.get_mut("mood")
        && known(mood).is_none()
    {
        *mood = Mood::nearest(valence.unwrap_or_default()).label().into();
    }
    let mood = body.get("mood").cloned().unwrap_or_default();
    if let Some(Value::Array(labels)) = body.remove("labels") {
        let beside = labels
            .into_iter()
            .filter(|label| known(label).is_some() && *label != mood);
        let labels: Vec<_> = std::iter::once(mood.clone()).chain(beside).collect();
        if labels.len() > 1 {
            body.insert("labels".to_owned(), labels.into());
        }
    }
    body
}

/// The body of `PUT /moods/{id}` for a patch of an entry's content; null clears.
///
/// `whole` is the entry's content with the patch applied: one civil time on the wire is derived from two fields of the
/// content, of which the patch may hold only one.
pub fn patch_to_wire(patch: &Fields, whole: &Fields) -> Fields {
    let mut body: Fields = patch
        .iter()
        .filter(|(name, _)| {
            !CONTENT_ONLY.contains(&name.as_str()) && !WIRE_ONLY.contains(&name.as_str())
        })
        .map(|(name, value)| (name.clone(), cleared_if_empty(value)))
        .collect();
    if let Some(at) = patch.get("at") {
        body.insert("date".to_owned(), at.clone());
    }
    if let Some(zone) = patch.get("zone") {
        body.insert("time_zone".to_owned(), zone.clone());
    }
    if let Some(labels) = patch.get("labels").and_then(Value::as_array) {
        let several = if labels.len() > 1 {
            Value::from(labels.clone())
        } else {
            Value::Null
        };
        body.insert(
            "mood".to_owned(),
            labels.first().cloned().unwrap_or_default(),
        );
        body.insert("labels".to_owned(), several);
    }
    if patch.contains_key("at") || patch.contains_key("local_time") {
        let field = |name: &str| {
            patch
                .get(name)
                .or_else(|| whole.get(name))
                .and_then(Value::as_str)
        };
        let local: Option<LocalDateTime> = field("local_time").and_then(|text| text.parse().ok());
        let at: Option<Timestamp> = field("at").and_then(|text| text.parse().ok());
        if let Some(local) = local {
            body.insert("local_date".to_owned(), local.date().to_string().into());
            if let Some(offset) = at.and_then(|at| offset_between(local, at)) {
                body.insert("utc_offset_minutes".to_owned(), offset.get().into());
            }
        }
    }
    body
}

/// The id and the content of an entity as a server sends it; `None` where it has no readable id or date.
///
/// Without `utc_offset_minutes` the civil time is UTC's time of day on `local_date`: the day a person sees stays the
/// one that was sent.
pub fn from_wire(body: &Fields) -> Option<(EntityId, Fields)> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let id: EntityId = text("id")?.parse().ok()?;
    let at: Timestamp = text("date")?.parse().ok()?;

    let mut content: Fields = body
        .iter()
        .filter(|(name, value)| !WIRE_ONLY.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for name in ["created_at", "updated_at"] {
        let time = text(name)
            .and_then(|text| text.parse::<Timestamp>().ok())
            .unwrap_or(at);
        content.insert(name.to_owned(), time.to_string().into());
    }
    content.insert("at".to_owned(), at.to_string().into());
    content.insert("zone".to_owned(), text("time_zone").unwrap_or("UTC").into());
    content.insert(
        "local_time".to_owned(),
        local_time(body, at).to_string().into(),
    );
    content.insert("labels".to_owned(), labels(body).into());
    content
        .entry("associations")
        .or_insert_with(|| Value::Array(Vec::new()));
    content
        .entry("source")
        .or_insert_with(|| SOURCE_DEFAULT.into());
    Some((id, content))
}

fn local_time(body: &Fields, at: Timestamp) -> LocalDateTime {
    let offset = body.get("utc_offset_minutes").and_then(Value::as_i64);
    if let Some(offset) =
        offset.and_then(|minutes| UtcOffsetMinutes::new(i16::try_from(minutes).ok()?))
    {
        return at.to_local(offset);
    }
    let in_utc = at.to_local(UtcOffsetMinutes::ZERO);
    let date = body
        .get("local_date")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok());
    date.map_or(in_utc, |date: lume_core::time::LocalDate| {
        in_utc.plus_minutes(i64::from(date.days_since(in_utc.date())) * 24 * 60)
    })
}

/// The first label is the mood, whatever `labels` says.
fn labels(body: &Fields) -> Vec<Value> {
    let mood = body.get("mood").cloned().unwrap_or_default();
    let others = body
        .get("labels")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let others = others.into_iter().filter(|label| *label != mood);
    std::iter::once(mood.clone())
        .chain(others)
        .filter(|label| !label.is_null())
        .collect()
}

/// The offset in whole minutes; clocks of the nineteenth century had seconds too, which are cut off.
fn offset_between(local: LocalDateTime, at: Timestamp) -> Option<UtcOffsetMinutes> {
    let millis = local.to_instant(UtcOffsetMinutes::ZERO).millis_since(at);
    UtcOffsetMinutes::new(i16::try_from(millis.div_euclid(MINUTE_MS)).ok()?)
}

fn cleared_if_empty(value: &Value) -> Value {
    match value.as_array() {
        Some(items) if items.is_empty() => Value::Null,
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    const USER: &str = "0b9d1e0c-3c1f-4f5e-9c55-0d6d7a5a2d11";

    fn fields(value: &Value) -> Fields {
        value.as_object().expect("an object").clone()
    }

    fn content() -> Fields {
        fields(&json!({
            "at": "2025-01-15T22:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30:00.000",
            "labels": ["happy", "proud"], "valence": 0.5, "associations": ["family"], "note": "Cake",
            "source": "manual", "created_at": "2025-01-15T22:31:00.000Z", "updated_at": "2025-01-15T22:31:00.000Z",
            "weather_later": {"sun": true}
        }))
    }

    fn sent(content: &Fields) -> Fields {
        to_wire(content, USER.parse().unwrap(), ID.parse().unwrap())
    }

    #[test]
    fn the_body_has_the_seeds_fields_and_what_there_is_besides() {
        let body = sent(&content());

        assert_eq!(body["id"], ID);
        assert_eq!(body["user_id"], USER);
        assert_eq!(body["date"], "2025-01-15T22:30:00.000Z");
        assert_eq!(body["mood"], "happy");
        assert_eq!(body["labels"], json!(["happy", "proud"]));
        assert_eq!(body["local_date"], "2025-01-15");
        assert_eq!(body["time_zone"], "Europe/Berlin");
        assert_eq!(body["utc_offset_minutes"], 60);
        assert!(
            !body.contains_key("at")
                && !body.contains_key("local_time")
                && !body.contains_key("zone")
        );
    }

    #[test]
    fn content_survives_the_way_there_and_back_unknown_fields_included() {
        let (id, back) = from_wire(&sent(&content())).unwrap();

        assert_eq!(id, ID.parse().unwrap());
        assert_eq!(back, content());
    }

    #[test]
    fn a_lone_mood_without_a_note_sends_null_and_no_labels() {
        let mut content = content();
        content.insert("labels".to_owned(), json!(["sad"]));
        content.insert("associations".to_owned(), json!([]));
        content.remove("note");

        let body = sent(&content);

        assert_eq!(body["note"], Value::Null);
        assert!(!body.contains_key("labels") && !body.contains_key("associations"));
        assert_eq!(from_wire(&body).unwrap().1, content);
    }

    #[test]
    fn the_seeds_body_alone_becomes_an_entry_of_utc() {
        let seed = fields(&json!({
            "id": ID, "user_id": USER, "date": "2025-01-15T10:30:00Z", "mood": "happy", "note": "Had a great morning!",
            "created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00Z"
        }));

        let (_, content) = from_wire(&seed).unwrap();

        assert_eq!(content["local_time"], "2025-01-15T10:30:00.000");
        assert_eq!(content["zone"], "UTC");
        assert_eq!(content["labels"], json!(["happy"]));
        assert_eq!(content["source"], "api");
    }

    #[test]
    fn without_an_offset_the_local_day_that_was_sent_stays() {
        let body = fields(&json!({
            "id": ID, "date": "2025-01-15T23:30:00Z", "mood": "happy", "local_date": "2025-01-16"
        }));

        assert_eq!(
            from_wire(&body).unwrap().1["local_time"],
            "2025-01-16T23:30:00.000"
        );
    }

    #[test]
    fn a_patch_of_the_zone_alone_sends_the_offset_it_leads_to() {
        let mut whole = content();
        whole.insert("zone".to_owned(), "Europe/London".into());
        whole.insert("local_time".to_owned(), "2025-01-15T22:30:00.000".into());
        let patch =
            fields(&json!({"zone": "Europe/London", "local_time": "2025-01-15T22:30:00.000"}));

        let body = patch_to_wire(&patch, &whole);

        let expected = json!({"time_zone": "Europe/London", "local_date": "2025-01-15", "utc_offset_minutes": 0});
        assert_eq!(body, fields(&expected));
    }

    #[test]
    fn a_patch_clears_with_null_and_says_nothing_of_what_stays() {
        let patch = fields(&json!({"note": null, "labels": ["sad"], "associations": []}));

        let body = patch_to_wire(&patch, &content());

        assert_eq!(
            body,
            fields(&json!({"note": null, "mood": "sad", "labels": null, "associations": null}))
        );
    }

    #[test]
    fn the_mood_comes_first_even_where_labels_put_it_elsewhere() {
        let body = fields(&json!({
            "id": ID, "date": "2025-01-15T10:30:00Z", "mood": "proud", "labels": ["happy", "proud"], "rev": 7
        }));

        let (_, content) = from_wire(&body).unwrap();

        assert_eq!(content["labels"], json!(["proud", "happy"]));
        assert!(!content.contains_key("rev"));
    }

    #[test]
    fn a_basic_backend_gets_the_nearest_mood_of_the_catalogue_and_no_other_label() {
        let mut content = content();
        content.insert("labels".to_owned(), json!(["Zen", "proud", "Free"]));
        content.insert("valence".to_owned(), json!(-0.84));

        let body = to_basic(sent(&content));

        assert_eq!(body["mood"], "sad");
        assert_eq!(body["labels"], json!(["sad", "proud"]));
        assert_eq!(body["valence"], -0.84);
        assert_eq!(body["note"], "Cake");
    }

    #[test]
    fn a_basic_backend_gets_the_catalogues_moods_as_they_are() {
        assert_eq!(to_basic(sent(&content())), sent(&content()));
        let mut lone = content();
        lone.insert("labels".to_owned(), json!(["Zen"]));
        lone.remove("valence");
        let body = to_basic(sent(&lone));
        assert_eq!(body["mood"], "content", "without a valence it is neutral");
        assert!(!body.contains_key("labels"));
    }

    #[test]
    fn what_has_no_id_or_date_is_no_entry() {
        assert!(from_wire(&fields(&json!({"date": "2025-01-15T10:30:00Z"}))).is_none());
        assert!(from_wire(&fields(&json!({"id": ID, "date": "yesterday"}))).is_none());
    }
}
