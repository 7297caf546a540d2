// Each way to hold a lock, with a mark on the line where it is given back.

use std::sync::{Mutex, MutexGuard};

fn main() {
    let number = Mutex::new(1);
    kept(&number);
    inner_block(&number);
    dropped(&number);
    not_kept(&number);
    copied(&number);
    tail(&number);
    assigned(&number);
    handed_on(&number);
    in_quotes(&number);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut guard = number.lock().unwrap();
            *guard += 1;
        }); // unlocks
    });
}

fn kept(number: &Mutex<i32>) {
    let mut guard = number.lock().unwrap();
    *guard += 1;
} // unlocks

fn inner_block(number: &Mutex<i32>) {
    {
        let mut guard = number.lock().unwrap();
        *guard += 1;
    } // unlocks
    assert!(*number.lock().unwrap() > 0); // unlocks
}

fn dropped(number: &Mutex<i32>) {
    let guard = number.lock().unwrap();
    drop(guard); // unlocks
    let _ = number;
}

fn not_kept(number: &Mutex<i32>) {
    *number
        .lock()
        .unwrap() += 1; // unlocks
    let _ = number;
}

fn copied(number: &Mutex<i32>) {
    let copy = *number.lock().unwrap(); // unlocks
    assert!(copy > 0);
}

fn tail(number: &Mutex<i32>) -> i32 {
    *number.lock().unwrap() // unlocks
}

fn assigned(number: &Mutex<i32>) {
    let mut guard;
    if number as *const _ as usize > 0 {
        guard = number.lock().unwrap();
    } else {
        return;
    }
    *guard += 1;
} // unlocks

fn handed_on(number: &Mutex<i32>) {
    let mut guard = take(number);
    *guard += 1;
} // unlocks

fn take(number: &Mutex<i32>) -> MutexGuard<'_, i32> {
    let guard = number.lock().unwrap();
    assert!(*guard > 0);
    guard
}

fn in_quotes(number: &Mutex<i32>) {
    let guard = number.lock().unwrap();
    // A brace } in a comment, in "a string }", or alone '}' ends nothing.
    assert!(!"}\"}".contains('\'') && !"}".contains(['{', '\'']));
    let _ = guard;
} // unlocks
