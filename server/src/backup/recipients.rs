//! Whom a backup is encrypted to, and the keys that open one: those of `age` (X25519), one a line.
//!
//! Does not encrypt: see [`super::envelope`].

use std::io::Write as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519;

use crate::fault::Fault;
use crate::private;

/// Whom a backup is encrypted to: each of them can open it alone.
#[derive(Clone)]
pub struct Recipients(Vec<x25519::Recipient>);

impl Recipients {
    /// Recipients as people write them: `age1…`, one a line; empty lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// [`Fault::Recipient`] when a line is none, or there is none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines = said(text).map(|line| line.parse().map_err(|_| Fault::Recipient));
        let found = lines.collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() { Err(Fault::Recipient) } else { Ok(Self(found)) }
    }

    /// As they are written.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|recipient| recipient as &dyn age::Recipient)
    }
}

/// Keys that open backups.
pub struct Identities(Vec<x25519::Identity>);

impl Identities {
    /// Keys as `age-keygen` and [`new_key`] write them.
    ///
    /// # Errors
    /// [`Fault::Identity`] when a line is no key, or there is none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines = said(text).map(|line| line.parse().map_err(|_| Fault::Identity));
        let found = lines.collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() { Err(Fault::Identity) } else { Ok(Self(found)) }
    }

    /// Keys from a file, which must be its owner's alone.
    ///
    /// # Errors
    /// [`Fault::Identity`] when it cannot be read or holds none, [`Fault::KeyOpenToOthers`] when others can read it.
    pub fn read(file: &Path) -> Result<Self, Fault> {
        private::refuse_if_open_to_others(file, Fault::Identity)?;
        Self::parse(&std::fs::read_to_string(file).map_err(|_| Fault::Identity)?)
    }

    /// The recipients that they belong to.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as &dyn age::Identity)
    }
}

/// Makes a key that opens backups, in a new private file; gives the recipient that they are encrypted to.
///
/// # Errors
/// [`Fault::FileExists`]: a key never replaces a file; another [`Fault`] of the disk.
pub fn new_key(file: &Path) -> Result<String, Fault> {
    let identity = x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let mut out = private::options().create_new(true).write(true).open(file).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists { Fault::FileExists } else { error.into() }
    })?;
    writeln!(out, "# recipient: {recipient}\n{}", identity.to_string().expose_secret())?;
    out.sync_all()?;
    Ok(recipient)
}

fn said(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
