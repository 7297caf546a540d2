use parity::*;

pub fn description() -> Description {
    let threads = (1..=5).map(|n| line(&format!("Thread-{n}")));
    Description::new(together(threads)).sleeps(0.1)
}

parity::tests! {
    thread_order,
    broken: [
        without("Thread-3"),
        replaced("Thread-1", "Thread-2"),
        torn("Thread-5"),
    ]
}
