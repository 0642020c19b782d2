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

/// The page's whole address.
pub(crate) fn address() -> String {
    window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default()
}

/// Path and query of an address of this site, as a place of the app; `None` for another site's.
pub(crate) fn place_of(address: &str) -> Option<String> {
    let url = web_sys::Url::new(address).ok()?;
    (url.origin() == origin()).then(|| format!("{}{}", url.pathname(), url.search()))
}

/// The part of the address behind the question mark, if the page is at this path.
pub(crate) fn search_at(path: &str) -> Option<String> {
    let location = window()?.location();
    let is_there = location.pathname().is_ok_and(|found| found == path);
    is_there.then(|| location.search().ok()).flatten()
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

/// Names the page in the window's title. The first screen that does so takes the place of what was shown before, in the
/// frame in which it is painted itself.
pub(crate) fn set_title(page: &str) {
    TITLE.set(page.to_owned());
    show_title();
    if is_splash_there() {
        on_next_frame(|| {
            if let Some(splash) = element(SPLASH_ID) {
                splash.remove();
            }
        });
    }
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

/// Whether what index.html shows until the app does is still there.
pub(crate) fn is_splash_there() -> bool {
    element(SPLASH_ID).is_some()
}

fn on_next_frame(call: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(call);
    if let Some(window) = window() {
        drop(window.request_animation_frame(callback.unchecked_ref()));
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

/// Picks one of the controls that a selector finds, and moves the focus there; whether there is such a one.
pub(crate) fn pick(selector: &str, place: usize) -> bool {
    let found = window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector_all(selector).ok())
        .and_then(|list| list.get(u32::try_from(place).ok()?))
        .and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let Some(control) = found else { return false };
    drop(control.focus());
    control.click();
    true
}

/// Says in the page that something is off, for the styles.
pub(crate) fn mark_off(name: &str, is_off: bool) {
    if let Some(root) = root() {
        let name = format!("data-no-{name}");
        drop(if is_off {
            root.set_attribute(&name, "")
        } else {
            root.remove_attribute(&name)
        });
    }
}

/// The languages that the person's browser prefers, as tags.
pub(crate) fn languages() -> Vec<String> {
    let tags = window().map(|window| window.navigator().languages());
    tags.iter()
        .flat_map(js_sys::Array::iter)
        .filter_map(|tag| tag.as_string())
        .collect()
}

/// Whether the screen can be touched.
pub(crate) fn touches() -> bool {
    window().is_some_and(|window| window.navigator().max_touch_points() > 0)
}

/// How many frames a place may take to have its heading: what it shows may have to be loaded.
const HEADING_FRAMES_MAX: u32 = 120;

/// Moves the focus to an element, and from there to the place's main heading as soon as there is one, unless the focus
/// has gone elsewhere meanwhile. So a screen reader says where one is.
pub(crate) fn focus_heading(id: &'static str) {
    focus(id);
    on_next_frame(move || go_on_to_heading(id, HEADING_FRAMES_MAX));
}

fn go_on_to_heading(id: &'static str, frames: u32) {
    let focused = window().and_then(|window| window.document()?.active_element());
    let Some(content) = focused.filter(|focused| focused.id() == id) else {
        return;
    };
    if let Ok(Some(heading)) = content.query_selector("h1") {
        drop(heading.set_attribute("tabindex", "-1"));
        if let Ok(heading) = heading.dyn_into::<HtmlElement>() {
            drop(heading.focus());
        }
    } else if frames > 0 {
        on_next_frame(move || go_on_to_heading(id, frames - 1));
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

/// What a token of the style sheets is in the theme that is shown.
#[cfg(debug_assertions)]
pub(crate) fn token(name: &str) -> String {
    let style = window()
        .zip(root())
        .and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
    style
        .and_then(|style| style.get_property_value(&format!("--{name}")).ok())
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
