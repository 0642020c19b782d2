//! A long list in pages, of which only those near the view are kept: what to read, what to drop, and how high the gaps
//! are that stand for the others. Plain figures, no document.
//!
//! Pages divide a timeline that goes from new to old. Each has fixed bounds, so that whatever is added, moved or deleted
//! later belongs to exactly one of them, and a page that was dropped can be read again as it is by then.

use lume_core::ids::EntityId;

/// Where a page ends and the next one begins: the next one has what is strictly older, by time and then by id.
pub(crate) type Place = (String, EntityId);

/// Entries that a page is begun with.
pub(crate) const PAGE_ROWS: usize = 40;
/// Entries that a page may grow to before it is divided.
pub(crate) const PAGE_ROWS_MAX: usize = 120;
/// A row that was never shown is about as high as this, in CSS pixels.
const ROW_PX: f64 = 112.0;
/// What is read ahead of the view, on either side, in CSS pixels.
const AHEAD_PX: f64 = 2_400.0;
/// Beyond this distance from the view pages are dropped, in CSS pixels. More than what is read ahead, so that a finger
/// that goes up and down a little reads nothing twice.
const KEPT_PX: f64 = 4_800.0;

/// Tells a page from all others of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PageId(pub(crate) u64);

/// A page, shown or dropped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    /// Which one.
    pub(crate) id: PageId,
    /// Its entries are older than this; `None` for the newest there are.
    pub(crate) start: Option<Place>,
    /// Its entries are no older than this; `None` for the oldest there are.
    pub(crate) end: Option<Place>,
    /// How many entries it had when it was read last.
    pub(crate) rows: usize,
    /// Whether it is shown.
    pub(crate) is_shown: bool,
    /// How high it was when it was measured last, in CSS pixels.
    height: Option<f64>,
}

impl Page {
    fn height(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "pages have at most some hundred rows"
        )]
        let rows = self.rows as f64;
        self.height.unwrap_or(rows * ROW_PX)
    }
}

/// The part of the list that is in view, in CSS pixels from the list's beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct View {
    /// Its upper edge; negative where something else stands above the list.
    pub(crate) top: f64,
    /// Its lower edge.
    pub(crate) bottom: f64,
}

impl View {
    fn grown(self, by: f64) -> Self {
        Self {
            top: self.top - by,
            bottom: self.bottom + by,
        }
    }

    /// Whether something that reaches from `top` to `bottom` touches it.
    fn touches(self, top: f64, bottom: f64) -> bool {
        top <= self.bottom && bottom >= self.top
    }
}

/// What is to be read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A page that was dropped, or that nobody has seen yet.
    Page(PageId),
    /// What follows the last page.
    Older,
}

/// What stands in the document, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item {
    /// A page.
    Page(PageId),
    /// Room for pages that are not there, the first of which this is.
    Gap {
        /// The first page.
        first: PageId,
        /// Its height in CSS pixels.
        height: f64,
    },
}

/// The pages of one list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pages {
    all: Vec<Page>,
    next_id: u64,
    /// Where the first page is to begin.
    origin: Option<Place>,
}

impl Pages {
    /// A list that begins with what is older than a place, or with the newest there is.
    pub(crate) fn beginning(origin: Option<Place>) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    /// The pages, newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Page> {
        self.all.iter()
    }

    /// A page.
    pub(crate) fn get(&self, id: PageId) -> Option<&Page> {
        self.all.iter().find(|page| page.id == id)
    }

    /// Where the list begins, if there may be something newer.
    pub(crate) fn start(&self) -> Option<&Place> {
        match self.all.first() {
            Some(page) => page.start.as_ref(),
            None => self.origin.as_ref(),
        }
    }

    /// Where the list goes on; `None` at its end. The first page has to be read from [`Self::start`] on.
    pub(crate) fn end(&self) -> Option<&Place> {
        self.all.last().and_then(|page| page.end.as_ref())
    }

    /// Whether there may be something older.
    pub(crate) fn has_older(&self) -> bool {
        self.all.is_empty() || self.end().is_some()
    }

    /// How many entries all pages have that were ever read.
    pub(crate) fn rows(&self) -> usize {
        self.all.iter().map(|page| page.rows).sum()
    }

    /// Takes in what follows the last page: so many rows, down to `end`.
    pub(crate) fn push_older(&mut self, rows: usize, end: Option<Place>) -> PageId {
        let start = if self.all.is_empty() {
            self.origin.clone()
        } else {
            self.end().cloned()
        };
        let page = self.made(start, end, rows, true);
        let id = page.id;
        self.all.push(page);
        id
    }

    /// Takes in what is newer than the first page: the rows older than `start`, `None` for all there are.
    pub(crate) fn push_newer(&mut self, rows: usize, start: Option<Place>) -> PageId {
        let end = self.start().cloned();
        let page = self.made(start, end, rows, true);
        let id = page.id;
        self.all.insert(0, page);
        id
    }

    /// Notes what a page has by now. One that has grown too long was read down to `cut`: what is left becomes a page of
    /// its own.
    pub(crate) fn was_read(&mut self, id: PageId, rows: usize, cut: Option<Place>) {
        let Some(at) = self.all.iter().position(|page| page.id == id) else {
            return;
        };
        let page = &mut self.all[at];
        if page.rows != rows {
            page.height = None;
        }
        page.rows = rows;
        page.is_shown = true;
        if cut.is_some() {
            let end = std::mem::replace(&mut page.end, cut.clone());
            let rest = self.made(cut, end, PAGE_ROWS, false);
            self.all.insert(at + 1, rest);
        }
    }

    /// Notes how high pages are.
    pub(crate) fn measured(&mut self, heights: &[(PageId, f64)]) {
        for (id, height) in heights {
            let page = self.all.iter_mut().find(|page| page.id == *id);
            if let Some(page) = page.filter(|page| page.is_shown) {
                page.height = Some(*height);
            }
        }
    }

    /// Drops the pages that are far from the view, and returns which. A page that has the focus stays, and so do its
    /// neighbours, to which the focus may go next.
    pub(crate) fn drop_far(&mut self, view: View, focused: Option<PageId>) -> Vec<PageId> {
        let kept = view.grown(KEPT_PX);
        let focused = focused.and_then(|id| self.all.iter().position(|page| page.id == id));
        let mut dropped = Vec::new();
        let mut top = 0.0;
        for (at, page) in self.all.iter_mut().enumerate() {
            let bottom = top + page.height();
            let is_near_focus = focused.is_some_and(|focused| at.abs_diff(focused) <= 1);
            if page.is_shown && !is_near_focus && !kept.touches(top, bottom) {
                page.is_shown = false;
                dropped.push(page.id);
            }
            top = bottom;
        }
        dropped
    }

    /// Forgets what is shown, as for a list that is come back to.
    pub(crate) fn drop_all(&mut self) {
        for page in &mut self.all {
            page.is_shown = false;
        }
    }

    /// What is to be read first, so that nothing is missing near the view: what is in view before what is not.
    pub(crate) fn next(&self, view: View) -> Option<Next> {
        let near = view.grown(AHEAD_PX);
        let mut top = 0.0;
        let mut found = None;
        for page in &self.all {
            let bottom = top + page.height();
            if !page.is_shown && near.touches(top, bottom) {
                if view.touches(top, bottom) {
                    return Some(Next::Page(page.id));
                }
                found = found.or(Some(Next::Page(page.id)));
            }
            top = bottom;
        }
        let is_near_end = top < near.bottom && self.has_older();
        found.or(is_near_end.then_some(Next::Older))
    }

    /// What stands in the document.
    pub(crate) fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for page in &self.all {
            match items.last_mut() {
                _ if page.is_shown => items.push(Item::Page(page.id)),
                Some(Item::Gap { height, .. }) => *height += page.height(),
                Some(Item::Page(_)) | None => items.push(Item::Gap {
                    first: page.id,
                    height: page.height(),
                }),
            }
        }
        items
    }

    fn made(
        &mut self,
        start: Option<Place>,
        end: Option<Place>,
        rows: usize,
        is_shown: bool,
    ) -> Page {
        self.next_id += 1;
        Page {
            id: PageId(self.next_id),
            start,
            end,
            rows,
            is_shown,
            height: None,
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(number: usize) -> Place {
        (
            format!("{:06}", 999_999 - number),
            EntityId::from_random_bytes([0; 16]),
        )
    }

    const fn view(top: f64) -> View {
        View {
            top,
            bottom: top + 800.0,
        }
    }

    /// A list of pages that are 4,000 high, all of them shown.
    fn list(pages: usize) -> Pages {
        let mut list = Pages::beginning(None);
        for number in 1..=pages {
            let id = list.push_older(PAGE_ROWS, Some(place(number)));
            list.measured(&[(id, 4_000.0)]);
        }
        list
    }

    fn shown(list: &Pages) -> Vec<u64> {
        list.iter()
            .filter(|page| page.is_shown)
            .map(|page| page.id.0)
            .collect()
    }

    #[test]
    fn a_list_begins_with_what_follows_its_origin() {
        let mut list = Pages::beginning(Some(place(5)));
        assert_eq!(list.next(view(0.0)), Some(Next::Older));
        assert_eq!(list.start(), Some(&place(5)));

        list.push_older(3, None);
        assert_eq!(
            list.iter().next().and_then(|page| page.start.clone()),
            Some(place(5))
        );
        assert!(!list.has_older());
        assert_eq!(list.next(view(0.0)), None);
    }

    #[test]
    fn what_is_far_is_dropped_and_its_room_is_kept() {
        let mut list = list(10);
        let dropped = list.drop_far(view(20_000.0), None);

        assert_eq!(shown(&list), [4, 5, 6, 7]);
        assert_eq!(dropped.len(), 6);
        let items = list.items();
        assert_eq!(
            items.first(),
            Some(&Item::Gap {
                first: PageId(1),
                height: 12_000.0
            })
        );
        assert_eq!(
            items.last(),
            Some(&Item::Gap {
                first: PageId(8),
                height: 12_000.0
            })
        );
    }

    #[test]
    fn what_is_in_view_is_read_before_what_is_near() {
        let mut list = list(10);
        list.drop_far(view(36_000.0), None);

        assert_eq!(list.next(view(37_500.0)), Some(Next::Older));
        assert_eq!(list.next(view(4_500.0)), Some(Next::Page(PageId(2))));
        list.was_read(PageId(2), PAGE_ROWS, None);
        assert_eq!(list.next(view(4_500.0)), Some(Next::Page(PageId(1))));
    }

    #[test]
    fn a_page_with_the_focus_stays_and_its_neighbours_with_it() {
        let mut list = list(10);
        list.drop_far(view(36_000.0), Some(PageId(2)));

        assert_eq!(shown(&list), [1, 2, 3, 8, 9, 10]);
        assert_eq!(list.items().len(), 7);
    }

    #[test]
    fn a_page_that_has_grown_is_divided_and_nothing_lies_between_its_parts() {
        let mut list = list(2);
        list.was_read(PageId(1), PAGE_ROWS_MAX, Some(place(0)));

        let bounds: Vec<_> = list
            .iter()
            .map(|page| (page.start.clone(), page.end.clone()))
            .collect();
        assert_eq!(
            bounds,
            [
                (None, Some(place(0))),
                (Some(place(0)), Some(place(1))),
                (Some(place(1)), Some(place(2)))
            ]
        );
        assert_eq!(list.next(view(14_000.0)), Some(Next::Page(PageId(3))));
    }

    #[test]
    fn what_is_newer_comes_first() {
        let mut list = Pages::beginning(Some(place(5)));
        list.push_older(3, None);
        list.push_newer(2, Some(place(3)));
        list.push_newer(0, None);

        let bounds: Vec<_> = list
            .iter()
            .map(|page| (page.start.clone(), page.end.clone()))
            .collect();
        assert_eq!(
            bounds,
            [
                (None, Some(place(3))),
                (Some(place(3)), Some(place(5))),
                (Some(place(5)), None)
            ]
        );
        assert_eq!(list.start(), None);
        assert_eq!(list.rows(), 5);
    }

    proptest! {
        #[test]
        fn however_one_scrolls_little_is_kept_nothing_in_view_is_missing_and_the_height_stays(
            steps in prop::collection::vec(0.0..400_000.0_f64, 1..20),
            heights in prop::collection::vec(2_000.0..9_000.0_f64, 60),
        ) {
            let mut list = Pages::beginning(None);
            let mut known = std::collections::BTreeMap::new();
            for at in steps {
                let view = view(at);
                list.drop_far(view, None);
                while let Some(next) = list.next(view) {
                    let id = match next {
                        Next::Page(id) => {
                            list.was_read(id, PAGE_ROWS, None);
                            id
                        }
                        Next::Older => {
                            let number = list.iter().count() + 1;
                            list.push_older(PAGE_ROWS, (number < heights.len()).then(|| place(number)))
                        }
                    };
                    let high = known.len();
                    let height = *known.entry(id).or_insert_with(|| heights[high]);
                    list.measured(&[(id, height)]);
                    list.drop_far(view, None);
                }
                let total: f64 = known.values().sum();
                let items: f64 = list.items().iter().map(|item| match item {
                    Item::Page(id) => known[id],
                    Item::Gap { height, .. } => *height,
                }).sum();
                prop_assert!((total - items).abs() < 0.001);
                prop_assert!(shown(&list).len() <= 8, "{:?}", shown(&list));
                let mut top = 0.0;
                for page in list.iter() {
                    prop_assert!(page.is_shown || !view.touches(top, top + known[&page.id]));
                    top += known[&page.id];
                }
            }
        }
    }
}
