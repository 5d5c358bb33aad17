//! Stores that earlier versions left on their disks, brought up to date: nothing in them is lost, they say the same, and
//! their schema is that of a new store.
//!
//! They lie in `golden`, made by its `make.sh`. Does not test what each migration is for.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Scheme, TestService};
use crate::desk::{Page, Query};
use crate::{Fault, backup, verify};

const NOW_MS: u64 = 1_798_800_000_000;

fn stores() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/golden");
    let files =
        std::fs::read_dir(folder).expect("the folder is there").map(|file| file.expect("a file").path());
    let mut stores: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|it| it == "zst")).collect();
    stores.sort();
    assert!(!stores.is_empty());
    stores
}

fn unpacked(store: &Path) -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a directory is made");
    let packed = std::fs::File::open(store).expect("it is there");
    let plain = zstd::Decoder::new(packed).expect("it is packed");
    tar::Archive::new(plain).unpack(data.path()).expect("it is an archive");
    data
}

/// Every table, index, view and trigger with its text, and the version.
fn schema(data: &Path) -> (i64, Vec<(String, Option<String>)>) {
    let connection = Connection::open(data.join("waymark.sqlite")).expect("it opens");
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
    let sql = "SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY 1";
    let mut asked = connection.prepare(sql).expect("it is SQL");
    let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("it is read");
    (version, rows.collect::<Result<_, _>>().expect("they are texts"))
}

#[test]
fn a_store_of_each_version_is_brought_up_to_date_whole() {
    let fresh = Scheme::new();
    let expected = schema(fresh.data.path());
    assert_eq!(expected.0, i64::try_from(schema::sql::SERVER.len()).expect("there are few"));
    for store in stores() {
        let name = store.file_name().expect("a name").to_string_lossy().into_owned();
        let data = unpacked(&store);
        let (before, _) = schema(data.path());
        assert_eq!(name, format!("version-{before}.tar.zst"), "the file is named after its version");
        let service = TestService::open(data.path());
        let found = verify(data.path()).expect("it is read");
        assert_eq!((found.first_fault, found.ops > 10, found.receipts > 3), (None, true, true), "{name}");
        assert_eq!(schema(data.path()), expected, "{name}");

        // It is used: an admin reads what was there, and it can be backed up.
        let users = service.service.store.read_now(|read| read.users()).expect("they are read");
        let admin = users.iter().find(|user| user.name == "First admin").expect("there is one").id;
        let listed = service.query(admin, &Query::Referrals(Page::default())).expect("it is answered");
        assert_eq!(listed["referrals"].as_array().map(Vec::len), Some(1), "{name}: {listed}");
        assert_eq!(listed["referrals"][0]["subject"]["family"], "Harrow", "{name}: {listed}");
        let conflicts = service.query(admin, &Query::Conflicts(Page::default())).expect("it is answered");
        assert_eq!(conflicts["conflicts"].as_array().map(Vec::len), Some(1), "{name}: {conflicts}");
        drop(service);
        let copy = data.path().join("copy.sqlite");
        let written: Result<_, Fault> = backup(data.path(), &copy, NOW_MS);
        assert_eq!(written.map(|report| report.ops > 10), Ok(true), "{name}");
    }
}
