use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Draws a number that may have been drawn before: the read and the write are two steps.
pub fn draw() -> u32 {
    let number = NEXT.load(Ordering::SeqCst);
    NEXT.store(number + 1, Ordering::SeqCst);
    number
}
