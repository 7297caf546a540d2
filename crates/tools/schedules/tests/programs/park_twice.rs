// Two unparks in a row are worth only one park.

use std::thread;

fn main() {
    let sleeper = thread::spawn(|| {
        thread::park();
        println!("up once");
        thread::park();
        println!("up twice");
    });
    sleeper.thread().unpark();
    sleeper.thread().unpark();
    sleeper.join().unwrap();
}
