//! A Rust file as the tests of the house see it: its lines, and its code without comments and literals.
//!
//! Owns just enough of Rust's lexical rules to tell code from text. Does not parse, and reads no files.

/// One file's text beside its code, line for line the same.
pub struct RustSource {
    text: String,
    code: String,
}

impl RustSource {
    pub fn new(text: String) -> Self {
        let code = without_text(&text);
        Self { text, code }
    }

    pub fn line_count(&self) -> usize {
        self.text.lines().count()
    }

    pub fn opens_with_module_doc(&self) -> bool {
        self.text.starts_with("//!")
    }

    /// Numbers of the lines whose code holds `word` as a whole word.
    pub fn lines_with_word(&self, word: &str) -> Vec<usize> {
        self.code_lines(|line| words(line).any(|(_, found)| found == word))
    }

    /// Numbers of the lines that call or import a free function `name`; methods of that name are something else.
    pub fn lines_with_call_of(&self, name: &str) -> Vec<usize> {
        self.code_lines(|line| {
            words(line).any(|(at, found)| {
                let before = line[..at].trim_end();
                found == name && !before.ends_with('.') && !before.ends_with("fn")
            })
        })
    }

    /// Numbers of the lines whose code holds a path, and not only the beginning of a longer name.
    pub fn lines_with_path(&self, path: &str) -> Vec<usize> {
        let ends = |rest: &str| !rest.starts_with(is_word);
        self.code_lines(|line| line.match_indices(path).any(|(at, _)| ends(&line[at + path.len()..])))
    }

    /// Number of the first line whose code holds `fragment`.
    pub fn first_line_with(&self, fragment: &str) -> Option<usize> {
        self.code_lines(|line| line.contains(fragment)).first().copied()
    }

    /// Numbers of the lines that keep a test from running: the attribute, alone or conditional, and the mark on an example.
    pub fn ignored_tests(&self) -> Vec<usize> {
        let attribute = |line: &str| line.contains("#[") && words(line).any(|(_, word)| word == "ignore");
        let mut lines = self.code_lines(attribute);
        lines.extend(numbers_of(&self.text, |line| {
            let example = line.trim_start().strip_prefix("//").and_then(|doc| doc.split_once("```"));
            example.is_some_and(|(_, marks)| words(marks).any(|(_, word)| word == "ignore"))
        }));
        lines
    }

    fn code_lines(&self, is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
        numbers_of(&self.code, is_meant)
    }
}

fn numbers_of(text: &str, is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
    (1..).zip(text.lines()).filter(|(_, line)| is_meant(line)).map(|(number, _)| number).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a line, each with the byte where it begins.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + line[end..].find(is_word)?;
        end = start + line[start..].find(|c| !is_word(c)).unwrap_or(line.len() - start);
        Some((start, &line[start..end]))
    })
}

/// The code of `text`: comments and literals become one blank each, line breaks stay.
fn without_text(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(is_word);
        let skipped = comment_len(rest)
            .or_else(|| if after_word { None } else { raw_string_len(rest) })
            .or_else(|| string_len(rest))
            .or_else(|| char_len(rest));
        let taken = skipped.unwrap_or(first.len_utf8());
        if skipped.is_some() {
            code.push(' ');
            code.extend(rest[..taken].matches('\n'));
        } else {
            code.push(first);
        }
        rest = &rest[taken..];
    }
    code
}

fn comment_len(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let mut at = rest.strip_prefix("/*").map(|_| 2)?;
    let mut depth = 1;
    while depth > 0 {
        let Some(mark) = rest[at..].find(['*', '/']) else { return Some(rest.len()) };
        at += mark;
        let step = if rest[at..].starts_with("*/") {
            depth -= 1;
            2
        } else if rest[at..].starts_with("/*") {
            depth += 1;
            2
        } else {
            1
        };
        at += step;
    }
    Some(at)
}

/// `r"…"`, `br#"…"#`, `cr##"…"##`: ends at the quote with as many hashes as it began with.
fn raw_string_len(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let tail = rest.strip_prefix(prefix).map(|tail| tail.trim_start_matches('#'));
        tail.is_some_and(|tail| tail.starts_with('"'))
    })?;
    let opening = rest.find('"')?;
    let closing = format!("\"{}", "#".repeat(opening - prefix.len()));
    let body = opening + 1;
    Some(rest[body..].find(&closing).map_or(rest.len(), |at| body + at + closing.len()))
}

fn string_len(rest: &str) -> Option<usize> {
    rest.strip_prefix('"').map(|body| 1 + quoted_len(body, '"'))
}

/// `'x'` and `'\n'`, but not the lifetime `'x`.
fn char_len(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    let first = body.chars().next()?;
    let is_char = first == '\\' || body[first.len_utf8()..].starts_with('\'');
    is_char.then(|| 1 + quoted_len(body, '\''))
}

/// Length up to and with the closing `quote`, past whatever a backslash escapes.
fn quoted_len(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> RustSource {
        RustSource::new(text.to_owned())
    }

    #[test]
    fn words_in_comments_and_literals_are_not_code() {
        let text = r####"
            // unsafe
            /* unsafe /* unsafe */ unsafe */
            let a = "unsafe \" unsafe"; let b = r#"unsafe " unsafe"#;
            let c = '"'; let d: &'static str = "unsafe"; let e = '\'';
            let over_lines = "
                unsafe";
            forbid(unsafe_code);
        "####;
        assert_eq!(source(text).lines_with_word("unsafe"), Vec::<usize>::new());
        assert_eq!(source(&format!("{text} unsafe {{}}")).lines_with_word("unsafe"), vec![9]);
    }

    #[test]
    fn an_ignored_test_is_found_in_each_of_its_forms() {
        let forms = [
            "#[ignore]",
            "#[ignore = \"slow\"]",
            "#[cfg_attr(miri, ignore)]",
            "/// ```rust,ignore",
            "//! ```ignore",
        ];
        for form in forms {
            assert_eq!(source(form).ignored_tests(), vec![1], "{form}");
        }
        assert_eq!(source("// ignore\nfn ignore() {}\n/// ```text").ignored_tests(), Vec::<usize>::new());
    }

    #[test]
    fn a_call_or_import_of_sleep_is_found_and_a_method_is_not() {
        for line in ["std::thread::sleep(wait);", "use tokio::time::{self, sleep};", "sleep(wait)"] {
            assert_eq!(source(line).lines_with_call_of("sleep"), vec![1], "{line}");
        }
        for line in ["clock.sleep(wait)", "fn sleep() {}", "asleep()"] {
            assert_eq!(source(line).lines_with_call_of("sleep"), Vec::<usize>::new(), "{line}");
        }
    }

    #[test]
    fn a_path_is_found_and_a_longer_name_or_a_mention_is_not() {
        for line in ["use crate::desk::Answer;", "use crate::desk;", "crate::desk::ask()"] {
            assert_eq!(source(line).lines_with_path("crate::desk"), vec![1], "{line}");
        }
        for line in ["use crate::desk_log;", "//! See [`crate::desk`]."] {
            assert_eq!(source(line).lines_with_path("crate::desk"), Vec::<usize>::new(), "{line}");
        }
    }

    #[test]
    fn a_module_doc_is_the_very_first_thing() {
        assert!(source("//! What it is for.").opens_with_module_doc());
        assert!(!source("use std::fs;\n//! Too late.").opens_with_module_doc());
    }
}
