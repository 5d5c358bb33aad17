//! Who pushes, and the short names that the wire has for what follows from it.
//!
//! Does not know a push: see [`super::push`].

use serde::{Deserialize, Serialize};

use crate::clock::Uptime;
use crate::ids::{BadId, Compartment, CompartmentKind, DeviceId, OpId, OrgId, UserId};

/// What the wire leaves out and both sides know.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// The device that pushes.
    pub device: DeviceId,
    /// The user whose device it is.
    pub author: UserId,
    /// The user's organisation.
    pub org: OrgId,
    /// The force whose scheme it is.
    pub force: OrgId,
    /// Its uptime at the push.
    pub uptime: Uptime,
}

impl Sender {
    /// The organisation in whose compartment of this kind the author writes.
    #[must_use]
    pub fn org_of(&self, kind: CompartmentKind) -> OrgId {
        match kind {
            CompartmentKind::Shared | CompartmentKind::Police => self.force,
            CompartmentKind::Outreach | CompartmentKind::Care | CompartmentKind::Audit => self.org,
        }
    }
}

/// A compartment on the wire: `outreach`, or with its organisation where it is not the one in which
/// the author writes this compartment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WireCompartment {
    kind: CompartmentKind,
    org: Option<OrgId>,
}

impl WireCompartment {
    pub(super) fn to(compartment: Compartment, sender: Sender) -> Self {
        let Compartment { kind, org } = compartment;
        Self { kind, org: Some(org).filter(|org| *org != sender.org_of(kind)) }
    }

    pub(super) fn resolve(self, sender: Sender) -> Compartment {
        let Self { kind, org } = self;
        Compartment { kind, org: org.unwrap_or_else(|| sender.org_of(kind)) }
    }
}

impl TryFrom<String> for WireCompartment {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Ok(match text.split_once('/') {
            Some((kind, org)) => Self { kind: kind.parse()?, org: Some(org.parse()?) },
            None => Self { kind: text.parse()?, org: None },
        })
    }
}

impl From<WireCompartment> for String {
    fn from(WireCompartment { kind, org }: WireCompartment) -> Self {
        org.map_or_else(|| kind.to_string(), |org| Compartment { kind, org }.to_string())
    }
}

/// An op named on the wire: `<device>:<seq>`, or `:<seq>` for one of the sender's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WireRef {
    device: Option<DeviceId>,
    seq: u64,
}

impl WireRef {
    pub(super) fn to(op: &OpId, sender: Sender) -> Self {
        Self { device: Some(op.device).filter(|device| *device != sender.device), seq: op.seq }
    }

    pub(super) fn resolve(self, sender: Sender) -> OpId {
        OpId { device: self.device.unwrap_or(sender.device), seq: self.seq }
    }
}

impl TryFrom<String> for WireRef {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        match text.strip_prefix(':').map(str::parse) {
            Some(Ok(seq)) if seq > 0 => Ok(Self { device: None, seq }),
            Some(_) => Err(BadId("op id")),
            None => text.parse().map(|OpId { device, seq }| Self { device: Some(device), seq }),
        }
    }
}

impl From<WireRef> for String {
    fn from(WireRef { device, seq }: WireRef) -> Self {
        device.map_or_else(|| format!(":{seq}"), |device| OpId { device, seq }.to_string())
    }
}
