use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

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

/// A target as `main_guard!` lists it: from JSON arguments to a JSON result.
pub struct Registered {
    name: &'static str,
    identity: TypeId,
    run: Box<Run>,
}

type Run = dyn Fn(&[u8]) -> serde_json::Result<Vec<u8>> + Send + Sync;

impl Registered {
    /// Remembers a function by the name that the compiler gives it.
    pub fn new<Args, F>(function: F) -> Self
    where
        F: Target<Args, Output: Serialize>,
        Args: DeserializeOwned,
    {
        Self {
            name: std::any::type_name::<F>(),
            identity: TypeId::of::<F>(),
            run: Box::new(move |args| {
                serde_json::to_vec(&function.call(serde_json::from_slice(args)?))
            }),
        }
    }

    /// Runs the function; an error is about its arguments or its result, not its work.
    pub(crate) fn run(&self, args: &[u8]) -> serde_json::Result<Vec<u8>> {
        (self.run)(args)
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

static TARGETS: OnceLock<HashMap<&'static str, Registered>> = OnceLock::new();

/// # Panics
///
/// When it is called a second time, or with two functions of one name.
pub(crate) fn register(targets: Vec<Registered>) {
    let mut by_name: HashMap<&str, Registered> = HashMap::with_capacity(targets.len());
    for target in targets {
        let (name, identity) = (target.name, target.identity);
        if let Some(other) = by_name.insert(name, target) {
            assert!(
                other.identity == identity,
                "main_guard! lists two functions that are both named {name}: rename one"
            );
        }
    }
    assert!(TARGETS.set(by_name).is_ok(), "main_guard! stands only once, at the start of main");
}

/// The name under which a child finds the function.
///
/// # Panics
///
/// When `main_guard!` is missing or does not list it.
pub(crate) fn name_of<F: 'static>(_function: F) -> &'static str {
    let name = std::any::type_name::<F>();
    let targets = TARGETS.get().unwrap_or_else(|| {
        panic!("main_guard! is missing: make `let _main = util::main_guard!({});` the first line of main", last(name))
    });
    match targets.get(name) {
        Some(target) if target.identity == TypeId::of::<F>() => name,
        _ => panic!(
            "main_guard! does not list {name}: write `util::main_guard!({})`{}",
            with_one_more(targets, last(name)),
            if name.contains("{{closure}}") {
                ", with a plain function in place of the closure"
            } else {
                ""
            }
        ),
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Registered> {
    TARGETS.get()?.get(name)
}

fn with_one_more(targets: &HashMap<&'static str, Registered>, name: &str) -> String {
    let mut names: Vec<&str> = targets.keys().map(|name| last(name)).collect();
    names.sort_unstable();
    names.push(name);
    names.join(", ")
}

/// The last part of a path, as it is usually written in the program.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
