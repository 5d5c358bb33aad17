//! What every store must do with the list of open conflicts.
//!
//! Does not know what a conflict is about.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::Digest;

use super::{DEVICE, FORCE, USER, op, read, stream, write};
use crate::store::Store;
use crate::store::desk::{ConflictRow, ConflictsOf};
use crate::store::people::{Listed, Span};

pub(super) async fn open_conflicts_come_and_go_in_their_order<S: Store>(store: &S) {
    let [a, b, c] = [1, 2, 3].map(|byte| Digest([byte; 32]));
    write(store, move |tx| {
        tx.append(&op(DEVICE, 1, 1))?;
        tx.append(&op(DEVICE, 2, 2))?;
        tx.hold(&Scope::Force(FORCE).key(), stream(1))?;
        tx.hold(&Scope::Officer(USER).key(), stream(2))?;
        tx.set_open_conflicts(stream(1), &[b])?;
        tx.set_open_conflicts(stream(2), &[c])?;
        tx.set_open_conflicts(stream(1), &[a, b])?;
        tx.set_open_conflicts(stream(2), &[])
    })
    .await;
    let span = Span { after: 0, limit: 9 };
    let of_readers = |scopes: Vec<Scope>| {
        read(store, move |read| read.list_conflicts(ConflictsOf::Readers(&scopes), span))
    };
    let ids = |listed: &[Listed<ConflictRow>]| listed.iter().map(|l| l.row.conflict).collect::<Vec<_>>();
    assert_eq!(ids(&of_readers(vec![Scope::Force(FORCE)]).await), [b, a]);
    assert_eq!(ids(&of_readers(vec![Scope::Officer(USER)]).await), [], "it is another's");
    let counted = |scopes: Vec<Scope>| read(store, move |read| read.count_conflicts(&scopes));
    assert_eq!(counted(vec![Scope::Force(FORCE)]).await, 2);
    assert_eq!(counted(vec![Scope::Officer(USER)]).await, 0);
    let of_stream = read(store, move |read| read.list_conflicts(ConflictsOf::Stream(stream(1)), span)).await;
    assert_eq!(ids(&of_stream), [b, a]);
    assert_eq!(read(store, |read| read.settled_records(9)).await, BTreeSet::from([stream(2).record]));
    let found = read(store, move |read| Ok([read.conflict(a)?, read.conflict(c)?])).await;
    let found = found.map(|row| row.map(|row| (row.stream, row.is_open)));
    assert_eq!(found, [Some((stream(1), true)), Some((stream(2), false))], "what was open stays known");
    write(store, move |tx| tx.set_open_conflicts(stream(2), &[c])).await;
    assert_eq!(ids(&of_readers(vec![Scope::Officer(USER)]).await), [c], "it is open again");
    assert_eq!(read(store, |read| read.settled_records(9)).await, BTreeSet::new());
}
