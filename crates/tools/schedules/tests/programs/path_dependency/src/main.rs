// Two people draw tickets, and the tickets come from a package beside this one.

use std::thread;

fn main() {
    let other = thread::spawn(ticket::draw);
    let mine = ticket::draw();
    let other = other.join().unwrap();
    println!("tickets {mine} and {other}");
}
