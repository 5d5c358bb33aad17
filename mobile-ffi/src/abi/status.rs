//! The statuses: numbers that never change, in ranges by who must act.
//!
//! 1 to 9: the call itself was wrong; 10 to 19: the library has a problem, told in the response.
//! Retired numbers: none. Does not hold the details of a problem.

use crate::problem::{Problem, Who};

/// What became of a call. A number keeps its meaning for ever; new ones may come.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// A pointer is null that must not be.
    Null = 1,
    /// A text is not UTF-8.
    Utf8 = 2,
    /// A text is not a JSON object.
    Json = 3,
    /// The handle was never given out.
    Handle = 4,
    /// The handle was closed, or is being closed.
    Closed = 5,
    /// The library has a fault; the call may have had no effect. Other calls go on working.
    Panic = 6,
    /// This cannot be called from inside a callback; nothing was done.
    Reentry = 7,
    /// The caller must change something; the response says what.
    ProblemCaller = 10,
    /// What is stored is at fault; the response says how.
    ProblemData = 11,
    /// The same call works later.
    ProblemLater = 12,
    /// The server, or whoever answered, is at fault.
    ProblemPeer = 13,
}

impl Status {
    /// One sentence for people.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Ok => "Done.",
            Self::Null => "A pointer is null that must not be.",
            Self::Utf8 => "The text is not UTF-8.",
            Self::Json => "The text is not a JSON object.",
            Self::Handle => "The handle was never given out.",
            Self::Closed => "The handle was closed.",
            Self::Panic => "The library has a fault.",
            Self::Reentry => "This cannot be called from inside a callback.",
            Self::ProblemCaller | Self::ProblemData | Self::ProblemLater | Self::ProblemPeer => {
                "The response says what is wrong."
            }
        }
    }
}

impl From<&Problem> for Status {
    fn from(problem: &Problem) -> Self {
        match problem.who {
            Who::Caller => Self::ProblemCaller,
            Who::Data => Self::ProblemData,
            Who::Later => Self::ProblemLater,
            Who::Peer => Self::ProblemPeer,
        }
    }
}
