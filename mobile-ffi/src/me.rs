//! Who this device is: what the enrolment answered, and the author that it makes.
//!
//! Does not enrol: see `sync`.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OrgId, Record, Stream, UserId};
use sync_core::sync::enrolment::Enrolled;
use sync_core::sync::statement::digest_of_sent;

use crate::problem::Problem;
use crate::store::meta::{self, key};

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
    /// The person's initials.
    #[serde(default)]
    pub(crate) initials: String,
    /// The letter of this device among the person's.
    #[serde(default)]
    pub(crate) letter: String,
    /// The key that was enrolled, as base64url: a phone whose key store was reset has another.
    #[serde(default)]
    pub(crate) public_key: String,
}

impl Me {
    /// Who an enrolment makes of this phone.
    pub(crate) fn of(enrolled: &Enrolled, name: &str, public_key: String) -> Self {
        let Enrolled { device, user, role, org, force, .. } = *enrolled;
        let (force_prefix, server_key) = (enrolled.force_prefix.clone(), enrolled.server_key.clone());
        let (initials, letter) = (enrolled.initials.clone(), enrolled.letter.clone());
        let name = name.to_owned();
        Self { device, user, role, org, force, force_prefix, server_key, name, initials, letter, public_key }
    }

    /// Keeps it, with a digest: a flipped bit in it would send entries to somebody else.
    pub(crate) fn keep(&self, db: &Connection) -> Result<(), Problem> {
        meta::keep(db, key::ME, self)?;
        meta::keep(db, key::ME_CHECK, &self.digest())
    }

    fn digest(&self) -> Digest {
        digest_of_sent(&serde_json::to_vec(self).expect("who a device is, is plain data"))
    }

    /// Whether it is what was kept; nothing kept is in order too.
    pub(crate) fn is_sound(db: &Connection) -> Result<bool, Problem> {
        let (me, check): (Option<Self>, Option<Digest>) =
            (meta::value(db, key::ME)?, meta::value(db, key::ME_CHECK)?);
        Ok(me.map(|me| me.digest()) == check)
    }

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
