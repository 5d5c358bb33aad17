//! What a phone answers about itself: what waits, what was refused, how far it is in step, who it is.
//!
//! Never says "synced" when something waits. Does not look anything up: whoever keeps it does.

use serde_json::Value;
use uuid::Uuid;

use crate::access::Role;
use crate::clock::ClockMark;
use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, UserId};
use crate::op::{Header, Kind};
use crate::query::PolicyShown;
use crate::stamp::Disposition;
use crate::sync::enrolment::Joined;

answers! {
    /// An own entry.
    OwnEntry {
        /// The entry.
        op: OpId,
        /// Its number in this device's log.
        seq: u64,
        /// Its hash.
        hash: Digest,
        /// What it is.
        kind: Kind,
        /// The record.
        record: Uuid,
        /// Who reads it.
        compartment: CompartmentKind,
        /// When it was recorded by this device's clock, in milliseconds since 1970.
        recorded_ms: u64,
        /// The command that wrote it: entries of one command share a number.
        command: u64,
    }
    /// Own entries that wait.
    Outbox {
        /// In the order of the log.
        outbox: Vec<OwnEntry>,
    }
    /// An own entry without effect.
    RefusedEntry {
        /// The entry.
        #[serde(flatten)] entry: OwnEntry,
        /// What became of it.
        disposition: Disposition,
        /// The same in words.
        words: &'static str,
    }
    /// Own entries without effect.
    RefusedList {
        /// In the order of the log.
        refused: Vec<RefusedEntry>,
    }
    /// How far the device is in step.
    Status {
        /// Whether everything is with the server and nothing is left to fetch.
        synced: bool,
        /// Own entries that wait.
        waiting: u64,
        /// Records that were opened here and of which the server does not know yet.
        openings_waiting: u64,
        /// How many of them raise a safeguarding concern.
        waiting_safeguarding: u64,
        /// Own entries that were refused.
        refused: u64,
        /// Own entries that were kept aside.
        kept_aside: u64,
        /// Open conflicts.
        conflicts: u64,
        /// Entries of others that the server lost and their authors have not sent again.
        waiting_for_others: u64,
        /// Streams that are asked for whole.
        differing: u64,
        /// Streams that were ever healed.
        healed: u64,
        /// The last own entry that two of the server's backups hold.
        backed_up: Option<u64>,
        /// Server time of the last answer.
        last_sync_ms: Option<u64>,
        /// How long ago that is, in milliseconds.
        last_sync_age_ms: Option<u64>,
        /// For how long the phone should not synchronise by itself, after failures, in milliseconds; null: it may at once.
        next_sync_in_ms: Option<u64>,
        /// The rules in force; null before the first enrolment.
        policy: Option<PolicyShown>,
        /// Who joined the organisation lately, and with which new devices; the newest first.
        joined: Vec<Joined>,
        /// The epoch of the server's history.
        epoch: Option<Uuid>,
        /// The server's address.
        server: Option<String>,
        /// Whether the phone's clock is right.
        clock: ClockMark,
        /// Whether the time is `certain` or `uncertain`.
        time: &'static str,
        /// How far the phone's clock is off, in milliseconds.
        clock_offset_ms: Option<i64>,
        /// What the server wants of the phone; null: nothing.
        directive: Value,
        /// Why the phone must enrol again, or may have to; null: all is well.
        recovery: Value,
        /// What became of a phone that was taken out of use; null: it is in use.
        wiped: Value,
        /// Whether what is saved is also noted outside the store; `was_missing`: what was noted there has been deleted.
        anchor: &'static str,
        /// Whether what is saved is sealed under the phone's key.
        sealed: bool,
        /// How many values of the store did not open and were set aside; the server is asked for them again.
        set_aside: u64,
    }
    /// Who the device is.
    WhoAmI {
        /// The device.
        device: DeviceId,
        /// The person.
        user: UserId,
        /// What they do.
        role: Role,
        /// For whom.
        org: OrgId,
        /// The force of the scheme.
        force: OrgId,
        /// The letters that references begin with.
        force_prefix: String,
        /// What the device is called.
        name: String,
        /// The letter of this device among the person's.
        letter: String,
        /// Its public key, as base64url.
        public_key: String,
    }
    /// Half-filled forms.
    Drafts {
        /// The newest first.
        drafts: Vec<DraftShown>,
    }
    /// A half-filled form.
    DraftShown {
        /// What it is called.
        id: String,
        /// The form.
        form: Value,
        /// When it was saved.
        saved_ms: u64,
        /// When it is deleted, unless it is saved again; left out on a phone, which deletes none.
        #[serde(skip_serializing_if = "Option::is_none")] deleted_ms: Option<u64>,
    }
}

impl OwnEntry {
    /// An entry of the own log.
    #[must_use]
    pub fn of(header: &Header, hash: Digest, command: u64) -> Self {
        Self {
            op: header.id,
            seq: header.id.seq,
            hash,
            kind: header.kind.clone(),
            record: header.stream.record.id,
            compartment: header.stream.kind(),
            recorded_ms: header.hlc.ms(),
            command,
        }
    }
}

impl RefusedEntry {
    /// An entry that has no effect.
    #[must_use]
    pub fn of(entry: OwnEntry, disposition: Disposition) -> Self {
        let words = match disposition {
            Disposition::Accepted => "counts",
            Disposition::Quarantined(_) => "kept aside for an admin",
            Disposition::Refused(_) => "refused",
        };
        Self { entry, disposition, words }
    }
}
