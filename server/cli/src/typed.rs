//! What is not written on the command line, where every account of the machine could read it: codes, keys and names.
//!
//! `-`, or nothing where a code is asked for, is read from stdin: a line that somebody types at a prompt, or that a pipe
//! brings. A secret that is typed is not shown. Does not know what it is for.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::failure::{Done, Failure};

/// What is shown of a line while it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    No,
}

/// A word of the command line, or the line of stdin that `-` stands for; it is shown while it is typed.
pub(crate) fn typed(word: &str, what: &str) -> Done<String> {
    if word == "-" { line(what, Shown::Yes) } else { Ok(word.to_owned()) }
}

/// The same of a word that may be left out of the command line.
pub(crate) fn if_typed(word: Option<String>, what: &str) -> Done<Option<String>> {
    word.map(|word| typed(&word, what)).transpose()
}

/// A secret of the command line, or the line of stdin that `-` or nothing stands for; it is not shown while it is typed.
pub(crate) fn secret(word: Option<&str>, what: &str) -> Done<String> {
    match word {
        Some(word) if word != "-" => Ok(word.to_owned()),
        Some(_) | None => line(what, Shown::No),
    }
}

/// Everything that a pipe brings; at a terminal one line, which is not shown.
pub(crate) fn secret_text(what: &str) -> Done<String> {
    if std::io::stdin().is_terminal() {
        return line(what, Shown::No);
    }
    Ok(std::io::read_to_string(std::io::stdin())?)
}

/// Prompts, when somebody types, and reads a line.
#[expect(clippy::print_stderr, reason = "a prompt is no answer: stdout may be a pipe")]
fn line(what: &str, shown: Shown) -> Done<String> {
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.is_terminal() {
        // Before the prompt: somebody types fast.
        let _hidden = (shown == Shown::No).then(hidden::Hidden::begin).transpose()?;
        eprint!("{what}: ");
        std::io::stderr().flush()?;
        stdin.lock().read_line(&mut line)?;
    } else {
        stdin.lock().read_line(&mut line)?;
    }
    let line = line.trim();
    if line.is_empty() {
        return Err(Failure::Usage(format!("{what} was to be read from stdin, and there is nothing")));
    }
    Ok(line.to_owned())
}

#[cfg(unix)]
mod hidden {
    use std::io::{Result, stdin};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The terminal does not show what is typed, until this is dropped.
    pub(super) struct Hidden(Termios);

    impl Hidden {
        pub(super) fn begin() -> Result<Self> {
            let before = tcgetattr(stdin())?;
            let mut hiding = before.clone();
            hiding.local_modes.remove(LocalModes::ECHO);
            // The end of the line is seen: the next line begins on its own.
            hiding.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(stdin(), OptionalActions::Flush, &hiding)?;
            Ok(Self(before))
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            // A terminal that is gone shows nothing.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }
}

/// Where a terminal cannot be told, what is typed is shown.
#[cfg(not(unix))]
mod hidden {
    pub(super) struct Hidden;

    impl Hidden {
        pub(super) fn begin() -> std::io::Result<Self> {
            Ok(Self)
        }
    }
}
