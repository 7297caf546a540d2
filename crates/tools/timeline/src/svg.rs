//! The chart as a picture that needs nothing but itself: no script, no font, no second file.

use std::fmt::{Display, Write};

use text::{cut, escape_xml};
use unicode_width::UnicodeWidthStr;

use crate::language::Language;
use crate::chart::{Chart, Handover, Segment, time};
use crate::trace::State;

/// All lengths are in the picture's own unit, a pixel when it is shown at its size.
const WIDTH: f64 = 1200.0;
const EDGE: f64 = 20.0;
/// How many characters of the title fit beside each other.
const TITLE: usize = 95;
const TOP: f64 = 104.0;
const BOTTOM: f64 = 44.0;
/// The height of a line of printed text below its lane.
const WORDS: f64 = 14.0;
/// How wide a character of each kind of text is at most, on the average of a line.
const LABEL_CHARACTER: f64 = 6.8;
const LEGEND_CHARACTER: f64 = 6.3;
const WORD_CHARACTER: f64 = 6.1;
/// Bars are cut at twice the resolution that an eye can tell apart.
const COLUMNS_PER_PIXEL: f64 = 2.0;
/// Two arrows to one lane that are nearer than this are one to the eye.
const ARROW_SPACE: f64 = 3.0;

const STYLE: &str = include_str!("svg.css");

fn class(state: State) -> &'static str {
    state.key()
}

/// Draws the chart as an SVG document.
pub fn draw(chart: &Chart<'_>, _language: Language, _every: bool) -> String {
    Picture::new(chart).draw()
}

struct Picture<'a> {
    chart: &'a Chart<'a>,
    /// Where the bars begin, and how long the whole time is.
    left: f64,
    length: f64,
    /// The upper edge of each row's bar.
    tops: Vec<f64>,
    /// The height of a bar, and of a bar with the space below it.
    bar: f64,
    row: f64,
    height: f64,
    /// Whether a row has its printed text below it.
    worded: Vec<bool>,
    svg: String,
}

impl<'a> Picture<'a> {
    fn new(chart: &'a Chart<'a>) -> Picture<'a> {
        let rows = &chart.rows;
        let (bar, row) = match rows.len() {
            ..=16 => (14.0, 23.0),
            17..=40 => (10.0, 16.0),
            41..=150 => (6.0, 8.0),
            many => {
                let row = (1200.0 / many as f64).max(2.0);
                (row * 0.8, row)
            }
        };
        let widest =
            rows.iter().map(|row| row.label.width() as f64 * LABEL_CHARACTER + indent(row.depth));
        let left = EDGE + widest.fold(60.0, f64::max).min(260.0) + 10.0;

        let says = |row| !chart.lane(row).prints.is_empty();
        let few = rows.iter().filter(|row| says(row)).count() <= 12;
        let worded: Vec<bool> =
            rows.iter().map(|row| says(row) && (few || rows.len() <= 40)).collect();
        let mut tops = Vec::with_capacity(rows.len());
        let mut y = TOP;
        for &worded in &worded {
            tops.push(y);
            y += row + if worded { WORDS } else { 0.0 };
        }
        Picture {
            chart,
            left,
            length: WIDTH - EDGE - left,
            tops,
            bar,
            row,
            height: y + BOTTOM,
            worded,
            svg: String::new(),
        }
    }

    fn draw(mut self) -> String {
        let height = self.height;
        let title = escape_xml(&cut(&self.chart.title, TITLE));
        self.add(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" class="timeline" role="img">
<title>{title}</title>
<style>
{STYLE}</style>
<rect class="page" width="{WIDTH}" height="{height:.0}" rx="8"/>
<text class="title" x="{EDGE}" y="34">{title}</text>
<text class="faint" x="{EDGE}" y="54">{}</text>"#,
            escape_xml(&self.chart.facts(Language::En))
        ));
        self.legend();
        self.scale();
        self.labels();
        for row in 0..self.chart.rows.len() {
            self.bars(row);
        }
        self.births();
        self.handovers();
        for row in 0..self.chart.rows.len() {
            self.words(row);
        }
        self.svg + "</svg>\n"
    }

    fn add(&mut self, element: impl Display) {
        let _ = writeln!(self.svg, "{element}");
    }

    fn x(&self, at: std::time::Duration) -> f64 {
        self.left + self.chart.position(at) * self.length
    }

    fn columns(&self) -> usize {
        (self.length * COLUMNS_PER_PIXEL) as usize
    }

    /// What the colours mean, as far as they occur.
    fn legend(&mut self) {
        let mut x = EDGE;
        for state in self.chart.states(&self.chart.rows, self.columns()) {
            let label = Language::En.state(state);
            let (class, text) = (class(state), x + 18.0);
            self.add(format_args!(
                r#"<rect class="{class}" x="{x:.0}" y="70" width="12" height="12" rx="2"/><text x="{text:.0}" y="80">{label}</text>"#
            ));
            x += 40.0 + label.width() as f64 * LEGEND_CHARACTER;
        }
    }

    fn scale(&mut self) {
        let step = self.chart.scale(10);
        let bottom = self.height - BOTTOM + 6.0;
        for mark in (0..).take_while(|&mark| step * mark < self.chart.length()) {
            let x = self.x(self.chart.start + step * mark);
            let label = time(step * mark);
            self.add(format_args!(
                r#"<path class="grid" d="M{x:.1} {:.1}V{bottom:.1}"/><text class="scale" x="{x:.1}" y="{:.1}" text-anchor="middle">{label}</text>"#,
                TOP - 8.0,
                bottom + 16.0
            ));
        }
    }

    fn labels(&mut self) {
        // Where lanes are thin, every fifth, tenth … has its label.
        let steps = [1, 5, 10, 20, 50, 100, 200, 500];
        let step = steps.into_iter().find(|&step| step as f64 * self.row >= 15.0);
        for (at, row) in self.chart.rows.iter().enumerate().step_by(step.unwrap_or(1000)) {
            let (x, y) = (EDGE + indent(row.depth), self.tops[at] + self.bar / 2.0 + 4.0);
            let label = escape_xml(&row.label);
            self.add(format_args!(r#"<text x="{x:.1}" y="{y:.1}">{label}</text>"#));
        }
    }

    fn bars(&mut self, row: usize) {
        let place = &self.chart.rows[row];
        let label = escape_xml(&place.label);
        for segment in self.chart.segments(self.chart.lane(place), self.columns()) {
            let (x, end) = (self.x(segment.start), self.x(segment.end));
            // Only what runs fills its lane, where there is room to show it.
            let inset = match segment.state {
                State::Running => 0.0,
                _ if self.bar < 10.0 => 0.0,
                _ => (self.bar * 0.2).round(),
            };
            self.add(format_args!(
                r#"<rect class="bar {}" x="{x:.2}" y="{:.1}" width="{:.2}" height="{:.1}"><title>{label}: {}</title></rect>"#,
                class(segment.state),
                self.tops[row] + inset,
                (end - x).max(0.6),
                self.bar - 2.0 * inset,
                hint(&segment),
            ));
        }
    }

    fn births(&mut self) {
        let mut arrows = Arrows::new(self.bar);
        for (at, row) in self.chart.rows.iter().enumerate() {
            if let Some(parent) = self.chart.parent(row) {
                let x = self.x(self.chart.lane(row).birth);
                let start = (x, self.tops[parent] + self.bar / 2.0);
                arrows.add(start, (x, self.tops[at]), self.bar);
            }
        }
        self.arrows("birth", &arrows);
    }

    /// An arrow from who woke to who was woken.
    fn handovers(&mut self) {
        let mut arrows = Arrows::new(self.bar);
        let mut last = vec![f64::MIN; self.chart.rows.len()];
        for Handover { from, at, to, arrives } in self.chart.handovers() {
            let x = self.x(arrives);
            if x - last[to] > ARROW_SPACE {
                last[to] = x;
                let start = (self.x(at), self.tops[from] + self.bar / 2.0);
                arrows.add(start, (x, self.tops[to]), self.bar);
            }
        }
        self.arrows("wake", &arrows);
    }

    fn arrows(&mut self, class: &str, arrows: &Arrows) {
        let width = if self.bar < 10.0 { 0.5 } else { 0.9 };
        self.add(format_args!(
            r#"<path class="{class}" stroke-width="{width}" d="{}"/><path class="{class}-head" d="{}"/>"#,
            arrows.lines, arrows.heads
        ));
    }

    /// A mark for everything printed, and the text itself where there is room for it.
    fn words(&mut self, row: usize) {
        let lane = self.chart.lane(&self.chart.rows[row]);
        let right = self.left + self.length;
        let (top, bottom) = (self.tops[row], self.tops[row] + self.bar);
        let mut free_from = self.left - 40.0;
        for word in self.chart.words(lane, self.length as usize) {
            let at = self.x(word.at);
            let columns = (self.length / WORD_CHARACTER) as usize;
            let text = escape_xml(&cut(&word.text, columns));
            let below = if self.worded[row] { 4.0 } else { 0.0 };
            self.add(format_args!(
                r#"<path class="print" d="M{at:.1} {top:.1}V{:.1}"><title>{}: {text}</title></path>"#,
                bottom + below,
                time(word.at.saturating_sub(self.chart.start)),
            ));
            let width = word.text.width().min(columns) as f64 * WORD_CHARACTER;
            // Text that does not fit up to the right edge ends there instead.
            let (x, anchor, start) = if at + width > right {
                (right, "end", right - width)
            } else {
                (at - 1.0, "start", at - 1.0)
            };
            if self.worded[row] && start >= free_from && !text.is_empty() {
                free_from = start + width + WORD_CHARACTER;
                let y = bottom + 13.0;
                self.add(format_args!(
                    r#"<text class="words" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
                ));
            }
        }
    }
}

/// Many thin arrows, drawn as one shape for the lines and one for the heads.
struct Arrows {
    lines: String,
    heads: String,
    size: f64,
}

impl Arrows {
    fn new(bar: f64) -> Arrows {
        Arrows { lines: String::new(), heads: String::new(), size: (bar * 0.35).clamp(1.2, 4.0) }
    }

    /// Ends at the edge of the bar at `to` that faces `from`.
    fn add(&mut self, from: (f64, f64), to: (f64, f64), bar: f64) {
        let downwards = from.1 < to.1;
        let (x, y) = if downwards { to } else { (to.0, to.1 + bar) };
        let back = if downwards { -self.size } else { self.size };
        let half = self.size * 0.6;
        let _ = write!(self.lines, "M{:.1} {:.1}L{x:.1} {:.1}", from.0, from.1, y + back);
        let _ = write!(self.heads, "M{x:.1} {y:.1}l{half:.1} {back:.1}h{:.1}z", -2.0 * half);
    }
}

fn indent(depth: usize) -> f64 {
    12.0 * depth.min(6) as f64
}

/// What a bar says when the mouse rests on it.
fn hint(segment: &Segment) -> String {
    let &Segment { state, times, total, .. } = segment;
    match times {
        0 | 1 => format!("{}, {}", Language::En.state(state), time(total)),
        _ => format!("{}, {} in {times} parts", Language::En.state(state), time(total)),
    }
}
