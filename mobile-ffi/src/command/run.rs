//! Runs a command: plans, writes, commits, and only then says "saved".
//!
//! Everything happens in one transaction, so a command is written whole or not at all. Does not touch the network.

use rusqlite::TransactionBehavior;
use serde_json::{Value, json};
use sync_core::clock::Uptime;
use sync_core::command::{
    After, Asked, Command, FormSaved, Known as _, Outcome, Plan, Recorded, Saved, SavedEntry,
};
use sync_core::ids::{OpId, Record};
use sync_core::phone::prior_check;
use sync_core::phone::recording::{self, Before, Hand, Written};
use sync_core::phone::rows::{Gone, Own};
use sync_core::phone::state::PhoneState;
use sync_core::query::crime_report;
use sync_core::referral::view::view;

use crate::clock;
use crate::command::book::Book;
use crate::device::{Device, member};
use crate::keys;
use crate::problem::Problem;
use crate::store::meta;
use crate::store::{Store, forget, ops, reference, save, state as summaries};

/// Carries out a command.
pub(crate) fn execute(device: &Device, json: &Value) -> Result<Value, Problem> {
    let reading = device.reading();
    let mut store = device.store();
    store.must_be_kept()?;
    let Store { db, held, .. } = &mut *store;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let was = meta::state(&tx)?;
    let member = member(&was)?;
    let mut state = was.clone();
    clock::note_setting(&mut state, reading);
    let now = clock::now(&state, reading);
    prior_check::forget_old(&mut state, now.ms);
    let Asked { command, as_of } = Command::parse(json, state.rev)?;
    let book = Book { db: &tx, held: held.begin(&tx)?, state, member, now, as_of };
    match command.plan(&book)? {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Draft(id, form) => {
            match form {
                Some(form) => reference::keep_draft(&tx, &id, &form, now.ms)?,
                None => reference::drop_draft(&tx, &id)?,
            }
            meta::keep_state(&tx, &was, &book.state)?;
            drop(book);
            tx.commit()?;
            held.settle(db);
            Ok(json!(FormSaved { saved: true, draft: id, ops: Vec::new() }))
        }
        Outcome::Record(recorded) => {
            let mut state = book.state.clone();
            let (record, ops, mut answer) = save(&book, &mut state, reading.uptime, *recorded)?;
            meta::keep_state(&tx, &was, &state)?;
            drop(book);
            let rev = state.rev;
            // "Saved" is said only after the commit.
            tx.commit()?;
            held.settle(db);
            let saved =
                json!(Saved { saved: true, record: record.id, ops, as_of: sync_core::command::as_of(rev) });
            let fields = saved.as_object().into_iter().flatten();
            fields.for_each(|(name, value)| answer[name] = value.clone());
            Ok(answer)
        }
    }
}

type Done = (Record, Vec<SavedEntry>, Value);

fn save(
    book: &Book<'_>,
    state: &mut PhoneState,
    uptime: Uptime,
    recorded: Recorded,
) -> Result<Done, Problem> {
    let (record, after) = (recorded.plan.record, recorded.after);
    let mut answer = recorded.answer.clone();
    for exhibit in &recorded.exhibits {
        reference::keep_exhibit(book.db, exhibit, record)?;
    }
    state.command += 1;
    let mut ops = Vec::new();
    for plan in recorded.into_plans() {
        ops.extend(write(book, state, uptime, plan)?);
    }
    match after {
        After::Nothing => {}
        After::CrimeReport => {
            let states = book.states(record)?;
            answer["crime_report"] = json!(crime_report(record, &states, &view(&states), &book.providers()?));
        }
    }
    Ok((record, ops, answer))
}

fn write(
    book: &Book<'_>,
    state: &mut PhoneState,
    uptime: Uptime,
    plan: Plan,
) -> Result<Vec<SavedEntry>, Problem> {
    let (db, about) = (book.db, plan.record);
    let tip = ops::tip(db)?;
    let (seed_id, seed) = ops::seed_for(db, state, tip.seq + 1, keys::random_bytes()?)?;
    // Where anything fails from here on, nothing of it is put back.
    let mut record = book.held.take(about, book.as_of)?;
    let mut is_seen = record.is_all_held();
    let before = Before {
        held: &mut record,
        was_shown: forget::was_shown(db, about, book.as_of)?,
        tip,
        hlc: state.hlc,
        receipt: state.receipt,
        seed,
    };
    let hand = Hand { member: &book.member, now: book.now, uptime, as_of: book.as_of };
    let mut saved = Vec::new();
    for Written { op, hash, sealed } in recording::record(before, &hand, plan)? {
        let OpId { device, seq } = op.header.id;
        let gone = forget::gone_at(db, op.header.stream)?;
        let sealed = sealed || gone.is_some();
        is_seen &= !sealed;
        state.hlc = op.header.hlc;
        let (command, rev) = (state.command, state.next_rev());
        let own = Own { op, hash, command, rev, acknowledged: false, sealed, stamp: None };
        ops::append(db, &own, seed_id)?;
        record.learnt(own.op.header.id, rev);
        if let Some(gone) = gone {
            let (stream, deps) = (own.op.header.stream, own.op.header.deps);
            save::keep_gone(db, OpId { device, seq }, Some(&Gone { stream, deps, rev: gone, gone }))?;
        }
        saved.push(SavedEntry { device, seq, hash });
    }
    if is_seen {
        summaries::refold_one(db, about, &record)?;
        book.held.put(about, record);
    } else {
        // Not all of it may be shown.
        summaries::refold(book.held, [about])?;
    }
    Ok(saved)
}
