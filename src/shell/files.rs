//! Files that a person picks, and files that are handed to the browser.

use js_sys::{Array, Uint8Array};
use leptos::task::spawn_local;
use lume_web::timer::sleep;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlInputElement, Url};

/// How long a download gets to begin before its bytes are let go.
const DOWNLOAD_MS: u64 = 60_000;

/// A file that was picked.
pub(crate) struct PickedFile(File);

impl PickedFile {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        self.0.name()
    }

    /// How large it is, in bytes.
    pub(crate) fn size(&self) -> f64 {
        self.0.size()
    }

    /// Its bytes; `None` where the browser can't read it any more.
    pub(crate) async fn read(&self) -> Option<Vec<u8>> {
        let buffer = JsFuture::from(self.0.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }
}

/// The file that was picked in a file field, which is empty afterwards: the same file can be picked again.
pub(crate) fn picked(event: &web_sys::Event) -> Option<PickedFile> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = field.files()?.get(0)?;
    field.set_value("");
    Some(PickedFile(file))
}

/// The file that was dropped on something.
pub(crate) fn dropped(event: &web_sys::DragEvent) -> Option<PickedFile> {
    let file = event.data_transfer()?.files()?.get(0)?;
    Some(PickedFile(file))
}

/// Hands bytes to the browser as a file of this name and type; `None` where the browser does not take it.
pub(crate) fn download(name: &str, kind: &str, bytes: &[u8]) -> Option<()> {
    download_parts(name, kind, &Array::of1(&Uint8Array::from(bytes)))
}

/// Hands the parts of a file to the browser, as one file of this name and type.
pub(crate) fn download_parts(name: &str, kind: &str, parts: &Array) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    document.body()?.append_child(&link).ok()?;
    link.click();
    link.remove();
    spawn_local(async move {
        sleep(DOWNLOAD_MS).await;
        drop(Url::revoke_object_url(&address));
    });
    Some(())
}
