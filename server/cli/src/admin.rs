//! `waymark init | serve | verify`: the server's store from a terminal.
//!
//! Takes the store's lock; a running server holds it, and then the command says so. Does not read
//! or write the store itself: the server's library does; nor back up: see [`super::backup`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;
use server::{
    ClockIs, Config, EnrolCode, Fault, InitOptions, LogFormat, OidcSettings, Server, Settings, now_ms,
};
use sync_core::policy::PolicyPack;

use crate::failure::{Done, Failure, print};

/// Where the store is.
#[derive(Debug, clap::Args)]
pub(crate) struct Data {
    /// The server's data directory.
    #[arg(long, env = "WAYMARK_DATA", default_value = "waymark-data")]
    pub(crate) data: PathBuf,
}

/// `waymark init`
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    at: Data,
    /// The file that the server's key is written into; `waymark.key` in the data directory when none is named.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The force's name.
    #[arg(long, default_value = "Thames Valley Police")]
    force: String,
    /// The first letters of every human reference; the pack's when none are named.
    #[arg(long)]
    prefix: Option<String>,
    /// The policy pack that decisions are made by: see `docs/policy.md`.
    #[arg(long, default_value = "thames-valley-2018")]
    policy: String,
}

/// `waymark serve`
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The server's data directory; `waymark-data` when none is named.
    #[arg(long, env = "WAYMARK_DATA")]
    data: Option<PathBuf>,
    /// The address to listen on; `127.0.0.1:8470` when none is named.
    #[arg(long, env = "WAYMARK_LISTEN")]
    listen: Option<SocketAddr>,
    /// The address that people and devices know, when something stands in front of the server.
    #[arg(long, env = "WAYMARK_PUBLIC_URL")]
    public_url: Option<String>,
    /// What is logged, such as `info` or `server=debug`.
    #[arg(long, env = "WAYMARK_LOG_LEVEL")]
    log_level: Option<String>,
    /// `text` or `json`.
    #[arg(long, env = "WAYMARK_LOG_FORMAT", value_parser = PossibleValuesParser::new(["text", "json"]).map(|word| log_format(&word)))]
    log_format: Option<LogFormat>,
    /// The file of the server's key; `waymark.key` among systemd's credentials or in the data directory when none is named.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The server's certificate with its chain, as PEM: the server speaks TLS itself.
    #[arg(long, env = "WAYMARK_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, as PEM.
    #[arg(long, env = "WAYMARK_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    #[command(flatten)]
    oidc: OidcArgs,
    /// Somebody has looked at the clock: start although the store says otherwise.
    #[arg(long)]
    the_clock_is_right: bool,
    /// A configuration file; `waymark.toml` in the data directory is read when it is there.
    #[arg(long, env = "WAYMARK_CONFIG")]
    config: Option<PathBuf>,
}

/// The identity provider by which people may sign in at the desk.
#[derive(Debug, clap::Args)]
struct OidcArgs {
    /// Its name, such as `https://login.example`: exactly as it names itself.
    #[arg(long, env = "WAYMARK_OIDC_ISSUER")]
    oidc_issuer: Option<String>,
    /// What it calls this server.
    #[arg(long, env = "WAYMARK_OIDC_CLIENT_ID")]
    oidc_client_id: Option<String>,
    /// The file of this server's secret there; `waymark.oidc` among systemd's credentials when none is named.
    #[arg(long, env = "WAYMARK_OIDC_CLIENT_SECRET_FILE")]
    oidc_client_secret_file: Option<PathBuf>,
    /// What people call their account there, such as `Thames Valley account`.
    #[arg(long, env = "WAYMARK_OIDC_LABEL")]
    oidc_label: Option<String>,
}

impl From<OidcArgs> for OidcSettings {
    fn from(args: OidcArgs) -> Self {
        Self {
            issuer: args.oidc_issuer,
            client_id: args.oidc_client_id,
            client_secret_file: args.oidc_client_secret_file.or_else(|| credential("waymark.oidc")),
            label: args.oidc_label,
        }
    }
}

fn log_format(word: &str) -> LogFormat {
    if word == "json" { LogFormat::Json } else { LogFormat::Text }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let usage = matches!(
            fault,
            Fault::Option { .. }
                | Fault::Tls(_)
                | Fault::IsFolder
                | Fault::NotFolder
                | Fault::Recipient
                | Fault::Identity
                | Fault::BackupNeedsKey(_)
        );
        if usage {
            return Self::Usage(fault.to_string());
        }
        Self::Environment(fault.to_string())
    }
}

fn code_json(code: &EnrolCode) -> serde_json::Value {
    json!({ "user": code.user, "name": code.name, "code": code.code })
}

/// Creates a store.
pub(crate) fn init(args: InitArgs) -> Done {
    let InitArgs { at, key_file, force: force_name, prefix, policy } = args;
    let pack = PolicyPack::find(&policy).ok_or_else(|| {
        let known: Vec<&str> = PolicyPack::shipped().map(|pack| pack.id.as_str()).collect();
        Failure::Usage(format!("there is no such policy pack: name one of {}", known.join(", ")))
    })?;
    let force_prefix = prefix.unwrap_or_else(|| pack.reference_prefix.clone());
    let options = InitOptions { force_name, force_prefix, policy, key_file };
    let made = server::init(&at.data, &options, now_ms())?;
    let codes: Vec<_> = made.admin_codes.iter().map(code_json).collect();
    let answer = json!({
        "force": made.force, "prefix": made.force_prefix, "admins": codes, "codes_valid_minutes": 10,
    });
    print(&format!("{answer:#}"));
    Ok(())
}

/// Serves until it is stopped.
pub(crate) fn serve(args: ServeArgs) -> Done {
    let ServeArgs {
        data,
        listen,
        public_url,
        log_level,
        log_format,
        tls_cert,
        tls_key,
        config,
        key_file,
        oidc,
        the_clock_is_right,
    } = args;
    let key_file = key_file.or_else(|| credential("waymark.key"));
    let named = Settings {
        data,
        listen,
        public_url,
        log_level,
        log_format,
        tls_cert,
        tls_key,
        key_file,
        oidc: Some(oidc.into()),
        ..Settings::default()
    };
    let mut config = Config::load(named, config.as_deref())?;
    if the_clock_is_right {
        config.clock = ClockIs::Right;
    }
    log(&config)?;
    let running = Server::start(config)?;
    // Before anybody reads where it listens, and may tell it to end.
    running.end_when_told()?;
    print(&format!("Waymark listens on {}", running.url));
    Ok(running.wait()?)
}

/// What systemd hands over under this name, when it does.
pub(crate) fn credential(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)?;
    Some(folder.join(name)).filter(|file| file.is_file())
}

/// What is logged. A head that is none is a stranger's mistake: actix calls it an error, and whoever looks for errors
/// would find nothing else.
fn with_quiet(level: &str) -> String {
    const NOISE: &str = "actix_http::h1";
    let asked = ["debug", "trace", "actix"].iter().any(|word| level.contains(word));
    if asked { level.to_owned() } else { format!("{level},{NOISE}=off") }
}

/// Sends the log to stderr.
fn log(config: &Config) -> Done {
    let filter = tracing_subscriber::EnvFilter::try_new(with_quiet(&config.log_level));
    let filter = filter.map_err(|_| Failure::Usage("the log level is not one: try `info`".to_owned()))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match config.log_format {
        LogFormat::Text => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    set.map_err(|_| Failure::Environment("the log cannot be written".to_owned()))
}

/// Verifies the store.
pub(crate) fn verify(at: &Data) -> Done {
    let report = server::verify(&at.data)?;
    print(&format!("{:#}", serde_json::to_value(&report).expect("a report is plain data")));
    match report.first_fault {
        None => Ok(()),
        Some(place) => Err(Failure::Check(format!("the store is not as it was written: {place}"))),
    }
}
