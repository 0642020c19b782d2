//! What a person sees when the app breaks: a page with words, in place of one that no longer answers.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::i18n::t;

/// Replaces the page's content with an explanation when the app panics.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&format!("lume: {info}").into());
        // Where even that fails there is nothing left to do.
        let _ = show(info);
    }));
}

/// The place in the source, and no message: a message could hold what somebody wrote.
fn show(info: &PanicHookInfo<'_>) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let body = document.body()?;
    if document.get_element_by_id("crash").is_some() {
        return None;
    }
    let text = |tag: &str, words: &str| {
        let element = document.create_element(tag).ok()?;
        element.set_text_content(Some(words));
        Some(element)
    };
    let screen = document.create_element("main").ok()?;
    screen.set_id("crash");
    screen.set_class_name("boot");
    screen.set_attribute("role", "alert").ok()?;
    let place = info
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()))
        .unwrap_or_default();
    let button = text("button", t::trouble::reload())?;
    button.set_class_name("button button-primary");
    let reload: Closure<dyn Fn()> = Closure::new(crate::shell::page::reload);
    button
        .add_event_listener_with_callback("click", reload.as_ref().unchecked_ref())
        .ok()?;
    reload.forget();
    for element in [
        text("h1", t::trouble::crashed())?,
        text("p", t::trouble::crashed_means())?,
        text("p", t::trouble::crashed_do())?,
        text("code", &format!("{} {place}", env!("CARGO_PKG_VERSION")))?,
        button,
    ] {
        screen.append_child(&element).ok()?;
    }
    body.set_text_content(None);
    body.append_child(&screen).ok()?;
    Some(())
}
