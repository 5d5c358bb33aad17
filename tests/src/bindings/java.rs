//! The made classes of the Java package: a class for each verb and each object, words as enumerations.
//!
//! A constructor takes what is needed; what is optional has a method that gives the object back. Does not write how they
//! become JSON: `waymark/Part.java` does.

use std::fmt::Write as _;

use super::model::{Field, Kind, Model, Need, Part, Verb};
use super::{camel, capital};

/// Words that Java keeps for itself; a method of such a name gets an underscore.
const KEYWORDS: [&str; 10] =
    ["case", "class", "default", "final", "for", "import", "new", "package", "return", "this"];

pub(super) fn files(model: &Model) -> [(&'static str, String); 3] {
    let (commands, queries) = (&model.commands, &model.queries);
    [
        ("Commands.java", verbs("What somebody does: a class for each command.", "Command", commands)),
        ("Queries.java", verbs("What somebody wants to see: a class for each query.", "Query", queries)),
        ("Parts.java", parts(model)),
    ]
}

fn file(doc: &str, name: &str, classes: &str) -> String {
    let mut imports = String::new();
    for class in ["List", "Map"] {
        if classes.contains(&format!("{class}<")) {
            let _ = writeln!(imports, "import java.util.{class};");
        }
    }
    if !imports.is_empty() {
        imports.push('\n');
    }
    format!(
        "// Made by `cargo run -p tests --bin bindings` of schema/json/phone; do not edit: a test compares.\n\
         package waymark;\n\n{imports}/** {doc} */\npublic final class {name} {{\n    private {name}() {{}}\n{classes}}}\n"
    )
}

fn verbs(doc: &str, base: &str, verbs: &[Verb]) -> String {
    let mut text = String::new();
    for Verb { name, doc, fields } in verbs {
        let class = camel(name);
        let begin = format!("super(\"{name}\");");
        class_of(&mut text, &Class { class: &class, base, doc, begin: &begin }, fields);
    }
    file(doc, if base == "Command" { "Commands" } else { "Queries" }, &text)
}

fn parts(model: &Model) -> String {
    let mut text = String::new();
    for (name, part) in &model.parts {
        match part {
            Part::Object { doc, fields } => {
                class_of(&mut text, &Class { class: name, base: "Part", doc, begin: "" }, fields);
            }
            Part::Words { doc, words } => {
                let _ = write!(text, "\n    /** {doc} */\n    public enum {name} implements Word {{\n");
                for (index, word) in words.iter().enumerate() {
                    let end = if index + 1 == words.len() { ";" } else { "," };
                    let constant = word.word.to_uppercase();
                    let _ = write!(
                        text,
                        "        /** {} */\n        {constant}(\"{}\"){end}\n",
                        word.doc, word.word
                    );
                }
                let _ = write!(
                    text,
                    "\n        private final String word;\n\n        {name}(String word) {{\n            this.word = word;\n        }}\n\n\
                     \x20       @java.lang.Override\n        public String word() {{\n            return word;\n        }}\n    }}\n"
                );
            }
            Part::Choice { doc, options } => choice(&mut text, name, doc, options),
        }
    }
    file("Objects inside requests, and the words to choose from.", "Parts", &text)
}

fn choice(text: &mut String, name: &str, doc: &str, options: &[Field]) {
    let _ = write!(
        text,
        "\n    /** {doc} */\n    public static final class {name} extends Part {{\n        private {name}(String field, Object value) {{\n\
         \x20           need(field, value);\n        }}\n"
    );
    for option in options {
        let (method, kind) = (method(&option.name), kind(&option.kind));
        let _ = write!(
            text,
            "\n        /** {} */\n        public static {name} {method}({kind} value) {{\n            return new {name}(\"{}\", value);\n        }}\n",
            option.doc, option.name
        );
    }
    text.push_str("    }\n");
}

/// What stands above the fields of a class.
struct Class<'a> {
    class: &'a str,
    base: &'a str,
    doc: &'a str,
    begin: &'a str,
}

fn class_of(text: &mut String, Class { class, base, doc, begin }: &Class<'_>, fields: &[Field]) {
    let needed: Vec<&Field> = fields.iter().filter(|field| field.need == Need::Needed).collect();
    let _ = write!(text, "\n    /** {doc} */\n    public static final class {class} extends {base} {{\n");
    let names = needed.iter().map(|field| format!("{} {}", kind(&field.kind), method(&field.name)));
    let docs =
        needed.iter().map(|field| format!("         * @param {} {}\n", method(&field.name), field.doc));
    if !needed.is_empty() {
        let _ = write!(
            text,
            "        /**\n         * With what is needed.\n         *\n{}         */\n",
            docs.collect::<String>()
        );
    } else {
        text.push_str("        /** With nothing so far. */\n");
    }
    let _ = writeln!(text, "        public {class}({}) {{", names.collect::<Vec<_>>().join(", "));
    if !begin.is_empty() {
        let _ = writeln!(text, "            {begin}");
    }
    for field in &needed {
        let _ = writeln!(text, "            need(\"{}\", {});", field.name, method(&field.name));
    }
    text.push_str("        }\n");
    for field in fields.iter().filter(|field| field.need == Need::Optional) {
        let (method, kind) = (method(&field.name), kind(&field.kind));
        let _ = write!(
            text,
            "\n        /** {} */\n        public {class} {method}({kind} {method}) {{\n            put(\"{}\", {method});\n            return this;\n        }}\n",
            field.doc, field.name
        );
    }
    text.push_str("    }\n");
}

/// `not_given` as `notGiven`.
fn method(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    let name = first + &words.map(capital).collect::<String>();
    if KEYWORDS.contains(&name.as_str()) { name + "_" } else { name }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Text => "String".to_owned(),
        Kind::Whole => "long".to_owned(),
        Kind::Flag => "boolean".to_owned(),
        Kind::Anything => "Object".to_owned(),
        Kind::Counts => "Map<String, Long>".to_owned(),
        Kind::List(of) => match of.as_ref() {
            Kind::Whole => "List<Long>".to_owned(),
            of => format!("List<{}>", self::kind(of)),
        },
        Kind::Part(name) => format!("Parts.{name}"),
    }
}
