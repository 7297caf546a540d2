//! A stock of things that are sold.

use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct Stock {
    left: Mutex<i32>,
}

impl Stock {
    pub fn new(left: i32) -> Self {
        Self { left: Mutex::new(left) }
    }

    /// Sells one if there is one. The check and the sale take the lock separately.
    pub fn sell(&self) -> bool {
        if *self.left.lock().unwrap() <= 0 {
            return false;
        }
        *self.left.lock().unwrap() -= 1;
        true
    }
}
