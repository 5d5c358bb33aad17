//! The plans of the statements that a phone runs: none reads a whole table that grows.
//!
//! Does not count what is read: see `keeping`.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use serde_json::{Value, json};
use sync_core::access::Role;

use super::epochs::{fed, other, shared};
use super::syncing::{Server, synced};
use super::{Phone, form, phone, with};

/// What grows with what people record.
const GROWING: [&str; 10] = [
    "own_op_row",
    "old_op_row",
    "stream_op_row",
    "erased_op_row",
    "forgotten",
    "summary_row",
    "summary_about_row",
    "exhibit_row",
    "receipt_row",
    "seed_row",
];

/// Indexes and tables of what is not settled: as long as what a list of it shows.
const OF_FEW: [&str; 7] = [
    "own_op_waiting",
    "own_op_without_effect",
    "own_op_pending",
    "own_op_sealed",
    "old_op_waiting",
    "stream_op_lost",
    "open_conflict",
];

/// Reads what is due in each referral: which comes first depends on the time.
const WHAT_IS_DUE: &str = "SELECT record, coming FROM summary";

/// The statements that something runs.
fn asked_during(phone: &Phone, done: impl FnOnce()) -> Vec<String> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = {
        let asked = Arc::clone(&asked);
        move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, text) = event
                && !text.starts_with("--")
            {
                let sql = statement.sql().into_owned();
                asked.lock().unwrap_or_else(PoisonError::into_inner).push(sql);
            }
        }
    };
    let codes = TraceEventCodes::SQLITE_TRACE_STMT;
    phone.device.store().db.trace_v2(codes, Some(note)).expect("SQLite takes a trace");
    done();
    let none = None::<fn(TraceEvent<'_>)>;
    phone.device.store().db.trace_v2(TraceEventCodes::empty(), none).expect("SQLite lets it go");
    std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The steps of a statement that read a whole table, or a whole index, of what grows.
fn scans(phone: &Phone, sql: &str) -> Vec<String> {
    let store = phone.device.store();
    let mut plan = store.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("SQLite knows a plan");
    let none = vec![rusqlite::types::Value::Null; plan.parameter_count()];
    let steps = plan
        .query_map(rusqlite::params_from_iter(none), |row| row.get::<_, String>(3))
        .expect("a plan has steps");
    let steps = steps.map(|step| step.expect("a step is a text"));
    let grows = |step: &String| {
        let of = step.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next());
        // The last row of a table is one.
        !sql.ends_with("DESC LIMIT 1")
            && of.is_some_and(|of| GROWING.contains(&of))
            && !OF_FEW.iter().any(|index| step.contains(index))
    };
    steps.filter(grows).collect()
}

#[test]
fn no_statement_of_a_command_a_list_or_a_synchronisation_reads_a_whole_table_that_grows() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    let record = phone.run(form())["record"].clone();
    synced(&phone, &mut server).expect("the server answers");
    let stream = shared(&phone);
    let mut asked = asked_during(&phone, || {
        phone.run(with(form(), json!({"family": "Other", "born": "1985-02-02"})));
        phone.run(json!({"command": "amend", "record": record, "field": "phone", "value": "07700 900555"}));
        server.feed = vec![fed(&other(stream, 1, 1_000, &[]))];
        synced(&phone, &mut server).expect("the server answers");
        for query in ["status", "whoami", "outbox", "refused"] {
            phone.ask(query);
        }
        let lists = [
            json!({"query": "referrals", "limit": 1}),
            json!({"query": "worklist", "limit": 1}),
            json!({"query": "referral", "record": record}),
            json!({"query": "history", "record": record}),
        ];
        lists.iter().for_each(|list| drop(phone.device.query(list).expect("it is known")));
    });
    asked.sort_unstable();
    asked.dedup();
    let reads = |sql: &&String| {
        ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb))
            && !sql.starts_with(WHAT_IS_DUE)
    };
    let found: Vec<Value> = asked
        .iter()
        .filter(reads)
        .filter_map(|sql| Some((sql, scans(&phone, sql))).filter(|(_, scans)| !scans.is_empty()))
        .map(|(sql, scans)| json!([scans, sql]))
        .collect();
    assert_eq!(found, Vec::<Value>::new());
}
