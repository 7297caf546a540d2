// A counter with tests. One of them fails only under some schedules.

use std::sync::Mutex;
use std::thread;

#[derive(Default)]
struct Counter {
    value: Mutex<u32>,
}

impl Counter {
    fn add(&self) {
        *self.value.lock().unwrap() += 1;
    }

    fn add_if_zero(&self) {
        if self.get() == 0 {
            self.add();
        }
    }

    fn get(&self) -> u32 {
        *self.value.lock().unwrap()
    }
}

fn twice(work: impl Fn(&Counter) + Sync) -> u32 {
    let counter = Counter::default();
    thread::scope(|scope| {
        scope.spawn(|| work(&counter));
        scope.spawn(|| work(&counter));
    });
    counter.get()
}

fn main() {
    println!("{}", twice(Counter::add));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_adds_make_two() {
        assert_eq!(twice(Counter::add), 2);
    }

    #[test]
    fn zero_is_left_once() {
        assert_eq!(twice(Counter::add_if_zero), 1, "added twice");
    }

    #[test]
    #[should_panic(expected = "no counter")]
    fn a_panic_may_be_meant() {
        let counter: Option<Counter> = None;
        counter.expect("no counter").add();
    }

    #[test]
    fn a_test_may_return_an_error() -> Result<(), String> {
        let value = thread::spawn(|| 7).join().map_err(|_| "panicked")?;
        if value == 7 { Ok(()) } else { Err(value.to_string()) }
    }
}
