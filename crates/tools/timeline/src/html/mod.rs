//! The chart as a page to look into: one file that needs no other and no network.
//!
//! `page.css` and `page.js` are put into the page as they are; here is what they are given to show.

use std::time::Duration;

use serde_json::{Value, json};
use text::escape_xml;

use crate::chart::Chart;
use crate::language::{Language, Spoken};
use crate::trace::{Lane, State};
use crate::tree;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A browser draws so many bars without making its reader wait.
const BARS: usize = 400_000;

/// Draws the chart as an HTML document. The reader may choose the other language.
pub fn draw(chart: &Chart<'_>, language: Language) -> String {
    // Inside a script nothing ends it but this.
    let data = data(chart, language).to_string().replace("</", "<\\/");
    let title = escape_xml(&chart.title);
    let name = language.choose("en", "zh");
    format!(
        r#"<!DOCTYPE html>
<html lang="{name}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<noscript>This page draws itself with JavaScript. 本页用 JavaScript 绘制。</noscript>
<script type="application/json" id="data">{data}</script>
<script>
{SCRIPT}</script>
</body>
</html>
"#
    )
}

fn data(chart: &Chart<'_>, language: Language) -> Value {
    let both = |say: &dyn Fn(Language) -> Value| json!([say(Language::En), say(Language::Zh)]);
    let mut lanes: Vec<Lane> = chart.rows.iter().map(|row| chart.lane(row).clone()).collect();
    let mut grain = Duration::from_micros(100);
    while lanes.iter().map(|lane| lane.waits.len()).sum::<usize>() > BARS {
        lanes.iter_mut().for_each(|lane| lane.coarsen(grain));
        grain *= 2;
    }

    let row_of = |lane: usize| chart.rows.iter().position(|row| row.lane == lane);
    let rows: Vec<Value> = chart
        .rows
        .iter()
        .zip(&lanes)
        .map(|(row, lane)| {
            let stretches = lane.stretches();
            let bars: Vec<Value> =
                stretches.iter().flat_map(|s| [json!(s.state as usize), micros(s.start)]).collect();
            // What is known of some waits, by the moment at which they begin.
            let whom: Vec<Value> = lane
                .waits
                .iter()
                .filter_map(|wait| {
                    let whom = wait.whom().and_then(row_of)?;
                    Some(json!([micros(wait.start), whom]))
                })
                .collect();
            let prints: Vec<Value> = lane
                .prints
                .iter()
                .map(|print| json!([micros(print.at), print.text, print.bytes]))
                .collect();
            json!({
                "name": [row.label_in(Language::En), row.label_in(Language::Zh)],
                "depth": row.depth,
                "process": lane.is_process(),
                "id": lane.tid,
                "parent": chart.parent(row),
                "birth": micros(lane.birth),
                "death": micros(lane.death),
                "bars": bars,
                "whom": whom,
                "prints": prints,
            })
        })
        .collect();
    let wakes: Vec<Value> = chart
        .handovers()
        .iter()
        .map(|h| json!([h.from, micros(h.at), h.to, micros(h.arrives)]))
        .collect();
    let groups: Vec<Value> = tree::groups(chart.trace, &chart.rows)
        .into_iter()
        .map(|group| json!([group.start, group.end]))
        .collect();
    json!({
        "title": chart.title,
        "language": language.choose(0, 1),
        "facts": both(&|language| chart.facts(language).into()),
        "notes": both(&|language| {
            chart.trace.notes.iter().map(|note| language.note(note)).collect()
        }),
        "states": State::ALL.map(|state| json!({
            "key": state.key(),
            "name": [Language::En.state(state), Language::Zh.state(state)],
        })),
        "start": micros(chart.start),
        "end": micros(chart.end),
        "cores": chart.trace.cores,
        "rows": rows,
        "groups": groups,
        "wakes": wakes,
    })
}

/// Times are in microseconds, to a tenth.
fn micros(time: Duration) -> Value {
    let tenths = (time.as_nanos() + 50) / 100;
    if tenths.is_multiple_of(10) {
        json!((tenths / 10) as u64)
    } else {
        json!(tenths as f64 / 10.0)
    }
}
