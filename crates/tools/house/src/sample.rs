//! What a page of the book shows of a run: `docs/samples/NAME.txt`.

use std::fs;
use std::path::PathBuf;

use says::{Description, Transcript};

/// A page shows at most so many characters of a run: what follows them is more of the same.
const LONGEST: usize = 800;

/// Stands for the rest of a run that is longer.
const REST: &str = "…\n";

/// The file with the sample of a lesson.
pub fn file(lesson: &str) -> PathBuf {
    course::root().join("docs/samples").join(format!("{lesson}.txt"))
}

/// What a page shows of a run: all of it, or its beginning, which ends with a whole piece.
pub fn cut(transcript: &Transcript, description: &Description) -> String {
    let text = transcript.text();
    let Some((longest, _)) = text.char_indices().nth(LONGEST) else {
        return text;
    };
    let whole_piece = |end: &usize| {
        text.is_char_boundary(*end) && description.begins_with(&Transcript::of(&text[..*end]))
    };
    let end = (0..=longest).rev().find(whole_piece).unwrap_or(0);
    format!("{}{REST}", &text[..end])
}

/// Holds the sample of a lesson against its description, times aside.
///
/// # Errors
///
/// When the sample cannot be read, or is not as described.
pub fn examine(lesson: &str, description: &Description) -> Result<(), String> {
    let file = file(lesson);
    let make = format!("`just samples {lesson}` makes it");
    let sample = fs::read_to_string(&file)
        .map_err(|error| format!("{}: {error}; {make}", file.display()))?;
    fits(&sample, description)
        .map_err(|complaint| format!("{} is out of date, {make}: {complaint}", file.display()))
}

fn fits(sample: &str, description: &Description) -> Result<(), String> {
    match sample.strip_suffix(REST) {
        Some(beginning) if description.begins_with(&Transcript::of(beginning)) => Ok(()),
        Some(beginning) => Err(format!("not as described:\n{beginning}")),
        None => description
            .clone()
            .at_any_pace()
            .examine(&Transcript::of(sample))
            .map_err(|complaint| complaint.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use says::{in_order, line, pause, times, word};

    #[test]
    fn a_short_run_is_shown_whole_and_without_its_times() {
        let description =
            Description::new(in_order([line("{main}"), pause(3.0), line("end")])).sleeps(3.0);
        let sample = cut(&Transcript::of("17\nend\n"), &description);
        assert_eq!(sample, "17\nend\n");
        assert_eq!(fits(&sample, &description), Ok(()));
    }

    #[test]
    fn a_long_run_is_cut_after_a_whole_piece() {
        let description = Description::new(times(1_000, word("seven..")));
        let sample = cut(&Transcript::of(&"seven..".repeat(1_000)), &description);
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
