//! A push on the wire: what the server can derive is left out.
//!
//! Device and author come from the signed header, seqs count up from `from`, `prev` and all hashes
//! are recomputed, salts follow from the seeds. A field that is left out of an op is as in the op
//! before. What a push stands on (epoch, newest receipt, hash before the first op) is left out too:
//! the server puts in what it holds, and only where the signature does not fit does it ask for it.
//! Does not verify the signature: see [`super::statement`].

mod ops;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ids::{Digest, OpId, Record, Stream};
use crate::log::Tip;
use crate::op::{Kind, Recovered};
use crate::shape::MAX_PUSH_OPS;
use crate::sync::consulted::{Consultation, MAX_CONSULTED};
use crate::sync::receipt::WireReceipt;
use crate::sync::statement;

pub use crate::sync::sender::{Sender, WireCompartment, WireRef};
pub use ops::write_ops;

/// The version of this protocol.
pub const PROTOCOL: u16 = 1;
/// The oldest protocol that is served; of an older one the outbox is still taken.
pub const OLDEST_PROTOCOL: u16 = 1;

/// The most streams that one request asks for whole.
pub const MAX_HEAL: usize = 64;

/// The body of a sync request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The protocol's version.
    pub protocol: u16,
    /// Where the device stands in its feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Seq of the first op; one beyond the log's last acknowledged op when there is none to push.
    pub from: u64,
    /// The hash before the first op; left out until the server asks, and with it the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Digest>,
    /// Beside `prev`: the epoch of the server's history that the device knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Uuid>,
    /// Beside `prev`: the newest receipt that the device has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Digest>,
    /// The op vocabulary of the device's software.
    pub vocabulary: u16,
    /// Seeds of the salts, each with the first seq that it counts for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<(u64, String)>,
    /// A prefix of the outbox.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ops: Vec<WireOp>,
    /// Receipts of ops that are pushed again, and the one before: what the server once acknowledged.
    /// Each names its epoch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<WireReceipt>,
    /// Ops of others that the pushed ones name and that have no stamp in this epoch, each with what
    /// it builds on: should the server never get one, what stands in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<(OpId, Vec<OpId>)>,
    /// Streams that differed: the device asks for them whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heal: Vec<Stream>,
    /// The most bytes of a page, when the link dropped under a larger one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<u32>,
    /// What the device's user opened since the last one that the server has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consulted: Vec<Consultation>,
    /// The ops are all that waits: once they are taken in, the server holds everything that was recorded. Left out where there
    /// are none, which says the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub all: bool,
}

/// One op on the wire.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireOp {
    /// The stream, when it is not the one of the op before: the record …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
    /// … and the compartment.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub compartment: Option<WireCompartment>,
    /// Listed deps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<WireRef>,
    /// Heads of the record's other streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Vec<WireRef>>,
    /// The clock's milliseconds beyond those of the op before, for the first op since 1970; left out
    /// when the clock is the next after that of the op before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
    /// Beside `ms`: the clock's counter.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tick: u16,
    /// Uptime in milliseconds: what it is beyond the op before, for the first op beyond the push.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub up: i64,
    /// The boot, when it is not that of the op before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Uuid>,
    /// The receipt that it cites, when it is not that of the op before; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cites: Option<String>,
    /// The vocabulary, when it is not the request's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<u16>,
    /// The op of an older log that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_from: Option<Recovered>,
    /// What kind of act it is.
    pub kind: Kind,
    /// The body, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// In place of a body that was erased or withheld: its digest and …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// What a device of some protocol gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// Everything.
    Whole,
    /// Its ops are taken and acknowledged; of the feeds it gets nothing, but the directive to upgrade.
    OutboxOnly,
}

/// Why a push is refused whole. The peer is wrong; nothing is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPush {
    /// Not a push of this protocol.
    #[error("not a push of this protocol")]
    Form,
    /// More ops than one push may hold.
    #[error("more than {MAX_PUSH_OPS} ops")]
    TooManyOps,
    /// The server does not hold what the push stands on: the device must write it out.
    #[error("what the push stands on is needed")]
    PrevNeeded,
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

/// What a push stands on: left out of a brief one, since the server holds it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The server's epoch.
    pub epoch: Option<Uuid>,
    /// The receipt of the op before the first.
    pub receipt: Option<Digest>,
    /// The hash of the op before the first.
    pub prev: Digest,
}

impl Push {
    /// Reads a push.
    ///
    /// # Errors
    /// [`BadPush`] when it has another form or too many ops.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPush> {
        let push: Self = serde_json::from_slice(bytes).map_err(|_| BadPush::Form)?;
        if push.protocol > PROTOCOL || push.from == 0 {
            return Err(BadPush::Form);
        }
        if push.shows.len() > MAX_PUSH_OPS || push.behind.len() > MAX_PUSH_OPS || push.heal.len() > MAX_HEAL {
            return Err(BadPush::Form);
        }
        if push.consulted.len() > MAX_CONSULTED || !push.consulted.iter().all(Consultation::is_possible) {
            return Err(BadPush::Form);
        }
        if push.ops.len() > MAX_PUSH_OPS { Err(BadPush::TooManyOps) } else { Ok(push) }
    }

    /// The push without what it stands on, as it is sent first.
    #[must_use]
    pub fn brief(self) -> Self {
        Self { prev: None, epoch: None, receipt: None, ..self }
    }

    /// The push with what it stands on: as it is written, or for a brief one as the server holds it.
    ///
    /// # Errors
    /// [`BadPush::PrevNeeded`] when neither says.
    pub fn complete(self, held: Option<Base>) -> Result<Self, BadPush> {
        match (self.prev, held) {
            (Some(_), _) => Ok(self),
            (None, None) => Err(BadPush::PrevNeeded),
            (None, Some(_)) if self.epoch.is_some() || self.receipt.is_some() => Err(BadPush::Form),
            (None, Some(Base { epoch, receipt, prev })) => {
                Ok(Self { epoch, receipt, prev: Some(prev), ..self })
            }
        }
    }

    /// Whether the device's software is still served, given the oldest protocol that is.
    #[must_use]
    pub fn served(&self, oldest: u16) -> Served {
        if self.protocol < oldest { Served::OutboxOnly } else { Served::Whole }
    }

    /// What the request's signature must cover, given the tip that the ops end in.
    #[must_use]
    pub fn statement(&self, sender: Sender, counter: u64, tip: Tip, sent: &[u8]) -> statement::Statement {
        statement::Statement {
            device: sender.device,
            epoch: self.epoch,
            counter,
            tip,
            receipt: self.receipt,
            cursor: self.cursor.clone(),
            uptime: sender.uptime,
            body: statement::digest_of_sent(sent),
        }
    }
}
