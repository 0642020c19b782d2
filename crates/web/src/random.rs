//! Chance, from `crypto.getRandomValues`.

use lume_sync::ports::Random;
use wasm_bindgen::JsCast;
use web_sys::Crypto;

use crate::global;

/// The platform's cryptographic random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebRandom;

impl Random for WebRandom {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        fill(&mut bytes);
        bytes
    }

    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        // Lemire's multiply and shift: no division, and a bias that is far below what jitter could notice.
        let scaled = u128::from(u64::from_le_bytes(bytes)) * u128::from(bound);
        u64::try_from(scaled >> 64)
            .expect("the high half of a product of two 64-bit numbers fits 64 bits")
    }
}

/// Fills the bytes with chance.
///
/// # Panics
///
/// Panics where there is no random source: ids made without one could collide, and nothing may be saved under them.
pub(crate) fn fill(bytes: &mut [u8]) {
    let crypto: Crypto = global::property("crypto")
        .expect("every browser that runs wasm has a random source")
        .unchecked_into();
    crypto
        .get_random_values_with_u8_array(bytes)
        .expect("a few bytes are below the limit of one call");
}
