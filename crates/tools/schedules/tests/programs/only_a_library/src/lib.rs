//! A library without a program, but with tests.

use std::sync::atomic::{AtomicI32, Ordering};

/// A balance that never falls below zero, or so its author believes.
#[derive(Default)]
pub struct Balance(AtomicI32);

impl Balance {
    pub fn add(&self, money: i32) {
        self.0.fetch_add(money, Ordering::SeqCst);
    }

    pub fn take(&self, money: i32) -> bool {
        let enough = self.0.load(Ordering::SeqCst) >= money;
        if enough {
            self.0.fetch_sub(money, Ordering::SeqCst);
        }
        enough
    }

    pub fn get(&self) -> i32 {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn two_takers_never_overdraw() {
        let balance = Arc::new(Balance::default());
        balance.add(10);
        let theirs = Arc::clone(&balance);
        let other = thread::spawn(move || theirs.take(10));
        balance.take(10);
        other.join().unwrap();
        assert!(balance.get() >= 0, "overdrawn");
    }

    #[test]
    fn one_taker_never_overdraws() {
        let balance = Balance::default();
        balance.add(10);
        assert!(balance.take(10));
        assert!(!balance.take(10));
        assert_eq!(balance.get(), 0);
    }
}
