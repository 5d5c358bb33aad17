//! `waymark report`: what the scheme achieves, as tables, CSV or JSON.
//!
//! Does not count: the server's library does.

use clap::ValueEnum as _;
use server::desk::{Over, Query};
use server::now_ms;
use sync_core::results::{Group, Interval, Missing, Report, Shown, Time, sheet};

use super::{At, Way};
use crate::failure::{Done, Failure, print};

/// `waymark report`
#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    at: At,
    /// Which encounters funnel, times and gaps are about; equality is always about all.
    #[arg(long, value_enum, default_value_t = Which::All)]
    over: Which,
    /// Prints CSV: one line a number.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Which encounters.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Which {
    /// All of them.
    All,
    /// The last 365 days.
    Year,
    /// The last 90 days.
    Quarter,
}

/// The report.
pub(crate) fn report(args: ReportArgs) -> Done {
    let ReportArgs { at, over, csv } = args;
    let name = over.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let over =
        Over::of(&name).ok_or_else(|| Failure::Usage("there is no such choice of encounters".to_owned()))?;
    let answer = Way::open(&at)?.query(&Query::Results(over, now_ms()))?;
    if at.json {
        print(&answer.to_string());
        return Ok(());
    }
    let report: Report = serde_json::from_value(answer)
        .map_err(|_| Failure::Environment("the server's answer cannot be read: is it Waymark?".to_owned()))?;
    print(if csv { sheet(&report) } else { tables(&report) }.trim_end());
    Ok(())
}

fn tables(report: &Report) -> String {
    let mut lines = vec![match report.counted.encounters {
        Some(count) => format!("{count} encounters"),
        None => "fewer than 10 encounters: nothing is shown of them".to_owned(),
    }];
    if let Some(funnel) = &report.funnel {
        lines.push(heading("from the roadside to completion", "reached, on the way, lost before"));
        for step in &funnel.steps {
            let share = step.lost_share.map(percent).unwrap_or_default();
            let counts = format!("{:>8} {:>8} {:>8}", step.reached, step.on_the_way, step.lost);
            lines.push(line(server::plain::step(step.step), &format!("{counts}  {share}")));
        }
        for (label, count) in [
            ("not offered, or not yet", funnel.not_offered),
            ("left out: ended, and nobody was lost", funnel.left_out),
            ("left out: asked that nothing is told", funnel.not_told),
        ] {
            lines.push(line(label, &format!("{count:>8}")));
        }
    }
    if let Some(times) = &report.times {
        lines.push(heading("from the roadside, in hours", "known, median, nine in ten within"));
        for (label, Time { known, median_ms, p90_ms }) in
            [("first attempt", &times.first_attempt), ("first contact", &times.first_contact)]
        {
            lines.push(line(label, &format!("{known:>8} {:>8} {:>8}", hours(*median_ms), hours(*p90_ms))));
        }
        lines.push(line("time not known", &format!("{:>8}", times.missing)));
    }
    if let Some(gaps) = &report.gaps {
        lines.push(heading("referrals", "how many, of"));
        for (label, Missing { count, of, share }) in [
            ("without a check", &gaps.no_check),
            ("without a notice to the person", &gaps.no_notice),
            ("without a crime reference", &gaps.no_crime_reference),
            ("of somebody referred before", &gaps.re_referrals),
        ] {
            let share = share.map(percent).unwrap_or_default();
            lines.push(line(label, &format!("{count:>8} {of:>8}  {share}")));
        }
    }
    if let Some(effort) = &report.effort {
        lines.push(heading("officers", "known, median, nine in ten within"));
        let Time { known, median_ms, p90_ms } = &effort.form;
        let took = format!("{known:>8} {:>8} {:>8}", hours(*median_ms), hours(*p90_ms));
        lines.push(line("hours to fill in the form", &took));
        let easy = effort.easy.map(percent).unwrap_or_default();
        lines.push(line("found it easy, of those who said", &format!("{:>8}  {easy}", effort.rated)));
    }
    lines.extend(equality(report));
    lines.join("\n")
}

/// Groups against each other; what has too few people is named at the end.
fn equality(report: &Report) -> Vec<String> {
    let (mut lines, mut hidden) = (Vec::new(), Vec::new());
    for table in &report.equality {
        let (step, by) = (server::plain::taken(table.step), server::plain::attribute(table.attribute));
        let title = format!("{step}; by {}, since the start", by.to_lowercase());
        if table.all.is_none() {
            hidden.push(line(&title, ""));
            continue;
        }
        lines.push(heading(&title, "took it, of, share; ratio to the largest group"));
        for Group { label, shown } in &table.groups {
            lines.push(line(label, &group(*shown)));
        }
        lines.push(line("All", &group(table.all)));
    }
    if hidden.len() == report.equality.len() {
        lines.push("\nequality: nothing is shown, fewer than 10 people".to_owned());
    } else if !hidden.is_empty() {
        lines.push("\nnot shown, fewer than 10 people:".to_owned());
        lines.extend(hidden);
    }
    lines
}

fn heading(title: &str, columns: &str) -> String {
    format!("\n{title} ({columns})")
}

fn line(label: &str, rest: &str) -> String {
    format!("  {label:<38} {rest}").trim_end().to_owned()
}

fn group(shown: Option<Shown>) -> String {
    let Some(Shown { of, took, share, ratio }) = shown else { return "not shown".to_owned() };
    let ratio = ratio.map(|Interval { value, low, high }| format!("  {value:.2} ({low:.2}–{high:.2})"));
    format!("{took:>8} {of:>8}  {}{}", percent(share), ratio.unwrap_or_default())
}

/// A share with its 95 % interval.
fn percent(Interval { value, low, high }: Interval) -> String {
    format!("{:.0}% ({:.0}–{:.0})", value * 100.0, low * 100.0, high * 100.0)
}

fn hours(ms: Option<u64>) -> String {
    ms.map_or_else(
        || "–".to_owned(),
        |ms| {
            let tenths = ms / 360_000;
            format!("{}.{}", tenths / 10, tenths % 10)
        },
    )
}
