//! The chart as a picture that needs nothing but itself: no script, no font, no second file.
//!
//! Times are written in percent of the width, and all else in pixels: so bars grow with the place that
//! a page gives the picture, while words keep the size at which they are read, on a telephone too.

use std::fmt::{Display, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::time::Duration;

use text::{cut, escape_xml};
use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, Segment, time};
use crate::language::{Language, Spoken};
use crate::trace::State;
use crate::tree;

/// Where nothing else says how wide the picture is to be.
const WIDTH: usize = 960;
/// Words are laid out for a telephone and for a computer. The style shows one of the two.
const LAYOUTS: [(&str, f64); 2] = [("narrow", 340.0), ("wide", 700.0)];
const EDGE: f64 = 12.0;
/// The heights of a label, a bar, a line of printed words, a line of the legend, and of a picture of
/// many lanes in one.
const LABEL: f64 = 17.0;
const BAR: f64 = 13.0;
const WORDS: f64 = 15.0;
const LINE: f64 = 18.0;
const CROWD: f64 = 56.0;
/// The space between two lanes.
const SPACE: f64 = 5.0;
/// How wide a character of text is at most, on the average of a line.
const CHARACTER: f64 = 6.7;
/// Bars are cut so finely that a wide screen shows no step.
const COLUMNS: usize = 1400;
const CROWD_COLUMNS: usize = 180;
/// Of more lanes of one kind than this, the first and the last are drawn, and those between as one.
const MANY: usize = 8;
const FIRST: usize = 4;
const LAST: usize = 2;
/// More arrows than this hide what they are to explain.
const ARROWS: usize = 40;

const STYLE: &str = include_str!("svg.css");

/// Draws the chart as an SVG document. Lanes of one kind are drawn as one where there are many, unless
/// each is wanted.
pub fn draw(chart: &Chart<'_>, language: Language, every_lane: bool) -> String {
    Picture::new(chart, language, every_lane).draw()
}

/// A line of the picture: one row of the chart, or many of a kind.
struct Line {
    rows: Range<usize>,
    /// The upper edge of its bar.
    top: f64,
    words: bool,
}

impl Line {
    fn is_crowd(&self) -> bool {
        self.rows.len() > 1
    }

    fn height(&self) -> f64 {
        if self.is_crowd() { CROWD } else { BAR }
    }
}

struct Picture<'a> {
    chart: &'a Chart<'a>,
    language: Language,
    lines: Vec<Line>,
    /// What stands above the lanes, in lines.
    head: Vec<String>,
    legend: Vec<State>,
    top: f64,
    bottom: f64,
    /// The name of the arrow's head, which no other picture in the same page has.
    arrow: String,
    svg: String,
}

impl<'a> Picture<'a> {
    fn new(chart: &'a Chart<'a>, language: Language, every_lane: bool) -> Picture<'a> {
        let mut head = in_lines(chart.facts(language).split(" · "), " · ", LAYOUTS[0].1);
        for note in chart.notes(language, false) {
            head.extend(in_lines(note.split(' '), " ", LAYOUTS[0].1));
        }
        let top = EDGE + 20.0 + LINE * head.len() as f64 + LINE + 4.0;
        let mut y = top;
        let mut lines = Vec::new();
        for rows in folded(chart, every_lane) {
            let says = !chart.lane(&chart.rows[rows.start]).prints.is_empty();
            let words = rows.len() == 1 && says;
            y += LABEL;
            let line = Line { rows, top: y, words };
            y += line.height() + if words { WORDS } else { 0.0 } + SPACE;
            lines.push(line);
        }
        let shown = lines.iter().flat_map(|line| &chart.rows[line.rows.clone()]);
        let legend = chart.states(shown, COLUMNS / 4);
        let arrow = format!("arrow-{:016x}", fingerprint(chart, language));
        let svg = String::new();
        Picture { chart, language, lines, head, legend, top, bottom: y, arrow, svg }
    }

    fn draw(mut self) -> String {
        let entries = self.legend.iter().map(|&state| legend_width(self.language.state(state)));
        let legend_lines = flow(entries, LAYOUTS[0].1).last().map_or(0, |&(_, line)| line + 1);
        let height = self.bottom + 8.0 + LINE * legend_lines as f64 + EDGE;
        let title = escape_xml(&self.chart.title);
        let shown = escape_xml(&cut(&self.chart.title, 38));
        let language = self.language.choose("en", "zh");
        let arrow = self.arrow.clone();
        self.add(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0}" class="timeline" role="img" xml:lang="{language}" style="min-width:0;height:{height:.0}px">
<title>{title}</title>
<style>
{STYLE}</style>
<defs><marker id="{arrow}" class="head" markerWidth="7" markerHeight="7" refX="6" refY="3.5" orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0.5L7 3.5L0 6.5z"/></marker></defs>
<rect class="page" width="100%" height="{height:.0}" rx="8"/>
<svg x="1.5%" width="97%" height="{height:.0}">
<text class="title" x="0" y="{:.0}">{shown}</text>"#,
            EDGE + 14.0
        ));
        for (at, line) in self.head.clone().iter().enumerate() {
            let y = EDGE + 20.0 + LINE * (at + 1) as f64 - 4.0;
            self.add(format_args!(
                r#"<text class="faint" x="0" y="{y:.0}">{}</text>"#,
                escape_xml(line)
            ));
        }
        self.scale();
        // Below the names of the lanes, which they cross.
        self.arrows();
        for at in 0..self.lines.len() {
            self.line(at);
        }
        self.legend();
        self.svg + "</svg>\n</svg>\n"
    }

    fn add(&mut self, element: impl Display) {
        let _ = writeln!(self.svg, "{element}");
    }

    /// Where a moment stands, in percent.
    fn x(&self, at: Duration) -> f64 {
        self.chart.position(at) * 100.0
    }

    fn scale(&mut self) {
        let step = self.chart.scale(5);
        let (top, y, bottom) = (self.top, self.top - 6.0, self.bottom);
        for mark in (0..).take_while(|&mark| step * mark < self.chart.length()) {
            let at = self.chart.start + step * mark;
            let (x, label) = (self.x(at), time(step * mark));
            if x > 94.0 {
                break;
            }
            let anchor = if x < 3.0 { "start" } else { "middle" };
            self.add(format_args!(
                r#"<line class="grid" x1="{x:.2}%" x2="{x:.2}%" y1="{top:.0}" y2="{bottom:.0}"/><text class="scale" x="{x:.2}%" y="{y:.0}" text-anchor="{anchor}">{label}</text>"#
            ));
        }
    }

    fn line(&mut self, at: usize) {
        let line = &self.lines[at];
        let (rows, top, words) = (line.rows.clone(), line.top, line.words);
        let row = &self.chart.rows[rows.start];
        let indent = 10 * row.depth.min(4);
        let mut label = row.label_in(self.language);
        if rows.len() > 1 {
            let last = self.chart.rows[rows.end - 1].label_in(self.language);
            let last = last.split_once(' ').map_or(last.as_str(), |(_, number)| number);
            let count = rows.len();
            label = self.language.choose(
                format!("{label} … {last}: how many do what, of {count}"),
                format!("{label} … {last}：{count} 个，各在做什么的数量"),
            );
        }
        let label = escape_xml(&cut(&label, 50));
        self.add(format_args!(
            r#"<text class="label" x="{indent}" y="{:.0}">{label}</text>"#,
            top - 4.0
        ));
        if rows.len() > 1 {
            self.crowd(rows, top);
        } else {
            self.bars(rows.start, top);
            self.words(rows.start, top, words);
        }
    }

    fn bars(&mut self, row: usize, top: f64) {
        let place = &self.chart.rows[row];
        let label = escape_xml(&place.label_in(self.language));
        for segment in self.chart.segments(self.chart.lane(place), COLUMNS) {
            let (x, end) = (self.x(segment.start), self.x(segment.end));
            // Only what runs fills its lane.
            let inset = match segment.state {
                State::Running => 0.0,
                State::Held | State::System => 4.5,
                _ => 2.0,
            };
            let hint = self.hint(&segment);
            self.add(format_args!(
                r#"<rect class="bar {}" x="{x:.2}%" y="{:.1}" width="{:.2}%" height="{:.1}"><title>{label}: {hint}</title></rect>"#,
                segment.state.key(),
                top + inset,
                (end - x).max(0.08),
                BAR - 2.0 * inset,
            ));
        }
    }

    /// How many of many lanes are in which state, one above the other.
    fn crowd(&mut self, rows: Range<usize>, top: f64) {
        let count = rows.len();
        let mut columns = vec![[0_u32; State::COUNT]; CROWD_COLUMNS];
        for row in &self.chart.rows[rows] {
            for segment in self.chart.segments(self.chart.lane(row), CROWD_COLUMNS) {
                let column =
                    |at| ((self.chart.position(at) * CROWD_COLUMNS as f64) + 0.01) as usize;
                let first = column(segment.start).min(CROWD_COLUMNS - 1);
                let end = column(segment.end).clamp(first + 1, CROWD_COLUMNS);
                for column in &mut columns[first..end] {
                    column[segment.state as usize] += 1;
                }
            }
        }
        // A column that several states share counts a lane once for each: never more than all.
        let mut at = 0;
        for same in columns.chunk_by(|a, b| a == b) {
            let x = 100.0 * at as f64 / CROWD_COLUMNS as f64;
            let width = 100.0 * same.len() as f64 / CROWD_COLUMNS as f64 + 0.02;
            at += same.len();
            let most = (same[0].iter().sum::<u32>() as usize).max(count) as f64;
            let mut y = top + CROWD;
            for state in State::ALL {
                let number = same[0][state as usize];
                if number > 0 {
                    let height = f64::from(number) / most * CROWD;
                    y -= height;
                    let name = self.language.state(state);
                    self.add(format_args!(
                        r#"<rect class="bar {}" x="{x:.2}%" y="{y:.1}" width="{width:.2}%" height="{height:.1}"><title>{number} × {name}</title></rect>"#,
                        state.key(),
                    ));
                }
            }
        }
    }

    /// A mark for everything printed, and the text itself where there is room for it.
    fn words(&mut self, row: usize, top: f64, with_text: bool) {
        let lane = self.chart.lane(&self.chart.rows[row]);
        let words = self.chart.words(lane, COLUMNS / 2);
        let bottom = top + BAR + if with_text { 3.0 } else { 0.0 };
        for word in &words {
            let x = self.x(word.at);
            self.add(format_args!(
                r#"<line class="print" x1="{x:.2}%" x2="{x:.2}%" y1="{top:.1}" y2="{bottom:.1}"><title>{}: {}</title></line>"#,
                time(word.at.saturating_sub(self.chart.start)),
                escape_xml(&cut(&word.text, 200)),
            ));
        }
        if !with_text {
            return;
        }
        for (class, width) in LAYOUTS {
            let mut free_from = 0.0;
            for word in words.iter().filter(|word| !word.text.is_empty()) {
                let text = cut(&word.text, (width / CHARACTER) as usize);
                let (at, long) = (self.x(word.at) / 100.0 * width, text.width() as f64 * CHARACTER);
                // Text that does not fit up to the right edge ends there instead.
                let (x, anchor, start) = if at + long > width {
                    (100.0, "end", width - long)
                } else {
                    (self.x(word.at), "start", at)
                };
                if start >= free_from {
                    free_from = start + long + 2.0 * CHARACTER;
                    self.add(format_args!(
                        r#"<text class="words {class}" x="{x:.2}%" y="{:.0}" text-anchor="{anchor}">{}</text>"#,
                        top + BAR + WORDS - 2.0,
                        escape_xml(&text)
                    ));
                }
            }
        }
    }

    /// Who made whom, and who woke whom, where there are few enough to be followed.
    fn arrows(&mut self) {
        let line_of = |row: usize| self.lines.iter().find(|line| line.rows.contains(&row));
        let mut births = Vec::new();
        for (at, row) in self.chart.rows.iter().enumerate() {
            if let Some((from, to)) = self.chart.parent(row).and_then(line_of).zip(line_of(at))
                && !to.is_crowd()
            {
                let x = self.x(self.chart.lane(row).birth);
                births.push((x, from.top + from.height() / 2.0, x, to.top));
            }
        }
        let mut wakes = Vec::new();
        for handover in self.chart.handovers() {
            if let Some((from, to)) = line_of(handover.from).zip(line_of(handover.to))
                && !from.is_crowd()
                && !to.is_crowd()
            {
                let end = if from.top < to.top { to.top } else { to.top + to.height() };
                let start = from.top + from.height() / 2.0;
                wakes.push((self.x(handover.at), start, self.x(handover.arrives), end));
            }
        }
        for (class, arrows) in [("birth", births), ("wake", wakes)] {
            if arrows.len() > ARROWS {
                continue;
            }
            let head = self.arrow.clone();
            for (x1, y1, x2, y2) in arrows {
                self.add(format_args!(
                    r#"<line class="{class}" x1="{x1:.2}%" y1="{y1:.1}" x2="{x2:.2}%" y2="{y2:.1}" marker-end="url(#{head})"/>"#
                ));
            }
        }
    }

    /// What the colours mean, as far as they occur.
    fn legend(&mut self) {
        let language = self.language;
        let top = self.bottom + 8.0;
        for (class, width) in LAYOUTS {
            let entries = self.legend.iter().map(|&state| legend_width(language.state(state)));
            let places = flow(entries, width);
            for (state, (x, line)) in self.legend.clone().into_iter().zip(places) {
                let y = top + LINE * line as f64;
                self.add(format_args!(
                    r#"<g class="{class}"><rect class="{}" x="{x:.0}" y="{y:.0}" width="11" height="11" rx="2"/><text x="{:.0}" y="{:.0}">{}</text></g>"#,
                    state.key(),
                    x + 17.0,
                    y + 10.0,
                    language.state(state)
                ));
            }
        }
    }

    /// What a bar says when the mouse rests on it.
    fn hint(&self, segment: &Segment) -> String {
        let &Segment { state, times, total, .. } = segment;
        let (state, total) = (self.language.state(state), time(total));
        match times {
            0 | 1 => format!("{state}, {total}"),
            _ => self.language.choose(
                format!("{state}, {total} in {times} parts"),
                format!("{state}, {total}，分 {times} 段"),
            ),
        }
    }
}

/// A number that another picture hardly has: not of another run, and not in another language.
fn fingerprint(chart: &Chart<'_>, language: Language) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&chart.title, language as u8, chart.start, chart.end).hash(&mut hasher);
    for row in &chart.rows {
        let lane = chart.lane(row);
        (lane.tid, lane.birth, lane.death).hash(&mut hasher);
    }
    hasher.finish()
}

/// The rows of each line.
fn folded(chart: &Chart<'_>, every_lane: bool) -> Vec<Range<usize>> {
    if every_lane {
        return (0..chart.rows.len()).map(|row| row..row + 1).collect();
    }
    let mut lines = Vec::new();
    for group in tree::groups(chart.trace, &chart.rows) {
        let crowd = if group.len() > MANY {
            group.start + FIRST..group.end - LAST
        } else {
            group.end..group.end
        };
        lines.extend((group.start..crowd.start).map(|row| row..row + 1));
        if !crowd.is_empty() {
            lines.push(crowd.clone());
        }
        lines.extend((crowd.end..group.end).map(|row| row..row + 1));
    }
    lines
}

fn legend_width(label: &str) -> f64 {
    17.0 + label.width() as f64 * CHARACTER + 12.0
}

/// Where each of some things stands, from left to right and line by line.
fn flow(widths: impl IntoIterator<Item = f64>, width: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (0.0, 0);
    let mut places = Vec::new();
    for wide in widths {
        if x > 0.0 && x + wide > width {
            (x, line) = (0.0, line + 1);
        }
        places.push((x, line));
        x += wide;
    }
    places
}

/// Pieces of a text in lines that are not wider than so much.
fn in_lines<'t>(pieces: impl Iterator<Item = &'t str>, between: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line)
                if (line.width() + between.len() + piece.width()) as f64 * CHARACTER <= width =>
            {
                *line += between;
                *line += piece;
            }
            _ => lines.push(piece.to_string()),
        }
    }
    lines
}
