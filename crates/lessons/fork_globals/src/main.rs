// A forked child starts with a copy of its parent's memory; a child that is a fresh start does not.
// Notes: 全局变量在多个进程中不能共享 (N4), 2.5 进程间不共享全局变量 (N3). Page: fork_globals.

#[cfg(unix)]
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

#[cfg(unix)]
static MONEY: AtomicI64 = AtomicI64::new(10);

#[cfg(unix)]
#[allow(unsafe_code, reason = "fork is the subject of this lesson")]
fn main() -> std::io::Result<()> {
    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork};

    let _main = util::main_guard!(fresh_child);
    MONEY.store(20, SeqCst);
    println!("main sets 20");

    // SAFETY: the only other thread waits for Ctrl-C and holds no lock.
    match unsafe { fork() }.expect("fork failed") {
        ForkResult::Child => {
            println!("forked child starts with {}", MONEY.load(SeqCst));
            MONEY.store(30, SeqCst);
            println!("forked child sets {}", MONEY.load(SeqCst));
            std::process::exit(0);
        }
        ForkResult::Parent { child } => waitpid(child, None).expect("wait failed"),
    };
    println!("main still has {}", MONEY.load(SeqCst));

    util::Process::new(fresh_child, ()).start()?.join()
}

#[cfg(unix)]
fn fresh_child() {
    println!("fresh child starts with {}", MONEY.load(SeqCst));
}

#[cfg(not(unix))]
fn main() {
    eprintln!(
        "fork is a call of Unix systems. Run no_shared_globals, which works on every system."
    );
    std::process::exit(1);
}
