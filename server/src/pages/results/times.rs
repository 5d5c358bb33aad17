//! How long people wait, and what is missing in the paperwork.
//!
//! Does not measure.

use maud::{Markup, html};
use sync_core::results::{FormEffort, Gaps, Missing, Time, Times};

use super::{figures_table, interval, w};

pub(super) fn shown(times: &Times, gaps: &Gaps, effort: Option<&FormEffort>) -> Markup {
    let waits = [(w::FIRST_ATTEMPT, &times.first_attempt), (w::FIRST_CONTACT, &times.first_contact)];
    let waits: Vec<_> = waits.into_iter().map(|(label, time)| (label.to_owned(), wait(time))).collect();
    let missing = [
        (w::NO_CHECK, &gaps.no_check),
        (w::NO_NOTICE, &gaps.no_notice),
        (w::NO_CRIME_REFERENCE, &gaps.no_crime_reference),
        (w::AGAIN, &gaps.re_referrals),
    ];
    let missing: Vec<_> = missing.into_iter().map(|(label, gap)| (label.to_owned(), row(gap))).collect();
    html! {
        h2 { (w::WAITS) }
        (figures_table(w::WAITS_CAPTION, &[w::WHAT, w::PEOPLE, w::MIDDLE, w::NINE_IN_TEN], &waits))
        p.small.measure { (w::TIME_MISSING) " " (times.missing) "." }
        h2 { (w::GAPS) }
        (figures_table(w::GAPS_CAPTION, &[w::WHAT, w::HOW_MANY, w::OF_REFERRALS, w::SHARE], &missing))
        p.small.measure { (w::VOLUNTARY) }
        @if let Some(effort) = effort { (costs(effort)) }
    }
}

fn costs(FormEffort { form, rated, easy }: &FormEffort) -> Markup {
    let took = [(w::FORM.to_owned(), wait(form))];
    html! {
        h2 { (w::EFFORT) }
        (figures_table(w::EFFORT_CAPTION, &[w::WHAT, w::PEOPLE, w::MIDDLE, w::NINE_IN_TEN], &took))
        p.measure { (w::RATED) " " (rated) ". " (w::EASY) " " (interval(*easy)) }
        p.small.measure { (w::NO_ONE_OFFICER) }
    }
}

fn wait(time: &Time) -> Vec<String> {
    let Time { known, median_ms, p90_ms } = time;
    vec![known.to_string(), lasting(*median_ms), lasting(*p90_ms)]
}

fn row(Missing { count, of, share }: &Missing) -> Vec<String> {
    vec![count.to_string(), of.to_string(), interval(*share)]
}

/// How long it lasts, as people say it: minutes, hours, days.
fn lasting(ms: Option<u64>) -> String {
    let Some(ms) = ms else { return w::NOT_SHOWN.to_owned() };
    let minutes = ms / 60_000;
    match (minutes / (24 * 60), minutes / 60) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) => format!("{hours} h {:02} min", minutes % 60),
        (1, hours) => format!("1 day {} h", hours % 24),
        (days, hours) => format!("{days} days {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_minutes_hours_and_days() {
        let minutes = |minutes: u64| lasting(Some(minutes * 60_000));
        let said = [59, 61, 24 * 60 + 65, 3 * 24 * 60].map(minutes);
        assert_eq!(said, ["59 min", "1 h 01 min", "1 day 1 h", "3 days 0 h"]);
        assert_eq!(lasting(None), w::NOT_SHOWN);
    }
}
