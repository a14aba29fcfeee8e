//! A TCP connection that a request's handler can cut, at once or in the middle of the answer.
//!
//! It stands between the socket and hyper: once the allowance is written, the next write fails and hyper drops the socket.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The handler's grip on its connection.
#[derive(Clone)]
pub(crate) struct Grip(Arc<Allowance>);

struct Allowance {
    /// Bytes that may still be written; `usize::MAX` for any number.
    bytes: AtomicUsize,
    /// Whether the peer is to get a reset rather than an orderly end.
    abrupt: AtomicBool,
    peer: IpAddr,
}

impl Grip {
    /// Who is at the other end.
    pub fn peer(&self) -> IpAddr {
        self.0.peer
    }

    /// Resets the connection instead of writing anything more.
    pub fn reset(&self) {
        self.0.abrupt.store(true, Ordering::Relaxed);
        self.0.bytes.store(0, Ordering::Release);
    }

    /// Ends the connection in good order after `bytes` more bytes, whatever was promised.
    pub fn end_after(&self, bytes: usize) {
        self.0.bytes.store(bytes, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, Lines>> for Grip {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().grip.clone()
    }
}

/// Listens for [`Line`]s.
pub(crate) struct Lines(pub TcpListener);

impl Listener for Lines {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        let allowance =
            Allowance { bytes: AtomicUsize::new(usize::MAX), abrupt: AtomicBool::new(false), peer: peer.ip() };
        (Line { stream, grip: Grip(Arc::new(allowance)) }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// The connection.
pub(crate) struct Line {
    stream: TcpStream,
    grip: Grip,
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = self.grip.0.bytes.load(Ordering::Acquire);
        if allowed == 0 {
            if self.grip.0.abrupt.load(Ordering::Relaxed) {
                self.stream.set_zero_linger()?;
            }
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, &buf[..buf.len().min(allowed)]);
        if let Poll::Ready(Ok(n)) = written
            && allowed != usize::MAX
        {
            self.grip.0.bytes.store(allowed - n, Ordering::Release);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
