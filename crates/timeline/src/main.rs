#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod sys;
mod trace;
#[cfg(target_os = "linux")]
mod tracer;
fn main() {
    let mut args = std::env::args_os().skip(1);
    let mut c = std::process::Command::new(args.next().unwrap());
    c.args(args);
    let r = tracer::run(&mut c, None);
    println!("{r:#?}");
}
