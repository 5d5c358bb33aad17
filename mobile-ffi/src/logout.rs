//! Logout: a user leaves this phone for good, and nothing of theirs stays on it.
//!
//! Nothing is deleted that the server does not have: what waits is sent first. Does not use the network, and does not take
//! the device out of the server's list: an admin revokes it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::device::Device;
use crate::problem::Problem;
use crate::store::{meta, ops, recovery, reference};
use crate::sync::wipe;

/// How a user leaves.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogoutOptions {
    /// What becomes of forms that were begun and not sent.
    pub drafts: Drafts,
}

/// What becomes of drafts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drafts {
    /// While there are any nobody leaves.
    #[default]
    Keep,
    /// They go with the rest.
    Drop,
}

/// Leaves, when nothing waits.
pub(crate) fn logout(device: &Device, options: LogoutOptions) -> Result<Value, Problem> {
    let _no_synchronisation =
        device.syncing.try_lock().map_err(|_| Problem::new("sync_running", "stop it first"))?;
    let mut store = device.store();
    let state = meta::state(&store.db)?;
    let waiting = ops::waiting_count(&store.db)?
        + recovery::waiting_count(&store.db)?
        + wipe::pending(&store.db)?
        + state.openings.waiting() as u64;
    if waiting > 0 {
        return Err(Problem::new("entries_unsent", format!("{waiting} wait")));
    }
    if state.recovery.is_some() {
        // What a damaged store held is with the server only once this phone was enrolled again.
        return Err(Problem::new("entries_unsent", "the phone must be enrolled again first"));
    }
    let drafts = reference::drafts(&store.db)?.len();
    if drafts > 0 && options.drafts == Drafts::Keep {
        return Err(Problem::new("drafts_left", format!("{drafts} are left")));
    }
    let last = ops::tip(&store.db)?.seq;
    let not_backed_up = last.saturating_sub(state.backed_up.unwrap_or_default());
    store.leave()?;
    drop(store);
    device.forget_user();
    Ok(json!({"left": true, "drafts": drafts, "not_backed_up": not_backed_up}))
}
