//! The second part of a vault: the database, compressed, then encrypted. Both ways in bounded memory.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::VaultError;
use super::head::{Described, Draft, HEAD, Head};
use super::key_block::Unlocked;
use super::seal::{Opener, Sealer};
use super::watch::{Step, Watch};

/// Zstandard's own choice between size and time; the next three levels save 7 % and take three times as long.
const LEVEL: i32 = 3;
/// The most history that unpacking may keep, as a power of two: four times what this level packs with.
const WINDOW: u32 = 23;
/// Bytes between two looks at progress and cancellation.
const STRIDE: usize = 256 * 1024;

/// Writes a data block: all of `plain`, which is `length` bytes long; answers how many bytes were written.
///
/// # Errors
/// [`VaultError::File`], [`VaultError::Cancelled`]; what was written until then is of no use.
pub fn seal(
    unlocked: &Unlocked,
    described: &Described,
    plain: &mut dyn Read,
    length: u64,
    out: &mut (impl Write + Seek),
    watch: &mut Watch<'_>,
) -> Result<u64, VaultError> {
    let draft = Draft::new(&unlocked.master, described)?;
    let start = out.stream_position()?;
    out.write_all(&[0; HEAD])?;
    let mut sealer = Sealer::new(&unlocked.master, &draft.salt, draft.bound.clone(), &mut *out);
    let mut packer = zstd::Encoder::new(&mut sealer, LEVEL)?;
    let mut done = 0;
    watch.tell(Step::Sealing, 0, length)?;
    loop {
        let copied = io::copy(&mut (&mut *plain).take(STRIDE as u64), &mut packer)?;
        done += copied;
        watch.tell(Step::Sealing, done, length)?;
        if copied == 0 {
            break;
        }
    }
    packer.finish()?;
    let sealed = sealer.finish()?;
    out.seek(SeekFrom::Start(start))?;
    out.write_all(&draft.finish(&unlocked.master, done, sealed))?;
    out.seek(SeekFrom::End(0))?;
    out.flush()?;
    Ok(HEAD as u64 + sealed)
}

/// Reads a data block of `available` bytes to its end and writes the database to `out`. What has been written is genuine as far
/// as it goes, and all of it is there only if this succeeds.
///
/// # Errors
/// [`VaultError::Truncated`], [`VaultError::Tampered`], [`VaultError::Newer`], [`VaultError::File`], [`VaultError::Cancelled`].
pub fn open(
    unlocked: &Unlocked,
    input: &mut dyn Read,
    available: u64,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<Head, VaultError> {
    let head = Head::read(unlocked, input)?;
    check_length(head.sealed, available)?;
    let mut opener =
        Opener::new(&unlocked.master, &head.salt, head.bound.clone(), head.sealed, io::BufReader::new(input));
    let unpacked = unpack(&mut opener, &head, out, watch);
    if let Some(failed) = opener.failed {
        return Err(failed);
    }
    unpacked.map(|()| head)
}

/// The head has been checked, so it is the file that is too short or too long.
pub(super) fn check_length(sealed: u64, available: u64) -> Result<(), VaultError> {
    match available.cmp(&(HEAD as u64).saturating_add(sealed)) {
        std::cmp::Ordering::Less => Err(VaultError::Truncated),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(VaultError::Tampered("end")),
    }
}

fn unpack(
    opener: &mut Opener<impl Read>,
    head: &Head,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<(), VaultError> {
    let mut unpacker = zstd::Decoder::new(&mut *opener)?.single_frame();
    unpacker.window_log_max(WINDOW)?;
    let mut buffer = vec![0; STRIDE];
    let mut done = 0;
    watch.tell(Step::Opening, 0, head.plain)?;
    loop {
        let read = unpacker.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        out.write_all(&buffer[..read])?;
        done += read as u64;
        if done > head.plain {
            return Err(VaultError::Tampered("data"));
        }
        watch.tell(Step::Opening, done, head.plain)?;
    }
    let buffered = !unpacker.finish().buffer().is_empty();
    // The last chunk carries the flag that nothing follows: it must have been read, and nothing be left.
    if buffered || done != head.plain || io::copy(opener, &mut io::sink())? > 0 {
        return Err(VaultError::Tampered("data"));
    }
    out.flush()?;
    Ok(())
}
