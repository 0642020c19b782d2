//! The rows of a range with the greatest keys.
//!
//! `getAll` gives a range from its beginning; from its end only in the newest browsers. So a cursor over keys jumps to
//! where the wanted rows begin, and they come in one answer: three steps, however many rows they are.

use js_sys::Array;
use lume_sync::store::StoreError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbCursor, IdbCursorDirection, IdbIndex, IdbKeyRange, IdbObjectStore, IdbRequest};

use super::{answers, count, failed, found};
use crate::idb::request::Reader;

/// What has rows in an order: an object store or an index whose keys are unique.
pub(super) trait Ordered {
    fn keys_back(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue>;
    fn all(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue>;
}

impl Ordered for IdbObjectStore {
    fn keys_back(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue> {
        self.open_key_cursor_with_range_and_direction(range, IdbCursorDirection::Prev)
    }

    fn all(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue> {
        self.get_all_with_key(range)
    }
}

impl Ordered for IdbIndex {
    fn keys_back(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue> {
        self.open_key_cursor_with_range_and_direction(range, IdbCursorDirection::Prev)
    }

    fn all(&self, range: &IdbKeyRange) -> Result<IdbRequest, JsValue> {
        self.get_all_with_key(range)
    }
}

/// Rows, greatest key first.
pub(super) struct Newest {
    pub(super) rows: Vec<JsValue>,
    /// What is left of the range before them; `None` where nothing is.
    pub(super) rest: Option<IdbKeyRange>,
}

/// The `limit` rows of a range that have the greatest keys.
pub(super) async fn newest(
    source: &impl Ordered,
    range: &IdbKeyRange,
    limit: usize,
) -> Result<Newest, StoreError> {
    let nothing = Newest {
        rows: Vec::new(),
        rest: None,
    };
    if limit == 0 {
        return Ok(nothing);
    }
    let mut first = None;
    if limit < usize::MAX {
        let request = source.keys_back(range).map_err(|error| failed(&error))?;
        let mut steps = Reader::new(request);
        let mut step = steps.next().await?;
        let Some(cursor) = found(&step) else {
            return Ok(nothing);
        };
        if limit > 1 {
            let cursor: &IdbCursor = cursor.unchecked_ref();
            let further = count(limit - 1);
            cursor.advance(further).map_err(|error| failed(&error))?;
            step = steps.next().await?;
        }
        if let Some(cursor) = found(&step) {
            let cursor: &IdbCursor = cursor.unchecked_ref();
            first = Some(cursor.key().map_err(|error| failed(&error))?);
        }
    }
    let mut wanted = range.clone();
    let mut rest = None;
    if let Some(first) = first {
        let (lower, upper) = (range.lower(), range.upper());
        let (lower, upper) = (
            lower.map_err(|e| failed(&e))?,
            upper.map_err(|e| failed(&e))?,
        );
        wanted = IdbKeyRange::bound_with_lower_open_and_upper_open(
            &first,
            &upper,
            false,
            range.upper_open(),
        )
        .map_err(|error| failed(&error))?;
        // None where it would be empty.
        rest = IdbKeyRange::bound_with_lower_open_and_upper_open(
            &lower,
            &first,
            range.lower_open(),
            true,
        )
        .ok();
    }
    let rows: Array = answers(source.all(&wanted)).await?;
    let mut rows: Vec<_> = rows.iter().collect();
    rows.reverse();
    Ok(Newest { rows, rest })
}

/// The smallest and the greatest key of a range.
pub(super) async fn ends(
    index: &IdbIndex,
    range: &IdbKeyRange,
) -> Result<Option<(JsValue, JsValue)>, StoreError> {
    let key = async |direction| {
        let request = index.open_key_cursor_with_range_and_direction(range, direction);
        let step = super::answer(request).await?;
        let cursor = found(&step).map(JsCast::unchecked_ref::<IdbCursor>);
        let key = cursor.map(IdbCursor::key).transpose();
        key.map_err(|error| failed(&error))
    };
    let (first, last) =
        futures::future::join(key(IdbCursorDirection::Next), key(IdbCursorDirection::Prev)).await;
    Ok(first?.zip(last?))
}
