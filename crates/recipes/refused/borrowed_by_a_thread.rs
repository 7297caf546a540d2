// error[E0373]: closure may outlive the current function, but it borrows `name`

use std::thread;

fn main() {
    let name = String::from("ann");
    let thread = thread::spawn(|| println!("{name}"));
    thread.join().unwrap();
}
