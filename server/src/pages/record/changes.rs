//! A meeting that is moved, or called off.
//!
//! Does not decide whether it may be.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::form::{Faults, Field, Form, select};
use super::super::read::{ms, rows, text};
use super::super::when;
use super::super::words::{kinds, record as w};
use super::parts::{moment, picks, some, typed_moment};
use super::{Asking, Deed};

pub(super) const MOVE: Deed = Deed {
    slug: "move",
    needs: "move",
    link: w::MOVE,
    title: w::MOVE,
    fields: |asking| {
        html! {
            (which(asking))
            p { (w::NEW_TIME) }
            (moment(asking.typed, asking.faults, None))
            div.acts { button.do type="submit" { (w::MOVE) } }
        }
    },
    command: |form| {
        let at_ms = typed_moment(form)?.ok_or_else(|| Faults::one("date", w::WRITE_DAY))?;
        Ok(json!({"command": "move", "appointment": named(form)?, "at_ms": at_ms}))
    },
    typed_in: &[("at_ms", "date", w::WRITE_DAY), ("appointment", "appointment", w::CHOOSE)],
};

pub(super) const CALL_OFF: Deed = Deed {
    slug: "call-off",
    needs: "call_off",
    link: w::CALL_OFF,
    title: w::CALL_OFF,
    fields: |asking| {
        let (typed, faults) = (asking.typed, asking.faults);
        let by = w::CALLED_OFF_BY.map(|(by, words, hint)| (by.to_owned(), words.to_owned(), hint.to_owned()));
        html! {
            (which(asking))
            (picks("by", w::BY_WHOM, &by, typed.text("by"), faults))
            (Field::text("note", w::NOTE, w::NOTE_HINT, typed.text("note")).area(faults))
            div.acts { button.do type="submit" { (w::CALL_OFF) } }
        }
    },
    command: |form| {
        if form.text("by").is_empty() {
            return Err(Faults::one("by", w::CHOOSE));
        }
        let (appointment, note) = (named(form)?, some(form.tidy("note")));
        Ok(json!({"command": "call_off", "appointment": appointment, "by": form.text("by"), "note": note}))
    },
    typed_in: &[
        ("appointment", "appointment", w::CHOOSE),
        ("by", "by", w::CHOOSE),
        ("note", "note", w::WRITE),
    ],
};

fn named(form: &Form) -> Result<&str, Faults> {
    Some(form.text("appointment"))
        .filter(|op| !op.is_empty())
        .ok_or_else(|| Faults::one("appointment", w::CHOOSE))
}

/// The meetings of which nothing is known yet.
fn which(asking: &Asking<'_>) -> Markup {
    let mut open: Vec<&Value> = rows(&asking.opened["referral"], "appointments").iter().collect();
    open.retain(|row| row["status"].is_null());
    open.sort_by_key(|row| ms(row, "at_ms"));
    let words = |row: &Value| {
        let at = ms(row, "at_ms").map(when::plain).unwrap_or_default();
        format!("{at}: {}", kinds::code("meeting", text(row, "meeting")))
    };
    let options: Vec<_> = open.iter().map(|row| (text(row, "op").to_owned(), words(row))).collect();
    html! { (asking.faults.at("appointment")) (select("appointment", w::APPOINTMENT, &options, asking.typed.text("appointment"))) }
}
