//! Codes that people print and type: Crockford's base32 in groups of four, with a checksum, so that a slip of the pen is told
//! before anything else is tried.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::VaultError;
use super::secret::random;

/// Douglas Crockford's alphabet: no I, L, O or U to be misread, either case taken, hyphens and spaces passed over.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    spec.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    spec.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    spec.ignore.push_str("- ");
    // The specification is a constant; a test holds that it is one.
    spec.encoding().unwrap_or(data_encoding::BASE32)
});

fn write(bytes: &[u8]) -> String {
    let plain = Zeroizing::new(CROCKFORD.encode(bytes));
    let mut grouped = String::with_capacity(plain.len() * 5 / 4);
    for (i, symbol) in plain.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(symbol);
    }
    grouped
}

fn read<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let bytes = Zeroizing::new(CROCKFORD.decode(text.trim().as_bytes()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

/// The first octets of a SHA-256 over what the code is for and its random part.
fn check<const N: usize>(purpose: &str, random: &[u8]) -> [u8; N] {
    let digest = Sha256::new().chain_update(purpose).chain_update(random).finalize();
    let mut check = [0; N];
    check.copy_from_slice(&digest[..N]);
    check
}

/// Opens a vault whose password is forgotten: 128 random bits and a checksum of 32, in eight groups of four.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<[u8; 20]>);

const RECOVERY: &str = "cairn recovery code";

impl RecoveryCode {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn new() -> Result<Self, VaultError> {
        Ok(Self::of(&*random::<16>()?))
    }

    fn of(bits: &[u8; 16]) -> Self {
        let mut code = Zeroizing::new([0; 20]);
        code[..16].copy_from_slice(bits);
        code[16..].copy_from_slice(&check::<4>(RECOVERY, bits));
        Self(code)
    }

    /// Reads a code as it was typed.
    ///
    /// # Errors
    /// [`VaultError::BadInput`] where it has a slip in it.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let slip =
            || VaultError::BadInput("the recovery code has a slip in it: it has 32 letters and digits".to_owned());
        let code = read::<20>(text).ok_or_else(slip)?;
        if check::<4>(RECOVERY, &code[..16]) == code[16..] { Ok(Self(code)) } else { Err(slip()) }
    }

    /// The code to print. It opens the vault: show it once, to its owner.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(write(&*self.0))
    }

    pub(super) fn bits(&self) -> &[u8] {
        &self.0[..16]
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// Names a vault on a service: 112 random bits and a checksum of 8, in six groups of four. Nobody can guess one, and without it
/// a service gives nothing out, so keep it as a phone number is kept: not secret, and not on a wall.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultId([u8; 15]);

const ID: &str = "cairn vault id";

impl VaultId {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn new() -> Result<Self, VaultError> {
        Ok(Self::of(&*random::<14>()?))
    }

    pub(super) fn of(bits: &[u8; 14]) -> Self {
        let mut id = [0; 15];
        id[..14].copy_from_slice(bits);
        id[14..].copy_from_slice(&check::<1>(ID, bits));
        Self(id)
    }

    /// Reads an id as it was typed.
    ///
    /// # Errors
    /// [`VaultError::BadInput`] where it has a slip in it.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let slip = || VaultError::BadInput("the vault's id has a slip in it: it has 24 letters and digits".to_owned());
        let id = read::<15>(text).ok_or_else(slip)?;
        if check::<1>(ID, &id[..14]) == id[14..] { Ok(Self(*id)) } else { Err(slip()) }
    }

    /// The id for its owner's notes.
    pub fn reveal(&self) -> String {
        write(&self.0)
    }

    /// What a service sees of it: 32 hex digits, from which the id cannot be worked out.
    pub fn locator(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.derive::<16>("cairn vault v1 locator"))
    }

    /// The right to read the key block, as a bearer token: 64 hex digits. It is no secret from the service.
    pub fn key_token(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::HEXLOWER.encode(&self.derive::<32>("cairn vault v1 key token")))
    }

    fn derive<const N: usize>(&self, info: &str) -> [u8; N] {
        let mut bytes = [0; N];
        // HKDF refuses only more than 255 blocks.
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(info.as_bytes(), &mut bytes);
        bytes
    }
}

impl fmt::Debug for VaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_printed_and_as_people_type() {
        let code = RecoveryCode::of(b"sixteen  octets!");
        let printed = code.reveal();
        assert_eq!(printed.len(), 39);
        assert_eq!(RecoveryCode::parse(&printed).unwrap().bits(), code.bits());
        let sloppy = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(RecoveryCode::parse(&format!(" {sloppy}\n")).unwrap().bits(), code.bits());
    }

    #[test]
    fn every_slip_of_one_symbol_and_every_swap_is_noticed() {
        let code = RecoveryCode::of(&[0xa5; 16]).reveal().to_string();
        for i in (0..code.len()).filter(|i| code.as_bytes()[*i] != b'-') {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|c| *c != code.as_bytes()[i] as char) {
                let mut slip = code.clone();
                slip.replace_range(i..=i, &other.to_string());
                assert!(RecoveryCode::parse(&slip).is_err(), "{i}");
            }
        }
        assert!(RecoveryCode::parse(&code[..38]).is_err());
        assert!(RecoveryCode::parse("").is_err());
        assert!(RecoveryCode::parse(&VaultId::of(&[1; 14]).reveal()).is_err(), "an id is no recovery code");
    }

    #[test]
    fn a_service_learns_neither_the_id_nor_one_token_from_the_other() {
        let id = VaultId::of(&[7; 14]);
        assert_eq!(VaultId::parse(&id.reveal().to_lowercase()).unwrap(), id);
        assert_eq!((id.locator().len(), id.key_token().len()), (32, 64));
        assert!(!id.key_token().contains(&id.locator()));
        assert_ne!(id.locator(), VaultId::of(&[8; 14]).locator());
        assert_eq!(format!("{id:?}"), "VaultId(..)");
    }

    #[test]
    fn the_alphabet_is_crockfords() {
        assert_eq!(CROCKFORD.encode(&[0xff; 5]), "ZZZZZZZZ");
    }
}
