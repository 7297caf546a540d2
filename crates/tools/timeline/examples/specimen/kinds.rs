//! What the program can do.

use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

pub fn main() {
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
        Some("condition") => condition(),
        Some("bursts") => bursts(),
        Some("waits") => waits(),
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

/// A condition is called twice while nobody waits, and once when one does.
fn condition() {
    let state = Mutex::new(false);
    let changed = Condvar::new();
    changed.notify_one();
    changed.notify_one();
    thread::scope(|scope| {
        let wait = || drop(changed.wait_while(state.lock().unwrap(), |changed| !*changed));
        thread::Builder::new().name("waiter".to_string()).spawn_scoped(scope, wait).unwrap();
        thread::sleep(Duration::from_millis(300));
        *state.lock().unwrap() = true;
        changed.notify_one();
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

/// A second thread computes for 200 ms, and makes another program of the process while the first one
/// waits for it.
fn exec() {
    use std::os::unix::process::CommandExt;
    let error = thread::spawn(|| {
        busy(Duration::from_millis(200));
        Command::new("sh").args(["-c", "echo another; exec sleep 0.1"]).exec()
    });
    panic!("{:?}", error.join());
}

/// Ten kinds of waits, each in a thread with its name, and how long each took by its own clock, in
/// microseconds: a line for each.
fn waits() {
    use std::io::Read;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::process::Stdio;
    use std::sync::mpsc;
    use std::time::Instant;

    use nix::fcntl::{Flock, FlockArg};
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    const LONG: Duration = Duration::from_millis(60);
    type Wait = fn() -> Duration;
    fn timed(wait: impl FnOnce()) -> Duration {
        let start = Instant::now();
        wait();
        start.elapsed()
    }
    fn in_a_while(act: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
        thread::spawn(move || {
            thread::sleep(LONG);
            act();
        })
    }
    let kinds: [(&str, Wait); 10] = [
        ("sleep", || timed(|| thread::sleep(LONG))),
        ("lock", || {
            let lock = Arc::new(Mutex::new(()));
            let (held, is_held) = mpsc::channel();
            let other = Arc::clone(&lock);
            thread::spawn(move || {
                let _guard = other.lock().unwrap();
                held.send(()).unwrap();
                thread::sleep(LONG);
            });
            is_held.recv().unwrap();
            timed(|| drop(lock.lock().unwrap()))
        }),
        ("message", || {
            let (sender, receiver) = mpsc::channel();
            in_a_while(move || {
                sender.send(()).unwrap();
                // Were it its last act, it would look like the end of a scope.
                thread::sleep(LONG);
            });
            timed(|| receiver.recv().unwrap())
        }),
        ("thread", || {
            let thread = in_a_while(|| ());
            timed(|| thread.join().unwrap())
        }),
        ("process", || {
            let mut child = Command::new("sleep").arg("0.06").spawn().unwrap();
            timed(|| assert!(child.wait().unwrap().success()))
        }),
        ("pipe", || {
            let (mut reader, mut writer) = std::io::pipe().unwrap();
            in_a_while(move || writer.write_all(b"x").unwrap());
            timed(|| reader.read_exact(&mut [0]).unwrap())
        }),
        ("full", || {
            let mut command = Command::new("sh");
            command.args(["-c", "sleep 0.06; cat >/dev/null"]).stdin(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut pipe = child.stdin.take().unwrap();
            let took = timed(|| pipe.write_all(&[0; 200_000]).unwrap());
            drop(pipe);
            child.wait().unwrap();
            took
        }),
        ("socket", || {
            let (mut here, mut there) = UnixStream::pair().unwrap();
            in_a_while(move || there.write_all(b"x").unwrap());
            timed(|| here.read_exact(&mut [0]).unwrap())
        }),
        ("file", || {
            let path = std::env::temp_dir().join(format!("specimen-{}", std::process::id()));
            let open = || std::fs::File::create(&path).unwrap();
            let held = Flock::lock(open(), FlockArg::LockExclusive).map_err(drop).unwrap();
            in_a_while(move || drop(held));
            let file = open();
            let took = timed(|| drop(Flock::lock(file, FlockArg::LockExclusive).map_err(drop)));
            std::fs::remove_file(path).unwrap();
            took
        }),
        ("poll", || {
            let (reader, _writer) = std::io::pipe().unwrap();
            let timeout = PollTimeout::try_from(LONG).unwrap();
            timed(|| {
                poll(&mut [PollFd::new(reader.as_fd(), PollFlags::POLLIN)], timeout).unwrap();
            })
        }),
    ];
    for (name, wait) in kinds {
        let thread = thread::Builder::new().name(format!("kind-{name}")).spawn(wait).unwrap();
        println!("{name} {}", thread.join().unwrap().as_micros());
    }
}
