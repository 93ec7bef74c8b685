//! The JSON of a policy document, to types that know all its keys; nothing is compiled here.
//!
//! Strict where serde_json is not: a key that stands twice is refused, wherever it stands.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A document as it was written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Document {
    pub(super) version: Option<String>,
    #[serde(rename = "Id")]
    pub(super) _id: Option<String>,
    pub(super) statement: Many<Statement>,
}

/// A statement as it was written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: String,
    pub(super) principal: Option<Principal>,
    pub(super) not_principal: Option<Principal>,
    pub(super) action: Option<Many<String>>,
    pub(super) not_action: Option<Many<String>>,
    pub(super) resource: Option<Many<String>>,
    pub(super) not_resource: Option<Many<String>>,
    pub(super) condition: Option<Pairs<Pairs<Many<Scalar>>>>,
}

/// `"*"`, or lists by kind.
#[derive(Debug)]
pub(super) enum Principal {
    Any,
    Kinds(Pairs<Many<String>>),
}

/// One, or a list.
#[derive(Debug)]
pub(super) struct Many<T>(pub(super) Vec<T>);

/// An object with any keys, each once.
#[derive(Debug)]
pub(super) struct Pairs<T>(pub(super) Vec<(String, T)>);

/// A string, a number or a boolean, as text.
#[derive(Debug)]
pub(super) struct Scalar(pub(super) String);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Many<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(Many(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                Ok(Many(vec![T::deserialize(MapAccessDeserializer::new(map))?]))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Many<T>, E> {
                Ok(Many(vec![T::deserialize(StrDeserializer::new(text))?]))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Many<T>, E> {
                Ok(Many(vec![T::deserialize(serde::de::value::BoolDeserializer::new(value))?]))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Many<T>, E> {
                Ok(Many(vec![T::deserialize(serde::de::value::I64Deserializer::new(value))?]))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Many<T>, E> {
                Ok(Many(vec![T::deserialize(serde::de::value::U64Deserializer::new(value))?]))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Many<T>, E> {
                Ok(Many(vec![T::deserialize(serde::de::value::F64Deserializer::new(value))?]))
            }
        }
        deserializer.deserialize_any(Read(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Pairs<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs: Vec<(String, T)> = Vec::new();
                let mut keys = std::collections::HashSet::new();
                while let Some((key, value)) = map.next_entry::<String, T>()? {
                    if !keys.insert(key.clone()) {
                        return Err(Error::custom(format_args!("duplicate key `{key}`")));
                    }
                    pairs.push((key, value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Read(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Principal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"*\" or an object")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Principal, E> {
                match text {
                    "*" => Ok(Principal::Any),
                    _ => Err(E::custom("invalid principal")),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Principal, A::Error> {
                Pairs::deserialize(MapAccessDeserializer::new(map)).map(Principal::Kinds)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a boolean")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.into()))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }
        deserializer.deserialize_any(Read)
    }
}
