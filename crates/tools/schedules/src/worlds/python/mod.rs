//! The threads of a Python program, on the student's own interpreter.
//!
//! The program is not changed on the disk and needs nothing installed. A Python engine runs it, which
//! takes the place of threading, queue, time, print and their like before the program is loaded. It gets
//! a plan and gives back a run, both as one line of JSON.
//!
//! # Layout
//!
//! * here: the engine's process, and what the lines mean
//! * [`twins`]: the lessons' programs in Python, and small versions of them
//! * `engine/boot.py`: builds the engine's modules from what stdin brings
//! * `engine/run.py`: whose turn it is, vector clocks, what a step touches
//! * `engine/models.py`: threading, queue, and the end of the interpreter
//! * `engine/outside.py`: print, input, time, chance, and what is refused
//! * `engine/access.py`, `engine/rewrite.py`: reads and writes of what threads may share
//! * `engine/serve.py`: loads the program and answers
//!
//! # What is a step
//!
//! Calls into threading, queue, `time.sleep` and `print` are. Of all other code only those reads and
//! writes are that turn out to race: two accesses of one variable, attribute or item by two threads, of
//! which one writes, and which no lock, join or message puts in order. They are looked for in every run,
//! by vector clocks. A run that finds one is void, its places become steps, and the search begins anew
//! ([`Fault::Learned`]). So what a lock orders costs no schedules, as in Rust.

pub mod twins;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::step::{Action, How, Object, Outcome, Place, Step, Touch};
use crate::tell::words::{self, Language};
use crate::world::{
    Caveat, Details, End, Fault, Finish, Life, Move, Plan, Run, Then, Thing, ThingKind, Unmodelled,
    World,
};

/// The engine's modules, in the order in which they need each other.
const MODULES: [(&str, &str); 6] = [
    ("schedules_run", include_str!("engine/run.py")),
    ("schedules_models", include_str!("engine/models.py")),
    ("schedules_outside", include_str!("engine/outside.py")),
    ("schedules_access", include_str!("engine/access.py")),
    ("schedules_rewrite", include_str!("engine/rewrite.py")),
    ("schedules_serve", include_str!("engine/serve.py")),
];

/// What builds them.
const BOOT: &str = include_str!("engine/boot.py");

/// How long a run may take. A loop of the program's own is noticed long before, so this is about calls
/// into code that is not Python.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a wait for the engine looks whether somebody has asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How long a run may still take when somebody has asked to stop.
const SOON: Duration = Duration::from_secs(1);

/// A Python program, and how it is to be run.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file.
    pub path: PathBuf,
    /// The text that stands in the place of the file's own.
    pub source: Option<String>,
    /// The interpreter: 3.9 or newer. `None` is the one that `python3` starts.
    pub interpreter: Option<PathBuf>,
    /// What it can read from stdin.
    pub stdin: String,
    /// Its arguments, after its name.
    pub arguments: Vec<String>,
    /// Whether `x += 1` is one step, as CPython since 3.10 happens to run it. The language does not
    /// promise it.
    pub one_step_additions: bool,
    /// Whether every access is a step, also those that do not race: what the search is held against.
    pub every_access: bool,
    /// After how many steps a run is cut off.
    pub step_limit: usize,
    /// The language in which it is said why there is no answer.
    pub language: Language,
}

impl Program {
    /// A program from its file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Program {
            path: path.into(),
            source: None,
            interpreter: None,
            stdin: String::new(),
            arguments: Vec::new(),
            one_step_additions: false,
            every_access: false,
            step_limit: 5_000,
            language: Language::English,
        }
    }

    /// Starts the engine and loads the program.
    ///
    /// # Errors
    ///
    /// [`Fault::Refused`] when the program is no Python or uses what is not modelled, each with its
    /// place; [`Fault::Failed`] when the interpreter does not start or is too old.
    pub fn start(&self) -> Result<PythonThreads, Fault> {
        PythonThreads::start(self, Arc::default())
    }

    /// As [`start`](Self::start): a run that is under way when `stop` becomes true is given up, with
    /// [`Fault::Interrupted`].
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_until(&self, stop: Arc<AtomicBool>) -> Result<PythonThreads, Fault> {
        PythonThreads::start(self, stop)
    }
}

/// A Python program whose engine runs: a [`World`]. The engine ends with it.
#[derive(Debug)]
pub struct PythonThreads {
    engine: Child,
    plans: Option<ChildStdin>,
    answers: Receiver<String>,
    stop: Arc<AtomicBool>,
    version: String,
    language: Language,
    name: String,
    files: Vec<PathBuf>,
    /// The moves of the latest run: the next one often begins with the same.
    latest: Vec<Move>,
}

impl Drop for PythonThreads {
    fn drop(&mut self) {
        drop(self.plans.take());
        // It may be in the middle of a run that has no end.
        drop(self.engine.kill());
        drop(self.engine.wait());
    }
}

impl PythonThreads {
    fn start(program: &Program, stop: Arc<AtomicBool>) -> Result<Self, Fault> {
        let name = program.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refused = |error| Fault::Refused(words::file(program.language, &program.path, &error));
        if program.source.is_none() {
            fs::File::open(&program.path).map_err(refused)?;
        }
        let path = env::current_dir().unwrap_or_default().join(&program.path);
        let interpreter = match &program.interpreter {
            Some(interpreter) => interpreter,
            None => course::python().map_err(|missing| {
                Fault::Failed(::language::no_python(program.language.into(), missing))
            })?,
        };
        let mut engine = Command::new(interpreter)
            .args(["-B", "-X", "utf8", "-c", BOOT])
            // The order of a set of strings is the same in each run.
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| {
                let name = interpreter.display().to_string();
                Fault::Unmodelled(Unmodelled::DoesNotStart(name, (&error).into()))
            })?;
        let plans = engine.stdin.take();
        let lines = BufReader::new(engine.stdout.take().expect("stdout is a pipe")).lines();
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut world = PythonThreads {
            engine,
            plans,
            answers,
            stop,
            version: String::new(),
            name,
            language: program.language,
            files: vec![],
            latest: vec![],
        };
        world.tell(&json!(MODULES.map(|(name, text)| [name, text])))?;
        let ready = world.ask(&json!({
            "program": path.to_string_lossy(),
            "source": program.source,
            "stdin": program.stdin,
            "arguments": program.arguments,
            "one_step": program.one_step_additions,
            "every": program.every_access,
            "step_limit": program.step_limit,
            "chinese": program.language == Language::Chinese,
        }))?;
        world.version = text(&ready["ready"]);
        world.files =
            list(&ready["files"], |file| file.as_str().map(PathBuf::from)).unwrap_or_default();
        Ok(world)
    }

    /// The version of the interpreter, such as 3.11.7.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The files of the program that were loaded, that of main first.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    fn tell(&mut self, message: &Value) -> Result<(), Fault> {
        let plans = self.plans.as_mut().expect("the engine runs");
        let line = format!("{message}\n");
        if plans.write_all(line.as_bytes()).and_then(|()| plans.flush()).is_err() {
            return Err(self.dead());
        }
        Ok(())
    }

    /// Sends a message and waits for what the engine answers.
    fn ask(&mut self, message: &Value) -> Result<Value, Fault> {
        self.tell(message)?;
        let begun = Instant::now();
        let line = loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(line) => break line,
                Err(RecvTimeoutError::Disconnected) => return Err(self.dead()),
                // A run that ends soon is waited for, so that the engine can still tell stories.
                Err(RecvTimeoutError::Timeout)
                    if self.stop.load(Ordering::Relaxed) && begun.elapsed() > SOON =>
                {
                    drop(self.plans.take());
                    drop(self.engine.kill());
                    return Err(Fault::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) if begun.elapsed() > PATIENCE => {
                    drop(self.engine.kill());
                    let (name, seconds) = (&self.name, PATIENCE.as_secs());
                    return Err(Fault::Failed(self.language.say(
                        format!(
                            "{name}: a run has not come to its end in {seconds} s: something outside of \
                             Python's own code takes that long, or never ends"
                        ),
                        format!(
                            "{name}：一次运行在 {seconds} 秒内没有结束：Python 代码之外的部分耗时太长，\
                             或永不结束"
                        ),
                    )));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        let mut answer: Value = serde_json::from_str(&line).map_err(|error| {
            Fault::Failed(words::engine(self.language, &format!("{error}: {line}")))
        })?;
        if let Some(why) = answer["refused"].as_str() {
            return Err(Fault::Refused(why.to_string()));
        }
        if !answer["learned"].is_null() {
            return Err(Fault::Learned);
        }
        Ok(answer.take())
    }

    fn dead(&mut self) -> Fault {
        drop(self.plans.take());
        drop(self.engine.kill());
        let status = self.engine.wait();
        let how = match status {
            Ok(status) => words::status(self.language, status),
            Err(error) => words::system(self.language, &error),
        };
        let name = &self.name;
        Fault::Failed(self.language.say(
            format!(
                "{name}: the Python engine has ended ({how}). What it says of it stands above. It needs \
                 Python 3.9 or newer"
            ),
            format!(
                "{name}：检查 Python 的程序已结束（{how}），原因见上文。需要 Python 3.9 或更新的版本"
            ),
        ))
    }
}

impl World for PythonThreads {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Fault::Interrupted);
        }
        if self.plans.is_none() {
            return Err(self.dead());
        }
        let answer = self.ask(&message(plan))?;
        let run = run(&answer, &self.latest)
            .ok_or_else(|| Fault::Failed(words::engine(self.language, &answer.to_string())))?;
        self.latest.clone_from(&run.moves);
        Ok(run)
    }
}

fn message(plan: &Plan) -> Value {
    let mut message = json!({ "schedule": plan.schedule });
    if plan.detailed {
        message["detailed"] = json!(true);
    }
    match &plan.then {
        Then::GoOn => {}
        Then::Straight => message["then"] = json!("straight"),
        Then::Stop => message["then"] = json!("stop"),
        Then::UntilAsked => message["then"] = json!("asked"),
        Then::Random(seed) => {
            message["then"] = json!("random");
            message["seed"] = json!(seed);
        }
        Then::Awake(sleepers) => {
            let sleepers: Vec<_> = sleepers
                .iter()
                .map(|(actor, touches)| {
                    json!([actor, touches.iter().map(say_touch).collect::<Vec<_>>()])
                })
                .collect();
            message["sleep"] = json!(sleepers);
        }
    }
    message
}

fn say_touch(touch: &Touch) -> Value {
    let (name, number) = match touch.how {
        How::Read => ("Read", 0),
        How::Write => ("Write", 0),
        How::Print(hash) => ("Print", hash),
        How::Acquire => ("Acquire", 0),
        How::Release => ("Release", 0),
        How::Try => ("Try", 0),
        How::Put(n) => ("Put", n as u64),
        How::Take(n) => ("Take", n as u64),
        How::TryTake(n) => ("TryTake", n as u64),
        How::Missing(n) => ("Missing", n as u64),
        How::AfterTake(n) => ("AfterTake", n as u64),
        How::Establish => ("Establish", 0),
        How::Await => ("Await", 0),
        How::GiveUp => ("GiveUp", 0),
        How::Wait => ("Wait", 0),
        How::Wake => ("Wake", 0),
        How::Notify => ("Notify", 0),
        How::AcquireShared => ("AcquireShared", 0),
        How::ReleaseShared => ("ReleaseShared", 0),
    };
    json!([touch.object.0, name, number])
}

fn touch(value: &Value) -> Option<Touch> {
    let number = value[2].as_u64()?;
    let place = usize::try_from(number).ok()?;
    let how = match value[1].as_str()? {
        "Read" => How::Read,
        "Write" => How::Write,
        "Print" => How::Print(number),
        "Acquire" => How::Acquire,
        "Release" => How::Release,
        "Try" => How::Try,
        "Missing" => How::Missing(place),
        "Put" => How::Put(place),
        "Take" => How::Take(place),
        "TryTake" => How::TryTake(place),
        "AfterTake" => How::AfterTake(place),
        "Establish" => How::Establish,
        "Await" => How::Await,
        "GiveUp" => How::GiveUp,
        "Wait" => How::Wait,
        "Wake" => How::Wake,
        "Notify" => How::Notify,
        _ => return None,
    };
    Some(Touch { object: Object(value[0].as_u64()?), how })
}

fn run(answer: &Value, latest: &[Move]) -> Option<Run> {
    let same = number(&answer["same"]).unwrap_or(0);
    let mut moves = latest.get(..same)?.to_vec();
    for told in answer["moves"].as_array()? {
        moves.push(Move {
            actor: number(&told[0])?,
            able: list(&told[1], number)?,
            standing: told[2].as_u64()?,
            touches: list(&told[3], touch)?,
            asked: told[4].as_bool()?,
            try_all: told[5].as_bool()?,
        });
    }
    let life = |told: &Value| {
        let next = if told[1].is_null() { None } else { Some(list(&told[1], touch)?) };
        Some(Life { born: number(&told[0]), next, until: None })
    };
    let details = &answer["details"];
    Some(Run {
        errors: Vec::new(),
        moves,
        actors: list(&answer["lives"], life)?,
        output: answer["output"].as_str()?.to_string(),
        finish: finish(&answer["finish"])?,
        able: list(&answer["able"], number)?,
        standing: answer["standing"].as_u64()?,
        uncaught: list(&answer["crashes"], |told| told.as_str().map(str::to_string))?,
        details: if details.is_null() { None } else { Some(read_details(details)?) },
        caveats: list(&answer["caveats"], |told| caveat(told.as_str()?))?,
    })
}

fn finish(told: &Value) -> Option<Finish> {
    let code = || i32::try_from(told[2].as_i64()?).ok();
    Some(match told[0].as_str()? {
        "Planned" => Finish::Planned,
        "Asleep" => Finish::Asleep,
        "Diverged" => Finish::Diverged,
        "Ended" => Finish::Ended(match told[1].as_str()? {
            "Returned" => End::Returned,
            "Exited" => End::Exited(code()?),
            "Raised" => End::Raised(told[2].as_str()?.to_string()),
            "Deadlock" => End::Deadlock,
            "Endless" => End::Endless,
            "CutOff" => End::CutOff(number(&told[2])?),
            _ => return None,
        }),
        _ => return None,
    })
}

fn caveat(name: &str) -> Option<Caveat> {
    Some(match name {
        "BoundedWait" => Caveat::BoundedWait,
        "SpuriousWakeUps" => Caveat::SpuriousWakeUps,
        "Clock" => Caveat::Clock,
        "Chance" => Caveat::Chance,
        "HashOrder" => Caveat::HashOrder,
        _ => return None,
    })
}

fn read_details(told: &Value) -> Option<Details> {
    Some(Details {
        steps: list(&told["steps"], step)?,
        next: list(&told["next"], |told| {
            if told.is_null() { Some(None) } else { Some(Some(step(told)?)) }
        })?,
        names: list(&told["names"], |told| Some(told.as_str().map(str::to_string)))?,
        aside: Default::default(),
        things: list(&told["things"], |told| {
            let kind = match told[0].as_str()? {
                "Lock" => ThingKind::Lock,
                "Semaphore" => ThingKind::Semaphore,
                "Variable" => ThingKind::Variable,
                "Channel" => ThingKind::Channel,
                "Condition" => ThingKind::Condition,
                "Barrier" => ThingKind::Barrier,
                "Flag" => ThingKind::Flag,
                _ => return None,
            };
            Some(Thing { kind, name: told[1].as_str().map(str::to_string), made: None })
        })?,
    })
}

fn step(told: &Value) -> Option<Step> {
    let place = &told[2];
    let place = if place.is_null() {
        None
    } else {
        let line = u32::try_from(place[1].as_u64()?).ok()?;
        Some(Place { file: Arc::from(place[0].as_str()?), line, column: 0 })
    };
    let actor = number(&told[0])?;
    Some(Step { actor, action: action(&told[1])?, place, outcome: outcome(&told[3])? })
}

fn action(told: &Value) -> Option<Action> {
    let n = || number(&told[1]);
    let flag = |place: usize| told[place].as_bool();
    Some(match told[0].as_str()? {
        "Start" => Action::Start(n()?),
        "Lock" => Action::Lock { lock: n()?, shared: false },
        "TryLock" => Action::TryLock { lock: n()?, shared: false },
        "Unlock" => Action::Unlock { lock: n()?, shared: false },
        "Read" => Action::Read(n()?),
        "Write" => Action::Write(n()?),
        "Update" => Action::Update(n()?),
        "Print" => Action::Print(told[1].as_str()?.to_string()),
        "Sleep" => Action::Sleep,
        "Join" => Action::Join(n()?),
        "JoinAll" => Action::JoinAll(list(&told[1], number)?),
        "HasEnded" => Action::HasEnded(n()?),
        "Send" => Action::Send(n()?),
        "TrySend" => Action::TrySend(n()?),
        "Receive" => Action::Receive { channel: n()?, timed: flag(2)? },
        "TryReceive" => Action::TryReceive(n()?),
        "Wait" => Action::Wait { condition: n()?, lock: number(&told[2])? },
        "Wake" => Action::Wake { condition: n()?, lock: number(&told[2])?, timed: flag(3)? },
        "Notify" => Action::Notify { condition: n()?, all: flag(2)? },
        "Arrive" => Action::Arrive(n()?),
        "Pass" => Action::Pass(n()?),
        "Set" => Action::Set(n()?),
        "Clear" => Action::Clear(n()?),
        "AwaitSet" => Action::AwaitSet { flag: n()?, timed: flag(2)? },
        "Peek" => Action::Peek(n()?),
        "Exit" => Action::Exit(i32::try_from(told[1].as_i64()?).ok()?),
        "EndMain" => Action::EndMain,
        "End" => Action::End,
        "Call" => Action::Call(told[1].as_str()?.to_string()),
        _ => return None,
    })
}

fn outcome(told: &Value) -> Option<Outcome> {
    let value = |place: usize| told[place].as_str().map(str::to_string);
    Some(match told[0].as_str()? {
        "Done" => Outcome::Done,
        "Saw" => Outcome::Saw(value(1)?),
        "Wrote" => Outcome::Wrote(value(1)?),
        "Changed" => Outcome::Changed { from: value(1)?, to: value(2)? },
        "Yes" => Outcome::Yes,
        "No" => Outcome::No,
        "GaveUp" => Outcome::GaveUp,
        _ => return None,
    })
}

fn number(told: &Value) -> Option<usize> {
    usize::try_from(told.as_u64()?).ok()
}

fn text(told: &Value) -> String {
    told.as_str().unwrap_or_default().to_string()
}

fn list<T>(told: &Value, one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    told.as_array()?.iter().map(one).collect()
}
