//! The first part of a vault: the master key, wrapped by the password and, if its owner wants one, by a recovery code.

use std::fmt;
use std::io::Read;

use zeroize::Zeroizing;

use super::bytes::Fields;
use super::code::{RecoveryCode, VaultId};
use super::frame;
use super::keys::{MasterKey, Purpose, authenticate, is_authentic};
use super::secret::{Password, Unlock};
use super::watch::{Step, Watch};
use super::wrap::{Chance, Kind, WRAP, Wrap};
use super::{Stretch, VaultError};

const NAME: [u8; 8] = *b"CAIRNVLT";
/// A password and a recovery code; more are read, so that another program may add its own.
const MOST_WRAPS: usize = 8;

/// What a vault shall open with.
#[derive(Clone, Debug)]
pub struct Locks {
    /// The password.
    pub password: Password,
    /// A recovery code besides; where there is none, a vault that had one keeps it.
    pub recovery: Option<RecoveryCode>,
    /// How the password is stretched: [`Stretch::USUAL`], but in tests.
    pub stretch: Stretch,
}

impl Locks {
    /// A password alone, stretched as usual.
    pub fn password(password: Password) -> Self {
        Self { password, recovery: None, stretch: Stretch::USUAL }
    }
}

/// The key block as it stands in a file or on a service. Holds nothing in clear.
#[derive(Clone)]
pub struct KeyBlock {
    bytes: Vec<u8>,
    wraps: Vec<Wrap>,
}

/// An opened vault: its key block and its master key, which is wiped when this is dropped.
pub struct Unlocked {
    block: KeyBlock,
    pub(super) master: MasterKey,
}

impl KeyBlock {
    /// Reads one, and nothing behind it.
    ///
    /// # Errors
    /// [`VaultError::Foreign`], [`VaultError::Newer`], [`VaultError::Truncated`], [`VaultError::Tampered`].
    pub fn read(input: &mut dyn Read) -> Result<Self, VaultError> {
        const WHAT: &str = "key block";
        let mut bytes = frame::read(input, NAME, WHAT)?;
        let mut fields = Fields::of(&bytes[frame::START..]);
        let count = usize::from(fields.byte()?);
        if !(1..=MOST_WRAPS).contains(&count) {
            return Err(VaultError::Tampered(WHAT));
        }
        let wraps = (0..count).map(|_| Wrap::read(fields.take::<WRAP>()?)).collect::<Result<_, _>>()?;
        fields.take::<32>()?;
        if !fields.is_empty() {
            return Err(VaultError::Tampered(WHAT));
        }
        bytes = frame::end(bytes);
        Ok(Self { bytes, wraps })
    }

    /// As it is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a recovery code opens it.
    pub fn has_recovery(&self) -> bool {
        self.wraps.iter().any(|wrap| wrap.kind == Kind::Recovery)
    }

    /// How its password is stretched; none where it opens without one.
    pub fn stretch(&self) -> Option<Stretch> {
        self.wraps.iter().find_map(|wrap| match wrap.kind {
            Kind::Password(stretch) => Some(stretch),
            Kind::Recovery => None,
        })
    }

    /// Opens it; takes most of a second where it is a password.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`], [`VaultError::WrongCode`], [`VaultError::NoCode`], [`VaultError::NoPassword`],
    /// [`VaultError::TooCostly`], [`VaultError::Tampered`].
    pub fn unlock(&self, with: &Unlock, watch: &mut Watch<'_>) -> Result<Unlocked, VaultError> {
        watch.tell(Step::Stretching, 0, 0)?;
        let fits = |wrap: &&Wrap| matches!(wrap.kind, Kind::Recovery) == matches!(with, Unlock::Recovery(_));
        let mut answer = Err(match with {
            Unlock::Password(_) => VaultError::NoPassword,
            Unlock::Recovery(_) => VaultError::NoCode,
        });
        for wrap in self.wraps.iter().filter(fits) {
            answer = wrap.open(with);
            if !matches!(answer, Err(VaultError::WrongPassword | VaultError::WrongCode)) {
                break;
            }
        }
        let master = answer?;
        let body = self.bytes.len() - frame::CHECKSUM - 32;
        let tag = self.bytes[body..].first_chunk::<32>().ok_or(VaultError::Tampered("key block"))?;
        if !is_authentic(&master.derive(&[], Purpose::Keys), &self.bytes[..body], tag) {
            return Err(VaultError::Tampered("key block"));
        }
        Ok(Unlocked { block: self.clone(), master })
    }

    fn write(master: &MasterKey, wraps: Vec<Wrap>) -> Self {
        let mut bytes = frame::begin(NAME, 1 + wraps.len() * WRAP + 32);
        bytes.push(wraps.len() as u8);
        for wrap in &wraps {
            bytes.extend_from_slice(wrap.bytes());
        }
        let tag = authenticate(&master.derive(&[], Purpose::Keys), &bytes);
        bytes.extend_from_slice(&tag);
        Self { bytes: frame::end(bytes), wraps }
    }
}

impl Unlocked {
    /// A new vault with a master key of its own.
    ///
    /// # Errors
    /// [`VaultError::BadInput`] for a password that is too short, [`VaultError::TooCostly`], [`VaultError::Cancelled`].
    pub fn new(locks: &Locks, watch: &mut Watch<'_>) -> Result<Self, VaultError> {
        Self::lock(MasterKey::new()?, locks, Vec::new(), watch)
    }

    #[cfg(test)]
    pub(super) fn of(master: MasterKey, locks: &Locks, watch: &mut Watch<'_>) -> Result<Self, VaultError> {
        Self::lock(master, locks, Vec::new(), watch)
    }

    /// The same vault with other locks. A recovery code that it has stays, unless there is a new one.
    ///
    /// # Errors
    /// As [`Unlocked::new`].
    pub fn rewrap(&self, locks: &Locks, watch: &mut Watch<'_>) -> Result<Self, VaultError> {
        let kept = match locks.recovery {
            Some(_) => Vec::new(),
            None => self.block.wraps.iter().filter(|wrap| wrap.kind == Kind::Recovery).cloned().collect(),
        };
        let master = MasterKey::of(Zeroizing::new(*self.master.bytes()));
        Self::lock(master, locks, kept, watch)
    }

    fn lock(master: MasterKey, locks: &Locks, kept: Vec<Wrap>, watch: &mut Watch<'_>) -> Result<Self, VaultError> {
        locks.password.check_new()?;
        watch.tell(Step::Stretching, 0, 0)?;
        let mut wraps = vec![Wrap::with_password(&master, &locks.password, locks.stretch, &Chance::new()?)?];
        if let Some(code) = &locks.recovery {
            wraps.push(Wrap::with_code(&master, code, &Chance::new()?));
        }
        wraps.extend(kept);
        Ok(Self { block: KeyBlock::write(&master, wraps), master })
    }

    /// The key block to write.
    pub fn block(&self) -> &KeyBlock {
        &self.block
    }

    /// The right to read and replace what a service keeps of this vault, as a bearer token: 64 hex digits.
    pub fn server_token(&self, id: &VaultId) -> Zeroizing<String> {
        let token = self.master.derive::<32>(id.locator().as_bytes(), Purpose::Server);
        Zeroizing::new(data_encoding::HEXLOWER.encode(&*token))
    }
}

impl fmt::Debug for KeyBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBlock").field("wraps", &self.wraps.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unlocked(..)")
    }
}
