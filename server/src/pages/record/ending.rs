//! Closing, opening again, stopping contact, and agreeing anew.
//!
//! Does not decide what follows: `sync-core` does.

use maud::html;
use serde_json::json;
use sync_core::codes::CodeList;
use sync_core::local_time::local_day;

use super::super::form::{Faults, Field};
use super::super::words::record as w;
use super::Deed;
use super::parts::{choose, codes, picks, some};

pub(super) const CLOSE: Deed = Deed {
    slug: "close",
    needs: "close",
    link: w::CLOSE,
    title: w::CLOSE,
    fields: |asking| {
        let (typed, faults) = (asking.typed, asking.faults);
        let today = local_day(asking.now_ms).to_string();
        let day = if typed.has("date") { typed.text("date").to_owned() } else { today };
        let day = Field { kind: "date", ..Field::text("date", w::DAY, "", &day) };
        html! {
            p { (w::CLOSE_HINT) }
            (day.shown(faults))
            (choose("reason", w::WHY, &codes(CodeList::CloseReasons, asking.now_ms), typed, faults))
            (Field::text("note", w::NOTE, w::NOTE_HINT, typed.text("note")).area(faults))
            div.acts { button.do type="submit" { (w::CLOSE) } }
        }
    },
    command: |form| {
        if form.text("reason").is_empty() {
            return Err(Faults::one("reason", w::CHOOSE));
        }
        Ok(json!({
            "command": "close", "on": form.tidy("date"), "reason": form.text("reason"),
            "note": some(form.tidy("note")),
        }))
    },
    typed_in: &[("on", "date", w::WRITE_DAY), ("reason", "reason", w::CHOOSE), ("note", "note", w::WRITE)],
};

pub(super) const REOPEN: Deed = Deed {
    slug: "reopen",
    needs: "reopen",
    link: w::REOPEN,
    title: w::REOPEN,
    fields: |asking| {
        let reasons = w::REOPEN_REASONS.map(|(value, words)| (value.to_owned(), words.to_owned()));
        html! {
            (choose("reason", w::WHY, &reasons, asking.typed, asking.faults))
            div.acts { button.do type="submit" { (w::REOPEN) } }
        }
    },
    command: |form| Ok(json!({"command": "reopen", "reason": form.text("reason")})),
    typed_in: &[("reason", "reason", w::CHOOSE)],
};

pub(super) const WITHDRAW: Deed = Deed {
    slug: "stop",
    needs: "withdraw",
    link: w::WITHDRAW,
    title: w::WITHDRAW,
    fields: |asking| {
        let reasons = codes(CodeList::WithdrawalReasons, asking.now_ms);
        html! {
            p { (w::WITHDRAW_TEXT) }
            (choose("reason", w::WHY, &reasons, asking.typed, asking.faults))
            div.acts { button.do type="submit" { (w::STOP) } }
        }
    },
    command: |form| Ok(json!({"command": "withdraw", "reason": form.text("reason")})),
    typed_in: &[("reason", "reason", w::CHOOSE)],
};

pub(super) const AGREE: Deed = Deed {
    slug: "agree",
    needs: "consent",
    link: w::AGREE,
    title: w::AGREE,
    fields: |asking| {
        let (typed, faults, now_ms) = (asking.typed, asking.faults, asking.now_ms);
        let both = || {
            [("yes", w::YES), ("no", w::NO)]
                .map(|(value, words)| (value.to_owned(), words.to_owned(), String::new()))
        };
        let language = if typed.has("language") { typed.text("language") } else { "en" };
        html! {
            p { (w::AGREE_TEXT) }
            (picks("contact", w::AGREE_CONTACT, &both(), typed.text("contact"), faults))
            (picks("feedback", w::AGREE_TOLD, &both(), typed.text("feedback"), faults))
            (faults.at("wording"))
            (super::super::form::select("wording", w::WORDING, &codes(CodeList::ConsentWordings, now_ms), typed.text("wording")))
            (faults.at("language"))
            (super::super::form::select("language", w::LANGUAGE, &codes(CodeList::Languages, now_ms), language))
            div.acts { button.do type="submit" { (w::RECORD) } }
        }
    },
    command: |form| {
        if form.text("contact").is_empty() {
            return Err(Faults::one("contact", w::CHOOSE));
        }
        Ok(json!({
            "command": "consent", "contact": form.text("contact"), "feedback": some(form.text("feedback")),
            "wording": some(form.text("wording")), "language": some(form.text("language")),
        }))
    },
    typed_in: &[
        ("contact", "contact", w::CHOOSE),
        ("feedback", "feedback", w::CHOOSE),
        ("wording", "wording", w::CHOOSE),
        ("language", "language", w::CHOOSE),
    ],
};
