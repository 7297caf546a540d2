// A program that lies where its manifest says.

mod helper;

fn main() {
    std::thread::spawn(helper::hello).join().unwrap();
}
