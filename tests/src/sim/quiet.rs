//! The end of a run: faults have stopped, and all must converge.
//!
//! Does not forgive what was lost before: that is checked after every step.

use std::collections::BTreeMap;
use std::rc::Rc;

use sync_core::ids::{OpId, Record, Stream};
use sync_core::referral::conflict::{ConflictKind, PassedUp};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::view;

use super::counts::Counts;
use super::met::{self, Held};
use super::phone::{Lineage, Phone, Standing};
use super::plan::Honest;
use super::world::World;

/// How many synchronisations the quiet may take.
const MAX_QUIET: u64 = 200;
/// In one of so many seeds what phones show is looked at as well.
const VIEWED: u64 = 8;
/// Longer than an op waits for what it lacks.
const WAIT_MS: u64 = 73 * 3_600_000;

impl World<'_> {
    /// Faults have stopped: everybody synchronises until nothing moves.
    pub(super) fn quiet(&mut self) -> Result<u64, String> {
        while !self.in_flight.is_empty() {
            self.arrive()?;
        }
        let mut exchanges = self.exchange_all(0)?;
        // Whoever was told to enrols again, and then agrees with the rest.
        let mut enrolled = 0;
        for who in 0..self.phones.len() {
            let before = self.phones[who].me.device;
            self.enrol_again(who, self.plan.seed ^ ((who as u64 + 1) << 32))?;
            enrolled += usize::from(self.phones[who].me.device != before);
        }
        // Otherwise the last round has just shown that all are at rest.
        if enrolled > 0 {
            exchanges = exchanges.max(self.exchange_all(0)?);
        }
        // Nothing waits for ever: what lacks its causes or its record is judged after the wait.
        if self.checks.nothing_is_pending().is_err() {
            self.counts.add("pending/waited");
        }
        self.now_ms += WAIT_MS;
        self.node.beat(self.now_ms).map_err(|fault| fault.to_string())?;
        self.checks.scan(&self.node, &mut self.counts)?;
        self.exchange_all(exchanges)
    }

    fn exchange_all(&mut self, mut exchanges: u64) -> Result<u64, String> {
        loop {
            let mut moved = 0;
            for who in 0..self.phones.len() {
                self.now_ms += 1000;
                moved += self.sync(who, &[])?;
                exchanges += 1;
            }
            if moved == 0 {
                return Ok(exchanges);
            }
            if exchanges > MAX_QUIET {
                return Err(format!("not converged after {exchanges} exchanges"));
            }
        }
    }

    /// Whether nobody else has written in a stream: who settled from an extract, and then lost what it was of,
    /// keeps that entry sealed until something of the stream comes.
    fn is_alone_in(&self, phone: &Phone, stream: Stream) -> Result<bool, String> {
        let mut alone = phone.state.log.iter().any(|own| own.sealed && own.op.header.stream == stream);
        let visited = self.node.each_op(|op, _, _| {
            alone &= op.header.stream != stream || op.header.id.device == phone.me.device;
        });
        visited.map_err(|fault| fault.to_string())?;
        Ok(alone)
    }

    pub(super) fn converged(&mut self) -> Result<(), String> {
        let digests = self.node.digests().map_err(|fault| fault.to_string())?;
        if !self.checks.is_certain() {
            // The author of what was lost was itself put back, or is no honest one: nobody can show it.
            self.counts.add("server/roll_back_unnoticed");
        }
        let mut held = Held::new();
        for phone in &self.phones {
            let revoked = phone.standing == Standing::Revoked;
            if revoked || phone.lineage == Lineage::Branched || phone.honest == Honest::Byzantine {
                continue;
            }
            let state = &phone.state;
            if state.acknowledged() != state.tip().seq {
                return Err(format!("the outbox of a {} is not empty", phone.me.role));
            }
            sync_core::log::verify(state.log.iter().map(|own| &own.op))
                .map_err(|broken| broken.to_string())?;
            if !self.checks.is_certain() {
                continue;
            }
            let readable = self.node.readable(phone.me.device, digests.keys().copied());
            let readable = readable.map_err(|fault| fault.to_string())?;
            let of_others = state.others.values().filter(|other| !state.older.contains(&other.op.id.device));
            let mut lost = of_others.filter(|other| !other.lost && !readable.contains(&other.op.stream));
            if let Some(other) = lost.next() {
                return Err(format!("a {} still holds {} of a lost stream", phone.me.role, other.op.id));
            }
            self.checks.nothing_erased_is_on(phone, &mut self.counts)?;
            let mut records: BTreeMap<Record, Vec<StreamState>> = BTreeMap::new();
            for stream in readable {
                let fold = self.checks.fold_of(phone, stream, self.plan.bug);
                if fold.ops.is_empty() && self.is_alone_in(phone, stream)? {
                    continue;
                }
                if self.plan.seed.is_multiple_of(VIEWED) {
                    records.entry(stream.record).or_default().push(fold.folded.state().clone());
                }
                held.insert(stream, Rc::clone(&fold));
                count_conflicts(&mut self.counts, fold.folded.state());
                if digests.get(&stream) != Some(&fold.digest()) {
                    return Err(format!("a {} folds {stream} otherwise than the server", phone.me.role));
                }
            }
            for mark in records.values().flat_map(|states| view(states).marks) {
                self.counts.add(format!("mark/{}", mark.mark));
            }
        }
        met::count(&held, &mut self.counts);
        self.checks.nothing_is_pending()?;
        for (stream, digest) in &digests {
            self.trace(format_args!("end {stream} {digest}"));
        }
        Ok(())
    }
}

fn count_conflicts(counts: &mut Counts, state: &StreamState) {
    for conflict in &state.conflicts {
        let family = conflict.about.split('/').next().unwrap_or_default();
        counts.add(match conflict.kind {
            ConflictKind::Field => format!("conflict/field/{family}"),
            ConflictKind::Crossed => format!("conflict/crossed/{family}"),
            ConflictKind::Quarantined => "conflict/quarantined".to_owned(),
            ConflictKind::Duplicate => format!("conflict/duplicate/{family}"),
            ConflictKind::Identity => "conflict/identity".to_owned(),
            ConflictKind::LogFork => "conflict/log_fork".to_owned(),
        });
        let settles = |id: &&OpId| {
            let entry = state.entries.iter().find(|entry| entry.id == **id);
            entry.is_some_and(|entry| entry.kind.as_str() == "conflict.settled")
        };
        if conflict.sides.iter().filter(settles).count() > 1 {
            counts.add("conflict/settled_twice");
            if family == "tie" {
                counts.add("conflict/settled_twice/tie");
            }
        }
        if conflict.passed_up == PassedUp::Yes {
            counts.add("conflict/passed_up");
        }
    }
}
