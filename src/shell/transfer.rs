//! Unsent work as a file: written for the browser to keep, read for a preview, and imported row by row.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::Trigger;
use lume_sync::portable::{
    Choice, Export, FILE_BYTES_MAX, FileError, ImportFile, ImportPlan, decode,
};
use lume_web::timer::sleep;

use crate::model::failure::{self, Failure};
use crate::model::import::{self, Tallied};
use crate::shell::app_state::App;
use crate::shell::files::{self, PickedFile};
use crate::shell::services::{AppEngine, local_now};
use crate::shell::{format, lock, status, triggers};

/// After so many rows the page gets a moment for the person.
const ROWS_BETWEEN_RESTS: u64 = 20;

/// What importing does, as it was agreed.
pub(crate) struct ImportOrder {
    /// What the file holds.
    pub(crate) plan: Arc<ImportPlan>,
    /// The rows of the plan whose version in the file is taken where the person was asked.
    pub(crate) taken: BTreeSet<usize>,
    /// Hears how far it has come, and says whether it goes on.
    pub(crate) progress: Callback<Tallied, bool>,
}

/// A file that was read, and what it would do.
#[derive(Clone, PartialEq)]
pub(crate) struct Preview {
    /// The file's name.
    pub(crate) name: String,
    /// When it was written, in words.
    pub(crate) exported: Option<String>,
    /// What it would do.
    pub(crate) plan: Arc<ImportPlan>,
}

/// A file that a passphrase opens. Its `Debug` would be of no use.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EncryptedFile {
    /// The file's name.
    pub(crate) name: String,
    bytes: Arc<[u8]>,
}

/// What was found in a file.
pub(crate) enum Found {
    /// What it would do.
    Preview(Preview),
    /// It wants a passphrase first.
    Encrypted(EncryptedFile),
}

/// How every file in the age format begins.
const AGE: &[u8] = b"age-encryption.org/";

/// Writes everything unsent to a file that the browser keeps; one in the age format if it is to have a passphrase.
pub(crate) async fn export(
    engine: &AppEngine,
    passphrase: Option<&str>,
) -> Result<Export, Failure> {
    let export = engine
        .export_unsent()
        .await
        .map_err(|error| failure::of_reading(&error))?;
    if export.events > 0 {
        let name = format!("lume-unsent-{}.json", local_now().date());
        let downloaded = match passphrase {
            None => files::download(&name, "application/json", &export.bytes),
            Some(passphrase) => {
                let sealed = lock::worker().seal_file(passphrase, &export.bytes).await;
                let sealed = sealed.map_err(import::of_passphrase)?;
                files::download(&format!("{name}.age"), "application/octet-stream", &sealed)
            }
        };
        downloaded.ok_or_else(import::of_download)?;
    }
    Ok(export)
}

/// Reads a file and compares it with what is here. Nothing is changed.
pub(crate) fn preview(
    app: App,
    file: PickedFile,
    then: impl FnOnce(Result<Found, Failure>) + 'static,
) {
    spawn_local(async move { then(read(app, &file).await) });
}

/// Opens an encrypted file and compares it with what is here. Nothing is changed.
pub(crate) fn open_encrypted(
    app: App,
    file: EncryptedFile,
    passphrase: String,
    then: impl FnOnce(Result<Preview, Failure>) + 'static,
) {
    spawn_local(async move {
        let opened = lock::worker().open_file(&passphrase, &file.bytes).await;
        then(match opened {
            Ok(bytes) => compare(app, file.name, &bytes).await,
            Err(error) => Err(import::of_passphrase(error)),
        });
    });
}

async fn read(app: App, file: &PickedFile) -> Result<Found, Failure> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the limit is far below 2^53 bytes"
    )]
    let is_too_large = file.size() > FILE_BYTES_MAX as f64;
    if is_too_large {
        return Err(refused(FileError::TooLarge));
    }
    let bytes = file.read().await.ok_or_else(import::of_unreadable_file)?;
    if bytes.starts_with(AGE) {
        return Ok(Found::Encrypted(EncryptedFile {
            name: file.name(),
            bytes: bytes.into(),
        }));
    }
    compare(app, file.name(), &bytes).await.map(Found::Preview)
}

fn refused(error: FileError) -> Failure {
    let size = format::bytes(FILE_BYTES_MAX as u64);
    import::of_file(error, &size)
}

async fn compare(app: App, name: String, bytes: &[u8]) -> Result<Preview, Failure> {
    let read: ImportFile = decode(bytes, import::check).map_err(refused)?;
    let exported = read.exported_at.map(format::moment);
    let engine = app.engine().ok_or_else(import::of_unreadable_file)?;
    let plan = engine
        .plan_import(read)
        .await
        .map_err(|error| failure::of_reading(&error))?;
    Ok(Preview {
        name,
        exported,
        plan: Arc::new(plan),
    })
}

/// Imports row by row, each a save like any other. Can be stopped between two, and done again: nothing comes twice.
pub(crate) async fn import(
    app: App,
    engine: &AppEngine,
    order: ImportOrder,
) -> Result<Tallied, Failure> {
    let mut done = Tallied::default();
    let mut outcome = Ok(());
    for (index, row) in order.plan.rows.iter().enumerate() {
        let choice = if order.taken.contains(&index) {
            Choice::Take
        } else {
            Choice::Keep
        };
        match engine.import(row, choice).await {
            Ok(imported) => done.count(imported),
            Err(error) => {
                outcome = Err(import::of_import(failure::of_commit(&error)));
                break;
            }
        }
        if done.total() % ROWS_BETWEEN_RESTS == 0 {
            if order.progress.try_run(done) == Some(false) {
                break;
            }
            sleep(0).await;
        }
    }
    order.progress.try_run(done);
    status::refresh(app);
    triggers::pass(app, Trigger::Saved);
    outcome.map(|()| done)
}
