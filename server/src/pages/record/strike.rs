//! Striking an own entry that was a mistake, and letting it count again.
//!
//! Does not erase: what was recorded stays.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::form::{Faults, Field, Form};
use super::super::read::{ms, rows, text};
use super::super::when;
use super::super::words::{kinds, record as w};
use super::{Asking, Deed};

pub(super) const STRIKE: Deed = Deed {
    slug: "strike",
    needs: "strike",
    link: w::MISTAKE,
    title: w::STRIKE,
    fields: |asking| fields(asking, w::STRIKE_DO),
    command: strike,
    typed_in: &[("reason", "reason", w::WRITE), ("entry", "reason", w::WRITE)],
};

pub(super) const BACK: Deed = Deed {
    slug: "strike-back",
    needs: "strike_back",
    link: w::TAKE_BACK,
    title: w::STRIKE_BACK,
    fields: |asking| fields(asking, w::STRIKE_BACK_DO),
    command: |form| {
        let mut command = strike(form)?;
        command["back"] = json!("yes");
        Ok(command)
    },
    typed_in: &[("reason", "reason", w::WRITE), ("entry", "reason", w::WRITE)],
};

fn strike(form: &Form) -> Result<Value, Faults> {
    Ok(json!({"command": "strike", "entry": form.tidy("about"), "reason": form.tidy("reason")}))
}

fn fields(asking: &Asking<'_>, button: &str) -> Markup {
    let entry = rows(asking.opened, "entries").iter().find(|entry| text(entry, "op") == asking.about);
    html! {
        @if let Some(entry) = entry {
            p { strong { (kinds::entry(text(entry, "kind"))) } @if let Some(at_ms) = ms(entry, "eff_ms") { ", " (when::long(at_ms)) } }
        }
        p { (w::STRIKE_TEXT) }
        (Field::text("reason", w::WHY, "", asking.typed.text("reason")).area(asking.faults))
        div.acts { button.do type="submit" { (button) } }
    }
}
