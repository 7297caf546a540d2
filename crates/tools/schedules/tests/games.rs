//! The games in the books are those that the lessons have: the data is current, has the endings and the
//! counts of the search, and what is shared in it is the same as if nothing were.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use schedules::lessons::{LESSONS, find};
use schedules::search::{Findings, classes, every};
use schedules::tell::game::{Game, Limits, NoGame, Played, game};
use schedules::tell::html::html;
use schedules::tell::page::{
    self, PLAYED, PROCESSES_PLAYED, PYTHON_PLAYED, PYTHON_PROCESSES_PLAYED,
};
use schedules::tell::source::Sources;
use schedules::tell::words::Language;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use schedules::worlds::processes::{self, Processes};
use schedules::worlds::rust::Program;
use schedules::worlds::rust::stand_in::io::print;
use schedules::worlds::rust::stand_in::sync::atomic::{AtomicI64, Ordering::SeqCst};
use schedules::worlds::rust::stand_in::sync::{Arc, Mutex};
use schedules::worlds::rust::stand_in::{sync::mpsc, thread};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/play")
}

fn assert_current(name: &str, game: &Game) {
    let file = folder().join(format!("{name}.json"));
    let told = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(told == game.to_json(), "{} is out of date: `just stories`", file.display());
}

#[test]
fn the_games_of_the_books_are_current() {
    for name in PLAYED {
        assert_current(name, &page::game_of(name));
    }
}

#[test]
fn every_game_of_the_books_is_one_of_these() {
    let mut names: Vec<String> =
        PLAYED.iter().chain(&PROCESSES_PLAYED).map(|name| format!("{name}.json")).collect();
    let python = PYTHON_PLAYED.iter().chain(&PYTHON_PROCESSES_PLAYED);
    names.extend(python.map(|name| format!("{name}.py.json")));
    names.sort();
    let files = fs::read_dir(folder()).unwrap();
    let mut files: Vec<_> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, names);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_games_of_processes_are_current() {
    for name in PROCESSES_PLAYED {
        let game = page::game_of_processes(name).unwrap();
        assert_current(name, &game);
        assert_every_print_has_a_line(&game);
        // The search by classes does not always count the schedules of processes as they are.
        let command = vec![course::build(name).unwrap().into()];
        let mut world = Processes::new(command, processes::Options::default()).unwrap();
        let plain = every::all(&mut world, Duration::MAX);
        assert!(plain.complete(), "{name}: {plain:?}");
        let counted: Vec<_> = game.endings.iter().map(|(e, count)| (e, Some(*count))).collect();
        let mut plain: Vec<_> =
            plain.endings.iter().map(|(e, found)| (e, found.schedules)).collect();
        plain.sort_by_key(|(ending, _)| counted.iter().position(|(other, _)| other == ending));
        assert_eq!(counted, plain, "{name}");
    }
}

#[test]
#[ignore = "needs python3"]
fn the_games_in_python_are_current() {
    for name in PYTHON_PLAYED {
        assert_current(&format!("{name}.py"), &page::game_of_python(name).unwrap());
    }
}

#[test]
#[ignore = "needs python3"]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_games_of_processes_in_python_are_current() {
    for name in PYTHON_PROCESSES_PLAYED {
        let game = page::game_of_python_processes(name).unwrap();
        assert_current(&format!("{name}.py"), &game);
        assert_every_print_has_a_line(&game);
        // Both languages have one question, and the answers to it.
        let outputs = |game: &Game| -> std::collections::BTreeSet<String> {
            game.endings.iter().map(|(ending, _)| ending.output.clone()).collect()
        };
        assert_eq!(outputs(&game), outputs(&page::game_of_processes(name).unwrap()), "{name}");
    }
}

/// Holds the line of each print in a game against its text: the lines of these lessons say it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn assert_every_print_has_a_line(game: &Game) {
    let lines = game.field("files")[0]["lines"].as_array().unwrap();
    let steps = game.field("steps").as_array().unwrap().iter();
    for step in steps.filter(|step| step["does"] == "print") {
        assert_eq!(step["at"][0], 0, "{step}");
        let line = lines.iter().find(|line| line[0] == step["at"][1]);
        let line = line.expect("it is shown")[1].as_str().unwrap();
        let words = step["text"].as_str().unwrap().trim_end();
        let words = words.split_once(": ").map_or(words, |(_, words)| words);
        let words =
            words.trim_end_matches(|c: char| c.is_ascii_digit() && words.starts_with("tick"));
        assert!(line.contains("print") && line.contains(words), "{step}: {line}");
    }
}

/// What the paths through a game come to, each ending with its number of paths. Each path is walked: a
/// game for this must be small.
fn walked(game: &Game) -> BTreeMap<(String, String), u128> {
    fn go(game: &Game, node: usize, output: &str, counts: &mut BTreeMap<(String, String), u128>) {
        let node = &game.field("nodes")[node];
        let Some(edges) = node[1].as_array() else {
            let end = &game.field("ends")[node[1].as_u64().unwrap() as usize];
            let ending = (output.to_string(), end.to_string());
            *counts.entry(ending).or_default() += 1;
            return;
        };
        assert!(!edges.is_empty(), "a choice without anybody who can go");
        for edge in edges {
            let printed = printed(game, &edge[1]);
            go(game, edge[2].as_u64().unwrap() as usize, &format!("{output}{printed}"), counts);
        }
    }
    let begin = game.field("begin");
    let mut counts = BTreeMap::new();
    go(game, begin[1].as_u64().unwrap() as usize, &printed(game, &begin[0]), &mut counts);
    counts
}

fn printed(game: &Game, steps: &Value) -> String {
    let steps = steps.as_array().unwrap().iter();
    let texts = steps
        .filter_map(|step| game.field("steps")[step.as_u64().unwrap() as usize]["text"].as_str());
    texts.collect()
}

/// Holds the paths of a game against what was found by another search, and the simplest ways against
/// their endings.
fn assert_paths(game: &Game, findings: &Findings) {
    let name = game.field("program");
    let walked = walked(game);
    let told = game.field("endings").as_array().unwrap();
    assert_eq!(told.len(), findings.endings.len(), "{name}");
    assert_eq!(walked.len(), findings.endings.len(), "{name}");
    let mut all = 0;
    for ((ending, found), told) in findings.by_simplicity().into_iter().zip(told) {
        assert_eq!(told["output"], ending.output, "{name}");
        let end = &game.field("ends")[told["end"].as_u64().unwrap() as usize];
        let paths = walked[&(ending.output.clone(), end.to_string())];
        assert_eq!(Some(paths), found.schedules, "{name}: {ending:?}");
        assert_eq!(told["schedules"], paths.to_string(), "{name}");
        all += paths;

        let begin = game.field("begin");
        let mut node = begin[1].as_u64().unwrap() as usize;
        let mut output = printed(game, &begin[0]);
        for actor in told["way"].as_array().unwrap() {
            let edges = game.field("nodes")[node][1].as_array().unwrap();
            let edge = edges.iter().find(|edge| edge[0] == *actor).expect("who is chosen can go");
            output += &printed(game, &edge[1]);
            node = edge[2].as_u64().unwrap() as usize;
        }
        assert_eq!(output, ending.output, "{name}");
        assert_eq!(game.field("nodes")[node][1], told["end"], "{name}");
    }
    assert_eq!(game.field("schedules"), &Value::String(all.to_string()), "{name}");
}

#[test]
fn the_paths_through_a_game_are_the_schedules() {
    for name in PLAYED {
        // Every schedule is run, one by one: this search shares nothing.
        let findings = every::all(&mut &find(name).unwrap().small.program, Duration::MAX);
        assert!(findings.complete(), "{name}");
        let game = page::game_of(name);
        let simplest = classes::all(&mut &find(name).unwrap().small.program, Duration::MAX);
        assert_paths(&game, &simplest);
        for (ending, count) in &game.endings {
            assert_eq!(findings.endings[ending].schedules, Some(*count), "{name}");
        }
    }
}

fn made(world: &Program, sources: &Sources, share: bool) -> Result<Game, NoGame> {
    let mut world = world;
    let findings = classes::all(&mut world, Duration::MAX);
    assert!(findings.complete());
    let played = Played { name: "program", sources, whole: None };
    game(&played, &mut world, &findings, Limits { share, ..Limits::default() })
}

#[test]
fn what_is_run_once_is_the_same_as_if_all_were_run() {
    for lesson in &LESSONS {
        let sources = Sources::single(lesson.small.source);
        let [shared, plain] =
            [true, false].map(|share| made(&lesson.small.program, &sources, share).unwrap());
        assert!(shared.to_json() == plain.to_json(), "{}", lesson.name);
    }
}

/// What decides the program that [`random`] is.
static SEED: AtomicU64 = AtomicU64::new(0);

/// A program of two or three threads with locks, variables, a channel and prints, all of which its seed
/// decides. Some deadlock.
fn random() -> ExitCode {
    let mut state = SEED.load(Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let variables = Arc::new([AtomicI64::new(0), AtomicI64::new(0)]);
    let locks = Arc::new([Mutex::new(0), Mutex::new(0)]);
    let (sender, receiver) = mpsc::channel();
    let threads = 2 + draw(2);
    let mut started = Vec::new();
    for name in 0..threads {
        let deeds: Vec<u64> = (0..1 + draw(3)).map(|_| draw(12)).collect();
        let (variables, locks) = (Arc::clone(&variables), Arc::clone(&locks));
        let sender = sender.clone();
        started.push(thread::spawn(move || {
            for deed in deeds {
                let which = (deed % 2) as usize;
                match deed / 2 {
                    0 => variables[which].store(name as i64 + 1, SeqCst),
                    1 => drop(variables[which].fetch_add(1, SeqCst)),
                    2 => *locks[which].lock().unwrap() += 1,
                    3 => {
                        let _first = locks[which].lock().unwrap();
                        let _second = locks[1 - which].lock().unwrap();
                    }
                    4 => print(if which == 0 { "same".to_string() } else { name.to_string() }),
                    _ => sender.send(name).unwrap(),
                }
            }
        }));
    }
    for thread in started {
        thread.join().unwrap();
    }
    drop(sender);
    let received: Vec<u64> = receiver.iter().collect();
    let value = variables[0].load(SeqCst);
    print(format!(" {value} {} {received:?}", variables[1].load(SeqCst)));
    ExitCode::SUCCESS
}

#[test]
fn random_programs_are_shared_as_if_all_were_run() {
    let program = Program::new(random);
    let sources = Sources::default();
    let (mut games, mut deadlocks) = (0, 0);
    for seed in 1..=80 {
        SEED.store(seed, Relaxed);
        // More than this would only take longer.
        let findings = every::some(&mut &program, 400);
        if !findings.complete() {
            continue;
        }
        let shared = made(&program, &sources, true);
        let plain = made(&program, &sources, false);
        match (shared, plain) {
            (Ok(shared), Ok(plain)) => {
                assert!(shared.to_json() == plain.to_json(), "seed {seed}");
                let counts: Vec<_> = findings
                    .endings
                    .iter()
                    .map(|(ending, found)| (ending.clone(), found.schedules.unwrap()))
                    .collect();
                let mut told = shared.endings.clone();
                told.sort();
                assert_eq!(told, counts, "seed {seed}");
                games += 1;
                deadlocks += usize::from(findings.deadlocks());
            }
            (shared, plain) => assert_eq!(shared, plain, "seed {seed}"),
        }
    }
    assert!(games > 20 && deadlocks > 0, "{games} games, {deadlocks} of them with deadlocks");
}

#[test]
fn what_cannot_be_played_says_why() {
    let lesson = find("ping_pong_threads").unwrap();
    let mut world = &lesson.small.program;
    let sources = Sources::single(lesson.small.source);
    let played = Played { name: lesson.name, sources: &sources, whole: None };
    let findings = classes::all(&mut world, Duration::MAX);
    let with = |world: &mut &Program, findings: &Findings, choices| {
        game(&played, world, findings, Limits { choices, ..Limits::default() })
    };
    let error = with(&mut world, &findings, 10).unwrap_err();
    assert_eq!(error, NoGame::TooLarge(10));
    assert!(error.to_string().contains("try with smaller numbers"), "{error}");
    let some = every::some(&mut world, 3);
    assert_eq!(with(&mut world, &some, 10_000).unwrap_err(), NoGame::Incomplete);

    let alone = Program::new(|| ExitCode::SUCCESS);
    assert_eq!(made(&alone, &Sources::default(), true).unwrap_err(), NoGame::NoChoice);
}

#[test]
fn a_file_needs_nothing_else() {
    let game = page::game_of("bank_deadlock");
    for (language, code) in [(Language::English, "en"), (Language::Chinese, "zh-CN")] {
        let file = html(language, "a <b> & c", &game);
        assert!(file.contains(&format!("<html lang=\"{code}\">")));
        assert!(file.contains("<h1>a &lt;b&gt; &amp; c</h1>"));
        for outside in ["src=", "href=", "@import", "url(", "fetch("] {
            assert!(!file.contains(outside), "{outside}");
        }
        // Each script ends where it is meant to end.
        assert_eq!(file.matches("<script").count(), file.matches("</script").count());
        assert_eq!(file.matches("</script").count(), 3);
        let data = file.split("data-role=\"game\">\n").nth(1).unwrap();
        let data: Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
        assert_eq!(data["schedules"], "228");
    }
}

#[test]
fn no_word_of_a_language_is_in_a_game() {
    let known = "actor at does what whom thing text saw wrote changed result shared timed lock all \
                 receives done code name signal";
    for name in PLAYED {
        let game = page::game_of(name);
        for step in game.field("steps").as_array().unwrap() {
            for field in step.as_object().unwrap().keys() {
                assert!(known.split_whitespace().any(|known| known == field), "{name}: {field}");
            }
            let does = step["does"].as_str().unwrap();
            assert!(does.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}: {does}");
        }
    }
}
