//! How a function is named in main, given the name that the compiler has for it.

use std::env;

/// The path that leads from the function `main`, as the compiler names it, to another one.
pub(super) fn in_main(name: &str, main: &str) -> String {
    let program = main.split("::").next().unwrap_or_default();
    let inside = format!("{main}::");
    // Beside main a path needs no `crate::` before it.
    let beside = main.rsplit_once("::").map_or(program, |(module, _)| module);
    let mut written = String::new();
    let mut rest = name;
    let mut depth = 0;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !is_part_of_path(c)).unwrap_or(rest.len());
        let (path, after) = rest.split_at(length);
        written += &path_in_main(path, program, &inside, beside);
        let Some(symbol) = after.chars().next() else { break };
        // A value's type arguments need this; a type's do not.
        if symbol == '<' && depth == 0 && !path.is_empty() {
            written += "::";
        }
        match symbol {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        written.push(symbol);
        rest = &after[symbol.len_utf8()..];
    }
    written
}

fn is_part_of_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

fn path_in_main(path: &str, program: &str, inside: &str, beside: &str) -> String {
    if let Some(own) = path.strip_prefix(inside) {
        return own.to_owned();
    }
    match path.split_once("::") {
        // What follows a generic argument begins with `::`, and is no path of its own.
        Some((first, own)) if first == program => {
            if beside == program {
                own.to_owned()
            } else {
                format!("crate::{own}")
            }
        }
        // Every program knows these under the name of the standard library.
        Some(("alloc" | "core", rest)) => format!("std::{rest}"),
        _ => path.to_owned(),
    }
}

/// The name of main where nobody has told it: that of the crate is nearly that of the executable.
pub(super) fn main_of_this_program() -> String {
    let executable = env::current_exe().unwrap_or_default();
    let stem = executable.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
    // Cargo puts a number behind the names of tests and examples.
    let is_number = |text: &str| text.len() == 16 && text.chars().all(|c| c.is_ascii_hexdigit());
    let name = match stem.rsplit_once('_') {
        Some((name, number)) if is_number(number) => name,
        _ => &stem,
    };
    format!("{name}::main")
}

#[cfg(test)]
mod tests {
    use super::in_main;

    mod module {
        pub(super) fn run() {}
        pub(super) fn generic<T>() {}
        pub(super) struct Kind<T>(std::marker::PhantomData<T>);
    }

    fn name_of<F>(_function: F) -> &'static str {
        std::any::type_name::<F>()
    }

    /// What is advised is also compiled: here, in a function that stands where main would.
    #[test]
    fn the_advice_compiles() {
        fn main() {}
        fn local() {}
        fn local_generic<T>() {}
        // The name of what stands in a function begins with that of the function.
        let here = name_of(main).strip_suffix("::main").unwrap();
        macro_rules! is_advised {
            ($($path:path),* $(,)?) => {
                $({
                    let advice = in_main(name_of($path), here);
                    let written: String = stringify!($path).split_whitespace().collect();
                    let written = written.replace(",>", ">");
                    assert_eq!(advice, written);
                })*
            };
        }
        is_advised!(
            local,
            local_generic::<u8>,
            local_generic::<std::string::String>,
            local_generic::<std::vec::Vec<std::option::Option<i64>>>,
            crate::target::naming::in_main,
            crate::target::naming::tests::module::run,
            crate::target::naming::tests::module::generic::<u8>,
            crate::target::naming::tests::module::generic::<
                crate::target::naming::tests::module::Kind<u8>,
            >,
        );
    }

    #[test]
    fn beside_main_at_the_root_a_path_is_short() {
        let advice = |name| in_main(name, "lesson::main");
        assert_eq!(advice("lesson::run"), "run");
        assert_eq!(advice("lesson::main::run"), "run");
        assert_eq!(advice("lesson::module::run"), "module::run");
        assert_eq!(advice("lesson::run<lesson::Point>"), "run::<Point>");
        assert_eq!(advice("lesson::run<alloc::string::String>"), "run::<std::string::String>");
        assert_eq!(advice("helpers::run<u8>"), "helpers::run::<u8>");
        assert_eq!(advice("lesson::Kind<u8>::run"), "Kind::<u8>::run");
        assert_eq!(advice("lesson_two::run"), "lesson_two::run");
    }
}
