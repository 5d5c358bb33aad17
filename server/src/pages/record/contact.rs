//! Somebody reached the person, or tried to.
//!
//! Does not decide whether they may be reached.

use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::codes::CodeList;

use super::super::form::{Faults, Field, Form};
use super::super::words::record as w;
use super::parts::{codes, moment, picks, plain, some, typed_moment};
use super::{Asking, Deed};

pub(super) const CONTACT: Deed = Deed {
    slug: "contact",
    needs: "contact",
    link: w::CONTACT,
    title: w::CONTACT,
    fields,
    command,
    typed_in: &[
        ("what", "result", w::WRITE_RESULT),
        ("result", "result", w::WRITE_RESULT),
        ("channel", "channel", w::CHOOSE),
        ("at_ms", "date", w::WRITE_DAY),
        ("note", "note", w::WRITE),
    ],
};

fn fields(asking: &Asking<'_>) -> Markup {
    let (typed, faults, now_ms) = (asking.typed, asking.faults, asking.now_ms);
    let channel = if typed.has("channel") { typed.text("channel") } else { "phone" };
    html! {
        (moment(typed, faults, Some(now_ms)))
        (picks("channel", w::HOW, &plain(codes(CodeList::ContactChannels, now_ms)), channel, faults))
        (picks("result", w::CAME_OF_IT, &plain(codes(CodeList::ContactResults, now_ms)), typed.text("result"), faults))
        (Field::text("note", w::NOTE, w::NOTE_HINT, typed.text("note")).area(faults))
        div.acts { button.do type="submit" { (w::RECORD) } }
    }
}

fn command(form: &Form) -> Result<Value, Faults> {
    let at_ms = typed_moment(form)?;
    let (channel, result) = (form.text("channel"), form.text("result"));
    if result.is_empty() {
        return Err(Faults::one("result", w::WRITE_RESULT));
    }
    Ok(json!({
        "command": "contact", "what": what(channel, result), "channel": channel, "result": result,
        "at_ms": at_ms, "note": some(form.tidy("note")),
    }))
}

/// One answer of the form says both what it was and what came of it; the core refuses what cannot be.
fn what(channel: &str, result: &str) -> &'static str {
    match (result, channel) {
        ("reached" | "replied", _) => "reached",
        ("came_or_called", "drop_in" | "visit" | "street") => "person_came",
        ("came_or_called", _) => "person_called",
        _ => "attempted",
    }
}
