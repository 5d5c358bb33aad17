//! `phone_api [--check]`: makes `docs/phone-api.md`, or compares it with what the code says.
//!
//! Runs every example. Does not decide what is documented: [`tests::phone_api`] does.

use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let is_check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            eprintln!("phone_api: the only option is --check");
            return ExitCode::from(2);
        }
    };
    let (path, fresh) = (tests::root().join("docs/phone-api.md"), tests::phone_api::document());
    if !is_check {
        fs::write(&path, fresh).expect("the document can be written");
        return ExitCode::SUCCESS;
    }
    if fs::read_to_string(&path).is_ok_and(|kept| kept == fresh) {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "phone_api: docs/phone-api.md is not what the code says; run: cargo run -p tests --bin phone_api"
    );
    ExitCode::FAILURE
}
