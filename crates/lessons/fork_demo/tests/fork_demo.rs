//! Both programs of this lesson say what `says.rs` describes.

#![cfg(unix)]

#[path = "../says.rs"]
mod says;

runner::tests! {
    fork_demo,
    signals: LiveOn,
}
