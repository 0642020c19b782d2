//! What takes a passphrase, done in a web worker that is started for it and ended after it: the page can paint meanwhile,
//! and the wasm that does it (`lume-passphrase`) weighs nothing until then.

use js_sys::Uint8Array;
use lume_sync::sealed::record::Cost;
use wasm_bindgen::{JsCast, JsValue};

use crate::js;
use crate::web_worker::WebWorker;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseError {
    /// The passphrase was another one.
    Wrong,
    /// The file is not one of ours, or is damaged.
    Damaged,
    /// The worker could not be started or failed.
    Broken,
}

/// The script of the worker, in the built app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassphraseWorker {
    /// Its address.
    pub script: String,
}

impl PassphraseWorker {
    /// The 32 bytes that a passphrase and a salt lead to.
    ///
    /// # Errors
    ///
    /// [`PassphraseError::Broken`].
    pub async fn derive(
        &self,
        passphrase: &str,
        salt: &[u8],
        cost: Cost,
    ) -> Result<Vec<u8>, PassphraseError> {
        self.ask(&[
            ("task", "derive".into()),
            ("passphrase", passphrase.into()),
            ("salt", Uint8Array::from(salt).into()),
            ("memoryKib", cost.memory_kib.into()),
            ("passes", cost.passes.into()),
        ])
        .await
    }

    /// The bytes as an age file that this passphrase opens.
    ///
    /// # Errors
    ///
    /// [`PassphraseError::Broken`].
    pub async fn seal_file(
        &self,
        passphrase: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, PassphraseError> {
        self.ask(&[
            ("task", "seal".into()),
            ("passphrase", passphrase.into()),
            ("bytes", Uint8Array::from(plain).into()),
        ])
        .await
    }

    /// What an age file holds.
    ///
    /// # Errors
    ///
    /// [`PassphraseError`].
    pub async fn open_file(
        &self,
        passphrase: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, PassphraseError> {
        self.ask(&[
            ("task", "open".into()),
            ("passphrase", passphrase.into()),
            ("bytes", Uint8Array::from(sealed).into()),
        ])
        .await
    }

    async fn ask(&self, task: &[(&str, JsValue)]) -> Result<Vec<u8>, PassphraseError> {
        let worker = WebWorker::start(&self.script).ok_or(PassphraseError::Broken)?;
        let answer = worker.ask(task).await.ok_or(PassphraseError::Broken)?;
        read(&answer)
    }
}

fn read(answer: &JsValue) -> Result<Vec<u8>, PassphraseError> {
    let bytes = js::property(answer, "bytes").and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
    if let Some(bytes) = bytes {
        return Ok(bytes.to_vec());
    }
    let failed = js::property(answer, "failed").and_then(|word| word.as_string());
    Err(match failed.as_deref() {
        Some("wrong") => PassphraseError::Wrong,
        Some("damaged") => PassphraseError::Damaged,
        _ => PassphraseError::Broken,
    })
}
