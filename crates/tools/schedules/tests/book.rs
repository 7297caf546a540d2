//! The stories in the book are those that its lessons have.

use std::fs;
use std::path::Path;

#[test]
fn the_book_tells_what_the_lessons_come_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/stories");
    for (file, page) in schedules::tell::page::pages() {
        let file = folder.join(file);
        let told = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(told, page, "{} is out of date: `just stories`", file.display());
    }
}

#[test]
fn what_came_of_a_step_is_told_in_chinese_in_the_chinese_book() {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (file, page) in schedules::tell::page::pages().filter(|(file, _)| file.contains(".zh.")) {
        assert!(page.contains("结局 "), "{file}");
        for told in page.split("→ ").skip(1) {
            let told = told.lines().next().unwrap_or_default();
            assert!(told.contains(is_chinese), "{file}: {told}");
        }
    }
}
