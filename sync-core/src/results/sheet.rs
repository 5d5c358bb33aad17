//! A report as a sheet: CSV, one line a number, so that any program can read it.
//!
//! What is hidden is an empty cell. Does not hide anything itself.

use csv::Writer;

use super::equality::Shown;
use super::gaps::Missing;
use super::interval::Interval;
use super::report::Report;
use super::times::Time;

const COLUMNS: [&str; 11] = [
    "table",
    "step",
    "group",
    "count",
    "of",
    "share",
    "share_low",
    "share_high",
    "ratio",
    "ratio_low",
    "ratio_high",
];

/// One line.
#[derive(Default)]
struct Line<'a> {
    table: &'a str,
    step: &'a str,
    group: &'a str,
    count: Option<u64>,
    of: Option<u64>,
    share: Option<Interval>,
    ratio: Option<Interval>,
}

/// The report as CSV, as RFC 4180 has it.
#[must_use]
pub fn sheet(report: &Report) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    let mut put = |cells: &[String]| writer.write_record(cells).expect("a list in memory takes every line");
    put(&COLUMNS.map(str::to_owned));
    for line in lines(report).iter().map(cells) {
        put(&line);
    }
    drop(put);
    let bytes = writer.into_inner().expect("a list in memory takes every line");
    String::from_utf8(bytes).expect("every cell is text")
}

fn lines(report: &Report) -> Vec<Line<'_>> {
    let mut lines = vec![
        Line { table: "counted", step: "encounters", count: report.counted.encounters, ..Line::default() },
        Line { table: "counted", step: "voluntary", count: report.counted.voluntary, ..Line::default() },
    ];
    if let Some(funnel) = &report.funnel {
        for step in &funnel.steps {
            let line = |group, count| Line {
                table: "funnel",
                step: step.step.code(),
                group,
                count: Some(count),
                ..Line::default()
            };
            let lost = Line {
                of: Some(step.reached + step.lost),
                share: step.lost_share,
                ..line("lost_before", step.lost)
            };
            lines.extend([line("reached", step.reached), line("on_the_way", step.on_the_way), lost]);
        }
        for (step, count) in [
            ("not_offered", funnel.not_offered),
            ("left_out", funnel.left_out),
            ("not_told", funnel.not_told),
        ] {
            lines.push(Line { table: "funnel", step, count: Some(count), ..Line::default() });
        }
    }
    if let Some(times) = &report.times {
        for (step, Time { known, median_ms, p90_ms }) in
            [("first_attempt", &times.first_attempt), ("first_contact", &times.first_contact)]
        {
            let line = |group, count| Line { table: "times", step, group, count, ..Line::default() };
            lines.extend([
                line("known", Some(*known)),
                line("median_ms", *median_ms),
                line("p90_ms", *p90_ms),
            ]);
        }
        let missing = Some(times.missing);
        lines.push(Line { table: "times", step: "missing", count: missing, ..Line::default() });
    }
    if let Some(gaps) = &report.gaps {
        for (step, Missing { count, of, share }) in [
            ("no_check", &gaps.no_check),
            ("no_notice", &gaps.no_notice),
            ("no_crime_reference", &gaps.no_crime_reference),
            ("re_referrals", &gaps.re_referrals),
        ] {
            let (count, of) = (Some(*count), Some(*of));
            lines.push(Line { table: "gaps", step, count, of, share: *share, ..Line::default() });
        }
    }
    for table in &report.equality {
        let line = |group, shown: Option<Shown>| Line {
            table: table.attribute.code(),
            step: table.step.code(),
            group,
            count: shown.map(|shown| shown.took),
            of: shown.map(|shown| shown.of),
            share: shown.map(|shown| shown.share),
            ratio: shown.and_then(|shown| shown.ratio),
        };
        lines.extend(table.groups.iter().map(|group| line(&group.label, group.shown)));
        lines.push(line("All", table.all));
    }
    lines
}

fn cells(line: &Line<'_>) -> Vec<String> {
    let Line { table, step, group, count, of, share, ratio } = line;
    let number = |number: &Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let interval = |interval: &Option<Interval>| match interval {
        Some(Interval { value, low, high }) => [value, low, high].map(|number| format!("{number:.9}")),
        None => [const { String::new() }; 3],
    };
    let mut cells = vec![(*table).to_owned(), (*step).to_owned(), text(group), number(count), number(of)];
    cells.extend(interval(share));
    cells.extend(interval(ratio));
    cells
}

/// A label that somebody typed must not be a formula where a sheet opens it.
fn text(label: &str) -> String {
    let is_formula = label.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{label}") } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persons::Persons;
    use crate::results::{Areas, Period, report};

    #[test]
    fn a_sheet_has_a_line_a_number_and_nothing_where_it_is_hidden() {
        let services = [(crate::ids::OrgId(uuid::Uuid::nil()), ["=1+1".to_owned()])];
        let areas = Areas::of(services.iter().map(|(id, areas)| (*id, areas.as_slice())));
        let nobody = report(&[], &Persons::default(), &areas, Period { from_ms: 0, until_ms: 1 });
        let sheet = sheet(&nobody);
        let lines: Vec<&str> = sheet.lines().collect();
        assert_eq!(lines[0], COLUMNS.join(","));
        assert_eq!(lines[1], "counted,encounters,,,,,,,,,");
        assert!(lines.contains(&"ethnicity,offered,White,,,,,,,,"), "{sheet}");
        assert!(lines.contains(&"area,offered,'=1+1,,,,,,,,"), "{sheet}");
        assert!(lines.iter().all(|line| line.matches(',').count() == COLUMNS.len() - 1), "{sheet}");
    }
}
