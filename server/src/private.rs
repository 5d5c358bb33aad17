//! Files and directories that only their owner can read, whatever the umask says.
//!
//! Owns how everything of a store is created: the umask of a service is often 022, and then every account
//! of the machine could read names and dates of birth. Does not change what is there already.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::fault::Fault;

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

/// Writes a whole file, in one step: what was there is replaced, and a link is not followed.
///
/// # Errors
/// As of [`std::fs::write`] and [`std::fs::rename`].
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let part = file.with_file_name(name);
    // What a crash left, or a link that somebody laid.
    drop(std::fs::remove_file(&part));
    let mut out = options().create_new(true).write(true).open(&part)?;
    io::Write::write_all(&mut out, bytes)?;
    out.sync_all()?;
    std::fs::rename(&part, file)
}

/// Copies a file; the copy is private even when the original is not, and durable when this returns.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = options().create(true).truncate(true).write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Refuses the file of a secret that others can read; `missing` is the fault when it is not there.
#[cfg(unix)]
// What systemd hands over as a credential looks readable by the group: that is its access list.
pub(crate) fn refuse_if_open_to_others(file: &Path, missing: Fault) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).map_err(|_| missing)?.permissions().mode();
    if mode & 0o037 == 0 { Ok(()) } else { Err(Fault::KeyOpenToOthers) }
}

/// The same, where files have no modes.
#[cfg(not(unix))]
pub(crate) fn refuse_if_open_to_others(_: &Path, _: Fault) -> Result<(), Fault> {
    Ok(())
}

/// Keeps what this process holds in memory (keys, names) out of core dumps, and from other processes of the same user.
#[cfg(target_os = "linux")]
pub fn keep_memory() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // A kernel that does not know it is older than any that this runs on.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// The same, where it cannot be done.
#[cfg(not(target_os = "linux"))]
pub fn keep_memory() {}
