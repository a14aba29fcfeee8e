//! zstd, frame after frame. A cut stream and a damaged one are told apart.

use std::io::{self, BufReader, ErrorKind, Read};

use super::bounds::damaged;

/// What zstd may hold back while it unpacks, as a power of two: what `--long` asks for at most without being told more.
const MAX_WINDOW_LOG: u32 = 27;

/// All frames of a zstd stream, each held against its checksum where it has one.
pub(super) struct Zstd(zstd::Decoder<'static, BufReader<Box<dyn Read + Send>>>);

impl Zstd {
    pub fn new(source: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut decoder = zstd::Decoder::new(source)?;
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        Ok(Self(decoder))
    }
}

impl Read for Zstd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // The library has one kind for all that is wrong in a frame; a source that fails keeps its own.
        self.0.read(into).map_err(|e| if e.kind() == ErrorKind::Other { damaged() } else { e })
    }
}
