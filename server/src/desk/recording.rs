//! The door to the core's commands and questions: what a person records at a desk is planned as on a phone, and written
//! in their own desk log.
//!
//! ```text
//!   JSON ─▶ Command ─▶ plan (pure, from a Book) ─▶ came anything since the page? ─▶ one write ─▶ "saved"
//! ```
//! A dry run and a half-filled form belong to it. Nothing is written before everything is allowed. A form that is sent
//! twice is answered twice and recorded once. Does not decide what is allowed: `sync-core` does.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::command::{
    After, Asked, Command, FormSaved, Known as _, Outcome, Plan, Recorded, Saved, SavedEntry,
};
use sync_core::ids::{DeviceId, Stream};
use sync_core::problem::Problem;
use sync_core::query::device::{DraftShown, Drafts};
use sync_core::query::{OfDevice, Query, crime_report};
use sync_core::referral::fold::Folded;
use sync_core::referral::view::view;
use uuid::Uuid;

use super::book::Book;
use super::conflicts::AtDesk;
use super::page::{as_of, read_as_of};
use super::{Answer, Caller, Recording, Refused};
use crate::reconcile::desk_log::{self, Hand};
use crate::store::forms::Draft;
use crate::store::rows::Held;
use crate::store::{Reads, Writes};

/// How long the answer to a form is remembered: longer than any session lasts.
const REMEMBERED_MS: u64 = 24 * 3_600_000;

/// Answers a question of the core, or the dry run of a command, from what the caller's feeds hold.
pub(super) fn ask(read: &dyn Reads, caller: &Caller, asked: &Value, now_ms: u64) -> Answer {
    let log = read.desk(caller.author.user)?.map_or(DeviceId(Uuid::nil()), |desk| desk.device);
    let book = Book::open(read, caller, log, now_ms)?;
    if asked.get("command").is_some() {
        let Asked { command, .. } = Command::parse(asked, read.place()?)?;
        return match command.plan(&book)? {
            Outcome::Answer(answer) => Ok(answer),
            // What would be answered; whoever asks only does not record.
            Outcome::Record(recorded) => Ok(recorded.answer),
            Outcome::Draft(..) => Err(Refused::NotFound),
        };
    }
    let mut answer = match Query::parse(asked)? {
        Query::Records(records) => records.answer(&book)?,
        Query::OfDevice(OfDevice::ListDrafts(_)) => {
            let drafts = read.drafts(caller.author.user)?.into_iter();
            let drafts = drafts.map(|Draft { id, form, saved_ms }| DraftShown { id, form, saved_ms });
            json!(Drafts { drafts: drafts.collect() })
        }
        // A desk has no outbox and nothing to be in step with.
        Query::OfDevice(
            OfDevice::ListWaiting(_) | OfDevice::ListRefused(_) | OfDevice::HowFar(_) | OfDevice::WhoAmI(_),
        ) => return Err(Refused::NotFound),
    };
    answer["as_of"] = as_of(&read.server()?, read.place()?).into();
    Ok(answer)
}

/// Carries out a command of the core.
pub(super) fn record(tx: &dyn Writes, desk: &AtDesk<'_>, sent: &Recording) -> Answer {
    let user = desk.caller.author.user;
    if let Some(answered) = sent.form.as_deref().map(|form| tx.answer_to(user, form)).transpose()?.flatten() {
        return Ok(answered);
    }
    let mut command = sent.command.clone();
    let place = match command.as_object_mut().and_then(|fields| fields.remove("as_of")) {
        Some(Value::String(text)) => read_as_of(desk.server, &text)?,
        None | Some(Value::Null) => tx.place()?,
        Some(_) => return Err(Refused::Field("as_of")),
    };
    let Asked { command, .. } = Command::parse(&command, place)?;
    let log = desk_log::log_of(tx, desk.server, user)?;
    let book = Book::open(tx, desk.caller, log.desk.device, desk.now_ms)?;
    match command.plan(&book).map_err(as_if_nothing_were_there)? {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Draft(id, form) => {
            match form {
                Some(form) => {
                    tx.keep_draft(user, &Draft { id: id.clone(), form, saved_ms: desk.now_ms })?;
                }
                None => tx.drop_draft(user, &id)?,
            }
            Ok(json!(FormSaved { saved: true, draft: id, ops: Vec::new() }))
        }
        Outcome::Record(recorded) => {
            let Recorded { plan, mut answer, after, .. } = *recorded;
            let record = plan.record;
            let hand = Hand { member: book.member(), log: &log, place, now_ms: desk.now_ms };
            let ops = write(tx, desk, hand, plan)?;
            let as_of = as_of(&tx.server()?, tx.place()?);
            let saved = json!(Saved { saved: true, record: record.id, ops, as_of });
            if let Some(form) = &sent.form {
                tx.forget_answers(desk.now_ms.saturating_sub(REMEMBERED_MS))?;
                tx.note_answer(user, form, &saved, desk.now_ms)?;
            }
            for (name, value) in saved.as_object().into_iter().flatten() {
                answer[name] = value.clone();
            }
            match after {
                After::Nothing => {}
                After::CrimeReport => {
                    let states = book.states(record)?;
                    let report = crime_report(record, &states, &view(&states), &book.providers()?);
                    answer["crime_report"] = json!(report);
                }
            }
            Ok(answer)
        }
    }
}

/// Whoever names what they may not see gets the answer of who names nothing.
fn as_if_nothing_were_there(refused: Refused) -> Refused {
    match refused {
        Refused::Problem(problem)
            if matches!(problem.code.as_str(), "record_unknown" | "entry_unknown" | "conflict_unknown") =>
        {
            Refused::NotFound
        }
        other => other,
    }
}

fn write(tx: &dyn Writes, desk: &AtDesk<'_>, hand: Hand<'_>, plan: Plan) -> Result<Vec<SavedEntry>, Refused> {
    let ops = tx.ops_of_record(plan.record)?;
    let held = super::referrals::held(tx, desk.caller, plan.record)?;
    let is_new = ops.is_empty();
    let names_a_stream = plan.acts.iter().any(|planned| desk_log::names_a_stream(&planned.place));
    if held.is_empty() && !is_new && !names_a_stream {
        return Err(Refused::NotFound);
    }
    if came_since(desk, &ops, &held, hand.place) {
        return Err(Refused::ShownAnew);
    }
    let seen = ops.iter().filter(|op| held.contains_key(&op.op.header.stream)).cloned().collect();
    let saved = desk_log::record_plan(tx, desk.server, desk.key, &hand, (plan, seen))?;
    saved.map_err(|problem| as_if_nothing_were_there(problem.into()))
}

/// What the server notes by itself, and nobody has to read before they decide.
const QUIET: [&str; 2] = ["referral.received", "progress.reported"];

/// Whether somebody recorded something that the reader may see, and their page does not show.
fn came_since(desk: &AtDesk<'_>, ops: &[Held], held: &BTreeMap<Stream, Folded>, place: u64) -> bool {
    ops.iter().any(|op| {
        let header = &op.op.header;
        let is_quiet = header.author == desk.server.user && QUIET.contains(&header.kind.as_str());
        let came = op.stamp.as_ref().is_some_and(|stamp| stamp.place > place);
        came && !is_quiet && op.is_in_stream() && held.contains_key(&header.stream)
    })
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}
