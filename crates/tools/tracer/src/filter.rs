//! At which system calls a thread stops.
//!
//! The kernel decides it for each call with a small program (seccomp, BPF), so that all other calls
//! cost next to nothing.

use std::slice;

use nix::libc::{self, c_long, sock_filter};

/// The processor as the kernel's audit numbers it. A call of another kind, such as one of a 32-bit
/// program, has other numbers for the same calls.
#[cfg(target_arch = "x86_64")]
pub(crate) const MACHINE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub(crate) const MACHINE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
pub(crate) const MACHINE: u32 = 0xc000_00f3;

/// Where things lie in the kernel's `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

/// The calls at which a thread stops. All others go on unseen, and so do all calls of a program for
/// another processor, such as a 32-bit one.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    rules: Vec<Rule>,
    /// The upper half of addresses, and the lower half of a sixth argument that lets a call through.
    addresses: Option<(u32, u32)>,
}

#[derive(Debug, Clone)]
struct Rule {
    call: c_long,
    /// An argument, and what it must be.
    argument: Option<(u32, Must)>,
}

#[derive(Debug, Clone)]
enum Must {
    /// One of these.
    Be(Vec<u32>),
    /// Any number but this one.
    Differ(u32),
    /// A number with one of these bits at least.
    Have(u32),
}

impl Filter {
    pub fn new() -> Filter {
        Filter::default()
    }

    /// Stops at these calls, whatever their arguments are.
    #[must_use]
    pub fn at(mut self, calls: &[c_long]) -> Filter {
        self.rules.extend(calls.iter().map(|&call| Rule { call, argument: None }));
        self
    }

    /// Stops at a call if an argument, counted from 0, has one of these values in its lower half.
    #[must_use]
    pub fn at_if(mut self, call: c_long, argument: u32, values: &[u32]) -> Filter {
        self.rules.push(Rule { call, argument: Some((argument, Must::Be(values.to_vec()))) });
        self
    }

    /// Stops at a call unless an argument, counted from 0, has this value in its lower half.
    #[must_use]
    pub fn at_unless(mut self, call: c_long, argument: u32, value: u32) -> Filter {
        self.rules.push(Rule { call, argument: Some((argument, Must::Differ(value))) });
        self
    }

    /// Stops at a call if an argument, counted from 0, has one of these bits in its lower half.
    #[must_use]
    pub fn at_if_bits(mut self, call: c_long, argument: u32, bits: u32) -> Filter {
        self.rules.push(Rule { call, argument: Some((argument, Must::Have(bits))) });
        self
    }

    /// Stops also at each call that has an argument with this upper half, such as an address, unless the
    /// lower half of its sixth argument is the pass.
    #[must_use]
    pub fn at_addresses(self, upper: u32, pass: u32) -> Filter {
        Filter { addresses: Some((upper, pass)), ..self }
    }

    /// The program for the kernel.
    ///
    /// # Panics
    ///
    /// With more rules than one jump of the kernel's machine can pass over, which is about 250.
    pub fn program(&self) -> Vec<sock_filter> {
        let load = |offset| step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
        let answer = |what| step(libc::BPF_RET | libc::BPF_K, 0, 0, what);
        let jump = |test, value, yes: usize, no: usize| {
            let short = |distance| u8::try_from(distance).expect("a filter of 250 steps at most");
            step(libc::BPF_JMP | test | libc::BPF_K, short(yes), short(no), value)
        };
        let equal = |value, yes, no| jump(libc::BPF_JEQ, value, yes, no);

        // Built from its end, where the distance to the two answers is known.
        const STOP: usize = 0;
        const GO_ON: usize = 1;
        let mut backwards = vec![answer(libc::SECCOMP_RET_TRACE), answer(libc::SECCOMP_RET_ALLOW)];
        for rule in self.rules.iter().rev() {
            let number = rule.call as u32;
            match &rule.argument {
                None => {
                    let stop = backwards.len() - 1 - STOP;
                    backwards.push(equal(number, stop, 0));
                }
                Some((argument, must)) => {
                    let rest = backwards.len();
                    let (test, values, fits, differs) = match must {
                        Must::Be(values) => (libc::BPF_JEQ, values.as_slice(), STOP, GO_ON),
                        Must::Differ(value) => (libc::BPF_JEQ, slice::from_ref(value), GO_ON, STOP),
                        Must::Have(bits) => (libc::BPF_JSET, slice::from_ref(bits), STOP, GO_ON),
                    };
                    // The number of the call is lost by now, and no second rule is for it.
                    let otherwise = (rest - 1 - differs) as u32;
                    backwards.push(step(libc::BPF_JMP | libc::BPF_JA, 0, 0, otherwise));
                    for &value in values {
                        let answer = backwards.len() - 1 - fits;
                        backwards.push(jump(test, value, answer, 0));
                    }
                    backwards.push(load(ARGUMENTS + 8 * argument));
                    let block = backwards.len() - rest;
                    backwards.push(equal(number, 0, block));
                }
            }
        }
        backwards.push(load(NUMBER));
        if let Some((upper, pass)) = self.addresses {
            for argument in (0..6).rev() {
                let stop = backwards.len() - 1 - STOP;
                backwards.push(equal(upper, stop, 0));
                backwards.push(load(ARGUMENTS + 8 * argument + 4));
            }
            let through = backwards.len() - 1 - GO_ON;
            backwards.push(equal(pass, through, 0));
            backwards.push(load(ARGUMENTS + 8 * 5));
        }
        let other = backwards.len() - 1 - GO_ON;
        backwards.push(equal(MACHINE, 0, other));
        backwards.push(load(ARCH));
        backwards.reverse();
        backwards
    }
}

fn step(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would answer.
    fn run(program: &[sock_filter], arch: u32, call: c_long, arguments: &[u64]) -> u32 {
        let (mut at, mut value) = (0, 0);
        loop {
            let step = &program[at];
            at += 1;
            match u32::from(step.code) {
                code if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS => {
                    value = match step.k {
                        NUMBER => call as u32,
                        ARCH => arch,
                        offset => {
                            let at = (offset - ARGUMENTS) as usize;
                            let argument = arguments.get(at / 8).copied().unwrap_or(0);
                            (argument >> (at % 8 * 8)) as u32
                        }
                    };
                }
                code if code == libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K => {
                    at += usize::from(if value == step.k { step.jt } else { step.jf });
                }
                code if code == libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K => {
                    at += usize::from(if value & step.k != 0 { step.jt } else { step.jf });
                }
                code if code == libc::BPF_JMP | libc::BPF_JA => at += step.k as usize,
                _ => return step.k,
            }
        }
    }

    #[test]
    fn a_thread_stops_at_the_calls_that_were_named_and_at_no_other() {
        let filter = Filter::new()
            .at_if(libc::SYS_write, 0, &[1, 2])
            .at(&[libc::SYS_futex, libc::SYS_read])
            .at_if_bits(libc::SYS_mmap, 1, 5)
            .at_unless(libc::SYS_pread64, 2, 3)
            .at_if(libc::SYS_fcntl, 1, &[7]);
        let program = filter.program();
        let stops = |call, arguments: &[u64]| {
            run(&program, MACHINE, call, arguments) == libc::SECCOMP_RET_TRACE
        };
        assert!(stops(libc::SYS_futex, &[9, 9]) && stops(libc::SYS_read, &[0, 0]));
        assert!(stops(libc::SYS_write, &[1, 0]) && stops(libc::SYS_write, &[2, 0]));
        assert!(stops(libc::SYS_fcntl, &[0, 7]));
        assert!(stops(libc::SYS_mmap, &[0, 1]) && stops(libc::SYS_mmap, &[0, 6]));
        assert!(stops(libc::SYS_pread64, &[3, 3, 4]) && !stops(libc::SYS_pread64, &[4, 4, 3]));
        assert!(!stops(libc::SYS_mmap, &[7, 0]) && !stops(libc::SYS_mmap, &[0, 2]));
        assert!(!stops(libc::SYS_write, &[3, 0]) && !stops(libc::SYS_fcntl, &[7, 0]));
        assert!(!stops(libc::SYS_close, &[1, 7]));
    }

    #[test]
    fn a_thread_stops_at_calls_that_are_given_certain_addresses_unless_they_have_a_pass() {
        let program = Filter::new().at(&[libc::SYS_read]).at_addresses(7, 9).program();
        let stops = |call, arguments: &[u64]| {
            run(&program, MACHINE, call, arguments) == libc::SECCOMP_RET_TRACE
        };
        let inside = 7 << 32 | 5;
        assert!(
            stops(libc::SYS_close, &[inside]) && stops(libc::SYS_stat, &[0, 0, 0, 0, 0, inside])
        );
        assert!(stops(libc::SYS_read, &[0]) && !stops(libc::SYS_close, &[7, 8 << 32]));
        assert!(!stops(libc::SYS_mprotect, &[inside, 0, 0, 0, 0, 9]));
    }

    #[test]
    fn calls_of_another_kind_of_program_are_let_through() {
        let program = Filter::new().at(&[libc::SYS_read]).program();
        // The audit number of a 32-bit program on x86.
        assert_eq!(run(&program, 0x4000_0003, libc::SYS_read, &[]), libc::SECCOMP_RET_ALLOW);
    }
}
