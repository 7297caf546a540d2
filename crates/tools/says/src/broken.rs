//! What a description has to refuse.

use crate::{Description, Transcript};

/// A change that makes a good transcript a wrong one.
///
/// A description that accepts everything tests nothing, so each is shown to refuse some of these.
pub struct Broken {
    what: String,
    change: Box<Change>,
}

type Change = dyn Fn(&mut Transcript, &Description);

impl Broken {
    fn new(what: String, change: impl Fn(&mut Transcript, &Description) + 'static) -> Self {
        Self { what, change: Box::new(change) }
    }

    /// The good transcript, changed.
    ///
    /// # Panics
    ///
    /// When the change finds nothing to change.
    pub fn of(&self, good: &Transcript, description: &Description) -> Transcript {
        let mut broken = good.clone();
        (self.change)(&mut broken, description);
        broken
    }

    /// What the change is, in words.
    pub fn what(&self) -> &str {
        &self.what
    }
}

/// The first line that reads so is missing.
pub fn without(line: &'static str) -> Broken {
    Broken::new(format!("without {line:?}"), move |transcript, _| {
        transcript.replace(&format!("{line}\n"), "");
    })
}

/// The first line that reads so and the first that reads otherwise have changed places.
pub fn swapped(one: &'static str, other: &'static str) -> Broken {
    Broken::new(format!("{one:?} and {other:?} swapped"), move |transcript, _| {
        let (one, other) = (format!("{one}\n"), format!("{other}\n"));
        // No lesson prints this character, so it can hold the place of the first text.
        transcript.replace(&one, "\u{0}");
        transcript.replace(&other, &one);
        transcript.replace("\u{0}", &other);
    })
}

/// The first such text reads otherwise.
pub fn replaced(text: &'static str, by: &'static str) -> Broken {
    Broken::new(format!("{by:?} for {text:?}"), move |transcript, _| {
        transcript.replace(text, by);
    })
}

/// The first such text is torn in two by a line break.
pub fn torn(text: &'static str) -> Broken {
    Broken::new(format!("{text:?} torn"), move |transcript, _| {
        let middle =
            text.char_indices().nth(text.chars().count() / 2).map_or(0, |(index, _)| index);
        let (start, end) = text.split_at(middle);
        transcript.replace(text, &format!("{start}\n{end}"));
    })
}

/// Where one process id is said first, another one is said instead. Both are names of the
/// description.
pub fn ids(name: &'static str, by: &'static str) -> Broken {
    Broken::new(format!("the id of {by} for that of {name}"), move |transcript, description| {
        let ids = description.ids(transcript);
        let id = |name| {
            ids.get(name).unwrap_or_else(|| panic!("no process is named {name}")).to_string()
        };
        transcript.replace(&id(name), &id(by));
    })
}

/// All pauses are longer or shorter, by the factor that makes the whole run take so many seconds.
///
/// A factor of its own would depend on luck: half the time of a run that a busy machine has held
/// up may be a time that is right.
pub fn taking(seconds: f64) -> Broken {
    Broken::new(format!("one that takes {seconds} s"), move |transcript, _| {
        let factor = seconds / transcript.took.as_secs_f64();
        for at in &mut transcript.at {
            *at = at.mul_f64(factor);
        }
        transcript.took = transcript.took.mul_f64(factor);
    })
}

/// The exit code is another.
pub fn exit_code(code: i32) -> Broken {
    Broken::new(format!("exit code {code}"), move |transcript, _| {
        assert_ne!(transcript.exit_code, Some(code), "that is the exit code already");
        transcript.exit_code = Some(code);
    })
}

impl Transcript {
    /// Replaces the first occurrence of a text; what is new was said when the old was.
    fn replace(&mut self, from: &str, to: &str) {
        let from = from.as_bytes();
        let found = self.text.windows(from.len()).position(|window| window == from);
        let start = found.unwrap_or_else(|| {
            panic!("{:?} is not in the transcript", String::from_utf8_lossy(from))
        });
        self.text.splice(start..start + from.len(), to.bytes());
        if let Some(&at) = self.at.get(start) {
            self.at.splice(start..start + from.len(), to.bytes().map(|_| at));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{in_order, line};

    fn description() -> Description {
        Description::new(in_order([line("main {main}"), line("child {child} of {main}")]))
    }

    fn broken(change: &Broken) -> String {
        change.of(&Transcript::of("main 7\nchild 8 of 7\n"), &description()).text()
    }

    #[test]
    fn a_change_changes_what_it_names() {
        assert_eq!(broken(&without("main 7")), "child 8 of 7\n");
        assert_eq!(broken(&swapped("main 7", "child 8 of 7")), "child 8 of 7\nmain 7\n");
        assert_eq!(broken(&replaced("8", "9")), "main 7\nchild 9 of 7\n");
        assert_eq!(broken(&torn("of")), "main 7\nchild 8 o\nf 7\n");
        assert_eq!(broken(&ids("child", "main")), "main 7\nchild 7 of 7\n");
    }

    #[test]
    #[should_panic = "\"worker\" is not in the transcript"]
    fn a_change_that_changes_nothing_is_a_mistake() {
        broken(&replaced("worker", "child"));
    }

    #[test]
    fn a_run_that_takes_half_as_long_has_pauses_half_as_long() {
        let mut run = Transcript { took: Duration::from_secs(4), ..Transcript::default() };
        run.push(b"a\n", Duration::from_secs(1));
        let quick = taking(2.0).of(&run, &description());
        assert_eq!(quick.took, Duration::from_secs(2));
        assert_eq!(quick.at, [Duration::from_millis(500); 2]);
    }
}
