//! Every kind of the table has a writer: a command of the core, a deed of the desk, or the server's own log.
//!
//! A writer is found where it is said to be: the sources are read. Does not test what a writer writes.

use std::collections::BTreeMap;
use std::fs;

use sync_core::command::Command;
use sync_core::referral::act::KINDS;
use tests::root;

/// What has no writer: phones tell what was opened beside their logs (ADR 39).
const WAITS: &[&str] = &["record.opened"];

/// Kinds that no command of the core writes, and where the server writes them.
const OF_THE_SERVER: &[(&str, &str)] = &[
    ("eligibility.reassessed", "reconcile/persons/reassess.rs"),
    ("referral.received", "reconcile/received.rs"),
    ("appointment.confirmed", "reconcile/slots.rs"),
    ("appointment.declined", "reconcile/slots.rs"),
    ("progress.reported", "reconcile/own_log.rs"),
    ("credits.carried", "reconcile/cross_stream.rs"),
    ("person.linked", "desk/persons.rs"),
    ("person.split", "desk/persons.rs"),
    ("slot.opened", "desk/slots.rs"),
    ("slot.closed", "desk/slots.rs"),
    ("provider.deactivated", "desk/providers.rs"),
    ("user.changed", "desk/noted.rs"),
    ("user.renamed", "desk/noted.rs"),
    ("role.proposed", "desk/noted.rs"),
    ("role.confirmed", "desk/noted.rs"),
    ("device.revoked", "desk/noted.rs"),
    ("policy.published", "desk/noted.rs"),
    ("body.erased", "desk/erasures.rs"),
    ("conflict.raised", "reconcile/repeats.rs"),
];

/// The variant of a kind: `item.booked_in` is made by `Act::ItemBookedIn(`.
fn made_by(kind: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    format!("Act::{}(", kind.split(['.', '_']).map(word).collect::<String>())
}

/// All sources under a folder, together.
fn sources(folder: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).expect("a folder of the house") {
            let path = file.expect("it is read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text += &fs::read_to_string(&path).expect("a source is text");
            }
        }
    }
    text
}

#[test]
fn every_kind_has_a_writer_and_each_writer_makes_its_kind() {
    let commands = sources("sync-core/src/command");
    let server: BTreeMap<&str, &str> = OF_THE_SERVER.iter().copied().collect();
    for info in KINDS.iter().filter(|info| !WAITS.contains(&info.kind)) {
        let verbs: Vec<&str> =
            Command::verbs().filter(|verb| verb.kinds.contains(&info.kind)).map(|verb| verb.name).collect();
        let made = made_by(info.kind);
        if let Some(file) = server.get(info.kind) {
            let path = root().join("server/src").join(file);
            let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}: no {file}", info.kind));
            assert!(text.contains(&made), "{}: {file} does not make it", info.kind);
            assert!(verbs.is_empty(), "{} is written by {verbs:?}: take it off this list", info.kind);
        } else {
            assert!(!verbs.is_empty(), "{} has no writer", info.kind);
            assert!(commands.contains(&made), "{}: no command makes it, whatever {verbs:?} say", info.kind);
        }
    }
}

#[test]
fn a_verb_names_kinds_of_the_table_alone() {
    for verb in Command::verbs() {
        for kind in verb.kinds {
            assert!(KINDS.iter().any(|info| info.kind == *kind), "{}: {kind}", verb.name);
        }
    }
}
