//! What befalls the server and who may still write: a backup and its restoring, a revoked phone, a phone that
//! enrols again.
//!
//! `sync-core` decides what is written anew. Does not check: see [`super::checks`].

use server::RevokeReason;
use server::node;
use sync_core::ids::DeviceId;
use sync_core::op::Seed;
use sync_core::phone::enrol::{self, Enrolling};
use sync_core::policy::PolicyRef;
use sync_core::sync::answer::Directive;
use sync_core::sync::enrolment::{Bundle, Care, Enrolled, OldLog};
use uuid::Uuid;

use super::phone::{Lineage, Promise, Standing};
use super::plan::{Honest, Loss, Revoked};
use super::random::Random;
use super::state::Me;
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
                (phone.state.kept.directive, phone.lineage) = (Some(Directive::ReEnrol), Lineage::Branched);
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
        let told = phone.state.kept.directive.is_some() && phone.standing == Standing::InUse;
        if !told || phone.honest == Honest::Byzantine {
            return Ok(());
        }
        let mut random = Random::new(choice);
        let (device, mut key) = (DeviceId(random.uuid()), [0; 32]);
        key[..16].copy_from_slice(&random.bytes());
        let seed = Seed(random.bytes());
        let old = self.node.old_log(phone.me.device).map_err(|fault| fault.to_string())?;
        let epoch = self.node.epoch().map_err(|fault| fault.to_string())?;
        let (me, state) = (Me { device, key, ..phone.me }, &phone.state);
        let enrolled = enrolled(&me, epoch, self.now_ms, old);
        let reading = phone.reading(self.now_ms);
        let Ok(Enrolling { changes, .. }) =
            enrol::take(state, state.kept.clone(), &enrolled, me.member(), reading, seed)
        else {
            self.counts.add("enrolled_again/newer_kind");
            return Ok(());
        };
        self.node.enrol(device, me.user, &key).map_err(|fault| fault.to_string())?;
        let held = changes.new_log.as_ref().map(|log| log.held.clone()).unwrap_or_default();
        let anew = changes.appended.iter();
        let anew: Vec<Promise> = anew.map(|own| Promise { device, seq: own.seq(), hash: own.hash }).collect();
        self.counts.add(if anew.is_empty() { "enrolled_again/nothing" } else { "enrolled_again" });
        let phone = &mut self.phones[who];
        phone.promised.retain(|promise| promise.device != phone.me.device || held.contains(&promise.seq));
        phone.promised.extend(anew);
        phone.state.save(changes);
        phone.state.settled = None;
        (phone.me, phone.copy, phone.lineage) = (me, None, Lineage::Single);
        self.checks.phone(&self.phones[who])
    }
}

/// What the server answers to whoever enrols again.
fn enrolled(me: &Me, epoch: Uuid, now_ms: u64, old: OldLog) -> Enrolled {
    let Me { device, user, role, org, force, .. } = *me;
    let policy = PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 };
    let (providers, holidays, joined) = (Vec::new(), Vec::new(), Vec::new());
    let reference = Bundle { policy, providers, holidays, joined, care: Care::On };
    let (force_prefix, server_key) = ("TVP".to_owned(), String::new());
    let (initials, letter) = (String::new(), String::new());
    Enrolled {
        device,
        user,
        role,
        org,
        force,
        force_prefix,
        initials,
        letter,
        epoch,
        server_key,
        now_ms,
        reference,
        old: Some(old),
    }
}
