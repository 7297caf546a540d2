//! How programs and runs end: exit codes, signals, the limit, Ctrl-C, and bad input.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{timeline, watch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The exit code and what was said on standard error.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let folder = common::Folder::new();
    let output = timeline().arg("--json").arg(folder.trace()).args(args).output().unwrap();
    folder.seen();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn the_exit_code_is_passed_on() {
    let (code, chart) = run(&["sh", "-c", "exit 7"]);
    assert_eq!(code, Some(7));
    assert!(chart.contains("exit code 7"), "{chart}");
}

#[test]
fn death_by_a_signal_is_passed_on() {
    let (code, chart) = run(&["sh", "-c", "kill -SEGV $$"]);
    assert_eq!(code, Some(128 + 11));
    assert!(chart.contains("ended by signal 11"), "{chart}");
}

#[test]
fn a_real_time_signal_reaches_the_program() {
    let (code, _) = run(&["sh", "-c", "trap 'exit 3' 35; kill -35 $$; exit 4"]);
    assert_eq!(code, Some(3));
}

#[test]
fn a_program_that_is_not_there() {
    let (code, said) = run(&["no_such_program"]);
    assert_eq!(code, Some(127));
    assert_eq!(said, "timeline: there is no lesson and no command no_such_program\n");
    let (code, said) = run(&["./no_such_program"]);
    assert_eq!(code, Some(127));
    assert_eq!(said, "timeline: there is no file ./no_such_program\n");
}

#[test]
fn a_file_that_is_no_program() {
    let twin = common::lesson("bank_lock/bank_lock.py");
    let (code, said) = run(&[twin.to_str().unwrap()]);
    assert_eq!(code, Some(126));
    assert!(said.contains("try `timeline python3 "), "{said}");
}

#[test]
fn a_picture_that_cannot_be_written_is_known_before_the_run() {
    let output =
        timeline().args(["--svg", "/no/such/folder/x.svg", "echo", "ran"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write /no/such/folder/x.svg"));
}

#[test]
fn a_limit_must_be_a_time() {
    for limit in ["0", "-1", "soon", "nan", "1e9"] {
        let (code, said) = run(&[&format!("--limit={limit}"), "true"]);
        assert_eq!(code, Some(2), "{limit}: {said}");
    }
}

#[test]
fn the_limit_ends_the_program_and_its_children() {
    let start = Instant::now();
    let run = watch(&["--limit", "0.5"], &["sh", "-c", "echo $$; sleep 1000 & echo $!; wait"]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(run.output.status.code(), Some(124));
    assert_eq!(run.trace.lanes(), ["main", "process 1 sleep"]);
    assert_gone(&String::from_utf8_lossy(&run.output.stdout));
}

#[test]
fn a_child_that_outlives_its_parent_is_watched_to_its_end() {
    let run = watch(&[], &["sh", "-c", "(sleep 0.3; echo last) & exit 5"]);
    assert_eq!(run.output.status.code(), Some(5));
    assert_eq!(run.output.stdout, b"last\n");
}

#[test]
fn ctrl_c_ends_the_program_and_draws() {
    let (code, chart) = interrupted("echo $$; echo $$; exec sleep 1000");
    assert_eq!(code, Some(128 + 2));
    assert!(chart.contains("ended by signal 2"), "{chart}");
}

#[test]
fn a_program_that_ignores_ctrl_c_is_killed_with_its_children_when_it_comes_again_and_again() {
    let (code, chart) = interrupted("trap '' INT; sleep 1000 & echo $$; echo $!; wait");
    assert_eq!(code, Some(128 + 2));
    assert!(chart.contains("asked once more it is killed"), "{chart}");
    assert!(chart.contains("ended on request"), "{chart}");
}

#[test]
fn a_tracer_that_always_has_work_hears_ctrl_c() {
    let bytes = "dd if=/dev/zero bs=1 2>/dev/null | dd of=/dev/null bs=1 2>/dev/null";
    let script = format!("for i in $(seq 50); do ({bytes}) & done; echo $$; echo $!; wait");
    let (code, chart) = interrupted(&script);
    assert_eq!(code, Some(128 + 2));
    assert!(chart.contains("ended on request"), "{chart}");
}

#[test]
fn a_program_may_take_its_time_to_clean_up() {
    // `timeout` sends its signal to the tool and to the whole group: twice is once.
    let script =
        "trap 'sleep 2.5; echo clean; exit 4' TERM; echo ready; while :; do sleep 0.05; done";
    let mut child = timeline()
        .args(["sh", "-c", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    stdout.read_line(&mut said).unwrap();
    for _ in 0..2 {
        kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    }
    stdout.read_to_string(&mut said).unwrap();
    assert_eq!((said.as_str(), child.wait().unwrap().code()), ("ready\nclean\n", Some(4)));
}

#[test]
fn what_is_ignored_from_the_start_stays_ignored() {
    let script = "trap '' HUP INT; exec \"$0\" sh -c 'kill -HUP $PPID; kill -INT $PPID; exit 6'";
    let output = std::process::Command::new("sh").args(["-c", script, common::TIMELINE]).output();
    assert_eq!(output.unwrap().status.code(), Some(6));
}

#[test]
fn a_process_that_is_stopped_stops_and_goes_on() {
    let script = "sleep 0.4 & kill -STOP $!; sleep 0.7; kill -CONT $!; wait $!; echo $?";
    let run = watch(&["--limit", "60"], &["sh", "-c", script]);
    assert_eq!(run.output.stdout, b"0\n");
    let stopped = run.trace.stretches("stopped by a signal");
    assert!(
        stopped.iter().any(|s| s.lane == "process 1 sleep" && s.length() > 500.0),
        "{stopped:?}"
    );
}

#[test]
fn a_sleep_that_was_stopped_goes_on_as_a_sleep() {
    let script = "sleep 1.5 & sleep 0.3; kill -STOP $!; sleep 0.3; kill -CONT $!; wait $!; echo $?";
    let run = watch(&["--limit", "60"], &["sh", "-c", script]);
    assert_eq!(run.output.stdout, b"0\n");
    let life = run.trace.life("process 1 sleep");
    let stop = life.iter().find(|s| s.state == "stopped by a signal").unwrap();
    let after = life.iter().filter(|s| s.state == "sleeping" && s.start >= stop.end);
    let slept: f64 = after.map(common::Stretch::length).sum();
    // It was to sleep for 1,500 ms in all, wherever in it the stop came.
    let left = 1500.0 - stop.end;
    assert!(slept > left.min(500.0), "slept {slept} ms of {left}: {life:?}");
    assert!(
        !life.iter().any(|s| s.state == "stopped by a signal" && s.start > stop.end),
        "{life:?}"
    );
}

#[test]
fn a_program_inherits_no_file_of_the_tool() {
    let own = std::process::Command::new("ls").arg("/proc/self/fd").output().unwrap();
    let output = timeline().args(["ls", "/proc/self/fd"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&own.stdout));
}

#[test]
fn no_picture_is_left_by_a_program_that_does_not_start() {
    let folder = common::Folder::new();
    let svg = folder.0.join("x.svg");
    let output = timeline().arg("--svg").arg(&svg).arg("no_such_program").output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(!svg.exists());
}

#[test]
fn the_exit_code_survives_a_picture_that_cannot_be_written() {
    for (script, expected) in [("rm -r $0; exit 7", 7), ("rm -r $0", 1)] {
        let folder = common::Folder::new();
        let svg = folder.0.join("x.svg");
        let script = ["sh", "-c", script, folder.0.to_str().unwrap()];
        let output = timeline().arg("--svg").arg(&svg).args(script).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{said}");
        assert!(said.contains("cannot write"), "{said}");
    }
}

#[test]
fn a_full_stderr_costs_the_chart_and_nothing_else() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let status = timeline().args(["sh", "-c", "exit 5"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(5));
}

#[test]
fn a_script_whose_interpreter_is_missing_says_so() {
    let folder = common::Folder::new();
    let script = folder.0.join("script");
    fs::write(&script, "#!/no/such/interpreter -x\n").unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (code, said) = run(&[script.to_str().unwrap()]);
    assert_eq!(code, Some(127));
    assert!(said.contains("there is no /no/such/interpreter, which is to run it"), "{said}");
}

#[test]
fn a_name_cannot_speak_to_the_terminal() {
    let folder = common::Folder::new();
    let odd = folder.0.join("a\x1b[31mb");
    fs::copy("/bin/true", &odd).unwrap();
    let (_, said) = run(&["sh", "-c", "\"$0\"; :", odd.to_str().unwrap()]);
    assert!(!said.contains('\x1b'), "{said:?}");
    assert!(said.contains("process 1 a\u{fffd}[31mb"), "{said}");
}

#[test]
fn a_tracer_inside_is_told_why_it_cannot() {
    let (code, said) = run(&[common::specimen().to_str().unwrap(), "traceme"]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("specimen wanted to trace a program: one that is watched here cannot"),
        "{said}"
    );
}

/// The smallest program for 32 bits that ends with code 7.
fn program_of_32_bits() -> Vec<u8> {
    let code = [0xb8, 1, 0, 0, 0, 0xbb, 7, 0, 0, 0, 0xcd, 0x80];
    let (base, start, length) = (0x0804_8000_u32, 84_u32, 84 + code.len() as u32);
    let mut file = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0];
    for word in [1, base + start, 52, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for half in [52_u16, 32, 1, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    for word in [1, 0, base, base, length, length, 5, 0x1000] {
        file.extend(word.to_le_bytes());
    }
    file.extend(code);
    file
}

#[test]
#[ignore = "needs a kernel that runs 32-bit programs for x86"]
fn a_32_bit_program_runs_and_is_said_to_be_one() {
    let folder = common::Folder::new();
    let program = folder.0.join("small");
    fs::write(&program, program_of_32_bits()).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let plain = std::process::Command::new(&program).status().unwrap();
    assert_eq!(plain.code(), Some(7));
    let (code, said) = run(&[program.to_str().unwrap()]);
    assert_eq!(code, Some(7), "{said}");
    assert!(said.contains("small is a 32-bit program"), "{said}");
}

/// Starts a shell that prints two process ids, then sends the tool what Ctrl-C sends until these are gone.
fn interrupted(script: &str) -> (Option<i32>, String) {
    let folder = common::Folder::new();
    let mut child = timeline()
        .arg("--json")
        .arg(folder.trace())
        .args(["sh", "-c", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut pids = String::new();
    for _ in 0..2 {
        stdout.read_line(&mut pids).unwrap();
    }
    let mut stderr = child.stderr.take().unwrap();
    let said = std::thread::spawn(move || {
        let mut chart = String::new();
        stderr.read_to_string(&mut chart).unwrap();
        chart
    });
    let start = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        // Once they are gone, one more would end the drawing.
        if pids.lines().any(runs) {
            kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        }
        std::thread::sleep(Duration::from_millis(250));
    };
    let chart = said.join().unwrap();
    assert!(folder.seen().is_some(), "{chart}");
    assert_gone(&pids);
    (code, chart)
}

/// The processes with these numbers, one in a line, are gone.
fn assert_gone(pids: &str) {
    assert_eq!(pids.lines().count(), 2, "{pids}");
    for pid in pids.lines() {
        assert!(!runs(pid), "process {pid} still runs");
    }
}

/// Whether there is such a process. One that has ended and that nobody has asked about yet does not run.
fn runs(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.is_some_and(|state| !state.trim().starts_with(['Z', 'X']))
}

#[test]
fn help_is_in_both_languages() {
    language::test::help_is_in_both_languages(common::TIMELINE);
}

#[test]
fn what_cannot_be_run_is_told_in_chinese() {
    for (arguments, code, words) in [
        (&["--nonsense"][..], 2, "没有选项 `--nonsense`"),
        (&["--limit", "x", "true"], 2, "`--limit <T>` 的值不能是 `x`：这不是秒数"),
        (&["--limit", "0", "true"], 2, "须大于 0"),
        (&["--html"], 2, "`--html <文件>` 后面缺少值"),
        (&[], 2, "缺少 `<程序>...`"),
        (&["no_such_program"], 127, "没有叫 no_such_program 的课或命令"),
        (&["./no_such_file"], 127, "没有文件 ./no_such_file"),
        (&["/"], 126, "无法执行 /"),
        (&["--svg", "/no/such/folder/a.svg", "true"], 1, "无法写入 /no/such/folder/a.svg"),
    ] {
        let output = timeline().args(["--language", "zh"]).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    }
}
