//! What a page of the book shows of a run: `docs/samples/NAME.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Description, Transcript};

/// A page shows at most so many characters of a run: what follows them is more of the same.
const LONGEST: usize = 800;

/// Stands for the rest of a run that is longer.
const REST: &str = "…\n";

/// The file with the sample of a lesson.
pub fn file(lesson: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../docs/samples")
        .join(format!("{lesson}.txt"))
}

/// What a page shows of a run: all of it, or its beginning, which ends with a whole piece.
pub fn cut(transcript: &Transcript, description: &Description) -> String {
    let text = transcript.text();
    let Some((longest, _)) = text.char_indices().nth(LONGEST) else {
        return text;
    };
    let whole_piece = |end: &usize| {
        text.is_char_boundary(*end) && description.begins_with(&untimed(&text[..*end]))
    };
    let end = (0..=longest).rev().find(whole_piece).unwrap_or(0);
    format!("{}{REST}", &text[..end])
}

/// Holds the sample of a lesson against its description, times aside.
///
/// # Panics
///
/// When the sample cannot be read, or is not as described.
pub fn examine(lesson: &str, description: &Description) {
    let file = file(lesson);
    let sample = fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("make {} with `just samples`: {error}", file.display());
    });
    if let Err(complaint) = fits(&sample, description) {
        panic!("{} is out of date, `just samples` makes it anew: {complaint}", file.display());
    }
}

fn fits(sample: &str, description: &Description) -> Result<(), String> {
    match sample.strip_suffix(REST) {
        Some(beginning) if description.begins_with(&untimed(beginning)) => Ok(()),
        Some(beginning) => Err(format!("not as described:\n{beginning}")),
        None => description
            .clone()
            .at_any_pace()
            .examine(&untimed(sample))
            .map_err(|complaint| complaint.to_string()),
    }
}

fn untimed(text: &str) -> Transcript {
    Transcript { text: text.as_bytes().to_owned(), ..Transcript::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{in_order, line, pause, times, word};

    #[test]
    fn a_short_run_is_shown_whole_and_without_its_times() {
        let description =
            Description::new(in_order([line("{main}"), pause(3.0), line("end")])).sleeps(3.0);
        let sample = cut(&untimed("17\nend\n"), &description);
        assert_eq!(sample, "17\nend\n");
        assert_eq!(fits(&sample, &description), Ok(()));
    }

    #[test]
    fn a_long_run_is_cut_after_a_whole_piece() {
        let description = Description::new(times(1_000, word("seven..")));
        let sample = cut(&untimed(&"seven..".repeat(1_000)), &description);
        assert_eq!(sample, "seven..".repeat(114) + REST);
        assert_eq!(fits(&sample, &description), Ok(()));
    }

    #[test]
    fn what_the_lesson_does_not_say_is_refused() {
        let description = Description::new(in_order([line("one"), line("two")]));
        for sample in ["one\n", "two\n", "one\ntwo\nthree\n", "two…\n", ""] {
            assert!(fits(sample, &description).is_err(), "{sample:?} is accepted");
        }
    }
}
