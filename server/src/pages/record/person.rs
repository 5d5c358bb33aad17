//! Notes, and what the service learns of the person: numbers, addresses, what is safe, a name written right.
//!
//! Does not decide who reads it: the core's compartments do.

use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::codes::CodeList;

use super::super::form::{Faults, Field, Form, select};
use super::super::read::texts;
use super::super::words::record as w;
use super::parts::{codes, ticked, ticks};
use super::{Asking, Deed};

pub(super) const NOTE: Deed = Deed {
    slug: "note",
    needs: "note",
    link: w::ADD_NOTE,
    title: w::ADD_NOTE,
    fields: |asking| {
        let note = Field::text("note", w::NOTE_LABEL, w::NOTE_OWN, asking.typed.text("note"));
        html! { (note.area(asking.faults)) div.acts { button.do type="submit" { (w::RECORD) } } }
    },
    command: |form| Ok(json!({"command": "note", "text": form.tidy("note")})),
    typed_in: &[("text", "note", w::WRITE)],
};

pub(super) const DETAILS: Deed = Deed {
    slug: "details",
    needs: "details",
    link: w::DETAILS,
    title: w::DETAILS,
    fields: |asking| {
        let options = w::DETAIL_KINDS.map(|(value, words)| (value.to_owned(), words.to_owned()));
        let (typed, faults) = (asking.typed, asking.faults);
        html! {
            (faults.at("field"))
            (select("field", w::DETAIL, &options, typed.text("field")))
            (Field::text("value", w::DETAIL_VALUE, w::DETAIL_HINT, typed.text("value")).shown(faults))
            div.acts { button.do type="submit" { (w::RECORD) } }
        }
    },
    command: |form| {
        Ok(json!({"command": "details", "field": form.text("field"), "value": form.tidy("value")}))
    },
    typed_in: &[("field", "field", w::CHOOSE), ("value", "value", w::WRITE_DETAIL)],
};

pub(super) const SAFE: Deed = Deed {
    slug: "safe",
    needs: "details",
    link: w::SAFE,
    title: w::SAFE,
    fields: |asking| {
        let now = texts(&asking.opened["referral"]["reach"], "may");
        let is_ticked = |code: &str| match asking.typed.has("sent") {
            true => asking.typed.text(&format!("may-{code}")) == "yes",
            false => now.contains(&code),
        };
        let list = codes(CodeList::ReachMay, asking.now_ms);
        html! {
            input type="hidden" name="sent" value="yes";
            (ticks("may", w::SAFE_LABEL, &list, is_ticked, asking.faults))
            div.acts { button.do type="submit" { (w::RECORD) } }
        }
    },
    command: |form| {
        let may = ticked(form, "may", CodeList::ReachMay).join(",");
        Ok(json!({"command": "details", "field": "may", "value": may}))
    },
    typed_in: &[("value", "may", w::CHOOSE)],
};

pub(super) const CORRECT: Deed = Deed {
    slug: "correct",
    needs: "amend",
    link: w::CORRECT,
    title: w::CORRECT,
    fields: correct,
    command: corrected,
    typed_in: &[("value", "family", w::WRITE_ONE)],
};

fn correct(asking: &Asking<'_>) -> Markup {
    let (typed, faults) = (asking.typed, asking.faults);
    let born = Field { kind: "date", ..Field::text("born", w::BORN, "", typed.text("born")) };
    html! {
        p { (w::CORRECT_HINT) }
        (Field::text("family", w::FAMILY, "", typed.text("family")).shown(faults))
        (Field::text("given", w::GIVEN, "", typed.text("given")).shown(faults))
        (born.shown(faults))
        div.acts { button.do type="submit" { (w::RECORD) } }
    }
}

/// One correction at a time: each is an entry of its own, which can be struck by itself.
fn corrected(form: &Form) -> Result<Value, Faults> {
    let (family, given, born) = (form.tidy("family"), form.tidy("given"), form.tidy("born"));
    match (family.is_empty() && given.is_empty(), born.is_empty()) {
        (false, true) => {
            Ok(json!({"command": "amend", "field": "name", "value": format!("{family}, {given}")}))
        }
        (true, false) => Ok(json!({"command": "amend", "field": "born", "value": born})),
        (true, true) | (false, false) => Err(Faults::one("family", w::WRITE_ONE)),
    }
}
