//! zstd, frame after frame.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::bounds::damaged;

/// What zstd may hold back while it unpacks: what `--long` asks for at most without being told more.
const MAX_WINDOW: u64 = 128 << 20;

/// All frames of a zstd stream, each held against its checksum where it has one.
pub(super) struct Zstd {
    source: BufReader<Box<dyn Read + Send>>,
    frame: FrameDecoder,
    is_inside: bool,
}

impl Zstd {
    pub fn new(source: Box<dyn Read + Send>) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MAX_WINDOW);
        Self { source: BufReader::new(source), frame, is_inside: false }
    }

    /// Enters the next frame; answers whether there is one.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.frame.reset(&mut self.source) {
                Ok(()) => {
                    self.is_inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(_) => return Err(self.failed()?),
            }
        }
        Ok(false)
    }

    /// Why a frame cannot be read. What the decoder's errors hold cannot be told apart from outside: where the source has
    /// ended, that is the reason.
    fn failed(&mut self) -> io::Result<io::Error> {
        let is_cut = self.source.fill_buf()?.is_empty();
        Ok(if is_cut { io::ErrorKind::UnexpectedEof.into() } else { damaged() })
    }
}

impl Read for Zstd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.is_inside || self.enter()? {
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                if self.frame.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)).is_err() {
                    return Err(self.failed()?);
                }
            }
            let n = self.frame.read(into)?;
            if n > 0 || into.is_empty() {
                return Ok(n);
            }
            let told = self.frame.get_checksum_from_data();
            if told.is_some() && self.frame.get_calculated_checksum() != told {
                return Err(damaged());
            }
            self.is_inside = false;
        }
        Ok(0)
    }
}
