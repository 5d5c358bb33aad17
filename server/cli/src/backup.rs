//! `waymark backup | restore`: verified copies of the store, once or from time to time, and the way back.
//!
//! Does not copy or verify itself: the server's library does.

use std::path::PathBuf;
use std::time::Duration;

use server::now_ms;
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::Data;
use crate::failure::{Done, Failure, print};

/// `waymark backup`
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    at: Data,
    /// The file of the backup, which must not be there; with --every the folder of the backups.
    file: PathBuf,
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
    match args.every {
        None => report(&server::backup(&args.at.data, &args.file, now_ms())?),
        Some(every) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(again_and_again(args, every))?;
        }
    }
    Ok(())
}

/// One that fails is said and does not end the others: the next one may find the disk mended. The first must not fail.
async fn again_and_again(args: &BackupArgs, every: Duration) -> Done {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut times = tokio::time::interval(every);
    let mut is_first = true;
    loop {
        tokio::select! {
            _ = times.tick() => {}
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
        match server::backup_into(&args.at.data, &args.file, usize::from(args.keep), now_ms()) {
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
    report(&server::restore(&args.file, &args.at.data, now_ms())?);
    Ok(())
}
