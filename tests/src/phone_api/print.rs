//! The document, from the tables of the core, their schemas, and the examples that were run.
//!
//! Does not know what a verb means.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use sync_core::codes::{self, CodeList};
use sync_core::command::{Command, Verb};
use sync_core::query::Query;

use super::Played;
use super::settle::Names;

const HEAD: &str = "# The phone's commands and queries

<!-- Made by `cargo run -p tests --bin phone_api`; a test compares it with the code and runs every example. -->

A command says what somebody does, a query what they want to see. Both are one JSON object. An app passes them to
`wm_execute` and `wm_query`; a terminal types them:

```
waymark phone --store DIR accept '{\"record\":\"TVP-7KQ2-M4XD-9\"}'
waymark phone help            every verb in a line
waymark phone help accept     the section of one verb
```

- **A record** is named by its human reference, by its id, or by a beginning of either that only one record has.
- **`as_of`** comes with every answer. Hand it back with a command that was made on that view: then the command builds on
  what its author saw, and nothing that came meanwhile is overwritten.
- **Times** are milliseconds since 1970, UTC. **Days** are written as 1990-12-31.
- **A code** is a word of a list at the end of this page. `reference` gives every list with its labels.
- **What is wrong** is told with its `code`, the `field` as a path, what was expected there, and the kind of value that was
  found; never with the value. The codes are in `schema/codes/errors.csv`.
- JSON Schemas of requests, answers and events: `schema/json/phone/`.
- **With signal** `wm_check` asks the central record whether somebody was referred before; a terminal types
  `waymark phone check '{\"family\":\"Harrow\",\"given\":\"Dean\",\"born\":\"1987-04-12\"}'`. For an hour `assess`, `refer` and
  `record_encounter` of that person judge by its answer.
- **Who leaves a phone** calls `wm_logout` or types `waymark phone logout`. It is refused while anything waits to be sent.

In the examples ids are numbered, times stand still, and long lists are cut after two entries.
";

/// The whole document.
pub(super) fn document(played: &[Played]) -> String {
    let (mut text, mut names) = (HEAD.to_owned(), Names::default());
    let mut objects = BTreeMap::new();
    for (title, verbs) in
        [("Commands", Command::verbs().collect::<Vec<_>>()), ("Queries", Query::verbs().collect())]
    {
        let _ = write!(text, "\n## {title}\n\n| | |\n| --- | --- |\n");
        for verb in &verbs {
            let _ = writeln!(text, "| [`{0}`](#{0}) | {1} |", verb.name, verb.summary);
        }
        for verb in verbs {
            let example = played.iter().find(|played| played.verb == verb.name);
            section(&mut text, verb, example, &mut names, &mut objects);
        }
    }
    text.push_str("\n## Objects\n\nObjects inside requests.\n");
    // Printing one may name others.
    let mut printed = BTreeSet::new();
    while let Some((name, schema)) = objects.iter().find(|(name, _)| !printed.contains(*name)) {
        let (name, schema) = (name.clone(), schema.clone());
        let _ = write!(text, "\n### {name}\n\n{}\n\n", described(&schema));
        fields(&mut text, &schema, &schema, &mut objects);
        printed.insert(name);
    }
    lists(&mut text);
    text
}

fn section(
    text: &mut String,
    verb: &Verb,
    played: Option<&Played>,
    names: &mut Names,
    objects: &mut BTreeMap<String, Value>,
) {
    let who = verb.who();
    let who: Vec<String> = who.iter().map(|role| format!("`{}`", role.word())).collect();
    let all = who.len() == 6;
    let who = if all { "everybody".to_owned() } else { who.join(", ") };
    let _ = write!(text, "\n### {}\n\n{} *Who:* {who}.\n\n", verb.name, verb.summary);
    let schema: Value = (verb.schema)().into();
    fields(text, &schema, &schema, objects);
    let Some(Played { asked, answer, .. }) = played else { return };
    let (asked, answer) = (names.settle(asked), names.settle(answer));
    let _ =
        write!(text, "\nFor example\n\n```json\n{asked}\n```\n\nis answered\n\n```json\n{answer:#}\n```\n");
}

fn described(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

fn fields(text: &mut String, schema: &Value, root: &Value, objects: &mut BTreeMap<String, Value>) {
    let Some(properties) = schema["properties"].as_object().filter(|properties| !properties.is_empty())
    else {
        text.push_str("It takes no fields.\n");
        return;
    };
    let needed = schema["required"].as_array();
    text.push_str("| field | | |\n| --- | --- | --- |\n");
    for (name, property) in properties {
        let is_needed = needed.is_some_and(|needed| needed.iter().any(|needed| needed == name));
        let kind = kind(property, root, objects);
        let need = if is_needed { "needed" } else { "" };
        let _ = writeln!(text, "| `{name}` | {need} | {} {kind} |", described(property).replace('\n', " "));
    }
}

/// What a value is, in words; objects that it names are printed in a section of their own.
fn kind(schema: &Value, root: &Value, objects: &mut BTreeMap<String, Value>) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let definition = &root["$defs"][name];
        return named(name, definition, root, objects);
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        let Some(all) = schema[several].as_array() else { continue };
        let consts: Vec<String> =
            all.iter().filter_map(|one| one["const"].as_str()).map(|word| format!("`{word}`")).collect();
        if !consts.is_empty() {
            return format!("One of {}.", consts.join(", "));
        }
        let tagged: Vec<String> = all.iter().filter_map(|one| tagged(one, root, objects)).collect();
        if tagged.len() == all.len() {
            return tagged.join(" Or: ");
        }
        let some = all.iter().filter(|one| one["type"] != "null");
        let kinds: BTreeSet<String> = some.map(|one| kind(one, root, objects)).collect();
        return kinds.into_iter().collect::<Vec<_>>().join(" Or: ");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> =
            words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return format!("One of {}.", words.join(", "));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec!["any"],
    };
    match kinds.first().copied().unwrap_or("any") {
        "array" => format!("A list: {}", kind(&schema["items"], root, objects)),
        "integer" | "number" => "A number.".to_owned(),
        "boolean" => "`true` or `false`.".to_owned(),
        "string" => "A text.".to_owned(),
        _ => "Anything.".to_owned(),
    }
}

/// An object with one field that says which it is.
fn tagged(schema: &Value, root: &Value, objects: &mut BTreeMap<String, Value>) -> Option<String> {
    let properties = schema["properties"].as_object().filter(|properties| properties.len() == 1)?;
    let (name, of) = properties.iter().next()?;
    let what = described(schema).replace('\n', " ");
    Some(format!("`{{\"{name}\": …}}`: {what} {}", kind(of, root, objects)))
}

fn named(name: &str, definition: &Value, root: &Value, objects: &mut BTreeMap<String, Value>) -> String {
    match name {
        "Named" => "A record.".to_owned(),
        "OpId" => "The id of an entry.".to_owned(),
        "Digest" => "The id of a conflict.".to_owned(),
        "OrgId" => "The id of a service.".to_owned(),
        _ if definition.get("properties").is_some() => {
            let mut with_root = definition.clone();
            with_root["$defs"] = root["$defs"].clone();
            objects.entry(name.to_owned()).or_insert(with_root);
            format!("[{name}](#{}).", name.to_lowercase())
        }
        _ => kind(definition, root, objects),
    }
}

fn lists(text: &mut String) {
    let named: Vec<&CodeList> =
        CodeList::ALL.iter().filter(|list| text.contains(&format!("of `{}`", list.name()))).collect();
    text.push_str("\n## Code lists\n");
    for list in named {
        let _ = write!(text, "\n### {}\n\n", list.name());
        for entry in codes::entries(*list).iter().filter(|entry| !codes::is_not_chosen(*list, &entry.code)) {
            let _ = writeln!(text, "- `{}`: {}", entry.code, entry.label);
        }
    }
}
