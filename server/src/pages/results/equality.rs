//! One step, group by group: shares with their intervals, as a picture and as figures.
//!
//! Does not decide what is hidden.

use maud::{Markup, html};
use sync_core::results::{Attribute, Equality, Group, Interval, Shown, Step};

use super::{percent, place, w};

pub(super) fn shown(table: &Equality) -> Markup {
    html! {
        (choice(table))
        h2 { (w::taken(table.step)) }
        p.lead.measure { (w::GAP) }
        figure.whiskers {
            table.stack role="table" {
                caption { (w::taken(table.step)) ". " (w::attribute(table.attribute)) "." }
                thead role="rowgroup" { tr role="row" {
                    th scope="col" role="columnheader" { (w::GROUP) }
                    @for label in [w::COUNT, w::TOOK, w::INTERVAL, w::RATIO] {
                        th.n scope="col" role="columnheader" { (label) }
                    }
                    th scope="col" role="columnheader" { (w::HOW_SURE) }
                } }
                tbody role="rowgroup" {
                    @for Group { label, shown } in &table.groups { (row(label, *shown, table.all)) }
                    (row(w::ALL, table.all, table.all))
                }
            }
            figcaption { (w::EQUALITY_KEY) }
        }
        div.measure {
            h3 { (w::COUNTED) }
            ul {
                li { (w::SINCE_THE_START) }
                li { (w::NO_LONGER_WAITING) }
                li { (w::HIDDEN) }
                li { (w::VOLUNTARY) }
            }
        }
    }
}

fn choice(table: &Equality) -> Markup {
    html! {
        form.filters method="get" action="/results/equality" {
            div.field {
                label for="by" { (w::BY) }
                select id="by" name="by" { @for by in Attribute::ALL {
                    option value=(by.code()) selected[by == table.attribute] { (w::attribute(by)) }
                } }
            }
            div.field {
                label for="step" { (w::STEP) }
                select id="step" name="step" { @for step in Step::ALL {
                    option value=(step.code()) selected[step == table.step] { (w::taken(step)) }
                } }
            }
            button.do.plain type="submit" { (w::SHOW) }
            a href="/results/figures.csv" { (w::DOWNLOAD) }
        }
    }
}

fn row(label: &str, shown: Option<Shown>, all: Option<Shown>) -> Markup {
    let cells = match shown {
        None => [w::NOT_SHOWN; 4].map(str::to_owned),
        Some(Shown { of, share, ratio, .. }) => [
            of.to_string(),
            percent(share.value),
            format!("{:.0}–{:.0}%", share.low * 100.0, share.high * 100.0),
            ratio.map_or_else(
                || "–".to_owned(),
                |Interval { value, low, high }| format!("{value:.2} ({low:.2}–{high:.2})"),
            ),
        ],
    };
    html! { tr role="row" {
        th scope="row" role="rowheader" { (label) }
        @for (head, cell) in [w::COUNT, w::TOOK, w::INTERVAL, w::RATIO].iter().zip(&cells) {
            td.n role="cell" data-th=(head) { (cell) }
        }
        td role="cell" data-th=(w::HOW_SURE) { @if let Some(shown) = shown { (whisker(shown.share, all)) } }
    } }
}

fn whisker(share: Interval, all: Option<Shown>) -> Markup {
    let Interval { value, low, high } = share;
    html! {
        svg height="24" aria-hidden="true" {
            line.rule x1="0" x2="100%" y1="12" y2="12" {}
            @if let Some(all) = all {
                @let mean = place(all.share.value);
                line.mean x1=(mean) x2=(mean) y1="0" y2="24" {}
            }
            line.whisker x1=(place(low)) x2=(place(high)) y1="12" y2="12" {}
            circle.yes cx=(place(value)) cy="12" r="6" {}
        }
    }
}
