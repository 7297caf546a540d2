//! [`std::collections`], with maps and sets that iterate in the same order in every run: the hasher of
//! std's own draws random numbers.

pub use ::std::collections::*;

pub use hash_map::HashMap;
pub use hash_set::HashSet;

pub mod hash_map {
    //! `std::collections::hash_map`, with a hasher that draws no random numbers.

    pub use ::std::collections::hash_map::*;

    use ::std::borrow::Borrow;
    use ::std::collections::hash_map as std;
    use ::std::hash::{BuildHasher, BuildHasherDefault, Hash};
    use ::std::ops::{Deref, DerefMut, Index};

    /// The hasher of all maps and sets.
    pub type RandomState = BuildHasherDefault<DefaultHasher>;

    /// A map that iterates in the same order in every run.
    #[derive(Clone)]
    pub struct HashMap<K, V, S = RandomState>(std::HashMap<K, V, S>);

    impl<K, V> HashMap<K, V> {
        /// An empty map.
        pub fn new() -> Self {
            Self::default()
        }

        /// An empty map with room for so many entries.
        pub fn with_capacity(capacity: usize) -> Self {
            HashMap(std::HashMap::with_capacity_and_hasher(capacity, RandomState::default()))
        }
    }

    impl<K, V, S> HashMap<K, V, S> {
        /// An empty map with a hasher of one's own.
        pub fn with_hasher(hasher: S) -> Self {
            HashMap(std::HashMap::with_hasher(hasher))
        }

        /// All keys.
        pub fn into_keys(self) -> std::IntoKeys<K, V> {
            self.0.into_keys()
        }

        /// All values.
        pub fn into_values(self) -> std::IntoValues<K, V> {
            self.0.into_values()
        }
    }

    impl<K, V, S> Deref for HashMap<K, V, S> {
        type Target = std::HashMap<K, V, S>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl<K, V, S> DerefMut for HashMap<K, V, S> {
        fn deref_mut(&mut self) -> &mut Self::Target {
            &mut self.0
        }
    }

    impl<K, V, S: Default> Default for HashMap<K, V, S> {
        fn default() -> Self {
            HashMap(std::HashMap::default())
        }
    }

    impl<K: ::std::fmt::Debug, V: ::std::fmt::Debug, S> ::std::fmt::Debug for HashMap<K, V, S> {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<K: Eq + Hash, V: PartialEq, S: BuildHasher> PartialEq for HashMap<K, V, S> {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl<K: Eq + Hash, V: Eq, S: BuildHasher> Eq for HashMap<K, V, S> {}

    impl<K: Eq + Hash, V, const N: usize> From<[(K, V); N]> for HashMap<K, V> {
        fn from(entries: [(K, V); N]) -> Self {
            entries.into_iter().collect()
        }
    }

    impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for HashMap<K, V, S> {
        fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
            HashMap(entries.into_iter().collect())
        }
    }

    impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for HashMap<K, V, S> {
        fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
            self.0.extend(entries);
        }
    }

    impl<'a, K: Eq + Hash + Copy, V: Copy, S: BuildHasher> Extend<(&'a K, &'a V)> for HashMap<K, V, S> {
        fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
            self.0.extend(entries);
        }
    }

    impl<K, V, S> IntoIterator for HashMap<K, V, S> {
        type Item = (K, V);
        type IntoIter = std::IntoIter<K, V>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.into_iter()
        }
    }

    impl<'a, K, V, S> IntoIterator for &'a HashMap<K, V, S> {
        type Item = (&'a K, &'a V);
        type IntoIter = std::Iter<'a, K, V>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter()
        }
    }

    impl<'a, K, V, S> IntoIterator for &'a mut HashMap<K, V, S> {
        type Item = (&'a K, &'a mut V);
        type IntoIter = std::IterMut<'a, K, V>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter_mut()
        }
    }

    impl<K: Eq + Hash + Borrow<Q>, Q: Eq + Hash + ?Sized, V, S: BuildHasher> Index<&Q>
        for HashMap<K, V, S>
    {
        type Output = V;
        fn index(&self, key: &Q) -> &V {
            &self.0[key]
        }
    }
}

pub mod hash_set {
    //! `std::collections::hash_set`, with a hasher that draws no random numbers.

    pub use ::std::collections::hash_set::*;

    use ::std::collections::hash_set as std;
    use ::std::hash::{BuildHasher, Hash};
    use ::std::ops::{BitAnd, BitOr, BitXor, Deref, DerefMut, Sub};

    use super::hash_map::RandomState;

    /// A set that iterates in the same order in every run.
    #[derive(Clone)]
    pub struct HashSet<T, S = RandomState>(std::HashSet<T, S>);

    impl<T> HashSet<T> {
        /// An empty set.
        pub fn new() -> Self {
            Self::default()
        }

        /// An empty set with room for so many elements.
        pub fn with_capacity(capacity: usize) -> Self {
            HashSet(std::HashSet::with_capacity_and_hasher(capacity, RandomState::default()))
        }
    }

    impl<T, S> HashSet<T, S> {
        /// An empty set with a hasher of one's own.
        pub fn with_hasher(hasher: S) -> Self {
            HashSet(std::HashSet::with_hasher(hasher))
        }
    }

    impl<T, S> Deref for HashSet<T, S> {
        type Target = std::HashSet<T, S>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl<T, S> DerefMut for HashSet<T, S> {
        fn deref_mut(&mut self) -> &mut Self::Target {
            &mut self.0
        }
    }

    impl<T, S: Default> Default for HashSet<T, S> {
        fn default() -> Self {
            HashSet(std::HashSet::default())
        }
    }

    impl<T: ::std::fmt::Debug, S> ::std::fmt::Debug for HashSet<T, S> {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<T: Eq + Hash, S: BuildHasher> PartialEq for HashSet<T, S> {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl<T: Eq + Hash, S: BuildHasher> Eq for HashSet<T, S> {}

    impl<T: Eq + Hash, const N: usize> From<[T; N]> for HashSet<T> {
        fn from(elements: [T; N]) -> Self {
            elements.into_iter().collect()
        }
    }

    impl<T: Eq + Hash, S: BuildHasher + Default> FromIterator<T> for HashSet<T, S> {
        fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
            HashSet(elements.into_iter().collect())
        }
    }

    impl<T: Eq + Hash, S: BuildHasher> Extend<T> for HashSet<T, S> {
        fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
            self.0.extend(elements);
        }
    }

    impl<'a, T: Eq + Hash + Copy + 'a, S: BuildHasher> Extend<&'a T> for HashSet<T, S> {
        fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
            self.0.extend(elements);
        }
    }

    impl<T, S> IntoIterator for HashSet<T, S> {
        type Item = T;
        type IntoIter = std::IntoIter<T>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.into_iter()
        }
    }

    impl<'a, T, S> IntoIterator for &'a HashSet<T, S> {
        type Item = &'a T;
        type IntoIter = std::Iter<'a, T>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter()
        }
    }

    macro_rules! operator {
        ($name:ident, $function:ident) => {
            impl<T: Eq + Hash + Clone, S: BuildHasher + Default> $name<&HashSet<T, S>>
                for &HashSet<T, S>
            {
                type Output = HashSet<T, S>;
                fn $function(self, other: &HashSet<T, S>) -> HashSet<T, S> {
                    HashSet((&self.0).$function(&other.0))
                }
            }
        };
    }
    operator!(BitAnd, bitand);
    operator!(BitOr, bitor);
    operator!(BitXor, bitxor);
    operator!(Sub, sub);
}
