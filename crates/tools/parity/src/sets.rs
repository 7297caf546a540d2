//! Whether both programs of a lesson can come to the same, as the command `schedules` finds it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use course::Kind;
use language::Language;
use serde::Deserialize;

/// For how many seconds a program is searched at the most. Each lesson takes less than one.
const SECONDS: &str = "60";

/// Which lessons can be compared, and the command that does it.
#[derive(Debug)]
pub struct Searched {
    command: PathBuf,
    lessons: BTreeSet<String>,
}

/// What is known of the endings of a lesson's two programs.
#[derive(Debug, PartialEq, Eq)]
pub enum Sets {
    /// `schedules` does not search both programs of this lesson.
    NotCompared,
    /// There was no time for every schedule.
    NotComplete,
    Equal,
    Different {
        only_rust: usize,
        only_python: usize,
        /// Nothing if nobody has explained it.
        why: Option<String>,
    },
}

/// What `schedules --json` prints of which lessons it knows.
#[derive(Deserialize)]
struct List {
    lessons: BTreeSet<String>,
}

/// What `schedules --both NAME --json` prints.
#[derive(Deserialize)]
struct Both {
    equal: bool,
    why: Option<String>,
    rust: Program,
    python: Program,
}

#[derive(Deserialize)]
struct Program {
    complete: String,
    endings: Vec<Ending>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Ending {
    output: String,
    end: String,
    #[serde(default)]
    uncaught: Vec<String>,
}

impl Sets {
    /// Builds `schedules` if some of these lessons may be among those that it compares, and asks it
    /// which.
    pub fn of_lessons(language: Language, names: &[String]) -> Result<Searched, String> {
        let of_processes = |name: &String| {
            let listed = course::listed();
            listed.iter().any(|lesson| lesson.name == *name && lesson.kind == Kind::Process)
        };
        if names.iter().all(of_processes) {
            return Ok(Searched { command: PathBuf::new(), lessons: BTreeSet::new() });
        }
        let command = crate::build(language, "schedules")?;
        let said = ask(language, Command::new(&command).arg("--json"))?;
        let List { lessons } = parse(language, &said)?;
        Ok(Searched { command, lessons })
    }

    /// What the table tells.
    pub fn told(&self, language: Language) -> String {
        let (english, chinese) = match self {
            Sets::NotCompared => ("not compared".to_owned(), "没有比较".to_owned()),
            Sets::NotComplete => ("not complete".to_owned(), "没有查完".to_owned()),
            Sets::Equal => ("equal".to_owned(), "相同".to_owned()),
            Sets::Different { only_rust: 0, only_python, .. } => {
                (format!("Python has {only_python} more"), format!("Python 多 {only_python} 个"))
            }
            Sets::Different { only_rust, only_python: 0, .. } => {
                (format!("Rust has {only_rust} more"), format!("Rust 多 {only_rust} 个"))
            }
            Sets::Different { only_rust, only_python, .. } => (
                format!("Rust has {only_rust} more, Python {only_python}"),
                format!("Rust 多 {only_rust} 个，Python 多 {only_python} 个"),
            ),
        };
        language.choose(english, chinese)
    }

    /// What must be told beside the table.
    pub fn remark(&self, language: Language) -> Option<String> {
        match self {
            Sets::NotCompared | Sets::Equal => None,
            Sets::NotComplete => Some(language.choose(
                format!("not every schedule was tried in {SECONDS} s"),
                format!("{SECONDS} 秒内没有试完所有调度"),
            )),
            Sets::Different { why: Some(why), .. } => Some(why.clone()),
            Sets::Different { why: None, .. } => {
                let unknown = language.choose(
                    "why the endings differ is not known; see schedules --both",
                    "结局为什么不同还不清楚，请看 schedules --both",
                );
                Some(unknown.to_owned())
            }
        }
    }

    /// Whether all endings are the same in both languages, or differ for a known reason.
    pub fn is_as_it_should_be(&self) -> bool {
        !matches!(self, Sets::Different { why: None, .. } | Sets::NotComplete)
    }

    fn read(language: Language, said: &str) -> Result<Self, String> {
        let Both { equal, why, rust, python } = parse(language, said)?;
        if [&rust, &python].iter().any(|program| program.complete != "all schedules") {
            return Ok(Sets::NotComplete);
        }
        let [rust, python]: [BTreeSet<_>; 2] =
            [rust, python].map(|program| program.endings.into_iter().collect());
        let [only_rust, only_python] =
            [(&rust, &python), (&python, &rust)].map(|(one, other)| one.difference(other).count());
        if equal != (only_rust + only_python == 0) {
            return Err(language.choose(
                format!("schedules contradicts itself: {said}"),
                format!("schedules 的回答自相矛盾：{said}"),
            ));
        }
        Ok(if equal { Sets::Equal } else { Sets::Different { only_rust, only_python, why } })
    }
}

impl Searched {
    /// Compares all that the two programs of a lesson can come to.
    pub fn compare(&self, language: Language, name: &str) -> Result<Sets, String> {
        if !self.lessons.contains(name) {
            return Ok(Sets::NotCompared);
        }
        let mut command = Command::new(&self.command);
        command.args(["--both", name, "--json", "--seconds", SECONDS]);
        command.args(["--language", language.choose("en", "zh")]);
        command.arg("--python").arg(crate::python(language)?);
        Sets::read(language, &ask(language, &mut command)?)
    }
}

/// What a command prints. Its exit code is 1 where sets differ, which is an answer.
fn ask(language: Language, command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| {
        let why = language::system(language, &error);
        language
            .choose(format!("cannot start schedules: {why}"), format!("无法启动 schedules：{why}"))
    })?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim_end();
        return Err(language.choose(
            format!("schedules has no answer: {said}"),
            format!("schedules 没有给出回答：{said}"),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse<'a, T: Deserialize<'a>>(language: Language, said: &'a str) -> Result<T, String> {
    serde_json::from_str(said).map_err(|error| {
        language.choose(
            format!("schedules answers what is not expected ({error}): {said}"),
            format!("看不懂 schedules 的回答（{error}）：{said}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `schedules` prints of programs with these outputs.
    fn printed(rust: &[&str], python: &[&str], complete: &str, why: Option<&str>) -> String {
        let program = |outputs: &[&str]| {
            let ending = |output| serde_json::json!({ "output": output, "end": "returned" });
            let endings: Vec<_> = outputs.iter().map(ending).collect();
            serde_json::json!({ "complete": complete, "endings": endings })
        };
        let equal = BTreeSet::from_iter(rust) == BTreeSet::from_iter(python);
        let (rust, python) = (program(rust), program(python));
        serde_json::json!({ "equal": equal, "why": why, "rust": rust, "python": python })
            .to_string()
    }

    #[test]
    fn what_differs_is_counted() {
        let all = "all schedules";
        for (rust, python, complete, why, shown, good) in [
            (&["a", "b"][..], &["b", "a"][..], all, None, "equal", true),
            (&["a"], &["a", "b", "c"], all, Some("because"), "Python has 2 more", true),
            (&["a"], &["a", "b", "c"], all, None, "Python has 2 more", false),
            (&["a", "b"], &["a"], all, None, "Rust has 1 more", false),
            (&["a", "b", "c"], &["d"], all, None, "Rust has 3 more, Python 1", false),
            (&["a"], &["a"], "stopped after 60 s", None, "not complete", false),
        ] {
            let sets = Sets::read(Language::En, &printed(rust, python, complete, why)).unwrap();
            assert_eq!(sets.told(Language::En), shown);
            assert_eq!(sets.is_as_it_should_be(), good, "{shown}");
            assert_eq!(sets.remark(Language::En).is_none(), shown == "equal", "{shown}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_told() {
        assert!(Sets::read(Language::En, "sorry").unwrap_err().contains("sorry"));
        let printed = printed(&["a"], &["a"], "all schedules", None);
        let wrong = printed.replace("true", "false");
        assert!(Sets::read(Language::En, &wrong).unwrap_err().contains("contradicts"), "{wrong}");
    }

    #[test]
    fn no_lesson_of_processes_is_compared() {
        let searched = Sets::of_lessons(Language::En, &["process_args".to_owned()]).unwrap();
        assert_eq!(searched.compare(Language::En, "process_args"), Ok(Sets::NotCompared));
    }
}
