//! The look-up of somebody's earlier referrals: found as persons are told apart, judged as the force may know them, and
//! noted with who asked.
//!
//! ```text
//!   phone   signed question ─▶ who asks, how often ─▶ sure and doubtful referrals ─▶ one word, noted: one write job
//! ```
//! What the force alone does not hold is not read: an answer tells nothing that a person said no to. Does not decide what a
//! referral means: `sync_core` does.

use std::collections::BTreeSet;

use sync_core::access::Role;
use sync_core::identity::{Born, Subject, search_keys};
use sync_core::ids::{CompartmentKind, DeviceId, Record, UserId};
use sync_core::local_time::local_day;
use sync_core::persons::{self, Pair, Referred, Standing, SubjectId};
use sync_core::policy::PolicyPack;
use sync_core::referral::act;
use sync_core::referral::eligibility::{Prior, PriorCheck};
use sync_core::referral::fold::StreamState;
use sync_core::referral::rule_inputs::{prior_answer, prior_of};
use sync_core::sync::prior_check::PriorQuestion;
use sync_core::sync::statement::SignedHeader;

use super::found::person_key;
use super::persons::{Said, named_by, nearest, persons_of, referral_of};
use super::round::Round;
use super::sealed::signed_alone;
use super::{Refusal, Service};
use crate::fault::Fault;
use crate::rates::{Limited, TooOften};
use crate::store::prior_checks::NotedCheck;
use crate::store::rows::DeviceRow;
use crate::store::{Store, Writes};

/// Why a question is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// It is not signed, or its counter was used.
    Refused(Refusal),
    /// The device or its person may no longer ask.
    Revoked,
    /// The role does not ask this.
    NotYours,
    /// The person has asked as often as they may: after this many milliseconds they may again.
    TooOften(u64),
    /// It names nobody.
    Malformed,
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault.into())
    }
}

/// Answers a phone.
pub(crate) async fn answer<S: Store>(
    service: &Service<S>,
    header: SignedHeader,
    sent: &[u8],
    now_ms: u64,
) -> Result<PriorCheck, Unanswered> {
    let counter = header.counter;
    let DeviceRow { id: device, user, .. } =
        signed_alone(&service.store, header, sent).await.map_err(Unanswered::Refused)?;
    let (subject, limiter) = (subject_of(sent, now_ms), service.limiter.clone());
    let answered = service.store.write(move |tx| {
        let row = tx.device(device)?.ok_or(Fault::Unknown("device"))?;
        if counter <= row.counter {
            return Ok(Err(Unanswered::Refused(Refusal::CounterOld(row.counter))));
        }
        tx.set_counter(device, counter)?;
        let Some(subject) = subject else { return Ok(Err(Unanswered::Malformed)) };
        if tx.revocation(device)?.is_some() {
            return Ok(Err(Unanswered::Revoked));
        }
        if let Err(TooOften { after_ms }) = limiter.take(Limited::LookUps, user.0, 1, now_ms) {
            return Ok(Err(Unanswered::TooOften(after_ms)));
        }
        look_up(tx, Asker { device, user }, &subject, now_ms)
    });
    let answered = answered.await??;
    tracing::info!(%device, "earlier referrals were looked up");
    Ok(answered)
}

fn subject_of(sent: &[u8], now_ms: u64) -> Option<act::Subject> {
    let text = std::str::from_utf8(sent).ok()?;
    sync_core::shape::check(text).ok()?;
    let question: PriorQuestion = serde_json::from_str(text).ok()?;
    question.subject(now_ms).ok()
}

/// Who looks something up: a person at a phone, or at their desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
}

/// Looks somebody up, and notes who asked.
pub(crate) fn look_up(
    tx: &dyn Writes,
    asker: Asker,
    subject: &act::Subject,
    now_ms: u64,
) -> Result<Result<PriorCheck, Unanswered>, Fault> {
    let Asker { device, user } = asker;
    match tx.present_right(user)?.map(|right| right.role) {
        Some(Role::Officer | Role::Supervisor) => {}
        Some(Role::OutreachWorker | Role::ProviderLead | Role::Admin | Role::Auditor | Role::Server) => {
            return Ok(Err(Unanswered::NotYours));
        }
        None => return Ok(Err(Unanswered::Revoked)),
    }
    let server = tx.server()?;
    let mut round = Round::new(tx, &server, now_ms);
    let check = found(&mut round, subject)?;
    round.keep();
    tx.note_check(NotedCheck { device, user, check })?;
    Ok(Ok(check))
}

/// What the record says of somebody.
fn found(round: &mut Round<'_>, subject: &act::Subject) -> Result<PriorCheck, Fault> {
    let now_ms = round.now_ms;
    let subject = compared(subject, now_ms);
    let keys = search_keys(&subject).iter().map(|key| person_key(key)).collect();
    let said = Said::read(round, persons_of(round.server.force))?;
    let (mut sure, mut near, mut held) = (BTreeSet::new(), Vec::new(), persons::Held::No);
    for record in nearest(round.tx, &subject, &keys, None)? {
        let Some(referred) = Referred::of(&round.record(record)?.states()) else { continue };
        let id = referred.known.id.clone();
        if referred.is_surely(&subject) {
            if persons::held(&id, &said.open, &said.persons) == persons::Held::Yes {
                held = persons::Held::Yes;
            }
            sure.extend(said.persons.members(&id).into_iter().filter(|end| named_by(end).is_some()));
        } else if referred.may_be_about(&subject) {
            near.push(id);
        }
    }
    // Whoever an admin has told apart from the person is not meant.
    let is_apart = |one: &SubjectId, other: &SubjectId| {
        let pair = Pair::of(one.clone(), other.clone());
        pair.and_then(|pair| said.persons.standing(&pair)) == Some(Standing::Split)
    };
    let doubtful = near.iter().filter(|id| !sure.contains(*id) && !sure.iter().any(|own| is_apart(own, id)));
    let (sure, doubtful) = (sure.iter().map(of_subject).collect(), doubtful.map(of_subject).collect());
    let (own, others) = (priors(round, &sure)?, priors(round, &doubtful)?);
    let policy = round.tx.policy()?;
    let pack = PolicyPack::nearest(&policy.id, policy.version);
    Ok(PriorCheck { answer: prior_answer(pack, &own, &others, held, now_ms), at_ms: now_ms })
}

fn of_subject(subject: &SubjectId) -> Record {
    Record::referral(referral_of(subject))
}

/// The person as two of them are compared.
fn compared(subject: &act::Subject, now_ms: u64) -> Subject {
    use chrono::Datelike as _;
    let act::Subject { family, given, born, apparent_age, .. } = subject.clone();
    let guessed = || {
        let guessed_in = u16::try_from(local_day(now_ms).year()).ok()?;
        apparent_age.map(|years| Born::Age { years, guessed_in })
    };
    Subject { family, given, born: born.map(Born::Day).or_else(guessed), identifiers: Vec::new() }
}

/// Referrals as the rules see them, by what the force reads: after a no to feedback it does not know how far somebody
/// got, nor that they completed.
fn priors(round: &mut Round<'_>, records: &BTreeSet<Record>) -> Result<Vec<Prior>, Fault> {
    let mut priors = Vec::new();
    for record in records {
        let states = round.record(*record)?.states();
        let reads = |state: &&StreamState| {
            let kind = state.stream.map(|stream| stream.kind());
            matches!(kind, Some(CompartmentKind::Police | CompartmentKind::Shared))
        };
        let of_force: Vec<StreamState> = states.iter().filter(reads).cloned().collect();
        priors.extend(prior_of(record.id, &of_force));
    }
    Ok(priors)
}
