//! What prunes is held against what does not: random programs, with locks, conditions, channels,
//! barriers, atomics and the rest of std, have the same endings and the same counts of schedules whether
//! every schedule is tried or one of each class.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use schedules::search::{Completeness, classes, every, random, switches};
use schedules::world::End;
use schedules::worlds::rust::Program;
use schedules::worlds::rust::stand_in::io::print;
use schedules::worlds::rust::stand_in::sync::atomic::{AtomicI64, Ordering::SeqCst};
use schedules::worlds::rust::stand_in::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};
use schedules::worlds::rust::stand_in::{sync::mpsc, thread};

/// What the threads of a program share.
struct Shared {
    atomics: [AtomicI64; 2],
    locks: [Mutex<i64>; 2],
    shared_lock: RwLock<i64>,
    condition: Condvar,
    barrier: Barrier,
    cell: OnceLock<i64>,
}

/// What a thread can do. The number says to which of two.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Load,
    Store,
    Add,
    Exchange,
    Lock,
    LockBoth,
    TryLock,
    Read,
    Write,
    TryRead,
    WaitIfZero,
    WaitForATime,
    NotifyOne,
    NotifyAll,
    Send,
    Receive,
    TryReceive,
    ReceiveForATime,
    DropSender,
    Print,
    PrintTheSame,
    Sleep,
    Initialise,
    Peek,
    Unpark,
    Park,
    Arrive,
    Panic,
}

const DEEDS: [Deed; 28] = [
    Deed::Load,
    Deed::Store,
    Deed::Add,
    Deed::Exchange,
    Deed::Lock,
    Deed::LockBoth,
    Deed::TryLock,
    Deed::Read,
    Deed::Write,
    Deed::TryRead,
    Deed::WaitIfZero,
    Deed::WaitForATime,
    Deed::NotifyOne,
    Deed::NotifyAll,
    Deed::Send,
    Deed::Receive,
    Deed::TryReceive,
    Deed::ReceiveForATime,
    Deed::DropSender,
    Deed::Print,
    Deed::PrintTheSame,
    Deed::Sleep,
    Deed::Initialise,
    Deed::Peek,
    Deed::Unpark,
    Deed::Park,
    Deed::Arrive,
    Deed::Panic,
];

/// Does what a thread was told, and prints what it has seen.
fn work(
    shared: &Shared,
    deeds: &[(Deed, usize)],
    mut sender: Option<mpsc::SyncSender<i64>>,
    receiver: Option<mpsc::Receiver<i64>>,
    main: &thread::Thread,
) {
    let mut seen = 0;
    for &(deed, which) in deeds {
        let atomic = &shared.atomics[which % 2];
        let lock = &shared.locks[which % 2];
        let other = &shared.locks[(which + 1) % 2];
        // Whoever panics with a lock in hand poisons it: that must not end the others.
        macro_rules! held {
            ($guard:expr) => {
                $guard.unwrap_or_else(|error| error.into_inner())
            };
        }
        match deed {
            Deed::Load => seen += atomic.load(SeqCst),
            Deed::Store => atomic.store(seen + 1, SeqCst),
            Deed::Add => seen += atomic.fetch_add(1, SeqCst),
            Deed::Exchange => {
                let _ = atomic.compare_exchange(seen, seen + 3, SeqCst, SeqCst);
            }
            Deed::Lock => *held!(lock.lock()) += 1 + seen,
            Deed::LockBoth => {
                let one = held!(lock.lock());
                let two = held!(other.lock());
                seen += *one + *two;
            }
            Deed::TryLock => match lock.try_lock() {
                Ok(mut value) => {
                    *value += 1;
                    seen += *value;
                }
                Err(_) => seen += 100,
            },
            Deed::Read => seen += *held!(shared.shared_lock.read()),
            Deed::Write => *held!(shared.shared_lock.write()) += seen + 1,
            Deed::TryRead => seen += shared.shared_lock.try_read().map_or(200, |value| *value),
            Deed::WaitIfZero => {
                let value = held!(lock.lock());
                if *value == 0 {
                    seen += *held!(shared.condition.wait(value));
                }
            }
            Deed::WaitForATime => {
                let value = held!(lock.lock());
                let (value, result) = held!(shared.condition.wait_timeout(value, Duration::ZERO));
                seen += *value + if result.timed_out() { 7 } else { 0 };
            }
            Deed::NotifyOne => shared.condition.notify_one(),
            Deed::NotifyAll => shared.condition.notify_all(),
            Deed::Send => {
                if let Some(sender) = &sender {
                    seen += sender.send(which as i64).map_or(400, |()| 0);
                }
            }
            Deed::Receive => {
                if let Some(receiver) = &receiver {
                    seen += receiver.recv().unwrap_or(50);
                }
            }
            Deed::TryReceive => {
                if let Some(receiver) = &receiver {
                    seen += receiver.try_recv().unwrap_or(70);
                }
            }
            Deed::ReceiveForATime => {
                if let Some(receiver) = &receiver {
                    seen += receiver.recv_timeout(Duration::ZERO).unwrap_or(90);
                }
            }
            Deed::DropSender => drop(sender.take()),
            Deed::Print => print(format!("{seen};")),
            Deed::PrintTheSame => print("p;".to_string()),
            Deed::Sleep => thread::sleep(Duration::ZERO),
            Deed::Initialise => {
                seen += shared.cell.get_or_init(|| atomic.load(SeqCst) + which as i64);
            }
            Deed::Peek => seen += shared.cell.get().copied().unwrap_or(5),
            Deed::Unpark => main.unpark(),
            Deed::Park => thread::park_timeout(Duration::ZERO),
            Deed::Arrive => seen += if shared.barrier.wait().is_leader() { 11 } else { 0 },
            Deed::Panic => {
                let _held = held!(lock.lock());
                assert!(seen % 2 == 0, "an odd sight");
            }
        }
    }
    print(format!("{seen}."));
}

/// Which program it is that [`program`] runs.
static SEED: AtomicU64 = AtomicU64::new(0);

/// Held by the test that sets [`SEED`].
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn turn() -> std::sync::MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A program: two or three threads that do a few things, of four kinds.
#[derive(Debug)]
struct Outline {
    /// What each thread does. The first has the receiver, the others senders.
    threads: Vec<Vec<(Deed, usize)>>,
    /// How many messages the channel holds.
    bound: usize,
    /// In some programs main goes on while others still run.
    joins: bool,
}

fn outline(seed: u64) -> Outline {
    let mut state = seed;
    let mut draw = |below: usize| (random::next(&mut state) % below as u64) as usize;
    let threads = 2 + draw(2);
    let most = if threads == 2 { 3 } else { 2 };
    let kinds: Vec<_> = (0..4).map(|_| DEEDS[draw(DEEDS.len())]).collect();
    let mut thread = || (0..1 + draw(most)).map(|_| (kinds[draw(4)], draw(4))).collect();
    let threads = (0..threads).map(|_| thread()).collect();
    Outline { threads, bound: [0, 1, 100][draw(3)], joins: draw(4) > 0 }
}

fn program() -> ExitCode {
    let Outline { threads, bound, joins } = outline(SEED.load(Relaxed));
    let shared = Arc::new(Shared {
        atomics: Default::default(),
        locks: Default::default(),
        shared_lock: RwLock::default(),
        condition: Condvar::new(),
        barrier: Barrier::new(2),
        cell: OnceLock::new(),
    });
    let (sender, receiver) = mpsc::sync_channel(bound);
    let mut receiver = Some(receiver);
    let main = thread::current();
    let mut handles = Vec::new();
    for (number, deeds) in threads.into_iter().enumerate() {
        let sender = (number > 0).then(|| sender.clone());
        let receiver = receiver.take();
        let (shared, main) = (Arc::clone(&shared), main.clone());
        handles.push(thread::spawn(move || work(&shared, &deeds, sender, receiver, &main)));
    }
    drop(sender);
    for handle in handles {
        if joins {
            let _ = handle.join();
        }
    }
    print(format!("{}", shared.atomics[0].load(SeqCst)));
    ExitCode::SUCCESS
}

#[test]
fn random_programs_have_the_same_endings_and_counts_in_classes_as_in_all_schedules() {
    let _turn = turn();
    let (mut compared, mut deadlocks, mut schedules, mut runs) = (0, 0, 0, 0);
    let mut seed = 0;
    while compared < 1_200 {
        seed += 1;
        SEED.store(seed, Relaxed);
        let program = Program::new(program);
        let whole = every::some(&mut &program, 3_000);
        if !whole.complete() {
            continue;
        }
        let classes = classes::all(&mut &program, Duration::from_secs(600));
        assert!(classes.complete(), "seed {seed}: {:?} {:?}", outline(seed), classes.completeness);
        let different: Vec<_> = whole
            .endings
            .iter()
            .filter(|(ending, found)| classes.endings.get(ending) != Some(found))
            .map(|(ending, found)| (ending, found, classes.endings.get(ending)))
            .collect();
        assert!(different.is_empty(), "seed {seed}: {:?} {different:?}", outline(seed));
        assert_eq!(classes.endings, whole.endings, "seed {seed}");
        assert_eq!(classes.schedules, whole.schedules, "seed {seed}");
        compared += 1;
        deadlocks += usize::from(whole.deadlocks());
        schedules += whole.runs;
        runs += classes.runs;
    }
    println!(
        "{compared} programs of {seed}, {deadlocks} with deadlocks: {schedules} schedules in {runs} runs"
    );
    assert!(deadlocks > 100, "{deadlocks}");
}

#[test]
fn random_programs_have_the_same_endings_with_few_switches_first() {
    let _turn = turn();
    let mut compared = 0;
    for seed in 1.. {
        SEED.store(seed, Relaxed);
        let program = Program::new(program);
        let whole = every::some(&mut &program, 1_000);
        if !whole.complete() {
            continue;
        }
        let levels = switches::within(&mut &program, usize::MAX, Duration::from_secs(600));
        assert_eq!(levels.completeness, Completeness::All, "seed {seed}");
        assert!(levels.endings.keys().eq(whole.endings.keys()), "seed {seed}");
        let few = |findings: &schedules::search::Findings, most| {
            let endings = findings.endings.iter();
            let endings = endings.filter(|(_, found)| found.switches <= most);
            endings.map(|(ending, found)| (ending.clone(), found.switches)).collect::<Vec<_>>()
        };
        assert_eq!(few(&levels, usize::MAX), few(&whole, usize::MAX), "seed {seed}");
        // What is said of at most so many switches is true of the first levels too.
        let most = whole.endings.values().map(|found| found.switches).min().unwrap_or(0) + 1;
        let first = switches::within(&mut &program, most, Duration::from_secs(600));
        assert_eq!(few(&first, usize::MAX), few(&whole, most), "seed {seed}");
        compared += 1;
        if compared == 300 {
            return;
        }
    }
}

#[test]
fn an_ending_of_a_random_program_is_reached_again_by_its_schedule() {
    let _turn = turn();
    for seed in 1..200 {
        SEED.store(seed, Relaxed);
        let program = Program::new(program);
        let found = classes::all(&mut &program, Duration::from_secs(1));
        for (ending, how) in &found.endings {
            let run = schedules::search::follow(&mut &program, &how.schedule).expect("a run");
            assert_eq!(run.output, ending.output, "seed {seed}");
            assert_eq!(run.end(), Some(&ending.end), "seed {seed}");
            assert!(!matches!(run.end(), Some(End::CutOff(_))), "seed {seed}");
        }
    }
}
