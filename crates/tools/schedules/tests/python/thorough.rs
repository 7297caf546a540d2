//! What takes minutes.

use super::python_random::hold;

#[test]
#[ignore = "needs python3, and takes minutes"]
fn five_hundred_random_programs_lose_no_ending() {
    hold(1_000, 500);
}
