//! What the next instruction of a stopped thread does to memory, and of which function it is.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, OnceLock};

use iced_x86::{
    Decoder, DecoderOptions, InstructionInfoFactory, Mnemonic, OpAccess, Register, UsedMemory,
};
use object::{Object as _, ObjectSegment as _, ObjectSymbol as _};

use super::os::{self, Registers};

/// In which way memory is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
    /// It is read and, in the same moment, may be written.
    Update,
}

/// What an instruction does to memory.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    /// Where, how many bytes, and in which way. A length of 0 stands for one that is not known.
    pub(super) uses: Vec<(u64, u64, Use)>,
    /// Whether it is the one that replaces a number if it is still the same.
    pub(super) exchanges: bool,
}

/// The longest instruction that there is.
const LONGEST: usize = 15;

/// The next instruction of a thread with these registers.
pub(super) fn instruction(tid: i32, registers: &Registers) -> Instruction {
    let at = registers.instruction();
    let bytes = os::memory(tid, at, LONGEST);
    let instruction = Decoder::with_ip(64, &bytes, at, DecoderOptions::NONE).decode();
    let (general, [fs, gs]) = (registers.general(), registers.segments());
    let value = |register: Register, _: usize, _: usize| {
        Some(match register {
            Register::FS => fs,
            Register::GS => gs,
            _ if register.is_segment_register() => 0,
            _ if register.is_gpr64() => general[register.number()],
            _ if register.is_gpr32() => general[register.number()] & u64::from(u32::MAX),
            _ => return None,
        })
    };
    let repeats = instruction.has_rep_prefix() || instruction.has_repne_prefix();
    let mut factory = InstructionInfoFactory::new();
    let told = |used: &UsedMemory| {
        let how = match used.access() {
            OpAccess::Read | OpAccess::CondRead => Use::Read,
            OpAccess::Write | OpAccess::CondWrite => Use::Write,
            OpAccess::ReadWrite | OpAccess::ReadCondWrite => Use::Update,
            _ => return None,
        };
        let length = if repeats { 0 } else { used.memory_size().size() as u64 };
        used.virtual_address(0, value).map(|address| (address, length, how))
    };
    let uses = factory.info(&instruction).used_memory().iter().filter_map(told).collect();
    Instruction { uses, exchanges: instruction.mnemonic() == Mnemonic::Cmpxchg }
}

/// What is done to a semaphore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// It is given.
    Post,
    /// It is taken, as soon as it is to be had.
    Wait,
    /// It is taken if it is to be had.
    TryWait,
    /// It is looked at.
    GetValue,
    /// It is looked at whether it was taken more often than given, and given then: CPython's `release`.
    Release,
}

/// The functions of the C library that come to a semaphore, each with where it lies in the file and how
/// long it is.
type Functions = Arc<Vec<(u64, u64, Operation)>>;

/// Which operation on a semaphore the function is that has an instruction at this address. None if it is
/// none of those of the C library.
pub(super) fn operation(tid: i32, at: u64) -> Option<Operation> {
    let (place, file) = in_file(tid, at)?;
    let functions = functions(file);
    let inside =
        |(start, length, _): &&(u64, u64, Operation)| (*start..*start + *length).contains(&place);
    functions.iter().find(inside).map(|(_, _, operation)| *operation)
}

/// Whether the function that has just been called was called by CPython's module of semaphores, whose
/// `release` looks at a semaphore before it gives it.
pub(super) fn is_called_by_python(tid: i32, registers: &Registers) -> bool {
    const STACK: usize = 4;
    let back = os::u64_at(tid, registers.general()[STACK]);
    in_file(tid, back).is_some_and(|(_, file)| file.contains("/_multiprocessing."))
}

/// Where in which file it lies what is at an address.
fn in_file(tid: i32, at: u64) -> Option<(u64, String)> {
    let maps = fs::read_to_string(format!("/proc/{tid}/maps")).ok()?;
    maps.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).ok());
        let (start, end) = (start?, end?);
        let offset = u64::from_str_radix(words.nth(1)?, 16).ok()?;
        let file = words.nth(2)?;
        (start..end).contains(&at).then(|| (at - start + offset, file.to_string()))
    })
}

/// The functions of a file, which is read once.
fn functions(file: String) -> Functions {
    static KNOWN: OnceLock<Mutex<HashMap<String, Functions>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap();
    let found = known.entry(file).or_insert_with_key(|file| {
        let bytes = fs::read(file).unwrap_or_default();
        Arc::new(exported(&bytes).unwrap_or_default())
    });
    Arc::clone(found)
}

fn exported(bytes: &[u8]) -> Option<Vec<(u64, u64, Operation)>> {
    let file = object::File::parse(bytes).ok()?;
    let in_file = |address: u64| {
        file.segments().find_map(|segment| {
            let (start, length) = segment.file_range();
            let at = address.checked_sub(segment.address())?;
            (at < length).then_some(start + at)
        })
    };
    let functions = file.dynamic_symbols().filter_map(|symbol| {
        let operation = match symbol.name().ok()? {
            "sem_post" => Operation::Post,
            "sem_wait" | "sem_timedwait" | "sem_clockwait" => Operation::Wait,
            "sem_trywait" => Operation::TryWait,
            "sem_getvalue" => Operation::GetValue,
            _ => return None,
        };
        Some((in_file(symbol.address())?, symbol.size(), operation))
    });
    Some(functions.collect())
}
