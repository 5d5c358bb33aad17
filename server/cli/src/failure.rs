//! Why a command ended otherwise than done: one sentence on stderr, and an exit code.
//!
//! Does not print answers.

use std::process::ExitCode;

/// Why a command ended; each kind has its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A check failed.
    Check(String),
    /// The command was not understood, or its input is wrong.
    Usage(String),
    /// Port, disk, database, lock.
    Environment(String),
}

/// What a command gives back.
pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    /// Says it on stderr and gives the exit code.
    #[expect(clippy::print_stderr, reason = "this is the one place where the command line says its errors")]
    pub(crate) fn say(&self) -> ExitCode {
        let (code, sentence) = match self {
            Self::Check(sentence) => (1, sentence),
            Self::Usage(sentence) => (2, sentence),
            Self::Environment(sentence) => (3, sentence),
        };
        eprintln!("waymark: {sentence}");
        ExitCode::from(code)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Environment(format!("the system answered: {error}"))
    }
}

/// Prints one line of an answer on stdout; a closed pipe is not a fault of ours.
pub(crate) fn print(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
