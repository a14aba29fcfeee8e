//! What a vault is found by and who may have it: neither leads back to the id.

use sha2::{Digest as _, Sha256};

/// A vault's name here, in lower-case hex: what the path has.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Locator(String);

impl Locator {
    /// Reads 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_hex.then(|| Self(text.to_owned()))
    }

    pub fn hex(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a token: all that is kept of it.
#[derive(Clone, Copy)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes as long whether it is or not.
    pub fn is(&self, kept: &[u8]) -> bool {
        kept.len() == 32 && self.0.iter().zip(kept).fold(0, |different, (a, b)| different | (a ^ b)) == 0
    }
}
