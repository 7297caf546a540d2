//! The list of the course, `docs/course.txt`.

use std::fs;

use crate::root;

/// What a lesson is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It starts processes.
    Process,
    /// It starts threads alone.
    Thread,
    /// It measures what one or the other costs.
    Measured,
}

impl Kind {
    /// All of them, in the order of the course.
    pub const ALL: [Self; 3] = [Self::Process, Self::Thread, Self::Measured];

    /// The word for lessons of this kind, which is also their heading in the list.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Process => "processes",
            Self::Thread => "threads",
            Self::Measured => "measured",
        }
    }
}

/// A lesson in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The heading that it stands under.
    pub kind: Kind,
    /// The sections of the notes that it belongs to.
    pub sections: Vec<String>,
}

/// The lessons in the order of the course.
///
/// # Panics
///
/// When the list cannot be read.
pub fn listed() -> Vec<Listed> {
    let of_a_kind = |kind: Kind| {
        fields(kind.plural()).into_iter().map(move |row| {
            let [name, sections] = &row[..] else { panic!("docs/course.txt: {row:?}") };
            let sections = sections.split_whitespace().map(str::to_owned).collect();
            Listed { name: name.clone(), kind, sections }
        })
    };
    Kind::ALL.into_iter().flat_map(of_a_kind).collect()
}

/// The lines under a heading of the list, such as `threads` or `claims`, each split into its fields.
///
/// # Panics
///
/// When the list cannot be read, or has nothing under this heading.
pub fn fields(heading: &str) -> Vec<Vec<String>> {
    let path = root().join("docs/course.txt");
    let list =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let is_heading = |line: &&str| {
        line.strip_prefix("## ").is_some_and(|text| text.eq_ignore_ascii_case(heading))
    };
    let lines = list.lines().skip_while(|line| !is_heading(line)).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('#')).filter(|line| !line.is_empty());
    let rows: Vec<_> =
        lines.map(|line| line.split('|').map(|field| field.trim().to_owned()).collect()).collect();
    assert!(!rows.is_empty(), "docs/course.txt has nothing under {heading}");
    rows
}
