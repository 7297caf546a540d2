//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    change_it_no_lock,
    many_runs: 100, side_by_side: 8,
}
