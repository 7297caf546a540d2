//! The functions that a child can run, and how it finds them.

mod naming;
pub(crate) mod probe;

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;

use serde_core::de::DeserializeOwned;

use crate::exchange::tasks::Outcome;
use crate::exchange::wire;
use crate::program;

/// A function that a child process can run: its parameters are the members of the tuple `Args`.
///
/// Every plain function with up to eight parameters is one. It must be listed in
/// [`main_guard!`](crate::main_guard), because a child finds it there by its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called with the arguments `{Args}`",
    label = "the arguments are a tuple with one member for each parameter of the function, as Python's `args`",
    note = "one argument is a tuple with a comma: `(3,)`; none is `()`; a `&str` parameter has to be a `String`"
)]
pub trait Target<Args>: Copy + Send + Sync + 'static {
    /// What the function returns.
    type Output;

    /// Calls the function with the members of the tuple.
    fn call(self, args: Args) -> Self::Output;
}

macro_rules! target {
    ($($argument:ident)*) => {
        impl<Function, Output, $($argument),*> Target<($($argument,)*)> for Function
        where
            Function: Fn($($argument),*) -> Output + Copy + Send + Sync + 'static,
        {
            type Output = Output;

            #[allow(non_snake_case, reason = "the type parameters name the variables, too")]
            fn call(self, ($($argument,)*): ($($argument,)*)) -> Output {
                self($($argument),*)
            }
        }
    };
}
target!();
target!(A);
target!(A B);
target!(A B C);
target!(A B C D);
target!(A B C D E);
target!(A B C D E F);
target!(A B C D E F G);
target!(A B C D E F G H);

/// A target as `main_guard!` lists it: from written arguments to a written result, or to an exit
/// code.
pub struct Registered {
    name: &'static str,
    identity: TypeId,
    /// As the student has written it.
    source: &'static str,
    call: Box<Call>,
    run: Box<Run>,
}

type Call = dyn Fn(&[u8]) -> Outcome + Send + Sync;
type Run = dyn Fn(&[u8]) -> Result<i32, String> + Send + Sync;

impl Registered {
    /// Calls the function as a task of a pool, which gives back its result.
    pub(crate) fn call(&self, args: &[u8]) -> Outcome {
        (self.call)(args)
    }

    /// Calls the function as the target of a process, which gives an exit code. An error is about
    /// its arguments.
    pub(crate) fn run(&self, args: &[u8]) -> Result<i32, String> {
        (self.run)(args)
    }

    fn new<F, Args>(
        target: F,
        source: &'static str,
        write: fn(&F::Output) -> Result<Vec<u8>, wire::Error>,
        end: fn(F::Output) -> i32,
    ) -> Self
    where
        F: Target<Args, Output: 'static>,
        Args: DeserializeOwned,
    {
        Self {
            name: std::any::type_name::<F>(),
            identity: TypeId::of::<F>(),
            source,
            call: Box::new(move |args| match wire::from_slice(args) {
                Err(error) => Outcome::Arguments(error.to_string()),
                Ok(args) => match write(&target.call(args)) {
                    Ok(value) => Outcome::Value(value),
                    Err(error) => Outcome::Output(error.to_string()),
                },
            }),
            run: Box::new(move |args| match wire::from_slice(args) {
                Err(error) => Err(format!("the arguments cannot be read: {error}")),
                Ok(args) => Ok(end(target.call(args))),
            }),
        }
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// What `main_guard!` lists.
#[derive(Debug)]
pub(crate) struct Targets {
    by_name: HashMap<&'static str, Registered>,
    /// As `main_guard!` has them, in its order.
    sources: Vec<&'static str>,
    /// The function that `main_guard!` stands in, as the compiler names it.
    main: &'static str,
}

impl Targets {
    /// # Panics
    ///
    /// When two functions have the same name.
    #[track_caller]
    pub(crate) fn new(listed: Vec<Registered>, main: &'static str) -> Self {
        let sources = listed.iter().map(|target| target.source).collect();
        let mut by_name: HashMap<&str, Registered> = HashMap::with_capacity(listed.len());
        for target in listed {
            let (name, identity) = (target.name, target.identity);
            if let Some(other) = by_name.insert(name, target) {
                assert!(
                    other.identity == identity,
                    "main_guard! lists two functions that are both named {name}: rename one"
                );
            }
        }
        Self { by_name, sources, main }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Registered> {
        self.by_name.get(name)
    }

    /// The line of `main_guard!` with one more function.
    fn line_with(&self, name: &str) -> String {
        let name = naming::in_main(name, self.main);
        let list = [self.sources.as_slice(), &[name.as_str()]].concat();
        format!("let _main = util::main_guard!({});", list.join(", "))
    }
}

/// Compiles only for what is no more than the name of a function. It stands in each function that
/// takes a target, because the compiler then shows the line that calls it.
macro_rules! assert_is_name {
    ($function:ty) => {
        const {
            assert!(
                size_of::<$function>() == 0,
                "a child finds its target by the name of the function: give the function itself, as \
                 in `Process::new(run, ())`, not a variable that holds it, and not a closure that \
                 captures something; for several functions make the processes first, as in \
                 `for process in [Process::new(run1, ()), Process::new(run2, ())]`"
            );
        }
    };
}
pub(crate) use assert_is_name;

/// The name under which a child finds the function.
///
/// # Panics
///
/// When `main_guard!` is missing or does not list it.
#[track_caller]
pub(crate) fn name_of<F: 'static>(_function: F) -> &'static str {
    let name = std::any::type_name::<F>();
    let Some(targets) = program::targets() else {
        let line = format!(
            "let _main = util::main_guard!({});",
            naming::in_main(name, &naming::main_of_this_program())
        );
        if program::is_main_thread() {
            panic!("main_guard! is missing: make `{line}` the first line of main");
        }
        panic!(
            "main_guard! is missing: make `{line}` the first line of main. In a test there is no \
             such main: {}",
            program::IN_A_TEST
        );
    };
    match targets.find(name) {
        Some(target) if target.identity == TypeId::of::<F>() => name,
        _ if name.contains("{{closure}}") => panic!(
            "main_guard! does not list {name}: write a plain function in place of the closure, and \
             list it"
        ),
        _ => panic!("main_guard! does not list {name}: write `{}`", targets.line_with(name)),
    }
}
