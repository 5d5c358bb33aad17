//! The JSON Schemas of the phone's requests, answers and events, as they are checked in.
//!
//! A request carries its verb, and a command the view that it was made on; an answer of a query carries `as_of`. Does not
//! validate anything: a test does.

use serde_json::{Value, json};
use sync_core::command::{Command, Verb, schema_of_written};
use sync_core::phone::events::Event;
use sync_core::query::Query;

/// Each schema with the name of its file.
pub fn schemas() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for verb in Command::verbs() {
        let mut request = request(verb, "command");
        request["properties"]["as_of"] = json!({
            "description": "The view that the command was made on; the newest, when it is left out.",
            "type": ["string", "null"],
        });
        all.push((format!("{}.request.schema.json", verb.name), request));
        all.push((format!("{}.answer.schema.json", verb.name), answer(verb, "command")));
    }
    for verb in Query::verbs() {
        all.push((format!("{}.request.schema.json", verb.name), request(verb, "query")));
        let mut answer = answer(verb, "query");
        answer["properties"]["as_of"] = json!({
            "description": "The view that was answered: a command made on it hands this back.",
            "type": "string",
        });
        require(&mut answer, "as_of");
        all.push((format!("{}.answer.schema.json", verb.name), answer));
    }
    let event = schema_of_written::<Event>().into();
    all.push(("event.schema.json".to_owned(), titled(event, "event", "urn:waymark:phone:event")));
    all
}

fn request(verb: &Verb, word: &str) -> Value {
    let schema: Value = (verb.schema)().into();
    let mut schema = titled(schema, verb.name, &format!("urn:waymark:phone:{word}:{}", verb.name));
    schema["description"] = json!(verb.summary);
    let who: Vec<&str> = verb.who().iter().map(|role| role.word()).collect();
    schema["x-who"] = json!(who);
    if schema.get("properties").is_none() {
        schema["properties"] = json!({});
    }
    schema["properties"][word] = json!({ "const": verb.name });
    require(&mut schema, word);
    schema
}

fn answer(verb: &Verb, word: &str) -> Value {
    let schema: Value = (verb.answer)().into();
    titled(schema, verb.name, &format!("urn:waymark:phone:{word}:{}:answer", verb.name))
}

fn titled(mut schema: Value, title: &str, id: &str) -> Value {
    schema["$id"] = json!(id);
    schema["title"] = json!(title);
    schema
}

fn require(schema: &mut Value, field: &str) {
    match schema["required"].as_array_mut() {
        Some(required) => required.push(json!(field)),
        None => schema["required"] = json!([field]),
    }
}
