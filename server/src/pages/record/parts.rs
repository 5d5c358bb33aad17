//! Parts of forms: choices from the shared lists, days and times.
//!
//! Does not know what is recorded.

use chrono::NaiveDate;
use maud::{Markup, html};
use sync_core::codes::{CodeList, entries, is_current, is_not_chosen};
use sync_core::local_time::{day_begins_ms, local_day, local_minute};

use super::super::form::{Faults, Field, Form, select};
use super::super::words::record as w;

const MINUTE_MS: u64 = 60_000;

/// The codes of a list that are in use, with their words.
pub(in crate::pages) fn codes(list: CodeList, now_ms: u64) -> Vec<(String, String)> {
    let today = local_day(now_ms);
    let known = entries(list).iter().filter(|entry| is_current(list, &entry.code, today));
    let known = known.filter(|entry| !is_not_chosen(list, &entry.code));
    known.map(|entry| (entry.code.clone(), entry.label.clone())).collect()
}

/// A list to choose from that begins with nothing chosen.
pub(in crate::pages) fn choose(
    name: &'static str,
    label: &str,
    options: &[(String, String)],
    typed: &Form,
    faults: &Faults,
) -> Markup {
    let nothing = [(String::new(), w::PLEASE_CHOOSE.to_owned())];
    let all: Vec<_> = nothing.iter().chain(options).cloned().collect();
    html! { (faults.at(name)) (select(name, label, &all, typed.text(name))) }
}

/// Answers of which one is picked: value, words, and a hint that may be empty.
pub(super) fn picks(
    name: &'static str,
    legend: &str,
    options: &[(String, String, String)],
    chosen: &str,
    faults: &Faults,
) -> Markup {
    html! {
        fieldset.wrong[faults.has(name)] id=(name) tabindex="-1" {
            legend { (legend) }
            (faults.at(name))
            @for (value, words, hint) in options {
                @let id = format!("{name}-{value}");
                div.pick {
                    input type="radio" name=(name) id=(id) value=(value) checked[value == chosen]
                        aria-describedby=[(!hint.is_empty()).then(|| format!("{id}-hint"))];
                    label for=(id) { (words) }
                    @if !hint.is_empty() { span.hint id={ (id) "-hint" } { (hint) } }
                }
            }
        }
    }
}

/// Words without hints.
pub(super) fn plain(options: Vec<(String, String)>) -> Vec<(String, String, String)> {
    options.into_iter().map(|(value, words)| (value, words, String::new())).collect()
}

/// Answers of which any number is picked; each is a field of its own, `name-value`.
pub(in crate::pages) fn ticks(
    name: &'static str,
    legend: &str,
    options: &[(String, String)],
    is_ticked: impl Fn(&str) -> bool,
    faults: &Faults,
) -> Markup {
    html! {
        fieldset.wrong[faults.has(name)] id=(name) tabindex="-1" {
            legend { (legend) }
            (faults.at(name))
            div.picks-2 { @for (value, words) in options {
                @let id = format!("{name}-{value}");
                div.pick {
                    input type="checkbox" name=(id) id=(id) value="yes" checked[is_ticked(value)];
                    label for=(id) { (words) }
                }
            } }
        }
    }
}

/// The values that were ticked.
pub(in crate::pages) fn ticked(form: &Form, name: &str, list: CodeList) -> Vec<String> {
    let all = entries(list).iter().map(|entry| entry.code.clone());
    all.filter(|code| form.text(&format!("{name}-{code}")) == "yes").collect()
}

/// A day and a time.
pub(in crate::pages) fn moment(typed: &Form, faults: &Faults, usual_ms: Option<u64>) -> Markup {
    let day = usual_ms.map(|ms| local_day(ms).to_string()).unwrap_or_default();
    let time = usual_ms.map(clock).unwrap_or_default();
    let usual = |field, usual: String| if typed.has(field) { typed.text(field).to_owned() } else { usual };
    let (day, time) = (usual("date", day), usual("time", time));
    let field = |name, label, kind, value| Field { kind, ..Field::text(name, label, "", value) };
    html! {
        div.parts {
            (field("date", w::DAY, "date", day.as_str()).shown(faults))
            (field("time", w::TIME, "time", time.as_str()).shown(faults))
        }
    }
}

fn clock(ms: u64) -> String {
    let minute = local_minute(ms);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The moment that was typed; none where both fields are empty.
pub(in crate::pages) fn typed_moment(form: &Form) -> Result<Option<u64>, Faults> {
    if form.tidy("date").is_empty() && form.tidy("time").is_empty() {
        return Ok(None);
    }
    let day: NaiveDate = form.tidy("date").parse().map_err(|_| Faults::one("date", w::WRITE_DAY))?;
    let minute = minute_of(form.tidy("time")).ok_or_else(|| Faults::one("time", w::WRITE_TIME))?;
    Ok(Some(moment_ms(day, minute)))
}

/// The minute of the day that a text such as `9:30` says.
pub(in crate::pages) fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once([':', '.'])?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// When a day's clock shows a minute. On the two days on which the clocks change, the first guess is an hour off.
pub(in crate::pages) fn moment_ms(day: NaiveDate, minute: u16) -> u64 {
    let guess = day_begins_ms(day) + u64::from(minute) * MINUTE_MS;
    let off = i64::from(minute) - i64::from(local_minute(guess));
    if off.abs() <= 60 { guess.saturating_add_signed(off * 60_000) } else { guess }
}

/// A text that may stay empty.
pub(in crate::pages) fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_londons_also_on_the_days_on_which_the_clocks_change() {
        for (day, time) in [
            ("2026-06-01", "10:00"),
            ("2026-12-01", "09:30"),
            ("2026-03-29", "00:30"),
            ("2026-03-29", "10:00"),
            ("2026-10-25", "10:00"),
            ("2026-10-25", "23:59"),
        ] {
            let (day, minute) = (day.parse().expect("a day"), minute_of(time).expect("a time"));
            let at_ms = moment_ms(day, minute);
            assert_eq!((local_day(at_ms), local_minute(at_ms)), (day, minute), "{day} {time}");
        }
        for text in ["", "10", "24:00", "9:60", "x:y", "-1:00"] {
            assert_eq!(minute_of(text), None, "{text}");
        }
    }
}
