//! A program for the tests to watch. Its first argument says what it does.

use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("sleep") => sleep(),
        Some("family") => family("child"),
        Some("child") => family("grandchild"),
        Some("grandchild") => thread::sleep(Duration::from_millis(20)),
        Some("crowd") => crowd(),
        Some("threads") => threads(number()),
        Some("processes") => processes(number()),
        Some("helpers") => helpers(),
        Some("print") => print(),
        Some("deadlock") => deadlock(),
        Some("traceme") => traceme(),
        Some("exec") => exec(),
        Some("compute") => compute(),
        Some("bursts") => bursts(),
        other => panic!("no such specimen: {other:?}"),
    }
}

/// The second argument.
fn number() -> usize {
    std::env::args().nth(2).and_then(|number| number.parse().ok()).expect("a number")
}

/// So many threads that each sleep for 10 ms.
fn threads(count: usize) {
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| thread::sleep(Duration::from_millis(10)));
        }
    });
}

/// So many processes, one after the other.
fn processes(count: usize) {
    for _ in 0..count {
        assert!(Command::new("/bin/true").status().unwrap().success());
    }
}

/// Two threads sleep for 0.6 s and 0.4 s, each in parts.
fn sleep() {
    thread::scope(|scope| {
        for part in [150, 100] {
            scope.spawn(move || {
                for _ in 0..4 {
                    thread::sleep(Duration::from_millis(part));
                }
            });
        }
    });
}

/// Two children at the same time, each with a thread, and the children of the first kind have
/// children themselves.
fn family(next: &str) {
    let start = || {
        let program = std::env::current_exe().unwrap();
        Command::new(program).arg(next).spawn().unwrap()
    };
    let mut children = [start(), start()];
    thread::spawn(|| thread::sleep(Duration::from_millis(5))).join().unwrap();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
}

/// A thousand threads, all alive at the same time.
fn crowd() {
    let all_here = Barrier::new(1000);
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| all_here.wait());
        }
    });
}

/// Threads with the names of helpers, and one with a name of its own.
fn helpers() {
    for name in ["util-watch", "ctrl-c", "talker"] {
        let named = thread::Builder::new().name(name.to_string());
        named.spawn(|| println!("{:?}", thread::current().name())).unwrap().join().unwrap();
    }
}

/// A megabyte in long lines from two threads, in pieces that a pipe does not take at once.
fn print() {
    thread::scope(|scope| {
        for letter in ["a", "b"] {
            scope.spawn(move || {
                for _ in 0..8 {
                    let line = letter.repeat(65_535) + "\n";
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

/// Two threads that take two locks in opposite orders, and stick.
fn deadlock() {
    let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
    let both_hold_one = Arc::new(Barrier::new(2));
    let threads = [(0, 1), (1, 0)].map(|(first, second)| {
        let (locks, both_hold_one) = (Arc::clone(&locks), Arc::clone(&both_hold_one));
        thread::spawn(move || {
            let _first = locks[first].lock().unwrap();
            both_hold_one.wait();
            let _second = locks[second].lock().unwrap();
        })
    });
    println!("Each thread waits for the other.");
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Asks to be traced, which is refused to one that is traced already.
fn traceme() {
    if nix::sys::ptrace::traceme().is_err() {
        std::process::exit(1);
    }
}

/// Eight threads that compute at the same time, each for 50 ms of its own core.
fn compute() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| busy(Duration::from_millis(50)));
        }
    });
}

/// A hundred threads that sleep for 10 ms at the same time, five times.
fn bursts() {
    let together = Barrier::new(100);
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                for _ in 0..5 {
                    together.wait();
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
    });
}

/// Computes until this thread had a core for so long.
fn busy(length: Duration) {
    let used = || {
        let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
        Duration::new(time.tv_sec() as u64, time.tv_nsec() as u32)
    };
    let end = used() + length;
    while used() < end {
        for _ in 0..1000 {
            std::hint::spin_loop();
        }
    }
}

/// A second thread makes another program of the process while the first one waits for it.
fn exec() {
    use std::os::unix::process::CommandExt;
    let error =
        thread::spawn(|| Command::new("sh").args(["-c", "echo another; exec sleep 0.1"]).exec());
    panic!("{:?}", error.join());
}
