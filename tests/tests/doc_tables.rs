//! The tables of `docs/` against the tables of the code: op kinds and their registers, acts that contradict each other,
//! ids of conflicts, the order of the rules, laws and their tests.
//!
//! Does not read sentences: what a table says in words is for people to keep true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::examples::{crime, every_kind};
use crate::common::{World, device, person, stream};
use sha2::{Digest as _, Sha256};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId};
use sync_core::referral::act::{Act, KINDS, Nature};
use sync_core::referral::conflict::{CROSSED, ConflictKind, Settler, conflict_id, version};
use sync_core::referral::cross_stream::CROSS_STREAM;
use sync_core::referral::eligibility::ORDER;
use sync_core::referral::fold::fold;
use sync_core::referral::guards::When;
use sync_core::referral::interim::INTERIM;
use sync_core::referral::plausible::{By, ROWS};
use sync_core::register::Agreement;
use sync_core::stream::History;
use tests::root;
use uuid::Uuid;

fn text_of(document: &str) -> String {
    fs::read_to_string(root().join("docs").join(document)).expect("a document")
}

/// The rows of all tables of a document, each as its cells.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = text_of(document);
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
    let written: Vec<_> = rows.iter().filter(|row| row.len() == 6 && quoted(&row[0]).is_some()).collect();
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

/// Whether a name is one of those that a template such as `item/‹item›/drug` stands for.
fn stands_for(template: &str, name: &str) -> bool {
    let Some((before, part)) = template.split_once('‹') else { return template == name };
    let (_, after) = part.split_once('›').expect("a part is closed");
    name.strip_prefix(before).is_some_and(|rest| rest.len() > after.len() && rest.ends_with(after))
}

/// The registers that one act writes, alone in its stream.
fn registers_of(act: &Act) -> BTreeSet<String> {
    let author = person(act.info().roles[0], 1);
    let op = World::default().draft(&author, act, act.info().compartments[0], &[]);
    assert_eq!(op.id.device, device(&author));
    fold(&History::new([op])).registers.iter().map(|(name, _)| name.to_owned()).collect()
}

/// A register of the table, and whether it is always written: one that is only when it is given has words behind it.
fn template(part: &str) -> Option<(&str, bool)> {
    Some((part.split('`').nth(1)?, quoted(part).is_some()))
}

#[test]
fn the_registers_of_each_kind_are_those_that_it_writes() {
    let rows = rows("op-kinds.md");
    let named = rows.iter().filter(|row| row.len() == 2).filter_map(|row| Some((quoted(&row[0])?, &row[1])));
    let mut templates: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
    for (kind, cell) in named {
        templates.insert(kind, cell.split(", ").filter_map(template).collect());
    }
    let mut met: BTreeSet<(&str, &str)> = BTreeSet::new();
    for act in every_kind().iter().chain([&crime(Some("43 2600001"))]) {
        let (kind, written) = (act.info().kind, registers_of(act));
        let known = templates.get(kind).cloned().unwrap_or_default();
        for register in &written {
            let known = known.iter().find(|(template, _)| stands_for(template, register));
            let (template, _) = known.unwrap_or_else(|| panic!("docs/op-kinds.md: {kind} writes {register}"));
            met.insert((kind, template));
        }
    }
    for (kind, templates) in &templates {
        for (template, _) in templates.iter().filter(|(_, always)| *always) {
            assert!(met.contains(&(*kind, *template)), "docs/op-kinds.md: {kind} does not write {template}");
        }
    }
}

/// What a line of a document gives once its parts are put in: the digest of the text.
fn digest(line: &str, parts: &[(&str, &str)]) -> Digest {
    let text = parts.iter().fold(line.to_owned(), |text, (part, value)| text.replacen(part, value, 1));
    assert!(!text.contains('‹'), "{text}");
    Digest(Sha256::digest(text.replace("\\n", "\n")).into())
}

#[test]
fn ids_and_versions_of_conflicts_are_made_as_the_documentation_says() {
    let text = text_of("conflicts.md");
    let formula = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("    {name} ")));
        line.expect("the formula is there").trim().to_owned()
    };
    let rows = rows("conflicts.md");
    let example = |name: &str| {
        let row = rows.iter().find(|row| row[0] == name).expect("the example is there");
        quoted(&row[1]).expect("a digest").to_owned()
    };
    let shared = stream(CompartmentKind::Shared);
    let id = conflict_id(ConflictKind::Field, &shared, "subject/born");
    let written = shared.to_string();
    let parts = [("‹kind›", "field"), ("‹stream›", written.as_str()), ("‹about›", "subject/born")];
    assert_eq!((digest(&formula("id"), &parts), example("id")), (id, id.to_string()));
    let op = |device: u128, seq| OpId { device: DeviceId(Uuid::from_u128(device)), seq };
    let sides = [op(0xD2, 7), op(0xD1, 3)];
    let (first, second) = (sides[1].to_string(), sides[0].to_string());
    let line = formula("version");
    let line = line.strip_suffix('…').expect("more of them may follow");
    let made = digest(line, &[("‹op›", &first), ("‹op›", &second)]);
    assert_eq!((made, example("version")), (version(&sides), version(&sides).to_string()));
}

#[test]
fn the_rules_decide_in_the_order_of_the_documentation() {
    let text = text_of("scheme.md");
    let line = text.lines().find(|line| line.contains("R03 → ")).expect("the order is there");
    let written: Vec<&str> = line.trim().split(" → ").collect();
    assert_eq!(written, ORDER.iter().map(|rule| rule.code()).collect::<Vec<_>>());
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
    let coded: Vec<_> =
        CROSSED.iter().map(|row| row.name).chain(CROSS_STREAM.iter().map(|row| row.name)).collect();
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
fn the_table_of_contradictions_is_that_of_the_code() {
    let rows = rows("contradictions.md");
    let written: Vec<_> = rows.iter().filter(|row| quoted(&row[0]).is_some()).collect();
    assert_eq!(written.len(), ROWS.len(), "a row is missing in docs/contradictions.md, or is there twice");
    for (row, coded) in written.iter().zip(ROWS) {
        assert_eq!((quoted(&row[0]), quoted(&row[1])), (Some(coded.kind), Some(coded.code)));
        assert_eq!(row[2], coded.fields.map(|field| format!("`{field}`")).join(", "), "{}", coded.code);
        let by = match coded.by {
            By::Itself => "the entry",
            By::Time => "the time",
        };
        assert_eq!((row[3].as_str(), row[4].as_str()), (by, coded.sentence()), "{}", coded.code);
    }
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
