//! What a lesson's std does under the scheduler, shown on the smallest programs.

use ::std::process::ExitCode;

use crate::prelude::{drop, print, println};
use crate::run::{End, STEP_LIMIT};
use crate::source::Source;
use crate::std::process;
use crate::std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use crate::std::sync::{Arc, Mutex, mpsc};
use crate::std::thread;
use crate::step::Action;
use crate::text::{cut, pad, wrap};
use crate::{Ending, Program, Search, every_schedule, follow, some_schedules, story};

macro_rules! program {
    ($main:expr) => {
        Program::new("a test", "", || {
            $main;
            ExitCode::SUCCESS
        })
    };
}

fn ends(search: &Search) -> Vec<&End> {
    search.endings.keys().map(|ending| &ending.end).collect()
}

fn add_in_two_steps(number: &AtomicU32) {
    let read = number.load(SeqCst);
    number.store(read + 1, SeqCst);
}

fn two_additions() {
    let number = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| add_in_two_steps(&number));
        scope.spawn(|| add_in_two_steps(&number));
    });
    print!("{}", number.load(SeqCst));
}

#[test]
fn every_order_of_two_times_two_steps_is_tried_once() {
    let search = every_schedule(&program!(two_additions()));
    assert!(search.complete);
    assert_eq!(search.schedules, 6);
    assert_eq!(search.outputs(), ["1", "2"]);
    let schedules: Vec<_> = search.endings.values().map(|found| found.schedules).collect();
    assert_eq!(schedules, [4, 2]);
}

#[test]
fn the_simplest_schedule_has_the_fewest_switches() {
    let program = program!(two_additions());
    let search = every_schedule(&program);
    let switches: Vec<_> = search.endings.values().map(|found| found.simplicity().0).collect();
    // main, 1, 2, 1, main to lose one, and main, 1, 2, main to lose none.
    assert_eq!(switches, [4, 3]);
    for (ending, found) in &search.endings {
        assert_eq!(follow(&program, &found.choices).output, ending.output);
    }
}

#[test]
fn the_same_seed_draws_the_same_schedules() {
    let program = program!(two_additions());
    let draw = |seed| {
        let endings = some_schedules(&program, seed, 20).endings;
        endings.into_values().map(|found| found.schedules).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert!((2..10).any(|seed| draw(seed) != draw(1)));
}

fn two_locks(first: [usize; 2], second: [usize; 2]) {
    let locks = [Mutex::new(()), Mutex::new(())];
    let take = |order: [usize; 2]| {
        let _outer = locks[order[0]].lock().unwrap();
        let _inner = locks[order[1]].lock().unwrap();
    };
    thread::scope(|scope| {
        scope.spawn(|| take(first));
        scope.spawn(|| take(second));
    });
}

#[test]
fn two_locks_in_opposite_orders_can_deadlock() {
    let search = every_schedule(&program!(two_locks([0, 1], [1, 0])));
    assert!(search.complete && search.deadlocks());
    assert_eq!(ends(&search), [&End::Returned, &End::Deadlock]);
}

#[test]
fn two_locks_in_one_order_cannot_deadlock() {
    let search = every_schedule(&program!(two_locks([0, 1], [0, 1])));
    assert!(search.complete);
    assert_eq!(ends(&search), [&End::Returned]);
}

#[test]
fn a_deadlock_is_told_with_who_waits_for_what() {
    let program = program!(two_locks([0, 1], [1, 0]));
    let search = every_schedule(&program);
    let (_, found) = search.endings.iter().find(|(ending, _)| ending.end == End::Deadlock).unwrap();
    let story = story("", &follow(&program, &found.choices));
    assert!(story.contains("waits for lock B (held by") && story.contains("thread 2)"), "{story}");
    assert!(story.contains("waits for lock A (held by") && story.contains("thread 1)"), "{story}");
}

static NUMBER: AtomicU32 = AtomicU32::new(7);
static LIST: Mutex<Vec<u32>> = Mutex::new(Vec::new());

#[test]
fn statics_start_anew_in_every_schedule_also_after_a_deadlock() {
    fn main() {
        print!("{} {:?}", NUMBER.fetch_add(1, SeqCst), LIST.lock().unwrap());
        LIST.lock().unwrap().push(1);
        let other = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _list = LIST.lock().unwrap();
                let _other = other.lock().unwrap();
            });
            scope.spawn(|| {
                let _other = other.lock().unwrap();
                let _list = LIST.lock().unwrap();
            });
        });
    }
    let program = program!(main());
    for _ in 0..2 {
        let search = every_schedule(&program);
        assert!(search.deadlocks());
        assert!(search.outputs().iter().all(|output| *output == "7 []"), "{:?}", search.endings);
    }
}

#[test]
fn the_end_of_main_ends_threads_that_nobody_joined() {
    fn main() {
        thread::spawn(|| print!("thread "));
        print!("main ");
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(search.outputs(), ["main ", "main thread ", "thread main "]);
}

#[test]
fn an_exit_ends_all_threads() {
    fn main() {
        let thread = thread::spawn(|| process::exit(3));
        print!("main ");
        thread.join().unwrap();
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(search.outputs(), ["", "main "]);
    assert!(search.endings.keys().all(|ending| ending.end == End::Exited(3)));
}

#[test]
fn a_panic_reaches_whoever_joins_and_poisons_the_lock() {
    fn main() {
        let number = Arc::new(Mutex::new(1));
        let thread = thread::spawn({
            let number = Arc::clone(&number);
            move || {
                let mut number = number.lock().unwrap();
                *number = 2;
                panic!("no");
            }
        });
        let panic = thread.join().unwrap_err();
        print!("{} ", panic.downcast_ref::<&str>().unwrap());
        print!("{}", number.lock().unwrap_err().into_inner());
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(search.outputs(), ["no 2"]);
}

#[test]
fn a_panic_that_nobody_joins_ends_the_scope_with_a_panic() {
    fn main() {
        thread::scope(|scope| {
            scope.spawn(|| panic!("no"));
        });
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(ends(&search), [&End::Panicked("a scoped thread panicked".to_string())]);
}

#[test]
fn a_loop_without_end_is_told_as_such() {
    fn main() {
        let stop = AtomicBool::new(false);
        while !stop.load(SeqCst) {}
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(ends(&search), [&End::Endless]);
    assert_eq!(search.endings.values().next().unwrap().simplicity().1, STEP_LIMIT + 1);
}

#[test]
fn messages_arrive_in_the_order_in_which_they_were_sent() {
    fn main() {
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for n in 1..=2 {
                let sender = sender.clone();
                scope.spawn(move || sender.send(n).unwrap());
            }
        });
        drop(sender);
        while let Ok(n) = receiver.recv() {
            print!("{n}");
        }
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(search.outputs(), ["12", "21"]);
}

#[test]
fn a_timeout_fires_only_where_nobody_can_go_on() {
    fn main(stuck: bool) {
        let (sender, receiver) = mpsc::channel();
        let lock = Mutex::new(());
        thread::scope(|scope| {
            let guard = stuck.then(|| lock.lock().unwrap());
            scope.spawn(|| {
                let _guard = lock.lock().unwrap();
                sender.send(1).unwrap();
            });
            print!("{:?}", receiver.recv_timeout(::std::time::Duration::ZERO));
            drop(guard);
        });
    }
    assert_eq!(every_schedule(&program!(main(false))).outputs(), ["Ok(1)"]);
    assert_eq!(every_schedule(&program!(main(true))).outputs(), ["Err(Timeout)"]);
}

#[test]
fn a_thread_knows_its_name() {
    fn main() {
        let thread = thread::Builder::new().name("a name".to_string());
        let thread = thread.spawn(|| println!("{}", thread::current().name().unwrap())).unwrap();
        thread.join().unwrap();
        print!("{}", thread::current().name().unwrap());
    }
    let search = every_schedule(&program!(main()));
    assert_eq!(search.outputs(), ["a name\nmain"]);
}

#[test]
fn timeouts_fire_in_any_order() {
    fn main() {
        let (_sender, receiver) = &mpsc::channel::<u32>();
        thread::scope(|scope| {
            for n in 1..=2 {
                scope.spawn(move || {
                    assert!(receiver.recv_timeout(::std::time::Duration::ZERO).is_err());
                    print!("{n}");
                });
            }
        });
    }
    assert_eq!(every_schedule(&program!(main())).outputs(), ["12", "21"]);
}

mod guards {
    use crate::prelude::drop;
    use crate::std;

    include!("tests/guards.rs");

    pub fn run() -> ::std::process::ExitCode {
        main();
        ::std::process::ExitCode::SUCCESS
    }
}

#[test]
fn a_lock_is_given_back_on_the_line_where_its_guard_ends() {
    let text = include_str!("tests/guards.rs");
    let program = Program::new("guards", text, guards::run);
    let found = every_schedule(&program).endings;
    let ending = Ending { output: String::new(), end: End::Returned };
    let run = follow(&program, &found[&ending].choices);

    let source = Source::new(text);
    let steps = run.steps.unwrap();
    let releases = steps.iter().filter(|step| matches!(step.action, Action::Release(_)));
    let mut lines: Vec<_> = releases.map(|step| source.line_of(step)).collect();
    lines.sort_unstable();

    let marked = text.lines().zip(1..).filter(|(line, _)| line.contains("// unlocks"));
    assert_eq!(lines, marked.map(|(_, number)| number).collect::<Vec<_>>());
}

#[test]
fn a_run_can_be_stopped_at_a_choice_and_shows_who_could_go() {
    let run = follow(&program!(two_additions()), &[2]);
    assert_eq!(run.end, None);
    assert_eq!(run.choices, [2]);
    assert_eq!(run.who_can_go(), [1, 2]);
}

#[test]
fn chinese_text_keeps_the_columns() {
    assert_eq!(pad("余额", 6), "余额  ");
    assert_eq!(cut("账户余额", 8), "账户余额");
    assert_eq!(cut("账户余额", 7), "账户余…");
    assert_eq!(wrap("账户余额", 5, 1), ["账户", " 余额"]);
    assert_eq!(wrap("let a = b.lock();", 10, 2), ["let a = b", "  .lock();"]);
}

#[test]
fn what_threads_do_when_a_stopped_run_unwinds_is_not_told() {
    fn main() {
        let number = Mutex::new(5);
        let hold = || {
            let _guard = number.lock().unwrap();
            thread::yield_now();
        };
        thread::scope(|scope| {
            scope.spawn(hold);
            scope.spawn(hold);
        });
    }
    // Thread 1 has locked and yielded. What comes next is to be chosen, and its guard is dropped.
    let run = follow(&program!(main()), &[1, 1]);
    let steps = run.steps.unwrap();
    assert_eq!(steps.last().unwrap().action, Action::Sleep);
    assert_eq!(steps.last().unwrap().note, "");
    assert_eq!(run.locks, [Some(1)]);
}
