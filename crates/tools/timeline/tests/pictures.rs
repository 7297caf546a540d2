//! The JSON and the SVG of a real program, held against their formats.
#![cfg(target_os = "linux")]

mod common;

use std::collections::HashMap;

use common::{specimen, watch};
use serde_json::Value;

#[test]
fn the_json_is_in_the_trace_event_format() {
    let trace = watch(&[], &[specimen().to_str().unwrap(), "family"]).trace;
    let mut arrows: HashMap<i64, Vec<&Value>> = HashMap::new();
    for event in &trace.events {
        let has = |key: &str| assert!(!event[key].is_null(), "no {key} in {event}");
        ["name", "ph", "pid", "tid"].into_iter().for_each(has);
        assert!(event["name"].is_string(), "{event}");
        assert!(event["pid"].as_i64().is_some_and(|pid| pid > 0), "{event}");
        assert!(event["tid"].as_i64().is_some_and(|tid| tid > 0), "{event}");
        if event["ph"] != "M" {
            has("cat");
            assert!(event["ts"].as_f64().is_some_and(|ts| ts >= 0.0), "{event}");
        }
        match event["ph"].as_str().unwrap() {
            "M" => has("args"),
            "X" => assert!(event["dur"].as_f64().is_some_and(|dur| dur > 0.0), "{event}"),
            "i" => assert_eq!(event["s"], "t"),
            "s" | "f" => arrows.entry(event["id"].as_i64().unwrap()).or_default().push(event),
            other => panic!("{other} is no phase that is used here"),
        }
    }
    for ends in arrows.values() {
        let phases: Vec<_> = ends.iter().map(|end| end["ph"].as_str().unwrap()).collect();
        assert_eq!(phases, ["s", "f"], "{ends:?}");
        assert!(ends[0]["ts"].as_f64() <= ends[1]["ts"].as_f64(), "{ends:?}");
        // Without it Perfetto ties the end to the next bar that begins later, not to the one it is in.
        assert_eq!(ends[1]["bp"], "e", "{ends:?}");
        // An arrow without a bar at its ends is not drawn.
        for end in ends {
            let inside = trace.events.iter().any(|bar| {
                let start = bar["ts"].as_f64().unwrap_or(f64::MAX);
                let length = bar["dur"].as_f64().unwrap_or(0.0);
                let at = end["ts"].as_f64().unwrap();
                bar["ph"] == "X" && bar["tid"] == end["tid"] && start <= at && at <= start + length
            });
            assert!(inside, "no bar at {end}");
        }
    }
    let bars = trace.events.iter().filter(|event| event["ph"] == "X");
    let mut ends: HashMap<i64, f64> = HashMap::new();
    for bar in bars {
        let (start, length) = (bar["ts"].as_f64().unwrap(), bar["dur"].as_f64().unwrap());
        if let Some(end) = ends.insert(bar["tid"].as_i64().unwrap(), start + length) {
            assert!((end - start).abs() < 0.001, "a gap or an overlap before {bar}");
        }
    }
}

/// What Perfetto ties an arrow to, which reads events in the order of their times, those of one time
/// as they stand in the file: to the bar that began last in the lane, if it has not ended yet.
#[test]
fn every_arrow_arrives_as_perfetto_reads_it() {
    let trace = watch(&[], &["bank_lock"]).trace;
    let mut events: Vec<&Value> = trace.events.iter().filter(|e| e["ph"] != "M").collect();
    events.sort_by(|a, b| a["ts"].as_f64().unwrap().total_cmp(&b["ts"].as_f64().unwrap()));
    let mut open: HashMap<i64, &Value> = HashMap::new();
    let mut arrived: HashMap<&str, Vec<&str>> = HashMap::new();
    for event in events {
        let lane = event["tid"].as_i64().unwrap();
        match event["ph"].as_str().unwrap() {
            "X" => drop(open.insert(lane, event)),
            phase @ ("s" | "f") => {
                let bar = open.get(&lane).unwrap_or_else(|| panic!("no bar at {event}"));
                let end = bar["ts"].as_f64().unwrap() + bar["dur"].as_f64().unwrap();
                assert!(end >= event["ts"].as_f64().unwrap() - 0.001, "{event} after {bar}");
                let enclosing = phase == "s" || event["bp"] == "e";
                assert!(enclosing, "{event} is tied to the next bar");
                if phase == "f" {
                    let kind = event["name"].as_str().unwrap();
                    arrived.entry(kind).or_default().push(bar["name"].as_str().unwrap());
                }
            }
            _ => {}
        }
    }
    assert_eq!(arrived["birth"].len(), 100);
    assert!(arrived["wake"].len() > 50);
    // Whoever is handed the lock goes on.
    let goes_on = |name: &&&str| !name.starts_with("waiting for a lock");
    assert_eq!(arrived["wake"].iter().filter(goes_on).count(), arrived["wake"].len());
}

#[test]
fn the_svg_needs_nothing_but_itself() {
    let run = watch(&[], &["bank_lock"]);
    let document = roxmltree::Document::parse(&run.svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    assert_eq!(child_text(root, "title"), Some("bank_lock"));

    for node in root.descendants() {
        assert!(!["script", "image", "use", "foreignObject"].contains(&node.tag_name().name()));
        assert!(!node.attributes().any(|attribute| attribute.name() == "href"), "{node:?}");
    }
    let style = child_text(root, "style").unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(style.contains("light-dark("));
    for rule in style.lines().filter(|line| line.contains('{')) {
        let rule = rule.strip_prefix("@media (min-width: 760px) { ").unwrap_or(rule);
        let of_the_picture = rule.starts_with(".timeline ") || rule.starts_with("svg.timeline");
        assert!(of_the_picture, "reaches beyond the picture: {rule}");
    }
}

#[test]
fn the_svg_has_a_lane_for_each_thread_and_a_hint_for_each_bar() {
    let run = watch(&["--every-lane", "--language", "en"], &["bank_lock"]);
    let document = roxmltree::Document::parse(&run.svg).unwrap();
    let bars = document
        .descendants()
        .filter(|node| node.attribute("class").is_some_and(|class| class.starts_with("bar ")));
    let number = |node: roxmltree::Node<'_, '_>, name| -> f64 {
        node.attribute(name).unwrap().trim_end_matches('%').parse().unwrap()
    };
    let height = number(document.root_element(), "height");

    let mut lanes: Vec<&str> = Vec::new();
    for bar in bars {
        let hint = child_text(bar, "title").unwrap();
        let (lane, state) = hint.split_once(": ").unwrap();
        assert!(state.contains("ms") || state.contains("µs") || state.contains(" s"), "{hint}");
        if !lanes.contains(&lane) {
            lanes.push(lane);
        }
        assert!(bar.attribute("x").unwrap().ends_with('%'));
        assert!(number(bar, "x") >= 0.0 && number(bar, "width") > 0.0);
        assert!(number(bar, "x") + number(bar, "width") <= 100.2, "{hint}");
        assert!(number(bar, "y") + number(bar, "height") <= height, "{hint}");
    }
    assert_eq!(lanes.len(), 101);
}

#[test]
fn many_lanes_of_one_kind_are_folded_in_the_language_of_the_name() {
    let folder = common::Folder::new();
    let [english, chinese] = ["x.en.svg", "x.zh.svg"].map(|name| folder.0.join(name));
    let mut command = common::timeline();
    command.arg("--svg").arg(&english).arg("--svg").arg(&chinese).arg("bank_lock");
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    let arrow = |path| -> String {
        let svg = std::fs::read_to_string(path).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let mut ids = document.descendants().filter_map(|node| node.attribute("id"));
        let id = ids.next().unwrap().to_string();
        assert_eq!(ids.next(), None);
        let ends = document.descendants().filter_map(|node| node.attribute("marker-end"));
        assert!(ends.clone().count() > 0);
        assert!(ends.into_iter().all(|end| end == format!("url(#{id})")));
        id
    };
    // Both may stand in one page, where a name means the first that has it.
    assert_ne!(arrow(&english), arrow(&chinese));
    let texts = |path| -> Vec<String> {
        let svg = std::fs::read_to_string(path).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
        texts.map(|node| node.text().unwrap().to_string()).collect()
    };
    let (english, chinese) = (texts(english), texts(chinese));
    assert!(english.iter().any(|text| text == "thread 5 … 98: how many do what, of 94"));
    assert!(chinese.iter().any(|text| text == "线程 5 … 98：94 个，各在做什么的数量"));
    let lanes = english.iter().filter(|text| text.starts_with("thread ")).count();
    assert_eq!(lanes, 4 + 1 + 2);
    assert!(english.iter().any(|text| text == "waiting for a lock"));
    assert!(chinese.iter().any(|text| text == "等锁"));
}

fn child_text<'a>(node: roxmltree::Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children()
        .find(|child| child.has_tag_name(name) || child.tag_name().name() == name)?
        .text()
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let folder = common::Folder::new();
    let page = folder.0.join("page.html");
    // A name that would end the script, if it were put there as it is.
    let odd = "echo '</script><b>'; sleep 0.05 # </script>";
    let output =
        common::timeline().arg("--html").arg(&page).args(["sh", "-c", odd]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("@import"));
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["rows"][0]["prints"][0][1], "</script><b>\n");
    // Every state has its colour in the page.
    for state in data["states"].as_array().unwrap() {
        let color = format!("--{}: light-dark(", state["key"].as_str().unwrap());
        assert!(page.contains(&color), "{color}");
    }
}

#[test]
#[ignore = "needs node, npm and chromium"]
fn a_reader_can_look_into_the_page() {
    let folder = common::Folder::new();
    let page = folder.0.join("page.html");
    let output = common::timeline()
        .args(["--language", "en", "--html"])
        .arg(&page)
        .arg("bank_lock")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let check = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/check");
    let run = |program: &str, args: &[&str]| {
        let mut command = std::process::Command::new(program);
        let output = command.args(args).current_dir(&check).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    // What one test installs another would take away while it is used.
    let alone = std::fs::File::open(check.join("package.json")).unwrap();
    alone.lock().unwrap();
    run("npm", &["ci", "--no-audit", "--no-fund", "--silent"]);
    run("node", &["timeline.mjs", page.to_str().unwrap(), "100"]);
}
