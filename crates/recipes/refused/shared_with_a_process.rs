// error[E0277]: the trait bound `Arc<std::sync::Mutex<i32>>: serde::Deserialize<'de>` is not satisfied

use std::io;
use std::sync::{Arc, Mutex};

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(add);
    Process::new(add, (Arc::new(Mutex::new(0)),)).start()?.join()
}

fn add(total: Arc<Mutex<i32>>) {
    *total.lock().unwrap() += 1;
}
