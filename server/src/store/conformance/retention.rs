//! What every store must do with records that are due for review.
//!
//! Does not know how long anything is kept.

use super::{FORCE, read, stream, write};
use crate::store::Store;

pub(super) async fn a_record_is_kept_longer_by_each_of_its_controllers_and_the_last_decision_counts<
    S: Store,
>(
    store: &S,
) {
    let (record, other) = (stream(1).record, stream(2).record);
    write(store, move |tx| {
        tx.keep_longer(record, FORCE, 10, "complaint")?;
        tx.keep_longer(record, FORCE, 20, "proceedings")
    })
    .await;
    assert_eq!(read(store, move |read| read.kept_longer(record, FORCE)).await, Some(20));
    assert_eq!(read(store, move |read| read.kept_longer(other, FORCE)).await, None);
    let nobody = read(store, |read| read.quiet_since(u64::MAX >> 1)).await;
    assert_eq!(nobody, [], "nothing was recorded yet");
}
