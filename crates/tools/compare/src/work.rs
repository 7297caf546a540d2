//! The work that is compared. `work.py` does the same in Python.

use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use util::{Pool, Process, Queue};

const THREADS: u32 = 200;
const PROCESSES: u32 = 20;
const TASKS: u64 = 10_000;
const TRIPS: u32 = 2_000;
const VALUES: u64 = 10_000;
const ADDITIONS: u64 = 500_000;
const BELOW: usize = 500_000;
const SLEEPERS: usize = 100;

/// Does a piece of work and gives what it cost: seconds, or bytes where it is about memory. `None`
/// where the system does not say.
pub type Work = fn() -> Option<f64>;

pub fn start_thread() -> Option<f64> {
    let begin = Instant::now();
    for _ in 0..THREADS {
        thread::spawn(nothing).join().unwrap();
    }
    Some(begin.elapsed().as_secs_f64() / f64::from(THREADS))
}

pub fn start_process() -> Option<f64> {
    let begin = Instant::now();
    for _ in 0..PROCESSES {
        Process::new(nothing, ()).start().unwrap().join().unwrap();
    }
    Some(begin.elapsed().as_secs_f64() / f64::from(PROCESSES))
}

pub fn nothing() {}

pub fn pool_tasks() -> Option<f64> {
    let pool = Pool::new(2).unwrap();
    pool.apply_async(square, (0,)).get().unwrap();
    let begin = Instant::now();
    let results: Vec<_> = (0..TASKS).map(|number| pool.apply_async(square, (number,))).collect();
    for result in results {
        result.get().unwrap();
    }
    Some(begin.elapsed().as_secs_f64())
}

pub fn square(number: u64) -> u64 {
    number * number
}

pub fn pool_round_trip() -> Option<f64> {
    let pool = Pool::new(2).unwrap();
    pool.apply(square, (0,)).unwrap();
    let begin = Instant::now();
    for number in 0..TRIPS {
        pool.apply(square, (number.into(),)).unwrap();
    }
    Some(begin.elapsed().as_secs_f64() / f64::from(TRIPS))
}

pub fn queue_from_process() -> Option<f64> {
    let (start, values) = (Queue::new(), Queue::new());
    let child = Process::new(put_values, (start.clone(), values.clone())).start().unwrap();
    start.put(()).unwrap();
    values.get().unwrap();
    let begin = Instant::now();
    start.put(()).unwrap();
    for _ in 0..VALUES {
        values.get().unwrap();
    }
    let seconds = begin.elapsed().as_secs_f64();
    child.join().unwrap();
    Some(seconds / VALUES as f64)
}

pub fn put_values(start: Queue<()>, values: Queue<u64>) {
    start.get().unwrap();
    values.put(0).unwrap();
    start.get().unwrap();
    for number in 0..VALUES {
        values.put(number).unwrap();
    }
}

pub fn queue_to_process() -> Option<f64> {
    let (values, sums) = (Queue::new(), Queue::new());
    let child = Process::new(take_values, (values.clone(), sums.clone())).start().unwrap();
    sums.get().unwrap();
    let begin = Instant::now();
    for number in 0..VALUES {
        values.put(number).unwrap();
    }
    sums.get().unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    child.join().unwrap();
    Some(seconds / VALUES as f64)
}

pub fn take_values(values: Queue<u64>, sums: Queue<u64>) {
    sums.put(0).unwrap();
    sums.put((0..VALUES).map(|_| values.get().unwrap()).sum()).unwrap();
}

static BALANCE: Mutex<u64> = Mutex::new(0);

pub fn locked_additions() -> Option<f64> {
    let seconds = time_of_threads(2, |_| {
        for _ in 0..ADDITIONS {
            *BALANCE.lock().unwrap() += 1;
        }
    });
    assert_eq!(*BALANCE.lock().unwrap(), 2 * ADDITIONS);
    Some(seconds)
}

pub fn primes_alone() -> Option<f64> {
    let begin = Instant::now();
    count_primes(0, 1);
    Some(begin.elapsed().as_secs_f64())
}

pub fn primes_in_threads() -> Option<f64> {
    let cores = num_cpus::get();
    Some(time_of_threads(cores, |number| count_primes(number, cores)))
}

pub fn primes_in_processes() -> Option<f64> {
    let cores = num_cpus::get();
    let begin = Instant::now();
    let children: Vec<_> = (0..cores)
        .map(|number| Process::new(count_primes, (number, cores)).start().unwrap())
        .collect();
    for child in children {
        child.join().unwrap();
    }
    Some(begin.elapsed().as_secs_f64())
}

fn time_of_threads(threads: usize, work: impl Fn(usize) + Sync) -> f64 {
    let begin = Instant::now();
    thread::scope(|scope| {
        for number in 0..threads {
            let work = &work;
            scope.spawn(move || work(number));
        }
    });
    begin.elapsed().as_secs_f64()
}

/// Every core looks at as many odd numbers as any other, small and large.
pub fn count_primes(part: usize, parts: usize) {
    let primes = (3 + 2 * part..BELOW).step_by(2 * parts).filter(|odd| is_prime(*odd));
    black_box(primes.count());
}

fn is_prime(odd: usize) -> bool {
    let mut divisor = 3;
    while divisor * divisor <= odd {
        if odd.is_multiple_of(divisor) {
            return false;
        }
        divisor += 2;
    }
    true
}

pub fn memory_of_a_process() -> Option<f64> {
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    let before = memory("self")?;
    let child = Process::new(say_and_sleep, (started.clone(),)).daemon(true).start().unwrap();
    while !started.exists() {
        thread::sleep(Duration::from_millis(1));
    }
    let after = memory("self")? + memory(&child.pid().to_string())?;
    Some(after - before)
}

pub fn say_and_sleep(file: std::path::PathBuf) {
    fs::write(file, "").unwrap();
    thread::sleep(Duration::from_secs(600));
}

pub fn memory_of_threads() -> Option<f64> {
    let before = memory("self")?;
    let (started, end) = (&Barrier::new(SLEEPERS + 1), &Barrier::new(SLEEPERS + 1));
    thread::scope(|scope| {
        for _ in 0..SLEEPERS {
            scope.spawn(|| {
                started.wait();
                end.wait();
            });
        }
        started.wait();
        let after = memory("self");
        end.wait();
        Some(after? - before)
    })
}

/// Without the files of programs, which are loaded already; what two processes share counts half in
/// each. Linux alone says this.
fn memory(process: &str) -> Option<f64> {
    let smaps = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = smaps.lines().find_map(|line| line.strip_prefix("Pss_Anon:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(1024.0 * kilobytes)
}
