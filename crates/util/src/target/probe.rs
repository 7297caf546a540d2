//! What `main_guard!` finds out about each function that it lists.
//!
//! A function's result may be one that can be written, or one that main may have, or both, or
//! neither, and no bound can say "or". So the macro asks with a method call, for which the compiler
//! takes the first of several implementations that fits: each is for a type with one reference less.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::process::{ExitCode, Termination};

use serde_core::de::DeserializeOwned;
use serde_core::Serialize;

use super::{Registered, Target};
use crate::exchange::wire;
use crate::program;

/// A function that `main_guard!` lists.
#[derive(Debug)]
pub struct Probe<F, Args> {
    target: F,
    args: PhantomData<Args>,
}

impl<F: Target<Args>, Args> Probe<F, Args> {
    /// A value that is more than the name of a function does not compile: a child could not know
    /// which function a variable holds, or what a closure has captured.
    pub fn new(target: F) -> Self {
        const {
            assert!(
                size_of::<F>() == 0,
                "main_guard! takes the names of functions, as in `main_guard!(run, run2)`: not a \
                 variable that holds a function, and not a closure that captures something"
            );
        }
        Self { target, args: PhantomData }
    }

    /// What it returns.
    pub fn returns(&self) -> Returns<F::Output> {
        Returns(PhantomData)
    }

    /// What it is listed as.
    pub fn register(
        self,
        source: &'static str,
        write: Write<F::Output>,
        end: End<F::Output>,
    ) -> Registered
    where
        F::Output: 'static,
        Args: DeserializeOwned,
    {
        Registered::new(self.target, source, write.0, end.0)
    }
}

/// How a result is written.
#[derive(Debug)]
pub struct Write<T>(fn(&T) -> Result<Vec<u8>, wire::Error>);

/// How a result ends a process.
#[derive(Debug)]
pub struct End<T>(fn(T) -> i32);

/// The type that a function returns.
#[derive(Debug)]
pub struct Returns<T>(PhantomData<fn() -> T>);

/// How a result is written, if it can be.
pub trait HowToWrite<T> {
    /// For a task of a pool.
    fn write(&self) -> Write<T>;
}

impl<T: Serialize> HowToWrite<T> for &Returns<T> {
    fn write(&self) -> Write<T> {
        Write(|value| wire::to_vec(value))
    }
}

impl<T> HowToWrite<T> for Returns<T> {
    fn write(&self) -> Write<T> {
        Write(|_| {
            let message = format!("{} cannot be written", std::any::type_name::<T>());
            Err(serde_core::ser::Error::custom(message))
        })
    }
}

/// How a result ends a process: as std has it for main, and as Python has it for all else.
pub trait HowToEnd<T> {
    /// For the target of a process.
    fn end(&self) -> End<T>;
}

impl<T: Termination, E: Debug> HowToEnd<Result<T, E>> for &&&Returns<Result<T, E>> {
    fn end(&self) -> End<Result<T, E>> {
        End(|result| result.map_or_else(failed, |value| number(value.report())))
    }
}

impl<T, E: Debug> HowToEnd<Result<T, E>> for &&Returns<Result<T, E>> {
    fn end(&self) -> End<Result<T, E>> {
        End(|result| result.map_or_else(failed, |_| 0))
    }
}

impl<T: Termination> HowToEnd<T> for &Returns<T> {
    fn end(&self) -> End<T> {
        End(|value| number(value.report()))
    }
}

impl<T> HowToEnd<T> for Returns<T> {
    fn end(&self) -> End<T> {
        End(|_| 0)
    }
}

/// Prints an error as std does for main, under the name of the process.
fn failed<E: Debug>(error: E) -> i32 {
    eprintln!("Process {}:\nError: {error:?}", program::identity().name());
    1
}

/// No call gives the number of an exit code, but two that are the same look the same.
fn number(code: ExitCode) -> i32 {
    let look = format!("{code:?}");
    (0..=u8::MAX)
        .find(|number| format!("{:?}", ExitCode::from(*number)) == look)
        .unwrap_or(1)
        .into()
}

/// The types of a function's parameters, as far as it has them.
pub trait Parameters {
    /// The first. `()` where there is none, as for the others.
    type A;
    /// The second.
    type B;
    /// The third.
    type C;
    /// The fourth.
    type D;
    /// The fifth.
    type E;
    /// The sixth.
    type F;
    /// The seventh.
    type G;
    /// The eighth.
    type H;
}

macro_rules! parameters {
    ($($parameter:ident)* ; $($name:ident = $type:ty),*) => {
        impl<$($parameter),*> Parameters for ($($parameter,)*) {
            $(type $name = $type;)*
        }
    };
}
parameters!(; A = (), B = (), C = (), D = (), E = (), F = (), G = (), H = ());
parameters!(A; A = A, B = (), C = (), D = (), E = (), F = (), G = (), H = ());
parameters!(A B; A = A, B = B, C = (), D = (), E = (), F = (), G = (), H = ());
parameters!(A B C; A = A, B = B, C = C, D = (), E = (), F = (), G = (), H = ());
parameters!(A B C D; A = A, B = B, C = C, D = D, E = (), F = (), G = (), H = ());
parameters!(A B C D E; A = A, B = B, C = C, D = D, E = E, F = (), G = (), H = ());
parameters!(A B C D E F; A = A, B = B, C = C, D = D, E = E, F = F, G = (), H = ());
parameters!(A B C D E F G; A = A, B = B, C = C, D = D, E = E, F = F, G = G, H = ());
parameters!(A B C D E F G H; A = A, B = B, C = C, D = D, E = E, F = F, G = G, H = H);

macro_rules! each_parameter {
    ($($method:ident = $name:ident),*) => {
        impl<Function, Args: Parameters> Probe<Function, Args> {
            $(#[doc(hidden)]
            pub fn $method(&self) -> Parameter<Args::$name> {
                Parameter(PhantomData)
            })*
        }
    };
}
each_parameter!(a = A, b = B, c = C, d = D, e = E, f = F, g = G, h = H);

/// The type of a parameter.
#[derive(Debug)]
pub struct Parameter<T>(PhantomData<fn() -> T>);

/// Whether a parameter is a reference.
pub trait Borrows {
    /// `Owned`, or a `Reference`.
    type Found;
    /// Gives it.
    fn found(&self) -> Self::Found;
}

impl<T: ?Sized> Borrows for &Parameter<&T> {
    type Found = Reference<T>;
    fn found(&self) -> Reference<T> {
        Reference(PhantomData)
    }
}

impl<T: ?Sized> Borrows for &Parameter<&mut T> {
    type Found = Reference<T>;
    fn found(&self) -> Reference<T> {
        Reference(PhantomData)
    }
}

impl<T> Borrows for Parameter<T> {
    type Found = Owned;
    fn found(&self) -> Owned {
        Owned
    }
}

/// A parameter that has its value for itself.
#[derive(Debug)]
pub struct Owned;

/// A parameter that borrows.
#[derive(Debug)]
pub struct Reference<T: ?Sized>(PhantomData<T>);

/// What can be made in a child from what was written in its parent.
#[diagnostic::on_unimplemented(
    message = "a target cannot borrow its arguments, and this one takes a `{Self}`",
    label = "one of these functions has a parameter that is a reference",
    note = "a child gets values of its own: take `String` in place of `&str`, `Vec<T>` in place of `&[T]`, `T` in place of `&T`"
)]
pub trait Travels {}

impl Travels for Owned {}

/// Compiles for what travels.
pub fn travels<T: Travels>(_parameter: T) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_has_its_number() {
        for code in 0..=u8::MAX {
            assert_eq!(number(ExitCode::from(code)), i32::from(code));
        }
    }
}
