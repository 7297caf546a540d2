// error[E0382]: the name belongs to the thread now, so main cannot use it any more.

use std::thread;

fn main() {
    let name = String::from("moved");
    let thread = thread::spawn(move || println!("{name}"));
    println!("{name}");
    thread.join().unwrap();
}
