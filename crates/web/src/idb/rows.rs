//! Rows as JS objects and back.
//!
//! Headers are plain properties, since indices read them; sealed bytes are a `Uint8Array`, as they are. What a row
//! lacks has no property at all: an index over it leaves the row out. Booleans are 0 and 1, which can be keys.

mod claim;
mod derived;
mod entity;
mod event;
mod history;

use std::str::FromStr;

use js_sys::{Array, Object, Uint8Array};
use lume_core::time::Timestamp;
use lume_sync::rows::EventState;
use lume_sync::store::StoreError;
use lume_wire::Rev;
use wasm_bindgen::{JsCast, JsValue};

use crate::js;

pub(crate) use claim::{claim_from_js, claim_to_js};
pub(crate) use derived::{derived_from_js, derived_to_js};
pub(crate) use entity::{
    base_from_js, base_to_js, entity_from_js, entity_to_js, listed_entity_from_js,
};
pub(crate) use event::{event_from_js, event_to_js};
pub(crate) use history::{history_from_js, history_to_js};

/// A row on its way out.
struct RowOut(Object);

impl RowOut {
    fn new() -> Self {
        Self(Object::new())
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.value(name, &JsValue::from_str(value))
    }

    fn number(self, name: &str, value: impl Into<Number>) -> Self {
        self.value(name, &value.into().0)
    }

    fn bytes(self, name: &str, value: &[u8]) -> Self {
        self.value(name, &bytes_to_js(value))
    }

    fn value(self, name: &str, value: &JsValue) -> Self {
        js::set(&self.0, name, value);
        self
    }

    /// Sets a property if there is something to set.
    fn maybe<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }

    fn done(self) -> JsValue {
        self.0.into()
    }
}

/// A whole number as JS has it: exact up to 2^53, which no count, time or revision reaches.
pub(crate) struct Number(pub(crate) JsValue);

impl From<u64> for Number {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53, which no count or revision reaches"
    )]
    fn from(value: u64) -> Self {
        Self(JsValue::from_f64(value as f64))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(JsValue::from_f64(f64::from(value)))
    }
}

impl From<i64> for Number {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53, which no time or revision reaches"
    )]
    fn from(value: i64) -> Self {
        Self(JsValue::from_f64(value as f64))
    }
}

impl From<Timestamp> for Number {
    fn from(value: Timestamp) -> Self {
        Self::from(value.as_millis())
    }
}

impl From<Rev> for Number {
    fn from(value: Rev) -> Self {
        Self::from(value.0)
    }
}

impl From<EventState> for Number {
    fn from(value: EventState) -> Self {
        Self::from(u32::from(value.code()))
    }
}

impl From<bool> for Number {
    fn from(value: bool) -> Self {
        Self::from(u32::from(value))
    }
}

/// A row on its way in.
struct RowIn<'a> {
    value: &'a JsValue,
    store: &'static str,
}

impl RowIn<'_> {
    fn required(&self, name: &str) -> Result<JsValue, StoreError> {
        js::property(self.value, name).ok_or_else(|| self.corrupt(name))
    }

    fn text(&self, name: &str) -> Result<String, StoreError> {
        self.required(name)?
            .as_string()
            .ok_or_else(|| self.corrupt(name))
    }

    fn maybe_text(&self, name: &str) -> Result<Option<String>, StoreError> {
        js::property(self.value, name)
            .map(|value| value.as_string().ok_or_else(|| self.corrupt(name)))
            .transpose()
    }

    fn parsed<T: FromStr>(&self, name: &str) -> Result<T, StoreError> {
        self.text(name)?.parse().map_err(|_| self.corrupt(name))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and within 2^53"
    )]
    fn integer(&self, name: &str) -> Result<i64, StoreError> {
        let number = self
            .required(name)?
            .as_f64()
            .ok_or_else(|| self.corrupt(name))?;
        if number.fract() == 0.0 && number.abs() <= js_sys::Number::MAX_SAFE_INTEGER {
            Ok(number as i64)
        } else {
            Err(self.corrupt(name))
        }
    }

    fn maybe_integer(&self, name: &str) -> Result<Option<i64>, StoreError> {
        match js::property(self.value, name) {
            Some(_) => self.integer(name).map(Some),
            None => Ok(None),
        }
    }

    fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, StoreError> {
        T::try_from(self.integer(name)?).map_err(|_| self.corrupt(name))
    }

    fn time(&self, name: &str) -> Result<Timestamp, StoreError> {
        self.integer(name).map(Timestamp::from_millis)
    }

    fn revision(&self, name: &str) -> Result<Option<Rev>, StoreError> {
        match js::property(self.value, name) {
            Some(_) => self.number(name).map(|number| Some(Rev(number))),
            None => Ok(None),
        }
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        bytes_from_js(&self.required(name)?).ok_or_else(|| self.corrupt(name))
    }

    fn maybe_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        js::property(self.value, name)
            .map(|value| bytes_from_js(&value).ok_or_else(|| self.corrupt(name)))
            .transpose()
    }

    fn array(&self, name: &str) -> Result<Array, StoreError> {
        self.required(name)?
            .dyn_into()
            .map_err(|_| self.corrupt(name))
    }

    /// Says which property of which store can't be read; never what it holds.
    fn corrupt(&self, name: &str) -> StoreError {
        StoreError::Corrupt(format!("{}.{name}", self.store))
    }
}

/// Bytes as they are stored.
pub(crate) fn bytes_to_js(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Stored bytes; `None` if they are something else.
pub(crate) fn bytes_from_js(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}
