//! What is said of a picture that cannot be written, and of a lesson that cannot be built.
#![cfg(target_os = "linux")]

use std::process::Command;

/// What the command says on stderr, and its exit code.
fn said(language: &str, words: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timeline"));
    let output = command.args(words).env("LC_ALL", language).output().unwrap();
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[test]
fn what_the_system_says_is_said_in_the_readers_language() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for (path, english, chinese) in [
        ("/no/such/folder/a.svg", "cannot write /no/such/folder/a.svg: ", "：没有这个文件或文件夹"),
        (folder, "cannot write ", "：这是一个文件夹"),
    ] {
        let (told, code) = said("C.UTF-8", &["--svg", path, "true"]);
        assert!(told.contains(english), "{told}");
        assert_eq!(code, Some(1));
        let (told, code) = said("zh_CN.UTF-8", &["--svg", path, "true"]);
        assert!(told.contains("无法写入 ") && told.contains(chinese), "{told}");
        assert!(!language::test::speaks_english(&told), "{told}");
        assert_eq!(code, Some(1));
    }
}

/// Without cargo no lesson is built.
#[test]
fn why_a_lesson_is_not_built_is_said_in_the_readers_language() {
    for (language, expected) in
        [("C.UTF-8", "cannot start /no/such/cargo: "), ("zh_CN.UTF-8", "无法启动 /no/such/cargo：")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timeline"));
        let command = command.arg("bank_lock").env("LC_ALL", language);
        let output = command.env("CARGO", "/no/such/cargo").output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(expected), "{told}");
        assert_eq!(output.status.code(), Some(1));
    }
}
