//! What the phone machine asks of a store: few questions, each answered in bulk.
//!
//! Does not write: see [`crate::phone::changes`].

use crate::ids::{DeviceId, Digest, OpId};
use crate::op::{Op, Seed};
use crate::phone::rows::{Head, Named, Old, Own, Rows};
use crate::problem::Problem;
use crate::sync::answer::Extract;
use crate::sync::receipt::WireReceipt;

/// A phone's store, as it is when a call begins.
pub trait PhoneReads {
    /// How it fails.
    type Fault: From<Problem>;

    /// The ends of the own log.
    ///
    /// # Errors
    /// When the store cannot be read; so with all of these.
    fn head(&self) -> Result<Head, Self::Fault>;

    /// The rows that are named.
    ///
    /// # Errors
    /// As above.
    fn rows(&self, named: &Named) -> Result<Rows, Self::Fault>;

    /// Own entries and those of others whose stamps lie beyond a place; of others only those that are not lost.
    ///
    /// # Errors
    /// As above.
    fn stamped_beyond(&self, place: u64) -> Result<Rows, Self::Fault>;

    /// Own entries from a seq on, in the order of the log, at most so many.
    ///
    /// # Errors
    /// As above.
    fn own_from(&self, seq: u64, limit: u64) -> Result<Vec<Own>, Self::Fault>;

    /// Own entries that the server has and did not stamp.
    ///
    /// # Errors
    /// As above.
    fn pending(&self) -> Result<Vec<Own>, Self::Fault>;

    /// Own entries up to a seq whose content is still kept, though their streams are lost.
    ///
    /// # Errors
    /// As above.
    fn sealed_upto(&self, seq: u64) -> Result<Vec<Own>, Self::Fault>;

    /// What an entry of others builds on, with the entry of its device before it in its stream; nothing for one that is
    /// not lost.
    ///
    /// # Errors
    /// As above.
    fn behind_lost(&self, id: OpId) -> Result<Option<Vec<OpId>>, Self::Fault>;

    /// The receipts of own entries from a seq on, and the last before it, in the order of the log.
    ///
    /// # Errors
    /// As above.
    fn receipts(&self, from: u64) -> Result<Vec<WireReceipt>, Self::Fault>;

    /// The seeds under which own entries were salted, each with the first seq that it counts for.
    ///
    /// # Errors
    /// As above.
    fn seeds(&self, from: u64, to: u64) -> Result<Vec<(u64, Seed)>, Self::Fault>;

    /// An open extract.
    ///
    /// # Errors
    /// As above.
    fn extract(&self, conflict: Digest) -> Result<Option<Extract>, Self::Fault>;

    /// The entries of an earlier log that wait to be written anew, in its order.
    ///
    /// # Errors
    /// As above.
    fn waiting(&self, device: DeviceId) -> Result<Vec<Old>, Self::Fault>;

    /// Whose log waits, when nothing else says who wrote it.
    ///
    /// # Errors
    /// As above.
    fn waiting_device(&self) -> Result<Option<DeviceId>, Self::Fault>;

    /// The entries of earlier logs that no later log repeats, in their order.
    ///
    /// # Errors
    /// As above.
    fn not_repeated(&self) -> Result<Vec<Op>, Self::Fault>;
}
