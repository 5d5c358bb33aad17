//! Administration of a store that no server holds: providers, people, codes.
//!
//! Takes the store's lock. Does not talk to a running server.

use std::path::Path;

use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};

use crate::EnrolCode;
use crate::enrol::new_code;
use crate::fault::Fault;
use crate::keys::random_id;
use crate::store::providers;
pub use crate::store::rows::{Org, Person};
use crate::store::sqlite::SqliteStore;

/// A store in the hands of its administrator.
pub struct Admin {
    store: SqliteStore,
}

/// Opens a store for administration.
///
/// # Errors
/// [`Fault::InUse`] while a server or another command holds it; [`Fault::NoStore`] when there is none.
pub fn open(data: &Path) -> Result<Admin, Fault> {
    Ok(Admin { store: SqliteStore::open(data)? })
}

impl Admin {
    /// Adds a provider.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn add_provider(&self, name: &str, area: &str, age_band: &str) -> Result<OrgId, Fault> {
        let id = OrgId(random_id());
        let org = Org { id, name: name.to_owned(), area: area.to_owned(), age_band: age_band.to_owned() };
        self.store.write_now(move |tx| tx.add_org(&org))?;
        Ok(id)
    }

    /// Adds a person of an organisation.
    ///
    /// # Errors
    /// [`Fault::Unknown`] when there is no such organisation, or the role is not one of its people.
    pub fn add_user(&self, name: &str, role: Role, org: OrgId) -> Result<UserId, Fault> {
        let person = Person { id: UserId(random_id()), name: name.to_owned(), role, org };
        let id = person.id;
        self.store.write_now(move |tx| {
            let is_provider = org != tx.server()?.force;
            if !tx.orgs()?.iter().any(|known| known.id == org) {
                return Err(Fault::Unknown("organisation"));
            }
            if role.of_provider() != is_provider || role == Role::Server {
                return Err(Fault::Unknown("role in this organisation"));
            }
            tx.add_user(&person)
        })?;
        Ok(id)
    }

    /// Makes a one-time code for a person's next device; it counts for 10 minutes.
    ///
    /// # Errors
    /// [`Fault::Unknown`] when there is no such person.
    pub fn enrol_code(&self, user: UserId, now_ms: u64) -> Result<EnrolCode, Fault> {
        self.store.write_now(move |tx| {
            let person = tx.user(user)?.ok_or(Fault::Unknown("user"))?;
            Ok(EnrolCode { user, name: person.name, code: new_code(tx, user, now_ms)? })
        })
    }

    /// The providers, by name.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn list_providers(&self) -> Result<Vec<Org>, Fault> {
        self.store.read_now(|read| Ok(providers(read.orgs()?, read.server()?.force)))
    }

    /// The people, by name; the server itself is not one.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub fn list_users(&self) -> Result<Vec<Person>, Fault> {
        let mut users = self.store.read_now(|read| read.users())?;
        users.retain(|person| person.role != Role::Server);
        Ok(users)
    }
}
