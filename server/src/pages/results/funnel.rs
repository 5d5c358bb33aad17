//! The way from the roadside to completion, as bars and as a table.
//!
//! Does not count.

use maud::{Markup, html};
use sync_core::results::{Funnel, FunnelStep};

use super::{figures_table, interval, percent, place, w};

pub(super) fn shown(funnel: &Funnel) -> Markup {
    html! {
        @if let Some(lost) = most_lost(funnel) {
            @let of = lost.reached + lost.lost;
            @let share = lost.lost_share.map_or_else(String::new, |share| percent(share.value));
            p.lead.measure { (w::lost_most(lost.lost, of, &share, lost.step)) }
        }
        figure {
            figcaption { (w::FUNNEL_CAPTION) }
            ol.bars { @for step in &funnel.steps { li { (bar(funnel, step)) } } }
            ul.key {
                @for (colour, label) in [("yes", w::GOT_THIS_FAR), ("way", w::ON_THE_WAY), ("lost", w::LOST_BEFORE)] {
                    li { svg aria-hidden="true" { rect class=(colour) width="100%" height="100%" {} } (label) }
                }
            }
        }
        h2 { (w::AS_A_TABLE) }
        (table(funnel))
        div.measure {
            h3 { (w::COUNTED) }
            ul {
                li { (w::EACH_ONCE) }
                li { (w::NOT_OFFERED) " " (funnel.not_offered) "." }
                li { (w::LEFT_OUT) " " (funnel.left_out) "." }
                li { (w::NOT_TOLD) " " (funnel.not_told) "." }
                li { (w::VOLUNTARY) }
            }
        }
    }
}

/// The step before which most are lost; of equal ones the first.
fn most_lost(funnel: &Funnel) -> Option<&FunnelStep> {
    funnel.steps.iter().rev().filter(|step| step.lost > 0).max_by_key(|step| step.lost)
}

fn bar(funnel: &Funnel, step: &FunnelStep) -> Markup {
    let all = funnel.steps.first().map_or(0, |first| first.reached);
    let (yes, way) = (share(step.reached, all), share(step.on_the_way, all));
    let lost = share(step.lost, all);
    html! {
        p { strong { (w::step(step.step)) } }
        svg height="32" aria-hidden="true" {
            rect.yes x="0" y="3" width=(place(yes)) height="26" {}
            @if step.on_the_way > 0 { rect.way x=(place(yes)) y="3" width=(place(way)) height="26" {} }
            @if step.lost > 0 { rect.lost x=(place(yes + way)) y="3" width=(place(lost)) height="26" {} }
        }
        p {
            strong { (step.reached) }
            @if step.on_the_way > 0 { " · " (step.on_the_way) " " (w::ON_WAY) }
            @if step.lost > 0 { ", " strong.loss { (step.lost) " " (w::LOST) } }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 people")]
fn share(some: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { some as f64 / all as f64 }
}

fn table(funnel: &Funnel) -> Markup {
    let head = [w::STEP, w::GOT_THIS_FAR, w::COLUMN_ON_THE_WAY, w::COLUMN_LOST, w::COLUMN_SHARE];
    let row = |step: &FunnelStep| {
        let cells = vec![
            step.reached.to_string(),
            step.on_the_way.to_string(),
            step.lost.to_string(),
            interval(step.lost_share.filter(|_| step.lost > 0)),
        ];
        (w::step(step.step).to_owned(), cells)
    };
    let rows: Vec<_> = funnel.steps.iter().map(row).collect();
    figures_table(w::FUNNEL_CAPTION, &head, &rows)
}
