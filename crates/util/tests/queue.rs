//! The queue: every value comes once, and nobody hangs because somebody died.

mod support;

use std::collections::HashSet;
use std::time::{Duration, Instant};
use std::{process, thread};

use support::{output, program, LIMIT};
use util::{Child, Pool, Process, Queue, QueueError};

fn main() {
    let _main = util::main_guard!(
        puts,
        puts_and_exits,
        puts_and_panics,
        sums,
        takes_all,
        takes_one_and_waits,
        echoes,
        passes_on,
        puts_large,
        takes_large,
        tries,
        waits_a_moment,
        nothing,
        fills,
        waits_for_word,
        square
    );
    match support::program_name().as_deref() {
        Some("many_queues") => many_queues(),
        Some(other) => panic!("there is no program {other}"),
        None => support::run(
            support::tests![
                what_a_child_puts_main_gets,
                what_main_puts_a_child_gets,
                every_value_comes_once_whoever_takes_it,
                values_come_in_order_there_and_back,
                a_value_of_every_kind_comes_as_it_was,
                large_values_come_whole,
                try_get_gives_what_is_there_and_does_not_wait,
                get_timeout_waits_and_gives_up,
                a_child_can_try_and_wait_a_moment,
                a_bounded_queue_makes_main_wait,
                a_bounded_queue_makes_a_child_wait,
                what_was_put_before_the_end_is_there,
                a_child_that_panics_leaves_nobody_waiting,
                a_killed_child_leaves_nobody_waiting,
                a_child_that_is_killed_at_once_leaves_nobody_waiting,
                a_full_queue_whose_readers_died_is_an_error,
                a_dead_worker_leaves_nobody_waiting,
                what_a_killed_child_had_not_taken_is_still_there,
                a_busy_child_keeps_nothing_from_the_others,
                a_child_gives_the_queue_to_its_own_child,
                a_queue_is_an_argument_of_tasks,
                a_queue_in_a_queue_is_refused,
                threads_share_a_queue,
                a_clone_in_a_thread_is_waited_for,
            ]
            .into_iter()
            .chain(support::needs(
                cfg!(target_os = "linux"),
                support::tests![many_queues_leave_nothing],
            ))
            .collect(),
        ),
    }
}

fn start(process: Process) -> Child {
    process.start().unwrap()
}

fn nothing() {}

fn puts(range: (u64, u64), queue: Queue<u64>) {
    (range.0..range.1).for_each(|number| queue.put(number).unwrap());
}

fn puts_and_exits(count: u64, queue: Queue<u64>) {
    (0..count).for_each(|number| queue.put(number).unwrap());
    process::exit(0);
}

fn puts_and_panics(queue: Queue<u64>) {
    support::panic_quietly();
    queue.put(1).unwrap();
    panic!("on purpose");
}

/// Adds up so many numbers.
fn sums(count: u64, from: Queue<u64>, to: Queue<u64>) {
    to.put((0..count).map(|_| from.get().unwrap()).sum()).unwrap();
}

/// Hands on every number up to the first that is `u64::MAX`.
fn takes_all(from: Queue<u64>, to: Queue<u64>) {
    loop {
        let number = from.get().unwrap();
        to.put(number).unwrap();
        if number == u64::MAX {
            return;
        }
    }
}

fn takes_one_and_waits(from: Queue<u64>, to: Queue<u64>) {
    to.put(from.get().unwrap()).unwrap();
    thread::sleep(Duration::from_secs(600));
}

fn what_a_child_puts_main_gets() {
    let queue = Queue::new();
    let child = start(Process::new(puts, ((0, 10_000), queue.clone())));
    for number in 0..10_000 {
        assert_eq!(queue.get(), Ok(number));
    }
    child.join().unwrap();
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn what_main_puts_a_child_gets() {
    let (to, from) = (Queue::new(), Queue::new());
    let _child = start(Process::new(sums, (10_000, to.clone(), from.clone())));
    (0..10_000).for_each(|number| to.put(number).unwrap());
    assert_eq!(from.get(), Ok(49_995_000));
}

fn every_value_comes_once_whoever_takes_it() {
    // Side by side they disturb each other, and so find more of what can happen.
    thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(each_value_comes_once_to_three_readers_and_main)));
    });
}

/// Also holds that no reader sees an end mark while values from before it are on their way back
/// from another one: they would be left in the queue.
fn each_value_comes_once_to_three_readers_and_main() {
    const EACH: u64 = 1_000;
    let (to, from) = (Queue::new(), Queue::new());
    let readers: Vec<_> =
        (0..3).map(|_| start(Process::new(takes_all, (to.clone(), from.clone())))).collect();
    let writers: Vec<_> = (0..3)
        .map(|part| start(Process::new(puts, ((part * EACH, (part + 1) * EACH), to.clone()))))
        .collect();
    // The readers may leave nothing for main.
    let wait = Duration::from_millis(100);
    let mut seen: Vec<u64> = (0..300).map_while(|_| to.get_timeout(wait).ok()).collect();
    writers.iter().for_each(|child| child.join().unwrap());
    (0..3).for_each(|_| to.put(u64::MAX).unwrap());
    readers.iter().for_each(|child| child.join().unwrap());
    while let Ok(number) = from.try_get() {
        seen.push(number);
    }
    seen.retain(|number| *number != u64::MAX);
    assert_eq!(seen.len(), 3 * EACH as usize);
    assert_eq!(seen.into_iter().collect::<HashSet<_>>().len(), 3 * EACH as usize);
}

fn echoes(from: Queue<Vec<Option<String>>>, to: Queue<Vec<Option<String>>>) {
    while let Ok(value) = from.get() {
        if value.is_empty() {
            return;
        }
        to.put(value).unwrap();
    }
}

fn values_come_in_order_there_and_back() {
    let (to, from) = (Queue::new(), Queue::new());
    let child = start(Process::new(echoes, (to.clone(), from.clone())));
    let value = |number| vec![None, Some(format!("第{number}"))];
    for number in 0..300 {
        to.put(value(number)).unwrap();
        assert_eq!(from.get().unwrap(), value(number));
    }
    (0..300).for_each(|number| to.put(value(number)).unwrap());
    (0..300).for_each(|number| assert_eq!(from.get().unwrap(), value(number)));
    to.put(vec![]).unwrap();
    child.join().unwrap();
    assert_eq!(child.exit_code(), Some(0));
}

fn a_value_of_every_kind_comes_as_it_was() {
    let queue = Queue::new();
    queue.put((Some(f64::NAN), Some(None::<u8>), Some(()))).unwrap();
    let (number, none, unit) = queue.get().unwrap();
    assert!(number.is_some_and(f64::is_nan));
    assert_eq!((none, unit), (Some(None), Some(())));
}

const LARGE: usize = 5_000_000;

fn puts_large(queue: Queue<String>) {
    (0..3).for_each(|_| queue.put("x".repeat(LARGE)).unwrap());
}

fn takes_large(from: Queue<String>, to: Queue<String>) {
    for _ in 0..3 {
        let text = from.get().unwrap();
        to.put(text).unwrap();
    }
}

fn large_values_come_whole() {
    let (first, second) = (Queue::new(), Queue::new());
    let _writer = start(Process::new(puts_large, (first.clone(),)));
    let _reader = start(Process::new(takes_large, (first.clone(), second.clone())));
    for _ in 0..3 {
        assert_eq!(second.get().unwrap().len(), LARGE);
    }
}

fn try_get_gives_what_is_there_and_does_not_wait() {
    let queue = Queue::new();
    assert_eq!(queue.try_get(), Err(QueueError::Empty));
    queue.put(3).unwrap();
    assert_eq!(queue.try_get(), Ok(3));
    assert_eq!(queue.try_get(), Err(QueueError::Empty));
}

fn get_timeout_waits_and_gives_up() {
    let queue = Queue::<u64>::new();
    let from = Instant::now();
    assert_eq!(queue.get_timeout(Duration::from_millis(100)), Err(QueueError::Empty));
    assert!(from.elapsed() >= Duration::from_millis(100));
    queue.put(3).unwrap();
    assert_eq!(queue.get_timeout(Duration::MAX), Ok(3));
}

fn tries(queue: Queue<u64>, to: Queue<bool>) {
    to.put(queue.try_get() == Err(QueueError::Empty)).unwrap();
    to.put(queue.get() == Ok(1)).unwrap();
    to.put(queue.try_get() == Ok(2)).unwrap();
    to.put(queue.try_get() == Err(QueueError::Empty)).unwrap();
}

fn waits_a_moment(queue: Queue<u64>, to: Queue<bool>) {
    let from = Instant::now();
    let got = queue.get_timeout(Duration::from_millis(100));
    let waited = from.elapsed() >= Duration::from_millis(100);
    to.put(got == Err(QueueError::Empty) && waited).unwrap();
    to.put(queue.get_timeout(LIMIT) == Ok(3)).unwrap();
}

fn a_child_can_try_and_wait_a_moment() {
    let (queue, answers) = (Queue::new(), Queue::new());
    let _child = start(Process::new(tries, (queue.clone(), answers.clone())));
    assert_eq!(answers.get(), Ok(true));
    queue.put(1).unwrap();
    assert_eq!(answers.get(), Ok(true));
    // It may try before this is in.
    let _second = answers.get_timeout(Duration::from_millis(1));
    let (queue, answers) = (Queue::new(), Queue::new());
    let _child = start(Process::new(waits_a_moment, (queue.clone(), answers.clone())));
    assert_eq!(answers.get(), Ok(true));
    queue.put(3).unwrap();
    assert_eq!(answers.get(), Ok(true));
}

fn a_bounded_queue_makes_main_wait() {
    let (to, from) = (Queue::bounded(2), Queue::new());
    let _child = start(Process::new(sums, (100, to.clone(), from.clone())));
    (0..100).for_each(|number| to.put(number).unwrap());
    assert_eq!(from.get(), Ok(4950));
}

/// Tells of each value that it has put.
fn fills(queue: Queue<u64>, told: Queue<u64>) {
    for number in 0..5 {
        queue.put(number).unwrap();
        told.put(number).unwrap();
    }
}

fn a_bounded_queue_makes_a_child_wait() {
    let (queue, told) = (Queue::bounded(2), Queue::new());
    let _child = start(Process::new(fills, (queue.clone(), told.clone())));
    assert_eq!((told.get(), told.get()), (Ok(0), Ok(1)));
    assert_eq!(told.get_timeout(Duration::from_millis(100)), Err(QueueError::Empty));
    assert_eq!(queue.get(), Ok(0));
    assert_eq!(told.get(), Ok(2));
    assert_eq!(told.get_timeout(Duration::from_millis(100)), Err(QueueError::Empty));
    for number in 1..5 {
        assert_eq!(queue.get(), Ok(number));
    }
    assert_eq!((told.get(), told.get()), (Ok(3), Ok(4)));
}

fn what_was_put_before_the_end_is_there() {
    let queue = Queue::new();
    let child = start(Process::new(puts_and_exits, (1_000, queue.clone())));
    child.join().unwrap();
    (0..1_000).for_each(|number| assert_eq!(queue.get(), Ok(number)));
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn a_child_that_panics_leaves_nobody_waiting() {
    let queue = Queue::new();
    let _child = start(Process::new(puts_and_panics, (queue.clone(),)));
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn a_killed_child_leaves_nobody_waiting() {
    let (to, from) = (Queue::new(), Queue::new());
    let child = start(Process::new(takes_one_and_waits, (to.clone(), from.clone())));
    to.put(1).unwrap();
    assert_eq!(from.get(), Ok(1));
    child.kill().unwrap();
    assert_eq!(from.get(), Err(QueueError::Abandoned));
}

/// It has not even come for the queue, and nobody joins it.
fn a_child_that_is_killed_at_once_leaves_nobody_waiting() {
    for _ in 0..20 {
        let queue = Queue::<u64>::new();
        let child = start(Process::new(puts, ((0, 0), queue.clone())));
        child.kill().unwrap();
        assert_eq!(queue.get(), Err(QueueError::Abandoned));
    }
}

fn waits_for_word(_queue: Queue<u64>, word: Queue<u64>) {
    word.put(0).unwrap();
    thread::sleep(Duration::from_secs(600));
}

fn a_full_queue_whose_readers_died_is_an_error() {
    let (queue, word) = (Queue::bounded(1), Queue::new());
    let child = start(Process::new(waits_for_word, (queue.clone(), word.clone())));
    queue.put(1).unwrap();
    word.get().unwrap();
    child.kill().unwrap();
    assert_eq!(queue.put(2), Err(QueueError::Abandoned));
}

fn a_dead_worker_leaves_nobody_waiting() {
    let pool = Pool::new(1).unwrap();
    let queue = Queue::new();
    let result = pool.apply_async(puts_and_exits, (1, queue.clone()));
    assert_eq!(queue.get(), Ok(0));
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
    result.get().unwrap_err();
    // A task that has ended holds nothing, though its worker lives.
    pool.apply(puts, ((5, 6), queue.clone())).unwrap();
    assert_eq!(queue.get(), Ok(5));
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
    pool.close().join();
}

fn what_a_killed_child_had_not_taken_is_still_there() {
    let (to, from) = (Queue::new(), Queue::new());
    // There is so much that the child is lent more than it takes.
    (0..1_000).for_each(|number| to.put(number).unwrap());
    let child = start(Process::new(takes_one_and_waits, (to.clone(), from.clone())));
    assert_eq!(from.get(), Ok(0));
    child.kill().unwrap();
    child.join().unwrap();
    (1..1_000).for_each(|number| assert_eq!(to.get(), Ok(number)));
    assert_eq!(to.get(), Err(QueueError::Abandoned));
}

fn a_busy_child_keeps_nothing_from_the_others() {
    let (to, from) = (Queue::new(), Queue::new());
    (0..100).for_each(|number| to.put(number).unwrap());
    let _busy = start(Process::new(takes_one_and_waits, (to.clone(), from.clone())).daemon(true));
    assert_eq!(from.get(), Ok(0));
    let sum = Queue::new();
    let _other = start(Process::new(sums, (50, to.clone(), sum.clone())));
    assert_eq!(sum.get(), Ok((1..=50).sum()));
    // The rest may still be lent to either of them.
    (51..100).for_each(|number| assert_eq!(to.try_get(), Ok(number)));
    assert_eq!(to.try_get(), Err(QueueError::Empty));
    _busy.kill().unwrap();
}

fn passes_on(queue: Queue<u64>) {
    start(Process::new(puts, ((0, 3), queue.clone()))).join().unwrap();
    queue.put(3).unwrap();
}

fn a_child_gives_the_queue_to_its_own_child() {
    let queue = Queue::new();
    let _child = start(Process::new(passes_on, (queue.clone(),)));
    let mut numbers: Vec<_> = (0..4).map(|_| queue.get().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2, 3]);
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn square(number: u64, queue: Queue<u64>) {
    queue.put(number * number).unwrap();
}

fn a_queue_is_an_argument_of_tasks() {
    let pool = Pool::new(2).unwrap();
    let queue = Queue::new();
    pool.starmap(square, (0..100).map(|number| (number, queue.clone()))).unwrap();
    let mut squares: Vec<_> = (0..100).map(|_| queue.get().unwrap()).collect();
    squares.sort_unstable();
    assert!(squares.into_iter().eq((0..100).map(|number| number * number)));
    pool.close().join();
}

fn a_queue_in_a_queue_is_refused() {
    let queue = Queue::new();
    let error = queue.put(Queue::<u8>::new()).unwrap_err();
    assert!(error.to_string().contains("as an argument"), "{error}");
}

fn threads_share_a_queue() {
    let (to, from) = (Queue::new(), Queue::new());
    let _children: Vec<_> =
        (0..2).map(|_| start(Process::new(sums, (500, to.clone(), from.clone())))).collect();
    thread::scope(|scope| {
        for part in 0..4 {
            let to = to.clone();
            scope.spawn(move || puts((250 * part, 250 * (part + 1)), to));
        }
    });
    assert_eq!(from.get().unwrap() + from.get().unwrap(), 499_500);
}

/// No child is left, but a thread that has a clone of the queue.
fn a_clone_in_a_thread_is_waited_for() {
    let queue = Queue::new();
    let child = start(Process::new(puts, ((0, 1), queue.clone())));
    let clone = queue.clone();
    let thread = thread::spawn(move || {
        child.join().unwrap();
        thread::sleep(Duration::from_millis(100));
        clone.put(1).unwrap();
    });
    assert_eq!((queue.get(), queue.get()), (Ok(0), Ok(1)));
    thread.join().unwrap();
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn one_queue() {
    let queue = Queue::new();
    let child = start(Process::new(puts, ((0, 3), queue.clone())));
    (0..3).for_each(|number| assert_eq!(queue.get(), Ok(number)));
    child.join().unwrap();
    assert_eq!(queue.get(), Err(QueueError::Abandoned));
}

fn many_queues() {
    let count = |path| std::fs::read_dir(path).unwrap().count();
    let open = || (count("/proc/self/fd"), count("/proc/self/task"));
    // The first one may leave what all others use.
    one_queue();
    let before = open();
    (0..100).for_each(|_| one_queue());
    let from = Instant::now();
    // The threads that listened end by themselves, a moment later, as those of the first one.
    while open().0 > before.0 || open().1 > before.1 {
        assert!(from.elapsed() < LIMIT, "{before:?} {:?}", open());
        thread::sleep(Duration::from_millis(1));
    }
    start(Process::new(nothing, ())).join().unwrap();
    println!("done");
}

fn many_queues_leave_nothing() {
    let output = output(&mut program("many_queues"));
    assert_eq!(output.stdout, "done\n", "{}", output.stderr);
}
