//! How many SQL statements a request takes, and that none of them reads a whole table that grows.
//!
//! Statements are counted, not timed: the count is the same on every machine. Of a desk its lists are counted.

use std::path::PathBuf;

use rusqlite::Connection;

use super::persons::{self, Told, told};
use super::{NOW_MS, Scheme};
use crate::desk::{Page, Query, WorklistWanted};
use crate::store::sqlite::asked;

/// Tables that grow with what people record.
const GROWING: &[&str] = &[
    "behind",
    "conflicts",
    "extracts",
    "feed",
    "ops",
    "receipts",
    "recoveries",
    "referrals",
    "scope_holds",
    "search_keys",
    "statements",
    "streams",
    "worklist_lines",
];

fn file(scheme: &Scheme) -> PathBuf {
    scheme.data.path().join("waymark.sqlite")
}

/// What the server runs for a request.
fn during(scheme: &mut Scheme, request: impl FnOnce(&mut Scheme)) -> Vec<String> {
    let file = file(scheme);
    drop(asked::take(&file));
    request(scheme);
    asked::take(&file)
}

fn refer(scheme: &mut Scheme, family: &str, born: &str) {
    let Told { at_ms, place, provider, .. } = told(scheme);
    let somebody = Told { family, born, at_ms, place, provider };
    let Scheme { service, officer, .. } = scheme;
    persons::refer(service, officer, &somebody);
}

/// A page of some 25 entries, for a lead's phone.
fn page(scheme: &mut Scheme) {
    let Scheme { service, lead, .. } = scheme;
    let answer = lead.pull(service);
    assert!((20..=30).contains(&answer.feed.len()), "{} entries", answer.feed.len());
}

fn idle(scheme: &mut Scheme) {
    let Scheme { service, lead, .. } = scheme;
    let answer = lead.pull(service);
    assert!(answer.feed.is_empty());
}

/// A scheme whose looked-up rows are warm: each device has synchronised.
fn warm() -> Scheme {
    let mut scheme = Scheme::new();
    refer(&mut scheme, "Erstmann", "1980-01-01");
    page_until_idle(&mut scheme);
    while !scheme.officer.pull(&scheme.service).feed.is_empty() {}
    scheme
}

fn page_until_idle(scheme: &mut Scheme) {
    let Scheme { service, lead, .. } = scheme;
    while !lead.pull(service).feed.is_empty() {}
}

fn assert_at_most(most: usize, asked: &[String]) {
    let listed = asked.iter().map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "));
    let listed: Vec<String> = listed.enumerate().map(|(at, sql)| format!("{:3} {sql}", at + 1)).collect();
    assert!(asked.len() <= most, "{} statements, not {most}:\n{}", asked.len(), listed.join("\n"));
}

#[test]
fn a_push_of_one_referral_takes_few_statements() {
    let mut scheme = warm();
    let asked = during(&mut scheme, |scheme| refer(scheme, "Zweitmann", "1985-02-02"));
    assert_at_most(30, &asked);
}

#[test]
fn an_idle_synchronisation_takes_few_statements() {
    let mut scheme = warm();
    let asked = during(&mut scheme, idle);
    assert_at_most(8, &asked);
    // From then on the ends of its feeds are known.
    let asked = during(&mut scheme, idle);
    assert_at_most(7, &asked);
}

#[test]
fn a_page_of_entries_takes_few_statements() {
    let mut scheme = warm();
    for number in 1..=12 {
        refer(&mut scheme, &format!("Person{number}"), &format!("198{}-0{}-11", number % 10, 1 + number % 9));
    }
    let asked = during(&mut scheme, page);
    // What goes to a phone for the first time is noted: a job of six, and a line a referral.
    assert_at_most(15 + 6 + 12, &asked);
    // The same once more: nothing of it is new.
    scheme.lead.cursor = None;
    let asked = during(&mut scheme, |scheme| drop(scheme.lead.pull(&scheme.service)));
    assert!(!asked.iter().any(|sql| sql.contains("INSERT INTO audit")), "it is noted once");
}

/// What an admin's lists ask for, three rows each.
fn lists(scheme: &mut Scheme) {
    let page = || Page { cursor: None, limit: Some(3) };
    let worklist = WorklistWanted { most: Some(3), ..WorklistWanted::whole(NOW_MS) };
    let lists = [
        Query::Worklist(worklist),
        Query::Referrals(page()),
        Query::Conflicts(page()),
        Query::Persons(page()),
        Query::Settlements(NOW_MS),
    ];
    for query in lists {
        scheme.service.query(scheme.admin.user, &query).expect("it is answered");
    }
}

#[test]
fn lists_of_a_desk_take_as_many_statements_over_more_referrals() {
    let mut scheme = warm();
    let counted = [6, 18].map(|until| {
        for number in 0..until {
            // One family name and day of birth: each new one raises a question about who is one person.
            refer(&mut scheme, "Gleich", &format!("198{}-01-01", number % 5));
        }
        scheme.service.beat(NOW_MS + 1);
        during(&mut scheme, lists).len()
    });
    assert_eq!(counted[0], counted[1]);
}

#[test]
fn no_statement_of_a_request_reads_a_whole_table_that_grows() {
    let mut scheme = warm();
    let mut asked = during(&mut scheme, |scheme| refer(scheme, "Zweitmann", "1985-02-02"));
    asked.extend(during(&mut scheme, page_until_idle));
    asked.extend(during(&mut scheme, |scheme| scheme.service.beat(NOW_MS + 1)));
    asked.extend(during(&mut scheme, lists));
    asked.sort_unstable();
    asked.dedup();
    let db = Connection::open(file(&scheme)).expect("the store opens");
    let is_query =
        |sql: &&String| ["SELECT", "WITH", "UPDATE", "DELETE"].iter().any(|word| sql.starts_with(word));
    for sql in asked.iter().filter(is_query) {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("SQLite knows a plan");
        let none = vec![rusqlite::types::Value::Null; plan.parameter_count()];
        let steps = plan
            .query_map(rusqlite::params_from_iter(none), |row| row.get::<_, String>(3))
            .expect("a plan has steps");
        for step in steps.map(|step| step.expect("a step is a text")) {
            let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next());
            let table = scanned.map(|name| table_of(sql, name)).unwrap_or_default();
            assert!(!GROWING.contains(&table), "{step}\n{sql}");
        }
    }
}

/// The table that a statement calls by this name.
fn table_of<'a>(sql: &'a str, name: &'a str) -> &'a str {
    let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || "(),".contains(c)).collect();
    let named = words.windows(2).find(|pair| pair[1] == name && GROWING.contains(&pair[0]));
    named.map_or(name, |pair| pair[0])
}
