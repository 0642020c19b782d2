use proptest::prelude::*;
use serde_json::json;

use super::*;

fn rules(name: &str) -> Option<Rule> {
    Some(match name {
        "when" | "zone" => Rule::Moment,
        "labels" => Rule::Ranked { max: 4 },
        "tags" => Rule::Set { max: 4 },
        "note" => Rule::Text { chars_max: 40 },
        "updated" => Rule::Latest,
        "created" => Rule::Earliest,
        "valence" => Rule::Scalar,
        _ => return None,
    })
}

fn content(value: Value) -> Content {
    let Value::Object(content) = value else {
        panic!("not an object")
    };
    content
}

/// Merges with a base; `theirs` wins.
fn merged(base: Value, mine: Value, theirs: Value) -> Merged {
    let (mine, theirs) = (content(mine), content(theirs));
    merge(rules, Some(&content(base)), &mine, &theirs, Side::Theirs)
}

#[track_caller]
fn check(base: Value, mine: Value, theirs: Value, expected: &Value) {
    assert_eq!(&Value::Object(merged(base, mine, theirs).content), expected);
}

#[test]
fn a_field_that_one_side_changed_is_that_sides() {
    check(
        json!({"valence": 1, "note": "a"}),
        json!({"valence": 2, "note": "a"}),
        json!({"valence": 1, "note": "b", "later": true}),
        &json!({"valence": 2, "note": "b", "later": true}),
    );
}

#[test]
fn a_scalar_that_both_changed_is_the_winners_and_the_other_is_reported() {
    let found = merged(
        json!({"valence": 1}),
        json!({"valence": 2}),
        json!({"valence": 3}),
    );

    assert_eq!(found.content, content(json!({"valence": 3})));
    let fields = content(json!({"valence": 2}));
    assert!(
        found.losers
            == [Loser {
                fields,
                side: Side::Mine
            }]
    );
}

#[test]
fn a_field_that_one_side_cleared_and_the_other_changed_is_reported_too() {
    let found = merged(json!({"valence": 1}), json!({"valence": 2}), json!({}));

    assert_eq!(found.content, content(json!({})));
    assert_eq!(found.losers[0].fields, content(json!({"valence": 2})));
}

#[test]
fn sets_take_what_was_added_and_lose_what_was_removed() {
    check(
        json!({"tags": ["a", "b"]}),
        json!({"tags": ["b", "c"]}),
        json!({"tags": ["a", "b", "d"]}),
        &json!({"tags": ["b", "d", "c"]}),
    );
}

#[test]
fn the_first_of_a_ranked_list_is_the_side_that_changed_it() {
    check(
        json!({"labels": ["sad"]}),
        json!({"labels": ["happy"]}),
        json!({"labels": ["sad", "tired"]}),
        &json!({"labels": ["happy", "tired"]}),
    );
    check(
        json!({"labels": ["sad"]}),
        json!({"labels": ["happy"]}),
        json!({"labels": ["calm"]}),
        &json!({"labels": ["calm", "happy"]}),
    );
}

#[test]
fn a_ranked_list_of_which_each_side_removed_a_half_is_not_empty() {
    check(
        json!({"labels": ["sad", "calm"]}),
        json!({"labels": ["sad"]}),
        json!({"labels": ["calm"]}),
        &json!({"labels": ["calm"]}),
    );
}

#[test]
fn a_list_without_room_for_both_reports_the_loser() {
    let found = merged(
        json!({"tags": []}),
        json!({"tags": ["a", "b", "c"]}),
        json!({"tags": ["d", "e", "f"]}),
    );

    assert_eq!(
        found.content,
        content(json!({"tags": ["d", "e", "f", "a"]}))
    );
    assert_eq!(
        found.losers[0].fields,
        content(json!({"tags": ["a", "b", "c"]}))
    );
}

#[test]
fn an_overlapping_text_has_both_versions_and_says_so() {
    let found = merged(
        json!({"note": "a"}),
        json!({"note": "mine"}),
        json!({"note": "theirs"}),
    );

    assert_eq!(found.content, content(json!({"note": "theirs\nmine"})));
    let overlap = Overlap {
        field: "note".to_owned(),
        mine: "mine".to_owned(),
        theirs: "theirs".to_owned(),
    };
    assert_eq!(found.overlaps, [overlap]);
    assert_eq!(found.losers, []);
}

#[test]
fn texts_without_room_for_both_are_the_winners_and_both_are_kept_beside_it() {
    let (mine, theirs) = ("m".repeat(30), "t".repeat(30));

    let found = merged(
        json!({"note": "a"}),
        json!({"note": mine}),
        json!({"note": theirs}),
    );

    assert_eq!(found.content, content(json!({"note": theirs})));
    assert_eq!(found.losers[0].fields, content(json!({"note": mine})));
    assert_eq!(found.overlaps[0].mine, mine);
}

#[test]
fn a_moment_is_one_sides_as_a_whole() {
    let found = merged(
        json!({"when": 1, "zone": "a"}),
        json!({"when": 2, "zone": "a"}),
        json!({"when": 1, "zone": "b"}),
    );

    assert_eq!(found.content, content(json!({"when": 1, "zone": "b"})));
    assert_eq!(
        found.losers[0].fields,
        content(json!({"when": 2, "zone": "a"}))
    );
}

#[test]
fn times_of_writing_are_nobodys_words() {
    let found = merged(
        json!({"updated": "1", "created": "5"}),
        json!({"updated": "3", "created": "4"}),
        json!({"updated": "2", "created": "3"}),
    );

    assert_eq!(
        found.content,
        content(json!({"updated": "3", "created": "3"}))
    );
    assert_eq!(found.losers, []);
}

#[test]
fn without_a_base_the_winners_fields_hold_and_the_others_are_reported() {
    let mine = content(json!({"note": "a", "tags": ["x"], "valence": 1}));
    let theirs = content(json!({"note": "b", "tags": ["y"], "valence": 1}));

    let found = merge(rules, None, &mine, &theirs, Side::Mine);

    assert_eq!(found.content, mine);
    assert_eq!(found.overlaps, []);
    let lost: Content = found
        .losers
        .into_iter()
        .flat_map(|loser| loser.fields)
        .collect();
    assert_eq!(lost, content(json!({"note": "b", "tags": ["y"]})));
}

#[test]
fn the_younger_edit_wins_and_in_doubt_the_backends_order() {
    assert_eq!(winner(Some(5), Some(9)), Side::Mine);
    assert_eq!(winner(Some(9), Some(5)), Side::Theirs);
    assert_eq!(winner(Some(5), Some(5)), Side::Theirs);
    assert_eq!(winner(None, Some(5)), Side::Theirs);
    assert_eq!(winner(Some(5), None), Side::Theirs);
    assert_eq!(winner(Some(-1), Some(5)), Side::Theirs);
}

#[test]
fn fields_that_the_backend_does_not_know_stay_and_known_ones_go() {
    let known = content(json!({"note": "a", "later": 1}));

    let whole = completed(rules, &content(json!({"valence": 2})), &known);

    assert_eq!(whole, content(json!({"valence": 2, "later": 1})));
}

#[test]
fn debug_shows_no_words() {
    let found = merged(
        json!({"note": "a"}),
        json!({"note": "b"}),
        json!({"note": "c"}),
    );
    let loser = Loser {
        fields: content(json!({"valence": "private"})),
        side: Side::Mine,
    };

    let shown = format!("{:?} {loser:?}", found.overlaps);
    assert_eq!(shown, r#"[Overlap(note)] Loser(Mine, ["valence"])"#);
}

fn list() -> impl Strategy<Value = Value> {
    let items = proptest::sample::subsequence(vec!["a", "b", "c", "d"], 0..=4).prop_shuffle();
    items.prop_map(|items| json!(items))
}

fn text() -> impl Strategy<Value = Value> {
    let line = prop_oneof!["[ab]", "[a-z]{1,6}"];
    proptest::collection::vec(line, 1..5).prop_map(|lines| lines.join("\n").into())
}

/// A field or none.
fn maybe(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    proptest::option::of(value)
}

fn any_content() -> impl Strategy<Value = Content> {
    let number = || maybe((0..3_u8).prop_map(Value::from));
    let time = || maybe("[0-9]".prop_map(Value::from));
    (
        (number(), number(), number(), number()),
        (maybe(list()), maybe(list()), maybe(text())),
        (time(), time()),
    )
        .prop_map(
            |((when, zone, valence, later), (labels, tags, note), (updated, created))| {
                let fields = [
                    ("when", when),
                    ("zone", zone),
                    ("valence", valence),
                    ("later", later),
                    ("labels", labels),
                    ("tags", tags),
                    ("note", note),
                    ("updated", updated),
                    ("created", created),
                ];
                let set = fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)));
                set.map(|(name, value)| (name.to_owned(), value)).collect()
            },
        )
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Mine), Just(Side::Theirs)]
}

const fn swapped(side: Side) -> Side {
    match side {
        Side::Mine => Side::Theirs,
        Side::Theirs => Side::Mine,
    }
}

/// Whether a value that a side wrote is somewhere in what the merge gave.
fn is_kept(found: &Merged, side: Side, name: &str, value: &Value) -> bool {
    let held = found.content.get(name);
    let lost = found
        .losers
        .iter()
        .any(|loser| loser.side == side && loser.fields.get(name) == Some(value));
    let in_text = value.as_str().is_some_and(|text| {
        let whole = held.and_then(Value::as_str).unwrap_or_default();
        text.split('\n')
            .all(|line| line.trim().is_empty() || whole.split('\n').any(|held| held == line))
    });
    let in_list = value.as_array().is_some_and(|items| {
        let whole = held.and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().all(|item| whole.contains(item))
    });
    held == Some(value) || lost || in_text || in_list
}

proptest! {
    #[test]
    fn who_alone_changed_something_gets_it(base in any_content(), other in any_content(), side in side()) {
        for base in [Some(&base), None].into_iter().flatten() {
            let mine = merge(rules, Some(base), &other, base, side);
            let theirs = merge(rules, Some(base), base, &other, side);

            prop_assert_eq!(&mine.content, &other);
            prop_assert_eq!(&theirs.content, &other);
            prop_assert!(mine.losers.is_empty() && theirs.losers.is_empty());
            prop_assert!(mine.overlaps.is_empty() && theirs.overlaps.is_empty());
        }
    }

    #[test]
    fn what_both_made_alike_is_it(base in proptest::option::of(any_content()), other in any_content(), side in side()) {
        let found = merge(rules, base.as_ref(), &other, &other, side);

        prop_assert_eq!(&found.content, &other);
        prop_assert!(found.losers.is_empty() && found.overlaps.is_empty());
    }

    #[test]
    fn merging_once_more_changes_nothing(
        base in proptest::option::of(any_content()), mine in any_content(), theirs in any_content(), side in side(),
    ) {
        let once = merge(rules, base.as_ref(), &mine, &theirs, side);
        let again = merge(rules, Some(&theirs), &once.content, &theirs, side);

        prop_assert_eq!(&again.content, &once.content);
        prop_assert!(again.losers.is_empty());
    }

    #[test]
    fn sides_swapped_with_the_winner_give_the_same(
        base in proptest::option::of(any_content()), mine in any_content(), theirs in any_content(), side in side(),
    ) {
        let one = merge(rules, base.as_ref(), &mine, &theirs, side);
        let other = merge(rules, base.as_ref(), &theirs, &mine, swapped(side));

        prop_assert_eq!(&one.content, &other.content);
        prop_assert_eq!(one.losers.len(), other.losers.len());
        prop_assert_eq!(one.overlaps.len(), other.overlaps.len());
    }

    #[test]
    fn nothing_that_a_side_wrote_vanishes(
        base in proptest::option::of(any_content()), mine in any_content(), theirs in any_content(), side in side(),
    ) {
        let found = merge(rules, base.as_ref(), &mine, &theirs, side);

        let known = base.clone().unwrap_or_default();
        for (side, content) in [(Side::Mine, &mine), (Side::Theirs, &theirs)] {
            for (name, value) in content {
                let stamp = matches!(rules(name), Some(Rule::Latest | Rule::Earliest));
                if stamp || known.get(name) == Some(value) {
                    continue;
                }
                // Of lists and texts, what the other side removed is meant to go: what was brought in is asked for.
                let brought = match (value, known.get(name)) {
                    (Value::Array(items), Some(Value::Array(old))) => {
                        let new = items.iter().filter(|item| !old.contains(item));
                        Value::Array(new.cloned().collect())
                    }
                    (Value::String(text), Some(Value::String(old))) => {
                        let new = text.split('\n').filter(|line| !old.split('\n').any(|old| old == *line));
                        new.collect::<Vec<_>>().join("\n").into()
                    }
                    _ => value.clone(),
                };
                let kept = is_kept(&found, side, name, value) || is_kept(&found, side, name, &brought);
                prop_assert!(kept, "{} of {:?} in {:?}", name, side, found.content);
            }
        }
    }
}
