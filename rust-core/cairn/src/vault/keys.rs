//! One key per purpose, all from the master key by HKDF-SHA256 (RFC 5869), each with words of its own.

use hkdf::Hkdf;
use hkdf::hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::VaultError;
use super::secret::{Key, random};

/// Protects everything; made once per vault, known to nobody, wrapped by what its owner knows.
pub(super) struct MasterKey(Key);

/// What a key is for. The words are part of the format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Authenticates the key block.
    Keys,
    /// Encrypts the data.
    Data,
    /// The data's nonce, but for number and last flag.
    Nonce,
    /// Authenticates the data's head.
    Head,
    /// Encrypts what the vault is called and what is in it.
    Names,
    /// The bearer token that a service knows the owner by.
    Server,
}

impl Purpose {
    const fn words(self) -> &'static str {
        match self {
            Self::Keys => "cairn vault v1 keys",
            Self::Data => "cairn vault v1 data",
            Self::Nonce => "cairn vault v1 nonce",
            Self::Head => "cairn vault v1 head",
            Self::Names => "cairn vault v1 names",
            Self::Server => "cairn vault v1 server",
        }
    }
}

impl MasterKey {
    pub fn new() -> Result<Self, VaultError> {
        Ok(Self(random()?))
    }

    pub const fn of(key: Key) -> Self {
        Self(key)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for a purpose; `salt` sets the vault's files, or services, apart.
    pub fn derive<const N: usize>(&self, salt: &[u8], purpose: Purpose) -> Zeroizing<[u8; N]> {
        expand(salt, &*self.0, purpose.words())
    }
}

/// HKDF in one step.
pub(super) fn expand<const N: usize>(salt: &[u8], secret: &[u8], words: &str) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 64, "HKDF gives at most 255 blocks, and nothing here needs more than two") };
    let mut key = Zeroizing::new([0; N]);
    // Refuses nothing but a length, which is asserted above.
    let _ = Hkdf::<Sha256>::new(Some(salt), secret).expand(words.as_bytes(), &mut *key);
    key
}

fn hmac(key: &Key, bytes: &[u8]) -> Hmac<Sha256> {
    // RFC 2104: a key shorter than the hash's block is filled up with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(&**key);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    mac.update(bytes);
    mac
}

/// HMAC-SHA256.
pub(super) fn authenticate(key: &Key, bytes: &[u8]) -> [u8; 32] {
    hmac(key, bytes).finalize().into_bytes().into()
}

/// Whether a tag is right; takes as long whether it is or not.
pub(super) fn is_authentic(key: &Key, bytes: &[u8], tag: &[u8; 32]) -> bool {
    hmac(key, bytes).verify(&(*tag).into()).is_ok()
}

/// Whether two secrets are the same; takes as long whether they are or not.
pub(super) fn is_same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}
