//! Watches a program from outside, with ptrace, and has what happens written down.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, gettid};
use tracer::start::Launch;
use tracer::stop::{self, Stop, Until, Which};
use tracer::times::Clock;

use crate::calls;
use crate::recorder::{LOOK, Next, Recorder, Seen, WORTH_ASKING};
use crate::requests::{News, Request, Signals};
use crate::spare::Cores;
use crate::trace::{Outcome, Trace};

/// So many stops are handled before it is looked whether there are more: so that it is known when
/// they came.
const IN_ONE_GO: usize = 8;

/// To wake a tracer that sleeps takes longer than all the rest of a stop. So it stays awake for so long
/// when it has nothing to do, if that takes no core from anybody. A small program needs less from its
/// start to its end.
const AWAKE: Duration = Duration::from_millis(1);

/// So long a thread is last in line at most.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs the command to the end of its last process. `say` tells the user what can be done when the
/// program does not end though it was asked to.
///
/// # Errors
///
/// When the command cannot be started or the system does not let it be traced.
pub fn run(command: &[OsString], limit: Option<Duration>, say: impl Fn(&str)) -> io::Result<Trace> {
    let signals = Signals::block()?;
    let filter = calls::filter();
    let root = match Launch::new(command, &filter).blocked(signals.original_mask).start() {
        Ok(root) => root,
        Err(error) => {
            signals.unblock();
            return Err(error.into());
        }
    };
    open_many_files();
    let clock = Instant::now();
    let mut watch = Watch {
        clock,
        own: Clock::open(gettid().as_raw(), gettid().as_raw())?,
        waited: Duration::ZERO,
        recorder: Recorder::new(root.as_raw(), clock),
        queue: VecDeque::new(),
        idle: Duration::ZERO,
        cores: Cores::new(),
        last_in_line: VecDeque::new(),
        ended: None,
        signals,
        listened: Duration::ZERO,
        root,
        limit,
    };
    watch.resume(root, Next::Resume(Until::NextEvent, 0))?;
    watch.follow(say)?;
    let Watch { recorder, signals, clock, ended, .. } = watch;
    signals.unblock();
    Ok(recorder.finish(clock.elapsed(), ended))
}

struct Watch {
    clock: Instant,
    /// This thread's own times, and how long it had waited for a core when it went to sleep last.
    own: Clock,
    waited: Duration,
    recorder: Recorder,
    /// Threads that stand and wait for the tracer.
    queue: VecDeque<(Pid, Stop, Seen)>,
    /// When it was known last that there are none but those in the queue.
    idle: Duration,
    cores: Cores,
    /// Hundreds of threads that look every 5 ms whether the interpreter lock is free would keep the
    /// tracer from the one that holds it. So they go on when nobody else has anything to tell, or after a
    /// while.
    last_in_line: VecDeque<(Pid, Duration)>,
    ended: Option<Outcome>,
    signals: Signals,
    /// When it was looked last whether a request has come while threads stood in the queue.
    listened: Duration,
    root: Pid,
    limit: Option<Duration>,
}

impl Watch {
    fn follow(&mut self, say: impl Fn(&str)) -> io::Result<()> {
        let mut look = Some(LOOK);
        while self.collect()? {
            let now = self.clock.elapsed();
            if look.is_some_and(|look| now >= look) {
                let clock = self.clock;
                look = self.recorder.look(|| clock.elapsed());
            }
            if self.limit.is_some_and(|limit| now >= limit) {
                self.limit = None;
                self.kill_all(Outcome::AtLimit);
            }
            if !self.queue.is_empty() {
                for _ in 0..IN_ONE_GO {
                    let Some((pid, stop, seen)) = self.queue.pop_front() else {
                        break;
                    };
                    self.handle(pid, stop, seen)?;
                }
                // Where threads stop all the time, it is never waited for requests. Whoever has stopped
                // is found without the signal that may be read here.
                if now.saturating_sub(self.listened) >= LOOK {
                    self.listened = now;
                    if self.last_in_line.front().is_some_and(|(_, since)| now >= *since + PATIENCE)
                    {
                        self.call_up()?;
                    }
                    if let Some(request) = self.signals.read()?.and_then(|news| news.request) {
                        self.asked(request, &say);
                    }
                }
                continue;
            }
            self.recorder.afterwards();
            if self.call_up()? {
                continue;
            }
            // Whoever stops from here on says so with a signal.
            if self.wait([look, self.limit].into_iter().flatten().min(), &say)? {
                look = Some(look.unwrap_or(Duration::MAX).min(self.clock.elapsed() + LOOK));
            }
        }
        Ok(())
    }

    /// Lets the thread go on that has been last in line for longest. False if there is none.
    fn call_up(&mut self) -> io::Result<bool> {
        let Some((pid, _)) = self.last_in_line.pop_front() else {
            return Ok(false);
        };
        self.recorder.called_up(pid.as_raw(), self.clock.elapsed());
        self.resume(pid, Next::Resume(Until::NextEvent, 0))?;
        Ok(true)
    }

    fn handle(&mut self, pid: Pid, stop: Stop, seen: Seen) -> io::Result<()> {
        let next = self.recorder.stopped(pid.as_raw(), stop, seen);
        if stop == Stop::Event(libc::PTRACE_EVENT_VFORK) {
            // It waits for its child, so the child goes on first.
            self.collect_all()?;
            let child = self.queue.iter().position(|(_, stop, _)| *stop == Stop::Start);
            if let Some((pid, stop, seen)) = child.and_then(|at| self.queue.remove(at)) {
                self.handle(pid, stop, seen)?;
            }
        }
        self.resume(pid, next)?;
        if self.ended.is_some() {
            // It may have been born while the others were killed.
            let _ = kill(pid, Signal::SIGKILL);
        }
        Ok(())
    }

    /// Gathers all stops that have come. False when the last thread is gone.
    fn collect(&mut self) -> io::Result<bool> {
        match self.collect_all() {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(Errno::ECHILD as i32) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn collect_all(&mut self) -> io::Result<()> {
        while let Some((pid, stop)) = stop::next_stop()? {
            let seen = Seen { at: self.clock.elapsed(), idle: self.idle };
            self.take(pid, stop, seen)?;
        }
        // Whoever stops while nobody is found is found later.
        let mut before = self.clock.elapsed();
        loop {
            let Some((pid, stop)) = stop::wait(Which::Any, false)? else {
                self.idle = before;
                return Ok(());
            };
            before = self.clock.elapsed();
            self.take(pid, stop, Seen { at: before, idle: self.idle })?;
        }
    }

    fn take(&mut self, pid: Pid, stop: Stop, seen: Seen) -> io::Result<()> {
        let outcome = match stop {
            Stop::Exited { code } => Outcome::Exited(code),
            Stop::Killed { signal } => Outcome::Killed(signal),
            stop => {
                if stop == Stop::Event(libc::PTRACE_EVENT_EXEC) {
                    // Of the thread that had this number until now there is nothing left.
                    self.forget(pid);
                }
                self.recorder.stands(pid.as_raw(), seen.at);
                self.queue.push_back((pid, stop, seen));
                return Ok(());
            }
        };
        // While it is not reaped its times can be read, and its parent waits for it.
        let times = self.recorder.times(pid.as_raw());
        let reaped = stop::reap(pid);
        self.recorder.gone(pid.as_raw(), outcome, seen, times);
        self.forget(pid);
        reaped
    }

    fn forget(&mut self, pid: Pid) {
        self.queue.retain(|(queued, ..)| *queued != pid);
        self.last_in_line.retain(|(queued, _)| *queued != pid);
    }

    fn resume(&mut self, pid: Pid, next: Next) -> io::Result<()> {
        let Next::Resume(until, signal) = next else {
            self.last_in_line.push_back((pid, self.clock.elapsed()));
            return Ok(());
        };
        let before = self.clock.elapsed();
        self.recorder.resumed(pid.as_raw(), before);
        stop::resume(pid, until, signal)?;
        let took = self.clock.elapsed() - before;
        if took > WORTH_ASKING {
            self.recorder.resumed_slowly(pid.as_raw(), took);
        }
        Ok(())
    }

    /// Waits until a thread stops, a request comes, or so long. Says whether threads have stopped.
    fn wait(&mut self, until: Option<Duration>, say: &impl Fn(&str)) -> io::Result<bool> {
        let news = match self.stay_awake(until)? {
            Some(news) => news,
            None => self.sleep(until)?,
        };
        if let Some(request) = news.request {
            self.asked(request, say);
        }
        Ok(news.stopped)
    }

    /// Looks for news again and again for a moment, if there is a core to spare.
    fn stay_awake(&mut self, until: Option<Duration>) -> io::Result<Option<News>> {
        let mut now = self.clock.elapsed();
        // The threads of one process begin on whatever core is idle, and the tracer would have that one: they
        // would stand in line behind it, or it behind them while another core is idle.
        let alone = !self.recorder.has_threads();
        let enough = if alone && self.cores.are_enough(now) { now + AWAKE } else { now };
        let enough = until.map_or(enough, |until| until.min(enough));
        while now < enough {
            if let Some(news) = self.signals.read()? {
                return Ok(Some(news));
            }
            // Who has stopped by then has not said so yet.
            self.idle = now;
            // Whoever needs this core after all gets it at once: most often a thread of the program.
            thread::yield_now();
            now = self.clock.elapsed();
        }
        Ok(None)
    }

    fn sleep(&mut self, until: Option<Duration>) -> io::Result<News> {
        if let Some(times) = self.own.read() {
            self.waited = times.ready;
        }
        let now = self.clock.elapsed();
        let news = self.signals.wait(until.map(|until| until.saturating_sub(now)))?;
        let woken = self.clock.elapsed();
        if let Some(times) = self.own.read() {
            // Whoever stopped meanwhile stopped when this thread was woken, and it had to wait for a
            // core itself.
            const TO_WAKE_UP: Duration = Duration::from_micros(50);
            let late = times.ready.saturating_sub(self.waited) + TO_WAKE_UP;
            let idle = woken.saturating_sub(late);
            // Who had stopped before this thread went to sleep may have done so long ago.
            if idle > now {
                self.idle = idle;
            }
        }
        Ok(news)
    }

    /// The program ends in its own way, as it would without the tracer, or goes on. Whoever asks three
    /// times means it.
    fn asked(&mut self, request: Request, say: &impl Fn(&str)) {
        let Request { signal, from_terminal, times } = request;
        match times {
            ..=2 => {
                if !from_terminal && self.recorder.processes().any(|pid| pid == self.root.as_raw())
                {
                    let _ = kill(self.root, signal);
                }
                if times == 2 {
                    say(::language::say(
                        "the program has not ended yet; asked once more it is killed",
                        "程序还没有结束；再按一次就终止它",
                    ));
                }
            }
            _ => self.kill_all(Outcome::OnRequest(signal as i32)),
        }
    }

    fn kill_all(&mut self, why: Outcome) {
        self.ended.get_or_insert(why);
        for pid in self.recorder.processes() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// The clock of each thread is a file that stays open. Only this program gets a higher limit.
fn open_many_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}
