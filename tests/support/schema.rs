//! As much of JSON Schema as `schemas/json` uses; a keyword it does not know is an error, so that no rule is passed over.

use serde_json::Value;

/// What is wrong with a value, by place; empty where it keeps to the schema.
///
/// # Panics
/// Where the schema uses a keyword that is not understood here.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, value, "$", &mut found);
    found
}

fn check(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let mut fail = |what: &str| found.push(format!("{place}: {what}"));
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let holds = match keyword.as_str() {
            "$schema" | "title" | "properties" | "items" => true,
            "type" => has_type(value, rule.as_str().expect("a type's name")),
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "maximum" => value.as_f64() <= rule.as_f64(),
            "minLength" => value.as_str().map(|s| s.chars().count() as u64) >= rule.as_u64(),
            "maxLength" => value.as_str().map(|s| s.chars().count() as u64) <= rule.as_u64(),
            "minItems" => value.as_array().map(|a| a.len() as u64) >= rule.as_u64(),
            "maxItems" => value.as_array().map(|a| a.len() as u64) <= rule.as_u64(),
            "required" => {
                rule.as_array().expect("a list").iter().all(|name| !value[name.as_str().expect("a name")].is_null())
            }
            "additionalProperties" => {
                value.as_object().is_some_and(|o| o.keys().all(|name| !schema["properties"][name].is_null()))
            }
            other => panic!("unknown keyword {other}"),
        };
        if !holds {
            fail(keyword);
        }
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(member) = value.get(name) {
            check(inner, member, &format!("{place}.{name}"), found);
        }
    }
    if let (Some(inner), Some(list)) = (schema.get("items"), value.as_array()) {
        for (i, member) in list.iter().enumerate() {
            check(inner, member, &format!("{place}[{i}]"), found);
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("unknown type {other}"),
    }
}
