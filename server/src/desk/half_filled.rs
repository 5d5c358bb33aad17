//! Half-filled forms at a desk: kept for the one who fills them in, so many and so large.
//!
//! A form holds whatever somebody typed, so its size and number are bounded here, where everything that keeps one comes by.
//! Does not know what a form means, nor delete those that nobody goes on with: see [`crate::reconcile::drafts`].

use serde_json::{Value, json};
use sync_core::command::FormSaved;
use sync_core::query::device::{DraftShown, Drafts};

use super::conflicts::AtDesk;
use super::{Answer, Caller, Refused};
use crate::reconcile::drafts::kept_ms;
use crate::store::forms::Draft;
use crate::store::{Reads, Writes};

/// How many forms a person has at once.
pub(crate) const MOST_FORMS: usize = 20;
/// How long a form is, as JSON: four times what the longest entry holds.
const MOST_BYTES: usize = 64 << 10;
/// How long the name of a form is.
const MOST_NAME_BYTES: usize = 200;

/// The forms of whoever asks, the newest first.
pub(super) fn all(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let kept_ms = kept_ms(read)?;
    let drafts = read.drafts(caller.author.user)?.into_iter();
    let drafts = drafts.map(|draft| shown(draft, kept_ms)).filter(|draft| draft.deleted_ms > Some(now_ms));
    Ok(json!(Drafts { drafts: drafts.collect() }))
}

/// One of them; another's is not there.
pub(super) fn one(read: &dyn Reads, caller: &Caller, id: &str, now_ms: u64) -> Answer {
    let draft = read.draft(caller.author.user, id)?.ok_or(Refused::NotFound)?;
    let draft = shown(draft, kept_ms(read)?);
    if draft.deleted_ms > Some(now_ms) { Ok(json!(draft)) } else { Err(Refused::NotFound) }
}

fn shown(Draft { id, form, saved_ms }: Draft, kept_ms: u64) -> DraftShown {
    DraftShown { id, form, saved_ms, deleted_ms: Some(saved_ms + kept_ms) }
}

/// Keeps a form, over the one of its name; or drops it.
pub(super) fn keep(tx: &dyn Writes, desk: &AtDesk<'_>, id: String, form: Option<Value>) -> Answer {
    let user = desk.caller.author.user;
    match form {
        Some(form) => {
            if id.len() > MOST_NAME_BYTES {
                return Err(Refused::Field("id"));
            }
            if form.to_string().len() > MOST_BYTES {
                return Err(Refused::NotAllowed("a form holds at most 64 KiB: write less in it"));
            }
            if tx.count_drafts(user)? >= MOST_FORMS && tx.draft(user, &id)?.is_none() {
                return Err(Refused::NotAllowed(
                    "you have 20 forms that are not finished: finish one of them, or throw one away",
                ));
            }
            tx.keep_draft(user, &Draft { id: id.clone(), form, saved_ms: desk.now_ms })?;
        }
        None => tx.drop_draft(user, &id)?,
    }
    Ok(json!(FormSaved { saved: true, draft: id, ops: Vec::new() }))
}
