//! The connection between a queue and a process that was given it.
//!
//! On Linux a socket whose name is no file, so nothing is left behind; elsewhere the loopback
//! address. Whoever connects has to show the queue's secret.

use std::io;

pub(super) use system::{connect, listen, Listener, Stream};

#[cfg(all(target_os = "linux", not(util_tcp)))]
mod system {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
    use std::process;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::io;

    pub(in super::super) type Stream = UnixStream;
    pub(in super::super) type Listener = UnixListener;

    /// Gives a listener and its address.
    pub(in super::super) fn listen() -> io::Result<(Listener, String)> {
        static LISTENERS: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = LISTENERS.fetch_add(1, Ordering::Relaxed);
            let address = format!("util-queue-{}-{number}", process::id());
            match UnixListener::bind_addr(&SocketAddr::from_abstract_name(&address)?) {
                // A process of another container may have the same id.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                listener => return Ok((listener?, address)),
            }
        }
    }

    pub(in super::super) fn connect(address: &str) -> io::Result<Stream> {
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(address)?)
    }
}

#[cfg(any(not(target_os = "linux"), util_tcp))]
mod system {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::io;

    pub(in super::super) type Stream = TcpStream;
    pub(in super::super) type Listener = TcpListener;

    /// Gives a listener and its address.
    pub(in super::super) fn listen() -> io::Result<(Listener, String)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        Ok((listener, port.to_string()))
    }

    pub(in super::super) fn connect(address: &str) -> io::Result<Stream> {
        let port = address.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
