//! The tests of the whole that need no binary of their own: linking ten takes longer than running them.
//!
//! Does not test anything itself.

mod app_guide;
mod bindings;
mod browser;
mod c_abi;
#[path = "../../sync-core/tests/common/mod.rs"]
#[expect(dead_code, reason = "sync-core's own tests use all of it")]
mod common;
mod contract;
mod crash_keys;
mod cuts;
mod days;
mod demo;
mod dependencies;
mod dictionary;
mod doc_tables;
mod docs;
mod full_disk;
mod header;
mod house;
mod op_schemas;
mod phone;
mod phone_api;
mod results;
mod terminal;
mod writers;
