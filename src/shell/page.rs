//! The page itself: title, focus, theme, address.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, Window};

use crate::i18n::{language, t};
use crate::shell::prefs::Theme;

/// What `index.html` shows until the app does.
const SPLASH_ID: &str = "boot-splash";

fn window() -> Option<Window> {
    web_sys::window()
}

fn root() -> Option<web_sys::Element> {
    window()?.document()?.document_element()
}

/// Where the page came from, as in `https://lume.example`.
pub(crate) fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Says in which language the page is, and in which direction it is read.
pub(crate) fn set_language() {
    if let Some(root) = root() {
        drop(root.set_attribute("lang", language().tag));
        drop(root.set_attribute("dir", language().direction));
    }
}

/// Whether the page's language is read from right to left.
pub(crate) fn is_right_to_left() -> bool {
    language().direction == "rtl"
}

/// Applies a theme.
pub(crate) fn set_theme(theme: Theme) {
    if let Some(root) = root() {
        drop(match theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.code()),
        });
    }
}

thread_local! {
    static TITLE: RefCell<String> = const { RefCell::new(String::new()) };
    static ATTENTION: Cell<u64> = const { Cell::new(0) };
    static MOVED: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the shown place is no longer the one that the app was opened at.
pub(crate) fn note_move() {
    MOVED.set(true);
}

/// Whether one has come to the shown place from another one of the app.
pub(crate) fn has_moved() -> bool {
    MOVED.get()
}

/// Names the page in the window's title.
pub(crate) fn set_title(page: &str) {
    TITLE.set(page.to_owned());
    show_title();
}

/// Says in the window's title how many things need the person.
pub(crate) fn set_attention(count: u64) {
    if ATTENTION.replace(count) != count {
        show_title();
    }
}

fn show_title() {
    let Some(document) = window().and_then(|window| window.document()) else {
        return;
    };
    let title = TITLE.with_borrow(|page| match (page.as_str(), ATTENTION.get()) {
        ("", _) => None,
        (page, 0) => Some(t::app::title(page)),
        (page, count) => Some(t::app::title_attention(&count.to_string(), page)),
    });
    if let Some(title) = title {
        document.set_title(&title);
    }
}

/// Removes what was shown while the app was loaded.
pub(crate) fn remove_splash() {
    if let Some(splash) = element(SPLASH_ID) {
        splash.remove();
    }
}

fn element(id: &str) -> Option<web_sys::Element> {
    window()?.document()?.get_element_by_id(id)
}

/// What a `meta` element of this name says.
pub(crate) fn meta(name: &str) -> Option<String> {
    let document = window()?.document()?;
    let element = document
        .query_selector(&format!("meta[name='{name}']"))
        .ok()??;
    element.get_attribute("content")
}

/// Moves the focus to an element.
pub(crate) fn focus(id: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        drop(element.focus());
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = window() {
        drop(window.location().reload());
    }
}

/// Loads another address.
pub(crate) fn leave_for(address: &str) {
    if let Some(window) = window() {
        drop(window.location().assign(address));
    }
}

/// Opens the browser's print dialog.
pub(crate) fn print() {
    if let Some(window) = web_sys::window() {
        drop(window.print());
    }
}

/// Goes one page back.
pub(crate) fn back() {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        drop(history.back());
    }
}

/// Calls for every event of this name, for as long as the page lives.
pub(crate) fn on_event(name: &str, call: impl Fn(web_sys::Event) + 'static) {
    let Some(window) = window() else { return };
    let callback: Closure<dyn Fn(web_sys::Event)> = Closure::new(call);
    drop(window.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref()));
    // It listens until the page is gone.
    callback.forget();
}

/// The browser's name for itself.
pub(crate) fn user_agent() -> String {
    window()
        .and_then(|window| window.navigator().user_agent().ok())
        .unwrap_or_default()
}

/// Whether a media query holds.
pub(crate) fn matches(query: &str) -> bool {
    window()
        .and_then(|window| window.match_media(query).ok().flatten())
        .is_some_and(|list| list.matches())
}

/// Shows the page's beginning.
pub(crate) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Whether the page's beginning is shown.
pub(crate) fn is_at_top() -> bool {
    window()
        .and_then(|window| window.scroll_y().ok())
        .is_some_and(|y| y <= 0.0)
}

/// Whether a dialog keeps everything else from being touched.
pub(crate) fn is_dialog_open() -> bool {
    window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("dialog[open]").ok().flatten())
        .is_some()
}

/// Whether something happened in an element that a selector finds.
pub(crate) fn is_within(event: &web_sys::Event, selector: &str) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|element| element.closest(selector).ok().flatten())
        .is_some()
}

/// Watches until it is dropped whether an element is in view.
pub(crate) struct Watch {
    observer: web_sys::IntersectionObserver,
    _callback: Closure<dyn Fn(js_sys::Array)>,
}

impl Watch {
    /// Calls whenever the element comes into view; `None` where the browser can't tell.
    pub(crate) fn new(element: &web_sys::Element, call: impl Fn() + 'static) -> Option<Self> {
        let callback: Closure<dyn Fn(js_sys::Array)> =
            Closure::new(move |changes: js_sys::Array| {
                let is_seen = changes.iter().any(|change| {
                    change
                        .dyn_into::<web_sys::IntersectionObserverEntry>()
                        .is_ok_and(|change| change.is_intersecting())
                });
                if is_seen {
                    call();
                }
            });
        let observer =
            web_sys::IntersectionObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _callback: callback,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
