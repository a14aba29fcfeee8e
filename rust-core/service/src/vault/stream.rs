//! Bodies in pieces: a vault of gigabytes passes through some hundred kilobytes of memory, either way.

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that may wait for the disk or the network.
const WAITING: usize = 4;
/// Bytes read from the disk at once.
const PIECE: usize = 64 * 1024;
/// A body that stands still for so long will not go on: phones change networks.
const STALL: Duration = Duration::from_mins(1);

/// A file's bytes as an answer's body.
pub(super) struct FileBody {
    pieces: Receiver<io::Result<Bytes>>,
    left: u64,
}

impl FileBody {
    /// A body of `length` bytes, read on a thread of its own as fast as they are fetched.
    pub fn of(file: File, length: u64) -> Body {
        let (to, pieces) = channel(WAITING);
        tokio::task::spawn_blocking(move || give(file, &to));
        Body::new(Self { pieces, left: length })
    }
}

fn give(mut file: File, to: &Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match file.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => Ok(read),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => Err(e),
        };
        let is_over = read.is_err();
        let piece = read.map(|read| {
            piece.truncate(read);
            Bytes::from(piece)
        });
        // Nobody takes it any more: the connection is gone.
        if to.blocking_send(piece).is_err() || is_over {
            return;
        }
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.pieces.poll_recv(cx).map(|piece| {
            let piece = piece?;
            if let Ok(bytes) = &piece {
                self.left = self.left.saturating_sub(bytes.len() as u64);
            }
            Some(piece.map(Frame::data))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Where the pieces of a body go, and where they are taken out.
pub(super) fn pipe() -> (Sender<Bytes>, Receiver<Bytes>) {
    channel(WAITING)
}

/// Passes a body's pieces on to its end; answers whether it came to it.
pub(super) async fn receive(mut body: Body, to: Sender<Bytes>) -> bool {
    loop {
        let next = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        match tokio::time::timeout(STALL, next).await {
            Ok(None) => return true,
            Ok(Some(Ok(frame))) => {
                // Trailers are nothing to keep. Whoever takes the pieces says itself why it stopped.
                if let Ok(data) = frame.into_data()
                    && to.send(data).await.is_err()
                {
                    return true;
                }
            }
            Ok(Some(Err(_))) | Err(_) => return false,
        }
    }
}

/// Reads a small body; nothing where it is longer than `max` or breaks off.
pub(super) async fn small(body: Body, max: usize) -> Option<Bytes> {
    tokio::time::timeout(STALL, axum::body::to_bytes(body, max)).await.ok()?.ok()
}

/// Reads and forgets what is left of a body that is refused, as far as it is little: an answer to a client that is still sending
/// would be lost with the connection.
pub(super) async fn drain(body: Body) {
    let _ = small(body, 1 << 20).await;
}
