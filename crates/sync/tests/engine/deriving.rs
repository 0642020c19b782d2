//! What is derived of entries: always what the entries come to, whatever was written in between, and by whom.

use std::collections::BTreeSet;

use futures::executor::block_on;
use lume_core::association::AssociationLabel;
use lume_core::entry::MoodEntry;
use lume_core::ids::EntityId;
use lume_core::moment::Moment;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDate;
use lume_sync::content::Content;
use lume_sync::derived::{fold, is_true_to};
use lume_sync::kinds::MOOD;
use lume_sync::meta;
use lume_sync::reading::Listed;
use lume_sync::rows::{DerivedRow, Shelf};
use lume_sync::store::Write;
use lume_sync::{Term, Wanted};
use proptest::prelude::*;
use serde_json::json;

use crate::ports::Fault;
use crate::world::*;

const WORDS: [&str; 5] = [
    "Rain",
    "sun \"and\" rain",
    "ÄRGER\nund Ruhe",
    "",
    "l\\o],\"t\":[ng",
];
const MOODS: [&str; 4] = ["happy", "sad", "zen", "calm \"quoted\""];
const ABOUT: [&str; 3] = ["work", "family", "my garden"];

fn date(text: &str) -> LocalDate {
    text.parse().unwrap()
}

/// An entry of a day of early 2025, that differs with its seed.
fn entry(day: i32, minute: i64, seed: usize) -> Content {
    let time = date("2025-01-01")
        .plus_days(day)
        .midnight()
        .plus_minutes(minute);
    let note = WORDS[seed % WORDS.len()];
    let content = json!({
        "at": format!("{time}Z"), "zone": "UTC", "local_time": time.to_string(),
        "labels": [MOODS[seed % 4], MOODS[seed / 4 % 4]],
        "associations": [ABOUT[seed / 2 % 3]],
        "valence": f64::from(u32::try_from(seed % 21).unwrap()) / 10.0 - 1.0,
        "note": note, "source": "manual",
    });
    let mut content = content.as_object().unwrap().clone();
    content.retain(|_, value| *value != "");
    content
}

/// All entries as the timeline has them, newest first.
fn all(lume: &Lume) -> Vec<(Listed, MoodEntry)> {
    let listed = block_on(lume.timeline(&MOOD.kind(), None, None, usize::MAX)).unwrap();
    let read = listed.into_iter().filter_map(|listed| {
        let entry = MoodEntry::from_content(listed.content.as_ref().ok()?).ok()?;
        Some((listed, entry))
    });
    read.collect()
}

fn moments(lume: &Lume, from: &str, until: &str) -> Vec<Moment> {
    block_on(lume.moments(&MOOD.kind(), date(from), date(until))).unwrap()
}

/// Moments of a time, the slow way.
fn moments_of_all(lume: &Lume, from: &str, until: &str) -> Vec<Moment> {
    let entries = all(lume);
    let moments = entries.iter().rev().map(|(_, entry)| entry.moment());
    let within = |moment: &Moment| (date(from)..date(until)).contains(&moment.local_time.date());
    moments.filter(within).collect()
}

fn word(text: &str) -> Term {
    Term {
        text: text.to_owned(),
        ..Term::default()
    }
}

fn any(terms: &[Term]) -> Wanted {
    Wanted {
        terms: terms.to_vec(),
        ..Wanted::default()
    }
}

fn labels(names: &[&str]) -> BTreeSet<MoodLabel> {
    names.iter().map(|name| MoodLabel::from(*name)).collect()
}

fn about(names: &[&str]) -> BTreeSet<AssociationLabel> {
    names
        .iter()
        .map(|name| AssociationLabel::from(*name))
        .collect()
}

/// The ids that are found, over pages of this size.
fn found(lume: &Lume, wanted: &Wanted, limit: usize) -> Vec<EntityId> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let page = block_on(lume.search(&MOOD.kind(), wanted, after, limit)).unwrap();
        assert!(page.entries.len() <= limit);
        ids.extend(page.entries.iter().map(|listed| listed.key.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

/// The ids of what meets it, the slow way.
fn found_in_all(lume: &Lume, wanted: &Wanted) -> Vec<EntityId> {
    let has =
        |own: &MoodEntry, labels: &BTreeSet<MoodLabel>, about: &BTreeSet<AssociationLabel>| {
            own.labels.iter().any(|label| labels.contains(label))
                || own.associations.iter().any(|label| about.contains(label))
        };
    let none = BTreeSet::new();
    let meets = |entry: &MoodEntry| {
        let text = fold(entry.note.as_deref().unwrap_or_default());
        let mut terms = wanted.terms.iter();
        (wanted.labels.is_empty() || has(entry, &wanted.labels, &BTreeSet::new()))
            && (wanted.associations.is_empty() || has(entry, &none, &wanted.associations))
            && terms.all(|term| {
                text.contains(&fold(&term.text)) || has(entry, &term.labels, &term.associations)
            })
            && wanted.from.is_none_or(|from| from <= entry.local_time)
            && wanted.until.is_none_or(|until| entry.local_time < until)
    };
    let entries = all(lume).into_iter().filter(|(_, entry)| meets(entry));
    entries.map(|(listed, _)| listed.key.id).collect()
}

/// Searches of every sort.
fn searches() -> Vec<Wanted> {
    let time = |text: &str| Some(text.parse().unwrap());
    let mood = Term {
        labels: labels(&["zen", "sad"]),
        ..word("rain")
    };
    let topic = Term {
        associations: about(&["family"]),
        ..word("no such word")
    };
    vec![
        Wanted::default(),
        any(&[word("rain")]),
        any(&[word("RAIN"), word("\"and\"")]),
        any(&[word("ärger\nUND")]),
        any(&[word("],\"t\":[")]),
        any(&[word("no such word")]),
        any(&[mood.clone(), topic.clone()]),
        any(&[topic]),
        Wanted {
            labels: labels(&["happy", "calm \"quoted\""]),
            ..any(&[mood])
        },
        Wanted {
            associations: about(&["work", "my garden"]),
            from: time("2025-01-09T12:00"),
            until: time("2025-02-20T12:00"),
            ..Wanted::default()
        },
        Wanted {
            labels: labels(&["nobody has it"]),
            ..Wanted::default()
        },
    ]
}

/// Everything that is derived is what the entries come to, and so is every answer.
fn check(world: &World, lume: &Lume) {
    assert_eq!(is_true_to(&world.tables()), Ok(()));
    for (from, until) in [
        ("2025-01-01", "2025-04-01"),
        ("2025-01-08", "2025-01-09"),
        ("2025-01-12", "2025-01-14"),
        ("2025-01-14", "2025-01-14"),
        ("0001-01-01", "9999-12-31"),
    ] {
        let (made, slow) = (
            moments(lume, from, until),
            moments_of_all(lume, from, until),
        );
        assert!(made == slow, "{from} to {until}: {made:?} for {slow:?}");
        assert_eq!(is_true_to(&world.tables()), Ok(()));
    }
    for (number, wanted) in searches().iter().enumerate() {
        for limit in [1, 3, 100] {
            let expected = found_in_all(lume, wanted);
            assert_eq!(
                found(lume, wanted, limit),
                expected,
                "search {number} by {limit}"
            );
        }
    }
    let dates = all(lume)
        .into_iter()
        .map(|(_, entry)| entry.local_time.date());
    let dates: BTreeSet<_> = dates.collect();
    let span = dates.first().copied().zip(dates.last().copied());
    assert_eq!(block_on(lume.span(&MOOD.kind())).unwrap(), span);
    let stale = |(shelf, _, _): &(Shelf, _, _)| *shelf == Shelf::Stale;
    assert!(
        !world.tables().derived.keys().any(stale),
        "all was asked for"
    );
}

fn put(lume: &Lume, number: u8, content: Content) {
    let key = key(number);
    block_on(lume.create(&key.kind, key.id, content, None)).unwrap();
}

/// A device with entries of ten weeks.
fn diary() -> (World, Lume) {
    let world = World::new();
    let lume = world.tab();
    for number in 0..40 {
        let seed = usize::from(number) * 7;
        put(
            &lume,
            number,
            entry(i32::from(number) * 2, i64::from(number) * 31, seed),
        );
    }
    (world, lume)
}

#[derive(Debug, Clone)]
enum Deed {
    Create(u8, i32, i64, usize),
    Update(u8, i32, i64, usize),
    Delete(u8),
    Restore(u8),
    Ask,
    Derive,
    Forget,
}

fn deed() -> impl Strategy<Value = Deed> {
    let when = || (0..24_u8, 0..60_i32, 0..1440_i64, 0..1000_usize);
    prop_oneof![
        4 => when().prop_map(|(n, day, minute, seed)| Deed::Create(n, day, minute, seed)),
        3 => when().prop_map(|(n, day, minute, seed)| Deed::Update(n, day, minute, seed)),
        2 => (0..24_u8).prop_map(Deed::Delete),
        1 => (0..24_u8).prop_map(Deed::Restore),
        1 => Just(Deed::Ask),
        1 => Just(Deed::Derive),
        1 => Just(Deed::Forget),
    ]
}

/// What can't be done changes nothing.
fn act(world: &World, lume: &Lume, deed: &Deed) {
    match *deed {
        Deed::Create(n, day, minute, seed) => {
            let (key, content) = (key(n), entry(day, minute, seed));
            drop(block_on(lume.create(&key.kind, key.id, content, None)));
        }
        Deed::Update(n, day, minute, seed) => {
            let content = entry(day, minute, seed);
            drop(block_on(lume.update(&key(n), content, None)));
        }
        Deed::Delete(n) => drop(block_on(lume.delete(&key(n)))),
        Deed::Restore(n) => drop(block_on(lume.restore(&key(n)))),
        Deed::Ask => {
            let (from, until) = (date("2025-01-10"), date("2025-02-01"));
            drop(block_on(lume.moments(&MOOD.kind(), from, until)));
        }
        Deed::Derive => drop(block_on(lume.derive(&MOOD.kind()))),
        Deed::Forget => world.put(Write::RemoveMeta(meta::DERIVED.to_owned())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_in_whatever_order_every_answer_is_that_of_the_entries(
        deeds in prop::collection::vec(deed(), 1..40)
    ) {
        let world = World::new();
        let lume = world.tab();
        for deed in deeds {
            act(&world, &lume, &deed);
            prop_assert_eq!(is_true_to(&world.tables()), Ok(()));
        }
        check(&world, &lume);
    }
}

#[test]
fn a_database_that_is_older_than_its_digests_is_built_when_it_is_asked() {
    let (world, lume) = diary();
    assert!(!world.tables().meta.contains_key(meta::DERIVED));

    check(&world, &lume);

    assert!(world.tables().meta.contains_key(meta::DERIVED));
}

#[test]
fn more_entries_than_a_step_builds_are_built_in_steps_that_can_be_stopped() {
    let world = World::new();
    let lume = world.tab();
    // One week of more than a step, and years of less.
    for number in 0..1_300_u32 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let id = EntityId::from_random_bytes(bytes);
        let (number, seed) = (
            i32::try_from(number).unwrap(),
            usize::try_from(number).unwrap(),
        );
        let day = if number < 700 { 100 } else { number % 90 };
        let content = entry(day, i64::from(number % 1_440), seed);
        block_on(lume.create(&MOOD.kind(), id, content, None)).unwrap();
    }
    let mut steps = 0;
    while block_on(world.tab().derive(&MOOD.kind())).unwrap() {
        steps += 1;
        assert_eq!(is_true_to(&world.tables()), Ok(()), "after step {steps}");
    }
    assert!(steps >= 3, "{steps} steps");
    check(&world, &lume);
}

#[test]
fn an_entry_that_is_moved_leaves_the_week_that_it_was_in() {
    let (world, lume) = diary();
    check(&world, &lume);

    block_on(lume.update(&key(3), entry(300, 0, 3), None)).unwrap();

    let stale = world.tables().derived.into_keys();
    let stale = stale.filter(|(shelf, _, _)| *shelf == Shelf::Stale);
    assert_eq!(stale.count(), 2, "the old week and the new one");
    check(&world, &lume);
}

#[test]
fn an_acknowledged_entry_makes_nothing_stale() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "rain");
    drop(moments(&lume, "2023-11-01", "2023-12-01"));
    let before = world.tables().derived;

    world.pass(&lume);

    assert_eq!(shown(&lume, 1), "synced");
    assert!(world.tables().derived == before);
}

#[test]
fn what_comes_from_elsewhere_is_found_and_counted() {
    let world = World::shared();
    let lume = world.signed_in();
    create(&lume, 1, "rain");
    world.pass(&lume);
    let other = world.other_device();
    let there = other.signed_in();
    other.pass(&there);
    let rain = any(&[word("rain")]);
    assert_eq!(found(&there, &rain, 10), [key(1).id]);

    update(&lume, 1, "sun");
    world.pass(&lume);
    other.later(120_000);
    other.pass(&there);

    assert_eq!(note(&there, 1).as_deref(), Some("sun"));
    assert!(found(&there, &rain, 10).is_empty());
    check(&other, &there);
}

#[test]
fn an_entry_that_cannot_be_read_takes_away_none_of_the_others() {
    let (world, lume) = diary();
    let mut newer = world.tables().entities[&key(5)].clone();
    newer.body[0] = 9;
    world.put(Write::PutEntity(newer));
    let mut damaged = world.tables().entities[&key(6)].clone();
    damaged.body.truncate(20);
    world.put(Write::PutEntity(damaged));

    assert_eq!(moments(&lume, "2025-01-01", "2025-12-31").len(), 38);
    check(&world, &lume);
}

#[test]
fn a_digest_that_cannot_be_read_is_made_again() {
    let (world, lume) = diary();
    check(&world, &lume);
    let derived = world.tables().derived.into_iter();
    for ((shelf, kind, week), mut body) in derived {
        body[0] = 9;
        world.put(Write::PutDerived(DerivedRow {
            shelf,
            kind,
            week,
            body,
        }));
    }

    assert_eq!(moments(&lume, "2025-01-01", "2025-12-31").len(), 40);
    check(&world, &lume);
}

#[test]
fn what_another_version_has_built_is_built_anew() {
    let (world, lume) = diary();
    check(&world, &lume);
    let record = String::from_utf8(world.tables().meta[meta::DERIVED].clone()).unwrap();
    let other = record.replace("\"version\":1", "\"version\":7");
    assert_ne!(other, record);
    world.put(Write::PutMeta(meta::DERIVED.to_owned(), other.into_bytes()));

    check(&world, &lume);

    assert_eq!(world.tables().meta[meta::DERIVED], record.into_bytes());
}

#[test]
fn where_nothing_can_be_derived_the_entries_themselves_are_read() {
    let (world, lume) = diary();
    world.device.store.fail_relaxed(Some(Fault::Full));

    let (from, until) = ("2025-01-01", "2025-12-31");
    assert!(moments(&lume, from, until) == moments_of_all(&lume, from, until));
    for wanted in searches() {
        assert_eq!(found(&lume, &wanted, 3), found_in_all(&lume, &wanted));
    }
    assert!(!world.tables().meta.contains_key(meta::DERIVED));
}
