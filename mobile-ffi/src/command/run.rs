//! Runs a command: plans, writes, commits, and only then says "saved".
//!
//! Everything happens in one transaction, so a command is written whole or not at all. Does not touch the network.

use rusqlite::TransactionBehavior;
use serde_json::{Value, json};
use sync_core::clock::Uptime;
use sync_core::command::{
    After, Asked, Command, FormSaved, Known as _, Outcome, Plan, Recorded, Saved, SavedEntry,
};
use sync_core::ids::Record;
use sync_core::phone::recording::{Before, Hand, Written, record};
use sync_core::query::crime_report;
use sync_core::referral::view::view;
use sync_core::stream::StreamOp;

use crate::clock;
use crate::command::book::Book;
use crate::device::{Device, me};
use crate::keys;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::{forget, ops, reference, state};

/// Carries out a command.
pub(crate) fn execute(device: &Device, json: &Value) -> Result<Value, Problem> {
    let reading = device.reading();
    let mut store = device.store();
    let member = me(&store)?;
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    clock::keep_setting(&tx, reading)?;
    let now = clock::now(&tx, reading)?;
    let Asked { command, as_of } = Command::parse(json, state::revision(&tx)?)?;
    let book = Book { db: &tx, member, now, as_of };
    match command.plan(&book)? {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Draft(id, form) => {
            match form {
                Some(form) => reference::keep_draft(&tx, &id, &form, now.ms)?,
                None => reference::drop_draft(&tx, &id)?,
            }
            tx.commit()?;
            Ok(json!(FormSaved { saved: true, draft: id, ops: Vec::new() }))
        }
        Outcome::Record(recorded) => {
            let (record, ops, mut answer) = save(&book, reading.uptime, *recorded)?;
            drop(book);
            let rev = state::revision(&tx)?;
            // "Saved" is said only after the commit.
            tx.commit()?;
            let saved =
                json!(Saved { saved: true, record: record.id, ops, as_of: sync_core::command::as_of(rev) });
            let fields = saved.as_object().into_iter().flatten();
            fields.for_each(|(name, value)| answer[name] = value.clone());
            Ok(answer)
        }
    }
}

type Done = (Record, Vec<SavedEntry>, Value);

fn save(book: &Book<'_>, uptime: Uptime, recorded: Recorded) -> Result<Done, Problem> {
    let Recorded { plan, mut answer, exhibit, after } = recorded;
    let record = plan.record;
    if let Some(exhibit) = exhibit {
        reference::keep_exhibit(book.db, &exhibit, record)?;
    }
    let ops = write(book, uptime, plan)?;
    match after {
        After::Nothing => {}
        After::CrimeReport => {
            let states = book.states(record)?;
            answer["crime_report"] = json!(crime_report(record, &states, &view(&states), &book.providers()?));
        }
    }
    Ok((record, ops, answer))
}

fn write(book: &Book<'_>, uptime: Uptime, plan: Plan) -> Result<Vec<SavedEntry>, Problem> {
    let (db, about) = (book.db, plan.record);
    let tip = ops::tip(db)?;
    let (seed_id, seed) = ops::seed_for(db, tip.seq + 1, keys::random_bytes()?)?;
    let command = meta::next(db, key::COMMAND)?;
    let before = Before {
        held: ops::of_record(db, about)?,
        gone: forget::of_record(db, about, book.as_of)?,
        own: ops::own_of_record(db, about)?.into_iter().map(|own| own.op.header).collect(),
        was_shown: forget::was_shown(db, about, book.as_of)?,
        tip,
        hlc: meta::value(db, key::HLC)?.unwrap_or_default(),
        receipt: meta::value(db, key::RECEIPT)?,
        seed,
    };
    let hand = Hand { member: &book.member, now: book.now, uptime, as_of: book.as_of };
    let mut saved = Vec::new();
    for Written { op, hash, sealed } in record(before, &hand, plan)? {
        let seq = op.header.id.seq;
        ops::append(db, &op, hash, seed_id, command)?;
        if sealed {
            ops::seal(db, seq)?;
        }
        forget::seal_new(db, &StreamOp::of(&op, None))?;
        meta::keep(db, key::HLC, &op.header.hlc)?;
        saved.push(SavedEntry { device: op.header.id.device, seq, hash });
    }
    state::refold(db, [about])?;
    Ok(saved)
}
