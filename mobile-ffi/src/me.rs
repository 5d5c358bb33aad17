//! Who this device is, as the store keeps it: with a digest, since a flipped bit in it would send entries to somebody else.
//!
//! Does not enrol: see `sync`.

use rusqlite::Connection;
use sync_core::command::Member;
use sync_core::ids::Digest;
use sync_core::sync::statement::digest_of_sent;

use crate::problem::Problem;
use crate::store::meta::{self, key};

/// The digest that stands beside who this device is.
pub(crate) fn digest(me: &Member) -> Digest {
    digest_of_sent(&serde_json::to_vec(me).expect("who a device is, is plain data"))
}

/// Whether it is what was kept; nothing kept is in order too.
pub(crate) fn is_sound(db: &Connection) -> Result<bool, Problem> {
    let (me, check): (Option<Member>, Option<Digest>) =
        (meta::value(db, key::ME)?, meta::value(db, key::ME_CHECK)?);
    Ok(me.as_ref().map(digest) == check)
}
