//! A preprocessor of mdBook: the Chinese book shows the programs with their comments in Chinese.
//!
//! mdBook runs it with the whole book as JSON on its standard input, and reads the book back from
//! its standard output (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).

use std::error::Error;
use std::process::ExitCode;
use std::{env, io};

use book::comments::Translations;
use serde_json::Value;

fn main() -> ExitCode {
    // mdBook first asks which renderers are supported. All are: what comes out is Markdown again.
    if env::args().nth(1).is_some_and(|argument| argument == "supports") {
        return ExitCode::SUCCESS;
    }
    match translate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ERROR {error}");
            ExitCode::FAILURE
        }
    }
}

fn translate() -> Result<(), Box<dyn Error>> {
    let translations = Translations::chinese()?;
    let mut input: Value = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| format!("this is run by mdBook, see docs/build: {error}"))?;
    // The context comes first, then the book.
    let book = input.get_mut(1).ok_or("there is no book in what mdBook sent")?;
    translate_chapters(book, &translations)?;
    serde_json::to_writer(io::stdout().lock(), book)?;
    Ok(())
}

/// Translates in every chapter, wherever in the book's tree it stands.
fn translate_chapters(book: &mut Value, translations: &Translations) -> Result<(), String> {
    match book {
        Value::Array(items) => {
            items.iter_mut().try_for_each(|item| translate_chapters(item, translations))
        }
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match value {
            Value::String(content) if name == "content" => {
                *content = translations.page(content)?;
                Ok(())
            }
            value => translate_chapters(value, translations),
        }),
        _ => Ok(()),
    }
}
