//! The `waymark` command: server, administration, a phone in a terminal, and the demo.
//!
//! The only room that holds both sides. Does not decide anything: each command hands over.

mod admin;
mod demo;
mod failure;
mod phone;

use std::process::ExitCode;

use clap::Parser;

/// An offline-first referral system for drug diversion schemes.
#[derive(Debug, Parser)]
#[command(name = "waymark", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Plays the main job: roadside to provider and back, offline, with conflicts settled.
    Demo(demo::DemoArgs),
    /// Creates a store, a force and its first two admins.
    Init(admin::InitArgs),
    /// Serves phones.
    Serve(admin::ServeArgs),
    /// Verifies every chain, signature and receipt of a store.
    Verify(admin::Data),
    /// Writes a verified backup of the store into a new file, also while it is served.
    Backup(admin::BackupArgs),
    /// Puts a verified backup in the place of the store; what phones hold beyond it comes back.
    Restore(admin::BackupArgs),
    /// Adds providers and people.
    #[command(subcommand)]
    People(admin::People),
    /// A phone in a terminal.
    Phone(phone::PhoneArgs),
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Demo(args) => demo::run(args),
        Command::Init(args) => admin::init(args),
        Command::Serve(args) => admin::serve(args),
        Command::Verify(at) => admin::verify(&at),
        Command::Backup(args) => admin::backup(&args),
        Command::Restore(args) => admin::restore(&args),
        Command::People(command) => admin::people(command),
        Command::Phone(args) => phone::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.say(),
    }
}
