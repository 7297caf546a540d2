//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    bank_no_lock,
    refused: "refused",
    many_runs: 100, side_by_side: 2,
}
