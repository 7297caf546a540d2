//! The calls that woke threads, to be found when it is told that a thread was woken.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::trace::{Futex, Wake};

/// So many are kept at each futex. More are not made before those who were woken say so.
const MOST: usize = 64;

/// The calls at each futex that may have woken somebody of whom it is not yet told.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    at: HashMap<Futex, VecDeque<(Wake, u32)>>,
}

impl Wakes {
    /// A call that wakes so many threads at most.
    pub fn add(&mut self, futex: Futex, wake: Wake, count: u32) {
        let wakes = self.at.entry(futex).or_default();
        if wakes.len() == MOST {
            wakes.pop_front();
        }
        wakes.push_back((wake, count));
    }

    /// The call that woke a thread which has waited since then. Who came first is woken first, and the
    /// others were woken by later calls: futex(2).
    pub fn take(&mut self, futex: Futex, since: Duration) -> Option<Wake> {
        let wakes = self.at.get_mut(&futex)?;
        let found = wakes.iter_mut().find(|(wake, left)| *left > 0 && wake.at >= since)?;
        found.1 -= 1;
        let wake = found.0;
        while wakes.front().is_some_and(|(_, left)| *left == 0) {
            wakes.pop_front();
        }
        Some(wake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUTEX: Futex = Futex { pid: 1, address: 8 };

    fn wake(by: usize, at: u64) -> Wake {
        Wake { by, at: Duration::from_millis(at) }
    }

    #[test]
    fn each_call_wakes_as_many_as_it_says() {
        let mut wakes = Wakes::default();
        wakes.add(FUTEX, wake(1, 10), 1);
        wakes.add(FUTEX, wake(2, 11), 2);
        let waited = |since, wakes: &mut Wakes| {
            wakes.take(FUTEX, Duration::from_millis(since)).map(|wake| wake.by)
        };
        // Who is told of after the second call was woken by the first all the same.
        assert_eq!(
            [0; 4].map(|since| waited(since, &mut wakes)),
            [Some(1), Some(2), Some(2), None]
        );
        wakes.add(FUTEX, wake(3, 20), 1);
        wakes.add(FUTEX, wake(4, 30), u32::MAX);
        assert_eq!([25, 25].map(|since| waited(since, &mut wakes)), [Some(4), Some(4)]);
        assert_eq!(waited(31, &mut wakes), None);
    }

    #[test]
    fn wakes_that_woke_nobody_are_not_kept_for_ever() {
        let mut wakes = Wakes::default();
        (0..1000).for_each(|at| wakes.add(FUTEX, wake(1, at), 1));
        assert_eq!(wakes.at[&FUTEX].len(), MOST);
    }
}
