//! What a command writes into the write-ahead log, page by page.
//!
//! Does not measure time.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::json;
use sync_core::access::Role;

use super::syncing::{Server, synced};
use super::{Phone, form, phone, with};

/// What a referral in the middle writes, and the most that one does, when pages of several trees are split at once. The bar is
/// 16 KiB for each: see `docs/performance.md`.
const MIDDLE_BYTES: usize = 18 * 1024;
const MOST_BYTES: usize = 24 * 1024;

/// How many pages the log holds, of each tree; and the bytes of a page.
struct Written {
    trees: BTreeMap<String, usize>,
    page_bytes: usize,
}

impl Written {
    fn bytes(&self) -> usize {
        self.trees.values().sum::<usize>() * self.page_bytes
    }
}

/// The pages that a call writes. The log begins again before it, so that its frames alone carry the new salt.
fn written(phone: &Phone, call: impl FnOnce()) -> Written {
    phone.device.checkpoints.now().expect("the log is moved");
    phone.run(json!({"command": "draft_save", "id": "one", "form": {}}));
    let frames = || {
        let log = std::fs::read(phone.dir.path().join("waymark.db-wal")).expect("the log is there");
        let page_bytes = u32::from_be_bytes(log[8..12].try_into().expect("four bytes")) as usize;
        let (salt, frames) = (log[16..24].to_vec(), log[32..].chunks_exact(24 + page_bytes));
        let pages = frames.filter(|frame| frame[8..16] == salt[..]);
        let number = |frame: &[u8]| u32::from_be_bytes(frame[..4].try_into().expect("four bytes"));
        (page_bytes, pages.map(number).collect::<Vec<u32>>())
    };
    let (_, before) = frames();
    call();
    let (page_bytes, pages) = frames();
    let names = names(&phone.device.store().db);
    let mut trees = BTreeMap::new();
    for page in &pages[before.len()..] {
        let name = names.get(page).map_or("free or first", String::as_str);
        *trees.entry(name.to_owned()).or_default() += 1;
    }
    Written { trees, page_bytes }
}

/// Whose each page is.
fn names(db: &Connection) -> BTreeMap<u32, String> {
    let mut query = db.prepare("SELECT pageno, name FROM dbstat").expect("SQLite tells whose pages are");
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("pages")
}

#[test]
fn a_referral_writes_no_more_than_was_measured() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    for number in 0..60 {
        phone.run(with(form(), json!({"family": format!("Number{number}")})));
    }
    let mut all = Vec::new();
    for number in 0..30 {
        synced(&phone, &mut server).expect("the server answers");
        let done = written(&phone, || {
            phone.run(with(form(), json!({"family": format!("Measured{number}")})));
        });
        all.push((done.bytes(), done.trees));
    }
    all.sort();
    let (middle, most) = (all[all.len() / 2].0, all[all.len() - 1].0);
    assert!(middle <= MIDDLE_BYTES, "in the middle {middle} bytes: {all:#?}");
    assert!(most <= MOST_BYTES, "at most {most} bytes: {all:#?}");
}
