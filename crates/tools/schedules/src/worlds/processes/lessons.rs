//! The lessons about processes: how each is run so that its program in Rust and its twin can be held
//! against each other.

/// A lesson whose processes are searched.
#[derive(Clone, Copy, Debug)]
pub struct ProcessLesson {
    /// Its name, which is the package's.
    pub name: &'static str,
    /// The arguments of its program and of its twin.
    pub arguments: &'static [&'static str],
    /// After so many prints it is stopped: it has no end of its own.
    pub prints: Option<usize>,
    /// What stands before the times that it measures: they are no part of what is compared. How often a
    /// program looks at the clock differs between the languages, and each look takes a microsecond.
    pub measures: Option<&'static str>,
    /// Whether it draws random numbers for its sleeps: then the order that one sees is another one in
    /// each language, and only what holds where a sleep guarantees nothing can be compared.
    pub random: bool,
}

const fn plain(name: &'static str) -> ProcessLesson {
    ProcessLesson { name, arguments: &[], prints: None, measures: None, random: false }
}

/// All of them, by name. `spawn_cost` is none: it starts hundreds of processes and prints how long that
/// took.
pub static LESSONS: [ProcessLesson; 13] = [
    plain("child_process"),
    plain("daemon_vs_join"),
    plain("fork_demo"),
    plain("fork_globals"),
    plain("no_shared_globals"),
    ProcessLesson { prints: Some(5), ..plain("ping_pong_process") },
    ProcessLesson { measures: Some("耗时"), random: true, ..plain("pool_demo") },
    plain("process_args"),
    plain("process_ids"),
    plain("process_order"),
    ProcessLesson {
        arguments: &["/bin/echo one", "/bin/false"],
        measures: Some(" after "),
        ..plain("subprocess_call")
    },
    plain("terminate_process"),
    ProcessLesson { prints: Some(5), ..plain("two_tasks") },
];

/// Finds a lesson by name.
pub fn find(name: &str) -> Option<&'static ProcessLesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

impl ProcessLesson {
    /// What was printed, with a star for each time that was measured.
    pub fn without_times(&self, output: &str) -> String {
        let Some(before) = self.measures else { return output.to_string() };
        let lines = output.split_inclusive('\n');
        let lines = lines.map(|line| match line.split_once(before) {
            Some((head, _)) => format!("{head}{before}*\n"),
            None => line.to_string(),
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measured_time_is_a_star() {
        let lesson = find("pool_demo").unwrap();
        assert_eq!(lesson.without_times("a--耗时1.09\nb\n"), "a--耗时*\nb\n");
        assert_eq!(find("two_tasks").unwrap().without_times("a after 3\n"), "a after 3\n");
    }

    #[test]
    fn the_list_is_that_of_the_course() {
        let starts = |name: &String| {
            let text = std::fs::read_to_string(course::source(name)).unwrap();
            super::super::starts_processes(&text)
        };
        let mut names: Vec<String> = course::lessons().into_iter().filter(starts).collect();
        names.retain(|name| name != "spawn_cost");
        names.sort();
        assert_eq!(names, LESSONS.map(|lesson| lesson.name));
    }
}
