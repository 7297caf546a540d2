//! A lesson in both languages: all that its program in Rust can come to, held against all that its
//! program in Python can come to. A port is faithful when these are the same.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json as object;

use crate::answer::Question;
use crate::lessons::{self, Lesson};
use crate::search::{Ending, Findings, follow};
use crate::tell::json::json;
use crate::tell::report::show;
use crate::tell::source::Sources;
use crate::tell::story::story;
use crate::tell::words::{self, Language};
use crate::world::World;
use crate::worlds::python::{PythonThreads, twins};

/// What a lesson's two programs can come to.
#[derive(Debug)]
pub struct Both {
    lesson: &'static Lesson,
    python: PythonThreads,
    source: String,
    remarks: String,
    one_step_additions: bool,
    /// What was found of the program in Rust.
    pub rust_findings: Findings,
    /// What was found of the program in Python.
    pub python_findings: Findings,
}

impl Both {
    /// Searches both programs of a thread lesson, with the numbers in them made smaller.
    ///
    /// # Errors
    ///
    /// When there is no such lesson, or Python does not start or give an answer.
    pub fn search(
        name: &str,
        question: &Question,
        one_step_additions: bool,
        interpreter: Option<PathBuf>,
    ) -> Result<Both, String> {
        let (Some(lesson), Some(twin)) =
            (lessons::find(name), twins::small(name, question.language()))
        else {
            let names: Vec<_> = lessons::LESSONS.iter().map(|lesson| lesson.name).collect();
            return Err(format!(
                "`{name}` is no lesson about threads. Those are {}",
                names.join(", ")
            ));
        };
        let (mut program, remarks) = twin?;
        program.one_step_additions = one_step_additions;
        program.interpreter = interpreter;
        let mut python = program.start().map_err(|fault| fault.to_string())?;
        let rust_findings = question.search(&mut &lesson.small.program);
        let python_findings = question.search(&mut python);
        if let Some(fault) = &python_findings.fault {
            return Err(fault.to_string());
        }
        let source = program.source.unwrap_or_default();
        Ok(Both {
            lesson,
            python,
            source,
            remarks,
            one_step_additions,
            rust_findings,
            python_findings,
        })
    }

    /// The endings that only the program in Rust has, and those that only the one in Python has.
    pub fn difference(&self) -> (BTreeSet<&Ending>, BTreeSet<&Ending>) {
        let rust: BTreeSet<_> = self.rust_findings.endings.keys().collect();
        let python: BTreeSet<_> = self.python_findings.endings.keys().collect();
        (&rust - &python, &python - &rust)
    }

    /// Whether both can come to the same.
    pub fn equal(&self) -> bool {
        let (rust, python) = self.difference();
        rust.is_empty() && python.is_empty()
    }

    /// Whether every schedule of both was tried.
    pub fn complete(&self) -> bool {
        self.rust_findings.complete() && self.python_findings.complete()
    }

    /// Shows both sets, each ending with its simplest schedule in either language.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written.
    pub fn tell(mut self, question: &Question, output: &mut dyn Write) -> io::Result<()> {
        let name = self.lesson.name;
        let language = question.language();
        let why = twins::why_they_differ(name, question.chinese).filter(|_| !self.equal());
        if question.json {
            let told = object!({
                "program": name,
                "equal": self.equal(),
                "why": why,
                "rust": json(name, &mut &self.lesson.small.program, &self.rust_findings),
                "python": json(name, &mut self.python, &self.python_findings),
            });
            return writeln!(output, "{told}");
        }
        writeln!(output, "{name}: {}", self.summary(language))?;
        if let Some(why) = why {
            for line in text::wrap(why, crate::tell::WIDTH, 0) {
                writeln!(output, "{line}")?;
            }
        }
        write!(
            output,
            "\nRust\n{}\nPython {}\n{}",
            self.lesson.changes(language),
            self.python.version(),
            self.remarks
        )?;
        let rust = Sources::single(self.lesson.small.source);
        let python = Sources::new([("main.py", self.source.as_str())]);
        let mut endings: Vec<_> =
            self.rust_findings.by_simplicity().into_iter().map(|(e, _)| e.clone()).collect();
        for (ending, _) in self.python_findings.by_simplicity() {
            if !endings.contains(ending) {
                endings.push(ending.clone());
            }
        }
        for (number, ending) in (1..).zip(&endings) {
            let one = &mut &self.lesson.small.program as &mut dyn World;
            let two = &mut self.python as &mut dyn World;
            let sides = [
                ("Rust", &self.rust_findings, &rust, one),
                ("Python", &self.python_findings, &python, two),
            ];
            let mut shown = false;
            for (side, findings, sources, world) in sides {
                let Some(found) = findings.endings.get(ending) else {
                    let never = language.say("not in", "不会出现：");
                    writeln!(output, "\n{never} {side}")?;
                    continue;
                };
                if !shown {
                    // Its text is the same for both.
                    let uncounted = Findings::default();
                    let bare = crate::search::Found { schedules: None, ..found.clone() };
                    write!(output, "{}", show(language, number, ending, &bare, &uncounted))?;
                    shown = true;
                }
                let counted = match (found.schedules, findings.schedules) {
                    (Some(some), Some(all)) => {
                        let (some, all) =
                            (words::number(language, some), words::number(language, all));
                        language.say(
                            format!("in {some} of {all} schedules. The simplest"),
                            format!("{all} 个调度中的 {some} 个，其中最简单的一个"),
                        )
                    }
                    _ => language
                        .say("the simplest schedule".to_string(), "最简单的调度".to_string()),
                };
                let head =
                    language.say(format!("{side}, {counted}:"), format!("{side}：{counted}："));
                writeln!(output, "\n{head}\n")?;
                if let Ok(run) = follow(world, &found.schedule) {
                    write!(output, "{}", story(language, sources, &run))?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self, language: Language) -> String {
        let (rust, python) = self.difference();
        let one_step = if self.one_step_additions {
            language.say(" (additions in one step)", "（加法算一步）")
        } else {
            String::new()
        };
        let tried = if self.complete() {
            String::new()
        } else {
            language
                .say(", of what was tried; not everything was", "（仅就尝试过的而言，并非全部）")
        };
        if rust.is_empty() && python.is_empty() {
            let count = self.rust_findings.endings.len();
            let endings = language.count(&count.to_string(), "ending", "种结局");
            return language.say(
                format!("{endings}, the same in Rust and in Python{one_step}{tried}"),
                format!("{endings}，Rust 与 Python 完全相同{one_step}{tried}"),
            );
        }
        let (rust, python) = (rust.len(), python.len());
        language.say(
            format!("not the same: {rust} only in Rust, {python} only in Python{one_step}{tried}"),
            format!("不相同：{rust} 种只在 Rust 中，{python} 种只在 Python 中{one_step}{tried}"),
        )
    }
}
