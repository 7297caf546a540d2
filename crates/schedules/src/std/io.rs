//! [`std::io`](::std::io), with an output that is kept.

use ::std::fmt;
pub use ::std::io::*;

use crate::run::{self, Action};

/// Prints to the run's output, in one step.
#[track_caller]
pub fn print(text: String) {
    run::step(Action::Print(text));
}

/// Standard output, which is kept with the run.
#[derive(Debug)]
pub struct Stdout;

/// Gives standard output.
pub fn stdout() -> Stdout {
    Stdout
}

impl Write for Stdout {
    #[track_caller]
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        print(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    #[track_caller]
    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes).map(drop)
    }

    // std locks the output for all pieces of one `write!`, so they are one step.
    #[track_caller]
    fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<()> {
        print(text.to_string());
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
