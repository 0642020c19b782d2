//! A person's entries as files: written for the browser to keep, read from Lume or another app, and taken back.
//!
//! What a file holds is read and written in a web worker (`lume-exchange`), a part at a time; entries come and go by the
//! engine's bulk steps. Each runs until it is done or the person stops it.

use std::rc::Rc;
use std::sync::Arc;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::ids::EntityId;
use lume_core::mood_def::field;
use lume_exchange::row::{FILE_BYTES_MAX, Format, Held};
use lume_exchange::{Entity, FileError, Head, Here, Kind, Row, Summary, Wishes, content_of};
use lume_sync::bulk::{IMPORT_STEP, Ids, Known, Undone};
use lume_sync::content::Content;
use lume_sync::kinds::{MOOD, MOOD_DEF};
use lume_sync::{StoreError, Trigger};
use lume_web::exchange::{ExchangeError, ExchangeWorker};
use lume_web::timer::sleep;
use serde_json::Value;

use crate::model::exchange::{self, Exchanged, Lookup};
use crate::model::failure::{self, Failure};
use crate::model::import;
use crate::shell::app_state::App;
use crate::shell::files::{self, PickedFile};
use crate::shell::services::{AppEngine, local_now, now, with_zones, zone};
use crate::shell::{format, own_moods, page, status, triggers};

/// Names the worker's script in the page.
const WORKER_NAME: &str = "lume-exchange-worker";
/// Entries that are read and written at once.
const WRITE_STEP: usize = 500;
/// Rows that are asked for at once.
const READ_STEP: u32 = 1_000;
/// Rows of a file that are shown before it is imported.
const FIRST_ROWS: usize = 4;

/// A file that is open in its worker.
pub(crate) type OpenFile = Rc<ExchangeWorker>;

/// A file that was looked at.
#[derive(Clone, PartialEq)]
pub(crate) struct Looked {
    /// The file's name.
    pub(crate) name: String,
    /// What can be said of it.
    pub(crate) summary: Arc<Summary>,
    /// How many of its entries are here.
    pub(crate) lookup: Lookup,
    /// The first ones.
    pub(crate) first: Vec<Row>,
    /// How many of its own moods have a label that is not known here.
    pub(crate) own_moods: u64,
    ids: Ids,
}

/// An export as it was asked for.
pub(crate) struct ExportOrder {
    /// What is written.
    pub(crate) kind: Kind,
    /// Hears how many entries are written, and says whether it goes on.
    pub(crate) progress: Callback<u64, bool>,
}

/// An import as it was agreed.
pub(crate) struct EntriesOrder {
    /// The file.
    pub(crate) file: OpenFile,
    /// What was said about it.
    pub(crate) looked: Looked,
    /// What the person has decided about names and notes.
    pub(crate) wishes: Wishes,
    /// Whether what was deleted here comes back.
    pub(crate) brings_back: bool,
    /// Hears what was done so far, and says whether it goes on.
    pub(crate) progress: Callback<Exchanged, bool>,
}

/// Opens a file and compares it with what is here. Nothing is changed.
pub(crate) fn open(
    app: App,
    file: PickedFile,
    then: impl FnOnce(Result<(Looked, OpenFile), Failure>) + 'static,
) {
    spawn_local(async move { then(look(app, &file).await) });
}

async fn look(app: App, file: &PickedFile) -> Result<(Looked, OpenFile), Failure> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the limit is far below 2^53 bytes"
    )]
    let is_too_large = file.size() > FILE_BYTES_MAX as f64;
    if is_too_large {
        return Err(refused(FileError::TooLarge));
    }
    let bytes = file.read().await.ok_or_else(import::of_unreadable_file)?;
    let engine = app.engine().ok_or_else(import::of_unreadable_file)?;
    let worker = worker()?;
    let summary = worker.open(&bytes).await.map_err(of_worker)?;
    let summary: Summary = serde_json::from_str(&summary).map_err(|_| exchange::of_broken())?;
    let mut entities = Vec::new();
    let mut first = Vec::new();
    let mut has_own = false;
    while (entities.len() as u64) < summary.rows {
        let rows = rows(&worker, entities.len()).await?;
        if rows.is_empty() {
            break;
        }
        has_own |= rows.iter().any(|row| matches!(row.held, Held::Entry(_)));
        entities.extend(rows.iter().map(|row| row.id));
        let wanted = FIRST_ROWS.saturating_sub(first.len());
        first.extend(rows.into_iter().take(wanted));
    }
    let ids = ids_of(&summary, has_own);
    let known = engine.look_up(&MOOD.kind(), &ids, &entities).await;
    let known = known.map_err(|error| failure::of_reading(&error))?;
    let count = |which| known.iter().filter(|known| **known == which).count() as u64;
    let own_moods = fresh_moods(&engine, &summary).await;
    let own_moods = own_moods.map_err(|error| failure::of_reading(&error))?;
    let looked = Looked {
        name: file.name(),
        summary: Arc::new(summary),
        lookup: Lookup {
            fresh: count(Known::Absent),
            here: count(Known::Here),
            deleted: count(Known::Deleted),
        },
        first,
        own_moods: own_moods.len() as u64,
        ids,
    };
    Ok((looked, Rc::new(worker)))
}

/// Those of a file's own moods that are to be made: a label that is known here means what it means here.
async fn fresh_moods(
    engine: &AppEngine,
    summary: &Summary,
) -> Result<Vec<(EntityId, Content)>, StoreError> {
    let known = own_moods::stored(engine).await?;
    let is_fresh = |mood: &&Entity| {
        let label = mood.entity.get(field::LABEL).and_then(Value::as_str);
        label.is_some_and(|label| known.get(label).is_none())
    };
    let fresh = summary.own_moods.iter().filter(is_fresh);
    Ok(fresh.map(|mood| (mood.id, mood.entity.clone())).collect())
}

fn ids_of(summary: &Summary, has_own: bool) -> Ids {
    match summary.format {
        Format::LumeJson => Ids::Of(summary.account.clone()),
        Format::LumeCsv if has_own => Ids::Of(None),
        Format::LumeCsv
        | Format::DaylioCsv
        | Format::DaylioBackup
        | Format::MoodtrackerJson
        | Format::MoodtrackerCsv
        | Format::Pixy
        | Format::Pixels
        | Format::AppleHealth => Ids::Derived,
    }
}

fn worker() -> Result<ExchangeWorker, Failure> {
    ExchangeWorker::start(&page::meta(WORKER_NAME).unwrap_or_default()).map_err(of_worker)
}

async fn rows(worker: &ExchangeWorker, from: usize) -> Result<Vec<Row>, Failure> {
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    let rows = worker.rows(from, READ_STEP).await.map_err(of_worker)?;
    serde_json::from_str(&rows).map_err(|_| exchange::of_broken())
}

fn of_worker(error: ExchangeError) -> Failure {
    match error {
        ExchangeError::Broken => exchange::of_broken(),
        ExchangeError::Refused(reason) => {
            serde_json::from_str(&reason).map_or_else(|_| exchange::of_broken(), refused)
        }
    }
}

fn refused(error: FileError) -> Failure {
    exchange::of_file(error, &format::bytes(FILE_BYTES_MAX as u64))
}

/// Imports in steps, each of them saved as a whole. Can be stopped between two, and done again: nothing comes twice.
pub(crate) async fn import_entries(
    app: App,
    engine: &AppEngine,
    order: EntriesOrder,
) -> Result<Exchanged, Failure> {
    let mut done = Exchanged::default();
    let outcome = import_rows(engine, &order, &mut done).await;
    order.progress.try_run(done);
    status::refresh(app);
    triggers::pass(app, Trigger::Saved);
    outcome.map(|()| done)
}

async fn import_rows(
    engine: &AppEngine,
    order: &EntriesOrder,
    done: &mut Exchanged,
) -> Result<(), Failure> {
    let stopped = |error| import::of_import(failure::of_commit(&error));
    import_moods(engine, order, done).await?;
    let record = engine.begin_import(&order.looked.name).await;
    let record = record.map_err(stopped)?;
    let kind = MOOD.kind();
    let total = usize::try_from(order.looked.summary.rows).unwrap_or(usize::MAX);
    let mut number = 0;
    let mut from = 0;
    while from < total {
        let rows = rows(&order.file, from).await?;
        if rows.is_empty() {
            break;
        }
        from += rows.len();
        for part in rows.chunks(IMPORT_STEP) {
            let entities = contents(part, &order.wishes);
            done.left_out += (part.len() - entities.len()) as u64;
            let ids = (&kind, &order.looked.ids);
            let step = engine.import_step(&record, number, ids, &entities, order.brings_back);
            let step = step.await.map_err(stopped)?;
            number += 1;
            done.made += step.made;
            done.here += step.here + step.deleted;
            if order.progress.try_run(*done) == Some(false) {
                done.is_stopped = true;
                return Ok(());
            }
            // The page gets a moment for the person.
            sleep(0).await;
        }
    }
    Ok(())
}

/// Makes the file's own moods that are not known here. They have a record of their own, which that of the entries replaces:
/// they stay when the import is undone, since entries that stay, or were made since, may name them.
async fn import_moods(
    engine: &AppEngine,
    order: &EntriesOrder,
    done: &mut Exchanged,
) -> Result<(), Failure> {
    let stopped = |error| import::of_import(failure::of_commit(&error));
    let fresh = fresh_moods(engine, &order.looked.summary).await;
    let fresh = fresh.map_err(|error| failure::of_reading(&error))?;
    if fresh.is_empty() {
        return Ok(());
    }
    let record = engine.begin_import(&order.looked.name).await;
    let record = record.map_err(stopped)?;
    let ids = (&MOOD_DEF.kind(), &order.looked.ids);
    for (number, part) in (0..).zip(fresh.chunks(IMPORT_STEP)) {
        // One that was deleted elsewhere is wanted back: entries of the file name it.
        let step = engine.import_step(&record, number, ids, part, true);
        done.own_moods += step.await.map_err(stopped)?.made;
    }
    Ok(())
}

/// What becomes of rows; those that can be no entries are left out.
fn contents(rows: &[Row], wishes: &Wishes) -> Vec<(EntityId, Content)> {
    with_zones(|rules| {
        let here = Here {
            rules,
            zone: zone(),
            now: now(),
        };
        let entities = rows.iter().filter_map(|row| {
            let content = content_of(row, wishes, &here).ok()?;
            Some((row.id, content))
        });
        entities.collect()
    })
}

/// Takes the last import back, step by step.
pub(crate) async fn undo_import(
    app: App,
    engine: &AppEngine,
    progress: Callback<Undone, bool>,
) -> Result<Exchanged, Failure> {
    let mut done = Exchanged::default();
    let mut outcome = Ok(());
    loop {
        match engine.undo_step(&MOOD.kind()).await {
            Ok(undone) => {
                done.kept = undone.kept;
                if undone.is_done {
                    break;
                }
                if progress.try_run(undone) == Some(false) {
                    done.is_stopped = true;
                    break;
                }
            }
            Err(error) => {
                outcome = Err(failure::of_commit(&error));
                break;
            }
        }
        sleep(0).await;
    }
    status::refresh(app);
    triggers::pass(app, Trigger::Saved);
    outcome.map(|()| done)
}

/// Writes all entries to a file that the browser keeps.
pub(crate) async fn export_entries(
    engine: &AppEngine,
    order: ExportOrder,
) -> Result<Exchanged, Failure> {
    let reading = |error| failure::of_reading(&error);
    let head = head(engine).await.map_err(reading)?;
    let worker = worker()?;
    worker
        .begin(&json(&order.kind), &json(&head))
        .await
        .map_err(of_worker)?;
    let kind = MOOD.kind();
    let parts = Array::new();
    let mut done = Exchanged::default();
    let mut cursor = None;
    loop {
        let page = engine.timeline(&kind, None, cursor.clone(), WRITE_STEP);
        let page = page.await.map_err(reading)?;
        let is_last = page.len() < WRITE_STEP;
        cursor = page
            .last()
            .map(|last| (last.local_time.clone(), last.key.id));
        let mut entities = Vec::with_capacity(page.len());
        for listed in page {
            match listed.content {
                Ok(entity) => entities.push(Entity {
                    id: listed.key.id,
                    entity,
                }),
                Err(_) => done.unreadable += 1,
            }
        }
        let part = worker.write(&json(&entities)).await.map_err(of_worker)?;
        parts.push(&part);
        done.made += entities.len() as u64;
        if order.progress.try_run(done.made) == Some(false) {
            done.is_stopped = true;
            return Ok(done);
        }
        if is_last {
            break;
        }
    }
    let part = worker.finish().await.map_err(of_worker)?;
    parts.push(&part);
    let (ending, kind) = match order.kind {
        Kind::Json => ("json", "application/json"),
        Kind::Csv => ("csv", "text/csv;charset=utf-8"),
    };
    let name = format!("lume-{}.{ending}", local_now().date());
    files::download_parts(&name, kind, &parts).ok_or_else(import::of_download)?;
    Ok(done)
}

async fn head(engine: &AppEngine) -> Result<Head, StoreError> {
    let profile = engine.profile().await?;
    let own_moods = own_moods::stored(engine).await?;
    let own_moods = own_moods.all().into_iter().map(|mood| Entity {
        id: mood.key.id,
        entity: mood.def.to_content(),
    });
    Ok(Head {
        exported_at: now(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        account: profile.account.map(|account| account.key()),
        own_moods: own_moods.collect(),
    })
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("these types have names for keys alone")
}
