//! Exact inputs by name, from `key=value` words or JSON.

use super::InputError;
use crate::numbers::{Rational, parse_rational, shorten};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Named inputs, not yet interpreted. Numbers stay texts until they are asked for, so 0.1 is one tenth.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs(BTreeMap<String, Value>);

impl Inputs {
    /// Reads `name=value` words. A value is a decimal, a ratio, a name, or JSON for vectors and matrices.
    ///
    /// # Errors
    /// [`InputError`] if a word has no `=`, or a name comes twice.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, InputError> {
        let mut inputs = Self::default();
        for word in words {
            let (name, text) = word.split_once('=').ok_or_else(|| InputError::NotAPair(shorten(word)))?;
            let name = name.trim();
            let value = match text.trim_start().starts_with('[') {
                true => serde_json::from_str(text).map_err(|error| InputError::Shape {
                    name: shorten(name),
                    expected: "a list such as [0.5,-1] or [[1,0],[0,1]]".to_owned(),
                    got: format!("`{}` ({error})", shorten(text)),
                })?,
                false => Value::String(text.to_owned()),
            };
            inputs.insert_once(name, value)?;
        }
        Ok(inputs)
    }

    /// Reads the text of a JSON object, and unlike [`from_json`](Self::from_json) sees a name that comes twice.
    ///
    /// # Errors
    /// [`InputError`] if the text is not a JSON object, or a name comes twice.
    pub fn from_json_text(text: &str) -> Result<Self, InputError> {
        let Pairs(pairs) = serde_json::from_str(text).map_err(|error| InputError::Json(error.to_string()))?;
        Self::from_pairs(pairs)
    }

    fn from_pairs(pairs: Vec<(String, Value)>) -> Result<Self, InputError> {
        let mut inputs = Self::default();
        pairs.into_iter().try_for_each(|(name, value)| inputs.insert_once(&name, value))?;
        Ok(inputs)
    }

    fn insert_once(&mut self, name: &str, value: Value) -> Result<(), InputError> {
        match self.0.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(InputError::Twice(shorten(name))),
        }
    }

    /// Reads a JSON object that is already a value.
    ///
    /// # Errors
    /// [`InputError::Json`] if the value is not an object.
    pub fn from_json(value: &Value) -> Result<Self, InputError> {
        match value {
            Value::Object(map) => Ok(Self(map.iter().map(|(k, v)| (k.clone(), v.clone())).collect())),
            other => Err(InputError::Json(format!("{} was given", shorten(&other.to_string())))),
        }
    }

    /// The same inputs with one more, or one replaced.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), Value::String(value.to_owned()));
        self
    }

    /// These inputs, with others on top.
    pub fn overlaid(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// `name=value` words, in order of names.
    pub fn to_words(&self) -> String {
        let words = self.0.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The value with this name, as it was given.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The exact value of a scalar input, if it is there and well formed.
    pub fn rational(&self, name: &str) -> Option<Rational> {
        self.0.get(name).and_then(|v| number(name, v).ok())
    }
}

/// The members of a JSON object in order, with repetitions.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// From a JSON object; a name that comes twice is refused.
impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Pairs(pairs) = Pairs::deserialize(deserializer)?;
        Self::from_pairs(pairs).map_err(serde::de::Error::custom)
    }
}

/// The exact number that a value is.
pub(super) fn number(name: &str, value: &Value) -> Result<Rational, InputError> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => {
            return Err(InputError::Shape {
                name: name.to_owned(),
                expected: "a number".to_owned(),
                got: shorten(&other.to_string()),
            });
        }
    };
    parse_rational(&text).map_err(|error| InputError::Numeral { name: name.to_owned(), error })
}
