//! What a child process and a pool cost, beside the least that they could cost.
//!
//! They stand apart from `util`, so that a student who tests it does not build what measures it.
//!
//! # Layout
//!
//! * `benches/process.rs`: to start a child and wait for its end
//! * `benches/pool.rs`: to give a pool tasks
