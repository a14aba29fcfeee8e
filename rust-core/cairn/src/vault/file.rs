//! A vault as a file: it appears when it is complete, and an older one stays until then.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::VaultError;
use super::data::{self, check_length};
use super::head::{self, Described, Head};
use super::key_block::{KeyBlock, Locks, Unlocked};
use super::secret::Unlock;
use super::watch::{Step, Watch};

/// What is appended to a file's name while it is being written.
pub const KEPT_UNDER: &str = "part";

/// Bytes copied between two looks at cancellation.
const STRIDE: u64 = 1 << 20;

/// Writes a vault file with all of `plain`, which is `length` bytes long; answers the file's size.
///
/// # Errors
/// [`VaultError::File`], [`VaultError::Cancelled`]: then the old file, if any, is as it was.
pub fn create(
    unlocked: &Unlocked,
    described: &Described,
    plain: &mut dyn Read,
    length: u64,
    path: &Path,
    watch: &mut Watch<'_>,
) -> Result<u64, VaultError> {
    let block = unlocked.block().bytes();
    replace(path, |file| seal(file, block, unlocked, described, plain, length, watch))
}

/// Writes a data block to a file, behind the `preamble`; answers the file's size.
pub(crate) fn seal(
    file: &File,
    preamble: &[u8],
    unlocked: &Unlocked,
    described: &Described,
    plain: &mut dyn Read,
    length: u64,
    watch: &mut Watch<'_>,
) -> Result<u64, VaultError> {
    let mut out = BufWriter::new(file);
    out.write_all(preamble)?;
    Ok(preamble.len() as u64 + data::seal(unlocked, described, plain, length, &mut out, watch)?)
}

/// Reads the key block of a vault file.
///
/// # Errors
/// As [`KeyBlock::read`], and [`VaultError::File`].
pub fn read_key_block(path: &Path) -> Result<KeyBlock, VaultError> {
    KeyBlock::read(&mut File::open(path)?)
}

/// Reads a vault file to its end and writes the database in it to `out`; what is written is whole only if this succeeds.
///
/// # Errors
/// Everything that [`VaultError`] tells apart.
pub fn unseal(path: &Path, with: &Unlock, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<Head, VaultError> {
    let (mut file, block, left) = opened(path)?;
    let unlocked = block.unlock(with, watch)?;
    data::open(&unlocked, &mut file, left, out, watch)
}

/// Reads and checks all of a vault file, and writes nothing.
///
/// # Errors
/// As [`unseal`].
pub fn verify(path: &Path, with: &Unlock, watch: &mut Watch<'_>) -> Result<Head, VaultError> {
    unseal(path, with, &mut io::sink(), watch)
}

/// Looks at a vault file from outside, without its password: that it is one, of a version that can be read, its heads undamaged
/// and as long as they say. What is sealed in it only [`verify`] checks.
///
/// # Errors
/// As [`verify`], but for what needs the password.
pub fn look_over(path: &Path) -> Result<(), VaultError> {
    let (mut file, _, left) = opened(path)?;
    check_length(head::sealed_length(&mut file)?, left)
}

/// Gives a vault file a new password. The data is copied byte by byte and not read: [`verify`] does that.
///
/// # Errors
/// As [`unseal`], but for damage in the data; the file is then as it was.
pub fn rekey(path: &Path, with: &Unlock, locks: &Locks, watch: &mut Watch<'_>) -> Result<(), VaultError> {
    let (mut file, block, left) = opened(path)?;
    let unlocked = block.unlock(with, watch)?;
    check_length(Head::read(&unlocked, &mut file)?.sealed, left)?;
    let rewrapped = unlocked.rewrap(locks, watch)?;
    file.seek(SeekFrom::Start(block.bytes().len() as u64))?;
    replace(path, |out| {
        out.write_all(rewrapped.block().bytes())?;
        let mut done = 0;
        while done < left {
            let copied = io::copy(&mut (&mut file).take(STRIDE), out)?;
            if copied == 0 {
                return Err(VaultError::Truncated);
            }
            done += copied;
            watch.tell(Step::Sealing, done, left)?;
        }
        Ok(())
    })
}

/// The file behind its key block, and how many bytes are left there.
fn opened(path: &Path) -> Result<(File, KeyBlock, u64), VaultError> {
    let mut file = File::open(path)?;
    let block = KeyBlock::read(&mut file)?;
    let left = file.metadata()?.len().saturating_sub(block.bytes().len() as u64);
    Ok((file, block, left))
}

/// Has a file written under another name, makes it durable, and puts it in the place of the old one in one step.
///
/// # Errors
/// What `write` says, and [`VaultError::File`]; nothing is left behind then.
pub fn replace<T>(path: &Path, write: impl FnOnce(&mut File) -> Result<T, VaultError>) -> Result<T, VaultError> {
    let mut part = OsString::from(path);
    part.push(".");
    part.push(KEPT_UNDER);
    let part = PathBuf::from(part);
    let written = File::create(&part).map_err(VaultError::from).and_then(|mut file| {
        let answer = write(&mut file)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        // The new name survives the loss of power only once its folder is on the disk; folders that cannot be opened, as on
        // Android's shared storage, are written by the system in its own time.
        if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(answer)
    });
    if written.is_err() {
        // What cannot be removed was not made, or says so itself the next time.
        let _ = fs::remove_file(&part);
    }
    written
}
