//! As whom an op is judged: by the rights that its author had when it was written.
//!
//! ```text
//!             receipt that it cites     pushed (or, on the same boot, recorded)
//!                  earliest ├───────────────┤ latest
//!   left       …───────────────┤                held at the earliest: enough
//!   for cause  …───────────────┤                not held at the latest: ended
//!   given                 ├──────────────────…  held at the latest: enough
//! ```
//! A device is judged alike: one that was given back at its earliest, one that was lost, stolen or
//! revoked for cause at its latest. Does not look at what the record says: `sync-core` does.

use sync_core::access::Author;
use sync_core::clock::Witnessed;
use sync_core::referral::judge::Knew;
use sync_core::stamp::{Disposition, Why};

use super::in_force;
use super::round::judge_as;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::people::{EndReason, Right, RightEnded};
use crate::store::rows::Held;

/// A verdict, and as whom its author was judged.
pub(super) struct Judged {
    pub(super) disposition: Disposition,
    pub(super) author: Author,
}

/// The server's own op is not judged.
pub(super) fn own(read: &dyn Reads, held: &Held) -> Result<Judged, Fault> {
    let author = read.author(held.id().device)?.ok_or(Fault::Unknown("device"))?;
    Ok(Judged { disposition: Disposition::Accepted, author })
}

/// Judges an op by the rights of its author; the right that lets it take effect counts.
pub(super) fn decide(read: &dyn Reads, held: &Held, knew: &Knew<'_>) -> Result<Judged, Fault> {
    let device = held.id().device;
    let author = read.author(device)?.ok_or(Fault::Unknown("device"))?;
    let witnessed = witnessed(read, held, &author)?;
    let revoked = was_revoked(read, held, witnessed)?;
    let rights = if revoked { Vec::new() } else { read.rights(author.user)? };
    let mut best = None;
    for right in rights.iter().filter(|right| was_held(right, witnessed)) {
        let author = Author { role: right.role, org: right.org, ..author };
        let disposition = judge_as(held, &author, knew);
        if disposition.has_effect() {
            let disposition = in_force::check(read, held, witnessed, disposition)?;
            return Ok(Judged { disposition, author });
        }
        best = Some(Judged { disposition, author });
    }
    Ok(best.unwrap_or_else(|| Judged { disposition: ended(judge_as(held, &author, knew)), author }))
}

/// Whether the device had been revoked, or the older one on which an op was written that this one
/// repeats: enrolling again washes nothing clean.
fn was_revoked(read: &dyn Reads, held: &Held, witnessed: Witnessed) -> Result<bool, Fault> {
    let older = held.op.header.recovered_from.map(|original| original.id.device);
    for device in std::iter::once(held.id().device).chain(older) {
        let gone = read.revocation(device)?;
        let ended = gone.map(|gone| RightEnded { at_ms: gone.at_ms, why: gone.reason.as_end() });
        if had_ended(ended, witnessed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// No device wrote anything before it was enrolled, whatever a clock that was set back says; what
/// repeats an op of the same person's older device was written on that one.
fn witnessed(read: &dyn Reads, held: &Held, author: &Author) -> Result<Witnessed, Fault> {
    let mut wrote = held.id().device;
    if let Some(original) = held.op.header.recovered_from
        && read.device(original.id.device)?.is_some_and(|old| old.user == author.user)
    {
        wrote = original.id.device;
    }
    let enrolled_ms = read.enrolled_ms(wrote)?.unwrap_or_default();
    let Witnessed { earliest_ms, latest_ms } = held.witnessed;
    Ok(Witnessed { earliest_ms: earliest_ms.max(enrolled_ms), latest_ms: latest_ms.max(enrolled_ms) })
}

/// Who could never write the stream is refused, and not told that a right has ended.
fn ended(by_last_right: Disposition) -> Disposition {
    match by_last_right {
        Disposition::Refused(why) => Disposition::Refused(why),
        Disposition::Accepted | Disposition::Quarantined(_) => Disposition::Quarantined(Why::RightEnded),
    }
}

fn was_held(right: &Right, witnessed: Witnessed) -> bool {
    right.from_ms <= witnessed.latest_ms && !had_ended(right.ended, witnessed)
}

fn had_ended(ended: Option<RightEnded>, witnessed: Witnessed) -> bool {
    ended.is_some_and(|ended| match ended.why {
        EndReason::Left => witnessed.earliest_ms >= ended.at_ms,
        EndReason::Cause => witnessed.latest_ms >= ended.at_ms,
    })
}

#[cfg(test)]
mod tests {
    use sync_core::access::Role;
    use sync_core::ids::OrgId;

    use super::*;

    fn right(from_ms: u64, ended: Option<(u64, EndReason)>) -> Right {
        let ended = ended.map(|(at_ms, why)| RightEnded { at_ms, why });
        Right { role: Role::Officer, org: OrgId(uuid::Uuid::nil()), from_ms, ended }
    }

    #[test]
    fn who_left_is_judged_at_the_earliest_and_who_was_revoked_for_cause_at_the_latest() {
        let witnessed = Witnessed { earliest_ms: 100, latest_ms: 200 };
        for (from_ms, ended, held) in [
            (0, None, true),
            (150, None, true),
            (201, None, false),
            (0, Some((100, EndReason::Left)), false),
            (0, Some((101, EndReason::Left)), true),
            (0, Some((200, EndReason::Cause)), false),
            (0, Some((201, EndReason::Cause)), true),
        ] {
            assert_eq!(was_held(&right(from_ms, ended), witnessed), held, "{from_ms} {ended:?}");
        }
    }
}
