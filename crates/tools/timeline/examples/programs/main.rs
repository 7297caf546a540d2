//! Runs real programs alone and under timeline, in turns, and prints a table: whether they end with the
//! same exit code and the same bytes, how long both take, and how much memory timeline needs.
//!
//! ```console
//! $ cargo run --release -p timeline --example programs            # 40 programs, 3 pairs of runs
//! $ cargo run --release -p timeline --example programs -- cost    # what has to be cheap, 15 runs of each
//! $ cargo run --release -p timeline --example programs -- strace  # waits against strace -f -T
//! $ cargo run --release -p timeline --example programs -- clock   # waits against the program's own clock
//! ```
//!
//! Beside the cost of being watched stands that of a bare tracer, which does nothing but let each new
//! process and thread go on, and sleeps in between. Where there is a core to spare, timeline stays awake
//! for a moment after each stop, and so may cost less than that. On a busy machine it does not, and the
//! ratios are another's work as much as its own: measure on one that is idle.
//!
//! Both tracers make what is waited for longer, strace by milliseconds for each program that is started
//! meanwhile, most of all where it has to be woken on another core. So hold them against each other on
//! one: with `taskset -c 0` before the third of these commands.
//!
//! Programs that are not installed are left out, and named.

#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}
