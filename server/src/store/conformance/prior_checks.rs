//! What every store must do with look-ups of earlier referrals.
//!
//! Does not know what an answer means.

use sync_core::referral::eligibility::{PriorAnswer, PriorCheck};

use super::{DEVICE, OTHER, USER, read, write};
use crate::store::Store;
use crate::store::prior_checks::NotedCheck;

pub(super) async fn look_ups_are_noted_by_their_device_and_found_by_their_time<S: Store>(store: &S) {
    let noted =
        |device, at_ms, answer| NotedCheck { device, user: USER, check: PriorCheck { answer, at_ms } };
    let all = [
        noted(DEVICE, 20, PriorAnswer::Perhaps),
        noted(DEVICE, 10, PriorAnswer::NoneCounts),
        noted(OTHER, 30, PriorAnswer::NotEngaged),
        noted(DEVICE, 30, PriorAnswer::InProgress),
    ];
    write(store, move |tx| all.into_iter().try_for_each(|noted| tx.note_check(noted))).await;
    let since = async |device, after_ms| read(store, move |read| read.checks_since(device, after_ms)).await;
    assert_eq!(since(DEVICE, 10).await, [all[0], all[3]]);
    assert_eq!(since(DEVICE, 0).await, [all[1], all[0], all[3]]);
    assert_eq!(since(OTHER, 0).await, [all[2]]);
}
