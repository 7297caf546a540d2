//! The games in the pages: a page tells a question and its answers, and shows a board to play on.
//!
//! A page has a block like this, fenced by three backticks each:
//!
//! ```text
//! play bank_no_lock bank_lock bank_no_lock.py
//! Two deposits of 1 yuan each: how much can be left?
//!
//! - 1 yuan = 余额：1 元
//! - 3 yuan = 余额：3 元
//!
//! * P1.1 = the daemon
//! ```
//!
//! The first line names the data in `docs/play`: the game itself, then its twin, and the same lesson in
//! Python, if there are any. Each answer has a label, and behind ` = ` which endings it stands for: those
//! of which all parts fit that are joined by ` & `, or all of another such list behind ` | `. A part fits
//! if it stands in what is printed; `*` in it is any text, `\n` the end of a line, and `!` before it means
//! that it does not. How the program ends stands behind what it prints, as `[returned]`, `[exited 1]` or
//! `[deadlock]`. An answer that stands for no ending is a decoy. Every ending must belong to one answer.
//!
//! A line with a star gives a process a name: the first child of main is `P1.1`, its second child `P1.2`.
//!
//! Without a script, the page shows the question and the answers.

use std::fmt::Write;

use serde_json::{Value, json};

/// Where the games' data is.
pub const FOLDER: &str = "docs/play";

const FENCE: &str = "```play ";

/// A game as a page has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Play {
    /// The names of the data: the game first.
    pub data: Vec<String>,
    /// The question, in lines.
    pub question: Vec<String>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// What processes are called: the place of each in the tree, and its name.
    pub names: Vec<(String, String)>,
}

/// An answer that can be ticked.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub label: String,
    /// Which endings it stands for.
    pub pattern: String,
}

/// A page with its games as HTML.
///
/// # Errors
///
/// Says what is wrong with a block, or which ending does not belong to one answer.
pub fn page(page: &str, read: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut shown = String::new();
    for part in parts(page)? {
        match part {
            Part::Line(line) => {
                shown.push_str(line);
                shown.push('\n');
            }
            Part::Play(play) => shown.push_str(&html(&play, &read)?),
        }
    }
    Ok(shown)
}

/// The games of a page.
///
/// # Errors
///
/// Says what is wrong with a block.
pub fn plays(page: &str) -> Result<Vec<Play>, String> {
    let plays = parts(page)?.into_iter().filter_map(|part| match part {
        Part::Line(_) => None,
        Part::Play(play) => Some(play),
    });
    Ok(plays.collect())
}

enum Part<'a> {
    Line(&'a str),
    Play(Play),
}

fn parts(page: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        parts.push(match line.strip_prefix(FENCE) {
            Some(names) => {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                Part::Play(parse(names, &block)?)
            }
            None => Part::Line(line),
        });
    }
    Ok(parts)
}

fn parse(names: &str, block: &[&str]) -> Result<Play, String> {
    let data: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
    let mut play = Play { data, question: Vec::new(), answers: Vec::new(), names: Vec::new() };
    for line in block.iter().filter(|line| !line.trim().is_empty()) {
        if let Some(named) = line.strip_prefix("* ") {
            let (place, name) = named
                .split_once(" = ")
                .ok_or_else(|| format!("play {names}: no ` = ` in the name {named:?}"))?;
            if name.contains([';', '=', '`']) {
                return Err(format!("play {names}: a name has no ; or = or `: {named:?}"));
            }
            play.names.push((place.trim().to_owned(), name.trim().to_owned()));
            continue;
        }
        match line.strip_prefix("- ") {
            Some(answer) => {
                let parts = answer.split_once(" = ");
                let (label, pattern) = parts
                    .ok_or_else(|| format!("play {names}: no ` = ` in the answer {answer:?}"))?;
                let (label, pattern) = (label.trim().to_owned(), pattern.trim().to_owned());
                play.answers.push(Answer { label, pattern });
            }
            None => play.question.push((*line).to_owned()),
        }
    }
    if play.question.is_empty() || play.answers.len() < 2 {
        return Err(format!("play {names}: a question and two answers are needed"));
    }
    Ok(play)
}

impl Answer {
    /// Whether it stands for an ending, given all that is printed and, in brackets, how it ends.
    fn is_of(&self, ending: &str) -> bool {
        let fits = |part: &str| match part.strip_prefix('!') {
            Some(part) => !stands_in(part, ending),
            None => stands_in(part, ending),
        };
        self.pattern.split(" | ").any(|all| all.split(" & ").map(str::trim).all(fits))
    }
}

/// Whether a text has the parts of a pattern that `*` keeps apart, in their order.
fn stands_in(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let pattern = pattern.replace("\\n", "\n");
    pattern.split('*').all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

impl Play {
    /// For each answer the places of its endings in the game's data.
    ///
    /// # Errors
    ///
    /// Names an ending that belongs to no answer, or to several.
    pub fn endings(&self, data: &Value) -> Result<Vec<Vec<usize>>, String> {
        let mut places = vec![Vec::new(); self.answers.len()];
        let endings = data["endings"].as_array().ok_or("there are no endings in the data")?;
        for (place, ending) in endings.iter().enumerate() {
            let text = text_of(ending, data);
            let fitting = |place: &usize| self.answers[*place].is_of(&text);
            let answers: Vec<usize> = (0..self.answers.len()).filter(fitting).collect();
            let [answer] = answers[..] else {
                let count = answers.len();
                return Err(format!("{}: {count} answers for the ending {text:?}", self.data[0]));
            };
            places[answer].push(place);
        }
        Ok(places)
    }
}

/// All that is printed in an ending and how it ends, as patterns see it.
fn text_of(ending: &Value, data: &Value) -> String {
    let end = &data["ends"][ending["end"].as_u64().unwrap_or(0) as usize];
    let how = end["how"].as_str().unwrap_or_default();
    let code = end["code"].as_i64().map_or(String::new(), |code| format!(" {code}"));
    format!("{}[{how}{code}]", ending["output"].as_str().unwrap_or_default())
}

fn html(play: &Play, read: &impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let texts: Vec<String> = play
        .data
        .iter()
        .map(|name| read(&format!("{FOLDER}/{name}.json")))
        .collect::<Result<_, _>>()?;
    let data: Value = serde_json::from_str(&texts[0])
        .map_err(|error| format!("{FOLDER}/{}.json: {error}", play.data[0]))?;
    let actors = data["actors"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some((place, _)) = play.names.iter().find(|(place, _)| !actors.contains(&json!(place))) {
        return Err(format!("play {}: there is no process {place}", play.data[0]));
    }
    let names: Vec<String> =
        play.names.iter().map(|(place, name)| format!("{place}={}", marked(name))).collect();
    let names = match &names[..] {
        [] => String::new(),
        names => format!(" data-names=\"{}\"", names.join(";").replace('"', "&quot;")),
    };
    let mut html = format!("\n<div class=\"play\" data-program=\"{}\"{names}>\n", play.data[0]);
    for line in &play.question {
        let _ = writeln!(html, "<p>{}</p>", marked(line));
    }
    html.push_str("<ul>\n");
    for (answer, endings) in play.answers.iter().zip(play.endings(&data)?) {
        let endings: Vec<String> = endings.iter().map(usize::to_string).collect();
        let (endings, label) = (endings.join(" "), marked(&answer.label));
        let _ = writeln!(html, "<li data-endings=\"{endings}\">{label}</li>");
    }
    html.push_str("</ul>\n");
    for (place, (name, text)) in play.data.iter().zip(&texts).enumerate() {
        let role = match place {
            0 => "game",
            _ if name.ends_with(".py") => "python",
            _ => "twin",
        };
        let text = text.trim_end();
        let _ = writeln!(
            html,
            "<script type=\"application/json\" data-role=\"{role}\">\n{text}\n</script>"
        );
    }
    html.push_str("</div>\n\n");
    Ok(html)
}

/// A line of text as HTML, with what stands between backticks as code.
fn marked(line: &str) -> String {
    let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = line.split('`').enumerate();
    parts
        .map(
            |(place, part)| {
                if place % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# A lesson

```play coin
How can it <end>?

- `heads` = heads
- tails, or stuck = tails & !edge | [deadlock]
- on the edge = edge
```

More.
";

    const DATA: &str = r#"{"ends":[{"how":"returned"},{"how":"deadlock"}],"endings":[
{"output":"heads\n","end":0},{"output":"tails\n","end":0},{"output":"","end":1}]}"#;

    #[test]
    fn a_block_becomes_a_question_with_its_data() {
        let read = |path: &str| {
            assert_eq!(path, "docs/play/coin.json");
            Ok(DATA.to_owned())
        };
        let shown = page(PAGE, read).unwrap();
        let expected = format!(
            "# A lesson\n\n\n<div class=\"play\" data-program=\"coin\">\n\
             <p>How can it &lt;end&gt;?</p>\n<ul>\n\
             <li data-endings=\"0\"><code>heads</code></li>\n\
             <li data-endings=\"1 2\">tails, or stuck</li>\n\
             <li data-endings=\"\">on the edge</li>\n</ul>\n\
             <script type=\"application/json\" data-role=\"game\">\n{DATA}\n</script>\n\
             </div>\n\n\nMore.\n"
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_ending_belongs_to_one_answer() {
        let data: Value = serde_json::from_str(DATA).unwrap();
        let play = |answers: &[&str]| {
            let answers: Vec<String> = answers.iter().map(|a| format!("- it = {a}")).collect();
            let block: Vec<&str> =
                ["Why?"].into_iter().chain(answers.iter().map(String::as_str)).collect();
            parse("coin", &block).unwrap().endings(&data)
        };
        assert_eq!(
            play(&["heads", "tails*[returned] | [deadlock]"]).unwrap(),
            [vec![0], vec![1, 2]]
        );
        let error = play(&["heads", "[deadlock]"]).unwrap_err();
        assert!(error.contains("0 answers") && error.contains("tails"), "{error}");
        let error = play(&["heads", "[returned]", "[deadlock]"]).unwrap_err();
        assert!(error.contains("2 answers") && error.contains("heads"), "{error}");
    }

    #[test]
    fn a_process_has_the_name_that_the_page_gives_it() {
        let block = |place: &str| {
            format!(
                "```play two\nWho?\n\n- one = 1\n- two = 2\n\n* {place} = the <\"first\">\n```\n"
            )
        };
        let read = |_: &str| {
            let data = r#"{"actors":["P1","P1.1"],"ends":[{"how":"returned"}],
                "endings":[{"output":"1","end":0}]}"#;
            Ok(data.to_owned())
        };
        let shown = page(&block("P1.1"), read).unwrap();
        let names = "data-names=\"P1.1=the &lt;&quot;first&quot;&gt;\"";
        assert!(shown.contains(names), "{shown}");
        let error = page(&block("P1.2"), read).unwrap_err();
        assert!(error.contains("there is no process P1.2"), "{error}");
    }

    #[test]
    fn a_block_that_is_no_question_is_refused() {
        assert!(parse("coin", &["- heads = heads", "- tails = tails"]).is_err());
        assert!(parse("coin", &["Why?", "- heads", "- tails = tails"]).is_err());
        for name in ["* P1.1", "* P1.1 = a; b", "* P1.1 = a = b"] {
            assert!(parse("coin", &["Why?", "- heads = a", "- tails = b", name]).is_err());
        }
    }

    #[test]
    fn a_star_keeps_the_order() {
        assert!(stands_in("one*two", "0 one 1 two 2"));
        assert!(!stands_in("one*two", "two one"));
        assert!(!stands_in("one*one", "one"));
    }
}
