//! The checks a pack passes before anybody uses it.
//!
//! Does not repair: a pack is taken whole or not at all.

use super::{
    PolicyFault,
    pack::{PolicyPack, RingNow, Ruling, minutes},
};
use crate::{
    codes::{self, CodeList},
    reference,
};

type Checked = Result<(), PolicyFault>;

pub(super) fn check(pack: &PolicyPack) -> Checked {
    names(pack)?;
    amounts(pack)?;
    returning(pack)?;
    listed(pack)?;
    ring_now(&pack.ring_now)
}

fn names(pack: &PolicyPack) -> Checked {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    ensure(plain(&pack.id), "id", "must be lower-case letters, digits and hyphens")?;
    ensure(pack.version >= 1, "version", "starts at 1")?;
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
        ("timers.received_minutes", timers.received_minutes),
        ("timers.accepted_working_days", timers.accepted_working_days),
        ("timers.first_attempt_working_days", timers.first_attempt_working_days),
        ("timers.first_attempt_safeguarding_hours", timers.first_attempt_safeguarding_hours),
        ("timers.assessment_working_days", timers.assessment_working_days),
        ("timers.sessions_days", timers.sessions_days),
        ("timers.missed_in_a_row", timers.missed_in_a_row),
        ("timers.feedback_silence_days", timers.feedback_silence_days),
        ("timers.lapse_grace_hours", timers.lapse_grace_hours),
        ("timers.lead_settles_working_days", timers.lead_settles_working_days),
        ("access.officer_reads_days", pack.access.officer_reads_days),
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
    ensure(
        rule.closed_at.of(rule.wanted_level) == Ruling::Eligible,
        "returning.wanted_level",
        "must be a level that makes eligible",
    )?;
    ensure(
        rule.feedback_missing != Ruling::NotEligible,
        "returning.feedback_missing",
        "must not be not_eligible: missing feedback harms nobody",
    )?;
    ensure(
        rule.return_after_days != Some(0),
        "returning.return_after_days",
        "must be at least 1 when it is given",
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
    )?;
    ensure(!pack.age.youth_steps.is_empty(), "age.youth_steps", "must name at least one step")
}

fn ring_now(lines: &[RingNow]) -> Checked {
    for line in lines {
        ensure(
            minutes(&line.from).is_some() && minutes(&line.to).is_some(),
            "ring_now",
            "has a time that is not written HH:MM",
        )?;
        ensure(
            !line.whom.trim().is_empty() && !line.number.trim().is_empty(),
            "ring_now",
            "must say whom to ring and the number",
        )?;
    }
    let covered =
        (0..24 * 60).all(|minute| lines.iter().any(|line| line.is_everywhere() && line.covers(minute)));
    ensure(covered, "ring_now", "must have a line for area * at every hour")
}

fn all_in(list: CodeList, reasons: &[String]) -> bool {
    !reasons.is_empty() && reasons.iter().all(|reason| codes::contains(list, reason))
}

fn ensure(holds: bool, field: &'static str, why: &str) -> Checked {
    if holds { Ok(()) } else { Err(PolicyFault::Value { field, why: why.to_owned() }) }
}
