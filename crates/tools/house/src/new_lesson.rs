//! The files and the rows of a lesson that is added.

use std::fs;

use course::Kind;

/// What is known of a lesson before it is written.
#[derive(Debug)]
pub struct NewLesson {
    /// Its name, which is the package's.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// The sections of the notes that it belongs to, such as `N1`.
    pub sections: Vec<String>,
    /// What it shows, in English.
    pub english: String,
    /// What it shows, in Chinese.
    pub chinese: String,
}

impl NewLesson {
    /// Writes the files of the lesson, with a place in each that has to be filled, and its row in
    /// every list. Gives the files that are to be filled.
    ///
    /// # Errors
    ///
    /// When there is such a lesson, or a list has no place for it. Nothing has been written then.
    pub fn write(&self) -> Result<Vec<String>, String> {
        let name = &self.name;
        let of_package = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(of_package) {
            return Err(format!("a lesson is named in snake_case, not {name}"));
        }
        if course::folder(name).exists() {
            return Err(format!("there is a lesson {name}"));
        }

        let folder = format!("crates/lessons/{name}");
        let to_fill = [
            (format!("{folder}/src/main.rs"), self.rust()),
            (format!("{folder}/{name}.py"), self.python()),
            (format!("{folder}/says.rs"), SAYS.to_owned()),
            (format!("docs/en/src/{name}.md"), self.page(ENGLISH_PAGE, &self.english)),
            (format!("docs/zh/src/{name}.md"), self.page(CHINESE_PAGE, &self.chinese)),
            (format!("docs/try/{name}.txt"), STEPS.to_owned()),
        ];
        let whole = [
            (format!("{folder}/Cargo.toml"), self.manifest()),
            (format!("{folder}/tests/{name}.rs"), self.test()),
        ];
        let lists = self.lists()?;
        for (path, text) in to_fill.iter().chain(&whole).chain(&lists) {
            let path = course::root().join(path);
            let written = path.parent().map_or(Ok(()), fs::create_dir_all);
            written
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(to_fill.map(|(path, _)| path).to_vec())
    }

    /// The lists with one row more each.
    fn lists(&self) -> Result<Vec<(String, String)>, String> {
        let Self { name, kind, sections, english, chinese } = self;
        let notes = sections.join(", ");
        let mut listed = course::listed().into_iter().rev();
        let last = listed.find(|lesson| lesson.kind == *kind).expect("no kind is empty").name;
        let after_last = |path: &str, part: &str, row: String| {
            let list = read(path)?;
            let part = part.replace("NAME", &last);
            insert_after(&list, |line| line.contains(&part), &row)
                .map(|list| (path.to_owned(), list))
                .ok_or_else(|| format!("{path} has no row of {last}, after which this one comes"))
        };
        let mut lists = vec![
            after_last("docs/course.txt", "NAME  ", format!("{name:22} | {}", sections.join(" ")))?,
            after_last("README.md", "| `NAME`", format!("| `{name}` | {english} | – | {notes} |"))?,
        ];
        if course::root().join("README.zh.md").exists() {
            let row = format!("| `{name}` | {chinese} | – | {notes} |");
            lists.push(after_last("README.zh.md", "| `NAME`", row)?);
        }
        let translations = "docs/zh/comments.txt";
        if let Ok(known) = read(translations) {
            let first_comment = format!("{known}\n{english}.\n= {chinese}。\n");
            lists.push((translations.to_owned(), first_comment));
        }
        let of_language = [("en", english, "beyond the notes"), ("zh", chinese, "笔记之外")];
        for (language, shows, beyond) in of_language {
            let summary = format!("docs/{language}/src/SUMMARY.md");
            let row = format!("- [{name} · {shows}]({name}.md)");
            lists.push(after_last(&summary, "](NAME.md)", row)?);
            let path = format!("docs/{language}/src/map.md");
            let mut map = read(&path)?;
            for section in sections {
                let row = format!("| {beyond} | [{name}]({name}.md) | {shows} |");
                map = insert_in_section(&map, section, &row)
                    .ok_or_else(|| format!("{path} has no table under {section}"))?;
            }
            lists.push((path, map));
        }
        Ok(lists)
    }

    fn manifest(&self) -> String {
        let util = if self.kind == Kind::Process {
            "[dependencies]\nutil.workspace = true\n\n"
        } else {
            ""
        };
        MANIFEST.replace("NAME", &self.name).replace("DEPENDENCIES", util)
    }

    fn test(&self) -> String {
        let parts = match self.kind {
            Kind::Process => "    signals: End,\n",
            Kind::Thread => "    many_runs: 1_000, side_by_side: 2,\n",
            Kind::Measured => "",
        };
        TEST.replace("NAME", &self.name).replace("PARTS", parts)
    }

    fn rust(&self) -> String {
        format!(
            "// {}.\n// Notes: beyond ({}). Page: {}.\n\nfn main() {{\n    todo!()\n}}\n",
            self.english,
            self.sections.join(", "),
            self.name
        )
    }

    fn python(&self) -> String {
        format!("# {}.\n\nraise NotImplementedError\n", self.english)
    }

    fn page(&self, template: &str, shows: &str) -> String {
        let notes = self.sections.join(", ");
        template.replace("NAME", &self.name).replace("SHOWS", shows).replace("NOTES", &notes)
    }
}

/// Fills the seconds of a lesson into the tables of both READMEs, where they are not known yet.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn note_seconds(lesson: &str, seconds: f64) -> Result<(), String> {
    for path in ["README.md", "README.zh.md"] {
        let Ok(readme) = read(path) else { continue };
        let start = format!("| `{lesson}` |");
        let lines = readme.lines().map(|line| match line.strip_prefix(&start) {
            Some(rest) => {
                format!("{start}{}\n", rest.replace("| – |", &format!("| {seconds:.1} |")))
            }
            None => format!("{line}\n"),
        });
        let noted: String = lines.collect();
        if noted != readme {
            fs::write(course::root().join(path), noted)
                .map_err(|error| format!("{path}: {error}"))?;
        }
    }
    Ok(())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(course::root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// A text with one line more after the first line that is meant, if there is one.
fn insert_after(text: &str, is_meant: impl Fn(&str) -> bool, line: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| is_meant(line))?;
    lines.insert(at + 1, line);
    Some(lines.join("\n") + "\n")
}

/// A text with one row more in the table under a heading, if there is one.
fn insert_in_section(text: &str, section: &str, row: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let heading = lines.iter().position(|line| line.strip_prefix("## ") == Some(section))?;
    let rows = lines[heading..].iter().position(|line| line.starts_with("| "))?;
    let end = lines[heading + rows..].iter().take_while(|line| line.starts_with('|')).count();
    lines.insert(heading + rows + end, row);
    Some(lines.join("\n") + "\n")
}

const MANIFEST: &str = r#"[package]
name = "NAME"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[[bin]]
name = "NAME"
# Its test is tests/NAME.rs.
test = false

DEPENDENCIES[dev-dependencies]
runner.workspace = true
says.workspace = true

[lints]
workspace = true
"#;

const TEST: &str = r#"//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

runner::tests! {
    NAME,
PARTS}
"#;

const SAYS: &str = r#"//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(line("what it says"))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![without("what it says")]
}
"#;

const STEPS: &str = "\
# The steps of *Try, in order*, one by one: the change, and what comes of it. The first page of
# crates/tools/book/src/steps.rs says how it is written.
== 1
- a line of the program
+ what stands there instead
> what it prints then
";

const ENGLISH_PAGE: &str = r"# SHOWS

`NAME` · notes NOTES

<!-- What the notes say, in two or three sentences. -->

## The two programs

In Python:

```python
{{#include ../../../crates/lessons/NAME/NAME.py}}
```

In Rust:

```rust,noplayground
{{#include ../../../crates/lessons/NAME/src/main.rs}}
```

## What you see

```console
$ cargo run -p NAME
{{#include ../../samples/NAME.txt}}
```

<!-- Always, may vary, never. -->

## Where the two languages differ

<!-- What a reader of both programs asks. -->

## Try, in order

<!-- Two or three changes, and what comes of each. Then one question, its answer in <details>. -->
";

const CHINESE_PAGE: &str = r"# SHOWS

`NAME` · 笔记 NOTES

<!-- 笔记怎么说，两三句话。 -->

## 两个程序

Python：

```python
{{#include ../../../crates/lessons/NAME/NAME.py}}
```

Rust：

```rust,noplayground
{{#include ../../../crates/lessons/NAME/src/main.rs}}
```

## 运行结果

```console
$ cargo run -p NAME
{{#include ../../samples/NAME.txt}}
```

<!-- 一定、可能不同、绝不会。 -->

## 两种语言的差别

<!-- 读了两个程序会问什么。 -->

## 动手试试

<!-- 两三处改动，各会怎样。然后一个问题，答案放在 <details> 里。 -->
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_after_the_one_that_is_named() {
        let is_two = |line: &str| line.starts_with("two ");
        assert_eq!(
            insert_after("one 1\ntwo 2\n", is_two, "three 3").unwrap(),
            "one 1\ntwo 2\nthree 3\n"
        );
        assert_eq!(insert_after("one 1\n", is_two, "three 3"), None);
    }

    #[test]
    fn a_row_comes_at_the_end_of_the_table_under_its_heading() {
        let map = "## N0\n\n| a |\n| - |\n| b |\n\n## N1\n\n| c |\n| - |\n";
        assert_eq!(
            insert_in_section(map, "N0", "| new |").unwrap(),
            "## N0\n\n| a |\n| - |\n| b |\n| new |\n\n## N1\n\n| c |\n| - |\n"
        );
        assert_eq!(insert_in_section(map, "N2", "| new |"), None);
    }
}
