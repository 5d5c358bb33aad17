//! Who opened which person's record, when and what for: lines that are only ever added, each with the hash of the one before.
//!
//! ```text
//!   a question ─▶ answer ─▶ what it opened ─▶ a line each, durable ─▶ the answer goes out
//!                                              hash = SHA-256 (hash of the line before, this line)
//! ```
//! What was recorded, altered, joined and erased is no line here: it stands in the log of entries, with who and when, and
//! is chained there. Does not decide who may read.

use sync_core::access::{Author, Role};
use sync_core::ids::{Digest, OrgId, Record, UserId};

use crate::desk::Purpose;
use crate::fault::Fault;
use crate::keys::sha256;
use crate::store::{Reads, Writes};

/// A record that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// 1, 2, 3 …
    pub(crate) number: u64,
    pub(crate) at_ms: u64,
    pub(crate) user: UserId,
    /// What the reader did in the scheme then …
    pub(crate) role: Role,
    /// … and for whom.
    pub(crate) org: OrgId,
    pub(crate) record: Record,
    pub(crate) purpose: Purpose,
    pub(crate) hash: Digest,
}

impl Line {
    /// The hash that the line has after `before`, the hash of the line before it; all zero for the first.
    fn hash_after(&self, before: Digest) -> Digest {
        let Self { number, at_ms, user, role, org, record, purpose, .. } = self;
        let (role, purpose) = (role.word(), purpose.code());
        let text = format!("{before}\n{number}\n{at_ms}\n{user}\n{role}\n{org}\n{record}\n{purpose}\n");
        sha256(text.as_bytes())
    }
}

/// What is asked of the lines; nothing: all of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) user: Option<UserId>,
    pub(crate) record: Option<Record>,
}

/// Notes that somebody opened records.
pub(crate) fn note(
    tx: &dyn Writes,
    reader: &Author,
    opened: &[(Record, Purpose)],
    at_ms: u64,
) -> Result<(), Fault> {
    let (mut number, mut before) = tx.audit_head()?;
    for (record, purpose) in opened {
        number += 1;
        let Author { user, role, org, .. } = *reader;
        let (record, purpose) = (*record, *purpose);
        let mut line = Line { number, at_ms, user, role, org, record, purpose, hash: before };
        line.hash = line.hash_after(before);
        tx.add_audit_line(&line)?;
        before = line.hash;
    }
    Ok(())
}

/// Walks the whole chain: how many lines it has, and the number of the first that is not as it was written.
pub(crate) fn verify(read: &dyn Reads) -> Result<(u64, Option<u64>), Fault> {
    let (mut number, mut before, mut wrong) = (0, Digest([0; 32]), None);
    loop {
        let lines = read.audit_after(number, AT_ONCE)?;
        for line in &lines {
            number += 1;
            if wrong.is_none() && (line.number != number || line.hash != line.hash_after(before)) {
                wrong = Some(number);
            }
            (number, before) = (line.number, line.hash);
        }
        if lines.len() < AT_ONCE {
            return Ok((number, wrong));
        }
    }
}

/// Lines that are read in one go.
const AT_ONCE: usize = 1_000;
