//! A value that starts anew in every run, so that a `static` does not carry what one schedule left
//! in it into the next.

use ::std::sync::Mutex;

use crate::run;

/// A value with its beginning.
///
/// `clone` is kept as a function, not asked for as a bound, so that only `new` needs it: the types of
/// std that stand on this one need no bounds where std has none.
pub(crate) struct Fresh<T> {
    beginning: Mutex<Versions<T>>,
    clone: fn(&T) -> T,
}

struct Versions<T> {
    initial: T,
    /// The value now, and the number of the run that it belongs to.
    now: Option<(u64, T)>,
}

impl<T> Fresh<T> {
    pub(crate) const fn new(initial: T) -> Self
    where
        T: Clone,
    {
        Fresh { beginning: Mutex::new(Versions { initial, now: None }), clone: T::clone }
    }

    /// Works on the value as this run has left it, or on a new one if this run has not seen it yet.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let run = run::with(|run| run.number);
        let mut versions = self.beginning.lock().expect("no work on a fresh value panics");
        let Versions { initial, now } = &mut *versions;
        if now.as_ref().is_none_or(|(number, _)| *number != run) {
            *now = Some((run, (self.clone)(initial)));
        }
        let (_, value) = now.as_mut().expect("it was set above");
        work(value)
    }

    pub(crate) fn into_inner(self) -> T {
        let versions = self.beginning.into_inner().expect("no work on a fresh value panics");
        versions.now.map_or(versions.initial, |(_, value)| value)
    }
}
