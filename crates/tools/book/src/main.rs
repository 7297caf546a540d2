//! A preprocessor of mdBook: it puts the games into the pages, and says which lines of the two programs
//! stand beside each other. The Chinese book shows the programs with their comments in Chinese.
//!
//! mdBook runs it with the whole book as JSON on its standard input, and reads the book back from
//! its standard output (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).

use std::error::Error;
use std::process::ExitCode;
use std::{env, io};

use book::comments::Translations;
use book::{beside, play};
use serde_json::Value;

fn main() -> ExitCode {
    // mdBook first asks which renderers are supported. All are: what comes out is Markdown again.
    if env::args().nth(1).is_some_and(|argument| argument == "supports") {
        return ExitCode::SUCCESS;
    }
    match preprocess() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ERROR {error}");
            ExitCode::FAILURE
        }
    }
}

fn preprocess() -> Result<(), Box<dyn Error>> {
    let mut input: Value = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| format!("this is run by mdBook, see docs/build: {error}"))?;
    // The context comes first, then the book.
    let chinese = input[0]["config"]["book"]["language"] == "zh-CN";
    let translations = chinese.then(Translations::chinese).transpose()?;
    let book = input.get_mut(1).ok_or("there is no book in what mdBook sent")?;
    each_chapter(book, &|content| {
        let content = match &translations {
            Some(translations) => translations.page(content)?,
            None => content.to_owned(),
        };
        let read = |path: &str| book::read(path).map_err(|error| error.to_string());
        play::page(&beside::page(&content), read)
    })?;
    serde_json::to_writer(io::stdout().lock(), book)?;
    Ok(())
}

/// Changes every chapter, wherever in the book's tree it stands.
fn each_chapter(
    book: &mut Value,
    change: &dyn Fn(&str) -> Result<String, String>,
) -> Result<(), String> {
    match book {
        Value::Array(items) => items.iter_mut().try_for_each(|item| each_chapter(item, change)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match value {
            Value::String(content) if name == "content" => {
                *content = change(content)?;
                Ok(())
            }
            value => each_chapter(value, change),
        }),
        _ => Ok(()),
    }
}
