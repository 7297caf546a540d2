// Arguments for a thread: by position, and by name.
// Notes: 3.2 线程执行带有参数的任务 (N3). Page: thread_args.

use std::thread;

fn main() {
    // By position: the thread gets a closure, and the call inside it has its arguments in order.
    // `move` gives the closure what it uses, for the thread may outlive this function.
    let name = String::from("by position");
    let by_position = thread::spawn(move || count(&name, 3));
    by_position.join().unwrap();

    // By name: a struct, whose fields may come in any order.
    let counting = Counting { num: 3, name: String::from("by name") };
    let by_name = thread::spawn(move || counting.run());
    by_name.join().unwrap();
}

fn count(name: &str, num: u32) {
    for i in 1..=num {
        println!("{name}: {i}");
    }
}

struct Counting {
    name: String,
    num: u32,
}

impl Counting {
    fn run(&self) {
        count(&self.name, self.num);
    }
}
