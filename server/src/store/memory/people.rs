//! People, rights, devices and desks in memory, and what lists of referrals and conflicts are read from.
//!
//! Does not judge by them. What the store on disk finds by SQL is found here by walking the tables.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::{Role, Scope};
use sync_core::ids::{DeviceId, Digest, OrgId, Record, RecordKind, Stream, UserId};
use sync_core::sync::enrolment::JoinedAs;
use uuid::Uuid;

use super::Job;
use super::tables::Number;
use crate::fault::Fault;
use crate::store::desk::{ConflictRow, ConflictsOf, DeskReads, DeskWrites};
use crate::store::people::{
    DeskLog, Listed, ListedDevice, Newcomer, PeopleReads, PeopleWrites, Proposal, Revocation, RevokeReason,
    Right, RightEnded, Span,
};
use crate::store::rows::{DeviceRow, Held, Org, Person, Revoked, WaitingExtract};
use crate::store::sign_in::Stage;

/// A device's name and letter, and when it was enrolled.
#[derive(Debug, Clone)]
pub(super) struct Enrolment {
    pub(super) name: String,
    pub(super) letter: String,
    pub(super) at_ms: u64,
}

/// The rows of a list after a position, in its order.
fn part<T>(rows: impl IntoIterator<Item = Listed<T>>, span: Span) -> Vec<Listed<T>> {
    rows.into_iter().filter(|listed| listed.pos > span.after).take(span.limit).collect()
}

impl PeopleReads for Job<'_> {
    fn rights(&self, user: UserId) -> Result<Vec<Right>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.rights.range((user, 0)..=(user, u64::MAX)).map(|(_, right)| *right).collect())
    }

    fn code_of(&self, hash: Digest) -> Result<Option<(UserId, u64)>, Fault> {
        Ok(self.tables.borrow().codes.get(&hash).map(|code| (code.user, code.expires_ms)))
    }

    fn revocation(&self, device: DeviceId) -> Result<Option<Revocation>, Fault> {
        Ok(self.tables.borrow().revocations.get(&device).copied())
    }

    fn enrolled_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        Ok(self.tables.borrow().enrolments.get(&device).map(|enrolment| enrolment.at_ms))
    }

    fn closed_orgs(&self) -> Result<BTreeMap<OrgId, u64>, Fault> {
        Ok(self.tables.borrow().closed_orgs.clone())
    }

    fn desk(&self, user: UserId) -> Result<Option<DeskLog>, Fault> {
        Ok(self.tables.borrow().desks.get(&user).cloned())
    }

    fn proposals(&self) -> Result<Vec<Proposal>, Fault> {
        let mut proposals: Vec<_> = self.tables.borrow().proposals.values().copied().collect();
        proposals.sort_by_key(|proposal| (proposal.proposed_ms, proposal.proposal));
        Ok(proposals)
    }

    fn list_orgs(&self, span: Span) -> Result<Vec<Listed<Org>>, Fault> {
        let tables = self.tables.borrow();
        let rows = tables
            .org_order
            .iter()
            .filter_map(|(pos, id)| Some(Listed { pos: *pos, row: tables.orgs.get(id)?.clone() }));
        Ok(part(rows, span))
    }

    fn list_users(&self, span: Span) -> Result<Vec<Listed<Person>>, Fault> {
        let tables = self.tables.borrow();
        let rows = tables
            .user_order
            .iter()
            .filter_map(|(pos, id)| Some(Listed { pos: *pos, row: tables.users.get(id)?.clone() }));
        Ok(part(rows, span))
    }

    fn list_devices(&self, of: Option<UserId>, span: Span) -> Result<Vec<Listed<ListedDevice>>, Fault> {
        let tables = self.tables.borrow();
        let rows = tables.enrolled.iter().filter_map(|(pos, id)| {
            let device = tables.devices.get(id).filter(|device| of.is_none_or(|user| user == device.user))?;
            let enrolment = tables.enrolments.get(id)?;
            let row = ListedDevice {
                device: *id,
                user: device.user,
                name: enrolment.name.clone(),
                letter: enrolment.letter.clone(),
                enrolled_ms: enrolment.at_ms,
                last_seq: device.tip.seq,
                heard_ms: tables.heard.get(id).copied(),
                seen: tables.seen.get(id).copied(),
                revocation: tables.revocations.get(id).copied(),
            };
            Some(Listed { pos: *pos, row })
        });
        Ok(part(rows, span))
    }

    fn newcomers(&self, org: OrgId, after_ms: u64, limit: usize) -> Result<Vec<Newcomer>, Fault> {
        let tables = self.tables.borrow();
        let now = tables.rights.iter().filter(|(_, right)| right.ended.is_none() && right.org == org);
        let now: BTreeMap<UserId, &Right> = now
            .filter(|(_, right)| right.role != Role::Server)
            .map(|((user, _), right)| (*user, right))
            .collect();
        let people = now.iter().map(|(user, right)| (*user, JoinedAs::Person, right.from_ms));
        let devices = tables.enrolled.values().filter_map(|id| {
            let (enrolment, user) = (tables.enrolments.get(id)?, tables.devices.get(id)?.user);
            let is_one = !enrolment.letter.is_empty() && !tables.revocations.contains_key(id);
            (is_one && now.contains_key(&user)).then_some((user, JoinedAs::Device, enrolment.at_ms))
        });
        let all = people.chain(devices).filter(|(_, _, since_ms)| *since_ms > after_ms);
        let mut all: Vec<_> = all.map(|(user, what, since_ms)| Newcomer { user, what, since_ms }).collect();
        all.sort_by_key(|new| (Reverse(new.since_ms), new.what == JoinedAs::Device));
        all.truncate(limit);
        Ok(all)
    }
}

impl PeopleWrites for Job<'_> {
    fn give_right(&self, person: &Person, from_ms: u64, _: Option<UserId>) -> Result<(), Fault> {
        let number = self.rights(person.id)?.len() as u64 + 1;
        let right = Right { role: person.role, org: person.org, from_ms, ended: None };
        self.add(|tables| &mut tables.rights, (person.id, number), right)
    }

    fn end_rights(&self, user: UserId, ended: RightEnded, _: UserId) -> Result<(), Fault> {
        for (number, right) in (1..).zip(self.rights(user)?) {
            if right.ended.is_none() {
                let right = Right { ended: Some(ended), ..right };
                self.put(|tables| &mut tables.rights, (user, number), right)?;
            }
        }
        Ok(())
    }

    fn set_user(&self, person: &Person) -> Result<(), Fault> {
        self.put(|tables| &mut tables.users, person.id, person.clone())
    }

    fn void_codes(&self, user: UserId) -> Result<(), Fault> {
        let of_user: Vec<_> = {
            let tables = self.tables.borrow();
            let codes = tables.codes.iter().filter(|(_, code)| code.user == user);
            codes.map(|(hash, code)| (*hash, *code)).collect()
        };
        of_user.into_iter().try_for_each(|(hash, mut code)| {
            code.used = true;
            self.put(|tables| &mut tables.codes, hash, code)
        })?;
        self.end_sessions_that(|session| session.user == user && session.stage == Stage::SetUp)
    }

    fn revoke(&self, device: DeviceId, revocation: Revocation, _: UserId) -> Result<(), Fault> {
        let known = self.revocation(device)?;
        let graver = revocation.reason != RevokeReason::Left;
        if known.is_none_or(|known| known.reason == RevokeReason::Left && graver) {
            self.put(|tables| &mut tables.revocations, device, revocation)?;
        }
        let row = self.tables.borrow().devices.get(&device).cloned();
        row.map_or(Ok(()), |row| {
            self.put(|tables| &mut tables.devices, device, DeviceRow { revoked: Revoked::Yes, ..row })
        })
    }

    fn set_org(&self, org: &Org) -> Result<(), Fault> {
        self.put(|tables| &mut tables.orgs, org.id, org.clone())
    }

    fn close_org(&self, org: OrgId, at_ms: u64, _: UserId) -> Result<(), Fault> {
        if self.tables.borrow().closed_orgs.contains_key(&org) {
            return Ok(());
        }
        self.add(|tables| &mut tables.closed_orgs, org, at_ms)
    }

    fn add_desk(&self, user: UserId, desk: &DeskLog) -> Result<(), Fault> {
        self.add(|tables| &mut tables.desks, user, desk.clone())
    }

    fn end_desks(&self) -> Result<(), Fault> {
        let users: Vec<UserId> = self.tables.borrow().desks.keys().copied().collect();
        users.into_iter().try_for_each(|user| self.remove(|tables| &mut tables.desks, &user))
    }

    fn propose(&self, proposal: &Proposal) -> Result<(), Fault> {
        self.add(|tables| &mut tables.proposals, proposal.proposal, *proposal)
    }

    fn drop_proposal(&self, proposal: Uuid) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.proposals, &proposal)
    }

    fn drop_proposals(&self, user: UserId) -> Result<(), Fault> {
        let of_user = self.proposals()?.into_iter().filter(|proposal| proposal.user == user);
        of_user.into_iter().try_for_each(|proposal| self.drop_proposal(proposal.proposal))
    }
}

impl DeskReads for Job<'_> {
    fn list_referrals(&self, scopes: &[Scope], span: Span) -> Result<Vec<Listed<Record>>, Fault> {
        let tables = self.tables.borrow();
        let scopes: BTreeSet<String> = scopes.iter().map(Scope::key).collect();
        let held: BTreeSet<Stream> = tables
            .holds
            .keys()
            .filter(|(stream, scope)| stream.record.kind == RecordKind::Referral && scopes.contains(scope))
            .map(|(stream, _)| *stream)
            .collect();
        // A referral is listed once, at the first of its streams that the reader holds.
        let mut first: BTreeMap<Record, u64> = BTreeMap::new();
        for stream in held {
            let Some(place) = tables.stream_places.get(&stream).copied() else { continue };
            let known = first.entry(stream.record).or_insert(place);
            *known = place.min(*known);
        }
        let mut rows: Vec<_> = first.into_iter().map(|(row, pos)| Listed { pos, row }).collect();
        rows.sort_by_key(|listed| Reverse(listed.pos));
        rows.retain(|listed| span.after == 0 || listed.pos < span.after);
        rows.truncate(span.limit);
        Ok(rows)
    }

    fn list_stamped(&self, span: Span) -> Result<Vec<Listed<Held>>, Fault> {
        let tables = self.tables.borrow();
        let stamped = tables.ops.values().filter_map(|held| Some((held.stamp.as_ref()?.place, held)));
        let mut rows: Vec<_> = stamped.filter(|(pos, _)| span.after == 0 || *pos < span.after).collect();
        rows.sort_by_key(|(pos, _)| Reverse(*pos));
        Ok(rows
            .into_iter()
            .take(span.limit)
            .map(|(pos, held)| Listed { pos, row: Held::clone(held) })
            .collect())
    }

    fn list_conflicts(&self, of: ConflictsOf<'_>, span: Span) -> Result<Vec<Listed<ConflictRow>>, Fault> {
        let tables = self.tables.borrow();
        let is_held = |row: &ConflictRow, scopes: &[Scope]| {
            scopes.iter().any(|scope| tables.holds.contains_key(&(row.stream, scope.key())))
        };
        let is_extracted = |row: &ConflictRow| tables.extracts.contains_key(&row.conflict);
        let is_listed = |row: &ConflictRow| match of {
            ConflictsOf::Readers(scopes) => is_held(row, scopes) || is_extracted(row),
            ConflictsOf::Extracts(scopes) => is_extracted(row) && !is_held(row, scopes),
            ConflictsOf::Stream(stream) => row.stream == stream,
        };
        let open = tables.conflicts.iter().filter(|(_, row)| row.is_open && is_listed(row));
        let rows = open.map(|(pos, row)| Listed { pos: *pos, row: *row });
        Ok(part(rows, span))
    }

    fn count_conflicts(&self, scopes: &[Scope]) -> Result<u64, Fault> {
        let tables = self.tables.borrow();
        let is_held = |row: &&ConflictRow| {
            scopes.iter().any(|scope| tables.holds.contains_key(&(row.stream, scope.key())))
        };
        Ok(tables.conflicts.values().filter(|row| row.is_open).filter(is_held).count() as u64)
    }

    fn settled_records(&self, limit: usize) -> Result<BTreeSet<Record>, Fault> {
        let tables = self.tables.borrow();
        let settled = tables.conflicts.values().rev().filter(|row| !row.is_open);
        Ok(settled.take(limit).map(|row| row.stream.record).collect())
    }

    fn conflict(&self, conflict: Digest) -> Result<Option<ConflictRow>, Fault> {
        Ok(self.tables.borrow().conflicts.values().find(|row| row.conflict == conflict).copied())
    }

    fn extract(&self, conflict: Digest) -> Result<Option<WaitingExtract>, Fault> {
        Ok(self.tables.borrow().extracts.get(&conflict).cloned())
    }

    fn place(&self) -> Result<u64, Fault> {
        Ok(self.stands_at().place)
    }
}

impl DeskWrites for Job<'_> {
    fn set_open_conflicts(&self, stream: Stream, open: &[Digest]) -> Result<(), Fault> {
        let known: Vec<(u64, ConflictRow)> = {
            let tables = self.tables.borrow();
            let of_stream = tables.conflicts.iter().filter(|(_, row)| row.stream == stream);
            of_stream.map(|(pos, row)| (*pos, *row)).collect()
        };
        for (pos, row) in &known {
            let is_open = open.contains(&row.conflict);
            self.remove(|tables| &mut tables.conflicts, pos)?;
            self.add(|tables| &mut tables.conflicts, *pos, ConflictRow { is_open, ..*row })?;
        }
        for conflict in open.iter().filter(|id| !known.iter().any(|(_, row)| row.conflict == **id)) {
            let pos = self.next(Number::Conflict)?;
            let row = ConflictRow { conflict: *conflict, stream, is_open: true };
            self.add(|tables| &mut tables.conflicts, pos, row)?;
        }
        Ok(())
    }
}
