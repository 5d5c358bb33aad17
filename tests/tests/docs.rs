//! The examples in README.md and docs/: every command runs, every JSON is JSON, what the demo prints
//! is what the README shows.
//!
//! Blocks without a language are pictures and byte layouts, and are not looked at, nor are blocks
//! inside a list. Does not check that links lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::{root, run, waymark};

use super::terminal::Terminal;

/// The document whose commands are one story.
const BOOK: &str = "operating.md";

/// A block of a document with its language.
struct Block {
    place: String,
    language: String,
    lines: Vec<String>,
}

fn documents() -> Vec<PathBuf> {
    let mut files = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn blocks(file: &Path) -> Vec<Block> {
    let (mut blocks, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    for (number, line) in fs::read_to_string(file).expect("a document").lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => {
                let place = format!("{}:{}", file.display(), number + 1);
                open = Some(Block { place, language: language.to_owned(), lines: Vec::new() });
            }
            (None, Some(block)) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: a block does not end", file.display());
    blocks
}

/// The blocks of a language in all documents.
fn all(language: &str) -> Vec<Block> {
    let blocks = documents().into_iter().flat_map(|file| blocks(&file));
    blocks.filter(|block| block.language == language).collect()
}

#[test]
fn every_command_that_a_document_shows_runs() {
    let mut ran = 0;
    for block in all("sh").into_iter().filter(|block| !block.place.contains(BOOK)) {
        let mut terminal = Terminal::new();
        ran += terminal.follow(&block.lines, &block.place);
    }
    assert!(ran > 0, "the README shows commands");
}

/// The book of tasks is one story: each chapter goes on where the one before ended.
#[test]
fn every_command_of_the_book_of_tasks_runs_in_its_order() {
    let mut terminal = Terminal::new();
    let book = all("sh").into_iter().filter(|block| block.place.contains(BOOK));
    let ran: usize = book.map(|block| terminal.follow(&block.lines, &block.place)).sum();
    assert!(ran > 40, "{ran} commands");
}

#[test]
fn every_json_that_a_document_shows_is_json() {
    for block in all("json") {
        let text = block.lines.join("\n");
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}: not JSON", block.place);
    }
}

/// Keys of an object, and what kind of value each has.
fn shape(value: &Value) -> Vec<(String, &'static str)> {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), kind(value))).collect()
}

#[test]
fn the_readme_shows_what_the_last_command_answers() {
    let readme = blocks(&root().join("README.md"));
    let shown = readme.iter().find(|block| block.language == "json").expect("the README shows an answer");
    let commands = readme.iter().filter(|block| block.language == "sh").nth(1).expect("a second block");
    let mut terminal = Terminal::new();
    commands.lines.iter().for_each(|line| terminal.type_in(line, &commands.place));
    let answer: Value = serde_json::from_str(&terminal.last).expect("a phone answers with JSON");
    let shown: Value = serde_json::from_str(&shown.lines.join("\n")).expect("it is JSON");
    assert_eq!(shape(&shown), shape(&answer));
    assert_eq!((&shown["synced"], &shown["round_trips"]), (&answer["synced"], &answer["round_trips"]));
}

/// A line without its numbers, and without the blanks that their widths move.
fn masked(line: &str) -> String {
    let words = line.split_whitespace();
    let masked = words.map(|word| if word.parse::<f64>().is_ok() { "#" } else { word });
    masked.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let readme = blocks(&root().join("README.md"));
    let shown = readme.iter().find(|block| block.language == "text").expect("the README shows the demo");
    let printed = run(waymark().arg("demo"));
    let mut real = printed.lines().filter(|line| !line.is_empty()).map(masked);
    let mut may_skip = false;
    let lines = shown.lines.iter().filter(|line| !line.is_empty());
    for line in lines {
        if line == "…" {
            may_skip = true;
            continue;
        }
        let wanted = masked(line);
        let found =
            if may_skip { real.any(|line| line == wanted) } else { real.next().as_ref() == Some(&wanted) };
        assert!(found, "{}: the demo does not print this, here: {line}", shown.place);
        may_skip = false;
    }
}
