//! What is not written on the command line, where every account of the machine could read it: codes and names.
//!
//! `-`, or nothing where a code is asked for, is read from stdin: a line that somebody types at a prompt, or that a pipe
//! brings. Does not hide what is typed.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::failure::{Done, Failure};

/// A word of the command line, or the line that stands for it on stdin.
pub(crate) fn typed(word: Option<String>, what: &str) -> Done<String> {
    match word {
        Some(word) if word != "-" => Ok(word),
        Some(_) | None => line(what),
    }
}

#[expect(clippy::print_stderr, reason = "a prompt is no answer: stdout may be a pipe")]
fn line(what: &str) -> Done<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprint!("{what}: ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    let line = line.trim();
    if line.is_empty() {
        return Err(Failure::Usage(format!("{what} was to be read from stdin, and there is nothing")));
    }
    Ok(line.to_owned())
}
