//! A program for the tests to watch. Its first argument says what it does.

#[cfg(target_os = "linux")]
mod kinds;

fn main() {
    #[cfg(target_os = "linux")]
    kinds::main();
}
