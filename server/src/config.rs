//! Where the server keeps its store, where it listens, and how much it takes.
//!
//! ```text
//!   flags and WAYMARK_… ─▶ Settings ┐
//!   waymark.toml        ─▶ Settings ┴▶ Config, with the usual values where none is named
//! ```
//! Does not read flags or the environment: the command line does.

pub(crate) mod oidc;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::fault::Fault;
use crate::rates::Rates;
use crate::tls::TlsFiles;
pub use oidc::{Oidc, OidcSettings};

/// The file in the data directory that is read when none is named.
const FILE: &str = "waymark.toml";
const DATA: &str = "waymark-data";
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8470);

/// What a server runs by.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// The address; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// The address that people and devices know, when something stands in front of the server.
    pub public_url: Option<String>,
    /// What is logged, such as `info` or `server=debug`.
    pub log_level: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// How much a request may ask for.
    pub limits: Limits,
    /// How often somebody may do something.
    pub rates: Rates,
    /// Where the server's key is; in the data directory when no file is named.
    pub key_file: Option<PathBuf>,
    /// Certificate and key, when the server speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// The identity provider by which people may sign in.
    pub oidc: Option<Oidc>,
    /// Who may read what the server counts.
    pub metrics: Metrics,
    /// Whether the machine's clock is compared with what the store knows.
    pub clock: ClockIs,
    /// Whether the people in the store are real.
    pub people: People,
    /// How backups are written.
    pub backup: Backups,
}

/// How backups are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backups {
    /// Whom they are encrypted to, `age1…`; nobody: they are plain.
    pub recipients: Vec<String>,
    /// Whether the server's key is left out of the encrypted ones.
    pub without_key: bool,
}

/// Whether the people in a store are real. Every page of the desk says so where they are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum People {
    /// They are, or may be.
    #[default]
    Real,
    /// A demo, or a training: nobody in it exists.
    Invented,
}

/// Who may read what the server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metrics {
    /// Whoever asks from this machine.
    #[default]
    Here,
    /// Whoever reaches the server.
    Anyone,
}

/// What is known of the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockIs {
    /// It is compared with the newest thing in the store.
    #[default]
    Tested,
    /// Somebody has looked, and says so.
    Right,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// How much a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest body as sent, in bytes.
    pub max_request_bytes: usize,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// What all bodies together may take in memory, also what they unpack to, in bytes.
    pub bodies_bytes: usize,
    /// Connections at a time, for each of the threads.
    pub max_connections: usize,
    /// Threads that answer requests.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_request_bytes: 1 << 20,
            body_seconds: 30,
            bodies_bytes: 32 << 20,
            max_connections: 2_000,
            workers: 2,
        }
    }
}

/// What one source names; what it leaves out another may name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The data directory.
    pub data: Option<PathBuf>,
    /// The address.
    pub listen: Option<SocketAddr>,
    /// The address that people and devices know.
    pub public_url: Option<String>,
    /// What is logged.
    pub log_level: Option<String>,
    /// How it is logged.
    pub log_format: Option<LogFormat>,
    /// How much a request may ask for.
    pub limits: Option<Limits>,
    /// How often somebody may do something.
    pub rates: Option<Rates>,
    /// Where the server's key is.
    pub key_file: Option<PathBuf>,
    /// The certificate as PEM, when the server speaks TLS itself.
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key as PEM.
    pub tls_key: Option<PathBuf>,
    /// The identity provider.
    pub oidc: Option<OidcSettings>,
    /// Who may read what the server counts.
    pub metrics: Option<Metrics>,
    /// Whether the people in the store are real.
    pub people: Option<People>,
    /// How backups are written.
    pub backup: Option<Backups>,
}

impl Config {
    /// A server with the usual values.
    #[must_use]
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        let settings = Settings { data: Some(data), listen: Some(listen), ..Settings::default() };
        Self::of(settings, Settings::default()).expect("nothing contradicts itself")
    }

    /// Settings from flags and environment, and where they name nothing, from a file: the one
    /// named, else the one in the data directory if it is there.
    ///
    /// # Errors
    /// [`Fault::Config`] names line and key; [`Fault::ConfigUnread`] when a named file is not there.
    pub fn load(named: Settings, file: Option<&Path>) -> Result<Self, Fault> {
        let data = named.data.clone().unwrap_or_else(|| PathBuf::from(DATA));
        let text = match file {
            Some(file) => Some(std::fs::read_to_string(file).map_err(|_| Fault::ConfigUnread)?),
            None if data.join(FILE).is_file() => {
                Some(std::fs::read_to_string(data.join(FILE)).map_err(|_| Fault::ConfigUnread)?)
            }
            None => None,
        };
        let from_file = text.as_deref().map(parse).transpose()?.unwrap_or_default();
        Self::of(named, from_file)
    }

    fn of(first: Settings, second: Settings) -> Result<Self, Fault> {
        let public_url = first.public_url.or(second.public_url);
        let tls = match (first.tls_cert.or(second.tls_cert), first.tls_key.or(second.tls_key)) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(Fault::Tls("a certificate and its key go together"));
            }
        };
        let oidc = first.oidc.unwrap_or_default().or(second.oidc.unwrap_or_default()).checked()?;
        if oidc.is_some() && public_url.is_none() {
            // Where the provider sends people back to is never taken from a request.
            let what =
                "must name the address that people know, where an identity provider sends them back to";
            return Err(Fault::Option { option: "public-url", what });
        }
        Ok(Self {
            oidc,
            key_file: first.key_file.or(second.key_file),
            tls,
            metrics: first.metrics.or(second.metrics).unwrap_or_default(),
            clock: ClockIs::default(),
            data: first.data.or(second.data).unwrap_or_else(|| PathBuf::from(DATA)),
            listen: first.listen.or(second.listen).unwrap_or(LISTEN),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            log_level: first.log_level.or(second.log_level).unwrap_or_else(|| "info".to_owned()),
            log_format: first.log_format.or(second.log_format).unwrap_or_default(),
            limits: first.limits.or(second.limits).unwrap_or_default(),
            rates: first.rates.or(second.rates).unwrap_or_default(),
            people: first.people.or(second.people).unwrap_or_default(),
            backup: first.backup.or(second.backup).unwrap_or_default(),
        })
    }
}

/// Reads a configuration file.
fn parse(text: &str) -> Result<Settings, Fault> {
    let settings: Settings = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let what = if error.message().starts_with("unknown field") {
            "is not a key here"
        } else {
            "is not as it must be"
        };
        fault(text, at, what)
    })?;
    match settings.limits.filter(|limits| {
        let Limits { max_request_bytes, body_seconds, bodies_bytes, max_connections, workers } = *limits;
        // One body must fit, plain and packed.
        body_seconds == 0
            || [max_request_bytes, max_connections, workers].contains(&0)
            || bodies_bytes < max_request_bytes.saturating_mul(8)
    }) {
        None => Ok(settings),
        Some(_) => Err(fault(
            text,
            text.find("[limits]").unwrap_or_default(),
            "must be above nothing, and bodies_bytes at least eight requests",
        )),
    }
}

/// Where in the file something is wrong: the line, and the key that begins it.
fn fault(text: &str, at: usize, what: &'static str) -> Fault {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let key = text.lines().nth(line - 1).unwrap_or_default();
    let key = key.split('=').next().unwrap_or_default().trim().chars().take(40).collect();
    Fault::Config { line, key, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_names_line_and_key() {
        let unknown = "is not a key here";
        let wrong = "is not as it must be";
        for (text, line, key, what) in [
            ("listen = \"127.0.0.1:1\"\nlisen = 1\n", 2, "lisen", unknown),
            ("listen = \"here\"\n", 1, "listen", wrong),
            ("\n[limits]\nworkers = \"two\"\n", 3, "workers", wrong),
            ("[limits]\nmost = 2\n", 2, "most", unknown),
            ("log_format = \"xml\"\n", 1, "log_format", wrong),
            ("data = \n", 1, "data", wrong),
        ] {
            let key = key.to_owned();
            assert_eq!(parse(text).err(), Some(Fault::Config { line, key, what }), "{text}");
        }
    }

    #[test]
    fn flags_come_before_the_file_and_the_file_before_what_is_usual() {
        let data = tempfile::tempdir().expect("a directory is made");
        let file = "listen = \"127.0.0.1:2\"\nlog_level = \"debug\"\npeople = \"invented\"\npublic_url = \"https://w.example/\"\n";
        std::fs::write(data.path().join(FILE), file).expect("it is written");
        let flags = Settings {
            data: Some(data.path().to_owned()),
            listen: "127.0.0.1:1".parse().ok(),
            ..Settings::default()
        };
        let config = Config::load(flags, None).expect("it is read");
        assert_eq!(config.listen.port(), 1);
        assert_eq!((config.log_level.as_str(), config.log_format), ("debug", LogFormat::Text));
        assert_eq!(config.public_url.as_deref(), Some("https://w.example"));
        assert_eq!((config.limits, config.people), (Limits::default(), People::Invented));
    }

    #[test]
    fn an_identity_provider_is_named_by_flags_and_file_together() {
        let file = "public_url = \"https://w.example\"\n[oidc]\nissuer = \"https://id.example\"\nclient_id = \"waymark\"\n\
                    label = \"Thames Valley account\"\n";
        let of = |text: &str, flags| Config::of(flags, parse(text).expect("it is read"));
        let secret = OidcSettings { client_secret_file: Some("secret".into()), ..OidcSettings::default() };
        let flags = Settings { oidc: Some(secret), ..Settings::default() };
        let oidc = of(file, flags.clone()).map(|config| config.oidc.map(|oidc| (oidc.issuer, oidc.label)));
        assert_eq!(oidc, Ok(Some(("https://id.example".to_owned(), "Thames Valley account".to_owned()))));
        let nowhere = of(&file.replace("public_url", "# "), flags).err();
        assert!(matches!(nowhere, Some(Fault::Option { option: "public-url", .. })), "{nowhere:?}");
        let typed = parse("[oidc]\nclient_secret = \"x\"\n").err();
        assert!(
            matches!(typed, Some(Fault::Config { line: 2, .. })),
            "a secret stands in a file of its own: {typed:?}"
        );
    }

    #[test]
    fn a_named_file_must_be_there() {
        let missing = Config::load(Settings::default(), Some(Path::new("nowhere.toml")));
        assert_eq!(missing.err(), Some(Fault::ConfigUnread));
    }
}
