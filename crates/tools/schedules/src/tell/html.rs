//! A game as one file, which needs nothing else: the board of the book's pages, played with a program of
//! the student's own.

use super::game::Game;
use super::words::Language;

/// The board: what it does, and how it looks.
const SCRIPT: &str = include_str!("../../../../../docs/theme/play.js");
const STYLE: &str = include_str!("../../../../../docs/theme/play.css");

/// In the book, the theme gives these to the board.
const COLOURS: &str = "\
:root { --bg: #fff; --fg: #1c1c1c; --mono-font: ui-monospace, Menlo, Consolas, monospace; }
html.navy { --bg: #161923; --fg: #d5d6e4; color-scheme: dark; }
body { margin: 0; background: var(--bg); color: var(--fg); }
h1 { overflow-wrap: anywhere; }
";

/// Dark where the reader's system is: `navy` is one of the book's dark themes, which the board knows.
const DARK: &str = "\
if (matchMedia(\"(prefers-color-scheme: dark)\").matches) document.documentElement.classList.add(\"navy\");
";

/// The file's text.
pub fn html(language: Language, name: &str, game: &Game) -> String {
    let code = language.say("en", "zh-CN");
    let title = escaped(
        &language.say(format!("Be the scheduler of {name}"), format!("你来当 {name} 的调度器")),
    );
    let needs = language.say(
        "This page needs JavaScript. In the terminal: cargo run -p schedules -- play",
        "此页面需要 JavaScript。也可以在终端里玩：cargo run -p schedules -- play",
    );
    let name = escaped(name);
    let script = in_script(SCRIPT);
    let data = game.to_json();
    format!(
        "<!DOCTYPE html>
<html lang=\"{code}\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{title}</title>
<style>
{COLOURS}{STYLE}</style>
<script>
{DARK}</script>
</head>
<body>
<h1>{name}</h1>
<noscript><p>{needs}</p></noscript>
<div class=\"play\" data-program=\"{name}\">
<script type=\"application/json\" data-role=\"game\">
{data}</script>
</div>
<script>
{script}</script>
</body>
</html>
"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A script that does not end where it speaks of the end of one.
fn in_script(script: &str) -> String {
    script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
}
