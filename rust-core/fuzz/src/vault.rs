//! Vaults: whatever is changed in one, it does not open.

use std::io::Cursor;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use cairn::vault::{self, Described, KeyBlock, Locks, Password, Stretch, Unlock, Unlocked, VaultError, Watch};
use sha2::{Digest as _, Sha256};

use super::NOW;

const PASSWORD: &str = "a fuzzer's password";

/// Opens bytes as a vault, and a whole vault with edits of four bytes each: place (3) and what is flipped there (1). The
/// checksums over its heads are mended, so that what lies behind them is reached. Nothing that was changed opens.
pub fn open_vault(data: &[u8]) {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    let _ = unsealed(data);
    let whole = WHOLE.get_or_init(|| sealed().unwrap_or_default());
    let mut edited = whole.clone();
    for edit in data.chunks_exact(4) {
        let at = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize % edited.len();
        edited[at] ^= edit[3];
    }
    mend(&mut edited);
    if edited == *whole {
        assert!(unsealed(&edited).is_ok(), "nothing was changed");
    } else {
        assert!(unsealed(&edited).is_err(), "something was changed");
    }
}

/// Puts right the checksums of both heads, as far as their lengths lead to them.
fn mend(vault: &mut [u8]) {
    let mut start = 0;
    for _ in 0..2 {
        let Some(length) = vault.get(start + 10..start + 14) else { return };
        let length = u32::from_le_bytes(length.try_into().unwrap_or_default()) as usize;
        let Some(head) = vault.get_mut(start..start + length).filter(|_| length >= 46) else { return };
        let (body, checksum) = head.split_at_mut(length - 32);
        checksum.copy_from_slice(&Sha256::digest(body));
        start += length;
    }
}

fn watched<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    work(&mut Watch { progress: &mut |_| (), cancel: &AtomicBool::new(false) })
}

fn sealed() -> Result<Vec<u8>, VaultError> {
    let locks = Locks { password: Password::new(PASSWORD), recovery: None, stretch: Stretch::CHEAP };
    let unlocked = watched(|watch| Unlocked::new(&locks, watch))?;
    // More than a chunk's worth that does not pack.
    let plain: Vec<u8> =
        (0..90_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).take(90_000).collect();
    let described = Described { made: NOW, schema: 1, reports: 2, label: "fuzz".to_owned() };
    let mut out = Cursor::new(unlocked.block().bytes().to_vec());
    out.set_position(unlocked.block().bytes().len() as u64);
    watched(|watch| vault::seal(&unlocked, &described, &mut &plain[..], 90_000, &mut out, watch))?;
    Ok(out.into_inner())
}

fn unsealed(bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut input = Cursor::new(bytes);
    let block = KeyBlock::read(&mut input)?;
    // What a hostile head may ask for is bounded, but takes a second: a fuzzer has no time for it.
    if block.stretch() != Some(Stretch::CHEAP) {
        return Err(VaultError::TooCostly);
    }
    let unlocked = watched(|watch| block.unlock(&Unlock::Password(Password::new(PASSWORD)), watch))?;
    let left = (bytes.len() - block.bytes().len()) as u64;
    let mut plain = Vec::new();
    watched(|watch| vault::open(&unlocked, &mut input, left, &mut plain, watch))?;
    Ok(plain)
}
