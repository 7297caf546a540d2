//! The chart as a page to look into.

use crate::chart::Chart;
use crate::language::Language;

/// Draws the chart as an HTML document.
pub fn draw(chart: &Chart<'_>, language: Language) -> String {
    let _ = (chart, language);
    String::new()
}
