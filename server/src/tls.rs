//! TLS in the server itself: a certificate and its key from two files, read again when they change.
//!
//! ```text
//!   somebody connects ─▶ have the files changed? (looked at once a second) ─▶ read, checked ─▶ served from now on
//! ```
//! Files that cannot be used, such as a certificate whose key is not there yet, change nothing: the ones before are
//! served on, and the log says so. Does not get certificates, and asks none of clients: devices sign each request.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::fault::Fault;

/// How often files are looked at, at most.
const LOOK: Duration = Duration::from_secs(1);

/// Where certificate and key are, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, with those that stand between it and a root.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What is served, and since when.
#[derive(Debug)]
struct Served {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    key: Arc<CertifiedKey>,
    changed: [Option<SystemTime>; 2],
    looked: Instant,
}

/// How the server speaks TLS with these files.
pub(crate) fn config(files: &TlsFiles) -> Result<ServerConfig, Fault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let changed = changed(files);
    let key = read(files, &provider)?;
    let now = Mutex::new(Now { key, changed, looked: Instant::now() });
    let served = Arc::new(Served { files: files.clone(), provider: provider.clone(), now });
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| Fault::Tls("the versions of TLS cannot be had"))?;
    Ok(config.with_no_client_auth().with_cert_resolver(served))
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, Fault> {
    let chain = CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain =
        chain.ok().filter(|chain| !chain.is_empty()).ok_or(Fault::Tls("no certificate can be read"))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|_| Fault::Tls("no key can be read"))?;
    let pair = CertifiedKey::from_der(chain, key, provider);
    pair.map(Arc::new).map_err(|_| Fault::Tls("the key is not the certificate's"))
}

fn changed(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    let when = |file: &Path| std::fs::metadata(file).and_then(|found| found.modified()).ok();
    [when(&files.cert), when(&files.key)]
}

impl Served {
    fn present(&self) -> Arc<CertifiedKey> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.looked.elapsed() >= LOOK {
            now.looked = Instant::now();
            let changed = changed(&self.files);
            if changed != now.changed {
                now.changed = changed;
                match read(&self.files, &self.provider) {
                    Ok(key) => {
                        tracing::info!("the certificate was read again");
                        now.key = key;
                    }
                    Err(fault) => tracing::error!(%fault, "the certificate before is served on"),
                }
            }
        }
        now.key.clone()
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.present())
    }
}
