//! The checks a pack passes before anybody uses it.
//!
//! Does not repair: a pack is taken whole or not at all.

use std::collections::BTreeSet;

use super::pack::{PolicyPack, Ruling, Step};
use super::promises::Promise;
use super::ring_now::{RingNow, minutes};
use super::{Broken, PolicyFault};
use crate::codes::{self, CodeList};
use crate::reference;
use crate::referral::level::Level;

type Checked = Result<(), PolicyFault>;

pub(super) fn check(pack: &PolicyPack) -> Checked {
    names(pack)?;
    amounts(pack)?;
    returning(pack)?;
    listed(pack)?;
    steps(pack)?;
    ring_now(&pack.ring_now)?;
    promises(pack)
}

fn names(pack: &PolicyPack) -> Checked {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    ensure(plain(&pack.id), "id", "must be lower-case letters, digits and hyphens")?;
    ensure((1..=3_660).contains(&pack.version), "version", "must be between 1 and 3660")?;
    ensure(!pack.title.trim().is_empty(), "title", "must not be empty")?;
    ensure(
        reference::is_prefix(&pack.reference_prefix),
        "reference_prefix",
        "must be two to five capital letters",
    )
}

fn amounts(pack: &PolicyPack) -> Checked {
    let timers = &pack.timers;
    let at_least_one = [
        ("package.assessments", pack.package.assessments),
        ("package.sessions", pack.package.sessions),
        ("package.session_minutes", pack.package.session_minutes),
        ("offer.open_days", pack.offer.open_days),
        ("contact.attempts_at_least", pack.contact.attempts_at_least),
        ("contact.channels_at_most_needed", pack.contact.channels_at_most_needed),
        ("contact.ask_lead_after_days", pack.contact.ask_lead_after_days),
        ("timers.received_working_days", timers.received_working_days),
        ("timers.accepted_working_days", timers.accepted_working_days),
        ("timers.first_attempt_working_days", timers.first_attempt_working_days),
        ("timers.first_attempt_safeguarding_hours", timers.first_attempt_safeguarding_hours),
        ("timers.assessment_working_days", timers.assessment_working_days),
        ("timers.sessions_days", timers.sessions_days),
        ("timers.missed_in_a_row", timers.missed_in_a_row),
        ("timers.feedback_silence_days", timers.feedback_silence_days),
        ("timers.offence_days", timers.offence_days),
        ("timers.lapse_grace_hours", timers.lapse_grace_hours),
        ("timers.lead_settles_working_days", timers.lead_settles_working_days),
        ("access.officer_reads_days", pack.access.officer_reads_days),
        ("retention.force_review_days", pack.retention.force_review_days),
        ("retention.service_review_days", pack.retention.service_review_days),
        ("retention.draft_days", pack.retention.draft_days),
    ];
    for (field, value) in at_least_one {
        ensure((1..=3_660).contains(&value), field, "must be between 1 and 3660")?;
    }
    ensure(
        pack.package.tolerance_minutes < pack.package.session_minutes,
        "package.tolerance_minutes",
        "must be less than a session",
    )?;
    ensure(
        pack.age.criminal_responsibility_years < pack.age.adult_years && pack.age.adult_years <= 21,
        "age.adult_years",
        "must lie above the age of criminal responsibility and be at most 21",
    )
}

fn returning(pack: &PolicyPack) -> Checked {
    let rule = &pack.returning;
    let rulings = [rule.closed_at.l0, rule.closed_at.l1, rule.closed_at.l2, rule.closed_at.l3];
    ensure(rulings.is_sorted(), "returning.closed_at", "must not fall as the level rises")?;
    let lowest = Level::ALL.iter().copied().find(|level| rule.closed_at.of(*level) == Ruling::Eligible);
    ensure(
        rule.wanted_level == lowest,
        "returning.wanted_level",
        "must be the lowest level that makes eligible, or null when none does",
    )?;
    ensure(
        rule.feedback_missing == Ruling::Eligible,
        "returning.feedback_missing",
        "must be eligible: missing feedback harms nobody",
    )?;
    ensure(
        rule.return_after_days.is_none_or(|days| (1..=36_600).contains(&days)),
        "returning.return_after_days",
        "must be between 1 and 36600 when it is given",
    )
}

fn listed(pack: &PolicyPack) -> Checked {
    ensure(
        codes::contains(CodeList::Outcomes, &pack.disposal.outcome_code),
        "disposal.outcome_code",
        "is not in the list of outcomes",
    )?;
    ensure(
        all_in(CodeList::RescindReasons, &pack.disposal.rescind_reasons),
        "disposal.rescind_reasons",
        "has a reason that is not in the list",
    )?;
    ensure(
        all_in(CodeList::CancelReasons, &pack.cancel_reasons),
        "cancel_reasons",
        "has a reason that is not in the list",
    )
}

/// Words by which a pack would ask for an admission. R13: none may.
const ADMISSION: [&str; 4] = ["admit", "admission", "confess", "guilt"];

fn steps(pack: &PolicyPack) -> Checked {
    ensure(!pack.age.youth_steps.is_empty(), "age.youth_steps", "must name at least one step")?;
    for (place, step) in pack.age.youth_steps.iter().enumerate() {
        check_step(step, &format!("age.youth_steps[{place}]"))?;
    }
    for (place, code) in pack.age.notice_may_be_omitted_for.iter().enumerate() {
        ensure(is_code(code), &format!("age.notice_may_be_omitted_for[{place}]"), NO_CODE)?;
    }
    check_step(&pack.age.under_age_step, "age.under_age_step")
}

const NO_CODE: &str = "must be lower-case letters, digits and underscores";

fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

fn check_step(step: &Step, field: &str) -> Checked {
    ensure(is_code(&step.code), &format!("{field}.code"), NO_CODE)?;
    ensure(!step.sentence.trim().is_empty(), &format!("{field}.sentence"), "must not be empty")?;
    for (part, text) in [("code", &step.code), ("sentence", &step.sentence)] {
        let asks = ADMISSION.iter().any(|word| text.to_lowercase().contains(word));
        ensure(!asks, &format!("{field}.{part}"), "must not ask for an admission: no pack may")?;
    }
    Ok(())
}

fn ring_now(lines: &[RingNow]) -> Checked {
    for (place, line) in lines.iter().enumerate() {
        for (part, time) in [("from", &line.from), ("to", &line.to)] {
            let field = format!("ring_now[{place}].{part}");
            ensure(minutes(time).is_some(), &field, "must be a local time HH:MM up to 24:00")?;
        }
        for (part, text) in [("area", &line.area), ("whom", &line.whom), ("number", &line.number)] {
            ensure(!text.trim().is_empty(), &format!("ring_now[{place}].{part}"), "must not be empty")?;
        }
    }
    let covered =
        (0..24 * 60).all(|minute| lines.iter().any(|line| line.is_everywhere() && line.covers(minute)));
    ensure(covered, "ring_now", "must have a line for area * at every hour")
}

/// A pack says exactly which promises its values break: no more, no fewer.
fn promises(pack: &PolicyPack) -> Checked {
    let field = "promises_not_kept";
    for (place, Broken { instead, .. }) in pack.promises_not_kept.iter().enumerate() {
        ensure(!instead.trim().is_empty(), &format!("{field}[{place}].instead"), "must not be empty")?;
    }
    let named: BTreeSet<Promise> = pack.promises_not_kept.iter().map(|broken| broken.promise).collect();
    ensure(named.len() == pack.promises_not_kept.len(), field, "names a promise twice")?;
    let broken = Promise::broken_by(pack);
    if let Some(promise) = broken.difference(&named).next() {
        return fault(field, format!("must name {promise:?}: the pack's values break it"));
    }
    match named.difference(&broken).next() {
        None => Ok(()),
        Some(promise) => fault(field, format!("names {promise:?}, which the pack's values keep")),
    }
}

fn all_in(list: CodeList, reasons: &[String]) -> bool {
    !reasons.is_empty() && reasons.iter().all(|reason| codes::contains(list, reason))
}

fn ensure(holds: bool, field: &str, why: &str) -> Checked {
    if holds { Ok(()) } else { fault(field, why.to_owned()) }
}

fn fault(field: &str, why: String) -> Checked {
    Err(PolicyFault::Value { field: field.to_owned(), why })
}
