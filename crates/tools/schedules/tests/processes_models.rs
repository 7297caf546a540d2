//! The reduced search of processes against every schedule, on random programs of processes.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeSet;
use std::time::Duration;

use schedules::search::{classes, every, follow, random, switches};
use schedules::world::{Actors, Caveat, Fault, Plan, Run, World};
use schedules::worlds::processes::{Options, Processes, Sleeps};

fn world(program: &str, options: &Options) -> Processes {
    Processes::new(
        vec![env!("CARGO_BIN_EXE_processes-model").into(), program.into()],
        options.clone(),
    )
    .unwrap()
}

/// Draws programs.
struct Draw {
    state: u64,
    /// Whether their processes have memory in common.
    shared: bool,
}

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        random::next(&mut self.state) % end
    }

    /// Children that come to the same memory and the same semaphores.
    fn meeting(&mut self) -> String {
        let mut text = String::new();
        let children = 2;
        for child in 0..children {
            let mut body = String::new();
            for word in 0..1 + self.below(3) {
                let letter = char::from(b'A' + (3 * child + word) as u8);
                let number = self.below(2);
                body += &match self.below(10) {
                    0 | 1 => format!("a{number}p{letter}v{number}"),
                    2 => format!("y{number}"),
                    3 => format!("z{number}"),
                    4 => format!("v{number}"),
                    5 => format!("a{number}"),
                    6 => format!("Lp{letter}U"),
                    7 => "r".to_string(),
                    8 => "M".to_string(),
                    _ => "i".to_string(),
                };
            }
            text += &format!("f({body})");
        }
        text += ["", "a0", "v1", "i", "k0"][self.below(5) as usize];
        text + "w0w1" + ["r", "z0", "z1", "pz"][self.below(4) as usize]
    }

    /// Threads of one process, which have a lock and may wait for each other's bytes with it.
    fn threads(&mut self) -> String {
        let mut body = |letter: char| {
            let what = match self.below(8) {
                0 => "pX",
                1 => "lupX",
                2 => "pXlu",
                3 => "l<0u",
                4 => ">0X",
                5 => "s1lpXu",
                _ => "lpXu",
            };
            what.replace('X', &letter.to_string())
        };
        let [one, two, main] = ['A', 'B', 'C'].map(&mut body);
        let threads = match self.below(4) {
            0 => format!("t({one}){main}j"),
            1 => format!("t({one}){main}t({two})j"),
            2 => format!("lt({one}){main}uj").replace("ll", "l").replace("uu", "u"),
            _ => format!("t({one})t({two})j"),
        };
        // Another process prints at any time, or ends that of the threads.
        match self.below(4) {
            0 => format!("f({threads})pDw0"),
            1 => format!("f({threads})K0w0"),
            _ => threads,
        }
    }

    /// Processes that come to the same pipes. `depth` is how deep in the tree they are.
    fn piping(&mut self, depth: u32, letter: &mut u8) -> String {
        let mut text = String::new();
        let mut children = 0;
        let words = if depth == 0 { 3 + self.below(3) } else { 1 + self.below(3) };
        for _ in 0..words {
            let pipe = self.below(4) / 3;
            match self.below(20) {
                0..4 if depth < 2 && children < 2 => {
                    let body = self.piping(depth + 1, letter);
                    text += &format!("f({body})");
                    children += 1;
                }
                0..6 => {
                    text += &format!("p{}", char::from(b'a' + *letter));
                    *letter += 1;
                }
                6..10 => text += &format!(">{pipe}{}", self.below(10)),
                10..12 => text += &format!("<{pipe}"),
                12 | 13 => text += &format!("R{pipe}"),
                14 => text += &format!("n{pipe}"),
                15..18 => {
                    let how = ["c", "C", "D", "E"][self.below(4) as usize];
                    text += &format!("{how}{pipe}");
                }
                18 => text += ["q", "e"][self.below(2) as usize],
                _ if children > 0 => text += &format!("w{}", self.below(children)),
                _ => {}
            }
        }
        text
    }

    /// Processes that look at the same pipes, or wait for one of them. `depth` is how deep in the tree they
    /// are.
    fn looking(&mut self, depth: u32, letter: &mut u8) -> String {
        let mut text = String::new();
        let mut children = 0;
        let words = if depth == 0 { 3 + self.below(3) } else { 1 + self.below(2) };
        for word in 0..words {
            let pipe = self.below(4) / 3;
            match self.below(24) {
                // Without a child there is nobody who could notice anything.
                _ if depth == 0 && word == 0 => {
                    text += &format!("f({})", self.looking(1, letter));
                    children += 1;
                }
                0..3 if depth == 0 && children < 2 => {
                    text += &format!("f({})", self.looking(1, letter));
                    children += 1;
                }
                0..4 => {
                    text += &format!("p{}", char::from(b'a' + *letter));
                    *letter += 1;
                }
                4..9 => text += &format!(">{pipe}{}", self.below(10)),
                9 => text += &format!("<{pipe}"),
                10 => text += &format!("R{pipe}"),
                11 => text += &format!("n{pipe}"),
                12..14 => text += &format!("N{pipe}"),
                14..18 => text += ["P", "S", "Y", "O"][self.below(4) as usize],
                18..20 => text += &format!("{}{pipe}", ["Q", "m"][self.below(2) as usize]),
                20 => text += &format!("s{}", self.below(2)),
                21 | 22 => text += &format!("{}{pipe}", ["c", "C"][self.below(2) as usize]),
                _ if children > 0 => {
                    let what = ["w", "k", "K"][self.below(3) as usize];
                    text += &format!("{what}{}", self.below(children));
                }
                _ => {}
            }
        }
        text
    }

    fn program(&mut self, depth: u32, letter: &mut u8) -> String {
        let mut text = String::new();
        let mut children = 0;
        let words = 2 + self.below(if depth == 0 { 4 } else { 2 });
        for _ in 0..words {
            match self.below(if self.shared { 26 } else { 17 }) {
                0..4 if depth < 2 && children < 2 => {
                    let body = self.program(depth + 1, letter);
                    text += &format!("f({body})");
                    children += 1;
                }
                0..6 => {
                    text += &format!("p{}", char::from(b'a' + *letter));
                    *letter += 1;
                }
                6 if depth == 0 => {
                    let [one, two, own] = [(); 3].map(|()| self.below(10));
                    text += &match self.below(3) {
                        0 => format!("t(lp{one}u)t(lp{two}u)lp{own}uj"),
                        1 => format!("t(lp{one}u)lp{own}p{two}uj"),
                        _ => format!("t(p{one})j"),
                    };
                }
                6 | 7 => text += &format!("s{}", 1 + self.below(2)),
                8 if children > 0 => text += &format!("w{}", self.below(children)),
                9 if children > 0 => text += "W",
                10 if children > 0 => text += &format!("h{}", self.below(children)),
                11 if children > 0 => {
                    text +=
                        &format!("{}{}", ["k", "K"][self.below(2) as usize], self.below(children));
                }
                12 if depth > 0 => text += ["g", "d", "H", "x3"][self.below(4) as usize],
                13 => text += &format!(">{}{}", self.below(2), self.below(10)),
                14 => text += &format!("<{}", self.below(2)),
                15 => text += &format!("n{}", self.below(2)),
                16 => text += &format!("{}{}", ["c", "C"][self.below(2) as usize], self.below(2)),
                17 => text += "M",
                18 => text += &format!("Lp{}U", self.below(10)),
                19 => text += ["L", "U"][self.below(2) as usize],
                20 | 21 => text += ["i", "r"][self.below(2) as usize],
                22 => text += &format!("a0p{}v0", self.below(10)),
                23..26 => {
                    let what = ["a", "v", "y", "z"][self.below(4) as usize];
                    text += &format!("{what}{}", self.below(2));
                }
                _ => {}
            }
        }
        text
    }
}

/// How many schedules are tried at most of each program. The search must be quick on slow machines.
const MOST: usize = 60;

/// So many calls for semaphores a program may have of which each access to memory is tried.
const FEW: usize = 4;

fn hold(sleeps: Sleeps, shared: bool, seed: u64, programs: usize) {
    let draw = Draw { state: seed, shared };
    hold_drawn(draw, |draw| draw.program(0, &mut 0), MOST, sleeps, programs);
}

fn hold_drawn(
    mut draw: Draw,
    drawn: impl Fn(&mut Draw) -> String,
    most: usize,
    sleeps: Sleeps,
    programs: usize,
) {
    let (mut held, mut counted) = (0, 0);
    while held < programs {
        let program = drawn(&mut draw);
        let options = Options { sleeps, ..Options::default() };
        let mut world = world(&program, &options);
        let plain = every::some(&mut world, most);
        assert!(plain.fault.is_none() && plain.diverged.is_none(), "{program}: {plain:?}");
        if !plain.complete() || plain.runs < 2 {
            continue;
        }
        held += 1;
        let reduced = classes::all(&mut world, Duration::from_secs(600));
        assert!(reduced.complete(), "{program}: {reduced:?}");
        let [one, two] = [&reduced, &plain].map(|found| found.endings.keys().collect::<Vec<_>>());
        assert_eq!(one, two, "{program} {sleeps:?}");
        assert!(reduced.runs <= plain.runs, "{program}: {} {}", reduced.runs, plain.runs);
        // What a function does to a semaphore comes in one go here: nothing may be lost by that. Of many
        // such calls there are too many single accesses.
        if (1..=FEW).contains(&program.matches(['a', 'v', 'y', 'z']).count()) {
            let options = Options { whole_operations: false, ..options.clone() };
            let fine = classes::all(&mut self::world(&program, &options), Duration::from_secs(600));
            assert!(fine.complete(), "{program}: {fine:?}");
            assert_eq!(fine.endings.keys().collect::<Vec<_>>(), two, "{program} {sleeps:?}");
            println!("{program}: {} runs, {} of single accesses", reduced.runs, fine.runs);
        }
        // The simplest schedule of an ending was put together from the order of a run: it can be followed
        // only if nothing that a step waits for is missing in that order.
        for (ending, found) in &reduced.endings {
            let run = follow(&mut world, &found.schedule).unwrap();
            let came = (run.output.as_str(), run.end());
            assert_eq!(came, (ending.output.as_str(), Some(&ending.end)), "{program} {sleeps:?}");
        }
        if reduced.schedules == plain.schedules {
            counted += 1;
        } else {
            println!("{program} {sleeps:?}: {:?} {:?}", reduced.schedules, plain.schedules);
        }
    }
    println!("{counted} of {held} counted as they are");
}

/// Holds what is a step of what is done with pipes against a search in which each call for one is a step.
fn hold_calls(
    seed: u64,
    drawn: impl Fn(&mut Draw) -> String,
    sleeps: Sleeps,
    most: usize,
    programs: usize,
) {
    let mut draw = Draw { state: seed, shared: false };
    let (mut held, mut said, mut needed) = (0, 0, 0);
    while held < programs {
        let program = drawn(&mut draw);
        let options = Options { sleeps, each_call: true, ..Options::default() };
        let fine = every::some(&mut world(&program, &options), most);
        assert!(fine.fault.is_none() && fine.diverged.is_none(), "{program}: {fine:?}");
        if !fine.complete() || fine.runs < 3 {
            continue;
        }
        let options = Options { each_call: false, ..options };
        let mut world = world(&program, &options);
        let plain = every::some(&mut world, most);
        assert!(plain.complete(), "{program}: {plain:?}");
        let reduced = classes::all(&mut world, Duration::from_secs(600));
        assert!(reduced.complete(), "{program}: {reduced:?}");
        let [fine, plain, few] =
            [&fine, &plain, &reduced].map(|found| found.endings.keys().collect::<BTreeSet<_>>());
        held += 1;
        // Where a read could have got less or more, that alone is not tried, and it is said.
        if reduced.caveats.contains(&Caveat::ShortReads) {
            said += 1;
            needed += usize::from(fine != few);
            assert!(few.is_subset(&plain) && plain.is_subset(&fine), "{program}");
        } else {
            assert_eq!(fine, plain, "{program}");
            assert_eq!(plain, few, "{program}");
        }
        for (ending, found) in &reduced.endings {
            let run = follow(&mut world, &found.schedule).unwrap();
            let came = (run.output.as_str(), run.end());
            assert_eq!(came, (ending.output.as_str(), Some(&ending.end)), "{program}");
        }
    }
    println!("{held} programs, {said} with short reads, {needed} of which have more endings");
}

#[test]
fn nothing_is_lost_where_only_some_calls_for_pipes_are_steps() {
    hold_calls(20, |draw| draw.piping(0, &mut 0), Sleeps::Any, 100, 12);
}

#[test]
fn nothing_is_lost_where_processes_look_at_pipes_and_wait_for_one_of_several() {
    for (seed, sleeps) in [(22, Sleeps::Any), (23, Sleeps::Ordered), (24, Sleeps::Instant)] {
        hold_calls(seed, |draw| draw.looking(0, &mut 0), sleeps, 100, 8);
    }
}

#[test]
#[ignore = "takes minutes: for changes of what is a step"]
fn thorough_nothing_is_lost_where_only_some_calls_for_pipes_are_steps() {
    let number = |name, otherwise| {
        std::env::var(name).map_or(otherwise, |number| number.parse().expect("a number"))
    };
    let programs = number("PROGRAMS", 400) as usize;
    hold_calls(number("SEED", 21), |draw| draw.piping(0, &mut 0), Sleeps::Any, 2000, programs);
}

#[test]
#[ignore = "takes minutes: for changes of what is a step"]
fn thorough_nothing_is_lost_where_processes_look_at_pipes_and_wait_for_one_of_several() {
    let number = |name, otherwise| {
        std::env::var(name).map_or(otherwise, |number| number.parse().expect("a number"))
    };
    let (seed, programs) = (number("SEED", 25), number("PROGRAMS", 300) as usize);
    for (seed, sleeps) in
        [(seed, Sleeps::Any), (seed + 1, Sleeps::Ordered), (seed + 2, Sleeps::Instant)]
    {
        hold_calls(seed, |draw| draw.looking(0, &mut 0), sleeps, 1000, programs / 3);
    }
}

#[test]
fn nothing_is_lost_where_sleeps_guarantee_nothing() {
    hold(Sleeps::Any, false, 1, 30);
}

#[test]
fn nothing_is_lost_where_sleeps_end_in_order() {
    hold(Sleeps::Ordered, false, 2, 30);
}

#[test]
fn nothing_is_lost_where_sleeps_end_when_nothing_else_goes_on() {
    hold(Sleeps::Instant, false, 3, 30);
}

#[test]
fn nothing_is_lost_where_processes_have_memory_in_common() {
    for (seed, sleeps) in [(4, Sleeps::Any), (5, Sleeps::Ordered), (6, Sleeps::Instant)] {
        hold(sleeps, true, seed, 10);
    }
}

/// What a program can come to in all of its schedules, and in those of the reduced search. The simplest
/// schedule of each ending leads there.
fn outputs(program: &str, sleeps: Sleeps) -> Vec<String> {
    let mut world = world(program, &Options { sleeps, ..Options::default() });
    let found = classes::all(&mut world, Duration::from_secs(600));
    let plain = every::some(&mut world, 100_000);
    assert!(found.complete() && plain.complete(), "{program}: {found:?} {plain:?}");
    assert_eq!(found.outputs(), plain.outputs(), "{program}");
    for (ending, found) in &found.endings {
        let run = follow(&mut world, &found.schedule).unwrap();
        let came = (run.output.as_str(), run.end());
        assert_eq!(came, (ending.output.as_str(), Some(&ending.end)), "{program}");
    }
    found.outputs().into_iter().map(str::to_string).collect()
}

#[test]
fn a_pipe_is_closed_before_or_after_it_is_written_to_and_looked_at() {
    for (program, expected) in [
        // The child is the only one who reads: its end, its death and what it closes are noticed.
        ("f()C0>0aw0", &["", "%"][..]),
        ("f(px)C0>0aw0", &["x", "x%"]),
        ("f(C0px)C0>0aw0", &["%x", "x", "x%"]),
        ("f(s1)C0K0>0aw0", &["%"]),
        ("f(<0)C0>0a>0bw0", &["a", "a%"]),
        ("f(E0px)C0>0aw0", &["%x", "x", "x%"]),
        ("f(qpx)C0>0aw0", &["%x", "x", "x%"]),
        ("f(epx)C0>0aw0", &["%x", "x", "x%"]),
        // Each who closes may be the last one: the writer itself, too.
        ("f(C0>0xpx)C0w0", &["%x", "x"]),
        ("f(C0)C0>0x>0yw0", &["", "%", "%%"]),
        // Somebody else still reads.
        ("f()f(s2)C0>0aw0w1", &["", "%"]),
        ("f()>0aw0C0", &[""]),
        // Who closes first could also be the last one.
        ("f()n0C1>16", &["n", "n%"]),
        // The child is the only one who writes: whether it has ended is seen by a look.
        ("f()c0n0", &["n", "r"]),
        ("f(c0s1)c0n0", &["n", "r"]),
        ("f(s1)c0K0n0", &["r"]),
        ("f(D0s1)c0n0", &["n", "r"]),
        ("f(es1)c0n0", &["n", "r"]),
        // Who closes it waits for who looks, so that its end is later than the look.
        ("f(c0<1)c0n0>1yw0", &["ny", "ry"]),
        // The end of a parent is that of who reads, if that comes in time; it reads for ever if not.
        ("f(f(d<1)C0pz)C0>0xw0", &["z", "z", "z%"]),
        // Somebody else may have read what is looked for.
        ("f(f(<0)w0)>0xn0w0", &["nx", "rx", "xn", "xr"]),
        // Between what is printed and the look others may write and print.
        ("f(>0xpb)c0pan0w0", &["abn", "abr", "anb", "arb", "bar"]),
        ("f()n0", &["n"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn what_is_ready_at_a_look_and_at_the_end_of_a_wait_is_tried() {
    for (program, expected) in [
        // Without waiting there may be something or not.
        ("f(>0a)N0w0", &["a", "~"][..]),
        ("f(>0a)N0N0w0", &["a~", "~a", "~~"]),
        ("f(>0a)w0N0", &["a"]),
        ("N0", &["~"]),
        ("f(s1)c0N0w0", &["$", "~"]),
        // Only the child can write, and it is known to have ended.
        ("f()c0w0N0n0", &["$r"]),
        // One of two, or both.
        ("f(>0a)f(>1b)Pw0w1", &["1", "2", "3"]),
        ("f(>0a)f(>1b)Yw0w1", &["1", "2", "3"]),
        ("f(>0a)f(>1b)Ow0w1", &["0", "1", "2", "3"]),
        ("f(>0a>1b)Pw0", &["1", "3"]),
        ("f(>1a)f()c0Pw0w1", &["2", "3"]),
        // Who waits for one only may find that it has come to its end, too.
        ("f(>0a)c0Q0w0", &["b", "i"]),
        ("f()c0Q0w0", &["h"]),
        // Somebody else takes what was waited for, and the other waits for ever.
        ("f(<0pb)Q0pc>0a", &[""]),
        ("f(<0)>0aQ0", &["a", "ai", "ia"]),
        // Where a sleep guarantees nothing, a time may be over at once.
        ("f(>0a)m0w0", &["n", "r"]),
        ("f(>0a)f(>1b)Sw0w1", &["0", "1", "2", "3"]),
        ("f(px)m0w0", &["nx", "xn"]),
        // How much goes into a pipe depends on how soon somebody reads.
        ("f(F0)w0", &["q"]),
        ("f(F0)G0w0", &["q", "r", "s", "t", "u"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
    // What one sees is that a time is not over before others have gone on.
    assert_eq!(outputs("f(>0a)m0w0", Sleeps::Instant), ["r"]);
    assert_eq!(outputs("f(s2>0a)m0w0", Sleeps::Instant), ["n"]);
    assert_eq!(outputs("f(s2>0a)m0w0", Sleeps::Ordered), ["n"]);
    assert_eq!(outputs("f(>0a)m0w0", Sleeps::Ordered), ["n", "r"]);
}

#[test]
fn few_switches_are_all_that_have_so_few() {
    // After its look the parent goes on: that is no switch.
    for (program, expected) in [
        ("f()n0C1>16", &["n", "n%"][..]),
        ("f(px)n0pa", &["nax", "nxa", "xna"]),
        ("f(px)N0pa", &["x~a", "~ax", "~xa"]),
    ] {
        let mut world = world(program, &Options { sleeps: Sleeps::Any, ..Options::default() });
        let found = switches::within(&mut world, usize::MAX, Duration::from_secs(60));
        assert!(found.complete(), "{program}: {found:?}");
        assert_eq!(found.outputs(), expected, "{program}");
    }
}

#[test]
fn what_is_in_a_pipe_is_known_to_the_byte() {
    for (program, expected) in [
        // What was read is not there any more, and what is looked for is not there before it is written.
        ("f(B0x>0y)w0A0f(>0z)n0w1", &["yn", "yr"][..]),
        ("f(V0x)w0<0f(>0z)n0w1", &["xn", "xr"]),
        ("f(Z0)w0f(>0z)n0w1", &["n", "r"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn a_write_of_many_bytes_is_whole_though_others_come_in_between() {
    for (program, expected) in [
        ("f(b0)w0", &["+"][..]),
        // Who looks may find the first of them while the rest is still to be written.
        ("f(b0)n0w0", &["+n", "+r", "n+", "r+"]),
        ("f(b0b0)G0w0", &["++"]),
        // Whoever reads may be gone in the middle.
        ("f(C0b0)C0w0", &["+", "-"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn it_is_said_exactly_where_a_read_could_have_got_less_or_more() {
    for (program, said) in [
        ("f(>0x>0y)R0w0", true),
        ("f(B0x>0y)A0w0", true),
        ("f(R0)>0xs1>0yw0", true),
        ("f(R0)f(>0x)w1>0yw0", true),
        // There is one piece, or no more was asked for than was there.
        ("f(>0x)R0w0", false),
        ("f(>0x>0y)<0<0w0", false),
        // The writer knows of the read: it was answered, or was told of the end of the reader.
        ("f(>0x<1>0y)R0>1xR0w0", false),
        ("f(R0)>0xw0>0y", false),
        // The reader knows of the writes: it was told of the end of the writers, of the end of a pipe to
        // which they wrote before, or was born later.
        ("f(>0x>0y)w0R0", false),
        ("f(>0x)f(>0y)w0w1R0", false),
        ("f(>1x>1yc0)c0<0R1", false),
        (">0x>0yf(R0)w0", false),
    ] {
        let options = Options { sleeps: Sleeps::Any, ..Options::default() };
        let found = classes::all(&mut world(program, &options), Duration::from_secs(60));
        assert!(found.complete(), "{program}: {found:?}");
        assert_eq!(found.caveats.contains(&Caveat::ShortReads), said, "{program}: {found:?}");
    }
}

#[test]
fn who_is_ended_could_have_gone_on_whatever_is_sent_to_it_later() {
    for (program, expected) in [
        ("f(papb)K0k0px", &["abx", "ax", "x"][..]),
        ("f(f()W)K0k0", &["", "0"]),
        ("f(f(papb)W)K0s1k0", &["ab", "ab0"]),
        // What it could have done, another one who is there still could have come after.
        ("f(f(px)h0)K0w0", &["-x", "x", "x+", "x-"]),
        ("f(f(px)n0)K0w0", &["nx", "x", "xn"]),
        ("f(dpxg)", &["", "x", "xo", "xp"]),
        ("f()f(Hs1)w0k1pxw1", &["!x", "x", "x!"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

/// A world that writes down each of its runs.
#[derive(Debug)]
struct Recorded {
    world: Processes,
    runs: Vec<String>,
}

impl World for Recorded {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        let run = self.world.run(plan)?;
        self.runs.push(format!("{:?} {:?} {:?}", run.moves, run.actors, run.finish));
        Ok(run)
    }

    fn actors(&self) -> Actors {
        self.world.actors()
    }
}

/// What a task was held before that another one ends is known before the kernel closes its files, which is
/// at some moment after that.
#[test]
fn each_search_makes_the_same_runs() {
    for program in ["f(f(px)>0ypy)K0n0w0", "f(R0)f(>0x)K0>0yw1R0"] {
        let runs = || {
            let world = world(program, &Options { sleeps: Sleeps::Any, ..Options::default() });
            let mut recorded = Recorded { world, runs: Vec::new() };
            assert!(classes::all(&mut recorded, Duration::from_secs(60)).complete(), "{program}");
            recorded.runs
        };
        let first = runs();
        for _ in 0..7 {
            assert_eq!(runs(), first, "{program}");
        }
    }
}

#[test]
fn who_of_several_threads_gets_a_lock_is_tried() {
    for (program, expected) in [
        ("lt(lpau)t(lpbu)pcuj", &["cab", "cba"][..]),
        // Both wait for it, whichever of them came first.
        ("lt(pAlpxu)t(pBlpyu)uj", &["ABxy", "AByx", "AxBy", "BAxy", "BAyx", "ByAx"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn who_of_several_processes_gets_a_byte_and_which_child_has_ended_is_tried() {
    for (program, expected) in [
        (
            "f(<0pA)f(<0pB)>0x>0yw0w1",
            &["xAyB", "xByA", "xyAB", "xyBA", "yAxB", "yBxA", "yxAB", "yxBA"][..],
        ),
        ("f(px)f(py)WW", &["x0y1", "xy01", "xy10", "y1x0", "yx01", "yx10"]),
        ("f(px)h0pyh0w0", &["-xy+", "-xy-", "-y-x", "-yx+", "-yx-", "x+y+", "x-y+", "x-y-"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn when_a_thread_begins_is_tried() {
    for (program, expected) in [
        ("t(pa)pbj", &["ab", "ba"][..]),
        // Nobody waits for the lock in the order in which a thread begins when its maker waits.
        ("t(lpau)lpbuj", &["ab", "ba"]),
        ("t(lpau)t(lpbu)j", &["ab", "ba"]),
        ("t(s1lpau)lpbuj", &["ab", "ba"]),
        ("t(lpau)t(lpbu)lpcuj", &["abc", "acb", "bac", "bca", "cab", "cba"]),
        ("f(t(lpau)lpbuj)pcw0", &["abc", "acb", "bac", "bca", "cab", "cba"]),
        ("T(lpau)lpbuj", &["ab", "ba"]),
        // Whoever has the lock waits for whoever waits for the lock.
        ("t(l<0u)lpau>0xj", &["", "ax"]),
    ] {
        assert_eq!(outputs(program, Sleeps::Any), expected, "{program}");
    }
}

#[test]
fn nothing_is_lost_where_a_process_has_threads() {
    for (seed, sleeps) in [(12, Sleeps::Any), (13, Sleeps::Ordered), (14, Sleeps::Instant)] {
        let draw = Draw { state: seed, shared: false };
        hold_drawn(draw, Draw::threads, MOST, sleeps, 8);
    }
}

#[test]
#[ignore = "takes minutes: for changes of the reduction"]
fn thorough_nothing_is_lost_where_a_process_has_threads() {
    for (seed, sleeps) in [(15, Sleeps::Any), (16, Sleeps::Ordered), (17, Sleeps::Instant)] {
        let draw = Draw { state: seed, shared: false };
        hold_drawn(draw, Draw::threads, 1000, sleeps, 50);
    }
}

#[test]
fn nothing_is_lost_where_processes_come_to_the_same_memory() {
    let draw = Draw { state: 10, shared: true };
    hold_drawn(draw, Draw::meeting, MOST, Sleeps::Any, 8);
}

#[test]
#[ignore = "takes minutes: for changes of the reduction"]
fn thorough_nothing_is_lost_where_processes_come_to_the_same_memory() {
    let draw = Draw { state: 11, shared: true };
    hold_drawn(draw, Draw::meeting, 1000, Sleeps::Any, 300);
}

#[test]
#[ignore = "takes minutes: for changes of the reduction"]
fn thorough_nothing_is_lost_in_hundreds_of_programs() {
    for (seed, sleeps) in [(7, Sleeps::Any), (8, Sleeps::Ordered), (9, Sleeps::Instant)] {
        hold(sleeps, false, seed, 150);
        hold(sleeps, true, seed, 50);
    }
}
