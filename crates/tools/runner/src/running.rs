//! A program that runs.

use std::io::Read;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use nix::sys::signal::{Signal, killpg};
#[cfg(unix)]
use nix::sys::termios::{Termios, tcgetattr};
use says::Transcript;

use crate::Fault;

/// What says nothing for so long has hung.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// What goes on saying something for so long has no end.
const NO_END: Duration = Duration::from_secs(600);

/// A program that has been started. Dropping it kills what is left of it.
#[derive(Debug)]
pub struct Running {
    child: Mutex<Child>,
    /// Once the program has been waited for, its id may be given to another one.
    waited_for: AtomicBool,
    pid: u32,
    started: Instant,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    #[cfg(unix)]
    terminal: Option<Terminal>,
}

#[derive(Debug, Default)]
pub(crate) struct Heard {
    transcript: Transcript,
    open_streams: usize,
}

impl Heard {
    pub(crate) fn said(&mut self, bytes: &[u8], at: Duration) {
        // A terminal shows a line break as a carriage return and a line feed.
        let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
        self.transcript.push(&bytes, at);
    }

    pub(crate) fn complained(&mut self, bytes: &[u8], _at: Duration) {
        self.transcript.stderr.push_str(&String::from_utf8_lossy(bytes));
    }
}

impl Running {
    pub(crate) fn new(child: Child, started: Instant) -> Self {
        // What outlives its parent becomes a child of this process: some systems leave a dead
        // process in their table for seconds, and it would look like one that lives.
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_child_subreaper(true).expect("a flag that any process may set");
        let pid = child.id();
        Self {
            child: Mutex::new(child),
            waited_for: AtomicBool::new(false),
            pid,
            started,
            heard: Arc::default(),
            #[cfg(unix)]
            terminal: None,
        }
    }

    /// Reads all that comes from a stream, as it comes.
    pub(crate) fn hear(
        &self,
        mut stream: impl Read + Send + 'static,
        take: fn(&mut Heard, &[u8], Duration),
    ) {
        let heard = Arc::clone(&self.heard);
        let started = self.started;
        heard.0.lock().unwrap().open_streams += 1;
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            // A terminal whose last user is gone gives an error where a pipe gives its end.
            while let Ok(length @ 1..) = stream.read(&mut bytes) {
                take(&mut heard.0.lock().unwrap(), &bytes[..length], started.elapsed());
                heard.1.notify_all();
            }
            heard.0.lock().unwrap().open_streams -= 1;
            heard.1.notify_all();
        });
    }

    /// The process id of the program.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends the program and all its children, as Ctrl-C in its terminal does.
    ///
    /// On Windows no safe call does that. There it kills the program, whose children have to notice.
    pub fn ctrl_c(&self) {
        #[cfg(unix)]
        killpg(self.process(), Signal::SIGINT).expect("the program still runs");
        #[cfg(not(unix))]
        self.child.lock().unwrap().kill().expect("the program still runs");
    }

    /// What has been said so far.
    pub fn so_far(&self) -> Transcript {
        let mut transcript = self.heard.0.lock().unwrap().transcript.clone();
        transcript.pid = self.pid;
        transcript.took = self.started.elapsed();
        transcript
    }

    /// Waits until what was said fulfils a condition, or no more can be said, or a minute has gone
    /// by.
    pub fn wait_until(&self, condition: impl Fn(&Transcript) -> bool) -> Transcript {
        let (heard, changed) = &*self.heard;
        let waiting = |heard: &mut Heard| {
            heard.transcript.pid = self.pid;
            heard.open_streams > 0 && !condition(&heard.transcript)
        };
        drop(changed.wait_timeout_while(heard.lock().unwrap(), LIMIT, waiting).unwrap());
        self.so_far()
    }

    /// Waits for the end of the program and of all that it said.
    ///
    /// # Panics
    ///
    /// When it has been silent for a minute, or has not ended after ten.
    pub fn finish(&self) -> Transcript {
        let finished = self.finish_unless(|| false).unwrap_or_else(|hangs| panic!("{hangs}"));
        finished.expect("nobody has said that it is to stop")
    }

    /// [`finish`](Self::finish) that ends early, with nothing, when it is to stop.
    ///
    /// # Errors
    ///
    /// What still lives when it has been silent for a minute, or after ten.
    pub(crate) fn finish_unless(
        &self,
        stop: impl Fn() -> bool,
    ) -> Result<Option<Transcript>, Fault> {
        // The output ends when its last writer is gone, so wait for the program first: it may
        // leave a child behind that still writes.
        let Some(status) = self.wait_for_exit_unless(&stop)? else { return Ok(None) };
        let took = self.started.elapsed();

        let (heard, changed) = &*self.heard;
        let (heard, limit) = changed
            .wait_timeout_while(heard.lock().unwrap(), LIMIT, |heard| heard.open_streams > 0)
            .unwrap();
        if limit.timed_out() {
            #[cfg(unix)]
            self.kill_group();
            let said = heard.transcript.text();
            return Err(Fault {
                english: format!("ended, but left a process behind that holds its output:\n{said}"),
                chinese: format!("结束了，但留下一个还占着它的输出的进程：\n{said}"),
            });
        }
        drop(heard);

        let mut transcript = self.so_far();
        transcript.took = took;
        transcript.exit_code = Some(exit_code(status));
        Ok(Some(transcript))
    }

    fn wait_for_exit_unless(&self, stop: &impl Fn() -> bool) -> Result<Option<ExitStatus>, Fault> {
        let from = Instant::now();
        let mut said = 0;
        let mut silent_since = from;
        while !stop() {
            let status = self.child.lock().unwrap().try_wait();
            if let Some(status) = status.expect("the program can be waited for") {
                self.waited_for.store(true, Ordering::Relaxed);
                return Ok(Some(status));
            }
            let said_by_now = self.heard.0.lock().unwrap().transcript.text.len();
            if said_by_now > said {
                (said, silent_since) = (said_by_now, Instant::now());
            }
            if silent_since.elapsed() > LIMIT || from.elapsed() > NO_END {
                let (took, said) = (from.elapsed(), self.so_far().text());
                return Err(Fault {
                    english: format!("still running after {took:.0?}, having said:\n{said}"),
                    chinese: format!("{took:.0?} 后还在运行，已经说了：\n{said}"),
                });
            }
            // Shorter than anything that is measured here.
            thread::sleep(Duration::from_millis(1));
        }
        Ok(None)
    }
}

#[cfg(unix)]
impl Running {
    /// Waits for the end of the program, whatever it leaves behind.
    ///
    /// # Panics
    ///
    /// When it has been silent for a minute, or has not ended after ten.
    pub(crate) fn wait_for_exit(&self) {
        self.wait_for_exit_unless(&|| false).unwrap_or_else(|hangs| panic!("{hangs}"));
    }

    pub(crate) fn with_terminal(mut self, terminal: Terminal) -> Self {
        self.terminal = Some(terminal);
        self
    }

    /// Waits until neither the program nor any of its children is left, and gives the time that
    /// took.
    ///
    /// # Panics
    ///
    /// When one still is after a minute.
    pub fn all_gone(&self) -> Duration {
        self.gone_within(LIMIT).expect("a process is left behind")
    }

    /// [`all_gone`](Self::all_gone) with a limit of one's own, after the end of the program. What is
    /// left then is killed, and there is no time to give.
    pub(crate) fn gone_within(&self, limit: Duration) -> Option<Duration> {
        use nix::sys::wait::{WaitPidFlag, waitpid};

        let from = Instant::now();
        self.wait_for_exit();
        let ended = Instant::now();
        let any_of_the_group = nix::unistd::Pid::from_raw(-self.process().as_raw());
        while killpg(self.process(), None).is_ok() {
            if ended.elapsed() > limit {
                self.kill_group();
                return None;
            }
            let _ = waitpid(any_of_the_group, Some(WaitPidFlag::WNOHANG));
            thread::sleep(Duration::from_micros(200));
        }
        Some(from.elapsed())
    }

    /// Whether its terminal, if it has one, is set as it was before the program started.
    ///
    /// # Panics
    ///
    /// Where the settings cannot be read once all that used the terminal have ended. On Linux they
    /// can.
    pub fn terminal_is_as_before(&self) -> bool {
        self.terminal.as_ref().is_none_or(|Terminal { terminal, settings }| {
            tcgetattr(terminal).expect("a terminal has settings") == *settings
        })
    }

    /// Only while one of the group is there, or not yet waited for: until then nobody else can
    /// have its id.
    fn kill_group(&self) {
        let _ = killpg(self.process(), Signal::SIGKILL);
    }

    fn process(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(self.pid as i32)
    }
}

/// A terminal, and its settings before a program ran in it.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Terminal {
    terminal: std::os::fd::OwnedFd,
    settings: Termios,
}

#[cfg(unix)]
impl Terminal {
    pub(crate) fn new(terminal: &impl std::os::fd::AsFd) -> Self {
        let terminal = terminal.as_fd().try_clone_to_owned().expect("one more open file");
        let settings = tcgetattr(&terminal).expect("a terminal has settings");
        Self { terminal, settings }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if *self.waited_for.get_mut() {
            return;
        }
        #[cfg(unix)]
        self.kill_group();
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return -signal;
    }
    status.code().expect("a program that was not ended by a signal has an exit code")
}
