// Threads with a name and a small stack.

use std::thread;

fn main() {
    let handle = thread::Builder::new()
        .name(String::from("小工"))
        .stack_size(64 * 1024)
        .spawn(|| thread::current().name().map(str::to_owned))
        .expect("the system gives a thread");
    let name = handle.thread().name().unwrap().to_string();
    println!("{name} {:?} {:?}", handle.join().unwrap(), thread::current().name());
    let nameless = thread::spawn(|| thread::current().name().is_none());
    println!("{}", nameless.join().unwrap());
}
