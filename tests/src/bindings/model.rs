//! What a language needs to know of the phone's requests: verbs, the objects inside them, and words to choose from.
//!
//! A schema of a shape that is not known here ends the program: then a language must learn to write it. Does not know any
//! language.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::phone_api::schemas;

/// All requests.
pub(super) struct Model {
    pub(super) commands: Vec<Verb>,
    pub(super) queries: Vec<Verb>,
    /// Objects and words, by their names.
    pub(super) parts: BTreeMap<String, Part>,
}

/// A command or a query.
pub(super) struct Verb {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) fields: Vec<Field>,
}

/// A field of a request or of an object.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) need: Need,
    pub(super) kind: Kind,
}

#[derive(PartialEq, Eq)]
pub(super) enum Need {
    Needed,
    Optional,
}

/// What a field holds.
pub(super) enum Kind {
    Text,
    Whole,
    Flag,
    Anything,
    /// Whole numbers, by text.
    Counts,
    List(Box<Kind>),
    /// One of [`Model::parts`].
    Part(String),
}

/// What several requests may hold.
pub(super) enum Part {
    Object {
        doc: String,
        fields: Vec<Field>,
    },
    Words {
        doc: String,
        words: Vec<Word>,
    },
    /// An object with one of these fields.
    Choice {
        doc: String,
        options: Vec<Field>,
    },
}

/// A word to choose.
pub(super) struct Word {
    pub(super) word: String,
    pub(super) doc: String,
}

impl Model {
    /// Reads the schemas as the code has them.
    pub(super) fn read() -> Self {
        let mut model = Self { commands: Vec::new(), queries: Vec::new(), parts: BTreeMap::new() };
        for (name, schema) in schemas() {
            let Some(name) = name.strip_suffix(".request.schema.json") else { continue };
            let is_command = schema["properties"].get("command").is_some();
            let verb = Verb { name: name.to_owned(), doc: doc(&schema), fields: fields(&schema, &schema) };
            if is_command {
                model.commands.push(verb)
            } else {
                model.queries.push(verb)
            }
            for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
                if let Some(part) = part(definition, &schema) {
                    model.parts.insert(name.clone(), part);
                }
            }
        }
        model
    }

    /// The fields that must be there first, as both languages write them.
    pub(super) fn needed_first(fields: &[Field]) -> impl Iterator<Item = &Field> {
        let needed = fields.iter().filter(|field| field.need == Need::Needed);
        needed.chain(fields.iter().filter(|field| field.need == Need::Optional))
    }
}

/// What is more than a text with a pattern.
fn part(definition: &Value, root: &Value) -> Option<Part> {
    if definition.get("properties").is_some() {
        return Some(Part::Object { doc: doc(definition), fields: fields(definition, root) });
    }
    let all = definition["oneOf"].as_array()?;
    if let Some(words) = words(all) {
        return Some(Part::Words { doc: doc(definition), words });
    }
    let options = all.iter().map(|one| {
        let mut fields = fields(one, root);
        let mut field = fields.pop().expect("a choice has a field");
        assert!(fields.is_empty(), "a choice has one field");
        field.doc = doc(one);
        field
    });
    Some(Part::Choice { doc: doc(definition), options: options.collect() })
}

fn words(all: &[Value]) -> Option<Vec<Word>> {
    let word = |one: &Value| Some(Word { word: one["const"].as_str()?.to_owned(), doc: doc(one) });
    all.iter().map(word).collect()
}

fn doc(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

/// The fields of an object, without the verb.
fn fields(schema: &Value, root: &Value) -> Vec<Field> {
    let needed = |name: &str| {
        let names = schema["required"].as_array();
        names.is_some_and(|names| names.iter().any(|needed| needed == name))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let fields = properties.filter(|(_, field)| field.get("const").is_none()).map(|(name, field)| Field {
        name: name.clone(),
        doc: doc(field),
        need: if needed(name) { Need::Needed } else { Need::Optional },
        kind: kind(field, root),
    });
    fields.collect()
}

fn kind(schema: &Value, root: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return match part(&root["$defs"][name], root) {
            Some(_) => Kind::Part(name.to_owned()),
            None => Kind::Text,
        };
    }
    if let Some(all) = schema["anyOf"].as_array() {
        let one = all.iter().find(|one| one["type"] != "null").expect("something beside null");
        return kind(one, root);
    }
    let named = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match named {
        Some("string") => Kind::Text,
        Some("integer") => Kind::Whole,
        Some("boolean") => Kind::Flag,
        Some("array") => Kind::List(Box::new(kind(&schema["items"], root))),
        Some("object") if schema["additionalProperties"]["type"] == "integer" => Kind::Counts,
        None => Kind::Anything,
        Some(_) => panic!("no language knows how to write this: {schema}"),
    }
}
