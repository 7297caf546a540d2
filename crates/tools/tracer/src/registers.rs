//! The registers of a stopped thread: the system call that it is in, also to change it.

use nix::libc::{c_long, user_regs_struct};
use nix::sys::ptrace;
use nix::unistd::Pid;

use crate::memory;

/// How long the instruction is that makes a call.
const CALL_LENGTH: u64 = 2;

/// What a stopped thread has in its registers.
#[derive(Clone, Copy, Debug)]
pub struct Registers(user_regs_struct);

impl Registers {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// When the thread is not stopped, or has been killed in the meantime.
    pub fn read(pid: Pid) -> nix::Result<Registers> {
        ptrace::getregs(pid).map(Registers)
    }

    /// Writes them.
    ///
    /// # Errors
    ///
    /// When the thread is not stopped, or has been killed in the meantime.
    pub fn write(&self, pid: Pid) -> nix::Result<()> {
        ptrace::setregs(pid, self.0)
    }

    /// The number of the call that the thread is in. Negative if it is in none.
    pub fn call(&self) -> c_long {
        self.0.orig_rax as c_long
    }

    /// At the beginning of a call: it will be this one. With a negative number there will be none, and
    /// the result is what the thread has as its result by then.
    pub fn set_call(&mut self, call: c_long) {
        self.0.orig_rax = call as u64;
    }

    /// The arguments of the call.
    pub fn arguments(&self) -> [u64; 6] {
        let r = &self.0;
        [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9]
    }

    /// Has the call have another second argument, which is often an address.
    pub fn set_second_argument(&mut self, value: u64) {
        self.0.rsi = value;
    }

    /// Has the call have another third argument, which is often a length.
    pub fn set_third_argument(&mut self, value: u64) {
        self.0.rdx = value;
    }

    /// At the end of a call its result: negative for an error number.
    pub fn result(&self) -> i64 {
        self.0.rax as i64
    }

    /// Has the call have another first argument.
    pub fn set_first_argument(&mut self, value: u64) {
        self.0.rdi = value;
    }

    /// The address of the next instruction.
    pub fn instruction(&self) -> u64 {
        self.0.rip
    }

    /// In a call: where the instruction lies that makes it.
    pub fn before_call(&self) -> u64 {
        self.0.rip - CALL_LENGTH
    }

    /// The general registers in the order in which instructions number them: rax, rcx, rdx, rbx, rsp,
    /// rbp, rsi, rdi, and r8 to r15.
    pub fn general(&self) -> [u64; 16] {
        let r = &self.0;
        [
            r.rax, r.rcx, r.rdx, r.rbx, r.rsp, r.rbp, r.rsi, r.rdi, r.r8, r.r9, r.r10, r.r11,
            r.r12, r.r13, r.r14, r.r15,
        ]
    }

    /// Where the segments fs and gs begin.
    pub fn segments(&self) -> [u64; 2] {
        [self.0.fs_base, self.0.gs_base]
    }

    /// Outside of a call: the next instruction, one that makes calls, is at this address and makes this
    /// one.
    pub fn set_next_call(&mut self, at: u64, call: c_long, arguments: [u64; 6]) {
        let r = &mut self.0;
        (r.rip, r.rax, r.orig_rax) = (at, call as u64, u64::MAX);
        [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9] = arguments;
    }

    /// From the beginning of a call, or from its end, back to before the instruction that makes it.
    pub fn make_again(&mut self) {
        self.0.rax = self.0.orig_rax;
        self.0.orig_rax = u64::MAX;
        self.0.rip = self.before_call();
    }

    /// Gives the call another result.
    pub fn set_result(&mut self, result: i64) {
        self.0.rax = result as u64;
    }
}

/// The call that a thread is about to make will not be made, but seem to have this result.
///
/// # Errors
///
/// When the thread is not stopped, or has been killed in the meantime.
pub fn skip(pid: Pid, result: i64) -> nix::Result<()> {
    let mut registers = Registers::read(pid)?;
    registers.set_call(-1);
    registers.set_result(result);
    registers.write(pid)
}

/// Hides from a program that has just been loaded the page from which it would read clocks without a
/// call (the vDSO), and the random bytes that each program begins with.
///
/// See getauxval(3), `AT_SYSINFO_EHDR` and `AT_RANDOM`.
///
/// # Errors
///
/// When the thread is not stopped, or has been killed in the meantime.
pub fn make_the_same(pid: Pid) -> nix::Result<()> {
    const WORD: usize = 8;
    /// Pairs of numbers that a program is told by the kernel are about forty.
    const ROOM: usize = 128 * WORD;

    let tid = pid.as_raw();
    // The stack of a new program: how many arguments, the arguments, a zero, the environment, a zero,
    // the pairs up to one of zeros.
    let top = Registers::read(pid)?.0.rsp;
    let mut length = 4096;
    let pairs = loop {
        let stack = memory::bytes(tid, top, length);
        let words: Vec<u64> = stack
            .chunks_exact(WORD)
            .map(|word| u64::from_ne_bytes(word.try_into().expect("a word of eight bytes")))
            .collect();
        let environment = words.first().map_or(0, |&arguments| arguments as usize + 2);
        let end = words.iter().skip(environment).position(|&word| word == 0);
        let pairs = end.map(|end| environment + end + 1);
        match pairs {
            Some(pairs) if pairs * WORD + ROOM <= length || stack.len() < length => {
                break words[pairs.min(words.len())..]
                    .chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .enumerate()
                    .map(|(at, pair)| (top + ((pairs + 2 * at) * WORD) as u64, pair))
                    .take_while(|(_, (kind, _))| *kind != 0)
                    .collect::<Vec<_>>();
            }
            None if stack.len() < length => return Ok(()),
            _ => length *= 2,
        }
    };
    for (at, (kind, value)) in pairs {
        match kind {
            nix::libc::AT_SYSINFO_EHDR => {
                memory::write(tid, at, &nix::libc::AT_IGNORE.to_ne_bytes());
            }
            nix::libc::AT_RANDOM => memory::write(tid, value, &[0x5a; 16]),
            _ => {}
        }
    }
    Ok(())
}
