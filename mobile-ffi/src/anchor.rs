//! The anchor: what this phone last said was saved, kept outside its database.
//!
//! ```text
//!   command ─▶ commit ─▶ anchor saved ─▶ "saved"
//!   open    ─▶ the log holds the anchored op?  yes: well   no: damaged, or an older copy
//! ```
//! SQLite cannot tell that committed pages are missing: a damaged write-ahead log or a restored copy
//! reads as sound. Does not decide what to do then: see `store`.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sync_core::ids::{DeviceId, Digest};
use sync_core::log::Tip;
use uuid::Uuid;

use crate::private;
use crate::problem::Problem;

/// The last op that was said to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Whose log it is; none before the phone is enrolled.
    pub device: Option<DeviceId>,
    /// The epoch of the server's history that the phone knew.
    pub epoch: Option<Uuid>,
    /// Place of the op in the log; 0 for an empty one.
    pub seq: u64,
    /// Its hash.
    pub head: Digest,
}

impl Mark {
    /// Place and hash.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip { seq: self.seq, hash: self.head }
    }
}

/// Where a phone keeps the mark: its key store, or a file.
pub trait Anchor: Send + Sync {
    /// Keeps a mark in the place of the last one, durably.
    ///
    /// # Errors
    /// [`Problem`] `anchor_failed` when it cannot.
    fn save(&self, mark: &Mark) -> Result<(), Problem>;

    /// The mark that was kept last; nothing when there is none, or none that can be read.
    fn load(&self) -> Option<Mark>;
}

/// A file beside the database, used when the phone gives no place of its own. It tells of a damaged
/// file; not of a copy of the whole folder.
#[derive(Debug, Clone)]
pub struct FileAnchor {
    /// The file.
    pub path: PathBuf,
}

/// Less than a sector, so that a write is whole or not at all.
const FILE_BYTES: usize = 256;

impl Anchor for FileAnchor {
    fn save(&self, mark: &Mark) -> Result<(), Problem> {
        let mut text = serde_json::to_vec(mark).expect("a mark is plain data");
        text.resize(FILE_BYTES, b' ');
        let failed = |_| Problem::new("anchor_failed", "");
        let mut file =
            private::options().create(true).truncate(false).write(true).open(&self.path).map_err(failed)?;
        // Not flushed: the store was, before this. After a power cut the mark may be older than the store
        // and tells less; it is never newer, and so never wrong.
        file.write_all(&text).map_err(failed)
    }

    fn load(&self) -> Option<Mark> {
        let mut text = String::new();
        File::open(&self.path).ok()?.take(FILE_BYTES as u64).read_to_string(&mut text).ok()?;
        serde_json::from_str(text.trim()).ok()
    }
}
