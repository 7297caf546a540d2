use std::collections::BTreeMap;
use std::fmt;

/// A text with placeholders: `{child}` is a process id, `{0.00..5.50}` a number within bounds and
/// with as many decimals as they have, `{count:0..101}` such a number with a name, which is the
/// same wherever the name is, and `{*}` the rest of the line.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
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
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once('{') {
            let (placeholder, after) =
                after.split_once('}').unwrap_or_else(|| panic!("{source:?} has a {{ without }}"));
            parts.push(Part::Text(text.to_owned()));
            parts.push(Part::placeholder(placeholder));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self { source: source.to_owned(), parts }
    }

    /// The length of what the pattern matches at the start of a text; the values that it names
    /// are noted only when all of it does.
    pub(crate) fn matches(&self, text: &[u8], values: &mut Values) -> Option<usize> {
        let mut found = values.clone();
        let mut length = 0;
        for part in &self.parts {
            length += part.matches(&text[length..], &mut found)?;
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

impl Part {
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
