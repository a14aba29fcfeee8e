//! A vault on its way in: written beside the others, hashed, and looked at from outside; gone unless it is kept.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What a frame has in every version: name (8), version (2), length of the whole head (4).
const START: usize = 14;
/// No head of any version is longer.
const LONGEST_HEAD: usize = 64 * 1024;
/// Where version 1 says how long the sealed data is.
const SEALED_AT: usize = 208;

/// What stands at the beginning of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Key block and data block: a vault's first version.
    Whole,
    /// A data block.
    Data,
}

/// Why a body is not a vault's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAVault;

/// A file that is removed unless it is kept.
pub(super) struct Incoming {
    path: PathBuf,
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
    /// The first bytes of the data block.
    head: Vec<u8>,
    /// The key block as far as it has come; none where there is to be none.
    keys: Option<Vec<u8>>,
    kept: bool,
}

/// A data block that is on the disk under its passing name.
pub(super) struct Arrived {
    pub digest: [u8; 32],
    pub bytes: u64,
    pub keys: Option<Vec<u8>>,
}

impl Incoming {
    pub fn begin(path: PathBuf, expected: Expected) -> io::Result<Self> {
        let file = BufWriter::with_capacity(256 * 1024, File::create(&path)?);
        let keys = (expected == Expected::Whole).then(Vec::new);
        Ok(Self { path, file, digest: Sha256::new(), bytes: 0, head: Vec::new(), keys, kept: false })
    }

    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if let Some(keys) = &mut self.keys {
            // Twice: how long it is is known only once its start is whole.
            for _ in 0..2 {
                let taken = bytes.len().min(whole_length(keys).saturating_sub(keys.len()));
                keys.extend_from_slice(&bytes[..taken]);
                bytes = &bytes[taken..];
            }
        }
        let room = (SEALED_AT + 8).saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Looks whether it is a vault's, and makes it durable.
    pub fn finish(&mut self) -> io::Result<Result<Arrived, NotAVault>> {
        let keys = self.keys.take();
        if keys.as_ref().is_some_and(|keys| !is_key_block(keys)) || !self.is_data_block() {
            return Ok(Err(NotAVault));
        }
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let digest = std::mem::take(&mut self.digest).finalize().into();
        Ok(Ok(Arrived { digest, bytes: self.bytes, keys }))
    }

    /// Puts it where it is to stay.
    pub fn keep_as(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.kept = true;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn is_data_block(&self) -> bool {
        let head = whole_length(&self.head) as u64;
        let version_1 = self.head.get(8..10) == Some(&[1, 0]);
        let sealed = self.head.get(SEALED_AT..SEALED_AT + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        self.head.starts_with(b"CAIRNDAT")
            && (!version_1 || sealed.and_then(|sealed| head.checked_add(sealed)) == Some(self.bytes))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is when the service starts.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether it is framed as a key block and as long as it says; what is in it only its owner can tell.
pub(super) fn is_key_block(bytes: &[u8]) -> bool {
    bytes.starts_with(b"CAIRNVLT") && bytes.len() > START && bytes.len() == whole_length(bytes)
}

/// The length that a head says it has, at least of its start.
fn whole_length(head: &[u8]) -> usize {
    let said = head.get(10..START).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    (said as usize).clamp(START, LONGEST_HEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(name: [u8; 8], length: u32) -> Vec<u8> {
        let mut head = [&name[..], &[1, 0], &length.to_le_bytes()].concat();
        head.resize(length as usize, 7);
        head
    }

    fn vault() -> (Vec<u8>, Vec<u8>) {
        let mut data = head(*b"CAIRNDAT", 280);
        data[SEALED_AT..SEALED_AT + 8].copy_from_slice(&1_000_u64.to_le_bytes());
        data.extend_from_slice(&[9; 1_000]);
        (head(*b"CAIRNVLT", 180), data)
    }

    fn arrives(bytes: &[u8], expected: Expected, piece: usize) -> Result<Arrived, NotAVault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("incoming");
        let mut incoming = Incoming::begin(path.clone(), expected).unwrap();
        for piece in bytes.chunks(piece) {
            incoming.write(piece).unwrap();
        }
        let arrived = incoming.finish().unwrap();
        drop(incoming);
        assert!(!path.exists(), "what nobody kept is gone");
        arrived
    }

    #[test]
    fn a_vault_is_parted_into_its_blocks_however_it_comes_in_pieces() {
        let (keys, data) = vault();
        let whole = [&keys[..], &data].concat();
        for piece in [1, 7, 13, 14, 15, 180, 181, 500, 5_000] {
            let arrived = arrives(&whole, Expected::Whole, piece).unwrap_or_else(|_| panic!("pieces of {piece}"));
            assert_eq!((arrived.bytes, arrived.keys.as_deref()), (1_280, Some(&keys[..])), "pieces of {piece}");
            assert_eq!(arrived.digest, <[u8; 32]>::from(Sha256::digest(&data)));
        }
        assert!(arrives(&data, Expected::Data, 100).is_ok_and(|a| a.keys.is_none()));
    }

    #[test]
    fn what_is_no_vault_or_not_a_whole_one_is_not_kept() {
        let (keys, data) = vault();
        let whole = [&keys[..], &data].concat();
        for (bytes, expected) in [
            (&whole[..], Expected::Data),
            (&data[..], Expected::Whole),
            (&whole[..whole.len() - 1], Expected::Whole),
            (&data[..data.len() - 1], Expected::Data),
            (&keys[..], Expected::Whole),
            (&[][..], Expected::Data),
            (&[][..], Expected::Whole),
            (&b"a holiday film"[..], Expected::Whole),
        ] {
            assert!(arrives(bytes, expected, 64).is_err());
        }
        assert!(arrives(&[&data[..], &[0]].concat(), Expected::Data, 64).is_err(), "something behind the end");
    }
}
