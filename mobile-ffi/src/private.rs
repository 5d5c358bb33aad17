//! Files and directories that only their owner can read, whatever the umask says.
//!
//! Owns how everything of a phone's store is created. The server has the same in its own room: neither
//! may see the other, and `sync-core` touches no files. Does not change what is there already.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// How a private file is opened: one that is created by it gets mode 0600.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a directory with mode 0700, and those above it that are missing.
pub(crate) fn create_dir_all(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes sure that a database's file is there. SQLite gives the write-ahead log and the shared memory the
/// mode of the database, so a database is made this way before it is opened.
pub(crate) fn touch(file: &Path) -> io::Result<()> {
    options().create(true).append(true).open(file).map(drop)
}

/// Copies a file; the copy is private even when the original is not.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = options().create(true).truncate(true).write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy).map(drop)
}
