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
use sync_core::command::{After, Asked, Command, Known as _, Outcome, Plan, Saved, SavedEntry};
use sync_core::ids::{DeviceId, Record, Stream, UserId};
use sync_core::phone::prior_check::Checked;
use sync_core::problem::Problem;
use sync_core::query::{OfDevice, Query, crime_report};
use sync_core::referral::fold::Folded;
use sync_core::referral::view::view;
use uuid::Uuid;

use super::book::Book;
use super::conflicts::AtDesk;
use super::look_up::LOOKED_UP;
use super::page::{as_of, read_as_of};
use super::referrals::held;
use super::{Answer, Caller, Recording, Refused, half_filled};
use crate::fault::Fault;
use crate::reconcile::desk_log::{self, LogOf};
use crate::reconcile::desk_plan::{self, Hand};
use crate::store::rows::{Held, ServerRow};
use crate::store::{Reads, Writes};

/// How long the answer to a form is remembered: longer than any session lasts.
const REMEMBERED_MS: u64 = 24 * 3_600_000;

/// Answers a question of the core, or the dry run of a command, from what the caller's feeds hold.
pub(super) fn ask(read: &dyn Reads, caller: &Caller, asked: &Value, now_ms: u64) -> Answer {
    let log = read.desk(caller.author.user)?.map_or(DeviceId(Uuid::nil()), |desk| desk.device);
    let mut asked = asked.clone();
    let book = Book::open(read, caller, log, now_ms)?.with(looked_up(&mut asked)?);
    let asked = &asked;
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
        Query::OfDevice(OfDevice::ListDrafts(_)) => half_filled::all(read, caller, now_ms)?,
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
    let checked = looked_up(&mut command)?;
    let Asked { command, .. } = Command::parse(&command, place)?;
    let mut log = desk_log::log_of(tx, desk.server, user)?;
    let book = Book::open(tx, desk.caller, log.desk.device, desk.now_ms)?.with(checked);
    match command.plan(&book).map_err(as_if_nothing_were_there)? {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Draft(id, form) => half_filled::keep(tx, desk, id, form),
        Outcome::Record(recorded) => {
            let (record, after) = (recorded.plan.record, recorded.after);
            let mut answer = recorded.answer.clone();
            let mut ops = Vec::new();
            for plan in recorded.into_plans() {
                let hand = Hand { member: book.member(), log: &log, place, now_ms: desk.now_ms };
                ops.extend(write(tx, desk, hand, plan)?);
                // Whoever had no log has one now.
                log = desk_log::log_of(tx, desk.server, user)?;
            }
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
                    // A book remembers what it has looked up: this one is opened upon what was written.
                    let book = Book::open(tx, desk.caller, log.desk.device, desk.now_ms)?;
                    let states = book.states(record)?;
                    let report = crime_report(record, &states, &view(&states), &book.providers()?);
                    answer["crime_report"] = json!(report);
                }
            }
            Ok(answer)
        }
    }
}

/// What a form at the desk has looked up, beside the fields of its command: see [`super::look_up`].
fn looked_up(command: &mut Value) -> Result<Vec<Checked>, Refused> {
    let taken = command.as_object_mut().and_then(|fields| fields.remove(LOOKED_UP));
    Ok(taken.map(serde_json::from_value).transpose()?.unwrap_or_default())
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
    let held = held(tx, desk.caller, plan.record)?;
    let names_a_stream = plan.acts.iter().any(|planned| desk_plan::names_a_stream(&planned.place));
    if held.is_empty() && !ops.is_empty() && !names_a_stream {
        return Err(Refused::NotFound);
    }
    if came_since(desk.server, &ops, &held, hand.place) {
        return Err(Refused::ShownAnew);
    }
    let seen = seen(ops, &held);
    let saved = desk_plan::record(tx, (desk.server, desk.key), &hand, plan, &seen)?;
    saved.map_err(|problem| as_if_nothing_were_there(problem.into()))
}

/// The ops that the reader may see.
fn seen(ops: Vec<Held>, held: &BTreeMap<Stream, Folded>) -> Vec<Held> {
    ops.into_iter().filter(|op| held.contains_key(&op.op.header.stream)).collect()
}

/// Of a longer record nothing is tried out, since each trial reads it whole: everything is offered, and judged when it
/// is sent.
const MOST_TRIED: usize = 300;

/// Which of some commands about one record could be carried out now, as far as the core judges them; nothing is written.
pub(super) fn possible(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    commands: Vec<(String, Value)>,
    now_ms: u64,
) -> Result<Vec<String>, Fault> {
    let log = LogOf::tried(read.desk(caller.author.user)?);
    let book = Book::open(read, caller, log.desk.device, now_ms)?;
    let place = read.place()?;
    let seen = seen(read.ops_of_record(record)?, &held(read, caller, record)?);
    if seen.len() > MOST_TRIED {
        return Ok(commands.into_iter().map(|(name, _)| name).collect());
    }
    let mut possible = Vec::new();
    for (name, command) in commands {
        let planned = Command::parse(&command, place).map(|asked| asked.command.plan(&book));
        let Ok(Ok(Outcome::Record(recorded))) = planned else { continue };
        let hand = Hand { member: book.member(), log: &log, place, now_ms };
        if recorded.plan.record == record && desk_plan::judged(read, &hand, recorded.plan, &seen)?.is_ok() {
            possible.push(name);
        }
    }
    Ok(possible)
}

/// What the server notes by itself, and nobody has to read before they decide.
const QUIET: [&str; 2] = ["referral.received", "progress.reported"];

/// Whether the server noted it by itself, and nobody has to read it before they decide.
pub(super) fn is_quiet(server: &ServerRow, author: UserId, kind: &str) -> bool {
    author == server.user && QUIET.contains(&kind)
}

/// Whether somebody recorded something that the reader may see, and their page does not show.
fn came_since(server: &ServerRow, ops: &[Held], held: &BTreeMap<Stream, Folded>, place: u64) -> bool {
    ops.iter().any(|op| {
        let header = &op.op.header;
        let came = op.stamp.as_ref().is_some_and(|stamp| stamp.place > place);
        let is_news = !is_quiet(server, header.author, header.kind.as_str());
        came && is_news && op.is_in_stream() && held.contains_key(&header.stream)
    })
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}
