//! Who answers for what a stream says.
//!
//! Does not erase or give out anything.

use crate::ids::{CompartmentKind, OrgId, Record, RecordKind, Stream};

/// Where an op of a stream is erased: in a log of its controller. The force answers for `police` and `shared`
/// of its referrals, a provider for its own `outreach` and `care`. Other records hold nobody's particulars.
#[must_use]
pub fn controller(of: Stream, force: OrgId) -> Option<Stream> {
    if of.record.kind != RecordKind::Referral {
        return None;
    }
    let org = of.compartment.org;
    match of.kind() {
        CompartmentKind::Police | CompartmentKind::Shared => {
            Some(Record { kind: RecordKind::Force, id: force.0 }.stream(CompartmentKind::Police, force))
        }
        CompartmentKind::Outreach | CompartmentKind::Care => {
            Some(Record { kind: RecordKind::Provider, id: org.0 }.stream(CompartmentKind::Outreach, org))
        }
        CompartmentKind::Audit => None,
    }
}
