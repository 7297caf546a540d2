//! Text that stands in columns, also where a character is two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How wide a story or a game is.
pub(crate) const WIDTH: usize = 100;

/// `text` and as many blanks as it takes to fill `width` columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{text}{:blanks$}", "")
}

/// `text` in lines of at most `width` columns, broken where a reader of code would break them. All
/// but the first are indented by `indent` columns.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let breaks = text
        .char_indices()
        .map(|(at, _)| at)
        .filter(|&at| may_break(text.split_at(at)));
    let mut start = 0;
    for end in breaks.chain([text.len()]) {
        let piece = &text[start..end];
        if line.width() + piece.trim_end().width() > width && !line.trim().is_empty() {
            lines.push(line.trim_end().to_string());
            line = " ".repeat(indent);
        }
        // A piece that is wider than a line is broken anywhere.
        for c in piece.chars() {
            if c != ' ' && line.width() + c.width().unwrap_or(0) > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            }
            line.push(c);
        }
        start = end;
    }
    lines.push(line);
    lines
}

/// Whether a line may end between these two parts: between words, after `::`, after the bracket of a
/// call with arguments, and before the dot of a method.
fn may_break((left, right): (&str, &str)) -> bool {
    let method = right
        .strip_prefix('.')
        .is_some_and(|name| name.starts_with(char::is_alphabetic));
    let call = left.ends_with('(') && !left.ends_with(" (") && !right.starts_with(')');
    left.ends_with(' ') || left.ends_with("::") || call || method
}

/// At most `width` columns of `text`, with a mark where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut room = width.saturating_sub(1);
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Printed text on one line: its line breaks are shown, but for the last.
pub(crate) fn on_one_line(output: &str) -> String {
    output
        .strip_suffix('\n')
        .unwrap_or(output)
        .replace('\n', "⏎")
}
