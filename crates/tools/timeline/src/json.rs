//! The chart in the Chrome trace event format, which Perfetto and chrome://tracing open.

use std::time::Duration;

use serde_json::{Value, json};

use crate::chart::Chart;
use crate::language::{Language, Spoken};

/// Writes everything that was seen of the lanes of the chart, from the start of the program on.
pub fn draw(chart: &Chart<'_>) -> String {
    let mut events = Vec::new();
    for (order, row) in chart.rows.iter().enumerate() {
        let lane = chart.lane(row);
        let event = |phase: &str, name: &str, mut rest: Value| {
            rest["ph"] = phase.into();
            rest["name"] = name.into();
            rest["pid"] = lane.pid.into();
            rest["tid"] = lane.tid.into();
            rest
        };
        if lane.is_process() {
            let args = json!({ "args": { "name": row.label } });
            events.push(event("M", "process_name", args));
        }
        events.push(event("M", "thread_name", json!({ "args": { "name": row.label } })));
        events.push(event("M", "thread_sort_index", json!({ "args": { "sort_index": order } })));
        for stretch in lane.stretches() {
            let rest = json!({
                "cat": "state",
                "ts": micros(stretch.start),
                "dur": micros(stretch.length()),
            });
            events.push(event("X", Language::En.state(stretch.state), rest));
        }
        for print in &lane.prints {
            let rest = json!({
                "cat": "print",
                "s": "t",
                "ts": micros(print.at),
                "args": { "text": print.text, "bytes": print.bytes },
            });
            events.push(event("i", print.text.trim_end(), rest));
        }
    }

    let mut arrow = |category: &str, from: (usize, Duration), to: (usize, Duration)| {
        // The two ends of an arrow are two events with the same number.
        let id = events.len();
        for (phase, (row, at)) in [("s", from), ("f", to)] {
            let lane = chart.lane(&chart.rows[row]);
            let mut event = json!({
                "ph": phase,
                "name": category,
                "cat": category,
                "id": id,
                "pid": lane.pid,
                "tid": lane.tid,
                "ts": micros(at),
            });
            if phase == "f" {
                // Without this an arrow arrives at the next bar that begins later.
                event["bp"] = "e".into();
            }
            events.push(event);
        }
    };
    for (at, row) in chart.rows.iter().enumerate() {
        if let Some(parent) = chart.parent(row) {
            let birth = chart.lane(row).birth;
            arrow("birth", (parent, birth), (at, birth));
        }
    }
    for handover in chart.handovers() {
        arrow("wake", (handover.from, handover.at), (handover.to, handover.arrives));
    }

    let trace = json!({
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": { "title": chart.title, "cores": chart.trace.cores },
    });
    format!("{trace}\n")
}

/// The unit of the format. The part behind the point keeps the nanoseconds.
fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}
