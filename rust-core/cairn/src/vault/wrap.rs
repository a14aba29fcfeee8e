//! The master key, wrapped once by something its owner knows.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::bytes::Fields;
use super::code::RecoveryCode;
use super::keys::{MasterKey, expand, is_same};
use super::secret::{Key, Password, Unlock, random};
use super::{Stretch, VERSION, VaultError};

/// Bytes of a wrap, whatever its kind.
pub(super) const WRAP: usize = HEAD + 32 + 16;
/// Bytes before the wrapped key: kind, three numbers, salt, proof, nonce.
const HEAD: usize = 1 + 3 * 4 + 16 + 32 + 24;

const ARGON2ID: u8 = 1;
const PBKDF2: u8 = 2;
const RECOVERY: u8 = 3;

/// What a wrap opens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Password(Stretch),
    Recovery,
}

#[derive(Clone)]
pub(super) struct Wrap {
    pub kind: Kind,
    bytes: [u8; WRAP],
}

/// What a wrap is made of besides the secret.
pub(super) struct Chance {
    pub salt: [u8; 16],
    pub nonce: [u8; 24],
}

impl Chance {
    pub fn new() -> Result<Self, VaultError> {
        Ok(Self { salt: *random()?, nonce: *random()? })
    }
}

impl Wrap {
    /// Wraps the master key with a password.
    pub fn with_password(
        master: &MasterKey,
        password: &Password,
        stretch: Stretch,
        chance: &Chance,
    ) -> Result<Self, VaultError> {
        Ok(Self::seal(master, Kind::Password(stretch), &stretch.apply(password, &chance.salt)?, chance))
    }

    /// Wraps the master key with a recovery code, which is random enough to need no stretching.
    pub fn with_code(master: &MasterKey, code: &RecoveryCode, chance: &Chance) -> Self {
        Self::seal(master, Kind::Recovery, &of_code(code, &chance.salt), chance)
    }

    fn seal(master: &MasterKey, kind: Kind, stretched: &Key, chance: &Chance) -> Self {
        let (number, costs) = match kind {
            Kind::Password(Stretch::Argon2id { memory, passes, lanes }) => (ARGON2ID, [memory, passes, lanes]),
            Kind::Password(Stretch::Pbkdf2 { rounds }) => (PBKDF2, [rounds, 0, 0]),
            Kind::Recovery => (RECOVERY, [0; 3]),
        };
        let mut bytes = [0; WRAP];
        bytes[0] = number;
        for (place, cost) in bytes[1..13].chunks_exact_mut(4).zip(costs) {
            place.copy_from_slice(&cost.to_le_bytes());
        }
        bytes[13..29].copy_from_slice(&chance.salt);
        bytes[29..61].copy_from_slice(&*proof(stretched));
        bytes[61..85].copy_from_slice(&chance.nonce);
        bytes[85..117].copy_from_slice(master.bytes());
        let bound = bound(&bytes);
        // The cipher refuses only messages of 256 GB and more.
        if let Ok(tag) = cipher(stretched).encrypt_inout_detached(
            &XNonce::from(chance.nonce),
            &bound,
            (&mut bytes[HEAD..HEAD + 32]).into(),
        ) {
            bytes[117..].copy_from_slice(&tag);
        }
        Self { kind, bytes }
    }

    pub fn bytes(&self) -> &[u8; WRAP] {
        &self.bytes
    }

    pub fn read(bytes: [u8; WRAP]) -> Result<Self, VaultError> {
        let mut fields = Fields::of(&bytes);
        let number = fields.byte()?;
        let costs = [fields.u32()?, fields.u32()?, fields.u32()?];
        let kind = match (number, costs) {
            (ARGON2ID, [memory, passes, lanes]) => Kind::Password(Stretch::Argon2id { memory, passes, lanes }),
            (PBKDF2, [rounds, 0, 0]) => Kind::Password(Stretch::Pbkdf2 { rounds }),
            (RECOVERY, [0, 0, 0]) => Kind::Recovery,
            _ => return Err(VaultError::Tampered("key block")),
        };
        Ok(Self { kind, bytes })
    }

    /// The master key, where the secret is the right one.
    pub fn open(&self, with: &Unlock) -> Result<MasterKey, VaultError> {
        let mut fields = Fields::of(&self.bytes[13..]);
        let (salt, proven, nonce) = (fields.take::<16>()?, fields.take::<32>()?, fields.take::<24>()?);
        let (stretched, wrong) = match (self.kind, with) {
            (Kind::Password(stretch), Unlock::Password(password)) => {
                (stretch.apply(password, &salt)?, VaultError::WrongPassword)
            }
            (Kind::Recovery, Unlock::Recovery(code)) => (of_code(code, &salt), VaultError::WrongCode),
            (Kind::Password(_), Unlock::Recovery(_)) => return Err(VaultError::NoCode),
            (Kind::Recovery, Unlock::Password(_)) => return Err(VaultError::NoPassword),
        };
        // Poly1305 alone would not do: one ciphertext can be made that several keys open.
        if !is_same(&proof(&stretched), &proven) {
            return Err(wrong);
        }
        let mut master: Key = Zeroizing::new(fields.take()?);
        let tag = Tag::from(fields.take::<16>()?);
        cipher(&stretched)
            .decrypt_inout_detached(&XNonce::from(nonce), &bound(&self.bytes), (&mut master[..]).into(), &tag)
            .map_err(|_| VaultError::Tampered("key block"))?;
        Ok(MasterKey::of(master))
    }
}

fn of_code(code: &RecoveryCode, salt: &[u8; 16]) -> Key {
    expand(salt, code.bits(), "cairn vault v1 recovery")
}

fn cipher(stretched: &Key) -> XChaCha20Poly1305 {
    let key: Key = expand(&[], &**stretched, "cairn vault v1 wrap");
    XChaCha20Poly1305::new(&(*key).into())
}

/// Tells a wrong password from a damaged wrap. It gives a guesser nothing that the wrapped key does not give as well.
fn proof(stretched: &Key) -> Key {
    expand(&[], &**stretched, "cairn vault v1 proof")
}

/// What is bound to the wrapped key: the format's version and all of the wrap before it.
fn bound(bytes: &[u8; WRAP]) -> Vec<u8> {
    [&VERSION.to_le_bytes(), &bytes[..HEAD]].concat()
}
