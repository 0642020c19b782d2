//! The browser's subscription to pushes: a promise of its push service to wake the service worker, for whoever has the
//! server's key and knows the address.

use js_sys::{JSON, Uint8Array};
use lume_wire::push::Subscription;
use wasm_bindgen::JsValue;

use crate::notifications::{registration, settled};
use crate::{global, js};

/// Whether the browser can be pushed to at all.
pub fn is_supported() -> bool {
    global::property("PushManager").is_some() && global::navigator("serviceWorker").is_some()
}

/// Subscribes with a server's key, in base64url, or finds the subscription that is there. One that was made with another
/// server's key is ended first. `None` where the browser refuses, has no worker yet, or can't reach its push service.
pub async fn subscribe(key: &str) -> Option<Subscription> {
    let manager = js::property(&registration().await?, "pushManager")?;
    let known = current(&manager).await;
    if let Some(known) = known {
        if is_for(&known, key) {
            return read(&known);
        }
        drop(settled(js::call(&known, "unsubscribe", &[])).await);
    }
    let options = js::object(&[
        ("userVisibleOnly", true.into()),
        ("applicationServerKey", key.into()),
    ]);
    read(&settled(js::call(&manager, "subscribe", &[&options])).await?)
}

/// Ends the subscription, if there is one.
pub async fn unsubscribe() {
    if let Some(registration) = registration().await
        && let Some(manager) = js::property(&registration, "pushManager")
        && let Some(known) = current(&manager).await
    {
        drop(settled(js::call(&known, "unsubscribe", &[])).await);
    }
}

async fn current(manager: &JsValue) -> Option<JsValue> {
    let known = settled(js::call(manager, "getSubscription", &[])).await?;
    (!known.is_null() && !known.is_undefined()).then_some(known)
}

/// Whether a subscription was made with this key. Where the browser does not say, it was.
fn is_for(subscription: &JsValue, key: &str) -> bool {
    let made_with = js::property(subscription, "options")
        .and_then(|options| js::property(&options, "applicationServerKey"));
    made_with.is_none_or(|bytes| base64url(&Uint8Array::new(&bytes).to_vec()) == key)
}

fn read(subscription: &JsValue) -> Option<Subscription> {
    let text = JSON::stringify(subscription).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

/// Base64 of RFC 4648 section 5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |bits: u32| char::from(LETTERS[(bits & 63) as usize]);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .chain([&0; 2])
            .take(3)
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..=group.len() {
            text.push(letter(bits >> (18 - 6 * place)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64url;

    #[test]
    fn bytes_are_written_as_a_key_is() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (&[0xfb, 0xff, 0xbf], "-_-_"),
        ] {
            assert_eq!(base64url(bytes), text);
        }
    }
}
