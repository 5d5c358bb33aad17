//! What a list shows of a record, kept beside its entries so that no list folds what it does not show.
//!
//! Written whenever the entries change; it says nothing of lateness, which needs the clock. Can be computed again.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::identity;
use crate::ids::{Digest, OrgId, Record, RecordKind};
use crate::referral::act::Subject;
use crate::referral::fold::StreamState;
use crate::referral::person::Person;
use crate::referral::timers::{Holiday, Reader, Referral, Waiting};
use crate::referral::view::view;

/// What is known besides the entries.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// For whom due dates are told; none: they are told to nobody here.
    pub reader: Option<Reader>,
    /// Bank holidays that were proclaimed after this software was built.
    pub holidays: &'a [Holiday],
    /// The services at which somebody can act.
    pub able: &'a BTreeSet<OrgId>,
    /// When the server received what sent the referral to its service.
    pub synced_ms: Option<u64>,
}

/// What a list shows of a record.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The human reference.
    pub reference: Option<String>,
    /// When the referral was submitted.
    pub submitted_ms: Option<u64>,
    /// The open conflicts of its streams.
    pub conflicts: Vec<Digest>,
    /// What stands for whom it is about: see [`about`].
    pub about: Vec<Digest>,
    /// What is due; nothing for a record that is no referral.
    pub waiting: Option<Waiting>,
}

impl Summary {
    /// The summary of a record's folded streams.
    #[must_use]
    pub fn of(record: Record, states: &[StreamState], beside: &Beside<'_>) -> Self {
        let seen = view(states);
        let Beside { reader, holidays, able, synced_ms } = *beside;
        let reader = reader.filter(|_| record.kind == RecordKind::Referral);
        let waiting = reader.map(|reader| {
            let able = Some(able);
            Waiting::of(&Referral {
                record: record.id,
                states,
                seen: &seen,
                reader,
                holidays,
                synced_ms,
                able,
            })
        });
        Self {
            reference: seen.reference,
            submitted_ms: seen.submitted_ms,
            conflicts: seen.conflicts.iter().map(|conflict| conflict.id).collect(),
            about: seen.subject.iter().flat_map(Person::compared).filter_map(|who| key(&who)).collect(),
            waiting: waiting.filter(|waiting| !waiting.coming.is_empty()),
        }
    }
}

/// What stands for somebody: equal for two who are one by name and date of birth, all that a form tells.
#[must_use]
pub fn about(subject: &Subject) -> Option<Digest> {
    let Subject { family, given, born, .. } = subject.clone();
    let born = born.map(identity::Born::Day);
    key(&identity::Subject { family, given, born, identifiers: Vec::new() })
}

fn key(subject: &identity::Subject) -> Option<Digest> {
    let key = identity::identity_key(subject)?;
    Some(Digest(Sha256::digest(format!("waymark/person/1\n{key}")).into()))
}
