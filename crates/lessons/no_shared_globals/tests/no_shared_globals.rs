//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    no_shared_globals,
    signals: End,
}
