//! One line of `records.jsonl`, read strictly: nothing in it is lost when it is written again.
//!
//! JSON has no infinities, so a number that is not finite is written as `null`, and a `null` where a number stands is
//! read as not a number.

use crate::ledger::Record;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// Reads one line; the error says what is wrong, without the place.
pub(super) fn read(line: &str) -> Result<Record, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let record = typed(value.clone()).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(&record).map_err(|error| error.to_string())?;
    match lost(&value, &again) {
        Some(field) => Err(format!("it has a field `{field}` that this version does not know")),
        None => Ok(record),
    }
}

/// The record that a value says it is. (Serde's own reading of the tag would buffer, and read `null` as a number where
/// it is none.)
fn typed(mut value: Value) -> Result<Record, Error> {
    let tag = value.as_object_mut().and_then(|map| map.shift_remove("record"));
    let fields = Json::Present(value);
    match tag.as_ref().and_then(Value::as_str) {
        Some("header") => Ok(Record::Header(Deserialize::deserialize(fields)?)),
        Some("claim") => Ok(Record::Claim(Deserialize::deserialize(fields)?)),
        Some("figure") => Ok(Record::Figure(Deserialize::deserialize(fields)?)),
        Some("footer") => Ok(Record::Footer(Deserialize::deserialize(fields)?)),
        Some(other) => Err(Error::custom(format!("`{other}` is not header, claim, figure or footer"))),
        None => Err(Error::custom("it has no field `record`")),
    }
}

/// Writes one line, without its end.
pub(super) fn write(record: &Record) -> std::io::Result<String> {
    Ok(serde_json::to_string(record)?)
}

/// The first field of `original` that is not in `again`.
fn lost(original: &Value, again: &Value) -> Option<String> {
    match (original, again) {
        (Value::Object(from), Value::Object(to)) => from.iter().find_map(|(key, value)| match to.get(key) {
            Some(other) => lost(value, other).map(|rest| format!("{key}.{rest}")),
            None => Some(key.clone()),
        }),
        (Value::Array(from), Value::Array(to)) => from.iter().zip(to).find_map(|(value, other)| lost(value, other)),
        _ => None,
    }
}

/// The one field that is written even if there is nothing in it.
const OPTIONAL: &str = "caught";

/// JSON whose numbers are plain numbers wherever they stand, also below flattened fields, where serde would else see
/// the digits that `arbitrary_precision` keeps.
enum Json {
    Absent,
    Present(Value),
}

impl Json {
    fn field((key, value): (String, Value)) -> (String, Self) {
        let absent = key == OPTIONAL && value.is_null();
        (key, if absent { Self::Absent } else { Self::Present(value) })
    }
}

impl<'de> IntoDeserializer<'de, Error> for Json {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self::Present(value) = self else { return visitor.visit_unit() };
        match value {
            Value::Null => visitor.visit_f64(f64::NAN),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(natural), _, _) => visitor.visit_u64(natural),
                (_, Some(integer), _) => visitor.visit_i64(integer),
                (_, _, Some(real)) => visitor.visit_f64(real),
                _ => Err(Error::custom(format!("{number} is out of range"))),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Json::Present))),
            Value::Object(map) => visitor.visit_map(MapDeserializer::new(map.into_iter().map(Self::field))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Absent => visitor.visit_none(),
            Self::Present(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Present(Value::String(text)) => text.into_deserializer().deserialize_enum(name, variants, visitor),
            _ => Err(Error::custom(format!("a {name} must be one of {}", variants.join(", ")))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
