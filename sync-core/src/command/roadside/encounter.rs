//! The encounter: from the form's answers to the acts that one transaction writes.
//!
//! ```text
//!   form ─▶ rules ─▶ verdict ─┬─ allows, and the person agrees ─▶ crime, outcome, consent, referral
//!                             └─ otherwise ─▶ the encounter ends with that verdict
//! ```
//! Pure: what is known arrives in [`Scene`]. Does not write.

use crate::clock::{ClockMark, Now};
use crate::codes;
use crate::ids::{CompartmentKind, Record};
use crate::referral::act::{
    Act, Answer, CheckRecorded, CrimeRecorded, DefenceRaised, EligibilityAssessed, EncounterOpened,
    ItemSeized, NecessityRecorded, NoticeGiven, OffenceLinked, OfferAnswered, OicDecided, Route,
    SafeguardingRaised, YesNo,
};
use crate::referral::crime;
use crate::referral::eligibility::{
    Assessment, Basis, Freshness, Inputs, Prior, PriorCheck, Snapshot, Verdict, VoluntaryOffer, assess,
};

use crate::command::known::{Member, Rules};
use crate::command::roadside::asked;
use crate::command::roadside::form::{CheckAnswer, Form};
use crate::command::roadside::referring::{self, Sending, Wish};
use crate::problem::Problem;
use crate::sync::enrolment::Provider;

/// What is known when an encounter is planned.
pub(super) struct Scene<'a> {
    pub(super) member: &'a Member,
    pub(super) now: Now,
    pub(super) record: Record,
    pub(super) rules: Rules,
    pub(super) priors: Vec<Prior>,
    /// What the central record said, when it was asked.
    pub(super) checked: Option<PriorCheck>,
    pub(super) providers: Vec<Provider>,
    /// The exhibit reference that is proposed when the form names none.
    pub(super) exhibit: String,
    pub(super) last_sync_ms: Option<u64>,
}

/// What the encounter is to end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// A referral, when the rules allow it.
    Refer,
    /// An outcome without a referral.
    Record,
}

/// What the encounter comes to.
pub(super) struct Encounter {
    pub(super) acts: Vec<(CompartmentKind, Act)>,
    pub(super) assessment: Assessment,
    pub(super) exhibit: String,
    /// The referral, when there is one.
    pub(super) sent: Option<Sent>,
}

/// A referral that the encounter ends in.
pub(super) struct Sent {
    pub(super) reference: String,
    /// The service; none: it is to be found.
    pub(super) provider: Option<Provider>,
    /// Whether the person goes of their own will.
    pub(super) voluntary: YesNo,
}

/// A dry run of the rules.
pub(super) fn assess_only(form: &Form, scene: &Scene<'_>) -> Result<Assessment, Problem> {
    form.check(scene.now.checked_ms())?;
    let inputs = inputs(form, scene)?;
    Ok(assess(scene.rules.pack, &inputs, &scene.priors, scene.now.ms))
}

/// What the rules read: the form's answers, and what the central record said.
fn inputs(form: &Form, scene: &Scene<'_>) -> Result<Inputs, Problem> {
    let mut inputs = form.inputs(scene.now.ms, scene.last_sync_ms)?;
    if let Some(checked) = scene.checked {
        inputs.freshness = Freshness::CentralRecord { asked_ms: checked.at_ms };
        inputs.checks.push(checked.read(scene.now.ms));
    }
    Ok(inputs)
}

/// Plans the whole encounter.
pub(super) fn plan(form: &Form, scene: &Scene<'_>, aim: Aim) -> Result<Encounter, Problem> {
    let assessment = assess_only(form, scene)?;
    needed(form, aim)?;
    let allows = matches!(assessment.verdict, Verdict::Eligible | Verdict::EligibleProvisional);
    if aim == Aim::Record && allows {
        return Err(Problem::at("referral_possible", "not_offered", ""));
    }
    let voluntary = form.voluntary.unwrap_or(YesNo::No);
    let sends = aim == Aim::Refer && (allows || voluntary == YesNo::Yes);
    if sends && assessment.voluntary_offer == VoluntaryOffer::NotUnderAge {
        return Err(Problem::at("not_allowed", "voluntary", "safeguarding only"));
    }
    let inputs = inputs(form, scene)?;
    let exhibit = form.exhibit.clone().unwrap_or_else(|| scene.exhibit.clone());
    let mut acts = police(form, scene, &exhibit)?;
    acts.extend(decisions(form, scene, &assessment, &inputs));
    if allows && sends && voluntary == YesNo::No {
        let applied = referring::outcome_of(scene.rules.pack);
        acts.extend(referring::decided(applied, None, typed_crime(form), crime::offence_of(&form.drug)));
    }
    let mut planned = in_compartment(CompartmentKind::Police, acts);
    let (mut shared, mut sent) = (Vec::new(), None);
    if sends {
        let (subject, reach) = (form.subject()?, form.reach.as_ref());
        let wish = Wish {
            field: "provider",
            named: form.provider,
            area: form.area.as_deref(),
            overriding: form.overriding.as_ref(),
            years: referring::years_of(&subject, scene.now.ms),
        };
        let to = &referring::choose(&scene.providers, &wish)?;
        let (me, record, pack) = (scene.member, scene.record, scene.rules.pack);
        let submitted = Sending { me, record, pack, subject, reach, to, voluntary }.submit()?;
        let (reference, provider) = (submitted.reference.clone(), to.provider.clone());
        sent = Some(Sent { reference, provider, voluntary });
        shared.push(Act::ConsentRecorded(referring::consent(form.consent.as_ref())?));
        shared.push(Act::ReferralSubmitted(submitted));
    }
    shared.extend(concerns(form));
    planned.extend(in_compartment(CompartmentKind::Shared, shared));
    Ok(Encounter { acts: planned, assessment, exhibit, sent })
}

fn in_compartment(kind: CompartmentKind, acts: Vec<Act>) -> Vec<(CompartmentKind, Act)> {
    acts.into_iter().map(|act| (kind, act)).collect()
}

/// The answers without which an encounter does not end.
fn needed(form: &Form, aim: Aim) -> Result<(), Problem> {
    let missing = |field: &str| Err(Problem::at("field_missing", field, ""));
    let danger = form.safe_now.codes.iter().any(|code| codes::is_immediate_danger(code));
    if danger && form.safe_now.told.is_none() {
        return Err(Problem::at("field_missing", "safe_now.told", "who was told, and when"));
    }
    if form.ethnicity.is_none() {
        return missing("ethnicity");
    }
    if let Some(question) = asked::open(form).first() {
        return Err(Problem::at("field_missing", question.field, question.sentence));
    }
    if form.not_offered.is_some() && form.agrees.is_some() {
        return Err(Problem::at("field_unknown", "agrees", "an offer that was not made has no answer"));
    }
    match aim {
        Aim::Refer if form.agrees.is_none() => missing("agrees"),
        Aim::Refer if form.not_offered.is_some() => {
            Err(Problem::at("field_unknown", "not_offered", "record the encounter instead"))
        }
        Aim::Refer | Aim::Record => Ok(()),
    }
}

/// What happened.
fn police(form: &Form, scene: &Scene<'_>, exhibit: &str) -> Result<Vec<Act>, Problem> {
    let custody = if form.custody.is_some() { Route::Custody } else { Route::Street };
    let mut acts = vec![
        Act::EncounterOpened(EncounterOpened {
            at_ms: scene.now.ms,
            route: form.route.unwrap_or(custody),
            subject: form.subject()?,
            place: form.place.clone(),
            area: form.area.clone(),
            note: form.note.clone(),
            identity: Some(form.identity()),
            supply_signs: Some(form.signs.supply.clone()),
            arrested_for: form.custody.as_ref().map(|custody| custody.arrested_for_other.clone()),
            clock: Some(scene.now.clock).filter(|clock| *clock == ClockMark::Suspect),
        }),
        Act::ItemSeized(ItemSeized {
            drug: form.drug.clone(),
            exhibit: exhibit.to_owned(),
            amount: form.amount.clone(),
        }),
    ];
    acts.extend(form.checks.iter().cloned().map(|check| {
        let CheckAnswer { kind: check, channel, result, age_ms, note, engaged, wanted } = check;
        Act::CheckRecorded(CheckRecorded { check, channel, result, note, age_ms, engaged, wanted })
    }));
    // Last of the checks, as the rules read them: so the decision can be made again.
    acts.extend(scene.checked.map(|checked| Act::CheckRecorded(checked.recorded(scene.now.ms))));
    if !form.signs.necessity.is_empty() {
        let letters = form.signs.necessity.clone();
        acts.push(Act::NecessityRecorded(NecessityRecorded { letters, note: None }));
    }
    if let Some(defence) = form.signs.defence.clone() {
        acts.push(Act::DefenceRaised(DefenceRaised { defence }));
    }
    if let Some(offence) = typed_crime(form).offence {
        acts.push(Act::OffenceLinked(OffenceLinked { offence }));
    }
    if let Some((material, reason)) = form.oic() {
        acts.push(Act::OicDecided(OicDecided { material, reason }));
    }
    Ok(acts)
}

/// The snapshot, and the person's answer.
fn decisions(form: &Form, scene: &Scene<'_>, assessment: &Assessment, inputs: &Inputs) -> Vec<Act> {
    let snapshot = Snapshot { at_ms: scene.now.ms, inputs: inputs.clone(), priors: scene.priors.clone() };
    let inputs = snapshot.digest(scene.record.id);
    let mut acts = vec![Act::EligibilityAssessed(EligibilityAssessed {
        verdict: assessment.verdict.clone(),
        policy: scene.rules.pack.reference(),
        inputs,
        freshness_ms: assessment.freshness_ms,
        basis: Some(Basis::of(&snapshot)),
    })];
    if let Some(agrees) = form.agrees.as_ref().filter(|_| form.not_offered.is_none()) {
        let until_ms = assessment.verdict.open_until_ms();
        let (answer, reason) = (agrees.answer, agrees.reason.clone());
        acts.push(Act::OfferAnswered(OfferAnswered { answer, reason, until_ms }));
    }
    acts
}

/// What was typed of the crime.
fn typed_crime(form: &Form) -> CrimeRecorded {
    let offence = form.signs.other_offence.clone().or_else(|| form.offence.clone());
    CrimeRecorded { offence, crime_reference: form.crime_reference.clone() }
}

/// Concerns, and who was told of a young person.
fn concerns(form: &Form) -> Vec<Act> {
    let safe = form.safe_now.clone();
    let raised = (!safe.codes.is_empty()).then_some(SafeguardingRaised {
        codes: safe.codes,
        told: safe.told,
        told_at_ms: safe.told_at_ms,
        call_back: safe.call_back,
    });
    let raised = raised.map(Act::SafeguardingRaised);
    let notices = form.notices.iter().cloned();
    let notices = notices.map(|n| Act::NoticeGiven(NoticeGiven { to: n.to, not_given: n.not_given }));
    raised.into_iter().chain(notices).collect()
}

/// Whether the person said yes.
pub(super) fn said_yes(answer: Answer) -> bool {
    match answer {
        Answer::Yes => true,
        Answer::No | Answer::CannotDecideNow => false,
    }
}
