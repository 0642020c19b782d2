//! Notifications of the system: whether they may be shown, and showing one. And the words that the service worker shows
//! one with, when it is woken by a push with no page open.

use js_sys::{Array, JSON, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{global, js};

/// Where the worker finds its words (service-worker/push.js).
const WORDS_CACHE: &str = "lume-reminder";
const WORDS: &str = "/.reminder-words";
/// One notification at a time, whoever shows it.
const TAG: &str = "lume-reminder";
const ICON: &str = "/icons/lume-192.png";

/// Whether notifications may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// The browser has none, or not here: on an iPhone only an installed app has.
    Unsupported,
    /// The person was not asked yet.
    Ask,
    /// The person said yes.
    Granted,
    /// The person said no; only the browser's own settings change that.
    Denied,
}

/// What a reminder says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'a> {
    /// The question.
    pub title: &'a str,
    /// The line below.
    pub body: &'a str,
    /// The button that opens the form.
    pub log: &'a str,
    /// The button that puts it off.
    pub snooze: &'a str,
    /// The language's tag.
    pub lang: &'a str,
    /// `ltr` or `rtl`.
    pub dir: &'a str,
}

/// Whether notifications may be shown now.
pub fn permission() -> Permission {
    let Some(notification) = global::property("Notification") else {
        return Permission::Unsupported;
    };
    if global::navigator("serviceWorker").is_none() {
        return Permission::Unsupported;
    }
    let word = js::property(&notification, "permission").and_then(|word| word.as_string());
    parse(word.as_deref())
}

/// Asks the person, on a tap of theirs: a browser does not show the question otherwise.
pub async fn request_permission() -> Permission {
    if let Some(notification) = global::property("Notification")
        && let Ok(promise) = js::call(&notification, "requestPermission", &[])
        && let Ok(promise) = promise.dyn_into::<Promise>()
    {
        // Whatever comes of it, the property says.
        drop(JsFuture::from(promise).await);
    }
    permission()
}

fn parse(word: Option<&str>) -> Permission {
    match word {
        Some("granted") => Permission::Granted,
        Some("denied") => Permission::Denied,
        Some(_) => Permission::Ask,
        None => Permission::Unsupported,
    }
}

/// Shows a reminder, in the place of one that is still there; says whether it is shown.
pub async fn show(words: &Words<'_>) -> bool {
    let Some(registration) = registration().await else {
        return false;
    };
    let action = |action: &str, title: &str| {
        js::object(&[("action", action.into()), ("title", title.into())])
    };
    let options = js::object(&[
        ("body", words.body.into()),
        ("lang", words.lang.into()),
        ("dir", words.dir.into()),
        ("tag", TAG.into()),
        ("icon", ICON.into()),
        ("badge", ICON.into()),
        (
            "actions",
            Array::of2(&action("log", words.log), &action("snooze", words.snooze)).into(),
        ),
    ]);
    let shown = js::call(
        &registration,
        "showNotification",
        &[&words.title.into(), &options],
    );
    settled(shown).await.is_some()
}

/// Leaves the words for the worker. Where there are no caches there are no pushes either.
pub async fn leave_words(words: &Words<'_>) {
    let told = js::object(&[
        ("title", words.title.into()),
        ("body", words.body.into()),
        ("log", words.log.into()),
        ("snooze", words.snooze.into()),
        ("lang", words.lang.into()),
        ("dir", words.dir.into()),
    ]);
    let Ok(text) = JSON::stringify(&told) else {
        return;
    };
    let Some(caches) = global::property("caches") else {
        return;
    };
    let cache = settled(js::call(&caches, "open", &[&WORDS_CACHE.into()])).await;
    let answer = web_sys::Response::new_with_opt_str(text.as_string().as_deref());
    if let (Some(cache), Ok(answer)) = (cache, answer) {
        drop(settled(js::call(&cache, "put", &[&WORDS.into(), &answer])).await);
    }
}

/// The registration of the worker, once one has come so far; `None` where there is none.
pub(crate) async fn registration() -> Option<JsValue> {
    let workers = global::navigator("serviceWorker")?;
    let found = settled(js::call(&workers, "getRegistration", &[])).await?;
    // Nothing is shown and nothing is pushed by a worker that is not active yet.
    js::property(&found, "active")?;
    Some(found)
}

/// What a promise gives that is there and neither `undefined` nor `null`; for a method that promises nothing, something.
pub(crate) async fn settled(promise: Result<JsValue, JsValue>) -> Option<JsValue> {
    let promise: Promise = promise.ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
