// Transfers both ways between two accounts, locked in one fixed order: nothing is lost or stuck.
// Notes: 线程锁 (N0). Page: bank_transfer. Twin: bank_deadlock.

use std::sync::{Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::Duration;

const THREADS: i64 = 10;

fn main() {
    let [ann, bob] = ["ann", "bob"].map(|name| Account { name, balance: Mutex::new(100) });
    let (sender, finished) = &mpsc::channel();

    thread::scope(|scope| {
        for n in 1..=THREADS {
            let (from, to) = if n % 2 == 1 { (&ann, &bob) } else { (&bob, &ann) };
            scope.spawn(move || sender.send(from.transfer_to(to, n, &format!("Thread-{n}"))));
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
        let (mut mine, mut theirs) = lock_both(self, other, thread);
        let enough = *mine >= money;
        if enough {
            *mine -= money;
            *theirs += money;
        }
        enough
    }
}

type Locked<'a> = MutexGuard<'a, i64>;

fn lock_both<'a>(one: &'a Account, two: &'a Account, thread: &str) -> (Locked<'a>, Locked<'a>) {
    // Everyone locks ann before bob, so whoever holds ann waits for nobody who waits for ann.
    if one.name > two.name {
        let (two, one) = lock_both(two, one, thread);
        return (one, two);
    }
    let first = one.balance.lock().unwrap();
    println!("{thread} holds {} and waits for {}.", one.name, two.name);
    thread::sleep(Duration::from_millis(10));
    (first, two.balance.lock().unwrap())
}
