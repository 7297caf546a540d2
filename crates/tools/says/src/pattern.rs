//! One piece of text, in which something may be another in each run.

use std::collections::BTreeMap;
use std::fmt;

/// A text with placeholders: `{child}` is a process id, `{0.00..5.50}` a number within bounds and
/// with as many decimals as they have, `{count:0..101}` such a number with a name, which is the
/// same wherever the name is, and `{*}` the rest of the line.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Text(String),
    Rest,
    Id(String),
    Number { name: Option<String>, low: f64, high: f64, decimals: usize },
}

/// The values that names stand for, as found so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// Process ids: equal names are equal processes, other names are other processes.
    pub(crate) ids: BTreeMap<String, u64>,
    pub(crate) numbers: BTreeMap<String, f64>,
}

impl Pattern {
    /// # Panics
    ///
    /// When a placeholder cannot be read.
    pub(crate) fn new(source: &str) -> Self {
        let mut segments = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once('{') {
            let (placeholder, after) =
                after.split_once('}').unwrap_or_else(|| panic!("{source:?} has a {{ without }}"));
            segments.push(Segment::Text(text.to_owned()));
            segments.push(Segment::placeholder(placeholder));
            rest = after;
        }
        segments.push(Segment::Text(rest.to_owned()));
        Self { source: source.to_owned(), segments }
    }

    /// The length of what the pattern matches at the start of a text; the values that it names
    /// are noted only when all of it does.
    pub(crate) fn matches(&self, text: &[u8], values: &mut Values) -> Option<usize> {
        let mut found = values.clone();
        let mut length = 0;
        for segment in &self.segments {
            length += segment.matches(&text[length..], &mut found)?;
        }
        *values = found;
        Some(length)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.source)
    }
}

impl Segment {
    fn placeholder(source: &str) -> Self {
        if source == "*" {
            return Self::Rest;
        }
        let Some((low, high)) = source.split_once("..") else {
            return Self::Id(source.to_owned());
        };
        let (name, low) = match low.split_once(':') {
            Some((name, low)) => (Some(name.to_owned()), low),
            None => (None, low),
        };
        let number = |digits: &str| {
            digits.parse().unwrap_or_else(|_| panic!("{{{source}}} has a bound that is no number"))
        };
        let decimals = low.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Self::Number { name, low: number(low), high: number(high), decimals }
    }

    fn matches(&self, text: &[u8], values: &mut Values) -> Option<usize> {
        match self {
            Self::Text(expected) => text.starts_with(expected.as_bytes()).then_some(expected.len()),
            Self::Rest => Some(text.iter().take_while(|byte| **byte != b'\n').count()),
            Self::Id(name) => {
                let length = digits(text);
                let id = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
                let agrees = match values.ids.get(name) {
                    Some(known) => *known == id,
                    None => !values.ids.values().any(|other| *other == id),
                };
                values.ids.insert(name.clone(), id);
                agrees.then_some(length)
            }
            Self::Number { name, low, high, decimals } => {
                let mut length = digits(text);
                if *decimals > 0 {
                    let fraction = text[length..].strip_prefix(b".").map(digits)?;
                    if fraction != *decimals {
                        return None;
                    }
                    length += 1 + fraction;
                }
                let number = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
                let known =
                    name.as_ref().and_then(|name| values.numbers.insert(name.clone(), number));
                let agrees = known.is_none_or(|known| known == number);
                (agrees && (*low..=*high).contains(&number)).then_some(length)
            }
        }
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<usize> {
        Pattern::new(pattern).matches(text.as_bytes(), &mut Values::default())
    }

    #[test]
    fn what_is_no_placeholder_is_matched_as_it_stands() {
        assert_eq!(matches("余额\n", "余额\nmore"), Some("余额\n".len()));
        assert_eq!(matches("余额\n", "余额"), None);
        assert_eq!(matches("", "anything"), Some(0));
    }

    #[test]
    fn a_number_has_bounds_and_decimals() {
        assert_eq!(matches("{1..50} yuan", "50 yuan"), Some(7));
        assert_eq!(matches("{1..50} yuan", "51 yuan"), None);
        assert_eq!(matches("{1..50} yuan", "0 yuan"), None);
        assert_eq!(matches("{1..50} yuan", "-1 yuan"), None);
        assert_eq!(matches("{0.00..5.50}", "5.50"), Some(4));
        assert_eq!(matches("{0.00..5.50}", "5.51"), None);
        assert_eq!(matches("{0.00..5.50}", "5.5"), None);
        assert_eq!(matches("{0.00..5.50}", "5"), None);
    }

    #[test]
    fn a_number_with_a_name_is_the_same_everywhere() {
        assert_eq!(matches("{n:1..9} and {n:1..9}", "3 and 3"), Some(7));
        assert_eq!(matches("{n:1..9} and {n:1..9}", "3 and 4"), None);
        assert_eq!(matches("{1..9} and {1..9}", "3 and 4"), Some(7));
    }

    #[test]
    fn equal_names_are_equal_processes_and_other_names_are_others() {
        assert_eq!(matches("{main} {child} {main}", "7 8 7"), Some(5));
        assert_eq!(matches("{main} {child} {main}", "7 8 9"), None);
        assert_eq!(matches("{main} {child}", "7 7"), None);
        assert_eq!(matches("{main}", "seven"), None);
    }

    #[test]
    fn a_star_is_the_rest_of_the_line() {
        assert_eq!(matches("cargo {*}\n", "cargo 1.85.0 (x)\nrustc"), Some(17));
        assert_eq!(matches("cargo {*}\n", "cargo 1.85.0"), None);
    }

    #[test]
    fn values_are_noted_only_where_the_whole_pattern_matches() {
        let mut values = Values::default();
        assert_eq!(Pattern::new("{child} ends").matches(b"8 starts", &mut values), None);
        assert!(values.ids.is_empty());
        Pattern::new("{child} starts").matches(b"8 starts", &mut values);
        assert_eq!(values.ids, BTreeMap::from([("child".to_owned(), 8)]));
        assert_eq!(Pattern::new("{child} ends").matches(b"9 ends", &mut values), None);
        assert_eq!(Pattern::new("{child} ends").matches(b"8 ends", &mut values), Some(6));
    }

    #[test]
    #[should_panic = "has a { without }"]
    fn a_placeholder_has_an_end() {
        Pattern::new("{child");
    }

    #[test]
    #[should_panic = "has a bound that is no number"]
    fn a_bound_is_a_number() {
        Pattern::new("{few..50}");
    }
}
