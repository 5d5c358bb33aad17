//! How the person is doing, by an instrument such as TOP, and what they need.
//!
//! The items are data of the core. Does not add them up.

use maud::{Markup, html};
use serde_json::{Map, Value, json};
use sync_core::codes::{CodeList, Entry, entries};

use super::super::form::{Faults, Field, Form};
use super::super::words::record as w;
use super::parts::{choose, codes, picks};
use super::{Asking, Deed};

/// The instrument that the pages ask for.
const INSTRUMENT: &str = "TOP";

pub(super) const MEASURE: Deed = Deed {
    slug: "measure",
    needs: "measure",
    link: w::MEASURE,
    title: w::MEASURE,
    fields: measure,
    command: measured,
    typed_in: &[("at", "at", w::CHOOSE), ("items", "items", w::WRITE_ITEMS)],
};

pub(super) const NEED: Deed = Deed {
    slug: "need",
    needs: "need",
    link: w::NEED,
    title: w::NEED,
    fields: |asking| {
        let kinds = codes(CodeList::ServiceKinds, asking.now_ms);
        html! {
            (choose("need", w::NEED_WHAT, &kinds, asking.typed, asking.faults))
            div.acts { button.do type="submit" { (w::RECORD) } }
        }
    },
    command: |form| Ok(json!({"command": "need", "need": form.text("need")})),
    typed_in: &[("need", "need", w::CHOOSE)],
};

fn items() -> impl Iterator<Item = &'static Entry> {
    entries(CodeList::OutcomeItems).iter().filter(|entry| entry.column("instrument") == Some(INSTRUMENT))
}

fn measure(asking: &Asking<'_>) -> Markup {
    let (typed, faults) = (asking.typed, asking.faults);
    let at = w::MEASURED_AT.map(|(at, words)| (at.to_owned(), words.to_owned(), String::new()));
    html! {
        p { (w::MEASURE_TEXT) }
        (picks("at", w::MEASURED_WHEN, &at, typed.text("at"), faults))
        fieldset id="items" tabindex="-1" {
            legend { (w::ITEMS) }
            (faults.at("items"))
            @for item in items() {
                (Field::text(item.code.as_str(), &item.label, "", typed.text(&item.code)).shown(faults))
            }
        }
        div.acts { button.do type="submit" { (w::RECORD) } }
    }
}

/// What was not asked stays empty, and is no nought.
fn measured(form: &Form) -> Result<Value, Faults> {
    if form.text("at").is_empty() {
        return Err(Faults::one("at", w::CHOOSE));
    }
    let mut answers = Map::new();
    for item in items().filter(|item| !form.tidy(&item.code).is_empty()) {
        let most: i64 = item.column("most").and_then(|most| most.parse().ok()).unwrap_or_default();
        let answer: Option<i64> =
            form.tidy(&item.code).parse().ok().filter(|number| (0..=most).contains(number));
        let answer = answer.ok_or_else(|| Faults::one("items", &format!("{}: 0 – {most}", item.label)))?;
        answers.insert(item.code.clone(), json!(answer));
    }
    if answers.is_empty() {
        return Err(Faults::one("items", w::WRITE_ITEMS));
    }
    Ok(json!({"command": "measure", "instrument": INSTRUMENT, "at": form.text("at"), "items": answers}))
}
