//! Whether the service takes a referral on, takes one over, or asks another service.
//!
//! Does not decide whether it may.

use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::codes::CodeList;

use super::super::form::{Faults, Form};
use super::super::words::record as w;
use super::parts::{choose, codes};
use super::{Asking, Deed};

pub(super) const ANSWER: Deed = Deed {
    slug: "answer",
    needs: "accept",
    link: w::ANSWER_LINK,
    title: w::ANSWER,
    fields: |asking| two(asking, [w::TAKE_ON, w::TAKE_ON_HINT, w::NOT_HERE_HINT, w::DO_NOT_TAKE]),
    command: |form| match form.text("answer") {
        "yes" => Ok(json!({"command": "accept"})),
        "no" => Ok(json!({"command": "reject", "reason": why(form)?})),
        _ => Err(Faults::one("answer", w::WRITE_ANSWER)),
    },
    typed_in: &[("reason", "reason", w::WRITE_WHY_NOT)],
};

pub(super) const TAKE_OVER: Deed = Deed {
    slug: "take-over",
    needs: "answer_transfer",
    link: w::TAKE_OVER_LINK,
    title: w::TAKE_OVER,
    fields: |asking| two(asking, [w::DO_TAKE_OVER, "", w::STAYS_THERE, w::DO_NOT_TAKE_OVER]),
    command: |form| match form.text("answer") {
        "yes" => Ok(json!({"command": "answer_transfer", "takes_over": "yes"})),
        "no" => Ok(json!({"command": "answer_transfer", "takes_over": "no", "reason": why(form)?})),
        _ => Err(Faults::one("answer", w::WRITE_ANSWER)),
    },
    typed_in: &[("reason", "reason", w::WRITE_WHY_NOT)],
};

pub(super) const TRANSFER: Deed = Deed {
    slug: "transfer",
    needs: "transfer",
    link: w::TRANSFER,
    title: w::TRANSFER,
    fields: transfer,
    command: |form| {
        if form.text("agrees") != "yes" {
            return Err(Faults::one("agrees", w::WRITE_AGREES));
        }
        if form.text("to").is_empty() {
            return Err(Faults::one("to", w::CHOOSE));
        }
        Ok(json!({
            "command": "transfer", "to": form.text("to"), "reason": form.text("reason"), "consent": "yes",
        }))
    },
    typed_in: &[
        ("to", "to", w::CHOOSE),
        ("reason", "reason", w::CHOOSE),
        ("consent", "agrees", w::WRITE_AGREES),
    ],
};

fn why(form: &Form) -> Result<Value, Faults> {
    match form.text("reason") {
        "" => Err(Faults::one("reason", w::WRITE_WHY_NOT)),
        reason => Ok(json!(reason)),
    }
}

/// A yes by its button, and a no by its own, with a reason.
fn two(asking: &Asking<'_>, [yes, hint, no_hint, no]: [&str; 4]) -> Markup {
    let (typed, faults) = (asking.typed, asking.faults);
    html! {
        (faults.at("answer"))
        @if !hint.is_empty() { p { (hint) } }
        div.acts { button.do type="submit" id="answer" name="answer" value="yes" { (yes) } }
        h2 { (w::NOT_HERE) }
        p { (no_hint) }
        (choose("reason", w::WHY, &codes(CodeList::RejectReasons, asking.now_ms), typed, faults))
        div.acts { button.do.plain type="submit" name="answer" value="no" { (no) } }
    }
}

fn transfer(asking: &Asking<'_>) -> Markup {
    let (typed, faults) = (asking.typed, asking.faults);
    let (own, force) = (&asking.own_org, asking.force());
    let others = asking.orgs.iter().filter(|(id, _)| *id != own && **id != force);
    let others: Vec<_> = others.map(|(id, name)| (id.clone(), name.clone())).collect();
    html! {
        (choose("to", w::TO, &others, typed, faults))
        (choose("reason", w::WHY, &codes(CodeList::TransferReasons, asking.now_ms), typed, faults))
        (faults.at("agrees"))
        div.pick {
            input type="checkbox" name="agrees" id="agrees" value="yes" checked[typed.text("agrees") == "yes"] aria-describedby="agrees-hint";
            label for="agrees" { (w::AGREES) }
            span.hint id="agrees-hint" { (w::AGREES_HINT) }
        }
        div.acts { button.do type="submit" { (w::ASK) } }
    }
}
