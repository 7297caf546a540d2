//! The programs of students' kinds in `tests/python_programs`, each with what it can come to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schedules::search::{Completeness, Findings};
use schedules::world::{Caveat, End, Fault};
use schedules::worlds::python::Program;
use serde_json::Value;

type Told = (String, String, Vec<String>);

fn told(end: &End) -> String {
    match end {
        End::Returned => "returned".to_string(),
        End::Exited(code) => format!("exit {code}"),
        End::Raised(message) => format!("panic: {message}"),
        End::Panicked(message) => unreachable!("Python raises: {message}"),
        End::Deadlock => "deadlock".to_string(),
        End::Endless | End::CutOff(_) | End::Bounded(_) => "endless".to_string(),
    }
}

fn expected(list: &Value) -> BTreeSet<Told> {
    let endings = list.as_array().into_iter().flatten().map(|ending| {
        let uncaught = ending["uncaught"].as_array().into_iter().flatten();
        (
            ending["output"].as_str().expect("an ending has an output").to_string(),
            ending["end"].as_str().expect("an ending has an end").to_string(),
            uncaught.map(|text| text.as_str().unwrap().to_string()).collect(),
        )
    });
    endings.collect()
}

fn found(findings: &Findings) -> BTreeSet<Told> {
    let endings = findings.endings.keys();
    endings.map(|e| (e.output.clone(), told(&e.end), e.uncaught.clone())).collect()
}

/// What is wrong with the answer for one program, or nothing.
fn check(name: &str, path: &Path, data: &Value, one_step: bool) -> Option<String> {
    let mut program = Program::new(path);
    program.interpreter = super::interpreter();
    program.stdin = data["stdin"].as_str().unwrap_or_default().to_string();
    program.one_step_additions = one_step;
    let time = if data["complete"].is_null() { 10 } else { 300 };
    let words = |key: &str| -> Vec<String> {
        let list = match &data[key] {
            Value::Array(list) => list.clone(),
            Value::Null => vec![],
            one => vec![one.clone()],
        };
        list.iter().map(|word| word.as_str().unwrap().to_lowercase()).collect()
    };
    let findings = match super::findings(&program, Duration::from_secs(time)) {
        Ok(findings) => findings,
        Err(Fault::Refused(why)) => {
            let mut wanted = words("refused");
            wanted.extend(words("or_refused"));
            let lower = why.to_lowercase();
            if wanted.is_empty() || !wanted.iter().all(|word| lower.contains(word)) {
                return Some(format!("{name}: refused: {why}, and not with {wanted:?}"));
            }
            return None;
        }
        Err(fault) => return Some(format!("{name}: {fault}")),
    };
    if !data["refused"].is_null() {
        return Some(format!("{name}: not refused: {:#?}", findings.endings.keys()));
    }
    let found = found(&findings);
    if data["endless"] == true || data["or_endless"] == true {
        let endless = found.iter().any(|ending| ending.1 == "endless");
        if endless {
            return None;
        }
        if data["endless"] == true {
            return Some(format!("{name}: none is endless: {found:#?}"));
        }
    }
    if !data["includes"].is_null() {
        let wanted = expected(&data["includes"]);
        let missing: Vec<_> = wanted.difference(&found).collect();
        if !missing.is_empty() {
            return Some(format!("{name}: missing: {missing:#?}"));
        }
        return None;
    }
    for word in words("says") {
        let said = match word.as_str() {
            "time" => findings.caveats.contains(&Caveat::Clock),
            "hash" => findings.caveats.contains(&Caveat::HashOrder),
            "random" => findings.caveats.contains(&Caveat::Chance),
            _ => false,
        };
        if !said {
            return Some(format!("{name}: says nothing of {word}"));
        }
    }
    if data["endings"].is_null() {
        return None;
    }
    let key = if one_step && !data["one_step_additions"].is_null() {
        "one_step_additions"
    } else {
        "endings"
    };
    let wanted = expected(&data[key]);
    if found != wanted {
        let missing: Vec<_> = wanted.difference(&found).collect();
        let too_many: Vec<_> = found.difference(&wanted).take(5).collect();
        return Some(format!("{name} ({key}): missing {missing:#?}, too many {too_many:#?}"));
    }
    if data["complete"] == "all schedules" && findings.completeness != Completeness::All {
        return Some(format!("{name}: {:?} in {} runs", findings.completeness, findings.runs));
    }
    None
}

#[test]
#[ignore = "needs python3"]
fn programs_come_to_what_is_written_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python_programs");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "{} programs", names.len());
    let only = std::env::var("ONLY").ok();
    let mut wrong = Vec::new();
    for json in &names {
        let name = json.file_stem().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let single = json.with_extension("py");
        let path = if single.is_file() { single } else { json.with_extension("").join("main.py") };
        let data: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
        let start = std::time::Instant::now();
        wrong.extend(check(&name, &path, &data, false));
        if data["refused"].is_null() {
            wrong.extend(check(&name, &path, &data, true));
        }
        println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
