//! Two histories of one log (C17): what is asked about the branch that is kept aside.
//!
//! ```text
//!   log that is held   1 ── 2 ── 3
//!   what is shown           ╰── 3' ── 4'      conflict.raised log_fork, about D:3 and the hash of 3'
//! ```
//! A branch is named by its first entry and that one's hash, so it has one name however much of it is shown, and another
//! branch has another. Does not keep it, and does not write it anew: see [`super::recovery`].

use crate::ids::{Digest, OpId};
use crate::referral::act::{ConflictRaised, Finding};

/// The first entry of a branch: it has the id of one that is held, and another hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// Its id.
    pub first: OpId,
    /// Its hash.
    pub hash: Digest,
}

impl Branch {
    /// What a conflict about it is about.
    #[must_use]
    pub fn about(&self) -> String {
        format!("{}/{}", self.first, self.hash)
    }

    /// The branch that a conflict is about; none when it is about something else.
    #[must_use]
    pub fn read(about: &str) -> Option<Self> {
        let (first, hash) = about.split_once('/')?;
        Some(Self { first: first.parse().ok()?, hash: hash.parse().ok()? })
    }

    /// What the server raises, in the force's record.
    #[must_use]
    pub fn raised(&self) -> ConflictRaised {
        ConflictRaised { finding: Finding::LogFork, about: self.about(), sides: vec![self.first], gone: None }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::DeviceId;

    #[test]
    fn a_branch_is_read_back_from_what_a_conflict_says_of_it() {
        let first = OpId { device: DeviceId(Uuid::from_u128(7)), seq: 3 };
        let branch = Branch { first, hash: Digest([9; 32]) };
        assert_eq!(Branch::read(&branch.about()), Some(branch));
        assert_ne!(Branch { hash: Digest([8; 32]), ..branch }.about(), branch.about());
        assert_eq!(Branch::read("crime_reference/43"), None);
    }
}
