//! A report as a sheet: CSV, one line a number, so that any program can read it.
//!
//! What is hidden is an empty cell. Does not hide anything itself.

use csv::Writer;

use super::effort::FormEffort;
use super::equality::{Equality, Shown};
use super::funnel::Funnel;
use super::gaps::{Gaps, Missing};
use super::interval::Interval;
use super::report::Report;
use super::times::{Time, Times};

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
    let head = COLUMNS.map(str::to_owned).to_vec();
    for cells in std::iter::once(head).chain(lines(report).iter().map(cells)) {
        writer.write_record(&cells).expect("a list in memory takes every line");
    }
    let bytes = writer.into_inner().expect("a list in memory takes every line");
    String::from_utf8(bytes).expect("every cell is text")
}

fn lines(report: &Report) -> Vec<Line<'_>> {
    let counted = |step, count| Line { table: "counted", step, count, ..Line::default() };
    let mut lines = vec![
        counted("encounters", report.counted.encounters),
        counted("voluntary", report.counted.voluntary),
    ];
    lines.extend(report.funnel.iter().flat_map(of_funnel));
    lines.extend(report.times.iter().flat_map(of_times));
    lines.extend(report.gaps.iter().flat_map(of_gaps));
    lines.extend(report.effort.iter().flat_map(of_effort));
    lines.extend(report.equality.iter().flat_map(of_equality));
    lines
}

fn of_funnel(funnel: &Funnel) -> Vec<Line<'_>> {
    let line =
        |step, group, count| Line { table: "funnel", step, group, count: Some(count), ..Line::default() };
    let mut lines = Vec::new();
    for step in &funnel.steps {
        let line = |group, count| line(step.step.code(), group, count);
        let (of, share) = (Some(step.reached + step.lost), step.lost_share);
        lines.extend([line("reached", step.reached), line("on_the_way", step.on_the_way)]);
        lines.push(Line { of, share, ..line("lost_before", step.lost) });
    }
    let beside =
        [("not_offered", funnel.not_offered), ("left_out", funnel.left_out), ("not_told", funnel.not_told)];
    lines.extend(beside.map(|(step, count)| line(step, "", count)));
    lines
}

fn of_times(times: &Times) -> Vec<Line<'_>> {
    let line = |step, group, count| Line { table: "times", step, group, count, ..Line::default() };
    let of = |step, time: &Time| {
        let known = line(step, "known", Some(time.known));
        [known, line(step, "median_ms", time.median_ms), line(step, "p90_ms", time.p90_ms)]
    };
    let measured = of("first_attempt", &times.first_attempt).into_iter();
    let measured = measured.chain(of("first_contact", &times.first_contact));
    measured.chain([line("missing", "", Some(times.missing))]).collect()
}

fn of_gaps(gaps: &Gaps) -> [Line<'_>; 4] {
    let line = |step, Missing { count, of, share }: &Missing| {
        let (count, of) = (Some(*count), Some(*of));
        Line { table: "gaps", step, count, of, share: *share, ..Line::default() }
    };
    [
        line("no_check", &gaps.no_check),
        line("no_notice", &gaps.no_notice),
        line("no_crime_reference", &gaps.no_crime_reference),
        line("re_referrals", &gaps.re_referrals),
    ]
}

fn of_effort(effort: &FormEffort) -> [Line<'_>; 4] {
    let line = |step, group, count| Line { table: "effort", step, group, count, ..Line::default() };
    let FormEffort { form, rated, easy } = effort;
    [
        line("form", "known", Some(form.known)),
        line("form", "median_ms", form.median_ms),
        line("form", "p90_ms", form.p90_ms),
        Line { of: Some(*rated), share: *easy, ..line("easy", "", None) },
    ]
}

fn of_equality(table: &Equality) -> Vec<Line<'_>> {
    let line = |group, shown: Option<Shown>| Line {
        table: table.attribute.code(),
        step: table.step.code(),
        group,
        count: shown.map(|shown| shown.took),
        of: shown.map(|shown| shown.of),
        share: shown.map(|shown| shown.share),
        ratio: shown.and_then(|shown| shown.ratio),
    };
    let groups = table.groups.iter().map(|group| line(group.label.as_str(), group.shown));
    groups.chain([line("All", table.all)]).collect()
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
