//! Safety concerns: raised, and answered.
//!
//! Does not send help: nothing here rings anybody.

use maud::{Markup, html};
use serde_json::json;
use sync_core::codes::CodeList;

use super::super::form::{Faults, Field};
use super::super::read::{ms, rows, text, texts};
use super::super::when;
use super::super::words::{kinds, record as w};
use super::parts::{codes, some, ticked, ticks};
use super::{Asking, Deed};

pub(super) const CONCERN: Deed = Deed {
    slug: "concern",
    needs: "safeguard",
    link: w::CONCERN,
    title: w::CONCERN,
    fields: |asking| {
        let (typed, faults) = (asking.typed, asking.faults);
        let list = codes(CodeList::Safeguarding, asking.now_ms);
        html! {
            p { strong { (w::CONCERN_TEXT) } }
            (ticks("codes", w::ABOUT, &list, |code| typed.text(&format!("codes-{code}")) == "yes", faults))
            (Field::text("told", w::TOLD, w::TOLD_HINT, typed.text("told")).shown(faults))
            (Field::text("call_back", w::CALL_BACK, w::TOLD_HINT, typed.text("call_back")).shown(faults))
            div.acts { button.do type="submit" { (w::CONCERN) } }
        }
    },
    command: |form| {
        let codes = ticked(form, "codes", CodeList::Safeguarding);
        if codes.is_empty() {
            return Err(Faults::one("codes", w::WRITE_ABOUT));
        }
        Ok(json!({
            "command": "safeguard", "codes": codes, "told": some(form.tidy("told")),
            "call_back": some(form.tidy("call_back")),
        }))
    },
    typed_in: &[
        ("codes", "codes", w::WRITE_ABOUT),
        ("told", "told", w::WRITE),
        ("call_back", "call_back", w::WRITE_CALL_BACK),
    ],
};

pub(super) const ACKNOWLEDGE: Deed = Deed {
    slug: "acknowledge",
    needs: "acknowledge",
    link: w::ACKNOWLEDGE_LINK,
    title: w::ACKNOWLEDGE,
    fields: acknowledge,
    command: |form| Ok(json!({"command": "acknowledge", "raised": form.tidy("about")})),
    typed_in: &[],
};

fn acknowledge(asking: &Asking<'_>) -> Markup {
    let entries = rows(asking.opened, "entries").iter();
    let entry = entries.clone().find(|entry| text(entry, "op") == asking.about);
    html! {
        @if let Some(entry) = entry {
            @let body = &entry["body"];
            div.box.stop {
                h2 { (texts(body, "codes").into_iter().map(|code| kinds::code("codes", code)).collect::<Vec<_>>().join(", ")) }
                p {
                    (w::RAISED) " " @if let Some(at_ms) = ms(entry, "eff_ms") { (when::long(at_ms)) }
                    @if let Some(by) = entry["by"].as_str() { ", " (w::RAISED_BY) " " (by) }
                }
                @if let Some(told) = body["told"].as_str() { p { (w::TOLD) " " (told) } }
                @if let Some(number) = body["call_back"].as_str() {
                    p { (w::CALL_BACK) ": " a.number href={ "tel:" (number.replace(' ', "")) } { (number) } }
                }
            }
        }
        p { strong { (w::CONCERN_TEXT) } }
        p { (w::ACKNOWLEDGE_TEXT) }
        div.acts { button.do type="submit" { (w::WE_ACT) } }
    }
}
