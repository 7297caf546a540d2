//! A preprocessor of mdBook: it puts the games into the pages, and the Chinese book shows the programs
//! with their comments in Chinese.
//!
//! mdBook runs it with the whole book as JSON on its standard input, and reads the book back from
//! its standard output (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).

use std::error::Error;
use std::process::ExitCode;
use std::{env, io};

use book::comments::Translations;
use book::play;
use serde_json::Value;

fn main() -> ExitCode {
    // mdBook first asks which renderers are supported. All are: what comes out is Markdown again.
    if env::args().nth(1).is_some_and(|argument| argument == "supports") {
        return ExitCode::SUCCESS;
    }
    match prepare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ERROR {error}");
            ExitCode::FAILURE
        }
    }
}

fn prepare() -> Result<(), Box<dyn Error>> {
    let mut input: Value = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| format!("this is run by mdBook, see docs/build: {error}"))?;
    // The context comes first, then the book.
    let language = input[0]["config"]["book"]["language"].as_str().unwrap_or_default();
    let translations =
        if language.starts_with("zh") { Some(Translations::chinese()?) } else { None };
    let book = input.get_mut(1).ok_or("there is no book in what mdBook sent")?;
    prepare_chapters(book, translations.as_ref())?;
    serde_json::to_writer(io::stdout().lock(), book)?;
    Ok(())
}

/// Prepares every chapter, wherever in the book's tree it stands.
fn prepare_chapters(book: &mut Value, translations: Option<&Translations>) -> Result<(), String> {
    match book {
        Value::Array(items) => {
            items.iter_mut().try_for_each(|item| prepare_chapters(item, translations))
        }
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match value {
            Value::String(content) if name == "content" => {
                if let Some(translations) = translations {
                    *content = translations.page(content)?;
                }
                let read = |path: &str| book::read(path).map_err(|error| error.to_string());
                *content = play::page(content, read)?;
                Ok(())
            }
            value => prepare_chapters(value, translations),
        }),
        _ => Ok(()),
    }
}
