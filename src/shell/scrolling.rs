//! Where a long list stands in the window: what of it is in view, how high its pages are, and how what is read stays
//! where it is while things above it change.
//!
//! Browsers that keep the place by themselves are told not to (`history.css`): it would be kept twice, and not by all.

use futures::channel::oneshot;
use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollRestoration, Window};

use crate::model::pages::{PageId, View};

/// Names the element of a page by its id.
pub(crate) const PAGE_ATTRIBUTE: &str = "data-page";
/// Entries that are looked for again after a change: the first of them that is still there is held in its place.
const HELD: usize = 8;

fn window() -> Option<Window> {
    web_sys::window()
}

/// How far the window is scrolled, in CSS pixels.
pub(crate) fn position() -> f64 {
    window()
        .and_then(|window| window.scroll_y().ok())
        .unwrap_or_default()
}

/// Scrolls the window there.
pub(crate) fn scroll_to(position: f64) {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, position);
    }
}

/// Says whether the browser puts a page that one comes back to where it was. A list that has to be read first does it
/// itself.
pub(crate) fn restores_itself(restores_itself: bool) {
    let restoration = if restores_itself {
        ScrollRestoration::Auto
    } else {
        ScrollRestoration::Manual
    };
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        drop(history.set_scroll_restoration(restoration));
    }
}

/// The part of a list that is in view.
pub(crate) fn view(list: &Element) -> View {
    let top = -list.get_bounding_client_rect().top();
    let height = window().and_then(|window| window.inner_height().ok()?.as_f64());
    View {
        top,
        bottom: top + height.unwrap_or_default(),
    }
}

/// How high the pages of a list are, in CSS pixels.
pub(crate) fn heights(list: &Element) -> Vec<(PageId, f64)> {
    let pages = within(list, &format!("[{PAGE_ATTRIBUTE}]"));
    let height = |page: Element| Some((id_of(&page)?, page.get_bounding_client_rect().height()));
    pages.filter_map(height).collect()
}

/// The page that holds the focus.
pub(crate) fn focused_page(list: &Element) -> Option<PageId> {
    let active = window()?.document()?.active_element()?;
    let page = active.closest(&format!("[{PAGE_ATTRIBUTE}]")).ok()??;
    list.contains(Some(&page)).then(|| id_of(&page)).flatten()
}

/// Entries in view, and where they are in the document.
pub(crate) struct Held(Vec<(String, f64)>);

/// Notes which entries are in view.
pub(crate) fn hold(list: &Element) -> Held {
    let scrolled = position();
    let in_view = within(list, "[data-entry-id]").filter_map(|entry| {
        let place = entry.get_bounding_client_rect();
        let id = entry.get_attribute("data-entry-id")?;
        (place.bottom() > 0.0).then(|| (id, place.top() + scrolled))
    });
    Held(in_view.take(HELD).collect())
}

/// Scrolls by as much as the entries have moved in the document since then.
pub(crate) fn keep(list: &Element, held: &Held) {
    let scrolled = position();
    let moved = held.0.iter().find_map(|(id, before)| {
        // The id is one of ours: hexadecimal digits and hyphens.
        let entry = list
            .query_selector(&format!("[data-entry-id='{id}']"))
            .ok()??;
        Some(entry.get_bounding_client_rect().top() + scrolled - before)
    });
    if let Some(moved) = moved.filter(|moved| moved.abs() >= 1.0) {
        scroll_to(scrolled + moved);
    }
}

/// Waits until what was changed is in the document, and before it is painted.
pub(crate) async fn next_frame() {
    let (send, receive) = oneshot::channel();
    request_animation_frame(move || _ = send.send(()));
    // Not called at all: the page goes away, and whoever waits with it.
    let _ = receive.await;
}

fn within(list: &Element, selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = list.query_selector_all(selector).ok();
    let length = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..length).filter_map(move |at| found.as_ref()?.get(at)?.dyn_into().ok())
}

fn id_of(page: &Element) -> Option<PageId> {
    page.get_attribute(PAGE_ATTRIBUTE)?.parse().ok().map(PageId)
}
