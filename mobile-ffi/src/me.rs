//! Who this device is: what the enrolment answered, and the author that it makes.
//!
//! Does not enrol: see `sync`.

use serde::{Deserialize, Serialize};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, DeviceId, OrgId, Record, Stream, UserId};

/// What the enrolment answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Me {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) org: OrgId,
    pub(crate) force: OrgId,
    pub(crate) force_prefix: String,
    pub(crate) server_key: String,
    #[serde(default)]
    pub(crate) name: String,
}

impl Me {
    /// The author of this device's ops.
    pub(crate) fn author(&self) -> Author {
        Author { user: self.user, role: self.role, org: self.org, force: self.force }
    }

    /// The stream of a record in which this device writes a compartment.
    pub(crate) fn stream(&self, record: Record, kind: CompartmentKind) -> Stream {
        let org = match kind {
            CompartmentKind::Shared | CompartmentKind::Police => self.force,
            CompartmentKind::Outreach | CompartmentKind::Care | CompartmentKind::Audit => self.org,
        };
        record.stream(kind, org)
    }
}
