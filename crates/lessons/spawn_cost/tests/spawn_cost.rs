//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    spawn_cost,
}
