//! Which registers must agree, and what counts while they do not.
//!
//! What an act writes stands with its body, in [`super::act`]. Does not merge: see [`crate::register`].

use crate::referral::act::{Act, Attendance};
use crate::register::Agreement;
use crate::stream::StreamOp;

/// Registers of which concurrent different values are a conflict; a trailing `/` stands for a
/// family of them. All others are harmless: the newest is shown, the others stay readable.
pub(crate) const MUST_AGREE: &[&str] = &[
    "eligibility",
    "disposal",
    "provider",
    "acceptance",
    "closure",
    "consent/contact",
    "consent/feedback",
    "subject/born",
    "subject/identity",
    "subject/identifier",
    "subject/sex",
    "attendance/",
    "appointment/",
    "transfer/",
    "tie/",
    "deactivated",
    "role/",
];

/// Whether different live values of a register are a conflict.
#[must_use]
pub fn agreement(register: &str) -> Agreement {
    let listed = |name: &&str| {
        if name.ends_with('/') { register.starts_with(*name) } else { register == *name }
    };
    if MUST_AGREE.iter().any(listed) { Agreement::Must } else { Agreement::Harmless }
}

/// The attendance that counts while people disagree: the one that favours the person.
#[must_use]
pub fn favours_the_person(values: &[Attendance]) -> Option<Attendance> {
    values.iter().min().copied()
}

/// The registers that an op writes, with canonical JSON values; none in place of those that were erased.
#[must_use]
pub(crate) fn writes_of(op: &StreamOp, act: Option<&Act>) -> Vec<(String, Option<String>)> {
    let gone = op.erased.as_ref().map_or(&[][..], |erased| &erased.registers);
    let said = act.map(|act| act.recorded().writes(op.id)).unwrap_or_default();
    let said = said.into_iter().filter(|(name, _)| !gone.contains(name));
    let said = said.map(|(name, value)| (name, Some(value)));
    said.chain(gone.iter().map(|name| (name.clone(), None))).collect()
}
