//! How a pool and one of its workers talk.
//!
//! On Unix over a pair of sockets, one of which is the worker's stdin. Elsewhere over a connection
//! on the loopback address, for which the worker shows a secret that it was told over its stdin.

use std::io::{self, BufReader};
use std::sync::Arc;

use crate::children::Started;
use crate::frame;

pub(crate) use system::{Connection, Stream, connect, start_worker};

/// One end of the connection.
pub(crate) struct Channel {
    incoming: BufReader<Stream>,
    outgoing: Stream,
}

impl Channel {
    fn new(stream: Stream) -> io::Result<Self> {
        Ok(Self { incoming: BufReader::new(stream.try_clone()?), outgoing: stream })
    }

    pub(crate) fn write(&self, frames: &[&[u8]]) -> io::Result<()> {
        frame::write(&self.outgoing, frames)
    }

    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        frame::read(&mut self.incoming)
    }
}

/// What a worker gets: its end of the channel, and a function that returns when the parent is gone.
pub(crate) type WorkersEnd = (Channel, Box<dyn FnOnce() + Send>);

/// What a child reads from its parent, who holds the other end.
#[cfg(unix)]
pub(crate) type Stdin = std::fs::File;
#[cfg(not(unix))]
pub(crate) type Stdin = io::Stdin;

/// Takes stdin for this crate alone: for everybody else it is empty from now on.
#[cfg(unix)]
pub(crate) fn take_stdin() -> io::Result<Stdin> {
    use std::os::fd::AsFd;

    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdin(std::fs::File::open("/dev/null")?)?;
    Ok(stdin.into())
}

/// Gives stdin. No safe call can take it away from a target that reads it, too: such a target
/// waits until its parent has ended.
#[cfg(not(unix))]
pub(crate) fn take_stdin() -> io::Result<Stdin> {
    Ok(io::stdin())
}

#[cfg(all(unix, not(util_tcp)))]
mod system {
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::thread;
    use std::time::Duration;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    use super::*;

    /// A worker needs nothing but its stdin to find its pool.
    pub(crate) type Connection = ();
    pub(crate) type Stream = UnixStream;

    /// Starts a worker and tells it its orders.
    pub(crate) fn start_worker(
        name: String,
        orders: impl FnOnce(Connection) -> Vec<u8>,
    ) -> io::Result<(Arc<Started>, Channel)> {
        let (worker, ours) = Started::with_socket(name, true)?;
        let channel = Channel::new(ours)?;
        // A worker that has been killed at once is a worker all the same: it gets replaced.
        let _ = channel.write(&[&orders(())]);
        Ok((worker, channel))
    }

    pub(crate) fn connect(stdin: Stdin, (): Connection) -> io::Result<WorkersEnd> {
        let stream = UnixStream::from(OwnedFd::from(stdin));
        let watched = stream.try_clone()?;
        Ok((Channel::new(stream)?, Box::new(move || wait_for_hang_up(&watched))))
    }

    /// Waits until the other end is closed, and leaves alone what comes from it.
    fn wait_for_hang_up(stream: &UnixStream) {
        loop {
            // POLLHUP is always reported; macOS only looks for it when it is asked for.
            let mut watched = [PollFd::new(stream.as_fd(), PollFlags::POLLHUP)];
            let found = poll(&mut watched, PollTimeout::NONE);
            let ends = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
            if found.is_ok() && watched[0].revents().is_some_and(|events| events.intersects(ends)) {
                return;
            }
            // A system that wakes up for a task as well must not spin until it has been read.
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[cfg(any(not(unix), util_tcp))]
mod system {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher, Hasher};
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// The port at which the pool listens, and the secret to show there.
    pub(crate) type Connection = (u16, String);
    pub(crate) type Stream = TcpStream;

    /// Starts a worker and tells it its orders.
    pub(crate) fn start_worker(
        name: String,
        orders: impl FnOnce(Connection) -> Vec<u8>,
    ) -> io::Result<(Arc<Started>, Channel)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let secret = secret();
        let worker = Started::with_lifeline(name, true)?;
        worker.tell(&[&orders((listener.local_addr()?.port(), secret.clone()))])?;
        let stream = accept(&listener, &secret, || worker.exit_code())?;
        Ok((worker, Channel::new(stream)?))
    }

    /// Waits for the one who shows the secret, for as long as the worker lives.
    fn accept(
        listener: &TcpListener,
        secret: &str,
        exit_code: impl Fn() -> Option<i32>,
    ) -> io::Result<TcpStream> {
        loop {
            match listener.accept() {
                Ok((stream, _)) if shows(&stream, secret) => return Ok(stream),
                // Somebody else's connection is dropped.
                Ok(_) => {}
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => thread::sleep(Duration::from_micros(200)),
                    // Somebody else was gone before the connection was taken.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset => {}
                    _ => return Err(error),
                },
            }
            if let Some(code) = exit_code() {
                return Err(io::Error::other(format!(
                    "the worker ended at once, with exit code {code}"
                )));
            }
        }
    }

    pub(crate) fn connect(mut stdin: Stdin, (port, secret): Connection) -> io::Result<WorkersEnd> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.write_all(secret.as_bytes())?;
        let wait_for_end = move || {
            let _ = io::copy(&mut stdin, &mut io::sink());
        };
        Ok((Channel::new(stream)?, Box::new(wait_for_end)))
    }

    /// 128 bits that nobody can guess: the standard library keys its hashes with the system's
    /// randomness.
    fn secret() -> String {
        let part = || RandomState::new().build_hasher().finish();
        format!("{:016x}{:016x}", part(), part())
    }

    fn shows(mut stream: &TcpStream, secret: &str) -> bool {
        let mut shown = vec![0; secret.len()];
        let mut read = || {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            // A stranger who says nothing must not keep the worker waiting.
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.read_exact(&mut shown)?;
            stream.set_read_timeout(None)
        };
        read().is_ok_and(|()| shown == secret.as_bytes())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn listener() -> (TcpListener, u16) {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            listener.set_nonblocking(true).unwrap();
            let port = listener.local_addr().unwrap().port();
            (listener, port)
        }

        /// Somebody who has connected and has said this.
        fn stranger(port: u16, says: &[u8]) -> TcpStream {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            stream.write_all(says).unwrap();
            stream
        }

        #[test]
        fn strangers_are_dropped_and_the_worker_is_taken() {
            let (listener, port) = listener();
            let secret = secret();
            // Connections are taken in the order in which they come.
            drop(stranger(port, b""));
            drop(stranger(port, &secret.as_bytes()[1..]));
            let kept = [
                stranger(port, b""),
                stranger(port, super::secret().as_bytes()),
                stranger(port, &[0xff; 100_000]),
            ];
            let mut worker = stranger(port, secret.as_bytes());
            worker.write_all(b"hello").unwrap();

            let mut taken = accept(&listener, &secret, || None).unwrap();
            let mut said = [0; 5];
            taken.read_exact(&mut said).unwrap();
            assert_eq!(&said, b"hello");
            for mut stranger in kept {
                // The end, or an error because something that was said has not been read.
                assert_eq!(stranger.read(&mut said).unwrap_or(0), 0);
            }
        }

        #[test]
        fn a_stranger_does_not_stand_in_for_a_dead_worker() {
            let (listener, port) = listener();
            let _stranger = stranger(port, super::secret().as_bytes());
            let error = accept(&listener, &secret(), || Some(7)).unwrap_err();
            assert!(error.to_string().contains("exit code 7"), "{error}");
        }
    }
}
