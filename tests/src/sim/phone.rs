//! A model phone: its store, its clock and boot, and what it told its user.
//!
//! Does what the phone library does, since both run the phone machine of `sync-core`. Does not encrypt, and draws no
//! screen.

use server::node::{Node, Person};
use sync_core::access::Role;
use sync_core::clock::{Reading, Uptime};
use sync_core::ids::{DeviceId, Digest, OrgId, UserId};
use sync_core::phone::state::PhoneState;
use uuid::Uuid;

use super::plan::{Honest, Member};
use super::random::Random;
use super::state::{Me, State};
use super::world::START_MS;

/// One phone.
#[derive(Debug, Clone)]
pub(super) struct Phone {
    pub(super) me: Me,
    pub(super) honest: Honest,
    pub(super) state: State,
    /// A copy of the store, made by whoever backs phones up, with what had been promised then.
    pub(super) copy: Option<(State, Vec<Promise>)>,
    /// What the user was told is saved.
    pub(super) promised: Vec<Promise>,
    /// How far the clock is ahead of the true time.
    pub(super) shift_ms: i64,
    pub(super) boot: Uuid,
    pub(super) booted_ms: u64,
    /// Whether its log can differ from the one that the server holds.
    pub(super) lineage: Lineage,
    /// Whether an admin has taken it out of use.
    pub(super) standing: Standing,
}

/// Whether a device is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is.
    InUse,
    /// It was revoked: it may still send what it has, and is told to wipe itself.
    Revoked,
}

/// An op that the user was told is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) device: DeviceId,
    pub(super) seq: u64,
    pub(super) hash: Digest,
}

/// Whether a phone's store was ever copied back or to a second phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lineage {
    /// Its log is the only one of its device.
    Single,
    /// It may be a branch: until it enrols again it need not agree with the server.
    Branched,
}

impl Phone {
    /// A phone that a member has just enrolled.
    pub(super) fn enrolled(
        node: &Node,
        member: &Member,
        orgs: &[OrgId],
        epoch: Uuid,
        random: &mut Random,
    ) -> Self {
        let (role, org) = (member.role, orgs[usize::from(member.org)]);
        let (user, device) = (UserId(random.uuid()), DeviceId(random.uuid()));
        let mut key = [0; 32];
        key[..16].copy_from_slice(&random.bytes());
        node.add_user(&Person { id: user, name: user.to_string(), role, org }).expect("a person is added");
        node.enrol(device, user, &key).expect("a device enrols");
        debug_assert!(role != Role::Server, "the server has no phone");
        let me = Me { device, user, role, org, force: orgs[0], key, vocabulary: member.vocabulary };
        let kept = PhoneState { me: Some(me.member()), epoch: Some(epoch), ..PhoneState::default() };
        Self {
            me,
            honest: member.honest,
            state: State { kept, ..State::default() },
            copy: None,
            promised: Vec::new(),
            shift_ms: 0,
            boot: random.uuid(),
            booted_ms: START_MS,
            lineage: Lineage::Single,
            standing: Standing::InUse,
        }
    }

    /// What the phone's clock says.
    fn phone_ms(&self, true_ms: u64) -> u64 {
        true_ms.saturating_add_signed(self.shift_ms)
    }

    /// What clock and uptime say.
    pub(super) fn reading(&self, true_ms: u64) -> Reading {
        Reading { clock_ms: self.phone_ms(true_ms), uptime: self.uptime(true_ms) }
    }

    /// The phone's time, corrected by what the server last said.
    pub(super) fn now_ms(&self, true_ms: u64) -> u64 {
        let reading = self.reading(true_ms);
        self.state.kept.heard.map_or(reading.clock_ms, |heard| heard.now(reading).ms)
    }

    /// Uptime does not follow the clock.
    pub(super) fn uptime(&self, true_ms: u64) -> Uptime {
        Uptime { boot: self.boot, ms: true_ms.saturating_sub(self.booted_ms) }
    }
}
