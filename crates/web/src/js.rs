//! Small helpers over plain JS objects: reading and writing properties, calling a method that may not exist.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A property that is there and neither `undefined` nor `null`.
pub(crate) fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined() && !value.is_null())
}

/// Sets a property of an object that we made ourselves.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    Reflect::set(object, &JsValue::from_str(name), value)
        .expect("an object of our own takes properties");
}

/// Makes an object with these properties.
pub(crate) fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// Calls a method with its arguments; `Err` with what it threw, or `undefined` if there is no such method.
pub(crate) fn call(
    object: &JsValue,
    method: &str,
    arguments: &[&JsValue],
) -> Result<JsValue, JsValue> {
    let function: Function = property(object, method)
        .and_then(|value| value.dyn_into().ok())
        .ok_or(JsValue::UNDEFINED)?;
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(argument);
    }
    Reflect::apply(&function, object, &list)
}

/// The name of a thrown value, as in `QuotaExceededError`: browsers agree on names, not on codes or classes.
pub(crate) fn error_name(error: &JsValue) -> String {
    property(error, "name")
        .and_then(|name| name.as_string())
        .unwrap_or_else(|| "UnknownError".to_owned())
}
