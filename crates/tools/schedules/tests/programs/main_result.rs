// Main returns an error when the books do not balance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

fn main() -> Result<(), String> {
    let total = Arc::new(AtomicI32::new(0));
    let theirs = Arc::clone(&total);
    let clerk = thread::spawn(move || {
        theirs.fetch_add(5, Ordering::SeqCst);
        theirs.fetch_sub(5, Ordering::SeqCst);
    });

    let seen = total.load(Ordering::SeqCst);
    clerk.join().map_err(|_| "the clerk is ill")?;
    if seen != 0 {
        return Err(format!("{seen} too much"));
    }
    println!("balanced");
    Ok(())
}
