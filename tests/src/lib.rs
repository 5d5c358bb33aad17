//! The harness: the real binaries, built first, and small helpers to run them.
//!
//! Does not test anything itself.

pub mod bindings;
pub mod boundary;
pub mod crash;
pub mod cutter;
pub mod house;
pub mod load;
pub mod phone_api;
pub mod server;
pub mod sim;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The folder with the `waymark` binary and the phone library, which are built first.
pub static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let exe = env::current_exe().expect("a program knows where it lies");
    let is_test = exe.parent().is_some_and(|folder| folder.ends_with("deps"));
    let target = exe.ancestors().nth(if is_test { 3 } else { 2 });
    let target =
        target.expect("tests lie in deps, in a profile, in the target folder; other programs in the profile");
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Beside the runner of the whole workspace everything is built already, with the features that all
    // packages need together: asking for less would build the dependencies a second time.
    let what: &[&str] = match env::var_os("NEXTEST") {
        Some(_) => &["--workspace", "--all-targets"],
        None if is_test => &["-p", "waymark", "-p", "mobile-ffi"],
        // The load program is built with the others.
        None => &["--workspace", "--bins"],
    };
    build.current_dir(root()).args(["build", "-q", "--target-dir"]).arg(target).args(what);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    run(&mut build);
    target.join(if cfg!(debug_assertions) { "debug" } else { "release" })
});

/// The workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace").to_owned()
}

/// The command line.
pub fn waymark() -> Command {
    Command::new(BUILT.join("waymark"))
}

/// Runs a command to its end and gives what it printed.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {}\n{out}\n{err}", done.status);
    out.into_owned()
}
