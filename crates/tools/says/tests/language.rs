//! What the language means, and that its reader means the same.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use says::*;

fn accepts(description: &Description, text: &str) -> bool {
    description.examine(&Transcript::of(text)).is_ok()
}

/// A description as a tree, from which both a [`Part`] and all its texts can be made.
#[derive(Debug, Clone)]
enum Tree {
    Word(char),
    InOrder(Vec<Tree>),
    Beginning(Vec<Tree>),
    Together(Vec<Tree>),
    Times(usize, usize, Box<Tree>),
}

impl Tree {
    /// A random one, in which each text can be read in one way alone: no two words are the same, and
    /// what is repeated starts with a word that tells where.
    fn random(rng: &mut Rng, depth: usize, words: &mut impl Iterator<Item = char>) -> Self {
        if depth == 0 {
            return Self::Word(words.next().expect("enough letters"));
        }
        let kind = rng.usize(..5);
        let mut parts = |rng: &mut Rng| {
            (0..rng.usize(1..=2)).map(|_| Self::random(rng, depth - 1, words)).collect()
        };
        match kind {
            0 => Self::InOrder(parts(rng)),
            1 => Self::Beginning(parts(rng)),
            2 => Self::Together(parts(rng)),
            3 => Self::Word(words.next().expect("enough letters")),
            _ => {
                let least = rng.usize(..=1);
                let most = rng.usize(least..=2);
                let start = Self::Word(words.next().expect("enough letters"));
                let part = Self::InOrder(vec![start, Self::random(rng, depth - 1, words)]);
                Self::Times(least, most, Box::new(part))
            }
        }
    }

    fn part(&self) -> Part {
        match self {
            Self::Word(letter) => word(&letter.to_string()),
            Self::InOrder(parts) => in_order(parts.iter().map(Self::part)),
            Self::Beginning(parts) => beginning(parts.iter().map(Self::part)),
            Self::Together(parts) => together(parts.iter().map(Self::part)),
            Self::Times(least, most, part) => times(*least..=*most, part.part()),
        }
    }

    /// Every text that it allows, by trying them all.
    fn texts(&self) -> BTreeSet<String> {
        match self {
            Self::Word(letter) => BTreeSet::from([letter.to_string()]),
            Self::InOrder(parts) => one_after_the_other(parts),
            Self::Beginning(parts) => {
                let whole = one_after_the_other(parts);
                whole
                    .iter()
                    .flat_map(|text| (0..=text.len()).map(|end| text[..end].into()))
                    .collect()
            }
            Self::Together(parts) => parts
                .iter()
                .map(Self::texts)
                .reduce(|one, other| pairs(&one, &other, interleaved))
                .expect("a part"),
            Self::Times(least, most, part) => (*least..=*most)
                .flat_map(|count| one_after_the_other(&vec![(**part).clone(); count]))
                .collect(),
        }
    }
}

fn one_after_the_other(parts: &[Tree]) -> BTreeSet<String> {
    let nothing = BTreeSet::from([String::new()]);
    parts.iter().map(Tree::texts).fold(nothing, |before, after| {
        pairs(&before, &after, |before, after| BTreeSet::from([format!("{before}{after}")]))
    })
}

fn pairs(
    ones: &BTreeSet<String>,
    others: &BTreeSet<String>,
    both: impl Fn(&str, &str) -> BTreeSet<String>,
) -> BTreeSet<String> {
    ones.iter()
        .flat_map(|one| others.iter().flat_map(|other| both(one, other)).collect::<Vec<_>>())
        .collect()
}

/// Two texts in every order in which two strands can say them.
fn interleaved(one: &str, other: &str) -> BTreeSet<String> {
    if one.is_empty() || other.is_empty() {
        return BTreeSet::from([format!("{one}{other}")]);
    }
    let first_of_one =
        interleaved(&one[1..], other).into_iter().map(|rest| format!("{}{rest}", &one[..1]));
    let first_of_other =
        interleaved(one, &other[1..]).into_iter().map(|rest| format!("{}{rest}", &other[..1]));
    first_of_one.chain(first_of_other).collect()
}

/// A text with one letter left out, doubled, moved or added.
fn changed(text: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = rng.usize(..=letters.len());
    match rng.usize(..3) {
        0 if at < letters.len() => drop(letters.remove(at)),
        1 if at < letters.len() => {
            let letter = letters.remove(at);
            letters.insert(rng.usize(..=letters.len()), letter);
        }
        _ => letters.insert(at, char::from(rng.u8(b'a'..b'i'))),
    }
    letters.into_iter().collect()
}

#[test]
fn the_reader_takes_exactly_the_texts_that_a_description_means() {
    let mut rng = Rng::with_seed(13);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..1_000 {
        let tree = Tree::random(&mut rng, 3, &mut ('a'..='z'));
        let description = Description::new(tree.part());
        let texts = tree.texts();
        for text in texts.iter().take(100) {
            assert!(accepts(&description, text), "{text:?} is refused by {tree:?}");
            taken += 1;
            let other = changed(text, &mut rng);
            assert_eq!(
                accepts(&description, &other),
                texts.contains(&other),
                "{other:?}, {tree:?}"
            );
            refused += usize::from(!texts.contains(&other));
        }
    }
    assert!(taken > 5_000 && refused > 5_000, "{taken} texts taken, {refused} refused");
}

/// A run that says these pieces at these seconds.
fn said(pieces: &[(f64, &str)]) -> Transcript {
    let mut run = Transcript::default();
    for (seconds, text) in pieces {
        run.took = Duration::from_secs_f64(*seconds);
        run.push(text.as_bytes(), run.took);
    }
    run
}

#[test]
fn a_pause_may_be_long_but_not_short() {
    let description = Description::new(in_order([line("a"), pause(3.0), line("b")]));
    for (seconds, fits) in [(5.0, true), (4.0, true), (3.6, true), (3.4, false), (1.0, false)] {
        let complaint = description.examine(&said(&[(1.0, "a\n"), (seconds, "b\n")])).err();
        assert_eq!(complaint.is_none(), fits, "{seconds}");
        assert!(complaint.is_none_or(|complaint| complaint.is_about_time()), "{seconds}");
    }
}

#[test]
fn each_strand_has_pauses_of_its_own() {
    let strand = |name: &str| in_order([line(name), pause(2.0), line(&format!("{name} ends"))]);
    let description = Description::new(together([strand("a"), strand("b")]));
    let good = [(0.0, "a\n"), (1.0, "b\n"), (2.0, "a ends\n"), (3.0, "b ends\n")];
    assert_eq!(description.examine(&said(&good)), Ok(()));
    let early = [(0.0, "a\n"), (1.0, "b\n"), (2.0, "b ends\n"), (3.0, "a ends\n")];
    assert!(description.examine(&said(&early)).is_err());
}

#[test]
fn without_times_no_pause_is_looked_at() {
    let description = Description::new(in_order([line("a"), pause(3.0), line("b")]));
    assert_eq!(description.examine(&Transcript::of("a\nb\n")), Ok(()));
}

#[test]
fn the_whole_run_is_held_to_its_time() {
    let description = Description::new(line("a")).takes_at_least(1.0).takes_less_than(2.0);
    for (seconds, fits) in [(0.9, false), (1.0, true), (1.9, true), (2.0, false)] {
        let run = Transcript { took: Duration::from_secs_f64(seconds), ..Transcript::of("a\n") };
        assert_eq!(description.examine(&run).is_ok(), fits, "{seconds}");
        assert_eq!(description.clone().at_any_pace().examine(&run), Ok(()));
    }
}

#[test]
fn an_exit_code_is_looked_at_where_it_is_known() {
    let ended = |exit_code| Transcript { exit_code, ..Transcript::of("a\n") };
    let description = Description::new(line("a")).exits_with(1);
    assert!(description.examine(&ended(None)).is_ok());
    assert!(description.examine(&ended(Some(1))).is_ok());
    let complaint = description.examine(&ended(Some(0))).unwrap_err();
    assert_eq!(complaint.what(), "exit code 0, not 1");
    assert!(!complaint.is_about_time());
}

#[test]
fn the_program_s_own_id_is_known() {
    let description = Description::new(line("main {main}"));
    let run = |pid| Transcript { pid, ..Transcript::of("main 7\n") };
    assert!(description.examine(&run(7)).is_ok());
    assert!(description.examine(&run(8)).is_err());
}

#[test]
fn a_check_sees_the_named_numbers_and_counts_texts() {
    let description = Description::new(times(2.., line("tick {n:1..9}")))
        .check("two ticks", "两次", |said| said.count("tick") == 2)
        .check("the third", "第三个", |said| said.number("n") == 3.0);
    assert!(accepts(&description, "tick 3\ntick 3\n"));
    assert!(!accepts(&description, "tick 4\ntick 4\n"));
    assert!(!accepts(&description, "tick 3\ntick 3\ntick 3\n"));
}

#[test]
fn a_complaint_says_where_and_what_was_expected() {
    let description = Description::new(in_order([line("a"), together([line("b"), line("c")])]));
    let what = |text| description.examine(&Transcript::of(text)).unwrap_err().what().to_owned();
    assert_eq!(what("a\nb\nx\n"), "line 3: \"x\\n\": expected \"c\\n\"");
    assert_eq!(what("a\nb\nc\nd\n"), "line 4: \"d\\n\": nothing may follow there");
    assert_eq!(what("a\n"), "the end is missing: expected \"b\\n\" or \"c\\n\"");
}

#[test]
fn a_complaint_says_the_same_in_chinese() {
    let description = Description::new(in_order([line("a"), pause(1.0), line("b {n:1..9}")]))
        .exits_with(1)
        .takes_at_least(1.0)
        .takes_less_than(2.0)
        .check("it is the third", "是第三个", |said| said.number("n") == 3.0);
    let run = |pieces: &[(f64, &str)], exit_code, seconds| {
        let took = Duration::from_secs_f64(seconds);
        let run = Transcript { exit_code: Some(exit_code), took, ..said(pieces) };
        description.examine(&run).unwrap_err()
    };
    let good = [(0.0, "a\n"), (1.0, "b 3\n")];
    for (complaint, chinese) in [
        (run(&[(0.0, "a\n"), (0.1, "b 3\n")], 1, 1.5), "只比前一段晚 0.10 秒，应至少晚 0.50 秒"),
        (run(&[(0.0, "x\n")], 1, 1.5), "第 1 行：\"x\\n\"：应为 \"a\\n\""),
        (run(&[(0.0, "a\n"), (1.0, "b 3\nc\n")], 1, 1.5), "第 3 行：\"c\\n\"：这里不应再有内容"),
        (run(&[(0.0, "a\n")], 1, 1.5), "缺少结尾：应为 "),
        (run(&[(0.0, "a\n"), (1.0, "b 4\n")], 1, 1.5), "不成立：是第三个"),
        (run(&good, 0, 1.5), "退出码是 0，应为 1"),
        (run(&good, 1, 0.5), "用了 0.50 秒，应至少 1 秒"),
        (run(&good, 1, 2.5), "用了 2.50 秒，应少于 2 秒"),
    ] {
        let said = complaint.what_in_chinese();
        assert!(said.contains(chinese), "{said}");
        assert!(!complaint.what().contains(chinese), "{}", complaint.what());
    }
}

#[test]
fn what_has_no_end_is_fulfilled_at_some_moment() {
    let description = Description::new(times(2.., in_order([pause(1.0), line("tick")])));
    assert!(!description.is_fulfilled_by(&Transcript::of("tick\n")));
    assert!(description.is_fulfilled_by(&Transcript::of("tick\ntick\nti")));
    assert!(description.begins_with(&Transcript::of("tick\n")));
    assert!(!description.begins_with(&Transcript::of("tick\nti")));
}
