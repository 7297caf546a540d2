// Transfers both ways between two accounts, locked in one fixed order: nothing is lost or stuck.
// Notes: 线程锁 (N0). Page: bank_transfer. Twin: bank_deadlock.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

const THREADS: i64 = 10;

fn main() {
    let [ann, bob] = ["ann", "bob"].map(|name| Account {
        name,
        balance: Mutex::new(100),
    });
    let (mut from, mut to) = (&ann, &bob);
    let (sender, finished) = &mpsc::channel();

    thread::scope(|scope| {
        for n in 1..=THREADS {
            scope.spawn(move || sender.send(from.transfer_to(to, n, &format!("Thread-{n}"))));
            (from, to) = (to, from);
        }

        // The watchdog: a thread that waits 2 s for another one to finish has found them stuck.
        if (0..THREADS).any(|_| finished.recv_timeout(Duration::from_secs(2)).is_err()) {
            println!("Deadlock: for 2 s nobody has got what they wait for.");
            std::process::exit(1);
        }
    });

    let [ann, bob] = [ann, bob].map(|account| account.balance.into_inner().unwrap());
    println!("ann {ann} + bob {bob} = {}", ann + bob);
}

struct Account {
    name: &'static str,
    balance: Mutex<i64>,
}

impl Account {
    fn transfer_to(&self, other: &Account, money: i64, thread: &str) -> bool {
        // Everyone locks ann before bob: money from bob to ann is less than 0 from ann to bob.
        if self.name > other.name {
            return other.transfer_to(self, -money, thread);
        }
        let mut mine = self.balance.lock().unwrap();
        println!("{thread} holds {} and waits for {}.", self.name, other.name);
        thread::sleep(Duration::from_millis(10));
        let mut theirs = other.balance.lock().unwrap();

        let enough = *mine >= money && *theirs >= -money;
        if enough {
            *mine -= money;
            *theirs += money;
        }
        enough
    }
}
