//! ichnaea's first stage: which JSON types it takes where, and how it names the member that it does not take.
//!
//! It follows colander 1.8.3: a scalar may be null, a list or an object may not; a number may come as text.
//! Source: `reference/location-services.md`, A.2.

use serde_json::{Map, Value};

/// The first member that broke the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Culprit {
    /// Such as `items.0.wifiAccessPoints.0.macAddress`.
    pub path: String,
    /// Why, without the value.
    pub problem: &'static str,
}

/// An object of the request, and where it stands.
pub(super) struct Object<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    pub fn new(value: &'a Value, path: String) -> Result<Self, Culprit> {
        match value {
            Value::Object(members) => Ok(Self { members, path }),
            _ => Err(Culprit { path, problem: "is not a mapping" }),
        }
    }

    /// A member object; absent is fine, null is not.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Culprit> {
        self.members.get(name).map(|value| Self::new(value, self.child(name))).transpose()
    }

    /// A member list of objects, empty if absent; null is refused.
    pub fn objects(&self, name: &str) -> Result<Vec<Self>, Culprit> {
        let path = self.child(name);
        match self.members.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                list.iter().enumerate().map(|(i, value)| Self::new(value, format!("{path}.{i}"))).collect()
            }
            Some(_) => Err(Culprit { path, problem: "is not iterable" }),
        }
    }

    /// A whole number: floats lose their fraction, text is read, true is one.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Culprit> {
        self.scalar(name, "is not a number", |value| match value {
            Value::Number(n) => Some(n.as_i64().unwrap_or_else(|| n.as_f64().unwrap_or(f64::MAX) as i64)),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(truth) => Some(i64::from(*truth)),
            _ => None,
        })
    }

    /// A number; text is read. Text for infinity or no number at all is as good as absent.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Culprit> {
        let number = self.scalar(name, "is not a number", |value| match value {
            Value::Number(n) => n.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
            _ => None,
        })?;
        Ok(number.filter(|n| n.is_finite()))
    }

    /// Text and nothing else.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Culprit> {
        self.scalar(name, "is not a string", Value::as_str)
    }

    /// Any scalar; text says no by `false` or `0`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Culprit> {
        self.scalar(name, "is not a string", |value| match value {
            Value::Bool(truth) => Some(*truth),
            Value::Number(n) => Some(n.as_f64() != Some(0.0)),
            Value::String(text) => Some(!["false", "0"].contains(&text.to_lowercase().as_str())),
            _ => None,
        })
    }

    fn scalar<T>(
        &self,
        name: &str,
        problem: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Culprit> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| Culprit { path: self.child(name), problem }),
        }
    }

    fn child(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_may_be_text_floats_and_truths_but_not_words_or_lists() {
        let value = json!({"a": "-60", "b": -60.7, "c": true, "d": null, "e": "x", "f": [], "g": "nan", "h": 1e300});
        let object = Object::new(&value, "items.0".into()).unwrap();
        assert_eq!(object.integer("a"), Ok(Some(-60)));
        assert_eq!(object.integer("b"), Ok(Some(-60)));
        assert_eq!(object.integer("c"), Ok(Some(1)));
        assert_eq!(object.integer("d"), Ok(None));
        assert_eq!(object.integer("missing"), Ok(None));
        assert_eq!(object.integer("e").unwrap_err().path, "items.0.e");
        assert_eq!(object.integer("f").unwrap_err().path, "items.0.f");
        assert_eq!(object.number("g"), Ok(None));
        assert_eq!(object.integer("h"), Ok(Some(i64::MAX)));
    }

    #[test]
    fn a_null_list_or_object_is_refused_by_its_path() {
        let value = json!({"list": null, "object": null, "items": [{}, null]});
        let object = Object::new(&value, String::new()).unwrap();
        assert_eq!(object.objects("list").err().map(|c| c.path), Some("list".into()));
        assert_eq!(object.object("object").err().map(|c| c.path), Some("object".into()));
        assert_eq!(object.objects("items").err().map(|c| c.path), Some("items.1".into()));
        assert!(object.objects("absent").unwrap().is_empty());
    }
}
