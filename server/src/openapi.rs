//! The published description of the HTTP face, as JSON.
//!
//! Does not describe anything itself: `schema/openapi.yaml` does.

use std::sync::LazyLock;

use schema::OPENAPI;
use serde_json::{Map, Value};
use yaml_rust2::{Yaml, YamlLoader};

static JSON: LazyLock<String> = LazyLock::new(|| {
    let documents = YamlLoader::load_from_str(OPENAPI).expect("schema/openapi.yaml is YAML, a test reads it");
    documents.first().map(json_of).unwrap_or_default().to_string()
});

/// The description as JSON.
pub(crate) fn json() -> &'static str {
    &JSON
}

fn json_of(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Real(text) => text.parse::<f64>().map_or(Value::Null, Value::from),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Boolean(yes) => Value::from(*yes),
        Yaml::Array(items) => items.iter().map(json_of).collect(),
        Yaml::Hash(entries) => {
            let key = |key: &Yaml| match key {
                Yaml::String(text) => text.clone(),
                other => json_of(other).to_string(),
            };
            Value::Object(
                entries.iter().map(|(name, value)| (key(name), json_of(value))).collect::<Map<_, _>>(),
            )
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}
