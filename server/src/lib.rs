//! Waymark's server: reconciles the logs of devices into one history that everybody folds alike.
//!
//! ```text
//!   http ──▶ reconcile: verify → append → judge and stamp → feeds → own ops → receipt ──▶ store
//! ```
//! Devices record, the server judges once, everybody folds; the web desk shows it to people. Does not parse a command
//! line: see `cli`.

pub mod admin;
mod audit;
mod backup;
mod check;
mod config;
pub mod desk;
mod enrol;
pub mod export;
mod fault;
mod http;
mod key_file;
mod keys;
mod names;
pub mod node;
mod openapi;
mod outside;
mod own_logs;
mod pages;
pub mod private;
mod rates;
mod reconcile;
mod rotate;
mod sealed;
mod sign_in;
mod signers;
mod startup;
mod store;
#[cfg(test)]
mod tests;
mod time;
mod tls;
mod tokens;
mod wrapped;

pub use backup::{
    Backup, BackupReport, Identities, Recipients, RestoreReport, Seal, SealedReport, With, backup,
    backup_into, backup_sealed, new_key, restore, restore_from,
};
pub use check::{VerifyReport, digests, kinds, lookup, verify};
pub use config::{
    Backups, ClockIs, Config, Limits, LogFormat, Metrics, Oidc, OidcSettings, People, Settings,
};
pub use fault::Fault;
pub use outside::file::Found;
pub use pages::conflicts::as_text::conflict as conflict_as_text;
pub use pages::export::document as export_as_html;
pub use pages::plain;
pub use rates::Rates;
pub use rotate::{Rotated, rotate_key};
pub use startup::{EnrolCode, InitOptions, Initialised, Running, Server, init};
pub use store::people::{EndReason, RevokeReason};
pub use time::{now_ms, play_ahead};
pub use tls::TlsFiles;
pub use tokens::issuer;
