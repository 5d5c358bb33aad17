//! Tests of the whole pipeline, over a real store and without HTTP.
//!
//! Does not test the fold or the judge: `sync-core` does.

mod http;
mod phone;
mod pipeline;

use std::future::Future;
use std::path::Path;

use sync_core::access::Role;
use sync_core::ids::OrgId;
use tempfile::TempDir;

use crate::reconcile::Service;
use crate::store::sqlite::SqliteStore;
use crate::{InitOptions, admin, init, startup};
use phone::{Phone, try_code};

const NOW_MS: u64 = 1_780_000_000_000;

struct TestService {
    service: Service<SqliteStore>,
    runtime: tokio::runtime::Runtime,
}

impl TestService {
    fn open(data: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
        Self { service: startup::service(data).expect("the store opens"), runtime }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// A store with a provider, an officer's phone and a lead's.
struct Scheme {
    data: TempDir,
    service: TestService,
    provider: OrgId,
    officer: Phone,
    lead: Phone,
    admin: Phone,
}

impl Scheme {
    fn new() -> Self {
        let data = tempfile::tempdir().expect("a directory is made");
        let options = InitOptions { force_name: "Force".to_owned(), force_prefix: "TVP".to_owned() };
        let made = init(data.path(), &options, NOW_MS).expect("the store is created");
        let admin = admin::open(data.path()).expect("the store opens");
        let provider = admin.add_provider("Provider", "Area", "adult").expect("it is added");
        let officer = admin.add_user("Officer", Role::Officer, made.force).expect("it is added");
        let lead = admin.add_user("Lead", Role::ProviderLead, provider).expect("it is added");
        let codes = [officer, lead].map(|user| admin.enrol_code(user, NOW_MS).expect("a code is made").code);
        drop(admin);
        let [officer, lead] = codes;
        let codes = [officer, lead, made.admin_codes[0].code.clone()];
        let service = TestService::open(data.path());
        let [officer, lead, admin] =
            codes.map(|code| try_code(&service, &code, NOW_MS).expect("the code counts"));
        Self { data, service, provider, officer, lead, admin }
    }
}
