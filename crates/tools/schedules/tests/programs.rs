//! What programs of students' kinds come to, each against what was written down by reasoning. The format
//! is in `programs/README.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs")
}

fn schedules(arguments: &[&str], program: &Path, stdin: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schedules"));
    command.args(arguments).env("LC_ALL", "C.UTF-8").arg(program);
    let file = stdin.map(|text| {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), text).expect("it can be written");
        file
    });
    if let Some(file) = &file {
        command.arg("--stdin").arg(file.path());
    }
    command.output().expect("the command starts")
}

/// Programs that get no answer yet, and the name by which they are refused: when an owner of an `Arc` is
/// gone is not seen, and a lock guards no `dyn Trait`. A refusal is no wrong answer.
const REFUSED: [(&str, &str); 3] =
    [("strong_count", "strong_count"), ("unsized_mutex", "unsized_mutex"), ("weak", "upgrade")];

/// What is wrong with the answer on one program, in words.
fn faults(name: &str, expected: &Value) -> Vec<String> {
    let file = folder().join(format!("{name}.rs"));
    let program = if file.is_file() { file } else { folder().join(name) };
    let mut faults = Vec::new();
    // What is searched to its end takes as long as the machine needs. Of the others a part is enough.
    let seconds = if expected["complete"].is_string() { "600" } else { "8" };
    let output = schedules(&["--json", "--seconds", seconds], &program, expected["stdin"].as_str());
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    if let Some((_, word)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        if code != Some(2) || !stderr.contains(word) {
            faults.push(format!("it is not refused for `{word}`: {code:?} {stdout}{stderr}"));
        }
        return faults;
    }
    if let Some(words) = expected["or_refused"].as_array()
        && code == Some(2)
        && words.iter().filter_map(Value::as_str).all(|word| stderr.contains(word))
    {
        return faults;
    }
    if let Some(wanted) = expected["code"].as_i64()
        && code != Some(wanted as i32)
    {
        faults.push(format!("the exit code is {code:?} and not {wanted}: {stderr}"));
    }
    if let Some(words) = expected["refused"].as_array() {
        let words = words.iter().filter_map(Value::as_str);
        faults.extend(
            words
                .filter(|word| !stderr.contains(word))
                .map(|word| format!("the refusal does not contain `{word}`: {stderr}{stdout}")),
        );
    } else {
        let answer = serde_json::from_str::<Value>(&stdout);
        match answer {
            Ok(answer) => compare(expected, &answer, &stdout, &mut faults),
            Err(error) => faults.push(format!("{error} in `{stdout}`: {stderr}")),
        }
    }
    if let Some(tests) = expected["tests"].as_object() {
        faults.extend(test_faults(&program, tests));
    }
    faults
}

fn compare(expected: &Value, answer: &Value, text: &str, faults: &mut Vec<String>) {
    if let Some(complete) = expected["complete"].as_str()
        && answer["complete"] != complete
    {
        faults.push(format!(
            "complete is {} and not {complete}: {}",
            answer["complete"], answer["notes"]
        ));
    }
    let words = |key: &str| {
        let words = expected[key].as_array().cloned().unwrap_or_default();
        words.iter().filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>()
    };
    for word in words("never") {
        if text.contains(&word) {
            faults.push(format!("the answer contains `{word}`: {text}"));
        }
    }
    for word in words("says") {
        if !text.contains(&word) {
            faults.push(format!("the answer does not say `{word}`: {text}"));
        }
    }
    let endings = |value: &Value| {
        let endings = value.as_array().cloned().unwrap_or_default();
        let ending = |ending: &Value| (ending["output"].to_string(), ending["end"].to_string());
        endings.iter().map(ending).collect::<BTreeSet<_>>()
    };
    let found = endings(&answer["endings"]);
    let wanted = endings(&expected["endings"]);
    if expected["endings"].is_array() {
        let missing: Vec<_> = wanted.difference(&found).collect();
        let more: Vec<_> = found.difference(&wanted).collect();
        let says_so = text.contains("bounded retry") || text.contains("there may be more endings");
        let excused = expected["may_lose"] == true && says_so;
        if !missing.is_empty() && !excused {
            faults.push(format!("missing: {missing:?}"));
        }
        if !more.is_empty() {
            faults.push(format!("more than there are: {more:?}"));
        }
    }
    let included = endings(&expected["includes"]);
    if !included.is_subset(&found) {
        faults.push(format!("not among the endings: {:?}", included.difference(&found)));
    }
    if expected["endless"] == true && !found.iter().any(|(_, end)| end == "\"endless\"") {
        faults.push(format!("no ending is endless: {found:?}"));
    }
}

fn test_faults(program: &Path, tests: &serde_json::Map<String, Value>) -> Vec<String> {
    let output = schedules(&["--test", "--json"], program, None);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let Ok(answer) = serde_json::from_str::<Value>(&stdout) else {
        return vec![format!("--test: {stdout} {}", String::from_utf8_lossy(&output.stderr))];
    };
    let told = answer["tests"].as_array().cloned().unwrap_or_default();
    let mut faults = Vec::new();
    for (name, wanted) in tests {
        if name == "code" {
            if output.status.code() != wanted.as_i64().map(|code| code as i32) {
                faults.push(format!("--test: the exit code is {:?}", output.status.code()));
            }
            continue;
        }
        let test = told.iter().find(|test| test["name"] == *name);
        let passes = test.map(|test| test["passes"] == true);
        if passes != Some(wanted == "passes") {
            faults.push(format!("--test: {name}: {passes:?} in {answer}"));
        }
    }
    faults
}

#[test]
fn programs_of_students_kinds_come_to_what_was_written_down() {
    let entries = fs::read_dir(folder()).expect("there are programs");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{}", names.len());
    let left = Mutex::new(names.into_iter());
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let name = left.lock().expect("nobody panics with it").next();
                    let Some(name) = name else { return };
                    let text = fs::read_to_string(folder().join(format!("{name}.json")));
                    let expected = serde_json::from_str(&text.expect("it can be read"));
                    let expected = expected.unwrap_or_else(|error| panic!("{name}: {error}"));
                    let found = faults_of(&name, &expected);
                    faults.lock().expect("nobody panics with it").extend(found);
                }
            });
        }
    });
    let faults = faults.into_inner().expect("nobody panics with it");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn faults_of(name: &str, expected: &Value) -> Vec<String> {
    let faults = faults(name, expected).into_iter();
    faults.map(|fault| format!("{name}: {fault}")).collect()
}
