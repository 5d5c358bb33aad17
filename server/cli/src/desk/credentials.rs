//! The file that `waymark sign-in` writes: a terminal's key, readable by its owner only.
//!
//! Does not know what the key signs: see [`super::tokens`].

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use server::private;
use sync_core::ids::{DeviceId, UserId};

use crate::failure::{Done, Failure};

/// What a terminal signs in with.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    pub(super) server: String,
    pub(super) device: DeviceId,
    pub(super) user: UserId,
    /// The issuer and audience of the server's tokens.
    pub(super) issuer: String,
    /// PKCS #8, base64url.
    pub(super) key: String,
}

/// The file, when none is named.
pub(super) fn usual_file() -> Done<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    let config = config.ok_or_else(|| Failure::Usage("name the file with --credentials".to_owned()))?;
    Ok(config.join("waymark").join("credentials.json"))
}

impl Credentials {
    pub(super) fn read(file: Option<&Path>) -> Done<Self> {
        let file = file.map_or_else(usual_file, |file| Ok(file.to_owned()))?;
        let missing = || Failure::Usage("sign in first: waymark sign-in --server URL --code CODE".to_owned());
        refuse_if_open_to_others(&file).map_err(|failure| failure.unwrap_or_else(missing))?;
        let text = std::fs::read_to_string(&file).map_err(|_| missing())?;
        serde_json::from_str(&text)
            .map_err(|_| Failure::Usage("the credential file cannot be read: sign in again".to_owned()))
    }

    /// Writes a new file; one that is there already is kept.
    pub(super) fn create(file: &Path) -> Done<std::fs::File> {
        if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            private::create_dir_all(parent)?;
        }
        private::options().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::Usage(
                "you are signed in already: delete the credential file, or name another with --credentials"
                    .to_owned(),
            ),
            _ => error.into(),
        })
    }

    pub(super) fn write(&self, mut to: &std::fs::File) -> Done {
        let json = serde_json::to_string_pretty(self).expect("credentials are plain data");
        to.write_all(json.as_bytes())?;
        Ok(to.sync_all()?)
    }
}

/// Nothing when the file is missing; a failure when others could read it.
#[cfg(unix)]
fn refuse_if_open_to_others(file: &Path) -> Result<(), Option<Failure>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).map_err(|_| None)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let sentence = "others can read the credential file: run `chmod 600` on it, or sign in again";
    Err(Some(Failure::Usage(sentence.to_owned())))
}

#[cfg(not(unix))]
fn refuse_if_open_to_others(_: &Path) -> Result<(), Option<Failure>> {
    Ok(())
}
