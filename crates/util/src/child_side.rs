//! What a child process does in place of the rest of main.

use std::io::{self, IsTerminal, Read};
use std::panic::{self, AssertUnwindSafe};
use std::{process, thread};

use crate::channel::{self, Channel, Connection};
use crate::children::{self, GREETING, MARK};
use crate::{CurrentProcess, current_process, frame, guard, target};

/// The first frame that a child reads: its name, whether it is a daemon, its path, its parent, and
/// its work.
pub(crate) type Orders = (String, bool, Vec<u32>, Parent, Work);

/// The id of the process that starts a child, and whether its main thread does.
pub(crate) type Parent = (u32, bool);

/// The target of a process, or where a worker of a pool finds its tasks.
pub(crate) type Work = Result<String, Connection>;

/// Runs the target, or the tasks of a pool, and ends the process.
pub(crate) fn run() -> ! {
    let Some((orders, mut stdin)) = take_orders() else {
        eprintln!("{MARK} is for the children of this program: start the program without it");
        process::exit(2);
    };
    let (name, daemon, path, parent, work) = orders.unwrap_or_else(|_| parent_is_gone());
    CurrentProcess { name, daemon, path, parent_id: Some(parent.0) }.set();
    show_own_name();

    let code = match work {
        Ok(target) => {
            let args = frame::read(&mut stdin).unwrap_or_else(|_| parent_is_gone());
            end_with(parent, move || {
                let _ = io::copy(&mut stdin, &mut io::sink());
            });
            run_target(&target, &args)
        }
        Err(connection) => match channel::connect(stdin, connection) {
            Ok((pool, wait_for_end)) => {
                end_with(parent, wait_for_end);
                serve(pool)
            }
            Err(_) => 1,
        },
    };
    children::finish();
    process::exit(code)
}

/// Takes stdin, and reads the orders from it.
fn take_orders() -> Option<(io::Result<Orders>, channel::Stdin)> {
    if io::stdin().is_terminal() {
        return None;
    }
    let mut stdin = channel::take_stdin().ok()?;
    Some((read_orders(&mut stdin)?, stdin))
}

/// `None` when this process was not started by its program but by hand; an error when the parent
/// ended before it could give orders.
fn read_orders(mut from: impl Read) -> Option<io::Result<Orders>> {
    let mut greeting = [0; GREETING.len()];
    from.read_exact(&mut greeting).ok()?;
    if greeting != GREETING {
        return None;
    }
    match frame::read(from) {
        Ok(orders) => serde_json::from_slice(&orders).ok().map(Ok),
        Err(error) => Some(Err(error)),
    }
}

/// Lets `ps` and `top` show the program's name, and not that of the link it was started by.
fn show_own_name() {
    #[cfg(target_os = "linux")]
    {
        let path = std::env::args_os().next().map(std::path::PathBuf::from).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        if let Ok(name) = std::ffi::CString::new(name) {
            let _ = nix::sys::prctl::set_name(&name);
        }
    }
}

/// Ends this process when its parent has ended: `wait` returns when that is so.
fn end_with(parent: Parent, wait: impl FnOnce() + Send + 'static) {
    if killed_by_system_after(parent) {
        return;
    }
    let watch = move || {
        wait();
        parent_is_gone();
    };
    let started =
        thread::Builder::new().name("util-watch".to_owned()).stack_size(64 * 1024).spawn(watch);
    if let Err(error) = started {
        // Better no child than one that outlives its parent.
        eprintln!("Process {}: cannot start a thread: {error}", current_process().name());
        process::exit(1);
    }
}

/// Has Linux kill this process when its parent ends, which is cheaper than a thread that waits.
///
/// Linux means the thread that started this process, so that must have been the main thread, which
/// lives as long as its process.
#[cfg(target_os = "linux")]
fn killed_by_system_after((id, by_main_thread): Parent) -> bool {
    use nix::sys::prctl::set_pdeathsig;
    use nix::sys::signal::Signal;

    let killed = by_main_thread && set_pdeathsig(Signal::SIGKILL).is_ok();
    if killed && std::os::unix::process::parent_id() != id {
        // It ended before Linux was asked.
        parent_is_gone();
    }
    killed
}

#[cfg(not(target_os = "linux"))]
fn killed_by_system_after(_parent: Parent) -> bool {
    false
}

fn parent_is_gone() -> ! {
    process::exit(1)
}

/// Gives the exit code, as CPython has it.
fn run_target(name: &str, args: &[u8]) -> i32 {
    match panic::catch_unwind(AssertUnwindSafe(|| run_by_name(name, args))) {
        Ok(Ok(_)) => 0,
        Ok(Err(error)) => {
            eprintln!("Process {}: {error}", current_process().name());
            1
        }
        // The panic hook has printed the rest.
        Err(_) => 1,
    }
}

/// Runs a target; an error is not about its work but about what it was given or gave back.
fn run_by_name(name: &str, args: &[u8]) -> Result<Vec<u8>, String> {
    let target = target::find(name)
        .ok_or_else(|| format!("main_guard! does not list {name} in this process"))?;
    target
        .run(args)
        .map_err(|error| format!("{name}: arguments or result do not survive as JSON: {error}"))
}

/// Runs tasks until the pool has no more.
fn serve(mut pool: Channel) -> i32 {
    loop {
        let Ok(target) = pool.read() else { return 1 };
        if target.is_empty() {
            return 0;
        }
        let Ok(args) = pool.read() else { return 1 };
        if pool.write(&[&run_task(&target, &args)]).is_err() {
            return 1;
        }
    }
}

/// Gives the task's outcome as the JSON of a `Result`.
fn run_task(target: &[u8], args: &[u8]) -> Vec<u8> {
    let name = String::from_utf8_lossy(target);
    match panic::catch_unwind(AssertUnwindSafe(|| run_by_name(&name, args))) {
        Ok(Ok(value)) => [b"{\"Ok\":", value.as_slice(), b"}"].concat(),
        Ok(Err(error)) => failed(&error),
        Err(panic) => failed(guard::panic_message(&*panic).unwrap_or("the panic has no message")),
    }
}

fn failed(message: &str) -> Vec<u8> {
    serde_json::to_vec(&Err::<(), _>(message)).expect("a text is always JSON")
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn written(orders: &[u8]) -> Vec<u8> {
        let mut bytes = GREETING.to_vec();
        frame::write(&mut bytes, &[orders]).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn orders_come_back(
            name in any::<String>(),
            daemon in any::<bool>(),
            path in vec(any::<u32>(), 0..5),
            parent in any::<Parent>(),
            target in any::<String>(),
        ) {
            let orders: Orders = (name, daemon, path, parent, Work::Ok(target));
            let bytes = written(&serde_json::to_vec(&orders).unwrap());
            prop_assert_eq!(read_orders(bytes.as_slice()).unwrap().unwrap(), orders);
        }

        #[test]
        fn orders_that_are_cut_off_are_no_orders(cut in 0..100_usize) {
            let orders: Orders = ("一".to_owned(), true, vec![1], (2, true), Work::Ok("run".to_owned()));
            let bytes = written(&serde_json::to_vec(&orders).unwrap());
            let cut = cut % bytes.len();
            match read_orders(&bytes[..cut]) {
                None => prop_assert!(cut < GREETING.len()),
                Some(orders) => {
                    prop_assert!(cut >= GREETING.len());
                    prop_assert_eq!(orders.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
                }
            }
        }

        #[test]
        fn any_bytes_are_no_orders(bytes in vec(any::<u8>(), 0..200)) {
            prop_assert!(read_orders(bytes.as_slice()).is_none());
            prop_assert!(read_orders(written(&bytes).as_slice()).is_none());
        }
    }

    #[test]
    fn an_endless_stream_by_hand_is_not_read_to_its_end() {
        assert!(read_orders(io::repeat(0xff)).is_none());
    }
}
