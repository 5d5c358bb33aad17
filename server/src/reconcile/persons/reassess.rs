//! What the central record says of a device's verdict, once it is known whose referral it is.
//!
//! Does not edit the snapshot: a good-faith offer is honoured.

use std::collections::BTreeSet;

use sync_core::ids::{CompartmentKind, Record};
use sync_core::persons::{self, Referred, SubjectId, held};
use sync_core::referral::act::{Act, EligibilityAssessed, EligibilityReassessed, OpRef, PolicyRef};
use sync_core::referral::eligibility::{self};
use sync_core::referral::fold::StreamState;
use sync_core::referral::rule_inputs::prior_of;
use sync_core::referral::timers::pack_of;
use sync_core::referral::view::view;

use super::{Said, named_by, persons_of, referral_of};
use crate::fault::Fault;
use crate::reconcile::own_log::write;
use crate::reconcile::round::Round;

/// The referrals of everybody who is one person with these subjects.
pub(super) fn all(round: &mut Round<'_>, subjects: &BTreeSet<SubjectId>) -> Result<(), Fault> {
    let said = Said::read(round, persons_of(round.server.force))?;
    let members = subjects.iter().flat_map(|subject| said.persons.members(subject));
    let referrals: BTreeSet<uuid::Uuid> =
        members.filter(|end| named_by(end).is_some()).map(|end| referral_of(&end)).collect();
    referrals.into_iter().try_for_each(|referral| reassess(round, referral))
}

/// What the central record says of a device's verdict (C20): a notice, once it is known whose referral it is. While
/// an admin is asked, nobody's earlier record counts against anybody.
fn reassess(round: &mut Round<'_>, referral: uuid::Uuid) -> Result<(), Fault> {
    let record = Record::referral(referral);
    let states = round.record(record)?.states();
    let Some(new) = Referred::of(&states) else { return Ok(()) };
    let stream = persons_of(round.server.force);
    let said = Said::read(round, stream)?;
    let is_held = held(&new.known.id, &said.open, &said.persons) == persons::Held::Yes;
    let seen = view(&states);
    let (Some(given), Some(submitted_ms)) = (seen.verdict, seen.submitted_ms) else { return Ok(()) };
    let mut priors = Vec::new();
    let members = if is_held { BTreeSet::new() } else { said.persons.members(&new.known.id) };
    for member in members {
        let earlier = referral_of(&member);
        if earlier != referral && named_by(&member).is_some() {
            let prior = prior_of(earlier, &round.record(Record::referral(earlier))?.states());
            priors.extend(prior.filter(|prior| prior.submitted_ms < submitted_ms));
        }
    }
    let pack = pack_of(&states);
    let found = eligibility::reassess(&given, pack, &priors, submitted_ms);
    // What was noted before a split or a question is taken back by another notice.
    let verdict = found.or_else(|| seen.reassessed.is_some().then_some(given));
    let mut assessed = states.iter().flat_map(StreamState::acts);
    let assessed = assessed.find(|(_, act)| act.as_body::<EligibilityAssessed>().is_some());
    let (Some(verdict), Some((entry, _))) = (verdict, assessed) else { return Ok(()) };
    if seen.reassessed.as_ref() == Some(&verdict) {
        return Ok(());
    }
    let policy = PolicyRef { id: pack.id.clone(), version: pack.version };
    let snapshot = OpRef::Id(entry.id);
    let notice = EligibilityReassessed { verdict, policy, snapshot, years: None, read_as: None };
    let police = record.stream(CompartmentKind::Police, round.server.force);
    write(round, police, &Act::EligibilityReassessed(notice))
}
