//! Starts a program under the tracer.
#![allow(unsafe_code)]

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{self, c_char, sock_filter};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{self, ForkResult, Pid};

use crate::filter::Filter;
use crate::stop::{self, Stop, Until};

/// A program that is to be started, and how.
///
/// Without more it has the environment, the session and the standard streams of this process, and no
/// signal is blocked in it.
#[derive(Debug)]
pub struct Launch<'a, S> {
    command: &'a [S],
    filter: &'a Filter,
    blocked: SigSet,
    standard: Option<[BorrowedFd<'a>; 3]>,
    environment: &'a [(&'a str, Option<&'a str>)],
    own_session: bool,
    fixed_addresses: bool,
}

/// Why a program was not started.
#[derive(Debug)]
pub enum NotStarted {
    /// The system does not let it be traced, or does not take the filter.
    Untraceable(Errno),
    /// It does not start, with or without a tracer: `NotFound`, `PermissionDenied` and the others of exec.
    Failed(io::Error),
}

impl<'a, S: AsRef<OsStr>> Launch<'a, S> {
    /// A command. Without a slash its first word is looked for on `PATH`. The threads of the program will
    /// stop at the calls of the filter.
    pub fn new(command: &'a [S], filter: &'a Filter) -> Self {
        Launch {
            command,
            filter,
            blocked: SigSet::empty(),
            standard: None,
            environment: &[],
            own_session: false,
            fixed_addresses: false,
        }
    }

    /// The signals that the program has blocked when it begins.
    #[must_use]
    pub fn blocked(self, blocked: SigSet) -> Self {
        Launch { blocked, ..self }
    }

    /// Its standard input, output and error output.
    #[must_use]
    pub fn standard(self, standard: [BorrowedFd<'a>; 3]) -> Self {
        Launch { standard: Some(standard), ..self }
    }

    /// Variables of its environment that have another value than here, or are not there.
    #[must_use]
    pub fn environment(self, environment: &'a [(&'a str, Option<&'a str>)]) -> Self {
        Launch { environment, ..self }
    }

    /// It has a session of its own: what is typed at the terminal, such as Ctrl-C, does not reach it.
    #[must_use]
    pub fn own_session(self) -> Self {
        Launch { own_session: true, ..self }
    }

    /// Its memory has the same addresses in every run, if the system can do that.
    #[must_use]
    pub fn fixed_addresses(self) -> Self {
        Launch { fixed_addresses: true, ..self }
    }

    /// Starts the program, traced by this thread together with all processes and threads that it makes.
    /// It is stopped before its first instruction. When this thread ends, all of them are killed.
    ///
    /// # Errors
    ///
    /// Why it was not started. Then nothing of it is left.
    pub fn start(&self) -> Result<Pid, NotStarted> {
        let words = texts(self.command.iter().map(|word| word.as_ref().to_owned()))?;
        let replaced = |name: &OsStr| self.environment.iter().any(|(other, _)| name == *other);
        let variable = |name: OsString, value: &OsStr| {
            let mut variable = name;
            variable.push("=");
            variable.push(value);
            variable
        };
        let kept = std::env::vars_os().filter(|(name, _)| !replaced(name));
        let kept = kept.map(|(name, value)| variable(name, &value));
        let added = self.environment.iter();
        let added =
            added.filter_map(|(name, value)| Some(variable((*name).into(), (*value)?.as_ref())));
        let variables = texts(kept.chain(added))?;
        let prepared = Prepared {
            words: pointers(&words),
            variables: pointers(&variables),
            filter: self.filter.program(),
        };
        let (may_go, go) = pipe()?;
        let (failure, fails) = pipe()?;

        // SAFETY: until exec the child makes system calls only, and allocates nothing.
        match unsafe { unistd::fork() }.map_err(failed)? {
            ForkResult::Child => {
                drop(go);
                let (part, error) = self.become_program(&prepared, &may_go);
                let message = [part as i32, error as i32].map(i32::to_ne_bytes);
                let _ = unistd::write(&fails, message.as_flattened());
                // SAFETY: ends this process without running anything of its parent's.
                unsafe { libc::_exit(127) }
            }
            ForkResult::Parent { child } => {
                drop((may_go, fails));
                if let Err(error) = ptrace::seize(child, options()) {
                    let _ = kill(child, Signal::SIGKILL);
                    let _ = nix::sys::wait::waitpid(child, None);
                    return Err(NotStarted::Untraceable(error));
                }
                unistd::write(&go, &[1]).map_err(failed)?;
                until_loaded(child, &failure)
            }
        }
    }

    /// In the child: waits until it is traced, and becomes the program. Returns only what failed.
    fn become_program(&self, prepared: &Prepared, may_go: &OwnedFd) -> (Part, Errno) {
        if unistd::read(may_go, &mut [0]) != Ok(1) {
            return (Part::Program, Errno::ECANCELED);
        }
        let surroundings = || {
            if let Some([input, output, errors]) = &self.standard {
                unistd::dup2_stdin(input)?;
                unistd::dup2_stdout(output)?;
                unistd::dup2_stderr(errors)?;
            }
            if self.own_session {
                unistd::setsid()?;
            }
            self.blocked.thread_set_mask()?;
            // Rust ignores the signal of a closed pipe, which no other program expects.
            // SAFETY: the default action is no handler that could do harm.
            Errno::result(unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) } as isize)?;
            if self.fixed_addresses {
                // SAFETY: it reads nothing but its argument.
                unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) };
            }
            Ok(())
        };
        if let Err(error) = surroundings() {
            return (Part::Program, error);
        }
        if let Err(error) = install(&prepared.filter) {
            return (Part::Filter, error);
        }
        let Prepared { words, variables, .. } = prepared;
        // SAFETY: all of them end with a zero, as the call wants it.
        unsafe { libc::execvpe(words[0], words.as_ptr(), variables.as_ptr()) };
        (Part::Program, Errno::last())
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotStarted::Untraceable(Errno::EPERM | Errno::EACCES) => {
                f.write_str("it may not be traced here: the system forbids ptrace or seccomp")
            }
            NotStarted::Untraceable(error) => {
                write!(f, "it cannot be traced here: {}", error.desc())
            }
            NotStarted::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotStarted {}

impl From<NotStarted> for io::Error {
    /// An error of kind `Other` where it cannot be traced.
    fn from(error: NotStarted) -> io::Error {
        match error {
            NotStarted::Failed(error) => error,
            untraceable @ NotStarted::Untraceable(_) => io::Error::other(untraceable),
        }
    }
}

/// What the child needs and must not allocate any more.
struct Prepared {
    words: Vec<*const c_char>,
    variables: Vec<*const c_char>,
    filter: Vec<sock_filter>,
}

/// What has failed in the child.
#[derive(Clone, Copy)]
enum Part {
    Program,
    Filter,
}

fn failed(error: Errno) -> NotStarted {
    NotStarted::Failed(error.into())
}

fn pipe() -> Result<(OwnedFd, OwnedFd), NotStarted> {
    unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed)
}

fn texts(words: impl Iterator<Item = OsString>) -> Result<Vec<CString>, NotStarted> {
    let zero = |_| {
        let kind = io::ErrorKind::InvalidInput;
        NotStarted::Failed(io::Error::new(kind, "a word has a zero byte in it"))
    };
    words.map(|word| CString::new(word.as_bytes()).map_err(zero)).collect()
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

/// Has the kernel use the filter for this process and all that it makes.
fn install(filter: &[sock_filter]) -> nix::Result<()> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    let install = || {
        // SAFETY: the kernel copies the filter, which lives until then.
        let result = unsafe {
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
        };
        Errno::result(result).map(drop)
    };
    // Only the administrator may do it without giving up that programs like sudo gain rights.
    install().or_else(|_| {
        nix::sys::prctl::set_no_new_privs()?;
        install()
    })
}

fn options() -> Options {
    Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACESECCOMP
        | Options::PTRACE_O_EXITKILL
}

/// Waits until exec has loaded the program or failed.
fn until_loaded(child: Pid, failure: &OwnedFd) -> Result<Pid, NotStarted> {
    let go_on = |signal| stop::resume(child, Until::NextEvent, signal).map_err(NotStarted::Failed);
    loop {
        match stop::next(child) {
            Some(Stop::Event(libc::PTRACE_EVENT_EXEC)) => return Ok(child),
            Some(Stop::Killed { signal }) => {
                let why = format!("signal {signal} came before it began");
                return Err(NotStarted::Failed(io::Error::other(why)));
            }
            Some(Stop::Exited { .. }) | None => break,
            Some(Stop::Signal(signal)) => go_on(signal)?,
            Some(_) => go_on(0)?,
        }
    }
    let mut message = [0; 8];
    let [part, error] = match unistd::read(failure, &mut message) {
        Ok(8) => [0, 4].map(|at| {
            let mut number = [0; 4];
            number.copy_from_slice(&message[at..at + 4]);
            i32::from_ne_bytes(number)
        }),
        _ => return Err(NotStarted::Failed(io::Error::other("it ended before it began"))),
    };
    Err(if part == Part::Filter as i32 {
        NotStarted::Untraceable(Errno::from_raw(error))
    } else {
        NotStarted::Failed(io::Error::from_raw_os_error(error))
    })
}
