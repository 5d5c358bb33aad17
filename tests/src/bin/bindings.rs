//! `bindings [--check]`: makes the typed commands and queries of the Python and the Java package, or compares them.
//!
//! They are checked in, so that an app can be built without Rust. Does not decide what they look like:
//! [`tests::bindings`] does.

use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let is_check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            eprintln!("bindings: the only option is --check");
            return ExitCode::from(2);
        }
    };
    let mut stale = Vec::new();
    for (path, fresh) in tests::bindings::files() {
        let path = tests::root().join("mobile-ffi/bindings").join(path);
        if !is_check {
            fs::write(&path, fresh).expect("the file can be written");
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&fresh) {
            stale.push(path.display().to_string());
        }
    }
    if stale.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "bindings: not what the schemas say: {}; run: cargo run -p tests --bin bindings",
        stale.join(", ")
    );
    ExitCode::FAILURE
}
