//! What has happened, as a picture and as a table: three lanes, one column a step.
//!
//! ```text
//!   entries of one author at one moment ─▶ a step ─▶ a circle in its lane, and a row with the same number
//! ```
//! Colours are the stylesheet's. Shows what the desk answers, so nothing that the reader does not hold. Does not decide
//! whose doing an entry was.

use maud::{Markup, html};
use serde_json::Value;

use super::super::read::{joined, ms, rows, text};
use super::super::when;
use super::super::words::{kinds, lanes as w};

/// So many steps are drawn: the newest.
const DRAWN: usize = 24;
/// Entries of one author within so long are one step.
const ONE_STEP_MS: u64 = 60_000;
/// From so long on it is said that an entry was not sent at once.
const LATE_MS: u64 = 5 * 60_000;

/// The width of a column, and what stands before the first one.
const COLUMN: usize = 46;
const MARGIN: usize = 96;
/// The middle of the first lane, the way to the next one, and the whole height.
const TOP: usize = 58;
const LANE: usize = 62;
const HEIGHT: usize = 214;

/// What one author recorded at one moment.
struct Step<'a> {
    entries: Vec<&'a Value>,
    at_ms: u64,
    lane: usize,
    /// Until when it lay on a phone, where it did.
    sent_ms: Option<u64>,
    clashes: Clashes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clashes {
    Yes,
    No,
}

/// The picture, and the table beside it.
pub(super) fn shown(shown: &Value, entries: &Value, now_ms: u64) -> Markup {
    let conflicts = rows(shown, "conflicts");
    let steps = steps(rows(entries, "entries"), conflicts);
    html! {
        h2 { (w::TITLE) }
        @if !steps.is_empty() { (picture(&steps, conflicts)) }
        (table(&steps, now_ms))
    }
}

fn steps<'a>(entries: &'a [Value], conflicts: &[Value]) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = Vec::new();
    for entry in entries {
        let at_ms = ms(entry, "at_ms").unwrap_or_default();
        let lane = w::LANES.iter().position(|(code, _)| *code == text(entry, "lane")).unwrap_or(0);
        let clashes =
            if conflicts.iter().any(|open| is_side(open, entry)) { Clashes::Yes } else { Clashes::No };
        let received_ms = ms(entry, "received_ms").unwrap_or(at_ms);
        let sent_ms = Some(received_ms).filter(|received_ms| at_ms + LATE_MS < *received_ms);
        let goes_on = |last: &&mut Step<'a>| {
            let first = last.entries[0];
            let is_near = at_ms < last.at_ms + ONE_STEP_MS;
            is_near
                && first["author"] == entry["author"]
                && last.lane == lane
                && last.clashes == clashes
                && first["standing"] == entry["standing"]
        };
        match steps.last_mut().filter(goes_on) {
            Some(last) => last.entries.push(entry),
            None => steps.push(Step { entries: vec![entry], at_ms, lane, sent_ms, clashes }),
        }
    }
    steps
}

fn is_side(conflict: &Value, entry: &Value) -> bool {
    rows(conflict, "sides").contains(&entry["op"])
}

/// Where a column has its middle.
fn x(at: usize) -> usize {
    MARGIN + at * COLUMN + COLUMN / 2
}

fn y(lane: usize) -> usize {
    TOP + lane * LANE
}

fn picture(steps: &[Step<'_>], conflicts: &[Value]) -> Markup {
    let hidden = steps.len().saturating_sub(DRAWN);
    let drawn = &steps[hidden..];
    let width = MARGIN + drawn.len() * COLUMN;
    let caption = if hidden == 0 { w::CAPTION } else { w::CAPTION_LATE };
    html! {
        figure.lanes {
            figcaption { (caption) }
            div.scroll role="region" tabindex="0" aria-label=(w::IN_LANES) {
                svg width=(width) height=(HEIGHT) role="img" aria-labelledby="lanes-t lanes-d" {
                    title id="lanes-t" { (w::IN_LANES) }
                    desc id="lanes-d" { (w::SAME) }
                    @for (at, step) in drawn.iter().enumerate() { (off(drawn, at, step)) }
                    @for (lane, (_, words)) in w::LANES.iter().enumerate() {
                        line class="rule strong" x1="0" x2=(width) y1=(y(lane)) y2=(y(lane)) {}
                        text x="0" y=(y(lane) - 18) { (words) }
                    }
                    @for conflict in conflicts { (tie(drawn, conflict)) }
                    @for (at, step) in drawn.iter().enumerate() {
                        circle class=(class_of(step)) cx=(x(at)) cy=(y(step.lane)) r="12" {}
                        text x=(x(at)) y=(y(step.lane) + 5) { (hidden + at + 1) }
                    }
                }
            }
        }
        (key(drawn))
    }
}

/// What the shade and the line mean, where there is one.
fn key(drawn: &[Step<'_>]) -> Markup {
    let is_late = drawn.iter().any(|step| step.sent_ms.is_some());
    let is_clash = drawn.iter().any(|step| step.clashes == Clashes::Yes);
    html! {
        @if is_late || is_clash { ul.key {
            @if is_late { li { svg aria-hidden="true" { rect.off width="100%" height="100%" {} } (w::KEY_OFF) } }
            @if is_clash { li { svg aria-hidden="true" { line.tie x1="0" x2="100%" y1="8" y2="8" {} } (w::KEY_TIE) } }
        } }
    }
}

fn class_of(step: &Step<'_>) -> &'static str {
    match (step.clashes, text(step.entries[0], "standing")) {
        (Clashes::Yes, _) => "step clash",
        (Clashes::No, "counts" | "admitted") => "step",
        (Clashes::No, _) => "step aside",
    }
}

/// The stretch in which a step lay on a phone: to the last step that was recorded before it was sent.
fn off(drawn: &[Step<'_>], at: usize, step: &Step<'_>) -> Markup {
    let Some(sent_ms) = step.sent_ms else { return html! {} };
    let last = drawn.iter().rposition(|other| other.at_ms <= sent_ms).unwrap_or(at).max(at);
    let width = x(last) - x(at) + COLUMN / 2;
    html! { rect.off x=(x(at)) y=(y(step.lane) - 16) width=(width) height="32" {} }
}

/// A line between the sides of a disagreement that are drawn.
fn tie(drawn: &[Step<'_>], conflict: &Value) -> Markup {
    let is_of = |step: &Step<'_>| step.entries.iter().any(|entry| is_side(conflict, entry));
    let sides: Vec<(usize, usize)> = drawn
        .iter()
        .enumerate()
        .filter(|(_, step)| is_of(step))
        .map(|(at, step)| (x(at), y(step.lane)))
        .collect();
    html! {
        @for pair in sides.windows(2) {
            line.tie x1=(pair[0].0) y1=(pair[0].1) x2=(pair[1].0) y2=(pair[1].1) {}
        }
    }
}

fn table(steps: &[Step<'_>], now_ms: u64) -> Markup {
    html! {
        table.stack.steps role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::STEP, w::WHEN, w::WHO, w::WHAT, w::COUNTS, w::SIGNAL] {
                    th scope="col" role="columnheader" { (head) }
                }
            } }
            tbody role="rowgroup" { @for (at, step) in steps.iter().enumerate() { tr role="row" {
                th scope="row" role="rowheader" { (at + 1) }
                td role="cell" data-th=(w::WHEN) {
                    (when::short(step.at_ms, now_ms))
                    @if step.clashes == Clashes::Yes { br; span.mark.wait { (w::DISAGREES) } }
                }
                td role="cell" data-th=(w::WHO) { (w::LANES[step.lane].1) }
                td role="cell" data-th=(w::WHAT) {
                    (joined(step.entries.iter().map(|entry| kinds::entry(text(entry, "kind")))))
                    @for mark in step.entries.iter().flat_map(|entry| rows(entry, "marks")) {
                        br; span.small { (text(mark, "sentence")) }
                    }
                }
                td role="cell" data-th=(w::COUNTS) { (kinds::standing(text(step.entries[0], "standing"))) }
                td role="cell" data-th=(w::SIGNAL) { (signal(step, now_ms)) }
            } } }
        }
    }
}

/// When it was sent, where that was later; and between which moments it was recorded, where the clock is in doubt.
fn signal(step: &Step<'_>, now_ms: u64) -> Markup {
    let first = step.entries[0];
    let proven = ms(first, "earliest_ms").zip(ms(first, "latest_ms"));
    let proven = proven.filter(|(earliest_ms, _)| first["clock"] == "suspect" && *earliest_ms > 0);
    html! {
        @if let Some(sent_ms) = step.sent_ms { (w::SENT) " " (when::short(sent_ms, now_ms)) }
        @if let Some((earliest_ms, latest_ms)) = proven {
            @if step.sent_ms.is_some() { br; }
            (w::CLOCK) " " (when::short(earliest_ms, now_ms)) " " (w::AND) " " (when::short(latest_ms, now_ms))
        }
    }
}
