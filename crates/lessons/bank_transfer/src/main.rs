// Transfers both ways between two accounts, locked in one fixed order: nothing is lost or stuck.
// Notes: 多线程并发 (N0). Page: bank_transfer. Twin: bank_deadlock.

use std::sync::{Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::Duration;

const THREADS: i64 = 10;

fn main() {
    let ann = &Account { number: 1, name: "ann", balance: Mutex::new(100) };
    let bob = &Account { number: 2, name: "bob", balance: Mutex::new(100) };
    let (sender, finished) = &mpsc::channel();
    thread::scope(|scope| {
        for n in (1..=THREADS).step_by(2) {
            scope.spawn(move || sender.send(ann.transfer_to(bob, n, n)));
            scope.spawn(move || sender.send(bob.transfer_to(ann, n + 1, n + 1)));
        }
        // The watchdog: without it a program that is stuck would never say so.
        if (0..THREADS).any(|_| finished.recv_timeout(Duration::from_secs(2)).is_err()) {
            println!("No transfer finished in 2 s: probably a deadlock.");
            std::process::exit(1);
        }
    });

    let ann = ann.balance.lock().unwrap();
    let bob = bob.balance.lock().unwrap();
    println!("ann {ann} + bob {bob} = {}", *ann + *bob);
}

struct Account {
    number: u32,
    name: &'static str,
    balance: Mutex<i64>,
}

impl Account {
    fn transfer_to(&self, other: &Account, money: i64, thread: i64) {
        let (mut mine, mut theirs);
        // Always lock ann first, the account with number 1: no circle of waits can form.
        if self.number < other.number {
            mine = self.lock_before(other, thread);
            theirs = other.balance.lock().unwrap();
        } else {
            theirs = other.lock_before(self, thread);
            mine = self.balance.lock().unwrap();
        }
        if *mine >= money {
            *mine -= money;
            *theirs += money;
        }
    }

    fn lock_before(&self, second: &Account, thread: i64) -> MutexGuard<'_, i64> {
        let balance = self.balance.lock().unwrap();
        println!("Thread-{thread} holds {} and waits for {}.", self.name, second.name);
        thread::sleep(Duration::from_millis(10));
        balance
    }
}
