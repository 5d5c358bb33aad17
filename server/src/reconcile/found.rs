//! By what a desk finds a referral again: the days on which its service meets the person, its reference, and
//! the service that is asked to take it over.
//!
//! Kept beside the names ([`super::persons`]) as digests, so that a week's diary and a search read what they show and
//! nothing else. Does not decide who may see what is found.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sync_core::ids::{Digest, OpId, OrgId, Record, RecordKind};
use sync_core::local_time::local_day;
use sync_core::referral::act::{AppointmentBooked, AppointmentMoved, ReferralSubmitted, TransferRequested};

use super::persons::digest;
use super::round::Round;
use crate::fault::Fault;

/// What an appointment of a service on a day is kept under.
pub(crate) fn day_key(service: OrgId, day: NaiveDate) -> Digest {
    digest("appointment", &format!("{service}/{day}"))
}

/// What a referral is kept under that a service is asked to take over.
pub(crate) fn transfer_key(service: OrgId) -> Digest {
    digest("transfer", &service.to_string())
}

/// What a referral is kept under by the reference that people read out.
pub(crate) fn reference_key(reference: &str) -> Digest {
    digest("reference", reference)
}

/// What a referral is kept under by whom it is about: see [`sync_core::identity::search_keys`].
pub(crate) fn person_key(key: &str) -> Digest {
    digest("person", key)
}

/// Keeps what was just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    if record.kind != RecordKind::Referral {
        return Ok(());
    }
    let tx = round.tx;
    let ops = round.record(record)?;
    for id in changed {
        let Some(held) = ops.get(id) else { continue };
        let kind = held.op.header.kind.as_str();
        if !matches!(
            kind,
            "appointment.booked" | "appointment.moved" | "referral.submitted" | "transfer.requested"
        ) {
            continue;
        }
        let (Some(act), service) = (held.act(), held.op.header.stream.compartment.org) else { continue };
        let booked = act.as_body::<AppointmentBooked>().map(|body| body.at_ms);
        let moved = act.as_body::<AppointmentMoved>().map(|body| body.at_ms);
        let day = booked.or(moved).map(|at_ms| day_key(service, local_day(at_ms)));
        let reference = act.as_body::<ReferralSubmitted>().map(|body| reference_key(&body.reference));
        let transfer = act.as_body::<TransferRequested>().map(|body| transfer_key(body.to));
        let keys: BTreeSet<Digest> = day.into_iter().chain(reference).chain(transfer).collect();
        tx.keep_under(*id, &keys)?;
    }
    Ok(())
}
