//! The tables of `docs/` against the tables of the code: op kinds, acts that contradict each other, laws and their tests.
//!
//! Does not read sentences: what a table says in words is for people to keep true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sync_core::access::Role;
use sync_core::referral::across::ACROSS;
use sync_core::referral::act::{KINDS, Nature};
use sync_core::referral::conflict::{CROSSED, Settler};
use sync_core::referral::guards::When;
use sync_core::referral::interim::INTERIM;
use sync_core::register::Agreement;
use tests::root;

/// The rows of all tables of a document, each as its cells.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs").join(document)).expect("a document");
    let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    lines.map(cells).collect()
}

/// The cell without its quotes, when it is one quoted word.
fn quoted(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

fn stage_words(when: When) -> &'static str {
    match when {
        When::Always => "in every stage",
        When::NotSubmitted => "before it is submitted",
        When::Waiting => "submitted, not answered",
        When::NotEnded => "submitted, not ended",
        When::Live => "accepted, not ended",
        When::Closed => "closed",
        When::Placed => "submitted, not ended, or rejected",
    }
}

fn nature_word(nature: Nature) -> &'static str {
    match nature {
        Nature::Fact => "fact",
        Nature::Decision => "decision",
        Nature::Server => "server",
    }
}

#[test]
fn the_table_of_op_kinds_is_that_of_the_code() {
    let rows = rows("op-kinds.md");
    let sets: BTreeMap<&str, BTreeSet<&str>> = rows
        .iter()
        .filter(|row| row.len() == 2)
        .map(|row| (row[0].as_str(), row[1].split(", ").collect()))
        .collect();
    let written: Vec<_> = rows.iter().filter(|row| quoted(&row[0]).is_some()).collect();
    assert_eq!(written.len(), KINDS.len(), "a kind is missing in docs/op-kinds.md, or is there twice");
    for (row, info) in written.iter().zip(KINDS) {
        assert_eq!(quoted(&row[0]), Some(info.kind), "docs/op-kinds.md keeps the order of the code");
        assert_eq!(row[2], nature_word(info.nature), "{}", info.kind);
        let compartments: Vec<_> = info.compartments.iter().map(|kind| kind.word()).collect();
        assert_eq!(row[3], compartments.join(", "), "{}", info.kind);
        let roles: BTreeSet<&str> = info.roles.iter().map(|role: &Role| role.word()).collect();
        assert_eq!(sets.get(row[4].as_str()), Some(&roles), "{}: who is {}", info.kind, row[4]);
        assert_eq!(row[5], stage_words(info.when), "{}", info.kind);
    }
}

#[test]
fn the_words_to_read_out_of_the_documentation_are_those_of_the_table() {
    let mut table = csv::Reader::from_reader(schema::codes::WORDS_TO_READ_OUT.as_bytes());
    let table = table.records().map(|row| row.expect("a row"));
    let cells = |cell: &str| cell.replace('\n', "<br>");
    let table: Vec<Vec<String>> = table.map(|row| row.iter().map(cells).collect()).collect();
    let shown: Vec<_> = rows("words.md").into_iter().skip(1).collect();
    assert_eq!(shown, table, "docs/words.md keeps the rows and the words of the table");
}

#[test]
fn the_rows_of_what_contradicts_are_those_of_the_code() {
    let settler = |settler: Settler| match settler {
        Settler::ProviderLead => "provider's lead",
        Settler::Supervisor => "supervisor",
        Settler::Admin => "admin",
    };
    let rows = rows("conflicts.md");
    let written: Vec<_> = rows.iter().filter(|row| quoted(&row[0]).is_some()).collect();
    let names: Vec<_> = written.iter().filter_map(|row| quoted(&row[0])).collect();
    let coded: Vec<_> = CROSSED.iter().map(|row| row.name).chain(ACROSS.iter().map(|row| row.name)).collect();
    assert_eq!(names, coded, "docs/conflicts.md keeps the rows and the order of the code");
    for (row, coded) in written.iter().zip(CROSSED) {
        assert_eq!(row[4], settler(coded.settler), "{}", coded.name);
    }
}

#[test]
fn what_counts_meanwhile_is_what_the_code_says() {
    let rows = rows("conflicts.md");
    let written: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            Some((quoted(row[0].strip_prefix("register ")?)?, row[1].as_str(), row[2].as_str()))
        })
        .collect();
    let word = |agreement: Agreement| match agreement {
        Agreement::Must => "a conflict",
        Agreement::MustAsNames => "a conflict where it could be another person",
        Agreement::Harmless => "no conflict",
    };
    let coded: Vec<_> =
        INTERIM.iter().map(|row| (row.register, word(row.agreement), row.meanwhile)).collect();
    assert_eq!(written, coded, "docs/conflicts.md keeps the rows and the order of the code");
}

#[test]
fn every_conflict_of_the_documentation_has_its_test() {
    let rows = rows("conflicts.md");
    let named: Vec<_> = rows.iter().filter_map(|row| row[0].strip_prefix('C')?.parse::<u8>().ok()).collect();
    assert_eq!(named, (1..=28).collect::<Vec<u8>>());
    let mut sources = String::new();
    let mut folders = vec![root().join("sync-core"), root().join("server")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources += &fs::read_to_string(path).expect("a source file");
            }
        }
    }
    let untested: Vec<_> = named.iter().filter(|c| !sources.contains(&format!("fn c{c:02}_"))).collect();
    assert!(untested.is_empty(), "no test is named after C{untested:?}");
}

#[test]
fn every_law_of_the_documentation_has_its_test() {
    let sources: String = ["laws.rs", "fold_laws.rs", "invariants.rs", "cells.rs"]
        .map(|file| root().join("sync-core/tests").join(file))
        .into_iter()
        .chain([root().join("sync-core/src/referral/eligibility/tests/promises.rs")])
        .map(|path| fs::read_to_string(path).expect("a test file"))
        .collect();
    let rows = rows("laws.md");
    let named: Vec<_> = rows.iter().filter_map(|row| quoted(row.last()?)).collect();
    assert_eq!(named.iter().filter(|name| name.starts_with('i')).count(), 10, "the ten invariants");
    for name in named {
        assert!(
            sources.contains(&format!("fn {name}(")),
            "docs/laws.md names a test that is not there: {name}"
        );
    }
}
