//! Looks after the one task that runs: it must come to a call at which it is held. Where it waits in the
//! kernel instead, or computes without end, or somebody has pressed Ctrl-C, it is killed, and the run is
//! over.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::libc::{self, c_long};

use super::os;

/// How often it is looked.
const TICK: Duration = Duration::from_millis(50);

/// After so many looks at the same call in the kernel, a task waits there.
const PATIENCE: u32 = 12;

/// For so many ticks of its own (a hundredth of a second each) a task may compute: who computes longer
/// can be run a few times only.
pub(super) const COMPUTING: u64 = 300;

/// Why a task was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It waits in this call, which is not modelled.
    Waits(c_long),
    /// It computes and comes to no call.
    Computes,
    /// Somebody has asked to stop.
    Interrupted,
}

#[derive(Debug, Default)]
struct Shared {
    /// Who runs, 0 if nobody does.
    tid: AtomicI32,
    /// How often somebody was let go.
    turn: AtomicU64,
    over: AtomicBool,
    verdict: Mutex<Option<Verdict>>,
}

/// A thread that looks on.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Arc<Shared>,
    interrupt: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to look on. `interrupt` is set when the run is to be stopped.
    pub(super) fn begin(interrupt: Arc<AtomicBool>) -> Watch {
        let shared = Arc::<Shared>::default();
        let thread = thread::spawn({
            let (shared, interrupt) = (Arc::clone(&shared), Arc::clone(&interrupt));
            move || look_on(&shared, &interrupt)
        });
        Watch { shared, interrupt, thread: Some(thread) }
    }

    /// Waits until a task that was let go is not running any more.
    pub(super) fn wait(&self, tid: i32) -> Option<os::Stop> {
        self.shared.turn.fetch_add(1, SeqCst);
        self.shared.tid.store(tid, SeqCst);
        let stop = os::wait(tid);
        self.shared.tid.store(0, SeqCst);
        stop
    }

    /// Why the run is to be over, if it is.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        if self.interrupt.load(SeqCst) {
            return Some(Verdict::Interrupted);
        }
        self.shared.verdict.lock().unwrap().take()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.over.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Whether another thread of its process has ended and is still there.
fn has_ended_thread(tid: i32) -> bool {
    os::threads(tid).into_iter().any(|thread| matches!(os::state(thread), Some(('Z', _))))
}

fn look_on(shared: &Shared, interrupt: &AtomicBool) {
    let mut last = (0, None);
    let (mut looks, mut began) = (0, 0);
    while !shared.over.load(SeqCst) {
        thread::park_timeout(TICK);
        let (turn, tid) = (shared.turn.load(SeqCst), shared.tid.load(SeqCst));
        if tid == 0 {
            continue;
        }
        let Some((state, ticks)) = os::state(tid) else { continue };
        let waits = match state {
            'S' => os::call_in_kernel(tid),
            // A disk may be slow: that alone is no reason. But who becomes another program waits until
            // the ends of its other threads are heard, and nobody listens.
            'D' if has_ended_thread(tid) => {
                os::call_in_kernel(tid).filter(|&call| call == libc::SYS_execve)
            }
            _ => None,
        };
        if last.0 != turn {
            began = ticks;
        }
        looks = if last == (turn, waits) && waits.is_some() { looks + 1 } else { 0 };
        last = (turn, waits);
        let verdict = match waits {
            _ if interrupt.load(SeqCst) => Verdict::Interrupted,
            Some(call) if looks >= PATIENCE => Verdict::Waits(call),
            _ if ticks.saturating_sub(began) > COMPUTING => Verdict::Computes,
            _ => continue,
        };
        // Only of the task that is still the one that runs is it true.
        if shared.turn.load(SeqCst) == turn && shared.tid.load(SeqCst) == tid {
            shared.verdict.lock().unwrap().get_or_insert(verdict);
            let threads = os::threads(tid);
            os::kill(tid);
            // The end of a process is told only when the ends of its threads have been heard.
            for thread in threads {
                while os::wait(thread).is_some_and(|stop| os::ended(stop).is_none()) {}
            }
        }
    }
}
