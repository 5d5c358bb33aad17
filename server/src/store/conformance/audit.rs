//! What every store must do with the lines of the audit.
//!
//! Does not know how they are chained.

use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, UserId};
use uuid::Uuid;

use super::{FORCE, USER, read, stream, write};
use crate::audit::Purpose;
use crate::audit::{Line, OnPhone, OpenedThere, Wanted};
use crate::store::Store;
use crate::store::people::Span;

const PHONE: DeviceId = DeviceId(Uuid::from_bytes([8; 16]));

/// The first line is of what a phone was sent, the second of what was opened there.
fn on_phone(number: u64) -> Option<OnPhone> {
    let opened = (number == 2).then_some(OpenedThere { number: 40, at_ms: 7 });
    (number < 3).then_some(OnPhone { device: PHONE, opened })
}

pub(super) async fn lines_of_the_audit_stay_in_their_order_and_are_found_by_reader_and_record<S: Store>(
    store: &S,
) {
    let other = UserId(Uuid::from_bytes([7; 16]));
    let line = |number, user, record: u128| Line {
        number,
        at_ms: 10 * number,
        user,
        role: Role::Admin,
        org: FORCE,
        record: stream(record).record,
        purpose: Purpose::Search,
        rows: (number == 2).then_some(7),
        digest: (number == 3).then_some(Digest([9; 32])),
        phone: on_phone(number),
        hash: Digest([number as u8; 32]),
    };
    let all = [line(1, USER, 1), line(2, other, 1), line(3, USER, 2)];
    let none = (0, Digest([0; 32]));
    assert_eq!(read(store, |read| read.audit_head()).await, none);
    let added = all.clone();
    write(store, move |tx| added.iter().try_for_each(|line| tx.add_audit_line(line))).await;
    assert_eq!(read(store, |read| read.audit_head()).await, (3, all[2].hash));
    let found = async |wanted, after| {
        let span = Span { after, limit: 2 };
        let lines = read(store, move |read| read.list_audit(wanted, span)).await;
        lines.iter().map(|line| line.number).collect::<Vec<_>>()
    };
    assert_eq!(found(Wanted::default(), 0).await, [3, 2]);
    assert_eq!(found(Wanted::default(), 2).await, [1]);
    let by_user = Wanted { user: Some(USER), record: None };
    assert_eq!(found(by_user, 0).await, [3, 1]);
    let of_record = Wanted { user: None, record: Some(stream(1).record) };
    assert_eq!(found(of_record, 0).await, [2, 1]);
    assert_eq!(found(Wanted { user: Some(USER), ..of_record }, 0).await, [1]);
    assert_eq!(read(store, |read| read.audit_after(1, 9)).await, all[1..]);
    let other = DeviceId(Uuid::from_bytes([6; 16]));
    assert_eq!(
        read(store, move |read| Ok((read.opened_upto(PHONE)?, read.opened_upto(other)?))).await,
        (40, 0)
    );
    let of = |record: u128, number, at_ms| (stream(record).record, OpenedThere { number, at_ms });
    let has = async |(record, there)| read(store, move |read| read.has_opening(PHONE, record, there)).await;
    assert!(has(of(1, 40, 7)).await && !has(of(1, 40, 8)).await && !has(of(2, 40, 7)).await);
    let sent = async |device, records: [u128; 2]| {
        let records = records.map(|record| stream(record).record).into();
        read(store, move |read| read.not_sent(device, records)).await.len()
    };
    assert_eq!([sent(PHONE, [1, 2]).await, sent(other, [1, 2]).await, sent(PHONE, [1, 1]).await], [1, 2, 0]);
}
