// A list that all threads share and that is made at its first use.

use std::sync::{LazyLock, Mutex};
use std::thread;

static NAMES: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    println!("the list is made");
    Mutex::new(vec![])
});

fn main() {
    let handles: Vec<_> = ["Ada", "Grace"]
        .into_iter()
        .map(|name| thread::spawn(move || NAMES.lock().unwrap().push(name.to_string())))
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    println!("{:?}", NAMES.lock().unwrap());
}
