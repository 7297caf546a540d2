//! What there is to draw: which lanes, in which order, under which names, from when to when.

use std::time::Duration;

use crate::language::{Language, Spoken};
use crate::trace::{Lane, Print, State, Trace};
use crate::tree::{self, Row};

/// A trace made ready to be drawn.
pub struct Chart<'a> {
    pub trace: &'a Trace,
    pub title: String,
    pub rows: Vec<Row>,
    /// The row of each lane that has one.
    row_of: Vec<Option<usize>>,
    /// Where the picture begins: just before the first thing worth seeing.
    pub start: Duration,
    pub end: Duration,
}

/// A piece of a lane that looks alike at the resolution of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub state: State,
    pub start: Duration,
    pub end: Duration,
    /// How many times the lane was in this state here, and how long these times were in all.
    pub times: usize,
    pub total: Duration,
}

/// What a lane printed at about one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    pub at: Duration,
    pub text: String,
}

/// One row's call woke another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Handover {
    pub from: usize,
    pub at: Duration,
    pub to: usize,
    pub arrives: Duration,
}

impl<'a> Chart<'a> {
    /// With `every_thread` the threads that libraries make for themselves are in it, with
    /// `from_start` the time in which the program loads itself.
    pub fn new(trace: &'a Trace, title: String, every_thread: bool, from_start: bool) -> Chart<'a> {
        let start = if from_start { Duration::ZERO } else { story_start(trace) };
        let rows = tree::rows(trace, every_thread);
        let mut row_of = vec![None; trace.lanes.len()];
        for (at, row) in rows.iter().enumerate() {
            row_of[row.lane] = Some(at);
        }
        Chart {
            trace,
            title,
            rows,
            row_of,
            start,
            // A picture of nothing still needs a width.
            end: trace.end.max(start + Duration::from_nanos(1)),
        }
    }

    /// How much there was and how it ended, in a line.
    pub fn facts(&self, language: Language) -> String {
        let trace = self.trace;
        let is_process = |row: &&Row| trace.lanes[row.lane].is_process();
        let mut facts = vec![
            language.processes(self.rows.iter().filter(is_process).count()),
            language.threads(self.rows.len()),
            time(trace.end),
            language.outcome(trace.outcome),
        ];
        let left_out = trace.lanes.len() - self.rows.len();
        if left_out > 0 {
            facts.push(language.helpers_left_out(left_out));
        }
        facts.join(" · ")
    }

    /// What a reader must know to read the picture rightly, a line for each. To the one who made it,
    /// `by_command`, they name the options that change it.
    pub fn notes(&self, language: Language, by_command: bool) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        if !self.start.is_zero() {
            let option = if by_command { " (--from-start)" } else { "" };
            notes.push(language.not_drawn(self.start) + option);
        }
        notes.extend(self.trace.notes.iter().map(|note| language.note(note)));
        notes
    }

    pub fn lane(&self, row: &Row) -> &'a Lane {
        &self.trace.lanes[row.lane]
    }

    pub fn length(&self) -> Duration {
        self.end - self.start
    }

    /// Where a moment stands in the picture, from 0 at its left edge to 1 at its right.
    pub fn position(&self, at: Duration) -> f64 {
        let since = at.clamp(self.start, self.end) - self.start;
        since.as_secs_f64() / self.length().as_secs_f64()
    }

    /// The states that can be seen in these lanes in a picture of so many columns.
    pub fn states<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r Row>,
        columns: usize,
    ) -> Vec<State> {
        let mut seen = [false; State::COUNT];
        for row in rows {
            for segment in self.segments(self.lane(row), columns) {
                seen[segment.state as usize] = true;
            }
        }
        State::ALL.into_iter().filter(|&state| seen[state as usize]).collect()
    }

    /// Cuts a lane into what can be seen in a picture of so many columns: in each column the
    /// state that took most of it. A picture of a million short waits stays small that way.
    pub fn segments(&self, lane: &Lane, columns: usize) -> Vec<Segment> {
        let edge =
            |column: usize| self.start + self.length().mul_f64(column as f64 / columns as f64);
        let column_at =
            |at: Duration| ((self.position(at) * columns as f64) as usize).min(columns - 1);

        let mut segments: Vec<Segment> = Vec::new();
        let mut add = |first: usize, end: usize, state: State| {
            let (start, end) = (edge(first).max(lane.birth), edge(end).min(lane.death));
            match segments.last_mut() {
                Some(last) if last.state == state => last.end = end,
                _ => segments.push(Segment { state, start, end, times: 0, total: Duration::ZERO }),
            }
        };
        // How long the lane was in each state in the column that is being filled.
        let mut spent = [Duration::ZERO; State::COUNT];
        let mut filling = None;
        let most = |spent: &[Duration; State::COUNT]| {
            let most = State::ALL.into_iter().max_by_key(|&state| spent[state as usize]);
            most.filter(|&state| !spent[state as usize].is_zero())
        };
        let stretches = lane.stretches();
        for stretch in stretches.iter().filter(|stretch| stretch.end > self.start) {
            let (first, last) = (column_at(stretch.start), column_at(stretch.end));
            if filling.is_some_and(|column| column != first) {
                let column = filling.take().unwrap_or(first);
                if let Some(state) = most(&spent) {
                    add(column, column + 1, state);
                }
                spent = [Duration::ZERO; State::COUNT];
            }
            let from = stretch.start.max(self.start);
            spent[stretch.state as usize] += stretch.end.min(edge(first + 1)).saturating_sub(from);
            filling = Some(first);
            if last > first {
                if let Some(state) = most(&spent) {
                    add(first, first + 1, state);
                }
                if last > first + 1 {
                    add(first + 1, last, stretch.state);
                }
                spent = [Duration::ZERO; State::COUNT];
                spent[stretch.state as usize] = stretch.end.saturating_sub(edge(last));
                filling = Some(last);
            }
        }
        if let Some((column, state)) = filling.zip(most(&spent)) {
            add(column, column + 1, state);
        }

        // Both lists are in order of time.
        let mut first = 0;
        for segment in &mut segments {
            first += stretches[first..].partition_point(|s| s.end <= segment.start);
            let inside = stretches[first..].iter().take_while(|s| s.start < segment.end);
            for stretch in inside.filter(|s| s.state == segment.state) {
                segment.times += 1;
                segment.total += stretch.length();
            }
        }
        segments
    }

    /// What a lane printed, with everything joined that came at about the same moment. For how long the
    /// lane was kept from going on in between does not matter.
    ///
    /// A line may come in pieces: Python writes the end of one by itself when it does not buffer.
    pub fn words(&self, lane: &Lane, columns: usize) -> Vec<Words> {
        const MOMENT: Duration = Duration::from_millis(1);
        let moment = (self.length() / columns as u32).min(MOMENT);
        let kept = [State::Ready, State::Held, State::System, State::Interpreter, State::Output];
        let mut waits = lane.waits.iter().filter(|wait| kept.contains(&wait.state)).peekable();
        // For how long it was kept until a print, and until the first of those that are joined.
        let (mut until, mut until_first) = (Duration::ZERO, Duration::ZERO);
        let mut words: Vec<Words> = Vec::new();
        for Print { at, text, .. } in lane.prints.iter().filter(|print| print.at >= self.start) {
            while let Some(wait) = waits.next_if(|wait| wait.end <= *at) {
                until += wait.end - wait.start;
            }
            match words.last_mut() {
                Some(last) if *at < last.at + moment + (until - until_first) => last.text += text,
                _ => {
                    words.push(Words { at: *at, text: text.clone() });
                    until_first = until;
                }
            }
        }
        for word in &mut words {
            let lines: Vec<_> =
                word.text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            let line = lines.join(" ⏎ ");
            word.text = line.replace(char::is_control, "�");
        }
        words
    }

    /// The row of who made the lane of this row: where that is a thread which is left out, the row
    /// of its process.
    pub fn parent(&self, row: &Row) -> Option<usize> {
        let parent = self.lane(row).parent?;
        let pid = self.trace.lanes[parent].pid;
        let process = |at: &usize| self.lane(&self.rows[*at]).tid == pid;
        self.row_of[parent].or_else(|| (0..self.rows.len()).find(process))
    }

    /// The waits that another lane in the picture ended.
    pub fn handovers(&self) -> Vec<Handover> {
        let mut handovers = Vec::new();
        for (to, row) in self.rows.iter().enumerate() {
            for wait in &self.lane(row).waits {
                let handed = matches!(wait.state, State::Lock | State::Wakeup);
                if let Some(wake) = wait.woken().filter(|_| handed)
                    && let Some(from) = self.row_of[wake.by]
                    && from != to
                {
                    handovers.push(Handover { from, at: wake.at, to, arrives: wait.end });
                }
            }
        }
        handovers
    }

    /// The time between two marks of the scale, so that there are at most so many of them.
    pub fn scale(&self, marks: usize) -> Duration {
        let least = self.length() / marks as u32;
        let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let mut steps = steps.map(Duration::from_micros);
        steps.find(|&step| step >= least).unwrap_or(least)
    }
}

/// A length of time with about three digits.
pub fn time(length: Duration) -> String {
    let millis = length.as_secs_f64() * 1e3;
    match millis {
        0.0 => "0".to_string(),
        ..0.9995 => format!("{:.0} µs", millis * 1e3),
        ..9.995 => format!("{} ms", rounded(millis, 2)),
        ..99.95 => format!("{} ms", rounded(millis, 1)),
        ..999.5 => format!("{millis:.0} ms"),
        _ => format!("{} s", rounded(millis / 1e3, 2)),
    }
}

fn rounded(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Before the first birth, the first word and the first sleep a program mostly loads itself, which
/// takes Python long and tells nothing. When it takes longer than loading does, it is part of the
/// story.
fn story_start(trace: &Trace) -> Duration {
    const LOADING: Duration = Duration::from_millis(100);
    let birth = trace.lanes.get(1).map(|lane| lane.birth);
    let word = trace.lanes.iter().filter_map(|lane| Some(lane.prints.first()?.at)).min();
    let waits = trace.lanes.first().into_iter().flat_map(|lane| &lane.waits);
    let sleep = waits.filter(|wait| wait.state == State::Sleeping).map(|wait| wait.start).min();
    match [birth, word, sleep].into_iter().flatten().min() {
        Some(first) if first <= LOADING => first.saturating_sub((trace.end - first) / 25),
        _ => Duration::ZERO,
    }
}
