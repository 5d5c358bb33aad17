//! The values that go into and come out of the store.
//!
//! Does not know SQL.

use sync_core::access::{Author, Role};
use sync_core::clock::Witnessed;
use sync_core::ids::{DeviceId, Digest, OpId, OrgId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Op, Salt};
use sync_core::referral::act::Act;
use sync_core::referral::erasure::Erased;
use sync_core::service::Ages;
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::receipt::Receipt;
use uuid::Uuid;

use super::erasures::NO_SALT;

/// The server itself: one row.
#[derive(Clone)]
pub(crate) struct ServerRow {
    pub(crate) epoch: Uuid,
    pub(crate) force: OrgId,
    pub(crate) force_prefix: String,
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    /// What the ids of its own logs are coded under, for good: the digest of its first key. See [`crate::own_logs`].
    pub(crate) log_code: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
}

/// A force or a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// The number at which people reach it; empty where none is known.
    pub telephone: String,
    /// When somebody is there, in plain words; empty where that is not known.
    pub hours: String,
    /// Where it works; empty: everywhere.
    pub areas: Vec<String>,
    /// The ages that it takes.
    pub ages: Ages,
}

impl Org {
    /// An organisation of which nothing but the name is known.
    #[must_use]
    pub fn named(id: OrgId, name: String) -> Self {
        Self {
            id,
            name,
            telephone: String::new(),
            hours: String::new(),
            areas: Vec::new(),
            ages: Ages::default(),
        }
    }
}

/// A person who works with the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// For whom.
    pub org: OrgId,
}

/// Whether a device may still read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revoked {
    No,
    Yes,
}

/// An enrolled device.
#[derive(Debug, Clone)]
pub(crate) struct DeviceRow {
    pub(crate) id: DeviceId,
    pub(crate) user: UserId,
    pub(crate) public_key: Vec<u8>,
    pub(crate) counter: u64,
    pub(crate) revoked: Revoked,
    pub(crate) tip: Tip,
}

/// A device to enrol.
pub(crate) struct NewDevice {
    pub(crate) id: DeviceId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    /// Which of the person's devices it is; empty for a log that the server keeps.
    pub(crate) letter: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) enrolled_ms: u64,
}

/// Whether a one-time code counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeState {
    Counts(UserId),
    Void,
}

/// Whether a settlement let an op take effect that had been kept aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    No,
    Yes,
}

/// Whether the receipt that an op cites, or does not cite, can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cited {
    Sound,
    /// The server cannot have given it, or had given one: the op's clock is suspect.
    Doubtful,
}

/// An op as the server holds it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) op: Op,
    pub(crate) hash: Digest,
    pub(crate) received_ms: u64,
    /// When this history got it; later than `received_ms` for one that was pushed again.
    pub(crate) arrived_ms: u64,
    pub(crate) witnessed: Witnessed,
    pub(crate) cited: Cited,
    pub(crate) admitted: Admitted,
    pub(crate) stamp: Option<Stamp>,
    /// What is left of its body, once that was erased.
    pub(crate) erased: Option<Box<Erased>>,
}

impl Held {
    pub(crate) fn id(&self) -> OpId {
        self.op.header.id
    }

    /// The op as its readers get it: one without effect is a skeleton.
    pub(crate) fn as_read(&self) -> StreamOp {
        let mut read = self.as_stored();
        if !read.has_effect() && self.admitted == Admitted::No {
            read.body = None;
        }
        read
    }

    /// The op as it is stored, whether it has effect or not.
    pub(crate) fn as_stored(&self) -> StreamOp {
        let erased = self.erased.clone();
        StreamOp { erased, ..StreamOp::of(&self.op, self.stamp.clone()) }
    }

    /// The act that its body says, or that is left of it.
    pub(crate) fn act(&self) -> Option<Act> {
        let left = self.erased.as_ref().and_then(|erased| erased.left.as_deref());
        let body = self.op.body.as_deref().or(left)?;
        Act::parse(&self.op.header.kind, body).ok().flatten()
    }

    /// Takes body and salt away.
    pub(crate) fn erase(&mut self, erased: Erased) {
        self.op.body = None;
        self.op.salt = Salt(NO_SALT);
        self.erased = Some(Box::new(erased));
    }

    /// Whether it takes its place in the stream: pending ops do not yet, and one whose author may
    /// not write the stream at all is in its device's log only.
    pub(crate) fn is_in_stream(&self) -> bool {
        match self.stamp.as_ref().map(|stamp| stamp.disposition) {
            None | Some(Disposition::Refused(Why::Stream)) => false,
            Some(Disposition::Accepted | Disposition::Quarantined(_) | Disposition::Refused(_)) => true,
        }
    }
}

/// A device that asks, with all that is looked up of it first.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) device: DeviceRow,
    /// Who writes its log.
    pub(crate) author: Author,
    /// The server's present epoch.
    pub(crate) epoch: Uuid,
}

/// An entry to append to a feed.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Op {
        stream: Stream,
        id: OpId,
    },
    /// An op of a stream that the scope has lost and holds again: who wrote it may have let it go.
    Again {
        stream: Stream,
        id: OpId,
    },
    Stamped(OpId),
    Forget(Stream),
    Erased {
        stream: Stream,
        id: OpId,
    },
    Extract(String),
    /// What devices look things up in has changed.
    Reference,
}

impl Entry {
    /// The stream and the op that it is about.
    pub(crate) fn is_about(&self) -> (Option<Stream>, Option<OpId>) {
        match self {
            Self::Op { stream, id } | Self::Again { stream, id } | Self::Erased { stream, id } => {
                (Some(*stream), Some(*id))
            }
            Self::Stamped(id) => (None, Some(*id)),
            Self::Forget(stream) => (Some(*stream), None),
            Self::Extract(_) | Self::Reference => (None, None),
        }
    }
}

/// An entry of a feed with its position.
#[derive(Debug, Clone)]
pub(crate) struct FeedRow {
    pub(crate) pos: u64,
    pub(crate) entry: Entry,
}

/// A receipt and the server's signature over it.
#[derive(Clone)]
pub(crate) struct SignedReceipt {
    pub(crate) receipt: Receipt,
    pub(crate) digest: Digest,
    pub(crate) signature: Vec<u8>,
}

/// The signed statement of a push.
#[derive(Clone)]
pub(crate) struct SignedStatement {
    pub(crate) device: DeviceId,
    pub(crate) counter: u64,
    pub(crate) tip: Tip,
    pub(crate) bytes: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// An extract that waits at the admin desk.
#[derive(Clone)]
pub(crate) struct WaitingExtract {
    pub(crate) conflict: Digest,
    pub(crate) stream: Stream,
    pub(crate) json: String,
}
