//! The encounter: from the form's answers to the acts that one transaction writes.
//!
//! ```text
//!   form ─▶ rules ─▶ verdict ─┬─ allows, and the person agrees ─▶ crime, outcome, consent, referral
//!                             └─ otherwise ─▶ the encounter ends with that verdict
//! ```
//! Pure: what is known arrives in [`Scene`]. Does not write.

use uuid::Uuid;

use crate::clock::{ClockMark, Now};
use crate::codes;
use crate::ids::{CompartmentKind, Record};
use crate::local_time::{HOUR_MS, MINUTE_MS};
use crate::referral::act::{
    Act, Answer, AppointmentRequested, CrimeRecorded, DefenceRaised, EffortRecorded, EligibilityAssessed,
    EncounterOpened, ItemSeized, NecessityRecorded, NeedNamed, NoticeGiven, OffenceLinked, OfferAnswered,
    OicDecided, Route, SafeguardingRaised, YesNo,
};
use crate::referral::crime;
use crate::referral::eligibility::{
    Assessment, Basis, Freshness, Inputs, Prior, PriorCheck, Snapshot, Verdict, VoluntaryOffer, assess,
};
use crate::referral::rule_inputs::check_of;

use crate::command::known::{Member, Rules};
use crate::command::later::{Description, offence};
use crate::command::roadside::asked;
use crate::command::roadside::form::{CheckAnswer, Form, ItemAnswer};
use crate::command::roadside::referring::{self, Sending, Wish};
use crate::problem::Problem;
use crate::sync::enrolment::Provider;

const DAY_MS: u64 = 24 * HOUR_MS;

/// What is known when an encounter is planned.
pub(super) struct Scene<'a> {
    pub(super) member: &'a Member,
    pub(super) now: Now,
    /// When it happened.
    pub(super) at_ms: u64,
    pub(super) record: Record,
    pub(super) rules: Rules,
    pub(super) priors: Vec<Prior>,
    /// What the central record said, when it was asked.
    pub(super) checked: Option<PriorCheck>,
    pub(super) providers: Vec<Provider>,
    /// The exhibit references that are proposed where the form names none: one for each item.
    pub(super) exhibits: Vec<String>,
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
    /// The exhibit references, that of the item which the rules read first.
    pub(super) exhibits: Vec<String>,
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
    Ok(assess(scene.rules.pack, &inputs, &scene.priors, scene.at_ms))
}

/// What the rules read: the form's answers, and what the central record said.
fn inputs(form: &Form, scene: &Scene<'_>) -> Result<Inputs, Problem> {
    let mut inputs = form.inputs(scene.at_ms, scene.last_sync_ms)?;
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
    let mut items = seized(form, scene)?.into_iter();
    let judged = items.next().expect("an encounter has one item at least");
    let mut exhibits = vec![judged.exhibit.clone()];
    let mut acts = police(form, scene, judged)?;
    acts.extend(decisions(form, scene, &assessment, &inputs));
    // The rules read what was written before the snapshot, so that the decision can be made again.
    exhibits.extend(items.clone().map(|item| item.exhibit));
    acts.extend(items.map(Act::ItemSeized));
    acts.extend(besides(form, scene, inputs.offence.as_deref())?);
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
            need: form.need.as_deref(),
            now_ms: scene.now.ms,
        };
        let to = &referring::choose(&scene.providers, &wish)?;
        let (me, record, pack) = (scene.member, scene.record, scene.rules.pack);
        let submitted = Sending { me, record, pack, subject, reach, to, voluntary }.submit()?;
        let (reference, provider) = (submitted.reference.clone(), to.provider.clone());
        sent = Some(Sent { reference, provider, voluntary });
        shared.push(Act::ConsentRecorded(referring::consent(form.consent.as_ref())?));
        shared.push(Act::ReferralSubmitted(submitted));
        shared.extend(form.need.clone().map(|need| Act::NeedNamed(NeedNamed { need })));
        shared.extend(asked_for(form.slot, to.provider.as_ref())?.map(Act::AppointmentRequested));
    }
    shared.extend(concerns(form));
    planned.extend(in_compartment(CompartmentKind::Shared, shared));
    Ok(Encounter { acts: planned, assessment, exhibits, sent })
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

/// The time at the service that is asked for with the referral.
fn asked_for(slot: Option<Uuid>, to: Option<&Provider>) -> Result<Option<AppointmentRequested>, Problem> {
    let Some(slot) = slot else { return Ok(None) };
    let offered = to.and_then(|service| service.slots.iter().find(|offered| offered.slot == slot));
    let offered = offered.ok_or_else(|| Problem::at("slot_unknown", "slot", ""))?;
    let (at_ms, meeting) = (offered.at_ms, offered.meeting);
    Ok(Some(AppointmentRequested { at_ms, meeting, slot: Some(slot) }))
}

/// What was taken, the item that the rules read first, each with an exhibit reference of its own.
fn seized(form: &Form, scene: &Scene<'_>) -> Result<Vec<ItemSeized>, Problem> {
    let (judged, others) = form.judged();
    let mut proposed = scene.exhibits.iter().cloned();
    let mut items: Vec<ItemSeized> = Vec::new();
    for ItemAnswer { drug, amount, exhibit } in std::iter::once(judged).chain(others) {
        let exhibit = exhibit.or_else(|| proposed.next()).expect("as many are proposed as there are items");
        if items.iter().any(|item| item.exhibit == exhibit) {
            return Err(Problem::at("exhibit_repeated", "items.exhibit", ""));
        }
        items.push(ItemSeized { drug, exhibit, amount });
    }
    Ok(items)
}

/// What decides nothing: other offences, what the roadside does not ask for, how long the form took.
fn besides(form: &Form, scene: &Scene<'_>, judged: Option<&str>) -> Result<Vec<Act>, Problem> {
    let now_ms = scene.now.checked_ms();
    let said = typed_crime(form).offence;
    let said = said.iter().map(|code| (Some(code.as_str()), None));
    let others = form.offences.iter().map(|other| (other.offence.as_deref(), other.words.as_deref()));
    let mut acts = Vec::new();
    for (code, words) in said.chain(others).filter(|(code, _)| code.is_none() || *code != judged) {
        acts.push(offence("offences", code, words, now_ms)?);
    }
    acts.extend(form.described.as_ref().map(Description::recorded));
    let took = form.began_ms.and_then(|began_ms| scene.now.ms.checked_sub(began_ms));
    let took = took.filter(|took_ms| scene.now.clock == ClockMark::Plain && *took_ms < DAY_MS);
    acts.extend(took.map(|took_ms| {
        let minutes = u32::try_from(took_ms / MINUTE_MS).ok();
        Act::EffortRecorded(EffortRecorded { ease: None, minutes })
    }));
    Ok(acts)
}

/// What happened.
fn police(form: &Form, scene: &Scene<'_>, judged: ItemSeized) -> Result<Vec<Act>, Problem> {
    let custody = if form.custody.is_some() { Route::Custody } else { Route::Street };
    let mut acts = vec![
        Act::EncounterOpened(EncounterOpened {
            at_ms: scene.at_ms,
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
        Act::ItemSeized(judged),
    ];
    acts.extend(form.checks.iter().map(CheckAnswer::recorded));
    // Last of the checks, as the rules read them: so the decision can be made again.
    acts.extend(scene.checked.map(|checked| Act::CheckRecorded(check_of(&checked, scene.now.ms))));
    if !form.signs.necessity.is_empty() {
        let letters = form.signs.necessity.clone();
        acts.push(Act::NecessityRecorded(NecessityRecorded { letters, note: None }));
    }
    if let Some(defence) = form.signs.defence.clone() {
        acts.push(Act::DefenceRaised(DefenceRaised { defence }));
    }
    if let Some(offence) = form.judged_offence() {
        acts.push(Act::OffenceLinked(OffenceLinked { offence }));
    }
    if let Some((material, reason)) = form.oic() {
        acts.push(Act::OicDecided(OicDecided { material, reason }));
    }
    Ok(acts)
}

/// The snapshot, and the person's answer.
fn decisions(form: &Form, scene: &Scene<'_>, assessment: &Assessment, inputs: &Inputs) -> Vec<Act> {
    let snapshot = Snapshot { at_ms: scene.at_ms, inputs: inputs.clone(), priors: scene.priors.clone() };
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
