// What it costs to start and join a thread, a bare fork and a child process.
// Notes: 线程何进程区别 (N2), 总结：进程和线程的对比 (N3). Page: spawn_cost.

use std::io;
use std::thread;
use std::time::Instant;

use util::Process;

const TIMES: usize = 300;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(nothing);

    let thread = micros_each(|| thread::spawn(nothing).join().unwrap());
    let mut rows = vec![("thread", thread)];
    #[cfg(unix)]
    rows.push(("bare fork", micros_each(fork_and_wait)));
    let process = micros_each(|| {
        Process::new(nothing, ()).start().unwrap().join().unwrap();
    });
    rows.push(("process", process));

    println!("start and join    µs each   x thread");
    for (what, micros) in rows {
        let bar = "█".repeat((40.0 * micros / process).ceil() as usize);
        println!("{what:<14} {micros:>10.1} {:>10.1}  {bar}", micros / thread);
    }
    let ratio = process / thread;
    println!("A process costs {ratio:.0} times as much as a thread.");
    Ok(())
}

fn nothing() {}

fn micros_each(start_and_join: impl Fn()) -> f64 {
    let mut micros = [0.0; TIMES].map(|_| {
        let start = Instant::now();
        start_and_join();
        start.elapsed().as_secs_f64() * 1e6
    });
    // The one in the middle: what some other program holds up does not count.
    micros.sort_by(f64::total_cmp);
    micros[TIMES / 2]
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "a bare fork is one of the three")]
fn fork_and_wait() {
    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork};

    // SAFETY: the child ends at once and calls nothing that a lock could hold up.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => unsafe { nix::libc::_exit(0) },
        ForkResult::Parent { child } => waitpid(child, None).unwrap(),
    };
}
