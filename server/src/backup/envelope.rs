//! An encrypted backup: an `age` file around a `tar` of the store, and of the server's key where it goes along.
//!
//! ```text
//!   backup.sqlite.age          age ─▶ tar ─▶ waymark.key, waymark.sqlite
//!   backup.sqlite.age.sha256   its digest, and in a comment whom it is encrypted to
//! ```
//! Both formats are known outside: `age -d -i KEY FILE | tar x` opens a backup without this program. Does not verify what
//! is in the store: see [`super::backup`].

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use age::{DecryptError, Decryptor, Encryptor};
use aws_lc_rs::digest::{Context, SHA256};
use sync_core::ids::Digest;
use tar::{Archive, Builder, Entry, Header};

use super::recipients::{Identities, Recipients};
use super::{part_of, synced_folder, with_suffix};
use crate::fault::Fault;
use crate::private;

/// What every encrypted backup begins with.
const BEGINS: &[u8] = b"age-encryption.org/v1\n";
const STORE: &str = "waymark.sqlite";
const KEY: &str = "waymark.key";
/// More than any key file has.
const MOST_KEY_BYTES: u64 = 64 << 10;

/// Whether a file is encrypted.
pub(super) fn is_sealed(file: &Path) -> Result<bool, Fault> {
    let mut begins = Vec::new();
    File::open(file).map_err(missing)?.take(BEGINS.len() as u64).read_to_end(&mut begins)?;
    Ok(begins == BEGINS)
}

/// Encrypts a store into a file that is not there yet, and gives the file's digest. It is durable, and was read again,
/// when this returns.
pub(super) fn seal(store: &Path, key: Option<&[u8]>, to: &Recipients, file: &Path) -> Result<Digest, Fault> {
    let part = part_of(file);
    let sealed = write(store, key, to, &part).and_then(|digest| {
        // The disk says that it has the bytes: whether it gives them back is another question.
        if digest_of(&part)? != digest {
            return Err(Fault::BackupUnsound("the disk gives back other bytes than were written".to_owned()));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut beside = format!("# encrypted to {}\n", to.names().join(" "));
        beside.push_str(&format!("{digest}  {name}\n"));
        let digest_file = with_suffix(file, ".sha256");
        private::write(&digest_file, beside.as_bytes())?;
        File::open(&digest_file)?.sync_all()?;
        std::fs::rename(&part, file)?;
        synced_folder(file)?;
        Ok(digest)
    });
    if sealed.is_err() {
        drop(std::fs::remove_file(&part));
    }
    sealed
}

fn write(store: &Path, key: Option<&[u8]>, to: &Recipients, part: &Path) -> Result<Digest, Fault> {
    let out = private::fresh(part)?;
    let out = Counted { out: BufWriter::new(out), context: Context::new(&SHA256) };
    let encryptor = Encryptor::with_recipients(to.each()).map_err(|_| Fault::Recipient)?;
    let mut archive = Builder::new(encryptor.wrap_output(out)?);
    if let Some(key) = key {
        archive.append_data(&mut header(key.len() as u64), KEY, key)?;
    }
    let mut store = File::open(store)?;
    archive.append_data(&mut header(store.metadata()?.len()), STORE, &mut store)?;
    let Counted { out, context } = archive.into_inner()?.finish()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(Digest(context.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes")))
}

/// A private file of a length; no time and no owner, which would tell nobody anything.
fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_mode(0o600);
    header.set_size(bytes);
    header
}

/// Decrypts a backup into a file, and gives the server's key when it holds that.
pub(super) fn open(file: &Path, with: Option<&Identities>, store: &Path) -> Result<Option<Vec<u8>>, Fault> {
    let beside = Beside::of(file);
    if let Some(expected) = &beside.digest
        && digest_of(file)?.to_string() != *expected
    {
        return Err(Fault::BackupUnsound("its digest is another than the one beside it".to_owned()));
    }
    let Some(identities) = with else { return Err(Fault::BackupNeedsKey(beside.recipients)) };
    let unsound = |_| Fault::BackupUnsound("it is no encrypted backup, or a damaged one".to_owned());
    let decryptor = Decryptor::new_buffered(BufReader::new(File::open(file)?)).map_err(unsound)?;
    let plain = decryptor.decrypt(identities.each()).map_err(|error| match error {
        DecryptError::NoMatchingKeys => {
            Fault::BackupOtherKey { needs: beside.recipients, given: identities.names().join(", ") }
        }
        other => unsound(other),
    })?;
    unpack(plain, store).map_err(|error| match error.kind() {
        // Of the disk that it is written to, and not of the backup.
        io::ErrorKind::StorageFull | io::ErrorKind::PermissionDenied => error.into(),
        _ => Fault::BackupUnsound("it is damaged, or was cut".to_owned()),
    })
}

fn unpack(plain: impl Read, store: &Path) -> io::Result<Option<Vec<u8>>> {
    let (mut key, mut found) = (None, false);
    let mut archive = Archive::new(plain);
    for entry in archive.entries()? {
        let mut entry: Entry<'_, _> = entry?;
        match entry.path()?.to_str() {
            Some(KEY) => {
                let mut bytes = Vec::new();
                (&mut entry).take(MOST_KEY_BYTES).read_to_end(&mut bytes)?;
                key = Some(bytes);
            }
            Some(STORE) => {
                let mut out = private::options().create(true).truncate(true).write(true).open(store)?;
                io::copy(&mut entry, &mut out)?;
                out.sync_all()?;
                found = true;
            }
            // A later version may put more into it.
            Some(_) | None => {}
        }
    }
    // The end of the archive is not the end of the encryption: only its last piece says that nothing was cut off.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    if found { Ok(key) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// What stands beside an encrypted backup; nothing of it is believed but for what to say.
struct Beside {
    digest: Option<String>,
    recipients: String,
}

impl Beside {
    fn of(file: &Path) -> Self {
        let text = std::fs::read_to_string(with_suffix(file, ".sha256")).unwrap_or_default();
        let named = text.lines().find_map(|line| line.strip_prefix("# encrypted to "));
        let digest = text.lines().find(|line| !line.starts_with('#')).and_then(|line| line.split(' ').next());
        let unknown = "a key that is not named beside it";
        Self { digest: digest.map(str::to_owned), recipients: named.unwrap_or(unknown).to_owned() }
    }
}

fn digest_of(file: &Path) -> Result<Digest, Fault> {
    let mut counted = Counted { out: io::sink(), context: Context::new(&SHA256) };
    io::copy(&mut File::open(file).map_err(missing)?, &mut counted)?;
    Ok(Digest(counted.context.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes")))
}

fn missing(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::NotFound {
        Fault::BackupUnsound("there is no such file".to_owned())
    } else {
        error.into()
    }
}

/// A writer that digests what passes.
struct Counted<W> {
    out: W,
    context: Context,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.context.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
