//! `waymark backup | backup-key | restore`: verified copies of the store, once or from time to time, plain or encrypted,
//! and the way back.
//!
//! Does not copy or verify itself: the server's library does.

use std::path::PathBuf;
use std::time::Duration;

use server::{Backup, BackupReport, Config, Fault, Identities, Recipients, Seal, Settings, With, now_ms};
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::{Data, credential};
use crate::failure::{Done, Failure, print};
use crate::typed::secret_text;

/// `waymark backup`
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    at: Data,
    /// The file of the backup, which must not be there; with --every the folder of the backups.
    file: PathBuf,
    /// Encrypts the backup to whoever has the key of this recipient, `age1…`; may be given several times. Else to those
    /// that the configuration names; else it is plain.
    #[arg(long, value_name = "AGE1")]
    recipient: Vec<String>,
    /// The same, from a file with a recipient a line.
    #[arg(long, value_name = "FILE")]
    recipients_file: Option<PathBuf>,
    /// Leaves the server's key out of an encrypted backup.
    #[arg(long)]
    without_key: bool,
    /// The file of the server's key; `waymark.key` among systemd's credentials or in the data directory when none is named.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// A configuration file; `waymark.toml` in the data directory is read when it is there.
    #[arg(long, env = "WAYMARK_CONFIG")]
    config: Option<PathBuf>,
    /// Backs up again and again, such as every `30m`, `6h` or `1d`, until it is told to end.
    #[arg(long, value_name = "TIME", value_parser = span)]
    every: Option<Duration>,
    /// How many backups are kept in the folder: the newest.
    #[arg(long, value_name = "N", requires = "every", default_value_t = 14)]
    keep: u16,
}

/// `waymark restore`
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    at: Data,
    /// The file of the backup.
    file: PathBuf,
    /// The file of the key that opens an encrypted backup; `-` reads it from stdin.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The file that the server's key is in, or is put into when the backup holds it; `waymark.key` in the data directory
    /// when none is named.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
}

/// `waymark backup-key`
#[derive(Debug, clap::Args)]
pub(crate) struct BackupKeyArgs {
    /// The file of the key, which must not be there. Keep it where the backups are not.
    file: PathBuf,
}

fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "a number and s, m, h or d, such as 6h".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let many: u64 = text.trim_end_matches(unit).parse().map_err(|_| wrong())?;
    many.checked_mul(seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or_else(wrong)
}

/// Writes a verified backup, also beside a running server.
pub(crate) fn backup(args: &BackupArgs) -> Done {
    let seal = seal(args)?;
    match args.every {
        None => {
            let (data, file) = (&args.at.data, &args.file);
            report(&match &seal {
                None => server::backup(data, file, now_ms())?,
                Some(seal) => server::backup_sealed(data, file, seal, now_ms())?,
            });
        }
        Some(every) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(again_and_again(args, seal.as_ref(), every))?;
        }
    }
    Ok(())
}

/// Whom backups are encrypted to: those of the command, else those of the configuration.
fn seal(args: &BackupArgs) -> Done<Option<Seal>> {
    let named = Settings {
        data: Some(args.at.data.clone()),
        key_file: args.key_file.clone().or_else(|| credential("waymark.key")),
        ..Settings::default()
    };
    let config = Config::load(named, args.config.as_deref())?;
    let mut recipients = args.recipient.clone();
    if let Some(file) = &args.recipients_file {
        recipients.push(std::fs::read_to_string(file).map_err(|_| Fault::Recipient)?);
    }
    if recipients.is_empty() {
        recipients = config.backup.recipients;
    }
    if recipients.is_empty() {
        return Ok(None);
    }
    let without = args.without_key || config.backup.without_key;
    let with = if without { With::Nothing } else { With::Key(config.key_file) };
    Ok(Some(Seal { recipients: Recipients::parse(&recipients.join("\n"))?, with }))
}

fn again(args: &BackupArgs, seal: Option<&Seal>) -> Result<BackupReport, Fault> {
    server::backup_into(&args.at.data, &args.file, usize::from(args.keep), seal, now_ms())
}

/// One that fails is said and does not end the others: the next one may find the disk mended. The first must not fail.
async fn again_and_again(args: &BackupArgs, seal: Option<&Seal>, every: Duration) -> Done {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut times = tokio::time::interval(every);
    let mut is_first = true;
    loop {
        tokio::select! {
            _ = times.tick() => {}
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
        match again(args, seal) {
            Ok(written) => report(&written),
            Err(fault) if is_first => return Err(fault.into()),
            Err(fault) => drop(Failure::from(fault).say()),
        }
        is_first = false;
    }
}

fn report(report: &impl serde::Serialize) {
    print(&format!("{:#}", serde_json::to_value(report).expect("a report is plain data")));
}

/// Puts a backup in the place of the store, and begins a new epoch.
pub(crate) fn restore(args: &RestoreArgs) -> Done {
    let identities = match &args.identity {
        None => None,
        Some(file) if file.as_os_str() == "-" => {
            Some(Identities::parse(&secret_text("the key of the backup")?)?)
        }
        Some(file) => Some(Identities::read(file)?),
    };
    let from = Backup { file: &args.file, identities: identities.as_ref() };
    report(&server::restore_from(from, &args.at.data, args.key_file.as_deref(), now_ms())?);
    Ok(())
}

/// Makes a key that opens backups, and prints whom they are encrypted to.
pub(crate) fn backup_key(args: &BackupKeyArgs) -> Done {
    report(&serde_json::json!({ "recipient": server::new_key(&args.file)? }));
    Ok(())
}
