//! [`std::io`], with an output that is kept and an input that starts anew in every run.

pub use ::std::io::*;

use ::std::fmt;
use ::std::marker::PhantomData;
use ::std::panic::Location;
use ::std::sync::OnceLock;

use crate::step::Action;
use crate::worlds::rust::state;

/// Prints to the run's output, in one step.
#[track_caller]
pub fn print(text: String) {
    state::step(Action::Print(text));
}

/// Standard output, which is kept with the run.
#[derive(Debug)]
pub struct Stdout(());

/// Standard output, locked: nobody else prints as long as it is not dropped.
#[derive(Debug)]
pub struct StdoutLock<'a>(PhantomData<&'a Stdout>);

/// Gives standard output.
pub fn stdout() -> Stdout {
    Stdout(())
}

impl Stdout {
    /// Waits until nobody else has locked it, and locks it.
    #[track_caller]
    pub fn lock(&self) -> StdoutLock<'static> {
        state::lock_stdout(Location::caller());
        StdoutLock(PhantomData)
    }
}

impl Drop for StdoutLock<'_> {
    #[track_caller]
    fn drop(&mut self) {
        state::unlock_stdout();
    }
}

/// Standard error, which is no part of the output: nothing is kept.
#[derive(Debug)]
pub struct Stderr(());

/// Standard error, locked.
pub type StderrLock<'a> = Stderr;

/// Gives standard error.
pub fn stderr() -> Stderr {
    Stderr(())
}

impl Stderr {
    /// The same again.
    pub fn lock(&self) -> Stderr {
        Stderr(())
    }
}

macro_rules! write {
    ($name:ty, $print:expr) => {
        impl Write for $name {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> Result<usize> {
                $print(String::from_utf8_lossy(bytes).into_owned());
                Ok(bytes.len())
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
                self.write(bytes).map(drop)
            }

            // std locks the output for all pieces of one `write!`, so they are one step.
            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<()> {
                $print(text.to_string());
                Ok(())
            }

            fn flush(&mut self) -> Result<()> {
                Ok(())
            }
        }
    };
}

write!(Stdout, print);
write!(StdoutLock<'_>, print);
write!(Stderr, drop::<String>);

static INPUT: OnceLock<String> = OnceLock::new();

/// Gives the program what it reads from stdin. Only the first call counts.
pub fn set_stdin(text: String) {
    // A second search in one process is of the same program.
    let _ = INPUT.set(text);
}

/// Standard input: the text that was given to the search, from its beginning in every run.
#[derive(Debug)]
pub struct Stdin;

/// Standard input, locked. Two threads that read from it at once are not searched for.
pub type StdinLock<'a> = Stdin;

/// Gives standard input.
pub fn stdin() -> Stdin {
    Stdin
}

/// Reads all of stdin into a string.
///
/// # Errors
///
/// None here.
pub fn read_to_string(mut reader: impl Read) -> Result<String> {
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    Ok(text)
}

impl Stdin {
    /// The same again.
    pub fn lock(&self) -> Stdin {
        Stdin
    }

    /// Reads a line, with its line break, and adds it to `line`.
    ///
    /// # Errors
    ///
    /// None here.
    pub fn read_line(&self, line: &mut String) -> Result<usize> {
        BufRead::read_line(&mut Stdin, line)
    }

    /// All lines, without their line breaks.
    pub fn lines(self) -> Lines<Stdin> {
        BufRead::lines(self)
    }
}

fn rest() -> &'static [u8] {
    let all = INPUT.get().map_or(&[][..], String::as_bytes);
    &all[state::with(|state| state.input).min(all.len())..]
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = rest().read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Stdin {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(rest())
    }

    fn consume(&mut self, read: usize) {
        state::with(|state| state.input += read);
    }
}
