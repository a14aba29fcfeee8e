//! The frame around both heads, the same in every version for good: eight bytes that name it, its version, its length, and
//! at its end the SHA-256 of all before. So damage is told from a wrong password and from a newer version, without any key.

use std::io::Read;

use sha2::{Digest as _, Sha256};

use super::{VERSION, VaultError};

/// Bytes before the fields of a frame: name, version (u16), length of the whole frame (u32).
pub(super) const START: usize = 14;
/// Bytes of the checksum at the end.
pub(super) const CHECKSUM: usize = 32;
/// No frame of any version is longer: a damaged length must not ask for memory.
const LONGEST: usize = 64 * 1024;

/// The start of a frame whose fields and tags take so many bytes.
pub(super) fn begin(name: [u8; 8], fields: usize) -> Vec<u8> {
    let length = (START + fields + CHECKSUM) as u32;
    [&name[..], &VERSION.to_le_bytes(), &length.to_le_bytes()].concat()
}

/// Puts the checksum behind a frame.
pub(super) fn end(mut frame: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&frame);
    frame.extend_from_slice(&checksum);
    frame
}

/// Reads a frame to its end and no further; answers it without its checksum.
pub(super) fn read(input: &mut dyn Read, name: [u8; 8], what: &'static str) -> Result<Vec<u8>, VaultError> {
    let mut frame = Vec::new();
    input.take(START as u64).read_to_end(&mut frame)?;
    let named = frame.len().min(name.len());
    if frame[..named] != name[..named] {
        return Err(VaultError::Foreign);
    }
    let Some(start) = frame.first_chunk::<START>() else { return Err(VaultError::Truncated) };
    let version = u16::from_le_bytes([start[8], start[9]]);
    let length = u32::from_le_bytes([start[10], start[11], start[12], start[13]]) as usize;
    if !(START + CHECKSUM..=LONGEST).contains(&length) {
        return Err(VaultError::Tampered(what));
    }
    input.take((length - START) as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(VaultError::Truncated);
    }
    let checksum = frame.split_off(length - CHECKSUM);
    if Sha256::digest(&frame).as_slice() != checksum {
        return Err(VaultError::Tampered(what));
    }
    match version {
        VERSION => Ok(frame),
        0 => Err(VaultError::Tampered(what)),
        found => Err(VaultError::Newer { found, known: VERSION }),
    }
}
