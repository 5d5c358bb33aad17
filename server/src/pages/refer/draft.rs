//! A half-filled form of an officer, kept on the server after every answer; once it was sent, what was recorded.
//!
//! Only its own officer finds it. Does not know what the answers mean.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::answer::Oops;
use super::super::read::{ms, rows, text};
use super::super::visit::Reader;
use super::typed::Answers;
use crate::desk::{Command, MOST_FORMS, Query, Recording};

/// What the names of these forms begin with: their officer may keep others.
const PREFIX: &str = "refer-";
/// Where a form says what it came to.
const DONE: &str = "recorded";
/// How long what a form came to is shown again.
const SHOWN_MS: u64 = 24 * 3_600_000;

/// A form.
pub(super) struct Draft {
    pub(super) id: Uuid,
    pub(super) state: State,
    pub(super) saved_ms: u64,
    /// When it is deleted, unless it is saved again.
    pub(super) deleted_ms: Option<u64>,
}

/// How far a form has got.
pub(super) enum State {
    Open(Answers),
    /// It was sent: what was answered to it.
    Sent(Value),
}

/// The forms of whoever reads, the newest first.
pub(super) async fn all(who: &Reader) -> Result<Vec<Draft>, Oops> {
    let answer = who.ask(json!({"query": "drafts"})).await?;
    Ok(rows(&answer, "drafts").iter().filter_map(of).collect())
}

fn of(row: &Value) -> Option<Draft> {
    let id = text(row, "id").strip_prefix(PREFIX)?.parse().ok()?;
    let form = row["form"].as_object()?;
    let state = match form.get(DONE) {
        Some(answer) => State::Sent(answer.clone()),
        None => State::Open(form.clone()),
    };
    let saved_ms = ms(row, "saved_ms").unwrap_or_default();
    Some(Draft { id, state, saved_ms, deleted_ms: ms(row, "deleted_ms") })
}

/// One of them; another's is not there.
pub(super) async fn one(who: &Reader, id: Uuid) -> Result<Draft, Oops> {
    let answer = who.query(Query::HalfFilled(name(id), who.now_ms())).await?;
    of(&answer).ok_or(Oops::NotFound)
}

/// The answers of one that was not sent yet; nothing of one that was.
pub(super) async fn open(who: &Reader, id: Uuid) -> Result<Option<Answers>, Oops> {
    Ok(match one(who, id).await?.state {
        State::Open(answers) => Some(answers),
        State::Sent(_) => None,
    })
}

/// Keeps the answers.
pub(super) async fn keep(who: &Reader, id: Uuid, answers: &Answers) -> Result<(), Oops> {
    save(who, id, &Value::Object(answers.clone())).await
}

/// Notes what a form came to, in the place of its answers.
pub(super) async fn sent(who: &Reader, id: Uuid, answer: &Value) -> Result<(), Oops> {
    let mut noted = Map::new();
    noted.insert(DONE.to_owned(), answer.clone());
    save(who, id, &Value::Object(noted)).await
}

async fn save(who: &Reader, id: Uuid, form: &Value) -> Result<(), Oops> {
    let command = json!({"command": "draft_save", "id": name(id), "form": form});
    who.command(Command::Record(Recording { command, form: None })).await?;
    Ok(())
}

/// Throws a form away.
pub(super) async fn drop(who: &Reader, id: Uuid) -> Result<(), Oops> {
    let command = json!({"command": "draft_drop", "id": name(id)});
    who.command(Command::Record(Recording { command, form: None })).await?;
    Ok(())
}

/// Whether somebody has room for another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Left,
    None,
}

/// Throws away what was sent long enough ago, and sooner where there is no room for another form: the referral has it.
pub(super) async fn make_room(who: &Reader) -> Result<Room, Oops> {
    let all = all(who).await?;
    let mut left = all.len();
    // The oldest first.
    for draft in all.into_iter().rev().filter(|draft| matches!(draft.state, State::Sent(_))) {
        if left >= MOST_FORMS || draft.saved_ms + SHOWN_MS < who.now_ms() {
            drop(who, draft.id).await?;
            left -= 1;
        }
    }
    Ok(if left < MOST_FORMS { Room::Left } else { Room::None })
}

/// What the form is called in the store.
pub(super) fn name(id: Uuid) -> String {
    format!("{PREFIX}{id}")
}
