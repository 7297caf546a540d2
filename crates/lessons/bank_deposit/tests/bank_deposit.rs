//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    bank_deposit,
    many_runs: 1_000, side_by_side: 8,
}
