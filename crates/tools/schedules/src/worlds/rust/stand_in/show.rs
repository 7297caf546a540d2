//! The text of a value, where its type is one that can be shown.
//!
//! A lock in std asks nothing of its value, so the text cannot be asked for either. But the types that
//! programs put into locks are mostly the same few, and those are known here.
#![allow(unsafe_code)]

use ::std::any::TypeId;
use ::std::collections::{BTreeMap, VecDeque};
use ::std::fmt::Debug;
use ::std::ptr;

use crate::step::Outcome;

/// That this value was seen, or nothing where its type is not known.
pub(crate) fn saw<T>(value: &T) -> Outcome {
    text(value).map_or(Outcome::Done, Outcome::Saw)
}

fn text<T>(value: &T) -> Option<String> {
    fn known<T, K: Debug + 'static>(value: &T) -> Option<String> {
        // SAFETY: the value is of this type, which borrows nothing.
        (typeid::of::<T>() == TypeId::of::<K>())
            .then(|| format!("{:?}", unsafe { &*ptr::from_ref(value).cast::<K>() }))
    }
    macro_rules! first_of {
        ($($known:ty),* $(,)?) => { None$(.or_else(|| known::<T, $known>(value)))* };
    }
    macro_rules! and_lists_of {
        ($($known:ty),* $(,)?) => {
            first_of!($($known, Option<$known>, Vec<$known>, VecDeque<$known>, ($known, $known)),*)
        };
    }
    and_lists_of!(i32, i64, u32, u64, usize, bool, String, &'static str).or_else(|| {
        first_of!(
            i8,
            i16,
            isize,
            i128,
            u8,
            u16,
            u128,
            f32,
            f64,
            char,
            Vec<u8>,
            Vec<bool>,
            [i32; 2],
            [u32; 2],
            [i64; 2],
            [usize; 2],
            BTreeMap<String, i32>,
            BTreeMap<String, i64>,
            BTreeMap<String, u32>,
            BTreeMap<String, usize>,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_known_type_is_shown_and_no_other() {
        struct Balance;
        let numbers = vec![1, 2];
        assert_eq!(text(&numbers), Some("[1, 2]".to_string()));
        assert_eq!(text(&7u64), Some("7".to_string()));
        assert_eq!(text(&"seven"), Some("\"seven\"".to_string()));
        assert_eq!(text(&Balance), None);
    }
}
