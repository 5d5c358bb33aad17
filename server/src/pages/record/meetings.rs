//! Meetings: agreed, and what became of them.
//!
//! Does not count sessions: `sync-core` does.

use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::local_time::{day_begins_ms, days_later_ms, local_day};

use super::super::form::{Faults, Field, Form, select};
use super::super::read::{ms, rows, text};
use super::super::when;
use super::super::words::{kinds, record as w};
use super::parts::{moment, picks, some, typed_moment};
use super::{Asking, Deed};

pub(super) const BOOK: Deed = Deed {
    slug: "book",
    needs: "book",
    link: w::BOOK,
    title: w::BOOK,
    fields: book,
    command: |form| {
        let at_ms = typed_moment(form)?.ok_or_else(|| Faults::one("date", w::WRITE_DAY))?;
        Ok(json!({
            "command": "book", "meeting": form.text("meeting"), "at_ms": at_ms, "minutes": minutes(form)?,
            "place": some(form.tidy("place")),
        }))
    },
    typed_in: &[
        ("at_ms", "date", w::WRITE_DAY),
        ("minutes", "minutes", w::WRITE_MINUTES),
        ("meeting", "meeting", w::CHOOSE),
        ("place", "place", w::WRITE),
    ],
};

pub(super) const ATTEND: Deed = Deed {
    slug: "attendance",
    needs: "attend",
    link: w::ATTEND,
    title: w::ATTEND,
    fields: attend,
    command: attended,
    typed_in: &[
        ("status", "status", w::WRITE_BECAME),
        ("minutes", "minutes", w::WRITE_MINUTES),
        ("at_ms", "date", w::WRITE_DAY),
        ("meeting", "appointment", w::CHOOSE),
        ("appointment", "appointment", w::CHOOSE),
        ("reason", "reason", w::WRITE),
        ("note", "note", w::WRITE),
    ],
};

const MEETINGS: [(&str, &str); 2] = [("assessment", w::ASSESSMENT), ("session", w::SESSION)];

fn minutes(form: &Form) -> Result<u16, Faults> {
    form.tidy("minutes").parse().map_err(|_| Faults::one("minutes", w::WRITE_MINUTES))
}

/// What the next meeting is for: the assessment until the person has come to it.
fn usual(asking: &Asking<'_>) -> &'static str {
    let came = rows(&asking.opened["referral"], "appointments").iter();
    let mut came = came.filter(|row| row["status"] == "attended" && row["meeting"] == "assessment");
    if came.next().is_some() { "session" } else { "assessment" }
}

fn book(asking: &Asking<'_>) -> Markup {
    let (typed, faults) = (asking.typed, asking.faults);
    let chosen = if typed.has("meeting") { typed.text("meeting") } else { usual(asking) };
    let options = MEETINGS.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let minutes = if typed.has("minutes") { typed.text("minutes") } else { "60" };
    html! {
        (faults.at("meeting"))
        (select("meeting", w::WHAT_FOR, &options, chosen))
        (moment(typed, faults, None))
        (Field::text("minutes", w::MINUTES, "", minutes).shown(faults))
        (Field::text("place", w::PLACE, "", typed.text("place")).shown(faults))
        div.acts { button.do type="submit" { (w::BOOK) } }
    }
}

/// An appointment as a value of the list: the entry, when it is, and what for.
fn value_of(row: &Value) -> String {
    format!("{}|{}|{}", text(row, "op"), ms(row, "at_ms").unwrap_or_default(), text(row, "meeting"))
}

fn attend(asking: &Asking<'_>) -> Markup {
    let (typed, faults, now_ms) = (asking.typed, asking.faults, asking.now_ms);
    let mut booked: Vec<&Value> = rows(&asking.opened["referral"], "appointments").iter().collect();
    booked.sort_by_key(|row| ms(row, "at_ms"));
    let day_ends_ms = days_later_ms(day_begins_ms(local_day(now_ms)), 1);
    // The last one that is over, or is today, and of which nothing is known yet.
    let next = booked.iter().rfind(|row| row["status"].is_null() && ms(row, "at_ms") < Some(day_ends_ms));
    let words = |row: &Value| {
        let status = row["status"].as_str().map(|status| format!(", {}", kinds::code("status", status)));
        let at = ms(row, "at_ms").map(when::plain).unwrap_or_default();
        format!("{at}: {}{}", kinds::code("meeting", text(row, "meeting")), status.unwrap_or_default())
    };
    let mut options: Vec<(String, String)> = booked.iter().map(|row| (value_of(row), words(row))).collect();
    let unbooked =
        MEETINGS.map(|(meeting, words)| (format!("||{meeting}"), format!("{}: {words}", w::NOT_BOOKED)));
    options.extend(unbooked);
    let first = next.map_or_else(|| format!("||{}", usual(asking)), |row| value_of(row));
    let chosen = if typed.has("appointment") { typed.text("appointment").to_owned() } else { first };
    let statuses =
        w::STATUSES.map(|(value, words, hint)| (value.to_owned(), words.to_owned(), hint.to_owned()));
    let minutes = if typed.has("minutes") { typed.text("minutes") } else { "60" };
    html! {
        (faults.at("appointment"))
        (select("appointment", w::APPOINTMENT, &options, &chosen))
        (picks("status", w::BECAME, &statuses, typed.text("status"), faults))
        (Field::text("minutes", w::HOW_LONG, w::HOW_LONG_HINT, minutes).shown(faults))
        fieldset { legend { (w::OTHER_TIME) } p.hint { (w::OTHER_TIME_HINT) } (moment(typed, faults, None)) }
        (Field::text("reason", w::WHY_NOT_CAME, w::WHY_NOT_CAME_HINT, typed.text("reason")).shown(faults))
        (Field::text("note", w::NOTE, w::NOTE_HINT, typed.text("note")).area(faults))
        div.acts { button.do type="submit" { (w::RECORD) } }
    }
}

fn attended(form: &Form) -> Result<Value, Faults> {
    let mut faults = Faults::default();
    let status = form.text("status");
    if status.is_empty() {
        faults.add("status", w::WRITE_BECAME);
    }
    // Whoever did not come was there for no time, whatever the field was filled with.
    let minutes = if status == "attended" || status.is_empty() { minutes(form) } else { Ok(0) };
    if minutes.is_err() {
        faults.add("minutes", w::WRITE_MINUTES);
    }
    let (Ok(minutes), true) = (minutes, faults.is_empty()) else { return Err(faults) };
    let mut parts = form.text("appointment").split('|');
    let mut part = || parts.next().unwrap_or_default();
    let (op, booked_ms, meeting) = (part(), part(), part());
    let at_ms = typed_moment(form)?.or_else(|| booked_ms.parse().ok());
    Ok(json!({
        "command": "attend", "appointment": some(op), "meeting": meeting, "status": status, "minutes": minutes,
        "at_ms": at_ms, "note": some(form.tidy("note")), "reason": some(form.tidy("reason")),
    }))
}
