//! The components, each in its states.

use leptos::prelude::*;
use lume_core::ids::EntityId;
use lume_core::mood::Mood;
use lume_core::time::LocalDateTime;
use lume_sync::reading::{ShownSync, Unreadable};
use lume_sync::rows::SyncState;

use super::Group;
use crate::model::draft::Draft;
use crate::model::entry_view::{EntryView, mood_icon};
use crate::model::failure::Failure;
use crate::model::sync_words::Pill;
use crate::shell::dispatch::mood_key;
use crate::shell::services::{local_now, new_entity_id};
use crate::ui::chip_set::{ChipSet, Choice};
use crate::ui::dialog::Dialog;
use crate::ui::entry_card::EntryCard;
use crate::ui::entry_fields::{EntryFields, FieldMarks};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;
use crate::ui::mood_picker::MoodPicker;
use crate::ui::notice::{Notice, Tone};
use crate::ui::scene::Scene;
use crate::ui::sync_pill::SyncPill;
use crate::ui::text_field::TextField;

const LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, and then a second line";
const RIGHT_TO_LEFT: &str = "كان يومًا هادئًا في الحديقة مع Ada";
const ICONS: [&str; 24] = [
    "today",
    "history",
    "calendar",
    "more",
    "settings",
    "sync",
    "device",
    "synced",
    "waiting",
    "offline",
    "attention",
    "edit",
    "trash",
    "undo",
    "close",
    "check",
    "plus",
    "search",
    "tag",
    "feelings",
    "retry",
    "info",
    "lock",
    "phone",
];

/// All of them.
#[component]
pub(super) fn Parts() -> impl IntoView {
    view! {
        <Buttons/>
        <Fields/>
        <Chips/>
        <Moods/>
        <Form/>
        <Messages/>
        <Entries/>
        <States/>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let looks = [
        "",
        "button-primary",
        "button-danger",
        "button-quiet",
        "button-plain",
        "button-large",
    ];
    let open = RwSignal::new(false);
    view! {
        <Group title="Buttons: usual, disabled, busy, long, with an icon">
            {looks.map(|look| {
                let class = format!("button {look}");
                view! {
                    <div class="button-row">
                        <button type="button" class=class.clone()>"Save"</button>
                        <button type="button" class=class.clone() disabled=true>"Save"</button>
                        <button type="button" class=class.clone() aria-disabled="true">"Saving…"</button>
                        <button type="button" class=class.clone()><Icon name="plus"/>"Add"</button>
                        <button type="button" class=class>{LONG}</button>
                    </div>
                }
            }).into_iter().collect_view()}
            <div class="button-row">
                <button type="button" class="icon-button" aria-label="Edit"><Icon name="edit"/></button>
                <button type="button" class="icon-button" aria-label="Edit" disabled=true><Icon name="edit"/></button>
                <a href="/gallery">"A link"</a>
                <button type="button" class="button" on:click=move |_| open.set(true)>"A dialog…"</button>
            </div>
            <Dialog open=open title="Really?">
                <p>{LONG}</p>
                <div class="button-row">
                    <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>"Cancel"</button>
                    <button type="button" class="button button-danger">"Delete"</button>
                </div>
            </Dialog>
        </Group>
        <Group title="Icons">
            <div class="chips">{ICONS.map(|name| view! { <span class="tag"><Icon name=name/>{name}</span> }).into_iter().collect_view()}</div>
        </Group>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    view! {
        <Group title="Fields: empty, filled, with help, wrong, right to left">
            <TextField id="gallery-empty" label="Empty" value=text("") placeholder="As much or as little as you like"/>
            <TextField id="gallery-help" label="With help" value=text("Ada") help="What you want to be called.".to_owned()/>
            <TextField id="gallery-wrong" label="Wrong" value=text("ada@") error=Signal::stored(Some("This does not look right.".to_owned()))/>
            <TextField id="gallery-long" label="Long" value=text(LONG)/>
            <div class="field" dir="rtl"><label class="field-label" for="gallery-rtl">"ملاحظة"</label><input class="input" id="gallery-rtl" value=RIGHT_TO_LEFT/></div>
            <div class="field"><label class="field-label" for="gallery-off">"Disabled"</label><input class="input" id="gallery-off" disabled=true value="Not now"/></div>
            <div class="field"><label class="field-label" for="gallery-select">"A choice"</label><select class="input" id="gallery-select"><option>"One"</option><option>{LONG}</option></select></div>
            <label class="check"><input type="checkbox" checked=true/><span>"A check"</span></label>
            <div class="choices">
                {[true, false].map(|is_on| view! {
                    <label class="choice"><input type="radio" name="gallery-choice" prop:checked=is_on/><span class="choice-name">"On this device"</span><span class="choice-help">{LONG}</span></label>
                }).into_iter().collect_view()}
            </div>
            <progress class="meter" max="10" value="4" aria-label="4 of 10"></progress>
        </Group>
    }
}

#[component]
fn Chips() -> impl IntoView {
    let chosen = RwSignal::new(vec!["one".to_owned()]);
    let choice = |value: &str, name: &str, icon: Option<&'static str>| Choice {
        value: value.to_owned(),
        name: name.to_owned(),
        class: String::new(),
        icon,
    };
    let choices = vec![
        choice("one", "Chosen", None),
        choice("two", "Not chosen", Some("tag")),
        choice("three", LONG, None),
        choice("four", RIGHT_TO_LEFT, None),
    ];
    let toggle = move |value: String| {
        chosen.update(
            |chosen| match chosen.iter().position(|known| *known == value) {
                Some(place) => drop(chosen.remove(place)),
                None => chosen.push(value),
            },
        );
    };
    view! {
        <Group title="Chips and tags">
            <ChipSet legend="What is it about?" choices=Signal::stored(choices) chosen=chosen on_toggle=Callback::new(toggle)/>
            <ul class="tags"><li class="tag">"Friends"</li><li class="tag">{LONG}</li><li class="tag">{RIGHT_TO_LEFT}</li></ul>
        </Group>
    }
}

#[component]
fn Moods() -> impl IntoView {
    let picked = RwSignal::new(Some("hopeful".to_owned()));
    view! {
        <Group title="Moods: to pick, and as badges">
            <MoodPicker picked=picked on_pick=Callback::new(move |label| picked.set(Some(label)))/>
            <div class="button-row">
                {Mood::ALL.map(|mood| view! { <MoodBadge label=mood.label().to_owned()/> }).into_iter().collect_view()}
                <MoodBadge label="one of my own".to_owned()/>
            </div>
            <p class="quiet small">{Mood::ALL.map(|mood| format!("{}: {}", mood.label(), mood_icon(mood.label()))).join(", ")}</p>
        </Group>
    }
}

#[component]
fn Form() -> impl IntoView {
    let fields = |draft: Draft, mark: Option<&str>| {
        let mark = mark.map(str::to_owned);
        let none = Signal::stored(None);
        let marks = FieldMarks {
            note: Signal::stored(mark.clone()),
            feelings: none,
            about: none,
            when: Signal::stored(mark),
        };
        let now = Callback::new(|()| local_now());
        let words = Callback::new(|text: String| {
            text.parse::<LocalDateTime>()
                .ok()
                .map(|when| when.to_string())
        });
        view! { <EntryFields draft=RwSignal::new(draft) now=now when_words=words can_be_now=true zone=None marks=marks/> }
    };
    let draft = |note: &str| Draft {
        labels: vec!["happy".to_owned()],
        note: note.to_owned(),
        ..Draft::default()
    };
    view! {
        <Group title="The form's fields">{fields(draft(""), None)}</Group>
        <Group title="The form's fields, refused">{fields(draft(LONG), Some("The note is too long."))}</Group>
    }
}

#[component]
fn Messages() -> impl IntoView {
    let pill = |state: &'static str, icon: &'static str, words: &str| {
        let pill = Pill {
            state,
            icon,
            words: words.to_owned(),
            pending: 3,
        };
        view! { <SyncPill pill=Signal::stored(Some(pill))/> }
    };
    let failure = Failure::new(
        "The backend can’t be reached",
        "Your entries are safe on this device.",
        "Check the connection, then try again.",
    );
    view! {
        <Group title="Sync states">
            <div class="button-row">
                <SyncPill pill=Signal::stored(None)/>
                {pill("device", "device", "On this device")}
                {pill("synced", "synced", "All synced")}
                {pill("waiting", "waiting", "3 waiting")}
                {pill("syncing", "sync", "Syncing…")}
                {pill("offline", "offline", "Offline, 3 waiting")}
                {pill("attention", "attention", "Needs you")}
            </div>
        </Group>
        <Group title="Notices, failures, banners, messages">
            {[Tone::Plain, Tone::Caution, Tone::Bad].map(|tone| view! { <Notice tone=tone><p>"It takes a second. "{LONG}" "<a href="/gallery">"A link"</a></p></Notice> }).into_iter().collect_view()}
            <FailureNote failure=Signal::stored(Some(failure))/>
            <div class="banner"><p><strong>"A new version is ready."</strong>" Your entries stay as they are."</p><div class="button-row"><button type="button" class="button button-primary">"Update now"</button><button type="button" class="button button-plain">"Later"</button></div></div>
            <div class="toast"><span>"Entry deleted"</span><button type="button" class="button"><Icon name="undo"/>"Undo"</button></div>
        </Group>
    }
}

#[component]
fn Entries() -> impl IntoView {
    let syncs = [
        ShownSync::Stored(SyncState::Local),
        ShownSync::Stored(SyncState::Waiting),
        ShownSync::Sending,
        ShownSync::Stored(SyncState::Synced),
        ShownSync::Stored(SyncState::Failed),
        ShownSync::Stored(SyncState::Conflict),
    ];
    let card = |sync: ShownSync, entry: Result<&str, Unreadable>| {
        let id: EntityId = new_entity_id();
        let entry = entry.map(sample);
        let view = EntryView {
            key: mood_key(id),
            entry: entry.and_then(|entry| entry.ok_or(Unreadable::Newer)),
            sync,
            sort: "2025-01-15T11:30:00.000".to_owned(),
            overlaps: sync == ShownSync::Stored(SyncState::Conflict),
        };
        view! { <EntryCard entry=view time="11:30".to_owned() on_delete=Callback::new(|_| ())/> }
    };
    view! {
        <Group title="Entries: every sync state, long, right to left, unreadable">
            <div class="entries">
                {syncs.map(|sync| card(sync, Ok("Lunch in the park"))).into_iter().collect_view()}
                {card(ShownSync::Stored(SyncState::Local), Ok(LONG))}
                {card(ShownSync::Stored(SyncState::Local), Ok(RIGHT_TO_LEFT))}
                {card(ShownSync::Stored(SyncState::Local), Err(Unreadable::Newer))}
                {card(ShownSync::Stored(SyncState::Local), Err(Unreadable::Damaged))}
            </div>
        </Group>
    }
}

fn sample(note: &str) -> Option<lume_core::entry::MoodEntry> {
    let content = serde_json::json!({
        "at": "2025-01-15T10:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T11:30:00.000",
        "labels": ["grateful", "hopeful"], "associations": ["friends", "selfCare"], "note": note, "source": "manual",
        "created_at": "2025-01-15T10:31:00.000Z", "updated_at": "2025-01-15T10:31:00.000Z"
    });
    let content = serde_json::from_value(content).ok()?;
    lume_core::entry::MoodEntry::from_content(&content).ok()
}

#[component]
fn States() -> impl IntoView {
    view! {
        <Group title="Empty and loading">
            <div class="empty"><Scene/><h2>"This is where your days will gather"</h2><p>{LONG}</p></div>
            <p class="quiet" role="status">"Loading…"</p>
            <progress aria-label="Loading"></progress>
            <dl class="facts"><div><dt>"Mode"</dt><dd>"On this device"</dd></div><div><dt>"Account"</dt><dd>{LONG}</dd></div></dl>
        </Group>
    }
}
