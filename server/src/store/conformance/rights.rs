//! What people may do, and which phones read nothing more.
//!
//! Does not know which store it runs on.

use sync_core::access::Role;
use sync_core::sync::enrolment::JoinedAs;

use super::{DEVICE, FORCE, OTHER, USER, read, write};
use crate::fault::Fault;
use crate::store::Store;
use crate::store::people::{EndReason, Newcomer, Revocation, RevokeReason, Right, RightEnded, Span};
use crate::store::rows::Person;

pub(super) async fn a_right_ends_once_and_a_revocation_only_becomes_graver<S: Store>(store: &S) {
    let ended = |at_ms| RightEnded { at_ms, why: EndReason::Left };
    write(store, move |tx| {
        let person = tx.user(USER)?.ok_or(Fault::Unknown("user"))?;
        tx.give_right(&person, 5, None)?;
        tx.end_rights(USER, ended(7), USER)?;
        tx.give_right(&Person { role: Role::Supervisor, ..person }, 7, Some(USER))
    })
    .await;
    let rights = read(store, |read| read.rights(USER)).await;
    let officer = Right { role: Role::Officer, org: FORCE, from_ms: 5, ended: Some(ended(7)) };
    assert_eq!(rights, [officer, Right { role: Role::Supervisor, from_ms: 7, ended: None, ..officer }]);
    assert_eq!(read(store, |read| read.present_right(USER)).await, Some(rights[1]));
    // Both devices of the tests were enrolled at 1, and are no logs that the server keeps.
    let since = async |after_ms| read(store, move |read| read.newcomers(FORCE, after_ms, 9)).await;
    let new = |what, since_ms| Newcomer { user: USER, what, since_ms };
    assert_eq!(since(1).await, [new(JoinedAs::Person, 7)]);
    assert_eq!(since(7).await, []);
    let all = since(0).await;
    assert_eq!(all[..2], [new(JoinedAs::Person, 7), new(JoinedAs::Device, 1)]);
    let few = read(store, |read| read.newcomers(FORCE, 0, 1)).await;
    assert_eq!(few, all[..1]);
    for (at_ms, reason, kept) in [
        (1, RevokeReason::Left, (1, RevokeReason::Left)),
        (2, RevokeReason::Left, (1, RevokeReason::Left)),
        (3, RevokeReason::Stolen, (3, RevokeReason::Stolen)),
        (4, RevokeReason::Left, (3, RevokeReason::Stolen)),
    ] {
        write(store, move |tx| tx.revoke(DEVICE, Revocation { at_ms, reason }, USER)).await;
        let known = read(store, |read| read.revocation(DEVICE)).await;
        assert_eq!(known.map(|known| (known.at_ms, known.reason)), Some(kept));
    }
    let left = since(0).await;
    assert_eq!(left.len() + 1, all.len(), "a device that is revoked is new no more");
    let span = Span { after: 1, limit: 1 };
    let listed = read(store, move |read| read.list_devices(Some(USER), span)).await;
    assert_eq!(listed.iter().map(|listed| listed.row.device).collect::<Vec<_>>(), [OTHER]);
}
