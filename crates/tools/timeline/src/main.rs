use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    timeline::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("timeline: works on Linux only, since it watches programs with ptrace");
    ExitCode::FAILURE
}
