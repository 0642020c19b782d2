//! The one way in which a screen has something done.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::WithUntracked;
use leptos::task::spawn_local;
use lume_core::ids::EntityId;
use lume_sync::content::Content;
use lume_sync::kinds::MOOD;
use lume_sync::meta::AppMode;
use lume_sync::pass::PassReport;
use lume_sync::rows::EntityKey;
use lume_sync::{CommitError, Trigger};
use lume_web::persist;

use crate::i18n::t;
use crate::model::exchange::Exchanged;
use crate::model::failure::{self, Failure};
use crate::model::import::Tallied;
use crate::rest;
use crate::shell::account::Leaving;
use crate::shell::app_state::{App, use_app};
use crate::shell::intent::{EntryChange, Intent};
use crate::shell::prefs::Holding;
use crate::shell::services::AppEngine;
use crate::shell::{
    account, background, exchange, lock, page, reminders, status, transfer, triggers,
};

thread_local! {
    /// Tells the newest wish for a mode from those before.
    static MODE_WISH: Cell<u64> = const { Cell::new(0) };
}

/// Carries out intents.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch(App);

/// The dispatch, from anywhere below the app's root.
pub(crate) fn use_dispatch() -> Dispatch {
    Dispatch(use_app())
}

/// How an intent went, where it went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// What a pass did, if one ran.
    pub(crate) pass: PassReport,
    /// How many unsent changes were decided about or written to a file.
    pub(crate) changes: u64,
    /// How many of the entries in a file have their id there alone.
    pub(crate) unreadable: u64,
    /// What was imported.
    pub(crate) imported: Tallied,
    /// What became of entries that came from a file, went to one, or were taken back.
    pub(crate) exchanged: Exchanged,
}

impl Dispatch {
    /// Has something done. A failure is shown as a message.
    pub(crate) fn send(self, intent: Intent) {
        let app = self.0;
        self.send_then(intent, move |outcome| {
            if let Err(failure) = outcome {
                app.say(format!("{}. {}", failure.what, failure.remedy));
            }
        });
    }

    /// Has something done, and calls back once it is committed or has failed.
    pub(crate) fn send_then(
        self,
        intent: Intent,
        then: impl FnOnce(Result<Done, Failure>) + 'static,
    ) {
        let app = self.0;
        spawn_local(async move { then(perform(app, intent).await) });
    }
}

/// The key of a mood entry.
pub(crate) fn mood_key(id: EntityId) -> EntityKey {
    EntityKey {
        kind: MOOD.kind(),
        id,
    }
}

/// The draft of an entry's form.
pub(crate) fn entry_draft(key: &EntityKey) -> String {
    format!("entry:{}", key.id)
}

/// Does itself what the first screen can ask for, so that saving never waits for the rest of the app.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever is not named here is in the rest, new intents too"
)]
async fn perform(app: App, intent: Intent) -> Result<Done, Failure> {
    match intent {
        Intent::Create { id, content, draft } => {
            let engine = engine(app)?;
            create(app, &engine, id, content, &draft).await?;
        }
        Intent::Delete(id) => {
            let engine = engine(app)?;
            delete(app, &engine, id).await?;
        }
        later => {
            let going = rest::carry_out(app, later).await;
            return going.map_err(|_| failure::of_rest())?.await;
        }
    }
    Ok(Done::default())
}

fn engine(app: App) -> Result<Rc<AppEngine>, Failure> {
    app.engine().ok_or_else(|| {
        Failure::new(
            t::failure::read(),
            t::failure::read_means(),
            t::failure::read_do(),
        )
    })
}

/// Carries any intent out.
pub(crate) async fn carry_out(app: App, intent: Intent) -> Result<Done, Failure> {
    let engine = engine(app)?;
    let mut done = Done::default();
    match intent {
        Intent::Create { id, content, draft } => create(app, &engine, id, content, &draft).await?,
        Intent::Change(wish) => {
            let changed = change(&engine, wish).await;
            changed.map_err(|error| failure::of_commit(&error))?;
            saved_something(app);
        }
        Intent::SaveOwnMood { key, seen, content } => {
            save_own_mood(app, &engine, &key, seen, content).await?;
        }
        Intent::Delete(id) => delete(app, &engine, id).await?,
        Intent::SyncNow => done.pass = engine.pass(Trigger::Manual).await,
        Intent::Retry(event_id) => {
            let retried = engine.retry(event_id).await;
            retried.map_err(|error| failure::of_setting_store(&error))?;
            done.pass = engine.pass(Trigger::Manual).await;
        }
        Intent::Discard(event_id) => {
            let discarded = engine.discard(event_id).await;
            discarded.map_err(|error| failure::of_setting_store(&error))?;
        }
        Intent::DecideAll(decision, known) => {
            let decided = engine.decide_all(decision, known).await;
            done.changes = decided.map_err(|error| failure::of_setting_store(&error))?;
            triggers::pass(app, Trigger::Manual);
        }
        Intent::Export(passphrase) => {
            let export = transfer::export(&engine, passphrase.as_deref()).await?;
            done.changes = export.events;
            done.unreadable = export.unreadable;
        }
        Intent::Import(order) => done.imported = transfer::import(app, &engine, order).await?,
        Intent::ExportEntries(order) => {
            done.exchanged = exchange::export_entries(&engine, order).await?;
        }
        Intent::ImportEntries(order) => {
            done.exchanged = exchange::import_entries(app, &engine, order).await?;
            if done.exchanged.made + done.exchanged.own_moods > 0 {
                keeps_something(app);
            }
        }
        Intent::UndoImport(progress) => {
            done.exchanged = exchange::undo_import(app, &engine, progress).await?;
        }
        Intent::SetMode(mode) => set_mode(app, &engine, mode).await?,
        Intent::SetBackend { base_url, api_key } => {
            set_backend(&engine, base_url, &api_key).await?;
        }
        Intent::SetInterval(seconds) => {
            engine
                .set_interval(seconds)
                .await
                .map_err(|error| failure::of_setting(&error))?;
        }
        Intent::Enter { credentials, bring } => {
            let entered = account::enter(app, credentials, bring).await;
            entered.map_err(|error| failure::of_auth(&error))?;
        }
        Intent::ChangePassword { current, next } => {
            let changed = engine.change_password(&current, &next).await;
            changed.map_err(|error| failure::of_own_account(&error))?;
        }
        Intent::DeleteAccount { password } => {
            let deleted = engine.delete_account(&password).await;
            deleted.map_err(|error| failure::of_own_account(&error))?;
            // What is here of it could be sent nowhere any more.
            account::leave(app, Leaving::Discard)
                .await
                .map_err(|error| failure::of_setting_store(&error))?;
        }
        Intent::Leave(leaving) => account::leave(app, leaving)
            .await
            .map_err(|error| failure::of_setting_store(&error))?,
        Intent::LogRequests(on) => engine.set_debug_log(on),
        Intent::AskToKeep => {
            persist::request_persistence().await;
            app.data_changed();
        }
        Intent::Lock(wish) => lock::carry_out(app, wish)
            .await
            .map_err(|error| lock::failure(&error))?,
        Intent::Erase => {
            account::erase_all(app)
                .await
                .map_err(|error| failure::of_erasing(&error))?;
        }
    }
    Ok(done)
}

async fn delete(app: App, engine: &AppEngine, id: EntityId) -> Result<(), Failure> {
    let deleted = engine.delete(&mood_key(id)).await;
    deleted.map_err(|error| failure::of_commit(&error))?;
    status::refresh(app);
    Ok(())
}

async fn change(engine: &AppEngine, wish: EntryChange) -> Result<(), CommitError> {
    match wish {
        EntryChange::Update {
            key,
            seen,
            content,
            draft,
        } => engine.edit(&key, seen, content, Some(&draft)).await,
        EntryChange::Restore(id) => engine.restore(&mood_key(id)).await,
        EntryChange::BringBack(key, content) => engine.bring_back(&key, content).await,
        EntryChange::RestoreVersion(key, id) => engine.restore_version(&key, id).await,
        // A form of it that is unsaved stays, and is laid over this.
        EntryChange::RestoreRevision(key, content) => engine.update(&key, content, None).await,
        EntryChange::Settle { key, text } => engine.settle_overlap(&key, &text).await,
    }
}

async fn save_own_mood(
    app: App,
    engine: &AppEngine,
    key: &EntityKey,
    seen: Option<Content>,
    content: Content,
) -> Result<(), Failure> {
    let saved = match seen {
        None => engine.create(&key.kind, key.id, content, None).await,
        Some(seen) => engine.edit(key, seen, content, None).await,
    };
    saved.map_err(|error| failure::of_commit(&error))?;
    saved_something(app);
    keeps_something(app);
    Ok(())
}

async fn create(
    app: App,
    engine: &AppEngine,
    id: EntityId,
    content: Content,
    draft: &str,
) -> Result<(), Failure> {
    let saved = engine.create(&MOOD.kind(), id, content, Some(draft)).await;
    saved.map_err(|error| failure::of_commit(&error))?;
    saved_something(app);
    keeps_something(app);
    Ok(())
}

/// There is something of the person's on this device now.
fn keeps_something(app: App) {
    if app
        .prefs
        .with_untracked(|prefs| prefs.holding == Holding::Nothing)
    {
        app.prefs_changed(|prefs| prefs.hold(Holding::Entries));
    }
    ask_to_keep_once(app);
}

async fn set_mode(app: App, engine: &AppEngine, mode: AppMode) -> Result<(), Failure> {
    let wish = MODE_WISH.get().wrapping_add(1);
    MODE_WISH.set(wish);
    if mode == AppMode::Device {
        reminders::take_back(app).await;
        // Meanwhile the person may have thought better of it.
        if MODE_WISH.get() != wish {
            return Ok(());
        }
    }
    engine
        .set_mode(mode)
        .await
        .map_err(|error| failure::of_setting_store(&error))?;
    if let Some(services) = app.services() {
        services.announce();
    }
    triggers::pass(app, Trigger::Manual);
    Ok(())
}

async fn set_backend(engine: &AppEngine, base_url: String, api_key: &str) -> Result<(), Failure> {
    let base_url = if base_url.trim().is_empty() {
        page::origin()
    } else {
        base_url
    };
    let profile = engine
        .profile()
        .await
        .map_err(|error| failure::of_setting_store(&error))?;
    let set = engine
        .set_backend(&base_url, api_key, profile.backend.choice)
        .await;
    set.map_err(|error| failure::of_setting(&error))
}

fn saved_something(app: App) {
    status::refresh(app);
    background::saved(app);
    triggers::pass(app, Trigger::Saved);
}

/// After the first entry: there is something to keep now. Some browsers ask the person, which nothing waits for.
fn ask_to_keep_once(app: App) {
    if app.prefs.with_untracked(|prefs| prefs.asked_to_keep) {
        return;
    }
    app.prefs_changed(|prefs| prefs.asked_to_keep = true);
    spawn_local(async move {
        persist::request_persistence().await;
    });
}
