// Long work in the main thread blocks everything else; in its own thread it leaves main free.
// Notes: 多线程并发 (N0). Page: responsive_main.

use std::thread;
use std::time::Duration;

fn main() {
    println!("main works and can do nothing else");
    work();

    println!("main lets a thread work");
    let worker = thread::spawn(work);
    while !worker.is_finished() {
        println!("main is free");
        thread::sleep(Duration::from_millis(250));
    }
    worker.join().unwrap();

    println!("main ends");
}

fn work() {
    println!("work starts");
    thread::sleep(Duration::from_millis(1500));
    println!("work ends");
}
