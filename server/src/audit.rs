//! Who opened which person's record, when and what for: lines that are only ever added, each with the hash of the one before.
//!
//! ```text
//!   a question ─▶ answer ─▶ what it opened ─▶ a line each, durable ─▶ the answer goes out
//!                                              hash = SHA-256 (hash of the line before, this line)
//! ```
//! A list that programs read is one line with its rows; what is given out has the digest of its file.
//! What was recorded, altered, joined and erased is no line here: it stands in the log of entries, with who and when, and
//! is chained there. Does not decide who may read.

mod purpose;

use sync_core::access::{Author, Role};
use sync_core::ids::{DeviceId, Digest, OrgId, Record, RecordKind, UserId};

use crate::fault::Fault;
use crate::keys::sha256;
use crate::store::{Reads, Writes};

pub use purpose::Purpose;

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
    /// The person's record; of a list, the record of the reader's own organisation.
    pub(crate) record: Record,
    pub(crate) purpose: Purpose,
    /// How many rows a list had.
    pub(crate) rows: Option<u64>,
    /// Of the file that was given out.
    pub(crate) digest: Option<Digest>,
    pub(crate) phone: Option<OnPhone>,
    pub(crate) hash: Digest,
}

/// The phone on which somebody read, or that was sent what it did not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OnPhone {
    pub(crate) device: DeviceId,
    /// Of an opening there.
    pub(crate) opened: Option<OpenedThere>,
}

/// Its number on the phone, and when it was by the phone's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpenedThere {
    pub(crate) number: u64,
    pub(crate) at_ms: u64,
}

/// What somebody did, to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Noted {
    pub(crate) record: Record,
    pub(crate) purpose: Purpose,
    pub(crate) rows: Option<u64>,
    pub(crate) digest: Option<Digest>,
    pub(crate) phone: Option<OnPhone>,
}

impl Noted {
    /// A record that was opened, or that something was decided about.
    pub(crate) fn of(record: Record, purpose: Purpose) -> Self {
        Self { record, purpose, rows: None, digest: None, phone: None }
    }

    /// A list that was read: it stands at the reader's own organisation, since it is about many.
    pub(crate) fn list(reader: &Author, purpose: Purpose, rows: u64) -> Self {
        let kind = if reader.role.of_provider() { RecordKind::Provider } else { RecordKind::Force };
        Self { rows: Some(rows), ..Self::of(Record { kind, id: reader.org.0 }, purpose) }
    }
}

impl Line {
    /// The hash that the line has after `before`, the hash of the line before it; all zero for the first.
    fn hash_after(&self, before: Digest) -> Digest {
        let Self { number, at_ms, user, role, org, record, purpose, rows, digest, phone, .. } = self;
        let (role, purpose) = (role.word(), purpose.code());
        let mut text = format!("{before}\n{number}\n{at_ms}\n{user}\n{role}\n{org}\n{record}\n{purpose}\n");
        // Lines from before these were noted have neither, and keep their hashes.
        if let Some(rows) = rows {
            text.push_str(&format!("rows {rows}\n"));
        }
        if let Some(digest) = digest {
            text.push_str(&format!("digest {digest}\n"));
        }
        if let Some(OnPhone { device, opened }) = phone {
            text.push_str(&format!("device {device}\n"));
            if let Some(OpenedThere { number, at_ms }) = opened {
                text.push_str(&format!("opened {number} {at_ms}\n"));
            }
        }
        sha256(text.as_bytes())
    }
}

/// What is asked of the lines; nothing: all of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) user: Option<UserId>,
    pub(crate) record: Option<Record>,
}

/// Notes what somebody read, gave out or decided.
pub(crate) fn note(tx: &dyn Writes, reader: &Author, noted: &[Noted], at_ms: u64) -> Result<(), Fault> {
    let (mut number, mut before) = tx.audit_head()?;
    for Noted { record, purpose, rows, digest, phone } in noted.iter().copied() {
        number += 1;
        let Author { user, role, org, .. } = *reader;
        let mut line =
            Line { number, at_ms, user, role, org, record, purpose, rows, digest, phone, hash: before };
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_line_from_before_rows_and_digests_were_noted_keeps_its_hash() {
        let id = Uuid::from_u128(7);
        let line = Line {
            number: 3,
            at_ms: 5,
            user: UserId(id),
            role: Role::Officer,
            org: OrgId(id),
            record: Record::referral(id),
            purpose: Purpose::Search,
            rows: None,
            digest: None,
            phone: None,
            hash: Digest([0; 32]),
        };
        let before = Digest([1; 32]);
        let text = format!("{before}\n3\n5\n{id}\nofficer\n{id}\nreferral/{id}\nsearch\n");
        assert_eq!(line.hash_after(before), sha256(text.as_bytes()));
        let list = Line { rows: Some(0), ..line.clone() };
        let given = Line { digest: Some(before), ..line.clone() };
        assert!(line.hash_after(before) != list.hash_after(before));
        assert!(line.hash_after(before) != given.hash_after(before));
        let on = OnPhone { device: DeviceId(id), opened: None };
        let there = OnPhone { opened: Some(OpenedThere { number: 1, at_ms: 2 }), ..on };
        let sent = Line { phone: Some(on), ..line.clone() }.hash_after(before);
        let opened = Line { phone: Some(there), ..line.clone() }.hash_after(before);
        assert!(line.hash_after(before) != sent && sent != opened);
    }
}
