//! The data block's head: how the data is packed, how long it is, and, encrypted, what is in it.

use std::io::Read;

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};

use super::bytes::Fields;
use super::key_block::Unlocked;
use super::keys::{MasterKey, Purpose, authenticate, is_authentic};
use super::secret::random;
use super::{VaultError, frame};
use crate::model::Millis;

const NAME: [u8; 8] = *b"CAIRNDAT";
const WHAT: &str = "data's head";

/// Zstandard, RFC 8878.
const ZSTD: u8 = 1;
/// A chunk's bytes in clear, as a power of two: 64 KiB cost a phone no memory, and their tags 0.02 % of the file.
const CHUNK_POWER: u8 = 16;
/// The same in bytes.
pub(super) const CHUNK: usize = 1 << CHUNK_POWER;
/// Bytes of a chunk's tag.
pub(super) const TAG: usize = 16;

/// Bytes of what is encrypted with the names' key, always as many, so that their number tells nothing.
const DESCRIBED: usize = 112;
/// A label is at most so many bytes of UTF-8.
const LABEL: usize = 64;

/// Up to here the head is bound to every chunk; its lengths, known only at the end, are not, and have a tag of their own.
const BOUND: usize = frame::START + 2 + 32 + 24 + DESCRIBED + TAG;
/// Bytes of the fields and the tag.
const FIELDS: usize = BOUND - frame::START + 8 + 8 + 32;
/// Bytes of the whole head.
pub(super) const HEAD: usize = frame::START + FIELDS + frame::CHECKSUM;

/// What is in a vault. Encrypted in its head, so that a service can show a list it cannot read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// When it was made, UTC.
    pub made: Millis,
    /// The schema version of the database in it.
    pub schema: u32,
    /// Reports in it.
    pub reports: u64,
    /// What its owner calls it; cut off after 64 bytes.
    pub label: String,
}

impl Described {
    fn write(&self) -> [u8; DESCRIBED] {
        let mut bytes = [0; DESCRIBED];
        bytes[..8].copy_from_slice(&self.made.0.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.schema.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.reports.to_le_bytes());
        let label = &self.label[..self.label.floor_char_boundary(LABEL)];
        bytes[20] = label.len() as u8;
        bytes[21..21 + label.len()].copy_from_slice(label.as_bytes());
        bytes
    }

    fn read(bytes: &[u8; DESCRIBED]) -> Result<Self, VaultError> {
        let mut fields = Fields::of(bytes);
        let made = Millis(fields.u64()? as i64);
        let (schema, reports, length) = (fields.u32()?, fields.u64()?, usize::from(fields.byte()?));
        let label = fields.take::<LABEL>()?;
        let label = label.get(..length).and_then(|label| std::str::from_utf8(label).ok());
        Ok(Self { made, schema, reports, label: label.ok_or(VaultError::Tampered(WHAT))?.to_owned() })
    }
}

/// A head that has been read and found genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What is in the vault.
    pub described: Described,
    /// Bytes of the database.
    pub plain: u64,
    /// Bytes of the data that follow the head.
    pub sealed: u64,
    pub(super) salt: [u8; 32],
    pub(super) bound: Vec<u8>,
}

/// A head whose lengths are still to come.
pub(super) struct Draft {
    pub salt: [u8; 32],
    pub bound: Vec<u8>,
}

impl Draft {
    pub fn new(master: &MasterKey, described: &Described) -> Result<Self, VaultError> {
        Ok(Self::with(master, described, *random()?, *random()?))
    }

    pub fn with(master: &MasterKey, described: &Described, salt: [u8; 32], nonce: [u8; 24]) -> Self {
        let mut bound = frame::begin(NAME, FIELDS);
        bound.extend_from_slice(&[ZSTD, CHUNK_POWER]);
        bound.extend_from_slice(&salt);
        let mut names = described.write();
        // The cipher refuses only messages of 256 GB and more.
        let tag = names_cipher(master, &salt)
            .encrypt_inout_detached(&XNonce::from(nonce), &bound, (&mut names[..]).into())
            .unwrap_or_default();
        bound.extend_from_slice(&nonce);
        bound.extend_from_slice(&names);
        bound.extend_from_slice(&tag);
        Self { salt, bound }
    }

    /// The head with its lengths.
    pub fn finish(self, master: &MasterKey, plain: u64, sealed: u64) -> Vec<u8> {
        let Self { salt, bound: mut head } = self;
        head.extend_from_slice(&plain.to_le_bytes());
        head.extend_from_slice(&sealed.to_le_bytes());
        let tag = authenticate(&master.derive(&salt, Purpose::Head), &head);
        head.extend_from_slice(&tag);
        frame::end(head)
    }
}

impl Head {
    /// Reads a head, and nothing behind it.
    ///
    /// # Errors
    /// [`VaultError::Newer`], [`VaultError::Truncated`], [`VaultError::Tampered`].
    pub fn read(unlocked: &Unlocked, input: &mut dyn Read) -> Result<Self, VaultError> {
        let master = &unlocked.master;
        let bytes = frame_of(input)?;
        let mut fields = Fields::of(&bytes[frame::START..]);
        let packing = [fields.byte()?, fields.byte()?];
        let (salt, nonce) = (fields.take::<32>()?, fields.take::<24>()?);
        let (mut names, names_tag) = (fields.take::<DESCRIBED>()?, fields.take::<TAG>()?);
        let (plain, sealed, tag) = (fields.u64()?, fields.u64()?, fields.take::<32>()?);
        let body = bytes.len() - 32;
        let genuine = is_authentic(&master.derive(&salt, Purpose::Head), &bytes[..body], &tag);
        if !genuine || packing != [ZSTD, CHUNK_POWER] || !fields.is_empty() {
            return Err(VaultError::Tampered(WHAT));
        }
        names_cipher(master, &salt)
            .decrypt_inout_detached(
                &XNonce::from(nonce),
                &bytes[..frame::START + 2 + 32],
                (&mut names[..]).into(),
                &Tag::from(names_tag),
            )
            .map_err(|_| VaultError::Tampered(WHAT))?;
        Ok(Self { described: Described::read(&names)?, plain, sealed, salt, bound: bytes[..BOUND].to_vec() })
    }
}

/// How long the sealed data is, read without any key: true as far as the checksum is.
pub(super) fn sealed_length(input: &mut dyn Read) -> Result<u64, VaultError> {
    let bytes = frame_of(input)?;
    Fields::of(bytes.get(BOUND + 8..).unwrap_or_default()).u64()
}

/// The frame without its checksum. Behind a key block nothing but a head can stand.
fn frame_of(input: &mut dyn Read) -> Result<Vec<u8>, VaultError> {
    frame::read(input, NAME, WHAT).map_err(|e| match e {
        VaultError::Foreign => VaultError::Tampered(WHAT),
        other => other,
    })
}

fn names_cipher(master: &MasterKey, salt: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*master.derive::<32>(salt, Purpose::Names)).into())
}
