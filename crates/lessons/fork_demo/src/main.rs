// fork copies the process that calls it: from there on, two run.
// Notes: 多进程 (N2). Page: fork_demo.

#[cfg(unix)]
#[allow(unsafe_code, reason = "fork is the subject of this lesson")]
fn main() {
    use std::os::unix::process::parent_id;
    use std::process;

    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork};

    println!("Process ({}) start...", process::id());

    // SAFETY: this process has one thread, so nothing is left half done in the copy.
    let result = unsafe { fork() };
    // It returns twice. In Python and C: 0 in the child, the child's id in the parent.
    match result.expect("fork failed") {
        ForkResult::Child => {
            println!("I am child process ({}) and my parent is {}.", process::id(), parent_id());
        }
        ForkResult::Parent { child } => {
            println!("I ({}) just created a child process ({child}).", process::id());
            // A parent that ends first leaves its child to another parent.
            waitpid(child, None).expect("wait failed");
        }
    }
}

#[cfg(not(unix))]
fn main() {
    eprintln!(
        "fork is a call of Unix systems. Run child_process, which does the same on every system."
    );
    std::process::exit(1);
}
