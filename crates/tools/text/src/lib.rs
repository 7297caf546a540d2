//! Text that is fitted into a terminal or a picture, also where a character is two columns wide.
//!
//! # Layout
//!
//! * [`width`], [`pad`], [`cut`], [`wrap`]: columns of one width
//! * [`on_one_line`]: what a program prints, as a label
//! * [`escape_xml`]: text within a picture
//! * [`terminal_width`], with the feature `terminal`: how many columns there are

use unicode_truncate::{Alignment, UnicodeTruncateStr};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns the terminal behind this stream has: `None` where it is none, or does not say.
#[cfg(all(feature = "terminal", unix))]
pub fn terminal_width(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(stream)?;
    Some(usize::from(columns)).filter(|&columns| columns > 0)
}

/// How many columns the terminal behind this stream has: `None` where it is none, or does not say.
#[cfg(all(feature = "terminal", windows))]
pub fn terminal_width(stream: impl std::os::windows::io::AsHandle) -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(stream)?;
    Some(usize::from(columns)).filter(|&columns| columns > 0)
}

/// How many columns `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` and as many blanks as it takes to fill `width` columns. A wider text stays as it is.
pub fn pad(text: &str, width: usize) -> String {
    text.unicode_pad(width, Alignment::Left, false).into_owned()
}

/// At most `width` columns of `text`, with a mark where something is missing.
///
/// ```
/// assert_eq!(text::cut("账户余额", 8), "账户余额");
/// assert_eq!(text::cut("账户余额", 7), "账户余…");
/// assert_eq!(text::cut("账户余额", 6), "账户…");
/// ```
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (kept, _) = text.unicode_truncate(width.saturating_sub(1));
    format!("{kept}…")
}

/// `text` in lines of at most `width` columns, broken where a reader of code would break them. All
/// but the first are indented by `indent` columns.
pub fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let breaks = text.char_indices().map(|(at, _)| at).filter(|&at| may_break(text.split_at(at)));
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
/// call with arguments, before the dot of a method, and after a Chinese comma, colon or stop.
fn may_break((left, right): (&str, &str)) -> bool {
    let method = right.strip_prefix('.').is_some_and(|name| name.starts_with(char::is_alphabetic));
    let call = left.ends_with('(') && !left.ends_with(" (") && !right.starts_with(')');
    let chinese = left.ends_with(['，', '：', '；', '。', '、']);
    left.ends_with(' ') || left.ends_with("::") || call || method || chinese
}

/// Printed text on one line: its line breaks are shown, but for the last.
pub fn on_one_line(output: &str) -> String {
    output.strip_suffix('\n').unwrap_or(output).replace('\n', "⏎")
}

/// Text for an XML document such as an SVG picture, inside of an element or of an attribute. A
/// character that XML does not allow becomes a replacement character.
pub fn escape_xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_character_fills_two_columns() {
        assert_eq!(pad("余额", 6), "余额  ");
        assert_eq!(pad("余额", 3), "余额");
        assert_eq!(cut("余额", 1), "…");
    }

    #[test]
    fn code_is_broken_where_its_reader_would_break_it() {
        let line = "let new_balance = account.balance.lock().unwrap() + money;";
        assert_eq!(
            wrap(line, 30, 2),
            ["let new_balance = account", "  .balance.lock().unwrap() +", "  money;"]
        );
        assert_eq!(wrap("余额余额余额", 6, 0), ["余额余", "额余额"]);
        assert_eq!(wrap("  → 余额：余额余额", 14, 4), ["  → 余额：", "    余额余额"]);
    }

    #[test]
    fn what_xml_does_not_allow_is_replaced() {
        assert_eq!(escape_xml("a < \"b\" & \u{1b}[0m"), "a &lt; &quot;b&quot; &amp; \u{fffd}[0m");
    }
}
