//! What clap says itself, in Chinese.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The words of clap's own in a help. A name in brackets is as wide as in English, so that the columns
/// stay where they are. Of two words that begin alike the longer comes first.
const WORDS: [(&str, &str); 14] = [
    ("Usage:", "用法："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Possible values:", "可以写："),
    ("[possible values: ", "[可以写："),
    ("[default: ", "[默认："),
    ("[OPTIONS]", "[选项]"),
    ("<FILE>", "<文件>"),
    ("<PATH>", "<路径>"),
    ("<WHAT>", "<方式>"),
    ("Print help (see more with '--help')", "显示帮助（`--help` 说得更详细）"),
    ("Print help (see a summary with '-h')", "显示帮助（`-h` 只显示概要）"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
];

/// A help whose sentences are in Chinese already, with the rest in Chinese as well.
pub fn help(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong with what was typed.
pub fn wrong(error: &Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => help(text),
        Some(ContextValue::Strings(texts)) => help(&texts.join("`、`")),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => match text(ContextKind::SuggestedArg).as_str() {
            "" => format!("没有选项 `{argument}`"),
            like => format!("没有选项 `{argument}`，是不是 `{like}`？"),
        },
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` 后面缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = text(ContextKind::ValidValue);
            // Why, in the words of the command itself. Those of std are in English.
            let why = error.source().map(ToString::to_string).filter(|why| !why.is_ascii());
            let rest = match (why, valid.as_str()) {
                (Some(why), _) => format!("：{why}"),
                (None, "") => String::new(),
                (None, valid) => format!("，可以写：`{valid}`"),
            };
            format!("`{argument}` 的值不能是 `{value}`{rest}")
        }
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg).as_str() {
            "" => format!("`{argument}` 重复了，或不能与其他选项一起用"),
            prior if prior == argument => format!("`{argument}` 重复了"),
            prior => format!("`{argument}` 不能与 `{prior}` 一起用"),
        },
        ErrorKind::MissingRequiredArgument => format!("缺少 `{argument}`"),
        ErrorKind::TooManyValues => format!("`{argument}` 不带值"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文本".to_owned(),
        kind => format!("命令写得不对（{kind:?}）"),
    };
    let what = if what.ends_with('？') { what } else { what + "。" };
    format!("错误：{what}`--help` 列出所有选项。")
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;
    use crate::test::speaks_english;

    fn command() -> Command {
        let number = clap::value_parser!(u32);
        let even = |text: &str| match text {
            "2" => Ok(2),
            _ => Err("不是偶数".to_owned()),
        };
        Command::new("sample").version("1").about("样本").args([
            Arg::new("program").value_name("程序").required(true).help("程序"),
            Arg::new("number").long("number").value_parser(number).default_value("3").help("数"),
            Arg::new("even").long("even").value_parser(even).help("偶数"),
            Arg::new("one").long("one").value_parser(["a", "b"]).help("一个"),
            Arg::new("file").long("file").value_name("FILE").help("文件"),
            Arg::new("alone").long("alone").action(ArgAction::SetTrue).help("独自"),
            Arg::new("other")
                .long("other")
                .action(ArgAction::SetTrue)
                .conflicts_with("alone")
                .help("另外"),
        ])
    }

    fn wrongly(typed: &str) -> String {
        let error = command().try_get_matches_from(typed.split(' ')).expect_err(typed);
        assert_eq!(error.exit_code(), 2, "{typed}");
        wrong(&error)
    }

    #[test]
    fn what_is_wrong_is_said_in_chinese() {
        for (typed, said) in [
            ("sample", "缺少 `<程序>`"),
            ("sample x y", "没有选项 `y`"),
            ("sample --nonsense x", "没有选项 `--nonsense`。"),
            ("sample --fil x", "没有选项 `--fil`，是不是 `--file`？"),
            ("sample x --file", "`--file <文件>` 后面缺少值"),
            ("sample --number x x", "`--number <number>` 的值不能是 `x`。"),
            ("sample --even 3 x", "的值不能是 `3`：不是偶数。"),
            ("sample --one c x", "的值不能是 `c`，可以写：`a`、`b`。"),
            ("sample --alone --other x", "`--alone` 不能与 `--other` 一起用"),
            ("sample --alone --alone x", "`--alone` 重复了。"),
            ("sample --alone=1 x", "`--alone` 不带值"),
        ] {
            let wrong = wrongly(typed);
            assert!(wrong.starts_with("错误："), "{wrong}");
            assert!(wrong.contains(said), "{typed}: {wrong}");
            assert!(!speaks_english(&wrong), "{wrong}");
        }
    }

    #[test]
    fn of_a_help_nothing_is_left_in_english() {
        for long in ["-h", "--help"] {
            let error = command().try_get_matches_from(["sample", long]).expect_err(long);
            let help = help(&error.to_string());
            assert!(help.contains("用法： sample [选项] <程序>"), "{help}");
            assert!(help.contains("[默认：3]") && help.contains("[可以写：a, b]"), "{help}");
            let capitals = |c: char| c.is_ascii_uppercase();
            assert!(!help.replace("-V", "").contains(capitals), "{help}");
        }
    }
}
