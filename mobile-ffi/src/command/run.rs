//! Runs a command: gathers what is known, plans, writes, commits, and only then says "saved".
//!
//! Does not touch the network.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde_json::{Value, json};
use sync_core::clock::{ClockMark, Now};
use sync_core::codes::CodeList;
use sync_core::exhibit;
use sync_core::ids::{OrgId, Record};
use sync_core::local_time::days_later_ms;
use sync_core::referral::act::{Disposal, Subject};
use sync_core::referral::crime;
use sync_core::referral::eligibility::{Prior, prior_of};
use sync_core::referral::timers::pack_of;
use sync_core::referral::view::{View, view};

use crate::clock;
use crate::command::form::Form;
use crate::command::offer::{Known, OfferAnswer};
use crate::command::plan::{Plan, plan};
use crate::command::referring::Override;
use crate::command::roadside::{Aim, Desk};
use crate::command::write::{Hand, Saved, write};
use crate::command::{
    self, Asked, Command, answer, as_of, check, conflicts, offer, police, roadside, transfer,
};
use crate::device::{Device, me};
use crate::keys;
use crate::me::Me;
use crate::problem::Problem;
use crate::query::crime_report;
use crate::store::meta::{self, key};
use crate::store::{forget, ops, reference, state};

/// Carries out a command.
pub(crate) fn execute(device: &Device, json: &Value) -> Result<Value, Problem> {
    let reading = device.reading();
    let mut store = device.store();
    let me = me(&store)?;
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    clock::keep_setting(&tx, reading)?;
    let (now, uptime) = (clock::now(&tx, reading)?, reading.uptime);
    let Asked { command, as_of } = command::parse(json, state::revision(&tx)?)?;
    let hand = Hand { me: &me, now, uptime, as_of };
    match &command {
        Command::Assess(form) => {
            let desk = desk(&tx, &me, now, form)?;
            let assessment = roadside::assess_only(form, &desk)?;
            Ok(answer::assessed(&assessment, form, &desk))
        }
        Command::Refer(form) => encounter(tx, &hand, form, Aim::Refer),
        Command::RecordEncounter(form) => encounter(tx, &hand, form, Aim::Record),
        Command::AnswerOffer(answer) => answered(tx, &hand, answer),
        Command::Assign { record, to, overriding } => assigned(tx, &hand, record.0, *to, overriding.as_ref()),
        Command::Transfer { .. } | Command::AnswerTransfer { .. } | Command::Reopen { .. } => {
            save_planned(tx, &hand, |db| handed_over(db, &hand, &command))
        }
        Command::Settle { conflict, choice, reason } => {
            save_planned(tx, &hand, |db| conflicts::settle(db, &me, *conflict, choice.clone(), reason))
        }
        Command::Dispose { record, disposal, outcome } => {
            save_planned(tx, &hand, |db| disposed(db, &hand, record.0, *disposal, outcome.as_deref()))
        }
        Command::PassUp { conflict } => save_planned(tx, &hand, |db| conflicts::pass_up(db, *conflict)),
        Command::Strike { entry, reason, back } => {
            save_planned(tx, &hand, |db| conflicts::strike(db, &me, *entry, reason, *back))
        }
        Command::DraftSave { id, form } => {
            reference::keep_draft(&tx, id, form, now.ms)?;
            drafted(tx, id)
        }
        Command::DraftDrop { id } => {
            reference::drop_draft(&tx, id)?;
            drafted(tx, id)
        }
        Command::Accept { .. }
        | Command::Reject { .. }
        | Command::Cancel { .. }
        | Command::Contact { .. }
        | Command::Book { .. }
        | Command::Attend { .. }
        | Command::Consent { .. }
        | Command::Withdraw { .. }
        | Command::Close { .. }
        | Command::Safeguard { .. }
        | Command::Acknowledge { .. }
        | Command::Handover { .. }
        | Command::Notice { .. }
        | Command::Amend { .. }
        | Command::Details { .. }
        | Command::Note { .. }
        | Command::Discretion { .. }
        | Command::Crime { .. }
        | Command::ProposeDisposal { .. }
        | Command::Rescind { .. } => plain(tx, &hand, &command),
    }
}

fn plain(tx: Transaction<'_>, hand: &Hand<'_>, command: &Command) -> Result<Value, Problem> {
    let plan = plan(command, hand.me.device, hand.now)?;
    let plan = plan.expect("every command that has no way of its own has a plan");
    was_held(&tx, plan.record, hand.as_of)?;
    save(tx, hand, plan)
}

/// Something of the record must be held: nobody records in what they cannot see.
fn held(db: &Connection, record: Record) -> Result<(), Problem> {
    if ops::of_record(db, record)?.is_empty() {
        Err(Problem::at("record_unknown", "record", ""))
    } else {
        Ok(())
    }
}

/// Or was held when the form was opened: what people recorded then is never lost.
fn was_held(db: &Connection, record: Record, as_of: u64) -> Result<(), Problem> {
    if forget::was_shown(db, record, as_of)? { Ok(()) } else { held(db, record) }
}

fn drafted(tx: Transaction<'_>, id: &str) -> Result<Value, Problem> {
    tx.commit()?;
    Ok(json!({"saved": true, "draft": id, "ops": []}))
}

fn save_planned(
    tx: Transaction<'_>,
    hand: &Hand<'_>,
    plan: impl FnOnce(&Connection) -> Result<Plan, Problem>,
) -> Result<Value, Problem> {
    let plan = plan(&tx)?;
    save(tx, hand, plan)
}

fn save(tx: Transaction<'_>, hand: &Hand<'_>, plan: Plan) -> Result<Value, Problem> {
    let record = plan.record;
    let ops = write(&tx, hand, plan)?;
    commit(tx, record, &ops, json!({}))
}

/// "Saved" is said only after the commit.
fn commit(tx: Transaction<'_>, record: Record, ops: &[Saved], answer: Value) -> Result<Value, Problem> {
    let rev = state::revision(&tx)?;
    tx.commit()?;
    let mut answer = answer;
    answer["saved"] = json!(true);
    answer["record"] = json!(record.id);
    answer["ops"] = json!(ops);
    answer["as_of"] = json!(as_of(rev));
    Ok(answer)
}

fn encounter(tx: Transaction<'_>, hand: &Hand<'_>, form: &Form, aim: Aim) -> Result<Value, Problem> {
    let desk = desk(&tx, hand.me, hand.now, form)?;
    let encounter = roadside::plan(form, &desk, aim)?;
    if encounter.sent.is_some() && !form.again {
        not_referred_yet(&tx, hand, &form.subject()?)?;
    }
    if reference::exhibit_used(&tx, &encounter.exhibit)? {
        return Err(Problem::at("exhibit_repeated", "exhibit", ""));
    }
    reference::keep_exhibit(&tx, &encounter.exhibit, desk.record)?;
    let mut answer = answer::encounter(&encounter, form, &desk);
    let ops = write(&tx, hand, Plan::of(desk.record, encounter.acts))?;
    let states: Vec<_> = state::folded(&tx, desk.record)?.into_values().collect();
    answer["crime_report"] = json!(crime_report(&tx, desk.record, &states, &view(&states))?);
    commit(tx, desk.record, &ops, answer)
}

/// A second referral of one person by one officer within a day asks first.
fn not_referred_yet(db: &Connection, hand: &Hand<'_>, subject: &Subject) -> Result<(), Problem> {
    for record in state::records_about(db, subject)? {
        let states: Vec<_> = state::folded(db, record)?.into_values().collect();
        let seen = view(&states);
        let Some(submitted_ms) = seen.submitted_ms.filter(|_| seen.cancelled.is_none()) else { continue };
        // By an uncertain clock any earlier referral may be of today.
        let is_recent = hand.now.clock == ClockMark::Suspect || hand.now.ms < days_later_ms(submitted_ms, 1);
        if is_recent && seen.owners.contains(&hand.me.user) {
            let reference = seen.reference.unwrap_or_default();
            return Err(Problem::already_referred("again", reference));
        }
    }
    Ok(())
}

/// What is known when an encounter begins.
fn desk<'a>(db: &Connection, me: &'a Me, now: Now, form: &Form) -> Result<Desk<'a>, Problem> {
    form.check(now.checked_ms())?;
    Ok(Desk {
        me,
        now,
        record: Record::referral(keys::random_uuid()?),
        rules: reference::rules(db)?,
        priors: priors(db, &form.subject()?)?,
        providers: reference::providers(db)?,
        exhibit: proposed_exhibit(db, me)?,
        last_sync_ms: meta::value(db, key::LAST_SYNC)?,
    })
}

/// The officer's initials, the letter of this phone and the next free number.
fn proposed_exhibit(db: &Connection, me: &Me) -> Result<String, Problem> {
    let initials = if me.initials.is_empty() { exhibit::initials(&me.name) } else { me.initials.clone() };
    let reference = |number| exhibit::proposed(&initials, &me.letter, number);
    let mut number = reference::exhibits(db)? + 1;
    while reference::exhibit_used(db, &reference(number))? {
        number += 1;
    }
    Ok(reference(number))
}

/// A service that is named, with what to read out of it.
fn assigned(
    tx: Transaction<'_>,
    hand: &Hand<'_>,
    record: Record,
    to: OrgId,
    overriding: Option<&Override>,
) -> Result<Value, Problem> {
    let (view, providers) = (view_of(&tx, record)?, reference::providers(&tx)?);
    let (plan, service) = transfer::assign(record, &view, &providers, (to, overriding), hand.now.ms)?;
    let mut answer = json!({});
    answer::service(&mut answer, service.as_ref());
    let ops = write(&tx, hand, plan)?;
    commit(tx, record, &ops, answer)
}

/// A referral that changes hands, or is opened again.
fn handed_over(db: &Connection, hand: &Hand<'_>, command: &Command) -> Result<Plan, Problem> {
    let now_ms = hand.now.checked_ms();
    if let Command::Transfer { record, to, reason, consent } = command {
        check::code("reason", CodeList::TransferReasons, reason, now_ms)?;
        transfer::request(record.0, &reference::providers(db)?, *to, reason, *consent)
    } else if let Command::AnswerTransfer { record, takes_over, reason } = command {
        let view = view_of(db, record.0)?;
        transfer::answer(record.0, &view, hand.me, *takes_over, reason.as_deref(), now_ms)
    } else if let Command::Reopen { record, reason } = command {
        Ok(transfer::reopen(record.0, *reason))
    } else {
        Err(Problem::at("field_unknown", "command", ""))
    }
}

/// Another outcome, with the crime that a diversion brings along.
fn disposed(
    db: &Connection,
    hand: &Hand<'_>,
    record: Record,
    disposal: Disposal,
    outcome: Option<&str>,
) -> Result<Plan, Problem> {
    was_held(db, record, hand.as_of)?;
    let states: Vec<_> = state::folded(db, record)?.into_values().collect();
    Ok(Plan::of(record, police::dispose(disposal, outcome, &states, hand.now.checked_ms())?))
}

/// The later answer to an offer, by the rules that it was made under.
fn answered(tx: Transaction<'_>, hand: &Hand<'_>, answer: &OfferAnswer) -> Result<Value, Problem> {
    let record = answer.record.0;
    held(&tx, record)?;
    let states: Vec<_> = state::folded(&tx, record)?.into_values().collect();
    let (before, pack, providers) = (view(&states), pack_of(&states), &reference::providers(&tx)?);
    let (me, now, of_item) = (hand.me, hand.now, crime::offence_of_item(&states));
    let answered = offer::plan(answer, &Known { me, view: &before, pack, providers, of_item, now })?;
    let mut told = answer::answered(pack, answer.consent.as_ref(), &answered);
    let ops = write(&tx, hand, Plan::of(record, answered.acts))?;
    let states: Vec<_> = state::folded(&tx, record)?.into_values().collect();
    told["crime_report"] = json!(crime_report(&tx, record, &states, &view(&states))?);
    commit(tx, record, &ops, told)
}

fn view_of(db: &Connection, record: Record) -> Result<View, Problem> {
    held(db, record)?;
    let states: Vec<_> = state::folded(db, record)?.into_values().collect();
    Ok(view(&states))
}

/// Earlier referrals of the same person, as far as this device holds them.
fn priors(db: &Connection, subject: &Subject) -> Result<Vec<Prior>, Problem> {
    let mut priors = Vec::new();
    for record in state::records_about(db, subject)? {
        let states: Vec<_> = state::folded(db, record)?.into_values().collect();
        priors.extend(prior_of(record.id, &states));
    }
    Ok(priors)
}
