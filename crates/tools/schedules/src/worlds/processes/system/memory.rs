//! Memory that several processes share: each access to it is seen, one by one.
//!
//! Where it is small, nobody may use it: each access is a fault, before which the task is held. When it
//! is the task's turn, the memory is opened for this one instruction, and closed again. To a semaphore of
//! the C library, which lies in a file of its own, nobody comes but by its functions, so what one of these
//! does is one step: it looks, and if nobody else comes between, replaces the number that it saw; and if
//! somebody does, it looks again.
//!
//! The memory lies where no other lies, so that the kernel stops a task at each call that is given an
//! address in it. What cannot be seen so is *coarse*: from the next run on it is not guarded, and is one
//! object, which every step of a process that has it writes. The search begins anew then.

use super::super::arguments;
use super::super::code::{self, Instruction, Operation, Use};
use super::*;

/// A mapping of more bytes than this is not guarded.
const LARGEST: u64 = 64 * 1024;

/// Memory that is used more often than this in a run is not guarded in the next.
const MOST_USES: usize = 400;

const PAGE: u64 = 4096;

/// What a word is: two steps that use the same one may not commute.
const WORD: u64 = 8;

/// What was learned of a program in the runs before.
#[derive(Debug, Default)]
pub(in super::super) struct Learned {
    /// The memory that cannot be guarded.
    coarse: BTreeSet<String>,
    /// The semaphores of which a process has done something else, when it did not get them at once, than
    /// to wait for them.
    tried: BTreeSet<String>,
    /// The semaphores that CPython has looked at without giving them then.
    looked_at: BTreeSet<String>,
}

/// Something that processes map.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) name: String,
    /// The file, if there is one: its device and its number.
    file: Option<(u64, u64)>,
    pub(super) semaphore: bool,
    /// The number of a semaphore when it was made.
    first: u32,
    /// How often the semaphore was taken.
    takes: usize,
    /// How often it was given.
    gives: usize,
    uses: usize,
}

#[derive(Clone, Copy, Debug)]
struct Region {
    start: u64,
    length: u64,
    object: usize,
    closed: bool,
}

impl Region {
    fn has(&self, address: u64) -> bool {
        (self.start..self.start + self.length).contains(&address)
    }
}

/// What a process has of memory that others may have too.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    regions: Vec<Region>,
    /// Where an instruction lies that makes a call.
    call_at: u64,
    /// How many bytes of the addresses for such memory were used.
    used: u64,
    operations: BTreeMap<u64, Option<Operation>>,
}

/// What a task does with a semaphore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doing {
    /// It has begun an operation on this one, and is to end it without a stop.
    inside: Option<usize>,
    /// It did not get this one at once: it is expected to wait for it.
    tried: Option<usize>,
    /// It has looked at this one, and is expected to give it now.
    gives: Option<usize>,
}

/// What became of a task that came to guarded memory.
pub(super) enum Came {
    /// It is held before that.
    Held(Held),
    /// It was let through, and a signal has come unless this is 0.
    Through(i32),
    /// It has ended in between.
    Ended(Option<Stop>),
}

impl System<'_> {
    fn region(&self, process: usize, address: u64) -> Option<Region> {
        let regions = &self.processes[process].mapped.regions;
        regions.iter().copied().find(|region| region.has(address))
    }

    /// The semaphore at an address that a process has guarded.
    pub(super) fn semaphore_at(&self, process: usize, address: u64) -> Option<usize> {
        let region = self.region(process, address)?;
        self.common[region.object].semaphore.then_some(region.object)
    }

    /// Whether a process has guarded memory at an address.
    pub(super) fn is_guarded(&self, process: usize, address: u64) -> bool {
        self.region(process, address).is_some()
    }

    /// What is done to the memory at this address cannot be seen.
    pub(super) fn cannot_guard(&mut self, process: usize, address: u64) {
        if let Some(region) = self.region(process, address) {
            self.make_coarse(region.object);
        }
    }

    /// From the next run on this memory is not guarded.
    fn make_coarse(&mut self, object: usize) {
        let name = self.common[object].name.clone();
        self.learned.coarse.insert(name);
        self.again = true;
    }

    /// A task is about to map memory that others may have too.
    pub(super) fn maps(&mut self, i: usize, a: [u64; 6]) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let anonymous = a[3] as i32 & libc::MAP_ANONYMOUS != 0;
        let path = if anonymous { String::new() } else { os::link(tid, a[4]) };
        let file = if anonymous { None } else { os::file(tid, a[4]) };
        let known = file.and_then(|_| self.common.iter().position(|other| other.file == file));
        let writes = a[2] as i32 & libc::PROT_WRITE != 0;
        if !writes && known.is_none() {
            self.unguarded.extend(file);
            return;
        }
        // Nothing can be done to a semaphore but to take and to give it, and who takes it does so after a
        // call at which it was held.
        let semaphore = path.starts_with("/dev/shm/sem.") && self.options.whole_operations;
        let task = &mut self.tasks[i];
        task.maps += 1;
        let name = match known {
            Some(known) => self.common[known].name.clone(),
            None => format!("{} {}", task.name, task.maps),
        };
        let usual = libc::PROT_READ | libc::PROT_WRITE;
        let fits = a[0] == 0
            && (1..=LARGEST).contains(&a[1])
            && a[2] as i32 & !usual == 0
            && a[3] as i32 & (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) == 0;
        let seen = file.is_none_or(|file| !self.unguarded.contains(&file));
        if !fits || !seen || !self.options.contended || self.learned.coarse.contains(&name) {
            // Others have it guarded, and would not see what is done here.
            if let Some(known) = known.filter(|_| !self.learned.coarse.contains(&name)) {
                self.make_coarse(known);
            }
            self.unguarded.extend(file);
            self.notes_common(process, semaphore);
            return;
        }
        // Others may have used it unseen while they had it alone.
        let open = |other: &Process| {
            let mut regions = other.mapped.regions.iter();
            other.ended.is_none() && regions.any(|one| Some(one.object) == known && !one.closed)
        };
        let others = self.processes.iter().enumerate();
        let mut others = others.filter(|(at, _)| *at != process);
        if let Some(known) = known.filter(|_| others.any(|(_, other)| open(other))) {
            self.make_coarse(known);
        }
        let Some(mut registers) = os::registers(tid) else { return };
        let length = a[1].next_multiple_of(PAGE);
        let mapped = &mut self.processes[process].mapped;
        let start = (u64::from(os::GUARDED) << 32) + mapped.used;
        mapped.used += length;
        mapped.call_at = registers.before_call();
        registers.set_first_argument(start);
        os::set_registers(tid, &registers);
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        let Some(result) = os::registers(tid).map(|registers| registers.result()) else { return };
        if result < 0 {
            return;
        }
        let first = os::u32_at(tid, result as u64);
        let object = known.unwrap_or_else(|| {
            self.common.push(Common { name, file, semaphore, first, takes: 0, gives: 0, uses: 0 });
            self.common.len() - 1
        });
        if result as u64 != start {
            self.make_coarse(object);
            return;
        }
        let region = Region { start, length, object, closed: false };
        self.processes[process].mapped.regions.push(region);
        if self.processes.len() > 1 {
            self.close(i);
        }
    }

    /// Takes note of memory of others that is not guarded.
    fn notes_common(&mut self, process: usize, semaphore: bool) {
        self.processes[process].shares = true;
        if !semaphore {
            self.caveats.insert(Caveat::CommonMemory);
        }
        if !self.options.contended {
            self.caveats.insert(Caveat::Contended);
        }
    }

    /// A task is about to make a process, which will have the same memory: from here on it is guarded. The
    /// task comes to this call once more if something is to be closed.
    pub(super) fn shares_with_child(&mut self, i: usize, call: c_long, a: [u64; 6]) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let flags = match call {
            libc::SYS_clone => a[0],
            libc::SYS_clone3 => os::u64_at(tid, a[0]),
            libc::SYS_vfork => libc::CLONE_VM as u64,
            _ => 0,
        };
        // A thread, or a process that borrows the memory until it becomes another program.
        if flags & libc::CLONE_VM as u64 != 0 {
            return;
        }
        if self.processes[process].mapped.regions.iter().all(|region| region.closed) {
            return;
        }
        let Some(mut registers) = os::registers(tid) else { return };
        let mut none = registers;
        none.set_call(-1);
        os::set_registers(tid, &none);
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        self.close(i);
        registers.make_again();
        os::set_registers(tid, &registers);
    }

    /// Closes what a process has open of its memory.
    fn close(&mut self, i: usize) {
        let process = self.tasks[i].process;
        for at in 0..self.processes[process].mapped.regions.len() {
            let region = self.processes[process].mapped.regions[at];
            if !region.closed && self.protect(i, region, libc::PROT_NONE).is_ok() {
                self.processes[process].mapped.regions[at].closed = true;
            }
        }
    }

    /// Has a task that is in no call change the rights to its memory. Gives a signal that has come
    /// meanwhile, or 0.
    fn protect(&mut self, i: usize, region: Region, rights: i32) -> Result<i32, Option<Stop>> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let before = os::registers(tid).ok_or(None)?;
        let mut registers = before;
        let arguments = [region.start, region.length, rights as u64, 0, 0, os::PASS.into()];
        let at = self.processes[process].mapped.call_at;
        registers.set_next_call(at, libc::SYS_mprotect, arguments);
        os::set_registers(tid, &registers);
        let signal = self.one_instruction(i)?;
        let result = os::registers(tid).map_or(0, |registers| registers.result());
        if result != 0 {
            self.make_coarse(region.object);
        }
        os::set_registers(tid, &before);
        Ok(signal)
    }

    /// Has a task go on for one instruction. Gives a signal that has come meanwhile, or 0.
    fn one_instruction(&mut self, i: usize) -> Result<i32, Option<Stop>> {
        let tid = self.tasks[i].tid;
        let mut came = 0;
        loop {
            os::go_one_instruction(tid);
            match self.watch.wait(tid) {
                Some(Stop::Signal(libc::SIGTRAP)) => return Ok(came),
                Some(Stop::Signal(libc::SIGSEGV)) => return Ok(libc::SIGSEGV),
                Some(Stop::Signal(signal)) => came = signal,
                end @ (None | Some(Stop::Exited { .. } | Stop::Killed { .. })) => return Err(end),
                Some(_) => {}
            }
        }
    }

    /// A task has stopped at a signal: whether it is because it came to guarded memory, and what comes of
    /// that.
    pub(super) fn comes_to(&mut self, i: usize) -> Option<Came> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let address = os::forbidden_address(tid)?;
        let region = self.region(process, address).filter(|region| region.closed)?;
        let object = region.object;
        let registers = os::registers(tid)?;
        let instruction = code::instruction(tid, &registers);
        if !self.common[object].semaphore {
            self.common[object].uses += 1;
            if self.common[object].uses > MOST_USES {
                self.make_coarse(object);
            }
            return Some(Came::Held(self.before_use(i, region, address, &instruction)));
        }
        let doing = self.tasks[i].doing;
        let begins = doing.inside.is_none() && address < region.start + WORD;
        let operation = self.operation(i, registers.instruction()).filter(|_| begins);
        let Some(operation) = operation.filter(|_| !instruction.exchanges) else {
            return Some(self.goes_through(i));
        };
        let value = os::u32_at(tid, region.start);
        if doing.gives == Some(object) && operation == Operation::Post {
            self.tasks[i].doing = Doing { inside: Some(object), gives: None, ..doing };
            return Some(self.goes_through(i));
        }
        let python = operation == Operation::GetValue
            && !self.learned.looked_at.contains(&self.common[object].name)
            && code::is_called_by_python(tid, &registers);
        let operation = if python { Operation::Release } else { operation };
        if value == 0 && operation == Operation::Wait {
            if doing.tried == Some(object) {
                self.tasks[i].doing.tried = None;
            }
            return Some(self.goes_through(i));
        }
        if value == 0 && operation == Operation::TryWait && !self.is_tried(object) {
            return Some(self.tries(i, object));
        }
        Some(Came::Held(Held::Semaphore { object, at: region.start, operation }))
    }

    /// What a task is held before that comes to memory of no known use.
    fn before_use(&self, i: usize, region: Region, address: u64, code: &Instruction) -> Held {
        let process = self.tasks[i].process;
        let here = |(at, length, _): &&(u64, u64, Use)| {
            let other = self.region(process, *at);
            *length > 0
                && (address == *at || other.is_some_and(|other| other.start == region.start))
        };
        let uses: Vec<_> = code.uses.iter().filter(here).collect();
        let ends = |(at, length, _): &&(u64, u64, Use)| {
            region.has(*at) && at + length <= region.start + region.length
        };
        let object = region.object;
        match uses.as_slice() {
            [one] if ends(one) && code.uses.iter().all(|(_, length, _)| *length > 0) => {
                let (at, length, how) = **one;
                let from = at - region.start;
                Held::Use {
                    object,
                    at,
                    length,
                    words: (from / WORD, (from + length - 1) / WORD),
                    how,
                }
            }
            _ => Held::Use {
                object,
                at: address,
                length: 0,
                words: (0, region.length / WORD - 1),
                how: Use::Update,
            },
        }
    }

    fn operation(&mut self, i: usize, at: u64) -> Option<Operation> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let known = &mut self.processes[process].mapped.operations;
        *known.entry(at).or_insert_with(|| code::operation(tid, at))
    }

    /// Whether a process may do something else than to wait for a semaphore that it does not get at once.
    pub(super) fn is_tried(&self, object: usize) -> bool {
        self.learned.tried.contains(&self.common[object].name)
    }

    /// A task does not get a semaphore at once. If it waits for it next, it could as well have waited at
    /// once, and nobody can tell when it has tried.
    fn tries(&mut self, i: usize, object: usize) -> Came {
        if self.tasks[i].doing.tried.is_some() {
            self.has_tried(i);
        }
        self.tasks[i].doing.tried = Some(object);
        self.goes_through(i)
    }

    fn has_tried(&mut self, i: usize) {
        if let Some(object) = self.tasks[i].doing.tried.take() {
            let name = self.common[object].name.clone();
            self.learned.tried.insert(name);
            self.again = true;
        }
    }

    /// A task has come to its next stop.
    pub(super) fn has_come(&mut self, i: usize) {
        self.tasks[i].doing.inside = None;
        if let Some(object) = self.tasks[i].doing.gives.take() {
            self.learned.looked_at.insert(self.common[object].name.clone());
            self.again = true;
        }
        let process = self.tasks[i].process;
        let waits = match &self.tasks[i].state {
            State::Held(Held::Futex { at, .. }) => self.semaphore_at(process, *at),
            State::Dead => return,
            _ => None,
        };
        match self.tasks[i].doing.tried {
            Some(tried) if waits == Some(tried) => self.tasks[i].doing.tried = None,
            _ => self.has_tried(i),
        }
    }

    /// Opens guarded memory for the next instruction of a task, and closes it again.
    fn goes_through(&mut self, i: usize) -> Came {
        match self.open_for_one(i) {
            Ok(signal) => Came::Through(signal),
            Err(end) => Came::Ended(end),
        }
    }

    fn open_for_one(&mut self, i: usize) -> Result<i32, Option<Stop>> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let Some(registers) = os::registers(tid) else { return Err(self.watch.wait(tid)) };
        let instruction = code::instruction(tid, &registers);
        let mut opened: Vec<Region> = Vec::new();
        let mut signals = Vec::new();
        let add = |regions: &mut Vec<Region>, region: Option<Region>| {
            let closed = region.filter(|region| region.closed);
            regions
                .extend(closed.filter(|one| regions.iter().all(|other| other.start != one.start)));
        };
        if let Some(address) = os::forbidden_address(tid) {
            add(&mut opened, self.region(process, address));
        }
        for (address, length, _) in &instruction.uses {
            add(&mut opened, self.region(process, *address));
            add(&mut opened, self.region(process, address + length.saturating_sub(1)));
        }
        for &region in &opened {
            signals.push(self.protect(i, region, libc::PROT_READ | libc::PROT_WRITE)?);
        }
        let semaphore = opened.iter().find(|region| self.common[region.object].semaphore).copied();
        let before = semaphore.map(|region| os::u32_at(tid, region.start));
        signals.push(self.one_instruction(i)?);
        if let (Some(region), Some(before)) = (semaphore, before) {
            let after = os::u32_at(tid, region.start);
            let common = &mut self.common[region.object];
            common.takes += usize::from(after < before);
            common.gives += usize::from(after > before);
            if instruction.exchanges {
                self.tasks[i].doing.inside = None;
            }
        }
        for &region in &opened {
            signals.push(self.protect(i, region, libc::PROT_NONE)?);
        }
        Ok(signals.into_iter().find(|&signal| signal != 0).unwrap_or(0))
    }

    /// Has a task do what it is held before, and go on.
    pub(super) fn uses(&mut self, i: usize, held: &Held) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let mut before = None;
        match *held {
            Held::Semaphore { object, at, operation } => {
                let free = os::u32_at(tid, at) > 0;
                match operation {
                    Operation::Post => self.tasks[i].doing.inside = Some(object),
                    Operation::Wait | Operation::TryWait if free => {
                        self.tasks[i].doing.inside = Some(object);
                    }
                    Operation::TryWait if !self.is_tried(object) => {
                        self.tasks[i].doing.tried = Some(object);
                    }
                    Operation::TryWait => self.tell(Outcome::No),
                    Operation::Release => self.tasks[i].doing.gives = Some(object),
                    Operation::Wait | Operation::GetValue => {}
                }
            }
            Held::Use { at, length, .. } => before = number(tid, at, length),
            _ => {}
        }
        let came = self.goes_through(i);
        if let Held::Use { at, length, how, .. } = *held {
            let after = number(tid, at, length);
            if let (Some(before), Some(after)) = (before, after) {
                self.tell(match how {
                    Use::Read => Outcome::Saw(after),
                    Use::Write => Outcome::Wrote(after),
                    Use::Update => Outcome::Changed { from: before, to: after },
                });
            }
        }
        match came {
            Came::Ended(end) => {
                if end.is_some() && tid == self.processes[process].pid {
                    self.gone(process, end.and_then(os::ended).unwrap_or(0));
                }
                self.tasks[i].state = State::Dead;
                self.after_segment(i);
            }
            Came::Through(signal) => self.run(i, signal),
            Came::Held(_) => unreachable!("it was let through"),
        }
    }

    /// What has come of the latest step, where that is told.
    fn tell(&mut self, outcome: Outcome) {
        if let Some(step) = self.told.as_mut().and_then(|told| told.last_mut()) {
            step.outcome = outcome;
        }
    }

    /// What a semaphore is touched like by an operation: like two channels. To give it puts a message into
    /// the first and to take it takes one out, since one cannot be told from another. The second has a
    /// message for each time that it was taken and not given: CPython gives it only where there is one.
    pub(super) fn semaphore_touches(
        &self,
        object: usize,
        operation: Operation,
        value: u32,
    ) -> Vec<Touch> {
        let common = &self.common[object];
        let next = common.takes + 1;
        // How often it was taken and not given when counting began.
        let owed =
            (common.first as usize + common.gives).saturating_sub(common.takes + value as usize);
        let back = match operation {
            Operation::Post | Operation::Release => Some(How::TryTake(common.gives + 1)),
            Operation::GetValue => None,
            Operation::TryWait if self.is_tried(object) && value == 0 => None,
            Operation::Wait | Operation::TryWait => Some(How::Put(owed + next)),
        };
        let how = match operation {
            Operation::Post | Operation::Release => How::Put(next + value as usize),
            Operation::Wait => How::Take(next),
            Operation::TryWait if !self.is_tried(object) => How::Take(next),
            Operation::TryWait if value > 0 => How::TryTake(next),
            Operation::GetValue if value > 0 => How::Read,
            Operation::TryWait | Operation::GetValue => How::Missing(next),
        };
        let back = back.map(|how| Shared::Word(&common.name, 1).touched(how));
        [Shared::Word(&common.name, 0).touched(how)].into_iter().chain(back).collect()
    }

    /// What memory is touched like that is used so.
    pub(super) fn use_touches(
        &self,
        object: usize,
        (first, last): (u64, u64),
        how: Use,
    ) -> Vec<Touch> {
        let name = &self.common[object].name;
        let how = if how == Use::Read { How::Read } else { How::Write };
        (first..=last).map(|word| Shared::Word(name, word).touched(how)).collect()
    }

    /// A call that is given an address in guarded memory. True if it needs no more care.
    pub(super) fn is_given_guarded(&mut self, i: usize, call: c_long, a: [u64; 6]) -> bool {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        if self.processes[process].mapped.regions.is_empty() {
            return !held::is_known(call);
        }
        let mut addresses: Vec<u64> = match call {
            libc::SYS_mmap | libc::SYS_futex => Vec::new(),
            _ => a[..arguments::count(call)].to_vec(),
        };
        if call == libc::SYS_munmap {
            let regions = &mut self.processes[process].mapped.regions;
            let end = a[0].saturating_add(a[1].next_multiple_of(PAGE));
            let whole = |one: &Region| a[0] <= one.start && one.start + one.length <= end;
            regions.retain(|region| !whole(region));
            addresses = vec![a[0], end - 1];
        }
        let parts = match call {
            libc::SYS_writev | libc::SYS_readv => Some((a[1], a[2])),
            libc::SYS_sendmsg | libc::SYS_recvmsg => {
                Some((os::u64_at(tid, a[1] + 16), os::u64_at(tid, a[1] + 24)))
            }
            _ => None,
        };
        if let Some((at, parts)) = parts {
            addresses.extend((0..parts.min(1024)).map(|part| os::u64_at(tid, at + 16 * part)));
        }
        for address in addresses {
            self.cannot_guard(process, address);
        }
        !held::is_known(call)
    }

    /// What the processes of this run have in common, as it is told.
    pub(in super::super) fn things(&self) -> Vec<crate::world::Thing> {
        use crate::world::{Thing, ThingKind};
        let kind = |common: &Common| match (common.semaphore, common.first) {
            (true, 1) => ThingKind::Lock,
            (true, _) => ThingKind::Semaphore,
            _ => ThingKind::Memory,
        };
        let things = self.common.iter();
        things.map(|common| Thing { kind: kind(common), name: None, made: None }).collect()
    }
}

/// The number of so many bytes at an address, if it is one that says something.
fn number(tid: i32, at: u64, length: u64) -> Option<String> {
    let bytes = os::memory(tid, at, length as usize);
    let number = match bytes.as_slice() {
        [byte] => i64::from(*byte),
        [a, b] => i16::from_ne_bytes([*a, *b]).into(),
        [a, b, c, d] => i32::from_ne_bytes([*a, *b, *c, *d]).into(),
        eight => i64::from_ne_bytes(eight.try_into().ok()?),
    };
    (number.abs() < 1_000_000_000).then(|| number.to_string())
}
