//! `waymark key rotate`: another signing key for the server.
//!
//! Does not touch the store, nor a running server: that signs with the new key from its next start on.

use std::path::PathBuf;

use crate::admin::Data;
use crate::failure::{Done, print};

/// `waymark key`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Adds a new key to the key file: the server signs with it from its next start on, and phones follow.
    Rotate(RotateArgs),
}

/// `waymark key rotate`
#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    at: Data,
    /// The file of the server's key, which must be writable; `waymark.key` in the data directory when none is named.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
}

/// Changes the server's key.
pub(crate) fn key(command: &KeyCommand) -> Done {
    let KeyCommand::Rotate(args) = command;
    let rotated = server::rotate_key(&args.at.data, args.key_file.as_deref())?;
    print(&format!("{:#}", serde_json::to_value(&rotated).expect("a report is plain data")));
    Ok(())
}
