//! Every look-up of the store in memory.
//!
//! Does not change anything.

use std::collections::BTreeSet;

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Digest, OpId, Record, Stream, UserId};
use sync_core::op::Recovered;

use super::Job;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{
    DeviceRow, FeedRow, Held, Org, Person, ServerRow, SignedReceipt, SignedStatement, WaitingExtract,
};
use crate::store::work::Beside;

impl Reads for Job<'_> {
    fn server(&self) -> Result<ServerRow, Fault> {
        self.tables.borrow().server.get(&()).cloned().ok_or(Fault::NoStore)
    }

    fn orgs(&self) -> Result<Vec<Org>, Fault> {
        let mut orgs: Vec<Org> = self.tables.borrow().orgs.values().cloned().collect();
        orgs.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(orgs)
    }

    fn users(&self) -> Result<Vec<Person>, Fault> {
        let mut users: Vec<Person> = self.tables.borrow().users.values().cloned().collect();
        users.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(users)
    }

    fn user(&self, id: UserId) -> Result<Option<Person>, Fault> {
        Ok(self.tables.borrow().users.get(&id).cloned())
    }

    fn devices(&self) -> Result<Vec<DeviceRow>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.enrolled.values().filter_map(|id| tables.devices.get(id).cloned()).collect())
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>, Fault> {
        Ok(self.tables.borrow().devices.get(&id).cloned())
    }

    fn author(&self, id: DeviceId) -> Result<Option<Author>, Fault> {
        let tables = self.tables.borrow();
        let person = tables.devices.get(&id).and_then(|device| tables.users.get(&device.user));
        let author = |(person, server): (&Person, &ServerRow)| Author {
            user: person.id,
            role: person.role,
            org: person.org,
            force: server.force,
        };
        Ok(person.zip(tables.server.get(&())).map(author))
    }

    fn op(&self, id: OpId) -> Result<Option<Held>, Fault> {
        Ok(self.tables.borrow().ops.get(&id).map(|held| Held::clone(held)))
    }

    fn hash_of(&self, id: OpId) -> Result<Option<Digest>, Fault> {
        Ok(self.tables.borrow().ops.get(&id).map(|held| held.hash))
    }

    fn ops_of_record(&self, record: Record) -> Result<Vec<Held>, Fault> {
        let tables = self.tables.borrow();
        let first = (record, OpId { device: DeviceId(uuid::Uuid::nil()), seq: 0 });
        let of_record = tables.by_record.range(first..).take_while(|((of, _), ())| *of == record);
        Ok(of_record.filter_map(|((_, id), ())| tables.ops.get(id)).map(|held| Held::clone(held)).collect())
    }

    fn ops_of_device(&self, id: DeviceId) -> Result<Vec<Held>, Fault> {
        let log = OpId { device: id, seq: 0 }..=OpId { device: id, seq: u64::MAX };
        Ok(self.tables.borrow().ops.range(log).map(|(_, held)| Held::clone(held)).collect())
    }

    fn hashes_of_device(&self, id: DeviceId) -> Result<Vec<Digest>, Fault> {
        let log = OpId { device: id, seq: 0 }..=OpId { device: id, seq: u64::MAX };
        Ok(self.tables.borrow().ops.range(log).map(|(_, held)| held.hash).collect())
    }

    fn forks(&self, device: DeviceId) -> Result<Vec<String>, Fault> {
        let tables = self.tables.borrow();
        let of = tables.forks.range((device, 0, Digest::default())..);
        Ok(of.take_while(|((of, ..), _)| *of == device).map(|(_, branch)| branch.clone()).collect())
    }

    fn recovered_by(&self, original: Recovered) -> Result<Option<OpId>, Fault> {
        Ok(self.tables.borrow().recoveries.get(&original).copied())
    }

    fn beside(&self, record: Record) -> Result<Beside, Fault> {
        let tables = self.tables.borrow();
        let mut beside = Beside::default();
        for (stream, scope) in tables.ever_held.keys().filter(|(stream, _)| stream.record == record) {
            let held = tables.holds.contains_key(&(*stream, scope.clone()));
            beside.holders.entry(*stream).or_default().insert(scope.clone(), held);
        }
        let extracts = tables.extracts.values().filter(|extract| extract.stream.record == record);
        beside.extracts = extracts.cloned().collect();
        let open = tables.conflicts.values().filter(|row| row.is_open && row.stream.record == record);
        for row in open {
            beside.open.entry(row.stream).or_default().insert(row.conflict);
        }
        Ok(beside)
    }

    fn recovered(&self) -> Result<BTreeSet<OpId>, Fault> {
        Ok(self.tables.borrow().recoveries.keys().map(|original| original.id).collect())
    }

    fn records(&self) -> Result<Vec<Record>, Fault> {
        let records: BTreeSet<Record> =
            self.tables.borrow().by_record.keys().map(|(record, _)| *record).collect();
        let mut records: Vec<Record> = records.into_iter().collect();
        records.sort_by_key(Record::to_string);
        Ok(records)
    }

    fn holders(&self, stream: Stream) -> Result<BTreeSet<String>, Fault> {
        let tables = self.tables.borrow();
        let holders = tables.holds.range((stream, String::new())..).take_while(|((of, _), ())| *of == stream);
        Ok(holders.map(|((_, scope), ())| scope.clone()).collect())
    }

    fn holds(&self, scope: &Scope, stream: Stream) -> Result<bool, Fault> {
        Ok(self.tables.borrow().holds.contains_key(&(stream, scope.key())))
    }

    fn feed_after(&self, scopes: &[Scope], after: u64, limit: usize) -> Result<Vec<FeedRow>, Fault> {
        let tables = self.tables.borrow();
        let mut rows = Vec::new();
        for scope in scopes.iter().map(Scope::key) {
            let feed = (scope.clone(), after.saturating_add(1))..=(scope, u64::MAX);
            let rows_of = tables.feed.range(feed).take(limit);
            rows.extend(rows_of.map(|((_, pos), entry)| FeedRow { pos: *pos, entry: entry.clone() }));
        }
        rows.sort_by_key(|row| row.pos);
        rows.truncate(limit);
        Ok(rows)
    }

    fn feed_ends(&self, scopes: &[Scope]) -> Result<Vec<u64>, Fault> {
        let tables = self.tables.borrow();
        let last = |scope: String| tables.feed.range((scope.clone(), 0)..=(scope, u64::MAX)).next_back();
        Ok(scopes.iter().map(|scope| last(scope.key()).map_or(0, |((_, pos), _)| *pos)).collect())
    }

    fn receipt_covering(&self, device: DeviceId, seq: u64) -> Result<Option<SignedReceipt>, Fault> {
        let tables = self.tables.borrow();
        let mut covering = tables.receipts_of.range((device, seq, 0)..=(device, u64::MAX, u64::MAX));
        let number = covering.next().map(|((_, _, number), ())| *number);
        Ok(number.and_then(|number| tables.receipts.get(&number).cloned()))
    }

    fn receipt_time(&self, digest: Digest) -> Result<Option<u64>, Fault> {
        let tables = self.tables.borrow();
        let number = tables.receipt_numbers.get(&digest);
        Ok(number.and_then(|number| tables.receipts.get(number)).map(|signed| signed.receipt.time_ms))
    }

    fn receipts(&self) -> Result<Vec<SignedReceipt>, Fault> {
        Ok(self.tables.borrow().receipts.values().cloned().collect())
    }

    fn receipt_head(&self) -> Result<(u64, Digest), Fault> {
        let tables = self.tables.borrow();
        let head = tables.receipts.last_key_value();
        Ok(head.map(|(number, signed)| (*number, signed.digest)).unwrap_or_default())
    }

    fn statements(&self) -> Result<Vec<SignedStatement>, Fault> {
        Ok(self.tables.borrow().statements.values().cloned().collect())
    }

    fn sealed(&self) -> Result<Vec<(DeviceId, Vec<u8>)>, Fault> {
        let tables = self.tables.borrow();
        let mut sealed: Vec<_> = tables.sealed.iter().collect();
        sealed.sort_by_key(|((device, digest), (received_ms, _))| (*device, *received_ms, *digest));
        Ok(sealed.into_iter().map(|((device, _), (_, blob))| (*device, blob.clone())).collect())
    }

    fn extracts_of(&self, stream: Stream) -> Result<Vec<WaitingExtract>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.extracts.values().filter(|extract| extract.stream == stream).cloned().collect())
    }
}
