//! The stories in the book are those that its lessons have.

use std::fs;
use std::path::Path;

#[test]
fn the_book_tells_what_the_lessons_come_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/stories");
    for (name, page) in schedules::tell::page::pages() {
        let file = folder.join(format!("{name}.txt"));
        let told = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(told, page, "{} is out of date: `just stories`", file.display());
    }
}
