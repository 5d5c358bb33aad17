//! Files and directories that only their owner can read, whatever the umask says.
//!
//! Owns how everything of a store is created: the umask of a service is often 022, and then every account
//! of the machine could read names and dates of birth. Does not change what is there already.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// How a private file is opened: one that is created by it gets mode 0600.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a directory with mode 0700, and those above it that are missing.
///
/// # Errors
/// As of [`std::fs::create_dir_all`].
pub fn create_dir_all(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes sure that a file is there. SQLite gives its write-ahead log and shared memory the mode of the
/// database, so a database is made this way before it is opened.
///
/// # Errors
/// As of [`OpenOptions::open`].
pub fn touch(file: &Path) -> io::Result<()> {
    options().create(true).append(true).open(file).map(drop)
}

/// Writes a whole file.
///
/// # Errors
/// As of [`std::fs::write`].
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut options().create(true).truncate(true).write(true).open(file)?, bytes)
}

/// Copies a file; the copy is private even when the original is not, and durable when this returns.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = options().create(true).truncate(true).write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}
