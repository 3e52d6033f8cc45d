//! Protocol 1 on the wire: what is asked, and the values that come back. One JSON object a line, in UTF-8.

use super::decimal::nearest_double;
use crate::examination::Dtype;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The version of the protocol.
pub const PROTOCOL: u64 = 1;

/// As many characters of a string from a subject are kept.
pub const KEPT: usize = 4000;

/// A string from a subject, as given, but at most [`KEPT`] characters.
pub fn kept(text: &str) -> String {
    text.chars().take(KEPT).collect()
}

/// A question. It carries no expected value, no tolerance and no name of a test.
#[derive(Debug, Clone, Copy, serde::Serialize)]
#[serde(tag = "cmd", rename_all = "lowercase")]
pub enum Question<'a> {
    /// Who are you, and what can you answer?
    Hello {
        /// The version that the driver speaks.
        protocol: u64,
    },
    /// Make ready for this case.
    Setup {
        /// Process, data, model, perhaps a prior.
        case: &'a serde_json::Value,
    },
    /// The values of a quantity at these points.
    Evaluate {
        /// The name of the quantity.
        quantity: &'a str,
        /// The type to compute in.
        dtype: Dtype,
        /// The points, shuffled.
        points: &'a [serde_json::Value],
    },
    /// Independent draws of a random quantity at a point.
    Sample {
        /// The name of the quantity.
        quantity: &'a str,
        /// How many.
        n: usize,
        /// A seed for the subject's generator.
        seed: u64,
        /// The point.
        point: &'a serde_json::Value,
    },
    /// Nothing more will be asked.
    Bye,
}

impl Question<'_> {
    /// The line that asks this, with its newline.
    pub fn line(&self, id: u64) -> String {
        #[derive(serde::Serialize)]
        struct Request<'a> {
            id: u64,
            #[serde(flatten)]
            question: &'a Question<'a>,
        }
        let line = serde_json::to_string(&Request { id, question: self });
        line.expect("all keys are strings, and nothing is read from outside") + "\n"
    }

    /// How a fault names it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Hello { .. } => "hello".to_owned(),
            Self::Setup { .. } => "setup".to_owned(),
            Self::Evaluate { quantity, .. } => format!("evaluate {quantity}"),
            Self::Sample { quantity, .. } => format!("sample {quantity}"),
            Self::Bye => "bye".to_owned(),
        }
    }
}

/// What a subject gives for one point.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number: the double nearest to what was written, or what `"nan"`, `"inf"`, `"-inf"` name.
    Number(f64),
    /// Several, such as the entries of a vector or the rows of a matrix.
    List(Vec<Value>),
    /// `{"error": "…"}`: this point failed.
    Failed(String),
}

impl Value {
    /// The numbers in the order in which they stand, rows first.
    ///
    /// # Errors
    ///
    /// The subject's own words if it failed at this point.
    pub fn flatten(&self) -> Result<Vec<f64>, String> {
        let mut numbers = Vec::new();
        self.gather(&mut numbers)?;
        Ok(numbers)
    }

    fn gather(&self, numbers: &mut Vec<f64>) -> Result<(), String> {
        match self {
            Self::Number(number) => numbers.push(*number),
            Self::List(values) => return values.iter().try_for_each(|value| value.gather(numbers)),
            Self::Failed(message) => return Err(message.clone()),
        }
        Ok(())
    }
}

const WANTED: &str = "a number, \"nan\", \"inf\", \"-inf\", a list of these, or {\"error\": \"…\"}";

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        match text {
            "nan" => Ok(Value::Number(f64::NAN)),
            "inf" => Ok(Value::Number(f64::INFINITY)),
            "-inf" => Ok(Value::Number(f64::NEG_INFINITY)),
            _ => Err(E::custom(format!("the string {:?} stands among the values; wanted is {WANTED}", kept(text)))),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Err(E::custom(format!("null stands among the values, as some writers put for NaN; wanted is {WANTED}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        // Lists of one are common, and room for four in each would cost more than the line itself.
        values.shrink_to_fit();
        Ok(Value::List(values))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    /// An object, or a number that is not a short integer: with `arbitrary_precision` it comes as the map of which only
    /// `serde_json::Value` knows.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        match serde_json::Value::deserialize(MapAccessDeserializer::new(map))? {
            serde_json::Value::Number(number) => Ok(Value::Number(nearest_double(number.as_str()))),
            serde_json::Value::Object(fields) if fields.len() == 1 => match fields.get("error") {
                Some(serde_json::Value::String(message)) => Ok(Value::Failed(kept(message))),
                _ => Err(A::Error::custom(format!("an object stands among the values; wanted is {WANTED}"))),
            },
            _ => Err(A::Error::custom(format!("an object stands among the values; wanted is {WANTED}"))),
        }
    }
}

/// In the shortest decimals that read back as the same double.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) if number.is_nan() => serializer.serialize_str("nan"),
            Self::Number(number) if number.is_infinite() => {
                serializer.serialize_str(if *number > 0.0 { "inf" } else { "-inf" })
            }
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::List(values) => values.serialize(serializer),
            Self::Failed(message) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("error", message)?;
                map.end()
            }
        }
    }
}
