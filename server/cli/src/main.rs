//! The `waymark` command: server, administration, a phone in a terminal, and the demo.
//!
//! The only room that holds both sides. Does not decide anything: each command hands over.

mod admin;
mod backup;
mod demo;
mod desk;
mod failure;
mod key;
mod phone;
mod rehearsal;
mod typed;
mod words;

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
    /// Whether the server keeps care records: on.
    #[command(subcommand)]
    Care(admin::CareCommand),
    /// Serves phones.
    Serve(admin::ServeArgs),
    /// Verifies every chain, signature and receipt of a store.
    Verify(admin::Data),
    /// Writes a verified backup of the store into a new file, plain or encrypted, also while it is served.
    Backup(backup::BackupArgs),
    /// Makes a key that opens encrypted backups, and prints the recipient that they are encrypted to.
    BackupKey(backup::BackupKeyArgs),
    /// The server's signing key: rotate.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Puts a verified backup in the place of the store; what phones hold beyond it comes back.
    Restore(backup::RestoreArgs),
    /// Enrols this terminal at a running server, in the name of whoever the code is for.
    SignIn(desk::SignInArgs),
    /// Lets this terminal be used no more, and deletes its key.
    SignOut(desk::SignOutArgs),
    /// The force.
    #[command(subcommand)]
    Force(desk::ForceCommand),
    /// What waits for you, the most urgent first.
    Worklist(desk::WorklistArgs),
    /// Who opened which person's record; for auditors.
    Audit(desk::AuditArgs),
    /// What is held about a person, for that person: begin, leave-out, release; for admins and leads.
    #[command(subcommand)]
    SubjectAccess(desk::SubjectAccessCommand),
    /// Records that were kept as long as they may be: list, keep, erase, certificate; for admins and leads.
    #[command(subcommand)]
    Retention(desk::RetentionCommand),
    /// What the scheme achieves: the way from the roadside to completion, times, gaps, equality.
    Report(desk::ReportArgs),
    /// Referrals that you may see: list, show.
    #[command(subcommand)]
    Referral(desk::ReferralCommand),
    /// Drug services: add, edit, list, disable.
    #[command(subcommand)]
    Provider(desk::ProviderCommand),
    /// People: add, list, rename, disable; roles.
    #[command(subcommand)]
    User(desk::UserCommand),
    /// Devices: list, enrol-code, revoke, wipe.
    #[command(subcommand)]
    Device(desk::DeviceCommand),
    /// Records that disagree: list, settled, show, settle, pass-up.
    #[command(subcommand)]
    Conflicts(desk::ConflictsCommand),
    /// Single entries of records: list them, erase what one says.
    #[command(subcommand)]
    Record(desk::RecordCommand),
    /// Who may be one person: list, show, link, split.
    #[command(subcommand)]
    Person(desk::PersonCommand),
    /// A phone in a terminal.
    Phone(phone::PhoneArgs),
}

fn main() -> ExitCode {
    server::private::keep_memory();
    let args = Args::parse();
    match rehearsal::begin().and_then(|()| run(args.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.say(),
    }
}

fn run(command: Command) -> failure::Done {
    match command {
        Command::Demo(args) => demo::run(args),
        Command::Init(args) => admin::init(args),
        Command::Care(command) => admin::care(command),
        Command::Serve(args) => admin::serve(args),
        Command::Verify(at) => admin::verify(&at),
        Command::SignIn(args) => desk::sign_in(args),
        Command::SignOut(args) => desk::sign_out(args),
        Command::Force(command) => desk::force(command),
        Command::Worklist(args) => desk::worklist(args),
        Command::Audit(args) => desk::audit(args),
        Command::SubjectAccess(command) => desk::subject_access(command),
        Command::Retention(command) => desk::retention(command),
        Command::Report(args) => desk::report(args),
        Command::Referral(command) => desk::referral(command),
        Command::Provider(command) => desk::provider(command),
        Command::User(command) => desk::user(command),
        Command::Device(command) => desk::device(command),
        Command::Conflicts(command) => desk::conflicts(command),
        Command::Record(command) => desk::record(command),
        Command::Person(command) => desk::person(command),
        Command::Backup(args) => backup::backup(&args),
        Command::BackupKey(args) => backup::backup_key(&args),
        Command::Key(command) => key::key(&command),
        Command::Restore(args) => backup::restore(&args),
        Command::Phone(args) => phone::run(args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Args;

    /// What people call somebody, or keep to themselves.
    const NAMES_AND_SECRETS: [&str; 14] = [
        "acting", "code", "fallback", "force", "identity", "json", "name", "one", "org", "other", "provider",
        "second", "service", "user",
    ];

    fn look_at(command: &clap::Command, found: &mut Vec<String>) {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            if NAMES_AND_SECRETS.contains(&argument.get_id().as_str()) {
                assert!(help.contains("`-`"), "{} {}: {help}", command.get_name(), argument.get_id());
                found.push(argument.get_id().to_string());
            }
        }
        command.get_subcommands().for_each(|below| look_at(below, found));
    }

    #[test]
    fn whatever_takes_a_name_or_a_secret_says_that_a_dash_reads_it_from_stdin() {
        let mut found = Vec::new();
        look_at(&Args::command(), &mut found);
        assert!(NAMES_AND_SECRETS.iter().all(|name| found.iter().any(|found| found == name)), "{found:?}");
    }
}
