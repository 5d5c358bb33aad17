//! A service's diary by week, and the list of a day for print.
//!
//! Numbers stand on the list only when they are asked for, and never where contact has stopped. Does not book.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::local_time::{local_day, local_minute};

use super::answer::Oops;
use super::layout::Page;
use super::read::{ms, rows, text, texts};
use super::referrals::said;
use super::visit::Reader;
use super::when;
use super::words::layout::Room;
use super::words::{diary as w, kinds, record};
use crate::desk::{DiaryWanted, Purpose, Query};

const WEEK: u64 = 7;

/// `GET /diary?week=2026-W49` – this week when none is named.
pub(super) async fn week(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let today = local_day(who.now_ms());
    let from = match said(&request, "week").as_str() {
        "" => monday(today),
        named => week_of(named).ok_or(Oops::NotFound)?,
    };
    let answer = diary(&who, from, WEEK, Purpose::Diary).await?;
    let last = from + Days::new(WEEK - 1);
    let title = format!("{}: {} {} {}", w::TITLE, from.format("%-d %B"), w::TO, last.format("%-d %B %Y"));
    let main = html! {
        p.over { (who.works_for) }
        h1 { (title) }
        div.filters {
            a.do.plain href=(address(from - Days::new(WEEK))) { (w::BEFORE) } " "
            a.do.plain href=(address(from + Days::new(WEEK))) { (w::NEXT) } " "
            a href={ "/diary/" (today) "/print" } { (w::PRINT_TODAY) } " "
            a href="/group" { (record::GROUP) } " "
            a href="/walk-in" { (record::WALK_IN) }
        }
        div.week { @for day in from.iter_days().take(7) { (of_day(day, today, &answer)) } }
    };
    Ok(Page::of(Room::Diary, w::TITLE).show(&who, &main))
}

async fn diary(who: &Reader, from: NaiveDate, days: u64, purpose: Purpose) -> Result<Value, Oops> {
    Ok(who.query(Query::Diary(DiaryWanted { from, days, purpose })).await?)
}

fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// The Monday of a week as calendars number it.
fn week_of(text: &str) -> Option<NaiveDate> {
    let (year, week) = text.split_once("-W")?;
    NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)
}

fn address(monday: NaiveDate) -> String {
    let week = monday.iso_week();
    format!("/diary?week={}-W{:02}", week.year(), week.week())
}

fn clock(ms: u64) -> String {
    let minute = local_minute(ms);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn is_on(row: &&Value, day: NaiveDate) -> bool {
    ms(row, "at_ms").is_some_and(|at_ms| local_day(at_ms) == day)
}

fn of_day(day: NaiveDate, today: NaiveDate, answer: &Value) -> Markup {
    let booked: Vec<&Value> = rows(answer, "appointments").iter().filter(|row| is_on(row, day)).collect();
    let free: Vec<&Value> = rows(answer, "free").iter().filter(|row| is_on(row, day)).collect();
    let nothing = booked.is_empty() && free.is_empty();
    html! {
        section {
            h2.today[day == today] { time datetime=(day) { (day.format("%a %-d %b")) } }
            @if nothing { p.small { (w::NONE) } }
            ul.slots {
                @for row in &booked { li.asked[row["disputed"] == true] {
                    b { (clock(ms(row, "at_ms").unwrap_or_default())) } " "
                    a href={ "/referrals/" (text(row, "record")) "?from=diary" } { (row["name"].as_str().unwrap_or_default()) }
                    br; span.small { (about(row)) }
                } }
                @for row in &free { li.free {
                    b { (clock(ms(row, "at_ms").unwrap_or_default())) } " " (w::FREE)
                    br; span.small { (row["minutes"].as_u64().unwrap_or_default()) " " (w::MINUTES) @if let Some(place) = row["place"].as_str() { " · " (place) } }
                } }
            }
            @if !booked.is_empty() { p.small { a href={ "/diary/" (day) "/print" } { (w::PRINT) span.unseen { ", " (day) } } } }
        }
    }
}

/// What it is for, where, and what became of it.
fn about(row: &Value) -> String {
    let meeting = super::words::errors::sentence(&kinds::code("meeting", text(row, "meeting")));
    let mut parts = vec![meeting.trim_end_matches('.').to_owned()];
    parts.extend(row["place"].as_str().map(str::to_owned));
    parts.extend(row["status"].as_str().map(|status| kinds::code("status", status).to_lowercase()));
    parts.extend((row["asked"] == true).then(|| w::ASKED.to_owned()));
    parts.extend((row["disputed"] == true).then(|| w::DISPUTED.to_owned()));
    parts.join(" · ")
}

/// `GET /diary/{day}/print`
pub(super) async fn print(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let day = request.match_info().get("day").and_then(|day| day.parse::<NaiveDate>().ok());
    let day = day.ok_or(Oops::NotFound)?;
    let with_numbers = said(&request, "numbers") == "yes";
    let answer = diary(&who, day, 1, Purpose::DayList).await?;
    let found = rows(&answer, "appointments");
    let main = html! {
        p.over { (who.works_for) " · " (who.name) }
        h1 { time datetime=(day) { (day.format("%A %-d %B %Y")) } }
        form.filters method="get" action={ "/diary/" (day) "/print" } {
            div.pick {
                input type="checkbox" id="numbers" name="numbers" value="yes" checked[with_numbers];
                label for="numbers" { (w::NUMBERS) }
            }
            button.do.plain type="submit" { (w::SHOW) } " " span.small { (w::THEN_PRINT) }
        }
        @if found.is_empty() { p { (w::LIST_NONE) } } @else { (table(found, with_numbers)) }
        p.small { (w::MADE_FOR) " " (who.name) ", " (when::long(who.now_ms())) ". " (found.len()) " " (w::LINES) }
    };
    Ok(Page::of(Room::Diary, w::LIST).show(&who, &main))
}

fn table(found: &[Value], with_numbers: bool) -> Markup {
    let heads = [w::TIME, w::WHO, w::WHAT, w::WHERE, w::REACH, w::AFTERWARDS];
    html! {
        table.stack role="table" {
            caption.unseen { (w::LIST) }
            thead role="rowgroup" { tr role="row" { @for head in heads { th scope="col" role="columnheader" { (head) } } } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { (clock(ms(row, "at_ms").unwrap_or_default())) }
                td role="cell" data-th=(w::WHO) { (short_name(row)) }
                td role="cell" data-th=(w::WHAT) { (kinds::code("meeting", text(row, "meeting"))) }
                td role="cell" data-th=(w::WHERE) { (row["place"].as_str().unwrap_or_default()) }
                td role="cell" data-th=(w::REACH) { (reach(row, with_numbers)) }
                td role="cell" data-th=(w::AFTERWARDS) {
                    span.nowrap { span.tick {} " " (w::CAME) } " " span.nowrap { span.tick {} " " (w::DID_NOT_COME) }
                    br; (w::MINUTES) " ______"
                }
            } } }
        }
    }
}

/// The first name and one letter: a list may be lost.
fn short_name(row: &Value) -> String {
    let letter = text(row, "family").chars().next().map(|letter| format!("{letter}.")).unwrap_or_default();
    format!("{} {letter}", text(row, "given")).trim().to_owned()
}

fn reach(row: &Value, with_numbers: bool) -> Markup {
    if row["contact"] == "stopped" {
        return html! { (w::STOPPED) };
    }
    let mut ways = vec![w::CALL.to_owned()];
    ways.extend(texts(&row["reach"], "may").into_iter().map(|code| kinds::code("may", code).to_lowercase()));
    ways.extend(texts(row, "safe").into_iter().map(str::to_owned));
    html! {
        @if with_numbers { @if let Some(number) = row["reach"]["phone"].as_str() { span.nowrap { (number) } br; } }
        (ways.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_named_as_calendars_number_it() {
        for (text, day) in
            [("2026-W49", "2026-11-30"), ("2027-W01", "2027-01-04"), ("2026-W53", "2026-12-28")]
        {
            let day: NaiveDate = day.parse().expect("a day");
            assert_eq!(week_of(text), Some(day));
            assert_eq!(address(day), format!("/diary?week={text}"));
            assert_eq!(monday(day + Days::new(6)), day);
        }
        for text in ["2026-W54", "2026", "W49", "2026-49", "x-Wy"] {
            assert_eq!(week_of(text), None, "{text}");
        }
    }
}
