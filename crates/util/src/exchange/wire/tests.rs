use std::collections::{BTreeMap, HashMap};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

fn there_and_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
    from_slice(&to_vec(value).unwrap()).unwrap()
}

#[track_caller]
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: T) {
    assert_eq!(there_and_back(&value), value);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(Box<Value>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tuple(u8, Value);

/// Every kind of value that serde knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Value {
    Nothing,
    Bool(bool),
    Signed(i8, i16, i32, i64, i128),
    Unsigned(u8, u16, u32, u64, u128),
    Char(char),
    Text(String),
    UnitStruct(Unit),
    Newtype(Newtype),
    TupleStruct(Box<Tuple>),
    Option(Option<Option<Box<Value>>>),
    Units(Option<()>, Result<(), Unit>),
    List(Vec<Value>),
    Map(BTreeMap<(i16, String), Value>),
    Struct { first: Box<Value>, second: [u8; 3] },
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nothing),
        Just(Value::UnitStruct(Unit)),
        any::<bool>().prop_map(Value::Bool),
        any::<(i8, i16, i32, i64, i128)>().prop_map(|(a, b, c, d, e)| Value::Signed(a, b, c, d, e)),
        any::<(u8, u16, u32, u64, u128)>()
            .prop_map(|(a, b, c, d, e)| Value::Unsigned(a, b, c, d, e)),
        any::<char>().prop_map(Value::Char),
        any::<String>().prop_map(Value::Text),
        any::<(bool, bool)>().prop_map(|(some, ok)| Value::Units(
            some.then_some(()),
            if ok { Ok(()) } else { Err(Unit) }
        )),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed().prop_map(|value| Value::Newtype(Newtype(value))),
            (any::<u8>(), inner.clone())
                .prop_map(|(number, value)| Value::TupleStruct(Box::new(Tuple(number, value)))),
            proptest::option::of(proptest::option::of(boxed())).prop_map(Value::Option),
            vec(inner.clone(), 0..6).prop_map(Value::List),
            btree_map(any::<(i16, String)>(), inner.clone(), 0..6).prop_map(Value::Map),
            (boxed(), any::<[u8; 3]>()).prop_map(|(first, second)| Value::Struct { first, second }),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_comes_back(value in value()) {
        prop_assert_eq!(there_and_back(&value), value);
    }

    #[test]
    fn every_number_comes_back_bit_for_bit(single in any::<u32>(), double in any::<u64>()) {
        let (back, also) = there_and_back(&(f32::from_bits(single), f64::from_bits(double)));
        prop_assert_eq!((back.to_bits(), also.to_bits()), (single, double));
    }

    #[test]
    fn what_is_cut_off_is_an_error(value in value(), at in any::<prop::sample::Index>()) {
        let bytes = to_vec(&value).unwrap();
        prop_assert!(from_slice::<Value>(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in vec(0..30_u8, 0..60)) {
        if let Ok(value) = from_slice::<Value>(&bytes) {
            prop_assert_eq!(there_and_back(&value), value);
        }
    }

    #[test]
    fn what_comes_after_the_value_is_an_error(value in value(), more in vec(any::<u8>(), 1..9)) {
        let bytes = [to_vec(&value).unwrap(), more].concat();
        prop_assert!(from_slice::<Value>(&bytes).is_err());
    }
}

/// Each of these came back as `None` or not at all when JSON carried it.
#[test]
fn what_json_cannot_say_comes_back() {
    comes_back(Some(()));
    comes_back(Some(None::<u8>));
    comes_back(Some(Some(None::<u8>)));
    comes_back((f64::INFINITY, f32::NEG_INFINITY));
    assert!(there_and_back(&Some(f64::NAN)).unwrap().is_nan());
    comes_back(HashMap::from([((1, Some("key".to_owned())), 'v')]));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    number: u32,
    next: Option<Box<Node>>,
}

fn list(nodes: u32) -> Node {
    let end = Node { number: 0, next: None };
    (1..nodes).fold(end, |next, number| Node { number, next: Some(Box::new(next)) })
}

#[test]
fn a_long_list_comes_back_and_a_longer_one_is_an_error() {
    // A node is two levels: itself, and the Some around it.
    comes_back(list(DEEPEST as u32 / 2));
    let too_long = list(DEEPEST as u32 / 2 + 1);
    assert!(to_vec(&too_long).unwrap_err().to_string().contains(&format!("{DEEPEST} levels")));
}

#[test]
fn depth_is_an_error_for_the_reader_too() {
    let bytes = [vec![tag::SEQ; 100_000], vec![tag::END; 100_000]].concat();
    assert_eq!(from_slice::<de::IgnoredAny>(&bytes).err(), Some(Error::too_deep()));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Variant(Inner),
    Deep { option: Option<Option<u8>>, list: Vec<f64> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Inner {
    Unit,
    Newtype(u8),
    Fields { x: char },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Circle { radius: f64 },
    Empty,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Skips {
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    first: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<u8>,
    last: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, Untagged>,
}

#[test]
fn types_that_look_before_they_read_come_back() {
    comes_back(Untagged::Number(-3));
    comes_back(Untagged::Text("text".to_owned()));
    comes_back(Untagged::Variant(Inner::Newtype(3)));
    comes_back(Untagged::Variant(Inner::Fields { x: 'x' }));
    comes_back(Untagged::Deep { option: Some(None), list: vec![0.5] });
    comes_back(Tagged::Circle { radius: f64::INFINITY });
    comes_back(Tagged::Empty);
}

#[test]
fn fields_that_are_left_out_come_back_as_left_out() {
    let rest = || BTreeMap::from([("more".to_owned(), Untagged::Number(4))]);
    comes_back(Skips { first: vec![], second: None, last: 1, rest: rest() });
    comes_back(Skips { first: vec![2], second: Some(3), last: 1, rest: rest() });
}

#[test]
fn a_list_that_is_too_long_for_its_type_is_an_error() {
    let bytes = to_vec(&(1, 2, 3)).unwrap();
    assert!(from_slice::<(i32, i32)>(&bytes).is_err());
    assert!(from_slice::<(i32, i32, i32, i32)>(&bytes).is_err());
}

#[test]
fn a_value_that_refuses_says_why() {
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: serde_core::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(ser::Error::custom("a lock is poisoned"))
        }
    }
    assert_eq!(to_vec(&vec![Refuses]).unwrap_err().to_string(), "a lock is poisoned");
}
