//! The data in chunks, each authenticated with its number and whether it is the last (the STREAM construction, by the crate
//! `aead-stream`), so that no chunk can be changed, left out, repeated, moved, or taken from another file.

use std::io::{self, Read, Write};

use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::KeyInit as _;

use super::VaultError;
use super::head::{CHUNK, TAG};
use super::keys::{MasterKey, Purpose};

type Prefix = Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>>;

fn key_and_nonce(master: &MasterKey, salt: &[u8; 32]) -> (XChaCha20Poly1305, Prefix) {
    let cipher = XChaCha20Poly1305::new(&(*master.derive::<32>(salt, Purpose::Data)).into());
    // 24 bytes of nonce, less four for the number and one for the last flag.
    (cipher, (*master.derive::<19>(salt, Purpose::Nonce)).into())
}

/// Encrypts what is written to it.
pub(super) struct Sealer<W> {
    out: W,
    stream: EncryptorBE32<XChaCha20Poly1305>,
    bound: Vec<u8>,
    chunk: Vec<u8>,
    written: u64,
}

impl<W: Write> Sealer<W> {
    pub fn new(master: &MasterKey, salt: &[u8; 32], bound: Vec<u8>, out: W) -> Self {
        let (cipher, nonce) = key_and_nonce(master, salt);
        let stream = EncryptorBE32::from_aead(cipher, &nonce);
        Self { out, stream, bound, chunk: Vec::with_capacity(CHUNK + TAG), written: 0 }
    }

    /// Writes the last chunk, and answers how many bytes were written in all.
    pub fn finish(mut self) -> Result<u64, VaultError> {
        self.stream.encrypt_last_in_place(&self.bound, &mut self.chunk).map_err(|_| too_long())?;
        self.out.write_all(&self.chunk)?;
        Ok(self.written + self.chunk.len() as u64)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for what follows: only then is it known not to be the last.
        if self.chunk.len() == CHUNK {
            self.stream.encrypt_next_in_place(&self.bound, &mut self.chunk).map_err(|_| too_long())?;
            self.out.write_all(&self.chunk)?;
            self.written += self.chunk.len() as u64;
            self.chunk.clear();
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The number of a chunk has 32 bits: 256 TiB.
fn too_long() -> io::Error {
    io::Error::from(io::ErrorKind::FileTooLarge)
}

/// Decrypts what is read from it. Gives out nothing of a chunk before all of that chunk has been found genuine.
pub(super) struct Opener<R> {
    input: R,
    /// Taken by the last chunk.
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    bound: Vec<u8>,
    /// Sealed bytes still to be read.
    left: u64,
    chunk: Vec<u8>,
    given: usize,
    /// Why it stopped: an `io::Error` on its way through a decompressor would lose it.
    pub failed: Option<VaultError>,
}

impl<R: Read> Opener<R> {
    pub fn new(master: &MasterKey, salt: &[u8; 32], bound: Vec<u8>, sealed: u64, input: R) -> Self {
        let (cipher, nonce) = key_and_nonce(master, salt);
        let stream = Some(DecryptorBE32::from_aead(cipher, &nonce));
        Self { input, stream, bound, left: sealed, chunk: Vec::with_capacity(CHUNK + TAG), given: 0, failed: None }
    }

    fn next(&mut self) -> Result<(), VaultError> {
        let size = self.left.min((CHUNK + TAG) as u64);
        self.chunk.clear();
        self.given = 0;
        (&mut self.input).take(size).read_to_end(&mut self.chunk)?;
        if (self.chunk.len() as u64) < size {
            return Err(VaultError::Truncated);
        }
        self.left -= size;
        let opened = match (self.left, &mut self.stream) {
            (0, stream) => match stream.take() {
                Some(stream) => stream.decrypt_last_in_place(&self.bound, &mut self.chunk),
                None => Ok(()),
            },
            (_, Some(stream)) => stream.decrypt_next_in_place(&self.bound, &mut self.chunk),
            (_, None) => Ok(()),
        };
        opened.map_err(|_| {
            self.chunk.clear();
            VaultError::Tampered("data")
        })
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.given == self.chunk.len() && self.stream.is_some() {
            self.next().map_err(|e| {
                let said = io::Error::other(e.to_string());
                self.failed = Some(e);
                // After a failure nothing more is given out.
                self.stream = None;
                said
            })?;
        }
        let taken = bytes.len().min(self.chunk.len() - self.given);
        bytes[..taken].copy_from_slice(&self.chunk[self.given..self.given + taken]);
        self.given += taken;
        Ok(taken)
    }
}
