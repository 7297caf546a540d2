//! How a parent and a child it starts talk, from before the start to the end of one of them.
//!
//! On Unix over a pair of sockets, one of which is the child's stdin. A child knows that it is one
//! by what waits for it there. It shows that it has met its orders by an answer on the same socket,
//! over which the worker of a pool then gets its tasks, too.
//!
//! Elsewhere the child's stdin is a pipe, which leads one way only. The child knows that it is one
//! by a variable of the environment, which it takes away at once, so that no program that it starts
//! finds it. It answers over a connection on the loopback address, for which it shows a secret that
//! it was told over its stdin.
//!
//! Neither changes the arguments: a child has those of its parent.

use std::io::{self, BufReader};

use super::frame;

pub(crate) use system::{ChildsEnd, Connection, ParentsEnd, Prepared, Stream};

/// What a child finds on its stdin before anything else.
///
/// On Unix it is written before the child starts, and short enough for any socket to take it: so a
/// child whose parent is killed right then still knows that it is one.
const GREETING: &[u8] = b"\0util: a child of this program, and its orders\n";

/// A stream of frames in both directions.
pub(crate) struct Channel {
    incoming: BufReader<Stream>,
    outgoing: Stream,
}

impl Channel {
    fn new(stream: Stream) -> io::Result<Self> {
        Ok(Self { incoming: BufReader::new(stream.try_clone()?), outgoing: stream })
    }

    pub(crate) fn write(&self, frame: &[u8]) -> io::Result<()> {
        frame::write(&self.outgoing, frame)
    }

    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        frame::read(&mut self.incoming)
    }
}

/// What a program finds out about itself at the start of main.
pub(crate) enum Origin {
    /// Somebody started it.
    Program,
    /// It is a child of its own program.
    Child(ChildsEnd),
    /// It says that it is a child, but nobody gives it orders.
    Nobodys,
}

/// What a child reads from its parent, who holds the other end.
#[cfg(unix)]
type Stdin = std::fs::File;
#[cfg(not(unix))]
type Stdin = io::Stdin;

/// Takes stdin for this crate alone: for everybody else it is empty from then on.
#[cfg(unix)]
fn take_stdin() -> io::Result<Stdin> {
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;

    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    let empty: OwnedFd = match std::fs::File::open("/dev/null") {
        Ok(file) => file.into(),
        // A socket whose other end is closed is empty, too.
        Err(_) => UnixStream::pair()?.0.into(),
    };
    nix::unistd::dup2_stdin(empty)?;
    Ok(stdin.into())
}

/// Gives stdin. No safe call can take it away from a target that reads it, too: such a target
/// waits until its parent has ended.
#[cfg(not(unix))]
fn take_stdin() -> io::Result<Stdin> {
    Ok(io::stdin())
}

#[cfg(all(unix, not(util_tcp)))]
mod system {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::Duration;

    use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
    use shared_child::SharedChild;

    use super::*;

    /// A child needs nothing but its stdin to find its parent.
    pub(crate) type Connection = ();
    pub(crate) type Stream = UnixStream;

    /// What a child answers once it has read its orders.
    const MET: [u8; 1] = [b'!'];

    /// The sockets of a child that has not been started.
    pub(crate) struct Prepared(UnixStream);

    impl Prepared {
        /// Lets the child that the command will start know that it is one.
        pub(crate) fn new(command: &mut Command) -> io::Result<Self> {
            let (mut ours, stdin) = UnixStream::pair()?;
            ours.write_all(GREETING)?;
            command.stdin(Stdio::from(OwnedFd::from(stdin)));
            Ok(Self(ours))
        }

        pub(crate) fn started(self, _child: &SharedChild) -> io::Result<ParentsEnd> {
            Ok(ParentsEnd(self.0))
        }
    }

    /// While this is open, the child knows that its parent lives.
    #[derive(Debug)]
    pub(crate) struct ParentsEnd(UnixStream);

    impl ParentsEnd {
        pub(crate) fn connection(&self) -> io::Result<Connection> {
            Ok(())
        }

        pub(crate) fn tell(&self, frame: &[u8]) -> io::Result<()> {
            frame::write(&self.0, frame)
        }

        /// Whether a child that has ended had met its orders.
        pub(crate) fn has_been_answered(&self) -> bool {
            let mut answer = MET;
            self.0.set_nonblocking(true).is_ok()
                && (&self.0).read(&mut answer).is_ok_and(|length| length > 0)
        }

        /// Waits for a worker to meet its orders. `None` when it ends before that.
        pub(crate) fn channel(&self, _has_ended: impl Fn() -> bool) -> io::Result<Option<Channel>> {
            let mut channel = Channel::new(self.0.try_clone()?)?;
            let mut answer = MET;
            Ok(channel.incoming.read_exact(&mut answer).is_ok().then_some(channel))
        }
    }

    /// The child's side.
    pub(crate) struct ChildsEnd(Stdin);

    impl ChildsEnd {
        pub(crate) fn find() -> Origin {
            if !is_greeted() {
                return Origin::Program;
            }
            let greeted = take_stdin().and_then(|mut stdin| {
                stdin.read_exact(&mut [0; GREETING.len()])?;
                Ok(stdin)
            });
            greeted.map_or(Origin::Nobodys, |stdin| Origin::Child(Self(stdin)))
        }

        pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
            frame::read(&mut self.0)
        }

        /// Shows the parent that the orders are met. Gives a channel, and a function that returns
        /// when the parent is gone.
        pub(crate) fn answer(
            self,
            (): Connection,
        ) -> io::Result<(Channel, impl FnOnce() + Send + use<>)> {
            let mut stream = UnixStream::from(OwnedFd::from(self.0));
            stream.write_all(&MET)?;
            let watched = stream.try_clone()?;
            Ok((Channel::new(stream)?, move || wait_for_hang_up(&watched)))
        }
    }

    /// Whether the greeting waits on stdin, which is left as it is.
    fn is_greeted() -> bool {
        let stdin = io::stdin();
        let mut waiting = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        // Where nothing waits, to look would be to wait.
        if poll(&mut waiting, PollTimeout::ZERO) != Ok(1) {
            return false;
        }
        let Ok(socket) = stdin.as_fd().try_clone_to_owned() else { return false };
        // The standard library looks ahead only for TCP, but the call is the same for all sockets.
        // It fails for what is no socket.
        let mut found = [0; GREETING.len()];
        TcpStream::from(socket).peek(&mut found).is_ok_and(|_| found == GREETING)
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
    use std::env;
    use std::hash::{BuildHasher, Hasher};
    use std::io::{IsTerminal, Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::process::{ChildStdin, Command, Stdio};
    use std::sync::Mutex;
    use std::thread;
    use std::time::Duration;

    use shared_child::SharedChild;

    use super::*;

    /// The port at which the parent listens, and the secret to show there.
    pub(crate) type Connection = (u16, String);
    pub(crate) type Stream = TcpStream;

    /// The variable that makes a start a child's.
    const MARK: &str = "UTIL_CHILD_PROCESS";

    /// The listener for a child that has not been started.
    pub(crate) struct Prepared(TcpListener);

    impl Prepared {
        /// Lets the child that the command will start know that it is one.
        pub(crate) fn new(command: &mut Command) -> io::Result<Self> {
            command.stdin(Stdio::piped()).env(MARK, "");
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            Ok(Self(listener))
        }

        pub(crate) fn started(self, child: &SharedChild) -> io::Result<ParentsEnd> {
            let mut stdin = child.take_stdin().expect("a pipe was asked for");
            // A child that has been killed at once is a child all the same.
            let _ = stdin.write_all(GREETING);
            Ok(ParentsEnd { stdin: Mutex::new(stdin), listener: self.0, secret: secret() })
        }
    }

    /// While this is open, the child knows that its parent lives.
    #[derive(Debug)]
    pub(crate) struct ParentsEnd {
        stdin: Mutex<ChildStdin>,
        listener: TcpListener,
        secret: String,
    }

    impl ParentsEnd {
        pub(crate) fn connection(&self) -> io::Result<Connection> {
            Ok((self.listener.local_addr()?.port(), self.secret.clone()))
        }

        pub(crate) fn tell(&self, frame: &[u8]) -> io::Result<()> {
            frame::write(&mut *self.stdin.lock().unwrap(), frame)
        }

        /// Whether a child that has ended had met its orders.
        pub(crate) fn has_been_answered(&self) -> bool {
            // The system has taken its connection, whoever asks for it later.
            accept(&self.listener, &self.secret, || true).is_ok_and(|stream| stream.is_some())
        }

        /// Waits for a worker to meet its orders. `None` when it ends before that.
        pub(crate) fn channel(&self, has_ended: impl Fn() -> bool) -> io::Result<Option<Channel>> {
            accept(&self.listener, &self.secret, has_ended)?.map(Channel::new).transpose()
        }
    }

    /// Waits for the one who shows the secret, for as long as the child lives.
    fn accept(
        listener: &TcpListener,
        secret: &str,
        has_ended: impl Fn() -> bool,
    ) -> io::Result<Option<TcpStream>> {
        loop {
            let ended = has_ended();
            match listener.accept() {
                Ok((stream, _)) if shows(&stream, secret) => return Ok(Some(stream)),
                // Somebody else's connection is dropped.
                Ok(_) => {}
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock if ended => return Ok(None),
                    io::ErrorKind::WouldBlock => thread::sleep(Duration::from_micros(200)),
                    // Somebody else was gone before the connection was taken.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset => {}
                    _ => return Err(error),
                },
            }
        }
    }

    /// The child's side.
    pub(crate) struct ChildsEnd(Stdin);

    impl ChildsEnd {
        pub(crate) fn find() -> Origin {
            if env::var_os(MARK).is_none() {
                return Origin::Program;
            }
            env::remove_var(MARK);
            if io::stdin().is_terminal() {
                return Origin::Nobodys;
            }
            let mut greeting = [0; GREETING.len()];
            let greeted = take_stdin().and_then(|mut stdin| {
                stdin.read_exact(&mut greeting)?;
                Ok(stdin)
            });
            match greeted {
                Ok(stdin) if greeting == GREETING => Origin::Child(Self(stdin)),
                _ => Origin::Nobodys,
            }
        }

        pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
            frame::read(&mut self.0)
        }

        /// Shows the parent that the orders are met. Gives a channel, and a function that returns
        /// when the parent is gone.
        pub(crate) fn answer(
            mut self,
            (port, secret): Connection,
        ) -> io::Result<(Channel, impl FnOnce() + Send + use<>)> {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.set_nodelay(true)?;
            stream.write_all(secret.as_bytes())?;
            let wait_for_end = move || {
                let _ = io::copy(&mut self.0, &mut io::sink());
            };
            Ok((Channel::new(stream)?, wait_for_end))
        }
    }

    /// 128 bits that nobody can guess: the standard library keys its hashes with the system's
    /// randomness.
    pub(crate) fn secret() -> String {
        let part = || RandomState::new().build_hasher().finish();
        format!("{:016x}{:016x}", part(), part())
    }

    fn shows(mut stream: &TcpStream, secret: &str) -> bool {
        let mut shown = vec![0; secret.len()];
        let mut read = || {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            // A stranger who says nothing must not keep the child waiting.
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

            let mut taken = accept(&listener, &secret, || false).unwrap().unwrap();
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
            assert!(accept(&listener, &secret(), || true).unwrap().is_none());
        }
    }
}
