//! What takes a passphrase, done in a web worker that is started for it and ended after it: the page can paint meanwhile,
//! and the wasm that does it (`lume-passphrase`) weighs nothing until then.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use js_sys::Uint8Array;
use lume_sync::sealed::record::Cost;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker};

use crate::js;

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
        let worker = Running::start(&self.script).ok_or(PassphraseError::Broken)?;
        let (sender, answer) = oneshot::channel();
        let sender = Rc::new(Cell::new(Some(sender)));
        let tell = move |told| {
            if let Some(sender) = sender.take() {
                // Nobody waits for a task that was given up.
                let _ = sender.send(told);
            }
        };
        let on_message: Closure<dyn FnMut(MessageEvent)> = Closure::new({
            let tell = tell.clone();
            move |event: MessageEvent| tell(read(&event.data()))
        });
        let on_error: Closure<dyn FnMut(Event)> =
            Closure::new(move |_| tell(Err(PassphraseError::Broken)));
        worker
            .0
            .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker
            .0
            .set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker
            .0
            .post_message(&js::object(task))
            .map_err(|_| PassphraseError::Broken)?;
        answer.await.unwrap_or(Err(PassphraseError::Broken))
    }
}

/// A worker that ends when this is dropped.
struct Running(Worker);

impl Running {
    fn start(script: &str) -> Option<Self> {
        Worker::new(script).ok().map(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.terminate();
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
