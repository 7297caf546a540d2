//! Both READMEs say the same: the same lessons, the same commands, each leads to the other.

fn read(path: &str) -> String {
    book::read(path).unwrap_or_else(|error| panic!("{error}"))
}

/// The first, third and last column of the lessons' tables, in digits and names alone.
fn rows(readme: &str) -> Vec<String> {
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let plain = |cell: &str| -> String {
        cell.chars().filter(|c| c.is_ascii_digit() || "N._".contains(*c)).collect()
    };
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        format!("{} {} {}", cells[1], plain(cells[3]), plain(cells[4]))
    })
    .collect()
}

fn commands(readme: &str) -> Vec<&str> {
    readme.lines().filter(|line| line.starts_with("$ ")).collect()
}

/// What is set as code in running text, but for words that are translated.
fn code(readme: &str) -> Vec<&str> {
    let text: Vec<&str> = readme.split("```").step_by(2).collect();
    let code = text.iter().flat_map(|text| text.split('`').skip(1).step_by(2));
    let mut code: Vec<&str> =
        code.filter(|code| code.starts_with("cargo ") || code.contains("target/")).collect();
    code.sort_unstable();
    code
}

#[test]
fn both_readmes_say_the_same() {
    let [english, chinese] = ["README.md", "README.zh.md"].map(read);
    assert!(rows(&english).len() > 30);
    assert_eq!(rows(&english), rows(&chinese));
    assert_eq!(commands(&english), commands(&chinese));
    assert_eq!(code(&english), code(&chinese));
    assert!(english.contains("(README.zh.md)") && chinese.contains("(README.md)"));
}
