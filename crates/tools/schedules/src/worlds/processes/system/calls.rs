//! What a task is about to do, from the registers at the entry of its call; and what is answered in the
//! kernel's place: clocks, random numbers, what goes to the terminal.

use super::*;

impl System<'_> {
    /// What a task is about to do. `None` if it is of no interest, or was done here: it goes on.
    pub(super) fn classify(&mut self, i: usize) -> Option<Held> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let registers = os::registers(tid)?;
        let (call, a) = (registers.call(), registers.arguments());
        let now = self.clock(i);
        let after = |nanoseconds: u64| now.saturating_add(nanoseconds);
        if self.is_given_guarded(i, call, a) {
            return None;
        }
        match call {
            libc::SYS_write | libc::SYS_writev | libc::SYS_sendto | libc::SYS_sendmsg => {
                self.writes(i, call, a)
            }
            libc::SYS_nanosleep => {
                let nanoseconds = timespec(tid, a[0]);
                self.sleeps(nanoseconds, after(nanoseconds))
            }
            libc::SYS_clock_nanosleep => {
                let mut nanoseconds = timespec(tid, a[2]);
                if a[1] as i32 & libc::TIMER_ABSTIME != 0 {
                    // The program has read a clock before, and added.
                    nanoseconds = nanoseconds.saturating_sub(now + self.looks + origin(a[0]));
                }
                self.sleeps(nanoseconds, after(nanoseconds))
            }
            libc::SYS_exit => Some(Held::Exit { code: a[0] as i32, group: false }),
            libc::SYS_exit_group => Some(Held::Exit { code: a[0] as i32, group: true }),
            libc::SYS_kill | libc::SYS_tkill => self.signals(process, a[0] as i32, a[1] as i32),
            libc::SYS_tgkill => self.signals(process, a[0] as i32, a[2] as i32),
            libc::SYS_pidfd_send_signal => {
                self.signals(process, os::process_of(tid, a[0]).unwrap_or(-1), a[1] as i32)
            }
            libc::SYS_wait4 => {
                let patient = a[2] as i32 & libc::WNOHANG == 0;
                Some(Held::Wait { target: a[0] as i32, patient })
            }
            libc::SYS_waitid => {
                let target = match a[0] as libc::idtype_t {
                    libc::P_PID => a[1] as i32,
                    libc::P_PIDFD => os::process_of(tid, a[1]).unwrap_or(-1),
                    _ => -1,
                };
                Some(Held::Wait { target, patient: a[3] as i32 & libc::WNOHANG == 0 })
            }
            libc::SYS_futex => self.futex(i, a, now),
            libc::SYS_read
            | libc::SYS_readv
            | libc::SYS_recvfrom
            | libc::SYS_recvmsg
            | libc::SYS_accept
            | libc::SYS_accept4 => {
                let link = os::link(tid, a[0]);
                let waits = ["pipe:", "socket:", "anon_inode", "/dev/pts", "/dev/tty"];
                let waits = waits.iter().any(|kind| link.starts_with(kind));
                waits.then(|| {
                    let fd = a[0] as i32;
                    let contended = self.is_contended(i, &link, Usage::Reads);
                    let patient = !self.is_impatient(tid, call, a);
                    let looks = !patient && self.looks(i, fd);
                    self.meets_strangers(i, fd, !patient);
                    Held::Read { fd, contended: contended || looks, patient }
                })
            }
            libc::SYS_poll | libc::SYS_ppoll => {
                let list = os::memory(tid, a[0], a[1] as usize * 8);
                let waits: Vec<_> = list
                    .chunks_exact(8)
                    .map(|one| {
                        let fd = i32::from_ne_bytes([one[0], one[1], one[2], one[3]]);
                        (fd, i16::from_ne_bytes([one[4], one[5]]))
                    })
                    .collect();
                let until = match call {
                    libc::SYS_poll => milliseconds(a[2]).map(after),
                    _ => (a[2] != 0).then(|| after(timespec(tid, a[2]))),
                };
                let blocked = (call == libc::SYS_ppoll && a[3] != 0).then(|| os::u64_at(tid, a[3]));
                self.polls(i, waits, until, blocked, true)
            }
            libc::SYS_select | libc::SYS_pselect6 => {
                let until = (a[4] != 0).then(|| {
                    let seconds = os::u64_at(tid, a[4]).saturating_mul(1_000_000_000);
                    let rest = os::u64_at(tid, a[4] + 8);
                    let scale = if call == libc::SYS_select { 1000 } else { 1 };
                    after(seconds.saturating_add(rest.saturating_mul(scale)))
                });
                let mut waits = Vec::new();
                for (set, events) in
                    [(a[1], libc::POLLIN), (a[2], libc::POLLOUT), (a[3], libc::POLLPRI)]
                {
                    let words = if set == 0 { 0 } else { (a[0] as usize).div_ceil(64) };
                    for word in 0..words {
                        let bits = os::u64_at(tid, set + 8 * word as u64);
                        let fds = (0..64).filter(|bit| bits >> bit & 1 == 1);
                        waits.extend(fds.map(|bit| ((word * 64 + bit) as i32, events)));
                    }
                }
                // There it is the first member of a structure.
                let set = if call == libc::SYS_pselect6 { os::u64_at(tid, a[5]) } else { 0 };
                let blocked = (set != 0).then(|| os::u64_at(tid, set));
                self.polls(i, waits, until, blocked, false)
            }
            libc::SYS_epoll_wait | libc::SYS_epoll_pwait => {
                let until = milliseconds(a[3]).map(after);
                let blocked =
                    (call == libc::SYS_epoll_pwait && a[4] != 0).then(|| os::u64_at(tid, a[4]));
                self.polls(i, vec![(a[0] as i32, libc::POLLIN)], until, blocked, true)
            }
            libc::SYS_clock_gettime => {
                let time = self.look(now) + origin(a[0]);
                let time = [time / 1_000_000_000, time % 1_000_000_000];
                self.answer_clock(tid, a[1], time);
                None
            }
            libc::SYS_gettimeofday => {
                let time = self.look(now) + EPOCH;
                self.answer_clock(tid, a[0], [time / 1_000_000_000, time % 1_000_000_000 / 1000]);
                None
            }
            libc::SYS_time => {
                let seconds = (self.look(now) + EPOCH) / 1_000_000_000;
                if a[0] != 0 {
                    os::set_memory(tid, a[0], &seconds.to_ne_bytes());
                }
                os::skip(tid, seconds as i64);
                None
            }
            libc::SYS_getrandom => {
                let task = &mut self.tasks[i];
                task.random += 1;
                let mut state = hash(&(&task.name, task.random));
                let length = a[1].min(1 << 20);
                let bytes: Vec<u8> =
                    (0..length).map(|_| crate::search::random::next(&mut state) as u8).collect();
                os::set_memory(tid, a[0], &bytes);
                os::skip(tid, length as i64);
                None
            }
            libc::SYS_close
            | libc::SYS_close_range
            | libc::SYS_dup2
            | libc::SYS_dup3
            | libc::SYS_shutdown
            | libc::SYS_execve
            | libc::SYS_execveat => self.closing(i, call, a),
            libc::SYS_getppid => Some(Held::Parent),
            libc::SYS_prctl => {
                (a[0] as i32 == libc::PR_SET_PDEATHSIG && a[1] != 0).then_some(Held::DieWithParent)
            }
            libc::SYS_pipe | libc::SYS_pipe2 => {
                self.new_pipe(i, a[0], false);
                None
            }
            libc::SYS_socketpair => {
                self.new_pipe(i, a[3], true);
                None
            }
            libc::SYS_pause => {
                Some(Held::Suspend { blocked: os::signals(tid).blocked, until: None })
            }
            libc::SYS_rt_sigsuspend => {
                Some(Held::Suspend { blocked: os::u64_at(tid, a[0]), until: None })
            }
            libc::SYS_rt_sigtimedwait => {
                let until = (a[2] != 0).then(|| after(timespec(tid, a[2])));
                Some(Held::Suspend { blocked: !os::u64_at(tid, a[0]), until })
            }
            libc::SYS_mmap => {
                self.maps(i, a);
                None
            }
            libc::SYS_fork | libc::SYS_vfork | libc::SYS_clone | libc::SYS_clone3 => {
                self.shares_with_child(i, call, a);
                None
            }
            call => {
                self.refuse(Unmodelled::Calls(held::name(call)));
                None
            }
        }
    }

    pub(super) fn refuse(&mut self, what: Unmodelled) {
        self.fault.get_or_insert(Fault::Unmodelled(what));
    }

    pub(super) fn sleeps(&mut self, nanoseconds: u64, until: u64) -> Option<Held> {
        if self.options.sleeps == Sleeps::Ordered {
            self.touch(Shared::Time.touched(How::Read));
        }
        Some(Held::Sleep { nanoseconds, until })
    }

    /// Looks at a clock.
    pub(super) fn look(&mut self, now: u64) -> u64 {
        self.caveats.insert(Caveat::Clock);
        if self.options.sleeps == Sleeps::Ordered {
            self.touch(Shared::Time.touched(How::Read));
        }
        self.looks += LOOK;
        now + self.looks
    }

    pub(super) fn answer_clock(&self, tid: i32, at: u64, [seconds, rest]: [u64; 2]) {
        if at != 0 {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&seconds.to_ne_bytes());
            bytes[8..].copy_from_slice(&rest.to_ne_bytes());
            os::set_memory(tid, at, &bytes);
        }
        os::skip(tid, 0);
    }

    pub(super) fn signals(&mut self, process: usize, to: i32, signal: i32) -> Option<Held> {
        if to <= 0 && signal != 0 {
            self.refuse(Unmodelled::Groups);
            return None;
        }
        let own = self.processes[process].pid == to
            || self.task(to).is_some_and(|task| self.tasks[task].process == process);
        if own && STOPPING.contains(&signal) {
            self.refuse(Unmodelled::Stops);
        }
        (!own && signal != 0 && self.process(to).is_some()).then_some(Held::Signal { to, signal })
    }

    pub(super) fn futex(&mut self, i: usize, a: [u64; 6], now: u64) -> Option<Held> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let operation = a[1] as i32;
        match operation & libc::FUTEX_CMD_MASK {
            libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
                let relative = operation & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT;
                let until = (a[3] != 0).then(|| {
                    let time = timespec(tid, a[3]);
                    let wall = operation & libc::FUTEX_CLOCK_REALTIME != 0;
                    let origin = if wall { EPOCH } else { SINCE_START };
                    if relative {
                        now.saturating_add(time)
                    } else {
                        time.saturating_sub(origin + self.looks)
                    }
                });
                let shared = operation & libc::FUTEX_PRIVATE_FLAG == 0;
                let contended = !shared && self.threads_wait(i, a[0]);
                Some(Held::Futex { at: a[0], value: a[2] as u32, until, shared, contended })
            }
            // The kernel cannot look at guarded memory, and nobody waits there.
            libc::FUTEX_WAKE | libc::FUTEX_WAKE_BITSET if self.is_guarded(process, a[0]) => {
                os::skip(tid, 0);
                None
            }
            libc::FUTEX_LOCK_PI | libc::FUTEX_LOCK_PI2 | libc::FUTEX_WAIT_REQUEUE_PI => {
                self.refuse(Unmodelled::PriorityLocks);
                None
            }
            _ => {
                self.cannot_guard(process, a[0]);
                self.cannot_guard(process, a[4]);
                None
            }
        }
    }

    /// Whether other threads of a process wait for the same as one of them is about to: all of them
    /// learn of it.
    fn threads_wait(&mut self, i: usize, address: u64) -> bool {
        let process = self.tasks[i].process;
        let mut others = false;
        for (other, task) in self.tasks.iter_mut().enumerate() {
            if let State::Held(Held::Futex { at, contended, shared: false, .. }) = &mut task.state
                && *at == address
                && task.process == process
                && other != i
            {
                *contended = self.options.contended;
                others = true;
            }
        }
        if others && !self.options.contended {
            self.caveats.insert(Caveat::Contended);
        }
        others && self.options.contended
    }

    pub(super) fn polls(
        &mut self,
        i: usize,
        waits: Vec<(i32, i16)>,
        until: Option<u64>,
        blocked: Option<u64>,
        tells: bool,
    ) -> Option<Held> {
        let (tid, now) = (self.tasks[i].tid, self.clock(i));
        for &(fd, _) in &waits {
            self.meets_strangers(i, fd, until.is_some() || waits.len() > 1);
        }
        if until.is_some_and(|until| until <= now) {
            // A program in Rust asks at its start whether these three are open, and for nothing else.
            let asks_at_start = waits == [(0, 0), (1, 0), (2, 0)];
            // It only looks: what others write before or after makes a difference.
            if asks_at_start {
                return None;
            }
            let sight = self.sight(tid, &waits);
            let looks = self.notes_look(i, &sight);
            if !looks {
                self.sees(i, &sight);
            }
            return looks.then_some(Held::Look { waits });
        }
        match until {
            Some(until) if waits.is_empty() && blocked.is_none() => self.sleeps(until - now, until),
            until => {
                let sight = self.sight(tid, &waits);
                let contended = self.notes_wait(i, &sight, until.is_some(), tells);
                Some(Held::Poll { waits, until, blocked, contended })
            }
        }
    }

    /// Whether it is a step to read this without waiting.
    fn looks(&mut self, i: usize, fd: i32) -> bool {
        let sight = self.sight(self.tasks[i].tid, &[(fd, libc::POLLIN)]);
        self.notes_look(i, &sight)
    }

    pub(super) fn writes(&mut self, i: usize, call: c_long, a: [u64; 6]) -> Option<Held> {
        let tid = self.tasks[i].tid;
        let link = os::link(tid, a[0]);
        if link == self.terminal || link == self.errors {
            let text = match call {
                libc::SYS_write => os::memory(tid, a[1], a[2] as usize),
                libc::SYS_writev => (0..a[2])
                    .flat_map(|part| {
                        let at = a[1] + 16 * part;
                        os::memory(tid, os::u64_at(tid, at), os::u64_at(tid, at + 8) as usize)
                    })
                    .collect(),
                _ => return None,
            };
            if link == self.errors {
                let actor = self.tasks[i].actor;
                match self.complaints.last_mut() {
                    Some((latest, said)) if *latest == actor => said.extend(&text),
                    _ => self.complaints.push((actor, text.clone())),
                }
                os::skip(tid, text.len() as i64);
                return None;
            }
            return Some(Held::Print(text));
        }
        let stays = ["/dev/", "/proc/", "/memfd:"].iter().all(|place| !link.starts_with(place));
        if link.starts_with('/') && stays && !link.ends_with(" (deleted)") {
            self.caveats.insert(Caveat::Files);
        }
        let waits = link.starts_with("pipe:") || link.starts_with("socket:");
        let length = matches!(call, libc::SYS_write | libc::SYS_sendto).then_some(a[2]);
        waits.then(|| {
            let fd = a[0] as i32;
            let contended = self.is_contended(i, &link, Usage::Writes);
            let patient = !self.is_impatient(tid, call, a);
            let pipe = self.pipe_of(tid, a[0], true).filter(|_| !patient);
            let looks = pipe.is_some_and(|pipe| self.notes_impatient(&pipe));
            self.meets_strangers(i, fd, !patient);
            Held::Write { fd, length, contended: contended || looks, patient }
        })
    }
}

fn timespec(tid: i32, at: u64) -> u64 {
    os::u64_at(tid, at).saturating_mul(1_000_000_000).saturating_add(os::u64_at(tid, at + 8))
}

/// A time in milliseconds that is negative for "for ever", in nanoseconds.
fn milliseconds(argument: u64) -> Option<u64> {
    u64::try_from(argument as i32).ok().map(|time| time * 1_000_000)
}

/// What a clock shows at the beginning.
fn origin(clock: u64) -> u64 {
    match clock as libc::clockid_t {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE | libc::CLOCK_TAI => EPOCH,
        libc::CLOCK_PROCESS_CPUTIME_ID | libc::CLOCK_THREAD_CPUTIME_ID => 0,
        _ => SINCE_START,
    }
}
