//! What can go wrong with the server's place: port, disk, database, lock. Each says what to do.
//!
//! Does not hold what was asked or stored: a fault can be printed anywhere. What a peer does wrong
//! is no fault: see `http::problem`.

use std::io;
use std::net::SocketAddr;

use rusqlite::ErrorCode;

/// Why the server, or a command on its store, cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The address to listen on is taken.
    #[error("port {} is already in use: stop the other program or choose another address", .0.port())]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: choose another address")]
    Address(SocketAddr),
    /// Another process holds the data directory.
    #[error("the store is already in use: stop the running server, or send it the command instead")]
    InUse,
    /// There is no store in the directory.
    #[error("there is no store in this directory: create one with `waymark init`")]
    NoStore,
    /// There is no store in the directory, or an empty one, and there was: its key is there, or what is kept outside the backups.
    #[error(
        "there was a store here: its key or kept-outside.log is there, and the store is not. Bring it back from a backup with \
         `waymark restore`"
    )]
    StoreGone,
    /// There is one already.
    #[error("there is a store in this directory already: choose another directory")]
    Exists,
    /// The store was written by a newer version.
    #[error("the store was written by a newer version: upgrade this program")]
    TooNew,
    /// The directory or file cannot be written.
    #[error("the store cannot be written: give this user the right to write its directory")]
    ReadOnly,
    /// No space left.
    #[error("the disk is full: make room, nothing that was acknowledged is lost")]
    DiskFull,
    /// The disk answers with errors.
    #[error("the disk cannot be written: look at it, nothing that was acknowledged is lost")]
    DiskFailed,
    /// A key file is there already.
    #[error(
        "there is a server's key already, and no store beside it: bring the store back from a backup with `waymark restore`. \
         Only where no store and no backup needs that key, move it away"
    )]
    KeyExists,
    /// The key file is not there.
    #[error(
        "the server's key cannot be read: put waymark.key back into the data directory, or name it with --key-file"
    )]
    KeyUnread,
    /// The key file is there, and holds no key.
    #[error(
        "the file of the server's key is damaged: put your copy of waymark.key in its place; an encrypted backup holds \
         one too"
    )]
    KeyDamaged,
    /// A key file can be read by others.
    #[error("others can read the file of this key: run `chmod 600` on it")]
    KeyOpenToOthers,
    /// The key file is of another store, or of before a change of the key.
    #[error(
        "key {0} is missing in the file of the server's key, and this store signs with it: put the newest file back"
    )]
    KeyOther(String),
    /// A key that was added signs only from the next start on.
    #[error("a new key waits for a start of the server already: restart it first")]
    KeyWaits,
    /// The certificate or its key cannot be used.
    #[error("{0}: name the certificate's chain with --tls-cert and its key with --tls-key, both as PEM")]
    Tls(&'static str),
    /// The clock is behind what the store knows.
    #[error(
        "the clock is {} behind the newest thing in the store: set it; if the clock is right and the store was written \
         by a wrong one, start once with --the-clock-is-right",
        crate::time::span(*.0)
    )]
    ClockBehind(u64),
    /// The clock is far ahead of what the store knows.
    #[error(
        "the clock is {} ahead of the newest thing in the store: set it; if it is right, and the server stood still so \
         long, start once with --the-clock-is-right",
        crate::time::span(*.0)
    )]
    ClockAhead(u64),
    /// A file that is no store, or a broken one.
    #[error("the store is damaged ({0}): restore the newest backup, and keep this one aside")]
    Damaged(String),
    /// A backup that is not as a store was written; the first fault in it.
    #[error("the backup is not as it was written ({0}): use another one")]
    BackupUnsound(String),
    /// The file of a backup is there already.
    #[error("there is a file of this name already: choose another one, a backup never replaces a file")]
    FileExists,
    /// A plain backup was to get the name of an encrypted one.
    #[error(
        "a file that ends in .age is an encrypted one, and nobody is named to encrypt to: name a recipient with \
         --recipient or in waymark.toml (`waymark backup-key FILE` makes one), or let the name end in .sqlite"
    )]
    PlainNamedAge,
    /// An encrypted backup was to get the name of a plain one.
    #[error("this backup is encrypted, and its name does not say so: let it end in .age")]
    SealedNotAge,
    /// A backup that was to be an encrypted one is plain.
    #[error(
        "this backup is not encrypted, although its name or --identity says so, and may be another one: if you know \
         where it comes from, let its name end in .sqlite and leave --identity out"
    )]
    BackupIsPlain,
    /// A folder was named where a file is meant.
    #[error("this is a folder: name a file in it, or write into it again and again with --every 6h")]
    IsFolder,
    /// A file was named where a folder is meant.
    #[error("this is a file: with --every, name the folder that the backups are written into")]
    NotFolder,
    /// Another command writes or restores a backup of this store.
    #[error("another command is writing or restoring a backup of this store: wait for it")]
    BackupRuns,
    /// No recipient of encrypted backups.
    #[error(
        "this names no recipient: it is a line that begins with age1; `waymark backup-key FILE` makes one"
    )]
    Recipient,
    /// No keys that open backups.
    #[error("this file holds no key that opens backups: it is a line that begins with AGE-SECRET-KEY-1")]
    Identity,
    /// A backup is encrypted, and no key was named.
    #[error("this backup is encrypted to {0}: name the file of its key with --identity")]
    BackupNeedsKey(String),
    /// A backup is encrypted to another key.
    #[error(
        "this backup is encrypted to {needs}, and the key that was named is of {given}: name the other one"
    )]
    BackupOtherKey {
        /// Whom it is encrypted to.
        needs: String,
        /// Whose keys were given.
        given: String,
    },
    /// The file of what is kept outside the backups is not there.
    #[error(
        "kept-outside.log is missing from the data directory: put back its newest copy; if there is none, \
         make an empty one, and then revoke and disable again what was since the store's last backup"
    )]
    OutsideMissing,
    /// The file of what is kept outside the backups says something else than the store.
    #[error("entry {0} of kept-outside.log is not this store's: put the file back that belongs to it")]
    OutsideOther(u64),
    /// A check at the start failed.
    #[error("the self-test failed ({0}): this machine cannot run the server safely")]
    SelfTest(&'static str),
    /// A line of the configuration file is wrong.
    #[error("line {line} of the configuration file: `{key}` {what}")]
    Config {
        /// Which line.
        line: usize,
        /// Which key, as it is written there.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// What a new store is for cannot be right.
    #[error("--{option} {what}")]
    Option {
        /// Which option.
        option: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The configuration file cannot be read.
    #[error("the configuration file cannot be read: name one with --config that is there and in UTF-8")]
    ConfigUnread,
    /// Something that an administrator named does not exist.
    #[error("there is no such {0}: look at the list")]
    Unknown(&'static str),
    /// A file could not be read or written.
    #[error("the data directory cannot be used ({0})")]
    Io(io::ErrorKind),
    /// SQLite answered with another error.
    #[error("the database answered with an error ({0})")]
    Database(String),
    /// The writer has stopped.
    #[error("the store has stopped: start the server again")]
    Stopped,
}

impl Fault {
    /// Whether it passes by itself, or with room on the disk: whoever asked tries again.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::DiskFull | Self::DiskFailed | Self::InUse | Self::ReadOnly | Self::Stopped => true,
            Self::BackupRuns => true,
            Self::PortInUse(_)
            | Self::Address(_)
            | Self::NoStore
            | Self::StoreGone
            | Self::Exists
            | Self::Config { .. }
            | Self::Option { .. }
            | Self::ConfigUnread
            | Self::TooNew
            | Self::KeyExists
            | Self::KeyUnread
            | Self::KeyDamaged
            | Self::PlainNamedAge
            | Self::SealedNotAge
            | Self::BackupIsPlain
            | Self::IsFolder
            | Self::NotFolder
            | Self::Recipient
            | Self::Identity
            | Self::BackupNeedsKey(_)
            | Self::BackupOtherKey { .. }
            | Self::KeyOpenToOthers
            | Self::KeyOther(_)
            | Self::KeyWaits
            | Self::Tls(_)
            | Self::ClockBehind(_)
            | Self::ClockAhead(_)
            | Self::Damaged(_)
            | Self::BackupUnsound(_)
            | Self::FileExists
            | Self::OutsideMissing
            | Self::OutsideOther(_)
            | Self::SelfTest(_)
            | Self::Unknown(_)
            | Self::Io(_)
            | Self::Database(_) => false,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            io::ErrorKind::NotFound => Self::NoStore,
            other => Self::Io(other),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::SystemIoFailure) => Self::DiskFailed,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen) => Self::NoStore,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged("not readable as a database".to_owned())
            }
            Some(other) => Self::Database(format!("{other:?}")),
            None => Self::Damaged(format!("a column of another type: {}", kind_of(&error))),
        }
    }
}

fn kind_of(error: &rusqlite::Error) -> &'static str {
    match error {
        rusqlite::Error::QueryReturnedNoRows => "a row is missing",
        rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => "a value",
        _ => "a statement",
    }
}

impl From<serde_json::Error> for Fault {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged("a stored JSON text".to_owned())
    }
}

impl From<sync_core::ids::BadId> for Fault {
    fn from(bad: sync_core::ids::BadId) -> Self {
        Self::Damaged(format!("a stored {}", bad.0))
    }
}
