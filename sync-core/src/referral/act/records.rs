//! What is recorded of the force's persons, of a provider, of the force itself, and of who read what.
//!
//! Does not hold names of persons: a tie joins subjects, by the op or the number that names each.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::situation::Situation;
use super::{Codes, PolicyRef, Recorded, Writes, write};
use crate::access::Role;
use crate::codes::CodeList;
use crate::identity::tie::{self, Pair, SubjectId, Tie};
use crate::ids::{DeviceId, OpId, OrgId, Record, Stream, UserId};
use crate::referral::controller::controller;
use crate::referral::words::{Meeting, RevokeReason, SlotMode, YesNo};
use crate::shape::BadShape;
use crate::stamp::Why;

/// From so many people on a group is shown.
pub const TOO_FEW: usize = 10;

bodies! {
    /// `person.linked`: these two subjects are one person.
    PersonLinked { one: SubjectId, other: SubjectId, because: tie::Why }
    /// `person.split`: they are not, whatever was said before.
    PersonSplit { one: SubjectId, other: SubjectId, because: tie::Why }
    /// `slot.opened`
    SlotOpened { slot: Uuid, at_ms: u64, minutes: u16, meeting: Meeting, mode: SlotMode, capacity: u16; place: String }
    /// `slot.closed`
    SlotClosed { slot: Uuid, reason: String }
    /// `service.changed`
    ServiceChanged { field: String, value: String }
    /// `outcomes.released`: how the people of a service are doing, in totals that the lead gives to the force; nothing of
    /// fewer than ten people.
    OutcomesReleased { instrument: String, on: NaiveDate, started: u32, reviewed: u32, items: Vec<ReleasedItem> }
    /// One item of an instrument, over everybody who answered it twice: the sums before and after.
    ReleasedItem { item: String, people: u32, before: i64, after: i64 }
    /// `provider.deactivated`
    ProviderDeactivated { on: NaiveDate; fallback: OrgId }
    /// `user.changed`
    UserChanged { user: UserId, org: OrgId, active: YesNo }
    /// `user.renamed`: what they were called, and are called now.
    UserRenamed { user: UserId, was: String, name: String }
    /// `role.proposed`: by one admin …
    RoleProposed { user: UserId, role: Role, from_ms: u64 }
    /// `role.confirmed`: … and by another.
    RoleConfirmed { user: UserId, role: Role }
    /// `device.revoked`
    DeviceRevoked { device: DeviceId, reason: RevokeReason }
    /// `policy.published`
    PolicyPublished { policy: PolicyRef, from_ms: u64 }
    /// `body.erased`: by the controller of the stream; body and salt go, the op keeps its place. The basis is
    /// a code: what is said of an erasure is never erased.
    BodyErased { stream: Stream, op: OpId, basis: String }
    /// `record.opened`: who looked at what, and why.
    RecordOpened { record: Record, purpose: String }
}

fn tie(one: &SubjectId, other: &SubjectId, tie: Tie) -> Writes {
    let pair = Pair::of(one.clone(), other.clone());
    pair.map(|pair| (pair.register(), tie.value().to_owned())).into_iter().collect()
}

fn two_subjects(one: &SubjectId, other: &SubjectId) -> Result<(), BadShape> {
    if one == other {
        Err(BadShape::of("field_wrong", "other", "a subject is not joined to itself"))
    } else {
        Ok(())
    }
}

impl Recorded for PersonLinked {
    fn writes(&self, _: OpId) -> Writes {
        tie(&self.one, &self.other, Tie::Linked)
    }

    fn check(&self) -> Result<(), BadShape> {
        two_subjects(&self.one, &self.other)
    }
}

impl Recorded for PersonSplit {
    fn writes(&self, _: OpId) -> Writes {
        tie(&self.one, &self.other, Tie::Split)
    }

    fn check(&self) -> Result<(), BadShape> {
        two_subjects(&self.one, &self.other)
    }
}

impl Recorded for SlotOpened {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("slot/{}", self.slot), &"open")
    }
}

impl Recorded for SlotClosed {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("slot/{}", self.slot), &"closed")
    }
}

impl Recorded for ServiceChanged {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("service/{}", self.field), &self.value)
    }
}

impl Recorded for OutcomesReleased {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("outcomes/{}", self.instrument), &json!([self.on, self.started, self.reviewed]))
    }

    fn codes(&self) -> Codes<'_> {
        self.items.iter().map(|item| (CodeList::OutcomeItems, item.item.as_str())).collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        let enough = self.items.iter().all(|item| item.people as usize >= TOO_FEW);
        if enough { Ok(()) } else { Err(BadShape::of("too_few", "items", "none of fewer than ten people")) }
    }
}

impl Recorded for ProviderDeactivated {
    fn writes(&self, _: OpId) -> Writes {
        write("deactivated", &json!([self.on, self.fallback]))
    }
}

impl Recorded for UserChanged {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("user/{}", self.user), &json!([self.org, self.active]))
    }
}

impl Recorded for UserRenamed {}

impl Recorded for RoleConfirmed {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("role/{}", self.user), &self.role)
    }
}

impl Recorded for DeviceRevoked {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("device/{}", self.device), &self.reason)
    }
}

/// In the log of the stream's controller, and nowhere else.
impl Recorded for BodyErased {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::ErasureBases, &self.basis)]
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        let home = controller(self.stream, case.author().force);
        if home == Some(case.stream()) { Ok(()) } else { Err(Why::Reference) }
    }
}

impl Recorded for PolicyPublished {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("policy/{}", self.policy.id), &json!(self.policy.version))
    }
}

impl Recorded for RoleProposed {}
impl Recorded for RecordOpened {}
