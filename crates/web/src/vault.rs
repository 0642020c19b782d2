//! Seals tokens with WebCrypto, under a key that can be used here and can't be read, not even by this page.

use js_sys::{Promise, Uint8Array};
use lume_sync::ports::Vault;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use crate::{aside, global, js, random};

const ALGORITHM: &str = "AES-GCM";
const KEY_BITS: u32 = 256;
const NONCE_BYTES: usize = 12;
/// The first byte of everything sealed here.
const FORMAT: u8 = 1;

/// AES-GCM under the device's key; without a key it seals nothing.
#[derive(Debug, Clone)]
pub struct WebVault {
    key: Option<CryptoKey>,
}

impl WebVault {
    /// A vault with the key that [`crate::registry::Registry::vault_key`] gave, if it gave one.
    pub fn new(key: Option<CryptoKey>) -> Self {
        Self { key }
    }
}

impl Vault for WebVault {
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        random::fill(&mut nonce);
        let sealed = aside::until_answered(async || {
            let promise = subtle()?
                .encrypt_with_object_and_u8_array(&algorithm(&nonce), self.key.as_ref()?, plain)
                .ok()?;
            bytes_of(promise).await
        });
        let sealed = sealed.await?;
        Some([&[FORMAT], nonce.as_slice(), &sealed].concat())
    }

    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (&format, rest) = sealed.split_first()?;
        if format != FORMAT {
            return None;
        }
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
        aside::until_answered(async || {
            let promise = subtle()?
                .decrypt_with_object_and_u8_array(&algorithm(nonce), self.key.as_ref()?, sealed)
                .ok()?;
            bytes_of(promise).await
        })
        .await
    }
}

/// Makes a key that can't leave the platform; `None` where there is no WebCrypto (an origin that is not secure).
pub(crate) async fn generate_key() -> Option<CryptoKey> {
    let algorithm = js::object(&[("name", ALGORITHM.into()), ("length", KEY_BITS.into())]);
    let uses = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let subtle: JsValue = subtle()?.into();
    aside::until_answered(async || {
        let key = js::call(
            &subtle,
            "generateKey",
            &[&algorithm, &JsValue::FALSE, &uses],
        )
        .ok()?;
        JsFuture::from(key.unchecked_into::<Promise>())
            .await
            .ok()?
            .dyn_into()
            .ok()
    })
    .await
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = global::property("crypto")?;
    js::property(&crypto, "subtle").map(JsCast::unchecked_into)
}

fn algorithm(nonce: &[u8]) -> js_sys::Object {
    js::object(&[
        ("name", ALGORITHM.into()),
        ("iv", Uint8Array::from(nonce).into()),
    ])
}

async fn bytes_of(promise: impl Into<JsValue>) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(promise.into().unchecked_into::<Promise>())
        .await
        .ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
