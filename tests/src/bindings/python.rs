//! The made modules of the Python package: a data class for each verb and each object, words as literals.
//!
//! Does not write how they become JSON: `waymark/_json.py` does.

use std::fmt::Write as _;

use super::camel;
use super::model::{Field, Kind, Model, Need, Part, Verb};

/// Words that Python keeps for itself; a field of such a name gets an underscore, which `_json.py` takes off again.
const KEYWORDS: [&str; 9] = ["and", "as", "class", "from", "import", "in", "is", "not", "or"];

pub(super) fn files(model: &Model) -> [(&'static str, String); 3] {
    [
        ("commands.py", verbs("What somebody does: a class for each command.", "Command", &model.commands)),
        ("queries.py", verbs("What somebody wants to see: a class for each query.", "Query", &model.queries)),
        ("parts.py", parts(model)),
    ]
}

fn head(doc: &str) -> String {
    format!(
        "\"\"\"{doc}\n\nMade by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.\n\"\"\"\n\n\
         from __future__ import annotations\n\nfrom collections.abc import Mapping, Sequence\nfrom dataclasses import dataclass\n"
    )
}

fn verbs(doc: &str, base: &str, verbs: &[Verb]) -> String {
    let mut text = head(doc);
    let _ = write!(
        text,
        "from typing import Any, ClassVar\n\nfrom waymark import parts\nfrom waymark._json import {base}\n"
    );
    for Verb { name, doc, fields } in verbs {
        let _ = write!(text, "\n\n@dataclass(frozen=True, kw_only=True)\nclass {}({base}):\n", camel(name));
        let _ = write!(text, "    \"\"\"{doc}\"\"\"\n\n    verb: ClassVar[str] = \"{name}\"\n");
        write_fields(&mut text, fields, "parts.");
    }
    text
}

fn parts(model: &Model) -> String {
    let mut text = head("Objects inside requests, and the words to choose from.");
    let _ = write!(text, "from typing import Any, Literal, TypeAlias\n\nfrom waymark._json import Part\n");
    for (name, part) in &model.parts {
        match part {
            Part::Object { doc, fields } => {
                let _ = write!(text, "\n\n@dataclass(frozen=True, kw_only=True)\nclass {name}(Part):\n");
                let _ = writeln!(text, "    \"\"\"{doc}\"\"\"");
                write_fields(&mut text, fields, "");
            }
            Part::Words { doc, words } => {
                let _ = write!(text, "\n\n{name}: TypeAlias = Literal[\n");
                for word in words {
                    let _ = writeln!(text, "    \"{}\",  # {}", word.word, word.doc);
                }
                let _ = write!(text, "]\n\"\"\"{doc}\"\"\"\n");
            }
            Part::Choice { doc, options } => {
                let names: Vec<String> =
                    options.iter().map(|option| format!("{name}{}", camel(&option.name))).collect();
                for (option, class) in options.iter().zip(&names) {
                    let _ = write!(text, "\n\n@dataclass(frozen=True)\nclass {class}(Part):\n");
                    let _ = writeln!(text, "    \"\"\"{doc} {}\"\"\"\n", option.doc);
                    let _ = writeln!(text, "    {}: {}", name_of(option), kind(&option.kind, ""));
                }
                let _ = write!(text, "\n\n{name}: TypeAlias = {}\n\"\"\"{doc}\"\"\"\n", names.join(" | "));
            }
        }
    }
    text
}

fn write_fields(text: &mut String, fields: &[Field], module: &str) {
    for field in Model::needed_first(fields) {
        let (name, kind) = (name_of(field), kind(&field.kind, module));
        let _ = match field.need {
            Need::Needed => write!(text, "\n    {name}: {kind}\n"),
            Need::Optional => write!(text, "\n    {name}: {kind} | None = None\n"),
        };
        if !field.doc.is_empty() {
            let _ = writeln!(text, "    \"\"\"{}\"\"\"", field.doc);
        }
    }
}

fn name_of(field: &Field) -> String {
    let end = if KEYWORDS.contains(&field.name.as_str()) { "_" } else { "" };
    format!("{}{end}", field.name)
}

fn kind(kind: &Kind, module: &str) -> String {
    match kind {
        Kind::Text => "str".to_owned(),
        Kind::Whole => "int".to_owned(),
        Kind::Flag => "bool".to_owned(),
        Kind::Anything => "Any".to_owned(),
        Kind::Counts => "Mapping[str, int]".to_owned(),
        Kind::List(of) => format!("Sequence[{}]", self::kind(of, module)),
        Kind::Part(name) => format!("{module}{name}"),
    }
}
