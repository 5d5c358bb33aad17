//! Results: where people are lost, times and gaps, equality. Each picture has a table beside it.
//!
//! Does not count, and shows nothing that the report hides: see [`sync_core::results`].

mod equality;
mod funnel;
mod outcomes;
mod times;

pub(super) use outcomes::{release, shown as outcomes};

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use sync_core::results::{Interval, Report, sheet};

use super::answer::Oops;
use super::layout::Page;
use super::visit::Reader;
use super::words::layout::Room;
use super::words::results as w;
use crate::desk::{Over, Query};

/// What the address asks for; names and numbers of people never stand in one.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    over: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    step: String,
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        web::Query::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default()
    }

    /// Whatever else is asked for is all.
    fn over(&self) -> Over {
        Over::of(&self.over).unwrap_or_default()
    }
}

async fn report(who: &Reader, over: Over) -> Result<Report, Oops> {
    let answer = who.query(Query::Results(over, who.now_ms())).await?;
    serde_json::from_value(answer).map_err(|_| Oops::Fault)
}

/// `GET /results`
pub(super) async fn funnel(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let over = Asked::of(&request).over();
    let report = report(&who, over).await?;
    let main = html! {
        h1 { (w::TITLE) }
        (tabs("/results"))
        (choice("/results", over))
        @match &report.funnel {
            Some(funnel) => (funnel::shown(funnel)),
            None => (too_few()),
        }
    };
    Ok(Page::of(Room::Results, w::TITLE).show(&who, &main))
}

/// `GET /results/times`
pub(super) async fn times(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let over = Asked::of(&request).over();
    let report = report(&who, over).await?;
    let main = html! {
        h1 { (w::TITLE) }
        (tabs("/results/times"))
        (choice("/results/times", over))
        @match (&report.times, &report.gaps) {
            (Some(times), Some(gaps)) => (times::shown(times, gaps, report.effort.as_ref())),
            _ => (too_few()),
        }
    };
    Ok(Page::of(Room::Results, w::TIMES).show(&who, &main))
}

/// `GET /results/equality`
pub(super) async fn equality(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Asked { by, step, .. } = Asked::of(&request);
    let report = report(&who, Over::All).await?;
    let asked =
        report.equality.iter().find(|table| table.attribute.code() == by && table.step.code() == step);
    let table = asked.or(report.equality.first()).ok_or(Oops::Fault)?;
    let main = html! {
        h1 { (w::TITLE) }
        (tabs("/results/equality"))
        (equality::shown(table))
    };
    Ok(Page::of(Room::Results, w::EQUALITY).show(&who, &main))
}

/// `GET /results/figures.csv`
pub(super) async fn figures(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let report = report(&who, Asked::of(&request).over()).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"results.csv\""));
    Ok(response.body(sheet(&report)))
}

fn tabs(here: &str) -> Markup {
    let tabs = [
        ("/results", w::FUNNEL),
        ("/results/times", w::TIMES),
        ("/results/equality", w::EQUALITY),
        ("/results/outcomes", w::OUTCOMES),
    ];
    html! {
        nav.tabs aria-label=(w::TITLE) { ul { @for (to, label) in tabs {
            li { a href=(to) aria-current=[(to == here).then_some("page")] { (label) } }
        } } }
    }
}

fn choice(to: &str, over: Over) -> Markup {
    html! {
        form.filters method="get" action=(to) {
            div.field {
                label for="over" { (w::OVER) }
                select id="over" name="over" { @for choice in Over::CHOICES {
                    option value=(choice.code()) selected[choice == over] { (w::over(choice)) }
                } }
            }
            button.do.plain type="submit" { (w::SHOW) }
            a href={ "/results/figures.csv?over=" (over.code()) } { (w::DOWNLOAD) }
        }
    }
}

fn too_few() -> Markup {
    html! { div.box { p { strong { (w::TOO_FEW) } } p { (w::TOO_FEW_TEXT) } } }
}

/// A table of figures that can be scrolled where it is too wide.
fn figures_table(caption: &str, head: &[&str], rows: &[(String, Vec<String>)]) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table.figures {
                caption.unseen { (caption) }
                thead { tr { @for (at, label) in head.iter().enumerate() {
                    th.n[at > 0] scope="col" { (label) }
                } } }
                tbody { @for (label, cells) in rows { tr {
                    th scope="row" { (label) }
                    @for cell in cells { td.n { (cell) } }
                } } }
            }
        }
    }
}

/// A share as whole per cent.
fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// The same with its interval: *24% (19–29)*.
fn interval(share: Option<Interval>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |Interval { value, low, high }| {
            format!("{} ({:.0}–{:.0})", percent(value), low * 100.0, high * 100.0)
        },
    )
}

/// A share as a place in a picture.
fn place(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
