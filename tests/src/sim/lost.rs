//! What befalls the server and who may still write: a backup and its restoring, a revoked phone, a phone that
//! enrols again.
//!
//! What is written anew decides `sync-core`. Does not check: see [`super::checks`].

use std::rc::Rc;

use server::RevokeReason;
use server::node;
use sync_core::ids::DeviceId;
use sync_core::op::Seed;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::Directive;
use sync_core::sync::recovery::{Kept, NewLog, Plan, plan};

use super::phone::{Lineage, Phone, Promise, Standing};
use super::plan::{Honest, Loss, Revoked};
use super::random::Random;
use super::state::{Own, State};
use super::sync::keep_other;
use super::world::World;

impl World<'_> {
    /// Not while a running server has gone back and nobody has noticed: such a backup holds a place twice.
    pub(super) fn back_up(&mut self) -> Result<(), String> {
        if !self.checks.is_certain() {
            return Ok(());
        }
        let epoch = self.node.epoch().map_err(|fault| fault.to_string())?;
        self.backup = self.node.snapshot().map(|backup| (backup, epoch));
        self.counts.add("server/backup");
        Ok(())
    }

    /// The server starts anew, with all that it has stored.
    pub(super) fn restart(&mut self) -> Result<(), String> {
        if !self.checks.is_certain() {
            return Ok(());
        }
        self.node.restart(self.now_ms).map_err(|fault| fault.to_string())?;
        self.counts.add("server/started");
        self.checks.started(&self.node)
    }

    /// The server goes back to its backup, when there is one.
    pub(super) fn lose(&mut self, how: Loss) -> Result<(), String> {
        let Some((backup, epoch)) = &self.backup else { return Ok(()) };
        // What a running server lost must have been noticed before it loses anything again. Nor is one played that
        // goes back after a phone forgot what its own entries stand on: it cannot say what lies behind those.
        if self.forgot || !self.checks.is_certain() {
            return Ok(());
        }
        // Nobody might show the loss of a whole epoch, or of what a phone wrote that lies.
        let present = self.node.epoch().map_err(|fault| fault.to_string())?;
        let shown = *epoch == present && self.phones.iter().all(|phone| phone.honest == Honest::Yes);
        let how = if how == Loss::Running && !shown { Loss::Silently } else { how };
        let (name, how) = match how {
            Loss::Restored => ("fault/server_restored", node::Loss::Restored),
            Loss::Silently => ("fault/server_rolled_back", node::Loss::Silently),
            Loss::Running => ("fault/server_rolled_back_running", node::Loss::Running),
        };
        self.node.go_back(backup, how, self.now_ms).map_err(|fault| fault.to_string())?;
        self.counts.add(name);
        self.checks.went_back(&self.node, &mut self.counts)?;
        // What only an older log of a phone held is lost with the server: a phone keeps such a log until
        // it is in the backups, and does not offer it by itself.
        for phone in &mut self.phones {
            if self.node.log_of(phone.me.device).is_err() {
                // It enrolled in the lost hours: whoever carries it is told that it needs a code.
                (phone.state.directive, phone.lineage) = (Some(Directive::ReEnrol), Lineage::Branched);
            }
            let (device, checks) = (phone.me.device, &self.checks);
            phone.promised.retain(|promise| promise.device == device || checks.holds(promise));
        }
        Ok(())
    }

    /// An admin takes a phone out of use.
    pub(super) fn revoke(&mut self, who: usize, reason: Revoked) -> Result<(), String> {
        let device = self.phones[who].me.device;
        let reason = match reason {
            Revoked::Left => RevokeReason::Left,
            Revoked::Stolen => RevokeReason::Stolen,
        };
        self.node.revoke(device, reason, self.now_ms).map_err(|fault| fault.to_string())?;
        self.counts.add(format!("revoked/{reason:?}"));
        let same = self.phones.iter_mut().filter(|phone| phone.me.device == device);
        same.for_each(|phone| phone.standing = Standing::Revoked);
        Ok(())
    }

    /// A phone that was told to enrols again as another device of the same person.
    pub(super) fn enrol_again(&mut self, who: usize, choice: u64) -> Result<(), String> {
        let phone = &self.phones[who];
        let told = phone.state.directive.is_some() && phone.standing == Standing::InUse;
        if !told || phone.honest == Honest::Byzantine {
            return Ok(());
        }
        let mut random = Random::new(choice);
        let (device, mut key) = (DeviceId(random.uuid()), [0; 32]);
        key[..16].copy_from_slice(&random.bytes());
        let new = NewLog { device, seed: Seed(random.bytes()) };
        let old = self.node.old_log(phone.me.device).map_err(|fault| fault.to_string())?;
        let kept = phone.state.log.iter().map(|own| Kept { op: own.op.clone(), command: own.command });
        let kept: Vec<Kept> = kept.collect();
        let Ok(plan) = plan(&old, &kept, phone.state.tip(), new) else {
            self.counts.add("enrolled_again/newer_kind");
            return Ok(());
        };
        self.node.enrol(device, phone.me.user, &key).map_err(|fault| fault.to_string())?;
        self.counts.add(if plan.reissued.is_empty() { "enrolled_again/nothing" } else { "enrolled_again" });
        let phone = &mut self.phones[who];
        let state = moved(phone, &plan, new);
        phone
            .promised
            .retain(|promise| promise.device != phone.me.device || plan.held.contains(&promise.seq));
        let anew = plan.reissued.iter().map(|new| &new.op.header);
        let anew = anew.map(|header| Promise { device, seq: header.id.seq, hash: header.hash() });
        phone.promised.extend(anew);
        (phone.me.device, phone.me.key, phone.state) = (device, key, state);
        (phone.copy, phone.lineage) = (None, Lineage::Single);
        self.checks.phone(&self.phones[who])
    }
}

/// The store under the new device: what the server holds of the old log is another device's now, and
/// everything is read anew.
fn moved(phone: &Phone, plan: &Plan, new: NewLog) -> State {
    let mut state = phone.state.clone();
    let log = std::mem::take(&mut state.log);
    (state.counter, state.cursor, state.directive, state.settled) = (0, None, None, None);
    state.receipts.clear();
    state.older.insert(phone.me.device);
    state.unsure.clear();
    (state.seeds, state.seed_spent) = (vec![(1, new.seed)], true);
    for own in &log {
        if plan.held.contains(&own.op.header.id.seq) && !own.sealed {
            keep_other(&mut state, &StreamOp::of(&own.op, own.stamp.clone()));
        }
    }
    // Under such a number the server may have another, of a copy.
    state.erased.retain(|id, _| id.device != phone.me.device || plan.held.contains(&id.seq));
    for reissued in &plan.reissued {
        let was = log.iter().find(|own| own.op.header.id.seq == reissued.was);
        let (command, rev) = (reissued.command, was.map_or(0, |own| own.rev));
        let sealed = was.is_some_and(|own| own.sealed);
        let (op, hash) = (reissued.op.clone(), reissued.hash);
        state.log.push(Rc::new(Own { op, hash, command, rev, acknowledged: false, sealed, stamp: None }));
    }
    state
}
