//! What was recorded in a referral, entry by entry, with the way to strike an own one.
//!
//! Shows no entry that the reader's feeds do not hold. Does not decide whose entry it is: the core does.

use maud::{Markup, html};
use serde_json::Value;

use super::super::read::{ms, rows, text, texts};
use super::super::record::{Deed, strikes};
use super::super::side::{self, Orgs};
use super::super::when;
use super::super::words::{kinds, record as w};

/// Whether the core would allow it now: a verb, or a verb with the entry that it is about.
pub(super) fn may(opened: &Value, what: &str) -> bool {
    texts(opened, "may").contains(&what)
}

/// The page on which something is recorded; `about` is an entry, or empty.
pub(super) fn address(opened: &Value, slug: &str, from: &str, about: &str) -> String {
    let id = text(&opened["referral"], "record");
    let about = if about.is_empty() { String::new() } else { format!("&about={about}") };
    format!("/referrals/{id}/record/{slug}?from={from}{about}")
}

/// Each entry of the `own` compartments, or that the reader may strike: when, what, by whom, and whether it counts. Only
/// an entry of an own compartment says what it says.
pub(super) fn shown(opened: &Value, from: &str, own: &[&str]) -> Markup {
    let is_own = |row: &Value| own.contains(&text(row, "compartment"));
    let shown = rows(opened, "entries").iter().map(|row| (row, strikes_of(opened, row)));
    let shown: Vec<_> = shown.filter(|(row, strikes)| is_own(row) || !strikes.is_empty()).collect();
    html! {
        @if !shown.is_empty() {
            h2 { (w::ENTRIES) }
            ol.story { @for (row, strikes) in shown { li {
                @if let Some(at_ms) = ms(row, "eff_ms") { (when::long(at_ms)) br; }
                strong { (kinds::entry(text(row, "kind"))) } ", " (row["by"].as_str().unwrap_or(w::WHO_NOTED))
                " · " (kinds::standing(text(row, "standing")))
                @if is_own(row) {
                    @for (field, said) in side::fields(&row["body"], &Orgs::new()) { br; span.small { (field) ": " (said) } }
                }
                @for mark in rows(row, "marks") { br; span.small { (text(mark, "sentence")) } }
                @for deed in strikes { br; a href=(address(opened, deed.slug, from, text(row, "op"))) { (deed.link) } }
            } } }
        }
    }
}

fn strikes_of(opened: &Value, row: &Value) -> Vec<&'static Deed> {
    let offered = |deed: &&Deed| may(opened, &format!("{} {}", deed.needs, text(row, "op")));
    strikes().into_iter().filter(offered).collect()
}
