//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    lost_updates,
    many_runs: 100, side_by_side: 2,
}
