//! Files of entries, read and written in a web worker: the page can paint meanwhile, and the wasm that does it
//! (`lume-exchange`) weighs nothing until then.
//!
//! What goes over is the JSON of that package's types; this end knows none of them.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::js;
use crate::web_worker::WebWorker;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExchangeError {
    /// The file can't be read; why, as JSON.
    Refused(String),
    /// The worker could not be started or failed.
    Broken,
}

/// A worker for one file, which ends when this is dropped.
pub struct ExchangeWorker(WebWorker);

impl ExchangeWorker {
    /// Starts the worker of this script.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Broken`].
    pub fn start(script: &str) -> Result<Self, ExchangeError> {
        WebWorker::start(script)
            .map(Self)
            .ok_or(ExchangeError::Broken)
    }

    /// Reads a file; what can be said of it, as JSON.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`].
    pub async fn open(&self, bytes: &[u8]) -> Result<String, ExchangeError> {
        let task = [
            ("task", "open".into()),
            ("bytes", Uint8Array::from(bytes).into()),
        ];
        text(&self.ask(&task).await?)
    }

    /// Some of the rows of the file that was read, as JSON.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Broken`].
    pub async fn rows(&self, from: u32, count: u32) -> Result<String, ExchangeError> {
        let task = [
            ("task", "rows".into()),
            ("from", from.into()),
            ("count", count.into()),
        ];
        text(&self.ask(&task).await?)
    }

    /// Begins to write a file; its kind and its head as JSON.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Broken`].
    pub async fn begin(&self, kind: &str, head: &str) -> Result<(), ExchangeError> {
        let task = [
            ("task", "begin".into()),
            ("kind", kind.into()),
            ("head", head.into()),
        ];
        self.ask(&task).await.map(drop)
    }

    /// The next part of the file, with these entries as JSON.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Broken`].
    pub async fn write(&self, entities: &str) -> Result<Uint8Array, ExchangeError> {
        let task = [("task", "write".into()), ("entities", entities.into())];
        bytes(&self.ask(&task).await?)
    }

    /// The last part of the file.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Broken`].
    pub async fn finish(&self) -> Result<Uint8Array, ExchangeError> {
        bytes(&self.ask(&[("task", "finish".into())]).await?)
    }

    async fn ask(&self, task: &[(&str, JsValue)]) -> Result<JsValue, ExchangeError> {
        let answer = self.0.ask(task).await.ok_or(ExchangeError::Broken)?;
        let failed = js::property(&answer, "failed").and_then(|reason| reason.as_string());
        match failed {
            None => Ok(answer),
            Some(reason) if reason.is_empty() => Err(ExchangeError::Broken),
            Some(reason) => Err(ExchangeError::Refused(reason)),
        }
    }
}

fn text(answer: &JsValue) -> Result<String, ExchangeError> {
    let text = js::property(answer, "text").and_then(|text| text.as_string());
    text.ok_or(ExchangeError::Broken)
}

fn bytes(answer: &JsValue) -> Result<Uint8Array, ExchangeError> {
    let bytes = js::property(answer, "bytes").and_then(|bytes| bytes.dyn_into().ok());
    bytes.ok_or(ExchangeError::Broken)
}
